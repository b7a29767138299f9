"""Fixed features in front of models."""

import math
from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value, sin
from nn import MLP, Layer, Neuron, OwnBasis, Perceptron, Polynomial, Radial, WithBasis
from nn.basis import Basis, monomial_count


def waves(x):
    return [sin(k * x[0]) for k in (1.0, 2.0, 3.0)]


COMMON = {
    "polynomial": Polynomial(2, 3),
    "polynomial of one degree": Polynomial(2, 3, lower=False),
    "radial": Radial([[0.0, 0.0], [1.0, 2.0], [-1.0, 0.5]], width=0.7),
    "own": OwnBasis(lambda x: [x[0] * x[1], sin(x[0])], 2, 2),
}


@pytest.mark.parametrize("name", COMMON)
@given(x=st.lists(st.floats(-3.0, 3.0), min_size=2, max_size=2))
def test_what_all_can_do(name: str, x: list[float]):
    basis = COMMON[name]
    features = basis(x)
    assert all(type(f) is float for f in features)
    assert len(features) == basis.n_outputs
    values = [Value(v) for v in x]
    assert [f.data for f in basis(values)] == features
    model = WithBasis(basis, MLP(basis.n_outputs, [3, 1], "tanh", seed=0))
    assert model(x).data == model.model(features).data
    assert model.named_parameters() == model.model.named_parameters()
    out = model(values)
    out.backward()
    assert all(v.reached for v in values)
    with pytest.raises(ValueError, match="takes one example of 2 inputs, got 3"):
        basis([1.0, 2.0, 3.0])


@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_monomials(n: int, r: int, data):
    x = data.draw(st.lists(st.integers(-5, 5).map(float), min_size=n, max_size=n))
    by_degree = [[math.prod(c) for c in combinations_with_replacement(x, d)] for d in range(1, r + 1)]
    assert Polynomial(n, r, lower=False)(x) == by_degree[-1]
    assert Polynomial(n, r)(x) == [monomial for degree in by_degree for monomial in degree]
    assert len(by_degree[-1]) == monomial_count(n, r) == Polynomial(n, r, lower=False).n_outputs
    assert sum(map(len, by_degree)) == Polynomial(n, r).n_outputs


def test_the_number_of_monomials_grows_fast():
    assert monomial_count(100, 2) == 5_050
    assert monomial_count(10_000, 2) == 50_005_000


def test_radial():
    at_center, away = Radial([[1.0, 2.0], [1.0, 4.0]], width=2.0)([1.0, 2.0])
    assert at_center == 1.0
    assert away == math.exp(-0.5)


def test_xor_is_linear_in_the_right_features():
    phi = OwnBasis(lambda x: [*x, x[0] * x[1]], 2, 3)
    model = WithBasis(phi, Perceptron(3))
    model.set_weight_matrices([[[0.0, 1.0, 1.0, -2.0]]])
    assert [model([a, b]).data for a in (0, 1) for b in (0, 1)] == [0.0, 1.0, 1.0, 0.0]


def test_in_front_of_any_model():
    phi = OwnBasis(waves, 1, 3)
    for inner in (Neuron(3), Layer(3, 2), Perceptron(3, 2), MLP(3, [4, 1])):
        model = WithBasis(phi, inner)
        assert (model.n_inputs, model.n_outputs) == (1, inner.n_outputs)
        model([0.5])
    twice = WithBasis(Polynomial(1, 3), WithBasis(Polynomial(3, 2), Perceptron(9)))
    assert twice([2.0]).data == twice.model([2.0, 4.0, 8.0]).data
    assert repr(WithBasis(Polynomial(1, 3), Neuron(3))) == "Polynomial(1, 3) before ReLUNeuron(3)"
    assert repr(phi) == "OwnBasis(waves, 1, 3)"
    assert repr(Radial([[0.0]])) == "Radial(1 centers in 1 dimensions, width=1)"


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: WithBasis(Polynomial(2, 2), Perceptron(2)), ValueError, "has 5 features, the model takes 2 inputs"),
        (lambda: Polynomial(2, 0), ValueError, "Polynomial: degree must be at least 1, got 0"),
        (lambda: Polynomial(2.0, 1), TypeError, "Polynomial: n_inputs takes an integer, got float"),
        (lambda: Radial([]), ValueError, "Radial: there are no centers"),
        (lambda: Radial([[1.0, 2.0], [1.0]]), ValueError, "center 1 has 1 coordinates, center 0 has 2"),
        (lambda: Radial([[1.0]], width=0.0), ValueError, "width must be positive and finite, got 0.0"),
        (lambda: Radial([[1.0]], width=1e-200), ValueError, r"width must be from 1e-150 to 1e\+150, got 1e-200"),
        (lambda: Radial([[1.0]], width=1e200), ValueError, "width must be from"),
        (lambda: OwnBasis("waves", 1, 3), TypeError, "OwnBasis takes a function, got str"),
        (lambda: OwnBasis(waves, 1, 2)([1.0]), ValueError, r"OwnBasis\(waves, 1, 2\) must return 2 features, got 3"),
        (Basis, TypeError, "abstract"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()
