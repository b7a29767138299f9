import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import cosh, exp, log
from nn import L2, Neuron, Perceptron, newton_step, newton_update, objective, optimal_learning_rate

steep = st.floats(0.1, 100.0)
anywhere = st.floats(-10.0, 10.0)


@given(a=steep, minimum=anywhere, x=anywhere)
def test_one_step_at_the_optimal_rate_ends_at_the_minimum(a, minimum, x):
    rate = optimal_learning_rate(lambda w: a * (w - minimum) ** 2, x)
    assert rate == pytest.approx(1.0 / (2.0 * a))
    assert x - rate * 2.0 * a * (x - minimum) == pytest.approx(minimum, abs=1e-9)
    too_large = x - 2.1 * rate * 2.0 * a * (x - minimum)
    assert abs(too_large - minimum) >= abs(x - minimum)  # above twice the rate it diverges


@given(a=steep, b=steep, c=st.floats(-0.9, 0.9), x=st.lists(anywhere, min_size=2, max_size=2))
def test_inverse_hessian_of_a_correlated_quadratic(a, b, c, x):
    mixed = c * math.sqrt(a * b)

    def f(w):
        return 0.5 * a * w[0] * w[0] + mixed * w[0] * w[1] + 0.5 * b * w[1] * w[1]

    determinant = a * b - mixed * mixed
    inverse = [[b / determinant, -mixed / determinant], [-mixed / determinant, a / determinant]]
    rate = optimal_learning_rate(f, x)
    for row, expected in zip(rate, inverse, strict=True):
        assert row == pytest.approx(expected, rel=1e-8, abs=1e-12)
    assert newton_step(f, x) == pytest.approx([0.0, 0.0], abs=1e-8)


def test_newton_converges_quadratically():
    x = 1.0
    for _ in range(6):
        x = newton_step(lambda w: cosh(w - 0.3), x)
    assert x == pytest.approx(0.3, abs=1e-15)


def test_logistic_regression_by_newton_ends_where_the_gradient_is_zero():
    X, y = [[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1]
    model = Perceptron(1)
    costs = [
        newton_update(model, lambda m: objective(m, X, y, "binary_cross_entropy_with_logits", L2(0.1)))
        for _ in range(8)
    ]
    assert costs == sorted(costs, reverse=True)
    model.zero_grad()
    objective(model, X, y, "binary_cross_entropy_with_logits", L2(0.1)).backward()
    assert [p.grad for p in model.parameters()] == pytest.approx([0.0, 0.0], abs=1e-14)


def test_damping_shortens_the_step():
    steps = [abs(newton_step(lambda x: x * x, 1.0, damping=d) - 1.0) for d in (0.0, 1.0, 10.0)]
    assert steps == sorted(steps, reverse=True)


def test_what_has_no_step_is_an_error_and_changes_nothing():
    line = Neuron(1, activation="linear", seed=0)
    before = line.state_dict()
    with pytest.raises(ValueError, match="newton_update: the Hessian is singular or not finite here: give damping > 0"):
        newton_update(line, lambda m: m([1.0]) * 1.0)
    assert line.state_dict() == before
    for f, x in [(lambda x: 0.0 - x * x, 1.0), (lambda x: x * 3.0, 1.0), (lambda x: x[0] * x[1], [1.0, 1.0])]:
        with pytest.raises(ValueError, match="not strictly convex, its smallest curvature is"):
            optimal_learning_rate(f, x)
    with pytest.raises(ValueError, match="damping must be a finite number >= 0, got -1"):
        newton_step(exp, 1.0, damping=-1)


def test_points_may_be_numbers_or_lists():
    assert newton_step(lambda x: x - log(x), 0.9) == pytest.approx(0.99)
    assert newton_step(lambda x: x[0] - log(x[0]), [0.9]) == pytest.approx([0.99])
