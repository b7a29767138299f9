"""Straight-line code: shared parts once, and nothing before its condition."""

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from autograd_core.statements import statements
from autograd_core.symbolic import SYMBOLS, Symbol

x, y = Symbol("x"), Symbol("y")


class Log:
    """Counts the calls of a function that is in the source."""

    def __init__(self) -> None:
        self.calls: list[float] = []

    def __call__(self, x: float) -> float:
        self.calls.append(x)
        return math.log(x)


def run(results: list[Any], **names: float) -> tuple[list[Any], list[float]]:
    lines, values = statements(results)
    log = Log()
    scope = {"log": log, "cos": math.cos} | names
    exec("\n".join(["def f():", *lines, f"    return [{', '.join(values)}]"]), scope)
    return scope["f"](), log.calls


def test_a_shared_part_is_computed_once():
    def part() -> Any:
        return SYMBOLS.log(1.0 + x)

    results, calls = run([part() * part(), part() + 1.0], x=2.0)
    assert results == [math.log(3.0) ** 2, math.log(3.0) + 1.0]
    assert calls == [3.0]


def test_the_other_side_is_not_computed():
    inner = SYMBOLS.where(x > 0.0, SYMBOLS.log(x), 0.0)
    assert run([inner], x=-1.0) == ([0.0], [])
    assert run([inner], x=1.0) == ([0.0], [1.0])


def test_a_part_shared_inside_one_side_stays_there():
    part = SYMBOLS.log(x)
    inner = SYMBOLS.where(x > 0.0, part * part, 0.0)
    assert run([inner], x=-1.0) == ([0.0], [])
    assert run([inner], x=2.0)[1] == [2.0]


def test_a_part_of_both_sides_stands_before_the_conditional():
    part = SYMBOLS.log(x)
    results, calls = run([SYMBOLS.where(y > 0.0, part + 1.0, part)], x=2.0, y=1.0)
    assert results == [math.log(2.0) + 1.0]
    assert calls == [2.0]


def test_equal_conditionals_are_one():
    results = [SYMBOLS.where(x > 0.0, SYMBOLS.log(x), 0.0), SYMBOLS.where(x > 0.0, SYMBOLS.log(x), 0.0) + 1.0]
    assert run(results, x=2.0) == ([math.log(2.0), math.log(2.0) + 1.0], [2.0])


def test_signed_zeros_and_unlike_constants_stay_apart():
    lines, values = statements([x + 0.0, x + -0.0, x + 0.0])
    assert values == ["t0", "x + (-0.0)", "t0"]
    assert lines == ["    t0 = x + 0.0"]


def expressions() -> st.SearchStrategy[Any]:
    leaves = st.sampled_from([x, y, 1.0, -2.0])

    def grow(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return (
            st.builds(Symbol, st.sampled_from(["+", "-", "*"]), inner, inner)
            | st.builds(lambda a: Symbol("cos", a), inner)
            | st.builds(lambda a, b, c: Symbol("where", Symbol("<", a, x), b, c), inner, inner, inner)
        )

    return st.recursive(leaves, grow, max_leaves=12)


def interpret(part: Any, names: dict[str, float]) -> Any:
    if not isinstance(part, Symbol):
        return part
    if part.is_variable:
        return names[part.operation]
    if part.operation == "where":
        condition, a, b = part.operands
        return interpret(a if interpret(condition, names) else b, names)
    operands = [interpret(operand, names) for operand in part.operands]
    return {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "<": lambda a, b: a < b,
            "cos": math.cos}[part.operation](*operands)  # fmt: skip


@given(st.lists(expressions(), min_size=1, max_size=3), st.sampled_from([0.5, -1.0, 3.0]), st.sampled_from([0.25, 2.0]))
def test_statements_compute_the_expressions(results: list[Any], a: float, b: float):
    expected = [interpret(result, {"x": a, "y": b}) for result in results]
    assert run(results, x=a, y=b)[0] == expected
