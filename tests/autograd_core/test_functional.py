"""Derivatives of functions: right numbers to any order, in every combination of modes, without confusion.

Higher derivatives of each row are compared with mpmath at random points away from kinks, at 0, and where the rules of
the rows switch from one formula to another; what happens at kinks and ends of domains is listed case by case.
"""

import functools
import gc
import itertools
import math
import random
import threading
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_core as ac
from autograd_core import Value
from autograd_core.functional import derivative, grad, hessian, hvp, jacobian, jvp, value_and_grad
from autograd_core.functions import FUNCTIONS
from autograd_core.linearization import Linearization
from autograd_core.primitives import TABLE
from autograd_core.testing import random_program
from tests import derived, high_precision
from tests.high_precision import MP

INF, NAN = math.inf, math.nan


def forward(f):
    """The derivative of a function of one number, in forward mode."""
    return lambda x: jvp(f, (x,), (1.0,))[1]


MODES = {"reverse": grad, "forward": forward}
COMBINATIONS = list(itertools.product(MODES.values(), repeat=2))
NAMES = ["-over-".join(names) for names in itertools.product(MODES, repeat=2)]


def close(got, want, tolerance=1e-12):
    return got == want or (math.isnan(got) and math.isnan(want)) or abs(got - want) <= tolerance * abs(want)


# Higher derivatives of the rows -------------------------------------------------------------------------------------


def of_operands(row):
    """The function of a row as a function of flat operands."""
    if row.name == "where":
        return lambda xs: FUNCTIONS["where"](xs[0].data > 0.0, xs[1], xs[2])
    return lambda xs: FUNCTIONS[row.name](*row.arguments(xs))


def true_derivative(row, operands, orders):
    """The mixed partial of the primal of `row` with `orders[i]` derivatives by operand i, by mpmath."""
    axes = [i for i, n in enumerate(orders) if n]
    step = MP.mpf(10) ** -25 * min([max(abs(MP.mpf(operands[i])), MP.mpf(10) ** -20) for i in axes])

    def along(*xs):
        moved = [MP.mpf(x) for x in operands]
        for i, x in zip(axes, xs, strict=True):
            moved[i] = x
        return high_precision.value(row, moved)

    at = [MP.mpf(operands[i]) for i in axes]
    if len(axes) == 1:
        return MP.diff(along, at[0], orders[axes[0]], h=step)
    return MP.diff(along, tuple(at), tuple(orders[i] for i in axes), h=step)


def moderate(x):
    return x == 0.0 or 1e-3 < abs(x) < 50.0


@pytest.mark.parametrize("name", TABLE)
def test_second_derivatives_of_rows(name):
    row = TABLE[name]
    count = 50 if len(row.parameters) == 1 and not row.variadic else 15
    points = [x for x in derived.points(row, 4 * count, seed=2) if all(map(moderate, x))][:count]
    assert len(points) > 5
    for x in points:
        f = of_operands(row)
        if name == "where":
            continue  # its second derivatives are those of its sides: test_where
        got = hessian(f)(list(x))
        assert np.allclose(got, np.transpose(got), rtol=1e-11, atol=1e-13, equal_nan=True)
        for i, j in itertools.combinations_with_replacement(range(len(x)), 2):
            orders = [0] * len(x)
            orders[i] += 1
            orders[j] += 1
            true = true_derivative(row, x, orders)
            if MP.isnan(true):  # pow of a negative base by its exponent
                continue
            scale = max(abs(true), 1e-4 * max(map(abs, grad(f)(list(x)))))
            assert abs(got[i][j] - true) <= 1e-12 * scale, (x, i, j, got[i][j], MP.nstr(true, 17))


SWITCHES = {
    "tanh": [0.25, -0.25, 0.2499, 20.0, -20.0], "atan": [2.0**40, -(2.0**41), 1e20], "acosh": [2.0, 1.9999, 2.0**40, 2.0**41, 1.001],
    "asin": [0.5, -0.5, 0.4999, 0.999], "acos": [0.5, -0.5, 0.4999, -0.999], "atanh": [0.5, -0.5, 0.4999, 0.999],
    "sigmoid": [-40.0, -39.99, 40.0, -300.0], "log_sigmoid": [-40.0, 40.0], "softplus": [-40.0, 40.0],
    "gelu": [-1.0, -1.001, 1.0, -10.0], "silu": [-40.0, -39.99, -41.0, -300.0], "erf": [1.0, 5.0, -5.0],
    "erfc": [1.0, 5.0, 20.0], "exp2": [1010.0], "cbrt": [1e-10, -8.0], "asinh": [1e5, -1e5],
}  # fmt: skip
SMOOTH = [
    row
    for row in TABLE.values()
    if not row.variadic and len(row.parameters) == 1 and row.kinks is None and row.name != "neg"
]


@pytest.mark.parametrize("row", SMOOTH, ids=lambda row: row.name)
def test_four_derivatives_at_zero_and_at_the_switches_of_the_rules(row):
    points = [*SWITCHES.get(row.name, []), 0.3, 1.7]
    if 0.0 in row.domain[0] and row.name not in ("sqrt", "cbrt"):
        points.append(0.0)
    for x in points:
        if x not in row.domain[0] or x == row.domain[0].high:
            continue
        for order in (1, 2, 3, 4):
            true = true_derivative(row, (x,), (order,))
            got = derivative(FUNCTIONS[row.name], order)(x)
            assert abs(got - true) <= 1e-11 * abs(true) + 1e-17, (x, order, got, MP.nstr(true, 17))


def test_higher_derivatives_at_zero_are_the_known_numbers():
    assert [derivative(ac.tanh, n)(0.0) for n in range(1, 6)] == [1.0, 0.0, -2.0, 0.0, 16.0]
    assert [derivative(ac.sigmoid, n)(0.0) for n in range(1, 5)] == [0.25, 0.0, -0.125, 0.0]
    assert [derivative(ac.erf, n)(0.0) for n in (2, 4)] == [0.0, 0.0]
    assert derivative(ac.exp, 10)(0.0) == 1.0


@pytest.mark.parametrize("p", [1.0, 2.0, 3.0, 4.0, 7.0, 1.5, 3])
def test_powers_with_a_constant_exponent_at_zero_and_below(p):
    for order in range(1, 6):
        factor = math.prod(p - k for k in range(order))
        at_zero = 0.0 if factor == 0.0 or p > order else factor if p == order else math.copysign(INF, factor)
        assert derivative(lambda x: x**p, order)(0.0) == at_zero
        if float(p).is_integer():
            below = factor * (-2.0) ** (p - order) if factor else 0.0
            assert derivative(lambda x: x**p, order)(-2.0) == below


# Nesting ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("outer", "inner"), COMBINATIONS, ids=NAMES)
class TestPerturbationConfusion:
    def test_siskind_and_pearlmutter(self, outer, inner):
        assert outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0) == 1.0

    def test_product(self, outer, inner):
        assert outer(lambda x: x * inner(lambda y: x * y)(2.0))(3.0) == 6.0

    def test_inner_function_of_the_outer_variable_alone(self, outer, inner):
        assert outer(lambda x: x * inner(lambda y: x)(1.0))(1.0) == 0.0
        assert outer(lambda x: inner(lambda y: x * x)(x) + x)(5.0) == 1.0

    def test_same_name_at_both_levels(self, outer, inner):
        assert outer(lambda x: x + inner(lambda x: x * x * x)(x))(2.0) == 13.0

    def test_inner_derivative_at_a_function_of_the_outer_variable(self, outer, inner):
        # d/dx cos(x²) · x
        want = math.cos(4.0) - 2.0 * 4.0 * math.sin(4.0)
        assert close(outer(lambda x: inner(ac.sin)(x * x) * x)(2.0), want)

    def test_a_curried_function(self, outer, inner):
        """Manzyuk et al., "Perturbation confusion in forward AD of higher-order functions" (2019)."""

        def shift(u):
            return lambda f: lambda x: f(x + u)

        def amazing(u):
            # D(s)(0) applied twice, expanded: the derivative of the derivative of exp at u + 1 by u
            return inner(lambda v: shift(v)(shift(v)(ac.exp))(1.0))(u)

        assert close(outer(amazing)(0.0), 4.0 * math.e)

    def test_inner_derivative_outside_of_the_outer_variable_is_a_constant(self, outer, inner):
        assert outer(lambda x: inner(lambda y: y * y)(3.0) * x)(7.0) == 6.0

    def test_an_escaping_inner_variable_is_an_ordinary_number(self, outer, inner):
        seen = []

        def f(x):
            inner(lambda y: seen.append(y) or y * y)(x)
            return seen[-1] * x

        assert outer(f)(3.0) == 6.0

    def test_three_levels(self, outer, inner):
        f = outer(lambda x: inner(lambda y: outer(lambda z: x * y * z * z)(y) * x)(x))  # z=y: 2xy²·x, by y: 4x²y → 4x³
        assert close(f(2.0), 48.0)

    def test_a_loop_whose_length_depends_on_the_number(self, outer, inner):
        def f(x):
            y = x
            while y < 100.0:
                y = y * x
            return y if y > 0.0 else -y

        assert close(outer(inner(f))(3.0), 20.0 * 3.0**3)

    def test_recursion(self, outer, inner):
        def power(x, n):
            return x * power(x, n - 1) if n else 1.0

        assert close(outer(inner(lambda x: power(x, 5)))(2.0), 160.0)

    def test_parameters_captured_by_the_inner_function(self, outer, inner):
        w = Value(3.0)
        assert inner(lambda x: w * x * x)(2.0) == 12.0
        assert outer(lambda v: inner(lambda x: v * w * x * x)(2.0))(1.0) == 12.0
        assert not w.reached


@given(st.integers(0, 10**9))
def test_random_programs_agree_in_all_modes(seed):
    rng = random.Random(seed)
    program = random_program(rng, size=rng.randint(1, 12), inputs=3, kind="smooth")
    x, v = list(program.inputs), [rng.uniform(-1.0, 1.0) for _ in range(3)]
    g = grad(program, argnums=(0, 1, 2))(*x)
    leaves = [Value(number) for number in x]
    result = program(*leaves)
    if isinstance(result, Value):
        result.backward()
    assert list(map(repr, g)) == [repr(leaf.grad) for leaf in leaves]  # bit for bit
    if any(map(math.isnan, g)):
        return  # a negative base has no derivative by its exponent
    scale = 1.0 + sum(abs(a * b) for a, b in zip(g, v, strict=True))
    value, tangent = jvp(program, tuple(x), tuple(v))
    assert value == program(*x)
    assert tangent == pytest.approx(np.dot(g, v), abs=1e-9 * scale)

    def f(xs):
        return program(*xs)

    h = hessian(f)(x)
    if not np.isfinite(h).all():
        return  # where 0·inf turns up depends on the order of the factors
    size = 1.0 + max(abs(entry) for row in h for entry in row)
    others = [
        jacobian(grad(f))(x),
        [grad(lambda xs, i=i: grad(f)(xs)[i])(x) for i in range(3)],  # reverse over reverse
        [[jvp(lambda xs, i=i: jvp(f, (xs,), (unit(i),))[1], (x,), (unit(j),))[1] for j in range(3)] for i in range(3)],
        [grad(lambda xs, i=i: jvp(f, (xs,), (unit(i),))[1])(x) for i in range(3)],  # reverse over forward
        [hvp(f)(x, unit(i)) for i in range(3)],
    ]
    for other in others:
        assert np.allclose(h, other, rtol=1e-9, atol=1e-9 * size)
    assert np.allclose(h, np.transpose(h), rtol=1e-9, atol=1e-9 * size)


def unit(i):
    return [float(i == j) for j in range(3)]


def test_third_derivatives_agree_in_all_modes():
    def f(x):
        return ac.sin(x * x) * ac.exp(-x) / (1.0 + x * x)

    def h(t):
        return MP.sin(t * t) * MP.exp(-t) / (1 + t * t)

    true = float(MP.diff(h, MP.mpf(0.7), 3))
    for a, b, c in itertools.product(MODES.values(), repeat=3):
        assert close(a(b(c(f)))(0.7), true)


# Arguments and results --------------------------------------------------------------------------------------------


def test_containers_give_containers_of_their_form():
    Point = namedtuple("Point", "x y")
    tree = {"w": [[1.0, 2.0], (3.0,)], "b": 4, "p": Point(5.0, np.float64(6.0))}

    def f(t):
        return t["w"][0][0] * t["w"][1][0] + t["b"] * t["p"].x * t["p"].y

    assert grad(f)(tree) == {"w": [[3.0, 0.0], (1.0,)], "b": 30.0, "p": Point(24.0, 20.0)}
    assert type(grad(f)(tree)["p"]) is Point
    second = hessian(f)(tree)
    assert second["b"]["p"] == Point(6.0, 5.0)
    assert second["p"].x["b"] == 6.0
    assert hvp(f)(tree, {"p": (1.0, 0.0), "b": 0.0, "w": [[0.0, 0.0], [0.0]]})["b"] == 6.0
    assert grad(lambda x: 1.0)([]) == []
    assert hessian(lambda x: 1.0)([]) == []


def test_arrays_of_numpy():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    g = grad(lambda x: (x @ x).sum())(x)
    assert g.dtype == float
    assert g.tolist() == [[7.0, 11.0], [9.0, 13.0]]
    assert grad(lambda x: x[1] * 3.0)(np.arange(2)).tolist() == [0.0, 3.0]
    j = jacobian(lambda x: x @ x[0])(x)
    assert np.array(j.tolist()).shape == (2, 2, 2)


def test_argnums():
    f = grad(lambda x, y, text: x * x * y, argnums=(0, -2))
    assert f(2.0, 5.0, "any") == (20.0, 4.0)
    assert grad(lambda x, y: x * y, argnums=1)([2.0][0], 5.0) == 2.0
    assert grad(lambda x, *, k: x**k)(3.0, k=2.0) == 6.0
    assert value_and_grad(lambda x, y: x * y, argnums=(1,))(2.0, 3.0) == (6.0, (2.0,))
    assert hessian(lambda x, y: x * x * y, argnums=(0, 1))(2.0, 3.0) == ((6.0, 4.0), (4.0, 0.0))
    assert jacobian(lambda x, y: [x * y, x], argnums=(0, 1))(2.0, 3.0) == [(3.0, 2.0), (1.0, 0.0)]


def test_jacobian_of_numbers_lists_and_nested_results():
    assert jacobian(lambda x: x * x)(3.0) == 6.0
    assert jacobian(lambda x: [x, x * x, 5.0])(3.0) == [1.0, 6.0, 0.0]  # forward
    assert jacobian(lambda x: x[0] * x[1])([2.0, 3.0]) == [3.0, 2.0]
    assert jacobian(lambda x: {"a": [x[0], (x[1],)]})([2.0, 3.0]) == {"a": [[1.0, 0.0], ([0.0, 1.0],)]}
    for n, m in itertools.product(range(1, 5), repeat=2):  # both modes
        a = [[float(i * n + j) for j in range(n)] for i in range(m)]
        assert jacobian(lambda x, a=a: [ac.dot(row, x) for row in a])([0.5] * n) == a


def test_jacobian_sweeps_in_the_cheaper_mode(monkeypatch):
    sweeps = []
    for mode in ("push", "pull"):
        sweep = getattr(Linearization, mode)
        monkeypatch.setattr(Linearization, mode, lambda *args, m=mode, s=sweep: sweeps.append(m) or s(*args))
    jacobian(lambda x: [x[0]] * 5)([1.0, 2.0])
    jacobian(lambda x: [x[0]] * 2)([1.0] * 5)
    assert sweeps == ["push", "push", "pull", "pull"]


def test_jvp_takes_a_tuple_of_arguments_or_the_only_argument():
    assert jvp(lambda x: x * x, 3.0, 2.0) == (9.0, 12.0)
    assert jvp(lambda x: x * x, (3.0,), [2.0]) == (9.0, 12.0)
    assert jvp(lambda xs: xs[0] * xs[1], [3.0, 5.0], [1.0, 0.0]) == (15.0, 5.0)
    assert jvp(lambda x, y: {"s": [x + y], "t": 7.0}, (1.0, 2.0), (1.0, 1.0)) == (
        {"s": [3.0], "t": 7.0},
        {"s": [2.0], "t": 0.0},
    )
    assert jvp(lambda d: d["a"] * d["b"], {"a": 2.0, "b": 3.0}, {"b": 1.0, "a": 0.0}) == (6.0, 2.0)
    assert grad(lambda v: jvp(ac.sin, (0.0,), (v,))[1] * v)(3.0) == 6.0  # by the tangent


def test_results_are_floats_outside_and_values_inside():
    results = [
        grad(ac.floor)(2.5), derivative(ac.cbrt, 2)(1.0), *value_and_grad(ac.sin)(1), *jvp(ac.sin, 1, 1),
        jacobian(lambda x: [x])(1)[0], hessian(lambda x: 1)(1), hvp(ac.sin)(1, 1), derivative(ac.floor, 0)(2.5),
    ]  # fmt: skip
    assert {type(x) for x in results} == {float}
    inside = []

    def f(x):
        inside.extend(
            [
                grad(ac.sin)(1.0),
                *value_and_grad(lambda y: 3.0)(1.0),
                *jvp(ac.sin, 1.0, 1.0),
                *jacobian(lambda y: [y])(1.0),
            ]
        )
        return x

    grad(f)(2.0)
    assert {type(x) for x in inside} == {Value}


def test_a_value_as_argument_gives_a_value_that_backward_sees_through():
    x = Value(2.0, "x")
    slope = grad(lambda y: y**3.0)(x)
    assert slope.data == 12.0
    slope.backward()
    assert x.grad == 12.0
    x, v = Value(3.0), Value(5.0)
    tangent = jvp(lambda y: y * y, (x,), (v,))[1]
    tangent.backward()
    assert (tangent.data, x.grad, v.grad) == (30.0, 10.0, 6.0)
    v = Value(5.0)
    jvp(lambda y: y * y, (3.0,), (v,))[1].backward()
    assert v.grad == 6.0
    y = derivative(lambda x: x**4.0, 0)(x)
    y.backward()
    assert y.data == 81.0


def test_a_gradient_penalty_trains_the_parameters():
    w, x = Value(3.0), Value(2.0)
    penalty = grad(lambda x: w * x * x)(x) ** 2.0  # (2wx)²
    penalty.backward()
    assert (penalty.data, w.grad) == (144.0, 8.0 * 3.0 * 4.0)


def test_a_result_that_does_not_depend_on_the_argument_has_gradient_zero():
    assert grad(lambda x: 3)(1.0) == 0.0
    assert grad(lambda x: Value(3.0))([1.0, 2.0]) == [0.0, 0.0]
    assert grad(ac.step)(1.0) == 0.0
    assert math.copysign(1.0, grad(lambda x: -x * x)(0.0)) == 1.0
    assert derivative(lambda x: 2.0, 3)(1.0) == 0.0
    assert hessian(lambda x: x[0] + x[1])([1.0, 2.0]) == [[0.0, 0.0], [0.0, 0.0]]
    assert jvp(lambda x: 3, 1.0, 1.0) == (3.0, 0.0)


def test_the_argument_itself_as_result():
    assert value_and_grad(lambda x: x)(2.0) == (2.0, 1.0)
    assert jacobian(lambda x: x)([1.0, 2.0]) == [[1.0, 0.0], [0.0, 1.0]]
    assert jacobian(lambda x: [x[0], x[0]])([1.0, 2.0]) == [[1.0, 0.0], [1.0, 0.0]]


def test_no_field_grad_is_touched():
    w, x = Value(3.0), Value(2.0)
    hessian(lambda x: w * x * x)(x)
    assert not w.reached
    assert not x.reached


# Selection, kinks, and ends of domains ------------------------------------------------------------------------------


def all_orders(f, x):
    """First and second derivative in all combinations of modes; they must agree."""
    firsts = {repr(mode(f)(x)) for mode in MODES.values()}
    seconds = {repr(outer(inner(f))(x)) for outer, inner in COMBINATIONS}
    assert len(firsts) == len(seconds) == 1
    return float(firsts.pop()), float(seconds.pop())


@pytest.mark.parametrize(
    ("f", "x", "want"),
    [
        (lambda x: ac.where(x > 0.0, ac.sqrt(x), 0.0), 0.0, (0.0, 0.0)),
        (lambda x: ac.where(x > 0.0, lambda: ac.log(x), 0.0), 0.0, (0.0, 0.0)),
        (lambda x: ac.where(x > 0.0, lambda: ac.log(x), 0.0), 2.0, (0.5, -0.25)),
        (lambda x: ac.sqrt(ac.relu(x)), -1.0, (0.0, 0.0)),
        (lambda x: ac.sqrt(x) ** 2.0, 0.0, (NAN, NAN)),
        (ac.sqrt, 0.0, (INF, -INF)),
        (lambda x: x**0.0, 0.0, (0.0, 0.0)),
        (lambda x: ac.sqrt(x) ** 0.0, 0.0, (0.0, 0.0)),
        (lambda x: x * ac.sqrt(ac.maximum(x, 0.0)), -1.0, (0.0, 0.0)),
        (abs, 0.0, (0.0, 0.0)),
        (lambda x: abs(x) * x, -2.0, (4.0, -2.0)),
        (ac.relu, 0.0, (0.0, 0.0)),
        (lambda x: ac.relu(x) ** 2.0, 3.0, (6.0, 2.0)),
        (ac.elu, 0.0, (1.0, 1.0)),
        (lambda x: ac.maximum(x * x, x), 1.0, (1.5, 1.0)),
        (lambda x: ac.clip(x * x, 0.0, 1.0), 1.0, (1.0, 1.0)),
        (lambda x: ac.clip(x * x, 0.0, 1.0), 2.0, (0.0, 0.0)),
        (lambda x: ac.minimum(ac.step(x), 2.0) * x * x, 3.0, (6.0, 2.0)),
        (lambda x: x * x % 5.0, 3.0, (6.0, 2.0)),
        (lambda x: ac.hypot(x, 0.0), 0.0, (0.0, 0.0)),
        (lambda x: ac.prod([x, x, 0.0, x]), 2.0, (0.0, 0.0)),
        (lambda x: ac.prod([x, x, x]), 0.0, (0.0, 0.0)),
        (lambda x: ac.prod([x, x]), 0.0, (0.0, 2.0)),
        (lambda x: ac.logsumexp([x, x]), 3.0, (1.0, 0.0)),
        (lambda x: ac.logaddexp(x, 0.0), 0.0, (0.5, 0.25)),
    ],
)  # fmt: skip
def test_selection_and_kinks(f, x, want):
    assert all_orders(f, x) == pytest.approx(want, rel=1e-13, abs=0.0, nan_ok=True)


def test_where_at_every_order():
    def f(x):
        return ac.where(x > 1.0, x**3.0, x**2.0)

    assert [derivative(f, n)(2.0) for n in range(5)] == [8.0, 12.0, 12.0, 6.0, 0.0]
    assert [derivative(f, n)(1.0) for n in range(5)] == [1.0, 2.0, 2.0, 0.0, 0.0]


def test_nan_in_nan_out():
    for f in (ac.sin, lambda x: x * x, lambda x: 2.0 * x, lambda x: ac.fsum([x, 1.0])):
        assert all(map(math.isnan, all_orders(f, NAN)))
    assert all(map(math.isnan, all_orders(lambda x: ac.where(True, x * x, 2.0), NAN)))
    assert math.isnan(derivative(ac.sin, 4)(NAN))
    assert all_orders(lambda x: ac.where(False, ac.sin(x), 2.0) + 0.0 * x, 1.0) == (0.0, 0.0)


def test_ieee_results_inside_of_the_policy():
    with ac.domain_errors("ieee"):
        assert grad(ac.log)(0.0) == INF
        assert derivative(ac.log, 2)(0.0) == -INF
        assert all(map(math.isnan, all_orders(ac.log, -1.0)))
        assert all_orders(lambda x: x / 0.0, 1.0) == (INF, 0.0)
    with pytest.raises(ac.DomainError, match="log"):
        grad(ac.log)(0.0)


# What surrounds a call ----------------------------------------------------------------------------------------------


def test_no_grad_inside_stops_and_outside_does_not():
    def f(x):
        with ac.no_grad():
            y = x * x
        return y * x

    assert grad(f)(3.0) == 9.0
    with ac.no_grad():
        assert grad(lambda x: x * x)(3.0) == 6.0
        assert derivative(lambda x: x**3.0, 2)(3.0) == 18.0
        slope = grad(lambda x: x * x)(Value(3.0))
        assert (slope.data, slope.parents) == (6.0, ())

    def g(x):
        with ac.no_grad():
            slope = grad(lambda x: x * x)(x)
        return slope * x

    assert grad(g)(3.0) == 6.0


def test_an_error_inside_leaves_the_next_call_at_the_outermost_level():
    with pytest.raises(ZeroDivisionError):
        grad(grad(lambda y: y / 0))(1.0)
    assert type(grad(ac.sin)(1.0)) is float


def test_threads_do_not_see_each_others_derivatives():
    inside, done = threading.Event(), threading.Event()
    results = []

    def slow(x):
        inside.set()
        assert done.wait(20.0)
        return x * x

    thread = threading.Thread(target=lambda: results.append(grad(slow)(3.0)))
    thread.start()
    assert inside.wait(20.0)
    results.append(grad(ac.sin)(0.0))  # a float: the other thread's call does not count here
    done.set()
    thread.join()
    assert results == [1.0, 6.0]
    assert {type(x) for x in results} == {float}


def test_long_chains_and_freed_graphs():
    def chain(x):
        for _ in range(20_000):
            x = x * 1.0 + 1e-9
        return x * x

    def alive():
        return sum(type(x) is Value for x in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = alive()  # other tests may keep Values
        assert close(derivative(chain, 2)(1.0), 2.0)
        assert alive() - before < 1_000
    finally:
        gc.enable()


def test_changing_data_after_recording_is_an_error_at_second_order():
    def f(x):
        w = Value(2.0, "w")
        y = w * x * x
        w.data = 5.0
        return y

    assert grad(f)(3.0) == 12.0  # the point it was recorded at
    with pytest.raises(
        ValueError, match=r"'mul' was changed after 'mul' was recorded.*w=5\.0.*compute the function again"
    ):
        derivative(f, 2)(3.0)


def test_users_primitives_have_higher_derivatives():
    name = "cubed_by_test_functional"
    cubed = ac.primitive(name, lambda m, x: x * x * x, lambda m, x, out: 3.0 * x * x)
    try:
        assert [derivative(cubed, n)(2.0) for n in range(5)] == [8.0, 12.0, 12.0, 6.0, 0.0]
    finally:
        del TABLE[name], FUNCTIONS[name]
        delattr(Value, name)


# Errors -------------------------------------------------------------------------------------------------------------


def returning(result):
    def loss(x):
        return result

    return loss


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: grad(returning(None))(1.0), r"grad of loss.*must return one number, got None.*return statement missing"),
        (lambda: grad(returning([1.0, 2.0]))(1.0), r"one number, got a list of 2.*jacobian"),
        (lambda: grad(lambda x: [x])(1.0), r"one number, got a list of 1.*jacobian"),
        (lambda: value_and_grad(returning("a"))(1.0), r"value_and_grad of loss.*got a str: 'a'"),
        (lambda: grad(returning(True))(1.0), r"got a bool: True"),
        (lambda: grad(returning(1j))(1.0), r"got a complex"),
        (lambda: hessian(lambda x: [x])(1.0), r"hessian of <lambda>.*one number"),
        (lambda: hvp(lambda x: [x])(1.0, 1.0), r"hvp of <lambda>.*one number"),
        (lambda: derivative(lambda x: (x, x))(1.0), r"derivative of <lambda>.*one number, got a tuple of 2"),
        (lambda: derivative(lambda x: (x, x), 0)(1.0), r"one number, got a tuple of 2"),
        (lambda: jacobian(returning([1.0, None]))(1.0), r"jacobian of loss.*the result\[1\] must be a number.*got None"),
        (lambda: jvp(returning({"a": "b"}), 1.0, 1.0), r"jvp of loss.*the result\['a'\] must be a number.*got a str: 'b'"),
        (lambda: grad(ac.sin)("a"), r"grad of sin: argument 0 must be a number.*got a str: 'a'"),
        (lambda: grad(ac.sin)(True), r"argument 0 must be a number.*got a bool"),
        (lambda: grad(len)({"w": [1.0, {2.0}]}), r"grad of len: argument 0\['w'\]\[1\] must be a number.*got a set"),
        (lambda: grad(lambda x, y: x, argnums=1)(1.0, None), r"argument 1 must be a number.*got None"),
        (lambda: grad(3.0), r"grad takes a function, got a float: 3\.0"),
        (lambda: hessian(Value(3.0)), r"hessian takes a function, got a Value.*backward"),
        (lambda: derivative(ac.sin)([1.0]), r"derivative\(sin\): the first argument must be one number, got a list of 1.*jacobian"),
        (lambda: jvp(ac.sin, (1.0,), (1.0, 2.0)), r"jvp: the tangents must have the form of the primals \(1\.0,\), got \(1\.0, 2\.0\)"),
        (lambda: jvp(ac.fsum, [1.0], [None]), r"jvp: the tangent\[0\]\[0\] must be a number.*got None"),
        (lambda: hvp(ac.fsum)([1.0, 2.0], [1.0]), r"hvp.*form of the argument, a list of 2, got a list of 1"),
        (lambda: grad(ac.sin, argnums="x")(1.0), r"argnums must be an int or a tuple of ints, got 'x'"),
    ],
)  # fmt: skip
def test_type_errors(call, words):
    with pytest.raises(TypeError, match=words):
        call()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: grad(ac.sin, argnums=1)(1.0),
            r"grad of sin: argnums=1 needs a positional argument 1, but there are 1",
        ),
        (grad(ac.sin), r"there are 0"),
        (lambda: grad(ac.hypot, argnums=(0, -2))(1.0, 2.0), r"argnums=\(0, -2\) names an argument twice"),
        (lambda: derivative(ac.sin, order=-1), r"order must be 0, 1, 2, ..., got -1"),
        (lambda: derivative(ac.sin, order=1.0), r"got 1\.0"),
        (lambda: derivative(ac.sin, order=True), r"got True"),
    ],
)
def test_value_errors(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_functions_without_a_name():
    assert grad(functools.partial(ac.hypot, 3.0))(4.0) == 0.8
    with pytest.raises(TypeError, match=r"grad of partial"):
        grad(functools.partial(returning(None)))(4.0)
    assert grad(grad(ac.sin)).__name__ == "grad(grad(sin))"
