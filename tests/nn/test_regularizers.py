"""Penalties, their gradients, and what they leave out."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import jit
from nn import L1, L2, MLP, ElasticNet, Layer, regularizers
from nn.regularizers import REGULARIZERS


def sign(w):
    return math.copysign(1.0, w) if w else 0.0


# regularizer, Ω of one weight, its derivative
COMMON = {
    "l2": (L2(0.3), lambda w: 0.5 * w * w, lambda w: w),
    "l1": (L1(0.3), abs, sign),
    "l1 with factor": (L1(0.3, factor=0.5), lambda w: 0.5 * abs(w), lambda w: 0.5 * sign(w)),
    "elastic_net": (
        ElasticNet(0.3, 0.25),
        lambda w: 0.25 * abs(w) + 0.375 * w * w,
        lambda w: 0.25 * sign(w) + 0.75 * w,
    ),
}


def test_the_list_is_complete():
    assert {type(regularizer) for regularizer, _, _ in COMMON.values()} == set(REGULARIZERS.values())


@pytest.mark.parametrize("case", COMMON)
@given(rows=st.lists(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3), min_size=1, max_size=3))
def test_value_and_gradient(case: str, rows: list[list[float]]):
    regularizer, omega, derivative = COMMON[case]
    layer = Layer(2, len(rows))
    layer.set_weight_matrices([rows])
    for penalised_biases in (False, True):
        regularizer.biases = penalised_biases
        layer.zero_grad()
        penalty = regularizer(layer)
        penalty.backward()
        weights = layer.parameters() if penalised_biases else layer.weights()
        assert penalty.data == pytest.approx(0.3 * math.fsum(omega(w.data) for w in weights), rel=1e-12, abs=1e-300)
        assert [w.grad for w in weights] == pytest.approx([0.3 * derivative(w.data) for w in weights], rel=1e-12)
        assert all(b.reached == penalised_biases for b in layer.biases())
    regularizer.biases = False


def test_by_name_and_as_function():
    model = MLP(2, [2, 1], seed=0)
    for name, kind in REGULARIZERS.items():
        assert type(regularizers.get(name)) is kind
        assert regularizers.get(name, 2.0)(model).data == pytest.approx(2.0 * regularizers.get(name, 1.0)(model).data)
    assert regularizers.get(test_by_name_and_as_function) is test_by_name_and_as_function
    assert regularizers.get(None) is None
    assert repr(L2(0.5, biases=True)) == "L2(0.5, biases=True)"
    assert repr(L1(0.5)) == "L1(0.5)"
    assert repr(L1(0.25, factor=0.5, biases=True)) == "L1(0.25, factor=0.5, biases=True)"
    assert repr(ElasticNet(1.0)) == "ElasticNet(1, l1_ratio=0.5)"


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: regularizers.get("l3"), ValueError, "unknown regularizer 'l3': did you mean 'l[12]'"),
        (lambda: L2(-1.0), ValueError, "L2: strength must be a finite number from 0 to inf, got -1.0"),
        (lambda: L1(math.nan), ValueError, "L1: strength must be a finite number"),
        (lambda: L1(1.0, factor=math.inf), ValueError, "L1: factor must be a finite number"),
        (lambda: ElasticNet(1.0, l1_ratio=1.5), ValueError, "l1_ratio must be a finite number from 0 to 1, got 1.5"),
        (lambda: L2("strong"), TypeError, "real number, got str"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_made_in_a_recorded_function():
    model = MLP(2, [3, 1], seed=0)
    compiled = jit(lambda x: model(x) + L2(0.1)(model))
    x = [0.5, -1.0]
    assert compiled(x) == pytest.approx((model(x) + L2(0.1)(model)).data)
