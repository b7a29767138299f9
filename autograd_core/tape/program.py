"""A tape made ready to run: the part that depends on parameters alone, and the plan of the rest for all lanes."""

import struct
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..value import Value
from .arrays import ArrayExecutor
from .kernels import can_compile
from .native import Hoisted, NativeExecutor, NativeProgram, Results, available
from .passes import simplified
from .plan import Executor, Group, Plan, make_plan, uniform_slots
from .tape import Constant, Entry, Input, Instruction, Parameter, Tape

SHARED_FROM = 1 << 21
"""How many numbers a sweep must compute for the lanes to be shared among threads: some milliseconds of work."""


class Shared:
    """A native executor or program whose lanes are computed in two halves, by one thread or two: the results are the same."""

    def __init__(self, executor: NativeExecutor | NativeProgram, threads: int) -> None:
        self.executor, self.threads = executor, threads

    def run(self, numbers: Any, inputs: Any, seeds: Any = None) -> Any:
        """See `Executor`, or `NativeProgram.run`."""
        import numpy as np

        run: Callable[..., Any] = self.executor.run
        lanes, size = inputs.shape[1], self.executor.lanes_per_block
        half = lanes // size // 2 * size
        if half == 0 or lanes * self.executor.plan.registers < SHARED_FROM:
            return run(numbers, inputs, seeds)
        whole = seeds is None or seeds.shape[1] == 1
        parts = [(numbers, inputs[:, part], seeds if whole else seeds[:, part])
                 for part in (slice(0, half), slice(half, lanes))]  # fmt: skip
        if self.threads == 1:
            first, second = (run(*part) for part in parts)
        else:
            with ThreadPoolExecutor(1) as pool:
                later = pool.submit(run, *parts[1])
                first, second = run(*parts[0]), later.result()
        tables = [None if one is None else np.concatenate([one, two], axis=1)
                  for one, two in zip(first[:3], second[:3], strict=True)]  # fmt: skip
        with np.errstate(all="ignore"):
            sums = None if seeds is None else first[3] + second[3]
        finite = [one and two for one, two in zip(first[4:], second[4:], strict=True)]  # of a program
        return type(first)(*tables, sums, *finite)


def choose_executor(plan: Plan, threads: int = 1) -> Executor:
    """Numba's for plans that it can compile, else NumPy's."""
    if available() and all(can_compile(step.row) for step in plan.steps if isinstance(step, Group)):
        return Shared(NativeExecutor(plan), threads)
    return ArrayExecutor(plan)


class Program:
    """A tape, simplified and laid out, with an executor.

    What depends on parameters alone is computed once per call by a program of its own, whose inputs are the
    parameters: `hoisted`.
    """

    def __init__(self, recorded: Tape, make_executor: Callable[[Plan], Executor] = choose_executor) -> None:
        import numpy as np

        self.recorded = recorded
        self.tape = tape = simplified(recorded)
        self.plan = make_plan(tape)
        self.executor = make_executor(self.plan)
        self.parameters: tuple[Value, ...] = tuple([_parameter(tape.entries[slot]) for slot in tape.parameters])
        self._packed = struct.Struct(f"{len(self.parameters)}d")  # the fastest way from Python's floats to an array
        slots = self.plan.uniforms
        self.constants = np.zeros(len(slots))
        number_of = {slot: i for i, slot in enumerate(tape.parameters)}
        computed = dict.fromkeys(slot for slot in slots if isinstance(tape.entries[slot], Instruction))
        column_of = {slot: i for i, slot in enumerate(computed)}
        for position, slot in enumerate(slots):
            entry = tape.entries[slot]
            if isinstance(entry, Constant):
                self.constants[position] = entry.number
        self.from_parameters = _pairs(slots, number_of)
        self.from_hoisted = _pairs(slots, column_of)
        self.computed = tuple(computed)  # the slots that `hoisted` computes, in its order
        hoisted = of_leaves(self.parameters, [(tape, self.computed)]) if computed else None
        self.hoisted = None if hoisted is None else Program(hoisted, make_executor)
        self.native = self._native()

    def _native(self) -> Shared | None:
        """All of it in one call of a kernel, where Numba can compile all of it."""
        import numpy as np

        if not isinstance(self.executor, Shared) or (self.hoisted and not isinstance(self.hoisted.executor, Shared)):
            return None
        hoisted = Hoisted()
        if self.hoisted:
            hoisted = Hoisted(self.hoisted.plan, self.hoisted.constants, np.stack(self.from_hoisted, axis=1))
        wires = np.stack(self.from_parameters, axis=1)
        native = NativeProgram(self.plan, self.constants, wires, hoisted)
        native.lay_out()
        return Shared(native, self.executor.threads)

    def numbers(self) -> Any:
        """The numbers of the parameters, as their Values have them now."""
        import numpy as np

        numbers: Any = np.empty(len(self.parameters))
        self._packed.pack_into(numbers, 0, *[value._data for value in self.parameters])
        return numbers

    def run(self, parameters: Any, inputs: Any, seeds: Any = None) -> tuple[Any, Any, Any, Any]:
        """The outputs and guards in all lanes; with `seeds`, the adjoints of the inputs and of the parameters too.

        Parameters
        ----------
        parameters
            The numbers of the parameters, in the order of `parameters`.
        inputs
            One row per input, one column per lane.
        seeds
            The adjoints of the outputs: one row per output; one column per lane, or a single one for all lanes.
        """
        return self.results(parameters, inputs, seeds)[:4]

    def results(self, parameters: Any, inputs: Any, seeds: Any = None) -> Results:
        """What `run` gives, and whether all of it is finite."""
        import numpy as np

        if self.native is not None:
            return self.native.run(parameters, inputs, seeds)  # type: ignore[no-any-return]
        with np.errstate(all="ignore"):  # in IEEE arithmetic; what is not finite is looked at
            found = self._run_by_executors(parameters, inputs, seeds)
            finite = all(np.isfinite(x).all() for x in (found[0], *found[2:]) if x is not None)
        return Results(*found, finite)

    def _run_by_executors(self, parameters: Any, inputs: Any, seeds: Any) -> tuple[Any, Any, Any, Any]:
        """One executor after the other."""
        import numpy as np

        uniforms = self.constants.copy()
        to, source = self.from_parameters
        uniforms[to] = parameters[source]
        if self.hoisted is not None:
            to, source = self.from_hoisted
            uniforms[to] = self.hoisted.run(np.zeros(0), parameters[:, None])[0][source, 0]
        run = self.executor.run(uniforms, inputs, seeds)
        if seeds is None:
            return run.outputs, run.guards, None, None
        gradients = np.zeros(len(self.parameters))
        position, number = self.from_parameters
        np.add.at(gradients, number, run.uniforms[position])
        if self.hoisted is not None:
            position, column = self.from_hoisted
            adjoints = np.zeros((len(self.hoisted.tape.outputs), 1))
            np.add.at(adjoints[:, 0], column, run.uniforms[position])
            gradients += self.hoisted.run(np.zeros(0), parameters[:, None], adjoints)[2][:, 0]
        return run.outputs, run.guards, run.inputs, gradients


def _pairs(slots: Sequence[int], number_of: dict[int, int]) -> tuple[Any, Any]:
    """The positions of `slots` that `number_of` knows, and their numbers."""
    import numpy as np

    found = [(position, number_of[slot]) for position, slot in enumerate(slots) if slot in number_of]
    pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _parameter(entry: Entry) -> Value:
    assert isinstance(entry, Parameter)
    return entry.value


def of_leaves(leaves: Sequence[Value], parts: Sequence[tuple[Tape, Sequence[int]]]) -> Tape:
    """The program with `leaves` as its inputs that computes, for each of `parts`, the chosen uniform slots of a tape."""
    entries: list[Entry] = [Input(leaf.label or f"p{i}") for i, leaf in enumerate(leaves)]
    place = {leaf: slot for slot, leaf in enumerate(leaves)}
    outputs: list[int] = []
    for tape, chosen in parts:
        moved: dict[int, int] = {}
        for slot, (entry, uniform) in enumerate(zip(tape.entries, uniform_slots(tape), strict=True)):
            if not uniform:
                continue
            if isinstance(entry, Parameter):
                moved[slot] = place[entry.value]
                continue
            if isinstance(entry, Instruction):
                entry = Instruction(entry.row, tuple([moved[operand] for operand in entry.operands]))
            moved[slot] = len(entries)
            entries.append(entry)
        outputs += [moved[slot] for slot in chosen]
    return Tape(entries, outputs)
