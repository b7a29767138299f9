"""Plans on Numba: a plan as arrays of integers, which the kernels of `kernels.py` run."""

import warnings
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from ..row import Primitive
from .kernel_cache import Kernels
from .kernels import PRODUCT_OPCODE, products, source
from .plan import Group, Plan, Product, Run
from .vector_width import PADDING, padded

BLOCK_BYTES = 1 << 20
"""How much memory the registers of one block of lanes and their adjoints may take, so that they stay in the cache."""

BYTES_PER_NUMBER = 16
"""What a register takes in a lane: its number and its adjoint."""

_PLAN = "int64[:,::1], int64[::1], float64[::1], float64[:,::1]"
SIGNATURES = {"forward": f"({_PLAN}, int64)", "backward": f"({_PLAN}, float64[:,::1], float64[::1], int64)"}
"""The types of the kernels' arguments."""

_PRODUCT = "int64, int64, int64, int64[::1], float64[::1], int64, int64, float64[:,::1]"
PRODUCT_SIGNATURES = {
    "product": f"void({_PRODUCT}, int64)",
    "product_adjoint": f"void({_PRODUCT}, float64[:,::1], float64[::1], int64, int64)",
}
"""The types of the arguments of matrix products."""


def available() -> bool:
    """Whether Numba is there; if not, say once what it would take."""
    global _hinted  # noqa: PLW0603
    try:
        import numba  # noqa: F401
    except ImportError:
        if not _hinted:
            _hinted = True
            warnings.warn(
                "Numba is not installed: compiled functions run on NumPy, more slowly. pip install numba", stacklevel=2
            )
        return False
    return True


_hinted = False


def kernels_for(rows: Sequence[Primitive]) -> Kernels:
    """The module with ``forward`` and ``backward`` for `rows`."""
    return _kernels_for(tuple(rows))


@cache
def _kernels_for(rows: tuple[Primitive, ...]) -> Kernels:
    shared = Kernels.of("products", products(), PRODUCT_SIGNATURES)
    for name in PRODUCT_SIGNATURES:
        shared[name]  # compiled here, once for all sets of rows, and not again inside of each
    return Kernels.of("kernels", source(rows, shared.name), SIGNATURES)


def rows_of(*plans: Plan) -> list[Primitive]:
    """The rows that `plans` apply, each once, by name: the order in which the kernels of a set of rows are written."""
    rows = {step.row for plan in plans for step in plan.steps if isinstance(step, Group)}
    return sorted(rows, key=lambda row: row.name)


class Encoded(NamedTuple):
    """A plan as arrays: its steps and operands for the kernels, and the registers of what goes in and comes out."""

    steps: Any
    index: Any
    outputs: Any
    guards: Any
    broadcast: Any  # pairs of a register and the position of its number among the uniform ones


def encode(plan: Plan, rows: Sequence[Primitive], input_adjoints: bool = True) -> Encoded:
    """`plan` for the kernels of `rows`; without `input_adjoints`, products of inputs alone pass nothing back to them."""
    import numpy as np

    opcodes = {row: op for op, row in enumerate(rows, PRODUCT_OPCODE + 1)}
    steps: list[list[int]] = []
    index: list[int] = []
    for step in plan.steps:
        at = len(index)
        if isinstance(step, Product):
            index += step.inputs
            wanted = input_adjoints or max(step.inputs) >= plan.inputs
            steps.append(
                [PRODUCT_OPCODE, step.first, step.size, at, len(step.inputs), step.weights, step.biases, wanted]
            )
        else:
            for operand in step.operands:
                index += operand
            steps.append([opcodes[step.row], step.first, step.size, at, len(step.operands), 0, 0, 0])
    return Encoded(
        np.array(steps, dtype=np.int64).reshape(len(steps), 8),
        np.array(index, dtype=np.int64),
        np.array(plan.outputs, dtype=np.int64),
        np.array([register for register, _ in plan.guards], dtype=np.int64),
        np.array(plan.broadcast, dtype=np.int64).reshape(-1, 2),
    )


def lanes_per_block(plan: Plan) -> int:
    """How many lanes are computed at a time: a multiple of `PADDING`."""
    return max(PADDING, min(1024, BLOCK_BYTES // (BYTES_PER_NUMBER * max(1, plan.registers)) // PADDING * PADDING))


class NativeExecutor:
    """A plan on the kernels; it needs `BYTES_PER_NUMBER` for each register and lane of a block."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        rows = rows_of(plan)
        self.kernels = kernels_for(rows)
        self.encoded = encode(plan, rows)
        self.lanes_per_block = lanes_per_block(plan)

    def run(self, uniforms: Any, inputs: Any, seeds: Any = None) -> Run:
        """See `Executor`."""
        import numpy as np

        steps, index, at_outputs, at_guards, broadcast = self.encoded
        plan, lanes = self.plan, inputs.shape[1]
        size = max(1, min(self.lanes_per_block, lanes))
        forward = self.kernels["forward"]
        outputs = np.empty((len(at_outputs), lanes))
        guards = np.empty((len(at_guards), lanes))
        V = A = np.empty((0, 0))
        d_inputs, d_uniforms = np.empty(inputs.shape), np.zeros_like(uniforms)
        backward = self.kernels["backward"] if seeds is not None else None
        for start in range(0, lanes, size):
            block = slice(start, min(start + size, lanes))
            count = block.stop - start
            if V.shape[1] != padded(count):  # the kernels take all columns
                V = np.empty((plan.registers, padded(count)))
                V[broadcast[:, 0]] = uniforms[broadcast[:, 1], None]
                A = np.empty_like(V)
            V[: plan.inputs, :count] = inputs[:, block]
            V[: plan.inputs, count:] = inputs[:, block.stop - 1 : block.stop]
            forward(steps, index, uniforms, V, V.shape[1])
            outputs[:, block] = V[at_outputs, :count]
            guards[:, block] = V[at_guards, :count]
            if backward is not None:
                A[:] = 0.0
                np.add.at(A[:, :count], at_outputs, seeds[:, block])
                backward(steps, index, uniforms, V, A, d_uniforms, V.shape[1])
                d_inputs[:, block] = A[: plan.inputs, :count]
                np.add.at(d_uniforms, broadcast[:, 1], A[broadcast[:, 0]].sum(axis=1))
        return Run(outputs, guards) if backward is None else Run(outputs, guards, d_inputs, d_uniforms)
