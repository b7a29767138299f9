"""Source of the matrix products, which every plan may use: many weighted sums of the same inputs.

In lane l, result j is the sum over the inputs i of ``W[j, i] * x[i, l]``, plus a bias. The loops go over tiles of 4 rows by
4 vectors of lanes (or 4 by 4 weights): its 16 sums stay in the registers of the processor while the terms are added, so that
a number that is loaded serves four times. What is left over at the edges is done in tiles of 1.
"""

from collections.abc import Callable
from functools import cache
from textwrap import indent

from .kernel_cache import digest_of
from .vector_width import width

TILE = 4


@cache
def product_source() -> str:
    """``product`` and ``product_adjoint`` for vectors of this processor's width."""
    return (
        _IMPORTS.format(digest_of("vectors"))
        + _FORWARD.format(tiles=indent(_tiles("j", "count", _sums), "    "))
        + _BACKWARD.format(
            weights=indent(_tiles_of_weights(), "    "), inputs=indent(_tiles("i", "width", _input_adjoints), " " * 8)
        )
    )


_IMPORTS = """

from autograd_core.tape.vectors import load, multiply_add, spread, store, total, zero  # {}
"""

_FORWARD = """

@summing
def product(first, count, width, inputs, uniforms, weights, biases, V, lanes):
    stride = V.shape[1]
{tiles}"""

_BACKWARD = """

@summing
def product_adjoint(first, count, width, inputs, uniforms, weights, biases, V, A, gradients, lanes, wanted):
    stride = V.shape[1]
{weights}    if wanted:  # adjoints of the inputs
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
    """A tile of results: all inputs, times their weights."""
    step = width()
    return "\n".join([
        *_grid(rows, vectors, "s{r}{c} = spread(uniforms, biases + j + {r})"),
        "for i in range(width):",
        "    at = inputs[i] * stride + lane",
        *[f"    x{c} = load(V, at + {c * step})" for c in range(vectors)],
        *[f"    w{r} = spread(uniforms, weights + (j + {r}) * width + i)" for r in range(rows)],
        *_grid(rows, vectors, "    s{r}{c} = multiply_add(w{r}, x{c}, s{r}{c})"),
        *[f"store(V, (first + j + {r}) * stride + lane + {c * step}, s{r}{c})" for r in range(rows) for c in range(vectors)],
    ])  # fmt: skip


def _input_adjoints(rows: int, vectors: int) -> str:
    """A tile of adjoints of inputs: those of all results, times the weights."""
    step = width()
    places = [(r, c, f"at{r} + {c * step}") for r in range(rows) for c in range(vectors)]
    return "\n".join([
        *[f"at{r} = inputs[i + {r}] * stride + lane" for r in range(rows)],
        *[f"s{r}{c} = load(A, {at})" for r, c, at in places],
        "for j in range(count):",
        "    at = (first + j) * stride + lane",
        *[f"    g{c} = load(A, at + {c * step})" for c in range(vectors)],
        *[f"    w{r} = spread(uniforms, weights + j * width + i + {r})" for r in range(rows)],
        *_grid(rows, vectors, "    s{r}{c} = multiply_add(w{r}, g{c}, s{r}{c})"),
        *[f"store(A, {at}, s{r}{c})" for r, c, at in places],
    ])  # fmt: skip


def _tiles_of_weights() -> str:
    """The gradients of the weights, tile by tile, and of the biases: adjoints times inputs, summed over the lanes."""
    lines = [f"whole = count - count % {TILE}", f"wide = width - width % {TILE}"]
    for rows, span in ((TILE, f"0, whole, {TILE}"), (1, "whole, count")):
        lines.append(f"for j in range({span}):")
        for columns, input_span in ((TILE, f"0, wide, {TILE}"), (1, "wide, width")):
            lines.append(f"    for i in range({input_span}):")
            lines.append(indent(_weight_gradients(rows, columns), " " * 8).rstrip())
        lines += [indent(_bias_gradients(rows), " " * 4).rstrip()]
    return "\n".join([*lines, ""])


def _weight_gradients(rows: int, columns: int) -> str:
    """The gradients of a tile of weights."""
    return "\n".join([
        *[f"x{c} = inputs[i + {c}] * stride" for c in range(columns)],
        *_grid(rows, columns, "s{r}{c} = zero()"),
        f"for lane in range(0, lanes, {width()}):",
        *[f"    v{c} = load(V, x{c} + lane)" for c in range(columns)],
        *[f"    g{r} = load(A, (first + j + {r}) * stride + lane)" for r in range(rows)],
        *_grid(rows, columns, "    s{r}{c} = multiply_add(g{r}, v{c}, s{r}{c})"),
        *_grid(rows, columns, "gradients[weights + (j + {r}) * width + i + {c}] += total(s{r}{c})"),
    ])  # fmt: skip


def _bias_gradients(rows: int) -> str:
    """The gradients of the biases of `rows` results."""
    return "\n".join([
        *[f"s{r} = 0.0" for r in range(rows)],
        "for lane in range(lanes):",
        *[f"    s{r} += A[first + j + {r}, lane]" for r in range(rows)],
        *[f"gradients[biases + j + {r}] += s{r}" for r in range(rows)],
    ])  # fmt: skip
