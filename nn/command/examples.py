"""The data of `python -m nn train`: a table or a set by name, as rows of numbers with what is known of them."""

import math
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import datasets
from ..columns import MISSING, Column, Reader, Seen, Survey, is_classification, read, recognise, survey
from ..console import counted
from ..lookup import unknown
from ..tables import Table, TableError

LEAST_ROWS = 10
LEAST_OF_A_CLASS = 3

SIZES = {
    "moons": {"n": 300, "noise": 0.15},
    "circles": {"n": 300, "noise": 0.08},
    "spirals": {"n": 400, "noise": 0.02},
    "xor": {"n": 200, "noise": 0.15},
    "curve": {"n": 200, "noise": 0.1},
}
"""How many points of the synthetic sets to make."""


@dataclass
class Examples:
    """What to learn.

    Attributes
    ----------
    name
        What to call it.
    columns, target
        The input columns and the target's.
    rows
        The numbers of the inputs; a category is its index, a missing value nan.
    y
        The targets: class indices, or numbers.
    classes
        The names of the classes; None for regression.
    marks
        What stands for a missing value.
    notes
        What was recognised, for people.
    """

    name: str
    columns: list[Column]
    target: str
    rows: Sequence[Sequence[float]]
    y: list[float | int]
    classes: list[str] | None
    marks: list[str]
    notes: list[str]

    @property
    def task(self) -> str:
        """``"classification"`` or ``"regression"``."""
        return "regression" if self.classes is None else "classification"


def examples_of(options: Namespace) -> Examples:
    """The examples that the command line asks for.

    Raises
    ------
    TableError
        For a table that cannot be used.
    ValueError
        For an unknown name.
    OSError
        If the file cannot be read.
    """
    names = [*datasets.BUNDLED, *datasets.SYNTHETIC]
    if options.data in names and not Path(options.data).is_file():
        return _of_dataset(options.data, options.seed)
    if not options.data.lower().endswith((".csv", ".tsv", ".txt")) and not Path(options.data).exists():
        raise ValueError(f"{unknown('data set', options.data, names)}; a file needs its whole name")
    return _of_table(options)


def table_of(path: Path, options: Namespace) -> Table:
    """The table at that path, written as the command line says."""
    return Table(
        path,
        delimiter=options.delimiter,
        decimal=options.decimal,
        encoding=options.encoding,
        header=options.header,
    )


def _of_dataset(name: str, seed: int) -> Examples:
    data = datasets.load(name, **({**SIZES[name], "seed": seed} if name in SIZES else {}))
    columns = [Column(feature) for feature in data.features]
    target = "class" if data.classes else "y"
    notes = [f"{counted(len(data), 'row')}, {counted(len(columns), 'column')} of numbers"]
    return Examples(name, columns, target, data.X, list(data.y), data.classes or None, [*MISSING], notes)  # type: ignore[arg-type]


def _of_table(options: Namespace) -> Examples:
    table = table_of(Path(options.data), options)
    marks = [*MISSING, *(mark.strip().lower() for mark in options.missing_marks)]
    if options.target is None:
        raise TableError(
            f"{table.path}: which column is to be predicted? Say --target with one of: {_some(table.names)}"
        )
    table.column(options.target)
    for name in (*options.drop, *options.text):
        table.column(name)
    if options.target in options.drop:
        raise TableError(f"{table.path}: the column {options.target!r} cannot be both the target and dropped")
    found = survey(table, marks, max(options.max_categories, 2))
    notes = [
        f"{table.path}: {table.description()}",
        f"{counted(found.n_rows, 'row')}, {counted(len(table.names), 'column')}",
    ]
    columns = _inputs(table, found, options, notes)
    target = _target(table, found.seen[options.target], options)
    reader = Reader(table, [*columns, target], marks, refuse_missing=options.missing == "error")
    if found.n_rows > options.max_rows:
        notes.append(f"{options.max_rows:,} of the {found.n_rows:,} rows, drawn at random, are used (--max-rows)")
    numbers = read(reader, found.n_rows, options.max_rows, options.seed)
    width = len(columns) + 1
    rows = [numbers[i : i + width] for i in range(0, len(numbers), width)]
    kept = [row for row in rows if not math.isnan(row[-1])]
    if len(kept) < len(rows):
        notes.append(f"left out: {counted(len(rows) - len(kept), 'row')} without a target")
    if options.missing == "drop":
        whole = [row for row in kept if not any(map(math.isnan, row))]
        if len(whole) < len(kept):
            notes.append(f"left out: {counted(len(kept) - len(whole), 'row')} with missing values")
        kept = whole
    if len(kept) < LEAST_ROWS:
        raise TableError(
            f"{table.path} has {counted(len(kept), 'row')} to learn from: at least {LEAST_ROWS} are needed"
        )
    y: list[float | int] = [row[-1] for row in kept]
    classes = target.categories
    if classes is not None:
        y = [int(label) for label in y]
        _check_classes(table, target, Counter(y))
    elif min(y) == max(y):
        raise TableError(f"{table.path}, column {target.name!r}: all targets are {y[0]:g}: there is nothing to learn")
    return Examples(Path(options.data).stem, columns, target.name, [row[:-1] for row in kept], y, classes, marks, notes)


def _inputs(table: Table, found: Survey, options: Namespace, notes: list[str]) -> list[Column]:
    """The columns to learn from; what is left out and what is conspicuous goes to the notes."""
    columns = []
    for name, seen in found.seen.items():
        if name == options.target or name in options.drop:
            continue
        if not seen.present:
            notes.append(f"column {name!r} is empty and left out")
            continue
        column = recognise(table, seen, options.text)
        columns.append(column)
        if column.categories is None and seen.counts_rows and seen.present > 2:
            notes.append(f"column {name!r} only counts the rows: it may be better left out, --drop {name}")
    if not columns:
        raise TableError(f"{table.path}: besides the target there is no column to learn from")
    texts = [f"{column.name} ({len(column.categories)})" for column in columns if column.categories is not None]
    notes.append(
        f"inputs: {counted(len(columns) - len(texts), 'column')} of numbers"
        + (f", {len(texts)} of texts: {_some(texts)}" if texts else "")
    )
    gaps = [(found.seen[c.name].missing, c.name) for c in columns if found.seen[c.name].missing]
    if gaps:
        named = _some([f"{name} ({count})" for count, name in sorted(gaps, reverse=True)])
        notes.append(f"missing values in {named}: policy {options.missing!r} (--missing)")
    return columns


def _target(table: Table, seen: Seen, options: Namespace) -> Column:
    """The target column: with categories for classification, without for regression."""
    if not seen.present:
        raise TableError(f"{table.path}, column {seen.name!r}: the target is missing in every row")
    if options.task == "regression" and seen.first_text is not None:
        row, position = seen.first_text
        raise TableError(f"{table.place(row, position)}: a regression needs numbers, got {row.cells[position]!r:.60}")
    chosen = options.task == "classification" or (options.task is None and is_classification(seen))
    as_classes = chosen or seen.name in options.text
    slips = bool(seen.texts) and options.task is None
    column = recognise(table, seen, [seen.name] if as_classes and not slips else [])
    if column.categories is not None and len(column.categories) < 2:
        raise TableError(
            f"{table.path}, column {seen.name!r}: there is one class only, {column.categories[0]!r}: there must be "
            "examples of at least two"
        )
    return column


def _check_classes(table: Table, target: Column, counts: Counter[float | int]) -> None:
    for index, label in enumerate(target.categories or []):
        if counts[index] < LEAST_OF_A_CLASS:
            raise TableError(
                f"{table.path}, column {target.name!r}: the class {label!r} has {counted(counts[index], 'example')}; at least "
                f"{LEAST_OF_A_CLASS} are needed, to learn from, to validate and to test with: add some, or remove it"
                + ("" if any(map(str.isalpha, label)) else "; if it is an amount, say --task regression")
            )


def _some(names: Sequence[str], shown: int = 6) -> str:
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {rest} more" if rest > 0 else "")
