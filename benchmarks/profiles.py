"""Where the time of a training goes, by the part of the code."""

import cProfile
import pstats
from collections.abc import Iterator
from contextlib import contextmanager

from .harness import Report, Table
from .networks import Problem, core

PARTS = {
    "compiled kernels": lambda file: "training_" in file or "kernels_" in file,
    "order of the examples": lambda file: file.endswith(("random.py", "nn/data.py")) or "getrandbits" in file,
    "set-up of calls, Values read and written": lambda file: "autograd_core/tape/" in file,
    "checks of the data": lambda file: (
        file.endswith(("nn/checks.py", "nn/loss.py")) or "_abc" in file or "abc>" in file
    ),
    "recording and passes": lambda file: "autograd_core/" in file,
    "book-keeping of fit": lambda file: "/nn/" in file,
}
"""The parts, each with the files that belong to it; a file belongs to the first part that knows it."""


def show_profile(problem: Problem, report: Report) -> None:
    """One training by `fit` under Python's profiler, which makes Python code look slower than it is."""
    learner = core.ByFit(problem)
    orders = problem.orders()
    learner.train(orders)
    profile = cProfile.Profile()

    @contextmanager
    def watch() -> Iterator[None]:
        profile.enable()
        try:
            yield
        finally:
            profile.disable()

    learner.train(orders, watch)
    seconds = dict.fromkeys([*PARTS, "all else (Python, NumPy)"], 0.0)
    for (file, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        place = f"{file} {name}".replace("\\\\", "/") if file == "~" else file.replace("\\\\", "/")
        part = next((part for part, knows in PARTS.items() if knows(place)), "all else (Python, NumPy)")
        seconds[part] += own
    whole = sum(seconds.values())
    rows = [[part, 1e3 * s, 100.0 * s / whole] for part, s in sorted(seconds.items(), key=lambda item: -item[1])]
    table = Table(
        f"profile of {problem.name}: fit as a whole, its checks and the recording included", ["", "ms", "%"], rows
    )
    table.notes.append("Under a profiler Python code takes two to three times as long; compiled code does not.")
    report.tables.append(table)
