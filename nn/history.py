"""`History`: what a training tells about its epochs, to print, plot, save and compute with."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .files import replacing

SHOWN = 20
"""How many epochs a printed table shows: of a longer training the first and the last ones."""


class History:
    """The figures of each epoch of a training.

    Attributes
    ----------
    history
        A list per column, one number per epoch: ``loss`` (the mean over the examples as they were learned from,
        without the penalty), ``penalty``, ``accuracy``, ``val_loss``, ``val_accuracy``, ``lr`` and what callbacks
        add. A figure that an epoch does not have is nan.
    stopped
        Why the training ended before its last epoch; None if it did not.
    seconds
        How long it took.

    Examples
    --------
    >>> history = History()
    >>> history.append({"loss": 0.5, "lr": 0.1})
    >>> history.append({"loss": 0.25, "lr": 0.1})
    >>> history.history["loss"]
    [0.5, 0.25]
    >>> print(history)
    epoch       loss         lr
        1        0.5        0.1
        2       0.25        0.1
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.stopped: str | None = None
        self.seconds = 0.0

    def __len__(self) -> int:
        """The number of epochs."""
        return max(map(len, self.history.values()), default=0)

    def append(self, row: Mapping[str, float]) -> None:
        """Add the figures of one epoch."""
        self.extend({name: [float(x)] for name, x in row.items()})

    def extend(self, columns: Mapping[str, Sequence[float]]) -> None:
        """Add the figures of several epochs, a column of equal length for each."""
        before, more = len(self), max(map(len, columns.values()), default=0)
        for name in columns:
            self.history.setdefault(name, [math.nan] * before)
        for name, column in self.history.items():
            column.extend(columns.get(name) or [math.nan] * more)

    def row(self, epoch: int) -> dict[str, float]:
        """The figures of an epoch, counted from 0; negative numbers count from the end."""
        return {name: column[epoch] for name, column in self.history.items()}

    def table(self, shown: int | None = SHOWN) -> str:
        """The epochs as a table; of more than `shown`, the first and the last ones. None shows all."""
        count = len(self)
        if not count:
            return "no epoch was finished" + (f"\nstopped: {self.stopped}" if self.stopped else "")
        names = list(self.history)
        epochs: list[int | None] = list(range(count))
        if shown is not None and count > shown:
            epochs = [*range(shown // 2), None, *range(count - (shown - shown // 2), count)]
        lines = [header(names)]
        lines += ["    …" if epoch is None else line(epoch, self.row(epoch)) for epoch in epochs]
        return "\n".join([*lines, *([f"stopped: {self.stopped}"] if self.stopped else [])])

    def __str__(self) -> str:
        return self.table()

    def __repr__(self) -> str:
        last = ", ".join(f"{name}={column[-1]:.4g}" for name, column in self.history.items() if column)
        return f"History({len(self)} epochs{f'; {last}' if last else ''})"

    def to_frame(self) -> Any:
        """The epochs as a pandas DataFrame, indexed by the epoch, counted from 1.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError("History.to_frame needs pandas: pip install pandas") from error
        return pd.DataFrame(self.history, index=pd.RangeIndex(1, len(self) + 1, name="epoch"))

    def plot(self) -> Any:
        """The curves of loss and accuracy over the epochs, as a matplotlib figure (see `nn.plots.plot_history`)."""
        from .plots import plot_history

        return plot_history(self)

    def save_csv(self, path: str | Path) -> None:
        """Write one line per epoch, with all digits; a figure that an epoch does not have is left empty."""
        with replacing(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["epoch", *self.history])
            for epoch in range(len(self)):
                figures = self.row(epoch).values()
                writer.writerow([epoch + 1, *("" if math.isnan(x) else repr(x) for x in figures)])

    def save_json(self, path: str | Path) -> None:
        """Write the columns, why it stopped and how long it took; a missing or infinite figure is null."""
        columns = {k: [x if math.isfinite(x) else None for x in column] for k, column in self.history.items()}
        content = {"history": columns, "stopped": self.stopped, "seconds": round(self.seconds, 3)}
        with replacing(path, "w", encoding="utf-8") as file:
            file.write(json.dumps(content, indent=1) + "\n")


def header(names: list[str]) -> str:
    """The head of a table with these columns."""
    return "  ".join(["epoch", *(name.rjust(_width(name)) for name in names)])


def line(epoch: int, row: Mapping[str, float]) -> str:
    """One epoch, counted from 0, under `header`."""
    cells = [
        f"{x:.4g}".rjust(_width(name)) if not math.isnan(x) else "–".rjust(_width(name)) for name, x in row.items()
    ]
    return "  ".join([str(epoch + 1).rjust(5), *cells])


def _width(name: str) -> int:
    return max(len(name), 9)
