"""The linear map of a recorded computation, and partials in Value arithmetic against the recorded floats."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_core as ac
from autograd_core import Value, ieee
from autograd_core.functions import FUNCTIONS
from autograd_core.linearization import VALUES, Linearization, partials_in_values
from autograd_core.primitives import TABLE
from autograd_core.row import UNSELECTED
from autograd_core.value import apply
from tests import derived


def number_of(x):
    return x.data if isinstance(x, Value) else x


@pytest.mark.parametrize("name", TABLE)
def test_partials_in_values_are_the_recorded_ones(name):
    """Not to the last bit: the compiled rules share the C library's functions, Values go through the rows."""
    row = TABLE[name]
    points = [*derived.points(row, 40, seed=5), *row.at]
    for x in points:
        operands = [Value(number) for number in x]
        if name == "where":
            operands[0] = x[0]
        with ac.domain_errors("ieee"):
            node = apply(row, operands)
        taken = [i for i, partial in enumerate(node.partials) if partial is not UNSELECTED]
        for i, partial in zip(taken, partials_in_values(node, taken), strict=True):
            assert number_of(partial) == pytest.approx(node.partials[i], rel=1e-14, abs=0.0, nan_ok=True), x


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=6))
def test_leave_one_out_is_that_of_floats(xs):
    results = VALUES.leave_one_out([Value(x) for x in xs])
    got = [number_of(y) for y in results]
    assert got == pytest.approx([float(y) for y in ieee.leave_one_out(xs)], rel=1e-14, abs=1e-307)


def test_leave_one_out_survives_products_beyond_the_range_of_floats():
    xs = [1e200, 1e200, 1e-300, 1e-300, 3e250, 1e-200]
    got = [y.data for y in VALUES.leave_one_out([Value(x) for x in xs])]
    assert got == pytest.approx(ieee.leave_one_out(xs), rel=1e-14)
    many = [Value(1e-3) for _ in range(400)] + [Value(1e3) for _ in range(400)]
    assert VALUES.leave_one_out(many)[0].data == pytest.approx(1e3, rel=1e-11)


def test_only_what_depends_on_the_inputs_takes_part():
    x, w = Value(2.0), Value(3.0)
    y = ac.where(w > 0.0, w * x, ac.sin(x)) + ac.step(x) + ac.exp(w)
    linearization = Linearization([x], [y], in_values=False)
    assert [node.op for node, _ in linearization.edges] == ["mul", "sin", "where", "add", "add"]
    assert [len(edges) for _, edges in linearization.edges] == [1, 1, 1, 1, 1]  # not both sides of where, not step
    assert linearization.pull(y) == linearization.push({x: 1.0}) == [3.0]
    assert linearization.push({}) == [0.0]
    inner = y.parents[0].parents[0]
    assert Linearization([inner], [y], in_values=True).pull(y) == [1.0]
    assert Linearization([x, inner], [y], in_values=True).pull(y) == [0.0, 1.0]  # an input is a leaf


def test_constants_alone_follow_ieee():
    x = Value(2.0)
    with ac.domain_errors("ieee"):
        node = x / 0.0
    (partial,) = partials_in_values(node, [0])
    assert partial.data == math.inf


def test_a_changed_number_is_found_out_also_where_nan_is_involved():
    a, b = Value(-2.0, "a"), Value(3.0)
    node = a**b  # has no derivative by b
    assert number_of(partials_in_values(node, [0])[0]) == 12.0
    node._data = 8.0
    with pytest.raises(ValueError, match="'pow' was changed"):
        partials_in_values(node, [0])
    a, b = Value(2.0), Value(3.0)
    node = a + b
    a.data, b.data = 3.0, 2.0  # the same sum with the same partials
    assert partials_in_values(node, [0, 1]) == [1.0, 1.0]


def test_an_unknown_operation_in_a_rule_is_named():
    with pytest.raises(AttributeError, match=r"m\.sine, which is no operation of the table"):
        VALUES.sine(1.0)
    assert VALUES.sin is FUNCTIONS["sin"]


def test_an_output_that_is_a_number_depends_on_nothing():
    x = Value(2.0)
    y = x * x
    linearization = Linearization([x], [y, 5.0], in_values=False)
    assert linearization.push({x: 1.0}) == [4.0, 0.0]
    assert linearization.pull(5.0) == [0.0]


def test_a_zero_derivative_has_no_sign():
    x = Value(2.0)
    linearization = Linearization([x], [x * -0.0], in_values=False)
    assert [repr(g) for g in (*linearization.pull(linearization.outputs[0]), *linearization.push({x: 1.0}))] == [
        "0.0"
    ] * 2


def test_a_partial_of_one_makes_no_node():
    x, y = Value(2.0), Value(3.0)
    z = x + y
    linearization = Linearization([x], [z], in_values=True)
    tangent = Value(7.0)
    (pushed,) = linearization.push({x: tangent})
    assert [parent.op for parent in pushed.parents] == [""]  # the sum with 0.0 alone
    assert linearization.pull(z) == [1.0]


def test_the_message_about_a_changed_number():
    a, b = Value(2.0, "a"), Value(3.0)
    node = a * b
    b.data = 4.0
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        partials_in_values(node, [0])
    assert str(caught.value) == (
        "the data of an operand of 'mul' was changed after 'mul' was recorded: it gave 6.0, and at the present numbers "
        "(a=2.0, operand=4.0) it gives 8.0. A derivative of the derivative needs the point at which the graph was recorded: "
        "compute the function again after changing .data"
    )


def test_a_number_that_became_nan_is_a_change():
    x = Value(2.0)
    node = ac.exp(x)
    x.data = math.nan
    with pytest.raises(ValueError, match="was changed"):
        partials_in_values(node, [0])


def test_the_derivatives_of_nan_are_nan_unless_one_side_is_selected():
    x, y = Value(math.nan), Value(2.0)
    node = x * y
    assert partials_in_values(node, [0, 1]) == [node, node]
    (partial,) = partials_in_values(ac.where(True, x, y), [0])
    assert partial == 1.0


def test_rules_of_sequences_see_the_result():
    """A user's row with a sequence may use its result as any other."""
    from autograd_core.domains import REAL
    from autograd_core.row import Primitive

    row = Primitive(
        "total_exp",
        lambda m, xs: m.exp(m.fsum(xs)),
        [lambda m, xs, out: [out for _ in xs]],
        [REAL],
        traits=("variadic",),
    )
    x, y = Value(0.5), Value(0.25)
    node = apply(row, (x, y))
    assert partials_in_values(node, [0, 1]) == [node, node]
