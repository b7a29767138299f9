"""Programs: what depends on parameters alone is computed once per call, and threads change nothing."""

import numpy as np
import pytest

from autograd_core import DomainError, Value, domain_errors, exp, jit, log, sigmoid, sqrt, tanh
from autograd_core.tape import program
from autograd_core.tape.native import NativeProgram
from autograd_core.tape.plan import Group
from autograd_core.tape.program import Program, Shared, of_leaves
from autograd_core.tape.recording import record


@pytest.fixture(params=["numba", "numpy"])
def executor(request, monkeypatch):
    if request.param == "numpy":
        monkeypatch.setattr(program, "available", lambda: False)
    return request.param


def test_parameter_only_parts_are_hoisted(executor):
    a, b = Value(0.5), Value(2.0)
    f = jit(lambda x: x * exp(a * b) + sigmoid(b))
    X = np.linspace(-1.0, 1.0, 7)
    values, gradients = f.value_and_grad(X)
    np.testing.assert_allclose(values, X * np.exp(1.0) + 1.0 / (1.0 + np.exp(-2.0)), rtol=1e-15)
    per_lane = [step.row.name for step in f.program.plan.steps if isinstance(step, Group)]
    once = f.program.hoisted.tape.statistics()
    assert (f.program.native is None) == (executor == "numpy")
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


def test_what_overflows_is_told_and_gives_no_warning(executor):
    w = Value(2.0)
    f = jit(lambda x: w * exp(x))
    with domain_errors("ieee"):
        values, gradients = f.value_and_grad(np.array([0.0, 800.0]))
    assert values.tolist() == [2.0, np.inf]
    assert gradients.parameters.tolist() == [np.inf]
    for x, finite in ((0.0, True), (800.0, False)):
        assert f.program.results(f.program.numbers(), np.array([[x]])).finite is finite
    root = jit(sqrt)
    root(1.0)
    seeds = np.ones((1, 1))
    for x, finite in ((1.0, True), (0.0, False)):  # the derivative is infinite, the value is not
        assert root.program.results(root.program.numbers(), np.array([[x]]), seeds).finite is finite


def test_what_is_not_finite_in_one_half_of_the_lanes_is_found(monkeypatch):
    monkeypatch.setattr(program, "SHARED_FROM", 1)
    w = Value(1.0)
    f = jit(lambda x: w * log(x))
    f(np.ones(8))
    size = f.program.native.executor.lanes_per_block
    for lane in (0, -1):
        X = np.ones(2 * size)
        X[lane] = -1.0
        with pytest.raises(DomainError):
            f(X)
    g = jit(lambda x: w * x)
    g(np.ones(8))
    X[0], X[-1] = np.inf, -np.inf
    with domain_errors("ieee"):
        assert np.isnan(g.value_and_grad(X)[1].parameters).all()


def test_threads_change_nothing(monkeypatch):
    monkeypatch.setattr(program, "SHARED_FROM", 1)
    w, b = Value(0.7), Value(-0.2)
    results = []
    for threads in (1, 2):
        f = jit(lambda x: tanh(w * x + b), threads=threads)
        f(np.zeros(8))
        assert isinstance(f.program.executor, Shared)
        size = max(f.program.executor.executor.lanes_per_block, f.program.native.executor.lanes_per_block)
        X = np.random.default_rng(0).normal(size=2 * size + 7)  # two halves and a rest
        values, gradients = f.value_and_grad(X)
        seeds = np.linspace(-1.0, 2.0, len(X))
        weighted = f.program.run(f.program.numbers(), X[None, :], seeds[None, :])
        doubled = f.program.run(f.program.numbers(), X[None, :], np.array([[2.0]]))
        np.testing.assert_array_equal(doubled[2][0], 2.0 * gradients.inputs[0])
        order = [f.parameters.index(leaf) for leaf in (w, b)]
        results.append(
            (values, f(X), gradients.inputs[0], gradients.parameters[order], weighted[2][0], weighted[3][order])
        )
    for one, two in zip(*results, strict=True):
        assert np.array_equal(one, two)
    values, _, slopes, by_parameters, weighted_slopes, weighted_parameters = results[0]
    slope = 1.0 / np.cosh(0.7 * X - 0.2) ** 2
    for got, expected in (
        (values, np.tanh(0.7 * X - 0.2)), (slopes, 0.7 * slope), (by_parameters, [(slope * X).sum(), slope.sum()]),
        (weighted_slopes, 0.7 * slope * seeds), (weighted_parameters, [(slope * X * seeds).sum(), (slope * seeds).sum()]),
    ):  # fmt: skip
        np.testing.assert_allclose(got, expected, rtol=1e-12)


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
