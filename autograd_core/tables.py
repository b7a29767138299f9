"""Plain tables of text: for terminals (`text_table`) and notebooks (`html_table`)."""

from collections.abc import Sequence

Rows = Sequence[Sequence[str]]


def number(x: float, digits: int = 6) -> str:
    """`x` rounded to significant digits, with a true minus sign left to the reader: ``-0.00402287``, ``1.2e-16``."""
    return f"{x:.{digits}g}"


def text_table(rows: Rows, align: str, indent: str = "") -> str:
    """Rows of cells in columns two spaces apart; `align` has one of ``<`` and ``>`` per column.

    >>> print(text_table([("node", "value"), ("x", "2"), ("x*x", "4")], "<>"))
    node  value
    x         2
    x*x       4
    """
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(len(align))]
    lines = []
    for row in rows:
        cells = [f"{cell:{side}{width}}" for cell, side, width in zip(row, align, widths, strict=False)]
        lines.append((indent + "  ".join(cells)).rstrip())
    return "\n".join(lines)


def html_table(rows: Rows, align: str, caption: str = "", note: str = "") -> str:
    """The same rows as a plain HTML table; the first row is its head."""
    from html import escape

    sides = ["left" if side == "<" else "right" for side in align]

    def line(row: Sequence[str], tag: str) -> str:
        cells = [f'<{tag} style="text-align: {side}">{escape(cell)}</{tag}>'
                 for cell, side in zip(row, sides, strict=False)]  # fmt: skip
        return f"<tr>{''.join(cells)}</tr>"

    head, *body = rows
    return "\n".join([
        "<table>",
        *([f"<caption>{escape(caption)}</caption>"] if caption else []),
        f"<thead>{line(head, 'th')}</thead>",
        "<tbody>", *(line(row, "td") for row in body), "</tbody>", "</table>",
        *([f"<p>{escape(note)}</p>"] if note else []),
    ])  # fmt: skip
