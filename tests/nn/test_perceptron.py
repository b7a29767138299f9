"""One layer: linear and logistic, one and several outputs."""

import math

import pytest

from nn import MLP, Perceptron


def test_linear_and_logistic():
    linear, logistic = Perceptron(2), Perceptron(2, activation="logistic")
    for model in (linear, logistic):
        model.set_weight_matrices([[[0.5, 1.0, -2.0]]])
    assert linear([3.0, 1.0]).data == 1.5
    assert logistic([3.0, 1.0]).data == pytest.approx(1.0 / (1.0 + math.exp(-1.5)), rel=1e-15)


def test_several_outputs():
    model = Perceptron(2, 3, activation="softmax", seed=0)
    assert (model.n_inputs, model.n_outputs, len(model.layers)) == (2, 3, 1)
    assert sum(p.data for p in model([1.0, 2.0])) == pytest.approx(1.0, rel=1e-15)
    assert model.layers[0].neurons[2].w[1].label == "layer1.neuron3.w2"


def test_it_is_an_mlp_without_hidden_layer():
    assert Perceptron(3, 2, seed=4).state_dict() == MLP(3, [2], seed=4).state_dict()
    assert repr(Perceptron(2)) == "Perceptron of [Layer of [LinearNeuron(2)]]"


def test_a_linear_one_cannot_do_xor():
    """x ↦ wᵀx + b: the two sums over opposite corners are equal, so the signs cannot be those of XOR."""
    for seed in range(20):
        model = Perceptron(2, seed=seed)
        equal = model([0, 0]).data + model([1, 1]).data
        assert equal == pytest.approx(model([0, 1]).data + model([1, 0]).data, abs=1e-14)


def test_errors():
    with pytest.raises(ValueError, match="Perceptron takes one example of 2 inputs, got 3"):
        Perceptron(2)([1.0, 2.0, 3.0])
