"""The normalisation of the objective: neither the batch size nor the cut into batches matters."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import L1, L2, MLP, Perceptron, losses, objective

NUMBERS = st.floats(-3.0, 3.0)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=6), st.floats(0.0, 2.0))
def test_formula(rows, strength):
    X, y = [[a, b] for a, b, _ in rows], [t for _, _, t in rows]
    model = MLP(2, [2, 1], "tanh", seed=0)
    out = objective(model, X, y, "half_squared_error", L2(strength), n_examples=10)
    data = math.fsum(losses.half_squared_error(model(x), t).data for x, t in zip(X, y, strict=True)) / len(X)
    penalty = strength * 0.5 * math.fsum(w.data**2 for w in model.weights()) / 10
    assert out.data == pytest.approx(data + penalty, rel=1e-13)


def test_the_mean_gradient_of_equal_batches_is_the_full_gradient():
    X, y = [[float(i), float(i * i % 7)] for i in range(12)], [math.sin(i) for i in range(12)]
    model = MLP(2, [3, 1], "tanh", seed=1)

    def gradient(rows, targets):
        model.zero_grad()
        objective(model, rows, targets, "mse", L1(0.3), n_examples=len(X)).backward()
        return [p.grad for p in model.parameters()]

    full = gradient(X, y)
    for size in (1, 3, 4, 6):
        batches = [gradient(X[i : i + size], y[i : i + size]) for i in range(0, len(X), size)]
        assert [math.fsum(g) / len(batches) for g in zip(*batches, strict=True)] == pytest.approx(
            full, rel=1e-12, abs=1e-15
        )


def test_l2_is_weight_decay():
    """w ← (1 − ηλ/N) w − η ∂C₀/∂w is a step down the penalised objective."""
    model, eta, strength = Perceptron(2, seed=3), 0.1, 0.7
    X, y = [[1.0, 2.0], [-1.0, 0.5]], [1.0, -2.0]
    w = model.weights()
    objective(model, X, y, "mse").backward()
    decayed = [(1.0 - eta * strength / 2) * p.data - eta * p.grad for p in w]
    model.zero_grad()
    objective(model, X, y, "mse", L2(strength)).backward()
    assert [p.data - eta * p.grad for p in w] == pytest.approx(decayed, rel=1e-14)


@pytest.mark.parametrize(
    ("X", "y", "loss", "words"),
    [
        ([], [], "mse", "the batch is empty"),
        ([[1.0, 2.0]], [1.0, 2.0], "mse", "1 examples do not fit 2 targets"),
        ([[1.0, 2.0], [1.0]], [1.0, 2.0], "mse", "Perceptron takes one example of 2 inputs, got 1"),
        ([[1.0, 2.0]], [1.0], "msa", "unknown loss 'msa': did you mean 'mse'"),
    ],
)
def test_errors(X, y, loss, words):
    with pytest.raises(ValueError, match=words):
        objective(Perceptron(2), X, y, loss)
