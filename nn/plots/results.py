"""What a trained model does: confusion, decision boundary, and the fit of a regression."""

from collections.abc import Callable, Sequence
from typing import Any

from .. import engines, losses
from ..checks import check_inputs
from ..loss import Loss
from ..metrics import ConfusionTable, r_squared
from .style import COLOURS, EDGE, INK, MARKERS, drawing


def plot_confusion(table: ConfusionTable, ax: Any = None) -> Any:
    """A confusion table as a picture: shades for the share of the true class, counts as numbers."""
    count = len(table.classes)
    shares = [[n / max(sum(row), 1) for n in row] for row in table.counts]
    side = 1.6 + 0.42 * max(count, 4)
    with drawing(ax, (side, side)) as axes:
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
        return axes


def plot_boundary(
    model: Any,
    X: Any,
    y: Sequence[Any],
    loss: Any,
    *,
    names: Sequence[str] = ("x₁", "x₂"),
    ax: Any = None,
    resolution: int = 100,
) -> Any:
    """The regions of the classes in the plane, with the examples: a model of two inputs.

    Parameters
    ----------
    model
        The model. Rows go through its `scaler` first, and classes are called as its `classes` say, if it has them.
    X, y
        The examples to show, before scaling, and the classes that the loss knows them by.
    loss
        What it was trained with: it knows which class an output stands for.
    names
        Of the two inputs.
    ax
        The axes to draw on.
    resolution
        The number of points along each axis at which the model is asked.

    Raises
    ------
    ValueError
        If there are not two inputs, or the loss is none of a classifier.
    """
    rows = check_inputs(X, width=2)
    function = losses.get(loss)
    if function.decide is None:
        raise ValueError(f"plot_boundary: {function.name} is no loss of a classifier")
    (left, right), (low, high) = (_margins([row[i] for row in rows]) for i in range(2))
    xs = [left + (right - left) * k / (resolution - 1) for k in range(resolution)]
    ys = [low + (high - low) * k / (resolution - 1) for k in range(resolution)]
    outputs = [_as_list(output) for output in _outputs(model, [[x, y] for y in ys for x in xs])]
    known, leads = _leads(function, outputs)
    with drawing(ax, (4.6, 4.0)) as axes:
        colours = [COLOURS[k % len(COLOURS)] for k in range(len(known))]
        for lead, colour in zip(leads, colours, strict=True):
            if max(lead) > 0.0:
                region = [lead[i * resolution : (i + 1) * resolution] for i in range(resolution)]
                axes.contourf(xs, ys, region, levels=[0.0, max(lead)], colors=[colour], alpha=0.22, extend="max")
                if min(lead) < 0.0:
                    axes.contour(xs, ys, region, levels=[0.0], colors=[EDGE], linewidths=0.8)
        for k, label in enumerate(known):
            members = [row for row, t in zip(rows, y, strict=True) if t == label]
            axes.scatter(
                [row[0] for row in members], [row[1] for row in members], s=22, color=colours[k], edgecolor="white",
                linewidth=0.6, marker=MARKERS[k % len(MARKERS)], label=_label(model, label, k),
            )  # fmt: skip
        axes.set(xlabel=names[0], ylabel=names[1], xlim=(left, right), ylim=(low, high))
        axes.grid(visible=False)
        axes.set_title("decision boundary", pad=24)
        if len(known) <= 6:
            axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=len(known), borderpad=0, handletextpad=0.2)
        return axes


def plot_fit(
    model: Any,
    X: Any,
    y: Sequence[float],
    *,
    value: Callable[[float], float] | None = None,
    names: tuple[str, str] = ("x", "y"),
    ax: Any = None,
    resolution: int = 200,
) -> Any:
    """The curve of a model of one input and one output, with the examples it was to fit.

    Parameters
    ----------
    model
        The model. Numbers go through its `scaler` first, if it has one.
    X, y
        The examples, before scaling.
    value
        What an output of the model stands for, if its targets were scaled.
    names
        Of the input and the target.
    ax
        The axes to draw on.
    resolution
        The number of points of the curve.

    Raises
    ------
    ValueError
        If there is more than one input.
    """
    rows = check_inputs(X, width=1)
    left, right = _margins([row[0] for row in rows])
    xs = [left + (right - left) * k / (resolution - 1) for k in range(resolution)]
    outputs = [output if value is None else value(output) for output in _outputs(model, [[x] for x in xs])]
    with drawing(ax) as axes:
        axes.scatter([row[0] for row in rows], y, s=18, color=COLOURS[0], alpha=0.65, label="examples", linewidth=0)
        axes.plot(xs, outputs, color=COLOURS[1], label="model")
        axes.set(xlabel=names[0], ylabel=names[1])
        axes.set_title("fit")
        axes.legend()
        return axes


def plot_predictions(predicted: Sequence[float], y: Sequence[float], name: str = "target", ax: Any = None) -> Any:
    """Predicted over true values of a regression; a perfect prediction lies on the line.

    Raises
    ------
    ValueError
        If there are none, or the true values do not vary.
    """
    score = r_squared(predicted, y)
    low, high = _margins([*predicted, *y])
    with drawing(ax, (4.2, 4.0)) as axes:
        axes.plot([low, high], [low, high], color=EDGE, linewidth=1.0, linestyle="--")
        axes.scatter(y, predicted, s=20, color=COLOURS[0], alpha=0.65, linewidth=0)
        axes.text(0.03, 0.97, f"R² = {score:.3f}", transform=axes.transAxes, va="top", color=INK)
        axes.set(xlabel=f"{name}, true", ylabel=f"{name}, predicted", xlim=(low, high), ylim=(low, high))
        axes.set_aspect("equal")
        axes.set_title("predictions")
        return axes


def _outputs(model: Any, rows: Any) -> list[Any]:
    scaled = rows if getattr(model, "scaler", None) is None else model.scaler.transform(rows)
    return engines.outputs(model, scaled)


def _leads(function: Loss, outputs: Sequence[list[float]]) -> tuple[list[Any], list[list[float]]]:
    """The labels, and for each how far it is ahead of the others at every point: above 0 where it is decided for."""
    if function.kind == "multiclass":
        count = len(outputs[0])
        return list(range(count)), [
            [zs[k] - max(z for j, z in enumerate(zs) if j != k) for zs in outputs] for k in range(count)
        ]
    if len(outputs[0]) != 1:
        raise ValueError(f"plot_boundary: {function.name} of {len(outputs[0])} outputs parts the plane several times")
    ahead = [z - function.threshold for (z,) in outputs]
    return list(function.labels or (0, 1)), [[-z for z in ahead], ahead]


def _as_list(output: Any) -> list[float]:
    return output if isinstance(output, list) else [output]


def _label(model: Any, label: Any, position: int) -> str:
    classes = getattr(model, "classes", None)
    return str(label if classes is None or position >= len(classes) else classes[position])


def _margins(numbers: Sequence[float]) -> tuple[float, float]:
    """The range of numbers with a little room on both sides."""
    low, high = min(numbers), max(numbers)
    room = 0.06 * (high - low) or 0.5
    return low - room, high + room
