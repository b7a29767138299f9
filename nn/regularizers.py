"""Regularizers: penalties on the size of the weights.

A regularizer is called on a module and gives λ·Ω(w) as one Value; the objective divides it by the number of training
examples (see `nn.objective`). Biases are left out unless asked for.

| name | Ω |
|---|---|
| ``l2`` (weight decay) | ½ Σ w² |
| ``l1`` | factor · Σ abs(w), factor = 1 |
| ``elastic_net`` | r · Σ abs(w) + (1 − r) · ½ Σ w² |
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from autograd_core import Value, dot, fsum

from .lookup import lookup
from .module import Module


class Regularizer(ABC):
    """A penalty λ·Ω(w); a subclass says what Ω is.

    Parameters
    ----------
    strength
        λ.
    biases
        Whether biases are penalised too.

    Raises
    ------
    ValueError
        If λ is negative or not finite.
    """

    def __init__(self, strength: float, *, biases: bool = False) -> None:
        self.strength = _checked(strength, f"{type(self).__name__}: strength", 0.0, math.inf)
        self.biases = biases

    @abstractmethod
    def omega(self, weights: Sequence[Any]) -> Any:
        """Ω of the parameters that are penalised."""

    def __call__(self, module: Module) -> Any:
        """λ·Ω of the weights of `module`, and of its biases if asked for: a Value; 0.0 if there are no weights."""
        weights = module.parameters() if self.biases else module.weights()
        return self.strength * self.omega(weights) if weights else 0.0

    def __repr__(self) -> str:
        options = [f"{name}={x:g}" for name, x in self._options().items()] + ["biases=True"] * self.biases
        return f"{type(self).__name__}({', '.join([f'{self.strength:g}', *options])})"

    def _options(self) -> dict[str, float]:
        """What else Ω depends on, where it is not what most texts have."""
        return {}


class L2(Regularizer):
    """Ω = ½ Σ w²: its gradient λw pulls every weight towards 0 in proportion.

    With plain SGD this equals weight decay: w ← (1 − ηλ/N) w − η ∂C₀/∂w.

    Examples
    --------
    >>> from nn import Neuron
    >>> neuron = Neuron(2)
    >>> neuron.set_weight_matrices([[[5.0, 3.0, -4.0]]])
    >>> L2(0.1)(neuron).data
    1.25
    """

    def omega(self, weights: Sequence[Any]) -> Any:
        """½ Σ w²."""
        return 0.5 * dot(weights, weights)


class L1(Regularizer):
    """Ω = factor · Σ |w|: its gradient has the same size for every weight, so it pulls small ones to exactly 0.

    Parameters
    ----------
    factor
        1 as in most texts; some write ½ ‖w‖₁, which is ``factor=0.5``.

    References
    ----------
    Tibshirani: Regression shrinkage and selection via the lasso (1996).

    Examples
    --------
    >>> from nn import Neuron
    >>> neuron = Neuron(2)
    >>> neuron.set_weight_matrices([[[5.0, 3.0, -4.0]]])
    >>> L1(0.5)(neuron).data, L1(0.5, factor=0.5)(neuron).data
    (3.5, 1.75)
    """

    def __init__(self, strength: float, factor: float = 1.0, *, biases: bool = False) -> None:
        super().__init__(strength, biases=biases)
        self.factor = _checked(factor, "L1: factor", 0.0, math.inf)

    def omega(self, weights: Sequence[Any]) -> Any:
        """Σ |w|, times the factor."""
        norm = fsum([abs(w) for w in weights])
        return norm if self.factor == 1.0 else self.factor * norm

    def _options(self) -> dict[str, float]:
        """The factor."""
        return {} if self.factor == 1.0 else {"factor": self.factor}


class ElasticNet(Regularizer):
    """Ω = r Σ |w| + (1 − r) ½ Σ w²: between `L2` (r = 0) and `L1` (r = 1).

    Parameters
    ----------
    l1_ratio
        r, from 0 to 1.

    References
    ----------
    Zou, Hastie: Regularization and variable selection via the elastic net (2005).

    Examples
    --------
    >>> from nn import Neuron
    >>> neuron = Neuron(2)
    >>> neuron.set_weight_matrices([[[5.0, 3.0, -4.0]]])
    >>> ElasticNet(1.0, l1_ratio=0.5)(neuron).data
    9.75
    """

    def __init__(self, strength: float, l1_ratio: float = 0.5, *, biases: bool = False) -> None:
        super().__init__(strength, biases=biases)
        self.l1_ratio = _checked(l1_ratio, "ElasticNet: l1_ratio", 0.0, 1.0)

    def omega(self, weights: Sequence[Any]) -> Any:
        """Σ |w| and ½ Σ w², weighted by r and 1 − r."""
        return self.l1_ratio * fsum([abs(w) for w in weights]) + 0.5 * (1.0 - self.l1_ratio) * dot(weights, weights)

    def _options(self) -> dict[str, float]:
        """The share of Σ |w|."""
        return {"l1_ratio": self.l1_ratio}


REGULARIZERS: dict[str, type[Regularizer]] = {"l1": L1, "l2": L2, "elastic_net": ElasticNet}
"""Every regularizer by its name."""


def get(regularizer: str | Callable[[Module], Any] | None, strength: float = 1e-4) -> Callable[[Module], Any] | None:
    """The regularizer of that name and strength, or a function of a module, or None, as it is.

    Raises
    ------
    ValueError
        For a name that does not exist, with the nearest one that does.

    Examples
    --------
    >>> get("l2", 0.01)
    L2(0.01)
    """
    if regularizer is None or callable(regularizer):
        return regularizer
    return lookup("regularizer", regularizer, REGULARIZERS | {"weight_decay": L2})(strength)


def _checked(number: float, place: str, low: float, high: float) -> float:
    """`number` as a float between the bounds, and finite."""
    number = Value(number).data
    if not (low <= number <= high and math.isfinite(number)):
        raise ValueError(f"{place} must be a finite number from {low:g} to {high:g}, got {number!r}")
    return number
