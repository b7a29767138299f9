"""Rules as expressions: run a rule on symbols, and what it would have computed can be read, printed and compiled.

`Symbol` is the number type and `SYMBOLS` the namespace `m`. From the expression come the straight-line Python
of an operation (`statements.py`) and its formula for people (`formula`).
"""

from collections.abc import Callable, Iterable
from typing import Union

from .row import UNSELECTED, Rule

Operand = Union["Symbol", float]

INFIX = {"<": 1, "<=": 1, ">": 1, ">=": 1, "+": 2, "-": 2, "*": 3, "/": 3, "%": 3, "neg": 4, "**": 5}
"""Operators with their precedence, as in Python; every other operation is written as a call."""


class Symbol:
    """An expression: a variable (``Symbol("x")``), or an operation with its operands.

    >>> x = Symbol("x")
    >>> print(formula(1.0 - x * x))
    1 - x * x
    """

    __slots__ = ("operands", "operation")

    def __init__(self, operation: str, *operands: Operand) -> None:
        self.operation = operation
        self.operands = operands

    @property
    def is_variable(self) -> bool:
        """Whether this is a name, not an operation."""
        return not self.operands

    def __bool__(self) -> bool:
        raise TypeError(f"a rule must not branch on '{formula(self)}': write m.where(condition, a, b) instead")

    def __float__(self) -> float:
        raise TypeError("a rule takes its functions from m: write m.exp(x), not math.exp(x)")

    def __repr__(self) -> str:
        return f"<symbol {formula(self)}>"

    def __neg__(self) -> "Symbol":
        return Symbol("neg", self)


def _binary(operation: str) -> tuple[Callable[[Symbol, Operand], Symbol], Callable[[Symbol, Operand], Symbol]]:
    """The method of an operator and its reflected twin."""

    def method(self: Symbol, other: Operand) -> Symbol:
        return Symbol(operation, self, other)

    def reflected(self: Symbol, other: Operand) -> Symbol:
        return Symbol(operation, other, self)

    return method, reflected


for _name, _operation in {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "mod": "%", "pow": "**"}.items():
    _method, _reflected = _binary(_operation)
    setattr(Symbol, f"__{_name}__", _method)
    setattr(Symbol, f"__r{_name}__", _reflected)
for _name, _operation in {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}.items():
    setattr(Symbol, f"__{_name}__", _binary(_operation)[0])


class _Namespace:
    """The namespace `m` of symbols: ``m.exp(x)`` is the expression ``exp(x)``."""

    def __getattr__(self, name: str) -> Callable[..., Symbol]:
        return lambda *operands: Symbol(name, *operands)


SYMBOLS = _Namespace()


def trace(rule: Rule, names: Iterable[str]) -> Operand:
    """The expression that `rule` computes of variables called `names`."""
    result: Operand = rule(SYMBOLS, *map(Symbol, names))
    return result


def _number(x: float) -> str:
    """A constant as people write it; reading it back gives the same float."""
    if x is UNSELECTED:
        return "UNSELECTED"
    return f"{x:.0f}" if float(x).is_integer() and abs(x) < 1e16 else repr(float(x))


def formula(
    expression: Operand,
    names: dict[int, str] | None = None,
    number: Callable[[float], str] = _number,
    level: int = 0,
) -> str:
    """`expression` as Python source with as few parentheses as needed.

    `names` maps the ``id`` of sub-expressions that already have a name to that name; `number` prints constants;
    `level` is the precedence of the operator next to which the text is to stand.
    """
    names = names or {}

    def write(part: Operand | list[Operand], level: int) -> str:
        if isinstance(part, list):
            return f"[{', '.join(write(operand, 0) for operand in part)}]"
        if not isinstance(part, Symbol):
            text = number(part)
            return f"({text})" if text.startswith("-") and level > INFIX["+"] else text
        if id(part) in names:
            return names[id(part)]
        if part.is_variable:
            return part.operation
        if part.operation == "where":
            condition, a, b = (write(operand, 1) for operand in part.operands)
            return f"({a} if {condition} else {b})"
        if part.operation not in INFIX:
            return f"{part.operation}({', '.join(write(operand, 0) for operand in part.operands)})"
        own = INFIX[part.operation]
        if part.operation == "neg":
            text = f"-{write(part.operands[0], own)}"
        elif part.operation == "**":
            text = f"{write(part.operands[0], own + 1)}**{write(part.operands[1], own)}"
        else:
            left, right = part.operands
            start = write(left, own) if isinstance(left, Symbol) else number(left)
            text = f"{start} {part.operation} {write(right, own + 1)}"
        return f"({text})" if own < level else text

    return write(expression, level)
