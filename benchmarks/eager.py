"""The suite `eager`: graphs of scalars, built and swept once per run, in this library and in others."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from statistics import median

from . import memory
from .harness import DEFAULT, Effort, Report, Table, Target, collector, environment, interleaved
from .peers import EAGER, Peer, load
from .programs import Program, chain, programs

OURS, MICROGRAD = "autograd_core", "micrograd"
TOLERANCE = 1e-9
"""The largest difference between two libraries' results, relative where they are above 1."""


class ResultsDifferError(Exception):
    """Two libraries do not agree on a program, so timing them would mean nothing."""


def check(program: Program, peers: Sequence[Peer]) -> None:
    """Raise `ResultsDifferError` unless all peers give the value and the gradients that the first one gives.

    >>> from benchmarks.peers import load
    >>> check(chain(branches=2, length=3, weights=2), load(["autograd_core", "micrograd"])[0])
    """
    first, *others = peers
    value, gradients = program.run(first)
    expected = [value, *gradients]
    for peer in others:
        value, gradients = program.run(peer)
        for i, (ours, theirs) in enumerate(zip(expected, [value, *gradients], strict=True)):
            if not abs(ours - theirs) <= TOLERANCE * max(1.0, abs(ours)):
                what = f"result {i - 1} of the gradient" if i else "the value"
                raise ResultsDifferError(
                    f"{program.name}: {what} is {ours!r} in {first.name}, {theirs!r} in {peer.name}"
                )


def time_program(program: Program, peers: Sequence[Peer], effort: Effort, report: Report) -> None:
    """Time one program with the garbage collector on and off."""
    check(program, peers)
    seconds = {}
    for on in (True, False):
        with collector(on):
            seconds[on] = interleaved({peer.name: partial(program.run, peer) for peer in peers}, effort)
    ours = peers[0].name
    table = Table(
        f"{program.name}: {program.summary}",
        ["", "collector on, ms", "times ours", "collector off, ms", "times ours"],
    )
    for peer in peers:
        row = [f"{peer.name} {peer.version}"]
        for on in (True, False):
            row += [1e3 * seconds[on][peer.name], seconds[on][peer.name] / seconds[on][ours]]
        table.rows.append(row)
    report.tables.append(table)
    if program.name == "chain" and MICROGRAD in seconds[True]:
        for on, demand in ((True, 12.0), (False, 2.0)):
            ratio = seconds[on][MICROGRAD] / seconds[on][ours]
            state = "on" if on else "off"
            report.targets.append(
                Target(
                    f"chain, collector {state}: at least {demand:g} times as fast as micrograd", ratio, ratio >= demand
                )
            )


def time_sizes(sizes: Sequence[int], effort: Effort, report: Report) -> None:
    """Time per node of one chain without branches, from small to large."""
    (ours,), _ = load([OURS])
    table = Table(
        "scaling: time per node of one unbranched chain of multiply-adds (leaves, forward, backward, free)",
        ["nodes", "collector on, ns", "collector off, ns"],
    )
    seconds = {}
    for on in (True, False):
        with collector(on):
            for size in sizes:
                program = chain(branches=1, length=size // 2)
                runs = max(1, min(1000, 200_000 // size))  # a thousand nodes take too short to be timed once
                times = interleaved({"": partial(program.run, ours)}, Effort(effort.turns, runs))
                seconds[on, size] = times[""] / size
    for size in sizes:
        table.rows.append([f"{size:,}", 1e9 * seconds[True, size], 1e9 * seconds[False, size]])
    table.notes += [
        "Larger graphs do not fit the processor's caches. With the collector on, graphs of more than about 30,000 nodes",
        "also pay for full collections: they visit all that is alive, again whenever it has grown by a quarter.",
    ]
    report.tables.append(table)


def measure_memory(nodes: int, peers: Sequence[str], report: Report) -> None:
    """Bytes per node beside micrograd."""
    table = Table(
        f"memory: bytes per node of a chain of {nodes:,} nodes, each figure from a process of its own",
        ["", "allocated, forward", "and backward", "resident, forward", "and backward"],
    )
    for peer in peers:
        row = [peer]
        for way in ("tracemalloc", "resident"):
            row += memory.bytes_per_node(peer, nodes, way)
        table.rows.append(row)
        if peer == OURS:
            report.targets.append(
                Target("at most 220 allocated bytes per node, gradients included", row[2], row[2] <= 220.0)
            )
    report.tables.append(table)


IMPORT = """
import json, sys, time
start = time.perf_counter()
import autograd_core
seconds = time.perf_counter() - start
print(json.dumps([seconds, "numpy" in sys.modules]))
"""


def time_import(repeats: int, report: Report) -> None:
    """The time of ``import autograd_core`` in fresh processes, and whether it loads NumPy."""

    def once() -> tuple[float, bool]:
        done = subprocess.run(
            [sys.executable, "-c", IMPORT], cwd=memory.ROOT, capture_output=True, text=True, check=True
        )
        seconds, numpy = json.loads(done.stdout)
        return seconds, numpy

    once()  # writes the bytecode
    measured = [once() for _ in range(repeats)]
    milliseconds = 1e3 * median(seconds for seconds, _ in measured)
    numpy = any(numpy for _, numpy in measured)
    report.tables.append(
        Table(
            "import: import autograd_core in a fresh process",
            ["", "measured"],
            [["milliseconds", milliseconds], ["loads NumPy", "yes" if numpy else "no"]],
        )
    )
    report.targets.append(
        Target("import in less than 50 ms, without NumPy", milliseconds, milliseconds < 50.0 and not numpy)
    )


PROGRAMS = {
    "chain": "branches of multiply-adds that share their weights",
    "shared": "a random graph",
    "mlp": "a training step of a small network, with the weighted sum of each library",
    "mlp-sums": "the same with weighted sums written as sums of products",
}
PARTS = {
    **PROGRAMS,
    "scaling": "time per node, from a thousand nodes to a million",
    "memory": "bytes per node",
    "import": "the time of the import",
}


def run(
    parts: Iterable[str] = tuple(PARTS),
    peers: Sequence[str] = EAGER,
    effort: Effort = DEFAULT,
    small: bool = False,
    show: Callable[[object], None] = print,
) -> Report:
    """Measure `parts` beside `peers`, and `show` each table when it is complete."""
    loaded, missing = load([OURS, *(peer for peer in peers if peer != OURS)])
    report = Report(environment())
    show(" · ".join(report.environment.values()))
    show(
        "The garbage collector is on as users run it (never called within a burst of runs), or off; who is timed, and for what:"
    )
    for peer in loaded:
        show(f"  {peer.name} {peer.version}: {peer.timed}")
    for name, reason in missing.items():
        show(f"  {name} is skipped: {reason}")
        report.skipped[name] = reason
    shown = 0
    for part in parts:
        if part in PROGRAMS:
            time_program(next(p for p in programs(small) if p.name == part), loaded, effort, report)
        elif part == "scaling":
            time_sizes((100, 1_000) if small else (1_000, 10_000, 100_000, 1_000_000), effort, report)
        elif part == "memory":
            here = [OURS] + [MICROGRAD] * any(peer.name == MICROGRAD for peer in loaded)
            measure_memory(4_000 if small else 100_000, here, report)
        elif part == "import":
            time_import(effort.turns, report)
        for table in report.tables[shown:]:
            show(f"\n{table}")
        shown = len(report.tables)
    if report.targets and not small:
        show("\ntargets (on a machine that does nothing else)")
        for target in report.targets:
            show(target)
    return report
