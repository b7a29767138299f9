"""Values in any order of everything that can be done with them: graphs, models, files and compiled programs.

What may happen to graphs, and what must hold after every step, is in `tests.value_machine`. The thorough run makes 2 000
sequences of up to 120 steps; it takes two and a half minutes on one core.
"""

import gc
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

import nn
from autograd_core import Value, jit, primitive
from autograd_core.primitives import TABLE
from autograd_core.tape import compiled
from autograd_core.tape.arrays import ArrayExecutor
from autograd_core.testing.generator import random_program
from tests.state_oracle import Node, forget
from tests.value_machine import NUMBERS, Values, fails

SMOOTH = "add sub mul tanh sin sigmoid softplus square dot fsum neg".split()


class Affine(nn.Module):
    """A model whose parameters are leaves that others use as well."""

    def __init__(self, leaves: list[Value]) -> None:
        self.w = leaves


class Everything(Values):
    """Values, and what else holds them."""

    def __init__(self) -> None:
        super().__init__()
        self.programs: list[tuple[Any, Any, list[Node]]] = []
        self.folder = tempfile.TemporaryDirectory()

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()

    def held_elsewhere(self) -> list[Node]:
        return [node for _, _, leaves in self.programs for node in leaves]

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def save_and_load(self, data: st.DataObject) -> None:
        """A model with the numbers of some leaves, saved and loaded: its parameters are new leaves."""
        numbers = [node.data for node in self.leaves(data)]
        model, path = nn.Neuron(len(numbers), "tanh", seed=0), Path(self.folder.name, "model.safetensors")
        model.set_weight_matrices([[[0.5, *numbers]]])
        nn.save(model, path)
        again = nn.load(path)
        assert [p.data.hex() for p in again.parameters()] == [p.data.hex() for p in model.parameters()]
        assert again.state_dict() == model.state_dict()
        for v in again.w[:2]:
            self.keep(v, Node(v, label=v.label))

    @precondition(lambda self: self.held)
    @rule(data=st.data(), x=NUMBERS)
    def store_and_restore(self, data: st.DataObject, x: float) -> None:
        """The state of a model of leaves that are in use elsewhere."""
        leaves = self.leaves(data)
        model = Affine([node.value for node in leaves])
        state = model.state_dict()
        for node in leaves:
            node.value.data = x
        fails(ValueError, lambda: model.load_state_dict({}))
        fails(TypeError, lambda: model.load_state_dict(dict.fromkeys(state, "a")))
        assert set(model.state_dict().values()) == {x}
        model.load_state_dict(state)
        model.zero_grad()
        forget(leaves)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), seed=st.integers(0, 2**32 - 1), inputs=st.integers(1, 2), x=NUMBERS)
    def compile(self, data: st.DataObject, seed: int, inputs: int, x: float) -> None:
        """A program of some inputs and some captured leaves."""
        captured = self.leaves(data)
        program = random_program(random.Random(seed), 6, inputs=inputs + len(captured), rows=SMOOTH)
        values = [node.value for node in captured]
        self.programs.append((jit(lambda *xs: program(*xs, *values)), program, captured))
        del self.programs[:-2]
        self.call_compiled_one(data, -1)
        for node in captured[:1]:
            node.value.data = node.data = x
        self.call_compiled_one(data, -1)

    @precondition(lambda self: self.programs)
    @rule(data=st.data(), which=st.integers(0, 1))
    def call_compiled(self, data: st.DataObject, which: int) -> None:
        self.call_compiled_one(data, which % len(self.programs))

    def call_compiled_one(self, data: st.DataObject, which: int) -> None:
        """A compiled program with the present numbers of its leaves: the same as the function itself on fresh ones."""
        compiled_program, program, captured = self.programs[which]
        inputs = len(program.inputs) - len(captured)
        lanes = np.array(data.draw(st.lists(st.tuples(*[st.floats(-2.0, 2.0)] * inputs), min_size=1, max_size=3)))
        values, gradients = compiled_program.value_and_grad(*lanes.T)
        total = dict.fromkeys(map(id, captured), 0.0)
        for lane, numbers in enumerate(lanes):
            xs, ps = [Value(x) for x in numbers], [Value(node.data) for node in captured]
            y = program(*xs, *ps)
            assert values[lane] == pytest.approx(y.data if isinstance(y, Value) else y, rel=1e-9, abs=1e-9)
            if isinstance(y, Value):
                y.backward()
            assert [row[lane] for row in gradients.inputs] == pytest.approx([x.grad for x in xs], rel=1e-8, abs=1e-8)
            for node, p in zip(captured, ps, strict=True):
                total[id(node)] += p.grad
        places = {id(p): i for i, p in enumerate(compiled_program.parameters)}
        for node in captured:
            place = places.get(id(node.value))  # None: the program does not use it
            got = 0.0 if place is None else gradients.parameters[place]
            assert got == pytest.approx(total[id(node)], rel=1e-8, abs=1e-8)

    @precondition(lambda self: self.programs)
    @rule()
    def drop_compiled(self) -> None:
        self.programs.clear()
        gc.collect()  # compiled programs may have cycles, graphs may not
        gc.freeze()  # what is left, mostly the records of Hypothesis, is not looked at again: it grows with every example


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Everything]]:
    """The machine with two operations of one's own, and programs that NumPy runs: nothing is compiled for seconds."""
    monkeypatch.setattr(compiled, "choose_executor", lambda plan, threads: ArrayExecutor(plan))
    primitive("bent", lambda m, x: x / (1.0 + m.abs(x)), lambda m, x, out: 1.0 / (1.0 + m.abs(x)) / (1.0 + m.abs(x)))
    primitive("shear", lambda m, x, y: x + x * y, (lambda m, x, y, out: 1.0 + y, lambda m, x, y, out: x))
    Everything.rows = tuple(TABLE.values())
    yield Everything
    gc.unfreeze()
    gc.enable()


def test_any_sequence_of_operations(machine: type[Everything]) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=120, stateful_step_count=50))


@pytest.mark.thorough
def test_many_long_sequences_of_operations(machine: type[Everything]) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=2_000, stateful_step_count=120))
