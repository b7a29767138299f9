"""`objective`: what training makes small, with the normalisation that makes it independent of the batch size."""

from collections.abc import Callable, Sequence
from typing import Any

from autograd_core import mean

from . import losses, regularizers
from .module import Module


def objective(
    model: Any,
    X: Sequence[Any],
    y: Sequence[Any],
    loss: str | Callable[[Any, Any], Any],
    regularizer: str | Callable[[Module], Any] | None = None,
    n_examples: int | None = None,
) -> Any:
    """(1/B) Σ L(model(xᵢ), yᵢ) + (λ/N) Ω(w) of a batch of B examples, as one Value.

    The loss is divided by the size of the batch, so the learning rate needs no change with it; the penalty by the
    size of the training set, so the optimum does not depend on how the set is cut into batches.

    Parameters
    ----------
    model
        The model, called on one example at a time.
    X, y
        The examples and targets of the batch.
    loss
        A name or a function (see `nn.losses`).
    regularizer
        A name or a function (see `nn.regularizers`), which carries λ.
    n_examples
        N; the size of the batch if not given.

    Raises
    ------
    ValueError
        If there is no example, or not one target for each.

    Examples
    --------
    >>> from nn import L2, Perceptron
    >>> model = Perceptron(1)
    >>> model.set_weight_matrices([[[0.0, 2.0]]])
    >>> objective(model, [[1.0], [2.0]], [1.0, 4.0], "half_squared_error", L2(1.0), n_examples=8).data
    0.5
    """
    if len(X) != len(y):
        raise ValueError(f"objective: {len(X)} examples do not fit {len(y)} targets")
    if not len(X):
        raise ValueError("objective: the batch is empty")
    loss, regularizer = losses.get(loss), regularizers.get(regularizer)
    cost = mean([loss(model(x), target) for x, target in zip(X, y, strict=True)])
    if regularizer is None:
        return cost
    return cost + regularizer(model) / float(n_examples or len(X))
