"""Walks over graphs: order, path counts, depth, on nodes that know nothing but their parents."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from autograd_core.graph import count_paths, depth, topological_order


class Node:
    """The least that a walk needs."""

    def __init__(self, name: str, *parents: "Node") -> None:
        self.name, self.parents = name, parents

    def __repr__(self) -> str:
        return self.name


@st.composite
def graphs(draw: Any) -> list[Node]:
    """Nodes in the order in which they were made, with repeated parents among them."""
    nodes: list[Node] = []
    for i in range(draw(st.integers(1, 12))):
        count = draw(st.integers(0, 3)) if nodes else 0
        nodes.append(Node(f"n{i}", *(draw(st.sampled_from(nodes)) for _ in range(count))))
    return nodes


def enumerate_paths(root: Node) -> list[list[Node]]:
    paths, found = [[root]], []
    while paths:
        path = paths.pop()
        found.append(path)
        paths += [[*path, parent] for parent in path[-1].parents]
    return found


@given(graphs())
def test_parents_come_first_and_every_node_once(nodes: list[Node]):
    order = topological_order(nodes[-1])
    assert len(set(order)) == len(order)
    assert order[-1] is nodes[-1]
    assert set(order) == {path[-1] for path in enumerate_paths(nodes[-1])}
    for i, node in enumerate(order):
        assert set(node.parents) <= set(order[:i])


@given(graphs())
def test_several_roots_share_one_order(nodes: list[Node]):
    order = topological_order(*nodes)
    assert len(order) == len(nodes)
    assert topological_order(*nodes, *nodes) == order
    assert set(topological_order(*reversed(nodes))) == set(nodes)
    assert set(topological_order(nodes[-1], nodes[-1], *nodes)) == set(nodes)  # one that is known ends nothing
    for i, node in enumerate(order):
        assert set(node.parents) <= set(order[:i])


def test_operands_come_in_the_order_in_which_they_are_written():
    a, b = Node("a"), Node("b")
    left, right = Node("left", a), Node("right", b)
    assert topological_order(Node("root", left, right))[:-1] == [a, left, b, right]


@given(graphs())
def test_paths_and_depth_are_those_of_the_enumeration(nodes: list[Node]):
    paths = enumerate_paths(nodes[-1])
    counts = count_paths(nodes[-1])
    assert counts == {node: sum(path[-1] is node for path in paths) for node in counts}
    assert depth(nodes[-1]) == max(map(len, paths)) - 1


def test_no_roots_have_no_order():
    assert topological_order() == []
