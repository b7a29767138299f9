"""`MLP`: layers one behind the other."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd_core import Value

from . import initializers
from .initializers import Initializer, Seed
from .layer import Layer
from .module import Module, Output, inputs_of
from .neuron import size


class MLP(Module):
    """The multilayer perceptron: a⁰ = x, aˡ = gˡ(Wˡ aˡ⁻¹ + bˡ), and the last a is the output.

    Parameters
    ----------
    n_inputs
        The number of inputs.
    sizes
        The number of neurons of each layer; the last is the number of outputs.
    activation
        g of the hidden layers: a name or a function (see `nn.activations`), or a sequence with one for each.
    output_activation
        g of the last layer.
    init, bias_init
        Where weights and biases come from, as for `Neuron`.
    seed
        Of the generator of the weights. Without one they come from the module ``random`` in micrograd's order, so
        after ``random.seed(n)`` the network is the one that micrograd would build.

    Raises
    ------
    ValueError
        For an unknown name, or no layer; when called, for a wrong number of inputs.

    Examples
    --------
    >>> model = MLP(3, [4, 2], activation="tanh", output_activation="softmax", seed=1)
    >>> probabilities = model([0.5, -1.0, 2.0])
    >>> len(probabilities)
    2
    >>> print(model.summary())
    MLP: 26 parameters
            kind     in → out  matrix  parameters
    layer1  tanh     3 → 4     4×4             16
    layer2  softmax  4 → 2     2×5             10
    """

    def __init__(
        self,
        n_inputs: int,
        sizes: Sequence[int],
        activation: str | Callable[..., Any] | Sequence[str | Callable[..., Any]] = "relu",
        output_activation: str | Callable[..., Any] = "linear",
        *,
        init: str | Initializer = "uniform",
        bias_init: float = 0.0,
        seed: Seed = None,
    ) -> None:
        if not isinstance(sizes, Iterable):
            raise TypeError(f"MLP: sizes lists the neurons of each layer, got {sizes!r:.60}; write MLP(2, [16, 16, 1])")
        widths = [size(n_inputs, "MLP: n_inputs"), *(size(n, "MLP: sizes") for n in sizes)]
        n_layers = len(widths) - 1
        if n_layers == 0:
            raise ValueError("MLP: sizes is empty; it holds the number of neurons of each layer, the output last")
        hidden = [activation] * (n_layers - 1) if isinstance(activation, str) or callable(activation) else [*activation]
        if len(hidden) != n_layers - 1:
            raise ValueError(
                f"MLP: {n_layers - 1} hidden layers take one activation, or as many, got {len(hidden)}; "
                "that of the last layer is output_activation"
            )
        source = initializers.source_of(seed)
        self.layers = [
            Layer(n, m, g, init=init, bias_init=bias_init, seed=source)
            for n, m, g in zip(widths[:-1], widths[1:], [*hidden, output_activation], strict=True)
        ]
        self.label_parameters()

    @property
    def n_inputs(self) -> int:
        """The number of inputs."""
        return self.layers[0].n_inputs

    @property
    def n_outputs(self) -> int:
        """The number of outputs."""
        return self.layers[-1].n_outputs

    def outputs(self, x: Iterable[Any]) -> list[Value]:
        """The outputs of one example, as a list also if there is only one."""
        activations: Any = inputs_of(x, self.n_inputs, type(self).__name__)
        for layer in self.layers:
            activations = layer.outputs(activations)
        return [*activations]

    def __call__(self, x: Iterable[Any]) -> Output:
        """The output of one example: a Value if it is one, a list otherwise."""
        outputs = self.outputs(x)
        return outputs[0] if len(outputs) == 1 else outputs

    def __repr__(self) -> str:
        return f"{type(self).__name__} of [{', '.join(map(repr, self.layers))}]"
