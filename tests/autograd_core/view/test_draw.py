"""The model of a drawing over random graphs, and what `draw` makes of it.

Pictures are parsed, not looked at: that they are readable is for people to judge.
"""

import re
import string
from collections import Counter
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograd_core import Value, clip, dot, fsum, maximum, prod, relu, tanh, where
from autograd_core.graph import topological_order
from autograd_core.row import UNSELECTED
from autograd_core.view import draw
from autograd_core.view.build import build
from autograd_core.view.dot import DIRECTIONS
from autograd_core.view.text import visible
from autograd_core.view.themes import THEMES, readable_on, theme_of

LEVELS = ("none", "neurons", "layers", "repeats", "auto")
EVIL = '<script>alert(1)</script>"&\\'
TEXTS = st.text(st.sampled_from(string.punctuation + "aNG \n\t\0\x1b\u202eé漢\ud800"), max_size=12)
NO_LABELS = st.just("")
SVG = "{http://www.w3.org/2000/svg}"
OPERATIONS = (
    lambda x, y, z: x * y,
    lambda x, y, z: x - y,
    lambda x, y, z: x * x,
    lambda x, y, z: 2.0 - x,
    lambda x, y, z: maximum(x, y),
    lambda x, y, z: relu(x),
    lambda x, y, z: where(x > y, x, y),
    lambda x, y, z: clip(x, -1.0, 9.0),
    lambda x, y, z: fsum([x, y, 1.0, z, x]),
)


@st.composite
def graphs(draw_from, labels=NO_LABELS):
    """A root over random operations with shared operands, constants, unselected edges and neurons."""
    nodes = [Value(draw_from(st.floats(-3.0, 3.0)), draw_from(labels)) for _ in range(3)]
    units = 0
    for _ in range(draw_from(st.integers(1, 12))):
        x, y, z = (draw_from(st.sampled_from(nodes)) for _ in range(3))
        kind = draw_from(st.integers(0, len(OPERATIONS)))
        if kind == len(OPERATIONS):
            units += 1
            name = f"layer{1 + units // 3}.neuron{1 + units % 3}"
            weights = [Value(0.1 * units, f"{name}.w1"), Value(-0.2, f"{name}.w2")]
            node = tanh(dot(weights, [x, y], Value(0.0, f"{name}.b")))
        else:
            node = OPERATIONS[kind](x, y, z)
        node.label = draw_from(labels)
        nodes.append(node)
    return nodes[-1]


def mlp(inputs, *sizes, copies=1):
    """A network of labelled weighted sums, called `copies` times on the same inputs; the results."""
    layers, n = [], len(inputs)
    for l, size in enumerate(sizes, 1):
        names = [f"layer{l}.neuron{j}" for j in range(1, size + 1)]
        layers.append(
            [([Value(0.1 * j - 0.05 * i, f"{name}.w{i}") for i in range(1, n + 1)], Value(0.0, f"{name}.b"))
             for j, name in enumerate(names, 1)]
        )  # fmt: skip
        n = size
    results = []
    for _ in range(copies):
        a = list(inputs)
        for layer in layers:
            a = [tanh(dot(w, a, b)) for w, b in layer]
        results.append(a[0])
    return results


def two_inputs():
    return [Value(1.0, "x1"), Value(-0.5, "x2")]


# The model ------------------------------------------------------------------------------------------------------


@given(graphs())
def test_every_edge_is_drawn_once_with_its_place_and_partial(root):
    order = topological_order(root)
    ids = {node: f"n{i}" for i, node in enumerate(order)}
    expected = []
    for node in order:
        places = [i for i, operand in enumerate(node.operands) if isinstance(operand, Value)]
        for place, parent, partial in zip(places, node.parents, node.partials, strict=True):
            taken = partial is not UNSELECTED
            expected.append((ids[parent], ids[node], place, repr(partial) if taken else "None", taken))
    model = build([root], collapse="none", max_nodes=1000)
    drawn = [(e.source, e.target, e.operand, repr(e.partial), e.selected) for e in model.edges]
    assert drawn == expected
    assert [node.id for node in model.nodes] == list(ids.values())
    assert all(node.hidden == 0 for node in model.nodes)


@given(graphs(), st.sampled_from(LEVELS), st.integers(1, 12))
def test_no_edge_is_lost_or_counted_twice(root, level, max_nodes):
    model = build([root], collapse=level, max_nodes=max_nodes)
    assert len({node.id for node in model.nodes}) == len(model.nodes) <= max_nodes
    between = Counter()
    hidden = Counter()
    for node in topological_order(root):
        if node in model.places:
            for parent in node.parents:
                if parent not in model.places:
                    hidden[model.places[node]] += 1
                elif model.places[parent] != model.places[node]:
                    between[model.places[parent], model.places[node]] += 1
    drawn = Counter()
    for edge in model.edges:
        drawn[edge.source, edge.target] += edge.count
    assert drawn == between
    assert {node.id: node.hidden for node in model.nodes if node.hidden} == hidden
    assert model.is_cut == (len(model.places) < model.total)
    assert not model.is_cut or "max_nodes" in model.message


@given(graphs(), st.integers(0, 4))
def test_ids_do_not_depend_on_what_is_selected(root, depth):
    whole = build([root], collapse="none", max_nodes=1000)
    part = build([root], collapse="none", depth=depth, max_nodes=1000)
    assert part.places.items() <= whole.places.items()
    assert root in part.places
    leaf = topological_order(root)[0]
    path = build([root], collapse="none", between=(leaf, root), max_nodes=1000)
    assert path.places.items() <= whole.places.items()
    assert {leaf, root} <= path.places.keys()


@given(graphs())
def test_an_expanded_sum_computes_the_same(root):
    model = build([root], collapse="none", expand_sums=True, max_nodes=1000)
    data = {node.id: node.data for node in model.nodes}
    for node in model.nodes:
        if node.operation == "Σ" and node.value is not None and node.value.op == "dot":
            terms = [data[edge.source] for edge in model.edges if edge.target == node.id]
            assert sum(terms) == pytest.approx(node.data, abs=1e-12)
        if node.kind == "product":
            factors = [data[edge.source] for edge in model.edges if edge.target == node.id]
            assert factors[0] * factors[1] == node.data


def test_both_edges_of_a_square_and_the_dash():
    x = Value(3.0, "x")
    y = x * x
    model = draw(y).model
    assert [(edge.source, edge.target, edge.operand, edge.partial) for edge in model.edges] == [
        ("n0", "n1", 0, 3.0),
        ("n0", "n1", 1, 3.0),
    ]
    assert draw(y).source.count("n0 -> n1") == 2
    assert [node.grad for node in model.nodes] == [None, None]
    assert ">–<" in draw(y).svg()
    y.backward()
    assert [node.grad for node in draw(y).model.nodes] == [6.0, 1.0]
    assert ">–<" not in draw(y).svg()


def test_a_gradient_of_zero_is_no_dash():
    x = Value(0.0)
    y = x * x
    y.backward()
    assert build([y]).nodes[0].grad == 0.0


def test_constants_are_part_of_their_node():
    x = Value(2.0, "x")
    root = clip(2.0 * x - 1.5, 0.0, 1.0) ** 3 + dot([x, x], [1.0, -2.0])
    model = build([root])
    operations = {node.operation for node in model.nodes if node.operation}
    assert operations == {"Σwᵢxᵢ", "2 ×", "− 1.5", "clip(low=0, high=1)", "**3", "+"}
    assert [node.constants for node in model.nodes if node.constants] == ["x = 1, −2"]
    assert sum(node.kind == "leaf" for node in model.nodes) == 1


def test_neurons_and_layers_are_found_and_collapse():
    (out,) = mlp(two_inputs(), 3, 1)
    out.backward()
    sizes = {level: len(build([out], collapse=level).nodes) for level in LEVELS}
    assert sizes == {"none": 2 + 9 + 6 + 4 + 2, "neurons": 2 + 4, "layers": 2 + 2, "repeats": 1 + 2, "auto": 23}
    neuron = build([out], collapse="neurons").nodes[-1]
    assert (neuron.label, neuron.operation) == ("layer2.neuron1", "Neuron: Σwᵢxᵢ+b → tanh")
    assert (neuron.data, neuron.grad, neuron.parameters) == (out.data, 1.0, 4)
    layer = build([out], collapse="layers").nodes[-2]
    assert (layer.label, layer.operation, layer.parameters) == ("layer1", "3 neurons: Σwᵢxᵢ+b → tanh", 9)
    opened = build([out], collapse="layers", expand=["layer1", "layer1.neuron2"])
    assert [cluster.label for cluster in opened.clusters] == ["layer1", "layer1.neuron2"]
    assert sorted(node.label for node in opened.nodes if node.kind != "operation")[1:4] == [
        "layer1.neuron2.b",
        "layer1.neuron2.w1",
        "layer1.neuron2.w2",
    ]


def test_the_calls_of_a_network_are_counted():
    root = fsum(mlp(two_inputs(), 3, 1, copies=5))
    layers = [node for node in build([root], collapse="layers").nodes if node.kind == "layer"]
    assert [node.count for node in layers] == [5, 5]
    assert build([root], collapse="repeats").edges[-1].count == 5


def test_two_networks_with_the_same_names_are_two():
    root = mlp(two_inputs(), 2, 1)[0] + mlp(two_inputs(), 2, 1)[0]
    layers = sorted(node.label for node in build([root], collapse="layers").nodes if node.kind == "layer")
    assert layers == ["layer1", "layer1 (2)", "layer2", "layer2 (2)"]


def test_units_that_pass_no_gradient_are_marked():
    w = [Value(-1.0, "w1")]
    assert build([relu(dot(w, [Value(2.0)]))], collapse="neurons").nodes[-1].state == "inactive"
    root = fsum([relu(dot(w, [Value(float(i))])) for i in range(1, 4)])
    assert build([root], collapse="neurons").nodes[-2].state == "dead"
    assert build([tanh(Value(4.0))]).nodes[-1].state == "saturated"
    assert build([tanh(Value(0.4))]).nodes[-1].state == ""


@pytest.mark.parametrize("shape", ["chain", "wide", "parallel", "dense", "batch", "comb"])
def test_large_graphs_are_drawn_within_the_limits(shape):
    x = Value(1.0, "x")
    if shape == "chain":
        root = x
        for _ in range(5_000):
            root = root * 0.5 + x
    elif shape == "wide":
        root = fsum([Value(float(i), f"x{i}") * x for i in range(5_000)])
    elif shape == "parallel":
        root = prod([x] * 10_000)
    elif shape == "dense":
        level = [Value(1.0) for _ in range(60)]
        for _ in range(3):
            level = [fsum(level[:i] + level[i + 1 :]) for i in range(60)]
        root = fsum(level)
    elif shape == "batch":
        root = sum((y - 1.0) ** 2 for y in mlp(two_inputs(), 16, 16, 1, copies=150)) / 150.0
    else:
        root = fsum([tanh(x * float(i)) ** 2 for i in range(3_000)])
    drawing = draw(root)
    assert len(drawing.model.nodes) <= 100
    assert len(drawing.model.edges) <= 1_200
    assert "max_nodes" in drawing.message or shape == "parallel"  # two nodes are all there is
    assert len(drawing.svg()) < 2_000_000


def test_a_cut_drawing_says_so_in_the_picture():
    root = x = Value(1.0)
    for _ in range(40):
        root = tanh(root) + x
    drawing = draw(root, max_nodes=10)
    assert drawing.model.is_cut
    assert "raise max_nodes, or choose a part with depth= or between=(a, b)" in drawing.svg()
    assert "1 operand not drawn" in drawing.svg()
    assert draw(root).message == ""


# Pictures -------------------------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(graphs(TEXTS), st.sampled_from(LEVELS), st.sampled_from(sorted(THEMES)), st.sampled_from(sorted(DIRECTIONS)))
def test_every_graph_becomes_a_picture(root, level, theme, direction):
    root.backward()
    drawing = draw(root, collapse=level, theme=theme, direction=direction, gradient_flow=True, max_nodes=60)
    tree = ET.fromstring(drawing.svg())
    names = [element.get("class", "").split() for element in tree.iter(f"{SVG}g")]
    nodes = [name[1] for name in names if name[:1] == ["node"] and name[1][0] in "ncr"]
    edges = [name[1] for name in names if name[:1] == ["edge"]]
    assert sorted(nodes) == sorted(node.id for node in drawing.model.nodes)
    assert sorted(edges) == sorted(f"e{i}" for i in range(len(drawing.model.edges)))
    drawing.mermaid().encode()


@settings(max_examples=25)
@example("\\N \\G \\l")
@example(EVIL)
@given(TEXTS)
def test_a_label_is_shown_as_it_is(label):
    x = Value(1.0, label)
    drawing = draw(x * x)
    tree = ET.fromstring(drawing.svg())
    texts = ["".join(text.itertext()) for text in tree.iter(f"{SVG}text")]
    shown = " ".join(visible(label).split())
    assert shown in [" ".join(text.replace("\u200b", "").replace("\xa0", " ").split()) for text in [*texts, ""]]


def test_markup_in_labels_is_text_everywhere(tmp_path):
    x = Value(1.0, EVIL)
    root = tanh(dot([Value(1.0, f"{EVIL}.w1")], [x], Value(0.0, f"{EVIL}.b")))
    root.label = EVIL
    drawing = draw(root)
    for extension in ("svg", "html", "mmd", "dot"):
        text = drawing.save(tmp_path / f"x.{extension}").read_text(encoding="utf-8")
        assert "<script>alert" not in text
        assert "alert(1)" in text
    titles = ["".join(title.itertext()) for title in ET.fromstring(drawing.svg()).iter(f"{SVG}title")]
    assert any(EVIL in title for title in titles)
    labels = re.findall(r'"([^"]*)"', drawing.mermaid())
    assert drawing.mermaid().count('"') == 2 * len(labels)
    assert not any(set("<>&\\`{}|") & set(label.replace("<br/>", "")) for label in labels)
    draw(root, collapse="neurons").save(tmp_path / "x.png")


def test_unselected_edges_look_different():
    x = Value(-1.0, "x")
    drawing = draw(relu(x))
    assert 'label="unselected" style=dotted' in drawing.source
    assert "stroke-dasharray" in drawing.svg()
    assert '-.->|"unselected"|' in drawing.mermaid()


def test_operands_are_listed_where_their_order_matters():
    x, y = Value(1.0, "x"), Value(2.0, "y")
    assert "n2:p1:w" in draw(x / y).source
    assert ":p" not in draw(x * y).source


def test_a_path_is_highlighted():
    a, b = Value(2.0, "a"), Value(3.0, "b")
    c = a * b
    root = c + a
    colour = theme_of("light").highlight
    assert draw(root).source.count(colour) == 0
    assert draw(root, highlight=a).source.count(f'color="{colour}" penwidth=3') == 3  # a, c, root
    assert draw(root, highlight=a).source.count(f'fontcolor="{colour}"') == 3  # a→c, a→root, c→root
    assert draw(root, highlight=[a, c, root]).source.count(f'fontcolor="{colour}"') == 2


def test_gradients_colour_the_nodes():
    x = Value(2.0)
    root = (x * 1e-3) * 1e3
    assert "call backward() first" in draw(root, gradient_flow=True).source
    root.backward()
    fills = re.findall(r'n\d \[.*?fillcolor="(#\w+)"', draw(root, gradient_flow=True).source)
    assert len(set(fills)) == 2
    assert fills[0] == fills[2] == theme_of("light").flow[0]  # adjoints 1, 1000, 1
    assert fills[1] == theme_of("light").flow[-1]


@pytest.mark.parametrize("gradient", [0.0, float("inf"), float("nan"), 5e-324, 1.7e308])
def test_the_scale_takes_any_gradient(gradient):
    x = Value(1.0)
    y = x * 1.0
    y.backward()
    x.grad = gradient
    ET.fromstring(draw(y, gradient_flow=True).svg())


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_text_has_contrast(theme):
    def luminance(colour):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(a, b):
        low, high = sorted([luminance(a), luminance(b)])
        return (high + 0.05) / (low + 0.05)

    for fill in (theme.leaf[0], theme.operation[0], theme.collapsed[0], theme.background):
        for text in (theme.text, theme.muted, theme.gradient, theme.warning):
            assert contrast(fill, text) >= 4.5, (fill, text)
    for fill in theme.flow:
        assert contrast(fill, readable_on(fill, theme)) >= 3.9, fill


def test_the_page_lets_the_reader_choose_what_is_collapsed():
    (out,) = mlp(two_inputs(), 2, 1)
    page = draw(out).html()
    assert page.count('type="radio"') == 3
    assert page.count("<svg") == 3
    assert page.count(" checked") == 1
    assert draw(two_inputs()[0] * 2.0).html().count("<svg") == 1


# Mistakes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"theme": "drak"}, ValueError, "unknown theme 'drak': did you mean 'dark'"),
        ({"direction": "TL"}, ValueError, "unknown direction 'TL'"),
        ({"collapse": "neuron"}, ValueError, "did you mean 'neurons'"),
        ({"expand": "layer9"}, ValueError, "expand: unknown neuron or layer 'layer9'"),
        ({"depth": -1}, ValueError, "depth must be at least 0, got -1"),
        ({"depth": 1.5}, TypeError, "depth takes an integer, got float"),
        ({"max_nodes": 0}, ValueError, "max_nodes must be at least 1"),
        ({"between": 3}, TypeError, "between takes a pair of Values"),
        ({"between": (Value(1.0), Value(2.0))}, ValueError, "is not in the graph"),
        ({"highlight": "x"}, TypeError, "highlight takes a Value or a sequence"),
        ({"highlight": Value(1.0)}, ValueError, "is not among the nodes drawn"),
    ],
)
def test_mistakes_are_named(options, error, message):
    x = Value(1.0, "x")
    with pytest.raises(error, match=re.escape(message)):
        draw(x * x, **options)


def test_a_path_must_exist():
    x, y = Value(1.0, "x"), Value(2.0, "y")
    root = x * y
    with pytest.raises(ValueError, match="exchange a and b"):
        draw(root, between=(root, x))
    with pytest.raises(ValueError, match="there is no path"):
        draw(root, between=(x, y))
    with pytest.raises(ValueError, match="is no operand of"):
        draw(root, highlight=[x, y])


@pytest.mark.parametrize("root", [3.0, None, "x", [], [Value(1.0), 2.0], SimpleNamespace(layers=[])])
def test_what_is_not_a_graph_is_refused(root):
    with pytest.raises(TypeError, match="draw takes a Value, or a list of Values, got"):
        draw(root)
