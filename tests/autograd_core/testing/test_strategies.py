"""Strategies give what they promise, and shrink to plain examples."""

import math
import random

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

import autograd_core
from autograd_core import DomainError, Value
from autograd_core.domains import OPEN_UNIT, POSITIVE
from autograd_core.primitives import TABLE
from autograd_core.testing import Program, numbers, operands, outside_domain, programs, sampling, values
from autograd_core.testing.sampling import row_of
from autograd_core.value import apply

few = settings(max_examples=8)


@pytest.mark.parametrize("name", TABLE)
def test_operands_are_defined(name):
    @few
    @given(operands(name, near="anywhere"))
    def check(x):
        assert sampling.in_domain(TABLE[name], x)

    check()


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if sampling.has_outside(row)])
def test_outside_raises(name):
    @few
    @given(outside_domain(name))
    def check(x):
        with pytest.raises(DomainError, match=f"{name}: argument"):
            apply(TABLE[name], x)

    check()


def test_operands_shrink_to_simple_numbers():
    assert find(operands("tanh"), lambda x: True) == (1.0,)
    assert all((16.0 * x).is_integer() for x in find(operands("mul"), lambda x: x[0] < 0.0 < x[1]))
    assert len(find(operands("fsum"), lambda x: True)) == 1


def test_edges_include_inf_and_nan_on_request():
    assert find(operands("exp", near="edges", infinite=True), lambda x: math.isinf(x[0]))
    assert find(operands("exp", near="edges", nan=True), lambda x: math.isnan(x[0]))


@given(numbers(OPEN_UNIT), numbers(POSITIVE, near="anywhere"), values(POSITIVE, near="edges", label="x"))
def test_numbers_and_values_lie_in_their_interval(a, b, c):
    assert a in OPEN_UNIT
    assert b in POSITIVE
    assert c.data in POSITIVE
    assert (c.label, c.parents) == ("x", ())


@given(programs(kind="smooth", max_size=6))
def test_programs_have_finite_gradients(program):
    leaves = [Value(x) for x in program.inputs]
    result = program(*leaves)
    if isinstance(result, Value):
        result.backward()
    assert all(math.isfinite(leaf.grad) for leaf in leaves)


def test_programs_shrink():
    strategy = programs(rows=["sin", "tanh"], max_size=6)
    found = find(strategy, lambda p: "tanh" in [name for name, _ in p.instructions], random=random.Random(0))
    assert found == Program([1.0], [("tanh", 0)])


def test_long_programs():
    strategy = programs(kind="smooth", min_size=300, max_size=400)
    found = find(strategy, lambda p: len(p) > 250, settings=settings(phases=[Phase.generate]), random=random.Random(0))
    assert math.isfinite(found(*found.inputs))


def test_a_row_is_named_by_itself_its_name_or_its_function():
    assert row_of("tanh") is row_of(autograd_core.tanh) is row_of(TABLE["tanh"]) is TABLE["tanh"]
    with pytest.raises(ValueError, match="no row 'tahn'"):
        operands("tahn")


def test_impossible_requests_say_why_before_a_test_runs():
    with pytest.raises(ValueError, match="exp has no kinks"):
        operands("exp", near="kinks")
    with pytest.raises(ValueError, match="exp is defined for all real numbers"):
        outside_domain("exp")
    with pytest.raises(ValueError, match="an interval has no kinks"):
        numbers(near="kinks")


@given(st.data())
def test_only_the_rows_that_were_asked_for(data):
    program = data.draw(programs(rows=["sin", "mul"], max_size=6))
    assert {name for name, _ in program.instructions} <= {"sin", "mul"}
