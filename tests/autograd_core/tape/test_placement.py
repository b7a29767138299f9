"""Parameters that are trained where they stand, and those that cannot be, get the same gradients."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Trainer, Value, dot, jit
from autograd_core.tape.placement import placed, runs
from autograd_core.tape.plan import Product

pytest.importorskip("numba")

X = np.random.default_rng(0).normal(size=(9, 3))


def trainer_of(layers, order):
    """A network of linear layers of rows (weights, bias), the leaves of which are given in some order."""

    def model(x):
        for rows in layers:
            x = [dot(weights, x, bias) for weights, bias in rows]
        return sum(x)

    return Trainer(jit(model), (X,), [order])


def layers_of(sizes):
    numbers = np.random.default_rng(1)
    return [
        [([Value(w) for w in numbers.normal(size=n)], Value(numbers.normal())) for _ in range(count)]
        for n, count in pairwise(sizes)
    ]


def row_by_row(layers):
    return [value for rows in layers for weights, bias in rows for value in (*weights, bias)]


def copied(trainer):
    """How many numbers are copied at each step."""
    return sum(int(lines[:, 2].sum()) for lines in trainer._wires)


def gradients(layers, batch):
    """By the sweep of the eager engine."""
    leaves = row_by_row(layers)
    total = np.zeros(len(leaves))
    for x in X[batch]:
        for leaf in leaves:
            leaf.grad = 0.0
        numbers = list(x)
        for rows in layers:
            numbers = [dot(weights, numbers, bias) for weights, bias in rows]
        sum(numbers).backward()
        total += [leaf.grad for leaf in leaves]
    return total / len(batch)


@pytest.mark.parametrize("arrangement", ["row by row", "weights, then biases", "backwards"])
def test_any_order_of_the_leaves(arrangement):
    layers = layers_of([3, 4, 2])
    leaves = row_by_row(layers)
    order = {
        "row by row": leaves,
        "weights, then biases": [w for rows in layers for row in rows for w in row[0]]
        + [row[1] for rows in layers for row in rows],
        "backwards": leaves[::-1],
    }[arrangement]
    trainer = trainer_of(layers, order)
    assert copied(trainer) == (0 if arrangement == "row by row" else len(leaves))
    expected = gradients(layers, [0, 2, 8])
    trainer.gradients([0, 2, 8])
    np.testing.assert_allclose([leaf.grad for leaf in leaves], expected, rtol=1e-12, atol=1e-12)


def test_weights_that_serve_twice():
    (rows,) = layers_of([3, 3])
    trainer = trainer_of([rows, rows], row_by_row([rows]))
    assert copied(trainer) == 0
    trainer.gradients([1, 3])
    np.testing.assert_allclose([leaf.grad for leaf in row_by_row([rows])], twice(rows, [1, 3]), rtol=1e-12, atol=1e-12)


def twice(rows, batch):
    """The gradient of the two layers with the same weights."""
    W = np.array([[w.data for w in weights] for weights, _ in rows])
    b = np.array([bias.data for _, bias in rows])
    first = X[batch]
    second = first @ W.T + b
    back = np.ones((len(batch), 3)) @ W
    d_W = np.ones((3, len(batch))) @ second + back.T @ first
    d_b = len(batch) + back.sum(axis=0)
    return np.concatenate([d_W, d_b[:, None]], axis=1).ravel() / len(batch)


def test_a_constant_before_the_first_leaf_is_no_leaf():
    """Numbers that are no leaves count as -1, which is no neighbour of leaf 0."""
    bias = Value(0.25)
    trainer = Trainer(jit(lambda x: dot([2.0], [x], bias)), (np.array([1.0, 3.0]),), [[bias]])
    assert any(isinstance(step, Product) for step in trainer.program.plan.steps)
    assert not trainer.placement.in_place.any()
    assert trainer.gradients([0, 1]).losses.tolist() == [4.25]
    assert bias.grad == 1.0


def test_a_leaf_may_be_read_by_a_product_in_the_lanes_and_by_the_penalty():
    w, c, other, frozen = Value(0.5), Value(-0.25), Value(2.0), Value(3.0)

    def f(x):
        return dot([w], [x], c) * w * other  # 2 w² + c w on average, times the other

    trainer = Trainer(jit(f), (np.array([1.0, 3.0]),), [[other], [w, c]], lambda: w * w * frozen + c, share=0.5)
    assert any(isinstance(step, Product) for step in trainer.program.plan.steps)
    assert copied(trainer) == 0
    trainer.gradients([0, 1])
    by_penalty = 0.5 * 2.0 * 0.5 * 3.0, 0.5
    assert (w.grad, c.grad) == (2.0 * (4.0 * 0.5 - 0.25) + by_penalty[0], 2.0 * 0.5 + by_penalty[1])
    assert other.grad == 2.0 * 0.5**2 - 0.25 * 0.5


def test_places():
    layers = layers_of([3, 2])
    other = Value(2.0)
    f = jit(lambda x: dot(layers[0][0][0], x, layers[0][0][1]) * other + 0.5 * dot(layers[0][1][0], x, layers[0][1][1]))
    plan = Trainer(f, (X,), [[other, *row_by_row(layers)]]).program.plan
    leaf_of = np.full(len(plan.uniforms), -1)
    found = placed(plan, leaf_of, 9)
    assert found.places.tolist() == list(range(9, 9 + len(plan.uniforms)))
    assert not found.in_place.any()
    product = next(step for step in plan.steps if isinstance(step, Product))
    leaf_of[product.weights : product.weights + 8] = range(1, 9)
    found = placed(plan, leaf_of, 9)
    assert found.in_place.sum() == 8
    assert next(step for step in found.plan.steps if isinstance(step, Product)).weights == 1
    rest = found.places[~found.in_place]
    assert rest.tolist() == list(range(9, 9 + len(rest)))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=9))
def test_runs(pairs):
    to, source = (np.array(column, dtype=np.int64) for column in (zip(*pairs, strict=True) if pairs else ((), ())))
    lines = runs(to, source)
    assert [(t + i, s + i) for t, s, count in lines for i in range(count)] == pairs
    for (t, s, count), (next_t, next_s, _) in pairwise(lines.tolist()):
        assert (t + count, s + count) != (next_t, next_s)  # they are as long as can be
