"""How a training shows that it goes on: a bar in a terminal, one line in a notebook, or a table of lines."""

import math
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from .history import header, line


class Progress:
    """Shows nothing: the base of what shows something."""

    def begin(self, epochs: int) -> None:
        """Before the first epoch."""

    def batch(self, epoch: int, done: float, loss: float) -> None:
        """After a batch of the epoch, counted from 0, of which the share `done` is behind us."""

    def epoch(self, epoch: int, row: Mapping[str, float]) -> None:
        """After an epoch, with its figures."""

    def epochs(self, first: int, columns: Mapping[str, Sequence[float]]) -> None:
        """After epochs that were done in one go, `first` and those behind it, with a column for each figure."""

    def end(self) -> None:
        """After the training, however it ended."""


class Shown(Progress):
    """Shows epochs that were done in one go one by one."""

    def epochs(self, first: int, columns: Mapping[str, Sequence[float]]) -> None:
        """Show the figures of each."""
        for epoch, numbers in enumerate(zip(*columns.values(), strict=True), start=first):
            row = dict(zip(columns, numbers, strict=True))
            self.batch(epoch, 1.0, row["loss"])
            self.epoch(epoch, row)


class Lines(Shown):
    """One line per epoch, under a header."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def epoch(self, epoch: int, row: Mapping[str, float]) -> None:
        """Show the figures of the epoch."""
        if not set(row) <= set(self.names):
            self.names = list(row)
            self.write(header(self.names))
        self.write(line(epoch, {name: row.get(name, math.nan) for name in self.names}))  # some stop early

    def write(self, text: str) -> None:
        """Print one line at once."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


class Bar(Lines):
    """A bar of tqdm over all epochs, and with `lines` a line per epoch above it."""

    def __init__(self, lines: bool) -> None:
        super().__init__()
        try:
            from tqdm import tqdm
        except ImportError as error:
            raise ImportError("the progress bar needs tqdm: pip install tqdm (or give verbose=0)") from error
        self.tqdm: Any = tqdm
        self.lines = lines
        self.bar: Any = None

    def begin(self, epochs: int) -> None:
        """Take note of the length of the training."""
        layout = "{desc} {percentage:3.0f}% |{bar}| {elapsed}<{remaining}{postfix}"
        self.bar = self.tqdm(total=epochs, desc=f"epoch 0/{epochs}", bar_format=layout, dynamic_ncols=True)

    def batch(self, epoch: int, done: float, loss: float) -> None:
        """Move on by one batch."""
        self.bar.set_description_str(f"epoch {epoch + 1}/{self.bar.total}", refresh=False)
        self.bar.set_postfix_str(f"loss {loss:.4g}", refresh=False)
        self.bar.update(epoch + done - self.bar.n)

    def epoch(self, epoch: int, row: Mapping[str, float]) -> None:
        """Show the figures of the epoch."""
        if self.lines:
            super().epoch(epoch, row)
        seen_last = {
            name: x for name, x in row.items() if name.startswith("val_")
        } or row  # both are too wide for a line
        self.bar.set_postfix_str(summary(seen_last), refresh=False)

    def write(self, text: str) -> None:
        """Print one line at once."""
        self.tqdm.write(text)

    def end(self) -> None:
        """Leave a clean end."""
        if self.bar is not None:
            self.bar.close()


class NotebookLine(Shown):
    """One line of plain text that is replaced as the training goes on: no widget, so the saved notebook shows its end."""

    def __init__(self) -> None:
        self.handle: Any = None
        self.total = 0
        self.shown = 0.0
        self.text = ""

    def begin(self, epochs: int) -> None:
        """Take note of the length of the training."""
        self.total = epochs
        self.handle = sys.modules["IPython"].display.display(_Text(f"epoch 0/{epochs}"), display_id=True)

    def batch(self, epoch: int, done: float, loss: float) -> None:
        """Move on by one batch."""
        if time.monotonic() - self.shown > 0.2:  # a notebook redraws slowly
            self.show(f"epoch {epoch + 1}/{self.total}  {done:4.0%}  loss {loss:.4g}")

    def epoch(self, epoch: int, row: Mapping[str, float]) -> None:
        """Show the figures of the epoch."""
        self.text = f"epoch {epoch + 1}/{self.total}  {summary(row)}"
        if time.monotonic() - self.shown > 0.2:
            self.show(self.text)

    def end(self) -> None:
        """Leave a clean end."""
        if self.text:
            self.show(self.text)

    def show(self, text: str) -> None:
        """Replace the line."""
        self.shown = time.monotonic()
        self.handle.update(_Text(text))


class _Text(str):
    """A text that a notebook shows without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def summary(row: Mapping[str, float]) -> str:
    """The main figures of an epoch in one line.

    Examples
    --------
    >>> summary({"loss": 0.5, "val_accuracy": 0.975, "lr": 0.1})
    'loss 0.5  val_accuracy 0.975'
    """
    main = [name for name in row if name.removeprefix("val_") in {"loss", "accuracy"}]
    return "  ".join(f"{name} {row[name]:.4g}" for name in main if not math.isnan(row[name]))


def choose(verbose: int) -> Progress:
    """What `verbose` asks for: 0 nothing; 1 a bar or a line where a person looks on; 2 a line per epoch anywhere.

    Raises
    ------
    ValueError
        For anything else.
    """
    if verbose not in (0, 1, 2):
        raise ValueError(f"verbose must be 0 (nothing), 1 (progress) or 2 (a line per epoch), got {verbose!r}")
    if verbose == 0:
        return Progress()
    if verbose == 1 and _in_notebook():
        return NotebookLine()
    if sys.stderr.isatty():
        return Bar(lines=verbose == 2)
    return Lines() if verbose == 2 else Progress()


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")  # a notebook has loaded it
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and "IPKernelApp" in shell.config
