"""Recording: from a function, or from a graph that is there already, to a tape."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .. import modes
from ..conditions import Condition
from ..containers import leaves, rebuild
from ..domains import domain_errors
from ..graph import topological_order
from ..lifting import number
from ..row import Primitive
from ..value import Value, apply
from .tape import Constant, Entry, Guard, Input, Instruction, Parameter, Tape


class RecordingError(TypeError):
    """A function that cannot be recorded once for many lanes; the message says what to write instead."""


class Recorder:
    """What happens while a function is recorded: the nodes it makes, and the branches it takes.

    As a context manager it is the recorder of this thread.
    """

    def __init__(self, inputs: Sequence[Value]) -> None:
        self.inputs = tuple(inputs)
        self.made: set[Value] = set(inputs)
        self.guards: list[tuple[Value, bool]] = []

    def __enter__(self) -> "Recorder":
        self._previous = modes.state.recorder
        modes.state.recorder = self
        modes.count(1)
        return self

    def __exit__(self, *exception: object) -> None:
        modes.state.recorder = self._previous
        modes.count(-1)

    def note(self, node: Value) -> None:
        """Remember a Value made by the recorded function."""
        self.made.add(node)

    def compare(self, row: Primitive, left: Any, right: Any) -> Condition:
        """The condition that `row`, a comparison, gives for two operands."""
        node = apply(row, (left, right))
        assert isinstance(node, Value)  # one of the operands is
        return Condition(self, node)

    def guard(self, condition: Value, outcome: bool) -> None:
        """Note that Python branched on `condition`."""
        self.guards.append((condition, outcome))

    def read(self, node: Value) -> None:
        """Refuse to hand out the number of a node that differs from lane to lane."""
        if node in self.made:
            raise RecordingError(
                "reading .data in a function that is being recorded would fix it to the number of one example: "
                "compute with the Value itself, and select with where(condition, a, b)"
            )


@contextmanager
def collector_paused() -> Iterator[None]:
    """Let the garbage collector rest: it would go again and again through all that is being built, and find nothing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def record(f: Callable[..., Any], args: Sequence[Any]) -> tuple[Tape, Any]:
    """The program that `f` runs on numbers in the form of `args`, and what it returned.

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
    return tape_of(*outputs, inputs=inputs, guards=recorder.guards, made=recorder.made), result


def tape_of(
    *outputs: Value | float,
    inputs: Sequence[Value] = (),
    guards: Sequence[tuple[Value, bool]] = (),
    made: set[Value] | None = None,
) -> Tape:
    """The program that computed `outputs`: `inputs` are its inputs, its other leaves are parameters.

    Parameters
    ----------
    made
        The Values that a recorded function made itself: their leaves are constants, and inner nodes that are not
        among them have been captured, which is an error. None, for a graph that is there already, allows all.
    """
    entries: list[Entry] = [Input(value.label or f"x{i}") for i, value in enumerate(inputs)]
    slots = {value: slot for slot, value in enumerate(inputs)}
    constants: dict[str, int] = {}

    def slot_of(x: Value | float) -> int:
        if isinstance(x, Value):
            return slots[x]
        key = repr(x)
        if key not in constants:
            constants[key] = len(entries)
            entries.append(Constant(x))
        return constants[key]

    for node in _order([*[y for y in outputs if isinstance(y, Value)], *[c for c, _ in guards]], inputs):
        if node in slots:
            continue
        row, operands = node.primitive, node.operands
        if row is None and made is not None and node in made:
            slots[node] = slot_of(node._data)
            continue
        if row is not None and made is not None and node not in made:
            raise RecordingError(
                f"the recorded function uses {node!r}, which was computed outside of it: compute it inside, "
                "or hand it in as an input, or detach() it"
            )
        entry = Parameter(node) if row is None else Instruction(row, tuple([slot_of(x) for x in operands]))
        slots[node] = len(entries)
        entries.append(entry)
    return Tape(entries, [slot_of(y) for y in outputs], [Guard(slots[c], outcome) for c, outcome in guards])


def _order(roots: Sequence[Value], inputs: Sequence[Value]) -> list[Value]:
    """All nodes that `roots` need, parents first; what an input was computed from is not needed."""
    order = topological_order(*roots)
    if not any(value.parents for value in inputs):
        return order
    needed, given = set(roots), set(inputs)
    for node in reversed(order):
        if node in needed and node not in given:
            needed.update(node.parents)
    return [node for node in order if node in needed]
