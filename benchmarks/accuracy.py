"""The suite `accuracy`: the worst errors of values and derivatives, against rigorous interval arithmetic.

Points cover all finite doubles, subnormals included, and crowd around everything special: kinks, zeros, thresholds of
overflow and underflow. Every library gets the same ones. Errors are in units in the last place (ulp) of the true result,
or, where that is a sum of several terms that cancel, of the largest of them. Needs python-flint (``pip install '.[test]'``).
"""

import math
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd_core.primitives import TABLE
from autograd_core.row import Primitive

from . import elementwise
from .harness import Report, Table, Target, environment

PEERS = tuple(elementwise.LIBRARIES)
PARTS = {
    "rows": "every operation: the value and all partials, eager and compiled, beside other libraries",
    "second": "second derivatives of every operation, relative errors, in all four combinations of modes; likewise",
    "losses": "the losses of nn and their gradients; likewise",
    "programs": "random programs of 10 to 50 operations: value and gradient in rigorous balls",
}
POINTS = 2_000
FEWER = {"rows": 1, "second": 10, "losses": 10, "programs": 20}
"""By what the number of points is divided in each part: it takes longer there."""

OURS, COMPILED = "eager", "compiled"


def run(
    parts: Iterable[str] = tuple(PARTS),
    peers: Sequence[str] = PEERS,
    points: int = POINTS,
    operations: Sequence[str] = (),
    seed: int = 0,
    document: Path | None = None,
    small: bool = False,
    show: Callable[[object], None] = print,
) -> Report:
    """Measure `parts`, and `show` each table when it is complete.

    Parameters
    ----------
    points
        How many points each operation is measured at; the slower parts take fewer.
    operations
        Names of rows; all by default.
    seed
        Other numbers give other points.
    document
        A Markdown file whose tables are replaced by those measured.
    small
        A few points and no compiled code: shows that everything runs.
    """
    report = Report(environment())
    show(" · ".join(report.environment.values()))
    libraries, report.skipped = elementwise.load([peer for peer in peers if peer != "autograd_core"])
    for name, reason in report.skipped.items():
        show(f"  {name} is skipped: {reason}")
    rows = [TABLE[name] for name in operations] if operations else list(TABLE.values())
    for part in parts:
        count = max(1, (20 if small else points) // FEWER[part])
        start = time.perf_counter()
        if part == "rows":
            table = measure_rows(rows, libraries, count, seed, not small, report)
        elif part == "second":
            table = measure_second_derivatives(rows, libraries, count, seed, not small, report)
        elif part == "losses":
            table = measure_losses(libraries, count, seed, not small, report)
        else:
            table = check_random_programs(count, seed, report)
        table.notes.append(f"{time.perf_counter() - start:,.0f} s; seed {seed}")
        report.tables.append(table)
        show(f"\n{table}")
        if document and part in DOCUMENTED:
            text = document.read_text(encoding="utf-8")
            document.write_text(with_table(text, part, DOCUMENTED[part](table)), encoding="utf-8")
    show("")
    for target in report.targets:
        show(target)
    return report


def measure_rows(
    rows: Sequence[Primitive],
    libraries: Sequence[elementwise.Library],
    count: int,
    seed: int,
    with_compiled: bool,
    report: Report,
) -> Table:
    """The table of all operations."""
    from tests.accuracy.engine import eager, native
    from tests.accuracy.measure import LOST, Evaluator, labels, limit_of, measure
    from tests.accuracy.sampling import points

    theirs = {library.name: _of_row(library.evaluate) for library in libraries}
    systems: dict[str, Evaluator] = _systems(eager, native if with_compiled else None, theirs)
    table = Table(
        f"rows: the worst error in ulp at {count:,} points per operation",
        ["", "result", "limit", *systems, "worst point of ours"],
    )
    exceeded, lost = [], dict.fromkeys(systems, 0)
    for row in rows:
        worst = measure(row, points(row, count, seed), systems)
        for name in labels(row):
            found = {system: worst[system, name] for system in systems}
            cells = [ulps(w.error, w.normal) if w.point else "–" for w in found.values()]
            table.rows.append(
                [row.name if name == "value" else "", name, f"{row.ulp:g}", *cells, place(found[OURS].point)]
            )
            exceeded += [f"{row.name} {name} {s}" for s in _ours(systems) if found[s].error > limit_of(row, s)]
        for system in systems:
            lost[system] += any(w.normal >= LOST for (s, _), w in worst.items() if s == system)
    table.notes += [
        "a / b: over all doubles / where operands and result are normal numbers. all: every digit is wrong somewhere.",
        "–: the library has no such function. Compiled sums of n terms may be off by n/2 ulp more.",
        "Operations with every digit wrong somewhere, normal numbers alone: "
        + ", ".join(f"{system} {number}" for system, number in lost.items()),
    ]
    text = f"operations beyond their stated limit{': ' + ', '.join(exceeded) if exceeded else ''}"
    report.targets.append(Target(text, len(exceeded), not exceeded))
    return table


def _systems(eager: Any, compiled: Any, theirs: dict[str, Any]) -> dict[str, Any]:
    """All that are measured, by name, ours first; `compiled` may be None."""
    return {OURS: eager} | ({COMPILED: compiled} if compiled else {}) | theirs


def _ours(systems: Iterable[str]) -> list[str]:
    """Those of `systems` that are ours."""
    return [system for system in systems if system in (OURS, COMPILED)]


def _of_row(
    evaluate: Callable[[str, Sequence[elementwise.Point]], list[Any]],
) -> Callable[[Primitive, Sequence[elementwise.Point]], list[Any]]:
    return lambda row, batch: evaluate(row.name, batch)


def ulps(error: float, normal: float | None = None) -> str:
    """An error for readers; `normal` is the one at normal numbers, which is told where it is much better."""
    from tests.accuracy.measure import LOST

    if error >= LOST:
        text = "all"
    elif error < 100.0:
        text = f"{error:.2f}" if error else "0"
    else:
        text = f"{error:.0e}".replace("e+0", "e").replace("e+", "e")
    if normal is None or normal > 0.01 * error or error < 100.0 or ulps(normal) == text:
        return text
    return f"{text} / {ulps(normal)}"


def place(point: Sequence[Any]) -> str:
    """A point for readers: enough digits to find it."""
    text = ", ".join(f"{x:.6g}" if isinstance(x, float) else str(x) for x in point)
    return text if len(text) <= 40 else text[:39] + "…"


def markdown(table: Table) -> str:
    """The table of operations for the documentation: one line for each, with the worst of its results."""
    systems = table.columns[3:-1]
    lines = [f"| operation | limit | {' | '.join(systems)} |", "|---|" + "---|" * (len(systems) + 1)]
    rows: dict[str, list[list[str]]] = {}
    for name, _, limit, *cells, _ in table.rows:
        if name:
            rows[name] = [[limit] for _ in systems]
        for worst, cell in zip(rows[name or list(rows)[-1]], cells, strict=True):
            worst.append(cell)
    for name, columns in rows.items():
        lines.append(f"| `{name}` | {columns[0][0]} | {' | '.join(_worst(column[1:]) for column in columns)} |")
    return "\n".join(["", *lines, "", _sentence(table.title.split(": ")[1]), ""])


def _worst(cells: Sequence[str]) -> str:
    """The largest figures of several cells of the table, over all doubles and at normal numbers."""
    everywhere = max((cell.split(" / ")[0] for cell in cells), key=_size)
    normal = max((cell.split(" / ")[-1] for cell in cells), key=_size)
    return (
        everywhere if everywhere == normal or _size(normal) > 0.01 * _size(everywhere) else f"{everywhere} / {normal}"
    )


def _size(text: str) -> float:
    """A figure of the table as a number."""
    from tests.accuracy.measure import LOST

    return LOST if text == "all" else -1.0 if text == "–" else float(text)


def markdown_second(table: Table) -> str:
    """The table of second derivatives for the documentation: operations where they are more than zeros."""
    systems = table.columns[1:-1]
    lines = [f"| operation | {' | '.join(systems)} |", "|---|" + "---|" * len(systems)]
    lines += [f"| `{name}` | {' | '.join(cells)} |" for name, *cells, _ in table.rows if set(cells) - {"0", "–"}]
    notes = [_sentence(text) for text in (table.title.split(": ")[1], *table.notes[:2])]
    return "\n".join(["", *lines, "", *notes, ""])


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


DOCUMENTED = {"rows": markdown, "second": markdown_second}
"""The parts that have a table in the documentation, between marks."""


def marks(part: str) -> tuple[str, str]:
    """The lines before and after the table of a part in the documentation."""
    return f"<!-- the table of {part} begins -->", f"<!-- the table of {part} ends -->"


def with_table(text: str, part: str, table: str) -> str:
    """`text` with `table` between the marks of `part`."""
    begin, end = marks(part)
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    if not after:
        raise ValueError(f"the document has no lines {begin} and {end}")
    return f"{before}{begin}\n{table}\n{end}{after}"


def measure_second_derivatives(
    rows: Sequence[Primitive],
    libraries: Sequence[elementwise.Library],
    count: int,
    seed: int,
    with_compiled: bool,
    report: Report,
) -> Table:
    """The table of second derivatives."""
    from tests.accuracy.engine import eager_second, native_second
    from tests.accuracy.second import LIMIT, RANGE, SecondEvaluator, measure_second

    theirs = {library.name: _of_row(library.second_derivatives) for library in libraries}
    systems: dict[str, SecondEvaluator] = _systems(eager_second, native_second if with_compiled else None, theirs)
    table = Table(
        f"second derivatives: the worst relative error at {count:,} points per operation",
        ["", *systems, "worst point of ours"],
    )
    found = {row.name: measure_second(row, count, systems, seed) for row in rows}
    for name, worst in found.items():
        cells = [relative(w.error) if w.point else "–" for w in worst.values()]
        table.rows.append([name, *cells, place(worst[OURS].point)])

    def beyond(limit: float) -> str:
        return ", ".join(f"{s} {sum(worst[s].error > limit for worst in found.values())}" for s in systems)

    table.notes += [
        f"operations off by more than {LIMIT:.0e} somewhere: {beyond(LIMIT)}",
        f"operations where no digit is right somewhere (all): {beyond(NO_DIGIT)}",
        f"Operands from {1 / RANGE:.0e} to {RANGE:.0e} in magnitude. At zeros of a sum, relative to its terms.",
        "Points take turns: reverse over reverse, forward over reverse, reverse over forward, forward over forward.",
    ]
    for system in _ours(systems):
        largest = max(worst[system].error for worst in found.values())
        text = f"second derivatives, {system}: the worst relative error, in 1e-12"
        report.targets.append(Target(text, largest / LIMIT, largest <= LIMIT))
    return table


NO_DIGIT = 0.5
"""From this relative error on, no digit is right."""


def relative(error: float) -> str:
    """A relative error for readers."""
    return "all" if error >= NO_DIGIT else f"{error:.1e}" if error else "0"


def measure_losses(
    libraries: Sequence[elementwise.Library], count: int, seed: int, with_compiled: bool, report: Report
) -> Table:
    """The table of losses."""
    from tests.accuracy.losses import LOSSES, LossEvaluator, eager, measure_loss, native, one_by_one

    theirs = {library.name: one_by_one(library.loss) for library in libraries}
    systems: dict[str, LossEvaluator] = _systems(eager, native if with_compiled else None, theirs)
    table = Table(
        f"losses: the worst error in ulp at {count:,} points per loss",
        ["", "result", "limit", *systems, "worst point of ours"],
    )
    largest = dict.fromkeys(systems, 0.0)
    for name, case in LOSSES.items():
        worst = measure_loss(name, count, systems, seed)
        for result in ("value", "gradient"):
            found = {system: worst[system, result] for system in systems}
            cells = [ulps(w.error, w.normal) for w in found.values()]
            label = name if result == "value" else ""
            table.rows.append([label, result, f"{case.ulp:g}", *cells, place(found[OURS].point)])
            largest = {system: max(most, found[system].error / case.limit(system)) for system, most in largest.items()}
    table.notes += [
        "Losses on probabilities get probabilities between 2**-1000 and 1 - 2**-53.",
        "Compiled sums over n outputs may be off by n/2 ulp more.",
    ]
    for system in _ours(systems):
        text = f"losses, {system}: the worst error, in limits"
        report.targets.append(Target(text, largest[system], largest[system] <= 1.0))
    return table


def check_random_programs(count: int, seed: int, report: Report) -> Table:
    """The corpus of random programs."""
    from tests.accuracy.programs import check_programs

    first = random.Random(f"corpus {seed}").randrange(10**9) if seed else 0
    corpus = check_programs(range(first, first + count))
    widths = sorted(corpus.widths)
    rows: Mapping[str, Any] = {
        "programs": f"{corpus.programs:,}",
        "decided (the others run too close to a kink or a pole)": f"{corpus.checked:,}",
        "operations in all": f"{corpus.nodes:,}",
        "operations of the table that occurred": f"{len(corpus.operations)} of {len(TABLE)}",
        "gradients outside of their balls": "0",
        "radius of a ball, relative to the gradient: median": f"{widths[len(widths) // 2]:.0e}",
        "and in 90 of 100 cases at most": f"{widths[math.ceil(0.9 * len(widths)) - 1]:.0e}",
    }
    table = Table(
        f"programs {first} to {first + count - 1}", ["", "found"], [[name, number] for name, number in rows.items()]
    )
    report.targets.append(Target("random programs outside of their balls", 0, True))
    return table
