"""The inside of a network: its weights by layer, as distributions, as matrices, and on the lines between neurons."""

import math
from collections.abc import Sequence
from typing import Any

from ..monitoring import layers_of
from .style import COLOURS, EDGE, INK, drawing

DRAWN = 12
"""The most neurons of a layer that a picture of a network shows."""


def plot_weights(model: Any, ax: Any = None) -> Any:
    """How the weights of each layer are distributed: one histogram per layer, the input's at the top."""
    layers = layers_of(model)
    weights = [[w.data for w in layer.weights()] for layer in layers]
    reach = max((abs(w) for layer in weights for w in layer if math.isfinite(w)), default=1.0) or 1.0
    bins = 40
    with drawing(ax, (5.0, max(2.2, 1.1 + 0.75 * len(layers)))) as axes:
        edges = [reach * (2.0 * k / bins - 1.0) for k in range(bins + 1)]
        for position, layer in enumerate(weights):
            counts = [0] * bins
            for w in layer:
                if math.isfinite(w):
                    counts[min(int((w / reach + 1.0) * bins / 2.0), bins - 1)] += 1
            base, tallest = float(len(layers) - 1 - position), max(counts) or 1
            heights = [base + 0.85 * count / tallest for count in counts]
            axes.stairs(heights, edges, baseline=base, fill=True, color=COLOURS[0], alpha=0.35)
            axes.stairs(heights, edges, baseline=base, color=COLOURS[0], linewidth=1.2)
            scale = math.sqrt(math.fsum(w * w for w in layer) / max(len(layer), 1))
            axes.text(reach, base + 0.62, f"rms {scale:.2g}", ha="right", color=INK, fontsize=9)
        axes.set_yticks(range(len(layers)), [f"layer {k}" for k in range(len(layers), 0, -1)])
        axes.set(xlabel="weight", ylim=(-0.08, len(layers)), xlim=(-reach * 1.02, reach * 1.02))
        axes.grid(visible=False, axis="y")
        axes.axvline(0.0, color=EDGE, linewidth=0.8)
        axes.set_title("weights per layer")
        return axes


def plot_weight_matrix(matrix: Sequence[Sequence[float]], ax: Any = None, title: str = "weights") -> Any:
    """A weight matrix as a picture, with the bias as column 0: one row per neuron, orange below 0 and purple above.

    Parameters
    ----------
    matrix
        One of `nn.Module.weight_matrices`.
    ax
        The axes to draw on.
    title
        What stands above.
    """
    reach = max((abs(w) for row in matrix for w in row if math.isfinite(w)), default=1.0) or 1.0
    with drawing(ax) as axes:
        picture = axes.imshow(matrix, cmap="PuOr", vmin=-reach, vmax=reach, aspect="auto", interpolation="nearest")
        bar = axes.figure.colorbar(picture, ax=axes, shrink=0.9)
        bar.outline.set_visible(False)
        axes.axvline(0.5, color=EDGE, linewidth=1.0)
        count = len(matrix[0])
        ticks = [0, *range(1, count, max(1, math.ceil((count - 1) / 10)))]
        axes.set_xticks(ticks, ["bias", *(str(k) for k in ticks[1:])])
        axes.set_yticks(range(0, len(matrix), max(1, len(matrix) // 10)))
        axes.set_yticklabels([str(int(k) + 1) for k in axes.get_yticks()])
        axes.set(xlabel="input", ylabel="neuron")
        axes.set_title(title)
        axes.grid(visible=False)
        axes.tick_params(length=0)
        return axes


def plot_network(
    model: Any, ax: Any = None, inputs: Sequence[str] | None = None, outputs: Sequence[str] | None = None
) -> Any:
    """The neurons of a network and the weights between them: thicker is larger, orange dashed is negative.

    Parameters
    ----------
    model
        A model with layers.
    ax
        The axes to draw on.
    inputs, outputs
        The names of inputs and outputs.
    """
    matrices = [[row[1:] for row in matrix] for matrix in model.weight_matrices()]
    sizes = [len(matrices[0][0]), *map(len, matrices)]
    places = [_places(size) for size in sizes]
    with drawing(ax, (2.2 + 1.6 * len(sizes), 4.2)) as axes:
        for l, matrix in enumerate(matrices):
            reach = max((abs(w) for row in matrix for w in row), default=1.0) or 1.0
            for j, to in places[l + 1].items():
                for i, start in places[l].items():
                    share = matrix[j][i] / reach
                    axes.plot(
                        [l, l + 1], [start, to], color=COLOURS[0] if share >= 0.0 else COLOURS[1], zorder=1,
                        linestyle="-" if share >= 0.0 else (0, (4, 1.5)), linewidth=0.2 + 2.0 * abs(share),
                        alpha=0.15 + 0.75 * abs(share), solid_capstyle="butt",
                    )  # fmt: skip
        for l, (size, shown) in enumerate(zip(sizes, places, strict=True)):
            axes.scatter([l] * len(shown), shown.values(), s=90, color="white", edgecolor=EDGE, linewidth=1.2, zorder=2)
            if size > len(shown):
                axes.text(l, _gap(shown), "⋮", ha="center", va="center", fontsize=14)
            title = "input" if l == 0 else f"layer {l}"
            axes.text(l, 1.09, f"{title}\n{size}", ha="center", va="center", fontsize=9)
        for names, l, side, room in ((inputs, 0, "right", -0.1), (outputs, len(sizes) - 1, "left", 0.1)):
            if names is None:
                continue
            for i, place in places[l].items():
                axes.text(l + room, place, f"{names[i]:.22}", ha=side, va="center", fontsize=8)
        axes.set(xlim=(-0.8, len(sizes) - 0.2), ylim=(-0.05, 1.16))
        axes.axis("off")
        axes.set_title("network", pad=12)
        return axes


def _places(size: int) -> dict[int, float]:
    """The heights, from 1 down to 0, of the neurons that are drawn: all, or the first ones and the last one."""
    if size <= DRAWN:
        drawn, slots = list(range(size)), list(range(size))
    else:
        drawn, slots = [*range(DRAWN - 1), size - 1], [*range(DRAWN - 1), DRAWN]
    last = slots[-1] or 1
    spread = min(1.0, len(slots) / DRAWN + 0.1) if size > 1 else 0.0
    return {neuron: 0.5 + spread * (0.5 - slot / last) for neuron, slot in zip(drawn, slots, strict=True)}


def _gap(shown: dict[int, float]) -> float:
    *_, before, last = shown.values()
    return 0.5 * (before + last)
