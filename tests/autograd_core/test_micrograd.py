"""Programs written for micrograd 0.1.0 give the same numbers here; only their import differs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value
from tests.micrograd_programs import DRAW, MORE_OPS, SANITY_CHECK, run

ENGINES = ("autograd_core", "micrograd")


# micrograd's own tests: the numbers are PyTorch's ------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_sanity_check(engine):
    result = run(engine, SANITY_CHECK)
    assert result["y"].data == -20.0
    assert result["x"].grad == 46.0


@pytest.mark.parametrize("engine", ENGINES)
def test_more_ops(engine):
    result = run(engine, MORE_OPS)
    assert result["g"].data == pytest.approx(24.70408163265306, rel=0, abs=1e-6)
    assert result["a"].grad == pytest.approx(138.83381924198252, rel=0, abs=1e-6)
    assert result["b"].grad == pytest.approx(645.5772594752186, rel=0, abs=1e-6)


def test_more_ops_to_the_last_digits():
    ours, theirs = (run(engine, MORE_OPS) for engine in ENGINES)
    for name in "abcdefg":
        assert ours[name].data == pytest.approx(theirs[name].data, rel=1e-14)
    for name in "ab":
        assert ours[name].grad == pytest.approx(theirs[name].grad, rel=1e-14)


# Random programs ---------------------------------------------------------------------------------------------------

NUMBERS = st.floats(-3.0, 3.0).map(lambda x: round(x, 3)).filter(lambda x: abs(x) > 0.01)
SCALARS = st.one_of(
    NUMBERS, st.integers(1, 3), st.integers(-3, -1), NUMBERS.map(np.float64), st.integers(1, 3).map(np.int64)
)
BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / (b * b + 1),
}
UNARY = {
    "neg": lambda a: -a,
    "relu": lambda a: a.relu(),
    "square": lambda a: a**2,
    "cube": lambda a: a**3,
    "sum": lambda a: sum([a, a, 1]),
    "inverse": lambda a: (a * a + 1.5) ** -1,
    "root": lambda a: (a * a + 1.5) ** 0.5,
    "reciprocal": lambda a: 2 / (a * a + 1.5),
}
STEPS = st.one_of(
    st.tuples(st.sampled_from([*UNARY]), st.integers(0, 99)),
    st.tuples(st.sampled_from([*BINARY]), st.integers(0, 99), st.integers(0, 99)),
    st.tuples(st.sampled_from([*BINARY]), st.integers(0, 99), SCALARS, st.booleans()),
)


def evaluate(value_type, leaves, steps):
    """Value and gradients of a random program in the Values of one engine."""
    inputs = [value_type(x) for x in leaves]
    nodes = list(inputs)
    for operation, i, *rest in steps:
        a = nodes[i % len(nodes)]
        if not rest:
            result = UNARY[operation](a)
        elif len(rest) == 1:
            result = BINARY[operation](a, nodes[rest[0] % len(nodes)])
        else:
            scalar, on_the_left = rest
            if operation == "/":
                scalar = float(scalar)  # micrograd raises it to -1, which NumPy's integers refuse
            result = BINARY[operation](scalar, a) if on_the_left else BINARY[operation](a, scalar)
        nodes.append(result * 0.25 if abs(result.data) > 4.0 else result)
    root = sum(nodes)
    root.backward()
    return [root.data, *(leaf.grad for leaf in inputs)]


@given(st.lists(NUMBERS, min_size=1, max_size=4), st.lists(STEPS, max_size=12))
def test_random_programs_give_the_same_numbers(leaves, steps):
    from micrograd.engine import Value as MicrogradValue

    ours, theirs = (evaluate(engine, leaves, steps) for engine in (Value, MicrogradValue))
    scale = max(map(abs, theirs))
    assert ours == pytest.approx([float(x) for x in theirs], rel=1e-9, abs=1e-12 * max(scale, 1.0))


# What programs do beside arithmetic --------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_grad_is_zeroed_by_assignment(engine):
    result = run(
        engine,
        """
x = Value(3.0)
(x * x).backward()
first = x.grad
x.grad = 0
(x * x).backward()
""",
    )
    assert result["first"] == result["x"].grad == 6.0


@pytest.mark.parametrize("engine", ENGINES)
def test_data_is_updated_in_place(engine):
    result = run(
        engine,
        """
x = Value(3.0)
(x**2).backward()
x.data -= 0.5 * x.grad
""",
    )
    assert result["x"].data == 0.0


@pytest.mark.parametrize("engine", ENGINES)
def test_sum_of_values(engine):
    result = run(
        engine,
        """
xs = [Value(1.5), Value(-2.0), Value(4.0)]
total = sum(xs)
mean = sum(x * x for x in xs) * (1.0 / len(xs))
(total * mean).backward()
gradients = [x.grad for x in xs]
""",
    )
    assert result["total"].data == 3.5
    assert result["gradients"] == pytest.approx([22.25 / 3 + 3.5 * 2 / 3 * x for x in (1.5, -2.0, 4.0)], rel=1e-15)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("exponent", [3, 2, 1, -1, -2, 0.5, 2.5, -0.5, 1 / 3])
def test_power_with_a_constant(engine, exponent):
    x = run(engine, "x = Value(1.7)\ny = x**exponent\ny.backward()\n", exponent=exponent)
    assert x["y"].data == pytest.approx(1.7**exponent, rel=1e-15)
    assert x["x"].grad == pytest.approx(exponent * 1.7 ** (exponent - 1), rel=1e-15)
    assert x["y"]._op == f"**{exponent}"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("number", [np.float64(2.5), np.float32(2.5), np.int64(2), np.int32(-3)], ids=repr)
def test_numpy_scalars_as_operands(engine, number):
    program = """
v = Value(1.5)
results = [v + number, number + v, v - number, number - v, v * number, number * v, number / v, -number * v]
sum(results).backward()
"""
    result, n = run(engine, program, number=number), float(number)
    assert all(type(r).__name__ == "Value" for r in result["results"])
    expected = [1.5 + n, n + 1.5, 1.5 - n, n - 1.5, 1.5 * n, n * 1.5, n / 1.5, -n * 1.5]
    assert [float(r.data) for r in result["results"]] == pytest.approx(expected, rel=1e-15)
    assert float(result["v"].grad) == pytest.approx(2.0 + n - n / 1.5**2, rel=1e-7)


@pytest.mark.parametrize("number", [np.float64(2.5), np.float32(2.5), np.int64(2), np.int32(-3)], ids=repr)
def test_division_by_a_numpy_scalar(number):  # micrograd raises it to -1, which NumPy's integers refuse
    assert (Value(1.5) / number).data == 1.5 / float(number)


@pytest.mark.parametrize("engine", ENGINES)
def test_values_made_of_numpy_scalars(engine):
    result = run(engine, "xs = list(map(Value, row))\ny = xs[0] * xs[1]\ny.backward()\n", row=np.array([2.0, -3.0]))
    assert [x.grad for x in result["xs"]] == [-3.0, 2.0]


# Walkers over `_prev` and `_op` ------------------------------------------------------------------------------------

TO_DRAW = """
a, b, c = Value(2.0), Value(-3.0), Value(10.0)
d = a * b + c
e = (d + a).relu() * d**3
f = (e + b) ** 2
f.backward()
dot = draw_dot(f)
"""


def drawing(dot):
    """What a drawing shows: the labels of its nodes, and its edges as pairs of labels."""
    names, edges = {}, []
    for line in dot.body:
        text = line.strip()
        if " -> " in text:
            edges.append(text.split(" -> "))
        else:
            name, rest = text.split(" [", 1)
            names[name.strip('"')] = rest
    return sorted(names.values()), sorted((names[a.strip('"')], names[b.strip('"')]) for a, b in edges)


def test_graph_drawing_of_micrograd_draws_the_same():
    pytest.importorskip("graphviz")
    ours, theirs = (drawing(run(engine, DRAW + TO_DRAW)["dot"]) for engine in ENGINES)
    assert ours == theirs
    labels, edges = ours
    assert len(labels) == 11 + 8  # Values, and the operations that made eight of them
    assert len(edges) == 8 + 13  # from an operation to its result, and to it from its operands
