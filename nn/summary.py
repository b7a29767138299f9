"""The table that `Module.summary` prints."""

from collections.abc import Sequence
from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table: a part of the model."""

    name: str
    kind: str
    shape: str
    matrix: str
    parameters: int


class Summary(str):
    """A text that a Python prompt and a notebook show as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


HEADER = ("", "kind", "in → out", "matrix", "parameters")


def table(title: str, rows: Sequence[Row], total: int) -> Summary:
    """`rows` in columns, under a title with the total number of parameters."""
    cells = [HEADER, *((row.name, row.kind, row.shape, row.matrix, f"{row.parameters:,}") for row in rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    lines = [f"{title}: {total:,} parameter{'' if total == 1 else 's'}"]
    for line in cells:
        texts = [cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=False)]
        lines.append("  ".join([*texts, line[-1].rjust(widths[-1])]).rstrip())
    return Summary("\n".join(lines))
