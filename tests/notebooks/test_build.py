"""What `notebooks/build.py` keeps of outputs, and what it calls stale. That it runs cells is for `.ci/check-notebooks`."""

import base64
import io
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.course_files import module

SOURCE = """# ---
# jupyter:
#   kernelspec:
#     display_name: mine
#     name: mine
# ---

# %% [markdown]
# # 99 · A title

# %%
x = 1

# %% tags=["measured"] slideshow={"slide_type": "skip"}
x

# %%
x = 1
"""


@pytest.fixture(scope="module")
def build() -> Any:
    pytest.importorskip("jupytext")
    return module("build")


@pytest.fixture
def page(build: Any, tmp_path: Path) -> Any:
    """A notebook of four cells, without outputs."""
    source = tmp_path / "99_title.py"
    source.write_text(SOURCE, encoding="utf-8")
    return build.read_source(source)


def stream(text: str, name: str = "stdout") -> Any:
    from nbformat.v4 import new_output

    return new_output("stream", name=name, text=text)


def shown(**data: str) -> Any:
    from nbformat.v4 import new_output

    kinds = {"png": "image/png", "svg": "image/svg+xml", "html": "text/html", "plain": "text/plain"}
    return new_output("display_data", data={kinds[kind]: content for kind, content in data.items()})


def png(width: int) -> str:
    from PIL import Image

    content = io.BytesIO()
    Image.new("RGB", (width, 2)).save(content, "png")
    return base64.b64encode(content.getvalue()).decode()


def test_a_source_becomes_cells_that_depend_on_nothing_else(build: Any, page: Any):
    assert [cell.cell_type for cell in page.cells] == ["markdown", "code", "code", "code"]
    assert [dict(cell.metadata) for cell in page.cells] == [{}, {}, {"tags": ["measured"]}, {}]
    assert page.metadata == build.METADATA
    names = [cell.id for cell in page.cells]
    assert names[3] == f"{names[1]}-2"
    assert len(set(names)) == 4


def test_adjacent_prints_are_one_text(build: Any):
    outputs = build._tidy([stream("a\n"), stream("b\n"), shown(plain="1"), stream("c\n")], "here")
    assert [output.get("text") for output in outputs] == ["a\nb\n", None, "c\n"]


def test_the_known_line_of_fontconfig_is_dropped_and_anything_else_on_stderr_refused(build: Any):
    known = "Fontconfig error: Cannot load default config file: No such file: (null)\n"
    assert build._tidy([stream(known, "stderr"), stream("a")], "here") == [stream("a")]
    for text in ["a warning\n", known + "a warning\n", "x: Fontconfig error: no\n"]:
        with pytest.raises(build.BuildError, match=r"here: wrote to stderr"):
            build._tidy([stream(text, "stderr")], "here")


@pytest.mark.parametrize(
    "text",
    [
        "Thing at 0x7f27b80d2d40",
        "in /{}/someone/x.py".format("home"),
        "'/{}/ipykernel_1/2.py'".format("tmp"),
        "<p>saved as /{}/x</p>".format("root"),
    ],
    ids=range(4),
)
def test_addresses_and_paths_are_refused(build: Any, text: str):
    for output in (stream(text), shown(plain=text), shown(html=text)):
        with pytest.raises(build.BuildError, match="something of this machine"):
            build._tidy([output], "here")


def test_formulas_are_no_paths(build: Any):
    for text in ["1/tmp/2", "a/home/b", "https://example.org/home/x", "0xff", "x = 1/2"]:
        build._tidy([stream(text)], "here")


def test_nothing_has_changed(build: Any, page: Any):
    page.cells[1].outputs = [
        stream("a"),
        shown(png=png(2), plain="<Figure size 1x1>"),
        shown(svg="<svg/>", html="<b/>"),
    ]
    assert list(build.differences(page, deepcopy(page))) == []


@pytest.mark.parametrize(
    ("saved", "fresh"),
    [
        (stream("1.0"), stream("1.0 ")),
        (stream("1.0"), shown(plain="1.0")),
        (stream("1.0"), None),
        (shown(plain="1.0"), shown(plain="2.0")),
        (shown(svg="<svg><text x='1'>a</text></svg>"), shown(svg="<svg><text x='1'>b</text></svg>")),
        (shown(svg="<svg><text>0.5</text></svg>"), shown(svg="<svg><text>0.500001</text></svg>")),
        (shown(html="<iframe srcdoc='&lt;p&gt;1&lt;/p&gt;'>"), shown(html="<iframe srcdoc='&lt;p&gt;2&lt;/p&gt;'>")),
        (shown(png="YQ=="), shown(plain="a")),
        (shown(html="<p>a</p><style>b</style>"), shown(html="<p>a</p><style>c</style>")),
        (shown(html="<script>play(1)</script>"), shown(html="<script>play(2)</script>")),
    ],
    ids=range(10),
)
def test_a_stale_output_is_found(build: Any, page: Any, saved: Any, fresh: Any):
    now = deepcopy(page)
    page.cells[1].outputs = [saved]
    now.cells[1].outputs = [fresh] if fresh else []
    (found,) = build.differences(page, now)
    assert found.startswith("cell 2")


@pytest.mark.parametrize(
    ("saved", "fresh"),
    [
        (shown(svg="<svg><text x='1'>0.5</text></svg>"), shown(svg="<svg><text x='2'>0.50000000000001</text></svg>")),
        (shown(png="YQ=="), shown(png="Yg==")),
    ],
    ids=range(2),
)
def test_layout_and_last_digits_may_differ_in_pictures(build: Any, page: Any, saved: Any, fresh: Any):
    now = deepcopy(page)
    page.cells[1].outputs, now.cells[1].outputs = [saved], [fresh]
    assert list(build.differences(page, now)) == []


def test_what_is_measured_is_compared_by_kind(build: Any, page: Any):
    now = deepcopy(page)
    page.cells[2].outputs, now.cells[2].outputs = [stream("1 s")], [stream("2 s")]
    assert list(build.differences(page, now)) == []
    now.cells[2].outputs = [shown(plain="2 s")]
    assert len(list(build.differences(page, now))) == 1


def test_a_changed_source_or_metadata_is_found(build: Any, page: Any):
    now = deepcopy(page)
    now.cells[1].source = "x = 2"
    assert "x = 2" in next(build.differences(page, now))
    now = deepcopy(page)
    now.cells[1].metadata = {"tags": ["exercise"]}
    assert "cell 2" in next(build.differences(page, now))
    now = deepcopy(page)
    now.metadata["widgets"] = {}
    assert "metadata" in next(build.differences(page, now))


def test_what_is_written_is_the_same_twice(build: Any, page: Any, tmp_path: Path):
    build.write(page, tmp_path / "a.ipynb")
    build.write(deepcopy(page), tmp_path / "b.ipynb")
    assert (tmp_path / "a.ipynb").read_bytes() == (tmp_path / "b.ipynb").read_bytes()


def test_an_unknown_number_is_named(build: Any, capsys: pytest.CaptureFixture):
    with pytest.raises(SystemExit):
        build.main(["98"])
    assert "there is no notebook 98" in capsys.readouterr().err
