"""Functions made of primitives in plain code: what needs no row of its own."""

import math
from collections.abc import Iterable
from typing import Any

from .operations import exp, fsum
from .value import Value


def mean(xs: Iterable[Any]) -> Any:
    """Arithmetic mean of a sequence of Values or numbers.

    Raises
    ------
    ValueError
        For an empty sequence.

    Examples
    --------
    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    xs = tuple(xs)
    if not xs:
        raise ValueError("mean of an empty sequence")
    return fsum(xs) / float(len(xs))


def softmax(xs: Iterable[Any]) -> list[Any]:
    """Exponentials of a sequence, divided by their sum: positive numbers that sum to 1.

    The largest element is subtracted first, which changes nothing in the quotient and keeps ``exp`` from
    overflowing.

    Raises
    ------
    ValueError
        For an empty sequence.

    Examples
    --------
    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    xs = tuple(xs)
    if not xs:
        raise ValueError("softmax of an empty sequence")
    largest = max(x._data if isinstance(x, Value) else x for x in xs)
    if math.isinf(largest):  # the limit: the largest share all
        shares = [1.0 if x >= largest else 0.0 for x in xs]
        return [share / sum(shares) for share in shares]
    exponentials = [exp(x - largest) for x in xs]
    total = fsum(exponentials)
    return [e / total for e in exponentials]
