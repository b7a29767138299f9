"""Multilayer perceptrons: the gradients against backpropagation in matrix form, and micrograd's networks."""

import copy
import math
import pickle
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value, no_grad
from nn import MLP, losses


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


# name -> (g, g')
ELEMENTWISE = {
    "linear": (lambda z: z, np.ones_like),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1.0 - sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1.0 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0.0), lambda z: (z > 0.0).astype(float)),
    "softplus": (lambda z: np.log1p(np.exp(z)), sigmoid),
}


def forward(matrices, names, x):
    """The pre-activations and activations of every layer; a⁰ = x."""
    zs, activations = [], [np.array(x)]
    for matrix, name in zip(matrices, names, strict=True):
        zs.append(matrix[:, 1:] @ activations[-1] + matrix[:, 0])
        activations.append(ELEMENTWISE[name][0](zs[-1]) if name in ELEMENTWISE else zs[-1])
    return zs, activations


def backpropagation(matrices, names, x, delta):
    """∂C/∂W of every layer, the bias as column 0, from the error δᴸ of the last layer."""
    zs, activations = forward(matrices, names, x)
    gradients = []
    for l in reversed(range(len(matrices))):
        gradients.append(np.column_stack([delta, np.outer(delta, activations[l])]))
        if l:
            delta = (matrices[l][:, 1:].T @ delta) * ELEMENTWISE[names[l - 1]][1](zs[l - 1])
    return gradients[::-1]


def gradients_of(model: MLP):
    return [np.array([[n.b.grad, *(w.grad for w in n.w)] for n in layer.neurons]) for layer in model.layers]


ANY = st.sampled_from(list(ELEMENTWISE))


@st.composite
def networks(draw, last=ANY):
    """A random MLP of any shape, the names of its activations, and an example."""
    widths = draw(st.lists(st.integers(1, 5), min_size=2, max_size=5))
    hidden = draw(st.lists(ANY, min_size=len(widths) - 2, max_size=len(widths) - 2))
    output = draw(last)
    seed, init = draw(st.integers(0, 2**32)), draw(st.sampled_from(["uniform", "xavier", "he"]))
    model = MLP(widths[0], widths[1:], hidden, output, init=init, bias_init=draw(st.floats(-1.0, 1.0)), seed=seed)
    x = draw(st.lists(st.floats(-3.0, 3.0), min_size=widths[0], max_size=widths[0]))
    return model, [*hidden, output], x


def assert_close(ours, matrices):
    for own, matrix in zip(ours, matrices, strict=True):
        np.testing.assert_allclose(own, matrix, rtol=1e-11, atol=1e-12)


@given(networks(), st.data())
def test_gradients_are_those_of_the_matrix_formulas(network, data):
    model, names, x = network
    matrices = [np.array(m) for m in model.weight_matrices()]
    zs, activations = forward(matrices, names, x)
    # at relu's kink rounding decides the side
    near_kink = any(np.min(np.abs(z)) < 1e-9 for z, name in zip(zs, names, strict=True) if name == "relu")
    outputs = model.outputs(x)
    np.testing.assert_allclose([a.data for a in outputs], activations[-1], rtol=1e-12, atol=1e-13)
    y = np.array(data.draw(st.lists(st.floats(-2.0, 2.0), min_size=len(outputs), max_size=len(outputs))))
    if near_kink:
        return
    losses.half_squared_error(outputs, y).backward()
    delta = (activations[-1] - y) * ELEMENTWISE[names[-1]][1](zs[-1])
    assert_close(gradients_of(model), backpropagation(matrices, names, x, delta))


@pytest.mark.parametrize("loss", ["cross_entropy", "cross_entropy_on_probabilities"])
@given(data=st.data())
def test_with_softmax_the_error_is_p_minus_t(loss: str, data):
    last = "linear" if loss == "cross_entropy" else "softmax"
    model, names, x = data.draw(networks(last=st.just(last)).filter(lambda network: network[0].n_outputs > 1))
    matrices = [np.array(m) for m in model.weight_matrices()]
    zs, _ = forward(matrices, names, x)
    if any(np.min(np.abs(z)) < 1e-9 for z, name in zip(zs, names, strict=True) if name == "relu"):
        return
    p = np.exp(zs[-1] - zs[-1].max())
    p /= p.sum()
    c = data.draw(st.integers(0, len(p) - 1))
    if p[c] < 1e-9:
        return
    losses.get(loss)(model.outputs(x), c).backward()
    assert_close(gradients_of(model), backpropagation(matrices, names, x, p - np.eye(len(p))[c]))


def test_the_worked_4_2_3_1_logistic_network():
    """C = ½(y−ŷ)², every derivative by hand; ∂C/∂ŷ is ŷ − y, and σ' enters once per layer."""
    model = MLP(4, [2, 3, 1], "logistic", "logistic")
    W1 = [[0.1, 0.2, -0.1, 0.4, 0.3], [-0.2, 0.5, 0.1, -0.3, 0.2]]
    W2 = [[0.3, -0.4, 0.2], [0.1, 0.6, -0.5], [-0.1, 0.3, 0.7]]
    W3 = [[0.2, -0.3, 0.8, 0.5]]
    model.set_weight_matrices([W1, W2, W3])
    x, y = [1.0, 0.5, -1.0, 2.0], 1.0

    def layer(W, a):
        return [1.0 / (1.0 + math.exp(-(row[0] + sum(w * v for w, v in zip(row[1:], a, strict=True))))) for row in W]

    a1 = layer(W1, x)
    a2 = layer(W2, a1)
    (prediction,) = layer(W3, a2)
    d3 = (prediction - y) * prediction * (1 - prediction)
    d2 = [W3[0][1 + j] * d3 * a2[j] * (1 - a2[j]) for j in range(3)]
    d1 = [sum(W2[j][1 + i] * d2[j] for j in range(3)) * a1[i] * (1 - a1[i]) for i in range(2)]
    expected = [
        [[d, *(d * v for v in x)] for d in d1],
        [[d, *(d * v for v in a1)] for d in d2],
        [[d3, *(d3 * v for v in a2)]],
    ]
    output = model(x)
    assert output.data == pytest.approx(prediction, rel=1e-14)
    cost = losses.half_squared_error(output, y)
    assert cost.data == pytest.approx(0.5 * (y - prediction) ** 2, rel=1e-14)
    cost.backward()
    assert d3 < 0.0 < prediction < y
    assert_close(gradients_of(model), [np.array(m) for m in expected])


@given(st.lists(st.integers(1, 4), min_size=2, max_size=5), st.integers(0, 2**32))
def test_linear_activations_stay_linear(widths, seed):
    model = MLP(widths[0], widths[1:], "linear", seed=seed)
    generator = random.Random(seed)
    a, b = ([generator.uniform(-1, 1) for _ in range(widths[0])] for _ in range(2))
    middle = [y.data for y in model.outputs([(p + q) / 2 for p, q in zip(a, b, strict=True)])]
    ends = zip(model.outputs(a), model.outputs(b), strict=True)
    assert middle == pytest.approx([(p.data + q.data) / 2 for p, q in ends], rel=1e-9, abs=1e-9)


def test_networks_are_those_of_micrograd():
    micrograd = pytest.importorskip(
        "micrograd.nn", reason="micrograd is not installed: pip install 'autograd-core[test]'"
    )
    random.seed(1337)
    theirs = micrograd.MLP(2, [16, 16, 1])
    random.seed(1337)
    ours = MLP(2, [16, 16, 1])
    assert [p.data for p in ours.parameters()] == [p.data for p in theirs.parameters()]
    assert repr(ours) == repr(theirs)
    assert len(ours.parameters()) == 337
    for x in ([0.3, -0.8], [1.5, 2.0]):
        theirs.zero_grad(), ours.zero_grad()
        a, b = ours(x), theirs(x)
        assert a.data == pytest.approx(b.data, rel=1e-12)
        a.backward(), b.backward()
        assert [p.grad for p in ours.parameters()] == pytest.approx(
            [p.grad for p in theirs.parameters()], rel=1e-11, abs=1e-13
        )


def test_networks_of_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install 'autograd-core[bench]'")
    modules = {
        "sigmoid": torch.nn.Sigmoid(), "tanh": torch.nn.Tanh(), "relu": torch.nn.ReLU(), "elu": torch.nn.ELU(),
        "leaky_relu": torch.nn.LeakyReLU(), "softplus": torch.nn.Softplus(), "gelu": torch.nn.GELU(),
        "silu": torch.nn.SiLU(), "softmax": torch.nn.Softmax(dim=0), "linear": torch.nn.Identity(),
    }  # fmt: skip
    for name, activation in modules.items():
        model = MLP(3, [4, 4, 2], name, "linear", init="xavier", seed=2)
        linear = [torch.nn.Linear(n, m, dtype=torch.float64) for n, m in ((3, 4), (4, 4), (4, 2))]
        for layer, matrix in zip(linear, model.weight_matrices(), strict=True):
            layer.weight.data = torch.tensor([row[1:] for row in matrix], dtype=torch.float64)
            layer.bias.data = torch.tensor([row[0] for row in matrix], dtype=torch.float64)
        x, y = [0.5, -1.0, 2.0], [1.0, -1.0]
        theirs = linear[2](activation(linear[1](activation(linear[0](torch.tensor(x, dtype=torch.float64))))))
        torch.nn.functional.mse_loss(theirs, torch.tensor(y, dtype=torch.float64), reduction="sum").backward()
        losses.residual_sum_of_squares(model(x), y).backward()
        gradients = [torch.column_stack([layer.bias.grad, layer.weight.grad]).numpy() for layer in linear]
        assert_close(gradients_of(model), gradients)


def test_shapes_labels_and_outputs():
    model = MLP(3, [4, 2], ["tanh"], "softmax", seed=0)
    assert (model.n_inputs, model.n_outputs, len(model.layers)) == (3, 2, 2)
    assert model.layers[0].neurons[1].w[2].label == "layer1.neuron2.w3"
    assert model.layers[1].neurons[0].b.label == "layer2.neuron1.b"
    assert [(len(m), len(m[0])) for m in model.weight_matrices()] == [(4, 4), (2, 5)]
    assert isinstance(model([1, 2, 3]), list)
    single = MLP(3, [1])
    assert isinstance(single([1, 2, 3]), Value)
    assert len(single.outputs([1, 2, 3])) == 1
    deep = MLP(1, [1] * 30, "tanh", seed=0)
    assert len(deep.layers) == 30
    with no_grad():
        assert model([1, 2, 3])[0].parents == ()
    shown = repr(MLP(2, [2, 1]))
    assert shown == "MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]"


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_are_independent_and_equal(duplicate):
    model = MLP(2, [3, 2], "tanh", "softmax", seed=0)
    model.classes = ["a", "b"]
    again = duplicate(model)
    assert again.state_dict() == model.state_dict()
    assert [p.label for p in again.parameters()] == [p.label for p in model.parameters()]
    assert again.classes == ["a", "b"]
    assert [a.data for a in again([1.0, 2.0])] == [a.data for a in model([1.0, 2.0])]
    again.parameters()[0].data = 9.0
    assert model.parameters()[0].data != 9.0


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: MLP(2, [3, 1])([1.0]), ValueError, "MLP takes one example of 2 inputs, got 1"),
        (lambda: MLP(2, [3, 1])([[1.0, 2.0], [3.0]]), TypeError, "one example of 2 inputs at a time, got rows"),
        (lambda: MLP(2, 3), TypeError, "MLP: sizes lists the neurons of each layer, got 3; write MLP"),
        (lambda: MLP(2, []), ValueError, "MLP: sizes is empty"),
        (lambda: MLP(2, [3, 0]), ValueError, "MLP: sizes must be at least 1, got 0"),
        (lambda: MLP(2, [3.0]), TypeError, "MLP: sizes takes an integer, got float"),
        (lambda: MLP(2, [3, 3, 1], ["relu"]), ValueError, "2 hidden layers take one activation, or as many, got 1"),
        (lambda: MLP(2, [3, 1], "sigmiod"), ValueError, "'sigmiod': did you mean 'sigmoid'"),
        (lambda: MLP(2, [3, 1], init="xaver"), ValueError, "'xaver': did you mean 'xavier'"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()
