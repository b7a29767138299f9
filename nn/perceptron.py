"""`Perceptron`: one layer of weights between inputs and outputs."""

from collections.abc import Callable
from typing import Any

from .initializers import Initializer, Seed
from .mlp import MLP


class Perceptron(MLP):
    """y = g(wᵀx + w₀): a network without hidden layer, with one output or one per class.

    Parameters
    ----------
    n_inputs, n_outputs
        The numbers of inputs and outputs.
    activation
        g: ``"linear"``, ``"logistic"``, or any other (see `nn.activations`).
    init, bias_init, seed
        Where weights and biases come from, as for `nn.MLP`.

    References
    ----------
    Rosenblatt: The perceptron, a probabilistic model for information storage and organization in the brain (1958).

    Examples
    --------
    >>> p = Perceptron(2, activation="logistic")
    >>> p.set_weight_matrices([[[0.0, 1.0, -1.0]]])
    >>> p([3.0, 3.0]).data
    0.5
    """

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int = 1,
        activation: str | Callable[..., Any] = "linear",
        *,
        init: str | Initializer = "uniform",
        bias_init: float = 0.0,
        seed: Seed = None,
    ) -> None:
        super().__init__(n_inputs, [n_outputs], output_activation=activation, init=init, bias_init=bias_init, seed=seed)
