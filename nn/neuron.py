"""`Neuron`: a weighted sum of the inputs plus a bias, and an activation."""

import operator
from collections.abc import Callable, Iterable
from typing import Any

from autograd_core import Value, dot

from . import activations, initializers
from .activations import Activation
from .initializers import Initializer, Seed
from .module import Module, inputs_of
from .summary import Row


def activation_of(activation: str | bool | Callable[..., Any], nonlin: bool | None) -> Activation:
    """The activation asked for; micrograd's `nonlin` means relu if true and linear if false."""
    if nonlin is None and not isinstance(activation, bool):
        return activations.get(activation)
    return activations.get("relu" if (activation if nonlin is None else nonlin) else "linear")


def size(number: Any, what: str) -> int:
    """`number` if it is a positive integer.

    Raises
    ------
    TypeError
        If it is no integer.
    ValueError
        If it is not positive.
    """
    if isinstance(number, bool) or not hasattr(number, "__index__"):
        raise TypeError(f"{what} takes an integer, got {type(number).__name__}: {number!r:.60}")
    if number < 1:
        raise ValueError(f"{what} must be at least 1, got {number}")
    return operator.index(number)


class Neuron(Module):
    """a = g(z) with z = Σᵢ wᵢxᵢ + b, where z is a single node of the graph.

    Parameters
    ----------
    n_inputs
        The number of inputs.
    activation
        g: a name or a function (see `nn.activations`); or micrograd's bool, true for relu and false for linear.
    nonlin
        The same bool under micrograd's name.
    init
        Where the weights come from: a name or a function (see `nn.initializers`).
    bias_init
        Where the bias starts.
    seed
        Of the generator of the weights; without one they come from the module ``random``.

    Raises
    ------
    ValueError
        For an unknown name or a softmax, which needs a layer; when called, for a wrong number of inputs.

    Examples
    --------
    >>> neuron = Neuron(2, activation="tanh", seed=0)
    >>> neuron
    TanhNeuron(2)
    >>> neuron.set_weight_matrices([[[1.0, 2.0, 3.0]]])
    >>> neuron.b.data, [w.data for w in neuron.w]
    (1.0, [2.0, 3.0])
    >>> neuron([0.5, -0.5]).parents[0]
    Value(0.5, op='dot')
    """

    def __init__(
        self,
        n_inputs: int,
        activation: str | bool | Callable[..., Any] = "relu",
        *,
        nonlin: bool | None = None,
        init: str | Initializer = "uniform",
        bias_init: float = 0.0,
        seed: Seed = None,
    ) -> None:
        self.activation = activation_of(activation, nonlin)
        if self.activation.over_layer:
            raise ValueError(f"a Neuron has no {self.activation.name}: that is the activation of a whole Layer")
        n_inputs = size(n_inputs, "Neuron: n_inputs")
        draw, source = initializers.get(init), initializers.source_of(seed)
        self.w = [Value(draw(n_inputs, 1, source)) for _ in range(n_inputs)]
        self.b = Value(bias_init)
        self.label_parameters()

    @property
    def n_inputs(self) -> int:
        """The number of inputs."""
        return len(self.w)

    @property
    def n_outputs(self) -> int:
        """Always 1."""
        return 1

    def pre_activation(self, x: Iterable[Any]) -> Value:
        """The weighted sum z = Σᵢ wᵢxᵢ + b of one example, as one node."""
        z: Value = dot(self.w, inputs_of(x, len(self.w), type(self).__name__), self.b)
        return z

    def outputs(self, x: Iterable[Any]) -> list[Value]:
        """The activation of one example as a list of one."""
        return [self(x)]

    def __call__(self, x: Iterable[Any]) -> Value:
        """The activation of one example: a sequence of numbers or Values."""
        a: Value = self.activation(self.pre_activation(x))
        return a

    def parameter_matrices(self) -> list[tuple[str, list[list[Value]]]]:
        """One row: the bias and the weights."""
        return [("", [[self.b, *self.w]])]

    def summary_rows(self) -> list[Row]:
        """One row."""
        n = len(self.w)
        return [Row("", str(self.activation), f"{n} → 1", f"1×{n + 1}", n + 1)]

    def __repr__(self) -> str:
        return f"{self.activation.title}Neuron({len(self.w)})"
