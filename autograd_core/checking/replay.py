"""Recording a function, and running what was recorded again: its rows at other numbers, real or complex."""

import cmath
import math
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from ..containers import describe, is_number, leaves, rebuild
from ..domains import raises_domain_errors
from ..evaluate import NUMBERS, check_domain
from ..ieee import Float
from ..primitives import TABLE
from ..row import Primitive
from ..value import Value, as_float


class Problem:
    """A function and a point: its inputs as a flat list of numbers, and their names.

    Parameters
    ----------
    f
        A function that returns one number.
    args
        Its arguments: numbers, or nested containers of numbers.
    name
        Whom errors speak for.
    names
        What the inputs are called; by default the parameters of `f` with indices, such as ``x[0]``.

    Raises
    ------
    TypeError
        If `f` cannot be called, or an argument holds something else than numbers.
    """

    def __init__(self, f: Callable[..., Any], args: Sequence[Any], name: str, names: Sequence[str] = ()) -> None:
        if not callable(f):
            raise TypeError(f"{name} takes a function, got {describe(f)}")
        found = [(_parameter(f, i) + path, x) for i, arg in enumerate(args) for path, x in leaves(arg)]
        self.function, self.args, self.name = f, args, name
        self.names = list(names) or [path for path, _ in found]
        self.numbers = [x.data if isinstance(x, Value) else as_float(x, f"{name}: {path}") for path, x in found]

    def call(self, inputs: Sequence[Any]) -> Value:
        """The result of the function at `inputs`, as a Value.

        Raises
        ------
        TypeError
            If it is not one number.
        """
        filled = iter(inputs)
        result = self.function(*[rebuild(arg, filled) for arg in self.args])
        if isinstance(result, Value):
            return result
        if is_number(result):
            return Value(float(result))
        raise TypeError(f"{self.name}: the function must return one number, got {describe(result)}")

    def record(self) -> tuple[Value, list[Value]]:
        """The root of the graph at the point, and the Values of the inputs."""
        inputs = [Value(x, label) for x, label in zip(self.numbers, self.names, strict=True)]
        return self.call(inputs), inputs


def _parameter(f: Callable[..., Any], index: int) -> str:
    """The name of a parameter of `f`, where it has one."""
    code = getattr(f, "__code__", None)
    names = code.co_varnames[: code.co_argcount] if code else ()
    return names[index] if index < len(names) else f"x{index}" if index else "x"


def replay(order: Sequence[Value], leaves: Mapping[Value, Any], compute: Callable[..., Any]) -> dict[Value, Any]:
    """The number of every node of `order` when those of `leaves` are replaced.

    `compute(row, operands)` gives the result of an operation; operations on unchanged numbers are not repeated.
    """
    numbers: dict[Value, Any] = {}
    changed: set[Value] = set()
    for node in order:
        if node in leaves:
            numbers[node] = leaves[node]
            changed.add(node)
        elif node.primitive is not None and not changed.isdisjoint(node.parents):
            operands = [numbers[x] if isinstance(x, Value) else x for x in node.operands]
            numbers[node] = compute(node.primitive, operands)
            changed.add(node)
        else:
            numbers[node] = node.data
    return numbers


def on_floats(row: Primitive, operands: Sequence[float]) -> float:
    """The value of `row` at floats; a `DomainError` outside of its domain, as when it was recorded."""
    if raises_domain_errors():
        check_domain(row, operands, [""] * len(operands))
    return float(row.primal(NUMBERS, *row.arguments([Float(x) for x in operands])))


def kinks_of(node: Value) -> list[float]:
    """The numbers that vanish where the derivative of the operation jumps (see `Primitive.kinks`); none for most."""
    row = node.primitive
    if row is None or row.kinks is None:
        return []
    operands = [Float(x.data if isinstance(x, Value) else x) for x in node.operands]
    return [float(k) for k in row.kinks(NUMBERS, *row.arguments(operands))]


# Complex numbers ------------------------------------------------------------------------------------------------


def _real(z: Any) -> float:
    """The real part of a complex or real number."""
    return float(z.real)


def _quiet(operation: Callable[..., complex]) -> Callable[..., "Complex"]:
    """`operation`, its result a `Complex`; nan where it has none, as in IEEE nothing raises."""

    @wraps(operation)
    def method(*operands: Any) -> "Complex":
        try:
            return Complex(operation(*operands))
        except (ArithmeticError, ValueError):
            return Complex(math.nan, math.nan)

    return method


class Complex(complex):
    """A complex number in the rules of the table: it is compared by its real part, and overflow gives nan."""

    __slots__ = ()

    @_quiet
    def __mod__(self, other: Any) -> complex:
        return Complex(self - other * math.floor(_real(self) / _real(other)))

    def __rmod__(self, other: Any) -> "Complex":
        return Complex(other) % self

    @_quiet
    def __pow__(self, p: Any, modulus: None = None) -> complex:
        """The power by its real base, times (1 + iε) to the p, so that a small imaginary part keeps its digits."""
        exponent, base = Complex(p), self.real
        if base == 0.0:
            if exponent.imag:  # 0 to the power p is 0 for all p > 0, and by convention 1 at p = 0
                return Complex(0.0 if exponent.real > 0.0 else 1.0)
            return Complex(complex(self) ** exponent.real)
        if exponent.imag == 0.0:
            rest = cmath.exp(exponent.real * cmath.log(complex(self) / base))
            return Complex(math.pow(base, exponent.real) * rest)
        return Complex(cmath.exp(complex(exponent) * cmath.log(self)))

    def __rpow__(self, base: Any, modulus: None = None) -> "Complex":
        return Complex(base) ** self


def _closed(name: str) -> Callable[..., Complex]:
    """The operator of `complex`, its result a `Complex` again."""
    operator = getattr(complex, name)
    return _quiet(lambda self, *other: operator(self, *map(complex, other)))


for _name in "add radd sub rsub mul rmul truediv rtruediv neg".split():
    setattr(Complex, f"__{_name}__", _closed(f"__{_name}__"))
for _name in ("lt", "le", "gt", "ge"):
    _compare = getattr(float, f"__{_name}__")
    setattr(Complex, f"__{_name}__", lambda self, other, _compare=_compare: _compare(self.real, _real(other)))


def _expm1(z: complex) -> complex:
    half = math.sin(0.5 * z.imag)
    return complex(math.expm1(z.real) * math.cos(z.imag) - 2.0 * half * half, math.exp(z.real) * math.sin(z.imag))


def _log1p(z: complex) -> complex:
    x, y = z.real, z.imag
    return complex(0.5 * math.log1p(x * (2.0 + x) + y * y), math.atan2(y, 1.0 + x))


def _cbrt(z: complex) -> complex:
    root = math.cbrt(z.real)
    return root * cmath.exp(cmath.log(z / z.real) / 3.0) if z.real else z ** (1.0 / 3.0)


def _atan2(y: complex, x: complex) -> complex:
    angle = math.atan2(y.real, x.real)
    c, s = math.cos(angle), math.sin(angle)
    return angle + cmath.atan((y * c - x * s) / (x * c + y * s))


def _prod(xs: Sequence[complex]) -> complex:
    return math.prod(xs, start=complex(1.0))


_COMPLEX: dict[str, Callable[..., Any]] = {
    **{name: getattr(cmath, name) for name in
       "exp log log10 sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh".split()},
    "exp2": lambda z: cmath.exp(z * math.log(2.0)),
    "log2": lambda z: cmath.log(z) / math.log(2.0),
    "expm1": _expm1, "log1p": _log1p, "cbrt": _cbrt, "atan2": _atan2,
    "hypot": lambda x, y: cmath.sqrt(x * x + y * y),
    "abs": lambda z: -z if z.real < 0.0 else z,
    "floor": lambda z: math.floor(z.real), "ceil": lambda z: math.ceil(z.real),
    "fsum": lambda zs: sum(zs, start=complex(0.0)), "prod": _prod,
}  # fmt: skip


class _ComplexNumbers:
    """The namespace `m` of complex numbers, continued analytically from the reals."""

    where = staticmethod(lambda condition, a, b: a if condition else b)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in _COMPLEX:
            return _quiet(_COMPLEX[name])
        if name not in TABLE:
            raise AttributeError(name)
        if name in ("erf", "erfc"):
            raise NotComplexError(name)
        return lambda *operands: TABLE[name].primal(self, *operands)


class NotComplexError(TypeError):
    """A function that the standard library does not have for complex numbers."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Python has no {name} of complex numbers")


COMPLEX_NUMBERS = _ComplexNumbers()


def on_complex(row: Primitive, operands: Sequence[Any]) -> Complex:
    """The value of `row` at complex numbers."""
    return Complex(row.primal(COMPLEX_NUMBERS, *row.arguments([Complex(x) for x in operands])))
