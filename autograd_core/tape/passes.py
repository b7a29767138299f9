"""Passes: each takes a tape and gives an equivalent one that does less work.

`simplified` runs them all; each is a function of its own, so that a tape can be printed before and after.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import reduce

from ..evaluate import NUMBERS
from ..ieee import Float
from ..primitives import TABLE
from ..row import Primitive
from .tape import Constant, Entry, Guard, Instruction, Tape

ADD, MUL, POW, SQUARE, PROD, DOT = (TABLE[name] for name in ("add", "mul", "pow", "square", "prod", "dot"))


class Builder:
    """A tape in the making."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.moved: list[int] = []  # for each slot of the old tape its slot here
        self._constants: dict[str, int] = {}

    def put(self, entry: Entry) -> int:
        """Append `entry`; the slot it got."""
        self.entries.append(entry)
        return len(self.entries) - 1

    def constant(self, number: float) -> int:
        """The slot of a constant, one for all its uses."""
        key = repr(number)
        if key not in self._constants:
            self._constants[key] = self.put(Constant(number))
        return self._constants[key]

    def numbers(self, slots: Sequence[int]) -> list[float] | None:
        """The numbers in `slots` if all of them are constants."""
        entries = [self.entries[slot] for slot in slots]
        numbers = [entry.number for entry in entries if isinstance(entry, Constant)]
        return numbers if len(numbers) == len(entries) else None


Visit = Callable[[Builder, int, Instruction], int]
"""Where the result of an instruction of the old tape (its slot, its row, its operands in the new tape) is found."""


def rewrite(tape: Tape, visit: Visit) -> Tape:
    """`tape` with every instruction replaced by what `visit` makes of it."""
    builder = Builder()
    moved = builder.moved
    for slot, entry in enumerate(tape.entries):
        if isinstance(entry, Instruction):
            operands = tuple([moved[operand] for operand in entry.operands])
            moved.append(visit(builder, slot, Instruction(entry.row, operands)))
        elif isinstance(entry, Constant):
            moved.append(builder.constant(entry.number))
        else:
            moved.append(builder.put(entry))
    guards = [Guard(moved[guard.slot], guard.outcome) for guard in tape.guards]
    return Tape(builder.entries, [moved[output] for output in tape.outputs], guards)


def fold_constants(tape: Tape) -> Tape:
    """Compute now what depends on constants alone."""

    def visit(builder: Builder, _: int, instruction: Instruction) -> int:
        numbers = builder.numbers(instruction.operands)
        if numbers is None:
            return builder.put(instruction)
        arguments = instruction.row.arguments([Float(x) for x in numbers])
        return builder.constant(float(instruction.row.primal(NUMBERS, *arguments)))

    return rewrite(tape, visit)


def lower(tape: Tape) -> Tape:
    """Write powers and products in cheaper operations: ``x**2`` as a square, a product of many as several of two.

    A power with a constant exponent 0 is the constant 1, whatever the base is.
    """

    def visit(builder: Builder, _: int, instruction: Instruction) -> int:
        row, operands = instruction
        if row is PROD:
            return reduce(lambda x, y: builder.put(Instruction(MUL, (x, y))), operands)
        exponent = builder.entries[operands[1]] if row is POW else None
        if isinstance(exponent, Constant) and exponent.number == 0.0:
            return builder.constant(1.0)
        if isinstance(exponent, Constant) and exponent.number == 2.0:
            return builder.put(Instruction(SQUARE, operands[:1]))
        return builder.put(instruction)

    return rewrite(tape, visit)


def share_repeats(tape: Tape) -> Tape:
    """Compute equal instructions once (common subexpressions); operands of a commutative row may stand in any order."""
    known: dict[tuple[Primitive, tuple[int, ...]], int] = {}

    def visit(builder: Builder, _: int, instruction: Instruction) -> int:
        row, operands = instruction
        swappable = "commutative" in row.traits and not row.variadic
        key = (row, tuple(sorted(operands)) if swappable else operands)
        if key not in known:
            known[key] = builder.put(instruction)
        return known[key]

    return rewrite(tape, visit)


def drop_dead(tape: Tape) -> Tape:
    """Leave out instructions and constants that no output or guard needs; inputs and parameters stay."""
    needed = {*tape.outputs, *(guard.slot for guard in tape.guards)}
    for slot, instruction in reversed(tape.instructions()):
        if slot in needed:
            needed.update(instruction.operands)
    moved: dict[int, int] = {}
    entries: list[Entry] = []
    for slot, entry in enumerate(tape.entries):
        if slot in needed or not isinstance(entry, Instruction | Constant):
            moved[slot] = len(entries)
            if isinstance(entry, Instruction):
                entry = Instruction(entry.row, tuple([moved[operand] for operand in entry.operands]))
            entries.append(entry)
    guards = [Guard(moved[guard.slot], guard.outcome) for guard in tape.guards]
    return Tape(entries, [moved[output] for output in tape.outputs], guards)


def weigh_sums(tape: Tape) -> Tape:
    """Turn sums of products, as in ``w1*x1 + w2*x2 + b``, into weighted sums.

    A sum is followed through additions that nothing else reads; from two products on it becomes one ``dot``.
    The result may differ from the written order of additions by rounding.
    """
    uses = Counter(operand for _, instruction in tape.instructions() for operand in instruction.operands)
    uses.update(tape.outputs)
    uses.update(guard.slot for guard in tape.guards)
    additions = {slot for slot, (row, _) in tape.instructions() if row is ADD}
    inner = {operand for slot in additions for operand in _operands(tape, slot) if uses[operand] == 1} & additions

    def summands(head: int) -> list[int]:
        """The slots that the sum in slot `head` adds up, left to right."""
        found, stack = [], [head]
        while stack:
            slot = stack.pop()
            if slot == head or slot in inner:
                stack.extend(reversed(_operands(tape, slot)))
            else:
                found.append(slot)
        return found

    def visit(builder: Builder, slot: int, instruction: Instruction) -> int:
        if slot not in additions or slot in inner:
            return builder.put(instruction)
        terms = summands(slot)
        products = [term for term in terms if uses[term] == 1 and _is(tape, term, MUL)]
        if len(products) < 2:
            return builder.put(instruction)
        weights, inputs = zip(*(_operands(tape, product) for product in products), strict=True)
        rest = [builder.moved[term] for term in terms if term not in set(products)]
        bias = rest.pop() if rest else builder.constant(0.0)
        operands = [builder.moved[w] for w in weights] + rest + [builder.moved[x] for x in inputs]
        operands += [builder.constant(1.0)] * len(rest)
        return builder.put(Instruction(DOT, (*operands, bias)))

    return drop_dead(rewrite(tape, visit))


def _operands(tape: Tape, slot: int) -> tuple[int, ...]:
    entry = tape.entries[slot]
    return entry.operands if isinstance(entry, Instruction) else ()


def _is(tape: Tape, slot: int, row: Primitive) -> bool:
    entry = tape.entries[slot]
    return isinstance(entry, Instruction) and entry.row is row


PASSES: tuple[Callable[[Tape], Tape], ...] = (fold_constants, lower, share_repeats, drop_dead, weigh_sums)
"""All passes, in the order in which `simplified` runs them."""


def simplified(tape: Tape) -> Tape:
    """`tape` after all `PASSES`."""
    for run in PASSES:
        tape = run(tape)
    return tape
