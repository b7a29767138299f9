"""The program as Python: it runs on floats and on arrays, and computes what the engine computes."""

import linecache
import math

import numpy as np
import pytest
from hypothesis import given, settings

from autograd_core import Value, dot, hypot, jit, maximum, relu, tanh
from autograd_core.domains import domain_errors
from autograd_core.evaluate import NUMBERS
from autograd_core.ieee import Float
from autograd_core.tape.arrays import Arrays
from autograd_core.tape.passes import simplified
from autograd_core.tape.recording import record
from autograd_core.tape.straight_line import functions_of, source_of
from tests.tapes import assert_agrees, cases

EXPECTED = """\
def forward(m, inputs, parameters):
    [x0_0, x0_1] = inputs
    [w0, w1, b] = parameters
    v5 = m.dot([w0, w1], [x0_0, x0_1], b)
    v6 = m.tanh(v5)
    v7 = v6 * x0_0
    return [v7]


def adjoint(m, inputs, parameters, seeds):
    [x0_0, x0_1] = inputs
    [w0, w1, b] = parameters
    v5 = m.dot([w0, w1], [x0_0, x0_1], b)
    v6 = m.tanh(v5)
    v7 = v6 * x0_0

    d_x0_0 = d_x0_1 = d_w0 = d_w1 = d_b = d_v5 = d_v6 = d_v7 = 0.0
    d_v7 += seeds[0]
    d_v6 += d_v7 * x0_0
    d_x0_0 += d_v7 * v6
    d_v5 += d_v6 * d_tanh(m, v5, v6)
    d_w0 += d_v5 * x0_0
    d_w1 += d_v5 * x0_1
    d_x0_0 += d_v5 * w0
    d_x0_1 += d_v5 * w1
    d_b += d_v5
    return [v7], [d_x0_0, d_x0_1], [d_w0, d_w1, d_b]
"""


def test_the_text_is_what_a_course_would_show():
    w, b = [Value(0.3, "w0"), Value(0.1, "w1")], Value(0.5, "b")
    f = jit(lambda x: tanh(dot(w, x, b)) * x[0])
    f([1.0, 2.0])
    helper, rest = f.source.split("\n\n\n", 1)
    assert helper.startswith('def d_tanh(m, x, out):\n    """1.0 - out**2.0"""\n')
    assert rest == EXPECTED


def test_labels_that_are_no_names_or_come_twice():
    values = [Value(1.0, label) for label in ("class", "a b", "a b", "m", "2nd", "")]
    f = jit(lambda x: sum((v * x for v in values), 0.0))
    assert f(2.0) == 12.0
    names = f.source.split("    [")[2].split("]")[0].split(", ")
    assert len(set(names)) == 6
    assert all(name.isidentifier() for name in names)
    assert "a_b" in names


def test_tracebacks_and_debuggers_see_the_lines():
    tape, _ = record(lambda x: tanh(x) * 2.0, (1.0,))
    forward, _ = functions_of(tape)
    filename = forward.__code__.co_filename
    assert linecache.getline(filename, forward.__code__.co_firstlineno).startswith("def forward(m, inputs")
    with pytest.raises(TypeError) as error:
        forward(NUMBERS, ["a"], [])
    assert error.traceback[1].path == filename or str(error.traceback[1].path).endswith(filename)


def test_kinks_and_conventions_hold_on_arrays():
    f = jit(lambda x, y: relu(x) + hypot(x, y) + maximum(x, y))
    f(1.0, 2.0)
    _, adjoint = functions_of(f.tape)
    x = np.array([0.0, -1.0, 2.0])
    with np.errstate(invalid="ignore", divide="ignore"):  # in the branch that is not chosen
        _, (dx, dy), _ = adjoint(Arrays(np), [x, np.zeros(3)], [], [1.0])
    assert dx.tolist() == [0.5, -1.0, 3.0]
    assert dy.tolist() == [0.5, 1.0, 0.0]


@settings(max_examples=60)
@given(case=cases(kind="moderate", max_size=12, max_lanes=3))
def test_random_programs_on_floats_and_arrays(case):
    with domain_errors("ieee"):
        tape = simplified(record(case, case.lanes[:, 0].tolist())[0])
    _, adjoint = functions_of(tape)
    parameters = [tape.entries[slot].value.data for slot in tape.parameters]
    with np.errstate(all="ignore"):
        values, inputs, _ = adjoint(Arrays(np), list(case.lanes), parameters, [1.0])
    for lane in range(case.lanes.shape[1]):
        eager = case.eagerly(lane)
        if eager.is_delicate or not eager.noise <= 1e-8 * max(1.0, abs(eager.value)):
            continue
        with domain_errors("ieee"):
            numbers = [Float(x) for x in case.lanes[:, lane]]
            own, slopes, _ = adjoint(NUMBERS, numbers, [Float(p) for p in parameters], [1.0])
        for i, value in enumerate((np.broadcast_to(values[0], case.lanes.shape[1])[lane], own[0])):
            assert_agrees(value, eager.value, 4.0 * eager.noise, f"value {i}")
        for i, (size, expected) in enumerate(zip(eager.sizes[: len(numbers)], eager.gradient, strict=False)):
            for found in (np.broadcast_to(inputs[i], case.lanes.shape[1])[lane], slopes[i]):
                if math.isfinite(expected) and math.isfinite(found):
                    assert_agrees(found, expected, 1e-6 * size + 1e-300, f"gradient {i}")


def test_every_row_can_be_written():
    from autograd_core.primitives import TABLE
    from autograd_core.tape.tape import Input, Instruction, Tape

    for row in TABLE.values():
        count = 3 if row.variadic else len(row.parameters)
        tape = Tape([*(Input(f"x{i}") for i in range(count)), Instruction(row, tuple(range(count)))], [count])
        if row.name != "prod":
            compile(source_of(tape), row.name, "exec")
