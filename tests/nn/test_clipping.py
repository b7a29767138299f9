import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value
from nn.clipping import clip_gradient_norm, clip_gradient_value, gradient_norm

gradients = st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=6)
bounds = st.floats(1e-3, 1e3)


def with_gradients(numbers):
    params = [Value(0.0) for _ in numbers]
    for p, g in zip(params, numbers, strict=True):
        p.grad = g
    return params


@given(gradients, bounds)
def test_norm_is_bounded_and_the_direction_stays(numbers, bound):
    params = with_gradients(numbers)
    before = clip_gradient_norm(params, bound)
    assert before == math.hypot(*numbers)
    if before <= bound:
        assert [p.grad for p in params] == numbers
    else:
        assert gradient_norm(params) == pytest.approx(bound)
        assert [p.grad / bound for p in params] == pytest.approx([g / before for g in numbers], abs=1e-12)


@given(gradients, bounds)
def test_components_are_bounded(numbers, bound):
    params = with_gradients(numbers)
    clip_gradient_value(params, bound)
    assert [p.grad for p in params] == [max(-bound, min(bound, g)) for g in numbers]


@pytest.mark.parametrize("clip", [clip_gradient_norm, clip_gradient_value])
@pytest.mark.parametrize("bound", [0.0, -1.0, math.nan])
def test_the_bound_must_be_positive(clip, bound):
    with pytest.raises(ValueError, match="the bound must be a number > 0, got"):
        clip(with_gradients([1.0]), bound)
