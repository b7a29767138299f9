"""How many lanes the kernels compute at a time."""

import functools

PADDING = 8
"""The kernels take a number of lanes that is a multiple of this: more are computed as copies of a lane, for nobody."""


@functools.cache
def width() -> int:
    """How many floats a vector of the processor holds, as far as it pays: 8 with AVX-512, else 4."""
    from llvmlite import binding

    return 8 if binding.get_host_cpu_features().get("avx512f") else 4


def padded(lanes: int) -> int:
    """The number of lanes that is computed."""
    return -(-lanes // PADDING) * PADDING
