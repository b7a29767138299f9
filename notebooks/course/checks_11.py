"""Checks of the exercises of notebook 11: beyond."""

import math
from typing import Any

from autograd_core import derivative, exp, log, sin, sqrt, tanh
from autograd_core.testing import PrimitiveError, check_primitive

from . import exercise, wrong
from .trial import on_trial


def _function(answer: Any, form: str) -> None:
    if not callable(answer):
        wrong(f"Give a function, def answer({form}): …; got {type(answer).__name__}.")


def _near(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)


@exercise("11.1", "The k-th derivative of (x − x₀)ᵏ is k!, so the coefficient is the k-th derivative over k!.")
def _(answer: Any) -> None:
    _function(answer, "f, x0, n")
    for f, name, x0, n in [
        (exp, "exp", 0.0, 4),
        (tanh, "tanh", 0.5, 3),
        (lambda x: sin(x) * x, "x·sin(x)", 1.0, 2),
        (sqrt, "sqrt", 4.0, 0),
    ]:
        found = answer(f, x0, n)
        if not isinstance(found, list | tuple):
            wrong(f"Return the list of the coefficients; got {type(found).__name__}: {found!r:.60}.")
        numbers = [float(x) for x in found]
        if len(numbers) == n:
            wrong(f"For n = {n} there are n + 1 = {n + 1} coefficients, from the power 0 to the power n; got {n}.")
        if len(numbers) != n + 1:
            wrong(f"For n = {n} there are n + 1 = {n + 1} coefficients; got {len(numbers)}.")
        slopes = [derivative(f, order=k)(x0) for k in range(n + 1)]
        for k, (number, slope) in enumerate(zip(numbers, slopes, strict=True)):
            if _near(number, slope / math.factorial(k)):
                continue
            if _near(number, slope):
                wrong(f"The coefficient of (x − x0)^{k} is the derivative itself: differentiate that power {k} times, "
                      "and see which factor appears.")  # fmt: skip
            if k and _near(number, slope / k):
                wrong(
                    f"Dividing by k = {k} is not enough: differentiating the power {k} times brings down {k}, {k - 1}, …"
                )
            wrong(f"For {name} at {x0:g} the coefficient of (x − x0)^{k} is {number:.6g}, but it should be "
                  f"{slope / math.factorial(k):.6g}.")  # fmt: skip


@exercise("11.2", "A minimum is a root of the derivative: f' takes the place of f, and f'' that of f'.")
def _(answer: Any) -> None:
    _function(answer, "f, x")
    for f, name, x in [
        (lambda x: (x - 3.0) ** 2 * 4.0 + 1.0, "4(x − 3)² + 1", 1.0),
        (lambda x: exp(x) - 2.0 * x, "exp(x) − 2x", 0.25),
        (lambda x: x**4 + x * x, "x⁴ + x²", -1.5),
    ]:
        value, slope, bend = (derivative(f, order=k)(x) for k in range(3))
        found = answer(f, x)
        if isinstance(found, bool) or not isinstance(found, int | float):
            wrong(f"Return the next point, one number; got {type(found).__name__}: {found!r:.60}.")
        if _near(found, x - slope / bend):
            continue
        if _near(found, x - value / slope):
            wrong("That step looks for a root of f. A minimum is a root of something else.")
        if _near(found, x + slope / bend):
            wrong("That goes the other way: mind the sign of the step.")
        if _near(found, x - slope) or _near(found, x - slope * bend):
            wrong("The second derivative divides the slope: that makes the step as long as a parabola needs it.")
        if _near(found, -slope / bend) or _near(found, slope / bend):
            wrong("That is the step alone. Return the point after it.")
        wrong(f"For {name} at x = {x:g} the next point is {x - slope / bend:.6g}; yours is {found:.6g}.")


@exercise("11.3", "The derivative of ln cosh x is sinh x / cosh x = tanh x, and all checks pass.")
def _(answer: Any) -> None:
    _function(answer, "m, x, out")
    if answer.__code__.co_argcount != 3:
        wrong(f"A rule takes three arguments, m, x and out; yours takes {answer.__code__.co_argcount}.")
    with on_trial(
        "ln_cosh",
        lambda m, x: m.abs(x) + m.log1p(m.exp(-2.0 * m.abs(x))) - math.log(2.0),
        answer,
        summary="ln(cosh x).",
    ) as ln_cosh:
        for x in (0.5, -1.25, 3.0):
            found = derivative(ln_cosh)(x)
            if _near(found, math.tanh(x)):
                continue
            if _near(found, math.copysign(math.tanh(x), 1.0)):
                wrong("Right for x > 0. On the other side the function falls, so the derivative is negative there.")
            if _near(found, 1.0 - math.tanh(x) ** 2):
                wrong("That is the second derivative. The first one is sinh x / cosh x.")
            if _near(found, 1.0 / math.cosh(x)):
                wrong("That is the derivative of ln, at cosh x. What about the derivative of the inner function?")
            wrong(f"At x = {x:g} the rule says {found:.6g}, but the slope of ln cosh there is {math.tanh(x):.6g}.")
        try:
            check_primitive(ln_cosh)
        except PrimitiveError as error:
            wrong(f"Right at ordinary points, but not everywhere. The checks say:\n{error}")


@exercise("11.4", "∂f/∂x = 1 + 1/x = 2 and ∂f/∂p = −1 at the solution, so dx*/dp = 1/2.")
def _(answer: Any) -> None:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        wrong(f"Give the derivative, one number; got {type(answer).__name__}: {answer!r:.60}.")
    by_x = derivative(lambda x: x + log(x) - 1.0)(1.0)
    if _near(answer, -1.0 / by_x):
        wrong("Mind the sign: with f(x, p) = x + ln x − p, ∂f/∂p is negative too.")
    if _near(answer, by_x):
        wrong("That is ∂f/∂x = dp/dx. The question is how x changes with p.")
    if not _near(answer, 1.0 / by_x):
        wrong(f"{answer:g} is not right. Take f(x, p) = x + ln x − p, and both partial derivatives at x = 1, p = 1.")
