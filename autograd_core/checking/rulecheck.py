"""Checking the rules of single operations: each partial against differences of the operation's own values."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..evaluate import NUMBERS
from ..ieee import Float
from ..row import UNSELECTED, Primitive
from ..value import Value
from .finite_differences import EPSILON, TINIEST, Estimate, Function, Sample, derivative, rounding_noise
from .replay import on_floats

POINTS = 200
"""At how many points of a graph an operation is checked: evenly chosen if it stands at more of them."""
COARSE = 1e-8
"""A check with a larger relative bound is reported as coarse."""


class Fault(NamedTuple):
    """A partial that its operation's values contradict."""

    row: Primitive
    operands: tuple[float, ...]
    argument: int
    partial: float
    numerical: float
    error: float
    node: Value | None = None

    @property
    def argument_name(self) -> str:
        """The name of the argument, as far as the row names it."""
        return argument_name(self.row, self.argument, len(self.operands))


class Checked(NamedTuple):
    """How the check of one operation went."""

    points: int
    partials: int
    """How many partials are right."""
    coarse: int
    """How many of them could be seen to fewer than 8 digits only: the values of the operation show no more."""
    unchecked: int


def argument_name(row: Primitive, index: int, count: int) -> str:
    """What the operand number `index` of `count` is called: ``x``, or ``weights[0]`` in a sequence."""
    if not row.variadic:
        return row.parameters[index]
    if len(row.parameters) == 1:
        return f"{row.parameters[0]}[{index}]"
    half = count // 2
    names = (*(f"{row.parameters[0]}[{i}]" for i in range(half)), *(f"{row.parameters[1]}[{i}]" for i in range(half)))
    return (*names, row.parameters[2])[index]


def check_rules(order: Iterable[Value]) -> tuple[dict[str, Checked], list[Fault]]:
    """Every partial that the nodes of a graph recorded, against differences; by the name of the operation."""
    places: dict[str, dict[tuple[tuple[float, ...], tuple[float, ...]], Value]] = {}  # by operands and partials
    for node in order:
        if node.primitive is not None and "constant" not in node.primitive.traits:
            point = tuple([x.data if isinstance(x, Value) else x for x in node.operands])
            places.setdefault(node.op, {}).setdefault((point, node.partials), node)
    checked, faults = {}, []
    for name, nodes in places.items():
        points = list(nodes.items())
        points = points[:: max(1, math.ceil(len(points) / POINTS))]
        partials = coarse = unchecked = 0
        for (point, _), node in points:
            for index, partial in _recorded(node):
                verdict = check_partial(node.primitive, point, index, partial)  # type: ignore[arg-type]
                if isinstance(verdict, Fault):
                    faults.append(verdict._replace(node=node))
                elif verdict is None:
                    unchecked += 1
                else:
                    partials += 1
                    coarse += verdict > COARSE
        checked[name] = Checked(len(points), partials, coarse, unchecked)
    return checked, faults


def _recorded(node: Value) -> list[tuple[int, float]]:
    """The partials of a node by the index of the operand."""
    active = [i for i, x in enumerate(node.operands) if isinstance(x, Value)]
    return list(zip(active, node.partials, strict=True))


def check_partial(row: Primitive, operands: Sequence[float], index: int, partial: float) -> Fault | float | None:
    """A `Fault` if values of the row contradict `partial`; else the relative bound of its error, or None if unknown."""
    if not math.isfinite(partial) or (partial is UNSELECTED and "selection" in row.traits):
        return None  # an infinite slope, a point without derivative, or a side that was not taken
    f, x = along(row, operands, index), operands[index]
    try:
        sample = f(x)
        if not math.isfinite(sample.value) or 0 in _sides(row, operands) or tuple(operands) in row.at:
            return None  # at a kink, or where the row says itself what the derivative is, it is a convention
    except (ArithmeticError, ValueError):
        return None
    tolerance = 2.0 * row.ulp * EPSILON * abs(partial)
    estimate = derivative(f, x)
    if estimate is None or abs(estimate.value - partial) > estimate.error + tolerance:
        estimates = careful(f, x)
        if not estimates or _between(partial, estimates, tolerance):
            return None
        estimate = min(estimates, key=lambda e: abs(e.value - partial))
        if abs(estimate.value - partial) > estimate.error + tolerance:
            return Fault(row, tuple(operands), index, float(partial), estimate.value, estimate.error)
    return estimate.error / abs(partial) if partial else 0.0


def _between(partial: float, estimates: Sequence[Estimate], tolerance: float) -> bool:
    """Whether the point is a kink, and `partial` lies between the derivatives from both sides."""
    if len(estimates) != 2:
        return False
    low, high = sorted(estimates, key=lambda e: e.value)
    return low.value - low.error - tolerance <= partial <= high.value + high.error + tolerance


def careful(f: Function, x: float) -> list[Estimate]:
    """The derivative estimated with all doubts: one estimate, or two, from the left and right, if these differ.

    Rounding is measured, all steps are tried, those in proportion to a small `x` too, and the sides are taken apart.
    """
    noise = rounding_noise(f, x)
    found = []
    for side in (0, -1, 1):
        best = derivative(f, x, side, noise=noise, to_the_end=True)
        if 0.0 < abs(x) < 2.0**-6:
            close = derivative(f, x, side, noise=noise, to_the_end=True, first_step=abs(x) / 4.0)
            if best is None or (close and abs(close.value - best.value) > 2.0 * (close.error + best.error)):
                best = close
        found.append(best)
    center, left, right = found
    if left and right and abs(left.value - right.value) > 2.0 * (left.error + right.error):
        return [left, right]
    return [best for best in (center, left, right) if best][:1]


def along(row: Primitive, operands: Sequence[float], index: int) -> Function:
    """The value of `row` as a function of one operand."""

    def sample(x: float) -> Sample:
        point = [*operands[:index], x, *operands[index + 1 :]]
        value = on_floats(row, point)
        return Sample(value, row.ulp * max(EPSILON * abs(value), TINIEST), _sides(row, point))

    return sample


def _sides(row: Primitive, point: Sequence[float]) -> tuple[int, ...]:
    """On which side of each kink a point is: -1, 0 or 1."""
    kinks = row.kinks(NUMBERS, *row.arguments([Float(x) for x in point])) if row.kinks else ()
    return tuple([(k > 0.0) - (k < 0.0) for k in kinks])
