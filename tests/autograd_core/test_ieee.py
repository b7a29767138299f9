"""Float arithmetic that never raises, against the tables of IEEE-754 and exact fractions."""

import itertools
import math
import operator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import ieee
from autograd_core.ieee import Float

inf, nan = math.inf, math.nan
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, -3.0, 1e308, 5e-324, inf, -inf, nan]
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def as_text(x: float) -> str:
    return "nan" if x != x else repr(float(x))


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv"])
def test_operators_are_those_of_the_hardware(name: str):
    for x, y in itertools.product(SPECIAL, repeat=2):
        with np.errstate(all="ignore"):
            expected = as_text(getattr(operator, name)(np.float64(x), np.float64(y)))
        for result in (getattr(operator, name)(Float(x), y), getattr(operator, name)(x, Float(y))):
            assert type(result) is Float
            assert as_text(result) == expected, (name, x, y)


def test_powers_are_those_of_the_hardware():
    exponents = [p for p in SPECIAL if p != 0.5]  # NumPy takes a square root there, which differs at -0.0 and -inf
    for x, p in [*itertools.product(SPECIAL, exponents), (-0.0, 0.25), (-8.0, 1.0 / 3.0)]:
        with np.errstate(all="ignore"):
            expected = as_text(np.power(np.float64(x), np.float64(p)))
        assert as_text(Float(x) ** p) == as_text(x ** Float(p)) == as_text(ieee.pow(x, p)) == expected, (x, p)


def test_remainders_are_pythons_and_nan_for_zero():
    for x, y in itertools.product(SPECIAL, repeat=2):
        expected = "nan" if y == 0.0 else as_text(x % y)
        assert as_text(Float(x) % y) == as_text(x % Float(y)) == expected, (x, y)


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("exp", 1000.0, inf), ("exp2", 1024.0, inf), ("expm1", 1000.0, inf), ("cosh", -1000.0, inf),
        ("sinh", 1000.0, inf), ("sinh", -1000.0, -inf), ("log", 0.0, -inf), ("log", -0.0, -inf), ("log", -1.0, nan),
        ("log2", 0.0, -inf), ("log10", -1.0, nan), ("log1p", -1.0, -inf), ("log1p", -2.0, nan), ("log1p", 1.0, math.log(2)),
        ("atanh", 1.0, inf), ("atanh", -1.0, -inf), ("atanh", 2.0, nan), ("sqrt", -1.0, nan), ("sin", inf, nan),
        ("cos", -inf, nan), ("tan", inf, nan), ("asin", 2.0, nan), ("acos", 2.0, nan), ("acosh", 0.0, nan),
        ("floor", inf, inf), ("ceil", -inf, -inf), ("floor", nan, nan), ("floor", -0.0, -0.0), ("ceil", -0.5, -0.0),
        ("floor", 2.5, 2.0), ("ceil", 2.5, 3.0), ("floor", 1e300, 1e300),
    ],
)  # fmt: skip
def test_functions_at_their_poles(name: str, x: float, expected: float):
    result = getattr(ieee, name)(x)
    assert type(result) is Float
    assert as_text(result) == as_text(expected)


def nearest(total: Fraction) -> float:
    try:
        return float(total)
    except OverflowError:
        return inf if total > 0 else -inf


@given(st.lists(FINITE | st.sampled_from([1e308, -1e308, 1.7e308]), max_size=6))
def test_sums_are_exact(xs: list[float]):
    assert ieee.fsum(xs) == nearest(sum(map(Fraction, xs), Fraction(0)))


@pytest.mark.parametrize(
    ("xs", "expected"),
    [
        ([inf, 1.0], inf),
        ([-inf, 1e308, 1e308], -inf),
        ([inf, -inf], nan),
        ([nan, inf], nan),
        ([1e308, nan, 1e308], nan),
    ],
    ids=str,
)
def test_sums_of_infinities(xs: list[float], expected: float):
    assert as_text(ieee.fsum(xs)) == as_text(expected)


@given(st.lists(FINITE.filter(bool) | st.sampled_from([1e200, 1e-200, -3.0]), max_size=6))
def test_products_neither_overflow_nor_underflow_on_the_way(xs: list[float]):
    """Each of the at most ten roundings is half an ulp, and the last may be to a subnormal."""

    def check(got: float, factors: list[float]) -> None:
        true = Fraction(1)
        for x in factors:
            true *= Fraction(x)
        if math.isinf(got):
            assert abs(true) > Fraction(1.7976931348623155e308)
            assert (got > 0) == (true > 0)
        else:
            assert abs(Fraction(got) - true) <= abs(true) * Fraction(2) ** -49 + Fraction(5e-324)

    check(ieee.prod(xs), xs)
    for i, rest in enumerate(ieee.leave_one_out(xs)):
        check(rest, xs[:i] + xs[i + 1 :])


@pytest.mark.parametrize(
    ("xs", "expected"),
    [([0.0, 5.0], 0.0), ([-0.0, 5.0], -0.0), ([inf, 0.0], nan), ([inf, -2.0], -inf), ([nan, 0.0], nan), ([], 1.0)],
    ids=str,
)
def test_products_of_zeros_and_infinities(xs: list[float], expected: float):
    assert as_text(ieee.prod(xs)) == as_text(expected)
