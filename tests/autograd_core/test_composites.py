"""Functions made of primitives: values and gradients against their definitions."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value, mean, softmax

NUMBERS = st.lists(st.floats(-30.0, 30.0), min_size=1, max_size=6)


@given(NUMBERS)
def test_softmax_is_its_definition(xs: list[float]):
    values = [Value(x) for x in xs]
    weights = softmax(values)
    total = math.fsum(map(math.exp, xs))
    expected = [math.exp(x) / total for x in xs]
    assert [w.data for w in weights] == pytest.approx(expected, rel=1e-13)
    assert softmax(xs) == [w.data for w in weights]
    weights[0].backward()
    for i, value in enumerate(values):
        true = expected[0] * ((i == 0) - expected[i])
        assert value.grad == pytest.approx(true, rel=1e-9, abs=1e-15)


def test_softmax_does_not_overflow():
    assert softmax([1000.0, 1000.0]) == [0.5, 0.5]
    assert softmax([1e308, -1e308]) == [1.0, 0.0]


@given(NUMBERS)
def test_mean_is_its_definition(xs: list[float]):
    values = [Value(x) for x in xs]
    result = mean(values)
    assert result.data == mean(xs) == math.fsum(xs) / len(xs)
    result.backward()
    assert {value.grad for value in values} == {1.0 / len(xs)}


def test_they_take_any_iterable_and_mixtures():
    x = Value(2.0)
    assert mean(v for v in (x, 4)).data == 3.0
    assert isinstance(softmax(v for v in (x, 4))[1], Value)
    assert isinstance(mean([1, 2]), float)


def test_softmax_at_infinity_is_shared_by_the_largest():
    infinity = float("inf")
    assert softmax([infinity, 0.0, infinity]) == [0.5, 0.0, 0.5]
    assert softmax([-infinity, -infinity]) == [0.5, 0.5]
    assert softmax([Value(-infinity), Value(1.0)])[0].data == 0.0
