"""Copies and pickles: what stays together, what survives, and what a failure on the way leaves."""

import copy
import io
import math
import pickle
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value, copying, sqrt, where
from autograd_core.graph import topological_order
from autograd_core.modes import trace_lines
from autograd_core.row import UNSELECTED
from tests.graphs import random_graph


def by_python(thing: Any) -> Any:
    """Through the pickler written in Python."""
    file = io.BytesIO()
    pickle._Pickler(file).dump(thing)
    return pickle._loads(file.getvalue())


WAYS: dict[str, Callable[[Any], Any]] = {
    "deepcopy": copy.deepcopy,
    "pickle in Python": by_python,
    **{
        f"pickle protocol {p}": lambda thing, p=p: pickle.loads(pickle.dumps(thing, p))
        for p in range(pickle.HIGHEST_PROTOCOL + 1)
    },
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def known(node: Value) -> tuple[Any, ...]:
    """All that a node knows but its parents; numbers as text, so that nan equals nan."""
    partials = [None if p is UNSELECTED else repr(p) for p in node.partials]
    constants = [repr(x) for x in node.operands if not isinstance(x, Value)]
    return repr(node.data), repr(node.grad), node.reached, node.label, node.op, node.line, partials, constants


@every_way
@given(seed=st.integers(0, 10**6), nodes=st.integers(1, 60), swept=st.booleans())
def test_a_copy_has_the_same_shape_and_knows_the_same(way: Callable[[Any], Any], seed: int, nodes: int, swept: bool):
    leaves, root = random_graph(seed, nodes)
    if swept:
        root.backward()
    new_leaves, new_root = way((leaves, root))
    old, new = topological_order(root, *leaves), topological_order(new_root, *new_leaves)
    assert list(map(known, new)) == list(map(known, old))
    assert not {*map(id, old)} & {*map(id, new)}
    places = {node: i for i, node in enumerate(old)}
    new_places = {node: i for i, node in enumerate(new)}
    assert [[new_places[p] for p in node.parents] for node in new] == [
        [places[p] for p in node.parents] for node in old
    ]


@every_way
def test_what_goes_together_stays_together(way: Callable[[Any], Any]):
    x = Value(3.0, "x")
    y = x * x
    for things in ([x, y], [y, x], [y, x, y], {"y": y, "inner": [x]}.values()):
        copied = way(list(things))
        flat = [item for thing in copied for item in (thing if isinstance(thing, list) else [thing])]
        roots = [v for v in flat if v.parents]
        (new_x,) = {id(v): v for v in flat if not v.parents}.values()
        assert all(root is roots[0] for root in roots)
        assert roots[0].parents == (new_x, new_x)
        roots[0].backward()
        assert new_x.grad == 6.0
    assert not x.reached


@every_way
def test_flags_survive(way: Callable[[Any], Any]):
    x, y = Value(0.0), Value(1.0)
    root = where(y > 0, y, sqrt(x))
    root.backward()
    new_x, new_y, new_root = way((x, y, root))
    assert [new_x.reached, new_y.reached, new_root.reached] == [False, True, True]
    assert [p is UNSELECTED for p in new_root.partials] == [False, True]
    new_root.backward()
    assert (new_x.grad, new_x.reached, new_y.grad) == (0.0, False, 2.0)


@every_way
def test_labels_lines_and_non_finite_numbers_survive(way: Callable[[Any], Any]):
    with trace_lines():
        y = Value(math.inf, "big") * math.nan
    new = way(y)
    assert new.parents[0].label == "big"
    assert new.line == y.line is not None
    assert math.isnan(new.data)
    assert new.primitive is y.primitive


def test_a_shallow_copy_shares_its_parents():
    x = Value(3.0)
    y = x * x
    y.label = "y"
    twin = copy.copy(y)
    assert known(twin) == known(y)
    assert twin is not y
    assert twin.parents is y.parents
    twin.label = "twin"
    assert y.label == "y"


def test_a_deepcopy_of_a_part_that_was_copied_before_uses_it():
    x = Value(3.0)
    y = x * x
    memo: dict[int, Any] = {}
    new_x = copy.deepcopy(x, memo)
    assert copy.deepcopy(y, memo).parents == (new_x, new_x)


def test_a_subclass_stays_what_it_is():
    y = Weight(2.0) * 3.0
    (leaf,) = pickle.loads(pickle.dumps(y)).parents
    assert type(leaf) is type(copy.deepcopy(y).parents[0]) is Weight


class Weight(Value):
    __slots__ = ()


def test_an_unknown_primitive_is_named():
    text = pickle.dumps(Value(1.0).tanh(), 0).replace(b"tanh", b"tahn")
    with pytest.raises(ValueError, match=r"'tahn', which is not defined here: define it before loading"):
        pickle.loads(text)


def chain(root: Value, length: int) -> Value:
    for _ in range(length):
        root = -root
    return root


@pytest.mark.parametrize("pickler", [pickle.Pickler, pickle._Pickler], ids=["C", "Python"])
@pytest.mark.parametrize("length", [0, 5, 5_000])
def test_a_failure_on_the_way_leaves_nothing_behind(pickler: Any, length: int):
    class Local(Value):  # cannot be pickled
        __slots__ = ()

    x, bad = Value(1.0), Local(2.0)
    inner = chain(x, 5_000)
    for root in (chain(inner * bad, length), chain(bad * inner, length)):
        with pytest.raises((AttributeError, pickle.PicklingError)):
            pickler(io.BytesIO()).dump((x, root))
    del root
    assert not copying._in_progress.nodes
    assert len(topological_order(pickle.loads(pickle.dumps(inner)))) == 5_001


def test_a_file_that_fills_up_is_a_failure_like_any_other():
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError("no space left")

    y = chain(Value(1.0), 200_000 // 10)
    with pytest.raises(OSError, match="no space"):
        pickle.dump(y, Full())
    assert not copying._in_progress.nodes
    assert len(topological_order(pickle.loads(pickle.dumps(y)))) == 20_001


def test_two_threads_pickle_the_same_graph():
    y = chain(Value(1.0), 3_000)
    results: list[int] = []

    def work() -> None:
        results.extend(len(topological_order(pickle.loads(pickle.dumps(y)))) for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [3_001] * 15


def test_one_pickler_for_several_dumps():
    x = Value(2.0)
    y = x * x
    z = chain(y, 2_000)
    file = io.BytesIO()
    pickler = pickle.Pickler(file)
    for thing in (y, z, x):
        pickler.dump(thing)
    file.seek(0)
    unpickler = pickle.Unpickler(file)
    new_y, new_z, new_x = (unpickler.load() for _ in range(3))
    order = topological_order(new_z)
    assert order[:2] == [new_x, new_y]
    assert len(order) == 2_002
