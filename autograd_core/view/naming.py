"""A name for every node of a graph, for formulas and tables: its label, or one made up; no two are alike."""

from collections.abc import Sequence

from ..value import Value
from .text import LONGEST_LABEL, visible

ROOT = "L"
"""The name of a root without a label, as in ∂L/∂w."""


def names(order: Sequence[Value]) -> dict[Value, str]:
    """The names of the nodes in `order`, a topological order whose last node is the root.

    Labels are kept; a label that comes again gets a number; nodes without a label are called v1, v2, ... in order.

    Examples
    --------
    >>> from autograd_core.graph import topological_order
    >>> a, b = Value(2.0, "a"), Value(-3.0)
    >>> list(names(topological_order(a * b + a)).values())
    ['a', 'v1', 'v2', 'L']
    """
    taken: set[str] = set()
    copies: dict[str, int] = {}

    def free(name: str) -> str:
        result = name
        while result in taken:
            copies[name] = copies.get(name, 1) + 1
            result = f"{name} ({copies[name]})"
        taken.add(result)
        return result

    found: dict[Value, str] = {}
    for node in order:
        label = visible(node.label, LONGEST_LABEL).strip()
        if label:
            found[node] = free(label)
    if order and order[-1] not in found and ROOT not in taken:
        found[order[-1]] = free(ROOT)
    number = 0
    for node in order:
        while node not in found:
            number += 1
            if f"v{number}" not in taken:
                found[node] = free(f"v{number}")
    return {node: found[node] for node in order}
