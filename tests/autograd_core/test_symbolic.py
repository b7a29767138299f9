"""Expressions of rules: their formulas, and what rules must not do."""

import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core.evaluate import NUMBERS
from autograd_core.primitives import TABLE
from autograd_core.row import UNSELECTED
from autograd_core.symbolic import SYMBOLS, Symbol, formula, trace

x, y = Symbol("x"), Symbol("y")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (x + y * 2.0, "x + y * 2"),
        ((x + y) * 2.0, "(x + y) * 2"),
        (x - (y - 1.0), "x - (y - 1)"),
        (x - y - 1.0, "x - y - 1"),
        (x / (y * 2.0), "x / (y * 2)"),
        (x / y * 2.0, "x / y * 2"),
        (-x * y, "-x * y"),
        (-(x * y), "-(x * y)"),
        (-(x**2.0), "-x**2"),
        ((-x) ** 2.0, "(-x)**2"),
        (x**y**2.0, "x**y**2"),
        ((x**y) ** 2.0, "(x**y)**2"),
        (2.0**-x, "2**(-x)"),
        (x * -2.0, "x * (-2)"),
        (x - -2.0, "x - (-2)"),
        (x % 2.0, "x % 2"),
        (1.0 - x, "1 - x"),
        (0.1 + x, "0.1 + x"),
        (x + 1e300, "x + 1e+300"),
        (SYMBOLS.exp(-x), "exp(-x)"),
        (SYMBOLS.hypot(x, 1.0), "hypot(x, 1)"),
        (SYMBOLS.where(x < 0.0, x, y + 1.0), "(x if x < 0 else y + 1)"),
        (SYMBOLS.where(x < 0.0, UNSELECTED, 1.0), "(UNSELECTED if x < 0 else 1)"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_formulas_have_few_parentheses(expression: Any, text: str):
    assert formula(expression) == text


def expressions() -> st.SearchStrategy[Any]:
    leaves = st.sampled_from([x, y]) | st.sampled_from([0.0, 1.0, 2.5, -1.0, -0.5, 3.0])
    binary = st.sampled_from(["+", "-", "*", "/", "**", "%"])
    comparison = st.sampled_from(["<", "<=", ">", ">="])  # in rules only a condition

    def grow(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return (
            st.builds(Symbol, binary, inner, inner)
            | st.builds(Symbol, st.just("neg"), inner)
            | st.builds(Symbol, st.just("atan"), inner)
            | st.builds(lambda op, a, b, c: Symbol("where", Symbol(op, a, b), b, c), comparison, inner, inner, inner)
        )

    return st.recursive(leaves, grow, max_leaves=8)


def interpret(expression: Any, names: dict[str, float]) -> Any:
    """The value by the definition of each operation, without source text."""
    if not isinstance(expression, Symbol):
        return expression
    if expression.is_variable:
        return names[expression.operation]
    operands = [interpret(operand, names) for operand in expression.operands]
    return {
        "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
        "**": lambda a, b: a**b, "%": lambda a, b: a % b, "<": lambda a, b: a < b, ">=": lambda a, b: a >= b,
        "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
        "neg": lambda a: -a, "atan": math.atan, "where": lambda c, a, b: a if c else b,
    }[expression.operation](*operands)  # fmt: skip


@given(expression=expressions(), a=st.sampled_from([0.5, 2.0, -1.5]), b=st.sampled_from([0.25, 3.0, -2.0]))
def test_a_formula_reads_back_as_the_expression(expression: Any, a: float, b: float):
    names = {"x": a, "y": b}
    try:
        expected = interpret(expression, names)
    except (ArithmeticError, TypeError, ValueError):  # division by zero, complex numbers
        return
    if isinstance(expected, complex):
        return
    assert eval(formula(expression), {"atan": math.atan} | names) == expected


def test_rules_are_traced():
    assert formula(trace(lambda m, x: m.exp(x) * 2.0, ["x"])) == "exp(x) * 2"


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if not row.variadic])
def test_a_traced_rule_is_the_rule(name: str):
    """Every formula of the table, printed and read back in the arithmetic of floats, gives what the rule gives."""
    row = TABLE[name]
    rng = random.Random(name)
    names = (*row.parameters, "out")
    for rule, given_names in ((row.primal, row.parameters), *((rule, names) for rule in row.partials)):
        text = formula(trace(rule, given_names), number=lambda c: "UNSELECTED" if c is UNSELECTED else repr(float(c)))
        function = eval(f"lambda {', '.join(given_names)}: {text}", _Names(UNSELECTED=UNSELECTED, inf=math.inf))
        for _ in range(10):
            numbers = [rng.uniform(0.1, 0.9) for _ in given_names]
            if name == "acosh":
                numbers[0] += 1.0
            assert repr(float(function(*numbers))) == repr(float(rule(NUMBERS, *numbers)))


class _Names(dict[str, Any]):
    """Globals that know the functions of `m`."""

    def __init__(self, **names: Any) -> None:
        super().__init__({name: getattr(NUMBERS, name) for name in TABLE if name not in ("where", "neg")} | names)


def test_branches_and_foreign_functions_are_refused():
    with pytest.raises(TypeError, match=r"a rule must not branch on 'x < 0': write m.where\(condition, a, b\) instead"):
        trace(lambda m, x: x if x < 0.0 else 1.0, ["x"])
    with pytest.raises(TypeError, match=r"a rule takes its functions from m: write m.exp\(x\), not math.exp\(x\)"):
        trace(lambda m, x: math.exp(x), ["x"])


def test_a_symbol_shows_its_formula():
    assert repr(1.0 + x) == "<symbol 1 + x>"
