"""`jit` as its users see it: forms of arguments, branches, errors, derivatives of several kinds, threads."""

import operator
import threading

import numpy as np
import pytest

from autograd_core import (
    DomainError,
    Value,
    domain_errors,
    fsum,
    grad,
    hessian,
    jit,
    log,
    maximum,
    primitive,
    relu,
    sqrt,
    tanh,
    where,
)
from autograd_core.tape import BranchError, compiled, native

RNG = np.random.default_rng(1)


# Forms of arguments and results -------------------------------------------------------------------------------------


def test_numbers_give_numbers_and_arrays_arrays():
    f = jit(lambda x, y: x * y)
    assert type(f(2, 3.0)) is float
    assert f(np.array([1.0, 2.0]), 3.0).tolist() == [3.0, 6.0]
    assert f(np.array([1, 2]), np.float32(3.0)).tolist() == [3.0, 6.0]
    value, gradients = f.value_and_grad(2.0, 3.0)
    assert (value, gradients.inputs) == (6.0, (3.0, 2.0))


def test_containers():
    def f(batch):
        return {"sum": fsum(batch["x"]), "pair": (batch["x"][0], [batch["y"] * 2.0])}

    x = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    result = jit(f)({"x": x, "y": np.array([1.0, 2.0, 3.0])})
    assert result["sum"].tolist() == [3.0, 7.0, 11.0]
    assert result["pair"][0].tolist() == [1.0, 3.0, 5.0]
    assert result["pair"][1][0].tolist() == [2.0, 4.0, 6.0]


def test_gradients_have_the_form_of_the_arguments():
    f = jit(lambda x, rest: x[0] * x[1] * rest["a"] + rest["b"][0])
    x, a, b = RNG.normal(size=(4, 2)), RNG.normal(size=4), RNG.normal(size=4)
    _, gradients = f.value_and_grad(x, {"a": a, "b": [b]})
    np.testing.assert_allclose(gradients.inputs[0], np.stack([x[:, 1] * a, x[:, 0] * a], axis=1))
    np.testing.assert_allclose(gradients.inputs[1]["a"], x[:, 0] * x[:, 1])
    assert gradients.inputs[1]["b"][0].tolist() == [1.0] * 4


def test_other_forms_are_recorded_anew():
    f = jit(fsum)
    assert f([1.0, 2.0]) == 3.0
    assert f([1.0, 2.0, 3.0]) == 6.0
    assert f(np.ones((5, 4))).tolist() == [4.0] * 5
    assert f([1.0, 4.0]) == 5.0


@pytest.mark.parametrize(
    ("inputs", "error", "words"),
    [
        ((np.ones(3), np.ones(4)), ValueError, "same number of lanes, but argument 0 has 3, argument 1 has 4"),
        ((np.ones((3, 2, 2)), 1.0), ValueError, "argument 0 has 3 dimensions; give lanes, or lanes times numbers"),
        (("a", 1.0), TypeError, "argument 0 must be a number or an array of numbers, got str"),
        ((1.0, np.array([True])), TypeError, "argument 1 must be a number or an array of numbers, got ndarray"),
        ((1.0, [1.0, 1j]), TypeError, r"argument 1\[1\] must be a number or an array of numbers, got complex"),
        ((Value(1.0), 1.0), TypeError, "argument 0 must be a number or an array of numbers, got Value"),
        ((np.ones(0), 1.0), ValueError, "needs at least one lane; got none"),
    ],
)
def test_wrong_arguments(inputs, error, words):
    f = jit(lambda x, y: x * y)
    with pytest.raises(error, match=words):
        f(*inputs)
    assert f(2.0, 3.0) == 6.0


def test_no_lanes_give_no_results():
    f = jit(lambda x: tanh(x) if x > 0.0 else x)
    f(np.array([1.0, -1.0]))
    assert f(np.ones(0)).shape == (0,)
    values, gradients = f.value_and_grad(np.ones(0))
    assert values.shape == gradients.inputs[0].shape == (0,)


def test_wrong_uses():
    with pytest.raises(TypeError, match="jit takes a function, got a Value"):
        jit(Value(1.0))
    with pytest.raises(ValueError, match=r"threads must be 1, 2, \.\.\., got 0"):
        jit(tanh, threads=0)
    f = jit(lambda x: [x, x])
    with pytest.raises(RuntimeError, match="has not been recorded yet: call it once"):
        _ = f.tape
    with pytest.raises(TypeError, match="it must return one number, not a list of 2"):
        f.value_and_grad(1.0)


def test_what_was_recorded_can_be_read():
    w = Value(2.0, "w")
    f = jit(lambda x: tanh(w * x**2))
    f(1.0)
    assert f.recorded.statistics()["pow"] == 1
    assert f.tape.statistics()["square"] == 1
    assert "def forward(m, inputs, parameters):" in f.source
    assert f.parameters == [w]


# Parameters ---------------------------------------------------------------------------------------------------------


def test_parameters_changed_between_calls_are_seen():
    w = Value(2.0)
    f = jit(lambda x: tanh(w * 0.1) * x)
    before = f(1.0)
    w.data = 3.0
    assert f(1.0) == pytest.approx(np.tanh(0.3), rel=1e-15)
    assert before == pytest.approx(np.tanh(0.2), rel=1e-15)
    assert w.grad == 0.0
    assert not w.reached


def test_gradients_of_parameters_are_summed_over_lanes():
    w, unused = Value(2.0), Value(1.0)
    X = RNG.normal(size=20)
    f = jit(lambda x: (w * x) ** 2 + 0.0 * unused)
    _, gradients = f.value_and_grad(X)
    found = dict(zip(f.parameters, gradients.parameters, strict=True))
    assert found[w] == pytest.approx((4.0 * X * X).sum())
    assert found[unused] == 0.0


# Branches -----------------------------------------------------------------------------------------------------------


def test_where_selects_lane_by_lane():
    f = jit(lambda x: where(x > 0.0, x * 2.0, -x))
    assert f(np.array([-1.0, 0.0, 2.0])).tolist() == [1.0, 0.0, 4.0]
    _, gradients = f.value_and_grad(np.array([-1.0, 0.0, 2.0]))
    assert gradients.inputs[0].tolist() == [-1.0, -1.0, 2.0]
    assert f.tape.guards == ()


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_all_comparisons(compare):
    f = jit(lambda x, y: where(compare(x, y), 1.0, -1.0) * x + (y if compare(x, 1.5) else -y))
    x, y = np.array([1.0, 2.0, 3.0, np.nan]), 2.0
    with domain_errors("ieee"):
        expected = [(1.0 if compare(a, y) else -1.0) * a + (y if compare(a, 1.5) else -y) for a in x]
        np.testing.assert_array_equal(f(x, y), expected)


def test_callables_may_fail_where_they_are_not_selected():
    f = jit(lambda x: where(x > 0.0, lambda: log(x), 0.0))
    values, gradients = f.value_and_grad(np.array([-1.0, 0.0, 1.0, np.e]))
    assert values.tolist() == [0.0, 0.0, 0.0, 1.0]
    np.testing.assert_allclose(gradients.inputs[0], [0.0, 0.0, 1.0, 1.0 / np.e])


def test_an_unselected_side_passes_nothing_on():
    f = jit(lambda x: where(x > 0.0, lambda: sqrt(x), 0.0) + sqrt(relu(x)))
    values, gradients = f.value_and_grad(np.array([-1.0, 4.0]))
    assert values.tolist() == [0.0, 4.0]
    assert gradients.inputs[0].tolist() == [0.0, 0.5]
    with pytest.raises(DomainError):  # as the function itself: both sides are computed there
        jit(lambda x: where(x > 0.0, sqrt(x), 0.0)).value_and_grad(np.array([4.0, -1.0]))


def collatz(x):
    """How many halvings it takes to come below 1, and the number then."""
    steps = 0
    while x >= 1.0:
        x = x * 0.5
        steps += 1
    return x + steps


def test_lanes_that_disagree_are_split():
    X = RNG.uniform(0.1, 40.0, size=50)
    f = jit(collatz)
    values, gradients = f.value_and_grad(X)
    for x, value, slope in zip(X, values, gradients.inputs[0], strict=True):
        leaf = Value(x)
        result = collatz(leaf)
        result.backward()
        assert (value, slope) == (result.data, leaf.grad)
    programs = f._recorded[("argument 0",)].programs
    assert {guard.outcome for program in programs for guard in program.tape.guards} == {True, False}
    assert 2 <= len(programs) <= 7


def test_parameters_in_branches_are_added_up():
    w = Value(2.0)
    f = jit(lambda x: w * x if x > 0.0 else w * w * x)
    _, gradients = f.value_and_grad(np.array([1.0, -1.0, 3.0, -2.0]))
    assert gradients.parameters.tolist() == [4.0 - 12.0]


def test_a_guard_that_depends_on_parameters_alone():
    w = Value(1.0)
    f = jit(lambda x: x * 2.0 if w > 0.0 else x * 3.0)
    assert f(1.0) == 2.0
    w.data = -1.0
    assert f(np.array([1.0, 2.0])).tolist() == [3.0, 6.0]
    w.data = 1.0
    assert f(1.0) == 2.0


def test_too_many_ways(monkeypatch):
    monkeypatch.setattr(compiled, "MAX_PROGRAMS", 3)
    f = jit(collatz)
    with pytest.raises(
        BranchError, match=r"collatz went 3 different ways .* write where\(condition, a, b\) in place of if"
    ):
        f(np.array([0.5, 1.5, 3.0, 6.0, 12.0]))
    assert f(0.5) == 0.5


def test_a_branch_on_a_value_itself_is_an_error():
    with pytest.raises(TypeError, match="no truth value"):
        jit(lambda x: x or -x)(1.0)


# What is not finite -------------------------------------------------------------------------------------------------


def test_a_lane_out_of_its_domain_raises_what_the_function_raises():
    f = jit(lambda x: log(x) * 2.0)
    with pytest.raises(DomainError, match=r"log: argument 0 must lie in \(0, inf\), got -2.0"):
        f(np.array([1.0, -2.0, 3.0]))
    with pytest.raises(ZeroDivisionError, match="div"):
        jit(lambda x: 1.0 / x)(np.array([1.0, 0.0]))


def test_the_policy_of_the_caller_holds():
    f = jit(log)
    with domain_errors("ieee"):
        np.testing.assert_array_equal(f(np.array([1.0, -2.0, 0.0])), [0.0, np.nan, -np.inf])


def test_a_value_with_an_infinite_derivative():
    f = jit(sqrt)
    values, gradients = f.value_and_grad(np.array([0.0, 4.0]))
    assert values.tolist() == [0.0, 2.0]
    assert gradients.inputs[0].tolist() == [np.inf, 0.25]


def test_an_infinite_derivative_by_a_parameter():
    w = Value(0.0)
    f = jit(lambda x: sqrt(w) + x)
    values, gradients = f.value_and_grad(np.array([1.0, 2.0]))
    assert values.tolist() == [1.0, 2.0]
    assert gradients.inputs[0].tolist() == [1.0, 1.0]
    assert gradients.parameters.tolist() == [np.inf]


def test_nan_and_infinities_come_through():
    with domain_errors("ieee"):
        values = jit(lambda x: maximum(x, 0.0))(np.array([np.nan, np.inf, -np.inf]))
    np.testing.assert_array_equal(values, [np.nan, np.inf, 0.0])


# Derivatives of several kinds ---------------------------------------------------------------------------------------


def test_jacobian():
    f = jit(lambda x, y: [x[0] * x[1], tanh(y), x[0] + y])
    x, y = RNG.normal(size=(3, 2)), RNG.normal(size=3)
    rows = f.jacobian(x, y)
    np.testing.assert_allclose(rows[0][0], x[:, ::-1])
    np.testing.assert_allclose(rows[1][1], 1.0 - np.tanh(y) ** 2, rtol=1e-12)
    assert rows[2][0].tolist() == [[1.0, 0.0]] * 3
    assert f.jacobian([2.0, 3.0], 1.0)[0] == ([3.0, 2.0], 0.0)


def test_hvp_is_the_hessian_times_a_vector():
    def f(x):
        return tanh(x[0] * x[1]) * x[1] + x[0] ** 3

    points, vectors = RNG.normal(size=(4, 2)), RNG.normal(size=(4, 2))
    (found,) = jit(f).hvp([points], [vectors])
    for row, point, vector in zip(np.asarray(found), points, vectors, strict=True):
        np.testing.assert_allclose(row, np.array(hessian(f)(point.tolist())) @ vector, rtol=1e-9)


def test_a_compiled_gradient():
    w = Value(0.7)

    def f(x):
        return tanh(x * w) * x

    X = np.array([0.0, 1.0, -2.0])
    np.testing.assert_allclose(jit(grad(f))(X), [grad(f)(x) for x in X], rtol=1e-12)
    _, gradients = jit(grad(f)).value_and_grad(X)
    np.testing.assert_allclose(gradients.inputs[0], [grad(grad(f))(x) for x in X], rtol=1e-10)


# Own primitives, other executors, threads -------------------------------------------------------------------------------


def test_own_primitives(own_primitives):
    softsign = primitive(
        "softsign_of_jit",
        lambda m, x: x / (1.0 + m.abs(x)),
        lambda m, x, out: 1.0 / ((1.0 + m.abs(x)) * (1.0 + m.abs(x))),
    )
    X = RNG.normal(size=6)
    values, gradients = jit(lambda x: softsign(x * 2.0)).value_and_grad(X)
    np.testing.assert_allclose(values, 2.0 * X / (1.0 + abs(2.0 * X)))
    np.testing.assert_allclose(gradients.inputs[0], 2.0 / (1.0 + abs(2.0 * X)) ** 2)


def test_own_variadic_primitives_run_on_numpy(own_primitives):
    norm = primitive(
        "norm_of_jit",
        lambda m, xs: m.sqrt(m.fsum([x * x for x in xs])),
        lambda m, xs, out: [x / out for x in xs],
        traits=("variadic",),
    )
    x = RNG.normal(size=(5, 3))
    f = jit(norm)
    values, gradients = f.value_and_grad(x)
    assert type(f.program.executor).__name__ == "ArrayExecutor"
    np.testing.assert_allclose(values, np.linalg.norm(x, axis=1))
    np.testing.assert_allclose(gradients.inputs[0], x / values[:, None])


def test_without_numba_all_runs_on_numpy_with_one_hint(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "numba", None)
    monkeypatch.setattr(native, "_hinted", False)
    with pytest.warns(UserWarning, match="Numba is not installed: .* pip install numba"):
        assert jit(lambda x: tanh(x) * 2.0)(0.0) == 0.0
    f = jit(lambda x: tanh(x) * x)
    assert f(np.array([0.0, 1.0]))[1] == np.tanh(1.0)  # no second hint: warnings are errors here
    assert type(f.program.executor).__name__ == "ArrayExecutor"


def test_several_threads_share_a_compiled_function():
    w = Value(0.5)
    f = jit(lambda x: w * x if x > 0.0 else tanh(x * w))
    X = RNG.normal(size=300)
    expected = np.where(X > 0.0, 0.5 * X, np.tanh(0.5 * X))
    results, barrier = [], threading.Barrier(6)

    def work():
        barrier.wait()
        results.extend([f.value_and_grad(X) for _ in range(20)])

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 120
    for values, gradients in results:
        np.testing.assert_allclose(values, expected, rtol=1e-14)
        np.testing.assert_allclose(gradients.parameters, results[0][1].parameters, rtol=1e-12)
