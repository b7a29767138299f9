"""Plans on Numba: a plan as arrays of integers, which the kernels of `kernels.py` run."""

import warnings
from collections.abc import Sequence
from functools import cache, cached_property
from itertools import chain
from typing import Any, NamedTuple

from ..row import Primitive
from . import sweep_template
from .kernel_cache import Kernels
from .kernels import PRODUCT_OPCODE, products, source
from .memory import Memory, memory_of, own_rows
from .plan import Group, Plan, Product, Run
from .vector_width import PADDING

BLOCK_BYTES = 1 << 20
"""How much memory the registers of one block of lanes and their adjoints may take, so that they stay in the cache."""

UNROLLED = 32
"""How many lanes the loops of the kernels take at once, where they can: four vectors."""

BYTES_PER_NUMBER = 8
"""What a row takes in a lane: a register has one for its number and one for its adjoint, unless registers share rows."""

_PLAN = "int64[:,::1], int64[::1], float64[::1], float64[:,::1]"
SIGNATURES = {
    "forward": f"({_PLAN}, int64)",
    "backward": f"({_PLAN}, float64[:,::1], float64[::1], int64)",
    **sweep_template.SIGNATURES,
}
"""The types of the kernels' arguments."""

_PRODUCT = "int64, int64, int64, int64[::1], float64[::1], int64, float64[:,::1]"
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
    """The module with ``forward``, ``backward`` and ``sweep`` for `rows`."""
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
    """A plan as arrays: its steps and operands for the kernels, and the rows of what goes in and comes out."""

    steps: Any
    index: Any
    outputs: Any
    guards: Any
    broadcast: Any  # pairs of a row and the position of its number among the uniform ones


def encode(plan: Plan, rows: Sequence[Primitive], input_adjoints: bool = True, memory: Memory | None = None) -> Encoded:
    """`plan` for the kernels of `rows`.

    Parameters
    ----------
    input_adjoints
        Whether products of inputs alone pass adjoints back to them.
    memory
        Where the registers are; without it, each has a row of its own.
    """
    import numpy as np

    number, adjoint = (memory or own_rows(plan))[:2]
    reused = memory is not None and memory.reused
    constants = set(plan.constants)
    opcodes = {row: op for op, row in enumerate(rows, PRODUCT_OPCODE + 1)}
    steps: list[tuple[int, ...]] = []
    index: list[int] = []
    for step in plan.steps:
        at = len(index)
        if isinstance(step, Product):
            index += step.inputs
            wanted = input_adjoints or max(step.inputs) >= plan.inputs
            steps.append((PRODUCT_OPCODE, step.first, step.size, at, len(step.inputs), step.weights, wanted, 0))
            continue
        registers = [*chain.from_iterable(step.operands), *range(step.first, step.first + step.size)]
        index += map(number.__getitem__, registers)
        index += map(adjoint.__getitem__, registers)
        results = at + len(registers) - step.size
        free = [j for j, column in enumerate(step.operands) if not constants.issuperset(column)]
        only = free[0] if len(free) == 1 < len(step.operands) else -1
        steps.append((opcodes[step.row], only, step.size, at, len(step.operands), results, at + len(registers), reused))
    return Encoded(
        np.array(steps, dtype=np.int64).reshape(len(steps), 8),
        np.array(index, dtype=np.int64),
        np.array([number[register] for register in plan.outputs], dtype=np.int64),
        np.array([number[register] for register, _ in plan.guards], dtype=np.int64),
        np.array([(number[register], position) for register, position in plan.broadcast], dtype=np.int64).reshape(
            -1, 2
        ),
    )


def lanes_per_block(plan: Plan, memory: Memory | None = None) -> int:
    """How many lanes are computed at a time: a multiple of `PADDING`, and of `UNROLLED` from there on."""
    memory = memory or own_rows(plan)
    lanes = min(1024, BLOCK_BYTES // (BYTES_PER_NUMBER * max(1, sum(memory.heights))))
    if memory.reused or lanes >= UNROLLED:  # rows that are shared are few, or read one after the other
        return max(1, lanes // UNROLLED) * UNROLLED
    return max(PADDING, lanes // PADDING * PADDING)


class Results(NamedTuple):
    """What a program computed: as `Run`, but with the adjoints of its parameters, and whether all of it is finite."""

    outputs: Any
    guards: Any
    inputs: Any
    parameters: Any
    finite: bool


class Hoisted(NamedTuple):
    """The part of a program that depends on parameters alone, which are its inputs.

    Attributes
    ----------
    plan, constants
        What is computed, and its uniform numbers.
    wires
        Pairs (position among the uniform numbers of the program, output).
    """

    plan: Plan = Plan(inputs=0, uniforms=(), broadcast=(), steps=(), outputs=(), guards=(), registers=0)
    constants: Any = ()
    wires: Any = ()


class NativeProgram:
    """A program on the kernels: each run is one call. It takes `BYTES_PER_NUMBER` for each row and lane of a block.

    Parameters
    ----------
    plan, constants
        What is computed in every lane, and its uniform numbers as far as they are constants.
    wires
        Pairs (position among the uniform numbers, parameter).
    hoisted
        What is computed of the parameters alone.
    """

    def __init__(self, plan: Plan, constants: Any, wires: Any, hoisted: Hoisted = Hoisted()) -> None:  # noqa: B008 - immutable
        self.plan, self.constants, self.wires, self.hoisted = plan, constants, wires, hoisted

    @cached_property
    def kernels(self) -> Kernels:
        """The kernels for all its rows."""
        return kernels_for(rows_of(self.plan, self.hoisted.plan))

    def lay_out(self) -> None:
        """Prepare all but the kernel now rather than in the first run."""
        assert self._arguments

    @cached_property
    def lanes_per_block(self) -> int:
        """How many lanes are computed at a time."""
        return lanes_per_block(self.plan, self._memories[0])

    @cached_property
    def _sweep(self) -> Any:
        return self.kernels["sweep"]

    @cached_property
    def _memories(self) -> tuple[Memory, Memory]:
        return memory_of(self.plan), memory_of(self.hoisted.plan)

    @cached_property
    def _arguments(self) -> tuple[Any, ...]:
        """The arguments of the kernel that are the same in every call."""
        import numpy as np

        plans, rows = (self.plan, self.hoisted.plan), rows_of(self.plan, self.hoisted.plan)
        constants = [np.array(numbers, dtype=np.float64) for numbers in (self.constants, self.hoisted.constants)]
        encoded = [(*_encoded(plan, rows, memory), numbers)
                   for plan, memory, numbers in zip(plans, self._memories, constants, strict=True)]  # fmt: skip
        columns = PADDING if any(isinstance(step, Product) for step in plans[1].steps) else 1  # for its one lane
        heights, hoisted_heights = [memory.heights for memory in self._memories]
        wires = tuple([np.array(pairs, dtype=np.int64).reshape(-1, 2) for pairs in (self.wires, self.hoisted.wires)])
        nothing = np.zeros((0, 0)), np.zeros(0)
        return encoded, heights, (*hoisted_heights, columns), wires, nothing

    def run(self, parameters: Any, inputs: Any, seeds: Any = None) -> Results:
        """The outputs and guards in all lanes; with `seeds`, the adjoints of the inputs and of the parameters too.

        Parameters
        ----------
        parameters
            Their numbers.
        inputs
            One row per input, one column per lane.
        seeds
            The adjoints of the outputs: one row per output; one column per lane, or a single one for all lanes.
        """
        import numpy as np

        plans, heights, hoisted_sizes, wires, (no_seeds, no_gradients) = self._arguments
        plan, lanes = self.plan, inputs.shape[1]
        inputs = np.ascontiguousarray(inputs)
        outputs, guards = np.empty((len(plan.outputs), lanes)), np.empty((len(plan.guards), lanes))
        d_inputs = d_parameters = None
        if seeds is not None:
            d_inputs, d_parameters = np.empty(inputs.shape), np.zeros(len(parameters))
        finite = self._sweep(
            *plans, (*heights, self.lanes_per_block, *hoisted_sizes), wires, parameters, inputs,
            no_seeds if seeds is None else np.ascontiguousarray(seeds), outputs, guards,
            no_seeds if d_inputs is None else d_inputs, no_gradients if d_parameters is None else d_parameters,
        )  # fmt: skip
        return Results(outputs, guards, d_inputs, d_parameters, finite)


def _encoded(plan: Plan, rows: Sequence[Primitive], memory: Memory) -> tuple[Any, ...]:
    """`encode`, and the rows of the adjoints of outputs and broadcast numbers."""
    import numpy as np

    registers = [*plan.outputs, *[register for register, _ in plan.broadcast]]
    adjoints = np.array([memory.adjoints[register] for register in registers], dtype=np.int64)
    return (*encode(plan, rows, memory=memory), adjoints)


class NativeExecutor(NativeProgram):
    """A plan alone on the kernels: its parameters are its uniform numbers."""

    def __init__(self, plan: Plan) -> None:
        import numpy as np

        positions = np.arange(len(plan.uniforms))
        super().__init__(plan, np.zeros(len(positions)), np.stack([positions, positions], axis=1))

    def run(self, uniforms: Any, inputs: Any, seeds: Any = None) -> Run:  # type: ignore[override]  # with other names
        """See `Executor`."""
        return Run(*super().run(uniforms, inputs, seeds)[:4])
