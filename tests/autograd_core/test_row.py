"""A row's own arithmetic: how flat operands become the arguments of its rules."""

import pytest

from autograd_core.evaluate import NUMBERS
from autograd_core.primitives import TABLE
from autograd_core.row import UNSELECTED


@pytest.mark.parametrize(
    ("name", "operands", "arguments"),
    [
        ("mul", (2.0, 3.0), (2.0, 3.0)),
        ("fsum", (1.0, 2.0, 3.0), ([1.0, 2.0, 3.0],)),
        ("fsum", (), ([],)),
        ("dot", (1.0, 2.0, 3.0, 4.0, 5.0), ([1.0, 2.0], [3.0, 4.0], 5.0)),
        ("dot", (5.0,), ([], [], 5.0)),
    ],
)
def test_flat_operands_become_arguments(name: str, operands: tuple[float, ...], arguments: tuple[object, ...]):
    assert TABLE[name].arguments(operands) == arguments


def test_partials_come_flat_in_the_order_of_the_operands():
    dot = TABLE["dot"]
    assert dot.partials_at(NUMBERS, dot.arguments([1.0, 2.0, 3.0, 4.0, 5.0]), 16.0) == [3.0, 4.0, 1.0, 2.0, 1.0]
    assert TABLE["mul"].partials_at(NUMBERS, (2.0, 3.0), 6.0) == [3.0, 2.0]


def test_a_row_shows_its_signature():
    assert repr(TABLE["clip"]) == "<primitive clip(x, low, high)>"
    assert TABLE["leaky_relu"].parameters == ("x", "slope")
    assert TABLE["leaky_relu"].defaults == (0.01,)


def test_unselected_is_a_zero_of_its_own():
    assert UNSELECTED == 0.0
    assert UNSELECTED is not float("0")
