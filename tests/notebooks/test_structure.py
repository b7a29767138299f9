"""The form of every notebook: question, numbered sections, exercises, what to remember; and nothing of a machine in it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.course_files import CHECK, ROOT, SOLUTIONS, module, notebook, paths

every_notebook = pytest.mark.parametrize("path", paths(), ids=[path.stem for path in paths()])


@pytest.fixture(scope="module")
def build() -> Any:
    pytest.importorskip("jupytext")
    return module("build")


def test_numbers_are_in_order_and_every_notebook_has_its_parts():
    numbers = [path.name[:2] for path in paths()]
    assert numbers == [f"{i:02}" for i in range(len(numbers))]
    assert sorted(path.stem for path in SOLUTIONS.glob("*.py")) == numbers
    assert sorted(path.stem for path in (ROOT / "notebooks/course").glob("checks_*.py")) == [
        f"checks_{number}" for number in numbers
    ]


@every_notebook
def test_it_opens_with_a_question_and_ends_with_what_to_remember(path: Path):
    page = notebook(path)
    first = page.cells[0]["source"]
    assert first.startswith(f"# {page.number} · ")
    assert re.search(r"\*\*The question\.?\*\*.*\?", first, re.DOTALL), "the first cell opens with **The question.** …?"
    assert re.search(r"\d+ minutes", first), "the first cell says how long it takes"
    sections = [heading for heading in page.headings if heading.startswith("## ")]
    assert sections[-2:] == ["## Exercises", "## What to remember"] or sections[-1] == "## What to remember"
    assert "## Exercises" in sections
    numbered = [re.match(r"## (\d+)\. \S", heading) for heading in sections]
    assert [int(found[1]) for found in numbered if found] == list(range(1, len(sections) - 1))
    after = page.text.partition("## What to remember\n")[2]
    assert 2 <= len(re.findall(r"^[-*] ", after, re.MULTILINE)) <= 6


@every_notebook
def test_the_reader_is_invited_to_change_something(path: Path):
    assert re.search(r"change something", notebook(path).text, re.IGNORECASE)


@every_notebook
def test_exercises_are_asked_in_order_and_left_open(path: Path):
    page = notebook(path)
    asked = re.findall(r"^### Exercise ([\d.]+)", page.text, re.MULTILINE)
    assert asked == list(page.exercises)
    assert asked == [f"{int(page.number)}.{i}" for i in range(1, len(asked) + 1)]
    assert 2 <= len(asked) <= 6
    for cell in page.code:
        tagged = "exercise" in cell["metadata"].get("tags", ())
        assert tagged == bool(CHECK.search(cell["source"])), cell["source"]
        if tagged:
            assert "..." in cell["source"]
            assert re.fullmatch(r"course\.check\(.*\)", cell["source"].strip().splitlines()[-1])


@every_notebook
def test_source_and_notebook_are_a_pair(path: Path, build: Any):
    source, saved = build.read_source(path), notebook(path).content
    assert [(cell.cell_type, cell.source) for cell in source.cells] == [
        (cell["cell_type"], "".join(cell["source"])) for cell in saved["cells"]
    ], f"python notebooks/build.py {path.name[:2]}"
    assert [(cell.id, cell.metadata) for cell in source.cells] == [
        (cell["id"], cell["metadata"]) for cell in saved["cells"]
    ]
    assert saved["metadata"] == build.METADATA
    assert set(saved) == {"cells", "metadata", "nbformat", "nbformat_minor"}


@every_notebook
def test_outputs_are_free_of_noise(path: Path, build: Any):
    counts = []
    for cell in notebook(path).code:
        counts.append(cell["execution_count"])
        assert set(cell["metadata"]) <= {"tags"}
        assert set(cell["metadata"].get("tags", ())) <= {"exercise", "measured"}
        for output in cell["outputs"]:
            assert output["output_type"] in {"stream", "display_data", "execute_result"}
            assert output.get("name", "stdout") == "stdout"
            assert not [kind for kind in output.get("data", ()) if "widget" in kind or "javascript" in kind]
            text = json.dumps(output.get("text") or output["data"].get("text/plain"))
            assert not build.ADDRESS.search(text)
            assert not build.PATH.search(text)
    assert counts == list(range(1, len(counts) + 1))
    assert path.with_suffix(".ipynb").stat().st_size < 3_000_000
