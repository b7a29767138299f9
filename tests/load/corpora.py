"""Inputs for the readers, each made from the name of the reader and a number: valid ones, damaged ones, hostile ones.

Two ways lead to an input. Generation knows the structure and puts hostile parts where good ones belong; mutation takes
a valid file and cuts, doubles, overwrites or exchanges pieces of it.
"""

import json
import math
import random
from collections.abc import Sequence
from typing import Any

from autograd_core.expression import ALLOWED
from autograd_core.primitives import TABLE

Random = random.Random

NUMBERS = ["0", "1", "-1", "2.5", "1e-3", "1e308", "1e999", "5e-324", "-0.0", "10000", "9" * 30, "9" * 400, "0x1f", "0b1", "1_000",
           "1e5j", "nan", "inf", "NaN", "-Infinity", "1,5", "1.234,5", "١٢", "½", "1e", "1e400", "True", "None"]  # fmt: skip
"""Texts that are numbers, or nearly."""
ODD_TEXTS = ["\0", "\ud800", "\ufeff", "\u202e", "é", "e\u0301", "ﬁ", "𝒙", "\u2028", "\x1b[2J", "\x85", "\x0c", "\\", "'", '"', "`", "${x}",
             "%s", "{0}", "../..", "a" * 300, "=cmd|' /C calc'!A0", "<script>", "__class__", "__import__('os').system('true')",
             "eval('1')", "9**9**9**9", "(" * 60, "[" * 60, "{" * 60, "-" * 60]  # fmt: skip
"""Texts that something might choke on, or run."""
FLOATS = [0.5, 2.0, -1.0, 0.0, -0.0, 1e308, -1e308, 5e-324, math.inf, -math.inf, math.nan, 1e-300, 3.0, -2.5]


def rng_of(reader: str, number: int) -> Random:
    """The generator of input `number` of a reader: the same on every machine."""
    return Random(f"{reader}:{number}")


# Damage -----------------------------------------------------------------------------------------------------------


def damaged(rng: Random, data: bytes, pieces: Sequence[bytes]) -> bytes:
    """`data` after one to four mutations; `pieces` may be put in."""
    for _ in range(1 + min(rng.randrange(4), rng.randrange(4))):
        i = rng.randrange(len(data) + 1)
        j = min(len(data), i + 1 + int(2.0 ** rng.uniform(0.0, 8.0)))
        match rng.randrange(8):
            case 0:
                data = data[:i]
            case 1:
                data = data[:i] + data[j:]
            case 2:
                data = data[:j] + data[i:]
            case 3:
                data = data[:i] + bytes([rng.randrange(256)]) + data[i + 1 :]
            case 4 if i < len(data):
                data = data[:i] + bytes([data[i] ^ (1 << rng.randrange(8))]) + data[i + 1 :]
            case 5:
                data = data[:i] + rng.randbytes(rng.randrange(9)) + data[j:]
            case 6:
                k = rng.randrange(len(data) + 1)
                data = data[:i] + data[k : k + j - i] + data[j:]
            case _:
                data = data[:i] + rng.choice(pieces) + data[rng.choice([i, j]) :]
    return data[: 1 << 20]


def encoded(texts: Sequence[str]) -> list[bytes]:
    """The bytes of texts, also of such as no text may hold."""
    return [text.encode("utf-8", "surrogatepass") for text in texts]


# Expressions ------------------------------------------------------------------------------------------------------

VALID_EXPRESSIONS = [
    "tanh(a*b + c)", "-a**2 % 3", "(a + b)*(a - b)/c", "atan2(a, b) - pi*e", "leaky_relu(b, slope=0.2)", "fsum([a, b, c])",
    "dot([a, b], [2, c], 1)", "mean((a, b))", "softmax([a, b])[1]", "clip(a, -1, 1)", "where(a > 0, log(a), -a)",
    "logsumexp([a, 1, b]) - .5", "1/(1 + exp(-a))", "prod([a, b, a])**0.5", "a**b", "hypot(a, b) + 1e-3*abs(c)",
]  # fmt: skip
SNIPPETS = ["lambda: 1", "[x for x in a]", "a if b else c", "a.b", "a[0]", "{1: 2}", "{a}", "f'{a}'", "'text'", "b'x'", "...", "a := 1",
            "a == b", "not a", "a and b", "*a", "**a", "await a", "yield", "a @ b", "a // b", "a & b", "~a", "a, b", "()", "[]", "print(a)",
            "open('x')", "exit()", "globals()", "().__class__.__bases__", "where(a, b, c)", "softmax(a)[b]", "sin", "import os"]  # fmt: skip
NAMES = ["a", "b", "c", "x1", "pi", "e", "α", "self", "None", "__builtins__"]


def expression(rng: Random) -> str:
    """A text for `Expression`."""
    kind = rng.randrange(4)
    if kind == 0:
        text = damaged(rng, rng.choice(VALID_EXPRESSIONS).encode(), _PIECES_OF_EXPRESSIONS).decode(
            "utf-8", "surrogateescape"
        )
        return text[:4000]
    if kind == 1:
        words = [
            *NAMES,
            *NUMBERS,
            *ALLOWED,
            *SNIPPETS,
            *ODD_TEXTS,
            *"+-*/%()[],.<>=:;!@^&|~ \t\n",
            "**",
            "//",
            "<=",
            "->",
            ":=",
            "==",
        ]
        return rng.choice(["", " "]).join(rng.choice(words) for _ in range(rng.randrange(1, 25)))
    if kind == 2 and rng.randrange(20) == 0:
        return _deep(rng)
    return _written(rng, rng.randrange(1, 6))


def _deep(rng: Random) -> str:
    """Nested as deeply or written as long as is allowed, or more."""
    n = rng.choice([100, 148, 150, 152, 400, 1000, 5000])
    before, middle, after = rng.choice([("(", "a", ")"), ("-", "a", ""), ("sin(", "a", ")"), ("[", "a", "]"), ("a+", "a", ""), ("a**", "a", ""),
                                        ("(", "", ""), ("where(a > 0, a, ", "a", ")"), ("softmax([", "a", "])[0]"), ("9**", "9", "")])  # fmt: skip
    return before * n + middle + after * n


def _written(rng: Random, depth: int) -> str:
    """An expression by the grammar, now and then with a part that does not belong there."""
    if rng.randrange(40) == 0:
        return rng.choice([*SNIPPETS, *ODD_TEXTS])
    if depth == 0 or rng.randrange(8) == 0:
        return rng.choice([*NAMES[:3], "0.5", "2", "0", "-1"]) if rng.randrange(8) else rng.choice([*NUMBERS, *NAMES])
    inner = depth - 1
    match rng.randrange(6):
        case 0:
            return f"-{_written(rng, inner)}"
        case 1:
            return f"({_written(rng, inner)})"
        case 2 | 3:
            return f"{_written(rng, inner)} {rng.choice('+ - * / % ** < =='.split())} {_written(rng, inner)}"
        case _:
            return _call(rng, inner)


def _call(rng: Random, depth: int) -> str:
    name = rng.choice([*ALLOWED])
    row = TABLE.get(name)
    if rng.randrange(30) == 0:
        count = rng.randrange(5)
    else:
        count = 1 if row is None else len(row.parameters)
    arguments = [_written(rng, depth) for _ in range(count)]
    if name == "where" and arguments:
        arguments[0] = f"{_written(rng, 0)} {rng.choice(['<', '<=', '>', '>='])} {_written(rng, 0)}"
    if row is None or row.variadic:
        sequence = f"[{', '.join(_written(rng, depth) for _ in range(rng.randrange(4)))}]"
        arguments[:2] = [sequence] * min(2, len(arguments))
    if arguments and row is not None and row.defaults and rng.randrange(2):
        arguments[-1] = f"{row.parameters[-1]}={arguments[-1]}"
    text = f"{name}({', '.join(arguments)})"
    return f"{text}[{rng.randrange(4)}]" if name == "softmax" and rng.randrange(10) else text


_PIECES_OF_EXPRESSIONS = encoded([*NUMBERS, *ODD_TEXTS, *SNIPPETS, *ALLOWED, "**", "(", ")", "[", "]", ","])


# Tables -----------------------------------------------------------------------------------------------------------

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-7", "shift_jis", "idna", "punycode", "rot13",
             "zlib", "hex", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "no such", "", "ascii", "cp037"]  # fmt: skip


def table(rng: Random) -> tuple[bytes, dict[str, Any]]:
    """The content of a CSV file, and how the reader is told to read it."""
    options: dict[str, Any] = {}
    if rng.randrange(3) == 0:
        options["delimiter"] = rng.choice([",", ";", "\t", "|"])
    if rng.randrange(4) == 0:
        options["decimal"] = rng.choice([".", ","])
    if rng.randrange(6) == 0:
        options["encoding"] = rng.choice(ENCODINGS)
    if rng.randrange(4) == 0:
        options["header"] = rng.random() < 0.5
    data = _table(rng)
    kind = rng.randrange(6)
    if kind == 0:
        return rng.randbytes(int(2.0 ** rng.uniform(0.0, 12.0))), options
    if kind <= 2:
        data = damaged(rng, data, _PIECES_OF_TABLES)
    return data, options


def _table(rng: Random) -> bytes:
    """A table, most of whose cells are sound."""
    delimiter, decimal = rng.choice([(",", "."), (";", ","), (";", "."), ("\t", "."), ("|", ".")])
    columns = rng.randrange(1, 6)
    kinds = [
        rng.choice(["number", "text", "whole", "odd"] if rng.randrange(8) == 0 else ["number", "text", "whole"])
        for _ in range(columns)
    ]

    def cell(kind: str) -> str:
        if rng.randrange(25) == 0:
            return rng.choice(["", " ", "NA", "?", "nan"] if rng.randrange(4) else [*NUMBERS, *ODD_TEXTS])
        match kind:
            case "number":
                return f"{rng.uniform(-9.0, 9.0):.3f}".replace(".", decimal)
            case "whole":
                return str(rng.randrange(4))
            case "text":
                return rng.choice(["red", "blue", "größer", "x y"])
        return rng.choice([*NUMBERS, *ODD_TEXTS])

    def line(cells: list[str]) -> str:
        quoted = [
            '"' + c.replace('"', '""') + '"' if delimiter in c or '"' in c or rng.randrange(12) == 0 else c
            for c in cells
        ]
        return delimiter.join(quoted)

    lines = [line([cell(kind) for kind in kinds]) for _ in range(rng.randrange(0, 40))]
    if rng.randrange(4):
        lines.insert(
            0,
            line(
                [rng.choice(["a", "b", "c d", "e", "f", "größe"]) + str(i) * rng.randrange(2) for i in range(columns)]
            ),
        )
    text = rng.choice(["\n", "\n", "\r\n", "\r"]).join(lines) + rng.choice(["", "\n", "\n\n"])
    encoding = rng.choice(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1"])
    return text.encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace")


_PIECES_OF_TABLES = [*encoded([*NUMBERS, *ODD_TEXTS, ",", ";", "\n", "\r", '"', '""', '"\n', "\n\n"]), b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf",
                     b"\xc3", b"\xed\xa0\x80", b"\x1f\x8b", b"PK\x03\x04", b"," * 2000, b"a" * 140_000, b"\0" * 9]  # fmt: skip


# JSON texts -------------------------------------------------------------------------------------------------------

TOKENS = encoded(['"', "{", "}", "[", "]", ",", ":", "null", "true", "NaN", "-Infinity", "1e999", "1" * 30, "9" * 5000, "-1", "0", "[" * 2000,
                   '{"a":' * 1200, '"\\ud800"', '"\\u0000"', "\\", "\ufeff", "\0", '"version"', '"model"', '"layers"', *ODD_TEXTS])  # fmt: skip


def parts(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to all parts of a JSON value, itself first."""
    found = [path]
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += parts(part, (*path, key))
    return found


def changed(rng: Random, value: Any) -> Any:
    """A JSON value with one to three of its parts replaced, dropped, doubled or exchanged."""
    value = json.loads(json.dumps(value))
    for _ in range(1 + min(rng.randrange(3), rng.randrange(3))):
        *way, last = rng.choice(parts(value)[1:] or [(None,)])
        part = value
        for key in way:
            part = part[key]
        if last is None:
            return _any_json(rng, 3)
        match rng.randrange(6):
            case 0:
                del part[last]
            case 1 if isinstance(part, list):
                part.insert(last, part[last])
            case 1:
                part[rng.choice(ODD_TEXTS)] = part.pop(last)
            case 2:
                other = value
                for key in rng.choice(parts(value)):
                    other = other[key]
                part[last] = json.loads(json.dumps(other))
            case _:
                part[last] = _any_json(rng, 2, part[last])
    return value


def _any_json(rng: Random, depth: int, like: Any = None) -> Any:
    """Any JSON value, preferably of the kind of another."""
    if rng.randrange(2):
        match like:
            case bool():
                return not like
            case int():
                return rng.choice([0, 1, -1, like + 1, like - 1, -like, 2**31, 2**63, 2**64, 10**30, 10**400])
            case float():
                return rng.choice([0.0, -0.0, 1e308, -1e308, 5e-324, 1e-320, -1.0, math.pi])
            case str():
                return rng.choice(
                    [
                        *ODD_TEXTS,
                        like + " ",
                        like[:-1],
                        like.upper(),
                        "MLP",
                        "relu",
                        "WithBasis",
                        "Radial",
                        "own",
                        "softmax",
                    ]
                )
    match rng.randrange(9 if depth else 7):
        case 0:
            return None
        case 1:
            return rng.random() < 0.5
        case 2:
            return rng.choice([0, 1, -1, 2, 7, 2**31, 2**53 + 1, 10**30])
        case 3:
            return rng.choice([0.0, 0.5, 1e308, -1e308, 5e-324])
        case 4:
            return rng.choice(ODD_TEXTS)
        case 5:
            return []
        case 6:
            return {}
        case 7:
            return [_any_json(rng, depth - 1) for _ in range(rng.randrange(5))]
        case _:
            return {
                rng.choice(["name", "own", "layers", "model", "a"]): _any_json(rng, depth - 1)
                for _ in range(rng.randrange(4))
            }


def json_bytes(rng: Random, value: Any) -> bytes:
    """The text of a JSON value with changed parts, or with damage to the text itself."""
    if rng.randrange(3):
        return json.dumps(changed(rng, value)).encode()
    return damaged(rng, json.dumps(value).encode(), TOKENS)
