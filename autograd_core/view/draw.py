"""`draw`: the picture of a graph."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from ..value import Value
from .build import build
from .dot import DIRECTIONS, Look, describe, describe_edge, to_dot
from .drawing import Drawing, Picture
from .model import Model
from .network import draw_network, is_network
from .text import as_roots, count, unknown
from .themes import theme_of

MOST_LABELLED = 90
"""Local derivatives are left out by default where there are more edges than this."""
VIEWS = {"layers": "layers", "neurons": "neurons", "none": "every node"}


def draw(
    root: Any,
    *,
    collapse: str = "auto",
    expand: str | Iterable[str] = (),
    expand_sums: bool = False,
    depth: int | None = None,
    between: tuple[Value, Value] | None = None,
    highlight: Value | Sequence[Value] | None = None,
    gradient_flow: bool = False,
    partials: bool | None = None,
    direction: str = "LR",
    theme: str = "light",
    max_nodes: int = 100,
) -> Picture:
    """The picture of the graph that `root` was computed in: values, operations, gradients and local derivatives.

    A gradient that no sweep has computed is shown as a dash. An edge that passes no gradient on, such as the losing
    side of a maximum, is dotted. Operands stand in their order where it matters. Plain numbers are part of their node.

    Parameters
    ----------
    root
        A Value or a list of them; or a model with layers of neurons, see `draw_network`.
    collapse
        What is drawn as one node: ``"none"``; ``"neurons"``; ``"layers"``; ``"repeats"``: layers, and nodes with the
        same operation on the same operands, as the loss terms of a batch. ``"auto"``: as much as `max_nodes` asks for.
    expand
        Names of neurons or layers to open all the same: ``"layer1"``, ``["layer1", "layer1.neuron2"]``.
    expand_sums
        Draw each weighted sum as its products and their sum.
    depth
        Only nodes at most so many edges from the root.
    between
        ``(a, b)``: only nodes on a path from `a` to `b`.
    highlight
        A Value: all paths from it to the root; or a sequence of Values: the path along them.
    gradient_flow
        Fill nodes with a colour for their |gradient|.
    partials
        Write the local derivative on each edge; by default where there are not too many edges.
    direction
        ``"LR"``, ``"RL"``, ``"TB"`` or ``"BT"``: left to right, and so on.
    theme
        ``"light"``, ``"dark"``, ``"print"`` or ``"colour-blind"``.
    max_nodes
        The largest number of nodes drawn. If there are more, those nearest to the root are, and the picture says so.

    Returns
    -------
    Drawing
        Shows itself in notebooks; ``.save("graph.svg")`` writes svg, png, pdf, dot, html or mmd; ``.source`` is the
        DOT text, ``.mermaid()`` the Mermaid text, ``.message`` says what is not shown.

    Raises
    ------
    TypeError
        If `root` is neither a Value, nor a list of them, nor a model.
    ValueError
        For a name, direction or theme that does not exist, or a path that is none.

    Examples
    --------
    >>> from autograd_core import Value
    >>> x = Value(3.0, "x")
    >>> y = x * x
    >>> drawing = draw(y)
    >>> [(edge.source, edge.target, edge.partial) for edge in drawing.model.edges]
    [('n0', 'n1', 3.0), ('n0', 'n1', 3.0)]
    """
    if is_network(root):
        return draw_network(root, theme=theme)
    roots = as_roots(root, "draw")
    colours = theme_of(theme)
    if direction not in DIRECTIONS:
        raise ValueError(f"draw: {unknown('direction', direction, list(DIRECTIONS))}")

    def drawn(level: str) -> Drawing:
        model = build(
            roots, collapse=level, expand=expand, expand_sums=expand_sums, depth=depth, between=between,
            max_nodes=max_nodes,
        )  # fmt: skip
        written = len(model.edges) <= MOST_LABELLED if partials is None else partials
        path = _highlighted(model, highlight)
        source = to_dot(model, Look(colours, direction, path, written, gradient_flow))
        names = {node.id: node.label or node.operation for node in model.nodes}
        hover = {node.id: describe(node) for node in model.nodes}
        hover |= {cluster.id: f"{cluster.label} · {cluster.title}" for cluster in model.clusters}
        hover |= {f"e{i}": describe_edge(edge, names) for i, edge in enumerate(model.edges)}
        name = roots[0].label if len(roots) == 1 and roots[0].label else ""
        title = f"graph of {name}: {count(model.total, 'node')}" if name else f"graph: {count(model.total, 'node')}"
        return Drawing(source, title, colours, hover, model, direction, views)

    def views() -> list[tuple[str, Drawing]]:
        nodes = drawing.model.nodes
        has_neurons = any(node.kind in ("neuron", "layer") or node.cluster is not None for node in nodes)
        if collapse != "auto" or not has_neurons:
            return []
        found = [(name, drawn(level)) for level, name in VIEWS.items()]
        found = [(name, view) for name, view in found if not view.model.is_cut]
        return found if any(view.model.collapse == drawing.model.collapse for _, view in found) else []

    drawing = drawn(collapse)
    return drawing


def _highlighted(model: Model, path: Any) -> tuple[frozenset[str], frozenset[int]]:
    """The ids of the nodes and the indices of the edges on a path, or on all paths from one node."""
    if path is None:
        return frozenset(), frozenset()
    values = (path,) if isinstance(path, Value) else tuple(path) if isinstance(path, list | tuple) else ()
    if not values or not all(isinstance(value, Value) for value in values):
        raise TypeError(f"draw: highlight takes a Value or a sequence of Values, got {path!r:.60}")
    for value in values:
        if value not in model.places:
            raise ValueError(f"draw: highlight: {value!r:.60} is not among the nodes drawn")
    if len(values) > 1:
        for value, following in pairwise(values):
            if value not in following.parents:
                raise ValueError(f"draw: highlight: {value!r:.60} is no operand of {following!r:.60}")
        ids = [model.places[value] for value in values]
        steps = {*pairwise(ids)}
        on_path = frozenset(i for i, edge in enumerate(model.edges) if (edge.source, edge.target) in steps)
        return frozenset(ids), on_path
    reached = {model.places[values[0]]}
    edges: set[int] = set()
    size = -1
    while len(edges) > size:  # once for an acyclic drawing; collapsing a recurrent layer makes cycles
        size = len(edges)
        for i, edge in enumerate(model.edges):
            if edge.source in reached:
                reached.add(edge.target)
                edges.add(i)
    return frozenset(reached), frozenset(edges)
