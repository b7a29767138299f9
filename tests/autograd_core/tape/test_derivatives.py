"""Derivatives taken inside of a compiled function: every lane has its own, whichever lane was recorded."""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import (
    Value,
    clip,
    derivative,
    domain_errors,
    exp,
    grad,
    hvp,
    jit,
    jvp,
    leaky_relu,
    maximum,
    minimum,
    no_grad,
    relu,
    sqrt,
    step,
    where,
)  # fmt: skip
from autograd_core.functions import FUNCTIONS
from autograd_core.primitives import TABLE
from autograd_core.row import UNSELECTED
from autograd_core.tape import RecordingError, compiled
from autograd_core.tape.arrays import ArrayExecutor
from tests import derived


@pytest.fixture(autouse=True, scope="module")
def executor():
    """NumPy's, which compiles nothing: what is tested is the program."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "choose_executor", lambda plan, threads: ArrayExecutor(plan))
        yield


LANES = [-3.0, -1.0, -0.4, 0.0, 0.3, 1.0, 2.5, 700.0]
SWITCHES = {
    "relu": lambda x: relu(x) * x,
    "leaky_relu": lambda x: leaky_relu(x) * x * x,
    "abs": lambda x: abs(x) * x,
    "maximum": lambda x: maximum(x * x, 1.0 + x),
    "minimum": lambda x: minimum(x * x * x, x),
    "clip": lambda x: clip(x * x, 0.5, 3.0) * x,
    "where": lambda x: where(x > 0.5, x * x * x, -x * x),
    "at least": lambda x: where(x >= 1.0, x * x * x, -x * x),
    "at most": lambda x: where(x <= 1.0, x * x * x, -x * x),
    "where, nested": lambda x: where(x > 0.0, where(x > 1.0, x**3, x**2), exp(x)),
    "behind a switch": lambda x: relu(relu(x * x - 1.0) - 2.0) ** 2,
    "an infinite partial": lambda x: sqrt(relu(x)) * x,
    "an infinite partial that is left out": lambda x: where(x > 0.0, sqrt(relu(x)), x * x),
    "a constant exponent 0": lambda x: sqrt(relu(x)) ** 0 * x * x,
    "no derivative": lambda x: (step(x) + 1.0) * x**3,
    "detach": lambda x: x.detach() * x * relu(x),
}


def lanes_agree(f, lanes, **tolerance):
    """Compiled, with each of the lanes in turn as the one that is recorded, and eager."""
    with domain_errors("ieee"):
        expected = [f(x) for x in lanes]
        for first in range(len(lanes)):
            order = [*range(first, len(lanes)), *range(first)]
            got = jit(f)(np.array([lanes[i] for i in order]))
            np.testing.assert_allclose(got, [expected[i] for i in order], **tolerance)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("switch", SWITCHES)
def test_no_branch_of_the_recorded_lane_is_taken_for_the_others(switch, order):
    lanes_agree(derivative(SWITCHES[switch], order), LANES, rtol=1e-12)


def test_lanes_that_leave_an_edge_out_are_computed_by_the_program():
    g = jit(grad(SWITCHES["an infinite partial"]))
    X = np.array([-1.0, 4.0, -3.0])
    assert g(X).tolist() == [0.0, 3.0, 0.0]
    results = g.program.results(g.program.numbers(), X[None, :])
    assert results.finite  # otherwise each lane would be computed eagerly
    assert results.outputs.tolist() == [[0.0, 3.0, 0.0]]


@pytest.mark.parametrize("switch", SWITCHES)
def test_forward_mode(switch):
    f = SWITCHES[switch]
    lanes_agree(lambda x: jvp(f, (x,), (2.0,))[1], LANES, rtol=1e-12)


@pytest.mark.parametrize("switch", SWITCHES)
def test_hessian_times_vector(switch):
    f = SWITCHES[switch]
    with domain_errors("ieee"):
        (got,) = jit(f).hvp([np.array(LANES)], [np.full(len(LANES), 2.0)])
        expected = [hvp(f)(x, 2.0) for x in LANES]
    np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize("name", [name for name in TABLE if name != "where"])
def test_every_row_twice(name):
    """Sums of all first and of all second derivatives, at random points of which the first is recorded."""
    points = [x for x in derived.points(TABLE[name], 400, seed=9) if max(map(math.fabs, x)) < 30.0]
    count = max(map(len, points))
    points = [list(x) for x in points if len(x) == count][:25]

    def f(xs):
        row = TABLE[name]
        return FUNCTIONS[name](*row.arguments(xs)) if row.variadic else FUNCTIONS[name](*xs)

    def slopes(xs):
        return sum((i + 1.0) * slope for i, slope in enumerate(grad(f)(xs)))

    def curvature(xs):
        return sum((i + 1.0) * slope for i, slope in enumerate(grad(slopes)(xs)))

    with domain_errors("ieee"):
        for g in (slopes, curvature):
            got = jit(g)(list(np.array(points).T))
            expected = [g(x) for x in points]
            got, expected = np.broadcast_to(got, len(points)), np.array(expected)
            np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-300)


@given(st.lists(st.floats(-5.0, 5.0), min_size=2, max_size=5), st.sampled_from(sorted(SWITCHES)))
def test_random_lanes(lanes, switch):
    lanes_agree(derivative(SWITCHES[switch], 2), lanes, rtol=1e-9, atol=1e-12)


# What would have been the number of one example -----------------------------------------------------------------------


def test_a_derivative_at_a_number_of_a_function_that_captures_a_lane():
    """Eagerly it is a number, so the outer derivative does not see it; and so it is here."""
    w = Value(3.0)

    def f(x):
        return grad(lambda t: t * t * x * w)(2.0) * x

    found = jit(f)
    values, gradients = found.value_and_grad(np.array([-1.0, 2.0]))
    assert values.tolist() == [12.0, 48.0]
    assert gradients.inputs[0].tolist() == [-12.0, 24.0]
    assert gradients.parameters.tolist() == [0.0] * len(found.parameters)
    w.data = 1.0
    assert found(np.array([-1.0, 2.0])).tolist() == [4.0, 16.0]
    x = Value(2.0)
    f(x).backward()
    assert x.grad == 8.0


def test_no_grad_inside_stops_the_gradient_and_nothing_else():
    def f(x):
        with no_grad():
            y = where(x > 0.0, x * 2.0, grad(lambda t: t * x)(x))
        return y * x

    lanes = np.array([-1.0, 2.0, 3.0])
    values, gradients = jit(f).value_and_grad(lanes)
    assert values.tolist() == [f(Value(x)).data for x in lanes]
    for lane, gradient in zip(lanes, gradients.inputs[0], strict=True):
        x = Value(lane)
        f(x).backward()
        assert x.grad == gradient


def swept(x):
    y = x * x
    y.backward()
    return x.grad * x


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (swept, r"^backward\(\) in a function that is being recorded .* write grad\(f\) or value_and_grad\(f\)$"),
        (copy.copy, "^copying a Value in a function that is being recorded .* use the Value itself$"),
        (copy.deepcopy, "^copying a Value"),
        (lambda x: pickle.loads(pickle.dumps(x)), "^copying a Value"),
    ],
)
def test_what_a_program_cannot_hold_is_refused(f, message):
    with pytest.raises(RecordingError, match=message):
        jit(f)(1.0)
    assert copy.copy(Value(1.0)).data == 1.0  # afterwards it may


def test_partials_that_are_left_out_are_known_by_identity():
    from autograd_core.linearization import Choice, times

    condition, amount = Value(0.0), Value(math.inf)
    assert times(amount, UNSELECTED) == 0.0
    assert times(amount, 1.0) is amount
    assert times(amount, Choice(condition, 2.0, UNSELECTED)).data == 0.0
    assert times(amount, Choice(condition, UNSELECTED, Choice(condition, UNSELECTED, 2.0))).data == math.inf
