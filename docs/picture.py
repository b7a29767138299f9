"""Draw the picture of the README, ``docs/_static/sweep.svg``:  python docs/picture.py

One neuron and its error: the values go forward, the gradients come back, one step is taken, the error falls. Every number is
computed here. It is one SVG that moves by CSS alone; where nothing moves, or a reader wants nothing to move, it shows the
end of the sweep.
"""

from pathlib import Path
from typing import NamedTuple

from autograd_core import Value, steps, tanh
from autograd_core.view.text import number
from autograd_core.view.themes import THEMES, Theme

FILE = Path(__file__).resolve().parent / "_static" / "sweep.svg"
WIDTH, HEIGHT = 604, 480
BOX_WIDTH, BOX_HEIGHT = 106, 86
RATE = 0.1
PER_VALUE, PER_EDGE, HOLD = 0.45, 0.8, 3.6
"""Seconds that one value takes on the way forward, one edge on the way back, and the end."""


class Box(NamedTuple):
    """Where a node is drawn, by its left and upper corner, and what is written above its numbers."""

    node: Value
    x: float
    y: float
    title: str

    def side(self, x: int, y: int) -> tuple[float, float]:
        """The middle of one side: ``(1, 0)`` the right, ``(-1, 0)`` the left, ``(0, 1)`` the lower, ``(0, -1)`` the upper."""
        return self.x + BOX_WIDTH * (1 + x) / 2, self.y + BOX_HEIGHT * (1 + y) / 2


def loss(w: Value, x: Value, b: Value) -> list[Box]:
    """The squared error of one neuron whose target is 1, as boxes from the inputs to the result."""
    product = w * x
    z = product + b
    a = tanh(z)
    error = a - 1.0
    result = error**2.0
    return [
        Box(w, 18, 62, "w"), Box(x, 18, 174, "x"), Box(product, 172, 118, "w · x"), Box(b, 172, 230, "b"),
        Box(z, 326, 174, "z = wx + b"), Box(a, 480, 174, "a = tanh z"), Box(error, 480, 306, "e = a − 1"),
        Box(result, 326, 306, "L = e²"),
    ]  # fmt: skip


class Film:
    """Collects what appears when; `rules` are the CSS of it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.frames: dict[str, str] = {}

    def shown(self, start: float, end: float | None = None) -> str:
        """The class of what is there from one time to another, or to the end."""
        name = f"s{round(100 * start)}" + ("" if end is None else f"-{round(100 * end)}")
        first, last = (f"{100 * t / self.seconds:.2f}%" for t in (start, end or 0.985 * self.seconds))
        on, off = (f"{100 * (t + 0.25) / self.seconds:.2f}%" for t in (start, end or 0.985 * self.seconds - 0.25))
        hidden = "0%" if start == 0 else f"0%, {first}"
        if start == 0:
            self.frames[name] = f"0%, {last} {{ opacity: 1 }} {off}, 100% {{ opacity: 0 }}"
        else:
            self.frames[name] = f"{hidden} {{ opacity: 0 }} {on}, {last} {{ opacity: 1 }} " + (
                f"{off}, 100% {{ opacity: 0 }}" if end else "100% { opacity: 0 }"
            )
        return name

    def rules(self) -> str:
        lines = [f"@keyframes {name} {{ {frames} }}" for name, frames in self.frames.items()]
        lines += [f".{name} {{ animation: {name} {self.seconds:g}s linear infinite }}" for name in self.frames]
        return "\n".join(lines)


def curve(start: tuple[float, float], end: tuple[float, float]) -> str:
    """The path of an edge."""
    (x0, y0), (x1, y1) = start, end
    bend = (x1 - x0) / 2
    return f"M{x0:g} {y0:g} C{x0 + bend:g} {y0:g} {x1 - bend:g} {y1:g} {x1:g} {y1:g}"


def joined(parent: Box, child: Box) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
    """Where the edge between two boxes starts and ends, and how far from its middle its number stands."""
    if parent.x == child.x:
        return parent.side(0, 1), child.side(0, -1), (14, 6)
    way = 1 if parent.x < child.x else -1
    start, end = parent.side(way, 0), child.side(-way, 0)
    return start, end, (0, -9 if start[1] <= end[1] else 19)


def colours(theme: Theme) -> str:
    """A theme as CSS variables."""
    pairs = {
        "page": theme.background, "text": theme.text, "muted": theme.muted, "line": theme.line, "grad": theme.gradient,
        "leaf": theme.leaf[0], "leaf-edge": theme.leaf[1], "op": theme.operation[0], "op-edge": theme.operation[1],
    }  # fmt: skip
    return " ".join(f"--{name}: {colour};" for name, colour in pairs.items())


def caption(classes: str, first: str, second: str) -> str:
    """Two lines below the graph."""
    lines = f'{first}<tspan x="18" dy="27">{second}</tspan>'
    return f'<text class="caption {classes}" x="18" y="{HEIGHT - 50}">{lines}</text>'


def picture() -> str:
    """The SVG."""
    w, x, b = Value(-0.5, "w"), Value(2.0, "x"), Value(0.4, "b")
    boxes = loss(w, x, b)
    by_node = {box.node: box for box in boxes}
    root = boxes[-1].node
    sweep = steps(root)
    edges = [(step.node, edge) for step in sweep for edge in step.contributions]
    forward = 0.6
    backward = forward + PER_VALUE * len(boxes) + 0.8
    done = backward + PER_EDGE * (len(edges) + 1)
    film = Film(done + HOLD)

    lines, nodes = [], []
    arrived = {root: backward}
    for i, (node, edge) in enumerate(edges, start=1):
        time = backward + PER_EDGE * i
        arrived[edge.parent] = time
        start, end, (right, down) = joined(by_node[edge.parent], by_node[node])
        middle = (start[0] + end[0]) / 2 + right, (start[1] + end[1]) / 2 + down
        lines.append(f'<path class="edge" d="{curve(start, end)}"/>')
        lines.append(f'<path class="edge back {film.shown(time - 0.5)}" d="{curve(start, end)}"/>')
        lines.append(
            f'<text class="partial {film.shown(time - 0.5)}" x="{middle[0]:g}" y="{middle[1]:g}">'
            f"{number(edge.partial, 3)}</text>"
        )
    for i, box in enumerate(boxes):
        time = forward + PER_VALUE * i
        middle = box.x + BOX_WIDTH / 2
        kind = "op" if box.node.op else "leaf"
        nodes.append(
            f'<rect class="{kind}" x="{box.x:g}" y="{box.y:g}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="9"/>'
            f'<text class="name" x="{middle:g}" y="{box.y + 25:g}">{box.title}</text>'
            f'<text class="{film.shown(time)}" x="{middle:g}" y="{box.y + 50:g}">{number(box.node.data, 3)}</text>'
            f'<text class="gradient {film.shown(arrived[box.node])}" x="{middle:g}" y="{box.y + 75:g}">'
            f"{number(sweep.adjoint(box.node), 3)}</text>"
        )

    root.backward()
    after = loss(Value(w.data - RATE * w.grad), x, Value(b.data - RATE * b.grad))[-1].node
    ways = [
        (0.0, backward - 0.4, "Forward: every operation computes its value,", "and remembers where it came from."),
        (backward - 0.4, done, "Backward: each node, once, hands its gradient on,", "times the local derivative."),
    ]
    captions = [caption(f"passing {film.shown(start, end)}", *text) for start, end, *text in ways]
    good = f'<tspan class="good">{number(after.data, 3)}</tspan>'
    captions.append(
        caption(
            film.shown(done),
            "One step against the gradients of w and b:",
            f"L falls from {number(root.data, 3)} to {good}.",
        )
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">
<title>A backward sweep through one neuron and its error</title>
<style>
svg {{ {colours(THEMES["light"])} font-family: Helvetica, Arial, sans-serif; }}
@media (prefers-color-scheme: dark) {{ svg {{ {colours(THEMES["dark"])} }} }}
text {{ fill: var(--text); font-size: 20px; text-anchor: middle; }}
.page {{ fill: var(--page); stroke: var(--line); stroke-opacity: .35; }}
.leaf {{ fill: var(--leaf); stroke: var(--leaf-edge); stroke-width: 1.5; }}
.op {{ fill: var(--op); stroke: var(--op-edge); stroke-width: 1.5; }}
.name {{ font-weight: bold; font-size: 17px; }}
.edge {{ fill: none; stroke: var(--line); stroke-width: 1.6; }}
.back {{ stroke: var(--grad); stroke-width: 2.6; }}
.gradient, .partial {{ fill: var(--grad); }}
.gradient {{ font-weight: bold; }}
.partial {{ font-size: 15px; paint-order: stroke; stroke: var(--page); stroke-width: 5px; }}
.caption, .legend {{ text-anchor: start; }}
.caption {{ font-size: 21px; }}
.legend {{ font-size: 18px; fill: var(--muted); }}
.legend .gradient, .good {{ fill: var(--grad); font-weight: bold; }}
.passing {{ opacity: 0; }}
@media (prefers-reduced-motion: no-preference) {{
{film.rules()}
}}
</style>
<rect class="page" x="1" y="1" width="{WIDTH - 2}" height="{HEIGHT - 2}" rx="14"/>
<text class="legend" x="18" y="36">value, and below it <tspan class="gradient">the gradient of L</tspan></text>
{chr(10).join(lines + nodes + captions)}
</svg>
"""


if __name__ == "__main__":
    FILE.write_text(picture(), encoding="utf-8", newline="\n")
    print(f"{FILE.name}: {FILE.stat().st_size / 1000:.0f} kB")
