"""Walks over a graph whose nodes have ``.parents``; nothing here knows what the nodes compute.

All walks are iterative, so a chain of a million nodes is no deeper than a chain of two, and their order depends on
nothing but the graph: operands are visited in the order in which they were written.
"""

from collections.abc import Hashable, Iterator, Sequence
from typing import Protocol, Self, TypeVar


class Node(Hashable, Protocol):
    """Anything that knows the nodes it was computed from, in order and with multiplicity."""

    @property
    def parents(self) -> Sequence[Self]:
        """The operands, in order; empty for a leaf."""


N = TypeVar("N", bound=Node)


def topological_order(*roots: N) -> list[N]:
    """Every node that `roots` depend on, each once, parents before the nodes computed from them.

    Depth-first search in post-order, first operands first: the order in which Python would evaluate the expression
    (Cormen et al., Introduction to Algorithms, 3rd ed., section 22.4).
    """
    order: list[N] = []
    seen: set[N] = set()
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        path: list[N] = []  # from the root to the node whose parents are being visited, which is not in it
        pending: list[Iterator[N]] = []  # the parents not yet visited of each node on the path
        node, parents = root, iter(root.parents)
        while True:
            for parent in parents:
                if parent not in seen:
                    seen.add(parent)
                    if parent.parents:
                        path.append(node)
                        pending.append(parents)
                        node, parents = parent, iter(parent.parents)
                        break
                    order.append(parent)  # a leaf
            else:
                order.append(node)
                if not path:
                    break
                node, parents = path.pop(), pending.pop()
    return order


def count_paths(root: N) -> dict[N, int]:
    """For every node, the number of paths from it to `root`: exact, in one visit per edge.

    A path is a choice of edges, so ``x*x`` has two paths from ``x``. The numbers grow exponentially with the
    depth of a graph with sharing; the work here does not.
    """
    order = topological_order(root)
    paths = dict.fromkeys(order, 0)
    paths[root] = 1
    for node in reversed(order):
        for parent in node.parents:
            paths[parent] += paths[node]
    return paths


def depth(root: N) -> int:
    """The number of edges on the longest path that ends in `root`."""
    longest: dict[N, int] = {}
    for node in topological_order(root):
        longest[node] = max((longest[parent] + 1 for parent in node.parents), default=0)
    return longest[root]
