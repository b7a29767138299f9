"""What every model has in common, tried on models of one's own and on the package's."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value
from nn import MLP, Layer, Module, Neuron, Perceptron, Polynomial, WithBasis

MODELS = {
    "Neuron": lambda: Neuron(2, "tanh", seed=0),
    "Layer": lambda: Layer(2, 3, "tanh", seed=0),
    "MLP": lambda: MLP(2, [3, 2], "tanh", seed=0),
    "Perceptron": lambda: Perceptron(2, 2, seed=0),
    "WithBasis": lambda: WithBasis(Polynomial(2, 2), MLP(5, [2, 1], "tanh", seed=0)),
}


class Own(Module):
    """Direct parameters, a list, a tuple, a module, one parameter twice, and things that are no parameters."""

    def __init__(self):
        self.rate = 0.5
        self.scales = [Value(1.0), Value(2.0)]
        self.bias = Value(3.0)
        self.blocks = ([MLP(1, [1], seed=0)], Neuron(1, seed=1))
        self.again = self.bias
        self.result = self.bias * 2.0
        self.name = "own"


def test_parameters_are_found_in_the_attributes():
    own = Own()
    names = [
        "scale1",
        "scale2",
        "bias",
        "block1.1.layer1.neuron1.w1",
        "block1.1.layer1.neuron1.b",
        "block2.w1",
        "block2.b",
    ]
    assert [name for name, _ in own.named_parameters()] == names
    assert own.parameters() == [
        own.scales[0],
        own.scales[1],
        own.bias,
        *own.blocks[0][0].parameters(),
        *own.blocks[1].parameters(),
    ]
    assert [b.data for b in own.biases()] == [3.0, 0.0, 0.0]
    assert [w for w in own.parameters() if w not in own.biases()] == own.weights()
    own.label_parameters()
    assert own.blocks[1].w[0].label == "block2.w1"
    assert Module().parameters() == []


def attributes(**members):
    model = Module()
    vars(model).update(members)
    return model


def test_places_in_nested_lists_are_told_apart():
    rows = [[Value(100.0 * i + j) for j in range(11)] for i in range(11)]
    state = attributes(w=rows).state_dict()
    assert len(state) == 121
    assert (state["w1.11"], state["w11.1"]) == (10.0, 1000.0)


def test_two_parameters_of_one_name_are_an_error():
    model = attributes(w1=Value(1.0), ws=[Value(2.0)])
    with pytest.raises(ValueError, match="Module: two parameters are called 'w1'"):
        model.state_dict()


@pytest.mark.parametrize("name", ["b", "bias", "biases", "b1"])
def test_lists_of_biases_are_biases(name: str):
    members = [Value(0.0), [Value(1.0)]]
    model = attributes(blend=[Value(2.0)], **{name: members})
    assert Module.biases(model) == [members[0], *members[1]]  # the attribute may hide the method
    assert [w.data for w in model.weights()] == [2.0]


@pytest.mark.parametrize("kind", MODELS)
def test_what_all_models_can_do(kind: str):
    model = MODELS[kind]()
    names = [name for name, _ in model.named_parameters()]
    assert [p.label for p in model.parameters()] == names
    assert len(set(names)) == len(names)
    assert len(model.weights()) + len(model.biases()) == len(names)
    assert sum(len(row) for matrix in model.weight_matrices() for row in matrix) == len(names)
    output = model.outputs([1.0, -2.0])[0]
    output.backward()
    assert any(p.reached for p in model.parameters())
    model.zero_grad()
    assert not any(p.reached for p in model.parameters())
    state = model.state_dict()
    other = copy.deepcopy(model)
    other.load_state_dict(dict.fromkeys(state, 0.0))
    assert set(other.state_dict().values()) == {0.0}
    other.load_state_dict(state)
    assert other.state_dict() == state == model.state_dict()
    assert str(model.summary()).startswith(f"{kind}: {len(names)} parameters")


@pytest.mark.parametrize("kind", MODELS)
@given(data=st.data())
def test_weight_matrices_go_in_and_out(kind: str, data):
    model = MODELS[kind]()
    numbers = st.floats(allow_nan=False)
    matrices = [[[data.draw(numbers) for _ in row] for row in matrix] for matrix in model.weight_matrices()]
    model.set_weight_matrices(matrices)
    assert model.weight_matrices() == matrices
    model.set_weight_matrices([np.array(matrix) for matrix in matrices])
    assert model.weight_matrices() == matrices


def test_column_0_is_the_bias_and_a_row_a_neuron():
    model = MLP(2, [3, 1], seed=0)
    first, second = model.weight_matrices()
    assert first[1] == [model.layers[0].neurons[1].b.data, *(w.data for w in model.layers[0].neurons[1].w)]
    assert second == [[model.layers[1].neurons[0].b.data, *(w.data for w in model.layers[1].neurons[0].w)]]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda m: m.set_weight_matrices([[[1.0] * 3] * 3]), ValueError, "2 matrices expected, got 1"),
        (lambda m: m.set_weight_matrices([[[1.0] * 3] * 3, [[1.0] * 4] * 2]), ValueError, "layer2 has 1 rows, got 2"),
        (
            lambda m: m.set_weight_matrices([[[1.0] * 3, [1.0] * 3, [1.0]], [[1.0] * 4]]),
            ValueError,
            "layer1 has 3 columns, the bias first; row 2 has 1",
        ),
        (
            lambda m: m.set_weight_matrices([[[1.0] * 3] * 3, [[1.0, 1.0, "a", 1.0]]]),
            TypeError,
            r"layer2\[0\]\[2\] takes a real number, got str: 'a'",
        ),
        (
            lambda m: m.load_state_dict({}),
            ValueError,
            "'layer1.neuron1.w1', 'layer1.neuron1.w2', .* and 10 more missing",
        ),
        (
            lambda m: m.load_state_dict(m.state_dict() | {"x": 1.0}),
            ValueError,
            "'x' unknown to this model; nothing was",
        ),
        (
            lambda m: m.load_state_dict(m.state_dict() | {"layer2.neuron1.b": None}),
            TypeError,
            "layer2.neuron1.b takes a real number, got NoneType",
        ),
    ],
)
def test_what_does_not_fit_changes_nothing(change, error, words):
    model = MLP(2, [3, 1], seed=0)
    before = model.state_dict()
    with pytest.raises(error, match=words):
        change(model)
    assert model.state_dict() == before
