"""Steps of the backward pass: what they hold, and that they are what backward() does, bit for bit."""

import dataclasses
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value, maximum, relu, sqrt, steps, tanh, where
from autograd_core.graph import topological_order
from autograd_core.row import UNSELECTED
from autograd_core.testing import programs
from tests.graphs import random_graph


def bits(x):
    return struct.pack("<d", x)


def check_against_backward(root, seed=1.0):
    found = steps(root, seed)
    order = topological_order(root)
    assert not any(node.reached for node in order)  # steps never touches grad
    root.backward(seed)
    assert [step.node for step in found] == order[::-1]
    assert list(found.order) == order
    for step in found:
        assert bits(step.adjoint) == bits(step.node.grad)
        assert step.reached == step.node.reached
        assert found.adjoint(step.node) is step.adjoint
    sums = {}
    for step in found:
        assert [edge.parent for edge in step.contributions] == list(step.node.parents)
        for edge, partial in zip(step.contributions, step.node.partials, strict=True):
            assert edge.partial is partial
            assert edge.selected == (partial is not UNSELECTED)
            assert step.node.operands[edge.operand] is edge.parent
            assert bits(edge.before) == bits(sums.get(edge.parent, 0.0))
            assert edge.passed == (edge.selected and step.reached)
            if edge.passed:
                assert bits(edge.amount) == bits(step.adjoint * edge.partial)
                assert bits(edge.after) == bits(edge.before + edge.amount)
                sums[edge.parent] = edge.after
            else:
                assert edge.amount == 0.0
                assert bits(edge.after) == bits(edge.before)


@pytest.mark.parametrize("seed", range(20))
def test_steps_are_backward_on_graphs_with_sharing(seed):
    check_against_backward(random_graph(seed, 40)[1])


@given(programs(kind="edges"), st.sampled_from([1.0, -2.5, 0.0, -0.0, math.inf, 1e-320]))
def test_steps_are_backward_on_programs_of_all_operations(program, seed):
    root = program(*[Value(x) for x in program.inputs])
    if isinstance(root, Value):
        check_against_backward(root, seed)


def test_what_a_step_holds():
    x = Value(3.0, "x")
    y = x * x
    first, second = steps(y)
    assert (first.node, first.adjoint, first.reached) == (y, 1.0, True)
    assert [(e.parent, e.operand, e.partial, e.amount, e.before, e.after) for e in first.contributions] == [
        (x, 0, 3.0, 3.0, 0.0, 3.0),
        (x, 1, 3.0, 3.0, 3.0, 6.0),
    ]
    assert (second.node, second.adjoint, second.contributions) == (x, 6.0, ())


def test_steps_cannot_be_changed():
    found = steps(Value(3.0) * 2.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found[0].adjoint = 2.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        found[0].contributions[0].amount = 2.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.root = Value(1.0)
    with pytest.raises(TypeError):
        found[0] = found[1]


def test_unselected_edges_and_skipped_nodes():
    x, y = Value(-1.0, "x"), Value(2.0, "y")
    losing = sqrt(y)
    found = steps(maximum(relu(x), 3.0) + where(False, losing, y))
    by_node = {step.node: step for step in found}
    (edge,) = [e for step in found for e in step.contributions if e.parent is losing]
    assert (edge.selected, edge.passed, edge.partial is UNSELECTED, edge.amount) == (False, False, True, 0.0)
    skipped = by_node[losing]
    assert (skipped.reached, skipped.adjoint) == (False, 0.0)
    assert [e.passed for e in skipped.contributions] == [False]
    assert (by_node[x].reached, by_node[x].adjoint) == (False, 0.0)


def test_gradients_from_earlier_passes_are_left_alone():
    x = Value(3.0)
    y = tanh(x) * x
    y.backward()
    before = [node.grad for node in topological_order(y)]
    found = steps(y)
    assert [node.grad for node in topological_order(y)] == before
    assert found.adjoint(x) == x.grad


def test_sequence():
    found = steps(Value(3.0) * 2.0)
    assert len(found) == 2
    assert found[-1] is list(found)[1]
    assert found[:1] == (found[0],)
    assert repr(found).startswith("<2 steps from Value(6.0")


def test_a_long_chain():
    x = node = Value(1.0)
    for _ in range(20_000):
        node = node + 0.0
    assert steps(node).adjoint(x) == 1.0


@pytest.mark.parametrize("wrong", [1.0, "x", None, [Value(1.0)]])
def test_what_is_no_value(wrong):
    with pytest.raises(TypeError, match="steps takes a Value, got"):
        steps(wrong)


def test_a_node_of_another_graph():
    with pytest.raises(ValueError, match="does not depend on Value"):
        steps(Value(1.0) + 1.0).adjoint(Value(2.0))
