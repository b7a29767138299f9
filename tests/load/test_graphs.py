"""A million nodes: built, swept, copied, pickled, measured, compiled; drawing them is refused with what to do instead."""

import copy
import gc
import pickle
import random
import weakref
from collections.abc import Callable

import pytest

from autograd_core import (
    Value,
    count_paths,
    draw,
    first_nonfinite,
    fsum,
    graph_stats,
    jit,
    step_through,
    steps,
    tanh,
    zero_grad,
)
from autograd_core.checking.approaches import compare_approaches
from autograd_core.graph import depth, topological_order
from autograd_core.tape import compiled
from autograd_core.tape.arrays import ArrayExecutor

Graph = tuple[list[Value], Value]


def chain(n: int) -> Graph:
    """As deep as it has nodes."""
    x = Value(0.5, "x")
    y = x
    for _ in range(n // 2):
        y = y + x
        y = y * 0.5
    return [x], y


def tree(n: int) -> Graph:
    """As wide as half of its nodes."""
    leaves = [Value(i / n, f"x{i}") for i in range(n // 2)]
    level = leaves
    while len(level) > 1:
        level = [a + b for a, b in zip(level[::2], level[1::2], strict=False)] + level[len(level) & ~1 :]
    return leaves, level[0]


def fan(n: int) -> Graph:
    """One node with as many parents as the rest."""
    leaves = [Value(i / n) for i in range(n // 2)]
    return leaves, fsum([x * x for x in leaves])


def shared(n: int) -> Graph:
    """Every node used several times: more paths than atoms in the universe."""
    rng = random.Random(0)
    nodes = leaves = [Value(rng.uniform(-1.0, 1.0)) for _ in range(10)]
    nodes = [*leaves]
    while len(nodes) < n - 10:
        a, b = nodes[-1 - rng.randrange(10)], nodes[-1 - rng.randrange(10)]
        nodes.append(tanh(a) if rng.randrange(9) == 0 else 0.5 * (a + b))
    return leaves, fsum(nodes[-10:])


SHAPES: dict[str, Callable[[int], Graph]] = {"chain": chain, "tree": tree, "fan": fan, "shared": shared}


@pytest.mark.parametrize("n", [20_000, pytest.param(1_000_000, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_large_graph(shape: str, n: int):
    leaves, root = SHAPES[shape](n)
    count = len(topological_order(root))
    assert 0.9 * n <= count <= 1.6 * n
    root.backward()
    gradient = [x.grad for x in leaves]
    assert any(gradient)
    root.backward()
    assert [x.grad for x in leaves] == [2.0 * g for g in gradient]
    measured = graph_stats(root)
    assert (measured.nodes, measured.depth) == (count, depth(root))
    assert first_nonfinite(root) is None
    for way in (copy.deepcopy, lambda graph: pickle.loads(pickle.dumps(graph))):
        new_leaves, new_root = way((leaves, root))
        assert [x.grad for x in new_leaves] == [2.0 * g for g in gradient]
        new_root.backward()
        assert [x.grad for x in new_leaves] == [3.0 * g for g in gradient]
        assert [x.grad for x in leaves] == [2.0 * g for g in gradient]
        del new_leaves, new_root
    zero_grad(root)
    assert not any(x.reached for x in leaves)
    ref, enabled = weakref.ref(root), gc.isenabled()
    gc.disable()
    try:
        del root
        assert ref() is None
    finally:
        if enabled:
            gc.enable()


def test_paths_are_counted_exactly():
    leaves, root = chain(20_000)
    assert count_paths(root)[leaves[0]] == 10_001
    _, root = shared(20_000)
    assert max(count_paths(root).values()) > 10**80


@pytest.mark.parametrize("n", [20_000, pytest.param(1_000_000, marks=pytest.mark.thorough)])
def test_what_is_made_for_people_is_refused_or_small(n: int):
    """A million nodes cannot be looked at: the player refuses them, and a drawing shows those nearest to the root."""
    _, root = shared(n)
    with pytest.raises(
        ValueError, match=rf"the graph has {len(topological_order(root))} nodes, the limit is 1500: play a smaller part"
    ):
        step_through(root)
    assert draw(root).svg().count("<g") < 1000
    assert len(repr(root)) < 100
    first = next(iter(steps(root)))
    assert first.node is root or first.adjoint == 1.0


def test_the_way_over_all_paths_gives_up():
    """More paths than can be counted one by one: the comparison says so instead of going on for ever."""
    leaves = [0.5] * 3
    text = str(compare_approaches(lambda xs: shared_of(xs, 200), leaves))
    assert "e+" in text or "paths" in text


def shared_of(xs: list[Value], n: int) -> Value:
    """The same kind of graph from given leaves."""
    rng, nodes = random.Random(0), [*xs]
    while len(nodes) < n:
        a, b = nodes[-1 - rng.randrange(3)], nodes[-1 - rng.randrange(3)]
        nodes.append(tanh(a) if rng.randrange(3) == 0 else 0.5 * (a - b) + a)
    return fsum(nodes[-3:])


@pytest.mark.parametrize("n", [20_000, pytest.param(1_000_000, marks=pytest.mark.thorough)])
def test_a_large_program_is_compiled(n: int, monkeypatch: pytest.MonkeyPatch):
    """Recorded, simplified and run by NumPy: the same value and gradient as the graph."""
    monkeypatch.setattr(compiled, "choose_executor", lambda plan, threads: ArrayExecutor(plan))
    numbers = [0.3, -0.2, 0.5]
    f = jit(lambda *xs: shared_of([*xs], n))
    value, gradients = f.value_and_grad(*numbers)
    leaves = [Value(x) for x in numbers]
    root = shared_of(leaves, n)
    root.backward()
    assert value == pytest.approx(root.data, rel=1e-9)
    assert list(gradients.inputs) == pytest.approx([x.grad for x in leaves], rel=1e-6)
