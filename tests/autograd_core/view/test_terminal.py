"""Trees, tables and steps in the terminal: readable in 80 columns, with keys or without a terminal."""

import io
import os
import select
import subprocess
import sys

import pytest
from hypothesis import given

from autograd_core import Value, relu, steps
from autograd_core.testing import programs
from autograd_core.view import step_in_terminal, table, tree
from autograd_core.view.terminal import KEYS, pages

EVIL = '<script>alert(1)</script>"&\\'


def example():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    d = a * b
    d.label = "d"
    return d * d + relu(b)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def session(text):
    target = Terminal()
    step_in_terminal(example(), Terminal(text), target)
    return target.getvalue()


def test_tree_before_and_after_a_sweep():
    root = example()
    assert "grad –" in tree(root)
    assert "d ↑" in tree(root)
    root.backward()
    assert tree(root).splitlines()[0].split() == ["L", "=", "v1", "+", "v2", "value", "36", "grad", "1"]


def test_table_is_in_topological_order():
    lines = [line.split() for line in table(example()).splitlines()]
    assert [line[0] for line in lines] == ["node", "a", "b", "d", "v1", "v2", "L"]
    assert lines[1] == ["a", "input", "2", "–"]


@given(programs(kind="edges"))
def test_nothing_is_wider_than_80_columns(program):
    root = program(*[Value(x, "a name of some length" * 2) for x in program.inputs])
    if isinstance(root, Value):
        for text in (tree(root), table(root), *pages(root)):
            assert max(map(len, text.splitlines())) <= 80


def test_a_large_graph_is_cut():
    node = Value(1.0)
    for _ in range(1000):
        node = node + 1.0
    assert len(tree(node, most=20).splitlines()) == 21
    assert table(node, most=20).startswith("… and 981 nodes before these")
    assert max(map(len, tree(node).splitlines())) <= 80


def test_pages_show_both_passes():
    texts = pages(example())
    assert len(texts) == 4 + 6
    assert texts[0] == "[1/10] forward: d\n  d = a · b = 2 · (−3) = −6"
    assert "∂L/∂d += ∂L/∂v1 · ∂v1/∂d = 1 · (−6) = −6" in texts[6]
    assert "−6 → −12" in texts[6]
    assert "∂L/∂b += nothing: the edge is not selected" in texts[5]
    assert pages(steps(example())) == texts


def test_skipped_nodes():
    x = Value(-1.0, "x")
    assert "x is skipped" in pages(relu(x))[-1]


def test_without_a_terminal_everything_is_printed():
    target = io.StringIO()
    step_in_terminal(example(), io.StringIO(""), target)
    assert target.getvalue() == "\n\n".join(pages(example())) + "\n"


def test_keys_line_by_line():
    texts = pages(example())
    shown = session("n\n\np\nb\n9\n99\nn\nx\nq\nn\n")
    parts = [part.removeprefix("> ") for part in shown.split("\n\n")]
    assert parts[0] == KEYS
    last = "this is the last step"
    assert parts[1:10] == [texts[0], texts[1], texts[2], texts[1], texts[4], texts[8], texts[9], last, KEYS]


def test_the_end_of_the_input_ends_it():
    assert session("p\n").count("this is the first step") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals on Windows")
def test_single_keys_in_a_pseudo_terminal():
    import pty

    program = (
        "from autograd_core import Value\nfrom autograd_core.view import step_in_terminal\n"
        "x = Value(3.0, 'x')\nstep_in_terminal(x * x)\n"
    )
    ours, theirs = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", program], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""

    def wait_for(text):
        nonlocal shown
        while text not in shown:
            assert select.select([ours], [], [], 60)[0], shown
            shown += os.read(ours, 1024)
        shown = shown.partition(text)[2]

    for keys, expected in [(b"n", b"[2/3]"), (b"\x1b[D", b"[1/3]")]:
        wait_for(b"> ")
        os.write(ours, keys)
        wait_for(expected)
    wait_for(b"> ")
    os.write(ours, b"3")
    wait_for(b"3")
    os.write(ours, b"\n")
    wait_for(b"[3/3]")
    wait_for(b"> ")
    os.write(ours, b"q")
    assert process.wait(60) == 0
    os.close(ours)


def test_labels_are_shown_as_text():
    assert EVIL in tree(Value(1.0, EVIL) * 2.0)
    assert "\x1b" not in tree(Value(1.0, "\x1b[31m") * 2.0)
