"""The `Model` of a drawing in the DOT language of Graphviz, the same text in every process."""

import html
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .flow import Scale
from .model import Cluster, Edge, Model, Node
from .text import LONGEST_LABEL, count, number, visible
from .themes import Theme, readable_on

DIRECTIONS = {"LR": "w", "RL": "e", "TB": "n", "BT": "s"}
"""Directions of drawing, and the side on which edges come in."""
FONT = "Helvetica,Arial,sans-serif"
HEADING = 'shape=plaintext style="" margin=0'
BACKSLASH = "&#92;&#8203;"  # the space of no width keeps Graphviz from reading \\N as the name of the node
MOST_PORTS = 12
"""An operation with more operands than this does not list them."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a `Model` is drawn.

    Attributes
    ----------
    theme, direction
        The colours; ``LR``, ``RL``, ``TB`` or ``BT``.
    highlight
        The ids of the nodes to highlight, and the indices of the edges.
    partials
        Whether edges carry their local derivative.
    gradient_flow
        Whether the fill of a node shows its |gradient|.
    """

    theme: Theme
    direction: str = "LR"
    highlight: tuple[frozenset[str], frozenset[int]] = (frozenset(), frozenset())
    partials: bool = True
    gradient_flow: bool = False


def to_dot(model: Model, look: Look) -> str:
    """The text of the drawing in DOT."""
    theme = look.theme
    is_dense = len(model.edges) > 2 * len(model.nodes) + 20
    lines = ["digraph graph_of_values {", *_defaults(theme, look.direction, is_dense)]
    scale = Scale(model.nodes, theme) if look.gradient_flow else None
    ports = _ports(model)
    written = {node.id: _node(model, node, look, scale, ports.get(node.id, [])) for node in model.nodes}
    lines += _clusters(model, written, theme, None, "  ")
    lines += [f"  {written[node.id]}" for node in model.nodes if node.cluster is None]
    lines += [f"  {_edge(i, edge, look, edge.target in ports)}" for i, edge in enumerate(model.edges)]
    caption = _caption(model, scale, theme)
    if caption:
        lines.append(f"  label=<{caption}>")
    return "\n".join([*lines, "}", ""])


def _defaults(theme: Theme, direction: str, is_dense: bool) -> tuple[str, str, str]:
    """The attributes that the graph, its nodes and its edges have in common."""
    nodesep, ranksep, width = (0.18, 1.1, 0.6) if is_dense else (0.28, 0.45, 1.0)
    graph = (
        f'rankdir={direction} bgcolor="{theme.background}" pad=0.15 nodesep={nodesep} ranksep={ranksep} '
        f'fontname="{FONT}" fontsize=11 fontcolor="{theme.muted}" labelloc=b labeljust=l outputorder=edgesfirst'
    )
    node = (
        f'shape=box style="filled" fontname="{FONT}" fontsize=12 fontcolor="{theme.text}" margin="0.08,0.05" '
        "height=0.3 width=0.3"
    )
    edge = (
        f'fontname="{FONT}" fontsize=10 color="{theme.line}" fontcolor="{theme.muted}" arrowsize=0.65 penwidth={width}'
    )
    return f"  graph [{graph}]", f"  node [{node}]", f"  edge [{edge}]"


def escaped(text: str, longest: int | None = None) -> str:
    """`text` for an HTML-like label or an SVG text: on one line, cut, and with ``& < > " '`` as entities."""
    return html.escape(visible(text, longest)).replace("\\", BACKSLASH)


def describe(node: Node) -> str:
    """All that is known of a node on one line, for the hover text; not escaped."""
    gradient = "not computed" if node.grad is None else number(node.grad, 8)
    parts = [" ".join(part for part in (node.label, node.operation, node.constants) if part)]
    parts += [f"value {number(node.data, 8)}", f"gradient {gradient}"] if node.data is not None else []
    if node.is_collapsed:
        parts += [f"{count(node.count, 'time')}"] if node.count > 1 else []
        parts += [count(node.parameters, "parameter")] if node.parameters else []
        parts += [f"mean |gradient| {number(node.mean_grad, 8)}"] if node.mean_grad is not None else []
    parts += [node.state] if node.state else []
    parts += [f"{count(node.hidden, 'operand')} not drawn"] if node.hidden else []
    return " · ".join(parts)


def describe_edge(edge: Edge, names: dict[str, str]) -> str:
    """What an edge says, for the hover text; `names` are the nodes' by id. Not escaped."""
    ends = f"{names[edge.source]} → {names[edge.target]}"
    if edge.count > 1:
        return f"{ends} · {count(edge.count, 'edge')}"
    return f"{ends} · {f'local derivative {number(edge.partial, 8)}' if edge.selected else 'unselected: no gradient'}"


def _ports(model: Model) -> dict[str, list[tuple[int, str]]]:
    """The operands to list in a node: those of operations that depend on their order, if they are drawn and few."""
    ports: dict[str, list[tuple[int, str]]] = {}
    for edge in model.edges:
        ports.setdefault(edge.target, [])
        if edge.ordered and edge.operand >= 0:
            ports[edge.target].append((edge.operand, edge.role))
    return {node: places for node, places in ports.items() if 2 <= len(places) <= MOST_PORTS}


def _clusters(model: Model, written: dict[str, str], theme: Theme, parent: str | None, indent: str) -> list[str]:
    """The frames within `parent`, with the nodes in them."""
    lines = []
    for cluster in model.clusters:
        if cluster.parent != parent:
            continue
        # from the output back, for w1 to come before w2: Graphviz keeps the order where it can
        nodes = [node for node in reversed(model.nodes) if node.cluster == cluster.id]
        column = _column(model, nodes) if cluster.kind == "layer" else []
        if column:
            lines.append(f"{indent}subgraph layer_{cluster.id} {{")
            lines.append(f"{indent}  rank=same")
            lines.append(f'{indent}  {cluster.id} [id="{cluster.id}" {_title(model, cluster, theme)} {HEADING}]')
            lines += [f"{indent}  {written[node.id]}" for node in column]
            chain = " -> ".join([cluster.id, *(node.id for node in column)])
            lines.append(f"{indent}  {chain} [style=invis]")
        else:
            lines.append(f"{indent}subgraph cluster_{cluster.id} {{")
            lines.append(f"{indent}  {_frame(model, cluster, theme)}")
            lines += _clusters(model, written, theme, cluster.id, indent + "  ")
            lines += [f"{indent}  {written[node.id]}" for node in nodes]
        lines.append(f"{indent}}}")
    return lines


def _column(model: Model, nodes: Sequence[Node]) -> list[Node]:
    """The neurons of a layer in the order of their numbers, if they are all that is drawn of it and not connected.

    They stand under a heading, not in a frame: Graphviz keeps no order of what is in a frame.
    """
    ids = {node.id for node in nodes}
    if not nodes or any(node.kind != "neuron" for node in nodes):
        return []
    if any(cluster.parent == nodes[0].cluster for cluster in model.clusters):
        return []
    if any(edge.source in ids and edge.target in ids for edge in model.edges):
        return []
    return sorted(nodes, key=lambda node: [int(digits) for digits in re.findall(r"\d+", node.label)])


def _title(model: Model, cluster: Cluster, theme: Theme) -> str:
    label = model.short_label(cluster)
    name = f"<B>{escaped(label, LONGEST_LABEL)}</B>&#160;&#160;" if label else ""
    return f'label=<{name}{escaped(cluster.title)}> fontcolor="{theme.muted}" fontsize=11'


def _frame(model: Model, cluster: Cluster, theme: Theme) -> str:
    fill, border = theme.frame
    return (
        f'id="{cluster.id}" {_title(model, cluster, theme)} style="rounded,filled" fillcolor="{fill}" '
        f'color="{border}" labelloc=t labeljust=l margin=10'
    )


def _node(model: Model, node: Node, look: Look, scale: Scale | None, ports: Collection[tuple[int, str]]) -> str:
    """The statement of one node."""
    theme = look.theme
    fill, border = theme.collapsed if node.is_collapsed else theme.leaf if node.kind == "leaf" else theme.operation
    text, muted, gradient = theme.text, theme.muted, theme.gradient
    if scale is not None and not scale.is_empty:
        fill = scale.colour(node.magnitude)
        text = muted = gradient = readable_on(fill, theme)
    style = ["filled"] if node.kind == "leaf" else ["filled", "rounded"]
    style += ["dashed"] if node.state and node.kind != "layer" else []
    width = 1.0
    if node.is_root:
        width = 2.0
    if node.id in look.highlight[0]:
        border, width = theme.highlight, 3.0
    rows = _rows(model, node, text, muted, gradient, muted if scale else theme.warning)
    body = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{"".join(rows)}</TABLE>'
    if ports:
        body = _with_ports(body, ports, look.direction, muted)
    attributes = f'style="{",".join(style)}" fillcolor="{fill}" color="{border}" penwidth={width:g}'
    attributes += " peripheries=2" if node.is_collapsed else ""
    attributes += " margin=0" if ports else ""
    return f'{node.id} [id="{node.id}" {attributes} label=<{body}>]'


def _rows(model: Model, node: Node, text: str, muted: str, gradient: str, warning: str) -> list[str]:
    """The lines in a node: name and operation, value, gradient, and what else there is to say."""
    label = model.short_label(node)
    name = f"<B>{escaped(label, LONGEST_LABEL)}</B>" if label else ""
    sign = escaped(node.operation)
    if node.kind == "operation" and len(node.operation) <= 2:
        sign = f'<FONT POINT-SIZE="15"><B>{sign}</B></FONT>'
    titles = [[name], [sign]] if node.kind in ("neuron", "layer") else [[name, sign]]
    if node.kind == "neuron" and node.cluster is not None:
        titles = [[name]]  # the frame of the layer says what its neurons compute
    rows = [_line("&#160;&#160;".join(filter(None, title)), text) for title in titles if any(title)]
    if node.count > 1:
        rows.append(_line(f"<B>× {node.count}</B>", muted, 11))
    if node.constants:
        rows.append(_line(escaped(node.constants, 48), muted, 10))
    if node.data is not None:
        rows.append(_pair("value", number(node.data), text, muted))
        rows.append(_pair("grad", number(node.grad), gradient, muted))
    if node.kind == "layer":
        rows.append(_line(count(node.parameters, "parameter"), muted, 10))
    if node.data is None and node.mean_grad is not None:
        over = " of w, b" if node.parameters else ""
        rows.append(_pair(f"mean |grad|{over}", number(node.mean_grad), gradient, muted))
    if node.state:
        rows.append(_line(f"<I>{escaped(node.state)}</I>", warning, 10))
    if node.hidden:
        rows.append(_line(f"⋯ {count(node.hidden, 'operand')} not drawn", muted, 10))
    return rows


def _line(content: str, colour: str, size: int = 12) -> str:
    return f'<TR><TD COLSPAN="2"><FONT COLOR="{colour}" POINT-SIZE="{size}">{content}</FONT></TD></TR>'


def _pair(caption: str, content: str, colour: str, muted: str) -> str:
    return (
        f'<TR><TD ALIGN="RIGHT"><FONT COLOR="{muted}" POINT-SIZE="10">{caption}&#160;</FONT></TD>'
        f'<TD ALIGN="LEFT"><FONT COLOR="{colour}">{content}</FONT></TD></TR>'
    )


def _with_ports(body: str, ports: Collection[tuple[int, str]], direction: str, muted: str) -> str:
    """The table of a node with its operands on the side where edges come in, in their order."""
    cells = [
        f'<TD PORT="p{place}" CELLPADDING="2"><FONT COLOR="{muted}" POINT-SIZE="9">{escaped(role)}</FONT></TD>'
        for place, role in ports
    ]
    sides = direction in ("LR", "RL")
    inner = "".join([f"<TR>{cell}</TR>" for cell in cells]) if sides else f"<TR>{''.join(cells)}</TR>"
    listed = f'<TD CELLPADDING="0"><TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0">{inner}</TABLE></TD>'
    content = f'<TD CELLPADDING="3">{body}</TD>'
    first, second = (listed, content) if direction in ("LR", "TB") else (content, listed)
    rows = f"<TR>{first}{second}</TR>" if sides else f"<TR>{first}</TR><TR>{second}</TR>"
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0">{rows}</TABLE>'


def _edge(index: int, edge: Edge, look: Look, has_ports: bool) -> str:
    """The statement of one edge."""
    theme = look.theme
    head = f"{edge.target}:p{edge.operand}:{DIRECTIONS[look.direction]}" if has_ports else edge.target
    attributes = [f'id="e{index}"']
    label = ""
    if edge.count > 1:
        label = f"× {edge.count}"
    elif look.partials and edge.selected:
        label = number(edge.partial)
    elif look.partials:
        label = "unselected"
    if label:
        attributes.append(f'label="{label}"')
    if not edge.selected:
        attributes.append("style=dotted arrowhead=empty")
    if edge.count > 1:
        attributes.append("penwidth=2")
    if index in look.highlight[1]:
        attributes.append(f'color="{theme.highlight}" fontcolor="{theme.highlight}" penwidth=2.5')
    return f"{edge.source} -> {head} [{' '.join(attributes)}]"


def _caption(model: Model, scale: Scale | None, theme: Theme) -> str:
    """The line under a drawing: the scale of colours, and what is missing."""
    rows = []
    if scale is not None:
        if scale.is_empty:
            rows.append('<TR><TD ALIGN="LEFT">no gradients yet: call backward() first</TD></TR>')
        else:
            low, colours, high = scale.legend()
            swatches = "".join(
                [f'<TD BGCOLOR="{colour}" WIDTH="16" HEIGHT="10" FIXEDSIZE="TRUE"></TD>' for colour in colours]
            )
            inner = f"<TR><TD>|gradient|&#160; {low}&#160;</TD>{swatches}<TD>&#160;{high}&#160; (log scale)</TD></TR>"
            rows.append(
                f'<TR><TD ALIGN="LEFT"><TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{inner}'
                "</TABLE></TD></TR>"
            )
    if model.is_cut:
        rows += [f'<TR><TD ALIGN="LEFT">{escaped(part)}</TD></TR>' for part in re.split(r"(?<=: )", model.message)]
    if not rows:
        return ""
    colour = f'<FONT COLOR="{theme.muted}">'
    return f'{colour}<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2">{"".join(rows)}</TABLE></FONT>'
