"""Files that drawings are saved to: every format, the same bytes in every process, with any Graphviz or none."""

import base64
import os
import re
import subprocess
import sys
from itertools import pairwise
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest

from autograd_core import Value
from autograd_core.view import RenderError, draw, draw_network
from autograd_core.view.render import render

FORMATS = ("svg", "png", "pdf", "dot", "html", "mmd")

PROGRAM = """
import hashlib, sys
from types import SimpleNamespace
from autograd_core import Value, dot, relu, tanh
from autograd_core.view import draw, draw_network

heavy = {"graphviz", "pygraphviz", "numpy", "matplotlib"} & sys.modules.keys()
assert not heavy, heavy
x = Value(0.5, "x")
neurons = [([Value(0.1 * j, f"layer1.neuron{j}.w1")], Value(0.0, f"layer1.neuron{j}.b")) for j in range(3)]
root = sum(tanh(dot(w, [x], b)) for w, b in neurons) * relu(x) / x
root.backward()
pictures = [draw(root, gradient_flow=True), draw(root, collapse="neurons", theme="dark")]
pictures.append(draw_network(SimpleNamespace(neurons=[SimpleNamespace(w=w, b=b) for w, b in neurons])))
for picture in pictures:
    for extension in ("svg", "png", "pdf", "dot", "html"):
        print(extension, hashlib.sha256(picture.pipe(extension)).hexdigest())
print(hashlib.sha256(pictures[0].mermaid().encode()).hexdigest())
"""


def small():
    x = Value(3.0, "x")
    return draw(x * x + 1.0)


@pytest.mark.parametrize("extension", FORMATS)
def test_every_format_is_written(tmp_path, extension):
    path = small().save(tmp_path / f"graph.{extension.upper()}")
    start = {
        "svg": b"<?xml",
        "png": b"\x89PNG",
        "pdf": b"%PDF",
        "dot": b"digraph",
        "html": b"<!DOCTYPE",
        "mmd": b"flow",
    }
    assert path.read_bytes().startswith(start[extension])


def test_pictures_have_the_same_bytes_in_every_process():
    """Without a system Graphviz, and whatever the hash seed and the locale are."""

    def output(seed, locale):
        environment = {**os.environ, "PATH": "/nonexistent", "PYTHONHASHSEED": seed, "LC_ALL": locale}
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment, check=True
        )
        return run.stdout

    assert output("1", "C") == output("2", "C.UTF-8") != ""


def test_a_picture_holds_no_date_and_no_ids_that_could_meet_others(tmp_path):
    picture = small()
    dates = re.findall(rb"\(D:(\d*)", picture.save(tmp_path / "a.pdf").read_bytes())
    assert set(dates) <= {b"20000101000000"}
    assert 'id="' not in picture.svg()
    assert "<!--" not in picture.svg()


def test_notebooks_show_the_svg():
    tree = ET.fromstring(small()._repr_svg_())
    assert tree.attrib["aria-label"] == "graph: 3 nodes"
    assert repr(small()) == "<Drawing graph: 3 nodes>"


def test_untrusted_notebooks_show_the_svg_as_an_image():
    picture = draw(Value(2.0, '<b>"&') + 1)
    image = ET.fromstring(picture._repr_html_().removesuffix(">") + "/>")
    assert image.tag == "img"
    assert image.attrib["alt"] == picture.title
    head, _, data = image.attrib["src"].partition(",")
    assert head == "data:image/svg+xml;base64"
    assert base64.b64decode(data).decode() == picture.svg()


def test_mistakes_in_the_path_are_named(tmp_path):
    picture = small()
    with pytest.raises(ValueError, match="unknown extension 'pgn': did you mean 'png'"):
        picture.save(tmp_path / "x.pgn")
    with pytest.raises(ValueError, match="has no extension: add one of svg"):
        picture.save(tmp_path / "x")
    with pytest.raises(FileNotFoundError, match=r"cannot write the picture: .*nowhere"):
        picture.save(tmp_path / "nowhere" / "x.svg")
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(OSError, match="cannot write the picture"):
        picture.save(tmp_path / "folder.svg")
    with pytest.raises(ValueError, match="unknown format 'jpg'"):
        picture.pipe("jpg")


def test_without_graphviz_the_install_command_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    picture = small()
    with pytest.raises(ImportError, match="pip install pygraphviz"):
        picture.svg()
    assert picture.save(tmp_path / "x.dot").read_text() == picture.source
    assert picture.save(tmp_path / "x.mmd").read_text() == picture.mermaid()


def test_without_the_python_package_graphviz_pygraphviz_draws(monkeypatch):
    monkeypatch.setitem(sys.modules, "graphviz", None)
    assert small().svg().startswith("<svg")


def test_the_system_graphviz_is_used_where_it_works(monkeypatch):
    graphviz = pytest.importorskip("graphviz")
    monkeypatch.setattr(graphviz, "pipe", lambda engine, format, data, quiet: f"{engine} {format}".encode())
    assert render("digraph {\n}", "png", "neato") == b"neato png"

    def broken(engine, format, data, quiet):
        raise graphviz.CalledProcessError(1, [engine], b"", b"")

    monkeypatch.setattr(graphviz, "pipe", broken)
    assert render("digraph {\n  a\n}", "png").startswith(b"\x89PNG")


def test_what_graphviz_refuses_is_an_error(monkeypatch):
    monkeypatch.setitem(sys.modules, "graphviz", None)
    for source, extension, engine in [
        ("digraph {\n}", "no_such_format", "dot"),
        ("digraph {\n}", "svg", "no_such_engine"),
    ]:
        with pytest.raises(RenderError, match=f"Graphviz could not draw this as {extension}"):
            render(source, extension, engine)


# Networks -------------------------------------------------------------------------------------------------------


def network(*sizes):
    layers = []
    for n, m in pairwise(sizes):
        neurons = [
            SimpleNamespace(w=[Value((-1.0) ** (i + j) * (i + 1)) for i in range(n)], b=Value(0.5)) for j in range(m)
        ]
        layers.append(SimpleNamespace(neurons=neurons, activation="tanh"))
    return SimpleNamespace(layers=layers)


def test_a_network_is_circles_and_lines_as_wide_as_the_weights():
    picture = draw(network(2, 3, 1))
    tree = ET.fromstring(picture.svg())
    groups = [element.get("class", "") for element in tree.iter("{http://www.w3.org/2000/svg}g")]
    assert sum(name.startswith("edge") for name in groups) == 2 * 3 + 3
    assert sum(name.startswith("node l") for name in groups) == 2 + 3 + 1
    assert "style=dashed" in picture.source
    assert repr(picture) == "<Picture network 2 → 3 → 1: 13 parameters>"
    widths = {line.split("penwidth=")[1][:5] for line in picture.source.splitlines() if "->" in line}
    assert widths == {"1.500", "2.750", "4.000"}  # weights 1, 2, 3


def test_a_long_column_is_shortened():
    picture = draw_network(network(100, 50, 1), max_neurons=6)
    assert sum("l0_" in line and "->" not in line for line in picture.source.splitlines()) == 5
    assert picture.source.count("⋮") == 2
    assert "l0_99" in picture.source


@pytest.mark.parametrize("weight", [0.0, float("nan"), float("inf"), 1e308])
def test_any_weight_can_be_drawn(weight):
    model = SimpleNamespace(w=[Value(weight), Value(-1.0)], b=Value(0.0))
    for show in ("weights", "gradients"):
        ET.fromstring(draw_network(model, show=show).svg())


def test_mistakes_with_networks_are_named():
    with pytest.raises(TypeError, match="with layers of neurons that have w and b, got float"):
        draw_network(3.0)
    with pytest.raises(ValueError, match="did you mean 'weights'"):
        draw_network(network(1, 1), show="weigths")
    with pytest.raises(ValueError, match="max_neurons must be at least 3"):
        draw_network(network(1, 1), max_neurons=1)
    with pytest.raises(ValueError, match="only a graph of Values"):
        draw_network(network(1, 1)).mermaid()
