"""Graphs are freed by reference counts alone: nothing in them points back."""

import copy
import gc
import pickle
import weakref
from collections.abc import Callable, Iterator

import pytest

from autograd_core import Value, domain_errors, dot, log, mean, no_grad, softmax, where
from autograd_core.errors import DomainError
from autograd_core.graph import topological_order
from tests.graphs import random_graph


@pytest.fixture
def collector_off() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def swept(seed: int) -> Value:
    leaves, root = random_graph(seed, 100)
    root = root + dot(leaves, leaves, leaves[0]) + mean(softmax(leaves)) + where(root > 0.0, lambda: root * 2.0, 0.0)
    root.backward()
    return root


def copied(seed: int) -> Value:
    return copy.deepcopy(swept(seed))


def pickled(seed: int) -> Value:
    return pickle.loads(pickle.dumps(swept(seed)))


def after_an_error(seed: int) -> Value:
    root = swept(seed)
    with pytest.raises(DomainError):
        log(root * 0.0 - 1.0)
    with domain_errors("ieee"), no_grad():
        log(root * 0.0)
    return root


@pytest.mark.parametrize("make", [swept, copied, pickled, after_an_error])
@pytest.mark.usefixtures("collector_off")
def test_dropping_the_root_frees_the_graph(make: Callable[[int], Value]):
    for seed in range(50):
        make(seed)  # compiles the operations, which leaves garbage
    gc.collect()
    alive: list[weakref.ref[Value]] = []
    for seed in range(50):
        root = make(seed)
        alive += map(weakref.ref, topological_order(root))
        del root
        assert not [ref for ref in alive if ref() is not None]
    assert len(alive) > 50 * 50
    assert gc.collect() == 0


@pytest.mark.usefixtures("collector_off")
def test_a_node_has_no_dictionary():
    x = Value(1.0)
    y = x * x
    assert not hasattr(y, "__dict__")
    assert y not in gc.get_referrers(y)
