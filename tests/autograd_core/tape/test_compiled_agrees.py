"""Eager and compiled are the same function: the same random programs through both, on both executors."""

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


@pytest.fixture(params=EXECUTORS, scope="module")
def executor(request):
    with pytest.MonkeyPatch.context() as patch:
        if EXECUTORS[request.param]:
            patch.setattr(compiled, "choose_executor", EXECUTORS[request.param])
        yield request.param


def check(case, kind):
    f = jit(case)
    with domain_errors("ieee"):
        values, gradients = f.value_and_grad(*case.lanes)
    by_parameters = dict(zip(f.parameters, gradients.parameters, strict=True))
    sums = {leaf: [0.0, 0.0, 1.0] for leaf in case.captured.values()}
    delicate = False
    for lane in range(case.lanes.shape[1]):
        eager = case.eagerly(lane)
        steep = not eager.noise <= 1e-8 * max(1.0, abs(eager.value))  # ill-conditioned, or not finite on the way
        if eager.is_delicate or (steep and np.isfinite(eager.value)):
            delicate = True
            continue
        assert_agrees(values[lane], eager.value, 4.0 * eager.noise, f"value in lane {lane}")
        own = [g[lane] for g in gradients.inputs]
        bounds = [TOLERANCE[kind] * size + 1e-300 for size in eager.sizes]
        for i, (got, expected) in enumerate(zip(own, eager.gradient, strict=False)):
            assert_agrees(got, expected, bounds[i], f"gradient by input {i} in lane {lane}")
        for leaf, g, b in zip(case.captured.values(), eager.gradient[len(own) :], bounds[len(own) :], strict=True):
            sums[leaf] = [sums[leaf][0] + g, sums[leaf][1] + b, abs(g)]
    if not delicate:
        for leaf, (total, bound, size) in sums.items():
            if np.isfinite(total):
                assert_agrees(by_parameters.get(leaf, 0.0), total, bound + 1e-14 * size, f"gradient by {leaf.label}")
            else:
                assert not np.isfinite(by_parameters[leaf])


@pytest.mark.parametrize("kind", ["smooth", "moderate", "edges"])
@settings(max_examples=60)
@given(data=st.data())
def test_random_programs(kind, executor, data):
    check(data.draw(cases(kind)), kind)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["smooth", "moderate", "edges"])
@given(data=st.data())
def test_many_random_programs(kind, executor, data):
    check(data.draw(cases(kind, max_size=60, max_lanes=20)), kind)


def test_the_executors_are_those_meant(executor):
    f = jit(lambda x: x * x)
    f(1.0)
    kinds = {"numba": NativeExecutor, "numpy": ArrayExecutor}
    found = getattr(f.program.executor, "executor", f.program.executor)
    assert isinstance(found, kinds[executor])
