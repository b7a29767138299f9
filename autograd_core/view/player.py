"""The player: the forward and the backward pass of a graph, stepped through in a notebook or on a page of its own.

Python brings the graph, its formulas and its picture; what happens on the page is in ``player.js`` (the passes and the
picture) and ``player_panels.js`` (the views beside it, and the controls). A page loads nothing from anywhere.
"""

import base64
import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..value import Value, zero_grad
from .json import number_or_name, to_json
from .naming import names
from .notation import LONGEST, OUT, operation_of, partial_of, place, write
from .picture import picture, player_model
from .steps import Steps, steps
from .text import count, operation, unknown, visible
from .themes import THEMES, Theme

MAX_NODES = 1500
COLOURS = ("auto", "light", "dark")
_OWN_COLOURS = {
    "light": {
        "surface": "#f1f4f8",
        "border": "#c3ccd6",
        "accent": "#0a5cb8",
        "on-accent": "#ffffff",
        "good": "#1b7040",
    },
    "dark": {"surface": "#1b222c", "border": "#3d4958", "accent": "#74b6ff", "on-accent": "#08131f", "good": "#66d394"},
}
"""Colours that only the player has, beside those of the drawings' themes."""
_MORE_IF_NARROW = 370
"""Pixels of height by which the views, beside the graph if there is room and below it if not, make a player longer."""
_MARKS = 0xE000
"""The first of the private characters that stand for operands in the formulas that the page fills in."""


@dataclass(frozen=True)
class Player:
    """The passes of one graph, to be played; made by `step_through`.

    Attributes
    ----------
    title
        The heading.
    steps
        The backward pass as data.
    height
        The height in a notebook, in CSS pixels.
    colours
        ``auto``, ``light`` or ``dark``.
    """

    title: str
    steps: Steps
    height: int
    colours: str
    _picture: str
    _data: str

    @property
    def size(self) -> int:
        """The number of bytes in a notebook."""
        return len(self._repr_html_().encode())

    def html(self) -> str:
        """The player as a page of its own. Where scripts are not run, it shows the graph with its gradients."""
        folder = files(__package__)
        body = folder.joinpath("player.html").read_text(encoding="utf-8").replace("{picture}", self._picture)
        script = "".join(
            folder.joinpath(name).read_text(encoding="utf-8") for name in ("player.js", "player_panels.js")
        )
        head = (
            '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">"
            f"<title>{html.escape(self.title)}</title><style>{_colour_rules()}{_style()}</style>"
        )
        return (
            f'<!doctype html><html lang="en" data-theme="{self.colours}"><head>{head}</head><body>{body}'
            f'<script type="application/json" id="data">{self._data}</script><script>{_unindented(script)}</script>'
            "</body></html>"
        )

    def save(self, path: str | Path) -> None:
        """Write the player to a file that any browser opens, without a network.

        Raises
        ------
        ValueError
            If the name does not end in ``.html``.
        """
        path = Path(path)
        if path.suffix.lower() not in (".html", ".htm"):
            raise ValueError(
                f"save: a player is a page and its name ends in .html, got {path.name!r}; "
                "draw(root).save() writes svg, png and pdf"
            )
        path.write_text(self.html().replace("</style>", f"</style>{_WITHOUT_SCRIPTS}", 1), encoding="utf-8")

    def static(self) -> str:
        """The graph with the gradients of the whole pass, as an SVG without scripts."""
        style = f"<style>{_root_rule(_variables(THEMES['light']))}{_PICTURE_STYLE.search(_style())[0]}</style>"  # type: ignore[index]
        head, _, rest = self._picture.partition(">")
        return f"{head} style='background:{THEMES['light'].background}'>{style}{rest}"

    def _repr_html_(self) -> str:
        """The fragment for a notebook.

        The frame lies over a static picture and is clear until its script runs: where scripts or frames are not allowed, the
        picture is what is seen.
        """
        still = base64.b64encode(self.static().encode()).decode()
        page = self.html().replace("&", "&amp;").replace('"', "&quot;")
        title = html.escape(self.title)
        height = max(self.height, 420)
        # Of a padding 100% is the width: where the player is narrow, its views are below the graph, and it is longer.
        size = f"height:0;padding-bottom:clamp({height}px,(760.5px - 100%)*999,{height + _MORE_IF_NARROW}px)"
        return (
            f'<div style="position:relative;{size}">'
            f'<img alt="Graph of {title} with its gradients" style="position:absolute;max-width:100%;max-height:100%" '
            f'src="data:image/svg+xml;base64,{still}">'
            f'<iframe title="Forward and backward pass of {title}" sandbox="allow-scripts" loading="eager" '
            'style="position:absolute;top:0;left:0;width:100%;height:100%;border:0;color-scheme:normal" '
            f'srcdoc="{page}"></iframe></div>'
        )

    def __repr__(self) -> str:
        return (
            f"<player of {self.title}: {count(len(self.steps), 'node')}, {self.size / 1000:.0f} kB; it shows itself in "
            'notebooks, elsewhere: .save("pass.html")>'
        )


def step_through(
    root: Value | Steps,
    *,
    title: str = "",
    height: int = 640,
    colours: str = "auto",
    direction: str = "LR",
    max_nodes: int = MAX_NODES,
) -> Player:
    """The forward and the backward pass from `root`, to be played step by step in a notebook or a browser.

    It shows values, then gradients, arriving at their nodes; the formula and the numbers of every step; the order; why a
    gradient is what it is; it asks for the next adjoint; and it shows what a wrong order does. No `grad` is read or changed.

    Parameters
    ----------
    root
        The result, or its `steps`.
    title
        The heading; by default the root's label.
    height
        In a notebook, in CSS pixels.
    colours
        ``"light"``, ``"dark"``, or ``"auto"``: as the reader's system has it.
    direction
        ``"LR"``: from left to right; ``"TB"``: from top to bottom.
    max_nodes
        The largest graph to play: a larger one makes a page that nobody can follow.

    Returns
    -------
    Player
        Shows itself in notebooks; ``.save("pass.html")`` writes a page; ``.size`` is the number of bytes.

    Raises
    ------
    TypeError
        If `root` is no Value.
    ValueError
        If the graph has more than `max_nodes` nodes, or for an unknown colour or direction.

    Examples
    --------
    >>> from autograd_core import tanh
    >>> w, x, b = Value(0.5, "w"), Value(-2.0, "x"), Value(0.1, "b")
    >>> player = step_through(tanh(w * x + b), title="a neuron")
    >>> round(player.steps.adjoint(w), 4), player.size < 100_000
    (-0.9738, True)
    """
    found = root if isinstance(root, Steps) else steps(root)
    return _player([_Run(found)], title, height, colours, direction, max_nodes)


def step_through_training(
    loss: Callable[[], Value],
    update: Callable[[], object],
    training_steps: int = 10,
    *,
    title: str = "",
    height: int = 640,
    colours: str = "auto",
    direction: str = "LR",
    max_nodes: int = MAX_NODES,
) -> Player:
    """Train, and browse the passes of every training step with the parameters before and after.

    For each training step: the loss is computed, the gradients on its graph are cleared, `backward` is run, the pass is
    kept for the player, and `update` changes the parameters. **The model is trained by this.**

    Parameters
    ----------
    loss
        Computes the loss, always with the same graph: the same operations on the same operands in the same order.
    update
        Changes the parameters by their gradients: the ``step`` of an optimizer.
    training_steps
        How many.
    title, height, colours, direction, max_nodes
        As for `step_through`.

    Raises
    ------
    TypeError
        If `loss` gives no Value.
    ValueError
        If `training_steps` is not positive, or the graph changes from one training step to the next.

    Examples
    --------
    >>> w = Value(1.0, "w")
    >>> def update():
    ...     w.data -= 0.1 * w.grad
    >>> player = step_through_training(lambda: (w - 3.0) ** 2, update, training_steps=5)
    >>> round(w.data, 3)
    2.345
    """
    if training_steps < 1:
        raise ValueError(f"step_through_training: training_steps must be at least 1, got {training_steps}")
    runs: list[_Run] = []
    for i in range(training_steps):
        root = loss()
        run = _Run(steps(root))
        if runs and run.shape != runs[0].shape:
            raise ValueError(
                f"step_through_training: the graph of training step {i + 1} differs from that of the first; "
                "use the same examples in every step"
            )
        zero_grad(root)
        root.backward()
        update()
        run.note_update()
        runs.append(run)
    return _player(runs, title, height, colours, direction, max_nodes)


class _Run:
    """One pass as it was when it was recorded: an update changes the numbers of its leaves afterwards."""

    def __init__(self, found: Steps) -> None:
        self.steps = found
        self.places = {node: i for i, node in enumerate(found.order)}
        self.edges = [(node, edge) for node in found.order for edge in found.of(node).contributions]
        self.values = [node.data for node in found.order]
        self.shape = [(node.op, [self.places[parent] for parent in node.parents]) for node in found.order]
        self.formulas = [_formula(partial_of(node, edge.operand), node, "") for node, edge in self.edges]
        self.after: list[float] = []

    def note_update(self) -> None:
        """Keep the numbers that an update has given to the leaves."""
        self.after = [node.data for node in self.steps.order]

    @property
    def changed(self) -> set[int]:
        """The places of the leaves that the update has changed."""
        return {i for i, (x, y) in enumerate(zip(self.values, self.after, strict=False)) if x != y}

    def data(self, first: "_Run", parameters: Sequence[int]) -> dict[str, Any]:
        """What the page needs of this run beside the first one's graph; with the `parameters` after the update."""
        found: dict[str, Any] = {
            "values": [number_or_name(x) for x in self.values],
            "partials": [number_or_name(edge.partial) if edge.selected else None for _, edge in self.edges],
        }
        changed = {i: text for i, text in enumerate(self.formulas) if text != first.formulas[i]}
        if changed:
            found["formulas"] = changed
        if parameters:
            found["after"] = {i: number_or_name(self.after[i]) for i in parameters}
        return found


def _player(runs: Sequence[_Run], title: str, height: int, colours: str, direction: str, max_nodes: int) -> Player:
    first = runs[0]
    order = first.steps.order
    if colours not in COLOURS:
        raise ValueError(f"step_through: {unknown('colours', colours, COLOURS)}")
    if direction not in ("LR", "TB"):
        raise ValueError(f"step_through: {unknown('direction', direction, ('LR', 'TB'))}")
    if len(order) > max_nodes:
        raise ValueError(
            f"step_through: the graph has {len(order)} nodes, the limit is {max_nodes}: play a smaller part of it, such as "
            "the loss of one example; look at all of it with draw(root); read the pass with steps(root); or raise max_nodes="
        )
    called = names(order)
    title = visible(title or order[-1].label or called[order[-1]], 100)
    model = player_model(order, called, {node: first.steps.adjoint(node) for node in order})
    drawn = {(edge.source, edge.target, edge.operand): i for i, edge in enumerate(model.edges)}
    drawn_as = []
    for node, edge in first.edges:
        ends = f"n{first.places[edge.parent]}", f"n{first.places[node]}"
        drawn_as.append(drawn.get((*ends, edge.operand), drawn.get((*ends, -1))))
    parameters = sorted({i for run in runs for i in run.changed})
    data = {
        "title": title,
        "seed": number_or_name(first.steps.seed),
        "names": [called[node] for node in order],
        "ops": [operation(node) for node in order],
        "formulas": [_formula(operation_of(node), node, f"{node.op}(…)") for node in order],
        "operands": [[first.places[x] if isinstance(x, Value) else None for x in node.operands] for node in order],
        "edges": [
            [first.places[node], first.places[edge.parent], formula]
            for (node, edge), formula in zip(first.edges, first.formulas, strict=True)
        ],
        "drawn": drawn_as,
        "runs": [run.data(first, parameters) for run in runs],
    }
    if any(node.line for node in order):
        data["lines"] = [visible(f"{node.line[0]}:{node.line[1]}") if node.line else "" for node in order]
    return Player(title, first.steps, height, colours, picture(model, title, direction), to_json(data))


def _formula(expression: Any, node: Value, otherwise: str) -> str:
    """An expression with a private character for every operand and for the node itself, for the page to fill in."""
    if expression is None or isinstance(expression, float):
        return ""
    marks = {place(i): chr(_MARKS + i) for i in range(len(node.operands))} | {OUT: chr(_MARKS + len(node.operands))}
    text = write(expression, marks)
    return text if len(text) <= LONGEST else otherwise


# The style sheet -----------------------------------------------------------------------------------------------------

_PICTURE_STYLE = re.compile(r"svg text \{.*?(?=\.live)", re.DOTALL)
"""The rules of ``player.css`` for the picture alone."""
_WITHOUT_SCRIPTS = (
    "<noscript><style>body { visibility: visible !important } header button, .controls, .side, .formula, .zoom "
    "{ display: none !important }</style></noscript>"
)


def _style() -> str:
    return _unindented(files(__package__).joinpath("player.css").read_text(encoding="utf-8"))


def _unindented(text: str) -> str:
    """`text` without what only its editors need: indentation, and lines that hold a comment."""
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _colour_rules() -> str:
    light, dark = _variables(THEMES["light"]), _variables(THEMES["dark"])
    return (
        f"{_root_rule(light)}[data-theme=dark]{{{dark}}}"
        f"@media (prefers-color-scheme:dark){{[data-theme=auto]{{{dark}}}}}"
    )


def _root_rule(variables: str) -> str:
    return f":root{{{variables}}}"


def _variables(theme: Theme) -> str:
    """The colours of a theme as CSS variables."""
    pairs = {name: getattr(theme, name) for name in ("background", "text", "muted", "line", "gradient")}
    for name in ("leaf", "operation", "frame"):
        pairs[name], pairs[f"{name}-border"] = getattr(theme, name)
    return "".join(f"--{name}:{colour};" for name, colour in (pairs | _OWN_COLOURS[theme.name]).items())
