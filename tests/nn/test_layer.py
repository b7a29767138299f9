"""Neurons side by side."""

import pytest

from nn import Layer, Neuron


def test_outputs():
    layer = Layer(2, 3, "tanh", seed=0)
    outputs = layer([1.0, -2.0])
    assert [a.data for a in outputs] == [neuron([1.0, -2.0]).data for neuron in layer.neurons]
    assert [a.data for a in layer.outputs([1.0, -2.0])] == [a.data for a in outputs]
    single = Layer(2, 1, seed=0)
    assert single([1.0, 2.0]).data == single.outputs([1.0, 2.0])[0].data


def test_parts():
    layer = Layer(2, 3, "tanh", seed=0)
    assert (layer.n_inputs, layer.n_outputs, layer.activation.name) == (2, 3, "tanh")
    assert layer.neurons[1].w[0].label == "neuron2.w1"
    assert [len(row) for row in layer.weight_matrices()[0]] == [3, 3, 3]
    assert all(type(neuron) is Neuron for neuron in layer.neurons)


def test_representation():
    assert repr(Layer(2, 2)) == "Layer of [ReLUNeuron(2), ReLUNeuron(2)]"
    assert repr(Layer(2, 2, "softmax")) == "SoftmaxLayer of [LinearNeuron(2), LinearNeuron(2)]"


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: Layer(2, 3)([1.0]), ValueError, "Layer takes one example of 2 inputs, got 1"),
        (lambda: Layer(2, 0), ValueError, "Layer: n_outputs must be at least 1, got 0"),
        (lambda: Layer("2", 3), TypeError, "Layer: n_inputs takes an integer, got str: '2'"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()
