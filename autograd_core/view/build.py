"""From the roots of a graph to the `Model` of its drawing: select, group, draw each group once, keep to the limit."""

from collections.abc import Iterable, Sequence

from ..graph import topological_order
from ..row import UNSELECTED
from ..value import Value
from .clusters import Unit, find_units, state
from .grouping import Group, Grouping, Level
from .model import Cluster, Edge, Model, Node
from .text import constants_line, count, is_ordered, mean_magnitude, operation, roles, unknown

LEVELS: tuple[Level, ...] = ("none", "neurons", "layers", "repeats")
MOST_PARALLEL = 8
"""More edges than this from one node to another are drawn as one."""
EDGES_PER_NODE = 3
"""A drawing with more edges than this for each of `max_nodes` is as unreadable as one with too many nodes."""


def build(
    roots: Sequence[Value],
    *,
    collapse: str = "auto",
    expand: Iterable[str] = (),
    expand_sums: bool = False,
    depth: int | None = None,
    between: tuple[Value, Value] | None = None,
    max_nodes: int = 100,
) -> Model:
    """The drawing of what `roots` were computed from.

    Parameters
    ----------
    roots
        The results.
    collapse
        ``none``: every node; ``neurons``, ``layers``: each as one node; ``repeats``: layers, and nodes with the same
        operation on the same operands as one; ``auto``: the first of these that fits into `max_nodes`.
    expand
        Names of neurons or layers to open in spite of `collapse`.
    expand_sums
        Draw a weighted sum as its products and their sum.
    depth
        Only nodes at most so many edges from a root.
    between
        ``(a, b)``: only nodes on a path from `a` to `b`.
    max_nodes
        The limit; beyond it the nodes nearest to the roots are drawn, and `Model.message` says what to do.

    Raises
    ------
    ValueError
        For an unknown level or name, a depth or limit below its smallest, or nodes without a path between them.
    """
    if collapse not in (*LEVELS, "auto"):
        raise ValueError(f"draw: {unknown('collapse', collapse, ('auto', *LEVELS))}")
    if _whole("max_nodes", max_nodes) < 1:
        raise ValueError(f"draw: max_nodes must be at least 1, got {max_nodes}")
    order = topological_order(*roots)
    units = find_units(order)
    names = {name: None for unit in units for name in (unit.name, *([unit.layer.name] if unit.layer else []))}
    expand = (expand,) if isinstance(expand, str) else tuple(expand)
    for name in expand:
        if name not in names:
            raise ValueError(f"draw: expand: {unknown('neuron or layer', name, list(names))}")
    places = {value: i for i, value in enumerate(order)}
    shown, roots = _selected(order, roots, depth, between)
    levels = LEVELS if collapse == "auto" else (collapse,)
    for level in levels:
        grouping = Grouping(shown, units, level, expand)  # type: ignore[arg-type]
        groups, n_edges = grouping.groups, grouping.count_edges()
        n_nodes = len(groups) + (_count_products(groups) if expand_sums else 0)
        if n_nodes <= max_nodes and n_edges <= EDGES_PER_NODE * max(max_nodes, 30):
            break
    else:
        if collapse == "auto" and len(Grouping(shown, units, "layers", expand).groups) == len(groups):
            grouping = Grouping(shown, units, "layers" if units else "none", expand)
    kept = grouping.nearest(roots, max_nodes, EDGES_PER_NODE * max(max_nodes, 30))
    drawing = _Drawing(places, set(roots), grouping, kept, expand_sums and len(kept) == len(grouping.groups))
    message = _message(drawing, len(order), len(shown), level if len(levels) > 1 else "", max_nodes, depth, between)
    return Model(
        tuple(drawing.nodes),
        tuple(drawing.edges),
        tuple(drawing.clusters.values()),
        grouping.level,
        len(order),
        message,
        len(kept) < len(grouping.groups),
        drawing.shown,
    )
