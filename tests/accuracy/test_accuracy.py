"""Every row keeps the limit it states: value and partials against 90 bits and more of the truth.

The same of second derivatives and of the losses, all of it eager and compiled. What this does not show: the points are samples, so
the worst of all doubles may be somewhat worse; and the elementary functions are those of the C library that Python runs on
here. ``python -m benchmarks accuracy`` prints the figures.
"""

import math
import random
from collections.abc import Mapping, Sequence

import flint
import numpy as np
import pytest
from flint import arb

from autograd_core.primitives import TABLE
from autograd_core.row import Primitive
from tests.accuracy import losses
from tests.accuracy.engine import Point, eager, eager_second, native, native_second
from tests.accuracy.losses import LOSSES
from tests.accuracy.measure import Evaluator, limit_of, measure, search, truth_of
from tests.accuracy.sampling import points
from tests.accuracy.second import LIMIT, SecondEvaluator, measure_second


def ulps(got: float, true: arb, scale: arb) -> float:
    """The error of one number."""
    return float(truth_of([(true, scale)]).ulps(np.array([got]))[0])


def check(row: Primitive, count: int, systems: Mapping[str, Evaluator]) -> None:
    """Raise `AssertionError` if a result of `row` misses its limit in one of `systems`, at one of `count` points."""
    for (system, name), worst in measure(row, points(row, count), systems).items():
        limit = limit_of(row, system)
        assert worst.error <= limit, (
            f"{row.name}{worst.point}: {name}, {system}, is {worst.error:.2f} ulp off, the limit is {limit}"
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
    with pytest.raises(AssertionError, match=r"d/dx, eager, is .* ulp off, the limit is 2\.0"):
        check(wrong, 2_000, {"eager": eager})


@pytest.mark.parametrize("name", TABLE)
def test_every_row_keeps_its_limit_eager_and_compiled(name: str, one_kernel: None) -> None:
    check(TABLE[name], 2_000, {"eager": eager, "compiled": native})


@pytest.mark.thorough
@pytest.mark.parametrize("name", TABLE)
def test_every_row_keeps_its_limit_eager_and_compiled_at_a_million_points(name: str, one_kernel: None) -> None:
    check(TABLE[name], 1_000_000, {"eager": eager, "compiled": native})


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


def check_second(name: str, count: int, systems: Mapping[str, SecondEvaluator]) -> None:
    """Raise `AssertionError` if a second derivative of a row is off by more than `LIMIT`."""
    for system, worst in measure_second(TABLE[name], count, systems).items():
        what = f"a second derivative of {name}{worst.point}, {system}, is off by {worst.error:.1e} relative"
        assert worst.error <= LIMIT, f"{what}, the limit is {LIMIT}"


@pytest.mark.parametrize("name", TABLE)
def test_second_derivatives_eager_and_compiled(name: str, one_kernel: None) -> None:
    check_second(name, 60 if TABLE[name].variadic else 240, {"eager": eager_second, "compiled": native_second})


@pytest.mark.thorough
@pytest.mark.parametrize("name", TABLE)
def test_second_derivatives_eager_and_compiled_at_many_points(name: str, one_kernel: None) -> None:
    check_second(name, 5_000 if TABLE[name].variadic else 20_000, {"eager": eager_second, "compiled": native_second})


def test_a_second_derivative_that_is_slightly_wrong_fails() -> None:
    def wrong(row: Primitive, batch: Sequence[Point]) -> list[list[np.ndarray]]:
        ((right,),) = eager_second(row, batch)
        return [[right * (1.0 + 2e-12)]]

    check_second("tanh", 20, {"eager": eager_second})
    with pytest.raises(AssertionError, match=r"tanh\(.*, wrong, is off by [234]\.\de-12 relative, the limit is 1e-12"):
        check_second("tanh", 20, {"eager": eager_second, "wrong": wrong})


def test_points_where_a_second_derivative_is_huge_are_left_out() -> None:
    (worst,) = measure_second(TABLE["exp"], 400, {"eager": eager_second}).values()
    assert 300 < worst.count < 400
    assert math.exp(worst.point[0]) < 2.0**1000


def check_loss(name: str, count: int) -> None:
    """Raise `AssertionError` if a loss or its gradient misses the limit."""
    systems = {"eager": losses.eager, "compiled": losses.native}
    for (system, result), worst in losses.measure_loss(name, count, systems).items():
        limit = LOSSES[name].limit(system)
        what = f"{name}{worst.point}: {result}, {system}, is {worst.error:.2f} ulp off"
        assert worst.error <= limit, f"{what}, the limit is {limit}"


@pytest.mark.parametrize("name", LOSSES)
def test_losses_eager_and_compiled(name: str, one_kernel: None) -> None:
    check_loss(name, 1_000)


@pytest.mark.thorough
@pytest.mark.parametrize("name", LOSSES)
def test_losses_eager_and_compiled_at_many_points(name: str, one_kernel: None) -> None:
    check_loss(name, 100_000)
