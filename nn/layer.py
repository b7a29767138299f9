"""`Layer`: neurons side by side that see the same inputs."""

from collections.abc import Callable, Iterable
from typing import Any

from autograd_core import Value

from . import initializers
from .initializers import Initializer, Seed
from .module import Module, Output, inputs_of
from .neuron import Neuron, activation_of, size
from .summary import Row


class Layer(Module):
    """a = g(W x + b): neurons that share their inputs and their activation.

    Parameters
    ----------
    n_inputs, n_outputs
        The numbers of inputs and of neurons.
    activation
        g: a name or a function (see `nn.activations`); ``softmax`` acts over the whole layer.
    nonlin
        micrograd's argument: true for relu, false for linear.
    init, bias_init, seed
        Where weights and biases come from, as for `Neuron`.

    Raises
    ------
    ValueError
        For an unknown name; when called, for a wrong number of inputs.

    Examples
    --------
    >>> layer = Layer(2, 3, activation="softmax", seed=0)
    >>> round(sum(a.data for a in layer([1.0, -1.0])), 12)
    1.0
    >>> Layer(2, 1, nonlin=True)
    Layer of [ReLUNeuron(2)]
    """

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        activation: str | bool | Callable[..., Any] = "relu",
        *,
        nonlin: bool | None = None,
        init: str | Initializer = "uniform",
        bias_init: float = 0.0,
        seed: Seed = None,
    ) -> None:
        n_outputs = size(n_outputs, "Layer: n_outputs")
        draw, source = initializers.get(init), initializers.source_of(seed)
        self.activation = activation_of(activation, nonlin)
        self.neurons = [
            Neuron(
                size(n_inputs, "Layer: n_inputs"),
                "linear" if self.activation.over_layer else self.activation,
                init=lambda n, _, source: draw(n, n_outputs, source),
                bias_init=bias_init,
                seed=source,
            )
            for _ in range(n_outputs)
        ]
        self.label_parameters()

    @property
    def n_inputs(self) -> int:
        """The number of inputs."""
        return self.neurons[0].n_inputs

    @property
    def n_outputs(self) -> int:
        """The number of neurons."""
        return len(self.neurons)

    def outputs(self, x: Iterable[Any]) -> list[Value]:
        """The activations of one example, as a list also if there is only one."""
        inputs = inputs_of(x, self.n_inputs, type(self).__name__)
        activations = [neuron(inputs) for neuron in self.neurons]
        return self.activation(activations) if self.activation.over_layer else activations

    def __call__(self, x: Iterable[Any]) -> Output:
        """The activations of one example: a Value for one neuron, a list otherwise."""
        outputs = self.outputs(x)
        return outputs[0] if len(outputs) == 1 else outputs

    def parameter_matrices(self) -> list[tuple[str, list[list[Value]]]]:
        """One matrix: a row for each neuron."""
        return [("", [[neuron.b, *neuron.w] for neuron in self.neurons])]

    def summary_rows(self) -> list[Row]:
        """One row."""
        n, m = self.n_inputs, self.n_outputs
        return [Row("", str(self.activation), f"{n} → {m}", f"{m}×{n + 1}", m * (n + 1))]

    def __repr__(self) -> str:
        over_layer = self.activation.title if self.activation.over_layer else ""
        return f"{over_layer}Layer of [{', '.join(map(repr, self.neurons))}]"
