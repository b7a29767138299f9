"""Initializers: bounds, variances, order of the draws, seeds."""

import math
import random

import pytest

from nn import MLP, Layer, Neuron
from nn.initializers import INITIALIZERS, constant, get, source_of, uniform, xavier_normal

# name -> (mean square, bound) of a weight of a layer with n inputs and m outputs
EXPECTED = {
    "uniform": lambda n, m: (1 / 3, 1.0),
    "xavier_uniform": lambda n, m: (2 / (n + m), math.sqrt(6 / (n + m))),
    "xavier_normal": lambda n, m: (2 / (n + m), math.inf),
    "he_uniform": lambda n, m: (2 / n, math.sqrt(6 / n)),
    "he_normal": lambda n, m: (2 / n, math.inf),
    "zeros": lambda n, m: (0.0, 0.0),
    "ones": lambda n, m: (1.0, 1.0),
}


@pytest.mark.parametrize("name", INITIALIZERS)
def test_size_of_the_weights(name: str):
    n, m = 50, 30
    weights = [w.data for w in Layer(n, m, init=name, seed=3).weights()]
    mean_square, bound = EXPECTED[name](n, m)
    assert math.fsum(w * w for w in weights) / len(weights) == pytest.approx(mean_square, rel=0.1)
    assert max(map(abs, weights)) <= bound
    if name not in ("zeros", "ones"):
        assert abs(math.fsum(weights) / len(weights)) < 4.0 * math.sqrt(mean_square / len(weights))


@pytest.mark.parametrize("name", INITIALIZERS)
def test_a_seed_gives_the_same_network_and_leaves_the_global_generator_alone(name: str):
    before = random.getstate()
    first, second = MLP(3, [4, 2], init=name, seed=7), MLP(3, [4, 2], init=name, seed=7)
    assert random.getstate() == before
    assert first.state_dict() == second.state_dict()
    if name not in ("zeros", "ones"):
        assert MLP(3, [4, 2], init=name, seed=8).state_dict() != first.state_dict()


def test_a_generator_goes_on_where_it_is():
    generator = random.Random(7)
    assert MLP(3, [2], seed=generator).state_dict() == MLP(3, [2], seed=7).state_dict()
    assert MLP(3, [2], seed=generator).state_dict() != MLP(3, [2], seed=7).state_dict()
    assert source_of(None) is random


def test_other_names():
    for alias, name in {
        "xavier": "xavier_uniform",
        "glorot": "xavier_uniform",
        "he": "he_normal",
        "kaiming": "he_normal",
    }.items():
        assert MLP(3, [2], init=alias, seed=0).state_dict() == MLP(3, [2], init=name, seed=0).state_dict()


def test_functions_and_biases():
    layer = Layer(2, 3, init=constant(0.25), bias_init=1.0)
    assert {w.data for w in layer.weights()} == {0.25}
    assert {b.data for b in layer.biases()} == {1.0}
    sizes = []
    Layer(2, 3, init=lambda n, m, source: sizes.append((n, m)) or 0.0)
    assert sizes == [(2, 3)] * 6
    assert all(abs(w.data) <= 0.1 for w in Neuron(20, init=uniform(-0.1, 0.1)).w)
    assert xavier_normal(3.0)(4, 4, random.Random(0)) == 3.0 * xavier_normal()(4, 4, random.Random(0))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: get("hee"), ValueError, "unknown initializer 'hee': did you mean 'he'"),
        (lambda: get(1.0), TypeError, "initializer: expected a name or a function, got float"),
        (lambda: uniform(1.0, -1.0), ValueError, "finite and in order, got 1.0 and -1.0"),
        (lambda: MLP(2, [1], seed="a"), TypeError, "seed takes an integer, a random.Random or None, got str"),
        (lambda: MLP(2, [1], seed=True), TypeError, "seed takes an integer, a random.Random or None, got bool"),
        (lambda: MLP(2, [1], bias_init="one"), TypeError, "real number, got str"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()
