"""Every notebook runs; every exercise refuses wrong answers with a hint and accepts the solution.

The cells run in this process, without a kernel; that the saved outputs are theirs is for `notebooks/build.py --check`.
"""

import linecache
from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.course_files import CHECK, FOLDER, notebook, paths, solutions

HEAVY = ("04", "07", "10", "11")
"""Numbers of the notebooks that run longer than some seconds."""


@pytest.fixture
def course(monkeypatch: pytest.MonkeyPatch):
    import matplotlib.pyplot as plt

    monkeypatch.syspath_prepend(FOLDER)
    monkeypatch.chdir(FOLDER)
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    import course

    with plt.rc_context():
        yield course
    plt.close("all")


def run(source: str, name: str, namespace: dict[str, Any]) -> None:
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)  # for what reads its own source
    exec(compile(source, name, "exec"), namespace)


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=path.stem, marks=[pytest.mark.thorough] * (path.name[:2] in HEAVY)) for path in paths()],
)
def test_exercises_refuse_wrong_answers_and_accept_the_solution(path: Path, course: Any, capsys: pytest.CaptureFixture):
    number = path.name[:2]
    right, wrong = solutions(number)
    namespace: dict[str, Any] = {"__name__": "__main__", "display": lambda *_: None}
    tried = []
    for place, cell in enumerate(notebook(path).code, start=1):
        label = f"{path.stem}, cell {place}"
        capsys.readouterr()
        run(cell["source"], label, namespace)
        if found := CHECK.search(cell["source"]):
            name = found["name"]
            tried.append(name)
            assert capsys.readouterr().out.endswith(f"Exercise {name}: replace the dots by your answer.\n")
            for answer in wrong[name]:
                with pytest.raises(course.WrongAnswer) as caught:
                    run(f"{answer}\n{found[0]}", f"{label}, a wrong answer", dict(namespace))
                hint = str(caught.value).removeprefix(f"Exercise {name}: ")
                assert len(hint) >= 20, f"{answer!r} is told only {hint!r}"
            capsys.readouterr()
            run(f"{right[name]}\n{found[0]}", f"{label}, the solution", dict(namespace))
            assert f"Exercise {name}: right. " in capsys.readouterr().out
    assert sorted(tried) == sorted(right) == sorted(wrong)
    assert sorted(tried) == sorted(name for name in course.EXERCISES if int(name.split(".")[0]) == int(number))
    assert len(tried) >= 2
    assert all(len(answers) >= 2 for answers in wrong.values())
