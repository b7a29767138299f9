"""Second derivatives against the reference: relative errors, in all combinations of the two modes."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from flint import arb

from autograd_core.row import Primitive
from tests.accuracy.duals import second_derivatives as true_derivatives
from tests.accuracy.engine import Point, value_and_partials
from tests.accuracy.measure import Worst, batches, truth_of
from tests.accuracy.reference import Result, truth
from tests.accuracy.sampling import points as samples

SecondEvaluator = Callable[[Primitive, Sequence[Point]], Sequence[Sequence[np.ndarray]]]
"""The derivatives of all partials of a row by operand j, in list j, at several points: an array for each."""

LIMIT = 1e-12
RANGE = 2.0**200
"""Operands are at most this large and not smaller than its inverse, so that third powers of theirs are normal numbers."""

HUGE = arb(2) ** 1000
"""Nothing is promised from here on: the terms of a sum may overflow on the way."""

ULP = 2.0**-52
"""What an ulp is, relative to a number, at most: relative errors are up to twice too large here."""


def moderate_points(row: Primitive, count: int, seed: int = 0) -> Iterator[Point]:
    """`count` points of `sampling` in `RANGE` where the value and all partials are zero or normal numbers."""
    draw = samples(row, 1 << 62, seed)
    while count:
        args = next(draw)
        if all(x == 0.0 or 1.0 / RANGE <= abs(x) <= RANGE for x in args) and _is_moderate(row, args):
            count -= 1
            yield args


def _is_moderate(row: Primitive, args: Point) -> bool:
    value, partials = value_and_partials(row, args)
    results = [x for x in (value, *partials) if x == x]
    if not all(x == 0.0 or 2.0**-1022 <= abs(x) < math.inf for x in results):
        return False
    # a zero may be what a tiny number has become
    return 0.0 not in results or all(
        x or true == 0 for x, (true, _) in zip(results, truth(row.name, args), strict=True)
    )


def is_promised(columns: Sequence[Sequence[Result]]) -> bool:
    """Whether no second derivative, and no term of one, is huge."""
    return all(abs(number) < HUGE for column in columns for result in column for number in result)


def measure_second(
    row: Primitive, count: int, systems: Mapping[str, SecondEvaluator], seed: int = 0
) -> dict[str, Worst]:
    """The worst relative errors of the second derivatives of `row`, at `count` points less those where one is huge."""
    worst = {system: Worst() for system in systems}
    for batch in batches(moderate_points(row, count, seed)):
        found = [(args, columns) for args in batch if is_promised(columns := true_derivatives(row.name, args))]
        if not found:
            continue
        points, truths = zip(*found, strict=True)
        wanted = {
            (j, i): truth_of([columns[j][i] for columns in truths])
            for j, column in enumerate(truths[0])
            for i in range(len(column))
        }
        for system, evaluate in systems.items():
            if got := evaluate(row, points):
                errors = [np.where(true.is_normal, true.ulps(got[j][i]), 0.0) for (j, i), true in wanted.items()]
                worst[system].update(np.max(errors, axis=0) * ULP, points, np.full(len(points), True))
    return worst
