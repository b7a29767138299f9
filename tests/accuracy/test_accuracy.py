"""Every row keeps the limit it states: value and partials against 90 bits and more of the truth.

The same of compiled kernels, of second derivatives, and of the losses. What this does not show: the points are samples, so
the worst of all doubles may be somewhat worse; and the elementary functions are those of the C library that Python runs on
here. ``python -m benchmarks accuracy`` prints the figures.
"""

import math
import random
from collections.abc import Iterator

import flint
import numpy as np
import pytest
from flint import arb

from autograd_core import tape
from autograd_core.primitives import TABLE
from autograd_core.row import Primitive
from tests.accuracy.engine import eager, native
from tests.accuracy.losses import LOSSES, measure_loss
from tests.accuracy.measure import Evaluator, measure, search, truth_of
from tests.accuracy.sampling import points
from tests.accuracy.second import LIMIT, measure_second

DELICATE = ("pow", "sigmoid", "gelu", "hypot", "fsum", "prod", "logsumexp")
"""Rows whose formulas compilers could spoil."""


def ulps(got: float, true: arb, scale: arb) -> float:
    """The error of one number."""
    return float(truth_of([(true, scale)]).ulps(np.array([got]))[0])


def check(row: Primitive, count: int, evaluate: Evaluator = eager, allowed: float = 0.0) -> None:
    """Raise `AssertionError` if a result of `row` misses its limit by more than `allowed` at one of `count` points."""
    for (_, name), worst in measure(row, points(row, count), {"": evaluate}).items():
        limit = row.ulp + allowed
        assert worst.error <= limit, (
            f"{row.name}{worst.point}: {name} is {worst.error:.2f} ulp off, the limit is {limit}"
        )


def test_the_measure_of_errors() -> None:
    one = arb(1)
    assert ulps(1.0, one, one) == 0.0
    assert ulps(math.nextafter(1.0, 2.0), one, one) == 1.0
    assert ulps(math.nextafter(1.0, 0.0), one, one) == 0.5  # ulps of the true number
    assert ulps(-1.0, -one, one) == 0.0
    with flint.ctx.workprec(150):
        assert ulps(0.1, arb(1) / 10, one) == pytest.approx(0.4 / 16.0)  # 0.1 is rounded by 0.4 of its own ulp
    assert ulps(0.0, arb(5e-324), arb(5e-324)) == 1.0  # the smallest double is an ulp of its own
    assert ulps(0.0, arb(0), arb(0)) == 0.0
    assert ulps(5e-324, arb(0), arb(0)) == 1.0
    assert ulps(2.0**-52, arb(0), one) == 1.0
    assert ulps(math.inf, arb(2) ** 1030, arb(2) ** 1030) == 0.0
    assert ulps(1.7976931348623157e308, arb(2) ** 1030, arb(2) ** 1030) < 1.0
    assert ulps(-math.inf, arb(2) ** 1030, arb(2) ** 1030) > 1e13
    assert ulps(math.inf, one, one) > 1e13
    assert ulps(0.0, one, one) > 1e13
    assert ulps(math.nan, one, one) == math.inf


def test_a_rule_that_is_slightly_wrong_fails() -> None:
    tanh = TABLE["tanh"]
    wrong = Primitive("tanh", tanh.primal, (lambda m, x, out: 1.0 - out * out,), tanh.domain)
    with pytest.raises(AssertionError, match=r"d/dx is .* ulp off, the limit is 2\.0"):
        check(wrong, 2_000)


@pytest.mark.parametrize("name", TABLE)
def test_every_row_keeps_its_limit(name: str) -> None:
    check(TABLE[name], 2_000)


@pytest.mark.thorough
@pytest.mark.parametrize("name", TABLE)
def test_every_row_keeps_its_limit_at_a_million_points(name: str) -> None:
    check(TABLE[name], 1_000_000)


def test_a_search_finds_worse_points() -> None:
    row = TABLE["sinh"]
    start = {name: worst.error for (_, name), worst in measure(row, points(row, 500), {"": eager}).items()}
    found = {name: worst.error for name, worst in search(row, points(row, 500), eager, random.Random(1)).items()}
    assert all(start[name] <= found[name] <= row.ulp for name in start)
    assert found != start


@pytest.mark.thorough
@pytest.mark.parametrize("name", [name for name in TABLE if not TABLE[name].variadic])
def test_no_search_finds_a_point_beyond_the_limit(name: str) -> None:
    row = TABLE[name]
    for result, worst in search(row, points(row, 20_000, 1), eager, random.Random(name)).items():
        assert worst.error <= row.ulp, f"{name}{worst.point}: {result} is {worst.error:.2f} ulp off"


def compiled_allowance(row: Primitive) -> float:
    """What compiled sums may add to the limit: each of six terms rounds once."""
    return 3.0 if row.variadic else 0.0


@pytest.fixture(scope="module")
def one_kernel() -> Iterator[None]:
    """Compile one kernel for all delicate rows instead of one for each."""
    rows = [TABLE[name] for name in sorted((*DELICATE, "mul"))]  # a product of two is a multiplication
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tape.native, "rows_of", lambda *plans: rows)
        yield


@pytest.mark.parametrize("name", DELICATE)
def test_delicate_rows_keep_their_limits_in_compiled_code(name: str, one_kernel: None) -> None:
    check(TABLE[name], 2_000, native, compiled_allowance(TABLE[name]))


@pytest.mark.thorough
@pytest.mark.parametrize("name", TABLE)
def test_every_row_keeps_its_limit_in_compiled_code(name: str) -> None:
    check(TABLE[name], 1_000_000, native, compiled_allowance(TABLE[name]))


def check_second(name: str, count: int) -> None:
    """Raise `AssertionError` if a second derivative of a row is off by more than `LIMIT`."""
    worst = measure_second(TABLE[name], count)
    what = f"a second derivative of {name}{worst.point} is off by {worst.error:.1e} relative"
    assert worst.error <= LIMIT, f"{what}, the limit is {LIMIT}"


@pytest.mark.parametrize("name", TABLE)
def test_second_derivatives(name: str) -> None:
    check_second(name, 60 if TABLE[name].variadic else 240)


@pytest.mark.thorough
@pytest.mark.parametrize("name", TABLE)
def test_second_derivatives_at_many_points(name: str) -> None:
    check_second(name, 100_000)


def check_loss(name: str, count: int) -> None:
    """Raise `AssertionError` if a loss or its gradient misses the limit."""
    for result, worst in measure_loss(name, count).items():
        limit = LOSSES[name].ulp
        assert worst.error <= limit, f"{name}{worst.point}: {result} is {worst.error:.2f} ulp off, the limit is {limit}"


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name: str) -> None:
    check_loss(name, 1_000)


@pytest.mark.thorough
@pytest.mark.parametrize("name", LOSSES)
def test_losses_at_many_points(name: str) -> None:
    check_loss(name, 100_000)
