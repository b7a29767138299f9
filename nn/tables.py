"""CSV files, read row by row with Python's own `csv`: any number of rows in the same little memory.

Delimiter, decimal sign, header and a byte-order mark are recognised from the first rows, or told. What cannot be read
is refused with the file, the row and the column. Rows are counted from 1 after the header.
"""

import codecs
import csv
import math
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from .console import counted

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
"""What may part the cells, with a word for each."""

NO_ENCODINGS_OF_FILES = ("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")
"""Codecs for texts that Python has for other purposes."""

SAMPLE_BYTES = 1 << 18
SAMPLE_ROWS = 200
LONGEST_ROW = 10_000_000
"""How many characters a row may have: no file can claim more memory."""

PLAIN = re.compile(r"[+-]?(\d+[.]?\d*|[.]\d+)([eE][+-]?\d+)?", re.ASCII)
WITH_COMMA = re.compile(r"[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?", re.ASCII)
GROUPED = {
    ".": re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+([.]\d*)?", re.ASCII),
    ",": re.compile(r"[+-]?[1-9]\d{0,2}([.]\d{3})+(,\d*)?", re.ASCII),
}
"""Numbers with a sign between thousands, by their decimal sign."""

KINDS_OF_BINARY = {
    b"PK\x03\x04": "a ZIP archive or an Excel or LibreOffice workbook: save its sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save its sheet as CSV",
    b"\x1f\x8b": "compressed with gzip: unpack it first",
    b"PAR1": "a Parquet file: convert it to CSV",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
}


class TableError(ValueError):
    """A table that cannot be used; the message names the file and, where there is one, the row and the column."""


@dataclass(frozen=True)
class Row:
    """One row of a table: its number, counted from 1, the line of the file that it ends on, and its cells."""

    number: int
    line: int
    cells: list[str]


class Table:
    r"""A CSV file: what it is called, how it is written, and its rows, one pass after the other.

    Parameters
    ----------
    path
        The file.
    delimiter, decimal, encoding
        How it is written; None looks at the first rows. Without a mark at its start a file is UTF-8.
    header
        Whether the first line holds the names of the columns; None looks whether it reads like one. Columns without
        a name are called ``column1``, ``column2``, …

    Attributes
    ----------
    names
        Those of the columns.
    delimiter, decimal, encoding, header
        As given or recognised.

    Raises
    ------
    TableError
        If it is empty, binary, or in another encoding, or its header has gaps or doubles.
    OSError
        If it cannot be opened.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "plants.csv")
    ...     _ = path.write_text("height;colour\n1,5;red\n0,8;blue\n")
    ...     table = Table(path)
    ...     print(table.names, [table.number(row.cells[0]) for row in table])
    ['height', 'colour'] [1.5, 0.8]
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        delimiter: str | None = None,
        decimal: str | None = None,
        encoding: str | None = None,
        header: bool | None = None,
    ) -> None:
        self.path = Path(path)
        self.encoding = _encoding(self.path, encoding)
        sample = self._sample()
        self.delimiter = _delimiter(sample) if delimiter is None else delimiter
        try:
            rows = [row for row in islice(csv.reader(sample, delimiter=self.delimiter), SAMPLE_ROWS) if row]
        except csv.Error:  # told with its row when the rows are read
            rows = []
        self.decimal = _decimal(rows, self.delimiter) if decimal is None else decimal
        self.header = self._reads_like_a_header(rows) if header is None else header
        self.names: list[str] = []
        first = next(self._raw(), None)
        if first is None:
            raise TableError(f"{self.path} is empty: it has no row")
        self.names = (
            self._checked_header(first.cells) if self.header else [f"column{i}" for i in range(1, len(first.cells) + 1)]
        )
        if next(iter(self), None) is None:
            raise TableError(f"{self.path} has a header and no row below it")

    def __iter__(self) -> Iterator[Row]:
        """The rows below the header; each pass reads the file anew.

        Raises
        ------
        TableError
            At a row that has not one cell per column, or cannot be read.
        """
        width = len(self.names)
        for row in islice(self._raw(), int(self.header), None):
            if len(row.cells) != width:
                raise TableError(
                    f"{self.place(row)}: {counted(len(row.cells), 'cell')}, but there {'is' if width == 1 else 'are'} "
                    f"{counted(width, 'column')}: is a delimiter "
                    f"({DELIMITERS.get(self.delimiter, self.delimiter)}) or a quote missing or too many?"
                )
            yield row

    def place(self, row: Row, column: int | None = None) -> str:
        """Where a cell is, for errors: the file, the row and line, and the name of the column."""
        name = f", column {self.names[column]!r}" if column is not None else ""
        return f"{self.path}, row {row.number} (line {row.line}){name}"

    def number(self, cell: str) -> float | None:
        """The finite number that a cell holds; None if it holds something else."""
        return parse_number(cell, self.decimal)

    def column(self, name: str) -> int:
        """The position of the column of that name.

        Raises
        ------
        TableError
            If there is none: names the nearest one, and all.
        """
        if name in self.names:
            return self.names.index(name)
        from .lookup import unknown

        hint = "" if self.header else "; its first row reads like data: say --header if it holds the names"
        raise TableError(f"{self.path}: {unknown('column', name, self.names)}{hint}")

    def description(self) -> str:
        """How the file is written, in words."""
        parts = DELIMITERS.get(self.delimiter, repr(self.delimiter))
        sign = "comma" if self.decimal == "," else "point"
        names = "names in the first line" if self.header else "no names in the first line"
        return f"{parts} between cells, decimal {sign}, {names}, {self.encoding.removesuffix('-sig')}"

    # ------------------------------------------------------------------------------------------------------

    def _raw(self) -> Iterator[Row]:
        """All rows that are not blank, the header as row 0 if there is one."""
        number = 1 - int(self.header)
        taken = 0  # characters of the row that is being read

        def lines() -> Iterator[str]:
            nonlocal taken
            while line := file.readline(LONGEST_ROW):
                taken += len(line)
                if taken >= LONGEST_ROW:
                    raise TableError(
                        f"{self.path}, row {number}: it has more than {LONGEST_ROW} characters: is this a CSV file, or is "
                        "a quote missing?"
                    )
                yield line

        with self.path.open(newline="", encoding=self.encoding) as file:
            reader = csv.reader(lines(), delimiter=self.delimiter, strict=True)
            while True:
                taken = 0
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    raise TableError(
                        f"{self.path}, row {number} (line {reader.line_num}): {error}: is a quote missing or too many?"
                    ) from error
                except UnicodeDecodeError as error:
                    raise self._wrong_encoding(error) from error
                if len(cells) > 1 or (cells and cells[0].strip()):
                    yield Row(number, reader.line_num, cells)
                    number += 1

    def _sample(self) -> list[str]:
        """The first lines; what cannot be decoded, or is too long, is told when the rows are read."""
        lines: list[str] = []
        size = 0
        try:
            with self.path.open(newline="", encoding=self.encoding, errors="replace") as file:
                while size < SAMPLE_BYTES and (line := file.readline(SAMPLE_BYTES)):
                    lines.append(line)
                    size += len(line)
        except UnicodeError as error:  # utf-16 without the mark that it begins with
            raise TableError(
                f"{self.path} is not {self.encoding} ({error}): say how the file is written, such as --encoding utf-16-le"
            ) from error
        return lines

    def _wrong_encoding(self, error: UnicodeDecodeError) -> TableError:
        """The error that names the line of the first byte that cannot be decoded."""
        place = str(self.path)
        if not self.encoding.startswith(("utf-16", "utf-32")):
            with self.path.open("rb") as file:
                for line, text in enumerate(file, 1):
                    try:
                        text.decode(self.encoding)
                    except UnicodeDecodeError as exact:
                        row = line - int(self.header)
                        where = f"row {row} (line {line})" if row else "header"
                        place += f", {where}, column {1 + text[: exact.start].count(self.delimiter.encode())}"
                        error = exact
                        break
        wrong = error.object[error.start : error.start + 1].hex()
        return TableError(
            f"{place}: the byte 0x{wrong} is not {self.encoding.removesuffix('-sig')}: say how the file is written, "
            "such as --encoding cp1252 (Windows) or --encoding latin-1"
        )

    def _reads_like_a_header(self, rows: Sequence[list[str]]) -> bool:
        """Whether the first row names the columns: it has no number, or text above numbers."""
        if not rows:
            return True
        first, rest = rows[0], rows[1:]
        if all(self.number(cell) is None for cell in first):
            return True
        return any(
            cell.strip()
            and self.number(cell) is None
            and 2 * sum(self.number(x) is not None for x in below) > len(below)
            for cell, *below in _columns([first, *rest])
        )

    def _checked_header(self, cells: Sequence[str]) -> list[str]:
        names = [cell.strip() for cell in cells]
        for position, name in enumerate(names, 1):
            if not name:
                raise TableError(
                    f"{self.path}, header, column {position}: it has no name: give it one, or say --no-header if the "
                    "first line is data"
                )
            if name in names[: position - 1]:
                raise TableError(
                    f"{self.path}, header: columns {names.index(name) + 1} and {position} are both called {name!r}: "
                    "rename one"
                )
        return names


def parse_number(cell: str, decimal: str = ".") -> float | None:
    """The finite number that a text stands for, with that decimal sign; None if it is none.

    A sign between thousands is understood; inf and nan are no numbers.

    Examples
    --------
    >>> parse_number(" -1.5e3 "), parse_number("1,234.5"), parse_number("1.234,5", ",")
    (-1500.0, 1234.5, 1234.5)
    >>> parse_number("1_000"), parse_number("inf"), parse_number("12 cm")
    (None, None, None)
    """
    text = cell.strip()
    if decimal == ",":
        if GROUPED[","].fullmatch(text):
            text = text.replace(".", "")
        elif "." in text:
            return None
        text = text.replace(",", ".")
    elif "," in text and GROUPED["."].fullmatch(text):
        text = text.replace(",", "")
    if not PLAIN.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def _encoding(path: Path, told: str | None) -> str:
    """How the file is encoded, by its first bytes; refuses what is no text."""
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES)
    if not start:
        raise TableError(f"{path} is empty: it has 0 bytes")
    for magic, kind in KINDS_OF_BINARY.items():
        if start.startswith(magic):
            raise TableError(f"{path} is no CSV file, but {kind}")
    if told is not None:
        try:
            name = codecs.lookup(told).name
            if name in NO_ENCODINGS_OF_FILES:
                raise LookupError
            "".encode(name)  # a LookupError for what is not for texts, such as zlib
        except (LookupError, ValueError) as error:
            raise TableError(f"{path}: there is no encoding {told!r}; usual ones: utf-8, cp1252, latin-1") from error
        return name
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in start:
        where = start.index(b"\0")
        raise TableError(
            f"{path} is no text, but binary: a zero byte in line {start[:where].count(10) + 1}: export it as CSV, or "
            "say --encoding utf-16-le if it is text of that kind"
        )
    return "utf-8-sig"


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter that parts most of the first rows like the very first one; if none parts that, one that parts least.

    Where several do, the comma comes last: it may be the decimal sign.
    """

    def score(delimiter: str) -> tuple[float, bool, int]:
        widths: list[int] = []
        with suppress(csv.Error):  # of a row, such as one whose quote is missing: those before it count
            for row in islice(csv.reader(lines, delimiter=delimiter), SAMPLE_ROWS):
                widths += [len(row)] if row else []
        if not widths or widths[0] == 1:
            return 0.0, False, widths.count(1)
        return widths.count(widths[0]) / len(widths), delimiter != ",", widths[0]

    return max(DELIMITERS, key=score)


def _decimal(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    """The decimal sign: a comma if there are numbers with one, and none with a point that is no thousands sign."""
    cells = [cell.strip() for row in rows[1:] or rows for cell in row]
    commas = [cell for cell in cells if WITH_COMMA.fullmatch(cell)]
    points = [cell for cell in cells if "." in cell and PLAIN.fullmatch(cell) and not GROUPED[","].fullmatch(cell)]
    if delimiter == ",":  # quoted cells: 1,234 may well be a thousand there
        commas = [cell for cell in commas if not GROUPED["."].fullmatch(cell)]
    return "," if commas and not points else "."


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """The cells of each column that are not blank, the first row's always."""
    for position, cell in enumerate(rows[0]):
        yield [cell, *(row[position] for row in rows[1:] if position < len(row) and row[position].strip())]
