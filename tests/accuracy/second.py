"""Second derivatives against the reference: relative errors, in all combinations of the two modes."""

import math
from collections.abc import Iterator
from itertools import cycle

import numpy as np

from autograd_core.row import Primitive
from tests.accuracy.duals import second_derivatives as true_derivatives
from tests.accuracy.engine import MODES, Point, second_derivatives, value_and_partials
from tests.accuracy.measure import Worst, truth_of
from tests.accuracy.sampling import points

LIMIT = 1e-12
RANGE = 2.0**200
"""Operands are at most this large and not smaller than its inverse, so that third powers of theirs are normal numbers."""

HUGE = 1000
"""Nothing is promised beyond two to this power: the terms of a sum may overflow on the way."""


def moderate_points(row: Primitive, count: int, seed: int = 0) -> Iterator[Point]:
    """`count` points of `sampling` in `RANGE` where the value and all partials are zero or normal numbers."""
    draw = points(row, 1 << 62, seed)
    while count:
        args = next(draw)
        if all(x == 0.0 or 1.0 / RANGE <= abs(x) <= RANGE for x in args):
            value, partials = value_and_partials(row, args)
            if all(p == 0.0 or 2.0**-1022 <= abs(p) < math.inf for p in (value, *partials) if p == p):
                count -= 1
                yield args


def measure_second(row: Primitive, count: int, seed: int = 0) -> Worst:
    """The worst relative error of the second derivatives of `row`, at `count` points less those where one is huge."""
    worst = Worst()
    for args, mode in zip(moderate_points(row, count, seed), cycle(MODES), strict=False):
        columns = true_derivatives(row.name, args)
        truths = [truth_of(column) for column in columns]
        if any((true.exponent > HUGE).any() for true in truths):
            continue
        got = second_derivatives(row, args, mode)[: len(columns[0])]
        errors = [
            np.max(true.ulps(column), initial=0.0, where=true.is_normal)
            for true, column in zip(truths, got.T, strict=True)
        ]
        worst.update(np.array([max(errors) * 2.0**-52]), [args], np.array([True]))
    return worst
