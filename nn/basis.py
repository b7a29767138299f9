"""Basis functions: fixed features φ(x) computed from the inputs, in front of any model.

With the right features a linear model is enough: XOR is linear in x₁, x₂ and x₁x₂. But the number of features grows
fast, which is why networks learn theirs (`monomial_count`).
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd_core import Value, exp, fsum, square

from .module import Module, Output, inputs_of
from .neuron import size
from .summary import Row


def monomial_count(n_inputs: int, degree: int) -> int:
    """The number of monomials of exactly that degree: C(n + r − 1, r).

    >>> monomial_count(100, 2)
    5050
    """
    return math.comb(n_inputs + degree - 1, degree)


class Basis(ABC):
    """Features of an example: called on its `n_inputs` numbers, gives a list of `n_outputs`."""

    n_inputs: int

    @property
    @abstractmethod
    def n_outputs(self) -> int:
        """The number of features."""

    @abstractmethod
    def features(self, inputs: tuple[Any, ...]) -> list[Any]:
        """The features of one example of the right length."""

    def __call__(self, x: Iterable[Any]) -> list[Any]:
        """The features of one example: numbers of numbers, Values of Values.

        Raises
        ------
        ValueError
            For a wrong number of inputs.
        """
        return self.features(inputs_of(x, self.n_inputs, type(self).__name__))


class Polynomial(Basis):
    """All products of inputs up to a degree r: x₁, x₂, x₁², x₁x₂, x₂² and so on.

    Parameters
    ----------
    n_inputs
        The number of inputs.
    degree
        The degree r.
    lower
        Whether the degrees 1, …, r − 1 are there too. There are C(n + r − 1, r) monomials of degree r alone.

    Examples
    --------
    >>> phi = Polynomial(2, 2)
    >>> phi([2.0, 3.0])
    [2.0, 3.0, 4.0, 6.0, 9.0]
    >>> Polynomial(100, 2, lower=False).n_outputs
    5050
    """

    def __init__(self, n_inputs: int, degree: int, *, lower: bool = True) -> None:
        self.n_inputs = size(n_inputs, "Polynomial: n_inputs")
        self.degree = size(degree, "Polynomial: degree")
        self.lower = bool(lower)

    @property
    def n_outputs(self) -> int:
        """The number of monomials; the constant 1 is the model's bias."""
        if self.lower:
            return math.comb(self.n_inputs + self.degree, self.degree) - 1
        return monomial_count(self.n_inputs, self.degree)

    def features(self, inputs: tuple[Any, ...]) -> list[Any]:
        """The monomials by degree, each one product of an input and a monomial of the degree before."""
        found = []
        last = list(enumerate(inputs))  # with each monomial the index of its last factor: factors come in order
        for degree in range(1, self.degree + 1):
            if degree > 1:
                last = [(i, monomial * inputs[i]) for k, monomial in last for i in range(k, self.n_inputs)]
            if self.lower or degree == self.degree:
                found += [monomial for _, monomial in last]
        return found

    def __repr__(self) -> str:
        return f"Polynomial({self.n_inputs}, {self.degree}{'' if self.lower else ', lower=False'})"


NARROWEST = 1e-150
"""The least width of a `Radial`; the largest is its inverse. The squares are normal numbers."""


class Radial(Basis):
    """φⱼ(x) = exp(−‖x − cⱼ‖²/(2s²)): how near x is to each of the centres.

    Parameters
    ----------
    centers
        The points cⱼ.
    width
        The width s.

    Raises
    ------
    ValueError
        If there is no centre, the centres differ in length, or the width is not positive, or so small or large that
        its square is no normal number.

    References
    ----------
    Broomhead, Lowe: Multivariable functional interpolation and adaptive networks (1988).

    Examples
    --------
    >>> Radial([[0.0, 0.0], [3.0, 4.0]], width=5.0)([3.0, 4.0])
    [0.6065306597126334, 1.0]
    """

    def __init__(self, centers: Sequence[Sequence[float]], width: float = 1.0) -> None:
        self.centers = [[Value(x).data for x in center] for center in centers]
        self.width = Value(width).data
        if not self.centers or not self.centers[0]:
            raise ValueError("Radial: there are no centers, or they have no coordinates")
        self.n_inputs = len(self.centers[0])
        for j, center in enumerate(self.centers):
            if len(center) != self.n_inputs:
                raise ValueError(f"Radial: center {j} has {len(center)} coordinates, center 0 has {self.n_inputs}")
        if not 0.0 < self.width < math.inf:
            raise ValueError(f"Radial: the width must be positive and finite, got {self.width!r}")
        if not NARROWEST <= self.width <= 1.0 / NARROWEST:
            raise ValueError(f"Radial: the width must be from {NARROWEST:g} to {1.0 / NARROWEST:g}, got {self.width!r}")

    @property
    def n_outputs(self) -> int:
        """The number of centres."""
        return len(self.centers)

    def features(self, inputs: tuple[Any, ...]) -> list[Any]:
        """One feature per centre."""
        scale = -0.5 / self.width**2
        return [
            exp(scale * fsum([square(x - c) for x, c in zip(inputs, center, strict=True)])) for center in self.centers
        ]

    def __repr__(self) -> str:
        return f"Radial({self.n_outputs} centers in {self.n_inputs} dimensions, width={self.width:g})"


class OwnBasis(Basis):
    """Features by a function of your own.

    Parameters
    ----------
    function
        Takes the list of inputs and returns the list of features, in operations of `autograd_core`.
    n_inputs, n_outputs
        The numbers of inputs and features.

    Raises
    ------
    ValueError
        When called, if the function returns another number of features.

    Examples
    --------
    >>> product = OwnBasis(lambda x: [x[0] * x[1]], n_inputs=2, n_outputs=1)
    >>> product([2.0, 3.0])
    [6.0]
    """

    def __init__(self, function: Callable[[list[Any]], Sequence[Any]], n_inputs: int, n_outputs: int) -> None:
        if not callable(function):
            raise TypeError(f"OwnBasis takes a function, got {type(function).__name__}: {function!r:.60}")
        self.function = function
        self.n_inputs = size(n_inputs, "OwnBasis: n_inputs")
        self._n_outputs = size(n_outputs, "OwnBasis: n_outputs")

    @property
    def n_outputs(self) -> int:
        """The number of features."""
        return self._n_outputs

    def features(self, inputs: tuple[Any, ...]) -> list[Any]:
        """What the function returns."""
        features = list(self.function(list(inputs)))
        if len(features) != self._n_outputs:
            raise ValueError(f"{self!r} must return {self._n_outputs} features, got {len(features)}")
        return features

    def __repr__(self) -> str:
        return f"OwnBasis({getattr(self.function, '__name__', 'function')}, {self.n_inputs}, {self._n_outputs})"


class WithBasis(Module):
    """model(φ(x)): basis functions in front of a model, whose parameters are all there are.

    Parameters
    ----------
    basis
        φ.
    model
        Any Module that takes φ's number of features.

    Raises
    ------
    ValueError
        If the model takes another number of inputs.

    Examples
    --------
    >>> from nn import Perceptron
    >>> phi = Polynomial(2, 2)
    >>> xor = WithBasis(phi, Perceptron(phi.n_outputs))
    >>> xor.set_weight_matrices([[[-1.0, 0.0, 0.0, 0.0, -1.0, 0.0]]])
    >>> [xor([a, b]).data for a in (-1, 1) for b in (-1, 1)]
    [-2.0, 0.0, 0.0, -2.0]
    """

    def __init__(self, basis: Basis, model: Any) -> None:
        takes = getattr(model, "n_inputs", basis.n_outputs)
        if takes != basis.n_outputs:
            raise ValueError(f"WithBasis: the basis has {basis.n_outputs} features, the model takes {takes} inputs")
        self.basis = basis
        self.model = model

    @property
    def n_inputs(self) -> int:
        """The number of inputs of the basis."""
        return self.basis.n_inputs

    @property
    def n_outputs(self) -> int:
        """The number of outputs of the model."""
        n: int = self.model.n_outputs
        return n

    @property
    def layers(self) -> list[Any]:
        """The layers of the model, which see the features."""
        layers: list[Any] = self.model.layers
        return layers

    def features(self, x: Iterable[Any]) -> list[Any]:
        """φ(x): what the model sees of one example."""
        return self.basis(x)

    def outputs(self, x: Iterable[Any]) -> list[Value]:
        """The outputs of one example, as a list also if there is only one."""
        outputs: list[Value] = self.model.outputs(self.features(x))
        return outputs

    def __call__(self, x: Iterable[Any]) -> Output:
        """The output of one example, as the model gives it."""
        output: Output = self.model(self.features(x))
        return output

    def named_parameters(self) -> list[tuple[str, Value]]:
        """Those of the model, under their own names."""
        named: list[tuple[str, Value]] = self.model.named_parameters()
        return named

    def parameter_matrices(self) -> list[tuple[str, list[list[Value]]]]:
        """Those of the model."""
        matrices: list[tuple[str, list[list[Value]]]] = self.model.parameter_matrices()
        return matrices

    def summary_rows(self) -> list[Row]:
        """One row for the basis, and those of the model."""
        basis = Row("basis", type(self.basis).__name__.lower(), f"{self.n_inputs} → {self.basis.n_outputs}", "", 0)
        return [basis, *self.model.summary_rows()]

    def __repr__(self) -> str:
        return f"{self.basis!r} before {self.model!r}"
