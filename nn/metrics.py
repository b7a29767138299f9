"""How good predictions are: accuracy, R², and the confusion table."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from .checks import Target
from .data import class_of


def accuracy(predicted: Sequence[Any], y: Sequence[Target]) -> float:
    """The share of predictions that are right.

    Raises
    ------
    ValueError
        If there are none, or not as many as targets.

    Examples
    --------
    >>> accuracy([0, 1, 1, 1], [0, 1, 1, 0])
    0.75
    """
    _check_lengths(predicted, y, "accuracy")
    return sum(map(is_right, predicted, y)) / len(y)


def is_right(predicted: Any, target: Target) -> bool:
    """Whether the predicted class is the target's; a class index matches its one-hot list.

    Examples
    --------
    >>> is_right(1, [0.0, 1.0, 0.0]), is_right([1, 0], [1.0, 1.0])
    (True, False)
    """
    if isinstance(predicted, list | tuple):
        return tuple(predicted) == class_of(target)
    if isinstance(target, list):
        return bool(predicted == (target.index(max(target)) if len(target) > 1 else target[0]))
    return bool(predicted == target)


def r_squared(predicted: Sequence[Any], y: Sequence[Target]) -> float:
    """The share of the targets' variance that the predictions explain: R² = 1 − Σ(y − ŷ)²/Σ(y − ȳ)².

    1 is perfect, 0 as good as always predicting the mean, below 0 worse. With several outputs the mean over them.

    Raises
    ------
    ValueError
        If there are no targets, not as many as predictions, or they do not vary.

    Examples
    --------
    >>> r_squared([1.0, 2.0, 3.5], [1.0, 2.0, 3.0])
    0.875
    """
    _check_lengths(predicted, y, "r_squared")
    outputs = list(zip(*map(_as_list, predicted), strict=True))
    targets = list(zip(*map(_as_list, y), strict=True))
    scores = []
    for ys_hat, ys in zip(outputs, targets, strict=True):
        mean = math.fsum(ys) / len(ys)
        spread = math.fsum((t - mean) ** 2 for t in ys)
        if spread == 0.0:
            raise ValueError("r_squared: all targets are equal, so there is no variance to explain")
        scores.append(1.0 - math.fsum((t - p) ** 2 for p, t in zip(ys_hat, ys, strict=True)) / spread)
    return math.fsum(scores) / len(scores)


class ConfusionTable:
    r"""Counts of examples by true class (rows) and predicted class (columns).

    Parameters
    ----------
    predicted, y
        Predicted and true classes.
    classes
        All classes in the order of the table; None takes those that occur, sorted.

    Raises
    ------
    ValueError
        If the lengths differ, or a class is not among `classes`.

    Examples
    --------
    >>> print(ConfusionTable([0, 1, 1, 1], [0, 1, 1, 0]))
    true \ predicted  0  1
    0                 1  1
    1                 ·  2
    """

    def __init__(self, predicted: Sequence[Any], y: Sequence[Any], classes: Sequence[Any] | None = None) -> None:
        _check_lengths(predicted, y, "ConfusionTable")
        self.classes = sorted({*predicted, *y}) if classes is None else list(classes)
        positions = {label: i for i, label in enumerate(self.classes)}
        self.counts = [[0] * len(self.classes) for _ in self.classes]
        for guess, target in zip(predicted, y, strict=True):
            for label in (guess, target):
                if label not in positions:
                    raise ValueError(f"ConfusionTable: {label!r} is not among the classes {self.classes}")
            self.counts[positions[target]][positions[guess]] += 1

    def __str__(self) -> str:
        corner = "true \\ predicted"
        names = [str(label) for label in self.classes]
        cells = [[str(count) if count else "·" for count in row] for row in self.counts]
        widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
        first = max(map(len, [corner, *names]))
        lines = [
            "  ".join([name.ljust(first), *(cell.rjust(width) for cell, width in zip(row, widths, strict=True))])
            for name, row in zip([corner, *names], [names, *cells], strict=True)
        ]
        return "\n".join(lines)


class MarginCounts(NamedTuple):
    """How many examples lie where, seen from a separating surface trained with the hinge loss."""

    outside: int
    """On the right side with t·ŷ ≥ 1: they contribute nothing to the loss."""
    inside: int
    """With t·ŷ < 1: inside the margin or beyond it, they alone contribute."""
    wrong: int
    """Of those inside, the ones on the wrong side: t·ŷ ≤ 0."""


def margin_counts(outputs: Sequence[float], y: Sequence[float]) -> MarginCounts:
    """Count the examples outside and inside the margin.

    Parameters
    ----------
    outputs
        The output ŷ of the model for each example (see `nn.predict`).
    y
        The labels t, −1 or +1.

    Raises
    ------
    ValueError
        If a label is another number, or the lengths differ.

    Examples
    --------
    >>> margin_counts([2.0, 1.0, 0.5, -0.5, -3.0], [1, 1, 1, 1, -1])
    MarginCounts(outside=3, inside=2, wrong=1)
    """
    _check_lengths(outputs, y, "margin_counts")
    for index, t in enumerate(y):
        if t not in (-1, 1):
            raise ValueError(f"margin_counts: label {index} must be -1 or +1, got {t!r}")
    margins = [t * output for output, t in zip(outputs, y, strict=True)]
    inside = sum(margin < 1.0 for margin in margins)
    return MarginCounts(len(margins) - inside, inside, sum(margin <= 0.0 for margin in margins))


def _as_list(x: Any) -> list[float]:
    return list(x) if isinstance(x, list | tuple) else [x]


def _check_lengths(predicted: Sequence[Any], y: Sequence[Any], place: str) -> None:
    if not y or len(predicted) != len(y):
        raise ValueError(f"{place}: {len(predicted)} predictions do not fit {len(y)} targets")
