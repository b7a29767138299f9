"""The plan of a tape: what is computed once per call, what in every lane, and which instructions go together.

Instructions that wait for nothing new and apply the same row are computed as one *group*; weighted sums that share
their inputs become one matrix product. Numbers live in *registers*, one row of lanes each; the results of a group
stand in consecutive registers.
"""

from collections import defaultdict
from typing import Any, NamedTuple, Protocol

from ..primitives import TABLE
from ..row import Primitive
from .tape import Input, Instruction, Tape

DOT = TABLE["dot"]


class Group(NamedTuple):
    """Instructions of one row that are computed together.

    `first` is the register of the first result; operand j of result i stands in register ``operands[j][i]``.
    """

    row: Primitive
    first: int
    operands: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> int:
        """How many results there are."""
        return len(self.operands[0]) if self.operands else 0


class Product(NamedTuple):
    """Weighted sums of the same inputs: the `size` results W·x + b, with W and b among the uniform numbers.

    W stands from position `weights` on, row after row, and b from position `biases` on; x is in the registers `inputs`.
    """

    first: int
    size: int
    inputs: tuple[int, ...]
    weights: int
    biases: int


class Plan(NamedTuple):
    """A tape laid out for execution over lanes.

    Attributes
    ----------
    inputs
        How many inputs there are; input i is register i.
    uniforms
        The slots of the tape whose number is the same in all lanes, as the executor gets them: the matrices of the
        products, each whole, and then what is broadcast. A slot may stand at several positions.
    broadcast
        Pairs (register, position in `uniforms`): uniform numbers that are needed in every lane.
    steps
        The groups and products in order.
    outputs, guards
        The registers of the results and of the comparisons, the latter with their outcome.
    registers
        How many registers there are.
    """

    inputs: int
    uniforms: tuple[int, ...]
    broadcast: tuple[tuple[int, int], ...]
    steps: tuple[Group | Product, ...]
    outputs: tuple[int, ...]
    guards: tuple[tuple[int, bool], ...]
    registers: int


class Run(NamedTuple):
    """What an executor computed: `outputs` and `guards` have one row each and one column per lane.

    With seeds, `inputs` has the adjoints of the inputs, one row each, and `uniforms` those of the uniform numbers,
    summed over the lanes; without, both are None.
    """

    outputs: Any
    guards: Any
    inputs: Any = None
    uniforms: Any = None


class Executor(Protocol):
    """Runs a plan."""

    def run(self, uniforms: Any, inputs: Any, seeds: Any = None) -> Run:
        """Compute all lanes; with `seeds`, the adjoints of the outputs, sweep back as well.

        Parameters
        ----------
        uniforms
            The numbers of `Plan.uniforms`.
        inputs, seeds
            One row per input, and per output; one column per lane.
        """


def uniform_slots(tape: Tape) -> list[bool]:
    """For each slot whether its number is the same in all lanes: it depends on no input."""
    uniform: list[bool] = []
    for entry in tape.entries:
        if type(entry) is Instruction:
            uniform.append(False not in [uniform[operand] for operand in entry.operands])
        else:
            uniform.append(type(entry) is not Input)
    return uniform


def make_plan(tape: Tape) -> Plan:
    """Lay out `tape`: group its instructions by the depth at which they can be computed."""
    return _Planner(tape).plan()


_Key = tuple[int, Primitive, tuple[int, ...] | int]
"""What instructions that are computed together have in common: their depth, row, and inputs or number of operands."""


class _Planner:
    """The state of laying out one tape."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.uniform = uniform_slots(tape)
        self.sums = {slot: found for slot, entry in tape.instructions()
                     if entry.row is DOT and (found := self._product(slot, entry))}  # fmt: skip
        self.uniforms: list[int] = []
        self.registers: dict[int, int] = {slot: i for i, slot in enumerate(tape.inputs)}
        self.broadcast: list[int] = []
        self.count = len(tape.inputs)

    def plan(self) -> Plan:
        """The whole layout."""
        keyed = self._grouped()
        uniform = self.uniform
        for slots in keyed.values():
            for slot in slots:
                for operand in self._lane_operands(slot):
                    if uniform[operand]:
                        self._need(operand)
        for slot in (*self.tape.outputs, *(guard.slot for guard in self.tape.guards)):
            self._need(slot)
        steps = tuple([self._step(slots) for _, slots in sorted(keyed.items(), key=lambda item: item[0][0])])
        broadcast = tuple([(self.registers[slot], self._place([slot])) for slot in self.broadcast])
        return Plan(
            inputs=len(self.tape.inputs),
            uniforms=tuple(self.uniforms),
            broadcast=broadcast,
            steps=steps,
            outputs=tuple([self.registers[slot] for slot in self.tape.outputs]),
            guards=tuple([(self.registers[guard.slot], guard.outcome) for guard in self.tape.guards]),
            registers=self.count,
        )

    def _product(self, slot: int, entry: Instruction) -> tuple[tuple[int, ...], tuple[int, ...], int] | None:
        """The inputs, weights and bias of a weighted sum with uniform weights, sorted by input; else None."""
        if self.uniform[slot] or not self.uniform[entry.operands[-1]]:
            return None
        weights, inputs, bias = DOT.arguments(entry.operands)
        pairs = [(x, w) if self.uniform[w] else (w, x) for w, x in zip(weights, inputs, strict=True)]
        if not all(self.uniform[w] for _, w in pairs) or len({x for x, _ in pairs}) < len(pairs):
            return None
        pairs.sort()
        return tuple([x for x, _ in pairs]), tuple([w for _, w in pairs]), bias

    def _lane_operands(self, slot: int) -> tuple[int, ...]:
        """The operands that an instruction reads from registers."""
        if slot in self.sums:
            return self.sums[slot][0]
        entry = self.tape.entries[slot]
        return entry.operands if isinstance(entry, Instruction) else ()

    def _grouped(self) -> dict[_Key, list[int]]:
        """The instructions that differ from lane to lane, by depth and by what lets them go together."""
        depth = [0] * len(self.tape)
        keyed: dict[_Key, list[int]] = defaultdict(list)
        uniform, sums = self.uniform, self.sums
        for slot, entry in enumerate(self.tape.entries):
            if type(entry) is Instruction and not uniform[slot]:
                operands = sums[slot][0] if slot in sums else entry.operands
                level = 1 + max([depth[operand] for operand in operands])
                depth[slot] = level
                shared = operands if slot in sums else len(operands)  # a product's inputs, else only their number
                keyed[level, entry.row, shared].append(slot)
        return keyed

    def _need(self, slot: int) -> None:
        """See to it that a uniform number that is read from a register has one."""
        if self.uniform[slot] and slot not in self.registers:
            self.registers[slot] = self.count
            self.broadcast.append(slot)
            self.count += 1

    def _place(self, slots: list[int]) -> int:
        """The position from which on `slots` stand among the uniform numbers."""
        self.uniforms += slots
        return len(self.uniforms) - len(slots)

    def _step(self, slots: list[int]) -> Group | Product:
        """The step that computes `slots`, in the order in which their operands stand in the registers."""
        reads = {slot: [self.registers[operand] for operand in self._lane_operands(slot)] for slot in slots}
        slots = sorted(slots, key=reads.__getitem__)
        first = self.count
        self.registers.update(zip(slots, range(first, first + len(slots)), strict=True))
        self.count += len(slots)
        if slots[0] in self.sums:
            weights = self._place([w for slot in slots for w in self.sums[slot][1]])
            biases = self._place([self.sums[slot][2] for slot in slots])
            return Product(first, len(slots), tuple(reads[slots[0]]), weights, biases)
        entry = self.tape.entries[slots[0]]
        assert isinstance(entry, Instruction)  # only those are grouped
        return Group(entry.row, first, tuple(zip(*(reads[slot] for slot in slots), strict=True)))
