"""Expressions from text: the same numbers as Python, nothing but the list, and errors that point at the place."""

import math
import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import Value
from autograd_core.errors import DomainError
from autograd_core.expression import ALLOWED, Expression, ExpressionError, assignments

NAMES = dict(ALLOWED) | {"pi": math.pi, "e": math.e}


@pytest.mark.parametrize(
    "text",
    ["a*b + c", "-a**2", "2**3**2", "(a + b)*(a - b)/c", "a % 3 - +b", "tanh(a*b + c)", "atan2(a, b)", "pi*a + e",
     "leaky_relu(b, slope=0.2)", "leaky_relu(b)", "fsum([a, b, c])", "dot([a, b], [2, c], 1)", "mean((a, b))",
     "softmax([a, b])[1]", "clip(a, -1, 1)", "1e-3*a", "abs(b)", "logsumexp([a, 1, b]) - .5"],
)  # fmt: skip
def test_the_value_is_what_python_computes(text):
    values = {"a": 2.0, "b": -3.0, "c": 10.0}
    expected = eval(text, dict(NAMES), values)
    assert Expression(text)(values) == expected
    inputs = {name: Value(x) for name, x in values.items()}
    result = Expression(text)(inputs)
    assert (result.data if isinstance(result, Value) else result) == expected


def test_a_choice_computes_only_one_side():
    f = Expression("where(x > 0, log(x), -x)")
    assert f({"x": -1.0}) == 1.0
    assert f({"x": 1.0}) == 0.0
    for operator, expected in (("<", 0.0), ("<=", 1.0), (">", 0.0), (">=", 1.0)):
        assert Expression(f"where(x {operator} 1, 1, 0)")({"x": 1.0}) == expected


def test_names_stand_in_the_order_of_writing():
    assert Expression("c*tanh(b) + a*b + pi").names == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("", "empty", 0),
        ("a +", "no expression", None),
        ("tanh(a", "never closed", 4),
        ("a $ b", "no expression", 2),
        ("a ^ b", r"operator in 'a \^ b' is not allowed", 0),
        ("1 + a // b", "not allowed", 4),
        ("a.real", r"'a.real' is not allowed", 0),
        ("1 + a.__class__", "not allowed", 4),
        ("__import__('os')", "no function '__import__'", 0),
        ("(lambda: 1)()", "cannot be called", 0),
        ("a if a else b", "not allowed", 0),
        ("[x for x in a]", "not allowed", 0),
        ("a := 1", "no expression", 2),
        ("'text' + a", "'text' is no real number", 0),
        ("2j*a", "2j is no real number", 0),
        ("True", "True is no real number", 0),
        ("a < b", "only as the condition of where", 0),
        ("a and b", "not allowed", 0),
        ("where(a, 1, 2)", "one comparison", 6),
        ("where(a < b < 1, 1, 2)", "one comparison", 6),
        ("where(a == b, 1, 2)", "one comparison", 6),
        ("1 + tannh(a)", "did you mean tanh", 4),
        ("max(a, b)", "did you mean maximum", 0),
        ("add(a, b)", "no function 'add'", 0),
        ("nothing_like_it(a)", "--help lists the functions", 0),
        ("1 + tanh", "tanh is a function", 4),
        ("softmax([a, b])[a]", "not allowed", 0),
        ("sin(**a)", "name the argument", 6),
        ("sin(*a)", "not allowed", 4),
        ("1e999*a", "larger than the largest float", 0),
        ("f'{a}'", "not allowed", 0),
        ("a\n+b", "character '\\\\n' is not allowed", 1),
        ("a # b", "character '#' is not allowed", 2),
    ],
)
def test_anything_else_is_an_error_that_points_at_the_place(text, message, column):
    with pytest.raises(ExpressionError, match=message) as caught:
        Expression(text)
    if column is not None:
        assert caught.value.column == column
        lines = str(caught.value).splitlines()
        assert lines[-1] == " " * (2 + column) + "^"


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("2*x**20000", "exponent 20000 is too large", 5),
        ("x**9**9**9", "too large", 6),
        ("2*(x + missing)", r"'missing' has no value: add missing=\.\.\.", 7),
        ("1 + [x, x]", "one number is needed here", 4),
        ("[x, x]", "must be one number", 0),
        ("softmax([x, 1])[2]", r"there are 2 elements, the last is \[1\]", 16),
        ("1 + fsum(x)", "fsum takes a sequence here", 9),
        ("sin([x])", "one number is needed", 4),
        ("1 + sin(x, x)", r"sin takes \(x\)", 4),
        ("clip(x)", r"clip takes \(x, low, high\)", 0),
        ("leaky_relu(x, s=1)", r"leaky_relu takes \(x, slope=0.01\)", 0),
        ("dot([x], [x, x])", "1 weights do not fit 2 inputs", 0),
        ("mean([])", "empty sequence", 0),
        ("where(x > 1, 2)", "where takes", 0),
    ],
)
def test_what_fails_when_it_is_computed_points_at_the_place(text, message, column):
    with pytest.raises(ExpressionError, match=message) as caught:
        Expression(text)({"x": 2.0})
    assert caught.value.column == column


def test_a_point_outside_of_the_domain_is_a_domain_error():
    with pytest.raises(DomainError, match=r"log: argument 0 \('x'\) must lie in \(0, inf\)") as caught:
        Expression("1 + log(x)")({"x": Value(-1.0, "x")})
    assert isinstance(caught.value, ExpressionError)
    assert str(caught.value).endswith("\n  1 + log(x)\n      ^")
    with pytest.raises(DomainError, match="div"):
        Expression("1/(x - x)")({"x": Value(1.0)})


@pytest.mark.parametrize(
    "text",
    ["-" * 1000 + "x", "(" * 900 + "x" + ")" * 900, "x" + "+x" * 500, "sin(" * 300 + "x" + ")" * 300, "x**" * 400 + "x",
     "-" * 100_000 + "x", "(" * 100_000, "9" * 5000, "[" * 190 + "]" * 190, "x" * 100_000, "1" + "0" * 400],
    ids=lambda text: f"{text[:4]} {len(text)}",
)  # fmt: skip
def test_deep_long_and_large_texts_are_refused(text):
    with pytest.raises(ExpressionError):
        Expression(text)


def test_what_is_allowed_can_be_computed_at_full_depth():
    assert Expression("-" * 140 + "x")({"x": 1.0}) == 1.0
    assert Expression("x" + "+x" * 140)({"x": 1.0}) == 141.0
    assert Expression("(" * 140 + "x" + ")" * 140)({"x": 1.0}) == 1.0


@given(st.text(alphabet="abx123.+-*/%()[],<>=& eE'\"_:ë²\\\n", max_size=40))
def test_no_text_does_anything_but_compute_or_explain(text):
    caught = result = None
    try:
        f = Expression(text)
        result = f(dict.fromkeys(f.names, 0.5))
    except ExpressionError as error:
        caught = error
    if caught:
        assert 0 <= caught.column <= max(len(text), 1)
        assert str(caught)
    else:
        assert isinstance(result, float)


@given(st.integers(0, 10**9))
def test_any_part_of_the_allowed_language_agrees_with_python(seed):
    rng = random.Random(seed)

    def write(depth):
        if depth == 0:
            return rng.choice(["a", "b", "1.5", "2", "pi"])
        kind = rng.randrange(4)
        if kind == 0:
            return f"tanh({write(depth - 1)})"
        if kind == 1:
            return f"-{write(depth - 1)}"
        if kind == 2:
            return f"({write(depth - 1)})"
        return f"{write(depth - 1)} {rng.choice('+-*')} {write(depth - 1)}"

    text, values = write(4), {"a": 0.3, "b": -1.7}
    assert Expression(text)(values) == pytest.approx(eval(text, dict(NAMES), values), rel=1e-12, abs=1e-12)


# Numbers of the variables ----------------------------------------------------------------------------------------


def test_assignments_come_in_the_order_of_the_names():
    assert list(assignments(["b=-3", " a = 2e0 "], ["a", "b"]).items()) == [("a", 2.0), ("b", -3.0)]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([], r"no number for 'a', 'b': add a=\.\.\. b=\.\.\."),
        (["a=1"], r"no number for 'b': add b=\.\.\."),
        (["a=1", "b=2", "a=3"], "'a' is given twice"),
        (["a=1", "b=2", "c=3"], "'c' does not occur in the expression, which has 'a', 'b'"),
        (["a"], "'a' is no assignment: write name=number"),
        (["=1"], "is no assignment"),
        (["2a=1"], "is no assignment"),
        (["a=x"], "'a=x': 'x' is no number"),
        (["a="], "'' is no number"),
        (["a=nan"], "a finite number is needed"),
        (["a=1e999"], "a finite number is needed"),
        (["pi=3"], "'pi' is the name of a constant"),
        (["tanh=3"], "'tanh' is the name of a function"),
    ],
)
def test_assignments_that_do_not_work(texts, message):
    with pytest.raises(ValueError, match=message):
        assignments(texts, ["a", "b"])


def test_errors_survive_a_pickle():
    with pytest.raises(ExpressionError) as caught:
        Expression("1 +")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (ExpressionError, str(caught.value))
