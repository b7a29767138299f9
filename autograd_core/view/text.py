"""How a graph is put into words: numbers, operations, the roles of operands, and names that do not exist."""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from ..row import Primitive
from ..value import Value

SIGNS = {"*": "×", "-": "−"}
"""Operators whose printed form differs from the row's symbol."""
INFIX = ("+", "-", "*", "/", "%", "**")
WEIGHTED_SUM = "Σwᵢxᵢ+b"
NAMES = {"dot": WEIGHTED_SUM, "fsum": "Σ", "prod": "Π", "neg": "neg"}
"""What stands in a node in place of the operation's symbol."""
LONGEST_LABEL = 28
DASH = "–"
"""What stands for a gradient that no sweep has computed."""


def number(x: float | None, digits: int = 4) -> str:
    """`x` in few significant digits with a proper minus sign; a dash for None.

    >>> number(-2.150000001), number(1e-7), number(3.0), number(None)
    ('−2.15', '1e−7', '3', '–')
    """
    if x is None:
        return DASH
    if math.isnan(x):
        return "nan"
    if math.isinf(x):
        return "∞" if x > 0.0 else "−∞"
    text = f"{x:.{digits}g}"
    mantissa, e, exponent = text.partition("e")
    if e:
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", "−")


def visible(text: str, longest: int | None = None) -> str:
    """`text` on one line, without characters that no output format can hold, and cut to `longest` characters.

    >>> visible("a" + chr(0) + "b"), visible("long name", 5)
    ('a�b', 'long…')
    """
    clean = "".join([" " if c in "\t\n\r" else "�" if unicodedata.category(c) in _UNPRINTABLE else c for c in text])
    return clean if longest is None or len(clean) <= longest else clean[: longest - 1].rstrip() + "…"


_UNPRINTABLE = ("Cc", "Cf", "Cs", "Cn", "Co")  # control and format characters (they reorder text), lone surrogates


def constants(value: Value) -> list[tuple[str, float]]:
    """The operands of a node that are plain numbers, with their roles; those left at their default are not listed."""
    row = value.primitive
    if row is None or len(value.operands) == len(value.parents):
        return []
    names = roles(value)
    plain = [(names[i], x) for i, x in enumerate(value.operands) if not isinstance(x, Value)]
    if row.variadic:
        return [(role, x) for role, x in plain if not (role == "b" and x == 0.0)]
    defaults = dict(zip(row.parameters[len(row.parameters) - len(row.defaults) :], row.defaults, strict=True))
    return [(role, x) for role, x in plain if defaults.get(role) != x]


def operation(value: Value) -> str:
    """The operation of a node with its constants: ``×``, ``× 2``, ``**3``, ``tanh``, ``Σwᵢxᵢ+b``; empty for a leaf.

    >>> x = Value(3.0)
    >>> operation(x * x), operation(1.0 - x), operation(x**2.0), operation(x.leaky_relu(0.1)), operation(x.tanh())
    ('×', '1 −', '**2', 'leaky_relu(slope=0.1)', 'tanh')
    """
    row = value.primitive
    if row is None:
        return ""
    plain = constants(value)
    if row.name == "dot":
        return WEIGHTED_SUM if isinstance(value.operands[-1], Value) or value.operands[-1] else WEIGHTED_SUM[:-2]
    name = symbol(row)
    if not plain or row.variadic:
        return name
    if row.name == "where":
        return f"where({'true' if value.operands[0] else 'false'})"
    if row.symbol in INFIX and len(row.parameters) == 2:
        constant = number(plain[0][1], 6)
        if isinstance(value.operands[1], Value):
            return f"{constant} {name}"
        return f"**{constant}" if row.symbol == "**" else f"{name} {constant}"
    return f"{name}({', '.join(f'{role}={number(x, 6)}' for role, x in plain)})"


def constants_line(value: Value, most: int = 4) -> str:
    """The constants of a variadic node on a line of their own: ``x = 1, −2``; empty where `operation` shows them."""
    row, plain = value.primitive, constants(value)
    if row is None or not plain or not row.variadic:
        return ""
    shown: dict[str, list[str]] = {}
    for role, x in plain:
        shown.setdefault(role[0], []).append(number(x, 6))
    cut = {kind: texts[:most] + ["…"] * (len(texts) > most) for kind, texts in shown.items()}
    return "; ".join(f"{kind} = {', '.join(texts)}" for kind, texts in cut.items())


def symbol(row: Primitive) -> str:
    """The operation without operands: the row's symbol in print."""
    return NAMES.get(row.name) or SIGNS.get(row.symbol, row.symbol)


def roles(value: Value) -> list[str]:
    """The name of each operand in the row's formula: ``x, y``; ``w1, w2, x1, x2, b`` for a weighted sum."""
    row, n = value.primitive, len(value.operands)
    if row is None:
        return []
    if not row.variadic:
        return list(row.parameters)
    if len(row.parameters) == 1:
        return [f"x{i}" for i in range(1, n + 1)]
    half = n // 2
    first, second, third = (parameter[0] for parameter in row.parameters)
    if row.name == "dot":
        first, second, third = "w", "x", "b"
    return [*(f"{first}{i}" for i in range(1, half + 1)), *(f"{second}{i}" for i in range(1, half + 1)), third]


def is_ordered(value: Value) -> bool:
    """Whether the result depends on the order of the parents."""
    row = value.primitive
    return row is not None and len(value.parents) > 1 and "commutative" not in row.traits


def unknown(kind: str, name: object, known: Sequence[str]) -> str:
    """What an error says of a name that does not exist: the nearest one that does, and some of them."""
    nearest = get_close_matches(str(name).lower(), known, n=1, cutoff=0.5)
    guess = f": did you mean {nearest[0]!r}? There" if nearest else "; there"
    some = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
    return f"unknown {kind} {visible(repr(name), 60)}{guess} are: {some or 'none'}"


def as_roots(root: Any, place: str) -> tuple[Value, ...]:
    """`root`, a Value or a sequence of Values, as a tuple.

    Raises
    ------
    TypeError
        If it is anything else.
    """
    if isinstance(root, Value):
        return (root,)
    items = tuple(root) if isinstance(root, list | tuple) else ()
    if items and all(isinstance(item, Value) for item in items):
        return items
    wrong = next((item for item in items if not isinstance(item, Value)), root)
    raise TypeError(f"{place} takes a Value, or a list of Values, got {type(wrong).__name__}: {wrong!r:.60}")


def count(n: int, noun: str, plural: str | None = None) -> str:
    """A number and its noun: ``1 node``, ``10 000 nodes``."""
    return f"{n:,}".replace(",", "\u2009") + " " + (noun if n == 1 else plural or noun + "s")


def mean_magnitude(values: Iterable[Value]) -> float | None:
    """The mean of the gradients' magnitudes over those that a sweep has reached; None if there is none."""
    magnitudes = [abs(value.grad) for value in values if value.reached]
    return (
        math.fsum(magnitudes) / len(magnitudes)
        if magnitudes and all(map(math.isfinite, magnitudes))
        else (math.nan if magnitudes else None)
    )
