"""The course as its tests see it: notebooks, their cells, their exercises and the hidden solutions."""

import importlib.util
import json
import re
import runpy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
SOLUTIONS = Path(__file__).resolve().parent / "solutions"
CHECK = re.compile(r"^course\.check\(\"(?P<name>[\d.]+)\",.*", re.MULTILINE)


@dataclass(frozen=True)
class Notebook:
    """A saved notebook."""

    path: Path
    content: dict[str, Any]

    @property
    def number(self) -> str:
        return self.path.name[:2]

    @property
    def cells(self) -> list[dict[str, Any]]:
        """Its cells, each with its source as one text."""
        return [cell | {"source": "".join(cell["source"])} for cell in self.content["cells"]]

    @property
    def code(self) -> list[dict[str, Any]]:
        return [cell for cell in self.cells if cell["cell_type"] == "code"]

    @property
    def text(self) -> str:
        """All that it says outside of code."""
        return "\n\n".join(cell["source"] for cell in self.cells if cell["cell_type"] == "markdown")

    @property
    def headings(self) -> list[str]:
        """Its headings, with their marks: ``## 1. A number that remembers``."""
        return re.findall(r"^#+ .*$", self.text, re.MULTILINE)

    @property
    def exercises(self) -> dict[str, str]:
        """The sources of the cells of exercises, by the name that is checked."""
        checks = [(CHECK.search(cell["source"]), cell["source"]) for cell in self.code]
        return {found["name"]: source for found, source in checks if found}


def paths() -> list[Path]:
    return sorted(FOLDER.glob("[0-9][0-9]_*.py"))


@cache
def notebook(path: Path) -> Notebook:
    """The saved notebook of a source."""
    return Notebook(path, json.loads(path.with_suffix(".ipynb").read_text(encoding="utf-8")))


def solutions(number: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The right answers and the wrong ones of a notebook: what stands above the line that checks."""
    found = runpy.run_path(str(SOLUTIONS / f"{number}.py"))
    return found["SOLUTIONS"], found["WRONG"]


def module(name: str) -> ModuleType:
    """A module of the folder of notebooks that is a script: build, concepts."""
    spec = importlib.util.spec_from_file_location(f"notebooks_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded
