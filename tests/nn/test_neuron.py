"""One neuron: its node, its labels, and the programs of micrograd that it understands."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value
from nn import Neuron

NUMBERS = st.floats(-1e3, 1e3)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=6), NUMBERS)
def test_a_weighted_sum_is_one_node(pairs, bias):
    neuron = Neuron(len(pairs), "linear")
    neuron.set_weight_matrices([[[bias, *(w for w, _ in pairs)]]])
    z = neuron([x for _, x in pairs])
    assert z.op == "dot"
    assert z.parents == (*neuron.w, neuron.b)
    assert z.data == math.fsum([*(w * x for w, x in pairs), bias])
    z.backward()
    assert [w.grad for w in neuron.w] == [x for _, x in pairs]
    assert neuron.b.grad == 1.0


def test_labels_and_parts():
    neuron = Neuron(2, "tanh", seed=0)
    assert [p.label for p in neuron.parameters()] == ["w1", "w2", "b"]
    assert (neuron.n_inputs, neuron.n_outputs) == (2, 1)
    assert neuron.pre_activation([1.0, 2.0]).data == neuron([1.0, 2.0]).parents[0].data
    assert neuron.weight_matrices() == [[[0.0, neuron.w[0].data, neuron.w[1].data]]]


@pytest.mark.parametrize(
    ("arguments", "title"),
    [
        ({}, "ReLU"), ({"nonlin": True}, "ReLU"), ({"nonlin": False}, "Linear"), ({"activation": False}, "Linear"),
        ({"activation": "logistic"}, "Sigmoid"), ({"activation": "leaky_relu"}, "LeakyReLU"),
    ],
)  # fmt: skip
def test_representation(arguments, title):
    assert repr(Neuron(3, **arguments)) == f"{title}Neuron(3)"


def test_weights_are_those_of_micrograd():
    micrograd = pytest.importorskip(
        "micrograd.nn", reason="micrograd is not installed: pip install 'autograd-core[test]'"
    )
    random.seed(5)
    theirs = micrograd.Neuron(4, nonlin=False)
    random.seed(5)
    ours = Neuron(4, nonlin=False)
    assert [w.data for w in ours.w] == [w.data for w in theirs.w]
    assert ours.b.data == theirs.b.data == 0.0
    assert repr(ours) == repr(theirs)


def test_inputs_of_any_kind():
    neuron = Neuron(2, "linear", seed=0)
    expected = neuron([1.0, 2.0]).data
    for x in ((1, 2), np.array([1.0, 2.0]), np.array([1, 2]), iter([1.0, 2.0]), [Value(1.0), 2]):
        assert neuron(x).data == expected


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: Neuron(2)([1.0]), ValueError, "Neuron takes one example of 2 inputs, got 1"),
        (lambda: Neuron(2)([1.0, 2.0, 3.0]), ValueError, "Neuron takes one example of 2 inputs, got 3"),
        (lambda: Neuron(1)(1.0), TypeError, "Neuron takes one example as a sequence of 1 numbers, got float"),
        (lambda: Neuron(1)(Value(1.0)), TypeError, "sequence of 1 numbers, got Value"),
        (lambda: Neuron(2)([[1.0, 2.0], [3.0, 4.0]]), TypeError, "one example of 2 inputs at a time, got rows"),
        (lambda: Neuron(2)(["1", "2"]), TypeError, "real number, got str: '1'"),
        (lambda: Neuron(0), ValueError, "Neuron: n_inputs must be at least 1, got 0"),
        (lambda: Neuron(2.0), TypeError, "Neuron: n_inputs takes an integer, got float: 2.0"),
        (lambda: Neuron(True), TypeError, "Neuron: n_inputs takes an integer, got bool"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()
