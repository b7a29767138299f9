"""Adding an operation is adding a row: everything follows from it. And what `primitive` says about mistakes."""

import copy
import inspect
import math
import pickle
import re
from typing import Any

import pytest

import autograd_core
from autograd_core import DomainError, Value, domain_errors, functions, operations, primitive
from autograd_core.domains import POSITIVE, Interval
from autograd_core.evaluate import source
from autograd_core.functional import derivative, grad, jvp
from autograd_core.functions import FUNCTIONS
from autograd_core.primitives import TABLE
from autograd_core.row import UNSELECTED
from autograd_core.symbolic import formula, trace
from autograd_core.value import apply
from tests.derived import disagreement, points
from tests.high_precision import partial
from tests.mutants import mutants

pytestmark = pytest.mark.usefixtures("own_primitives")


def softsign_row(**known: Any) -> Any:
    return primitive(
        "softsign",
        lambda m, x: x / (1.0 + m.abs(x)),
        lambda m, x, out: 1.0 / ((1.0 + m.abs(x)) * (1.0 + m.abs(x))),
        summary="x / (1 + |x|), a sigmoid with slow tails.",
        **{"traits": ("odd", "increasing"), "kinks": lambda m, x: (x,)} | known,
    )


# One row, and what follows from it --------------------------------------------------------------------------------


def test_function_and_method():
    softsign = softsign_row()
    assert softsign(3.0) == softsign(3) == 0.75
    assert type(softsign(3)) is float
    x = Value(3.0)
    for y in (softsign(x), x.softsign(), apply(TABLE["softsign"], (x,))):
        assert (y.data, y.op, y._op, y.parents, y.partials) == (0.75, "softsign", "softsign", (x,), (0.0625,))
        assert y.primitive is TABLE["softsign"]
    softsign(x).backward()
    assert x.grad == 0.0625
    assert softsign is FUNCTIONS["softsign"]
    assert softsign.__name__ == "softsign"
    assert "slow tails" in softsign.__doc__
    assert str(inspect.signature(softsign)) == "(x: Any) -> Any"
    with pytest.raises(TypeError, match="softsign takes a real number, got str: 'a'"):
        softsign("a")


def test_compiled_kernel_and_formula():
    softsign_row()
    row = TABLE["softsign"]
    assert "out = x / (1.0 + abs(x))" in source(row, (True,))
    assert formula(trace(row.primal, row.parameters)) == "x / (1 + abs(x))"
    assert formula(trace(row.partials[0], ("x", "out"))) == "1 / ((1 + abs(x)) * (1 + abs(x)))"


def test_forward_mode_and_higher_derivatives():
    softsign = softsign_row()
    assert grad(softsign)(3.0) == 0.0625
    assert jvp(softsign, (3.0,), (2.0,)) == (0.75, 0.125)
    for order, expected in ((1, 4.0**-2), (2, -2.0 * 4.0**-3), (3, 6.0 * 4.0**-4), (4, -24.0 * 4.0**-5)):
        assert derivative(softsign, order=order)(3.0) == pytest.approx(expected, rel=1e-14)


def test_derived_check_and_mutants():
    softsign_row()
    row = TABLE["softsign"]
    assert disagreement(row) is None
    assert len(list(points(row, 10))) == 10
    for what, mutant in mutants(row):
        assert disagreement(mutant, row) is not None, what
    assert abs(partial(row, (3.0,), 0) - 0.0625) < 1e-40


def test_a_wrong_row_is_found():
    primitive("wrong", lambda m, x: x * x * x, lambda m, x, out: 3.0 * x)
    assert "partial 0 of wrong(" in disagreement(TABLE["wrong"])


def test_rows_build_on_rows():
    softsign_row()
    twice = primitive("twice", lambda m, x: 2.0 * m.softsign(x), lambda m, x, out: 2.0 / (1.0 + m.abs(x)) ** 2.0)
    assert twice(Value(3.0)).data == 1.5
    assert twice(3.0) == 1.5
    assert disagreement(TABLE["twice"]) is None


def test_copy_and_pickle():
    softsign = softsign_row()
    x = Value(3.0, "x")
    y = softsign(x * 2.0)
    y.backward()
    for twin in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert repr(twin) == repr(y)
        assert twin.primitive is TABLE["softsign"]
        leaf = twin.parents[0].parents[0]
        before = leaf.grad
        twin.backward()
        assert leaf.grad == 2.0 * before


def test_domain_error():
    root = primitive(
        "fourth_root",
        lambda m, x: m.sqrt(m.sqrt(x)),
        lambda m, x, out: 0.25 / (out * out * out),
        Interval(0.0, math.inf),
    )
    for x, label in ((-1.0, ""), (Value(-1.0), ""), (Value(-1.0, "p"), " ('p')")):
        with pytest.raises(DomainError) as caught:
            root(x)
        assert str(caught.value) == f"fourth_root: argument 0{label} must lie in [0, inf), got -1.0"
    with domain_errors("ieee"):
        assert math.isnan(root(Value(-1.0)).data)
    x = Value(0.0)
    root(x).backward()
    assert x.grad == math.inf


def test_conventions_defaults_conditions_and_selection():
    def outside(x: float, k: float) -> Any:
        return (1, "must not be seven", DomainError) if k == 7.0 else None

    dead_zone = primitive(
        "dead_zone",
        lambda m, x, k=1.0: m.where(m.abs(x) <= k, 0.0, x),
        (lambda m, x, k, out: m.where(m.abs(x) <= k, UNSELECTED, 1.0), lambda m, x, k, out: UNSELECTED),
        at={(1.0, 1.0): (0.5, 0.0)},
        outside=outside,
        kinks=lambda m, x, k: (m.abs(x) - k,),
    )
    assert dead_zone(0.5) == 0.0
    assert Value(3.0).dead_zone().partials == (1.0,)
    assert Value(3.0).dead_zone(5.0).partials[0] is UNSELECTED
    x, k = Value(1.0), Value(1.0)
    dead_zone(x, k).backward()
    assert (x.grad, k.grad) == (0.5, 0.0)
    for arguments in ((0.0, 7.0), (Value(0.0), 7.0), (Value(0.0), Value(7.0))):
        with pytest.raises(DomainError, match=r"dead_zone: argument 1 must not be seven, got 7\.0"):
            dead_zone(*arguments)
    assert disagreement(TABLE["dead_zone"]) is None


def test_a_row_of_a_sequence():
    log_product = primitive(
        "log_product",
        lambda m, xs: m.fsum([m.log(x) for x in xs]),
        lambda m, xs, out: [1.0 / x for x in xs],
        POSITIVE,
        traits=("variadic",),
    )
    x = Value(2.0)
    y = log_product([x, 4.0, x])
    y.backward()
    assert x.grad == 1.0
    assert y.operands == (x, 4.0, x)
    assert type(log_product([1.0])) is float
    assert disagreement(TABLE["log_product"]) is None
    with pytest.raises(DomainError, match=r"log_product: argument 1 must lie in \(0, inf\), got -4.0"):
        log_product([x, -4.0])
    with pytest.raises(DomainError, match=r"log_product: argument 0 \('zero'\) must lie in \(0, inf\), got 0.0"):
        log_product([Value(0.0, "zero"), x])
    with domain_errors("ieee"):
        assert log_product([Value(0.0)]).data == -math.inf


def test_a_method_does_not_hide_what_a_value_has():
    assert not hasattr(Value, "softsign")
    softsign_row()
    assert hasattr(Value, "softsign")


def test_names_are_free_again():
    assert "softsign" not in TABLE
    assert "softsign" not in FUNCTIONS


# Mistakes -----------------------------------------------------------------------------------------------------------


def nothing(m: Any, x: Any) -> Any:
    return x


def one(m: Any, x: Any, out: Any) -> Any:
    return 1.0


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("soft sign", nothing, one), "primitive: the name must be an identifier, got 'soft sign'"),
        (("tanh", nothing, one), "primitive: 'tanh' is taken; choose another name"),
        (("backward", nothing, one), "primitive: 'backward' is taken; choose another name"),
        (("p", lambda m: 1.0, ()), "primitive 'p': the primal takes m and one to three arguments, got ()"),
        (
            ("p", lambda m, a, b, c, d: a, (one,) * 4),
            "primitive 'p': the primal takes m and one to three arguments, got ('a', 'b', 'c', 'd')",
        ),
        (("p", nothing, one, (POSITIVE, POSITIVE)), "primitive 'p': 1 arguments need 1 intervals, got 2"),
        (("p", lambda m, x, y: x, one), "primitive 'p': 2 arguments need 2 partials, got 1"),
        (("p", nothing, (one, one)), "primitive 'p': 1 arguments need 1 partials, got 2"),
        (("p", nothing, lambda m, x: 1.0), "primitive 'p': a partial takes (m, x, out), got ('m', 'x')"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_mistakes_are_named(arguments: tuple[Any, ...], error: str):
    with pytest.raises(ValueError, match=f"^{re.escape(error)}$"):
        primitive(*arguments)
    assert "p" not in TABLE


def test_a_name_can_be_used_once():
    softsign_row()
    with pytest.raises(ValueError, match="primitive: 'softsign' is taken; choose another name"):
        softsign_row()


def test_a_rule_that_branches_says_so():
    bad = primitive("bad", lambda m, x: x if x > 0.0 else -x, one)
    with pytest.raises(TypeError, match=r"a rule must not branch on 'x > 0': write m\.where"):
        bad(Value(1.0))


# The functions of the package ---------------------------------------------------------------------------------------


def test_every_function_is_public_or_an_operator():
    own = {"add", "sub", "mul", "div", "neg", "pow", "mod", "abs"}
    assert set(FUNCTIONS) - own <= set(autograd_core.__all__)
    for name, function in FUNCTIONS.items():
        assert getattr(operations, name) is function
        if name not in own:
            assert getattr(autograd_core, name) is function


def test_where_runs_what_is_selected_only():
    ran = []

    def side(name: str, result: Any) -> Any:
        return lambda: ran.append(name) or result

    x = Value(2.0)
    y = functions.FUNCTIONS["where"](x > 0.0, side("a", x * 3.0), side("b", x))
    assert ran == ["a"]
    y.backward()
    assert x.grad == 3.0
    assert isinstance(autograd_core.where(x < 0.0, side("a", x), side("b", 5.0)), Value)
    assert ran == ["a", "b"]


@pytest.mark.parametrize("name", ["t0", "out", "exp", "inf"])
def test_names_of_generated_code_are_refused_as_parameters(name: str):
    namespace: dict = {}
    exec(f"primal = lambda m, {name}: {name} * 2.0\npartial = lambda m, {name}, result: 2.0", namespace)
    with pytest.raises(ValueError, match=f"a parameter cannot be called '{name}'"):
        functions.primitive("own", namespace["primal"], namespace["partial"])


@pytest.mark.parametrize("name", ["fabs", "pow", "lambda", "t1"])
def test_names_of_generated_code_are_taken(name: str):
    with pytest.raises(ValueError, match=r"is taken|must be an identifier"):
        functions.primitive(name, lambda m, x: x, lambda m, x, result: 1.0)
