"""The three approaches: the sum over paths against the sweep and against enumeration, and the table of all three."""

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value, relu, softplus, tanh, where
from autograd_core.checking.approaches import compare_approaches, naive_gradient
from autograd_core.graph import count_paths
from autograd_core.row import UNSELECTED
from autograd_core.testing import random_program


def chain(y, depth=20):
    for _ in range(depth):
        y = y * y + y
    return y


def every_path(node, leaf):
    """The partials of each path, by plain recursion."""
    if node is leaf:
        yield ()
        return
    for parent, partial in zip(node.parents, node.partials, strict=True):
        if partial is not UNSELECTED:
            for path in every_path(parent, leaf):
                yield (partial, *path)


@given(st.integers(0, 10**9))
def test_the_sum_over_all_paths_is_what_the_definition_says(seed):
    rng = random.Random(seed)
    program = random_program(rng, size=rng.randint(1, 9), inputs=2)
    inputs = [Value(x) for x in program.inputs]
    root = program(*inputs)
    root.backward()
    for x in inputs:
        paths = list(itertools.islice(every_path(root, x), 3000))
        if len(paths) == 3000:
            continue
        result = naive_gradient(root, x)
        assert result.paths == len(paths)
        assert result.multiplications == sum(max(0, len(path) - 1) for path in paths)
        terms = [math.prod(path) for path in paths]
        if all(map(math.isfinite, terms)):
            assert result.gradient == pytest.approx(math.fsum(terms), rel=1e-12, abs=1e-12 * sum(map(abs, terms)))
            assert result.gradient == pytest.approx(x.grad, rel=1e-12, abs=1e-12 * sum(map(abs, terms)))


def test_a_hopeless_number_of_paths_is_refused_with_the_exact_number():
    x = Value(0.01)
    y = chain(x)
    with pytest.raises(ValueError, match=r"3486784401 paths.*112739362299 multiplications.*root\.backward") as error:
        naive_gradient(y, x)
    assert "each of the 41 nodes once" in str(error.value)
    assert count_paths(y)[x] == 3**20
    # 2 edges through the product, 1 past it: Σ C(20, k) 2^k (20 + k) - 3^20
    assert sum(math.comb(20, k) * 2**k * (20 + k) for k in range(21)) - 3**20 == 112739362299


def test_the_limit_can_be_chosen():
    x = Value(0.5)
    y = chain(x, 3)
    assert naive_gradient(y, x, limit=27).paths == 27
    with pytest.raises(ValueError, match="27 paths"):
        naive_gradient(y, x, limit=26)


def test_a_long_chain_needs_no_recursion():
    x = y = Value(0.5)
    for _ in range(20_000):
        y = -y
    assert naive_gradient(y, x) == (1.0, 1, 19_999)


def test_no_path_one_path_and_inner_nodes():
    x, other = Value(2.0), Value(3.0)
    y = x * x
    assert naive_gradient(y, other) == (0.0, 0, 0)
    assert naive_gradient(y, y) == (1.0, 1, 0)
    assert naive_gradient(-y, y) == (-1.0, 1, 0)


def test_unselected_edges_are_no_paths():
    x = Value(-1.0)
    y = relu(x) * x
    assert naive_gradient(y, x) == (0.0, 1, 0)
    assert count_paths(y)[x] == 2


@pytest.mark.parametrize("arguments", [(1.0, Value(1.0)), (Value(1.0), "x")], ids=["root", "leaf"])
def test_what_is_no_value_is_named(arguments):
    with pytest.raises(TypeError, match="must be a Value, got"):
        naive_gradient(*arguments)


# Side by side ----------------------------------------------------------------------------------------------------


def test_chain_of_depth_20():
    table = compare_approaches(chain, 0.01)
    assert table.naive.paths == 3**20
    assert table.naive.gradient is None
    assert table.naive.multiplications == 112739362299
    assert (table.sweep.visits, table.sweep.multiplications, table.sweep.paths) == (41, 80, 0)
    assert (table.numerical.evaluations, table.numerical.visits) == (2, 82)
    assert table.reference_name.startswith("the complex step")
    assert table.sweep.errors[0] < 1e-14
    assert 1e-10 < table.numerical.errors[0] < 1e-6
    text = str(table)
    assert "3 486 784 401" in text
    assert "not walked" in text
    assert "counted exactly" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_all_three_agree_and_show_their_costs():
    table = compare_approaches(lambda v: tanh(v[0] * v[1] + v[2]), [2.0, -3.0, 10.0], names=["a", "b", "c"])
    assert table.value == math.tanh(4.0)
    slope = 1.0 - math.tanh(4.0) ** 2
    for approach, tolerance in ((table.naive, 1e-13), (table.numerical, 1e-7), (table.sweep, 1e-13)):
        assert approach.gradient == pytest.approx([-3.0 * slope, 2.0 * slope, slope], rel=tolerance)
    assert (table.naive.paths, table.naive.multiplications, table.naive.visits) == (3, 5, 11)
    assert (table.numerical.evaluations, table.sweep.evaluations) == (6, 1)
    assert all(len(line) <= 80 for line in str(table).splitlines())
    assert "∂/∂a" in repr(table)


def test_a_notebook_gets_a_plain_table():
    html = compare_approaches(lambda x: x * x, 3.0, names=["<x>"])._repr_html_()
    assert html.startswith("<table>")
    assert "∂/∂&lt;x&gt;" in html
    assert html.count("<tr>") == 7


def test_containers_many_inputs_constants_and_kinks():
    table = compare_approaches(lambda p: p["w"][0] * p["b"], {"w": (2.0,), "b": 3.0})
    assert table.names == ["p['w'][0]", "p['b']"]
    many = str(compare_approaches(lambda v: sum(v[1:], v[0]), [1.0] * 30))
    assert "all 30: error" in many
    assert "v[29]" not in many
    constant = compare_approaches(lambda x: 1.0, 2.0)
    assert constant.sweep.gradient == [0.0] == constant.naive.gradient
    assert compare_approaches(abs, 0.0).reference_name == "the sweep"
    assert compare_approaches(lambda x: softplus(x).erf(), 0.5).reference_name == "the sweep"


def test_a_neighbour_outside_of_the_domain_shows_as_nan():
    table = compare_approaches(lambda x: x.sqrt(), 0.0)
    assert math.isnan(table.numerical.gradient[0])
    assert table.sweep.gradient == [math.inf]


def test_a_result_that_is_no_number_is_an_error():
    with pytest.raises(TypeError, match="compare_approaches: the function must return one number, got a list of 1"):
        compare_approaches(lambda x: [x], 1.0)
    with pytest.raises(TypeError, match="compare_approaches takes a function"):
        compare_approaches(Value(1.0), 1.0)


def test_where_follows_the_side_that_was_recorded():
    table = compare_approaches(lambda x: where(x > 1.0, lambda: x * x, 0.0), 2.0)
    assert table.sweep.gradient == [4.0]
