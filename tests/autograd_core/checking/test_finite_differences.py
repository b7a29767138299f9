"""Extrapolated differences: the bound holds, is small for smooth functions, and is honest for others."""

import math
import random

import mpmath
import pytest

from autograd_core.checking.finite_differences import EPSILON, Sample, derivative, rounding_noise


def sampled(f, branch=None):
    def sample(x):
        value = f(x)
        return Sample(value, 2.0 * EPSILON * abs(value), branch(x) if branch else None)

    return sample


FUNCTIONS = {
    "exp": (math.exp, mpmath.exp, -3.0, 3.0),
    "sin": (math.sin, mpmath.sin, -6.0, 6.0),
    "log": (math.log, mpmath.log, 1e-3, 1e3),
    "sqrt": (math.sqrt, mpmath.sqrt, 1e-3, 1e3),
    "tanh": (math.tanh, mpmath.tanh, -3.0, 3.0),
    "atan": (math.atan, mpmath.atan, -50.0, 50.0),
    "erf": (math.erf, mpmath.erf, -3.0, 3.0),
    "pole": (lambda x: 1.0 / (1.0 - x), lambda x: 1 / (1 - x), -4.0, 0.9),
    "fast": (lambda x: math.sin(300.0 * x), lambda x: mpmath.sin(300 * x), -1.0, 1.0),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("side", [-1, 0, 1])
def test_the_error_lies_below_its_bound_and_the_bound_is_small(name, side):
    f, exact, low, high = FUNCTIONS[name]
    rng = random.Random(f"{name} {side}")
    for _ in range(20):
        x = rng.uniform(low, high)
        estimate = derivative(sampled(f), x, side)
        with mpmath.workdps(40):
            slope = float(mpmath.diff(exact, mpmath.mpf(x)))
        assert abs(estimate.value - slope) <= estimate.error
        assert estimate.error <= (1e-9 if side == 0 else 1e-6) * (abs(slope) + abs(f(x)))


def test_no_step_reaches_over_a_branch():
    f = sampled(lambda x: abs(x) * x, branch=lambda x: x > 0.0)
    estimate = derivative(f, 1e-6)
    assert estimate.step <= 1e-6
    assert abs(estimate.value - 2e-6) <= estimate.error


def test_no_value_on_a_side():
    assert derivative(sampled(math.sqrt), 0.0) is None
    assert derivative(sampled(math.sqrt), 0.0, side=-1) is None
    assert derivative(sampled(lambda x: math.sqrt(x) ** 3), 0.0, side=1).value == pytest.approx(0.0, abs=1e-5)


def test_what_happens_only_close_by_is_seen_at_the_smallest_steps():
    f = sampled(lambda x: x + math.exp(-((1e6 * x) ** 2)))
    x = 7e-7
    slope = 1.0 - 2e12 * x * math.exp(-((1e6 * x) ** 2))
    estimate = derivative(f, x, to_the_end=True)
    assert abs(estimate.value - slope) <= estimate.error < 1e-3 * abs(slope)


def test_a_linear_function_is_exact_and_cheap():
    estimate = derivative(sampled(lambda x: 3.0 * x), 0.5)
    assert estimate.value == 3.0
    assert estimate.evaluations < 15
    assert derivative(sampled(lambda x: 0.0), 0.5)[:2] == (0.0, 0.0)


def test_rounding_is_measured():
    def shifted(x):
        return (math.sin(x) + 1e6) - 1e6

    noise = rounding_noise(sampled(shifted), 0.7)
    assert 1e-11 < noise < 1e-8
    assert rounding_noise(sampled(math.sin), 0.7) < 1e-14
    assert rounding_noise(sampled(math.log), -1.0) == 0.0
    estimate = derivative(sampled(shifted), 0.7, noise=noise)
    assert abs(estimate.value - math.cos(0.7)) <= estimate.error
