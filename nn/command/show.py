"""`python -m nn show`: what a saved model is, what it takes, and a picture of it."""

from argparse import Namespace
from typing import Any

from ..console import say
from ..preparation import Preparation
from ..saving import load


def run(options: Namespace) -> int:
    """Do what the command line says; returns the exit status.

    Raises
    ------
    ModelFileError
        If the file holds no model.
    ImportError
        If matplotlib is not installed.
    OSError
        If something cannot be read or written.
    """
    model = load(options.model)
    say(describe(model))
    from ..plots import save_figure

    path = options.output or options.model.with_suffix(".png")
    save_figure(picture(model), path)
    say(f"\npicture: {path}")
    return 0


def describe(model: Any) -> str:
    """Layers, inputs, outputs, and the facts of the training, as a text."""
    parts = [str(model.summary())]
    preparation = model.preparation
    if preparation is not None:
        parts.append(_inputs(model, preparation))
        width = max(map(len, preparation.facts), default=0)
        parts.append("\n".join(f"{name.ljust(width)}  {text}" for name, text in preparation.facts.items()))
    elif model.classes is not None:
        parts.append(f"classes: {', '.join(map(str, model.classes))}")
    return "\n\n".join(part for part in parts if part)


def picture(model: Any) -> Any:
    """A figure of the network above the distributions of its weights."""
    from ..plots import draw, plot_network, plot_weight_matrix, plot_weights, style

    if not hasattr(model, "layers"):
        return draw(plot_weight_matrix, model.weight_matrices()[0])
    with style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(2.4 + 1.6 * (len(model.layers) + 1) + 4.2, 4.4), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=[2.4 + 1.6 * (len(model.layers) + 1), 4.2])
    preparation: Preparation | None = model.preparation
    outputs = model.classes or ([preparation.target] if preparation else None)
    plot_network(model, left, preparation.features if preparation else None, outputs and [str(one) for one in outputs])
    plot_weights(model, right)
    return figure


def _inputs(model: Any, preparation: Preparation) -> str:
    width = max(len(column.name) for column in preparation.columns)
    lines = [f"inputs ({len(preparation.columns)} columns):"]
    for position, column in enumerate(preparation.columns):
        if column.categories is None:
            index = preparation.features.index(column.name)
            scaler = model.scaler
            what = (
                f"number, mean {scaler.means[index]:.4g}, deviation {scaler.scales[index]:.4g}" if scaler else "number"
            )
        else:
            named = ", ".join(column.categories[:8]) + (", …" if len(column.categories) > 8 else "")
            what = f"text, one of {named}"
        if preparation.fills:
            fill = preparation.fills[position]
            text = f"{fill:.4g}" if column.categories is None else column.categories[int(fill)]
            what += f"; if missing, {text}"
        lines.append(f"  {column.name.ljust(width)}  {what}")
    target = ", ".join(map(str, model.classes)) if model.classes else "a number"
    return "\n".join([*lines, f"predicts {preparation.target}: {target}"])
