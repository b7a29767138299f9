"""The namespace of arrays: every row of the table on NumPy."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_core.evaluate import NUMBERS
from autograd_core.ieee import Float
from autograd_core.primitives import TABLE
from autograd_core.tape.arrays import Arrays
from autograd_core.testing import operands

M = Arrays(np)
ROWS = [row for row in TABLE.values() if row.name != "where"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@settings(max_examples=20)
@given(data=st.data())
def test_each_primal_on_arrays(row, data):
    x = data.draw(operands(row))
    expected = float(row.primal(NUMBERS, *row.arguments([Float(number) for number in x])))
    with np.errstate(all="ignore"):
        found = np.asarray(row.primal(M, *row.arguments([np.array([number, number]) for number in x])))
    size = max([abs(expected), *map(abs, x), 1e-300])
    assert found.shape == (2,)
    assert found[0] == found[1]
    assert found[0] == expected or abs(found[0] - expected) <= 1e-13 * size


def test_a_name_that_is_no_row():
    with pytest.raises(AttributeError, match="has no row 'nonsense'"):
        M.nonsense(1.0)


def test_sums_and_products_of_lists():
    xs = [np.array([1.0, 2.0]), np.array([3.0, 0.0]), np.array([5.0, 4.0])]
    assert M.fsum(xs).tolist() == [9.0, 6.0]
    assert M.prod(xs).tolist() == [15.0, 0.0]
    assert [x.tolist() for x in M.leave_one_out(xs)] == [[15.0, 0.0], [5.0, 8.0], [3.0, 0.0]]
    assert math.isclose(M.erf(np.array([0.5]))[0], math.erf(0.5))
