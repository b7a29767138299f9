"""Every concept of the course has a section that speaks of it, and the pages that lead through the course are right."""

import re
from typing import Any

import pytest

from tests.notebooks.course_files import FOLDER, module, notebook, paths


@pytest.fixture(scope="module")
def concepts() -> Any:
    return module("concepts")


def test_every_concept_is_taught_where_the_table_says(concepts: Any):
    assert list(concepts.problems()) == []
    assert sum(map(len, concepts.CONCEPTS.values())) >= 90


def test_problems_are_found(concepts: Any, monkeypatch: pytest.MonkeyPatch):
    lines = [
        concepts.Concept("a", "", "Value"),
        concepts.Concept("b", "01.99", "Value"),
        concepts.Concept("c", "01.1", "no such word there"),
        concepts.Concept("d", "01.1", "value"),
    ]
    monkeypatch.setattr(concepts, "CONCEPTS", {"": lines})
    assert [problem[0] for problem in concepts.problems()] == ["a", "b", "c"]


def test_the_table_is_written_from_the_list(concepts: Any):
    assert (FOLDER / "concepts.md").read_text(encoding="utf-8") == concepts.table(), "python notebooks/concepts.py"


def test_every_notebook_teaches_something_in_the_table(concepts: Any):
    places = {place for lines in concepts.CONCEPTS.values() for line in lines for place in line.places.split()}
    numbers = {place.split(".")[0] for place in places}
    assert numbers | {"00"} == {path.name[:2] for path in paths()}


def test_the_index_lists_every_notebook_and_its_minutes(concepts: Any):
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(\d\d · [^]]+)\]\((\w+)\.ipynb\) \|[^|]*\| (\d+) \|$", index, re.MULTILINE)
    pages = [notebook(path) for path in paths()]
    assert listed == [
        (page.headings[0].removeprefix("# "), page.path.stem, re.search(r"(\d+) minutes", page.text)[1])
        for page in pages
    ]


def test_links_between_pages_lead_somewhere(concepts: Any):
    pages = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    pages |= {f"{path.stem}.ipynb": notebook(path).text for path in paths()}
    anchors = {
        name: set(map(concepts.anchor, re.findall(r"^#+ (.*)$", text, re.MULTILINE))) for name, text in pages.items()
    }
    broken = []
    for name, text in pages.items():
        for target, _, anchor in (link.partition("#") for link in re.findall(r"\]\(([^)\s:]+)\)", text)):
            file = target or name
            if not (FOLDER / file).is_file() or (anchor and anchor not in anchors.get(file, set())):
                broken.append(f"{name}: {target}#{anchor}")
    assert broken == []
