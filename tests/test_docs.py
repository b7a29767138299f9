"""The picture of the README is what its program draws, and the reference has every public name."""

import importlib
import re
import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = "docs/_static/sweep.svg"


def test_the_picture_of_the_readme_is_drawn_by_its_program():
    drawn = runpy.run_path(str(ROOT / "docs/picture.py"))["picture"]()
    assert (ROOT / PICTURE).read_text(encoding="utf-8") == drawn, "python docs/picture.py"
    assert len(drawn) < 300_000
    assert f"]({PICTURE})" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_reference_names_what_exists():
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs/api").glob("*.md"))
    named = re.findall(r"^\.\. auto(?:function|class):: ([\w.]+)\.(\w+)$", pages, re.MULTILINE)
    assert len(named) > 100
    assert [f"{module}.{name}" for module, name in named if not hasattr(importlib.import_module(module), name)] == []
