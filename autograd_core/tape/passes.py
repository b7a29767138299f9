"""Passes: each takes a tape and gives an equivalent one that does less work.

`simplified` runs them all; each is a function of its own, so that a tape can be printed before and after.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from itertools import chain
from types import MappingProxyType

from ..evaluate import NUMBERS
from ..ieee import Float
from ..primitives import TABLE
from .tape import Constant, Entry, Guard, Instruction, Tape, make

ADD, MUL, POW, SQUARE, PROD, DOT = (TABLE[name] for name in ("add", "mul", "pow", "square", "prod", "dot"))


class Builder:
    """A tape in the making."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.moved: list[int] = []  # for each slot of the old tape its slot here
        self.numbers: dict[int, float] = {}  # the constants, by slot
        self._constants: dict[str, int] = {}

    def put(self, entry: Entry) -> int:
        """Append `entry`; the slot it got."""
        self.entries.append(entry)
        return len(self.entries) - 1

    def constant(self, number: float) -> int:
        """The slot of a constant, one for all its uses."""
        key = repr(number)
        if key not in self._constants:
            self._constants[key] = slot = self.put(Constant(number))
            self.numbers[slot] = number
        return self._constants[key]


Visit = Callable[[Builder, int, Instruction], Instruction | int]
"""What becomes of an instruction of the old tape (its slot, and itself with operands in the new tape): another
instruction, or the slot where its result is found."""


def rewrite(tape: Tape, *visits: Visit, at: Container[int] | None = None, needed: Sequence[int] = ()) -> Tape:
    """`tape` with every instruction replaced by what the `visits`, one after the other, make of it.

    Parameters
    ----------
    at
        The slots whose instructions are visited; all, if None.
    needed
        For each slot 1 if its entry is kept, else 0; all are kept if empty.
    """
    builder = Builder()
    put, moved = builder.put, builder.moved
    place, moved_to = moved.append, moved.__getitem__
    for slot, entry in enumerate(tape.entries):
        if needed and not needed[slot]:
            place(-1)
        elif type(entry) is Instruction:
            row, operands = entry
            read = tuple(map(moved_to, operands))
            result: Instruction | int = entry if read == operands else make(Instruction, (row, read))
            if at is None or slot in at:
                for visit in visits:
                    result = visit(builder, slot, result)  # type: ignore[arg-type]  # an int ends the loop
                    if type(result) is int:
                        break
            place(result if type(result) is int else put(result))  # type: ignore[arg-type]
        elif type(entry) is Constant:
            place(builder.constant(entry.number))
        else:
            place(put(entry))
    guards = [Guard(moved[guard.slot], guard.outcome) for guard in tape.guards]
    return Tape(builder.entries, [moved[output] for output in tape.outputs], guards)


def fold_constants(tape: Tape) -> Tape:
    """Compute now what depends on constants alone."""
    return rewrite(tape, folding())


def folding() -> Visit:
    """The visit of `fold_constants`."""

    def visit(builder: Builder, _: int, instruction: Instruction) -> Instruction | int:
        row, operands = instruction
        known = builder.numbers
        for operand in operands:
            if operand not in known:
                return instruction
        arguments = row.arguments([Float(known[operand]) for operand in operands])
        return builder.constant(float(row.primal(NUMBERS, *arguments)))

    return visit


def lower(tape: Tape) -> Tape:
    """Write powers and products in cheaper operations: ``x**2`` as a square, ``prod([x, y])`` as ``x * y``.

    A power with a constant exponent 0 is the constant 1, whatever the base is.
    """
    return rewrite(tape, lowering())


def lowering() -> Visit:
    """The visit of `lower`."""

    def visit(builder: Builder, _: int, instruction: Instruction) -> Instruction | int:
        row, operands = instruction
        if row is PROD and len(operands) == 2:
            return Instruction(MUL, operands)
        if row is POW:
            exponent = builder.numbers.get(operands[1])
            if exponent == 0.0:
                return builder.constant(1.0)
            if exponent == 2.0:
                return Instruction(SQUARE, operands[:1])
        return instruction

    return visit


def share_repeats(tape: Tape) -> Tape:
    """Compute equal instructions once (common subexpressions); operands of a commutative row may stand in any order."""
    return rewrite(tape, sharing())


def sharing() -> Visit:
    """The visit of `share_repeats`."""
    known: dict[Instruction, int] = {}
    swappable = {row for row in TABLE.values() if "commutative" in row.traits and len(row.parameters) == 2}

    def visit(builder: Builder, _: int, instruction: Instruction) -> int:
        row, operands = instruction
        if row in swappable and operands[0] > operands[1]:
            key = Instruction(row, operands[::-1])
        else:
            key = instruction
        slot = known.get(key)
        if slot is None:
            slot = known[key] = builder.put(instruction)
        return slot

    return visit


def drop_dead(tape: Tape, *kinds: type[Entry]) -> Tape:
    """Leave out what no output or guard needs: instructions, and of the other entries those of `kinds`.

    Without `kinds`, constants; inputs and parameters stay.
    """
    needed = needed_slots(tape, kinds or (Constant,))
    return rewrite(tape, needed=needed) if 0 in needed else tape


def needed_slots(
    tape: Tape, kinds: Sequence[type[Entry]] = (Constant,), reads: Mapping[int, Sequence[int]] = MappingProxyType({})
) -> bytearray:
    """For each slot 1 if an output or guard needs it or it is an entry of another kind than `kinds`, else 0.

    The instructions in the slots of `reads` read what stands there in place of their operands.
    """
    needed = bytearray(len(tape))
    for slot in (*tape.outputs, *(guard.slot for guard in tape.guards)):
        needed[slot] = 1
    entries = tape.entries
    for slot in range(len(tape) - 1, -1, -1):
        entry = entries[slot]
        if type(entry) is Instruction:
            if needed[slot]:
                for operand in reads[slot] if slot in reads else entry[1]:
                    needed[operand] = 1
        elif type(entry) not in kinds:
            needed[slot] = 1
    return needed


def weigh_sums(tape: Tape) -> Tape:
    """Turn sums of products, as in ``w1*x1 + w2*x2 + b``, into weighted sums.

    A sum is followed through additions that nothing else reads; from two products on it becomes one ``dot``.
    The result may differ from the written order of additions by rounding.
    """
    sums = {}  # for each its weights, its inputs, and its other terms
    for slot, (products, others) in sums_of_products(tape).items():
        weights, inputs = zip(*(_operands(tape, product) for product in products), strict=True)
        sums[slot] = (weights, inputs, others)
    if not sums:
        return tape

    def visit(builder: Builder, slot: int, _: Instruction) -> Instruction:
        weights, inputs, rest = [[builder.moved[term] for term in terms] for terms in sums[slot]]
        bias = rest.pop() if rest else builder.constant(0.0)
        ones = [builder.constant(1.0)] * len(rest)
        return Instruction(DOT, (*weights, *rest, *inputs, *ones, bias))

    reads = {slot: [*chain.from_iterable(terms)] for slot, terms in sums.items()}
    return rewrite(tape, visit, at=sums, needed=needed_slots(tape, reads=reads))


def sums_of_products(tape: Tape) -> dict[int, tuple[list[int], list[int]]]:
    """The additions that add up two or more products: for each its products and its other terms, left to right.

    A product or addition belongs to a sum if nothing else reads it.
    """
    uses = [0] * len(tape)
    additions, multiplications = [], set()
    for slot, entry in enumerate(tape.entries):
        if type(entry) is not Instruction:
            continue
        row, operands = entry
        for operand in operands:
            uses[operand] += 1
        if row is ADD:
            additions.append(slot)
        elif row is MUL:
            multiplications.add(slot)
    for slot in (*tape.outputs, *(guard.slot for guard in tape.guards)):
        uses[slot] += 1
    products = dict.fromkeys(additions, 0)  # how many each of them adds up
    inner = set()
    for slot in additions:
        for operand in _operands(tape, slot):
            if uses[operand] == 1:
                if operand in multiplications:
                    products[slot] += 1
                elif operand in products:
                    products[slot] += products[operand]
                    inner.add(operand)
    sums = {}
    for head in additions:
        if products[head] < 2 or head in inner:
            continue
        terms: tuple[list[int], list[int]] = ([], [])
        stack = [head]
        while stack:
            slot = stack.pop()
            if slot == head or slot in inner:
                stack.extend(reversed(_operands(tape, slot)))
            else:
                terms[not (uses[slot] == 1 and slot in multiplications)].append(slot)
        sums[head] = terms
    return sums


def _operands(tape: Tape, slot: int) -> tuple[int, ...]:
    entry = tape.entries[slot]
    return entry.operands if isinstance(entry, Instruction) else ()


PASSES: tuple[Callable[[Tape], Tape], ...] = (fold_constants, lower, share_repeats, drop_dead, weigh_sums)
"""All passes, each of which can be run alone."""


def simplified(tape: Tape) -> Tape:
    """`tape` after all `PASSES`; those that look at one instruction at a time go through it together."""
    return weigh_sums(drop_dead(rewrite(tape, folding(), lowering(), sharing())))
