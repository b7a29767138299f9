"""A tape made ready to run: the part that depends on parameters alone, and the plan of the rest for all lanes."""

from collections.abc import Callable, Sequence
from typing import Any

from ..value import Value
from .arrays import ArrayExecutor
from .passes import simplified
from .plan import Executor, Group, Plan, make_plan, uniform_slots
from .tape import Constant, Entry, Input, Instruction, Parameter, Tape


def executor(plan: Plan) -> Executor:
    """Numba's for plans that it can compile, else NumPy's."""
    from .kernels import can_compile
    from .native import NativeExecutor, available

    if available() and all(can_compile(step.row) for step in plan.steps if isinstance(step, Group)):
        return NativeExecutor(plan)
    return ArrayExecutor(plan)


class Program:
    """A tape, simplified and laid out, with an executor.

    What depends on parameters alone is computed once per call by a program of its own, whose inputs are the
    parameters: `hoisted`.
    """

    def __init__(self, recorded: Tape, make_executor: Callable[[Plan], Executor] = executor) -> None:
        import numpy as np

        self.recorded = recorded
        self.tape = tape = simplified(recorded)
        self.plan = make_plan(tape)
        self.executor = make_executor(self.plan)
        self.parameters: tuple[Value, ...] = tuple([_parameter(tape.entries[slot]) for slot in tape.parameters])
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
        self.hoisted = Program(_hoist(tape, list(computed)), make_executor) if computed else None

    def run(self, parameters: Any, inputs: Any, seeds: Any = None) -> tuple[Any, Any, Any, Any]:
        """The outputs and guards in all lanes; with `seeds`, the adjoints of the inputs and of the parameters too.

        Parameters
        ----------
        parameters
            The numbers of the parameters, in the order of `parameters`.
        inputs
            One row per input, one column per lane.
        seeds
            The adjoints of the outputs, one row per output.
        """
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


def _hoist(tape: Tape, outputs: Sequence[int]) -> Tape:
    """The program that computes the uniform slots `outputs`, with the parameters as its inputs."""
    uniform = uniform_slots(tape)
    moved: dict[int, int] = {}
    entries: list[Entry] = []
    for slot, entry in enumerate(tape.entries):
        if not uniform[slot]:
            continue
        moved[slot] = len(entries)
        if isinstance(entry, Parameter):
            entries.append(Input(entry.value.label or f"p{len(entries)}"))
        elif isinstance(entry, Instruction):
            entries.append(Instruction(entry.row, tuple([moved[operand] for operand in entry.operands])))
        else:
            entries.append(entry)
    return Tape(entries, [moved[slot] for slot in outputs])
