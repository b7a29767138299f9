"""Plots, in one style; every ``plot_`` function draws on matplotlib axes (``ax=``) and returns them.

Without axes a function makes a figure of its own, which a notebook shows. `draw` and `save_figure` make pictures
where there is no screen:

>>> from nn import plots
>>> figure = plots.draw(plots.plot_activation, "tanh")
>>> figure.axes[0].get_xlabel()
'z'
"""

from .curves import plot_accuracy, plot_gradient_flow, plot_history, plot_learning_rates, plot_loss, plot_rates
from .functions import plot_activation, plot_activations, plot_margin_losses
from .networks import plot_network, plot_weight_matrix, plot_weights
from .results import plot_boundary, plot_confusion, plot_fit, plot_predictions
from .style import COLOURS, MARKERS, STYLE, draw, new_figure, save_figure, style, svg
from .surfaces import DescentPath, plot_loss_surface

__all__ = [
    "COLOURS", "MARKERS", "STYLE", "DescentPath", "draw", "new_figure", "plot_accuracy", "plot_activation",
    "plot_activations", "plot_boundary", "plot_confusion", "plot_fit", "plot_gradient_flow", "plot_history",
    "plot_learning_rates", "plot_loss", "plot_loss_surface", "plot_margin_losses", "plot_network", "plot_predictions",
    "plot_rates", "plot_weight_matrix", "plot_weights", "save_figure", "style", "svg",
]  # fmt: skip
