"""The player's picture: what Graphviz drew, as a small SVG that takes its colours from style sheets.

Graphviz writes every colour and font at every text. Here a shape becomes a ``rect`` and a text keeps its place and a
class, so that the player can restyle them at every step, for light and dark alike, and the page stays small.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

from ..value import Value
from .build import build
from .dot import Look, to_dot
from .model import Model, Node
from .render import svg
from .text import number
from .themes import THEMES

_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_THEME = THEMES["light"]
_ROLES = {_THEME.text: "t", _THEME.muted: "m", _THEME.gradient: "m", _THEME.warning: "s"}
MOST_LABELLED = 300
"""Of a graph with more edges than this, local derivatives are shown only step by step: labels take Graphviz long."""
_HASTE = "nslimit=0.5 nslimit1=0.5 mclimit=0.1 splines=line"
"""What keeps Graphviz from searching for the best layout of a large graph: seconds in place of minutes."""
_WIDE = -0.1234
"""The number for which every node has room."""
CAPTIONS = ("value\xa0", "grad\xa0")


def player_model(order: Sequence[Value], names: dict[Value, str], adjoints: dict[Value, float]) -> Model:
    """Every node of the graph as a node of the drawing, with its name in formulas and its final adjoint."""
    model = build([order[-1]], collapse="none", max_nodes=len(order) * 100)
    nodes = [node if node.value is None else replace(node, label=names[node.value], grad=adjoints[node.value])
             for node in model.nodes]  # fmt: skip
    return replace(model, nodes=tuple(nodes))


def _with_room(node: Node) -> Node:
    """`node` with numbers as wide as the player may have to show in their places."""
    data, grad = ((_WIDE if len(number(x)) < len(number(_WIDE)) else x) for x in (node.data, node.grad))
    return replace(node, data=data, grad=grad)


def picture(model: Model, title: str, direction: str) -> str:
    """The SVG of `model`: groups with the ids of its nodes (``n4``) and edges (``e7``), and texts with classes.

    In a node, the class ``v`` marks the value and ``g`` the gradient; ``m`` is a caption or another minor text, ``s`` the state. An edge
    has its line, the tip of its arrow and, as a text, its local derivative.
    """
    is_large = len(model.edges) > MOST_LABELLED
    look = Look(_THEME, direction, partials=not is_large)
    roomy = replace(model, nodes=tuple(map(_with_room, model.nodes)))
    source = to_dot(roomy, look)
    if is_large:
        source = source.replace("graph [", f"graph [{_HASTE} ", 1)
    tree = ET.fromstring(svg(source, {}, title))
    nodes = {node.id: node for node in model.nodes}
    width, height = tree.attrib["width"].removesuffix("pt"), tree.attrib["height"].removesuffix("pt")
    graph = tree[0]
    dx, dy = _NUMBER.findall(graph.attrib["transform"].partition("translate")[2])
    head = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {float(width):.0f} {float(height):.0f}' "
        f"width='{float(width):.0f}' height='{float(height):.0f}' role='img' aria-label='{html.escape(title)}'>"
        f"<g transform='translate({dx} {dy})'>"
    )
    parts = [head]
    for group in graph:
        if not group.tag.endswith("}g"):
            continue
        kind, _, name = group.attrib["class"].partition(" ")
        if kind == "node":
            node = nodes[name]
            classes = f"node {node.kind}{' root' if node.is_root else ''}"
            numbers = number(node.data), number(node.grad)
            parts.append(f"<g id='{name}' class='{classes}'>{_rect(_shapes(group)[0])}{_texts(group, numbers)}</g>")
        elif kind == "edge":
            selected = model.edges[int(name[1:])].selected
            parts.append(f"<g id='{name}' class='edge{'' if selected else ' off'}'>{_edge(group)}</g>")
        else:
            parts.append(f"<g class='frame'>{''.join(_rect(shape) for shape in _shapes(group))}{_texts(group)}</g>")
    return "".join([*parts, "</g></svg>"])


def _shapes(group: ET.Element) -> list[ET.Element]:
    return [element for element in group.iter() if element.tag in (f"{_SVG}path", f"{_SVG}polygon")]


def _places(element: ET.Element) -> list[str]:
    """The coordinates of a shape, rounded to a tenth."""
    text = element.attrib.get("d") or element.attrib["points"]
    return [_short(float(number)) for number in _NUMBER.findall(text)]


def _short(x: float) -> str:
    return f"{x:.1f}".removesuffix(".0")


def _rect(shape: ET.Element) -> str:
    """The rectangle around a box that Graphviz draws as a polygon, or as a path if its corners are round."""
    numbers = [float(number) for number in _places(shape)]
    xs, ys = numbers[::2], numbers[1::2]
    x, y = min(xs), min(ys)
    rounded = " rx='6'" if shape.tag.endswith("path") else ""
    size = f"width='{_short(max(xs) - x)}' height='{_short(max(ys) - y)}'"
    return f"<rect x='{_short(x)}' y='{_short(y)}' {size}{rounded}/>"


def _edge(group: ET.Element) -> str:
    line, *tips = _shapes(group)
    parts = [f"<path d='{_line(line)}'/>"]
    parts += [f"<polygon points='{' '.join(_pairs(_places(tip)))}'/>" for tip in tips]
    return "".join([*parts, _texts(group)])


def _line(path: ET.Element) -> str:
    first, *rest = _pairs(_places(path))
    return f"M{first}C{' '.join(rest)}"


def _pairs(places: Sequence[str]) -> list[str]:
    return [f"{x},{y}" for x, y in zip(places[::2], places[1::2], strict=True)]


def _texts(group: ET.Element, numbers: Sequence[str] = ()) -> str:
    """The texts of a group; what follows the last captions "value" and "grad" gets its number and a class of its own."""
    found = list(group.iter(f"{_SVG}text"))
    contents = [element.text or "" for element in found]
    roles = [_ROLES.get(element.attrib.get("fill", ""), "t") for element in found]
    for caption, role, shown in zip(CAPTIONS, "vg", numbers, strict=False):
        place = max(i for i, text in enumerate(contents) if text == caption)
        roles[place], roles[place + 1], contents[place + 1] = "m", role, shown
    parts = []
    for element, text, role in zip(found, contents, roles, strict=True):
        x, y = _short(float(element.attrib["x"])), _short(float(element.attrib["y"]))
        size = float(element.attrib["font-size"])
        classes = role + (" b" if "font-weight" in element.attrib else "") + (" o" if size > 14 else "")
        centred = " text-anchor='middle'" if element.attrib.get("text-anchor") == "middle" else ""
        parts.append(f"<text class='{classes}' x='{x}' y='{y}'{centred}>{html.escape(text)}</text>")
    return "".join(parts)
