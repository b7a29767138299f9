"""Source of ``gather``, which fetches the examples of a batch: lines of one array become the lanes of another.

A square of as many examples as a vector holds is loaded line by line and transposed in the registers of the processor.
"""

from .vector_width import width


def gather_source() -> str:
    """The function; `load`, `store` and `transposed` of `vectors` must be at hand."""
    n = width()
    lines = [f"load(examples, order[min(first + lane + {r}, last - 1)] * inputs + i)," for r in range(n)]
    stores = [f"store(V, (i + {r}) * stride + lane, square[{r}])" for r in range(n)]
    indent = "\n" + " " * 12
    return _GATHER.format(width=n, lines=(indent + "    ").join(lines), stores=indent.join(stores))


_GATHER = """

@jit
def gather(examples, order, first, last, V, columns):
    inputs, stride = examples.shape[1], V.shape[1]
    whole = inputs - inputs % {width}
    for i in range(0, whole, {width}):
        for lane in range(0, columns, {width}):
            square = transposed(
                {lines}
            )
            {stores}
    for i in range(whole, inputs):
        for lane in range(columns):
            V[i, lane] = examples[order[min(first + lane, last - 1)], i]
"""
