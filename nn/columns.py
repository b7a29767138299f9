"""What the columns of a table hold, and the table as numbers: one pass recognises the columns, a second one reads.

Memory is bounded: 8 bytes per cell of the rows that are kept, and a limited number of categories per column.
"""

import random
from array import array
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from math import nan

from .tables import Row, Table, TableError

MISSING = ("", "na", "n/a", "nan", "null", "none", "?", "-", "#n/a")
"""What stands for a missing value, in small letters."""

MAX_CATEGORIES = 50
MAX_CLASSES_OF_NUMBERS = 10
SPURIOUS = 0.1
"""A column of numbers may be meant where at most this share of its cells is text."""


@dataclass(frozen=True)
class Column:
    """A column: a number in each row, or one of some texts.

    Attributes
    ----------
    name
        What its header says.
    categories
        The texts that occur, sorted; None for numbers.
    """

    name: str
    categories: list[str] | None = None

    @property
    def kind(self) -> str:
        """``"number"`` or ``"text"``."""
        return "number" if self.categories is None else "text"


@dataclass
class Seen:
    """What one pass has seen of a column."""

    name: str
    numbers: int = 0
    missing: int = 0
    texts: int = 0
    whole: bool = True
    counts_rows: bool = True
    first_text: tuple[Row, int] | None = None
    values: Counter[str] = field(default_factory=Counter)
    overflow: bool = False

    @property
    def present(self) -> int:
        """The number of cells that hold something."""
        return self.numbers + self.texts


@dataclass(frozen=True)
class Survey:
    """What the first pass found: every column by name, and the number of rows."""

    seen: dict[str, Seen]
    n_rows: int


def survey(table: Table, missing: Collection[str] = MISSING, max_categories: int = MAX_CATEGORIES) -> Survey:
    """Look through the whole table once.

    Parameters
    ----------
    table
        The table.
    missing
        What stands for a missing value, in small letters.
    max_categories
        How many different values of a column to remember.

    Raises
    ------
    TableError
        Where a row cannot be read.
    """
    all_seen = [Seen(name) for name in table.names]
    n_rows = 0
    for row in table:
        n_rows += 1
        for position, (seen, cell) in enumerate(zip(all_seen, row.cells, strict=True)):
            number = table.number(cell)
            text = cell.strip()
            if number is not None:
                seen.numbers += 1
                seen.whole = seen.whole and number.is_integer()
                seen.counts_rows = seen.counts_rows and number - row.number in (0.0, -1.0)
            elif text.lower() in missing:
                seen.missing += 1
                continue
            else:
                seen.texts += 1
                seen.first_text = seen.first_text or (row, position)
            if text in seen.values or len(seen.values) < max_categories:
                seen.values[text] += 1
            else:
                seen.overflow = True
    return Survey({seen.name: seen for seen in all_seen}, n_rows)


def recognise(table: Table, seen: Seen, as_text: Collection[str] = ()) -> Column:
    """The column that was seen: numbers if all its cells are, else categories.

    Raises
    ------
    TableError
        If nearly all cells are numbers, so that the others may be slips, or there are too many different texts.
    """
    if not seen.texts and seen.name not in as_text:
        return Column(seen.name)
    if seen.first_text is not None and seen.name not in as_text and seen.texts <= SPURIOUS * seen.present:
        row, position = seen.first_text
        others = "the other is a number" if seen.present == 2 else f"{seen.numbers} of the others are"
        raise TableError(
            f"{table.place(row, position)}: {row.cells[position]!r:.60} is no number, but {others}: correct it, say "
            f"--missing-marks {row.cells[position].strip()!r:.60} if it stands for a missing value, or "
            f"--text {seen.name} if the column holds categories"
        )
    if seen.overflow:
        place = table.place(*seen.first_text) if seen.first_text else f"{table.path}, column {seen.name!r}"
        raise TableError(
            f"{place}: the column has more than {len(seen.values)} different texts, too many for categories: leave it "
            f"out with --drop {seen.name}, or say --max-categories; if these are numbers, --decimal comma or point"
        )
    if seen.texts:
        return Column(seen.name, sorted(seen.values))
    return Column(seen.name, sorted(seen.values, key=lambda text: (table.number(text), text)))


def is_classification(seen: Seen) -> bool:
    """Whether a target column reads like classes: texts, or few whole numbers that come again and again."""
    few = not seen.overflow and len(seen.values) <= min(MAX_CLASSES_OF_NUMBERS, seen.present / 4)
    return bool(seen.texts) or (seen.whole and few)


@dataclass(frozen=True)
class Reader:
    """Turns the cells of a row into numbers: a category becomes its index, a missing value nan.

    Attributes
    ----------
    table
        The table.
    columns
        Which columns to read, in which order.
    missing
        What stands for a missing value.
    unseen
        What becomes of a category that is not known: ``"error"``, or ``"ignore"``, which gives −1.
    refuse_missing
        Whether a missing value is an error.
    """

    table: Table
    columns: Sequence[Column]
    missing: Collection[str] = MISSING
    unseen: str = "error"
    refuse_missing: bool = False
    positions: list[int] = field(init=False)
    indices: list[dict[str, float] | None] = field(init=False)

    def __post_init__(self) -> None:
        indices = [
            None if column.categories is None else {text: float(i) for i, text in enumerate(column.categories)}
            for column in self.columns
        ]
        object.__setattr__(self, "positions", [self.table.column(column.name) for column in self.columns])
        object.__setattr__(self, "indices", indices)

    def read(self, row: Row) -> list[float]:
        """The numbers of a row.

        Raises
        ------
        TableError
            For text in a column of numbers, for an unknown category, and for a missing value if that is refused.
        """
        numbers = []
        for position, index in zip(self.positions, self.indices, strict=True):
            cell = row.cells[position]
            found = self.table.number(cell) if index is None else index.get(cell.strip())
            if found is None:
                text = cell.strip()
                if text.lower() in self.missing and not self.refuse_missing:
                    found = nan
                elif index is not None and self.unseen == "ignore":
                    found = -1.0
                else:
                    raise TableError(f"{self.table.place(row, position)}: {self._fault(text, index)}")
            numbers.append(found)
        return numbers

    def _fault(self, text: str, index: dict[str, float] | None) -> str:
        if text.lower() in self.missing:
            return "the value is missing: fill it in, or train with --missing median, mean or drop"
        if index is None:
            return f"expected a number, as when the model was trained, got {text!r:.60}"
        known = ", ".join(map(repr, list(index)[:8])) + (", …" if len(index) > 8 else "")
        return (
            f"the category {text!r:.60} did not occur when the model was trained; known are {known}: correct it, or "
            "say --unseen ignore to count it as none of them"
        )


def read(reader: Reader, n_rows: int, max_rows: int | None, seed: int) -> "array[float]":
    """The numbers of all rows, or of `max_rows` drawn at random, one row behind the other.

    Raises
    ------
    TableError
        If a row cannot be read, or the file has changed since its rows were counted.
    """
    chosen = None
    if max_rows is not None and max_rows < n_rows:
        chosen = set(random.Random(seed).sample(range(1, n_rows + 1), max_rows))
    numbers = array("d")
    count = 0
    for row in reader.table:
        count += 1
        if chosen is None or row.number in chosen:
            numbers.extend(reader.read(row))
    if count != n_rows:
        raise TableError(f"{reader.table.path} was changed while it was read: {n_rows} rows, then {count}")
    return numbers
