"""From the roots of a graph to the `Model` of its drawing: select, group, draw each group once, keep to the limit."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from ..graph import topological_order
from ..row import UNSELECTED
from ..value import Value
from .clusters import Layer, Unit, find_units, state
from .grouping import LEVELS, Group, Grouping, Level
from .model import Cluster, Edge, Model, Node
from .text import constants_line, count, is_ordered, mean_magnitude, operation, roles, symbol, unknown

MOST_PARALLEL = 8
"""More edges than this from one node to another are drawn as one."""
EDGES_PER_NODE = 3
"""`auto` collapses further where there are more edges than this for each of `max_nodes`."""
MOST_EDGES_PER_NODE = 12
"""No drawing has more edges than this for each of `max_nodes`: Graphviz would take long."""


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
    TypeError
        If `depth` or `max_nodes` is no integer, or `between` no pair of Values.
    ValueError
        For an unknown level or name, a depth or limit below its smallest, or nodes without a path between them.
    """
    if collapse not in ("auto", *LEVELS):
        raise ValueError(f"draw: {unknown('collapse', collapse, ('auto', *LEVELS))}")
    _at_least("max_nodes", max_nodes, 1)
    order = topological_order(*roots)
    units = find_units(order)
    wanted = _names(expand, units)
    shown, roots = _selected(order, roots, depth, between)
    most_edges = MOST_EDGES_PER_NODE * max(max_nodes, 30)
    good_edges = EDGES_PER_NODE * max(max_nodes, 30) if collapse == "auto" else most_edges

    def fits(grouping: Grouping) -> bool:
        size = len(grouping.groups) + (_count_products(grouping) if expand_sums else 0)
        return size <= max_nodes and grouping.count_links() <= good_edges

    levels: tuple[Level, ...] = (collapse,)  # type: ignore[assignment]
    if collapse == "auto":
        levels = LEVELS if units else ("none", "repeats")
    found = None
    for level in levels:
        if level == "none" and len(shown) > max_nodes:
            continue
        grouping = Grouping(shown, units, level, wanted)
        if fits(grouping):
            found = grouping
            break
    if found is None:  # what is drawn are then single nodes, not those alike
        level = levels[0] if len(levels) == 1 else levels[-2]
        found = Grouping(shown, units, level, wanted)
        kept = found.nearest(roots, max_nodes, most_edges)
    else:
        kept = set(found.groups)
    drawn = {value for group in kept for value in group.values}
    ids = {value: f"n{i}" for i, value in enumerate(order) if value in drawn}
    drawing = _Drawing(ids, set(roots), found, kept, expand_sums)
    return Model(
        tuple(drawing.nodes),
        tuple(drawing.edges()),
        tuple(drawing.clusters.values()),
        found.level,
        len(order),
        _message(drawing, len(order), len(shown), collapse),
        len(kept) < len(found.groups),
        {value: node.id for node in drawing.nodes for value in node.members},
    )


def _names(expand: Iterable[str], units: Sequence[Unit]) -> tuple[str, ...]:
    """The names in `expand`, if they are all neurons or layers of the graph."""
    names = (expand,) if isinstance(expand, str) else tuple(expand)
    known = dict.fromkeys(unit.layer.name for unit in units if unit.layer)
    known |= dict.fromkeys(unit.name for unit in units)
    for name in names:
        if name not in known:
            raise ValueError(f"draw: expand: {unknown('neuron or layer', name, list(known))}")
    return names


def _at_least(name: str, n: Any, smallest: int) -> None:
    if isinstance(n, bool) or not isinstance(n, int):
        raise TypeError(f"draw: {name} takes an integer, got {type(n).__name__}: {n!r:.60}")
    if n < smallest:
        raise ValueError(f"draw: {name} must be at least {smallest}, got {n}")


# Which part of the graph ----------------------------------------------------------------------------------------


def _selected(
    order: Sequence[Value], roots: Sequence[Value], depth: int | None, between: tuple[Value, Value] | None
) -> tuple[Sequence[Value], Sequence[Value]]:
    """The nodes asked for, in topological order, and the roots among them."""
    if between is not None:
        a, b = _ends(between, order)
        order, roots = _on_paths(order, a, b), (b,)
    if depth is not None:
        _at_least("depth", depth, 0)
        distance: dict[Value, int] = dict.fromkeys(roots, 0)
        queue = list(distance)
        for node in queue:  # grows while it is walked
            if distance[node] < depth:
                new = [parent for parent in dict.fromkeys(node.parents) if parent not in distance]
                distance |= dict.fromkeys(new, distance[node] + 1)
                queue += new
        order = [node for node in order if node in distance]
    return order, roots


def _ends(between: Any, order: Sequence[Value]) -> tuple[Value, Value]:
    pair = tuple(between) if isinstance(between, list | tuple) else ()
    if len(pair) != 2 or not all(isinstance(end, Value) for end in pair):
        raise TypeError(f"draw: between takes a pair of Values (a, b), got {between!r:.60}")
    known = set(order)
    for end in pair:
        if end not in known:
            raise ValueError(f"draw: between: {end!r:.60} is not in the graph of the root")
    return pair


def _on_paths(order: Sequence[Value], a: Value, b: Value) -> list[Value]:
    """The nodes on a path from `a` to `b`, in topological order."""
    below = {a}
    for node in order:
        if not below.isdisjoint(node.parents):
            below.add(node)
    if b not in below:
        if a in topological_order(b) or b in topological_order(a):
            raise ValueError("draw: between=(a, b) goes from a to what was computed from it: exchange a and b")
        raise ValueError(f"draw: between: there is no path from {a!r:.60} to {b!r:.60}")
    above = set(topological_order(b))
    return [node for node in order if node in below and node in above]


# Nodes and edges ------------------------------------------------------------------------------------------------


def _is_expandable(group: Group) -> bool:
    return len(group.values) == 1 and group.part is None and group.values[0].op == "dot"


def _count_products(grouping: Grouping) -> int:
    return sum(len(group.values[0].operands) // 2 for group in grouping.groups if _is_expandable(group))


class _Drawing:
    """The nodes, edges and clusters of the kept groups."""

    def __init__(
        self, ids: dict[Value, str], roots: set[Value], grouping: Grouping, kept: set[Group], expand_sums: bool
    ) -> None:
        self.ids, self.roots, self.grouping, self.kept = ids, roots, grouping, kept
        self.clusters: dict[Unit | Layer, Cluster] = {}
        self.nodes: list[Node] = []
        self.drawn: dict[Group, Node] = {}
        self.products: dict[Group, list[Node]] = {}
        for group in grouping.groups:
            if group in kept:
                if expand_sums and _is_expandable(group):
                    self.products[group] = self._products(group)
                    self.nodes += self.products[group]
                self.drawn[group] = self._node(group)
                self.nodes.append(self.drawn[group])
        rank = {cluster: i for i, cluster in enumerate(self.clusters)}
        self.clusters = dict(
            sorted(self.clusters.items(), key=lambda item: (item[1].parent is not None, rank[item[0]]))
        )

    def _node(self, group: Group) -> Node:
        values = group.values
        first, part = values[0], group.part
        common: dict[str, Any] = {
            "members": tuple(values),
            "is_root": any(value in self.roots for value in values),
            "hidden": sum(self._is_hidden(parent) for value in values for parent in value.parents),
        }
        if isinstance(part, Layer):
            parameters = part.parameters
            calls = max(len(unit.sums) for unit in part.units)
            return Node(
                f"c{self.ids[first][1:]}", "layer", None, label=part.name, operation=part.title, state=part.state,
                mean_grad=mean_magnitude(parameters), count=calls, parameters=len(parameters), **common,
            )  # fmt: skip
        if isinstance(part, Unit):
            output = part.outputs[0] if len(part.outputs) == 1 else None
            label = " = ".join(filter(None, (output.label if output is not None else "", part.name)))
            return Node(
                f"c{self.ids[first][1:]}", "neuron", output, label=label, operation=part.title,
                data=output.data if output is not None else None,
                grad=output.grad if output is not None and output.reached else None,
                mean_grad=mean_magnitude(part.parameters), count=len(part.sums), parameters=len(part.parameters),
                state=part.state, cluster=self._frame(part.layer), **common,
            )  # fmt: skip
        if len(values) > 1:
            return Node(
                f"r{self.ids[first][1:]}", "repeat", None, label=_common_label(values) or ("" if first.parents else "leaves"),
                operation=_common(values),
                mean_grad=mean_magnitude(values), count=len(values), **common,
            )  # fmt: skip
        return Node(
            self.ids[first],
            "operation" if first.parents else "leaf",
            first,
            label=first.label,
            operation="Σ" if group in self.products else operation(first),
            constants="" if group in self.products else constants_line(first),
            data=first.data,
            grad=first.grad if first.reached else None,
            state=state(first),
            cluster=self._frame(self.grouping.frames.get(first)),
            **common,
        )

    def _products(self, group: Group) -> list[Node]:
        """The products of a weighted sum: each takes the sum's adjoint, for its partial in the sum is 1."""
        value = group.values[0]
        operands, half = value.operands, len(value.operands) // 2
        grad = value.grad if value.reached else None
        nodes = []
        for i in range(half):
            pair = operands[i], operands[half + i]
            numbers = [x.data if isinstance(x, Value) else x for x in pair]
            fixed = next((x for x in pair if not isinstance(x, Value)), None)
            nodes.append(
                Node(
                    f"{self.ids[value]}p{i + 1}", "product", None, (), "", "×",
                    constants="" if fixed is None else f"{'x' if isinstance(pair[0], Value) else 'w'} = {fixed:g}",
                    data=numbers[0] * numbers[1], grad=grad, cluster=self._frame(self.grouping.frames.get(value)),
                )
            )  # fmt: skip
        return nodes

    def _is_hidden(self, parent: Value) -> bool:
        group = self.grouping.group_of.get(parent)
        return group is None or group not in self.kept

    def _frame(self, part: Unit | Layer | None) -> str | None:
        """The id of the frame of an open neuron or layer, made when first asked for."""
        if part is None:
            return None
        if part not in self.clusters:
            is_unit = isinstance(part, Unit)
            parent = self._frame(part.layer) if isinstance(part, Unit) else None
            kind: Literal["neuron", "layer"] = "neuron" if is_unit else "layer"
            self.clusters[part] = Cluster(f"k{len(self.clusters)}", kind, part.name, part.title, parent)
        return self.clusters[part].id

    def edges(self) -> list[Edge]:
        """All edges, in the order of targets and operands."""
        edges: list[Edge] = []
        for group, node in self.drawn.items():
            if group in self.products:
                edges += self._edges_of_sum(group, node)
            else:
                edges += self._edges_of(group, node)
        return edges

    def _edges_of(self, group: Group, node: Node) -> list[Edge]:
        """The edges into a node; those between the same two nodes are one if either is collapsed or they are many."""
        bundles: dict[str, list[Edge]] = {}
        for value in group.values:
            names, ordered = roles(value), group.part is None and is_ordered(value)
            places = [i for i, operand in enumerate(value.operands) if isinstance(operand, Value)]
            for place, parent, partial in zip(places, value.parents, value.partials, strict=True):
                source = self.grouping.group_of.get(parent)
                if source is group or source not in self.drawn:
                    continue
                taken = partial is not UNSELECTED
                tail = self.drawn[source].id
                edge = Edge(tail, node.id, place, names[place], partial if taken else None, taken, ordered)
                bundles.setdefault(tail, []).append(edge)
        edges = []
        for tail, bundle in bundles.items():
            collapsed = len(group.values) > 1 or tail[0] in "cr"
            if len(bundle) > (1 if collapsed else MOST_PARALLEL):
                selected = any(edge.selected for edge in bundle)
                edges.append(Edge(tail, node.id, selected=selected, count=len(bundle)))
            else:
                edges += bundle
        return sorted(edges, key=lambda edge: edge.operand)

    def _edges_of_sum(self, group: Group, node: Node) -> list[Edge]:
        """The edges of an expanded weighted sum: factors into products, products and bias into the sum."""
        value = group.values[0]
        operands, half, edges = value.operands, len(value.operands) // 2, []
        for i, product in enumerate(self.products[group]):
            pair = operands[i], operands[half + i]
            for place, (factor, other) in enumerate((pair, pair[::-1])):
                if isinstance(factor, Value) and not self._is_hidden(factor):
                    partial = other.data if isinstance(other, Value) else other
                    tail = self.drawn[self.grouping.group_of[factor]].id
                    edges.append(Edge(tail, product.id, place, "wx"[place], partial))
            edges.append(Edge(product.id, node.id, i, f"x{i + 1}", 1.0))
        bias = operands[-1]
        if isinstance(bias, Value) and not self._is_hidden(bias):
            edges.append(Edge(self.drawn[self.grouping.group_of[bias]].id, node.id, half, "b", 1.0))
        return edges


def _common(values: Sequence[Value]) -> str:
    """The operation of nodes that are alike; without constants where these differ."""
    texts = {operation(value) for value in values}
    row = values[0].primitive
    return texts.pop() if len(texts) == 1 or row is None else symbol(row)


def _common_label(values: Sequence[Value]) -> str:
    """``x1 … x9`` for nodes that are alike."""
    labels = [value.label for value in values]
    if not all(labels):
        return ""
    return labels[0] if len(set(labels)) == 1 else f"{labels[0]} … {labels[-1]}"


def _message(drawing: _Drawing, total: int, selected: int, collapse: str) -> str:
    """What is not shown, and how to see it."""
    parts = []
    grouping, kept = drawing.grouping, len(drawing.kept)
    if selected < total:
        parts.append(f"{selected} of {count(total, 'node')} selected")
    if kept < len(grouping.groups):
        parts.append(
            f"{kept} of {count(len(grouping.groups), 'node')} drawn, those nearest to the root: "
            "raise max_nodes, or choose a part with depth= or between=(a, b)"
        )
    elif collapse == "auto" and grouping.level != "none":
        opens = ", expand=[name] opens one neuron or layer" if grouping.frames else ""
        parts.append(
            f"{count(selected, 'node')} drawn as {len(grouping.groups)}: "
            f"collapse='none' with a larger max_nodes shows each of them{opens}"
        )
    return "; ".join(parts)
