"""The player as text: what is in the page and the fragment, sizes, limits, errors; `test_browser.py` plays it."""

import base64
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from autograd_core import Value, step_through, step_through_training, steps, tanh
from autograd_core.graph import topological_order
from tests.graphs import random_graph

EVIL = '<script>alert(1)</script>"&\\'


def sum_of_products(n):
    w = [Value(0.1 * (i + 1), f"w{i}") for i in range(n)]
    x = [Value((-0.5) ** i, f"x{i}") for i in range(n)]
    s = w[0] * x[0]
    for i in range(1, n):
        s = s + w[i] * x[i]
    return tanh(s)


class Elements(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def data_of(player):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', player.html())[1])


def test_a_player_of_28_nodes_is_small():
    player = step_through(sum_of_products(7))
    assert len(player.steps) == 28
    assert player.size < 100_000
    assert player.size == len(player._repr_html_().encode())
    assert f"{player.size / 1000:.0f} kB" in repr(player)


def test_size_grows_with_the_graph_and_no_faster():
    small, large = (step_through(sum_of_products(n)).size for n in (7, 28))
    assert (large - small) / (84 * 2) < 2_000  # bytes per node or edge


def test_the_fragment_has_a_picture_below_a_sandboxed_frame():
    player = step_through(sum_of_products(2))
    elements = Elements(player._repr_html_()).found
    assert [tag for tag, _ in elements] == ["div", "img", "iframe"]
    picture, frame = elements[1][1], elements[2][1]
    assert frame["sandbox"] == "allow-scripts"
    assert frame["srcdoc"] == player.html()
    kind, _, content = picture["src"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    svg = base64.b64decode(content).decode()
    ET.fromstring(svg)
    assert "<script" not in svg
    assert picture["alt"]


def test_the_page_names_no_address():
    page = step_through(sum_of_products(2)).html()
    assert set(re.findall(r"https?://[^'\"\s>]*", page)) == {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in page
    assert ".innerHTML" not in page


def test_labels_are_text_everywhere():
    x = Value(2.0, EVIL)
    player = step_through(x * x, title=EVIL)
    for text in (player.html(), player._repr_html_(), player.static()):
        assert "<script>alert" not in text
        assert not any(tag == "script" and "alert" in str(a) for tag, a in Elements(text).found)
    assert data_of(player)["names"][0] == data_of(player)["title"] == EVIL
    assert EVIL in "".join(ET.fromstring(player.static()).itertext())


def test_the_picture_shows_values_and_final_gradients_and_grad_is_left_alone():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    y = a * b + a
    svg = ET.fromstring(step_through(y).static())
    space = "{http://www.w3.org/2000/svg}"
    shown = {
        group.attrib["id"]: [text.text for text in group.iter(f"{space}text") if text.attrib["class"][0] in "vg"]
        for group in svg.iter(f"{space}g")
        if group.attrib.get("class", "").startswith("node")
    }
    assert shown == {"n0": ["2", "−2"], "n1": ["−3", "2"], "n2": ["−6", "1"], "n3": ["−4", "1"]}
    assert not any(node.reached for node in topological_order(y))


def test_the_same_bytes_every_time():
    pages = {step_through(random_graph(3, 12)[1])._repr_html_() for _ in range(2)}
    assert len(pages) == 1


def test_save(tmp_path):
    player = step_through(sum_of_products(2))
    player.save(tmp_path / "pass.html")
    assert "<noscript>" in (tmp_path / "pass.html").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match=r"ends in \.html, got 'pass\.svg'"):
        player.save(tmp_path / "pass.svg")


def test_steps_and_seeds():
    root = sum_of_products(2)
    assert data_of(step_through(steps(root, seed=-2.0)))["seed"] == -2.0


def test_training_keeps_the_numbers_of_every_step():
    w, b = Value(1.0, "w"), Value(0.0, "b")
    seen = []

    def update():
        seen.append((w.data, b.data, w.grad, b.grad))
        for parameter in (w, b):
            parameter.data -= 0.1 * parameter.grad

    data = data_of(step_through_training(lambda: (w * 2.0 + b - 3.0) ** 2, update, 4))
    assert len(data["runs"]) == 4
    places = {name: str(i) for i, name in enumerate(data["names"])}
    for i, (run, before) in enumerate(zip(data["runs"], seen, strict=True)):
        assert [run["values"][int(places[name])] for name in "wb"] == list(before[:2])
        after = seen[i + 1][:2] if i < 3 else (w.data, b.data)
        assert [run["after"][places[name]] for name in "wb"] == list(after)


def test_a_training_whose_graph_changes():
    x = Value(1.0)
    losses = iter([x * x, x + x])
    with pytest.raises(ValueError, match="training step 2 differs from that of the first"):
        step_through_training(lambda: next(losses), lambda: None, 2)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: step_through(1.0), TypeError, "takes a Value, got float"),
        (lambda: step_through(sum_of_products(3), max_nodes=5), ValueError, "12 nodes, the limit is 5"),
        (lambda: step_through(sum_of_products(1), colours="drak"), ValueError, "did you mean 'dark'"),
        (lambda: step_through(sum_of_products(1), direction="up"), ValueError, "unknown direction 'up'"),
        (lambda: step_through_training(lambda: Value(1.0), lambda: None, 0), ValueError, "at least 1, got 0"),
        (lambda: step_through_training(lambda: 1.0, lambda: None), TypeError, "takes a Value, got float"),
    ],
    ids=["number", "nodes", "colours", "direction", "training steps", "loss"],
)
def test_mistakes(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_a_single_leaf():
    assert data_of(step_through(Value(2.0, "x")))["names"] == ["x"]
