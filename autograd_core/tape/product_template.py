"""Source of the matrix products, which every plan may use: many weighted sums of the same inputs.

In lane l, result j is the sum over the inputs i of ``W[j, i] * x[i, l]``, plus a bias. The loops go over tiles of 4 rows by
4 vectors of lanes, or of other shapes: their 16 sums stay in the registers of the processor while the terms are added, so that
a number that is loaded serves several times. What is left over at the edges is done in smaller tiles. All tiles take the
terms of as many rows as fit into the nearest cache before they go on to the next of them (Goto and van de Geijn, "Anatomy
of high-performance matrix multiplication", 2008).

The weights of a result stand in a row, its bias behind them: a row of W has one number more than there are inputs.
"""

from collections.abc import Callable
from functools import cache
from textwrap import indent

from .kernel_cache import digest_of
from .vector_width import width

TILE = 4
NEAR = 1 << 12
"""How many numbers the rows may have that are read again and again: 32 KiB, which the nearest cache has room for."""
MANY = 64
"""From how many results on it pays to transpose the inputs for the gradients of their weights."""


@cache
def product_source() -> str:
    """``product`` and ``product_adjoint`` for vectors of this processor's width."""
    return (
        _IMPORTS.format(digest_of("vectors"))
        + _FORWARD.format(near=NEAR, tiles=indent(_tiles("j", "count", _sums), " " * 8))
        + _GRADIENTS_OF_MANY.format(
            near=NEAR, step=width(), wide=2 * width(), high=TILE * TILE // 2, turn=indent(_turned(), " " * 16),
            tile=indent(_weight_gradients(TILE * TILE // 2, 2), " " * 16),
        )
        + _BACKWARD.format(
            near=NEAR, weights=_tiles_of_weights(),
            inputs=indent(_tiles("i", "width", _input_adjoints), " " * 12),
        )
    )  # fmt: skip


_IMPORTS = """

from autograd_core.tape.vectors import aligned, item, load, multiply_add, spread, store, totals, transposed, zero  # {}
"""

_FORWARD = """

@summing
def product(first, count, width, inputs, uniforms, weights, V, lanes):
    stride, near = V.shape[1], max(1, {near} // lanes)
    for begin in range(0, width, near):
        end = min(begin + near, width)
{tiles}"""

_GRADIENTS_OF_MANY = """

@summing
def many_gradients(first, rows, columns, inputs, weights, distance, V, A, gradients, lanes):
    stride, near = V.shape[1], max(1, {near} // lanes // {wide}) * {wide}
    turned = aligned(near * max(lanes, {step}))  # of one lane, whole squares are turned too
    for begin in range(0, columns, near):
        span = min(near, columns - begin)
        for i in range(begin, begin + span, {step}):
            for lane in range(0, lanes, {step}):
{turn}
        for j in range(0, rows, {high}):
            for i in range(begin, begin + span, {wide}):
{tile}
"""
"""The gradients of the weights of many results. The inputs are transposed first, so that a vector holds neighbours in a row
of W and there is nothing to add up in the end."""

_BACKWARD = """

@summing
def product_adjoint(first, count, width, inputs, uniforms, weights, V, A, gradients, lanes, wanted):
    stride, near = V.shape[1], max(1, {near} // lanes)
{weights}    if wanted:  # adjoints of the inputs
        for begin in range(0, count, near):
            end = min(begin + near, count)
{inputs}"""


def _tiles(index: str, count: str, body: Callable[[int, int], str]) -> str:
    """Loops over tiles of rows and lanes, `body` for each of a size."""
    step = width()
    lines = [f"whole = {count} - {count} % {TILE}", f"wide = lanes - lanes % {TILE * step}"]
    for rows, span in ((TILE, f"0, whole, {TILE}"), (1, f"whole, {count}")):
        lines.append(f"for {index} in range({span}):")
        for vectors, lane_span in ((TILE, f"0, wide, {TILE * step}"), (1, f"wide, lanes, {step}")):
            lines.append(f"    for lane in range({lane_span}):")
            lines.append(indent(body(rows, vectors), " " * 8).rstrip())
    return "\n".join([*lines, ""])


def _grid(rows: int, columns: int, text: str) -> list[str]:
    """`text` for every place of a tile, with ``{r}`` and ``{c}`` filled in."""
    return [text.format(r=r, c=c) for r in range(rows) for c in range(columns)]


def _sums(rows: int, vectors: int) -> str:
    """A tile of results: the inputs from `begin` to `end`, times their weights."""
    step = width()
    places = [(r, c, f"(first + j + {r}) * stride + lane + {c * step}") for r in range(rows) for c in range(vectors)]
    return "\n".join([
        *[f"w{r} = weights + (j + {r}) * (width + 1)" for r in range(rows)],
        "if begin == 0:",
        *_grid(rows, vectors, "    s{r}{c} = spread(uniforms, w{r} + width)"),
        "else:",
        *[f"    s{r}{c} = load(V, {at})" for r, c, at in places],
        "for i in range(begin, end):",
        "    at = inputs[i] * stride + lane",
        *[f"    x{c} = load(V, at + {c * step})" for c in range(vectors)],
        *[f"    v{r} = spread(uniforms, w{r} + i)" for r in range(rows)],
        *_grid(rows, vectors, "    s{r}{c} = multiply_add(v{r}, x{c}, s{r}{c})"),
        *[f"store(V, {at}, s{r}{c})" for r, c, at in places],
    ])  # fmt: skip


def _input_adjoints(rows: int, vectors: int) -> str:
    """A tile of adjoints of inputs: those of the results from `begin` to `end`, times the weights."""
    step = width()
    places = [(r, c, f"at{r} + {c * step}") for r in range(rows) for c in range(vectors)]
    return "\n".join([
        *[f"at{r} = inputs[i + {r}] * stride + lane" for r in range(rows)],
        *[f"s{r}{c} = load(A, {at})" for r, c, at in places],
        "for j in range(begin, end):",
        "    at = (first + j) * stride + lane",
        *[f"    g{c} = load(A, at + {c * step})" for c in range(vectors)],
        *[f"    v{r} = spread(uniforms, weights + j * (width + 1) + i + {r})" for r in range(rows)],
        *_grid(rows, vectors, "    s{r}{c} = multiply_add(v{r}, g{c}, s{r}{c})"),
        *[f"store(A, {at}, s{r}{c})" for r, c, at in places],
    ])  # fmt: skip


def _tiles_of_weights() -> str:
    """The gradients of the weights, tile by tile, and of the biases: adjoints times inputs, summed over the lanes.

    The sums of a tile are vectors of lanes, which are added up in the end: for as many neighbours in a row of W as
    a vector has lanes, or in a column of it where these are too few. Where there are many results, `_GRADIENTS_OF_MANY`
    does most.
    """
    step = width()
    high, wide, low = TILE * TILE // 2, 2 * step, TILE * TILE // step
    return indent(
        f"""\
rows = count - count % {high} if count >= {MANY} else 0
columns = width - width % {wide} if rows else 0
if columns:
    many_gradients(first, rows, columns, inputs, weights, width + 1, V, A, gradients, lanes)
whole, narrow = count - count % {low}, width - width % {step}
for j in range(0, whole, {low}):
    for i in range(columns if j < rows else 0, narrow, {step}):
{indent(_sums_of_lanes(low), " " * 8)}
for j in range(whole, count):
    for i in range(columns if j < rows else 0, narrow, {step}):
{indent(_sums_of_lanes(1), " " * 8)}
whole = count - count % {step}
for i in range(narrow, width):
    for j in range(0, whole, {step}):
{indent(_column_of_gradients(step), " " * 8)}
    for j in range(whole, count):
{indent(_column_of_gradients(1), " " * 8)}
for j in range(count):
    amount = 0.0
    for lane in range(lanes):
        amount += A[first + j, lane]
    gradients[weights + j * (width + 1) + width] += amount
""",
        "    ",
    )


def _turned() -> str:
    """A square of inputs and lanes, with its lanes as rows of `turned`."""
    lines = [f"load(V, inputs[i + {r}] * stride + lane)," for r in range(width())]
    stores = [f"store(turned, (lane + {r}) * span + i - begin, square[{r}])" for r in range(width())]
    return "\n".join(["square = transposed(", *["    " + line for line in lines], ")", *stores])


def _weight_gradients(rows: int, vectors: int) -> str:
    """The gradients of a tile of weights, from transposed inputs."""
    step = width()
    places = [(r, c, f"at + {r} * distance + {c * step}") for r in range(rows) for c in range(vectors)]
    return "\n".join([
        *_grid(rows, vectors, "s{r}{c} = zero()"),
        "for lane in range(lanes):",
        *[f"    v{c} = load(turned, lane * span + i - begin + {c * step})" for c in range(vectors)],
        *[f"    g{r} = spread(A, (first + j + {r}) * stride + lane)" for r in range(rows)],
        *_grid(rows, vectors, "    s{r}{c} = multiply_add(g{r}, v{c}, s{r}{c})"),
        "at = weights + j * distance + i",
        *[f"store(gradients, {at}, load(gradients, {at}) + s{r}{c})" for r, c, at in places],
    ])  # fmt: skip


def _sums_of_lanes(rows: int) -> str:
    """The gradients of a tile of weights, with as many columns as a vector has lanes."""
    columns = width()
    sums = [", ".join(f"s{r}{c}" for c in range(columns)) for r in range(rows)]
    places = [f"at + {r} * (width + 1)" for r in range(rows)]
    return "\n".join([
        *[f"x{c} = inputs[i + {c}] * stride" for c in range(columns)],
        *_grid(rows, columns, "s{r}{c} = zero()"),
        f"for lane in range(0, lanes, {columns}):",
        *[f"    v{c} = load(V, x{c} + lane)" for c in range(columns)],
        *[f"    g{r} = load(A, (first + j + {r}) * stride + lane)" for r in range(rows)],
        *_grid(rows, columns, "    s{r}{c} = multiply_add(g{r}, v{c}, s{r}{c})"),
        "at = weights + j * (width + 1) + i",
        *[f"store(gradients, {at}, load(gradients, {at}) + totals({row}))" for at, row in zip(places, sums, strict=True)],
    ])  # fmt: skip


def _column_of_gradients(rows: int) -> str:
    """The gradients of neighbouring weights of one input."""
    sums = [f"s{r}" for r in range(rows)]
    return "\n".join([
        "x = inputs[i] * stride",
        *[f"{s} = zero()" for s in sums],
        f"for lane in range(0, lanes, {width()}):",
        "    v = load(V, x + lane)",
        *[f"    s{r} = multiply_add(load(A, (first + j + {r}) * stride + lane), v, s{r})" for r in range(rows)],
        f"sums = totals({', '.join(sums * (width() // rows))})",
        "at = weights + j * (width + 1) + i",
        *[f"gradients[at + {r} * (width + 1)] += item(sums, {r})" for r in range(rows)],
    ])  # fmt: skip
