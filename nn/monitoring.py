"""Callbacks that watch the inside of a network: how large the gradients of the layers are, and which units are idle."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd_core import Value

from .callbacks import Callback
from .checks import are_floats, check_count
from .clipping import gradient_norm

if TYPE_CHECKING:
    from .training import Training


class GradientNorms(Callback):
    """Adds to each epoch the length of the gradient of every layer, as the mean over the batches.

    The columns are ``layer1.gradient``, ``layer2.gradient``, … and ``gradient`` for all parameters together. A length
    that falls from layer to layer towards the input is the vanishing gradient.

    Examples
    --------
    >>> from nn import MLP, fit
    >>> model = MLP(2, [3, 1], activation="sigmoid", seed=0)
    >>> history = fit(model, [[0, 0], [1, 1]], [0, 1], loss="mse", epochs=1, seed=0, callbacks=[GradientNorms()])
    >>> [name for name in history.history if "gradient" in name]
    ['layer1.gradient', 'layer2.gradient', 'gradient']
    """

    def __init__(self) -> None:
        self.groups: dict[str, list[Value]] = {}
        self.norms: dict[str, list[float]] = {}

    def on_train_begin(self, training: "Training") -> None:
        """Start afresh."""
        layers = layers_of(training.model)
        self.groups = {f"layer{i}.gradient": layer.parameters() for i, layer in enumerate(layers, 1)}
        self.groups["gradient"] = training.parameters
        self.norms = {name: [] for name in self.groups}

    def on_gradients(self, training: "Training") -> None:  # noqa: ARG002 - other callbacks need it
        """Measure the gradients of the batch."""
        for name, parameters in self.groups.items():
            self.norms[name].append(gradient_norm(parameters))

    def state_dict(self) -> dict[str, Any]:
        """The lengths measured in the present epoch."""
        return {"norms": {name: [*norms] for name, norms in self.norms.items()}}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from a `state_dict`.

        Raises
        ------
        ValueError
            If it is of a model with other layers, or damaged.
        """
        norms = state_dict["norms"]
        if set(norms) != set(self.norms) or not all(map(are_floats, norms.values())):
            raise ValueError("GradientNorms.load_state_dict: its norms are damaged, or of a model with other layers")
        self.norms = norms

    def on_epoch_end(self, training: "Training") -> None:
        """Add the means over the batches."""
        for name, norms in self.norms.items():
            training.row[name] = math.fsum(norms) / len(norms) if norms else math.nan
            norms.clear()


class IdleUnits(Callback):
    """Adds to each epoch the share of dead and of saturated units of every layer with an activation.

    A unit is dead if the slope of its activation is 0 at every example looked at: no gradient passes through it. It
    is saturated if it is not dead and its slope, averaged over the examples, is below `slope`. The columns are
    ``layer1.dead``, ``layer1.saturated``, …

    Parameters
    ----------
    examples
        How many examples to look at: the first ones of the training set.
    slope
        The mean slope below which a unit counts as saturated.

    References
    ----------
    Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks, AISTATS 2010.

    Examples
    --------
    >>> from nn import MLP, fit
    >>> model = MLP(1, [4, 1], activation="relu", seed=0)
    >>> for neuron in model.layers[0].neurons[:2]:
    ...     neuron.b.data = -100.0
    >>> history = fit(model, [[-1], [1]], [0, 1], loss="mse", epochs=1, seed=0, callbacks=[IdleUnits()])
    >>> history.history["layer1.dead"]
    [0.5]
    """

    def __init__(self, examples: int = 100, slope: float = 0.01) -> None:
        self.examples = check_count(examples, "IdleUnits: examples")
        self.slope = slope

    def on_epoch_end(self, training: "Training") -> None:
        """Add the shares of dead and saturated units."""
        for i, units in enumerate(slopes(training.model, training.X[: self.examples]), 1):
            if units:
                dead = [not any(unit) for unit in units]
                low = [math.fsum(map(abs, unit)) / len(unit) < self.slope for unit in units]
                training.row[f"layer{i}.dead"] = sum(dead) / len(units)
                training.row[f"layer{i}.saturated"] = (sum(low) - sum(dead)) / len(units)


def slopes(model: Any, X: Sequence[Sequence[float]]) -> list[list[list[float]]]:
    """The slope ∂a/∂z of the activation, by layer, unit and example; a layer that is linear has no units here.

    Examples
    --------
    >>> from nn import MLP
    >>> model = MLP(1, [1, 1], activation="relu", seed=0)
    >>> model.layers[0].set_weight_matrices([[[0.0, 1.0]]])
    >>> slopes(model, [[-2.0], [0.5]])
    [[[0.0, 1.0]], []]
    """
    layers = layers_of(model)
    found: list[list[list[float]]] = [[[] for _ in layer.neurons] for layer in layers]
    for x in X:
        activations: Any = model.features(x) if hasattr(model, "features") else x
        for layer, units in zip(layers, found, strict=True):
            outputs = layer.outputs(activations)
            for unit, output in zip(units, outputs, strict=True):
                # a single parent is the weighted sum; a weighted sum itself, or a softmax, has several
                if isinstance(output, Value) and len(output.parents) == 1:
                    unit.append(output.partials[0])
            activations = [output.data if isinstance(output, Value) else output for output in outputs]
    return [units if all(map(len, units)) else [] for units in found]


def layers_of(model: Any) -> list[Any]:
    """The layers of a model; a model without layers is one itself.

    Raises
    ------
    TypeError
        If it has neither layers nor neurons.
    """
    layers = getattr(model, "layers", [model])
    if not all(hasattr(layer, "neurons") for layer in layers):
        raise TypeError(f"{type(model).__name__} has no layers of neurons to watch")
    return list(layers)
