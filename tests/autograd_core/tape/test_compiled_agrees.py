"""Eager and compiled are the same function: the same random programs through both, on both executors.

The thorough run makes 15 000 programs of up to 60 operations and 20 lanes; it takes two and a half minutes on one core, and
half a minute more where the kernels are not compiled yet.
"""

from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_core.domains import domain_errors
from autograd_core.tape import compiled, jit
from autograd_core.tape.arrays import ArrayExecutor
from autograd_core.tape.native import NativeExecutor
from tests.tapes import assert_agrees, cases

EXECUTORS = {"numba": None, "numpy": lambda plan, threads: ArrayExecutor(plan)}
TOLERANCE = {"smooth": 1e-10, "moderate": 1e-6, "edges": 1e-6}


@contextmanager
def executing(name):
    """Programs that are compiled inside run on this executor."""
    with pytest.MonkeyPatch.context() as patch:
        if EXECUTORS[name]:
            patch.setattr(compiled, "choose_executor", EXECUTORS[name])
        yield


def check(case, kind):
    """Compare both executors with the graphs of all lanes."""
    eagers = [case.eagerly(lane) for lane in range(case.lanes.shape[1])]
    for name in EXECUTORS:
        with executing(name), domain_errors("ieee"):
            f = jit(case)
            values, gradients = f.value_and_grad(*case.lanes)
        by_parameters = dict(zip(f.parameters, gradients.parameters, strict=True))
        compare(name, case, eagers, values, gradients.inputs, by_parameters, TOLERANCE[kind])


def compare(name, case, eagers, values, by_inputs, by_parameters, tolerance):
    """The value and the gradient by inputs in every lane, and the gradients by parameters, which are sums over lanes."""
    sums = {leaf: [0.0, 0.0, 1.0] for leaf in case.captured.values()}
    delicate = False
    for lane, eager in enumerate(eagers):
        steep = not eager.noise <= 1e-8 * max(1.0, abs(eager.value))  # ill-conditioned, or not finite on the way
        if eager.is_delicate or (steep and np.isfinite(eager.value)):
            delicate = True
            continue
        assert_agrees(values[lane], eager.value, 4.0 * eager.noise, f"{name}: value in lane {lane}")
        own = [g[lane] for g in by_inputs]
        bounds = np.array([tolerance * size + 1e-300 for size in eager.sizes])
        with np.errstate(invalid="ignore", over="ignore"):
            far = abs(np.array(own) - eager.gradient[: len(own)]) > bounds[: len(own)]
            if far.any():  # a slope may be much worse conditioned than the value, which is rare
                bounds += 4.0 * case.wobble(lane)
        for i, (got, expected) in enumerate(zip(own, eager.gradient, strict=False)):
            assert_agrees(got, expected, bounds[i], f"{name}: gradient by input {i} in lane {lane}")
        for leaf, g, b in zip(case.captured.values(), eager.gradient[len(own) :], bounds[len(own) :], strict=True):
            sums[leaf] = [sums[leaf][0] + g, sums[leaf][1] + b, abs(g)]
    if not delicate:
        for leaf, (total, bound, size) in sums.items():
            if np.isfinite(total):
                got = by_parameters.get(leaf, 0.0)
                assert_agrees(got, total, bound + 1e-14 * size, f"{name}: gradient by {leaf.label}")
            else:
                assert not np.isfinite(by_parameters[leaf])


@pytest.mark.parametrize("kind", TOLERANCE)
@settings(max_examples=80)
@given(data=st.data())
def test_random_programs(kind, data):
    check(data.draw(cases(kind)), kind)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", TOLERANCE)
@given(data=st.data())
def test_many_random_programs(kind, data):
    check(data.draw(cases(kind, max_size=60, max_lanes=20)), kind)


@pytest.mark.parametrize(("name", "kind"), [("numba", NativeExecutor), ("numpy", ArrayExecutor)])
def test_the_executors_are_those_meant(name, kind):
    with executing(name):
        f = jit(lambda x: x * x)
        f(1.0)
    assert isinstance(getattr(f.program.executor, "executor", f.program.executor), kind)
