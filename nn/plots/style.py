"""The one style of all plots: colours that colour-blind readers tell apart and that survive grey printing."""

import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..files import replacing

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""The palette of Okabe and Ito (2008). In grey, line styles and markers tell them apart."""

MARKERS = ("o", "s", "^", "D", "v", "P")
"""One per class, so that classes differ without colour too."""

INK, EDGE, GRID = "#1b1b1c", "#67676a", "#e4e4e6"
"""Of text, of axes and of the grid; an SVG in a page takes the page's own in their places."""

SIZE = (5.0, 3.4)
"""Of one axes, in inches."""

STYLE: dict[str, Any] = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlesize": 11,
    "axes.edgecolor": EDGE,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": EDGE,
    "ytick.color": EDGE,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "figure.dpi": 110,
    "savefig.dpi": 160,
    "savefig.bbox": "tight",
    "font.size": 10,
    "svg.hashsalt": "nn",
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of this package.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
        from cycler import cycler
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install matplotlib") from error
    settings: Any = {**STYLE, "axes.prop_cycle": cycler(color=COLOURS)}
    with mpl.rc_context(settings):
        yield


@contextmanager
def drawing(ax: Any, size: tuple[float, float] = SIZE) -> Iterator[Any]:
    """The axes to draw on in the style: the given ones, or those of a new figure of pyplot if None."""
    with style():
        if ax is None:
            from matplotlib import pyplot as plt

            _, ax = plt.subplots(figsize=size, layout="constrained")
        yield ax


def new_figure(columns: int = 1, size: tuple[float, float] = SIZE, rows: int = 1) -> tuple[Any, list[Any]]:
    """A figure with axes side by side, each of that size in inches; to be called within `style`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(size[0] * columns, size[1] * rows), layout="constrained")
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def draw(plot: Callable[..., Any], *arguments: Any, size: tuple[float, float] = SIZE, **options: Any) -> Any:
    """A figure of its own with what `plot` draws: no window, and nothing of pyplot's.

    Examples
    --------
    >>> from nn import History, plots
    >>> history = History()
    >>> history.append({"loss": 1.0})
    >>> plots.draw(plots.plot_loss, history)
    <Figure size 550x374 with 1 Axes>
    """
    with style():
        figure, (ax,) = new_figure(1, size)
    plot(*arguments, ax=ax, **options)
    return figure


def save_figure(figure: Any, path: str | os.PathLike[str]) -> None:
    """Write a figure to a file of the format that its ending names: all of it or nothing.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    ending = os.fspath(path).rpartition(".")[2].lower()
    content = io.BytesIO()
    with style():
        figure.savefig(content, format=ending)
    with replacing(path) as file:
        file.write(content.getvalue())


def svg(figure: Any, name: str) -> str:
    """A figure as an ``<svg>`` for a page: its text and lines take the page's colours, light or dark.

    Parameters
    ----------
    figure
        The figure.
    name
        What the ids in it begin with, so that several pictures can stand in one page.
    """
    content = io.StringIO()
    with style():
        figure.savefig(content, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = content.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", text)
    replacements = {INK: "currentColor", EDGE: "var(--edge)", GRID: "var(--grid)", COLOURS[0]: "var(--blue)"}
    for colour, variable in replacements.items():
        text = re.sub(colour, variable, text, flags=re.IGNORECASE)
    return re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"|(<svg[^>]*?) height="[^"]*"', r"\1\2", text, count=1)
