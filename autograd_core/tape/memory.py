"""Memory planning: which row of memory holds each register, so that a long program stays in the processor's caches.

A sweep needs two tables, with one row of lanes per register: the numbers, and their adjoints. But a number that no partial
derivative reads may give its row to others after its last use, and an adjoint is needed only from the last use of its number
back to the instruction that computed it.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

from ..evaluate import traced
from ..row import Primitive
from ..symbolic import Operand, Symbol
from .plan import Group, Plan, Product

WORTH_PLANNING = 1 << 10
"""From how many registers on rows are shared: the tables of fewer fit into the cache as they are."""


class Memory(NamedTuple):
    """Where each register has its number and its adjoint.

    Attributes
    ----------
    numbers, adjoints
        For each register its rows in the two tables. Inputs have the first rows of both.
    heights
        How many rows the tables have.
    reused
        Whether rows of adjoints serve several registers: the sweep leaves zeros behind.
    """

    numbers: Sequence[int]
    adjoints: Sequence[int]
    heights: tuple[int, int]
    reused: bool


def memory_of(plan: Plan) -> Memory:
    """The rows of all registers of `plan`: one for each, or shared where that pays.

    A matrix product reads and writes consecutive rows, so plans with products are left as they are.
    """
    if plan.registers < WORTH_PLANNING or any(isinstance(step, Product) for step in plan.steps):
        return own_rows(plan)
    return shared_rows(plan)


def own_rows(plan: Plan) -> Memory:
    """A row for each register, of the same number."""
    registers = range(plan.registers)
    return Memory(registers, registers, (plan.registers, plan.registers), reused=False)


def shared_rows(plan: Plan) -> Memory:
    """Rows that serve one register after the other, for a plan of groups."""
    steps = [step for step in plan.steps if isinstance(step, Group)]
    last = [-1] * plan.registers  # the last step that reads each register
    for s, step in enumerate(steps):
        for column in step.operands:
            for register in column:
                last[register] = s
    ending: list[list[int]] = [[] for _ in steps]
    for register, s in enumerate(last):
        if s >= 0:
            ending[s].append(register)
    kept = _kept(plan, steps)
    heads = [*range(plan.inputs), *[register for register, _ in plan.broadcast]]

    numbers = _Rows(plan.registers, heads)
    for s, step in enumerate(steps):
        numbers.take(_results(step), kept)
        numbers.give_back([register for register in ending[s] if not kept[register]])

    adjoints = _Rows(plan.registers, [register for register in heads if register not in plan.constants])
    nowhere = adjoints.spare()  # for what nobody reads: adjoints of constants
    zero = adjoints.spare()  # what results have that nothing depends on
    for register in plan.constants:
        adjoints.row[register] = nowhere
    adjoints.take(plan.outputs)
    row = adjoints.row
    for s in range(len(steps) - 1, -1, -1):
        adjoints.take(ending[s])
        reached = []
        for register in _results(steps[s]):
            if row[register] < 0:
                row[register] = zero
            else:
                reached.append(register)
        adjoints.give_back(reached)
    return Memory(numbers.row, adjoints.row, (numbers.height, adjoints.height), reused=True)


class _Rows:
    """The rows of one table: those of `heads` come first and are never given back."""

    def __init__(self, registers: int, heads: Iterable[int]) -> None:
        self.row = [-1] * registers
        self.height = 0
        self._free: list[int] = []
        self.take(heads)

    def spare(self) -> int:
        """A row for no register in particular."""
        self.height += 1
        return self.height - 1

    def take(self, registers: Iterable[int], fresh: bytes | bytearray = b"") -> None:
        """Find rows for `registers` that have none; those marked in `fresh` get one that was not in use before."""
        row, free = self.row, self._free
        for register in registers:
            if row[register] < 0:
                if free and not (fresh and fresh[register]):
                    row[register] = free.pop()
                else:
                    row[register] = self.height
                    self.height += 1

    def give_back(self, registers: Iterable[int]) -> None:
        """Let others have the rows of `registers`."""
        self._free += [self.row[register] for register in registers]


def _results(step: Group) -> range:
    return range(step.first, step.first + step.size)


def _kept(plan: Plan, steps: Sequence[Group]) -> bytearray:
    """For each register 1 if its number is needed after the sweep forward: to be given out, or by a partial."""
    kept = bytearray(plan.registers)
    for register in (*range(plan.inputs), *plan.outputs):
        kept[register] = 1
    for register, _ in (*plan.broadcast, *plan.guards):
        kept[register] = 1
    constants = set(plan.constants)
    for step in steps:
        if step.row.variadic:
            for register in (*chain.from_iterable(step.operands), *_results(step)):
                kept[register] = 1
            continue
        for column, needs in zip(step.operands, reads(step.row), strict=True):
            for other in needs:
                others = step.operands[other] if other >= 0 else _results(step)
                if constants.isdisjoint(column):
                    for register in others:
                        kept[register] = 1
                else:
                    for operand, register in zip(column, others, strict=True):
                        if operand not in constants:
                            kept[register] = 1
    return kept


RESULT = -1


@cache
def reads(row: Primitive) -> tuple[frozenset[int], ...]:
    """For each operand of a scalar `row` what its partial reads: numbers of operands, and `RESULT`."""
    if row.at:
        everything = frozenset(range(RESULT, len(row.parameters)))
        return tuple([everything for _ in row.parameters])
    names = [*row.parameters, "out"]
    numbers = {name: i for i, name in enumerate(row.parameters)} | {"out": RESULT}
    return tuple([frozenset([numbers[name] for name in _names(partial)]) for partial in traced(row.partials, names)])


def _names(expression: Operand) -> set[str]:
    """The variables in `expression`."""
    names, seen, stack = set(), set(), [expression]
    while stack:
        part = stack.pop()
        if isinstance(part, Symbol) and id(part) not in seen:
            seen.add(id(part))
            stack += part.operands
            if part.is_variable:
                names.add(part.operation)
    return names
