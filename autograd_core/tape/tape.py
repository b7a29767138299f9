"""The tape: a scalar program as an immutable list of entries, recorded once and replayed many times.

Every number of the program has a slot, and every slot one entry that says where its number comes from: an input, a
parameter, a constant, or an instruction, which reads slots in front of its own. Inputs differ from lane to lane;
parameters are captured leaf Values, read anew at every call.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ..row import Primitive
from ..value import Value


class Input(NamedTuple):
    """A number given at every call, one per lane."""

    label: str


class Parameter(NamedTuple):
    """A captured leaf, whose `data` is read at every call: the same in all lanes."""

    value: Value


class Constant(NamedTuple):
    """A number that stands in the program."""

    number: float


class Instruction(NamedTuple):
    """One application of a primitive to the numbers in the slots `operands`."""

    row: Primitive
    operands: tuple[int, ...]


Entry = Input | Parameter | Constant | Instruction

make = tuple.__new__
"""``make(Instruction, (row, operands))`` takes half the time of the class: recording and the passes spend theirs in that."""


class Guard(NamedTuple):
    """A comparison that Python branched on while recording: the slot of its result (1.0 or 0.0) and how it came out."""

    slot: int
    outcome: bool


class TapeError(ValueError):
    """A tape that is no valid program; the message shows the place and what stands around it."""


class Tape:
    """A recorded scalar program: `entries`, the slots of its `outputs`, and the `guards` under which it holds.

    Raises
    ------
    TapeError
        If an instruction reads a slot that is not computed before it, or the wrong number of slots.
    """

    __slots__ = ("entries", "guards", "inputs", "outputs", "parameters")

    def __init__(self, entries: Sequence[Entry], outputs: Sequence[int], guards: Sequence[Guard] = ()) -> None:
        self.entries = tuple(entries)
        self.outputs = tuple(outputs)
        self.guards = tuple(guards)
        self.inputs = tuple([slot for slot, entry in enumerate(entries) if type(entry) is Input])
        self.parameters = tuple([slot for slot, entry in enumerate(entries) if type(entry) is Parameter])
        self._check()

    def __len__(self) -> int:
        """The number of slots."""
        return len(self.entries)

    def instructions(self) -> list[tuple[int, Instruction]]:
        """The instructions in order, each with the slot of its result."""
        return [(slot, entry) for slot, entry in enumerate(self.entries) if type(entry) is Instruction]

    def statistics(self) -> dict[str, int]:
        """How many entries there are of each kind and primitive, most frequent first."""
        names = (e.row.name if isinstance(e, Instruction) else type(e).__name__.lower() for e in self.entries)
        return dict(Counter(names).most_common())

    def listing(self, start: int = 0, stop: int | None = None) -> str:
        """The entries from slot `start` to slot `stop`, a line each."""
        return "\n".join(self._line(slot) for slot in range(len(self))[start:stop])

    def __str__(self) -> str:
        return self.listing()

    def __repr__(self) -> str:
        return f"<tape of {len(self.instructions())} instructions on {len(self)} slots>"

    def _line(self, slot: int) -> str:
        entry = self.entries[slot]
        if isinstance(entry, Instruction):
            what, detail = entry.row.name, " ".join(f"%{operand}" for operand in entry.operands)
        elif isinstance(entry, Parameter):
            what, detail = "parameter", entry.value.label or f"was {entry.value.data:.6g}"
        else:
            what, detail = type(entry).__name__.lower(), str(entry[0])
        marks = [f"output {i}" for i, output in enumerate(self.outputs) if output == slot]
        marks += [f"guard: {'true' if guard.outcome else 'false'}" for guard in self.guards if guard.slot == slot]
        return f"{f'%{slot}':<6} {what:<12} {detail}{'  <- ' + ', '.join(marks) if marks else ''}".rstrip()

    def _check(self) -> None:
        arity: dict[Primitive, int] = {}
        for slot, entry in enumerate(self.entries):
            if type(entry) is not Instruction:
                continue
            row, operands = entry
            if len(operands) != arity.get(row) and not row.variadic:
                arity[row] = len(row.parameters)
                if len(operands) != arity[row]:
                    self._fail(slot, f"{row.name} takes {arity[row]} operands, got {len(operands)}")
            for operand in operands:
                if not 0 <= operand < slot:
                    self._fail(slot, f"%{slot} reads %{operand}, which is not computed before it")
        missing = [slot for slot in (*self.outputs, *(g.slot for g in self.guards)) if not 0 <= slot < len(self)]
        if missing:
            self._fail(len(self) - 1, f"the output or guard %{missing[0]} does not exist")

    def _fail(self, slot: int, reason: str) -> None:
        start = max(0, slot - 3)
        around = self.listing(start, slot + 4).splitlines()
        marked = [("> " if start + i == slot else "  ") + line for i, line in enumerate(around)]
        raise TapeError("\n".join([f"not a valid tape: {reason}", *marked]))
