"""What the notebooks of the course share: exercises that check themselves, and one look of all plots.

A notebook asks, the reader answers, and the last line of the cell says whether that is right:

>>> import course
>>> answer = ...
>>> course.check("0.1", answer)
Exercise 0.1: replace the dots by your answer.

The checkers of notebook NN are in ``checks_NN.py``, by the name of the exercise, which starts with the notebook's number.
"""

import dis
from collections.abc import Callable
from importlib import import_module
from types import CodeType, FunctionType
from typing import Any, NamedTuple, NoReturn

__all__ = ["WrongAnswer", "check", "exercise", "style", "wrong"]


class WrongAnswer(AssertionError):  # noqa: N818 - a word to readers
    """An answer is wrong; the message says what about it, and where to look."""


class Exercise(NamedTuple):
    """How an answer is checked, and what a reader with the right one is told."""

    checker: Callable[[Any], None]
    why: str


EXERCISES: dict[str, Exercise] = {}
"""All exercises whose checkers have been loaded, by name."""


def exercise(name: str, why: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Make the decorated function the checker of an exercise: it calls `wrong` for a wrong answer.

    Parameters
    ----------
    name
        Number of the notebook and of the exercise in it: ``"2.1"`` in ``checks_02.py``.
    why
        One sentence for the reader who has the right answer.

    Raises
    ------
    ValueError
        If the name is taken or does not belong into that file.
    """

    def register(checker: Callable[[Any], None]) -> Callable[[Any], None]:
        module = checker.__module__.rpartition(".")[2]
        if module != _module_of(name):
            raise ValueError(f"exercise {name!r} belongs into {_module_of(name)}.py, found in {module}.py")
        if name in EXERCISES and EXERCISES[name].checker.__code__ != checker.__code__:
            raise ValueError(f"exercise {name!r} has two checkers")
        EXERCISES[name] = Exercise(checker, why)
        return checker

    return register


def wrong(message: str) -> NoReturn:
    """Tell the reader what is wrong: to be called by checkers."""
    raise WrongAnswer(message)


def check(name: str, answer: Any) -> None:
    """Check an answer: print that it is right and why, or that there is none yet.

    Parameters
    ----------
    name
        The name of the exercise.
    answer
        What the reader answers; ``...``, in a container too, or a function without a body, is not an answer yet.

    Raises
    ------
    WrongAnswer
        If the answer is wrong; the message says what about it.
    KeyError
        If there is no such exercise.
    """
    __tracebackhide__ = True  # IPython and pytest then show the reader's cell instead of this function
    module = f"{__name__}.{_module_of(name)}"
    import_module(module)
    if name not in EXERCISES:
        raise KeyError(f"no exercise {name!r} in {module}")
    if unanswered(answer):
        print(f"Exercise {name}: replace the dots by your answer.")
        return
    checker, why = EXERCISES[name]
    try:
        checker(answer)
    except WrongAnswer as error:
        raise WrongAnswer(f"Exercise {name}: {error}") from error.__cause__
    except Exception as error:
        raise WrongAnswer(
            f"Exercise {name}: your answer could not be tried, it raised {type(error).__name__}: {error}"
        ) from error
    print(f"Exercise {name}: right. {why}")


def unanswered(answer: Any) -> bool:
    """Whether the dots are still there: as the answer, inside a container, or as the body of a function."""
    if isinstance(answer, FunctionType):
        return _is_empty(answer.__code__)
    if isinstance(answer, dict):
        return any(unanswered(x) for x in answer.values())
    if isinstance(answer, list | tuple):
        return any(unanswered(x) for x in answer)
    return answer is ...


def style() -> None:
    """Give all plots of a notebook the look of `nn.plots`, and show them sharply; call it once, in the first cell."""
    import matplotlib as mpl
    from cycler import cycler

    from nn.plots import COLOURS, STYLE

    mpl.rcParams.update(
        STYLE
        | {
            "axes.prop_cycle": cycler(color=COLOURS),
            "figure.constrained_layout.use": True,
            "figure.dpi": 96,
            "figure.figsize": (6.4, 3.8),
            "savefig.facecolor": "white",
        }
    )
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:  # no notebook: a script that draws into files
        return
    if get_ipython() is not None:
        set_matplotlib_formats("retina")


def _module_of(name: str) -> str:
    number, dot, rest = name.partition(".")
    if not (number.isdigit() and dot and rest.isdigit()):
        raise ValueError(f"an exercise is named like '2.1', by the numbers of its notebook and its own; got {name!r}")
    return f"checks_{int(number):02}"


def _is_empty(code: CodeType) -> bool:
    """Whether the dots are in the code of a function, or it does nothing at all."""
    if ... in code.co_consts:
        return True
    steps = [step for step in dis.get_instructions(code) if step.opname not in {"RESUME", "NOP"}]
    returns_none = any(step.opname in {"LOAD_CONST", "RETURN_CONST"} and step.argval is None for step in steps)
    return returns_none and len(steps) <= 2 and not code.co_cellvars
