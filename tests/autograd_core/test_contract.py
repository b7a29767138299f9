"""The numerical contract, case by case, from the one table that holds it."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_core
from autograd_core import Value, domain_errors
from autograd_core.errors import DivisionByZeroError
from autograd_core.functions import FUNCTIONS
from autograd_core.primitives import TABLE
from autograd_core.value import apply
from tests.contract import CASES, Case

PROGRAMS = [case for case in CASES if case.expression]
COMPUTING = [case for case in PROGRAMS if case.raises is None and not case.given]
DIFFERENTIATING = [case for case in PROGRAMS if case.gradient]


def run(case: Case, active: set[str] | None = None) -> tuple[Any, dict[str, Any]]:
    """The result of the expression, and its variables; those not in `active` are plain numbers."""
    variables = {
        name: Value(x, label=name) if active is None or name in active else float(x) for name, x in case.at.items()
    }
    public = {name: getattr(autograd_core, name) for name in autograd_core.__all__}
    names = public | {"np": np, "math": math} | variables
    exec(case.given, names)
    return eval(case.expression, names), variables


def same(got: Any, expected: Any) -> bool:
    """Equality with nan equal to nan, Values taken by their numbers, and the class Value by its name."""
    if isinstance(expected, list):
        return len(got) == len(expected) and all(map(same, got, expected))
    got = got.data if isinstance(got, Value) else got
    if isinstance(expected, float):
        return isinstance(got, float) and (got == expected or (got != got and expected != expected))
    return (got is Value and expected == "Value") or got == expected


def check_gradient(case: Case, active: set[str] | None = None) -> None:
    result, variables = run(case, active)
    if not isinstance(result, Value):
        assert active is not None  # the variable took part in a comparison only
        return
    result.backward()
    for name, expected in case.gradient.items():
        if active is None or name in active:
            assert same(variables[name].grad, float(expected)), (
                f"d/d{name} is {variables[name].grad!r}, not {expected!r}"
            )


@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_every_promise(case: Case):
    if case.raises is not None:
        with pytest.raises(case.raises) as caught:
            run(case)
        assert str(caught.value) == case.error
        assert type(caught.value) is case.raises or (case.raises, type(caught.value)) == (
            ZeroDivisionError,
            DivisionByZeroError,
        )
        return
    result, _ = run(case)
    assert same(result, case.value), f"{result!r} is not {case.value!r}"
    if case.gradient:
        check_gradient(case)


@pytest.mark.parametrize(
    "case", [case for case in DIFFERENTIATING if len(case.at) > 1 and case.section != "NumPy"], ids=str
)
def test_a_derivative_does_not_depend_on_which_other_operands_are_values(case: Case):
    for name in case.at:
        check_gradient(case, {name})


@pytest.mark.parametrize("case", COMPUTING, ids=str)
def test_ieee_arithmetic_changes_no_result_inside_the_domains(case: Case):
    with domain_errors("ieee"):
        result, _ = run(case)
        assert same(result, case.value)
        if case.gradient:
            check_gradient(case)


@pytest.mark.parametrize("case", [case for case in PROGRAMS if case.ieee is not None], ids=str)
def test_ieee_results(case: Case):
    with domain_errors("ieee"):
        result, _ = run(case)
    assert same(result, case.ieee)


def test_every_promise_kept_by_another_test_names_it():
    for case in CASES:
        assert bool(case.expression) != bool(case.test), case
        if case.test:
            file, _, function = case.test.partition("::")
            assert f"def {function}(" in (Path(__file__).parent / file).read_text(encoding="utf-8"), case.test


def test_every_promise_stands_once():
    assert len(set(map(str, CASES))) == len(CASES)


# What the table cannot say in an expression ---------------------------------------------------------------------

FLOATS = st.floats() | st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, math.inf, -math.inf, math.nan, 5e-324, 1e308])


def flat_operands(name: str) -> st.SearchStrategy[list[float]]:
    row = TABLE[name]
    if not row.variadic:
        return st.lists(FLOATS, min_size=len(row.parameters), max_size=len(row.parameters))
    if len(row.parameters) == 1:
        return st.lists(FLOATS, min_size=1, max_size=4)
    return st.integers(0, 3).flatmap(lambda n: st.lists(FLOATS, min_size=2 * n + 1, max_size=2 * n + 1))


@given(data=st.data(), name=st.sampled_from(list(TABLE)))
def test_results_are_floats_everywhere(data: Any, name: str):
    """No operand of any operation gives an error in IEEE arithmetic, or anything but floats."""
    operands = data.draw(flat_operands(name))
    with domain_errors("ieee"):
        result = apply(TABLE[name], [Value(x) for x in operands])
        assert same(apply(TABLE[name], operands), result.data)
    assert type(result.data) is float
    assert all(type(partial) is float for partial in result.partials)


NAN_HAS_A_VALUE = {"pow", "hypot", "where"}
"""What IEEE gives a number where an operand is nan: cases of the table."""
ONE_SIDED = {"leaky_relu", "elu"}
"""The second operand of these belongs to one side, and is not looked at on the other: a case of the table."""


@given(data=st.data(), name=st.sampled_from([name for name in TABLE if name not in NAN_HAS_A_VALUE]))
def test_nan_in_nan_out(data: Any, name: str):
    operands = data.draw(flat_operands(name))
    operands[0 if name in ONE_SIDED else data.draw(st.integers(0, len(operands) - 1))] = math.nan
    with domain_errors("ieee"):
        result = apply(TABLE[name], [Value(x) for x in operands])
    assert math.isnan(result.data)
    assert all(math.isnan(partial) for partial in result.partials)


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if not row.variadic and name != "where"])
def test_numbers_in_number_out(name: str):
    function, row = FUNCTIONS[name], TABLE[name]
    count = len(row.parameters)
    operands = [1.0, 2.0, 3.0][:count] if name != "atanh" else [0.5]
    number = function(*operands)
    assert type(number) is float
    assert type(function(*map(int, operands))) is float
    value = function(*map(Value, operands))
    assert isinstance(value, Value)
    assert value.data == number
    assert value.op == name
    method = getattr(Value(operands[0]), name)(*operands[1:])
    assert (method.data, method.op) == (number, name)
