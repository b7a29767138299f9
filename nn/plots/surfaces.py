"""The loss as a surface over two parameters, and the path that a training took on it."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd_core import Value

from .. import engines, losses, regularizers
from ..callbacks import Callback
from ..checks import check_inputs, check_targets
from ..lookup import unknown
from .style import COLOURS, drawing

if TYPE_CHECKING:
    from ..training import Training


class DescentPath(Callback):
    """Remembers two parameters after every step of a training, for `plot_loss_surface`.

    Parameters
    ----------
    first, second
        The parameters: Values, or their names (see `nn.Module.named_parameters`).

    Attributes
    ----------
    points
        The pairs of numbers, the first one from before the training.

    Examples
    --------
    >>> from nn import MLP, fit
    >>> model = MLP(1, [1], init="zeros")
    >>> path = DescentPath("layer1.neuron1.w1", "layer1.neuron1.b")
    >>> history = fit(
    ...     model,
    ...     [[0.0], [1.0]],
    ...     [1.0, 3.0],
    ...     loss="mse",
    ...     optimizer="sgd",
    ...     learning_rate=0.5,
    ...     epochs=1,
    ...     batch_size="full",
    ...     callbacks=[path],
    ... )
    >>> path.points
    [(0.0, 0.0), (0.75, 1.0)]
    """

    def __init__(self, first: Value | str, second: Value | str) -> None:
        self.parameters = first, second
        self.points: list[tuple[float, float]] = []
        self.values: list[Value] = []

    def on_train_begin(self, training: "Training") -> None:
        """Remember the start."""
        self.values = [parameter_of(training.model, one) for one in self.parameters]
        self.points = []
        self.on_batch_end(training)

    def on_batch_end(self, training: "Training") -> None:  # noqa: ARG002 - other callbacks need it
        """Remember the step."""
        first, second = self.values
        self.points.append((first.data, second.data))


def plot_loss_surface(
    model: Any,
    X: Any,
    y: Any,
    loss: Any,
    parameters: tuple[Value | str, Value | str],
    *,
    path: Sequence[tuple[float, float]] = (),
    regularizer: Any = None,
    span: float = 2.0,
    resolution: int = 30,
    ax: Any = None,
) -> Any:
    """The objective over two parameters of a model, all others as they are; the model has its own back afterwards.

    Parameters
    ----------
    model, X, y, loss, regularizer
        As for `nn.fit`. A batch of a few hundred examples is enough.
    parameters
        The two: Values, or their names.
    path
        Points that a training went through (see `DescentPath`), to draw on the surface.
    span
        How far the surface reaches around the present point, if there is no path.
    resolution
        The number of points along each axis.
    ax
        The axes to draw on.

    Raises
    ------
    ValueError
        For an unknown parameter, and for data that do not fit the model.
    """
    rows = check_inputs(X, width=getattr(model, "n_inputs", None))
    targets = check_targets(y, len(rows))
    first, second = (parameter_of(model, one) for one in parameters)
    engine = engines.get("eager")(model, losses.get(loss), regularizers.get(regularizer), len(rows))
    start = first.data, second.data
    xs = _axis([point[0] for point in path], start[0], span, resolution)
    ys = _axis([point[1] for point in path], start[1], span, resolution)
    try:
        heights = []
        for second.data in ys:
            line = []
            for first.data in xs:
                result = engine.evaluate(rows, targets)
                line.append(result.loss + result.penalty)
            heights.append(line)
    finally:
        first.data, second.data = start
    with drawing(ax, (5.0, 4.0)) as axes:
        levels = _levels([height for line in heights for height in line if math.isfinite(height)])
        picture = axes.contourf(xs, ys, heights, levels=levels, cmap="cividis_r", alpha=0.9, extend="both")
        axes.contour(xs, ys, heights, levels=levels, colors="white", linewidths=0.5, alpha=0.7)
        bar = axes.figure.colorbar(picture, ax=axes, label="objective", format="%.3g")
        bar.outline.set_visible(False)
        if path:
            across, up = zip(*path, strict=True)
            marker = "o" if len(path) <= 60 else ""
            axes.plot(across, up, "-", color="white", linewidth=3.2, solid_joinstyle="round")
            axes.plot(across, up, "-", marker=marker, markersize=3, color=COLOURS[1], linewidth=1.5, label="descent")
            axes.plot(across[0], up[0], "o", color="white", markeredgecolor=COLOURS[1], markersize=8, label="start")
            axes.plot(across[-1], up[-1], "*", color=COLOURS[1], markeredgecolor="white", markersize=15, label="end")
            axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=3, borderpad=0, handletextpad=0.4)
        axes.set(xlabel=_name(model, first), ylabel=_name(model, second))
        axes.grid(visible=False)
        axes.set_title("loss surface", pad=24 if path else 6)
        return axes


def parameter_of(model: Any, one: Value | str) -> Value:
    """The parameter of a model of that name; a Value is itself.

    Raises
    ------
    ValueError
        For a name that does not exist, and a Value that is no parameter of the model.
    """
    named: dict[str, Value] = dict(model.named_parameters())
    if isinstance(one, str):
        if one not in named:
            raise ValueError(unknown("parameter", one, named))
        return named[one]
    if one not in named.values():
        raise ValueError(f"{one!r} is no parameter of the model")
    return one


def _name(model: Any, parameter: Value) -> str:
    named: list[tuple[str, Value]] = model.named_parameters()
    return next(name for name, own in named if own is parameter)


def _axis(path: Sequence[float], centre: float, span: float, resolution: int) -> list[float]:
    low, high = (min(path), max(path)) if path else (centre - span, centre + span)
    room = 0.25 * (high - low) or span
    low, high = (low - room, high + room) if path else (low, high)
    return [low + (high - low) * k / (resolution - 1) for k in range(resolution)]


def _levels(heights: Sequence[float], count: int = 14) -> list[float]:
    """Levels that lie closer together near the bottom of the valley, where the path ends."""
    low, high = min(heights), max(heights)
    high = high if high > low else low + 1.0
    return [low + (high - low) * (k / count) ** 2 for k in range(count + 1)]
