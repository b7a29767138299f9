"""Checks of the exercises of notebook 06: gradient descent."""

import math
from typing import Any

from autograd_core import grad, hessian

from . import exercise, wrong


def _number(answer: Any, what: str) -> float:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        wrong(f"Give {what} as a number; got {type(answer).__name__}: {answer!r:.60}.")
    return float(answer)


def _numbers(answer: Any, count: int, what: str) -> list[float]:
    try:
        numbers = [float(x) for x in answer]
    except (TypeError, ValueError):
        wrong(f"Give {what} as a list of {count} numbers; got {type(answer).__name__}: {answer!r:.60}.")
    if len(numbers) != count:
        wrong(f"Give {what} as a list of {count} numbers; got {len(numbers)}.")
    return numbers


@exercise("6.1", "The gradient is (2x + 3y, 3x) = (8, 3); its opposite, divided by its length √73, is the direction.")
def _(answer: Any) -> None:
    v = _numbers(answer, 2, "the direction")
    g = grad(lambda w: w[0] * w[0] + 3.0 * w[0] * w[1])([1.0, 2.0])
    length = math.hypot(*v)
    along = v[0] * g[0] + v[1] * g[1]
    across = v[0] * g[1] - v[1] * g[0]
    if length == 0.0:
        wrong("A vector of length 0 has no direction.")
    if math.isclose(across, 0.0, abs_tol=1e-6 * length * math.hypot(*g)):
        if along > 0.0:
            wrong("That is the direction of the gradient: the steepest way up.")
        if not math.isclose(length, 1.0, rel_tol=1e-6):
            wrong(f"The direction is right, but the vector has the length {length:.4g}. Divide by it.")
        return
    if math.isclose(along, 0.0, abs_tol=1e-6 * length * math.hypot(*g)):
        wrong("In this direction the slope is 0: it is that of the contour line.")
    slope = along / length
    wrong(f"In this direction the slope is {slope:.4f}, but there is a steeper one. Find ∂f/∂x and ∂f/∂y at (1, 2).")


@exercise("6.2", "The second derivative is 6, and the optimal rate its inverse.")
def _(answer: Any) -> None:
    rate = _number(answer, "the learning rate")
    curvature = hessian(lambda w: 3.0 * (w - 2.0) ** 2 + 5.0)(0.0)
    if math.isclose(rate, 1.0 / 3.0, rel_tol=1e-3):
        wrong("That is twice the optimal rate: descent jumps to and fro. The second derivative of 3w² is not 3.")
    if math.isclose(rate, curvature):
        wrong("That is the second derivative. The larger the curvature, the smaller the best step.")
    if not math.isclose(rate, 1.0 / curvature, rel_tol=1e-3):
        after = 10.0 - rate * curvature * 8.0
        wrong(f"From w = 10 one step with {rate:.4g} leads to {after:.4g}, but the minimum is at 2.")


@exercise("6.3", "The curvatures are 3 along (1, 1) and 1 across; the larger one sets the limit 2/3.")
def _(answer: Any) -> None:
    rate = _number(answer, "the learning rate")
    if math.isclose(rate, 2.0, rel_tol=1e-3):
        wrong("2/λ with the smaller eigenvalue: the flat direction would bear that, but the steep one explodes.")
    if math.isclose(rate, 1.0, rel_tol=1e-3):
        wrong("2 is not an eigenvalue of this Hessian, and not the largest curvature: look along (1, 1).")
    if math.isclose(rate, 1.0 / 3.0, rel_tol=1e-2):
        wrong("With this rate the steep direction is solved in one step. Descent converges up to a larger one.")
    if math.isclose(rate, 0.5, rel_tol=1e-2):
        wrong("That is 2/(λ₁ + λ₂), the rate that converges fastest. Up to which one does it converge at all?")
    if not math.isclose(rate, 2.0 / 3.0, rel_tol=1e-2):
        wrong(f"{rate:.4g} is not right. Find the eigenvalues of the Hessian: (1, 1) and (1, −1) are its axes.")


@exercise("6.4", "Every step takes the gradient at the present point, and changes all coordinates at once.")
def _(answer: Any) -> None:
    if not callable(answer):
        wrong(f"Give a function, def answer(f, w, eta, steps): …; got {type(answer).__name__}.")

    def f(w: Any) -> Any:
        return w[0] * w[0] + w[0] * w[1] + 1.5 * w[1] * w[1]

    start, eta = [2.0, -1.0], 0.1
    expected = list(start)
    in_turn = list(start)  # the mistake of using a coordinate that has been changed already
    fixed = grad(f)(start)
    for steps in range(4):
        given = list(start)
        found = answer(f, given, eta, steps)
        if found is None:
            wrong("The function returns nothing. Return the list after the last step.")
        numbers = _numbers(found, 2, f"the point after {steps} steps")
        if given != start:
            wrong("The list that was given has been changed. Make a new list in each step.")
        if not all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in zip(numbers, expected, strict=True)):
            _explain_descent(numbers, expected, in_turn, start, fixed, eta, steps)
        expected = [x - eta * g for x, g in zip(expected, grad(f)(expected), strict=True)]
        for i in range(2):
            in_turn[i] -= eta * grad(f)(in_turn)[i]


def _explain_descent(
    numbers: list[float], expected: list[float], in_turn: list[float], start: list[float], fixed: list[float],
    eta: float, steps: int,
) -> None:  # fmt: skip
    def near(other: list[float]) -> bool:
        return all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in zip(numbers, other, strict=True))

    if near([x + eta * g for x, g in zip(start, fixed, strict=True)]) and steps == 1:
        wrong("That goes uphill: mind the sign of the step.")
    if near([x - steps * eta * g for x, g in zip(start, fixed, strict=True)]):
        wrong("All steps use the gradient at the start. Compute it anew at each point.")
    if near(in_turn):
        wrong("The second coordinate uses the first one after its change. Compute the whole gradient first.")
    if near(start):
        wrong(f"After {steps} steps the point is still the start.")
    wrong(f"After {steps} steps from {start} with η = {eta} the point is {numbers}, but it should be {expected}.")


@exercise("6.5", "First the velocity, then the weight with the new velocity.")
def _(answer: Any) -> None:
    if not callable(answer):
        wrong(f"Give a function, def answer(w, v, g, eta, mu): …; got {type(answer).__name__}.")
    for w, v, g, eta, mu in [(1.0, 0.0, 2.0, 0.1, 0.9), (1.0, 3.0, 2.0, 0.1, 0.5), (-2.0, 1.0, -4.0, 0.25, 0.8)]:
        found = answer(w, v, g, eta, mu)
        if found is None:
            wrong("The function returns nothing. Return the pair (w, v).")
        new_w, new_v = _numbers(found, 2, "the new (w, v)")
        right_v = mu * v + g
        right_w = w - eta * right_v
        if math.isclose(new_w, right_w) and math.isclose(new_v, right_v):
            continue
        if math.isclose(new_w, right_v) and math.isclose(new_v, right_w):
            wrong("The two numbers are swapped: return (w, v), in this order.")
        if math.isclose(new_v, mu * v - eta * g):
            wrong(
                "That is the convention v ← μv − ηg. In section 7 the velocity sums gradients; η comes in for w only."
            )
        if math.isclose(new_v, right_v) and math.isclose(new_w, w - eta * v):
            wrong("The velocity is right, but the weight moves with the old one.")
        if math.isclose(new_v, right_v) and math.isclose(new_w, w - eta * g):
            wrong("The velocity is right, but the weight moves with the gradient alone: that is plain descent.")
        if math.isclose(new_v, right_v) and math.isclose(new_w, w + eta * right_v):
            wrong("The velocity is right, but the weight moves uphill.")
        wrong(
            f"For w = {w}, v = {v}, g = {g}, η = {eta}, μ = {mu} you return ({new_w:g}, {new_v:g}), "
            f"but it should be ({right_w:g}, {right_v:g})."
        )
