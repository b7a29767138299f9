"""Careful formulas for the rows of the table: what several of them share, and what is longer than a line.

Each is written in the arithmetic of a namespace `m`, as the rows are (see `primitives.py`), and says in its docstring what
the plain formula would lose.
"""

import math
from functools import reduce
from typing import Any

from .errors import DivisionByZeroError, DomainError

INF = math.inf
LARGEST = 1.7976931348623157e308  # the largest double
SMALLEST = 2.2250738585072014e-308  # the smallest normal double: below it numbers lose digits
LN2 = 0.6931471805599453
TWO_OVER_SQRT_PI = 1.1283791670955126
ONE_OVER_SQRT_2PI = 0.3989422804014327


def times_exp(m: Any, a: Any, x: Any) -> Any:
    """a·eˣ, also where the product is a normal number but eˣ alone would underflow; 0 at x = −inf."""
    halves = a * m.exp(0.5 * x) * m.exp(0.5 * x)
    return m.where(x < -700.0, m.where(x < -LARGEST, 0.0, halves), a * m.exp(x))


def times_bell(m: Any, a: Any, x: Any, k: float) -> Any:
    """a·exp(−k·x²): h has so few bits that h² is exact, and x² = h² + (x−h)(x+h)."""
    h = m.floor(x * 2.0**20 + 0.5) * 2.0**-20
    e = times_exp(m, a, -k * h * h)
    return m.where(m.abs(x) < 60.0, e + e * m.expm1(-k * (x - h) * (x + h)), 0.0)


def one_minus_square(m: Any, x: Any) -> Any:
    """1−x² to the last digit: from one half on the distance y to the nearer of ±1 is exact, and 1−x² = 2y−y²."""
    y = m.where(x < 0.0, 1.0 + x, 1.0 - x)
    return m.where(m.abs(x) < 0.5, 1.0 - x * x, 2.0 * y - y * y)


def lost(x: Any, y: Any) -> Any:
    """What rounding took from x−y (Knuth's two-sum)."""
    d = x - y
    z = d - x
    return (x - (d - z)) - (y + z)


def exp_of_difference(m: Any, x: Any, y: Any) -> Any:
    """exp(x−y): it multiplies what x−y lost to rounding by |x−y|, so that is put back."""
    e = m.exp(x - y)
    return m.where(m.abs(x - y) < 800.0, e + e * lost(x, y), e)


def sigmoid_of_difference(m: Any, x: Any, y: Any) -> Any:
    """sigmoid(x−y), likewise."""
    s = m.sigmoid(x - y)
    return m.where(m.abs(x - y) < 800.0, s + s * m.sigmoid(y - x) * lost(x, y), s)


def over_square(m: Any, x: Any, y: Any, quotient: Any) -> Any:
    """x/y²: the quotient x/y over y, but a y below 1 would magnify the digits that a subnormal quotient has lost."""
    small = m.where(m.abs(y) > 2.0**-500, x / (y * y), quotient / y)
    return m.where(m.abs(quotient) < SMALLEST, small, quotient / y)


def over_square_norm(m: Any, a: Any, x: Any, y: Any) -> Any:
    """a/(x²+y²), scaled before it squares so that nothing overflows or underflows on the way."""
    size = m.abs(x) + m.abs(y)
    s = m.where(size < 2.0**-500, 2.0**600, m.where(size > 2.0**500, 2.0**-600, 1.0))
    return a * s / ((x * s) * (x * s) + (y * s) * (y * s)) * s


def over_norm(m: Any, x: Any, y: Any, out: Any) -> Any:
    """x/hypot(x, y), scaled where hypot would overflow or lose digits; near ±1 written so that its derivative keeps them."""
    s = m.where(out < 2.0**-900, 2.0**100, m.where(out > 2.0**1000, 0.25, 1.0))
    steep = m.where(x < 0.0, -1.0, 1.0) / m.hypot(1.0, y / x)
    return m.where(m.abs(x) > m.abs(y), steep, x * s / m.hypot(x * s, y * s))


def power_dx(m: Any, x: Any, p: Any, out: Any) -> Any:
    """p·x**(p−1), rearranged where the power alone would overflow or lose digits."""

    def lowered(q: Any) -> Any:  # x**(q−1), with the right sign also where q−1 is no double
        return m.where(m.abs(q) < 2.0**52, x ** (q - 1.0), m.where(m.abs(x) > 0.0, x**q / x, x**q))

    power = lowered(p)
    h = m.where(x > 0.0, 0.5 * (p - 1.0), m.floor(0.5 * p))
    halves = (p * x**h) * lowered(p - h)
    too_large = m.where(m.abs(x) > 0.0, p * out / x, p * power)
    small = m.where(m.abs(x) > 0.0, halves, p * power)  # at 0 nothing is lost, and the halves have no derivative
    return m.where(m.abs(power) < SMALLEST, small, m.where(m.abs(power) > LARGEST, too_large, p * power))


def power_dp(m: Any, x: Any, p: Any, out: Any) -> Any:
    """x**p·log(x), the power in two parts near overflow and underflow; 0 at x = 0."""
    root, log = x ** (0.5 * p), m.log(x)
    slope = m.where(m.abs(p * log) > 700.0, root * log * root, out * log)
    return m.where(m.abs(x) <= 0.0, 0.0, slope)


def cube_root(m: Any, x: Any) -> Any:
    """The C library's cbrt, three ulp off, improved by a Newton step."""
    y = m.cbrt(x)
    improved = m.where(m.abs(x) > 0.0, y - (y - x / (y * y)) / 3.0, x)
    return m.where(m.abs(x) <= LARGEST, improved, x)


def twice_normal_cdf(m: Any, x: Any) -> Any:
    """2Φ(x) = erfc(t), t = −x/√2; its tail multiplies the rounding of t by 2t², which is put back from x²/2 − t²."""
    t = -x * m.sqrt(0.5)
    h, g = m.floor(x * 2.0**20) * 2.0**-20, m.floor(t * 2.0**20) * 2.0**-20
    rounding = (0.5 * h * h - g * g) + (0.5 * (x - h) * (x + h) - (t - g) * (t + g))
    tail = m.erfc(t) - TWO_OVER_SQRT_PI * m.exp(-t * t) * rounding / (2.0 * t)
    return m.where(x < -0.25, m.where(x > -60.0, tail, m.erfc(t)), m.erfc(t))


def softmax(m: Any, xs: Any) -> Any:
    """The weights exp(xᵢ)/Σ exp(xⱼ); even among the largest where these are infinite."""
    top = reduce(m.maximum, xs)
    infinite = [m.where(x < top, 0.0, 1.0) for x in xs]
    exps = [m.where(m.abs(top) < INF, exp_of_difference(m, x, top), e) for x, e in zip(xs, infinite, strict=True)]
    total = m.fsum(exps)
    return [e / total for e in exps]


def logsumexp(m: Any, xs: Any) -> Any:
    """Shifted by the largest, whose exponential 1 is left to log1p."""
    if not xs:
        raise ValueError("logsumexp of an empty sequence")
    top = reduce(m.maximum, xs)
    exps = [exp_of_difference(m, x, top) for x in xs]
    return m.where(m.abs(top) < INF, top + m.log1p(m.fsum([*exps, -1.0])), top)


def logaddexp(m: Any, x: Any, y: Any) -> Any:
    """The larger, plus log1p of the other's exponential relative to it."""
    lower = y + m.log1p(exp_of_difference(m, x, y))
    higher = x + m.log1p(exp_of_difference(m, y, x))
    return m.where(x <= y, m.where(y <= x, x + m.log(2.0), lower), higher)


def logistic(m: Any, x: Any) -> Any:
    """1/(1+exp(−x)); on the left e−e²/(1+e) with e = exp(x), which rounds less than e/(1+e) and cannot overflow."""
    e = m.exp(x)
    return m.where(x < 0.0, e - e * (e / (1.0 + e)), 1.0 / (1.0 + m.exp(-x)))


def logistic_slope(m: Any, x: Any, t: Any, s: Any) -> Any:
    """Derivative of the sigmoid: (1−t²)/4 with t = tanh(x/2) in the middle, s−s² with s = sigmoid(−|x|) outside."""
    return m.where(m.abs(x) < 1.0, 0.25 - 0.25 * t * t, s - s * s)


def outside_pow(x: float, p: float) -> tuple[int, str, type[DomainError]] | None:
    """A negative base needs an integer exponent, a zero base one that is not negative."""
    if x < 0.0 and p % 1.0 > 0.0:
        return 0, "must not be negative when the exponent is not an integer", DomainError
    if x == 0.0 and p < 0.0:
        return 0, "must not be zero when the exponent is negative", DivisionByZeroError
    return None
