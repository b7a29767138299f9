"""No depth limit anywhere, and time that grows with the number of nodes only."""

import copy
import pickle
import sys

import pytest

from autograd_core import Value
from autograd_core.graph import count_paths, depth, topological_order


def chain(length: int) -> tuple[Value, Value]:
    x = Value(1.0, "x")
    y = x
    for _ in range(length // 2):
        y = y * x
        y = -y
    return x, y


def check_chain(length: int) -> None:
    assert sys.getrecursionlimit() <= 10_000
    x, y = chain(length)
    y.backward()
    assert x.grad == length // 2 + 1
    assert repr(y) == "Value(1.0, op='neg', grad=1.0)"
    assert len(topological_order(y)) == length + 1
    assert depth(y) == length
    assert count_paths(y)[x] == length // 2 + 1
    for way in (copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))):
        new_x, new_y = way((x, y))
        assert new_x.grad == x.grad
        new_y.backward()
        assert new_x.grad == 2.0 * x.grad
        del new_x, new_y  # a graph is freed here
    del y
    assert x.grad == length // 2 + 1


def test_a_chain_of_a_hundred_thousand_nodes():
    check_chain(100_000)


@pytest.mark.thorough
def test_a_chain_of_a_million_nodes():
    check_chain(1_000_000)


def test_work_grows_with_the_number_of_nodes_only():
    """Counted, not timed: what the interpreter runs for ten times the nodes is ten times as much."""
    counts = []
    for length in (1_000, 10_000):
        events = 0

        def count(frame: object, event: str, argument: object) -> None:
            nonlocal events
            events += 1

        x, y = chain(length)
        sys.setprofile(count)
        try:
            y.backward()
            copy.deepcopy((x, y))
            pickle.dumps((x, y))
            repr(y)
        finally:
            sys.setprofile(None)
        counts.append(events)
    assert counts[1] < 10.5 * counts[0]
