"""`gradcheck` never blames a right derivative, always blames a wrong one, and says what is wrong with it.

What this does not prove: a partial so small that the values of its operation do not show it to 8 digits (tanh at 25,
cosh at 1e-35) cannot be judged from values; the report counts such partials as coarse.
"""

import math
import random

import pytest

from autograd_core import Value, clip, dot, exp, gelu, log, maximum, primitive, relu, sin, sqrt, step, tanh
from autograd_core.checking.gradcheck import gradcheck
from autograd_core.conditions import STOP_GRADIENT
from autograd_core.errors import DomainError, GradientMismatch
from autograd_core.graph import topological_order
from autograd_core.row import UNSELECTED
from autograd_core.testing import random_program
from autograd_core.value import apply
from tests.mutants import with_partials

pytestmark = pytest.mark.usefixtures("own_primitives")

WRONG_BY = 1.0 + 1e-8


def scaled(row, index):
    """The row with its partial by operand `index` wrong by 1e-8 relative."""
    if row.variadic:
        rule = row.partials[0]
        rules = [lambda m, *xs: [p * WRONG_BY if i == index else p for i, p in enumerate(rule(m, *xs))]]
    else:
        rules = list(row.partials)
        rules[index] = lambda m, *xs: row.partials[index](m, *xs) * WRONG_BY
    return with_partials(row, rules)


def with_a_wrong_partial(root, rng):
    """The graph again, one of its partials wrong by 1e-8 relative; None if it has none that values could show."""
    candidates = [
        (node, [i for i, x in enumerate(node.operands) if isinstance(x, Value)][k])
        for node in topological_order(root)
        for k, partial in enumerate(node.partials)
        if partial is not UNSELECTED and 1e-6 * max(1e-3, node.data * node.data) < partial * partial < 1e12
    ]
    if not candidates:
        return None
    chosen, index = rng.choice(candidates)
    again = {}
    for node in topological_order(root):
        if node.parents:
            operands = [again[x] if isinstance(x, Value) else x for x in node.operands]
            row = scaled(node.primitive, index) if node is chosen else node.primitive
            again[node] = apply(row, operands)
        else:
            again[node] = Value(node.data)
    return again[root]


def check_programs(seeds):
    missed = 0
    for seed in seeds:
        rng = random.Random(seed)
        program = random_program(rng, size=rng.randint(1, 8), inputs=rng.randint(1, 3), kind="smooth")
        report = gradcheck(program, *program.inputs)
        assert report.passed
        if seed % 2:
            continue
        root = with_a_wrong_partial(program(*map(Value, program.inputs)), rng)
        if root is None:
            missed += 1
            continue
        with pytest.raises(GradientMismatch):
            gradcheck(root)
    assert missed <= len(seeds) // 3


def test_right_ones_pass_and_wrong_ones_fail_on_random_programs():
    check_programs(range(200))


@pytest.mark.thorough
def test_right_ones_pass_and_wrong_ones_fail_on_many_random_programs():
    check_programs(range(1000, 11_000))


def test_right_ones_pass_at_kinks_too():
    for seed in range(100):
        program = random_program(random.Random(seed), size=8, inputs=2, kind="moderate")
        assert gradcheck(program, *program.inputs).passed


# What is wrong with it -------------------------------------------------------------------------------------------


def rows():
    return {
        "sign": (
            ("softsign", lambda m, x: x / (1.0 + m.abs(x)), lambda m, x, out: -((1.0 - m.abs(out)) ** 2.0)),
            (1.5,),
        ),
        "factor 2": (("half", lambda m, x: x * x, lambda m, x, out: x), (3.0,)),
        "factor 3": (("chained", lambda m, x: m.exp(3.0 * x), lambda m, x, out: out), (0.4,)),
        "factor pi": (("turns", lambda m, x: m.sin(math.pi * x), lambda m, x, out: m.cos(math.pi * x)), (0.3,)),
        "factor x": (("cube", lambda m, x: x * x * x, lambda m, x, out: 3.0 * x), (2.0,)),
        "term": (("product", lambda m, x: x * m.sin(x), lambda m, x, out: m.sin(x)), (1.1,)),
        "output": (("wrong_tanh", lambda m, x: m.tanh(x), lambda m, x, out: out), (0.7,)),
        "digits": (("short", lambda m, x: m.exp2(x), lambda m, x, out: 0.69314718 * out), (0.7,)),
        "swapped": (
            ("swapped", lambda m, x, y: x * x * y, (lambda m, x, y, out: x * x, lambda m, x, y, out: 2.0 * x * y)),
            (1.3, 2.0),
        ),
        "transposed": (
            (
                "determinant",
                lambda m, xs: xs[0] * xs[3] - xs[1] * xs[2],
                lambda m, xs, out: [xs[3], -xs[1], -xs[2], xs[0]],
            ),
            ([1.0, 2.0, 3.0, 5.0],),
        ),
    }


KINDS = {
    "sign": "a wrong sign",
    "factor 2": "a missing factor 2",
    "factor 3": "a missing factor 3",
    "factor pi": "a missing factor π",
    "factor x": "a missing factor x",
    "term": "a missing term + x·cos(x)",
    "output": "the value of the operation in place of its derivative",
    "digits": "a constant with too few digits",
    "swapped": "swapped arguments",
    "transposed": "a transposed matrix: 2×2",
}


@pytest.mark.parametrize("case", KINDS)
def test_a_wrong_rule_is_named_with_the_kind_of_mistake(case):
    (name, primal, partials), point = rows()[case]
    traits = {"traits": ("variadic",)} if case == "transposed" else {}
    f = primitive(name, primal, partials, **traits)
    with pytest.raises(GradientMismatch) as caught:
        gradcheck(f, *point)
    error = caught.value
    assert KINDS[case] in error.kind
    text = str(error)
    assert f"The rule of '{name}' is wrong: its partial with respect to argument" in text
    assert error.kind in text
    assert error.error == math.fabs(error.reverse - error.numerical)
    assert not error.near_kink
    assert "No kink is near" in text
    assert error.report.faults[0].row.name == name
    assert error.input in [d.name for d in error.report.derivatives]


def test_the_message_names_the_argument_the_place_and_both_values():
    (name, primal, partials), _ = rows()["swapped"]
    f = primitive(name, primal, partials)
    with pytest.raises(GradientMismatch) as caught:
        gradcheck(lambda a, b: f(a, b) + a, 1.3, 2.0)
    text = str(caught.value)
    assert "The derivative with respect to 'a' at 1.3" in text
    assert "reverse sweep  2.69" in text
    assert caught.value.numerical == pytest.approx(6.2, rel=1e-12)
    assert "argument 0 ('x')" in text
    assert "this is the partial with respect to argument 1 ('y')" in text
    assert f"Recorded at {__file__}, line" in text
    assert caught.value.input == "a"


def test_a_mistake_that_fits_nothing_is_measured():
    f = primitive("odd_one", lambda m, x: m.exp(x) * m.sin(x), lambda m, x, out: m.cos(m.exp(x)) + 0.1 * x)
    with pytest.raises(GradientMismatch, match="no simple mistake: it is"):
        gradcheck(f, 0.7)


def test_a_wrong_rule_near_a_kink_says_that_it_is_near():
    f = primitive("near", lambda m, x: m.tanh(x), lambda m, x, out: 1.0 - out)
    with pytest.raises(GradientMismatch) as caught:
        gradcheck(lambda x: f(x) + relu(x - 0.5 + 1e-6), 0.5)
    assert caught.value.near_kink
    assert "Near a kink: relu, 1e-06 away from it" in str(caught.value)


@pytest.mark.parametrize(
    "f",
    [lambda x: x * x.data, lambda x: sin(x) + Value(x.data) ** 3.0, lambda x: x.detach()],
    ids=["data", "part", "all"],
)
def test_a_dependence_that_the_graph_does_not_have(f):
    with pytest.raises(GradientMismatch, match="lost dependence: every recorded operation is right"):
        gradcheck(f, 1.7)


def test_detached_numbers_are_held_fixed():
    def stop(x):
        return apply(STOP_GRADIENT, (x,))

    report = gradcheck(lambda x: x * stop(x) + stop(x), 3.0, order=2)
    assert report.derivatives[0].reverse == 3.0
    assert report.detached == 2
    assert "2 detached numbers held fixed" in str(report)


def test_a_graph_whose_numbers_were_changed():
    x = Value(1.5, "x")
    y = x * x
    x.data = 3.0
    with pytest.raises(GradientMismatch, match="numbers were changed after it was recorded"):
        gradcheck(y)


def test_a_function_that_is_not_a_function():
    rng = random.Random(0)
    with pytest.raises(ValueError, match=r"at the same point\. It draws random numbers"):
        gradcheck(lambda x: x * rng.random(), 1.0)


# Kinks, ends of domains, infinities ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "x", "sides"),
    [(abs, 0.0, (-1.0, 1.0)), (relu, 0.0, (0.0, 1.0)), (lambda x: maximum(x, 2.0 * x), 0.0, (1.0, 2.0)),
     (lambda x: clip(x, -1.0, 1.0), 1.0, (1.0, 0.0)), (lambda x: relu(x) * x + abs(x), 0.0, (-1.0, 1.0))],
    ids=["abs", "relu", "maximum", "clip", "sum"],
)  # fmt: skip
def test_a_kink_is_recognised_and_explained(f, x, sides):
    report = gradcheck(f, x)
    (d,) = report.derivatives
    assert d.verdict == "kink"
    assert d.sides == pytest.approx(sides, abs=1e-9)
    assert report.kinks[0].distance == 0.0
    assert "is a convention" in str(report)


def test_a_kink_that_no_row_declares():
    own = primitive("own_abs", lambda m, x: m.where(x < 0.0, -x, x), lambda m, x, out: m.where(x < 0.0, -1.0, 1.0))
    assert gradcheck(own, 0.0).derivatives[0].verdict == "kink"
    assert gradcheck(own, 1e-3).derivatives[0].verdict == "right"


def test_branches_of_python_are_not_stepped_over():
    def f(x):
        return x * x if x < 1.0 else x + 5.0

    assert gradcheck(f, 0.999).derivatives[0].verdict == "right"
    assert gradcheck(f, 1.001).derivatives[0].verdict == "right"


def test_near_a_kink_the_bound_grows_and_the_report_says_why():
    report = gradcheck(lambda x: relu(x) + 1.0, 1e-9)
    (d,) = report.derivatives
    assert d.verdict == "right"
    assert 1e-9 < d.tolerance < 1e-4
    assert "Near a kink: relu, 1e-09 away from it" in str(report)


def test_jumps_ends_of_domains_and_infinite_slopes():
    assert gradcheck(step, 0.0).derivatives[0].verdict == "kink"
    assert gradcheck(sqrt, 0.0).derivatives[0].verdict == "infinite"
    assert gradcheck(lambda x: sqrt(x) ** 3.0, 1e-12).passed
    assert gradcheck(lambda x, p: x**p, -2.0, 3.0).derivatives[1].verdict == "no check"
    with pytest.raises(DomainError):
        gradcheck(log, -1.0)
    with pytest.raises(GradientMismatch, match="first_nonfinite"):
        gradcheck(lambda x: sqrt(x) ** 2.0 + x, 0.0)


# What can be checked ---------------------------------------------------------------------------------------------


class Model:
    def __init__(self):
        self.w = [Value(0.5, "w0"), Value(-0.3, "w1")]
        self.b = Value(0.2, "b")

    def parameters(self):
        return [*self.w, self.b]

    def __call__(self, x):
        return [tanh(dot(self.w, x, self.b)), gelu(dot(self.w, x, self.b))]


def test_a_module_with_its_parameters():
    model = Model()
    report = gradcheck(model, [1.0, 2.5], order=2)
    assert [d.name for d in report.derivatives] == ["x[0]", "x[1]", "w0", "w1", "b"]
    assert {d.verdict for d in (*report.derivatives, *report.second)} == {"right"}
    assert [p.data for p in model.parameters()] == [0.5, -0.3, 0.2]
    assert not any(p.reached for p in model.parameters())


def test_parameters_that_a_function_captures():
    model = Model()
    report = gradcheck(lambda: (model([1.0, 2.5])[0] - 1.0) ** 2.0, parameters=model)
    assert [d.name for d in report.derivatives] == ["w0", "w1", "b"]
    assert gradcheck(lambda: model.b * 2.0, parameters=[model.b]).derivatives[0].reverse == 2.0


def test_a_graph_with_all_or_some_of_its_leaves():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    y = tanh(a * b + 6.5)
    y.backward()
    before = (a.grad, b.grad)
    assert [d.name for d in gradcheck(y).derivatives] == ["a", "b"]
    assert [d.name for d in gradcheck(y, b, order=2).derivatives] == ["b"]
    assert (a.grad, b.grad) == before
    with pytest.raises(TypeError, match="takes Values of the graph"):
        gradcheck(y, 2.0)


def test_containers_and_several_results():
    report = gradcheck(lambda p, x: [p["w"] * x, exp(p["b"])], {"w": 2.0, "b": 0.5}, 3.0)
    assert [d.name for d in report.derivatives] == ["p['w']", "p['b']", "x"]


def test_second_order_finds_what_first_order_does_not():
    f = primitive("hidden", lambda m, x: x * x, lambda m, x, out: 2.0 * getattr(x, "data", x))
    assert gradcheck(f, 1.5).passed
    with pytest.raises(GradientMismatch, match="loses part of its own derivative"):
        gradcheck(f, 1.5, order=2)


def test_forward_and_reverse_sweep_are_compared():
    report = gradcheck(lambda x, y: sin(x) * y, 1.0, 2.0)
    assert report.forward_agrees
    assert report.forward_error < 1e-15


@pytest.mark.parametrize(("f", "options", "error", "message"), [
    (3.0, {}, TypeError, "takes a function, a module or the root of a graph, got a float"),
    (sin, {"order": 3}, ValueError, "order must be 1 or 2, got 3"),
    (lambda x: None, {}, TypeError, "."),
], ids=["number", "order", "result"])  # fmt: skip
def test_what_cannot_be_checked(f, options, error, message):
    with pytest.raises(error, match=message):
        gradcheck(f, 1.0, **options)


# The report ------------------------------------------------------------------------------------------------------


def test_the_report_reads_like_an_explanation():
    text = str(gradcheck(lambda x, y: sin(x) * y, 1.0, 2.0, order=2))
    assert text.startswith("gradcheck: 2 derivatives, nothing contradicts them.")
    assert "Forward and reverse sweep agree" in text
    assert "partials of mul, sin are right" in text or "partials of sin, mul are right" in text
    assert "Second order" in text
    html = gradcheck(sin, 1.0)._repr_html_()
    assert html.startswith("<table>")


def test_a_long_report_leaves_out_the_middle():
    report = gradcheck(lambda v: sum(v[1:], v[0]), [1.0] * 40)
    assert "... 20 more" in str(report)
    assert len(report.derivatives) == 40


def test_the_error_is_plotted_over_the_step():
    pytest.importorskip("matplotlib")
    import matplotlib.pyplot as plt

    report = gradcheck(lambda x, y: sin(x) * exp(y), 1.0, 2.0)
    ax = report.plot()
    assert ax.get_xscale() == ax.get_yscale() == "log"
    assert [line.get_label() for line in ax.get_lines()][:2] == ["x, forward", "x, central"]
    plt.close(ax.figure)
    steps, central = report.errors_over_step(0)
    best = steps[central.index(min(central))]
    assert 1e-8 < best < 1e-3  # truncation and rounding meet near the cube root of 2**-52
    _, forward = report.errors_over_step(0, central=False)
    assert min(central) < min(forward)
