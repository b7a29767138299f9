"""The kernels row by row: given identical inputs, each operation agrees with the eager engine to its limit."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_core import cos, jit, sin
from autograd_core.domains import domain_errors
from autograd_core.evaluate import evaluate
from autograd_core.primitives import TABLE
from autograd_core.tape.arrays import ArrayExecutor
from autograd_core.tape.native import NativeExecutor, encode, lanes_per_block
from autograd_core.tape.plan import make_plan
from autograd_core.tape.tape import Constant, Input, Instruction, Tape
from autograd_core.testing import operands

ROWS = [row for row in TABLE.values() if row.name not in ("step", "where")]
LIBRARY = 4.0
"""By how many units in the last place the libraries of NumPy and LLVM differ from Python's."""


def executors(plan):
    yield ArrayExecutor(plan)
    yield NativeExecutor(plan)


def condition(x, partials, value):
    """How much the last places of operands and of terms matter, relative to the value."""
    return sum(abs(a * p) for a, p in zip(x, partials, strict=True) if math.isfinite(a * p)) + abs(value)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@settings(max_examples=25)
@given(data=st.data())
def test_each_row(row, data):
    length = 3 if row.variadic else len(row.parameters)
    length = 3 if len(row.parameters) == 3 and row.variadic else length
    points = data.draw(st.lists(operands(row, near="anywhere", lengths=(1, 1) if row.name == "dot" else (3, 3)),
                                min_size=1, max_size=5))  # fmt: skip
    points = [x for x in points if len(x) == length]
    if not points:
        return
    entries = [*(Input(f"x{i}") for i in range(length)), Instruction(row, tuple(range(length)))]
    plan = make_plan(Tape(entries, [length]))
    lanes = np.array(points).T
    for executor in executors(plan):
        run = executor.run(np.zeros(0), lanes, np.ones((1, len(points))))
        for lane, x in enumerate(points):
            with domain_errors("ieee"):
                value, partials = evaluate(row, x, (True,) * length, [""] * length)
            check(run.outputs[0, lane], value, (row.ulp + LIBRARY) * scale(x, partials, value, row), row, x)
            for i, partial in enumerate(partials):
                size = abs(partial)
                bound = (row.ulp + LIBRARY) * 2.0**-52 * size + 1e-300
                if row.name in CONDITIONED:
                    bound = 1e-12 * max(size, 1e-3)
                check(run.inputs[i, lane], partial, bound, row, x)


CONDITIONED = {"pow", "mod", "gelu", "silu", "tan", "logaddexp", "logsumexp", "elu", "erf", "erfc"}
"""Rows whose partials are differences, or depend on a library function that is several units off."""


def scale(x, partials, value, row):
    return (
        2.0**-52 * (condition(x, partials, value) if row.variadic or row.name in CONDITIONED else abs(value)) + 1e-300
    )


def check(got, expected, bound, row, x):
    if math.isfinite(expected) and math.isfinite(got):
        assert abs(got - expected) <= bound, f"{row.name}{x}: {got!r} for {expected!r}"
    elif math.isfinite(expected):
        assert row.variadic or abs(expected) > 1e300, (
            f"{row.name}{x}: {got!r} for {expected!r}"
        )  # the lane is run eagerly
    else:
        assert not math.isfinite(got) or row.name in ("erf", "erfc", "gelu"), f"{row.name}{x}: {got!r} for {expected!r}"


def test_memory_is_what_is_stated():
    f = jit(lambda x: x * 2.0 + 1.0)
    f(1.0)
    plan = f.program.plan
    block = lanes_per_block(plan)
    assert block % 8 == 0
    assert 16 * plan.registers * block <= max(1 << 20, 16 * 8 * plan.registers)


def test_a_huge_plan_still_has_whole_vectors_of_lanes():
    assert lanes_per_block(make_plan(Tape([Input("x")], [0]))._replace(registers=10**6)) == 8


def test_adjoints_of_constants_are_not_computed():
    mul = TABLE["mul"]
    tape = Tape([Input("x"), Constant(2.0), Instruction(mul, (0, 1)), Instruction(mul, (1, 0)), Instruction(mul, (0, 0))],
                [2, 3, 4])  # fmt: skip
    plan = make_plan(tape)
    assert plan.constants == (1,)
    assert sorted(encode(plan, [mul]).steps[:, 1].tolist()) == [-1, 0, 1]
    run = NativeExecutor(plan).run(np.array([2.0]), np.array([[3.0, 4.0]]), np.ones((3, 2)))
    assert run.outputs.tolist() == [[6.0, 8.0], [6.0, 8.0], [9.0, 16.0]]
    assert run.inputs.tolist() == [[10.0, 12.0]]


def test_encoding():
    row = TABLE["tanh"]
    plan = make_plan(Tape([Input("x"), Input("y"), Instruction(row, (0,)), Instruction(row, (1,))], [2, 3]))
    encoded = encode(plan, [TABLE["exp"], row])
    assert encoded.steps.tolist() == [[2, -1, 2, 0, 1, 2, 4, 0]]
    assert encoded.index.tolist() == [0, 1, 2, 3, 0, 1, 2, 3]  # operands and results: their numbers, their adjoints
    assert encoded.outputs.tolist() == [2, 3]


@pytest.mark.parametrize("largest", [3.0, 1e6, 1.1e6, 1e300])
def test_sines_of_small_and_large_angles(largest):
    compiled = jit(lambda x: sin(x) * cos(x))
    xs = np.array([0.1, -2.0, 0.0, 5e5, largest, -largest, *np.linspace(-10, 10, 90)])
    values, gradients = compiled.value_and_grad(xs)
    np.testing.assert_allclose(values, np.sin(xs) * np.cos(xs), rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(gradients.inputs[0], np.cos(xs) ** 2 - np.sin(xs) ** 2, rtol=1e-15, atol=1e-15)
