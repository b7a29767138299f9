"""Architectures as plain data: there and back, and what is refused."""

import json

import pytest

from autograd_core import sin
from nn import MLP, Layer, Module, Neuron, OwnBasis, Perceptron, Polynomial, Radial, WithBasis, activations
from nn.activations import ACTIVATIONS
from nn.architecture import build, describe, shapes


def wave(z):
    return sin(z)


def pair(x):
    return [x[0], x[0] * x[1]]


MODELS = {
    "Neuron": lambda: Neuron(3, "tanh"),
    "Layer": lambda: Layer(3, 2, "softmax"),
    "MLP": lambda: MLP(2, [4, 3, 2], [activations.get("elu", alpha=0.5), wave], "softmax"),
    "Perceptron": lambda: Perceptron(2, 3, activation="logistic"),
    "one layer": lambda: MLP(2, [1]),
    "polynomial": lambda: WithBasis(Polynomial(2, 3), Perceptron(9)),
    "polynomial of one degree": lambda: WithBasis(Polynomial(2, 3, lower=False), MLP(4, [2, 1])),
    "one input": lambda: WithBasis(Polynomial(1, 5, lower=False), Neuron(1)),
    "radial": lambda: WithBasis(Radial([[0.1, 0.2], [0.3, 0.4], [5.0, 6.0]], width=0.3), Layer(3, 2)),
    "own": lambda: WithBasis(OwnBasis(pair, 2, 2), Perceptron(2)),
    "nested radial": lambda: WithBasis(
        Polynomial(1, 2), WithBasis(Radial([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), Perceptron(3))),
    "nested": lambda: WithBasis(Polynomial(1, 2), WithBasis(Polynomial(2, 2), Perceptron(5))),
} | {name: lambda name=name: MLP(2, [3, 2], "relu", name) for name in ACTIVATIONS}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_there_and_back(name: str):
    model = MODELS[name]()
    description = json.loads(json.dumps(describe(model)))
    assert shapes(description) == [(len(matrix), len(matrix[0])) for matrix in model.weight_matrices()]
    again = build(description, {"wave": wave, "pair": pair})
    assert repr(again) == repr(model)
    assert str(again.summary()) == str(model.summary())
    assert describe(again) == describe(model)
    again.set_weight_matrices(model.weight_matrices())
    x = [0.5, -1.5, 2.0][: model.n_inputs]
    assert [y.data for y in again.outputs(x)] == [y.data for y in model.outputs(x)]


def test_own_functions_must_be_given():
    with pytest.raises(ValueError, match=r"your own function 'wave': load\(path, functions=\{'wave': \.\.\.\}\)"):
        build(describe(Neuron(2, wave)), {})


def test_models_of_ones_own_and_changed_ones_are_refused():
    class Sub(MLP):
        pass

    mixed = Layer(2, 2)
    mixed.neurons[1] = Neuron(2, "tanh")
    with_module = WithBasis(Polynomial(2, 2), Module())
    for model, words in (
        (Sub(2, [1]), "got Sub"),
        (Module(), "state_dict"),
        (mixed, "different kinds"),
        (with_module, "got Module"),
    ):
        with pytest.raises(TypeError, match=words):
            describe(model)


GOOD = {"inputs": 2, "outputs": 3, "activation": {"name": "relu"}}
BASIS = {"basis": "Polynomial", "inputs": 2, "degree": 2, "lower": True}
ON_FIVE = {"module": "Perceptron", "layers": [GOOD | {"inputs": 5}]}


@pytest.mark.parametrize(
    ("description", "words"),
    [
        (None, "'module' is None, not of type str"),
        ([], "'module' is None"),
        ({"module": "MLP"}, "'layers' is None, not of type list"),
        ({"module": "MLP", "layers": []}, "0 layers do not make a 'MLP'"),
        ({"module": "Transformer", "layers": [GOOD]}, "1 layers do not make a 'Transformer'"),
        ({"module": "Neuron", "layers": [GOOD]}, "do not make a 'Neuron'"),
        ({"module": "Layer", "layers": [GOOD, GOOD]}, "2 layers do not make a 'Layer'"),
        ({"module": "MLP", "layers": [GOOD, GOOD]}, "layer 1 has 3 outputs, layer 2 takes 2 inputs"),
        ({"module": "MLP", "layers": [GOOD | {"inputs": 0}]}, "'inputs' is 0, not from 1"),
        ({"module": "MLP", "layers": [GOOD | {"inputs": 10**30}]}, "'inputs' is 1000"),
        ({"module": "MLP", "layers": [GOOD | {"inputs": True}]}, "'inputs' is True, not of type int"),
        ({"module": "MLP", "layers": [GOOD | {"activation": "relu"}]}, "'activation' is 'relu', not of type dict"),
        ({"module": "MLP", "layers": [GOOD | {"activation": {"name": "os.system"}}]}, "unknown activation 'os.system'"),
        (
            {"module": "MLP", "layers": [GOOD | {"activation": {"name": "elu", "parameters": {"alpha": "x"}}}]},
            "takes a real number, got str",
        ),
        (
            {"module": "MLP", "layers": [GOOD | {"activation": {"name": "elu", "parameters": 3}}]},
            "parameters of an activ",
        ),
        ({"module": "WithBasis", "basis": BASIS, "model": None}, "'model' is None"),
        ({"module": "WithBasis", "basis": BASIS | {"degree": 2**31}, "model": ON_FIVE}, "features, the model takes 5"),
        (
            {"module": "WithBasis", "basis": BASIS | {"basis": "Fourier", "outputs": 5}, "model": ON_FIVE},
            "no basis 'Four",
        ),
        (
            {
                "module": "WithBasis",
                "basis": {"basis": "Radial", "centers": [["a"]] * 5, "width": 1.0},
                "model": ON_FIVE,
            },
            "centers are damaged",
        ),
    ],
)
def test_damaged_descriptions(description, words):
    def check_and_build():
        shapes(description)
        build(description, {})

    with pytest.raises(ValueError, match=words):
        check_and_build()
