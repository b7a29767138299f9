"""The plan of a tape: what is computed once per call, what in every lane, and which instructions go together.

Instructions that wait for nothing new and apply the same row are computed as one *group*; weighted sums that share
their inputs become one matrix product. Numbers live in *registers*, one row of lanes each; the results of a group
stand in consecutive registers.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple, Protocol

from ..primitives import TABLE
from ..row import Primitive
from .tape import Constant, Input, Instruction, Tape

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

    They stand row after row from position `weights` on, behind each row of W its number of b; x is in the registers `inputs`.
    """

    first: int
    size: int
    inputs: tuple[int, ...]
    weights: int

    @property
    def shape(self) -> tuple[int, int]:
        """The results, and the numbers in a row of W and b."""
        return self.size, len(self.inputs) + 1


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
    constants
        The registers of those broadcast numbers that are constants: nobody asks for their adjoints.
    """

    inputs: int
    uniforms: tuple[int, ...]
    broadcast: tuple[tuple[int, int], ...]
    steps: tuple[Group | Product, ...]
    outputs: tuple[int, ...]
    guards: tuple[tuple[int, bool], ...]
    registers: int
    constants: tuple[int, ...] = ()


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
"""What instructions that are computed together have in common: their depth, their row, and how many operands they have and
which of them are constants, or, for a product, its inputs."""

UNIFORM = -1
"""The depth of what depends on no input."""


class _Planner:
    """The state of laying out one tape."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.depth: list[int] = []  # of each slot: at most that of its operands, plus one
        self.sums: dict[int, tuple[tuple[int, ...], tuple[int, ...], int]] = {}  # the products, see `_product`
        self.uniforms: list[int] = []
        self.registers: dict[int, int] = {slot: i for i, slot in enumerate(tape.inputs)}
        self.broadcast: list[int] = []
        self.count = len(tape.inputs)

    def plan(self) -> Plan:
        """The whole layout."""
        keyed = self._grouped()
        for slot in (*self.tape.outputs, *(guard.slot for guard in self.tape.guards)):
            self._need(slot)
        steps = tuple([self._step(found) for _, found in sorted(keyed.items(), key=lambda item: item[0][0])])
        broadcast = tuple([(self.registers[slot], self._place([slot])) for slot in self.broadcast])
        return Plan(
            inputs=len(self.tape.inputs),
            uniforms=tuple(self.uniforms),
            broadcast=broadcast,
            steps=steps,
            outputs=tuple([self.registers[slot] for slot in self.tape.outputs]),
            guards=tuple([(self.registers[guard.slot], guard.outcome) for guard in self.tape.guards]),
            registers=self.count,
            constants=tuple([self.registers[s] for s in self.broadcast if type(self.tape.entries[s]) is Constant]),
        )

    def _grouped(self) -> dict[_Key, list[tuple[int, Sequence[int]]]]:
        """The instructions that differ from lane to lane, by depth and by what lets them go together.

        Each is given as its slot and the slots that it reads from registers.
        """
        depth, entries = self.depth, self.tape.entries
        place, depth_of = depth.append, depth.__getitem__
        keyed: dict[_Key, list[tuple[int, Sequence[int]]]] = defaultdict(list)
        for slot, entry in enumerate(entries):
            if type(entry) is not Instruction:
                place(0 if type(entry) is Input else UNIFORM)
                continue
            row, operands = entry
            depths = [*map(depth_of, operands)]
            level = max(depths) if depths else UNIFORM
            if level == UNIFORM:
                place(UNIFORM)
                continue
            level += 1
            place(level)
            shared: tuple[int, ...] | int = len(operands)  # what a group has in common
            if UNIFORM in depths:
                found = self._product(operands) if row is DOT else None
                if found:  # a product: its inputs
                    self.sums[slot] = found
                    shared = operands = found[0]
                else:  # which operands are constants
                    shared = tuple([type(entries[operand]) is Constant for operand in operands])
                for operand in operands:
                    self._need(operand)
            keyed[level, row, shared].append((slot, operands))
        return keyed

    def _product(self, operands: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...], int] | None:
        """The inputs, weights and bias of a weighted sum with uniform weights, sorted by input; else None."""
        depth = self.depth
        weights, inputs, bias = DOT.arguments(operands)
        pairs = [(x, w) if depth[w] == UNIFORM else (w, x) for w, x in zip(weights, inputs, strict=True)]
        others = [*[w for _, w in pairs], bias]
        if any(depth[slot] != UNIFORM for slot in others) or len({x for x, _ in pairs}) < len(pairs):
            return None
        pairs.sort()
        return tuple([x for x, _ in pairs]), tuple([w for _, w in pairs]), bias

    def _need(self, slot: int) -> None:
        """See to it that a uniform number that is read from a register has one."""
        if self.depth[slot] == UNIFORM and slot not in self.registers:
            self.registers[slot] = self.count
            self.broadcast.append(slot)
            self.count += 1

    def _place(self, slots: list[int]) -> int:
        """The position from which on `slots` stand among the uniform numbers."""
        self.uniforms += slots
        return len(self.uniforms) - len(slots)

    def _step(self, found: list[tuple[int, Sequence[int]]]) -> Group | Product:
        """The step that computes what was `found`, in the order in which its operands stand in the registers."""
        register = self.registers.__getitem__
        *reads, slots = zip(*sorted([(*map(register, operands), slot) for slot, operands in found]), strict=True)
        first = self.count
        self.count += len(slots)
        self.registers.update(zip(slots, range(first, self.count), strict=True))
        if slots[0] in self.sums:
            rows = [(*weights, bias) for _, weights, bias in map(self.sums.__getitem__, slots)]
            return Product(first, len(slots), tuple([column[0] for column in reads]), self._place([*chain(*rows)]))
        entry = self.tape.entries[slots[0]]
        assert isinstance(entry, Instruction)  # only those are grouped
        return Group(entry.row, first, tuple(reads))
