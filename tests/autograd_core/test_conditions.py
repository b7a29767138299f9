"""Comparisons outside and inside of a recording."""

import pytest

from autograd_core import Value, modes, where
from autograd_core.conditions import LESS, LESS_EQUAL, RECORDED_ROWS, STOP_GRADIENT, Condition
from autograd_core.evaluate import NUMBERS
from autograd_core.row import UNSELECTED
from autograd_core.tape.recording import Recorder


@pytest.mark.parametrize(
    ("row", "x", "y", "expected"),
    [(LESS, 1.0, 2.0, 1.0), (LESS, 2.0, 2.0, 0.0), (LESS_EQUAL, 2.0, 2.0, 1.0), (LESS_EQUAL, 3.0, 2.0, 0.0),
     (LESS, float("nan"), 1.0, 0.0)],
)  # fmt: skip
def test_comparisons_are_numbers(row, x, y, expected):
    assert row.primal(NUMBERS, x, y) == expected
    assert row.partials_at(NUMBERS, (x, y), expected) == [UNSELECTED, UNSELECTED]


def test_the_rows_of_recorded_programs_by_name():
    assert RECORDED_ROWS == {"less": LESS, "less_equal": LESS_EQUAL, "stop_gradient": STOP_GRADIENT}


def test_outside_of_a_recording_a_comparison_is_a_bool():
    assert (Value(1.0) < 2.0) is True
    assert (Value(1.0) >= Value(2.0)) is False


def test_inside_it_is_a_condition_and_a_branch_is_a_guard():
    x = Value(1.0)
    with Recorder([x]) as recorder:
        condition = x > 0.5
        assert isinstance(condition, Condition)
        assert recorder.guards == []
        assert condition
        assert not x < 0.5
        selected = where(condition, x, 0.0)
    assert [outcome for _, outcome in recorder.guards] == [True, False]
    assert selected.op == "where"
    assert repr(condition) == "<condition less: True in the recorded example>"
    assert modes.state.recorder is None
