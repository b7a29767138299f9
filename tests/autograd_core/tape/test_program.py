"""Programs: what depends on parameters alone is computed once per call, and threads change nothing."""

import numpy as np

from autograd_core import Value, exp, jit, sigmoid, tanh
from autograd_core.tape import program
from autograd_core.tape.native import NativeProgram
from autograd_core.tape.plan import Group
from autograd_core.tape.program import Program, Shared, of_leaves
from autograd_core.tape.recording import record


def test_parameter_only_parts_are_hoisted():
    a, b = Value(0.5), Value(2.0)
    f = jit(lambda x: x * exp(a * b) + sigmoid(b))
    X = np.linspace(-1.0, 1.0, 7)
    values, gradients = f.value_and_grad(X)
    np.testing.assert_allclose(values, X * np.exp(1.0) + 1.0 / (1.0 + np.exp(-2.0)), rtol=1e-15)
    per_lane = [step.row.name for step in f.program.plan.steps if isinstance(step, Group)]
    once = f.program.hoisted.tape.statistics()
    assert per_lane == ["mul", "add"]
    assert (once["exp"], once["mul"], once["sigmoid"]) == (1, 1, 1)
    slope = 1.0 / (2.0 + np.exp(2.0) + np.exp(-2.0))
    np.testing.assert_allclose(
        gradients.parameters, [(X * np.e).sum() * 2.0, (X * np.e).sum() * 0.5 + 7.0 * slope], atol=1e-14
    )


def test_a_program_of_parameters_alone():
    ps = [Value(float(i)) for i in range(4)]
    f = jit(lambda: sum((p * p for p in ps), 0.0) * 0.5)
    value, gradients = f.value_and_grad()
    assert value == 7.0
    order = [ps.index(p) for p in f.parameters]
    assert gradients.parameters.tolist() == [float(i) for i in order]


def test_threads_change_nothing(monkeypatch):
    monkeypatch.setattr(program, "SHARED_FROM", 1)
    w, b = Value(0.7), Value(-0.2)
    X = np.random.default_rng(0).normal(size=5001)
    results = []
    for threads in (1, 2):
        f = jit(lambda x: tanh(w * x + b), threads=threads)
        f(X[:8])
        assert isinstance(f.program.executor, Shared)
        values, gradients = f.value_and_grad(X)
        results.append((values, f(X), gradients.inputs[0], gradients.parameters))
    for one, two in zip(*results, strict=True):
        assert np.array_equal(one, two)
    np.testing.assert_allclose(results[0][0], np.tanh(0.7 * X - 0.2), rtol=1e-14)


def test_batches_larger_than_a_block_run_in_slices(monkeypatch):
    w = Value(0.7)
    f = jit(lambda x: tanh(w * x) * x)
    X = np.random.default_rng(0).normal(size=1003)
    whole, gradients = f.value_and_grad(X)
    native = f.program.native.executor
    assert isinstance(native, NativeProgram)
    monkeypatch.setattr(native, "lanes_per_block", 16)
    sliced, again = f.value_and_grad(X)
    assert np.array_equal(whole, sliced)
    assert np.array_equal(gradients.inputs[0], again.inputs[0])
    np.testing.assert_allclose(gradients.parameters, again.parameters, rtol=1e-13)


def test_a_program_is_made_from_a_tape():
    f = jit(lambda x: x * 2.0 + 1.0)
    f(1.0)
    made = Program(f.recorded)
    outputs, guards, _, _ = made.run(np.zeros(0), np.array([[1.0, 2.0]]))
    assert outputs.tolist() == [[3.0, 5.0]]
    assert len(guards) == 0


def test_leaves_of_a_program_of_parameters_keep_their_labels():
    named, unnamed = Value(2.0, "rate"), Value(3.0)
    tape, _ = record(lambda x: x * exp(named * unnamed), (1.0,))
    slot = next(slot for slot, entry in tape.instructions() if entry.row.name == "exp")
    assert str(of_leaves([named, unnamed], [(tape, [slot])])).splitlines() == [
        "%0     input        rate",
        "%1     input        p1",
        "%2     mul          %0 %1",
        "%3     exp          %2  <- output 0",
    ]
