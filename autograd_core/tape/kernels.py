"""Source text of the Numba kernels: one loop over the steps of a plan, with a branch for each operation in use.

The branches of scalar rows are emitted from the rows; sums of any length are written out in `templates.py`,
matrix products in `product_template.py`. Numbers and adjoints stand in the rows of two tables, with one column per
lane, so the inner loops run over the lanes of a row (`memory.py` says which row). There is one lane, or a number of them that
is a multiple of `PADDING`.

A step is a line of eight integers: the opcode; the only one of two operands whose adjoint is wanted, or -1; how many results
there are; where the rows of the operands stand in `index`, and how many each result has; where those of the results stand
there, and those of the adjoints, first of operands, then of results; and whether rows of adjoints are to be left as zeros for
others. For a matrix product the second is its first row, and the last three are where its weights and biases stand in
`uniforms`, whether adjoints of its inputs are wanted, and nothing.
"""

import re
from collections.abc import Iterable, Sequence
from textwrap import indent
from typing import NamedTuple

from ..evaluate import traced
from ..row import UNSELECTED, Primitive
from ..statements import statements
from ..symbolic import Operand, Symbol
from . import sweep_template
from .kernel_cache import digest_of
from .product_template import product_source
from .templates import BACKWARD, FORWARD, HEADER, VARIADIC
from .vector_width import width

PRODUCT_OPCODE = 0
"""The opcode of a matrix product; those of the rows follow, in the order in which the rows are given."""


def can_compile(row: Primitive) -> bool:
    """Whether there is a kernel for `row`: for every scalar row, and for the sums of `VARIADIC`."""
    return not row.variadic or row.name in VARIADIC


def products() -> str:
    """The module with ``product`` and ``product_adjoint``, which every plan may use."""
    return HEADER.format(names="(matrix products)") + product_source()


def source(rows: Sequence[Primitive], products: str) -> str:
    """The module with ``forward``, ``backward`` and ``sweep`` for plans that use `rows`; `products` names that of products."""
    header = HEADER.format(names=" ".join(row.name for row in rows))
    imported = f"\nfrom autograd_core.tape.vectors import aligned, load, store, zero  # {digest_of('vectors')}\n"
    imported += f"from {products} import product, product_adjoint\n"
    forward = [_branch(op, _FORWARD_HEAD + _forward(row)) for op, row in enumerate(rows, 1)]
    backward = [_branch(op, _BACKWARD_HEAD + _backward(row)) for op, row in enumerate(rows, 1)]
    constants = f"\nWIDTH = {width()}\n"
    return "".join([header, imported, constants, FORWARD, *forward, BACKWARD, *backward, sweep_template.source()])


def _branch(op: int, body: str) -> str:
    """The branch of opcode `op`: `body` for each of its results."""
    return f"        elif op == {op}:\n            for i in range(count):\n" + indent(body, " " * 16)


_FORWARD_HEAD = "o = index[results + i]\n"
_BACKWARD_HEAD = "o, g = index[results + i], index[adjoints + width * count + i]\n"
_CLEAR = """\
if reused:
    for lane in range(lanes):
        A[g, lane] = 0.0
"""
"""Leaves the row of an adjoint to others."""


def _forward(row: Primitive) -> str:
    """One result of `row` in all lanes."""
    if row.variadic:
        return VARIADIC[row.name][0]
    value = traced([row.primal], _names(row))
    body, (text,) = statements(value, indent="")
    reads = [(name, "V", f"r{j}") for j, name in enumerate(_names(row))]
    return _rows(row, []) + _over_lanes(reads, body, [("V", "o", text)], _is_arithmetic(value))


def _backward(row: Primitive) -> str:
    """What the adjoint of one result of `row` adds to those of its operands, in all lanes.

    Where one of two operands is a constant, the partial by the other is enough.
    """
    if row.variadic:
        return VARIADIC[row.name][1] + _CLEAR
    partials = traced(row.partials, [*_names(row), "out"])
    taken = [j for j, partial in enumerate(partials) if partial is not UNSELECTED]
    if len(row.parameters) != 2 or len(taken) != 2:
        return _adjoints(row, partials, taken) if taken else _CLEAR
    cases = [("if only < 0:", taken), ("elif only == 0:", [0]), ("else:", [1])]
    return "".join([f"{case}\n{indent(_adjoints(row, partials, wanted), '    ')}" for case, wanted in cases])


def _adjoints(row: Primitive, partials: Sequence[Operand], wanted: Sequence[int]) -> str:
    """What the adjoint of one result of `row` adds to those of the operands `wanted`, in all lanes."""
    names = _names(row)
    chosen = [partials[j] for j in wanted]
    body, values = statements(chosen, indent="")
    body += [f"p{j} = {value}" for j, value in zip(wanted, values, strict=True)]
    for point, numbers in row.at.items():
        here = [f"{name} == {x!r}" for name, x in zip(names, point, strict=True)]
        body += [f"if {' and '.join(here)}:", *[f"    p{j} = {numbers[j]!r}" for j in wanted]]
    reads = [*[(name, "V", f"r{j}") for j, name in enumerate(names)], ("out", "V", "o"), ("adjoint", "A", "g")]
    writes = [("A", f"d{j}", f"{{before}} + adjoint * p{j}") for j in wanted]
    return _rows(row, wanted) + _over_lanes(reads, body, writes, _is_arithmetic(chosen) and not row.at)


def _names(row: Primitive) -> list[str]:
    return [f"x{j}" for j in range(len(row.parameters))]


def _rows(row: Primitive, wanted: Iterable[int]) -> str:
    """Where the operands stand, and the adjoints of those that are `wanted`.

    Rows are known by their numbers: making a view of each takes longer than the arithmetic.
    """
    places = [f"r{j} = index[at + {j} * count + i]\n" for j in range(len(row.parameters))]
    return "".join([*places, *[f"d{j} = index[adjoints + {j} * count + i]\n" for j in wanted]])


def _is_arithmetic(expressions: Iterable[Operand]) -> bool:
    """Whether the operations in `expressions` are those that vectors have."""
    return all(
        not isinstance(x, Symbol)
        or x.is_variable
        or (x.operation in ("+", "-", "*", "neg") and _is_arithmetic(x.operands))
        for x in expressions
    )


class _Loop(NamedTuple):
    """How a loop over the lanes is written, what is in a row, and how that is changed."""

    head: str
    read: str
    write: str


_LANES = _Loop("for lane in range(lanes):", "{table}[{row}, lane]", "{table}[{row}, lane] = {value}")
_ONE_LANE = _LANES._replace(head="for lane in range(1):")
_VECTORS = _Loop(
    "for lane in range(0, lanes, WIDTH):",
    "load({table}, {row} * stride + lane)",
    "store({table}, {row} * stride + lane, {value})",
)


def _over_lanes(
    reads: Sequence[tuple[str, str, str]], body: Sequence[str], writes: Sequence[tuple[str, str, str]], arithmetic: bool
) -> str:
    """A loop over the lanes: read names from rows of tables, do `body`, write values to rows of tables.

    Numba makes vectors of lanes by itself, but has to find out first whether rows overlap; for arithmetic that takes
    longer than the rest, so it is written in vectors.
    """
    back = any(table == "A" for table, _, _ in writes)
    clear = _CLEAR if back else ""
    if not arithmetic:
        return _of_small_angles(_loop(_LANES, reads, body, writes), reads) + clear
    end = ["if reused:", "    " + _VECTORS.write.format(table="A", row="g", value="zero()")] if back else []
    one = _loop(_ONE_LANE, reads, body, writes) + clear
    return f"if several:\n{indent(_loop(_VECTORS, reads, body, writes, end), '    ')}else:\n{indent(one, '    ')}"


def _of_small_angles(loop: str, reads: Sequence[tuple[str, str, str]]) -> str:
    """A loop that takes sines and cosines of numbers in a row: where all are small, by functions that make vectors."""
    angles = set(re.findall(r"\b(?:sin|cos)\((.*?)\)", loop))
    rows = [f"abs({table}[{row}, lane])" for name, table, row in reads if name in angles]
    if not angles or len(rows) < len(angles):  # some are of results in between
        return loop
    small = indent(re.sub(r"\b(?=(?:sin|cos)\()", "small_", loop), "    ")
    return (
        f"largest = 0.0\nfor lane in range(lanes):\n    largest = max(largest, {', '.join(rows)})\n"
        f"if largest <= LARGEST_ANGLE:\n{small}else:\n{indent(loop, '    ')}"
    )


def _loop(
    loop: _Loop, reads: Sequence[tuple[str, str, str]], body: Sequence[str], writes: Sequence[tuple[str, str, str]],
    end: Sequence[str] = (),
) -> str:  # fmt: skip
    lines = [f"{name} = {loop.read.format(table=table, row=row)}" for name, table, row in reads] + [*body]
    for table, row, value in writes:
        before = loop.read.format(table=table, row=row)
        lines.append(loop.write.format(table=table, row=row, value=value.format(before=before)))
    return "\n".join([loop.head, *["    " + line for line in (*lines, *end)], ""])
