"""Programs run on every number type, print as Python that computes the same, and get simpler without losing their point."""

import contextlib
import copy
import math
import pickle
import random
import sys

import pytest
from hypothesis import given, settings

from autograd_core import DomainError, Value, primitive
from autograd_core.evaluate import NUMBERS
from autograd_core.functions import FUNCTIONS
from autograd_core.ieee import Float
from autograd_core.primitives import TABLE
from autograd_core.symbolic import SYMBOLS, Symbol, formula
from autograd_core.testing import Program, programs, random_program
from autograd_core.testing.programs import Instruction
from tests.high_precision import HIGH, High

EXAMPLE = Program([0.5, 2.0], [("mul", 0, 1), ("pow", 2, 2.0), ("dot", 0, 1, 2, 3, -1.0), ("where", 0, 4, 1)])


def same(a, b):
    return a == b or (a != a and b != b)


@settings(max_examples=40)
@given(programs(kind="edges", max_size=8))
def test_numbers_and_values_give_the_same(program):
    assert same(program(*map(Value, program.inputs)).data, program(*program.inputs))


@settings(max_examples=40)
@given(programs(kind="smooth", max_size=8))
def test_other_number_types_give_the_same(program):
    expected = program(*program.inputs)
    assert math.isclose(program.run([Float(x) for x in program.inputs], NUMBERS), expected, rel_tol=1e-9, abs_tol=1e-9)
    exact = program.run([High(x) for x in program.inputs], HIGH)
    assert math.isclose(float(getattr(exact, "number", exact)), expected, rel_tol=1e-9, abs_tol=1e-9)


@settings(max_examples=40)
@given(programs(kind="edges", max_size=8))
def test_the_source_computes_the_same(program):
    names = {**FUNCTIONS, "abs": abs}
    exec(program.source("f"), names)
    leaves, others = [Value(x) for x in program.inputs], [Value(x) for x in program.inputs]
    a, b = program(*leaves), names["f"](*others)
    assert same(a.data, b.data)
    a.backward()
    b.backward()
    assert all(same(x.grad, y.grad) for x, y in zip(leaves, others, strict=True))


@settings(max_examples=40)
@given(programs(kind="edges", max_size=8))
def test_the_repr_is_the_program(program):
    assert eval(repr(program)) == program
    assert pickle.loads(pickle.dumps(program)) == program
    assert copy.deepcopy(program) == program
    assert hash(eval(repr(program))) == hash(program)


def test_source_reads_as_a_person_would_write_it():
    assert str(EXAMPLE).splitlines() == [
        "def f(x0, x1):",
        "    v2 = x0 * x1",
        "    v3 = v2 ** 2.0",
        "    v4 = dot([x0, x1], [v2, v3], -1.0)",
        "    v5 = where(x0 > 0.0, v4, x1)",
        "    return v5",
    ]


def test_negative_constants_stand_in_parentheses():
    program = Program([2.0], [("pow", -3.0, 0), ("neg", 1), ("sub", 2, -1.0)])
    names = {}
    exec(program.source("f"), names)
    assert names["f"](2.0) == program(2.0) == -8.0


@pytest.mark.parametrize("kind", ["smooth", "edges"])
def test_a_script_runs_and_prints_the_same(kind, capsys):
    for seed in range(20):
        program = random_program(random.Random(seed), 6, kind=kind)
        exec(compile(program.script(), "script", "exec"), {})
        printed = capsys.readouterr().out.splitlines()
        leaves = [Value(x, f"x{i}") for i, x in enumerate(program.inputs)]
        root = program(*leaves)
        root.backward()
        assert printed == [repr(root), *map(repr, leaves)]


def test_symbols_show_the_formula():
    program = Program([1.0], [("mul", 0, 0), ("tanh", 1)])
    assert formula(program.run([Symbol("x")], SYMBOLS)) == "tanh(x * x)"


def test_own_primitives_take_part():
    double = primitive("program_double", lambda m, x: 2.0 * x, lambda m, x, out: 2.0, traits=("linear", "smooth"))
    try:
        program = Program([3.0], [("program_double", 0)])
        assert program(3.0) == double(3.0) == 6.0
        exec(compile(program.script(), "script", "exec"), {"print": lambda *_: None})
    finally:
        del TABLE["program_double"], FUNCTIONS["program_double"], Value.program_double


def test_a_program_cannot_be_changed():
    with pytest.raises(AttributeError, match="make a new one"):
        EXAMPLE.inputs = (1.0,)
    assert EXAMPLE.instructions[0] == Instruction("mul", (0, 1))


@pytest.mark.parametrize(
    ("instruction", "message"),
    [
        (("mull", 0, 1), "no row 'mull'"),
        (("mul", 0), "mul takes"),
        (("dot", 0, 1), "dot takes"),
        (("mul", 0, 1), "cannot read register 1"),
        (("mul", 0, -1), "cannot read register -1"),
        (("mul", 0, "1"), "a register \\(int\\) or a constant \\(float\\)"),
        (("mul", 0, True), "a register \\(int\\) or a constant \\(float\\)"),
    ],
)
def test_a_wrong_instruction_is_an_error(instruction, message):
    with pytest.raises(ValueError, match=message):
        Program([1.0], [instruction])


def test_wrong_inputs_are_an_error():
    with pytest.raises(ValueError, match="needs an input"):
        Program([], [])
    with pytest.raises(ValueError, match="2 inputs, got 1"):
        EXAMPLE(1.0)


def test_pruning_keeps_the_result():
    program = Program([0.5, 2.0], [("exp", 0), ("mul", 0, 1), ("sin", 2), ("tanh", 3)])
    assert program.pruned() == Program([0.5, 2.0], [("mul", 0, 1), ("tanh", 2)])
    assert EXAMPLE.pruned() is EXAMPLE


@settings(max_examples=30)
@given(programs(max_size=8))
def test_simpler_programs_are_programs(program):
    for simpler in program.simpler():
        assert len(simpler) <= len(program)
        assert simpler != program
        with contextlib.suppress(DomainError):
            simpler(*simpler.inputs)


def test_simpler_programs_leave_an_instruction_out():
    program = Program([0.5, 2.0], [("exp", 1), ("mul", 0, 2)])
    assert Program([0.5, 2.0], [("mul", 0, 1)]) in list(program.simpler())  # exp(x1) became x1


def test_shrinking_finds_the_point():
    def fails(program):  # "the derivative of a product is wrong if its second factor is negative"
        registers = program.registers(program.inputs)
        return any(
            name == "mul" and (registers[y] if type(y) is int else y) < 0.0
            for name, (*_, y) in ((n, x) for n, x in program.instructions if x)
        )

    rng = random.Random(7)
    found = [p for p in (random_program(rng, 30) for _ in range(60)) if fails(p)]
    assert len(found) > 5
    for program in found:
        small = program.shrink(fails)
        assert fails(small)
        assert len(small) <= 2, repr(small)
        assert len(small.inputs) == 1


def test_shrinking_stops():
    calls = []
    program = random_program(random.Random(1), 20)
    assert program.shrink(lambda p: bool(calls.append(p)), attempts=5) is program
    assert len(calls) <= 5


def test_long_programs_need_no_recursion():
    program = random_program(random.Random(3), 3 * sys.getrecursionlimit(), kind="smooth")
    leaves = [Value(x) for x in program.inputs]
    program(*leaves).backward()
    assert all(math.isfinite(leaf.grad) for leaf in leaves)
    assert str(program).count("\n") == len(program) + 1
