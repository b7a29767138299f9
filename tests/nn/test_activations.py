"""Activations by name, as functions and with parameters. Their values and derivatives are those of the table of primitives."""

import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_core as ac
from autograd_core import Value
from nn import Layer, Neuron, activations
from nn.activations import ACTIVATIONS, get


def phi(z):
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def sigma(z):
    return 1.0 / (1.0 + math.exp(-z))


# name -> (function, derivative), as the textbooks write them
TEXTBOOK = {
    "linear": (lambda z: z, lambda z: 1.0),
    "step": (lambda z: float(z >= 0), lambda z: 0.0),
    "sigmoid": (sigma, lambda z: sigma(z) * (1.0 - sigma(z))),
    "tanh": (math.tanh, lambda z: 1.0 - math.tanh(z) ** 2),
    "relu": (lambda z: max(0.0, z), lambda z: float(z > 0)),
    "leaky_relu": (lambda z: z if z > 0 else 0.01 * z, lambda z: 1.0 if z > 0 else 0.01),
    "elu": (lambda z: z if z > 0 else math.expm1(z), lambda z: 1.0 if z > 0 else math.exp(z)),
    "softplus": (lambda z: math.log1p(math.exp(z)), sigma),
    "gelu": (lambda z: z * phi(z), lambda z: phi(z) + z * math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi)),
    "silu": (lambda z: z * sigma(z), lambda z: sigma(z) * (1.0 + z * (1.0 - sigma(z)))),
}


def test_the_list_is_complete():
    assert set(TEXTBOOK) | {"softmax"} == set(ACTIVATIONS)


@pytest.mark.parametrize("name", TEXTBOOK)
@given(z=st.floats(-8.0, 8.0))
def test_value_and_derivative_of_a_neuron(name: str, z: float):
    neuron = Neuron(1, name)
    neuron.set_weight_matrices([[[0.0, 1.0]]])
    x = Value(z)
    out = neuron([x])
    out.backward()
    function, derivative = TEXTBOOK[name]
    assert out.data == pytest.approx(function(z), rel=1e-12, abs=1e-14)
    assert x.grad == pytest.approx(derivative(z), rel=1e-12, abs=1e-12)


@given(st.lists(st.floats(-30.0, 30.0), min_size=2, max_size=5))
def test_softmax_acts_over_a_layer(zs: list[float]):
    layer = Layer(1, len(zs), "softmax")
    layer.set_weight_matrices([[[z, 0.0] for z in zs]])
    total = math.fsum(math.exp(z - max(zs)) for z in zs)
    assert [a.data for a in layer([1.0])] == pytest.approx([math.exp(z - max(zs)) / total for z in zs], rel=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_name_function_and_pickle_mean_the_same(name: str):
    activation = get(name)
    assert get(activation) is activation
    assert get(activation.function) is activation
    assert get(name.upper().replace("_", "-")) is activation
    assert pickle.loads(pickle.dumps(activation)) == activation
    assert str(activation) == name


@pytest.mark.parametrize(
    ("alias", "name"), [("identity", "linear"), ("threshold", "step"), ("logistic", "sigmoid"), ("swish", "silu")]
)
def test_other_names(alias: str, name: str):
    assert get(alias) is get(name)


@pytest.mark.parametrize(
    ("name", "parameters", "z", "expected"),
    [("linear", {"k": 3.0}, 2.0, 6.0), ("step", {"k": 1.0}, 1.0, 1.0), ("step", {"k": 1.0}, 0.5, 0.0),
     ("leaky_relu", {"slope": 0.5}, -2.0, -1.0), ("elu", {"alpha": 2.0}, -1.0, 2.0 * math.expm1(-1.0))],
)  # fmt: skip
def test_parameters(name, parameters, z, expected):
    activation = get(name, **parameters)
    assert activation(Value(z)).data == pytest.approx(expected, rel=1e-15)
    assert pickle.loads(pickle.dumps(activation)) == activation
    assert set(activations.PARAMETERS) == {"linear", "step", "leaky_relu", "elu"}
    assert str(activation) == f"{name}({next(iter(parameters))}={next(iter(parameters.values())):g})"


def test_linear_leaves_no_node():
    z = Value(2.0)
    assert get("linear")(z) is z


def test_an_own_function():
    def soft_sign(z):
        return z / (1.0 + abs(z))

    neuron = Neuron(1, soft_sign, seed=0)
    assert repr(neuron) == "SoftSignNeuron(1)"
    assert neuron.activation.own
    assert neuron([1.0]).data == pytest.approx(neuron.w[0].data / (1.0 + abs(neuron.w[0].data)))
    assert repr(Neuron(1, lambda z: ac.sin(2.0 * z))) == "LambdaNeuron(1)"


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: get("rleu"), ValueError, "'rleu': did you mean 'relu'"),
        (lambda: get(3), TypeError, "a name or a function, got int"),
        (lambda: get("relu", slope=0.1), TypeError, "'relu' has no parameter 'slope': it has none"),
        (lambda: get("elu", slope=0.1), TypeError, "'elu' has no parameter 'slope': its parameter is 'alpha'"),
        (lambda: get("elu", alpha="1"), TypeError, "real number, got str"),
        (lambda: Neuron(2, "softmax"), ValueError, "softmax: that is the activation of a whole Layer"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()
