"""The package that the notebooks share."""

import re
import subprocess
import sys
from typing import Any

import pytest

from tests.notebooks.course_files import FOLDER


@pytest.fixture
def course(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(FOLDER)
    import course

    return course


@pytest.fixture
def ask(course: Any, monkeypatch: pytest.MonkeyPatch):
    """Register an exercise of notebook 0 for one test; answer it by calling what this returns."""

    def register(checker: Any, why: str = "Because.") -> Any:
        checker.__module__ = "course.checks_00"
        monkeypatch.setitem(course.EXERCISES, "0.99", course.Exercise(checker, why))
        return lambda answer: course.check("0.99", answer)

    return register


def stub(x):
    """Say what is asked for."""
    ...  # noqa: PIE790


def dots_inside(x):
    y = 2 * x
    return y + ...


BLANKS = [..., [1, ...], (1, (..., 2)), {"w": ...}, stub, dots_inside, lambda x: ..., lambda: None, [stub]]
ANSWERS = [0, None, "", [], {}, lambda x: x, lambda x: 2.0, abs, float, lambda x: x.f()]


@pytest.mark.parametrize("blank", BLANKS, ids=range(len(BLANKS)))
def test_dots_are_no_answer(course, ask, capsys, blank):
    answer = ask(lambda answer: course.wrong("it was tried, and it should not have been"))
    answer(blank)
    assert capsys.readouterr().out == "Exercise 0.99: replace the dots by your answer.\n"


@pytest.mark.parametrize("given", ANSWERS, ids=range(len(ANSWERS)))
def test_anything_else_is_an_answer(course, ask, capsys, given):
    seen = []
    ask(seen.append)(given)
    assert seen[0] is given
    assert capsys.readouterr().out == "Exercise 0.99: right. Because.\n"


def test_a_wrong_answer_is_told_why(course, ask):
    answer = ask(lambda answer: course.wrong("a sum is needed"))
    with pytest.raises(course.WrongAnswer, match=re.escape("Exercise 0.99: a sum is needed")) as caught:
        answer(1)
    assert issubclass(course.WrongAnswer, AssertionError)
    assert caught.value.__cause__ is None


def test_an_answer_that_raises_is_told_so_with_its_own_error(course, ask):
    answer = ask(lambda answer: answer(1))
    with pytest.raises(course.WrongAnswer, match="could not be tried, it raised ZeroDivisionError") as caught:
        answer(lambda x: x / 0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("name", ["1", "one.two", "1.2.3", ""])
def test_names_of_exercises_are_numbers(course, name):
    with pytest.raises(ValueError, match="named like"):
        course.check(name, 1)


def test_an_unknown_exercise_is_named(course):
    with pytest.raises(KeyError, match=r"no exercise '0\.98' in course\.checks_00"):
        course.check("0.98", 1)


def test_checkers_stand_in_the_file_of_their_notebook(course):
    with pytest.raises(ValueError, match=r"belongs into checks_03\.py"):
        course.exercise("3.1", "why")(lambda answer: None)


def test_an_exercise_has_one_checker(course, ask):
    ask(lambda answer: None)

    def other(answer):
        course.wrong("another one")

    other.__module__ = "course.checks_00"
    with pytest.raises(ValueError, match="two checkers"):
        course.exercise("0.99", "why")(other)


def test_the_package_loads_nothing_heavy():
    program = "import sys, course; print(*{'matplotlib', 'numpy', 'IPython', 'nn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=FOLDER, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""


def test_style_changes_how_plots_look(course):
    import matplotlib as mpl

    from nn.plots import COLOURS

    with mpl.rc_context():
        course.style()
        assert mpl.rcParams["axes.prop_cycle"].by_key()["color"] == list(COLOURS)
        assert mpl.rcParams["figure.constrained_layout.use"]
