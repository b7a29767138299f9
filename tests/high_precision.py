"""The rows in arithmetic of many digits: `HIGH` is a namespace `m` of mpmath numbers that never raises.

`partial` differentiates a row's primal numerically, with so many digits that the result is exact to a double. It
trusts the primal: that primals compute what their names say is measured in `tests/accuracy`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import mpmath

from autograd_core.primitives import TABLE
from autograd_core.row import Primitive

MP = mpmath.MPContext()
MP.dps = 120
STEP = MP.mpf(10) ** -30


class High:
    """An `mpf` whose operations give nan where they have no real result."""

    __slots__ = ("number",)

    def __init__(self, number: Any) -> None:
        self.number = MP.mpf(number)

    def __bool__(self) -> bool:
        return self.number != 0

    def __lt__(self, other: Any) -> bool:
        return self.number < _raw(other)

    def __le__(self, other: Any) -> bool:
        return self.number <= _raw(other)

    def __gt__(self, other: Any) -> bool:
        return self.number > _raw(other)

    def __ge__(self, other: Any) -> bool:
        return self.number >= _raw(other)


def _raw(x: Any) -> Any:
    return x.number if isinstance(x, High) else MP.mpf(x)


def _total(function: Callable[..., Any]) -> Callable[..., High]:
    """`function` of mpmath numbers as a function of `High`: nan instead of an error or a complex number."""

    def quiet(*operands: Any) -> High:
        try:
            result = function(*map(_raw, operands))
        except (ArithmeticError, ValueError):
            result = MP.nan
        return High(result if isinstance(result, MP.mpf) else MP.nan)

    return quiet


_OPERATORS: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "truediv": lambda x, y: x / y,
    "mod": lambda x, y: x - y * MP.floor(x / y),
    "pow": lambda x, y: x**y,
}
for _name, _function in _OPERATORS.items():
    _operator = _total(_function)
    setattr(High, f"__{_name}__", _operator)
    setattr(High, f"__r{_name}__", lambda x, y, operator=_operator: operator(y, x))
High.__neg__ = _total(lambda x: -x)


def _cbrt(x: Any) -> Any:
    return -MP.cbrt(-x) if x < 0 else MP.cbrt(x)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(MP, name) for name in """exp expm1 log log1p log10 sqrt sin cos tan asin acos atan atan2 sinh
    cosh tanh asinh acosh atanh erf erfc hypot floor ceil""".split()},
    "exp2": lambda x: MP.mpf(2) ** x, "log2": lambda x: MP.log(x, 2), "cbrt": _cbrt, "abs": abs,
}  # fmt: skip


class _Namespace:
    """The namespace `m`; rows that mpmath has no function for are computed by their primal."""

    def where(self, condition: object, a: Any, b: Any) -> Any:
        return a if condition else b

    def fsum(self, xs: Sequence[Any]) -> High:
        return High(MP.fsum(map(_raw, xs)))

    def prod(self, xs: Sequence[Any]) -> High:
        return High(MP.fprod(map(_raw, xs)))

    def leave_one_out(self, xs: Sequence[Any]) -> list[High]:
        return [self.prod([*xs[:i], *xs[i + 1 :]]) for i in range(len(xs))]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in _FUNCTIONS:
            return _total(_FUNCTIONS[name])
        return lambda *operands: TABLE[name].primal(self, *operands)


HIGH = _Namespace()


def value(row: Primitive, operands: Sequence[Any]) -> Any:
    """The value of `row` at flat `operands`, as an `mpf`."""
    return _raw(row.primal(HIGH, *row.arguments([High(x) for x in operands])))


def partial(row: Primitive, operands: Sequence[Any], index: int) -> Any:
    """The derivative of `row` by its operand `index`: a central difference with a hundred digits and more."""
    step = STEP * max(abs(MP.mpf(operands[index])), STEP)
    left, right = list(operands), list(operands)
    left[index], right[index] = MP.mpf(operands[index]) - step, MP.mpf(operands[index]) + step
    return (value(row, right) - value(row, left)) / (2 * step)
