"""`gradcheck`: whether derivatives are those of the function, and what is wrong with them if they are not."""

import math
from collections.abc import Sequence
from typing import Any

from ..errors import GradientMismatch
from ..graph import topological_order
from ..linearization import Linearization
from ..modes import trace_lines
from ..tables import number
from ..value import Value
from .diagnosis import diagnose
from .finite_differences import EPSILON, Function, derivative
from .gradreport import INFINITE, KINK, RIGHT, UNKNOWN, WRONG, Derivative, NearKink, Report, distance
from .perturbation import detached, gradient_and_sizes, rounding_of_sweep, subject_of
from .replay import kinks_of
from .rulecheck import Fault, careful, check_rules

NEAR = 2.0**-10
"""A kink nearer than this, relative to the number at hand or to 1, is reported."""
ON = 16.0 * EPSILON
"""One nearer than this cannot be told from one that is hit exactly: rounding has moved the number by as much."""


def gradcheck(f: Any, *inputs: Any, order: int = 1, parameters: Any = ()) -> Report:
    """Check the derivatives of `f` at `inputs` against its values, and explain what is found.

    Three things are compared: the reverse sweep with differences of values, for each input; the forward sweep, which
    runs the rules of the table in another arithmetic, with the reverse sweep; and every partial that an operation
    recorded with differences of that operation alone, which tells *which* rule is wrong where a derivative is.

    Parameters
    ----------
    f
        A function of numbers or containers of numbers (several results are added up with different weights); a module,
        that is, a callable with ``parameters()``, which are checked too; or the root of a graph, which is run again
        by its rows.
    *inputs
        The arguments of the function; for a graph, the Values to check (by default its leaves).
    order
        2 checks second derivatives too: the derivative of the gradient along one direction, by each input.
    parameters
        Values that `f` captures, or a module that owns them, to be checked as well.

    Returns
    -------
    Report
        What was found, to be printed.

    Raises
    ------
    GradientMismatch
        If a derivative is wrong by more than the error of the differences allows.
    ValueError
        If `f` gives different results at the same point, or `order` is neither 1 nor 2.
    DomainError
        If the point lies outside of a domain.

    Notes
    -----
    No tolerance is set by hand. Central differences are extrapolated to step 0 (see `finite_differences`), which
    bounds its own error; to it comes what the rounding of `f` can do, from a running error analysis of its graph.
    A step never reaches over a kink. Where a derivative seems wrong, rounding is measured, smaller steps are tried, and the
    derivatives from the left and from the right are compared before it is called so.

    Examples
    --------
    >>> from autograd_core import sin
    >>> report = gradcheck(lambda x, y: sin(x) * y, 1.0, 2.0)
    >>> [derivative.verdict for derivative in report.derivatives]
    ['right', 'right']
    """
    if order not in (1, 2):
        raise ValueError(f"gradcheck: order must be 1 or 2, got {order!r}")
    with trace_lines():
        subject = subject_of(f, inputs, parameters)
    again = subject.recorded()[0]
    if not (again.data == subject.root.data or again.data != again.data):
        raise ValueError(
            f"gradcheck: the function gives {subject.root.data!r} and then {again.data!r} at the same point. "
            "It draws random numbers or changes something: fix its seed, or pass what it changes as an input"
        )
    report = Report(subject)
    nodes = topological_order(subject.root)
    report.detached = len(detached(subject.root))
    report.kinks = _near_kinks(nodes)
    on_kink = any(kink.distance == 0.0 for kink in report.kinks)
    gradient, sizes = gradient_and_sizes(subject.root, subject.inputs)
    rounding = rounding_of_sweep(subject.root)
    for i, x in enumerate(subject.numbers):
        report.derivatives.append(
            _judged(subject.names[i], subject.along(i), x, gradient[i], rounding * sizes[i], on_kink)
        )
    report.rules, report.faults = check_rules(nodes)
    _check_forward(report, gradient, sizes, rounding)
    if order == 2:
        _check_second(report, rounding, on_kink)
    if not report.passed:
        raise _mismatch(report)
    return report


def _judged(name: str, f: Function, x: float, reverse: float, rounding: float, on_kink: bool) -> Derivative:
    """The derivative by differences, compared with the one by the reverse sweep."""

    def result(verdict: str, numerical: float = math.nan, bound: float = math.nan, **more: Any) -> Derivative:
        return Derivative(name, x, reverse, numerical, abs(reverse - numerical), bound, verdict, **more)

    if math.isinf(reverse):
        return result(INFINITE if _grows(f, x, reverse) else WRONG)
    estimate = derivative(f, x)
    if estimate is not None and abs(estimate.value - reverse) <= estimate.error + rounding:
        return result(RIGHT, estimate.value, estimate.error + rounding)
    estimates = careful(f, x)
    if not estimates:
        return result(KINK if on_kink else UNKNOWN)
    nearest = min(estimates, key=lambda e: (abs(e.value - reverse), e.error) if reverse == reverse else (0.0, e.error))
    bound = nearest.error + rounding
    if abs(nearest.value - reverse) <= bound:
        verdict = RIGHT if len(estimates) == 1 else KINK
    else:
        verdict = KINK if on_kink or len(estimates) == 2 else WRONG
    sides = (estimates[0].value, estimates[1].value) if len(estimates) == 2 else None
    return result(verdict, nearest.value, bound, sides=sides)


def _grows(f: Function, x: float, reverse: float) -> bool:
    """Whether the difference quotients from a side grow without bound, towards the infinity that `reverse` is."""
    for side in (1.0, -1.0):
        try:
            center = f(x).value
            quotients = [(f(x + side * h).value - center) / (side * h) for h in (2.0**-20, 2.0**-40)]
        except (ArithmeticError, ValueError):
            continue
        if abs(quotients[1]) > 4.0 * abs(quotients[0]) and quotients[1] * reverse > 0.0:
            return True
    return False


def _near_kinks(nodes: Sequence[Value]) -> list[NearKink]:
    """The operations that stand near a kink or at a point where their derivative is a convention, the nearest first."""
    found = []
    for node in nodes:
        row = node.primitive
        if row is None:
            continue
        numbers = tuple([x.data if isinstance(x, Value) else x for x in node.operands])
        size = max(1.0, *(abs(x) for x in numbers if math.isfinite(x)))
        distances = [abs(k) if abs(k) > ON * size else 0.0 for k in kinks_of(node) if abs(k) <= NEAR * size]
        found += [NearKink(node.op, d) for d in distances]
        found += [NearKink(node.op, 0.0)] if numbers in row.at else []
    return sorted(found, key=lambda kink: kink.distance)


def _direction(count: int) -> list[float]:
    """Numbers of either sign and of different sizes around 1, the same at every call."""
    import random

    rng = random.Random(0)
    return [rng.uniform(0.5, 1.5) * rng.choice((-1.0, 1.0)) for _ in range(count)]


def _check_forward(report: Report, gradient: list[float], sizes: list[float], rounding: float) -> None:
    """The forward sweep along a direction against the gradient times the direction."""
    subject = report._subject
    direction = _direction(len(gradient))
    try:
        linearization = Linearization(subject.inputs, [subject.root], in_values=True)
    except ValueError as error:  # the recorded partials are not those that the rows give now
        report.forward_agrees, report.forward_error, report.stale = False, math.nan, str(error)
        return
    pushed = linearization.push(dict(zip(subject.inputs, direction, strict=True)))[0]
    tangent = pushed.data if isinstance(pushed, Value) else pushed
    swept = sum(v * g for v, g in zip(direction, gradient, strict=True))
    size = sum(abs(v) * s for v, s in zip(direction, sizes, strict=True))
    if math.isfinite(tangent) and math.isfinite(swept) and size > 0.0:
        report.forward_error = abs(tangent - swept) / size
        report.forward_agrees = report.forward_error <= 2.0 * rounding


def _check_second(report: Report, rounding: float, on_kink: bool) -> None:
    """The derivative of gradient · direction by each input: a forward sweep over the reverse sweep, and differences."""
    subject = report._subject
    direction = _direction(len(subject.inputs))
    gradient = Linearization(subject.inputs, [subject.root], in_values=True).pull(subject.root)
    slope = sum((v * g for v, g in zip(direction, gradient, strict=True)), start=0.0)
    root = slope if isinstance(slope, Value) else Value(slope)
    second, sizes = gradient_and_sizes(root, subject.inputs)
    bound = rounding_of_sweep(root) + rounding
    for i, x in enumerate(subject.numbers):
        f = subject.slope_along(i, direction)
        report.second.append(_judged(subject.names[i], f, x, second[i], bound * sizes[i], on_kink))


# What to say when it is wrong ------------------------------------------------------------------------------------


def _mismatch(report: Report) -> GradientMismatch:
    """The error, with the explanation of what went wrong."""
    wrong = next((d for d in (*report.derivatives, *report.second) if d.verdict == WRONG), None)
    faults = [] if report.stale else report.faults
    fault = faults[0] if faults else None
    if wrong is None and fault is not None:
        wrong = Derivative(fault.argument_name, fault.operands[fault.argument], fault.partial, fault.numerical,
                           abs(fault.partial - fault.numerical), fault.error, WRONG)  # fmt: skip
    kind = diagnose(fault) if fault is not None else _kind(report, wrong)
    lines = ["gradcheck: " + ("a derivative is wrong." if wrong else "forward and reverse sweep disagree."), ""]
    if wrong and any(wrong is d for d in (*report.derivatives, *report.second)):
        what = "second derivative" if wrong in report.second else "derivative"
        relative = f", relative {number(wrong.error / abs(wrong.numerical), 2)}" if wrong.numerical else ""
        lines += [
            f"  The {what} with respect to '{wrong.name}' at {wrong.x!r}:",
            f"    reverse sweep  {wrong.reverse!r}",
            f"    differences    {wrong.numerical!r}  (error below {number(wrong.tolerance, 2)})",
            f"    they are {number(wrong.error, 2)} apart{relative}.",
        ]
    for other in faults[:3]:
        lines += _accusation(other)
    if len(faults) > 3:
        lines.append(f"  ... and {len(faults) - 3} more partials are wrong.")
    lines.append(f"  It looks like {kind}.")
    near = [f"{kink.operation}, {distance(kink.distance)}" for kink in report.kinks[:3]]
    lines.append(f"  Near a kink: {'; '.join(near)}." if near else "  No kink is near.")
    lines += ["", str(report)]
    values = (wrong.name, wrong.reverse, wrong.numerical) if wrong else ("", math.nan, math.nan)
    return GradientMismatch("\n".join(lines), report, *values, bool(near), kind)


def _accusation(fault: Fault) -> list[str]:
    """Which rule is wrong, and where."""
    name, point = fault.row.name, ", ".join(f"{x!r}" for x in fault.operands[:6])
    line = fault.node.line if fault.node is not None else None
    return [
        f"  The rule of '{name}' is wrong: its partial with respect to argument {fault.argument} ('{fault.argument_name}')",
        f"    at ({point}{', ...' if len(fault.operands) > 6 else ''}) is {fault.partial!r};",
        f"    the values of '{name}' say {fault.numerical!r} (error below {number(fault.error, 2)}).",
        *([f"    Recorded at {line[0]}, line {line[1]}."] if line else []),
    ]


def _kind(report: Report, wrong: Derivative | None) -> str:
    """What a wrong gradient looks like when every operation by itself is right."""
    if report.stale:
        return f"a graph whose numbers were changed after it was recorded: {report.stale}"
    if wrong is None:
        return "a rule that gives another number on Values than on floats"
    if not math.isfinite(wrong.reverse):
        return "an operation whose partial is not finite: first_nonfinite(root) finds it"
    if wrong in report.second:
        return (
            "a rule that is right but loses part of its own derivative. Does it use .data, float arithmetic, or "
            "a switch that the derivative can see?"
        )
    how_much = "the graph does not lead" if wrong.reverse == 0.0 else "only a part of the graph leads"
    return (
        f"a lost dependence: every recorded operation is right, but {how_much} to this input. "
        "Does the function use .data, detach(), no_grad() or float arithmetic on the way?"
    )
