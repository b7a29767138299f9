"""The table: every row is complete and its partials are derivatives. The last digits are measured in tests/accuracy."""

import keyword
import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value, domain_errors
from autograd_core.functions import FUNCTIONS
from autograd_core.primitives import ROWS, TABLE
from autograd_core.row import UNSELECTED
from autograd_core.value import apply
from tests.derived import disagreement, in_floats, operands_of, points, truth
from tests.high_precision import HIGH, MP, High, partial, value

TRAITS = {"smooth", "commutative", "odd", "even", "linear", "increasing", "variadic", "sequences", "selection"}
every_row = pytest.mark.parametrize("name", TABLE)
every_scalar_row = pytest.mark.parametrize("name", [name for name, row in TABLE.items() if not row.variadic])

DESIGN = """exp expm1 exp2 log log1p log2 log10 sqrt cbrt square sin cos tan asin acos atan atan2 sinh cosh tanh asinh
acosh atanh sigmoid log_sigmoid softplus relu leaky_relu elu gelu silu step sign floor ceil maximum minimum clip hypot
erf erfc logaddexp where dot fsum prod logsumexp add sub mul div neg pow mod abs"""


def test_every_function_of_the_design_has_a_row():
    assert set(DESIGN.split()) <= set(TABLE)


def test_names_are_there_once():
    assert len({row.name for row in ROWS}) == len(ROWS)


@every_row
def test_a_row_is_complete(name: str):
    row = TABLE[name]
    count = len(row.parameters)
    assert row.name == name
    assert name.isidentifier()
    assert not keyword.iskeyword(name)
    assert row.summary.endswith(".")
    assert row.traits <= TRAITS
    assert len(row.partials) == len(row.textbook) == (1 if row.variadic else count)
    assert len(row.domain) == (1 if row.variadic else count)
    for rule in (*row.partials, *row.textbook):
        assert rule.__code__.co_varnames[: rule.__code__.co_argcount] == ("m", *row.parameters, "out")
    for point, partials in row.at.items():
        assert len(point) == len(partials) == count
    assert 0.5 <= row.ulp <= 4.0


@every_row
def test_a_row_with_a_better_formula_than_the_textbooks_says_why(name: str):
    row = TABLE[name]
    assert row.reason or row.textbook == row.partials
    assert "\n" not in row.reason
    assert len(row.reason) <= 100


@every_row
def test_partials_are_the_derivatives_of_the_primal(name: str):
    assert disagreement(TABLE[name], count=150) is None


@pytest.mark.thorough
@every_row
def test_partials_are_the_derivatives_of_the_primal_at_many_points(name: str):
    assert disagreement(TABLE[name], count=3_000) is None


@every_row
def test_the_textbook_formulas_are_the_derivatives_too(name: str):
    row = TABLE[name]
    for operands, (_, *partials) in truth(row, 60):
        arguments = row.arguments([High(x) for x in operands])
        out = row.primal(HIGH, *arguments)
        shown = [rule(HIGH, *arguments, out) for rule in row.textbook]
        for got, true in zip(shown[0] if row.variadic else shown, partials, strict=True):
            number = got.number if isinstance(got, High) else MP.mpf(got)
            both_undefined = MP.isnan(number) and MP.isnan(true)
            assert both_undefined or abs(number - true) <= 1e-14 * abs(true) + 1e-60, (operands, true)


def test_high_precision_is_right_where_it_can_be_known():
    assert abs(partial(TABLE["exp"], (1.0,), 0) - MP.e) < 1e-50
    assert abs(partial(TABLE["log"], (3.0,), 0) - MP.mpf(1) / 3) < 1e-50
    assert abs(partial(TABLE["atan2"], (1.0, 2.0), 1) + MP.mpf(1) / 5) < 1e-50
    assert MP.isnan(value(TABLE["log"], (-1.0,)))
    assert value(TABLE["cbrt"], (-8.0,)) == -2
    assert value(TABLE["mod"], (-7.0, 2.0)) == 1


# Traits are what tests and passes rely on --------------------------------------------------------------------------


def same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)


@every_scalar_row
def test_traits_hold(name: str):
    row = TABLE[name]
    for operands in points(row, 60, seed=1):
        out, *partials = in_floats(row, operands)
        if "odd" in row.traits:
            assert same(in_floats(row, [-operands[0]])[0], -out)
        if "even" in row.traits:
            assert same(in_floats(row, [-operands[0]])[0], out)
        if "increasing" in row.traits:
            assert partials[0] >= 0.0
        if "commutative" in row.traits:
            assert list(map(repr, in_floats(row, operands[::-1]))) == list(map(repr, (out, *partials[::-1])))
        if "linear" in row.traits:
            again = in_floats(row, operands_of(row, random.Random(str(operands))))
            assert again[1:] == tuple(partials)
        if "smooth" in row.traits:
            assert not any(p is UNSELECTED for p in partials)
    assert not ("smooth" in row.traits and row.kinks)


@every_scalar_row
def test_conventions_are_given_exactly(name: str):
    row = TABLE[name]
    for point, partials in row.at.items():
        got = in_floats(row, point)[1:]
        assert list(map(repr, got)) == list(map(repr, partials))


# Functions and methods ---------------------------------------------------------------------------------------------


@every_scalar_row
def test_a_row_is_a_function_and_a_method(name: str):
    row, function = TABLE[name], FUNCTIONS[name]
    assert function.__name__ == name
    assert row.summary in function.__doc__
    operands = next(points(row, 1, seed=2))
    number = function(*operands)
    assert type(number) is float
    if name == "where":
        return
    value = function(*map(Value, operands))
    method = getattr(Value(operands[0]), name)(*operands[1:])
    keywords = function(**dict(zip(row.parameters, map(Value, operands), strict=True)))
    for result in (value, method, keywords):
        assert (result.data, result.op) == (number, name)
    assert value.partials == keywords.partials
    assert method.partials == value.partials[:1]


def test_functions_of_sequences_take_any_iterable():
    x, y = Value(2.0), Value(3.0)
    for name in ("fsum", "prod", "logsumexp"):
        function = FUNCTIONS[name]
        assert function(v for v in (x, y)).parents == (x, y)
        assert function([x, 1.0]).operands == (x, 1.0)
        assert type(function((2, 3.0))) is float
        assert not hasattr(Value, name)
    dot = FUNCTIONS["dot"]
    assert dot([x, 1.0], (2.0, y), 5).operands == (x, 1.0, 2.0, y, 5.0)
    assert dot([x], [y]).partials == (3.0, 2.0)
    assert dot([], [], x).data == 2.0
    assert type(dot([1], [2])) is float


def test_defaults_belong_to_the_row():
    assert FUNCTIONS["leaky_relu"](Value(-1.0)).operands[1] == 0.01
    assert Value(-1.0).elu().data == math.expm1(-1.0)
    assert Value(-1.0).step().data == 0.0
    assert FUNCTIONS["elu"](-1.0, alpha=2.0) == 2.0 * math.expm1(-1.0)


OPERANDS = st.sampled_from([0.0, -0.0, 1.0, 1e308, -1e308, 5e-324, math.inf, -math.inf, math.nan]) | st.floats()


@given(data=st.data(), count=st.integers(0, 4), ieee=st.booleans())
def test_dot_does_what_its_row_says(data: Any, count: int, ieee: bool):
    """Its function takes a short cut where the weights, or the inputs, are all Values or all numbers."""
    numbers = data.draw(st.lists(OPERANDS, min_size=2 * count + 1, max_size=2 * count + 1))
    kinds = data.draw(st.sampled_from([(Value, Value, Value), (Value, float, Value), (float, Value, float), None]))
    chosen = kinds or [data.draw(st.sampled_from([Value, float])) for _ in numbers]
    makes = [chosen[0]] * count + [chosen[1]] * count + [chosen[2]] if kinds else chosen
    operands = [make(x) for make, x in zip(makes, numbers, strict=True)]
    with domain_errors("ieee" if ieee else "raise"):
        got = FUNCTIONS["dot"](operands[:count], operands[count:-1], operands[-1])
        expected = apply(TABLE["dot"], operands)
    assert repr(got) == repr(expected)
    assert type(got) is type(expected)
    if isinstance(got, Value):
        assert got.parents == expected.parents
        assert list(map(repr, got.operands)) == list(map(repr, expected.operands))
        assert list(map(repr, got.partials)) == list(map(repr, expected.partials))
