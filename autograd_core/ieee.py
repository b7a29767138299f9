"""Float arithmetic that never raises: the namespace `m` for plain numbers.

Python's `math` raises ``OverflowError``, ``ZeroDivisionError`` and ``ValueError`` where IEEE-754 has a result
(±inf or nan). Here they become that result, in the functions of this module and in the operators of `Float`.
"""

import math
from collections.abc import Callable, Sequence
from functools import reduce
from itertools import accumulate

inf, nan = math.inf, math.nan


class Float(float):
    """A float whose division and power follow IEEE-754 instead of raising; every result is a `Float` again."""

    __slots__ = ()

    def __add__(self, other: float) -> "Float":
        return Float(float.__add__(self, other))

    def __sub__(self, other: float) -> "Float":
        return Float(float.__sub__(self, other))

    def __rsub__(self, other: float) -> "Float":
        return Float(float.__rsub__(self, other))

    def __mul__(self, other: float) -> "Float":
        return Float(float.__mul__(self, other))

    def __truediv__(self, other: float) -> "Float":
        return Float(divide(self, other))

    def __rtruediv__(self, other: float) -> "Float":
        return Float(divide(other, self))

    def __mod__(self, other: float) -> "Float":
        return Float(float.__mod__(self, other) if other else nan)

    def __rmod__(self, other: float) -> "Float":
        return Float(float.__rmod__(self, other) if self else nan)

    def __pow__(self, other: float, modulus: None = None) -> "Float":
        return Float(pow(self, other))

    def __rpow__(self, other: float, modulus: None = None) -> "Float":
        return Float(pow(other, self))

    def __neg__(self) -> "Float":
        return Float(float.__neg__(self))

    __radd__, __rmul__ = __add__, __mul__


def divide(x: float, y: float) -> float:
    """The IEEE quotient: x/0 is ±inf by the signs of both, 0/0 and nan/0 are nan."""
    try:
        return float(x) / float(y)
    except ZeroDivisionError:
        return nan if x == 0.0 or x != x else math.copysign(inf, x) * math.copysign(1.0, y)


def pow(x: float, p: float) -> float:
    """C's ``pow`` with its IEEE results: pow(0, -1) is inf, pow(-8, 1/3) is nan, overflow keeps its sign."""
    try:
        return Float(math.pow(x, p))
    except (OverflowError, ValueError):
        if x < 0.0 and not float(p).is_integer():
            return Float(nan)
        odd = float(p).is_integer() and p % 2.0 == 1.0
        return Float(math.copysign(inf, x) if odd else inf)


def abs(x: float) -> float:
    """The absolute value."""
    return Float(math.fabs(x))


def where(condition: bool, a: float, b: float) -> float:
    """`a` if the condition holds, else `b`."""
    return a if condition else b


def fsum(xs: Sequence[float]) -> float:
    """The exactly rounded sum, also where a partial sum overflows; infinities add as in IEEE."""
    try:
        return Float(math.fsum(xs))
    except (OverflowError, ValueError):
        if all(map(math.isfinite, xs)):
            from fractions import Fraction  # rarely needed, and slow to load

            total = sum(map(Fraction, xs))
            try:
                return Float(float(total))
            except OverflowError:
                return Float(inf if total > 0 else -inf)
        return Float(sum(x for x in xs if not math.isfinite(x)))


def prod(xs: Sequence[float]) -> float:
    """The product, rounded once; no partial product overflows or underflows."""
    if 0.0 in xs or not all(map(math.isfinite, xs)):
        return Float(math.prod(x if x - x != 0.0 or x == 0.0 else math.copysign(1.0, x) for x in xs))
    return _join(*reduce(_times, xs, (1, 0)))


def leave_one_out(xs: Sequence[float]) -> list[float]:
    """For each element the product of all others, in two passes: what stands before it times what stands behind."""
    if not all(map(math.isfinite, xs)):
        return [prod([*xs[:i], *xs[i + 1 :]]) for i in range(len(xs))]
    before = list(accumulate(xs, _times, initial=(1, 0)))
    behind = list(accumulate(reversed(xs), _times, initial=(1, 0)))[::-1]
    return [_join(b[0] * a[0], b[1] + a[1]) for b, a in zip(before, behind[1:], strict=False)]


def _times(product: tuple[int, int], x: float) -> tuple[int, int]:
    """A product as an integer mantissa of at most 128 bits and an exponent, times `x`."""
    numerator, denominator = float(x).as_integer_ratio()
    mantissa = product[0] * numerator
    excess = max(0, mantissa.bit_length() - 128)
    return mantissa >> excess, product[1] + excess + 1 - denominator.bit_length()


def _join(mantissa: int, exponent: int) -> float:
    size = mantissa.bit_length() + exponent
    if mantissa == 0 or size < -1080:
        return Float(math.copysign(0.0, mantissa))
    if size > 1024:
        return Float(math.copysign(inf, mantissa))
    try:
        return Float(mantissa << exponent if exponent >= 0 else mantissa / (1 << -exponent))  # rounded once
    except OverflowError:
        return Float(math.copysign(inf, mantissa))


def _at_pole(name: str, pole: float, value: float) -> Callable[[float], float]:
    """The function of `math` called `name`, with ±`value` at ±`pole` and nan outside of the domain."""
    function: Callable[[float], float] = getattr(math, name)

    def quiet(x: float) -> float:
        try:
            return Float(function(x))
        except ValueError:
            return Float(value if x == pole else -value if x == -pole and name == "atanh" else nan)

    return quiet


def _overflowing(name: str, odd: bool = False) -> Callable[[float], float]:
    """The function of `math` called `name`, with inf (of the argument's sign if `odd`) on overflow."""
    function: Callable[[float], float] = getattr(math, name)

    def quiet(x: float) -> float:
        try:
            return Float(function(x))
        except OverflowError:
            return Float(math.copysign(inf, x) if odd else inf)

    return quiet


def _partial(name: str) -> Callable[..., float]:
    """The function of `math` called `name`, with nan outside of its domain."""
    function: Callable[..., float] = getattr(math, name)

    def quiet(*xs: float) -> float:
        try:
            return Float(function(*xs))
        except ValueError:
            return Float(nan)

    return quiet


def _rounding(name: str) -> Callable[[float], float]:
    """``floor`` or ``ceil`` as a float, ±inf and nan unchanged, the sign of zero kept."""
    function: Callable[[float], int] = getattr(math, name)

    def quiet(x: float) -> float:
        return Float(math.copysign(function(x), x) if math.isfinite(x) else x)

    return quiet


exp, exp2, expm1, cosh = map(_overflowing, ("exp", "exp2", "expm1", "cosh"))
sinh = _overflowing("sinh", odd=True)
log, log2, log10 = (_at_pole(name, 0.0, -inf) for name in ("log", "log2", "log10"))
log1p = _at_pole("log1p", -1.0, -inf)
atanh = _at_pole("atanh", 1.0, inf)
sqrt, sin, cos, tan, asin, acos, acosh = map(_partial, ("sqrt", "sin", "cos", "tan", "asin", "acos", "acosh"))
atan, asinh, tanh, cbrt, erf, erfc, atan2, hypot = map(
    _partial, ("atan", "asinh", "tanh", "cbrt", "erf", "erfc", "atan2", "hypot")
)
floor, ceil = map(_rounding, ("floor", "ceil"))
