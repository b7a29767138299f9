"""Arguments of a compiled function: numbers, arrays of lanes, and containers of both, as rows of one array.

Where the function takes a number, a compiled one takes a number for all lanes, or an array with one number per lane.
Where it takes a sequence of numbers, that can also be an array with one row per lane and one column per number, as
data sets are stored.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any


class Lanes:
    """The arguments of one call.

    Attributes
    ----------
    rows
        One row per number that the function takes, one column per lane.
    single
        Whether all arguments were plain numbers: one lane, and results that are numbers again.
    form
        What tells apart calls that need recordings of their own: which containers hold how many numbers.
    """

    def __init__(self, args: Sequence[Any]) -> None:
        import numpy as np

        self.args = tuple(args)
        shapes = _shapes(args)
        if shapes:
            self.single, self.count = False, len(args[0])
            self.form = _form_of_arrays(shapes)
            self.rows = np.empty((len(self.form), self.count))
            start = 0
            for arg, shape in zip(args, shapes, strict=True):
                stop = start + (shape[0] if shape else 1)
                self.rows[start:stop] = arg.T
                start = stop
            return
        found = [found for i, arg in enumerate(args) for found in _columns(arg, f"argument {i}")]
        lengths = {place: len(x) for place, x in found if x.ndim}
        if len(set(lengths.values())) > 1:
            given = ", ".join(f"{place} has {n}" for place, n in lengths.items())
            raise ValueError(f"jit: all arrays must have the same number of lanes, but {given}")
        self.single = not lengths
        self.count = next(iter(lengths.values()), 1)
        self.rows = np.empty((len(found), self.count))
        for row, (_, x) in zip(self.rows, found, strict=True):
            row[:] = x
        self.form = tuple([path for path, _ in found])

    def example(self, lane: int) -> list[Any]:
        """The arguments in one lane, as the function takes them."""
        numbers = iter(self.rows[:, lane].tolist())
        return [_fill(arg, lambda _: next(numbers)) for arg in self.args]

    def like_arguments(self, rows: Any) -> list[Any]:
        """`rows`, one per number, in the form of the arguments: arrays of lanes, or numbers if `single`."""
        taken = 0

        def column(_: Any) -> Any:
            nonlocal taken
            row = rows[taken]
            taken += 1
            return float(row[0]) if self.single else row

        def table(array: Any) -> Any:
            nonlocal taken
            start, taken = taken, taken + array.shape[1]
            return rows[start:taken].T

        return [_fill(arg, column, table) for arg in self.args]


def _shapes(args: Sequence[Any]) -> tuple[tuple[int, ...], ...]:
    """What most calls get: arrays of equally many lanes. Their shapes without the lanes; for other arguments ()."""
    import numpy as np

    shapes = []
    for arg in args:
        if type(arg) is not np.ndarray or arg.dtype.kind not in "iuf" or not 1 <= arg.ndim <= 2:
            return ()
        if len(arg) != len(args[0]):
            return ()
        shapes.append(arg.shape[1:])
    return tuple(shapes)


@functools.cache
def _form_of_arrays(shapes: tuple[tuple[int, ...], ...]) -> tuple[str, ...]:
    """`Lanes.form` of arrays of these `shapes`."""
    return tuple([f"argument {i}{index}" for i, shape in enumerate(shapes)
                  for index in ([f"[{j}]" for j in range(shape[0])] if shape else [""])])  # fmt: skip


def _columns(tree: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The numbers and columns of `tree` as arrays, each with the index that leads to it."""
    import numpy as np

    if isinstance(tree, dict):
        for key, part in tree.items():
            yield from _columns(part, f"{path}[{key!r}]")
    elif isinstance(tree, list | tuple):
        for i, part in enumerate(tree):
            yield from _columns(part, f"{path}[{i}]")
    else:
        array = np.asarray(tree)
        if array.dtype.kind not in "iuf":
            raise TypeError(f"jit: {path} must be a number or an array of numbers, got {type(tree).__name__}")
        if array.ndim > 2:
            raise ValueError(f"jit: {path} has {array.ndim} dimensions; give lanes, or lanes times numbers")
        if array.ndim == 2:
            for i, column in enumerate(array.T):
                yield f"{path}[{i}]", column
        else:
            yield path, array


def _fill(tree: Any, number: Callable[[Any], Any], table: Callable[[Any], Any] | None = None) -> Any:
    """A container of the form of `tree` with `number` for each number or column, and `table` for each table."""
    if isinstance(tree, dict):
        return {key: _fill(part, number, table) for key, part in tree.items()}
    if isinstance(tree, list | tuple):
        parts = [_fill(part, number, table) for part in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    if getattr(tree, "ndim", 0) == 2:
        return table(tree) if table else [number(tree) for _ in range(tree.shape[1])]
    return number(tree)
