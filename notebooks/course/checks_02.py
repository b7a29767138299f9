"""Checks of the exercises of notebook 02."""

import math
import operator

from autograd_core import Value, count_paths, steps
from nn import MLP

from . import exercise, wrong


def _is_number(answer):
    return isinstance(answer, int | float) and not isinstance(answer, bool)


@exercise("2.1", "An input feeds 4 neurons, and each layer multiplies by its width; a weight sits in one neuron only.")
def _(answer):
    if not isinstance(answer, list | tuple) or len(answer) != 2 or not all(map(_is_number, answer)):
        wrong("give a list of two numbers: [paths from the input, paths from the weight]")
    x = [Value(0.1) for _ in range(5)]
    model = MLP(5, [4, 3, 2], activation="tanh", seed=0)
    paths = count_paths(sum((y - 1.0) ** 2 for y in model(x)))
    from_input, from_weight = paths[x[0]], paths[model.parameters()[0]]
    found_input, found_weight = answer
    if (found_input, found_weight) == (from_weight, from_input):
        wrong("both numbers occur, in the other order: the input is used by every neuron of the first layer")
    if found_input == 4 + 3 + 2:
        wrong("paths multiply from layer to layer: after each neuron, a path may go on to any neuron of the next layer")
    if found_input == 5 * from_input:
        wrong("that counts the paths from all five inputs; the question is about the first one")
    if found_input * 2 == from_input:
        wrong("both outputs enter the loss: does your path stop at one of them?")
    if found_input != from_input:
        wrong("[a] is not right: in how many ways can a path choose a neuron in each of the three layers?")
    if found_weight != from_weight:
        wrong(
            "[a] is right, [b] is not: the weight belongs to one neuron of the first layer; where does the path go from there?"
        )


@exercise("2.2", "Two evaluations, and the error falls with the square of h.")
def _(answer):
    if not callable(answer):
        wrong(f"give the function itself, such as `answer = central`, not {type(answer).__name__}")

    def error_at(f, slope, x, h):
        calls = []

        def counted(at):
            calls.append(at)
            return f(at)

        found = answer(counted, x, h)
        if not _is_number(found):
            wrong(f"central should return a number, yours returns {type(found).__name__}")
        if len(calls) != 2:
            wrong(f"f was evaluated {len(calls)} times, and twice is enough")
        return found - slope, calls

    error, calls = error_at(lambda x: x * x, 3.0, 1.5, 0.25)
    if math.isclose(abs(error), 0.25):
        wrong(
            "that is a one-sided difference: for x² the central one is exact, and yours is off by h. "
            "Evaluate on both sides of x"
        )
    if math.isclose(error, 3.0) or math.isclose(error, -1.5):
        wrong("the slope comes out twice, or half, as large as it is: how far apart are the two points?")
    if math.isclose(error, -6.0):
        wrong("the sign is wrong: right minus left")
    if abs(error) > 1e-12:
        wrong(
            f"for x² at 1.5 with h = 0.25, which it should get exactly, your result is off by {error:g}; evaluated at {calls}"
        )
    for f, slope, x in ((math.sin, math.cos(1.0), 1.0), (math.exp, math.exp(-0.5), -0.5)):
        coarse, fine = (abs(error_at(f, slope, x, h)[0]) for h in (0.02, 0.01))
        if not 3.5 < coarse / fine < 4.5:
            wrong("half the step should give a quarter of the error; does your function use the h it is given?")


@exercise(
    "2.3", "Near √ε for the one-sided difference and near ∛ε for the central one, truncation and rounding balance."
)
def _(answer):
    if not isinstance(answer, dict) or set(answer) != {"forward", "central"}:
        wrong('give a dict with two keys: {"forward": h, "central": h}')
    for scheme, limit in (("forward", 1e-7), ("central", 1e-9)):
        h = answer[scheme]
        if not _is_number(h) or not 0.0 < h < 1.0:
            wrong(f"{scheme}: the step must be a number between 0 and 1, not {h!r:.40}")
        if 1.0 + h == 1.0:
            wrong(f"{scheme}: with h = {h:g}, 1 + h is 1: nothing moves at all")
        if scheme == "forward":
            slope, best = (math.sin(1.0 + h) - math.sin(1.0)) / h, 1e-8
        else:
            slope, best = (math.sin(1.0 + h) - math.sin(1.0 - h)) / (2.0 * h), 6e-6
        error = abs(slope - math.cos(1.0))
        if error > limit:
            size = "large: that error is truncation" if h > best else "small: that error is rounding"
            wrong(f"{scheme}: with h = {h:g} the error is {error:.1g}, more than {limit:g}. The step is too {size}")


@exercise("2.4", "That is forward mode: the chain rule travels with the numbers, and nothing needs to be remembered.")
def _(answer):
    if not isinstance(answer, type):
        wrong(f"give the class itself, `answer = Dual`, not {type(answer).__name__}")

    def dual(value, tangent):
        made = answer(value, tangent)
        for name, right in (("value", value), ("tangent", tangent)):
            if not hasattr(made, name):
                wrong(f"Dual({value}, {tangent}) has no .{name}")
            if getattr(made, name) != right:
                wrong(f"Dual({value}, {tangent}).{name} is {getattr(made, name)!r}")
        return made

    u, v = dual(3.0, 0.5), dual(-2.0, 10.0)
    for symbol, operate, value, tangent in (("+", operator.add, 1.0, 10.5), ("*", operator.mul, -6.0, 29.0)):
        try:
            result = operate(u, v)
        except TypeError as error:
            wrong(f"u {symbol} v raises: {error}. Define {'__add__' if symbol == '+' else '__mul__'}")
        if not isinstance(result, answer):
            wrong(f"u {symbol} v should be a Dual, not {type(result).__name__}")
        if (u.value, u.tangent, v.value, v.tangent) != (3.0, 0.5, -2.0, 10.0):
            wrong(f"u {symbol} v has changed one of its operands: make a new Dual")
        if result.value != value:
            wrong(f"3 {symbol} −2 should have the value {value:g}, yours is {result.value:g}")
        if math.isclose(result.tangent, 5.0) and symbol == "*":
            wrong(
                "the tangent of a product is not the product of the tangents: each factor moves while the other is held still"
            )
        if not math.isclose(result.tangent, tangent):
            wrong(
                f"u = 3 with tangent 0.5, v = −2 with tangent 10: the tangent of u {symbol} v comes out as {result.tangent:g}. "
                "Sum over both operands: partial · tangent"
            )
    for f in (lambda x: x * x + x, lambda x: (x + x) * x * (x * x + x)):
        x = Value(1.5)
        right = steps(f(x)).adjoint(x)
        found = f(answer(1.5, 1.0)).tangent
        if not math.isclose(found, right, rel_tol=1e-9):
            wrong(f"sums and products alone are right, but a longer formula gives {found:.6g} in place of {right:.6g}")


@exercise("2.5", "Forward mode takes a sweep per input, reverse mode one per output: take the smaller number.")
def _(answer):
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        wrong('give a list of two pairs, such as [("reverse", 7), ("forward", 9)]')
    for name, given, inputs, outputs in zip(("simulation", "network"), answer, (3, 10_000), (10_000, 3), strict=True):
        if not isinstance(given, list | tuple) or len(given) != 2 or given[0] not in ("forward", "reverse"):
            wrong(f'{name}: give a pair of a mode, "forward" or "reverse", and a number of sweeps, not {given!r:.60}')
        mode, count = given
        cheaper = "forward" if inputs < outputs else "reverse"
        if mode != cheaper:
            wrong(
                f"{name}: {mode} mode takes {inputs if mode == 'forward' else outputs} sweeps; the other one takes fewer"
            )
        if count != min(inputs, outputs):
            wrong(
                f"{name}: {mode} mode is right; one of its sweeps gives one {'column, for one input' if mode == 'forward' else 'row, for one output'}"
            )
