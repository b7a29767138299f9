"""Initializers: where the weights of a new model come from.

An initializer draws one weight at a time: ``draw(n_inputs, n_outputs, source)``, where `source` is a
``random.Random`` or the module ``random`` itself. Weights are drawn neuron by neuron, in micrograd's order.
Biases are not drawn: they all start at one number (`bias_init` of the modules, 0 if not given).
"""

import math
import random
from collections.abc import Callable
from types import ModuleType
from typing import Any, Protocol

from .lookup import lookup


class Source(Protocol):
    """What random numbers come from: a ``random.Random``, or the module ``random``."""

    def uniform(self, a: float, b: float, /) -> float:
        """Draw evenly between a and b."""

    def gauss(self, mu: float, sigma: float, /) -> float:
        """Draw from a normal distribution."""


Initializer = Callable[[int, int, Any], float]
Seed = int | random.Random | ModuleType | None


def source_of(seed: Seed) -> Any:
    """A generator of its own for a seed, a generator as it is, or the module ``random`` for None.

    Raises
    ------
    TypeError
        If `seed` is none of these.
    """
    if seed is None or seed is random:
        return random
    if isinstance(seed, random.Random):
        return seed
    if isinstance(seed, int) and not isinstance(seed, bool):
        return random.Random(seed)
    raise TypeError(f"seed takes an integer, a random.Random or None, got {type(seed).__name__}: {seed!r:.60}")


def uniform(low: float = -1.0, high: float = 1.0) -> Initializer:
    """Evenly between two bounds; −1 and 1 as in micrograd.

    Raises
    ------
    ValueError
        If the bounds are not finite and in order.
    """
    if not -math.inf < low <= high < math.inf:
        raise ValueError(f"uniform: the bounds must be finite and in order, got {low!r} and {high!r}")
    return lambda n_inputs, n_outputs, source: source.uniform(low, high)


def constant(value: float) -> Initializer:
    """The same number everywhere. Neurons of a hidden layer that start equal stay equal."""
    return lambda n_inputs, n_outputs, source: value


def xavier_uniform(gain: float = 1.0) -> Initializer:
    """Evenly in ±gain·√(6/(n_in + n_out)): keeps the variance of activations and gradients through tanh layers.

    References
    ----------
    Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks (2010), eq. (16).
    """

    def draw(n_inputs: int, n_outputs: int, source: Source) -> float:
        bound = gain * math.sqrt(6.0 / (n_inputs + n_outputs))
        return source.uniform(-bound, bound)

    return draw


def xavier_normal(gain: float = 1.0) -> Initializer:
    """Normal with standard deviation gain·√(2/(n_in + n_out)): the variance of `xavier_uniform`.

    References
    ----------
    Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks (2010), eq. (12).
    """
    return lambda n_inputs, n_outputs, source: source.gauss(0.0, gain * math.sqrt(2.0 / (n_inputs + n_outputs)))


def he_uniform(gain: float = 1.0) -> Initializer:
    """Evenly in ±gain·√(6/n_in): the variance of `he_normal`."""

    def draw(n_inputs: int, _: int, source: Source) -> float:
        bound = gain * math.sqrt(6.0 / n_inputs)
        return source.uniform(-bound, bound)

    return draw


def he_normal(gain: float = 1.0) -> Initializer:
    """Normal with standard deviation gain·√(2/n_in): keeps the variance of activations through relu layers.

    References
    ----------
    He, Zhang, Ren, Sun: Delving deep into rectifiers (2015), eq. (10).
    """
    return lambda n_inputs, n_outputs, source: source.gauss(0.0, gain * math.sqrt(2.0 / n_inputs))


INITIALIZERS: dict[str, Callable[[], Initializer]] = {
    "uniform": uniform,
    "xavier_uniform": xavier_uniform,
    "xavier_normal": xavier_normal,
    "he_uniform": he_uniform,
    "he_normal": he_normal,
    "zeros": lambda: constant(0.0),
    "ones": lambda: constant(1.0),
}
"""Every initializer that needs no argument, by its name."""

_TABLE = INITIALIZERS | {"xavier": xavier_uniform, "glorot": xavier_uniform, "he": he_normal, "kaiming": he_normal}


def get(initializer: str | Initializer) -> Initializer:
    """The initializer of that name, or a function ``draw(n_inputs, n_outputs, source)`` as it is.

    ``xavier`` and ``glorot`` are `xavier_uniform`, ``he`` and ``kaiming`` are `he_normal`.

    Raises
    ------
    ValueError
        For a name that does not exist, with the nearest one that does.

    Examples
    --------
    >>> get("he")(50, 10, random.Random(0)) == random.Random(0).gauss(0.0, 0.2)
    True
    >>> get(constant(0.1))(50, 10, random.Random(0))
    0.1
    """
    return initializer if callable(initializer) else lookup("initializer", initializer, _TABLE)()
