"""The `Model` of a drawing in the language of Mermaid, for pages that show it as a picture."""

import re

from .model import Cluster, Edge, Model, Node
from .text import LONGEST_LABEL, count, number, visible
from .themes import Theme

SHAPES = {"leaf": ("[", "]"), "neuron": ("[[", "]]"), "layer": ("[[", "]]"), "repeat": ("[[", "]]")}


def to_mermaid(model: Model, theme: Theme, direction: str = "LR") -> str:
    """The text of the drawing in Mermaid.

    Examples
    --------
    >>> from autograd_core import Value
    >>> from autograd_core.view.build import build
    >>> from autograd_core.view.themes import theme_of
    >>> x = Value(3.0, "x")
    >>> print(to_mermaid(build([x * x]), theme_of("light")).partition("  classDef")[0])
    flowchart LR
      n0["x<br/>value 3<br/>grad –"]
      n1("×<br/>value 9<br/>grad –")
      n0 -->|"3"| n1
      n0 -->|"3"| n1
    <BLANKLINE>
    """
    lines = [f"flowchart {direction}", *_clusters(model, None, "  ")]
    lines += [f"  {_node(model, node)}" for node in model.nodes if node.cluster is None]
    lines += [f"  {_edge(edge)}" for edge in model.edges]
    styles = {"leaf": theme.leaf, "operation": theme.operation, "collapsed": theme.collapsed}
    for name, (fill, border) in styles.items():
        members = [node.id for node in model.nodes if _style(node) == name]
        if members:
            lines.append(f"  classDef {name} fill:{fill},stroke:{border},color:{theme.text}")
            lines.append(f"  class {','.join(members)} {name}")
    if model.message:
        lines.append(f"  %% {visible(model.message)}")
    return "\n".join([*lines, ""])


def escaped(text: str, longest: int | None = None) -> str:
    """`text` with everything that Mermaid, Markdown or HTML might read as markup as a numbered entity."""
    return re.sub(r"""[^\w\s.,()+−×Σ→∞–Π…·⋯ᵢ]|__+""", _entities, visible(text, longest))


def _entities(match: re.Match[str]) -> str:
    return "".join([f"#{ord(c)};" for c in match[0]])


def _style(node: Node) -> str:
    return "collapsed" if node.is_collapsed else "leaf" if node.kind == "leaf" else "operation"


def _clusters(model: Model, parent: str | None, indent: str) -> list[str]:
    lines = []
    for cluster in model.clusters:
        if cluster.parent == parent:
            lines.append(f'{indent}subgraph {cluster.id}["{_title(model, cluster)}"]')
            if cluster.kind == "layer":
                lines += _clusters(model, cluster.id, indent + "  ")
            lines += [f"{indent}  {_node(model, node)}" for node in model.nodes if node.cluster == cluster.id]
            lines.append(f"{indent}end")
    return lines


def _title(model: Model, cluster: Cluster) -> str:
    return " ".join(filter(None, (escaped(model.short_label(cluster), LONGEST_LABEL), escaped(cluster.title))))


def _node(model: Model, node: Node) -> str:
    title = " ".join(
        part for part in (escaped(model.short_label(node), LONGEST_LABEL), escaped(node.operation)) if part
    )
    parts = [title] if title else []
    parts += [f"× {node.count}"] if node.count > 1 else []
    parts += [escaped(node.constants)] if node.constants else []
    if node.data is not None:
        parts += [f"value {number(node.data)}", f"grad {number(node.grad)}"]
    elif node.mean_grad is not None:
        parts.append(f"mean #124;grad#124; {number(node.mean_grad)}")
    parts += [escaped(node.state)] if node.state else []
    parts += [f"{count(node.hidden, 'operand')} not drawn"] if node.hidden else []
    left, right = SHAPES.get(node.kind, ("(", ")"))
    return f'{node.id}{left}"{"<br/>".join(parts)}"{right}'


def _edge(edge: Edge) -> str:
    if not edge.selected:
        return f'{edge.source} -.->|"unselected"| {edge.target}'
    label = f"× {edge.count}" if edge.count > 1 else number(edge.partial)
    if edge.ordered and edge.role and edge.count == 1:
        label = f"{escaped(edge.role)}: {label}"
    return f'{edge.source} -->|"{label}"| {edge.target}'
