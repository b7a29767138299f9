"""How things are timed, and how the results are printed.

The contestants take turns, so that a busy moment of the machine hits all of them. A turn is a burst of consecutive
runs, and the result is the median over the turns of the mean time of a run. Within a burst nobody calls the garbage
collector: it is on, as users run it, or off. Between turns it is called, untimed, so that nobody pays for the
garbage of another; then comes a run that is not timed, so that each finds its own, as in the middle of a program.
Times are processor time of the process: waiting for a turn on a busy machine is not counted.
"""

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

LONGEST_BURST = 1.0
"""Seconds after which a burst ends, whatever number of runs was asked for: slow peers need fewer."""


@dataclass(frozen=True)
class Effort:
    """How often things are run."""

    turns: int = 5
    runs: int = 5


DEFAULT = Effort()


@dataclass
class Table:
    """A table of results: a title, what is to be known about it, and rows of cells."""

    title: str
    columns: Sequence[str]
    rows: list[list[Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        cells = [[_text(cell) for cell in row] for row in [self.columns, *self.rows]]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = []
        for first, *rest in cells:
            numbers = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
            lines.append("  ".join(["", first.ljust(widths[0]), *numbers]))
        return "\n".join([self.title, *lines, *(f"  {note}" for note in self.notes)])


@dataclass(frozen=True)
class Target:
    """A figure that the project promises, and the one that was measured."""

    text: str
    measured: float
    met: bool

    def __str__(self) -> str:
        return f"  {'met   ' if self.met else 'MISSED'}  {self.text}: {_text(self.measured)}"


def _text(cell: Any) -> str:
    if not isinstance(cell, float):
        return "" if cell is None else str(cell)
    return f"{cell:.2f}" if abs(cell) < 10 else f"{cell:.1f}" if abs(cell) < 100 else f"{cell:,.0f}"


@dataclass
class Report:
    """All that a suite has measured."""

    environment: dict[str, str]
    skipped: dict[str, str] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return asdict(self)


@contextmanager
def collector(enabled: bool) -> Iterator[None]:
    """Run with the garbage collector on or off.

    What the libraries hold after their import is put out of the collector's sight, so that a contestant does not
    pay for the size of the others.
    """
    was_enabled = gc.isenabled()
    gc.collect()
    gc.freeze()
    (gc.enable if enabled else gc.disable)()
    try:
        yield
    finally:
        (gc.enable if was_enabled else gc.disable)()
        gc.unfreeze()


def interleaved(contestants: Mapping[str, Callable[[], object]], effort: Effort) -> dict[str, float]:
    """Seconds per run of each contestant: the median of its turns."""
    turns: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(effort.turns):
        for name, run in contestants.items():
            gc.collect()
            run()
            turns[name].append(_burst(run, effort.runs))
    return {name: statistics.median(times) for name, times in turns.items()}


def medians(contestants: Mapping[str, Callable[[], float]], turns: int) -> dict[str, float]:
    """What each contestant measures itself, in turns: the median. Before the first turn each runs once, unmeasured."""
    measured: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(turns + 1):
        for name, measure in contestants.items():
            gc.collect()
            seconds = measure()
            if turn:
                measured[name].append(seconds)
    return {name: statistics.median(times) for name, times in measured.items()}


def processor_seconds(run: Callable[[], object]) -> float:
    """The processor time of one run."""
    start = time.process_time()
    run()
    return time.process_time() - start


def _burst(run: Callable[[], object], runs: int) -> float:
    done, elapsed = 0, 0.0
    start = time.process_time()
    while done < runs and elapsed < LONGEST_BURST:
        run()
        done += 1
        elapsed = time.process_time() - start
    return elapsed / done


def environment() -> dict[str, str]:
    """What the figures depend on."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": str(os.cpu_count()),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown processor")
