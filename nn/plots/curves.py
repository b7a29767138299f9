"""Curves of trainings: loss and accuracy over the epochs, gradients per layer, and learning rates compared."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..history import History
from .style import COLOURS, drawing, new_figure, style


def plot_loss(history: History, ax: Any = None) -> Any:
    """The loss over the epochs, and dashed that of the validation.

    Parameters
    ----------
    history
        What `nn.fit` returned.
    ax
        The matplotlib axes to draw on; a new figure if None. So for all plots of this package.

    Returns
    -------
    matplotlib.axes.Axes
        The axes. So for all plots of this package.

    Raises
    ------
    ValueError
        If no epoch was finished.
    """
    return _curves(history, "loss", ax)


def plot_accuracy(history: History, ax: Any = None) -> Any:
    """The accuracy over the epochs, and dashed that of the validation.

    Raises
    ------
    ValueError
        If no epoch was finished, or the training was no classification.
    """
    return _curves(history, "accuracy", ax)


def plot_history(history: History) -> Any:
    """A figure with the loss over the epochs, and the accuracy beside it if there is one.

    Returns
    -------
    matplotlib.figure.Figure
        The figure, with one or two axes.

    Raises
    ------
    ValueError
        If no epoch was finished.
    """
    _check(history, "loss", "plot_history")
    names = [name for name in ("loss", "accuracy") if name in history.history]
    with style():
        figure, all_axes = new_figure(len(names))
    for name, ax in zip(names, all_axes, strict=True):
        _curves(history, name, ax)
    return figure


def plot_gradient_flow(history: History, ax: Any = None) -> Any:
    """The length of the gradient of each layer over the epochs: one that falls towards the input is vanishing.

    Parameters
    ----------
    history
        Of a training with the callback `nn.GradientNorms`.
    ax
        The axes to draw on.

    Raises
    ------
    ValueError
        If the gradients were not recorded.
    """
    names = [name for name in history.history if name.startswith("layer") and name.endswith(".gradient")]
    if not names:
        raise ValueError("plot_gradient_flow: train with callbacks=[nn.GradientNorms()], which records the gradients")
    with drawing(ax) as axes:
        epochs = range(1, len(history) + 1)
        for position, (name, colour) in enumerate(zip(names, _shades(len(names)), strict=True)):
            label = name.removesuffix(".gradient")
            ends = " (input)" if position == 0 else " (output)" if position == len(names) - 1 else ""
            axes.plot(epochs, history.history[name], color=colour, label=label + ends)
        axes.set_yscale("log")
        axes.set(xlabel="epoch", ylabel="length of the gradient")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_title("gradient flow")
        axes.legend()
        return axes


def plot_learning_rates(histories: Mapping[float, History], ax: Any = None) -> Any:
    """The loss over the epochs for several learning rates: too small, right, and too large ones side by side.

    Parameters
    ----------
    histories
        A history per learning rate.
    ax
        The axes to draw on.

    Raises
    ------
    ValueError
        If there is none.
    """
    if not histories:
        raise ValueError("plot_learning_rates: there is no history to compare")
    rates = sorted(histories)
    with drawing(ax) as axes:
        for position, (rate, colour) in enumerate(zip(rates, _shades(len(rates)), strict=True)):
            history = histories[rate]
            losses = history.history.get("loss", [])
            epochs = range(1, len(losses) + 1)
            line = ("-", "--", "-.", ":")[position % 4]
            diverges = bool(losses) and not losses[-1] <= losses[0]
            axes.plot(epochs, losses, line, color=colour, label=f"η = {rate:g}{' diverges' if diverges else ''}")
        axes.set_yscale("log")
        seen = [x for history in histories.values() for x in history.history.get("loss", []) if 0.0 < x < math.inf]
        starts = [history.history["loss"][0] for history in histories.values() if len(history)]
        top = 4.0 * max(filter(math.isfinite, starts), default=1.0)  # what diverges leaves the picture
        axes.set_ylim(0.7 * min([top, *seen]), top)
        axes.set(xlabel="epoch", ylabel="loss")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_title("learning rates")
        axes.legend()
        return axes


def plot_rates(rates: Sequence[float], losses: Sequence[float], suggestion: float, ax: Any = None) -> Any:
    """The loss over the learning rate, as a learning-rate range test finds it, with the rate it suggests."""
    with drawing(ax) as axes:
        axes.plot(rates, losses)
        axes.axvline(suggestion, color=COLOURS[1], linestyle="--", label=f"suggestion {suggestion:.2g}")
        axes.set_xscale("log")
        axes.set(xlabel="learning rate", ylabel="smoothed loss")
        axes.set_title("learning-rate range test")
        axes.legend()
        return axes


def _curves(history: History, name: str, ax: Any) -> Any:
    _check(history, name, f"plot_{name}")
    with drawing(ax) as axes:
        epochs = range(1, len(history) + 1)
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
        return axes


def _check(history: History, name: str, place: str) -> None:
    if not len(history):
        raise ValueError(f"{place}: there is no epoch to plot")
    if name not in history.history:
        raise ValueError(f"{place}: the history has no {name!r}; it has {', '.join(history.history)}")


def _shades(n: int) -> list[Any]:
    """`n` colours in an order: from dark to light, in grey too."""
    import matplotlib as mpl

    return [mpl.colormaps["viridis"](0.85 * k / max(n - 1, 1)) for k in range(n)]


def _spans_decades(numbers: Sequence[float]) -> bool:
    finite = [x for x in numbers if 0.0 < x < math.inf]
    return len(finite) == len(numbers) and max(finite) > 100.0 * min(finite)
