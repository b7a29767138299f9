"""Numbers with a derivative, in interval arithmetic: the reference differentiated once more.

The partials in `reference` are formulas in `arb` numbers. Run on a `Dual`, which carries the derivative of what it is along
with it, they give the second derivatives of every operation, as rigorous as the partials themselves.
"""

from collections.abc import Callable, Sequence
from typing import Any, Union

import flint
from flint import arb

from tests.accuracy.reference import PRECISIONS, REFERENCE, Result, is_tight

Number = Union["Dual", arb, float]

INTERIOR_ZEROS = frozenset({"pow", "gelu", "silu", "atan2", "logsumexp"})
"""Operations whose second derivative is a sum that vanishes somewhere: errors are measured against its terms there."""


class Dual:
    """``value + derivative·ε``; `size` is the sum of the magnitudes of the terms that the derivative is made of."""

    __slots__ = ("derivative", "size", "value")

    def __init__(self, value: arb, derivative: arb, size: arb | None = None) -> None:
        self.value = value
        self.derivative = derivative
        self.size = abs(derivative) if size is None else size

    def scaled(self, value: arb, slope: arb) -> "Dual":
        """A function of this number that has `value` and the derivative `slope` here."""
        return Dual(value, slope * self.derivative, abs(slope) * self.size)

    def __add__(self, other: Number) -> "Dual":
        y = dual(other)
        return Dual(self.value + y.value, self.derivative + y.derivative, self.size + y.size)

    def __neg__(self) -> "Dual":
        return Dual(-self.value, -self.derivative, self.size)

    def __sub__(self, other: Number) -> "Dual":
        return self + -dual(other)

    def __rsub__(self, other: Number) -> "Dual":
        return -self + other

    def __mul__(self, other: Number) -> "Dual":
        y = dual(other)
        return Dual(
            self.value * y.value,
            self.derivative * y.value + self.value * y.derivative,
            self.size * abs(y.value) + abs(self.value) * y.size,
        )

    __radd__, __rmul__ = __add__, __mul__

    def __truediv__(self, other: Number) -> "Dual":
        y = dual(other)
        return self * y.scaled(1 / y.value, -1 / (y.value * y.value))

    def __rtruediv__(self, other: Number) -> "Dual":
        return dual(other) / self

    def __pow__(self, n: int) -> "Dual":
        return self.scaled(self.value**n, n * self.value ** (n - 1))

    def __abs__(self) -> "Dual":
        return -self if self.value < 0 else self

    def __float__(self) -> float:
        return float(self.value)

    def __lt__(self, other: Number) -> bool:
        return bool(self.value < dual(other).value)

    def __le__(self, other: Number) -> bool:
        return bool(self.value <= dual(other).value)

    def __gt__(self, other: Number) -> bool:
        return bool(self.value > dual(other).value)

    def __ge__(self, other: Number) -> bool:
        return bool(self.value >= dual(other).value)

    def __eq__(self, other: object) -> bool:
        return bool(self.value == dual(other).value)

    __hash__ = None  # type: ignore[assignment]

    def max(self, other: Number) -> "Dual":
        """The larger of two different numbers."""
        return self if self > other else dual(other)

    def min(self, other: Number) -> "Dual":
        """The smaller of two different numbers."""
        return self if self < other else dual(other)

    def root(self, n: int) -> "Dual":
        """The n-th root of a positive number."""
        root = self.value.root(n)
        return self.scaled(root, root / (n * self.value))

    def atan2(self, x: Number) -> "Dual":
        """The angle of the point (x, self)."""
        x = dual(x)
        square = self.value * self.value + x.value * x.value
        turned = self.scaled(arb(0), x.value / square) + x.scaled(arb(0), -self.value / square)
        return Dual(arb.atan2(self.value, x.value), turned.derivative, turned.size)

    def contains(self, x: float) -> bool:
        """Whether the number may be `x`."""
        return bool(self.value.contains(x))


def dual(x: Any) -> Dual:
    """`x` as it is, or as a constant."""
    return x if isinstance(x, Dual) else Dual(arb(x), arb(0))


SLOPES: dict[str, Callable[[arb], arb]] = {
    "exp": lambda x: x.exp(),
    "expm1": lambda x: x.exp(),
    "log": lambda x: 1 / x,
    "log1p": lambda x: 1 / (1 + x),
    "sqrt": lambda x: 1 / (2 * x.sqrt()),
    "sin": lambda x: x.cos(),
    "cos": lambda x: -x.sin(),
    "tan": lambda x: 1 / x.cos() ** 2,
    "asin": lambda x: 1 / (1 - x * x).sqrt(),
    "acos": lambda x: -1 / (1 - x * x).sqrt(),
    "atan": lambda x: 1 / (1 + x * x),
    "sinh": lambda x: x.cosh(),
    "cosh": lambda x: x.sinh(),
    "tanh": lambda x: 1 / x.cosh() ** 2,
    "asinh": lambda x: 1 / (1 + x * x).sqrt(),
    "acosh": lambda x: 1 / (x * x - 1).sqrt(),
    "atanh": lambda x: 1 / (1 - x * x),
    "erf": lambda x: 2 / arb.pi().sqrt() * (-x * x).exp(),
    "erfc": lambda x: -2 / arb.pi().sqrt() * (-x * x).exp(),
    "sgn": lambda x: arb(0),
    "floor": lambda x: arb(0),
    "ceil": lambda x: arb(0),
}
"""The derivatives of the functions of `arb` that the reference is written in."""


def _method(name: str, slope: Callable[[arb], arb]) -> Callable[[Dual], Dual]:
    return lambda x: x.scaled(getattr(x.value, name)(), slope(x.value))


for _name, _slope in SLOPES.items():
    setattr(Dual, _name, _method(_name, _slope))


def second_derivatives(name: str, args: Sequence[float]) -> list[list[Result]]:
    """The derivatives of all partials of operation `name` by all operands, each with the scale of its error."""
    columns = range(1 if name == "pow" and args[0] < 0.0 else len(args))  # a negative base: none by the exponent
    return [_column(name, args, along) for along in columns]


def _column(name: str, args: Sequence[float], along: int) -> list[Result]:
    """The derivatives of all partials by operand `along`."""
    for precision in PRECISIONS:
        with flint.ctx.workprec(precision):
            operands = [Dual(arb(x), arb(i == along)) for i, x in enumerate(args)]
            results = [dual(r[0] if isinstance(r, tuple) else r) for r in REFERENCE[name](*operands)[1:]]
            found = [(r.derivative, r.size if name in INTERIOR_ZEROS else r.derivative) for r in results]
            if all(is_tight(ball) for pair in found for ball in pair):
                return found
    raise ArithmeticError(f"the second derivatives of {name}{tuple(args)} need more than {PRECISIONS[-1]} bits")
