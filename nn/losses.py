"""Losses: how wrong the outputs of a model are for one example, by name or as functions.

Every loss is called as ``loss(outputs, target)`` with what a model returns for one example, and gives one Value.
With several outputs the losses of the outputs are summed (PyTorch averages them).

| name | formula | target |
|---|---|---|
| ``residual_sum_of_squares`` (``rss``) | Σ (y − ŷ)² | numbers |
| ``half_squared_error`` (``mse``) | ½ Σ (y − ŷ)² | numbers |
| ``binary_cross_entropy`` (``bce``) | −[y ln p + (1 − y) ln(1 − p)] | in [0, 1] |
| ``binary_cross_entropy_with_logits`` | the same of p = σ(z), stable | in [0, 1] |
| ``hinge`` | max(0, 1 − t·y) | −1 or +1 |
| ``cross_entropy`` | −ln softmax(z)_c, stable | class index, or one-hot |
| ``cross_entropy_on_probabilities`` | −Σ y_c ln p_c | class index, or one-hot |

The objective of a mini-batch averages them: see `nn.objective`. ``mse`` carries the ½, which many libraries leave out.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd_core import DomainError, Value, dot, fsum, log, log1p, log_sigmoid, logsumexp, relu, square, where

from .lookup import lookup
from .loss import Loss, OwnLoss, Target, one_hot


def total(terms: Sequence[Any]) -> Any:
    """The sum of the terms; one term is its own sum, without a node for it."""
    return terms[0] if len(terms) == 1 else fsum(terms)


def loss(kind: str, **known: Any) -> Callable[[Callable[[list[Any], Target], Any]], Loss]:
    """Decorator that makes a function of outputs and target a `Loss`."""
    return lambda function: Loss(function, kind, **known)


def weighted(weight: Any, function: Callable[[Any], Any], x: Any) -> list[Any]:
    """The product of `weight` and ``function(x)`` in a list; none for the weight 0: 0·ln 0 is nothing here."""
    if isinstance(weight, Value):
        return [where(weight > 0.0, lambda: weight * function(x), 0.0)]
    if weight == 0.0:
        return []
    return [function(x) if weight == 1.0 else weight * function(x)]


@loss("regression")
def residual_sum_of_squares(outputs: list[Any], target: list[Any]) -> Any:
    """Σ (y − ŷ)² over the outputs.

    Examples
    --------
    >>> residual_sum_of_squares([Value(1.0), Value(2.0)], [0.0, 4.0]).data
    5.0
    """
    return total([square(y - output) for y, output in zip(target, outputs, strict=True)])


@loss("regression")
def half_squared_error(outputs: list[Any], target: list[Any]) -> Any:
    """½ Σ (y − ŷ)² over the outputs, whose derivative is ŷ − y.

    Averaged over a batch it is the mean squared error with the ½; PyTorch's and scikit-learn's have none.

    Examples
    --------
    >>> prediction = Value(3.0)
    >>> half_squared_error(prediction, 1.0).backward()
    >>> prediction.grad
    2.0
    """
    return 0.5 * residual_sum_of_squares.function(outputs, target)


@loss("binary", allowed=(0.0, 1.0), threshold=0.5)
def binary_cross_entropy(outputs: list[Any], target: list[Any]) -> Any:
    """−[y ln p + (1 − y) ln(1 − p)] of a probability p, summed over the outputs.

    Raises
    ------
    DomainError
        If p is 0 or 1 and y the other: the loss is infinite. Where a sigmoid can saturate, use
        `binary_cross_entropy_with_logits` on its pre-activation.

    Examples
    --------
    >>> round(binary_cross_entropy(Value(0.8), 1).data, 6)
    0.223144
    """
    terms = []
    for y, p in zip(target, outputs, strict=True):
        try:
            terms += weighted(y, log, p) + weighted(1.0 - y, log1p, -p)
        except DomainError as error:
            raise DomainError(
                f"binary_cross_entropy of the probability {p.data if isinstance(p, Value) else p!r} and the target "
                f"{y!r}: {error}. The outputs must be probabilities, as of a sigmoid; one that saturates needs linear "
                "outputs and binary_cross_entropy_with_logits"
            ) from error
    return -total(terms)


@loss("binary", allowed=(0.0, 1.0))
def binary_cross_entropy_with_logits(outputs: list[Any], target: list[Any]) -> Any:
    """−[y ln σ(z) + (1 − y) ln σ(−z)] of a logit z, summed over the outputs: never infinite for a finite z.

    Its derivative is σ(z) − y, however far z is off: there is no learning slowdown.

    Examples
    --------
    >>> z = Value(-800.0)
    >>> loss = binary_cross_entropy_with_logits(z, 1)
    >>> loss.backward()
    >>> loss.data, z.grad
    (800.0, -1.0)
    """
    terms = []
    for y, z in zip(target, outputs, strict=True):
        terms += weighted(y, log_sigmoid, z) + weighted(1.0 - y, log_sigmoid, -z)
    return -total(terms)


@loss("binary", allowed=(-1.0, 1.0), labels=(-1, 1))
def hinge(outputs: list[Any], target: list[Any]) -> Any:
    """max(0, 1 − t·y) with t = ±1, summed over the outputs: 0 for every point outside of the margin.

    References
    ----------
    Cortes, Vapnik: Support-vector networks (1995).

    Examples
    --------
    >>> hinge(Value(0.25), 1).data, hinge(Value(-3.0), -1).data
    (0.75, 0.0)
    """
    return total([relu(1.0 - t * y) for t, y in zip(target, outputs, strict=True)])


@loss("multiclass", allowed=(0.0, 1.0))
def cross_entropy(outputs: list[Any], target: Any) -> Any:
    """−Σ_c y_c ln softmax(z)_c of logits z: ln Σ e^zₖ − z_c for the class c, without overflow.

    Its derivative is softmax(z) − y.

    Examples
    --------
    >>> z = [Value(1.0), Value(1.0)]
    >>> cross_entropy(z, 0).backward()
    >>> [x.grad for x in z]
    [-0.5, 0.5]
    """
    return logsumexp(outputs) - (outputs[target] if isinstance(target, int) else dot(target, outputs))


@loss("multiclass", allowed=(0.0, 1.0))
def cross_entropy_on_probabilities(outputs: list[Any], target: Any) -> Any:
    """−Σ_c y_c ln p_c of probabilities p, as of a softmax: −ln p_c for the class c.

    Raises
    ------
    DomainError
        If the probability of a class in the target is 0: the loss is infinite. Where a softmax can saturate, use
        `cross_entropy` on its pre-activations.

    Examples
    --------
    >>> round(cross_entropy_on_probabilities([Value(0.2), Value(0.8)], 1).data, 6)
    0.223144
    """
    row = one_hot(target, len(outputs)) if isinstance(target, int) else target
    terms = []
    try:
        for y, p in zip(row, outputs, strict=True):
            terms += weighted(y, log, p)
    except DomainError as error:
        raise DomainError(
            f"cross_entropy_on_probabilities of the target {target!r}: {error}. The outputs must be probabilities, as "
            "of a softmax; one that saturates needs linear outputs and cross_entropy"
        ) from error
    return -total(terms)


LOSSES: dict[str, Loss] = {
    entry.name: entry
    for entry in (
        residual_sum_of_squares,
        half_squared_error,
        binary_cross_entropy,
        binary_cross_entropy_with_logits,
        hinge,
        cross_entropy,
        cross_entropy_on_probabilities,
    )
}
"""Every loss by its name."""

_TABLE = LOSSES | {
    "rss": residual_sum_of_squares,
    "mse": half_squared_error,
    "bce": binary_cross_entropy,
    "bce_with_logits": binary_cross_entropy_with_logits,
    "cross_entropy_with_logits": cross_entropy,
}


def get(name: str | Callable[[Any, Target], Any]) -> Loss:
    """The loss of that name, or one made of a function ``f(outputs, target)``.

    Raises
    ------
    ValueError
        For a name that does not exist, with the nearest one that does.

    Examples
    --------
    >>> get("hinge")
    <loss hinge>
    >>> get(lambda y, t: abs(y - t))(Value(2.0), 5.0).data
    3.0
    """
    if isinstance(name, Loss):
        return name
    return OwnLoss(name) if callable(name) else lookup("loss", name, _TABLE)


def count_inside_margin(outputs: Iterable[Any], targets: Iterable[float]) -> int:
    """The number of examples with t·y < 1: the only ones that contribute to the hinge loss and its gradient.

    Parameters
    ----------
    outputs
        The output y of each example: numbers or Values.
    targets
        The label t of each example, −1 or +1.

    Examples
    --------
    >>> count_inside_margin([2.0, 0.5, -0.5, -1.0], [1, 1, 1, -1])
    2
    """
    numbers = [y.data if isinstance(y, Value) else y for y in outputs]
    return sum(t * y < 1.0 for y, t in zip(numbers, targets, strict=True))
