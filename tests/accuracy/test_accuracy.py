"""Every row keeps the limit it states: value and partials against 90 bits and more of the truth.

What this does not show: the points are samples, so the worst of all doubles may be somewhat worse; and the elementary
functions are those of the C library that Python runs on here.
"""

import math
from collections.abc import Iterable, Sequence

import flint
import pytest
from flint import arb

from autograd_core.primitives import TABLE
from autograd_core.row import Primitive
from tests.accuracy.engine import value_and_partials
from tests.accuracy.reference import truth
from tests.accuracy.sampling import points

PRECISION = 2400
"""Bits in which a double is subtracted from the truth: enough for the smallest from the largest."""


def exponent(x: arb) -> int:
    """The floor of the binary logarithm of a non-zero `x`."""
    mantissa, power = x.mid().man_exp()
    return abs(int(mantissa)).bit_length() + int(power) - 1


def ulps(got: float, true: arb, scale: arb) -> float:
    """The error of `got` in units in the last place of `scale`; infinity stands for 2**1024."""
    if math.isnan(got):
        return math.inf
    with flint.ctx.workprec(PRECISION):
        limit = arb(2) ** 1024
        true = true.max(-limit).min(limit)
        error = true - (math.copysign(1.0, got) * limit if math.isinf(got) else arb(got))
        if error == 0:
            return 0.0
        # 1040: the scale of a result near overflow may lie beyond; that of one far beyond must not hide its error
        unit = -1074 if scale == 0 else max(-1074, min(exponent(scale), 1040) - 52)
        mantissa, power = error.mid().man_exp()
        shift = max(0, abs(int(mantissa)).bit_length() - 64)
        return math.ldexp(abs(int(mantissa)) >> shift, min(900, int(power) + shift - unit))


def errors(row: Primitive, args: Sequence[float]) -> list[float]:
    """The errors of the value and of each partial at `args`, in ulps."""
    value, partials = value_and_partials(row, args)
    results = (value, *partials)
    return [ulps(got, true, scale) for got, (true, scale) in zip(results, truth(row.name, args), strict=False)]


def worst(row: Primitive, samples: Iterable[tuple[float, ...]]) -> list[tuple[float, tuple[float, ...]]]:
    """The largest error of the value and of each partial, each with the point where it occurs."""
    found: list[tuple[float, tuple[float, ...]]] = []
    for args in samples:
        for i, error in enumerate(errors(row, args)):
            if i == len(found):
                found.append((-1.0, ()))
            if error > found[i][0]:
                found[i] = error, args
    return found


def check(row: Primitive, count: int) -> None:
    for i, (error, args) in enumerate(worst(row, points(row, count))):
        result = f"partial {i - 1}" if i else "value"
        assert error <= row.ulp, f"{row.name}{args}: {result} is {error:.2f} ulp off, the row promises {row.ulp}"


def test_the_measure_of_errors() -> None:
    one = arb(1)
    assert ulps(1.0, one, one) == 0.0
    assert ulps(math.nextafter(1.0, 2.0), one, one) == 1.0
    assert ulps(math.nextafter(1.0, 0.0), one, one) == 0.5  # ulps of the true number
    assert ulps(0.0, arb(5e-324), arb(5e-324)) == 1.0  # the smallest double is an ulp of its own
    assert ulps(math.inf, arb(2) ** 1030, arb(2) ** 1030) == 0.0
    assert ulps(1.7976931348623157e308, arb(2) ** 1030, arb(2) ** 1030) < 1.0
    assert ulps(-math.inf, arb(2) ** 1030, arb(2) ** 1030) > 1e13
    assert ulps(math.inf, one, one) > 1e13
    assert ulps(0.0, one, one) > 1e13
    assert ulps(math.nan, one, one) == math.inf


def test_a_rule_that_is_slightly_wrong_fails() -> None:
    tanh = TABLE["tanh"]
    wrong = Primitive("tanh", tanh.primal, (lambda m, x, out: 1.0 - out * out,), tanh.domain)
    with pytest.raises(AssertionError, match=r"partial 0 is .* ulp off, the row promises 2\.0"):
        check(wrong, 2_000)


@pytest.mark.parametrize("name", TABLE)
def test_every_row_keeps_its_limit(name: str) -> None:
    check(TABLE[name], 2_000)


@pytest.mark.thorough
@pytest.mark.parametrize("name", TABLE)
def test_every_row_keeps_its_limit_at_a_million_points(name: str) -> None:
    check(TABLE[name], 1_000_000)
