"""Source text of the Numba kernels: one loop over the steps of a plan, with a branch for each operation in use.

The branches of scalar rows are emitted from the rows; sums of any length are written out in `templates.py`,
matrix products in `product_template.py`. A
register is a row of an array with one number per lane, so the inner loops run over the lanes of a row.

A step is a line of eight integers: the opcode; the first register of its results and how many there are; where its
operands stand in `index` and how many each result has; and, for a matrix product, where its weights and biases stand
in `uniforms`, and whether adjoints of its inputs are wanted.
"""

from collections.abc import Iterable, Sequence
from textwrap import indent

from ..evaluate import traced
from ..row import Primitive
from ..statements import statements
from .product_template import product_source
from .templates import BACKWARD, FORWARD, HEADER, VARIADIC

PRODUCT_OPCODE = 0
"""The opcode of a matrix product; those of the rows follow, in the order in which the rows are given."""


def can_compile(row: Primitive) -> bool:
    """Whether there is a kernel for `row`: for every scalar row, and for the sums of `VARIADIC`."""
    return not row.variadic or row.name in VARIADIC


def products() -> str:
    """The module with ``product`` and ``product_adjoint``, which every plan may use."""
    return HEADER.format(names="(matrix products)") + product_source()


def source(rows: Sequence[Primitive], products: str) -> str:
    """The module with ``forward`` and ``backward`` for plans that use `rows`; `products` is the module of products."""
    forward = [_branch(op, "out = V[first + i]", _forward(row)) for op, row in enumerate(rows, 1)]
    head = "out, adjoint = V[first + i], A[first + i]"
    backward = [_branch(op, head, _backward(row)) for op, row in enumerate(rows, 1)]
    header = HEADER.format(names=" ".join(row.name for row in rows))
    imported = f"\nfrom {products} import product, product_adjoint\n"
    return "".join([header, imported, FORWARD, *forward, BACKWARD, *backward])


def _branch(op: int, head: str, body: str) -> str:
    """The branch of opcode `op`: `body` for each of its results."""
    return f"        elif op == {op}:\n            for i in range(count):\n" + indent(f"{head}\n{body}", " " * 16)


def _forward(row: Primitive) -> str:
    """One result of `row` in all lanes."""
    if row.variadic:
        return VARIADIC[row.name][0]
    names = [f"x{j}" for j in range(len(row.parameters))]
    steps, (value,) = statements(traced([row.primal], names))
    return _over_lanes(names, [], [*steps, f"    out[lane] = {value}"])


def _backward(row: Primitive) -> str:
    """What the adjoint of one result of `row` adds to those of its operands, in all lanes."""
    if row.variadic:
        return VARIADIC[row.name][1]
    names = [f"x{j}" for j in range(len(row.parameters))]
    steps, values = statements(traced(row.partials, [*names, "out_"]))
    body = ["    out_ = out[lane]", *steps]
    body += [f"    p{j} = {value}" for j, value in enumerate(values)]
    for point, partials in row.at.items():
        body.append("    if " + " and ".join(f"{name} == {x!r}" for name, x in zip(names, point, strict=True)) + ":")
        body += [f"        p{j} = {partial!r}" for j, partial in enumerate(partials)]
    taken = [j for j, value in enumerate(values) if value != "UNSELECTED"]
    body += [f"    d{j}[lane] += adjoint[lane] * p{j}" for j in taken]
    return _over_lanes(names, taken, body) if taken else "pass\n"


def _over_lanes(names: Sequence[str], adjoints: Iterable[int], body: Sequence[str]) -> str:
    """A loop over the lanes in which operand j is ``xj``, and its adjoints ``dj`` if asked for."""
    at = [f"index[at + {j} * count + i]" for j in range(len(names))]
    rows = [f"r{j} = V[{place}]" for j, place in enumerate(at)] + [f"d{j} = A[{at[j]}]" for j in adjoints]
    loads = [f"    {name} = r{j}[lane]" for j, name in enumerate(names)]
    return "\n".join([*rows, "for lane in range(lanes):", *loads, *body, ""])
