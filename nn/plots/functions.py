"""Activations with their derivatives, and losses against the margin: what the tables of names look like."""

from collections.abc import Sequence
from typing import Any

from autograd_core import Value, no_grad

from .. import activations, losses
from .style import COLOURS, EDGE, drawing, new_figure, style

MARGIN_LOSSES = ("hinge", "binary_cross_entropy_with_logits", "half_squared_error")


def plot_activation(activation: Any, ax: Any = None, low: float = -4.0, high: float = 4.0, points: int = 401) -> Any:
    """An activation, and dashed its derivative as the engine computes it.

    Parameters
    ----------
    activation
        A name or a function of one Value (see `nn.activations`).
    ax
        The axes to draw on.
    low, high, points
        The range of pre-activations, and at how many of them to look.

    Raises
    ------
    ValueError
        For softmax, which is a function of a whole layer, and for an unknown name.
    """
    function = activations.get(activation)
    if function.over_layer:
        raise ValueError(f"plot_activation: {function.name} takes a whole layer, not one pre-activation")
    zs, outputs, slopes = [low + (high - low) * k / (points - 1) for k in range(points)], [], []
    for z in zs:
        given = Value(z)
        output = function(given)
        output.backward()
        outputs.append(output.data)
        slopes.append(given.grad)
    with drawing(ax) as axes:
        axes.axhline(0.0, color=EDGE, linewidth=0.8)
        axes.axvline(0.0, color=EDGE, linewidth=0.8)
        axes.plot(zs, outputs, label="g(z)")
        axes.plot(zs, slopes, "--", color=COLOURS[1], label="g′(z)")
        axes.set(xlabel="z", xlim=(low, high))
        axes.set_title(str(function))
        axes.legend()
        return axes


def plot_activations(names: Sequence[str] | None = None, columns: int = 4) -> list[Any]:
    """A grid of activations with their derivatives: all that have one number as input, or those named.

    Returns
    -------
    list of matplotlib.axes.Axes
        One per activation; `axes[0].figure` is their figure.
    """
    chosen = [a.name for a in activations.ACTIVATIONS.values() if not a.over_layer] if names is None else list(names)
    columns = min(columns, len(chosen))
    with style():
        _, grid = new_figure(columns, (2.6, 2.2), -(-len(chosen) // columns))
    for name, ax in zip(chosen, grid, strict=False):
        plot_activation(name, ax)
        ax.set_ylim(-1.6, 4.2)
        if ax is not grid[0]:
            ax.get_legend().remove()
    for ax in grid[len(chosen) :]:
        ax.remove()
    return grid[: len(chosen)]


def plot_margin_losses(names: Sequence[str] = MARGIN_LOSSES, ax: Any = None) -> Any:
    """Losses of a binary classifier against the margin m = t·ŷ, beside the error that they stand for (0 or 1).

    The output ŷ is a score, positive for the class t = +1: a margin below 0 is a wrong decision, and a large one a
    safe decision.

    Parameters
    ----------
    names
        Losses that take one such output and the label 1.
    ax
        The axes to draw on.
    """
    margins = [-2.5 + 5.0 * k / 500 for k in range(501)]
    with drawing(ax, (5.0, 3.6)) as axes:
        axes.step([-2.5, 0.0, 2.5], [1.0, 1.0, 0.0], where="pre", color=EDGE, linewidth=1.2, label="error (0 or 1)")
        axes.axvline(1.0, color=EDGE, linewidth=0.8, linestyle=":")
        axes.axvline(0.0, color=EDGE, linewidth=0.8)
        for name, line in zip(names, ("-", "--", "-.", ":", "-", "--"), strict=False):
            function = losses.get(name)
            with no_grad():
                heights = [function(Value(margin), 1).data for margin in margins]
            axes.plot(margins, heights, line, label=function.name.replace("_", " "))
        axes.set(xlabel="margin t·ŷ", ylabel="loss", ylim=(-0.1, 4.0), xlim=(-2.5, 2.5))
        axes.set_title("losses against the margin")
        axes.legend()
        return axes
