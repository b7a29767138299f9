"""Formulas of the nodes and edges of a graph, traced from the rows of the table, in plain text or LaTeX.

`operation_of` and `partial_of` give an expression in placeholders (see `place`), once for each node and edge; `write`
prints it with the names of the operands, or with their numbers.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from ..evaluate import NUMBERS
from ..symbolic import SYMBOLS, Operand, Symbol
from ..value import Value
from .text import number

OUT = "out"
"""The placeholder of a node's own value."""
LONGEST = 120
"""A longer formula is not shown."""
OPERATORS: dict[str, Callable[..., Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "%": operator.mod, "**": operator.pow, "neg": operator.neg,
}  # fmt: skip
INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%", "pow": "**"}
PRECEDENCE = {"+": 2, "-": 2, "*": 3, "/": 3, "%": 3, "neg": 2, "**": 5}
SUPERSCRIPTS = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def place(i: int) -> str:
    """The placeholder of operand `i`."""
    return f"operand {i}"


def bindings(node: Value, show: Callable[[Value], str]) -> dict[str, str]:
    """What stands for each placeholder of `node`: what `show` gives of its operands and of itself."""
    found = {place(i): show(x) for i, x in enumerate(node.operands) if isinstance(x, Value)}
    return found | {OUT: show(node)}


def _operands(node: Value) -> list[Operand]:
    return [Symbol(place(i)) if isinstance(x, Value) else x for i, x in enumerate(node.operands)]


def operation_of(node: Value) -> Operand | None:
    """The operation of `node` as an expression in its operands, or None for a leaf."""
    row = node.primitive
    if row is None:
        return None
    operands = _operands(node)
    if row.name == "where":
        condition = node.operands[0]
        return operands[1] if (condition.data if isinstance(condition, Value) else condition) else operands[2]
    if row.name == "dot":
        weights, inputs, bias = row.arguments(operands)
        terms = [w * x for w, x in zip(weights, inputs, strict=True)]
        return _folded("+", [*terms, bias] if isinstance(bias, Symbol) or bias else terms, 0.0)
    if row.name == "fsum":
        return _folded("+", operands, 0.0)
    if row.name == "prod":
        return _folded("*", operands, 1.0)
    defaults = dict(zip(row.parameters[len(row.parameters) - len(row.defaults) :], row.defaults, strict=True))
    while operands and not row.variadic and defaults.get(row.parameters[len(operands) - 1]) == operands[-1]:
        operands.pop()
    return Symbol(INFIX.get(row.name, row.name), *operands)


def _folded(operation: str, terms: list[Operand], empty: float) -> Operand:
    """The sum or product of `terms`, from left to right."""
    return reduce(lambda result, term: Symbol(operation, result, term), terms) if terms else empty


def partial_of(node: Value, operand: int) -> Operand | None:
    """∂node/∂operand as the row's textbook formula, its switches decided at the node's numbers.

    None where there is no formula to show: at a point with a derivative by convention, or where a rule of a whole
    sequence cannot be written for one of its elements.
    """
    row = node.primitive
    numbers = tuple(x.data if isinstance(x, Value) else x for x in node.operands)
    if row is None or numbers in row.at:
        return None
    operands, out = row.arguments(_operands(node)), Symbol(OUT)
    environment = {place(i): x for i, x in enumerate(numbers)} | {OUT: node.data}
    try:
        rules = row.textbook[0](SYMBOLS, *operands, out) if row.variadic else None
        formula = rules[operand] if rules is not None else row.textbook[operand](SYMBOLS, *operands, out)
        return _decided(formula, environment)
    except (ArithmeticError, TypeError, ValueError):  # a rule that loops over its sequence, or needs its numbers
        return None


def _decided(expression: Operand, environment: Mapping[str, float]) -> Operand:
    """`expression` with every ``where`` replaced by the side that its condition selects, and x**1 by x."""
    if not isinstance(expression, Symbol) or expression.is_variable:
        return expression
    if expression.operation == "where":
        condition, a, b = expression.operands
        return _decided(a if _number(condition, environment) else b, environment)
    if expression.operation == "prod":  # of a list: the others of a product
        return _folded("*", expression.operands[0], 1.0)  # type: ignore[arg-type]
    if expression.operation == "**" and not isinstance(exponent := expression.operands[1], Symbol) and exponent == 1.0:
        return _decided(expression.operands[0], environment)  # x² has the derivative 2 · x, not 2 · x¹
    return Symbol(expression.operation, *(_decided(operand, environment) for operand in expression.operands))


def _number(expression: Operand, environment: Mapping[str, float]) -> Any:
    if not isinstance(expression, Symbol):
        return expression
    if expression.is_variable:
        return environment[expression.operation]
    apply = OPERATORS.get(expression.operation) or getattr(NUMBERS, expression.operation)
    return apply(*(_number(operand, environment) for operand in expression.operands))


# Printing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Style:
    """How the parts of a formula are written; every function takes texts and gives a text."""

    number: Callable[[float], str]
    product: str
    quotient: Callable[[str, str], str]
    power: Callable[[str, str], str]
    call: Callable[[str, list[str]], str]
    brackets: Callable[[str], str]
    minus: str
    is_stacked: bool
    """Whether numerator, denominator and exponent stand clear of what is beside them and need no brackets."""


def _plain_power(base: str, exponent: str) -> str:
    return base + (exponent.translate(SUPERSCRIPTS) if exponent.removeprefix("−").isdigit() else f"^{exponent}")


def _plain_call(name: str, operands: list[str]) -> str:
    if name == "sqrt" and operands[0].isalnum():
        return f"√{operands[0]}"
    return f"|{operands[0]}|" if name == "abs" else f"{name}({', '.join(operands)})"


PLAIN = Style(
    number=number,
    product=" · ",
    quotient=lambda a, b: f"{a} / {b}",
    power=_plain_power,
    call=_plain_call,
    brackets=lambda text: f"({text})",
    minus="−",
    is_stacked=False,
)


def write(expression: Operand, bindings: Mapping[str, str], style: Style = PLAIN) -> str:
    """`expression` in the notation of `style`, with its placeholders replaced.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> write((1.0 - x**2.0) / -y, {"x": "out", "y": "−3"})
    '(1 − out²) / (−(−3))'
    """

    def part(expression: Operand, level: int) -> str:
        if not isinstance(expression, Symbol) or expression.is_variable:
            text = bindings[expression.operation] if isinstance(expression, Symbol) else style.number(float(expression))
            negative = text.startswith(style.minus)
            return style.brackets(text) if level > PRECEDENCE["+"] and (negative or " " in text) else text
        name, operands = expression.operation, expression.operands
        own = PRECEDENCE.get(name)
        if own is None:
            return style.call(name, [part(operand, 0) for operand in operands])
        if name == "neg":
            text = style.minus + part(operands[0], PRECEDENCE["*"])
        elif name == "**":
            text = style.power(part(operands[0], own + 1), part(operands[1], 0 if style.is_stacked else own))
        elif name == "/" and style.is_stacked:
            return style.quotient(part(operands[0], 0), part(operands[1], 0))
        else:
            left, right = part(operands[0], own if isinstance(operands[0], Symbol) else 0), part(operands[1], own + 1)
            if name == "*":
                text = left + style.product + right
            elif name == "/":
                text = style.quotient(left, right)
            else:
                text = f"{left} {style.minus if name == '-' else name} {right}"
        return style.brackets(text) if own < level else text

    return part(expression, 0)


def operation_text(node: Value, names: Mapping[Value, str], style: Style = PLAIN) -> str:
    """The operation of `node` in the names of its operands, empty for a leaf: ``tanh(z)``, ``w · x + b``."""
    expression = operation_of(node)
    text = "" if expression is None else write(expression, bindings(node, names.__getitem__), style)
    return text if len(text) <= LONGEST or style.is_stacked else f"{node.op}(…)"


def partial_text(node: Value, operand: int, names: Mapping[Value, str], style: Style = PLAIN) -> str:
    """∂node/∂operand in the names of the operands, ``1 − out²``; empty where there is no formula, or only a number."""
    expression = partial_of(node, operand)
    if not isinstance(expression, Symbol):
        return ""
    text = write(expression, bindings(node, names.__getitem__), style)
    return text if len(text) <= LONGEST or style.is_stacked else ""
