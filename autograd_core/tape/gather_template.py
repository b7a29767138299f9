"""Source of ``gather``, which fetches the examples of a batch: lines of one array become the lanes of another.

A square of as many examples as a vector holds is loaded line by line and transposed in the registers of the processor: in each
of log2(n) rounds, two vectors that lie n/2 apart are interleaved into two neighbours (the perfect shuffle of Stone,
"Parallel processing with the perfect shuffle", 1971).
"""

from textwrap import indent

from .vector_width import width


def gather_source() -> str:
    """The function; `load`, `store` and the interleavings of `vectors` must be at hand."""
    return _GATHER.format(width=width(), square=indent(_square(), " " * 12))


def _square() -> str:
    """Load a square, transpose it, and store it."""
    n = width()
    lines = [f"v{r} = load(examples, order[min(first + lane + {r}, last - 1)] * inputs + i)" for r in range(n)]
    names, rounds = [f"v{r}" for r in range(n)], n.bit_length() - 1
    for k in range(rounds):
        fresh = [f"{'abc'[k]}{r}" for r in range(n)]
        for r in range(n // 2):
            pair = f"({names[r]}, {names[r + n // 2]})"
            lines += [f"{fresh[2 * r]} = interleave_first{pair}", f"{fresh[2 * r + 1]} = interleave_last{pair}"]
        names = fresh
    lines += [f"store(V, (i + {r}) * stride + lane, {name})" for r, name in enumerate(names)]
    return "\n".join(lines)


_GATHER = """

@jit
def gather(examples, order, first, last, V, columns):
    inputs, stride = examples.shape[1], V.shape[1]
    whole = inputs - inputs % {width}
    for i in range(0, whole, {width}):
        for lane in range(0, columns, {width}):
{square}
    for i in range(whole, inputs):
        for lane in range(columns):
            V[i, lane] = examples[order[min(first + lane, last - 1)], i]
"""
