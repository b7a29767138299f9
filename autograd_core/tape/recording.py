"""Recording: from a function, or from a graph that is there already, to a tape."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from .. import modes
from ..conditions import Condition
from ..containers import leaves, rebuild
from ..domains import domain_errors
from ..graph import topological_order
from ..lifting import number
from ..row import Primitive
from ..value import Value, apply
from .passes import drop_dead
from .tape import Constant, Entry, Guard, Input, Instruction, Parameter, Tape, make


class RecordingError(TypeError):
    """A function that cannot be recorded once for many lanes; the message says what to write instead."""


class Recorder:
    """What happens while a function is recorded: the nodes it makes, and the branches it takes.

    As a context manager it is the recorder of this thread.
    """

    def __init__(self, inputs: Sequence[Value]) -> None:
        self.inputs = tuple(inputs)
        self.made: dict[Value, None] = dict.fromkeys(inputs)  # in the order in which they were made
        self.note = self.made.setdefault  # told of every Value that is made: without a call of Python
        self.guards: list[tuple[Value, bool]] = []

    def __enter__(self) -> "Recorder":
        self._previous = modes.state.recorder
        modes.state.recorder = self
        modes.count(1)
        return self

    def __exit__(self, *exception: object) -> None:
        modes.state.recorder = self._previous
        modes.count(-1)

    def compare(self, row: Primitive, left: Any, right: Any) -> Condition:
        """The condition that `row`, a comparison, gives for two operands."""
        node = apply(row, (left, right))
        assert isinstance(node, Value)  # one of the operands is
        return Condition(self, node)

    def guard(self, condition: Value, outcome: bool) -> None:
        """Note that Python branched on `condition`."""
        self.guards.append((condition, outcome))

    def read(self, node: Value) -> None:
        """Refuse to hand out the number of a node that may differ from lane to lane: leaves made here do not."""
        if node in self.made and (node._origin.row is not None or any(node is x for x in self.inputs)):
            raise RecordingError(
                "reading .data in a function that is being recorded would fix it to the number of one example: "
                "compute with the Value itself, and select with where(condition, a, b)"
            )

    def refuse(self, what: str, instead: str) -> None:
        """Raise, for `what` would give the numbers of one example to all lanes."""
        raise RecordingError(f"{what} in a function that is being recorded would see one example alone: {instead}")


def record(f: Callable[..., Any], args: Sequence[Any]) -> tuple[Tape, Any]:
    """The program that `f` runs on numbers in the form of `args`, and what it returned, with leaves for its Values.

    Leaves that `f` makes are constants; leaves that it captures are parameters.

    Raises
    ------
    RecordingError
        If `f` uses a Value computed outside of it from other Values, or reads the number of a Value.
    """
    given = [number(f"jit: argument {i}{path}", x) for i, arg in enumerate(args) for path, x in leaves(arg)]
    names = [f"x{i}{path}" for i, arg in enumerate(args) for path, _ in leaves(arg)]
    inputs = [Value(x, label=name) for x, name in zip(given, names, strict=True)]
    fresh = iter(inputs)
    lifted = [rebuild(arg, fresh) for arg in args]
    with Recorder(inputs) as recorder, modes.recording(), domain_errors("ieee"):
        result = f(*lifted)
    outputs = [number(f"jit: the result{path}", y) for path, y in leaves(result)]
    tape = tape_of(*outputs, inputs=inputs, guards=recorder.guards, made=recorder.made)
    returned = [Value(y._data) if isinstance(y, Value) else y for y in outputs]  # the graph is needed no more
    return tape, rebuild(result, iter(returned))


def tape_of(
    *outputs: Value | float,
    inputs: Sequence[Value] = (),
    guards: Sequence[tuple[Value, bool]] = (),
    made: Collection[Value] | None = None,
) -> Tape:
    """The program that computed `outputs`: `inputs` are its inputs, its other leaves are parameters.

    Parameters
    ----------
    made
        The Values that a recorded function made itself, in order: their leaves are constants, and inner nodes that are
        not among them have been captured, which is an error. None, for a graph that is there already, allows all.
    """
    entries: list[Entry] = [Input(value.label or f"x{i}") for i, value in enumerate(inputs)]
    slots = {value: slot for slot, value in enumerate(inputs)}
    constants: dict[float | str, int] = {}

    def slot_of(x: Value | float) -> int:
        """The slot of an operand or output; a number, and a Value that was captured, gets one when it is first read."""
        if isinstance(x, Value):
            if x not in slots:
                slots[x] = len(entries)
                entries.append(Parameter(x))
            return slots[x]
        key = x or repr(x)  # 0.0 and -0.0 are equal, but not the same
        if key not in constants:
            constants[key] = len(entries)
            entries.append(Constant(x))
        return constants[key]

    roots = [*[y for y in outputs if isinstance(y, Value)], *[condition for condition, _ in guards]]
    for node in topological_order(*roots) if made is None else made:
        if node in slots:
            continue
        origin = node._origin
        if origin.row is None:
            slots[node] = slot_of(node if made is None else node._data)
            continue
        operands: Iterable[Value | float] = node.operands if origin.constants else node.parents
        try:
            read = tuple(map(slots.__getitem__, operands))  # type: ignore[arg-type]  # numbers are not found
        except KeyError:  # numbers, and what was captured
            read = tuple(map(slot_of, operands))
        slots[node] = len(entries)
        entries.append(make(Instruction, (origin.row, read)))
    tape = Tape(entries, [slot_of(y) for y in outputs], [Guard(slots[c], outcome) for c, outcome in guards])
    tape = drop_dead(tape, Constant, Parameter)
    captured = [entry.value for slot in tape.parameters if isinstance(entry := tape.entries[slot], Parameter)]
    inner = next((value for value in captured if made is not None and value.primitive is not None), None)
    if inner is not None:
        raise RecordingError(
            f"the recorded function uses {inner!r}, which was computed outside of it: compute it inside, "
            "or hand it in as an input, or detach() it"
        )
    return tape
