"""The suites that look at rows, each as a function of a faulty row: what it says, or None if it finds nothing.

They run in this process and on the row alone; the whole suite for each of some five hundred faults would take hours.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import pytest

from autograd_core import value
from autograd_core.evaluate import compiled
from autograd_core.functions import FUNCTIONS
from autograd_core.primitives import TABLE
from autograd_core.row import Primitive
from tests import derived
from tests.accuracy.engine import Point, eager
from tests.accuracy.measure import Truth, batches, truth_of
from tests.accuracy.reference import truth
from tests.accuracy.sampling import points
from tests.autograd_core.test_contract import DIFFERENTIATING, check_gradient

POINTS = 300
"""How many points the suites look at; some of them are at each edge (see `sampling.SPECIAL`)."""


@cache
def _known(name: str) -> list[tuple[list[Point], list[Truth]]]:
    """Points of an operation, with the truth of its value and partials."""
    row = TABLE[name]
    return [
        (batch, [truth_of(column) for column in zip(*map(partial(truth, name), batch), strict=True)])
        for batch in batches(points(row, POINTS))
    ]


def accuracy(faulty: Primitive) -> str | None:
    """`tests/accuracy`: the promised ulp, against the truth in interval arithmetic."""
    for batch, truths in _known(faulty.name):
        for index, (true, got) in enumerate(zip(truths, eager(faulty, batch), strict=False)):
            error, x = max(zip(true.ulps(got).tolist(), batch, strict=True))
            if error > faulty.ulp:
                return f"{f'partial {index - 1}' if index else 'value'} is {error:.3g} ulp off at {x}"
    return None


def differences(faulty: Primitive) -> str | None:
    """`tests/derived.py`: the partials against the numerical derivative of the row's own primal in 120 digits."""
    return derived.disagreement(faulty, TABLE[faulty.name], count=60)


def contract(faulty: Primitive) -> str | None:
    """`tests/contract.py`: every gradient that the numerical contract promises."""
    with planted(faulty):
        for case in DIFFERENTIATING:
            try:
                check_gradient(case)
            except (AssertionError, ArithmeticError, pytest.fail.Exception) as error:
                return f"{case}: {str(error).splitlines()[0]}"
    return None


SUITES: dict[str, Callable[[Primitive], str | None]] = {
    "accuracy": accuracy,
    "differences": differences,
    "contract": contract,
}


@contextmanager
def planted(faulty: Primitive) -> Iterator[None]:
    """The engine with the partials and conventions of a faulty row in place of those of its table."""
    row = TABLE[faulty.name]
    healthy = row.partials, row.at
    row.partials, row.at = faulty.partials, faulty.at
    _forget(row)
    try:
        yield
    finally:
        row.partials, row.at = healthy
        _forget(row)


def _forget(row: Primitive) -> None:
    """Drop what was compiled from `row`: for `apply`, and for the function, which keeps its own if it is unary."""
    for key in [key for key in value._kernels if key[0] is row]:
        del value._kernels[key]
    function: Any = FUNCTIONS[row.name]
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    if "kernel" in cells:
        cells["kernel"].cell_contents = compiled(row, (True,))
