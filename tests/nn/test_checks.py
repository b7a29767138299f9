import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value
from nn.checks import check_batch_size, check_inputs, check_targets, check_weights

finite = st.floats(allow_nan=False, allow_infinity=False)
matrices = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.lists(finite, min_size=n, max_size=n), min_size=1, max_size=5)
)


@given(matrices)
def test_lists_tuples_and_arrays_are_the_same(rows):
    np = pytest.importorskip("numpy")
    forms = [rows, tuple(map(tuple, rows)), np.array(rows), [np.array(row) for row in rows], iter(rows)]
    for form in forms:
        checked = check_inputs(form)
        assert checked == rows
        assert {type(x) for row in checked for x in row} == {float}


@given(matrices, st.data())
def test_a_number_that_is_not_finite_is_found(rows, data):
    i, j = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, len(rows[0]) - 1))
    rows[i][j] = data.draw(st.sampled_from([math.nan, math.inf, -math.inf]))
    with pytest.raises(ValueError, match=rf"^X: row {i}, column {j} is -?(nan|inf): leave the row out, or fill in"):
        check_inputs(rows)


@given(matrices, st.data())
def test_a_ragged_row_is_found(rows, data):
    rows = [*rows, data.draw(st.lists(finite, max_size=6).filter(lambda row: len(row) != len(rows[0])))]
    with pytest.raises(ValueError, match=rf"^X: row {len(rows) - 1} has \d+ columns?, but row 0 has {len(rows[0])}$"):
        check_inputs(rows)


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([], ValueError, "X is empty: there must be at least one row"),
        ([[], []], ValueError, "X: the rows are empty"),
        ([1.0, 2.0], TypeError, r"X: row 0 is the number 1.0: a row is a list, so for one column write \[\[x\], …\]"),
        ("text", TypeError, "X must be a sequence with one item per example, got str"),
        (None, TypeError, "X must be a sequence with one item per example, got NoneType"),
        ([[0.0], "ab"], TypeError, "X: row 1 must be a list of numbers, got str: 'ab'"),
        ([[0.0], ["red"]], TypeError, "X: row 1, column 0 must be a number, it is the text 'red'"),
        ([[0.0, None]], TypeError, "X: row 0, column 1 must be a number, it is of type NoneType"),
        ([[Value(1.0)]], TypeError, "it is of type Value: write v.data for its number"),
        ([[1j]], TypeError, "of type complex"),
    ],
)
def test_what_is_no_table_of_numbers(X, error, message):
    with pytest.raises(error, match=message):
        check_inputs(X)


def test_width_of_the_model():
    with pytest.raises(ValueError, match="X: row 0 has 3 columns, but the model takes 2"):
        check_inputs([[1, 2, 3]], width=2)


def test_targets_keep_whole_numbers():
    np = pytest.importorskip("numpy")
    checked = check_targets(np.array([0, 2, 1]), 3)
    assert [type(t) for t in checked] == [int, int, int]
    assert check_targets([0.5, (1, 0), np.array([2.0])][:1], 1) == [0.5]
    assert check_targets([(1, 0), np.array([0.0, 1.0])], 2) == [[1.0, 0.0], [0.0, 1.0]]
    assert check_targets([True, False], 2) == [1.0, 0.0]


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        ([0], ValueError, "y has 1 targets, but there are 2 rows"),
        ([0, math.nan], ValueError, "y: row 1 is nan"),
        ([[0, 1], [0, math.inf]], ValueError, "y: row 1, column 1 is inf"),
        ([[0, 1], [0]], ValueError, "y: row 1 has 1 column, but row 0 has 2"),
        ([0, "cat"], TypeError, "y: row 1 must be a number, it is the text 'cat'"),
    ],
)
def test_targets_that_cannot_be_used(y, error, message):
    with pytest.raises(error, match=message):
        check_targets(y, 2)


def test_batch_sizes():
    assert [check_batch_size(None, n) for n in (5, 32, 100)] == [5, 32, 32]
    assert check_batch_size("full", 100) == 100
    for wrong in (0, -1, 101):
        with pytest.raises(ValueError, match=f"between 1 and the number of examples, 100; got {wrong}"):
            check_batch_size(wrong, 100)
    for wrong in (1.5, "half", True):
        with pytest.raises(ValueError, match="must be a whole number, None or 'full', got"):
            check_batch_size(wrong, 100)


def test_weights_of_examples():
    assert check_weights(None, 3) == (None, 3.0)
    assert check_weights((2, 0, 1), 3) == ([2.0, 0.0, 1.0], 3.0)
    assert check_weights([0.5, 1.5, 1.0, 1.0], 4)[0] == [0.5, 1.5, 1.0, 1.0]
    assert check_weights([10, 30], 2) == ([0.5, 1.5], 40.0)
    with pytest.raises(ValueError, match="sample_weight has 2 numbers, but there are 3 rows"):
        check_weights([1, 2], 3)
    with pytest.raises(ValueError, match=r"sample_weight: row 1 is -1\.0: a weight is at least 0"):
        check_weights([1, -1], 2)
    with pytest.raises(ValueError, match="all weights are 0, so there is nothing to learn from"):
        check_weights([0, 0], 2)
    with pytest.raises(ValueError, match="sample_weight: row 0 is nan"):
        check_weights([float("nan"), 1], 2)
    with pytest.raises(TypeError, match="sample_weight: row 1 must be a number, it is the text 'b'"):
        check_weights([1, "b"], 2)
