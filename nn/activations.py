"""Activations: what a neuron does to its pre-activation, by name or as a function.

| name | function |
|---|---|
| ``linear`` (``identity``) | k·z, k = 1 |
| ``step`` (``threshold``) | 1 where z ≥ k, else 0, k = 0; its derivative is 0 everywhere, so nothing is learned through it |
| ``sigmoid`` (``logistic``) | 1/(1 + e⁻ᶻ) |
| ``tanh`` | (eᶻ − e⁻ᶻ)/(eᶻ + e⁻ᶻ) |
| ``relu`` | max(0, z) |
| ``softmax`` | e^zⱼ / Σₖ e^zₖ over the neurons of a layer |
| ``leaky_relu`` | z, or slope·z below 0, slope = 0.01 |
| ``elu`` | z, or alpha·(eᶻ − 1) below 0, alpha = 1 |
| ``softplus`` | ln(1 + eᶻ) |
| ``gelu`` | z·Φ(z), exact |
| ``silu`` (``swish``) | z·σ(z) |
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import autograd_core as ac
from autograd_core import Value

from .lookup import lookup


def linear(z: Any, k: float = 1.0) -> Any:
    """k·z; for k = 1 the very same Value, so that the graph shows no node that does nothing."""
    return z if k == 1.0 else k * z


@dataclass(frozen=True)
class Activation:
    """A function with its name and the parameters it is called with.

    Attributes
    ----------
    name
        What `get` finds it by, and what a saved model remembers.
    function
        From a pre-activation to an activation; over all of a layer if `over_layer`.
    title
        What stands before "Neuron" in a representation.
    parameters
        Further arguments of the function: ``{"slope": 0.2}``.
    over_layer
        Whether it takes the pre-activations of a whole layer and returns as many activations.
    own
        Whether it is a function of the user, which a file can name but not hold.
    """

    name: str
    function: Callable[..., Any]
    title: str
    parameters: dict[str, float] = field(default_factory=dict)
    over_layer: bool = False
    own: bool = False

    def __call__(self, z: Any) -> Any:
        """The activation of a pre-activation, or of a list of them if `over_layer`."""
        return self.function(z, **self.parameters) if self.parameters else self.function(z)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.own:
            return Activation, (self.name, self.function, self.title, self.parameters, self.over_layer, True)
        return _named, (self.name, self.parameters)

    def __str__(self) -> str:
        given = ", ".join(f"{name}={value:g}" for name, value in self.parameters.items())
        return f"{self.name}({given})" if given else self.name


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("linear", linear, "Linear"),
        Activation("step", ac.step, "Step"),
        Activation("sigmoid", ac.sigmoid, "Sigmoid"),
        Activation("tanh", ac.tanh, "Tanh"),
        Activation("relu", ac.relu, "ReLU"),
        Activation("softmax", ac.softmax, "Softmax", over_layer=True),
        Activation("leaky_relu", ac.leaky_relu, "LeakyReLU"),
        Activation("elu", ac.elu, "ELU"),
        Activation("softplus", ac.softplus, "Softplus"),
        Activation("gelu", ac.gelu, "GELU"),
        Activation("silu", ac.silu, "SiLU"),
    )
}
"""Every activation by its name."""

PARAMETERS = {"linear": "k", "step": "k", "leaky_relu": "slope", "elu": "alpha"}
"""The parameter of those that have one."""


def _named(name: str, parameters: dict[str, float]) -> Activation:
    """One of the table, as a pickle remembers it."""
    return get(name, **parameters)


_TABLE = ACTIVATIONS | {
    alias: ACTIVATIONS[name]
    for alias, name in {"identity": "linear", "threshold": "step", "logistic": "sigmoid", "swish": "silu"}.items()
}


def get(activation: str | Callable[..., Any], **parameters: float) -> Activation:
    """The activation of that name, or one made of a function.

    Parameters
    ----------
    activation
        A name, a function of one Value (one of this package's or your own), or an `Activation`.
    **parameters
        ``k`` of ``linear`` and ``step``, ``slope`` of ``leaky_relu``, ``alpha`` of ``elu``.

    Raises
    ------
    ValueError
        For a name that does not exist, with the nearest one that does.
    TypeError
        For a parameter that the activation does not have, or one that is no number.

    Examples
    --------
    >>> get("leaky_relu", slope=0.2)(Value(-2.0)).data
    -0.4
    >>> str(get(ac.tanh))
    'tanh'
    """
    if isinstance(activation, Activation):
        found = activation
    elif callable(activation):
        known = [entry for entry in ACTIVATIONS.values() if entry.function is activation]
        name = getattr(activation, "__name__", type(activation).__name__).strip("<>")
        found = known[0] if known else Activation(name, activation, name.title().replace("_", ""), own=True)
    else:
        found = lookup("activation", activation, _TABLE)
    if not parameters:
        return found
    allowed = PARAMETERS.get(found.name)
    for name, number in parameters.items():
        if name != allowed:
            known_text = f"its parameter is {allowed!r}" if allowed else "it has none"
            raise TypeError(f"activation {found.name!r} has no parameter {name!r}: {known_text}")
        parameters[name] = Value(number).data  # a number, or an error that says what it is
    return Activation(found.name, found.function, found.title, parameters, found.over_layer, found.own)
