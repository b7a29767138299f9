"""The tape: what it says of itself, and what it refuses."""

import pytest

from autograd_core import Value, tanh
from autograd_core.primitives import TABLE
from autograd_core.tape import Tape, tape_of
from autograd_core.tape.tape import Constant, Guard, Input, Instruction, Parameter, TapeError

ADD, TANH = TABLE["add"], TABLE["tanh"]


def example():
    w = Value(2.0, "w")
    return Tape([Input("x"), Parameter(w), Constant(0.5), Instruction(ADD, (0, 1)), Instruction(TANH, (3,))], [4])


def test_listing():
    assert str(example()).splitlines() == [
        "%0     input        x",
        "%1     parameter    w",
        "%2     constant     0.5",
        "%3     add          %0 %1",
        "%4     tanh         %3  <- output 0",
    ]
    assert example().listing(3, 4) == "%3     add          %0 %1"
    assert str(Tape([Input("")], [])) == "%0     input"


def test_guards_and_values_without_label_are_listed():
    tape = Tape([Parameter(Value(2.5)), Instruction(TANH, (0,))], [1, 1], [Guard(1, False)])
    assert str(tape).splitlines() == [
        "%0     parameter    was 2.5",
        "%1     tanh         %0  <- output 0, output 1, guard: false",
    ]


def test_statistics_and_size():
    tape = example()
    assert tape.statistics() == {"input": 1, "parameter": 1, "constant": 1, "add": 1, "tanh": 1}
    assert len(tape) == 5
    assert (tape.inputs, tape.parameters, tape.outputs) == ((0,), (1,), (4,))
    assert repr(tape) == "<tape of 2 instructions on 5 slots>"


@pytest.mark.parametrize(
    ("entries", "outputs", "words"),
    [
        ([Input("x"), Instruction(ADD, (0,))], [1], r"add takes 2 operands, got 1(.|\n)*> %1 "),
        ([Input("x"), Instruction(ADD, (0, 1))], [1], r"%1 reads %1, which is not computed before it"),
        ([Input("x"), Instruction(ADD, (0, 2)), Input("y")], [1], r"%1 reads %2(.|\n)*> %1(.|\n)*  %2 "),
        ([Input("x"), Instruction(ADD, (-1, 0))], [1], r"%1 reads %-1"),
        ([Input("x")], [1], r"the output or guard %1 does not exist"),
    ],
    ids=["arity", "self", "later", "negative", "output"],
)
def test_invalid_tapes(entries, outputs, words):
    with pytest.raises(TapeError, match=words):
        Tape(entries, outputs)


def test_a_guard_must_exist():
    with pytest.raises(TapeError, match="%7 does not exist"):
        Tape([Input("x")], [0], [Guard(7, True)])


def test_a_graph_that_is_there_becomes_a_tape():
    x, w = Value(1.0, "x"), Value(2.0, "w")
    tape = tape_of(tanh(x * w + 1.0), inputs=[x])
    assert str(tape).splitlines() == [
        "%0     input        x",
        "%1     parameter    w",
        "%2     mul          %0 %1",
        "%3     constant     1.0",
        "%4     add          %2 %3",
        "%5     tanh         %4  <- output 0",
    ]


def test_an_inner_node_can_be_the_input_of_a_tape():
    x = Value(1.0)
    inner = x * x
    tape = tape_of(tanh(inner), inputs=[inner])
    assert tape.statistics() == {"input": 1, "tanh": 1}


def test_numbers_among_the_outputs():
    tape = tape_of(2.0, Value(1.0))
    assert tape.statistics() == {"constant": 1, "parameter": 1}


def test_a_guard_that_held_is_listed():
    tape = Tape([Input("x"), Instruction(TANH, (0,))], [], [Guard(1, True)])
    assert str(tape).splitlines()[1] == "%1     tanh         %0  <- guard: true"


def test_the_place_of_a_fault_is_shown_with_three_lines_on_each_side():
    inputs = [Input(f"x{i}") for i in range(10)]
    with pytest.raises(TapeError) as caught:
        Tape([*inputs[:5], Instruction(TANH, (9,)), *inputs[5:]], [])
    assert str(caught.value).splitlines() == [
        "not a valid tape: %5 reads %9, which is not computed before it",
        "  %2     input        x2",
        "  %3     input        x3",
        "  %4     input        x4",
        "> %5     tanh         %9",
        "  %6     input        x5",
        "  %7     input        x6",
        "  %8     input        x7",
    ]
    with pytest.raises(TapeError) as caught:
        Tape([Instruction(TANH, (0,))], [])
    assert str(caught.value).splitlines()[1:] == ["> %0     tanh         %0"]
