"""The derivation as LaTeX: its formulas come from the rows, braces match, labels are escaped."""

import re

import pytest
from hypothesis import given

from autograd_core import Value, cos, dot, relu, steps, tanh, where
from autograd_core.primitives import TABLE
from autograd_core.testing import programs
from autograd_core.view import latex
from autograd_core.view.latex import name_in_latex

EVIL = '<script>alert(1)</script>"&\\'


def is_balanced(text):
    plain = re.sub(r"\\[{}]", "", text)
    depth = 0
    for character in plain:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0 and text.count(r"\left") == text.count(r"\right")


def test_chain_by_chain():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    d = a * b
    d.label = "d"
    L = d * d
    L.label = "L"
    lines = latex(L).splitlines()
    assert r"L &= d \cdot d = \left(-6\right) \cdot \left(-6\right) = 36" in lines
    chain = r"\frac{\partial L}{\partial d} \cdot \frac{\partial d}{\partial a}"
    expected = rf"\frac{{\partial L}}{{\partial a}} &= {chain} = -12 \cdot b = -12 \cdot \left(-3\right) = 36"
    assert expected in [line.removesuffix(r" \\") for line in lines]
    direct = r"\left.\frac{\partial L}{\partial d}\right|_{\text{direct}} \cdot \frac{\partial d}{\partial a}"
    numbers = r"-6 \cdot \left(-3\right) + \left(-6 \cdot \left(-3\right)\right) = 36"
    assert rf"\frac{{\partial L}}{{\partial a}} &= {direct} + {direct} = {numbers}" in [
        line.removesuffix(r" \\") for line in lines
    ]


def test_formulas_come_from_the_rows(own_primitives):
    from autograd_core import primitive

    twice = primitive("twice_and_a_half", lambda m, x: 2.5 * x, lambda m, x, out: m.cos(x) / (1.0 + x**2.0))
    assert r"\frac{\cos\left(x\right)}{1 + {x}^{2}}" in latex(twice(Value(1.0, "x")))


@given(programs(kind="moderate"))
def test_everything_can_be_written(program):
    root = program(*[Value(x) for x in program.inputs])
    if isinstance(root, Value):
        assert is_balanced(latex(root))


@pytest.mark.parametrize("row", TABLE.values(), ids=list(TABLE))
def test_every_row_has_a_notation(row):
    from autograd_core.value import apply

    n = 5 if "sequences" in row.traits else 3 if row.variadic else len(row.parameters)
    numbers = {"acosh": [1.5], "clip": [0.4, 0.2, 0.9]}.get(row.name, [0.3, 0.5, 0.2, 0.7, 0.1])
    text = latex(apply(row, [Value(x, f"x{i}") for i, x in enumerate(numbers[:n])]))
    assert is_balanced(text)
    assert "operand" not in text


def test_a_square_has_no_first_power_in_its_derivative():
    x = Value(3.0, "x")
    assert r"= 1 \cdot 2 \cdot x = " in latex(x**2)
    assert r"= 1 \cdot 3 \cdot {x}^{2} = " in latex(x**3)


def test_some_leaves_only():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    text = latex(tanh(a) * cos(b), of=[b])
    assert r"\partial b" in text
    assert r"{\partial a}" not in text
    with pytest.raises(ValueError, match="does not depend"):
        latex(a * b, of=Value(1.0))


def test_unselected_edges_and_unreached_nodes():
    x, y = Value(-1.0, "x"), Value(1.0, "y")
    text = latex(relu(x) + where(True, y, x) + dot([x], [2.0]))
    assert is_balanced(text)
    assert "no selected edge leads here" in latex(relu(x) + y)


def test_many_paths_are_not_written_out():
    node = Value(0.5, "x")
    for _ in range(40):
        node = node * node
    assert len(latex(node)) < 60_000


def test_a_seed():
    x = Value(2.0, "x")
    text = latex(steps(tanh(x * 3.0), seed=2.0))
    assert r"\frac{\partial L}{\partial L} &= 2" in text
    assert r"= 2 \cdot \left(" in text


def test_labels_are_escaped():
    text = latex(Value(1.0, EVIL) * 2.0)
    assert r"\text{\textless{}script\textgreater{}alert(1)\textl" in text
    assert "<" not in text
    assert is_balanced(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [("x", "x"), ("x1", "x_{1}"), ("x_12", "x_{12}"), ("alpha", r"\alpha"), ("a_b", r"\text{a\_b}"), ("é", r"\text{é}"),
     ("50%", r"\text{50\%}"), ("\\", r"\text{\textbackslash{}}")],
)  # fmt: skip
def test_names(name, text):
    assert name_in_latex(name) == text
