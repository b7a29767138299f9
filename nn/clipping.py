"""Gradient clipping: a bound on how long, or how large in each component, a gradient may be."""

import math
from collections.abc import Iterable

from autograd_core import Value


def gradient_norm(params: Iterable[Value]) -> float:
    """The length ‖g‖ of the gradient over all `params`.

    Examples
    --------
    >>> a, b = Value(0.0), Value(0.0)
    >>> a.grad, b.grad = 3.0, -4.0
    >>> gradient_norm([a, b])
    5.0
    """
    return math.hypot(*[parameter.grad for parameter in params])


def clip_gradient_norm(params: Iterable[Value], largest: float) -> float:
    """Shorten the gradient over all `params` to the length `largest` if it is longer; its direction stays.

    ::

        g ← g · c/‖g‖  if ‖g‖ > c

    Parameters
    ----------
    params
        The parameters whose gradients are changed.
    largest
        The bound c on the length.

    Returns
    -------
    float
        The length before.

    Raises
    ------
    ValueError
        If the bound is not positive.

    References
    ----------
    Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks, ICML 2013.

    Examples
    --------
    >>> a, b = Value(0.0), Value(0.0)
    >>> a.grad, b.grad = 3.0, -4.0
    >>> clip_gradient_norm([a, b], 1.0)
    5.0
    >>> round(a.grad, 9), round(b.grad, 9)
    (0.6, -0.8)
    """
    check_bound(largest, "clip_gradient_norm")
    params = list(params)
    norm = gradient_norm(params)
    if norm > largest:
        for parameter in params:
            parameter.grad = largest * (parameter.grad / norm)  # this order neither over- nor underflows on the way
    return norm


def clip_gradient_value(params: Iterable[Value], largest: float) -> None:
    """Bring each component of the gradient into [−c, c], where c is `largest`.

    Parameters
    ----------
    params
        The parameters whose gradients are changed.
    largest
        The bound on each component.

    Raises
    ------
    ValueError
        If the bound is not positive.

    Examples
    --------
    >>> a, b = Value(0.0), Value(0.0)
    >>> a.grad, b.grad = 3.0, -0.5
    >>> clip_gradient_value([a, b], 1.0)
    >>> a.grad, b.grad
    (1.0, -0.5)
    """
    check_bound(largest, "clip_gradient_value")
    for parameter in params:
        if abs(parameter.grad) > largest:
            parameter.grad = math.copysign(largest, parameter.grad)


def check_bound(largest: float, place: str) -> None:
    """Raise a `ValueError` unless the bound is positive."""
    if not largest > 0.0:
        raise ValueError(f"{place}: the bound must be a number > 0, got {largest!r}")
