"""The documentation site: ``sphinx-build -W --keep-going -b html docs docs/_build/html``.

The notebooks are shown as they are saved, with their outputs; nothing is run here. Sphinx reads only what is below
``docs/``, so the course is copied to ``docs/course/`` first.
"""

import base64
import importlib
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

import autograd_core  # noqa: E402

project = "autograd-core"
author = "autograd-core contributors"
copyright = author
version = release = autograd_core.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode", "sphinx-mathjax-offline"]
exclude_patterns = ["_build"]
default_role = "py:obj"  # a `name` in a docstring leads to its page, where it has one

html_theme = "furo"
html_title = f"autograd-core {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
pygments_style = "friendly"
pygments_dark_style = "monokai"

nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_rtype = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88

PUBLIC = ["autograd_core", "autograd_core.testing", "nn"]
"""Every name in the ``__all__`` of these must have its place in the reference."""


PRIMITIVES = ":doc:`the table of primitives </primitives>`"
"""How a docstring that mentions that page refers to it."""


def copy_course() -> None:
    """Copy the notebooks, and the pages that lead through them, to where Sphinx reads."""
    course = HERE / "course"
    shutil.rmtree(course, ignore_errors=True)
    course.mkdir()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        heading = ""
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                heading = (re.findall(r"^#+ +(.+)$", "".join(cell["source"]), re.MULTILINE) or [heading])[-1]
            _describe_pictures(cell, heading.replace("`", ""))
        (course / path.name).write_text(json.dumps(notebook), encoding="utf-8")
    shutil.copy(ROOT / "notebooks" / "concepts.md", course)
    index = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    pages = [*sorted(path.stem for path in course.glob("*.ipynb")), "concepts"]
    toctree = "\n".join(["```{toctree}", ":hidden:", "", *pages, "```"])
    (course / "README.md").write_text(f"{index}\n{toctree}\n", encoding="utf-8")


def _describe_pictures(cell: dict[str, Any], heading: str) -> None:
    """Show plots, saved with two pixels for one, at the size that they were drawn for, and say where they stand."""
    for output in cell.get("outputs", ()):
        if size := output.get("metadata", {}).get("image/png"):
            image = {"width": f"{size['width']}px", "alt": f"Plot: {heading}"}
            cell["metadata"]["mystnb"] = {"image": image}


def markup(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Turn what docstrings write as people do, ``|w|`` and tables with bars, into what Sphinx understands."""
    written: list[str] = []
    for line in lines:
        if re.match(r"\s*\|.*\|\s*$", line):
            if re.match(r"[\s|:-]*$", line):
                continue
            cells = [cell.strip().replace('"', '""') for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
            if not written or not written[-1].startswith("   "):
                written += [".. csv-table::", "   :header-rows: 1", ""]
            written.append("   " + ", ".join(f'"{cell}"' for cell in cells))
            continue
        if written and written[-1].startswith('   "') and line:
            written.append("")
        is_code = line.lstrip().startswith((">>>", "..."))
        outside = re.split(r"(`+[^`]+`+)", line) if not is_code else ["", line]
        text = "".join(part if i % 2 else part.replace("|", r"\|") for i, part in enumerate(outside))
        written.append(text.replace("listed in the table of primitives", f"listed in {PRIMITIVES}"))
    lines[:] = written


def fit_small_screens(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Tell the style sheet how wide pictures are, and keep a formula and the punctuation after it on one line."""
    body = context.get("body", "")
    body = re.sub(r'<img(?=[^>]* width="(\d+)")', r'<img style="--drawn: \1px"', body)
    body = re.sub(r'style="max-width:100%" src="data:image/svg\+xml;base64,([\w+/]{400})', _with_width, body)
    body = body.replace("<p><strong>Change something.</strong>", '<p class="try"><strong>Change something.</strong>')
    formula = r'(<span class="math notranslate nohighlight">[^<]*</span>[-.,:;?!)’”]+)'
    context["body"] = re.sub(formula, r'<span class="unbroken">\1</span>', body)


def _with_width(drawing: re.Match[str]) -> str:
    """A drawing's tag, with the width that the SVG in it says."""
    width = re.search(rb'width="(\d+)(pt)?', base64.b64decode(drawing[1]))
    pixels = float(width[1]) * (4 / 3 if width[2] else 1) if width else 0.0
    return drawing[0].replace('style="', f'style="--drawn: {pixels:.0f}px; ', 1)


def keep_colons(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Keep Napoleon from taking what stands before a colon in the text of an attribute for the attribute's type."""
    if what in ("attribute", "property") and lines and ":" in lines[0]:
        lines[0] = f":{lines[0]}"


def check_reference(app: Any, env: Any) -> None:
    """Warn of public names that the reference does not show."""
    from sphinx.util import logging

    shown = set()
    for name in env.get_domain("py").objects:
        module, _, attribute = name.rpartition(".")
        try:
            shown.add(id(getattr(importlib.import_module(module), attribute)))
        except (ImportError, AttributeError, ValueError):
            continue  # a method or an attribute of a class
    for package in PUBLIC:
        loaded = importlib.import_module(package)
        for name in loaded.__all__:
            thing = getattr(loaded, name)
            if id(thing) not in shown and not isinstance(thing, type(sys)):
                logging.getLogger(__name__).warning("%s.%s is public and not in docs/api", package, name)


def setup(app: Any) -> None:
    """Connect the steps above with the build."""
    copy_course()
    app.connect("autodoc-process-docstring", keep_colons, priority=400)  # before Napoleon
    app.connect("autodoc-process-docstring", markup)
    app.connect("env-check-consistency", check_reference)
    app.connect("html-page-context", fit_small_screens)
