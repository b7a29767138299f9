"""A network as textbooks draw it: a column of circles for each layer, and lines as wide as the weights are large."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .dot import FONT, escaped
from .drawing import Picture
from .text import count, number, unknown
from .themes import Theme, theme_of

WIDEST = 4.0
"""The width of the line of the largest weight; half of it where columns are long."""
SHOW = ("weights", "gradients")


@dataclass(frozen=True, slots=True)
class Column:
    """The neurons of a layer; of the inputs there are only the number and no neurons."""

    name: str
    note: str
    size: int
    neurons: Sequence[Any] = ()


def is_network(model: object) -> bool:
    """Whether `model` has layers of neurons, or is a layer or a neuron."""
    return _layers(model) is not None


def draw_network(model: Any, *, show: str = "weights", theme: str = "light", max_neurons: int = 16) -> Picture:
    """The picture of a network: a column of circles for each layer, lines as wide as the weights are large.

    Negative weights are dashed and of another colour. The bias stands in the circle.

    Parameters
    ----------
    model
        Anything with ``layers``, which have ``neurons``, which have weights ``w`` and a bias ``b``; or one of these.
    show
        ``"weights"``, or ``"gradients"``: lines as wide as the weights' gradients.
    theme
        See `draw`.
    max_neurons
        The largest number of circles in a column; the middle ones of a larger layer are left out.

    Raises
    ------
    TypeError
        If `model` is no such thing.
    ValueError
        For an unknown theme or `show`, or fewer than 3 neurons a column.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from autograd_core import Value
    >>> neuron = SimpleNamespace(w=[Value(0.5), Value(-2.0)], b=Value(1.0))
    >>> draw_network(neuron)
    <Picture network 2 → 1: 3 parameters>
    """
    layers = _layers(model)
    if layers is None:
        raise TypeError(
            f"draw_network takes a model with layers of neurons that have w and b, got {type(model).__name__}"
        )
    if show not in SHOW:
        raise ValueError(f"draw_network: {unknown('show', show, SHOW)}")
    if max_neurons < 3:
        raise ValueError(f"draw_network: max_neurons must be at least 3, got {max_neurons}")
    colours = theme_of(theme)
    columns = [Column("input", "", len(layers[0][1][0].w))]
    for i, (layer, neurons) in enumerate(layers, 1):
        name = "output" if i == len(layers) else f"layer {i}"
        columns.append(Column(name, str(getattr(layer, "activation", "")), len(neurons), neurons))
    sizes = " → ".join([str(column.size) for column in columns])
    parameters = sum(len(neuron.w) + 1 for _, neurons in layers for neuron in neurons)
    picture = _Network(columns, colours, show, max_neurons)
    return Picture(
        picture.source, f"network {sizes}: {count(parameters, 'parameter')}", colours, picture.hover, "neato"
    )


def _layers(model: Any) -> list[tuple[Any, Sequence[Any]]] | None:
    """The layers of a model with their neurons; None if it has none."""
    layers = getattr(model, "layers", None)
    if layers is None and getattr(model, "neurons", None) is not None:
        layers = [model]
    if layers is None and getattr(model, "w", None) is not None:
        return [(model, [model])] if hasattr(model, "b") else None
    if not isinstance(layers, list | tuple) or not layers:
        return None
    found = [(layer, getattr(layer, "neurons", ())) for layer in layers]
    complete = all(neurons and all(hasattr(n, "w") and hasattr(n, "b") for n in neurons) for _, neurons in found)
    return found if complete else None


class _Network:
    """The DOT text of a network, with positions, and the hover texts."""

    def __init__(self, columns: Sequence[Column], theme: Theme, show: str, most: int) -> None:
        self.theme, self.show = theme, show
        self.hover: dict[str, str] = {}
        shown = [_shown(column.size, most) for column in columns]
        tallest = max(map(len, shown))
        self.widest = WIDEST if tallest <= 8 else WIDEST / 2
        across = 1.7 + 0.09 * tallest
        nodes, edges = [], []
        strongest = max(
            (abs(x) for column in columns for neuron in column.neurons for x in map(self._strength, neuron.w)
             if math.isfinite(x)), default=0.0,
        )  # fmt: skip
        for l, (column, places) in enumerate(zip(columns, shown, strict=True)):
            for row, j in enumerate(places):
                y = (len(places) - 1) / 2 - row
                nodes.append(self._circle(l, j, column, across * l, 0.62 * y))
            bottom = -0.62 * ((tallest - 1) / 2) - 0.75
            notes = [f"<B>{escaped(column.name)}</B>", str(column.size), escaped(column.note)]
            text = "<BR/>".join(filter(None, notes))
            nodes.append(
                f'h{l} [shape=plaintext style="" width=1 height=0.6 fontsize=11 pos="{across * l:.3f},{bottom:.3f}!" label=<{text}>]'
            )
        # thin lines first, so that wide ones are not crossed out
        lines = []
        for l, column in enumerate(columns[1:], 1):
            for j in (j for j in shown[l] if j is not None):
                for i in (i for i in shown[l - 1] if i is not None):
                    weight = column.neurons[j].w[i]
                    lines.append((abs(self._strength(weight)), l, i, j, weight))
        lines.sort(key=lambda line: (line[0] if line[0] == line[0] else math.inf, *line[1:4]))
        for e, (_, l, i, j, weight) in enumerate(lines):
            edges.append(self._line(e, f"l{l - 1}_{i}", f"l{l}_{j}", weight, strongest))
            self.hover[f"w{e}"] = (
                f"{weight.label if getattr(weight, 'label', '') else f'w{j + 1}{i + 1}'} · "
                f"weight {number(weight.data)} · gradient {number(weight.grad)}"
            )
        what = "weight" if show == "weights" else "gradient"
        legend = f"line width: |{what}|, up to {number(strongest)}; dashed: negative"
        graph = (
            f'splines=line bgcolor="{theme.background}" pad=0.15 outputorder=edgesfirst fontname="{FONT}" '
            f'fontsize=11 fontcolor="{theme.muted}" labelloc=b label="{legend}"'
        )
        circle = (
            f'shape=circle style=filled fixedsize=true width=0.46 fontname="{FONT}" fontsize=9 '
            f'fontcolor="{theme.text}" penwidth=1.3'
        )
        statements = [f"graph [{graph}]", f"node [{circle}]", "edge [arrowhead=none]", *nodes, *edges]
        self.source = "\n".join(["digraph network {", *(f"  {statement}" for statement in statements), "}", ""])

    def _strength(self, weight: Any) -> float:
        return float(weight.data if self.show == "weights" else weight.grad)

    def _circle(self, l: int, j: int | None, column: Column, x: float, y: float) -> str:
        """A neuron or an input; the gap for those left out."""
        place = f'pos="{x:.3f},{y:.3f}!"'
        if j is None:
            return f'g{l} [shape=plaintext style="" fontsize=16 {place} label="⋮"]'
        name = f"l{l}_{j}"
        if not column.neurons:
            fill, border = self.theme.leaf
            self.hover[name] = f"input {j + 1}"
            return f'{name} [id="{name}" {place} fillcolor="{fill}" color="{border}" label="x{_lowered(j + 1)}"]'
        fill, border = self.theme.operation
        bias = column.neurons[j].b.data
        self.hover[name] = f"{column.name}, neuron {j + 1} · bias {number(bias)}"
        return f'{name} [id="{name}" {place} fillcolor="{fill}" color="{border}" label="{number(bias, 2)}"]'

    def _line(self, e: int, tail: str, head: str, weight: Any, strongest: float) -> str:
        strength = self._strength(weight)
        share = abs(strength) / strongest if strongest and math.isfinite(strength) else 1.0
        colour = self.theme.gradient if strength < 0.0 else self.theme.operation[1]
        if strength == 0.0 or not strongest:
            share, colour = 0.0, self.theme.line
        dashed = " style=dashed" if strength < 0.0 else ""
        shade = f"{colour}{round(70 + 185 * share):02x}"
        return (
            f'{tail} -> {head} [id="w{e}" color="{shade}" penwidth={0.25 + (self.widest - 0.25) * share:.3f}{dashed}]'
        )


def _shown(size: int, most: int) -> list[int | None]:
    """The places in a column that are drawn, with None for the gap in a long one."""
    if size <= most:
        return [*range(size)]
    last = max(1, (most - 1) // 3)
    return [*range(most - 1 - last), None, *range(size - last, size)]


def _lowered(n: int) -> str:
    """`n` as a subscript."""
    return "".join([chr(0x2080 + int(digit)) for digit in str(n)])
