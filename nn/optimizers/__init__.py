"""Optimizers with PyTorch's meaning and defaults, by class or by name: `get("adam", model.parameters(), lr=0.01)`."""

from collections.abc import Callable, Iterable
from typing import Any

from autograd_core import Value

from ..lookup import lookup
from .adaptive import Adagrad, Adam, AdamW, RMSprop
from .base import Optimizer
from .sgd import SGD

__all__ = ["OPTIMIZERS", "SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "get"]

OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}


def get(optimizer: str | Optimizer | Callable[..., Optimizer], params: Iterable[Value], **options: Any) -> Optimizer:
    """The optimizer of that name, or made by that class or function, for `params`; a ready one stays as it is.

    Raises
    ------
    ValueError
        For an unknown name or option, and for options beside an optimizer that is ready.
    TypeError
        If `optimizer` is neither name nor function.

    Examples
    --------
    >>> get("adam", [Value(1.0)], lr=0.01)
    Adam(1 parameters, lr=0.01, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.0)
    >>> get("adan", [Value(1.0)])
    Traceback (most recent call last):
        ...
    ValueError: unknown optimizer 'adan': did you mean 'adam'? There are: sgd, adagrad, rmsprop, adam, adamw
    """
    if isinstance(optimizer, Optimizer):
        if options:
            raise ValueError(
                f"{optimizer!r} has its options already, so {', '.join(options)} cannot be given beside it"
            )
        return optimizer
    make = optimizer if callable(optimizer) else lookup("optimizer", optimizer, OPTIMIZERS)
    return make(params, **options)
