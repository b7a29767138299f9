"""`Value`: the reverse sweep, and the operators that are written by hand held to their rows."""

import math
import operator
import threading
from collections import Counter
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import (
    Value,
    clip,
    domain_errors,
    exp,
    floor,
    log,
    maximum,
    minimum,
    no_grad,
    relu,
    sqrt,
    step,
    where,
    zero_grad,
)  # fmt: skip
from autograd_core.errors import DomainError
from autograd_core.graph import count_paths, topological_order
from autograd_core.primitives import TABLE
from autograd_core.row import UNSELECTED
from autograd_core.value import apply
from tests.graphs import gradient_over_paths, random_graph

SEEDS = st.integers(0, 10**6)

# The reverse sweep ----------------------------------------------------------------------------------------------


class Counted(float):
    """A partial that counts the adjoints it is multiplied with."""

    uses: ClassVar[Counter[int]] = Counter()

    def __rmul__(self, adjoint: float) -> float:
        Counted.uses[id(self)] += 1
        return adjoint * float(self)


@given(seed=SEEDS, nodes=st.integers(1, 300))
def test_the_chain_rule_is_applied_once_per_edge(seed: int, nodes: int):
    _, root = random_graph(seed, nodes)
    edges = []
    for node in topological_order(root):
        node.partials = tuple(p if p is UNSELECTED else Counted(p) for p in node.partials)
        edges += [p for p in node.partials if p is not UNSELECTED]
    Counted.uses.clear()
    root.backward()
    reached = [p for node in topological_order(root) if node.reached for p in node.partials if p is not UNSELECTED]
    assert Counted.uses == Counter(map(id, reached))
    assert set(Counted.uses.values()) == {1}
    assert len(reached) <= len(edges)


@given(seed=SEEDS, nodes=st.integers(1, 12))
def test_the_sweep_is_the_sum_over_all_paths(seed: int, nodes: int):
    _, root = random_graph(seed, nodes)
    root.backward()
    paths = count_paths(root)
    found = gradient_over_paths(root)
    assert {node: count for node, (_, _, count) in found.items()} == paths
    for node, (total, size, _) in found.items():
        assert math.isclose(node.grad, float(total), rel_tol=0.0, abs_tol=1e-13 * float(size))


def test_paths_grow_where_visits_do_not():
    x = Value(1.0)
    y = x
    for _ in range(200):
        y = y * y
    y.backward()
    assert count_paths(y)[x] == 2**200
    assert x.grad == 2.0**200
    assert len(topological_order(y)) == 201


@given(seed=SEEDS, nodes=st.integers(1, 60), seed_of_sweep=st.sampled_from([1.0, 2.0, -0.5, 0.1, 3]))
def test_sweeps_add_up_exactly_on_leaves(seed: int, nodes: int, seed_of_sweep: float):
    """Two roots with common nodes, in either order, and a second sweep: the sum of the single gradients, to the bit."""
    leaves, first = random_graph(seed, nodes)
    second = first * first + leaves[0] * 0.3

    def gradients(*roots: Value) -> list[float]:
        zero_grad(first, second)
        for root in roots:
            root.backward(seed_of_sweep)
        return [leaf.grad for leaf in leaves]

    one, two = gradients(first), gradients(second)
    total = [a + b for a, b in zip(one, two, strict=True)]
    assert gradients(first, second) == total
    assert gradients(second, first) == total
    assert gradients(first, first) == [2.0 * a for a in one]


@given(seed=SEEDS, nodes=st.integers(1, 60))
def test_inner_adjoints_start_afresh(seed: int, nodes: int):
    _, root = random_graph(seed, nodes)
    order = [node for node in topological_order(root) if node.parents]
    root.backward()
    once = [node.grad for node in order]
    root.backward()
    assert [node.grad for node in order] == once


def test_a_seed_scales_the_gradient():
    x, y = Value(3.0), Value(4.0)
    (x * y).backward(seed=-2.5)
    assert (x.grad, y.grad) == (-10.0, -7.5)


def test_a_zero_gradient_has_no_sign():
    x = Value(3.0)
    y = x * 2.0
    y.backward(seed=-0.0)
    assert (repr(x.grad), repr(y.grad)) == ("0.0", "0.0")


def test_zero_grad_forgets():
    x = Value(3.0)
    y = x * x
    y.backward()
    zero_grad(y)
    assert (x.grad, y.grad, x.reached, y.reached) == (0.0, 0.0, False, False)
    y.backward()
    assert x.grad == 6.0


def test_leaves_that_are_not_reached_are_known():
    x, y, unrelated = Value(1.0), Value(2.0), Value(3.0)
    root = where(x < y, x * 2.0, y)
    root.backward()
    assert (x.reached, y.reached, unrelated.reached) == (True, False, False)
    assert y.grad == 0.0
    assert "grad" not in repr(y)


SELECTIONS = {
    "where": lambda z, inner: where(z > 0.0, z, inner),
    "where, the other way": lambda z, inner: where(z < 0.0, inner, z),
    "maximum": lambda z, inner: maximum(inner, z),
    "minimum": lambda z, inner: minimum(-z, inner),
    "clip": lambda z, inner: clip(inner, z, 2.0),
    "a bound of clip": lambda z, inner: clip(z, inner, 2.0),
    "relu": lambda z, inner: relu(inner - z),
    "a constant exponent 0": lambda z, inner: inner**0,
    "floor": lambda z, inner: floor(inner) + z,
    "step": step,
}
"""Ways to leave out `inner`, which is 0, where `z` is 1."""


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("depth", [0, 1, 5])
@pytest.mark.parametrize("adjoint", [1.0, math.inf, math.nan])
def test_an_unselected_edge_stops_the_sweep_wherever_it_stands(selection: str, depth: int, adjoint: float):
    """Below it stands an infinite partial, above it an adjoint of any kind."""
    x, z = Value(0.0), Value(1.0)
    inner = sqrt(x)
    for _ in range(depth):
        inner = inner * 3.0
    root = SELECTIONS[selection](z, inner) * 2.0
    root.backward(seed=adjoint)
    assert (x.grad, inner.grad) == (0.0, 0.0)
    assert not x.reached
    assert not inner.reached


def test_a_node_with_selected_and_unselected_edges_is_reached():
    x = Value(4.0)
    inner = sqrt(x)
    (inner.floor() + inner).backward()
    assert x.grad == 0.25


def test_a_zero_adjoint_times_infinity_is_nan_where_the_edge_is_taken():
    x = Value(0.0)
    (sqrt(x) * 0.0).backward()
    assert math.isnan(x.grad)


def test_data_changed_later_is_not_seen_by_the_sweep():
    x, y = Value(3.0), Value(4.0)
    z = exp(x * y) / y
    z.backward()
    before = x.grad, y.grad
    zero_grad(z)
    x.data, y.data = -1.0, 100.0
    z.backward()
    assert (x.grad, y.grad) == before


def test_detach_stops_the_gradient():
    x = Value(3.0, "x")
    y = x.detach() * x
    y.backward()
    assert x.grad == 3.0
    assert x.detach().label == "x"
    assert x.detach().parents == ()


def test_threads_have_their_own_graphs():
    results: dict[int, float] = {}

    def work(number: int) -> None:
        x = Value(1.0 + number)
        for _ in range(20):
            y = x
            for _ in range(200):
                y = y * 1.01 + x
            with no_grad():
                assert (x * x).parents == ()
            zero_grad(y)
            y.backward()
        results[number] = x.grad

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert len(set(results.values())) == 1  # the derivative is the same at every point


def test_labels_are_text():
    with pytest.raises(TypeError) as caught:
        Value(1.0, 2)
    assert str(caught.value) == "Value: the label is text, got int: 2"
    assert repr(Value(1.0)) == "Value(1.0)"
    assert repr(Value(1.0, "a")) == "Value(1.0, label='a')"


# The operators, held to their rows --------------------------------------------------------------------------------

OPERATORS = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "pow": operator.pow,
    "mod": operator.mod,
}  # fmt: skip
UNARY = {"neg": operator.neg, "abs": operator.abs}
EDGES = [0.0, -0.0, 1.0, -1.0, 2.0, 3.0, 0.5, -0.5, 1e-320, 1e308, -1e308, 5e-324, math.inf, -math.inf, math.nan]
FLOATS = st.sampled_from(EDGES) | st.floats()
KINDS = ["Value and Value", "Value and number", "number and Value", "Value and int"]


def outcome(compute: Any, x: Any, y: Any) -> tuple[Any, ...]:
    """Everything about a result, or the error; nan and the sign of zero are compared as text."""
    try:
        result = compute(x, y)
    except DomainError as error:
        return type(error), str(error)
    operands = [o if isinstance(o, Value) else repr(o) for o in result.operands]
    unselected = [p is UNSELECTED for p in result.partials]
    types = {type(result), type(result.data), *map(type, result.partials)}
    partials = list(map(repr, result.partials))
    return repr(result.data), partials, unselected, operands, result.parents, result.op, result.reached, types


def as_kind(kind: str, x: float, y: float) -> tuple[Any, Any]:
    if kind == "Value and int":
        return Value(x), int(y) if math.isfinite(y) and abs(y) < 1e15 else 2
    return (Value(x) if kind.startswith("Value") else x), (Value(y) if kind.endswith("Value") else y)


@given(x=FLOATS, y=FLOATS, name=st.sampled_from(list(OPERATORS)), kind=st.sampled_from(KINDS), ieee=st.booleans())
def test_operators_do_what_their_rows_say(x: float, y: float, name: str, kind: str, ieee: bool):
    a, b = as_kind(kind, x, y)
    with domain_errors("ieee" if ieee else "raise"):
        assert outcome(OPERATORS[name], a, b) == outcome(lambda a, b: apply(TABLE[name], (a, b)), a, b)


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("kind", KINDS)
def test_operators_do_what_their_rows_say_at_every_edge(name: str, kind: str):
    for x in EDGES:
        for y in EDGES:
            a, b = as_kind(kind, x, y)
            assert outcome(OPERATORS[name], a, b) == outcome(lambda a, b: apply(TABLE[name], (a, b)), a, b)


@given(x=FLOATS, name=st.sampled_from(list(UNARY)))
def test_unary_operators_do_what_their_rows_say(x: float, name: str):
    v = Value(x)
    got = outcome(lambda v, _: UNARY[name](v), v, None)
    assert got == outcome(lambda v, _: apply(TABLE[name], (v,)), v, None)
    assert +v is v


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_obey_no_grad(name: str):
    x, y = Value(2.0), Value(3.0)
    with no_grad():
        for a, b in ((x, y), (x, 3.0), (2.0, y)):
            result = OPERATORS[name](a, b)
            assert (result.parents, result.partials, result.op) == ((), (), "")
            assert result.data == OPERATORS[name](2.0, 3.0)


def test_augmented_assignment_makes_a_new_node():
    x = y = Value(2.0)
    x += 3.0
    assert (x.data, y.data) == (5.0, 2.0)
    assert x.parents == (y,)


# What a Value knows ---------------------------------------------------------------------------------------------


def test_repr_is_for_readers():
    x = Value(2.0, label="x")
    y = x * 3.0
    y.label = "y"
    assert repr(x) == "Value(2.0, label='x')"
    assert repr(y) == "Value(6.0, label='y', op='mul')"
    y.backward()
    assert repr(x) == "Value(2.0, label='x', grad=3.0)"
    assert repr(x.tanh()).startswith("Value(0.964")


def test_operands_hold_the_constants_in_their_places():
    x = Value(3.0)
    assert (x * 2.0).operands == (x, 2.0)
    assert (2 - x).operands == (2.0, x)
    assert x.clip(0.0, 5.0).operands == (x, 0.0, 5.0)
    assert (x * x).operands == (x, x)
    assert x.operands == ()
    assert (x * 2.0).parents == (x,)


def test_labels_do_not_leak_to_other_nodes():
    x, y = Value(1.0), Value(1.0)
    a, b = x + y, x + y
    a.label = "a"
    assert (a.label, b.label, a.op) == ("a", "", "add")
    assert a.primitive is b.primitive is TABLE["add"]
    assert x.primitive is None


def test_no_attributes_can_be_added_by_mistake():
    with pytest.raises(AttributeError):
        Value(1.0).gard = 0.0


def test_a_domain_error_leaves_nothing_behind():
    x = Value(-1.0)
    with pytest.raises(DomainError):
        log(x)
    assert not x.reached
    assert x.parents == ()
