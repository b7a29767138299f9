"""`no_grad` and `trace_lines`: what they change, for how long, and for whom."""

import threading
from pathlib import Path

import pytest

from autograd_core import Value, dot, log, modes, no_grad, sigmoid
from autograd_core.errors import DomainError
from autograd_core.modes import trace_lines
from autograd_core.testing import Program
from nn import Neuron


def test_nothing_is_recorded_under_no_grad():
    x = Value(0.5)
    with no_grad():
        results = [x * x, x + 1.0, sigmoid(x), dot([x], [x], x), -x, x.clip(0.0, 1.0)]
    assert all((y.parents, y.partials, y.op, y.operands) == ((), (), "", ()) for y in results)
    assert results[0].data == 0.25
    assert (x * x).parents == (x, x)


def test_modes_end_with_their_blocks():
    x = Value(-1.0)
    again = no_grad()
    with pytest.raises(DomainError), again:
        log(x)
    assert (x * x).parents
    with again, again:
        assert not (x * x).parents
    assert (x * x).parents
    assert modes.in_use == 0


def test_no_grad_belongs_to_a_thread():
    x = Value(2.0)
    parents = []

    def work() -> None:
        parents.append((x * x).parents)
        with no_grad():
            parents.append((x * x).parents)

    with no_grad():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert (x * x).parents == ()
    assert parents == [(x, x), ()]
    assert modes.in_use == 0


def test_the_line_of_the_user_is_remembered():
    x = Value(2.0)
    with trace_lines():
        y = x * x
        z = sigmoid(y)
    here = Path(__file__).read_text(encoding="utf-8").splitlines()
    for node, code in ((y, "y = x * x"), (z, "z = sigmoid(y)")):
        file, line = node.line
        assert Path(file) == Path(__file__)
        assert here[line - 1].strip() == code
    assert x.line is None
    assert (x * x).line is None


def test_the_line_of_the_user_is_remembered_behind_lines_of_the_packages():
    x = Value(2.0)
    program, neuron = Program([2.0], [("mul", 0, 0)]), Neuron(1)
    with trace_lines():
        by_subpackage = program(x)
        by_neuron = neuron([x])
    here = Path(__file__).read_text(encoding="utf-8").splitlines()
    for node, name in ((by_subpackage, "by_subpackage"), (by_neuron, "by_neuron")):
        file, line = node.line
        assert Path(file) == Path(__file__)
        assert here[line - 1].strip().startswith(f"{name} = ")


def test_a_node_with_a_line_knows_its_operation_and_its_constants():
    x = Value(2.0)
    with trace_lines():
        y = 3.0 / x
    assert (y.primitive.name, y.operands) == ("div", (3.0, x))


def test_detach_and_backward_while_lines_are_remembered():
    x = Value(2.0)
    with trace_lines():
        y = x.detach()
        (x * x).backward()
    assert (y.op, y.parents) == ("", ())
    assert x.grad == 4.0


def test_one_object_in_two_threads_puts_back_what_each_had():
    shared, entered, left = no_grad(), threading.Event(), threading.Event()
    recorded = []

    def other():
        with shared:
            entered.set()
            left.wait(5)
        recorded.append(bool((Value(1.0) * Value(2.0)).parents))

    thread = threading.Thread(target=other)
    with shared:
        thread.start()
        entered.wait(5)
    assert (Value(1.0) * Value(2.0)).parents
    left.set()
    thread.join()
    assert recorded == [True]


def test_as_a_decorator():
    @no_grad()
    def double(x):
        return x * 2.0

    assert double(Value(1.0)).parents == ()
    assert (Value(1.0) * 2.0).parents
