"""Plots of trainings, in one style: colours that colour-blind readers tell apart and that survive grey printing.

All functions draw with matplotlib's figure objects and open no window; a notebook shows what they return.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .history import History
from .metrics import ConfusionTable

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""The palette of Okabe and Ito (2008), ordered so that neighbours also differ in lightness."""

STYLE: dict[str, Any] = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.edgecolor": "#666666",
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "figure.dpi": 110,
    "savefig.dpi": 160,
    "savefig.bbox": "tight",
    "font.size": 10,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of this module.

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


def new_figure(columns: int = 1, size: tuple[float, float] = (5.0, 3.4)) -> tuple[Any, list[Any]]:
    """A figure with axes side by side, each of that size in inches; to be called within `style`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(size[0] * columns, size[1]), layout="constrained")
    return figure, list(figure.subplots(1, columns, squeeze=False)[0])


def plot_history(history: History) -> Any:
    """The loss over the epochs, and the accuracy beside it if there is one; validation dashed.

    Parameters
    ----------
    history
        What `fit` returned.

    Returns
    -------
    matplotlib.figure.Figure
        The figure, with one or two axes.

    Raises
    ------
    ValueError
        If no epoch was finished.
    """
    if not len(history):
        raise ValueError("plot_history: there is no epoch to plot")
    names = [name for name in ("loss", "accuracy") if name in history.history]
    with style():
        figure, all_axes = new_figure(len(names))
        epochs = range(1, len(history) + 1)
        for name, axes in zip(names, all_axes, strict=True):
            marker = "o" if len(history) <= 20 else ""
            axes.plot(epochs, history.history[name], marker=marker, markersize=4, label="training")
            if f"val_{name}" in history.history:
                axes.plot(epochs, history.history[f"val_{name}"], "--", marker=marker, markersize=4, label="validation")
                axes.legend()
            axes.set_title(name)
            axes.set_xlabel("epoch")
            axes.xaxis.get_major_locator().set_params(integer=True)
            if name == "loss" and _spans_decades(history.history[name]):
                axes.set_yscale("log")
    return figure


def plot_confusion(table: ConfusionTable) -> Any:
    """A confusion table as a picture: shades for the share of the true class, counts as numbers.

    Parameters
    ----------
    table
        The counts.

    Returns
    -------
    matplotlib.figure.Figure
        The figure, with one axes.
    """
    count = len(table.classes)
    shares = [[n / max(sum(row), 1) for n in row] for row in table.counts]
    with style():
        side = 1.6 + 0.42 * max(count, 4)
        figure, (axes,) = new_figure(1, (side, side))
        axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
        for i, row in enumerate(table.counts):
            for j, n in enumerate(row):
                if n:
                    colour = "white" if shares[i][j] > 0.55 else "black"
                    axes.text(j, i, str(n), ha="center", va="center", color=colour)
        labels = [str(label) for label in table.classes]
        slanted = max(map(len, labels)) > 3
        axes.set_xticks(range(count), labels, rotation=45 if slanted else 0, ha="right" if slanted else "center")
        axes.set_yticks(range(count), labels)
        axes.set(xlabel="predicted", ylabel="true")
        axes.set_title("confusion")
        axes.grid(visible=False)
        axes.tick_params(length=0)
    return figure


def plot_rates(rates: Sequence[float], losses: Sequence[float], suggestion: float) -> Any:
    """The loss over the learning rate, as a learning-rate range test finds it, with the rate it suggests.

    Returns
    -------
    matplotlib.figure.Figure
        The figure, with one axes.
    """
    with style():
        figure, (axes,) = new_figure()
        axes.plot(rates, losses)
        axes.axvline(suggestion, color=COLOURS[1], linestyle="--", label=f"suggestion {suggestion:.2g}")
        axes.set_xscale("log")
        axes.set(xlabel="learning rate", ylabel="smoothed loss")
        axes.set_title("learning-rate range test")
        axes.legend()
    return figure


def _spans_decades(numbers: Sequence[float]) -> bool:
    finite = [x for x in numbers if 0.0 < x < float("inf")]
    return len(finite) == len(numbers) and max(finite) > 100.0 * min(finite)
