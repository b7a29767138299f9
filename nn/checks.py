"""Checks of users' data: what comes out is lists of floats, what is wrong is named by row and column."""

import math
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Any

from autograd_core import Value

Rows = list[list[float]]
"""One list of floats per example, all of one width."""

LARGEST_COUNT = 2**53
"""No training counts further: up to here every whole number is a float."""

Target = float | int | list[float]
"""A class index, a label or a number; with several outputs a list of them."""


def check_inputs(X: Any, name: str = "X", width: int | None = None) -> Rows:
    """The rows of `X` as lists of floats.

    Parameters
    ----------
    X
        A sequence of rows: lists, tuples, an array of two dimensions or a data frame.
    name
        What to call it in errors.
    width
        The number of columns it must have, if known.

    Raises
    ------
    TypeError
        If something in it is no number, or it is no sequence of rows.
    ValueError
        If it is empty, its rows differ in length, or a number is nan or infinite.

    Examples
    --------
    >>> check_inputs([(0, 1), [2, 3]])
    [[0.0, 1.0], [2.0, 3.0]]
    >>> check_inputs([[0.0, float("nan")]])
    Traceback (most recent call last):
        ...
    ValueError: X: row 0, column 1 is nan: leave the row out, or fill in a number
    """
    rows = _items(X, name)
    if not rows:
        raise ValueError(f"{name} is empty: there must be at least one row")
    first = _row(rows[0], 0, name)
    expected = len(first) if width is None else width
    checked = []
    for index, given in enumerate(rows):
        row = _row(given, index, name)
        if len(row) != expected:
            source = "the model takes" if width is not None else "row 0 has"
            raise ValueError(f"{name}: row {index} has {_count(len(row))}, but {source} {expected}")
        if set(map(type, row)) == {float} and all(map(math.isfinite, row)):  # the usual case, at once
            checked.append(row)
        else:
            checked.append([check_number(x, f"{name}: row {index}, column {column}") for column, x in enumerate(row)])
    if expected == 0:
        raise ValueError(f"{name}: the rows are empty: there must be at least one column")
    return checked


def check_targets(y: Any, n_rows: int, name: str = "y") -> list[Target]:
    """The targets `y` of `n_rows` examples: numbers, or lists of numbers of one length.

    Whole numbers stay ints, so that they can be class indices.

    Raises
    ------
    TypeError
        If something in it is no number.
    ValueError
        If there are more or fewer targets than rows, or a number is nan or infinite.
    """
    targets = _items(y, name)
    if len(targets) != n_rows:
        raise ValueError(f"{name} has {len(targets)} targets, but there are {n_rows} rows")
    return [_target(target, index, name, targets) for index, target in enumerate(targets)]


def check_weights(sample_weight: Any, n_rows: int, name: str = "sample_weight") -> tuple[list[float] | None, float]:
    """The weights of `n_rows` examples, scaled to the mean 1, and their sum before; without weights None and `n_rows`.

    Raises
    ------
    TypeError
        If something in it is no number.
    ValueError
        If there are more or fewer than rows, one is negative, nan or infinite, or all are 0.

    Examples
    --------
    >>> check_weights([1, 0, 2], 3)
    ([1.0, 0.0, 2.0], 3.0)
    """
    if sample_weight is None:
        return None, float(n_rows)
    weights = [check_number(v, f"{name}: row {index}") for index, v in enumerate(_items(sample_weight, name))]
    if len(weights) != n_rows:
        raise ValueError(f"{name} has {len(weights)} numbers, but there are {n_rows} rows")
    for index, weight in enumerate(weights):
        if weight < 0.0:
            raise ValueError(f"{name}: row {index} is {weight!r}: a weight is at least 0")
    total = math.fsum(weights)
    if total == 0.0:
        raise ValueError(f"{name}: all weights are 0, so there is nothing to learn from")
    return [weight / (total / n_rows) for weight in weights], total


def check_number(x: Any, place: str) -> float:
    """`x` as a finite float, or an error that names the `place`.

    Raises
    ------
    TypeError
        If it is no number.
    ValueError
        If it is nan or infinite.
    """
    if isinstance(x, bool) or not isinstance(x, Real):
        # NumPy's bool is no Real, and both kinds of bool are numbers to a reader of a data file
        if type(x).__name__ in {"bool", "bool_"}:
            return float(x)
        what = f"the text {x!r:.40}" if isinstance(x, str) else f"of type {type(x).__name__}"
        hint = ": write v.data for its number" if isinstance(x, Value) else ""
        raise TypeError(f"{place} must be a number, it is {what}{hint}")
    if not math.isfinite(x):
        raise ValueError(f"{place} is {float(x)!r}: leave the row out, or fill in a number")
    return float(x)


def check_count(n: Any, place: str, least: int = 1) -> int:
    """`n` as an int of at least `least`, or a `ValueError` that names the `place`."""
    if isinstance(n, bool) or not hasattr(n, "__index__") or int(n) < least:
        raise ValueError(f"{place} must be a whole number of at least {least}, got {n!r}")
    return int(n)


def check_batch_size(batch_size: Any, n_rows: int) -> int:
    """The size of the batches of `n_rows` examples: None is 32, or all if they are fewer, and ``"full"`` is all.

    Raises
    ------
    ValueError
        If it is no whole number from 1 to `n_rows`.
    """
    if batch_size is None:
        return min(32, n_rows)
    if batch_size == "full":
        return n_rows
    if isinstance(batch_size, bool) or not hasattr(batch_size, "__index__"):
        raise ValueError(f"batch_size must be a whole number, None or 'full', got {batch_size!r}")
    if not 1 <= int(batch_size) <= n_rows:
        raise ValueError(f"batch_size must lie between 1 and the number of examples, {n_rows}; got {batch_size}")
    return int(batch_size)


def demand(holds: bool, subject: object, name: str, what: str) -> None:
    """Raise a `ValueError` that names the field of `subject` unless the demand holds."""
    if not holds:
        raise ValueError(f"{type(subject).__name__}: {name} must be {what}, got {getattr(subject, name)!r}")


def _items(xs: Any, name: str) -> Sequence[Any]:
    """`xs` as a sequence: arrays and series give their Python numbers, which are much faster to use."""
    if isinstance(xs, str | bytes | dict | Value):
        raise TypeError(f"{name} must be a sequence with one item per example, got {type(xs).__name__}")
    if hasattr(xs, "to_numpy"):
        xs = xs.to_numpy()
    if hasattr(xs, "tolist"):
        xs = xs.tolist()
    if not isinstance(xs, Iterable):
        raise TypeError(f"{name} must be a sequence with one item per example, got {type(xs).__name__}: {xs!r:.40}")
    return list(xs)


def _row(row: Any, index: int, name: str) -> list[Any]:
    if isinstance(row, Real):
        raise TypeError(f"{name}: row {index} is the number {row!r}: a row is a list, so for one column write [[x], …]")
    if isinstance(row, str | bytes | dict | Value) or not isinstance(row, Iterable):
        raise TypeError(f"{name}: row {index} must be a list of numbers, got {type(row).__name__}: {row!r:.40}")
    return row.tolist() if hasattr(row, "tolist") else list(row)


def _target(target: Any, index: int, name: str, targets: Sequence[Any]) -> Target:
    if hasattr(target, "tolist"):
        target = target.tolist()
    if isinstance(target, list | tuple):
        first = targets[0]
        if not isinstance(first, Real) and len(target) != len(first):
            raise ValueError(f"{name}: row {index} has {_count(len(target))}, but row 0 has {len(first)}")
        return [check_number(x, f"{name}: row {index}, column {column}") for column, x in enumerate(target)]
    number = check_number(target, f"{name}: row {index}")
    return int(target) if hasattr(target, "__index__") else number


def _count(n: int) -> str:
    return f"{n} column" if n == 1 else f"{n} columns"


def check_state(state: Mapping[str, Any], kinds: Mapping[str, Any], owner: str) -> None:
    """Raise a `ValueError` unless a ``state_dict`` has these entries and no others, each an instance of its kind.

    Whole numbers are counts, from 0 to `LARGEST_COUNT`.
    """
    if set(state) != set(kinds):
        raise ValueError(f"{owner}.load_state_dict: expected {sorted(kinds)}, got {sorted(state)}")
    for name, kind in kinds.items():
        x = state[name]
        if not isinstance(x, kind) or isinstance(x, bool) or (isinstance(x, int) and not 0 <= x <= LARGEST_COUNT):
            raise ValueError(f"{owner}.load_state_dict: {name} cannot be {x!r:.40}")


def are_floats(xs: Any) -> bool:
    """Whether `xs` is a list of floats."""
    return isinstance(xs, list) and all(isinstance(x, float) for x in xs)
