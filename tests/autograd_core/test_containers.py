"""Taking containers apart and putting them together again."""

from collections import OrderedDict, deque, namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value
from autograd_core.containers import describe, is_number, leaves, rebuild, shape

TREES = st.recursive(
    st.floats(allow_nan=False) | st.integers(),
    lambda parts: (
        st.lists(parts, max_size=3) | st.tuples(parts, parts) | st.dictionaries(st.text(max_size=2), parts, max_size=3)
    ),
    max_leaves=12,
)


@given(TREES)
def test_there_and_back(tree):
    paths, numbers = zip(*leaves(tree), strict=True) if list(leaves(tree)) else ((), ())
    assert rebuild(tree, iter(numbers)) == tree
    assert all(eval(f"tree{path}", {"tree": tree}) == number for path, number in zip(paths, numbers, strict=True))
    assert shape(rebuild(tree, iter(range(len(numbers))))) == shape(tree)


def test_forms():
    point = namedtuple("point", "x y")
    assert rebuild(point(1.0, [2.0]), iter("ab")) == point("a", ["b"])
    assert rebuild(range(2), iter("ab")) == ["a", "b"]
    assert rebuild(OrderedDict(a=1.0), iter("x")) == {"a": "x"}
    array = rebuild(np.zeros((2, 2)), iter([1.0, 2.0, 3.0, 4.0]))
    assert (array.dtype, array.tolist()) == (float, [[1.0, 2.0], [3.0, 4.0]])
    assert rebuild(np.zeros(1), iter([Value(1.0)])).dtype == object
    assert [path for path, _ in leaves(np.zeros((1, 2)))] == [".flat[0]", ".flat[1]"]
    assert rebuild(np.float64(1.0), iter("a")) == "a"


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        (None, "None"), ([1, 2], "a list of 2"), ({}, "a dict of 0"), ("abc", "a str: 'abc'"), (1, "an int: 1"),
        (np.zeros((2, 3)), "an array of shape (2, 3)"), (deque([1]), "a deque of 1"), ({1}, "a set: {1}"),
    ],
)  # fmt: skip
def test_describe(tree, words):
    assert describe(tree) == words


def test_is_number():
    assert [is_number(x) for x in (1, 1.0, np.float32(1), np.int8(1))] == [True] * 4
    assert [is_number(x) for x in (True, None, "1", 1j, Value(1.0), np.zeros(1))] == [False] * 6
