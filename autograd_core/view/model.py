"""What a drawing shows of a graph: nodes, edges and clusters as plain data, before any format.

DOT, SVG, Mermaid, JSON, the terminal and the player all read this one `Model`. Identifiers come from the topological
order of the roots, so they are the same in every process and for every selection: ``n4`` is the same node of the graph
whether all of it is drawn or a part. A `Model` holds no text that is escaped for any format.
"""

from dataclasses import dataclass, field
from typing import Literal

from ..value import Value

Kind = Literal["leaf", "operation", "product", "neuron", "layer", "repeat"]


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a drawing.

    Attributes
    ----------
    id
        ``n4``: the place in the topological order; ``n4p1``: the first product of an expanded weighted sum;
        ``c2``: a collapsed cluster; ``r7``: nodes alike, drawn as one.
    kind
        ``leaf``, ``operation``; ``product``, a part of an expanded weighted sum, which is no node of the graph;
        ``neuron`` or ``layer``, collapsed; ``repeat``, several nodes with the same operation on the same operands.
    value
        The node of the graph; of a collapsed neuron that was called once, its output; else None.
    members
        The nodes of the graph that it stands for.
    label
        The name, not escaped and not cut.
    operation
        In words: ``×``, ``× 2``, ``tanh``, ``Σwᵢxᵢ+b → tanh``; empty for a leaf.
    constants
        The numbers among the operands of a variadic operation: ``x = 1, 2``.
    data
        The number; None where the node stands for several.
    grad
        The adjoint; None where no sweep has reached the node.
    mean_grad
        Of a collapsed cluster or repeat: the mean of |gradient| over its parameters (all its nodes, if it has none).
    count
        How often the node is repeated: calls of a neuron, nodes alike. Drawn as ``× n``.
    parameters
        The number of parameters in a collapsed cluster.
    state
        ``inactive``, ``dead`` (inactive in all of several calls), ``saturated``, or empty.
    cluster
        The id of the innermost open cluster around it, or None.
    is_root
        Whether it is (or holds) a root.
    hidden
        The number of its incoming edges whose source is not drawn.
    """

    id: str
    kind: Kind
    value: Value | None
    members: tuple[Value, ...]
    label: str
    operation: str
    constants: str = ""
    data: float | None = None
    grad: float | None = None
    mean_grad: float | None = None
    count: int = 1
    parameters: int = 0
    state: str = ""
    cluster: str | None = None
    is_root: bool = False
    hidden: int = 0

    @property
    def is_collapsed(self) -> bool:
        """Whether it stands for several nodes of the graph."""
        return self.kind in ("neuron", "layer", "repeat")

    @property
    def magnitude(self) -> float | None:
        """|gradient|, or the mean of it; None before any sweep."""
        if self.is_collapsed and self.mean_grad is not None:
            return self.mean_grad
        return None if self.grad is None else abs(self.grad)


@dataclass(frozen=True, slots=True)
class Edge:
    """An operand: from a parent to the node computed from it. ``x*x`` has two.

    Attributes
    ----------
    source, target
        Ids of nodes; the adjoint flows from target to source.
    operand
        The place among `Value.operands` of the target; −1 for an edge that stands for several.
    role
        The operand's name in the rule of the operation: ``x``, ``w1``, …; empty for an edge that stands for several.
    partial
        The local derivative; None for an unselected edge, and for one that stands for several.
    selected
        Whether a gradient passes.
    ordered
        Whether the order of the target's operands is to be shown, because its result depends on it.
    count
        The number of edges of the graph that it stands for. Drawn as ``× n``.
    """

    source: str
    target: str
    operand: int = -1
    role: str = ""
    partial: float | None = None
    selected: bool = True
    ordered: bool = False
    count: int = 1


@dataclass(frozen=True, slots=True)
class Cluster:
    """An open neuron or layer: a frame around the nodes whose `Node.cluster` is its id, and around inner clusters."""

    id: str
    kind: Literal["neuron", "layer"]
    label: str
    title: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A drawing as data: nodes in topological order, edges in the order of targets and operands, outer clusters first.

    Attributes
    ----------
    collapse
        The level that was used: ``none``, ``neurons``, ``layers`` or ``repeats``.
    total
        The number of nodes of the whole graph.
    message
        What is not shown, and how to see it; empty if everything is.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    clusters: tuple[Cluster, ...] = ()
    collapse: str = "none"
    total: int = 0
    message: str = ""
    is_cut: bool = False
    places: dict[Value, str] = field(default_factory=dict)
    """For every node of the graph that is shown, alone or within a collapsed one, the id of the drawn node."""

    def short_label(self, part: Node | Cluster) -> str:
        """A label without what the frame around it says: ``w1`` for ``layer1.neuron2.w1``."""
        outer = part.cluster if isinstance(part, Node) else part.parent
        frame = next((cluster.label for cluster in self.clusters if cluster.id == outer), "")
        return part.label.removeprefix(f"{frame}.") if frame else part.label
