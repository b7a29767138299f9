"""What is written out from the table of primitives: the signatures for editors and mypy, and the table in the docs.

``python -m autograd_core.generate`` rewrites both files in a checkout; a test holds them to the table.
"""

from pathlib import Path

from .domains import Interval
from .primitives import TABLE
from .row import Primitive
from .symbolic import SYMBOLS, Symbol, formula, trace

HEADER = '''"""Generated from the table of primitives by `python -m autograd_core.generate`: do not edit."""

from collections.abc import Callable, Iterable
from typing import overload

from .value import Number, Value

'''


def signatures() -> str:
    """The text of `operations.pyi`: the overloads of every function, and the methods of `Value`."""
    functions = [line for row in TABLE.values() for line in _overloads(row)]
    methods = [f"    {line}" for row in TABLE.values() if not row.variadic for line in _method(row)]
    return "\n".join([HEADER + "\n".join(functions), "", "class Methods:", *methods, ""])


def _overloads(row: Primitive) -> list[str]:
    """Numbers in give a number out; the first operand that is a Value makes the result one."""
    if row.name == "where":
        choices = [["bool", "float | Callable[[], float]", "float | Callable[[], float]", "float"],
                   ["bool", "Value | Callable[[], Value]", "Number | Callable[[], Number]", "Value"],
                   ["bool", "float | Callable[[], float]", "Value | Callable[[], Value]", "Value"]]  # fmt: skip
    elif row.variadic:
        count = len(row.parameters)
        kinds = ["Iterable[{}]"] * min(count, 2) + ["{}"] * (count - 2)
        choices = [[kind.format("float") for kind in kinds] + ["float"],
                   [kind.format("Number") for kind in kinds] + ["Value"]]  # fmt: skip
    else:
        count = len(row.parameters)
        choices = [["float"] * count + ["float"]]
        choices += [["float"] * i + ["Value"] + ["Number"] * (count - i - 1) + ["Value"] for i in range(count)]
    lines = []
    for number, (*kinds, result) in enumerate(choices):
        # of a sequence of floats both overloads could be meant; the first is
        note = "  # type: ignore[overload-overlap]" if row.variadic and number == 0 else ""
        lines += ["@overload", f"def {row.name}({_parameters(row, kinds)}) -> {result}: ...{note}"]
    return lines


def _parameters(row: Primitive, kinds: list[str]) -> str:
    """``x: Value, slope: Number = 0.01``, without a default in front of an operand that must be a Value."""
    defaults = dict(zip(row.parameters[len(row.parameters) - len(row.defaults) :], row.defaults, strict=True))
    parts = []
    for i, (name, kind) in enumerate(zip(row.parameters, kinds, strict=True)):
        optional = name in defaults and "Value" not in kinds[i:]
        parts.append(f"{name}: {kind}" + (f" = {defaults[name]!r}" if optional else ""))
    return ", ".join(parts)


def _method(row: Primitive) -> list[str]:
    """The method of `Value`, whose first operand is the Value itself."""
    if row.name == "where":
        return ["def where(self, condition: bool, otherwise: Number) -> Value: ..."]
    rest = _parameters(row, ["Value"] + ["Number"] * (len(row.parameters) - 1)).split(", ")[1:]
    return [f"def {row.name}({', '.join(['self', *rest])}) -> Value: ..."]


def reference() -> str:
    """The table of primitives as Markdown, for the documentation."""
    lines = [
        "# The table of primitives",
        "",
        "Generated from `autograd_core/primitives.py` by `python -m autograd_core.generate`.",
        "Derivatives are those by each operand, of a sequence by its first entry; `out` is the result, and `UNSELECTED`",
        "the derivative by an operand that was not taken. Accuracy is the promised worst error in units in the last",
        "place, of the value and of each derivative.",
        "",
        "| operation | what it is | domain | derivatives | accuracy |",
        "|---|---|---|---|---|",
    ]
    for row in TABLE.values():
        call = f"`{row.name}({', '.join(row.parameters)})`"
        symbol = f" `{row.symbol}`" if row.symbol != row.name else ""
        domain = ", ".join(map(_domain, row.domain))
        cells = [call + symbol, row.summary, domain, "<br>".join(map("`{}`".format, derivatives(row))), f"{row.ulp:g}"]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    lines += [
        "",
        "## Rows with a better formula than the textbook's",
        "",
        "The derivatives above are those of textbooks. These rows compute them in another way, for the reason given.",
        "",
        "| operation | what the textbook's formula loses |",
        "|---|---|",
    ]
    for row in TABLE.values():
        if row.reason:
            lines.append(f"| `{row.name}` | {row.reason.replace('|', chr(92) + '|')} |")
    return "\n".join([*lines, ""])


def derivatives(row: Primitive) -> list[str]:
    """The textbook partials of `row` as text, one per argument; one per sequence, by its first entry, for a variadic row."""
    if not row.variadic:
        return [formula(trace(rule, (*row.parameters, "out"))) for rule in row.textbook]
    sequences, numbers = row.parameters[:2], row.parameters[2:]
    entries = [[Symbol(f"{name.removesuffix('s')}{i}") for i in (1, 2, 3)] for name in sequences]
    (rule,) = row.textbook
    partials = rule(SYMBOLS, *entries, *map(Symbol, numbers), Symbol("out"))
    count = 3 * len(sequences)
    return [formula(partial) for partial in (*partials[:count:3], *partials[count:])]


def _domain(interval: Interval) -> str:
    """An interval as mathematics writes it."""
    text = str(interval).replace("(-inf, inf)", "ℝ").replace("inf", "∞")
    return text.replace("-", "−")  # no line breaks after it


def write(root: Path) -> None:
    """Write the generated files of the checkout at `root`."""
    (root / "autograd_core" / "operations.pyi").write_text(signatures(), encoding="utf-8")
    (root / "docs").mkdir(exist_ok=True)
    (root / "docs" / "primitives.md").write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).resolve().parent.parent)
