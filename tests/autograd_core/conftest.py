"""Fixtures of the engine's tests."""

from collections.abc import Iterator

import pytest

from autograd_core import functions, value
from autograd_core.evaluate import NUMBERS
from autograd_core.primitives import TABLE
from autograd_core.value import Value


@pytest.fixture
def own_primitives() -> Iterator[None]:
    """Forget the primitives that the test defines, so that each name is free again."""
    before = set(TABLE)
    yield
    for name in set(TABLE) - before:
        row = TABLE.pop(name)
        del functions.FUNCTIONS[name]
        vars(NUMBERS).pop(name, None)
        value._shared_origins.pop(row, None)
        for key in [key for key in value._kernels if key[0] is row]:
            del value._kernels[key]
        if not row.variadic:
            delattr(Value, name)
