"""`check_primitive` passes every row of the table, and finds and names every fault that is put into one."""

import math
import re

import pytest

import autograd_core
from autograd_core import Value, primitive
from autograd_core.domains import NONNEGATIVE, POSITIVE, REAL, Interval
from autograd_core.functions import FUNCTIONS
from autograd_core.primitives import TABLE
from autograd_core.row import UNSELECTED, Primitive
from autograd_core.testing import CHECKS, PrimitiveError, check_primitive
from autograd_core.testing.derivative_checks import check_kinks, check_partials
from autograd_core.testing.subject import Subject
from tests.mutants import mutants


def without(row, **changed):
    """A copy of `row` with some fields changed."""
    fields = {name: getattr(row, name) for name in (
        "name", "primal", "partials", "domain", "summary", "symbol", "traits", "at", "kinks", "outside", "textbook", "ulp",
    )}  # fmt: skip
    return Primitive(**{**fields, **changed})


def faults(row, **options):
    """What is found in `row`, by check."""
    with pytest.raises(PrimitiveError) as error:
        check_primitive(row, **options)
    assert str(error.value) == str(error.value.report)
    return {finding.check: finding.text for finding in error.value.report.findings}


@pytest.mark.parametrize("name", TABLE)
def test_every_row_passes(name):
    report = check_primitive(name)
    assert report.ok
    assert report.passed == tuple(CHECKS)
    assert str(report).startswith(f"{name} passes all {len(CHECKS)} checks")


@pytest.mark.thorough
@pytest.mark.parametrize("name", TABLE)
def test_every_row_passes_at_many_points(name):
    for seed in range(5):
        check_primitive(name, points=1000, seed=seed)


# Wrong partials ---------------------------------------------------------------------------------------------------

HARMLESS = {
    ("add", "0 and 1 swapped"), ("fsum", "reversed"),  # all partials are 1
    ("step", "partial 0 negated"), ("step", "partial 1 negated"), ("step", "0 and 1 swapped"), ("sign", "partial 0 negated"),
    ("floor", "partial 0 negated"), ("ceil", "partial 0 negated"),  # they are all 0
    *((name, f"partial {i} negated") for name in ("less", "less_equal") for i in (0, 1)),
    *((name, "0 and 1 swapped") for name in ("less", "less_equal")),
}  # fmt: skip
MUTANTS = [(name, text) for name in ("div", "pow", "tanh", "clip", "logsumexp", "where")
           for text, _ in mutants(TABLE[name])]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), MUTANTS)
def test_mutants_fail(name, text):
    mutant = dict(mutants(TABLE[name]))[text]
    assert set(faults(mutant, points=20)) & {"partials", "selection", "nan", "textbook formula", "traits"}


@pytest.mark.thorough
@pytest.mark.parametrize("name", TABLE)
def test_all_mutants_fail(name):
    for text, mutant in mutants(TABLE[name]):
        if (name, text) in HARMLESS:
            check_primitive(mutant)
        else:
            faults(mutant)


@pytest.mark.parametrize(
    ("row", "partials", "words"),
    [
        ("sin", [lambda m, x, out: -m.cos(x)], "looks like a wrong sign"),
        ("square", [lambda m, x, out: x], "looks like a missing factor 2"),
        ("exp2", [lambda m, x, out: out], "looks like a missing factor 1/ln 2|looks like a factor 1/ln 2|ln 2"),
        ("div", [lambda m, x, y, out: 1.0 / y, lambda m, x, y, out: -1.0 / (y * y)], "looks like a missing factor x"),
        ("mul", [lambda m, x, y, out: x, lambda m, x, y, out: y], "looks like swapped arguments"),
        ("tanh", [lambda m, x, out: 1.0 - out], "the partial by x \\(argument 0\\) is wrong at 3\\d of 40 points"),
        ("exp", [lambda m, x, out: 0.0], "a rule that is missing.*it is 0"),
        ("exp", [lambda m, x, out: UNSELECTED], "an edge marked UNSELECTED that is taken"),
        ("silu", [lambda m, x, out: m.sigmoid(x)], "the partial by x"),
        ("softplus", [lambda m, x, out: out], "the value of the operation in place of its derivative"),
        ("cosh", [lambda m, x, out: m.log(x) * 0.0 + m.sinh(x)], "an overflow, or an operation outside of its domain"),
        ("abs", [lambda m, x, out: m.where(x > 0.0, 2.0, -1.0)], "a mistake on the side x > 0 only: .*factor 2"),
    ],
    ids=[
        "sign",
        "factor",
        "constant",
        "omission",
        "swap",
        "exponent",
        "zero",
        "unselected",
        "term",
        "value",
        "nan",
        "side",
    ],
)
def test_wrong_partials_are_explained(row, partials, words):
    text = faults(without(TABLE[row], partials=partials, textbook=partials))["partials"]
    assert re.search(words, text), text
    assert "the rule gives" in text
    assert "off by" in text


def test_the_explanation_names_place_and_amount():
    row = Primitive("area", lambda m, w, h: w * h, [lambda m, w, h, out: h, lambda m, w, h, out: 2.0 * w], [REAL, REAL])
    text = faults(row)["partials"]
    assert text.startswith("the partial by h (argument 1) is wrong at ")
    assert "  at w = " in text
    assert "relative to the derivative by 1\n" in text


def test_wrong_partials_of_a_sequence():
    row = TABLE["prod"]
    wrong = without(row, partials=[lambda m, xs, out: list(xs)], textbook=[lambda m, xs, out: list(xs)])
    assert "the partial by xs[" in faults(wrong)["partials"]


def test_a_partial_wrong_by_a_part_in_a_hundred_million():
    row = Primitive("nearly", lambda m, x: m.sin(x), [lambda m, x, out: m.cos(x) * (1.0 + 1e-8)], [REAL])
    assert "a small relative error of 1e-08" in faults(row)["partials"]


def test_a_rule_right_only_as_a_number():
    rule = lambda m, x, out: m.floor(m.cos(x) * 2.0**50) * 2.0**-50  # noqa: E731
    assert "changes with x at the rate" in faults(without(TABLE["sin"], partials=[rule]))["second derivatives"]


def test_a_wrong_textbook_formula():
    wrong = without(TABLE["tanh"], textbook=[lambda m, x, out: 1.0 - out])
    assert "the textbook formula of the partial by x gives" in faults(wrong)["textbook formula"]


# Wrong promises ---------------------------------------------------------------------------------------------------


def test_a_domain_too_wide():
    assert "the domain (-inf, inf) is too wide" in faults(without(TABLE["sqrt"], domain=(REAL,)))["value"]


def test_an_end_that_does_not_belong_to_the_domain():
    text = faults(without(TABLE["log"], domain=(NONNEGATIVE,)))["value"]
    assert "-inf at an end that belongs to the domain [0, inf)" in text


def test_a_domain_too_narrow_is_a_remark():
    narrow = without(TABLE["log1p"], domain=(POSITIVE,))
    report = check_primitive(narrow)
    assert "outside of the domain (0, inf)" in report.remarks[0]
    assert "remark: the primal has the value" in str(report)


def test_a_primal_that_overflows_on_the_way():
    row = Primitive("careless", lambda m, x: m.exp(x) / (1.0 + m.exp(x)), [lambda m, x, out: out * (1.0 - out)], [REAL])
    assert "inf / inf" in faults(row)["value"]


def test_a_rule_that_overflows_on_the_way():
    rule = lambda m, x, out: m.exp(x) / ((1.0 + m.exp(x)) * (1.0 + m.exp(x)))  # noqa: E731
    text = faults(without(TABLE["sigmoid"], partials=[rule]))["partials at edges"]
    assert "the partial by x is nan where the value is" in text


@pytest.mark.parametrize("name", ["relu", "abs", "leaky_relu", "floor", "sign", "maximum", "clip", "step", "mod"])
def test_a_kink_that_is_not_declared(name):
    text = faults(without(TABLE[name], kinks=None), points=60)["kinks"]
    assert "no kink is declared there" in text
    assert "add kinks=lambda m, " in text


@pytest.mark.parametrize(
    "points",
    [
        [(-3.072210748591561, -4.712422113796389), (-0.06741260013083353, 0.12354527117955075)],
        [(3.222941268553901, 2.689963667140793), (-2.4563511117403163, -0.9802983027661146)],
    ],
)
def test_a_declared_kink_may_be_steep(points):
    """For tiny y the quotient x/y is large: at the floats on both sides of a jump of x % y it is not close to an integer."""
    subject = Subject(TABLE["mod"], 4, seed=0)
    subject.inside = points
    assert list(check_kinks(subject)) == []
    subject.row = without(TABLE["mod"], kinks=None)
    assert list(check_kinks(subject))


@pytest.mark.parametrize("x", [27.13070874867047, 27.27811978158706])
def test_subnormal_results_have_few_digits(x):
    """Differences of subnormal numbers say little of a slope, and the complex step is 0 where it underflows."""
    subject = Subject(TABLE["erfc"], 4, seed=0)
    subject.inside = [(x,)]
    assert 0.0 < -subject.evaluate((x,))[1][0] < 2.0**-1022
    assert list(check_partials(subject)) == []


@pytest.mark.parametrize(
    ("name", "trait"),
    [
        ("exp", "odd"),
        ("exp", "even"),
        ("sub", "commutative"),
        ("square", "linear"),
        ("cos", "increasing"),
        ("relu", "smooth"),
    ],
)
def test_a_trait_that_does_not_hold(name, trait):
    row = TABLE[name]
    text = faults(without(row, traits={*row.traits, trait}))["traits"]
    assert text.startswith(f"the row is not {trait}: ")


def test_an_odd_function_needs_a_symmetric_domain():
    assert "is outside of its domain" in faults(without(TABLE["sin"], domain=(POSITIVE,)))["traits"]


@pytest.mark.parametrize(
    ("at", "words"),
    [({(0.0, 0.0): (0.0,)}, "the row has 2 arguments"), ({(1.0, 0.0): (0.0, 0.0)}, "outside of the domain")],
)
def test_conventions_that_make_no_sense(at, words):
    assert words in faults(without(TABLE["div"], at=at))["conventions"]


def test_a_lost_nan():
    row = without(TABLE["relu"], primal=lambda m, x: m.where(x > 0.0, x, 0.0))
    assert "nan as x is lost: the value is 0.0" in faults(row)["nan"]


def test_a_selection_that_marks_the_wrong_edge():
    row = TABLE["where"]
    wrong = without(row, partials=[row.partials[0], row.partials[1], lambda m, c, a, b, out: m.where(c, 0.0, 1.0)])
    assert "all others UNSELECTED" in faults(wrong)["selection"]


def test_a_constant_with_a_derivative():
    row = Primitive("held", lambda m, x: x, [lambda m, x, out: 1.0], [REAL], traits=("constant",))
    assert "the row counts as a constant, but its partials are (1.0,)" in faults(row)["partials"]


def test_rules_that_raise_are_a_fault():
    row = Primitive("broken", lambda m, x: m.no_such_function(x), [lambda m, x, out: 1.0], [REAL])
    assert "the rules of the row raise" in faults(row)["value"]


def test_an_empty_domain_is_a_fault():
    row = without(TABLE["sin"], domain=(Interval(2.0, 2.0),))
    assert "no inner point" in faults(row)["value"]


# Own primitives ---------------------------------------------------------------------------------------------------


@pytest.fixture
def own():
    """Define primitives that are gone after the test."""
    names = []

    def define(name, *rules, **known):
        names.append(name)
        return primitive(name, *rules, **known)

    yield define
    for name in names:
        del TABLE[name], FUNCTIONS[name]
        if hasattr(Value, name):
            delattr(Value, name)


def test_own_primitives(own):
    softsign = own(
        "checked_softsign", lambda m, x: x / (1.0 + m.abs(x)), lambda m, x, out: 1.0 / ((1.0 + m.abs(x)) * (1.0 + m.abs(x))),
        traits=("odd", "increasing"),
    )  # fmt: skip
    assert check_primitive(softsign).ok
    assert check_primitive("checked_softsign").ok
    assert "functions" in check_primitive(softsign).passed


def test_own_primitive_with_a_mistake(own):
    cauchy = own("checked_cauchy", lambda m, x: 1.0 / (1.0 + x * x), lambda m, x, out: 2.0 * x * out * out)
    assert "looks like a wrong sign" in faults(cauchy)["partials"]


def test_own_primitive_of_a_sequence(own):
    norm = own(
        "checked_norm", lambda m, xs: m.sqrt(m.fsum([x * x for x in xs])), lambda m, xs, out: [x / out for x in xs],
        traits=("variadic", "commutative"),
    )  # fmt: skip
    text = faults(norm)["partials at edges"]  # 0/0
    assert "the partial by xs[0] is nan where the value is 0.0" in text


def test_a_function_that_disagrees_with_its_row(own, monkeypatch):
    own("checked_double", lambda m, x: 2.0 * x, lambda m, x, out: 2.0)
    monkeypatch.setitem(FUNCTIONS, "checked_double", lambda x: 3.0 * x)
    assert "the function of numbers gives" in faults(TABLE["checked_double"])["functions"]
    monkeypatch.setitem(FUNCTIONS, "checked_double", lambda x: 2.0 * x)
    assert "the function of Values" in faults(TABLE["checked_double"])["functions"]


# Requests ---------------------------------------------------------------------------------------------------------


def test_rows_are_named_by_themselves_their_name_or_their_function():
    assert check_primitive("exp").row is check_primitive(autograd_core.exp).row is check_primitive(TABLE["exp"]).row
    with pytest.raises(ValueError, match="no row 'epx'"):
        check_primitive("epx")


def test_the_number_of_points():
    with pytest.raises(ValueError, match="at least 4, got 3"):
        check_primitive("exp", points=3)


def test_the_same_seed_gives_the_same_report():
    wrong = without(TABLE["sin"], partials=[lambda m, x, out: 0.5 * m.cos(x)])
    assert faults(wrong, seed=3) == faults(wrong, seed=3)
    assert faults(wrong, seed=3) != faults(wrong, seed=4)
    assert not math.isnan(check_primitive("sin", seed=9).row.ulp)
