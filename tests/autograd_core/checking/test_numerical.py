"""Numerical derivatives: their order of error, their costs, the complex step over all rows, and the search."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value, exp, gelu, log, where
from autograd_core.checking.numerical import SCHEMES, numerical_gradient, perturb_and_keep
from autograd_core.errors import DomainError
from autograd_core.functional import grad
from autograd_core.functions import FUNCTIONS
from autograd_core.primitives import TABLE
from autograd_core.testing import random_program

NOT_COMPLEX = {"erf", "erfc", "gelu"}
SMOOTH_ROWS = [row for row in TABLE.values() if row.name not in NOT_COMPLEX]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_scheme_with_its_default_step(scheme):
    tolerance = {"central": 1e-9, "complex": 1e-15}.get(scheme, 1e-7)
    assert numerical_gradient(lambda x: x.sin(), 1.0, scheme=scheme) == pytest.approx(math.cos(1.0), rel=tolerance)
    gradient = numerical_gradient(lambda v: v[0] * v[1].exp(), [3.0, 0.5], scheme=scheme)
    assert gradient == pytest.approx([math.exp(0.5), 3.0 * math.exp(0.5)], rel=tolerance)


@pytest.mark.parametrize(("scheme", "order"), [("forward", 1), ("backward", 1), ("central", 2)])
def test_truncation_falls_with_the_order_of_the_scheme(scheme, order):
    errors = [abs(numerical_gradient(exp, 1.0, h=h, scheme=scheme) - math.e) for h in (1e-2, 1e-3)]
    assert errors[0] / errors[1] == pytest.approx(10.0**order, rel=0.02)


@pytest.mark.parametrize(("scheme", "count"), [("central", 6), ("forward", 4), ("backward", 4), ("complex", 1)])
def test_the_function_is_evaluated_as_often_as_reported(scheme, count):
    calls = []

    def f(v):
        calls.append(1)
        return v[0] * v[1] * v[2]

    result = numerical_gradient(f, [1.0, 2.0, 3.0], scheme=scheme)
    assert len(calls) == count
    assert result.evaluations == (4 if scheme == "complex" else count)  # recorded once, replayed three times
    assert result.scheme == scheme
    assert len(result.h) == 3


def test_results_are_plain_numbers_and_lists():
    slope = numerical_gradient(math.sin, 0.0)
    assert isinstance(slope, float)
    assert repr(slope).startswith(("1.0", "0.99"))
    nested = numerical_gradient(lambda v: v[0][0] * v[1], [[2.0], 3.0], scheme="complex")
    assert nested == [[3.0], 2.0]
    assert isinstance(nested, list)
    assert numerical_gradient(lambda v: v[0] * v[1], (2.0, 3.0), scheme="complex") == [3.0, 2.0]


def test_functions_of_floats_and_of_values():
    assert numerical_gradient(math.sin, 0.0) == pytest.approx(1.0)
    assert numerical_gradient(lambda x: x.tanh(), 0.0) == pytest.approx(1.0)
    with pytest.raises(TypeError, match="must return one number, got None"):
        numerical_gradient(lambda x: None, 1.0)
    with pytest.raises(TypeError, match="must return one number, got a list of 2"):
        numerical_gradient(lambda x: [x, x], 1.0)


def test_the_default_step_suits_the_point():
    assert numerical_gradient(log, 1e-8) == pytest.approx(1e8, rel=1e-8)  # a step of 6e-6 would leave the domain
    assert numerical_gradient(lambda x: x * x, 1e12) == pytest.approx(2e12, rel=1e-8)
    for scheme in ("central", "forward", "backward"):
        for x in (0.0, 1.0, 1e10, -3.7e-5):
            (h,) = [numerical_gradient(lambda v: v[0] * 1.0, [x], scheme=scheme).h[0]]
            assert (x + h) - x == h


def test_outside_of_the_domain_is_an_error():
    with pytest.raises(DomainError):
        numerical_gradient(lambda x: x.sqrt(), 0.0)
    assert numerical_gradient(lambda x: x.sqrt(), 0.0, scheme="forward") > 1e3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scheme": "middle"}, "scheme must be one of central, forward, backward, complex, got 'middle'"),
        ({"h": 0.0}, "must be positive and finite, got 0.0"),
        ({"h": -1.0}, "must be positive"),
        ({"h": math.nan}, "must be positive"),
        ({"h": 1e-30}, "the step 1e-30 is too small to change 1.0"),
    ],
)
def test_options_that_do_not_work(options, message):
    with pytest.raises(ValueError, match=message):
        numerical_gradient(lambda x: x * x, 1.0, **options)


def test_a_dict_is_no_sequence():
    with pytest.raises(TypeError, match="nested sequence of numbers, got a dict of 1"):
        numerical_gradient(lambda p: p["a"], {"a": 1.0})


# The complex step ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", SMOOTH_ROWS, ids=lambda row: row.name)
def test_the_complex_step_is_the_derivative_of_every_row_that_it_runs(row):
    rng = random.Random(row.name)
    for _ in range(10):
        program = random_program(rng, size=1, inputs=2, rows=[row], kind="smooth")

        def f(v, program=program):
            return program(*v)

        if len(program):
            exact = grad(f)(list(program.inputs))
            assert numerical_gradient(f, program.inputs, scheme="complex") == pytest.approx(
                exact, rel=4e-15, abs=1e-300
            )


@given(st.integers(0, 10**9))
def test_the_complex_step_through_random_programs(seed):
    program = random_program(random.Random(seed), size=8, inputs=2, rows=SMOOTH_ROWS, kind="smooth")

    def f(v):
        return program(*v)

    exact = grad(f)(list(program.inputs))
    assert numerical_gradient(f, program.inputs, scheme="complex") == pytest.approx(exact, rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("name", sorted(NOT_COMPLEX))
def test_a_row_that_complex_numbers_do_not_run_is_an_error(name):
    with pytest.raises(ValueError, match=r"Python has no erfc? of complex numbers: use scheme='central'"):
        numerical_gradient(FUNCTIONS[name], 0.5, scheme="complex")
    assert numerical_gradient(gelu, 0.0) == pytest.approx(0.5)


def test_comparisons_are_made_on_real_parts():
    def f(x):
        return where(x > 1.0, x**3.0, -x)

    assert numerical_gradient(f, 2.0, scheme="complex") == pytest.approx(12.0, rel=1e-15)
    assert numerical_gradient(f, 0.5, scheme="complex") == -1.0
    assert numerical_gradient(lambda x: x**2.0, -8.0, scheme="complex") == pytest.approx(-16.0, rel=1e-15)
    assert numerical_gradient(lambda x: x.cbrt(), -8.0, scheme="complex") == pytest.approx(1 / 12, rel=1e-15)


def test_a_constant_result():
    assert numerical_gradient(lambda x: 3.0, 1.0, scheme="complex") == 0.0


# Search ----------------------------------------------------------------------------------------------------------


def bowl(v):
    return (v[0] - 1.0) ** 2.0 + (v[1] + 2.0) ** 2.0


def test_perturbing_and_keeping_goes_down():
    start = [0.0, 0.0]
    found = perturb_and_keep(bowl, start, steps=2000)
    assert start == [0.0, 0.0]
    assert found.start == 5.0
    assert found.value == bowl(found.x) < 1e-3
    assert found.history == sorted(found.history, reverse=True)
    assert len(found.history) == 2000
    assert found.evaluations == 2001
    assert 0 < found.kept < 2000


def test_the_search_is_seeded():
    assert perturb_and_keep(bowl, [0.0, 0.0], steps=50) == perturb_and_keep(bowl, [0.0, 0.0], steps=50, seed=0)
    assert perturb_and_keep(bowl, [0.0, 0.0], steps=50, seed=1).x != perturb_and_keep(bowl, [0.0, 0.0], steps=50).x
    assert perturb_and_keep(lambda x: x * x, Value(0.0), steps=5).value == 0.0


@pytest.mark.parametrize("options", [{"steps": -1}, {"size": 0.0}, {"size": math.nan}], ids=str)
def test_a_search_that_cannot_run(options):
    with pytest.raises(ValueError, match="needs steps >= 0 and size > 0"):
        perturb_and_keep(bowl, [0.0, 0.0], **options)
