"""Points at which the systems are compared: PyTorch's own sample inputs where it has any, and our own.

PyTorch tests every operator on the inputs of its `OpInfo`: ordinary ones, and *reference inputs* with small, large and
extremal numbers, zeros, infinities and nan.
"""

import itertools
import math
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from autograd_core.primitives import TABLE
from autograd_core.row import Primitive
from tests.accuracy.sampling import points as accuracy_points
from tests.oracles.peers import FIXED

Point = tuple[float, ...]
PER_OPERATION = 3_000
WIDTH = 3
"""How many numbers of an operator's input make a sequence for a row that takes one."""

EDGES = (0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, 40.0, -40.0, 1e3, -1e3, 1e20, -1e20, 1e160, -1e160, 1e300, -1e300,
         1e-5, -1e-5, 1e-10, 1e-170, -1e-170, 1e-300, 5e-324, math.inf, -math.inf, math.nan)  # fmt: skip

OPINFO = {
    "mod": "remainder", "log_sigmoid": "nn.functional.logsigmoid", "softplus": "nn.functional.softplus",
    "relu": "nn.functional.relu", "leaky_relu": "nn.functional.leaky_relu", "elu": "nn.functional.elu",
    "gelu": "nn.functional.gelu", "silu": "nn.functional.silu", "clip": "clamp", "fsum": "sum", "div": "true_divide",
}  # fmt: skip
"""What PyTorch calls an operation where it is not our name."""


def samples(name: str) -> list[Point]:
    """Different points for an operation, at most `PER_OPERATION` from each source."""
    row = TABLE[name]
    found = dict.fromkeys(_edges(row))
    found.update(dict.fromkeys(accuracy_points(row, PER_OPERATION // 2, seed=77)))
    found.update(dict.fromkeys(_opinfo(row)))
    if name in FIXED:
        found = dict.fromkeys((x[0], *FIXED[name]) for x in found)
    return list(found)


def _edges(row: Primitive) -> Iterator[Point]:
    width = WIDTH if row.variadic else len(row.parameters)
    if len(row.parameters) == 1 and not row.variadic:
        yield from ((x,) for x in EDGES)
    elif width == 2:
        yield from itertools.product(EDGES, EDGES)
    else:
        rng = random.Random(f"{row.name} edges")
        width += 4 if row.name == "dot" else 0
        for _ in range(500):
            point = tuple(rng.choice(EDGES) for _ in range(width))
            yield (float(rng.random() < 0.5), *point[1:]) if row.name == "where" else point


@cache
def operator_infos() -> dict[str, Any]:
    """PyTorch's operators by name; none where its test package is missing."""
    try:
        from torch.testing._internal.common_methods_invocations import op_db
    except ImportError:  # of expecttest, for example
        return {}
    return {info.name: info for info in reversed(op_db)}


def _opinfo(row: Primitive) -> list[Point]:
    """Points from the sample and reference inputs of PyTorch's test of the same operator."""
    import torch

    info = operator_infos().get(OPINFO.get(row.name, row.name))
    if info is None:
        return []
    rng = np.random.default_rng(0)
    found: dict[Point, None] = {}
    for sample in itertools.chain(
        *(draw("cpu", torch.float64) for draw in (info.sample_inputs, info.reference_inputs))
    ):
        operands = (
            [sample.input, *sample.args] if row.name != "where" else [sample.args[0], sample.input, *sample.args[1:]]
        )
        try:
            arrays = [np.asarray(x, dtype=float) for x in operands]
        except (TypeError, ValueError, RuntimeError):  # an operand that is no number
            continue
        if row.variadic or row.name in FIXED:
            arrays = arrays[:1]
        if row.name == "dot":
            continue  # vectors of any length: the same sums as ours
        points = _as_points(row, arrays)
        if points is not None:
            chosen = points if len(points) <= 400 else points[rng.choice(len(points), 400, replace=False)]
            found.update(dict.fromkeys(map(tuple, chosen.tolist())))
    rest = list(found)
    special = [x for x in rest if not all(math.isfinite(y) and 1e-5 < abs(y) < 1e5 for y in x)]
    random.Random(0).shuffle(rest)
    return [*special[:PER_OPERATION], *rest[: PER_OPERATION // 2]]


def _as_points(row: Primitive, arrays: list[np.ndarray]) -> np.ndarray | None:
    if row.variadic:
        flat = arrays[0].ravel()
        return flat[: len(flat) // WIDTH * WIDTH].reshape(-1, WIDTH)
    if row.name not in FIXED and len(arrays) != len(row.parameters):
        return None
    return np.stack([x.ravel() for x in np.broadcast_arrays(*arrays)], axis=1)
