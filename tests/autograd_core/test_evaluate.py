"""Generated source computes what the rules say, to the bit, for every row and every choice of active operands."""

import itertools
import math
import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import DomainError, Value, domain_errors, log
from autograd_core.evaluate import check_domain, compiled, evaluate, source
from autograd_core.primitives import TABLE
from autograd_core.row import UNSELECTED
from tests.derived import points

SCALAR = [name for name, row in TABLE.items() if not row.variadic]
SPECIAL = [
    0.0, -0.0, 1.0, -1.0, 2.0, 0.5, -0.5, 3.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e-310, 1e308, -1e308,
    math.inf, -math.inf, math.nan, 700.0, -745.0, 1023.5, -1100.0, 2.0**52, 1e-8, 37.0, -37.5,
]  # fmt: skip
FLOATS = st.sampled_from(SPECIAL) | st.floats() | st.floats(-10.0, 10.0)


def masks(count: int) -> list[tuple[bool, ...]]:
    return list(itertools.product((False, True), repeat=count))


def outcome(compute: Any, operands: list[float]) -> Any:
    """Value and partials as text, which tells nan, -0.0 and the unselected apart; None for an error."""
    try:
        out, partials = compute(*operands)
    except (ArithmeticError, ValueError):
        return None
    assert type(out) is float
    assert {type(p) for p in partials} <= {float}
    return repr(out), ["unselected" if p is UNSELECTED else repr(p) for p in partials]


def check(name: str, operands: list[float]) -> None:
    row = TABLE[name]
    for mask in masks(len(operands)):
        generated = outcome(compiled(row, mask), operands)
        interpreted = outcome(lambda *xs, mask=mask: evaluate(row, xs, mask, [""] * len(xs)), operands)
        # where the generated function raises, `evaluate` answers; where it does not, the answers are the same
        assert generated in (None, interpreted), (name, operands, mask)


@given(data=st.data(), name=st.sampled_from(SCALAR))
def test_generated_and_interpreted_rules_agree(data: Any, name: str):
    check(name, [data.draw(FLOATS) for _ in TABLE[name].parameters])


@pytest.mark.parametrize("name", SCALAR)
def test_they_agree_at_special_points(name: str):
    count = len(TABLE[name].parameters)
    numbers = SPECIAL if count < 3 else SPECIAL[:6]
    row = TABLE[name]
    everything = (True,) * count
    kernel = compiled(row, everything)
    for operands in itertools.product(numbers, repeat=count):
        generated = outcome(kernel, list(operands))
        interpreted = outcome(lambda *xs: evaluate(row, xs, everything, [""] * count), list(operands))
        assert generated in (None, interpreted), (name, operands)


@pytest.mark.parametrize("name", SCALAR)
def test_the_generated_function_answers_inside_the_domain(name: str):
    """The slow way is for what is unusual: on points of moderate size the generated function never needs it."""
    row = TABLE[name]
    for mask in masks(len(row.parameters)):
        kernel = compiled(row, mask)
        for operands in points(row, 20, seed=3):
            no_derivative = name == "pow" and operands[0] < 0.0
            if max(map(abs, operands)) < 50.0 and not no_derivative:
                assert len(kernel(*operands)[1]) == sum(mask)


@pytest.mark.parametrize("name", SCALAR)
def test_the_source_is_python_and_shows_in_tracebacks(name: str):
    row = TABLE[name]
    text = source(row, (True,) * len(row.parameters))
    assert text.startswith(f"def {name}({', '.join(row.parameters)}):\n")
    compile(text, name, "exec")


def test_an_error_in_generated_code_shows_its_line():
    with pytest.raises(OverflowError) as caught:
        compiled(TABLE["exp"], (True,))(1000.0)
    assert "out = exp(x)" in "".join(traceback.format_exception(caught.value))


def test_only_wanted_partials_are_computed():
    text = source(TABLE["mul"], (True, False))
    assert "return out, (y, )" in text
    assert source(TABLE["mul"], (False, False)).rstrip().endswith("return out, ()")


def test_conditions_on_several_arguments_hold_for_all_of_them():
    for ieee in (False, True):
        with domain_errors("ieee" if ieee else "raise"):
            for low, high in ((Value(2.0, "low"), 1.0), (2.0, Value(1.0)), (2.0, 1.0)):
                if ieee:
                    result = Value(0.0).clip(low, high)
                    assert result.data == 1.0
                else:
                    with pytest.raises(DomainError, match=r"must not exceed the upper bound, got 2\.0"):
                        Value(0.0).clip(low, high)


def test_the_first_argument_at_fault_is_named():
    with pytest.raises(DomainError, match=r"atan2like: argument 1 \('b'\) must lie in \(0, inf\), got -1.0"):
        check_domain(_Row("atan2like"), [1.0, -1.0], ["a", "b"])
    with pytest.raises(DomainError, match=r"^log: argument 0 must lie in \(0, inf\), got -2.0$"):
        log(Value(-2.0))


class _Row:
    """The least that `check_domain` reads."""

    variadic, outside = False, None

    def __init__(self, name: str) -> None:
        self.name, self.domain = name, (TABLE["exp"].domain[0], TABLE["log"].domain[0])
