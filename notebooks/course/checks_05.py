"""Checks of the exercises of notebook 05: losses."""

import math
from typing import Any

from autograd_core import Value
from nn import L2, ElasticNet, regularizers

from . import exercise, wrong


def _number(answer: Any, what: str) -> float:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        wrong(f"Give {what} as a number; got {type(answer).__name__}: {answer!r:.60}.")
    return float(answer)


@exercise("5.1", "Without the half every gradient is twice as large, so half the rate takes the same steps.")
def _(answer: Any) -> None:
    rate = _number(answer, "the learning rate")
    if math.isclose(rate, 0.2):
        wrong("Without the half the gradients are twice as large. With 0.2 the steps would become four times as long.")
    if math.isclose(rate, 0.1):
        wrong("The same rate with gradients twice as large takes steps twice as long. What undoes the factor?")
    if not math.isclose(rate, 0.05, rel_tol=1e-9):
        wrong(f"{rate:g} is not right. Compare the derivatives of (y − ŷ)² and ½(y − ŷ)²; keep η · gradient the same.")


@exercise("5.2", "max(z, 0) + log1p(exp(−|z|)): no exponent is positive, and log1p keeps the digits of small numbers.")
def _(answer: Any) -> None:
    if not callable(answer):
        wrong(f"Give a function of a float, def answer(z): …; got {type(answer).__name__}.")
    for z, exact in [(0.0, math.log(2.0)), (1.0, math.log1p(math.e)), (-2.0, math.log1p(math.exp(-2.0)))]:
        found = _loss_at(answer, z)
        if math.isclose(found, exact - z, rel_tol=1e-6) and z:
            wrong(f"At z = {z:g} this is the loss for the target 1, ln(1 + e^(−z)). The target here is 0.")
        if not math.isclose(found, exact, rel_tol=1e-12):
            wrong(f"At z = {z:g} the loss is {found!r}, but it should be {exact!r}.")
    if not math.isclose(_loss_at(answer, 800.0), 800.0, rel_tol=1e-12):
        wrong(f"At z = 800 the loss is {_loss_at(answer, 800.0)!r}, but ln(1 + e^800) is 800 to all digits.")
    exact = math.log1p(math.exp(-40.0))
    found = _loss_at(answer, -40.0)
    if found == 0.0:
        wrong("At z = −40 the loss is 0: in 1 + e^(−40) the small number is lost. math.log1p(x) does not form 1 + x.")
    if not math.isclose(found, exact, rel_tol=1e-12):
        wrong(f"At z = −40 the loss is {found!r}, but it should be {exact!r}.")
    if not 0.0 <= _loss_at(answer, -800.0) < 1e-300:
        wrong(f"At z = −800 the loss is {_loss_at(answer, -800.0)!r}, but it is smaller than any float: 0.")
    for k in range(-700, 801, 7):
        z = float(k)
        exact = max(z, 0.0) + math.log1p(math.exp(-abs(z)))
        if not math.isclose(_loss_at(answer, z), exact, rel_tol=1e-12):
            wrong(f"At z = {z:g} the loss is {_loss_at(answer, z)!r}, but it should be {exact!r}.")


def _loss_at(answer: Any, z: float) -> float:
    try:
        found = answer(z)
    except OverflowError:
        wrong(f"At z = {z:g} the exponential overflows. Rearrange: for z > 0, ln(1 + e^z) = z + ln(1 + e^(−z)).")
    except ValueError as error:
        wrong(f"At z = {z:g} the function raises ValueError: {error}. Is it the logarithm of 0?")
    return _number(found, f"the loss at z = {z:g}")


@exercise("5.3", "The margins t·ŷ are 2.5, 0.3, −0.2, 1, 1 and −4. Three are below 1; at 1 the derivative is 0.")
def _(answer: Any) -> None:
    count = _number(answer, "the number of examples")
    if count == 5:
        wrong("That includes the two with a margin of exactly 1. On the edge, loss and derivative are 0.")
    if count == 2:
        wrong("These are the examples on the wrong side. One on the right side, but nearer than 1, contributes too.")
    if count == 1:
        wrong("One lies on the right side within the margin, but those on the wrong side contribute as well.")
    if count == 4:
        wrong("Mind the label −1: the margin is label times output. And exactly 1 is outside.")
    if count != 3:
        wrong(f"{count:g} is not right. Multiply each output by its label, and count the products below 1.")


@exercise("5.4", "E = C·N·(mean hinge + (1/C)/N · ½‖w‖²), so λ = 1/C = 0.1; biases stay out, as in ½‖w‖².")
def _(answer: Any) -> None:
    if isinstance(answer, int | float):
        wrong("Give the regularizer itself, as you would give it to fit: L2(…).")
    if not isinstance(answer, regularizers.Regularizer):
        wrong(f"Give a regularizer of nn, like L2(…); got {type(answer).__name__}.")
    if not isinstance(answer, L2) and not (isinstance(answer, ElasticNet) and answer.l1_ratio == 0.0):
        wrong(f"{type(answer).__name__} is not ½‖w‖². Which regularizer is half the sum of the squares?")
    if answer.biases:
        wrong("The bias b is not part of ‖w‖²: leave biases out.")
    if answer.strength == 10.0:
        wrong("A large C makes errors expensive, so beside them the price of the weights must become smaller.")
    if not math.isclose(answer.strength, 0.1):
        wrong(f"λ = {answer.strength:g} is not right. Divide ½‖w‖² + 10·Σ hinge by 10·N and compare with section 7.")


@exercise("5.5", "A pull in proportion to the distance when near, and never more than 1 when far.")
def _(answer: Any) -> None:
    if not callable(answer):
        wrong(f"Give a function, def answer(output, target): …; got {type(answer).__name__}.")
    for target, r in [(2.0, 0.5), (2.0, -0.5), (0.0, 3.0), (1.0, -3.0), (5.0, 10.0), (-1.0, 0.0), (0.0, 1.0)]:
        output = Value(target + r)
        loss = answer(output, target)
        if not isinstance(loss, Value):
            wrong(f"The loss of a Value must be a Value, to be swept; got {type(loss).__name__}: {loss!r:.60}.")
        exact = 0.5 * r * r if abs(r) <= 1.0 else abs(r) - 0.5
        if not math.isclose(loss.data, exact, rel_tol=1e-9, abs_tol=1e-12):
            hint = ""
            if math.isclose(loss.data, r * r) and abs(r) <= 1.0:
                hint = " The half is missing."
            elif math.isclose(loss.data, abs(r)) and abs(r) > 1.0:
                hint = " Without − ½ the two parts do not meet at |r| = 1."
            elif math.isclose(loss.data, 0.5 * r * r):
                hint = " This is the squared part; beyond |r| = 1 the loss must be linear."
            elif loss.data < 0.0:
                hint = " A loss is never negative: mind the size |r| where r is negative."
            wrong(f"For r = {r:g} the loss is {loss.data:g}, but it should be {exact:g}.{hint}")
        loss.backward()
        slope = max(-1.0, min(1.0, r))
        if not math.isclose(output.grad, slope, abs_tol=1e-9):
            wrong(f"For r = {r:g} the derivative is {output.grad:g}, but it should be {slope:g}.")
