"""Recording: leaves made inside are constants, captured ones parameters, and what cannot be recorded is an error."""

import threading

import numpy as np
import pytest

from autograd_core import Value, exp, jit, no_grad, tanh
from autograd_core.tape import RecordingError
from autograd_core.tape.recording import record


def entries(f, *args):
    return record(f, args)[0].statistics()


def test_leaves():
    w = Value(3.0, "w")
    assert entries(lambda x: x * w + Value(2.0) + 1.0, 1.0) == {
        "constant": 2,
        "add": 2,
        "input": 1,
        "parameter": 1,
        "mul": 1,
    }


def test_inputs_keep_their_names():
    tape, _ = record(lambda x, d: x[0] + x[1] + d["a"], ([1.0, 2.0], {"a": 3.0}))
    assert str(tape).splitlines()[:3] == [
        "%0     input        x0[0]",
        "%1     input        x0[1]",
        "%2     input        x1['a']",
    ]


def test_a_captured_inner_node_is_an_error():
    w = Value(2.0, "w")
    doubled = w * 2.0
    with pytest.raises(RecordingError, match=r"computed outside of it: compute it inside, .* or detach\(\) it"):
        jit(lambda x: x * doubled)(1.0)
    assert jit(lambda x: x * w)(3.0) == 6.0


def test_a_captured_inner_node_that_was_detached_is_a_parameter():
    doubled = (Value(2.0) * 2.0).detach()
    f = jit(lambda x: x * doubled)
    assert f(3.0) == 12.0
    assert f.parameters == [doubled]


def test_reading_the_number_of_a_lane_is_an_error():
    with pytest.raises(RecordingError, match=r"reading .data .* compute with the Value itself, and select with where"):
        jit(lambda x: x * x.data)(1.0)
    with pytest.raises(RecordingError):
        jit(lambda x: x if tanh(x).data > 0.0 else -x)(1.0)


def test_reading_the_number_of_a_parameter_is_allowed():
    w = Value(2.0)
    assert jit(lambda x: x * w.data)(3.0) == 6.0


def test_detach_stops_the_gradient():
    w = Value(2.0)
    f = jit(lambda x: (x * w).detach() * x)
    values, gradients = f.value_and_grad(np.array([1.0, 3.0]))
    assert values.tolist() == [2.0, 18.0]
    assert gradients.inputs[0].tolist() == [2.0, 6.0]
    assert gradients.parameters.tolist() == [0.0]


def test_what_is_recorded_does_not_depend_on_no_grad():
    w = Value(2.0)
    f = jit(lambda x: exp(x * w))
    with no_grad():
        assert f(0.0) == 1.0
    assert f.value_and_grad(0.0)[1].inputs == (2.0,)


def test_an_error_in_the_function_leaves_nothing_behind():
    calls = []

    def f(x):
        calls.append(x)
        if len(calls) == 1:
            raise KeyError("first")
        return x * 2.0

    compiled = jit(f)
    with pytest.raises(KeyError):
        compiled(1.0)
    assert isinstance(Value(1.0) < 2.0, bool)  # nothing is being recorded any more
    assert compiled(1.0) == 2.0


def test_other_threads_do_not_notice_a_recording():
    seen = []

    def f(x):
        thread = threading.Thread(target=lambda: seen.append((Value(1.0) < Value(2.0), Value(3.0).data)))
        thread.start()
        thread.join()
        return x * x

    assert jit(f)(3.0) == 9.0
    assert seen[0] == (True, 3.0)


def test_a_result_that_is_no_number():
    with pytest.raises(TypeError, match=r"jit: the result must be a number, .* got None"):
        jit(lambda x: None)(1.0)
    with pytest.raises(TypeError, match=r"jit: the result\[1\] must be a number"):
        jit(lambda x: [x, "a"])(1.0)


def test_a_result_that_depends_on_nothing():
    f = jit(lambda x: 2.0)
    values, gradients = f.value_and_grad(np.array([1.0, 2.0]))
    assert values.tolist() == [2.0, 2.0]
    assert gradients.inputs[0].tolist() == [0.0, 0.0]
    assert jit(lambda x: x)(4.0) == 4.0


def test_the_number_of_a_constant_may_be_read():
    compiled = jit(lambda x: x * Value(3.0).data)
    assert compiled(2.0) == 6.0


@pytest.mark.parametrize(
    "f",
    [lambda x: x.data, lambda x: (x + 1.0).data, lambda x: (Value(1.0) + 2.0).data],
    ids=["input", "result", "constant result"],
)
def test_other_numbers_may_not_be_read(f):
    with pytest.raises(RecordingError, match=r"reading \.data"):
        jit(f)(2.0)


def test_constants_that_nothing_reads_are_left_out():
    def f(x):
        _ = Value(7.0) * 3.0  # nobody asks for it
        return x * 2.0

    assert str(record(f, (1.0,))[0]).splitlines() == [
        "%0     input        x0",
        "%1     constant     2.0",
        "%2     mul          %0 %1  <- output 0",
    ]
