import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import GrowingBatches


@given(start=st.integers(1, 100), factor=st.floats(1.0, 4.0), every=st.integers(1, 5), epoch=st.integers(0, 5000))
def test_batches_grow_up_to_the_bound(start, factor, every, epoch):
    sizes = GrowingBatches(start, factor, every, largest=1000)
    assert start <= sizes(epoch) <= sizes(epoch + every) <= 1000
    assert GrowingBatches(start, 2.0, every)(epoch) >= start  # without a bound no overflow either


def test_wrong_options_are_named():
    for make, message in [
        (lambda: GrowingBatches(0), "start must be at least 1"),
        (lambda: GrowingBatches(factor=0.5), "factor must be at least 1"),
        (lambda: GrowingBatches(every=0), "every must be at least 1"),
        (lambda: GrowingBatches(16, largest=8), "largest must be at least start"),
    ]:
        with pytest.raises(ValueError, match=message):
            make()
