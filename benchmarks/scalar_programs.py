"""Random programs of scalars without any matrix in them, over many lanes: value and gradient in each lane."""

import random
import time
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

import autograd_core
from autograd_core import jit

from .harness import Report, Table, Target, medians, processor_seconds
from .trainings import differences

ARITHMETIC = ("mul", "add", "sub")
TRANSCENDENTAL = ("sin", "cos", "tanh", "exp")
SCALES = {"add": 0.5, "sub": 0.5, "exp": 0.36}
"""By what results are multiplied to lie between -1 and 1 again."""
INPUTS = 100
WINDOW = 300


class Instruction(NamedTuple):
    """One node: `name` of the nodes `i` and, where it takes two, `j`; "scale" multiplies by a constant."""

    name: str
    i: int
    j: int = 0
    constant: float = 0.0


def random_program(nodes: int, names: Sequence[str]) -> list[Instruction]:
    """Some `nodes` instructions over `INPUTS` inputs; the last is a sum that needs all of them.

    Most results are used several times. Those that are lie between -1 and 1, like the inputs, so nothing overflows.
    """
    choices = random.Random(5)
    program: list[Instruction] = []
    results, unused = list(range(INPUTS)), list(range(INPUTS))
    while len(program) < nodes - WINDOW:
        operand = unused.pop(choices.randrange(len(unused))) if len(unused) > WINDOW else choices.choice(unused)
        other = choices.choice(results[:INPUTS] if choices.random() < 1 / 3 else results[-WINDOW:])
        name = choices.choice(names)
        program.append(Instruction(name, operand, other))
        if name in SCALES:
            program.append(Instruction("scale", INPUTS + len(program) - 1, constant=SCALES[name]))
        results.append(INPUTS + len(program) - 1)
        unused.append(results[-1])
    total = unused.pop()
    for other in unused:
        program.append(Instruction("add", total, other))
        total = INPUTS + len(program) - 1
    return program


def by_operators(program: Sequence[Instruction], functions: Any) -> Callable[[Sequence[Any]], Any]:
    """The program as a function of its inputs; `functions` has those that are no operators."""

    def function(inputs: Sequence[Any]) -> Any:
        nodes = list(inputs)
        for name, i, j, constant in program:
            if name == "mul":
                nodes.append(nodes[i] * nodes[j])
            elif name == "add":
                nodes.append(nodes[i] + nodes[j])
            elif name == "sub":
                nodes.append(nodes[i] - nodes[j])
            elif name == "scale":
                nodes.append(nodes[i] * constant)
            else:
                nodes.append(getattr(functions, name)(nodes[i]))
        return nodes[-1]

    return function


class Core:
    name = "autograd_core"

    def __init__(self, program: Sequence[Instruction]) -> None:
        self.compiled = jit(by_operators(program, autograd_core), threads=1)

    def __call__(self, X: Any) -> tuple[Any, Any]:
        values, gradients = self.compiled.value_and_grad(X)
        return values, gradients.inputs[0].T


class NumPyLanes:
    """Each node is one array of lanes, each instruction one call of NumPy (or two), results written in place."""

    name = "NumPy, an array of lanes per node"

    def __init__(self, program: Sequence[Instruction]) -> None:
        self.program = program
        self.lanes = 0

    def __call__(self, X: Any) -> tuple[Any, Any]:
        if self.lanes != len(X):
            self.lanes = len(X)
            shape = (INPUTS + len(self.program), self.lanes)
            self.V, self.A = np.empty(shape), np.empty(shape)
            self.values, self.adjoints = list(self.V), list(self.A)  # the rows, so that none is looked up again
        self.V[:INPUTS] = X.T
        self.A[:] = 0.0
        self.forward(self.values)
        self.adjoints[-1][:] = 1.0
        self.backward(self.values, self.adjoints, np.empty(self.lanes))
        return self.V[-1], self.A[:INPUTS]

    def forward(self, v: list[Any]) -> None:
        functions = {"mul": np.multiply, "add": np.add, "sub": np.subtract}
        for k, (name, i, j, constant) in enumerate(self.program, INPUTS):
            if name in functions:
                functions[name](v[i], v[j], v[k])
            elif name == "scale":
                np.multiply(v[i], constant, v[k])
            else:
                getattr(np, name)(v[i], v[k])

    def backward(self, v: list[Any], a: list[Any], room: Any) -> None:
        for k in range(len(v) - 1, INPUTS - 1, -1):
            name, i, j, constant = self.program[k - INPUTS]
            adjoint = a[k]
            if name == "mul":
                a[i] += np.multiply(adjoint, v[j], room)
                a[j] += np.multiply(adjoint, v[i], room)
            elif name == "add":
                a[i] += adjoint
                a[j] += adjoint
            elif name == "sub":
                a[i] += adjoint
                a[j] -= adjoint
            elif name == "scale":
                a[i] += np.multiply(adjoint, constant, room)
            elif name == "sin":
                a[i] += np.multiply(adjoint, np.cos(v[i], room), room)
            elif name == "cos":
                a[i] -= np.multiply(adjoint, np.sin(v[i], room), room)
            elif name == "exp":
                a[i] += np.multiply(adjoint, v[k], room)
            else:
                np.subtract(1.0, np.multiply(v[k], v[k], room), room)
                a[i] += np.multiply(adjoint, room, room)


class CasADi:
    """SX on CasADi's virtual machine: the value and its symbolic gradient, mapped over the lanes."""

    name = "CasADi SX, map"

    def __init__(self, program: Sequence[Instruction]) -> None:
        import casadi

        self.casadi = casadi
        x = casadi.SX.sym("x", INPUTS)
        root = by_operators(program, casadi)(casadi.vertsplit(x))
        self.function = casadi.Function("f", [x], [root, casadi.gradient(root, x)])
        self.mapped: dict[int, Any] = {}

    def __call__(self, X: Any) -> tuple[Any, Any]:
        if len(X) not in self.mapped:
            self.mapped[len(X)] = self.function.map(len(X))
        values, gradients = self.mapped[len(X)](self.casadi.DM(X.T))
        return values.full().ravel(), gradients.full()


def time_programs(nodes: int, lanes: int, turns: int, report: Report) -> None:
    """Arithmetic alone, and with transcendental functions, beside NumPy and CasADi."""
    X = np.random.default_rng(0).uniform(-1.0, 1.0, (lanes, INPUTS))
    for what, names, least in (
        ("arithmetic only", ARITHMETIC, 5.0),
        ("half of it transcendental", ARITHMETIC + TRANSCENDENTAL, 1.0),
    ):
        program = random_program(nodes, names)
        ready: dict[str, Any] = {}
        table = Table(
            f"random: a random program of {len(program):,} nodes, {what}, in {lanes:,} lanes: value and gradient",
            ["", "ms", "ns per node and lane", "times ours"],
        )
        for contestant in (Core, NumPyLanes, CasADi):
            try:
                ready[contestant.name] = contestant(program)
            except ModuleNotFoundError as error:
                table.notes.append(f"not {contestant.name}: no module {error.name!r}")
        expected = ready[Core.name](X)
        for name, run in ready.items():
            for found, right, kind in zip(run(X), expected, ("value", "gradient"), strict=True):
                differences(name, found, right, f"random program, {what}: the {kind}")
        seconds = medians(
            {name: lambda run=run: processor_seconds(lambda: run(X)) for name, run in ready.items()}, turns
        )
        ours = seconds[Core.name]
        for name, s in sorted(seconds.items(), key=lambda item: item[1]):
            table.rows.append([name, 1e3 * s, 1e9 * s / len(program) / lanes, s / ours])
        report.tables.append(table)
        for name, demand in ((NumPyLanes.name, least), (CasADi.name, 1.0)):
            if name in seconds:
                ratio = seconds[name] / ours
                text = f"random program, {what}: at least {demand:g} × {name}"
                report.targets.append(Target(text, ratio, ratio >= demand))


def time_recording(sizes: Sequence[int], report: Report) -> None:
    """From the function to its first value and gradient, with kernels that are compiled already."""
    table = Table(
        "recording: from a Python function to its first value and gradient in one lane; kernels compiled before",
        ["nodes", "seconds", "µs per node", "second call, ms"],
    )
    X = np.full((1, INPUTS), 0.5)
    Core(random_program(1000, ARITHMETIC + TRANSCENDENTAL))(X)
    for size in sizes:
        program = random_program(size, ARITHMETIC + TRANSCENDENTAL)
        started = time.process_time()
        run = Core(program)
        run(X)
        seconds = time.process_time() - started
        again = processor_seconds(lambda run=run: run(X))
        table.rows.append([f"{len(program):,}", seconds, 1e6 * seconds / len(program), 1e3 * again])
        demand = size / 1e5
        text = f"record and prepare {size:,} nodes in at most {demand:g} s"
        report.targets.append(Target(text, seconds, seconds <= demand))
    report.tables.append(table)


def measure_memory(nodes: int, lanes: Sequence[int], report: Report) -> None:
    """The most that value and gradient have allocated at one time (NumPy tells tracemalloc about its arrays)."""
    program = random_program(nodes, ARITHMETIC)
    run = Core(program)
    table = Table(
        f"memory: the most that value and gradient of {len(program):,} nodes hold at a time",
        ["lanes", "MB", "bytes per instruction and lane", "of it inputs and results, MB"],
        notes=["Batches run in slices, so the registers take no more from some number of lanes on."],
    )
    for count in lanes:
        X = np.full((count, INPUTS), 0.5)
        run(X)
        tracemalloc.start()
        run(X)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # the inputs as rows, their gradients here and there, and the values
        fixed = 8 * count * (4 * INPUTS + 2)
        table.rows.append([f"{count:,}", peak / 1e6, peak / len(program) / count, fixed / 1e6])
    report.tables.append(table)
