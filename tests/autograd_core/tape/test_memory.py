"""Memory planning: rows are shared, and nothing is lost by that."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_core import Value, dot, exp, relu, tanh
from autograd_core.domains import domain_errors
from autograd_core.primitives import TABLE
from autograd_core.tape import memory, native, tape_of
from autograd_core.tape.memory import RESULT, memory_of, own_rows, reads, shared_rows
from autograd_core.tape.native import NativeExecutor
from autograd_core.tape.passes import simplified
from autograd_core.tape.plan import Product, make_plan
from autograd_core.tape.recording import record
from tests.tapes import cases


def chain(length):
    x = Value(0.5)
    y = x
    for _ in range(length):
        y = (y + x) * 0.5
    return make_plan(simplified(tape_of(y, inputs=[x])))


def test_what_partials_read():
    assert reads(TABLE["add"]) == (frozenset(), frozenset())
    assert reads(TABLE["mul"]) == ({1}, {0})
    assert reads(TABLE["exp"]) == ({RESULT},)
    assert reads(TABLE["relu"]) == ({0},)
    assert reads(TABLE["hypot"]) == ({RESULT, 0, 1},) * 2  # where a convention holds depends on the operands


def test_numbers_that_no_partial_reads_share_rows():
    plan = chain(1000)
    found = shared_rows(plan)
    assert plan.registers > 2000
    assert found.heights[0] < 10
    assert found.heights[1] < 10


def test_numbers_that_partials_read_are_kept():
    x = Value(0.5)
    y = x
    for _ in range(50):
        y = tanh(exp(y) * x)
    plan = make_plan(simplified(tape_of(y, inputs=[x])))
    found = shared_rows(plan)
    assert len(set(found.numbers)) >= 100  # of every exp and tanh the result
    assert found.heights[1] < 10


def test_small_plans_and_products_are_left_as_they_are(monkeypatch):
    assert memory_of(chain(3)) == own_rows(chain(3))
    assert memory_of(chain(1000)).reused
    monkeypatch.setattr(memory, "WORTH_PLANNING", 0)
    x, w = [Value(1.0), Value(2.0)], [Value(0.1), Value(0.2)]
    plan = make_plan(simplified(tape_of(relu(dot(w, x)), inputs=x)))
    assert any(isinstance(step, Product) for step in plan.steps)
    assert not memory_of(plan).reused


@settings(max_examples=60)
@given(case=cases(max_size=40, max_lanes=3), draw=st.data())
def test_results_do_not_depend_on_the_rows(case, draw):
    with domain_errors("ieee"):
        tape = simplified(record(case, case.lanes[:, 0].tolist())[0])
    plan = make_plan(tape)
    if any(isinstance(step, Product) for step in plan.steps):
        return
    uniforms = np.array(
        draw.draw(st.lists(st.floats(0.5, 2.0), min_size=len(plan.uniforms), max_size=len(plan.uniforms)))
    )
    seeds = np.ones((1, 1))
    apart = NativeExecutor(plan).run(uniforms, case.lanes, seeds)
    memory_of_all, native.memory_of = native.memory_of, shared_rows
    try:
        shared = NativeExecutor(plan).run(uniforms, case.lanes, seeds)
    finally:
        native.memory_of = memory_of_all
    np.testing.assert_array_equal(apart.outputs, shared.outputs)
    np.testing.assert_array_equal(apart.guards, shared.guards)
    np.testing.assert_array_equal(apart.inputs, shared.inputs)
    free = [position for register, position in plan.broadcast if register not in plan.constants]
    np.testing.assert_array_equal(apart.uniforms[free], shared.uniforms[free])
