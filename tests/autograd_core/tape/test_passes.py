"""Each pass alone: what it does to small programs, and that results stay on random ones."""

import numpy as np
import pytest
from hypothesis import given, settings

from autograd_core import Value, dot, fsum, prod, tanh
from autograd_core.domains import domain_errors
from autograd_core.primitives import TABLE
from autograd_core.tape import passes, tape_of
from autograd_core.tape.arrays import ArrayExecutor
from autograd_core.tape.plan import make_plan
from autograd_core.tape.recording import record
from autograd_core.tape.tape import Constant, Input, Instruction, Parameter, Tape
from tests.tapes import assert_agrees, cases

X, Y, Z = Value(0.5, "x"), Value(-1.5, "y"), Value(2.0, "z")


def run(tape, lanes):
    """Values and gradients of a tape as it is: nothing is simplified on the way."""
    plan = make_plan(tape)
    uniforms = tape_numbers(tape)[list(plan.uniforms)] if plan.uniforms else np.zeros(0)
    return ArrayExecutor(plan).run(uniforms, lanes, np.ones((len(tape.outputs), lanes.shape[1])))


def tape_numbers(tape):
    """The number of every uniform slot."""
    numbers = np.full(len(tape), np.nan)
    for slot, entry in enumerate(tape.entries):
        if isinstance(entry, Constant):
            numbers[slot] = entry.number
        elif isinstance(entry, Parameter):
            numbers[slot] = entry.value.data
        elif isinstance(entry, Instruction) and not np.isnan([numbers[o] for o in entry.operands]).any():
            with domain_errors("ieee"):
                from autograd_core.value import apply

                numbers[slot] = apply(entry.row, [float(numbers[o]) for o in entry.operands])
    return numbers


def rows_in(tape):
    return [entry.row.name for _, entry in tape.instructions()]


def test_fold_constants():
    tape = Tape(
        [Input("x"), Constant(2.0), Constant(3.0), Instruction(TABLE["mul"], (1, 2)),
         Instruction(TABLE["tanh"], (3,)), Instruction(TABLE["add"], (0, 4))], [5],
    )  # fmt: skip
    folded = passes.fold_constants(tape)
    assert rows_in(folded) == ["add"]
    assert Constant(np.tanh(6.0)) in folded.entries


def test_constants_are_folded_in_ieee_arithmetic():
    tape = Tape(
        [Constant(0.0), Instruction(TABLE["log"], (0,)), Constant(1.0), Instruction(TABLE["div"], (2, 0))], [1, 3]
    )
    folded = passes.fold_constants(tape)
    assert [folded.entries[slot].number for slot in folded.outputs] == [-np.inf, np.inf]


def test_zeros_of_both_signs_are_different_constants():
    tape = Tape([Input("x"), Constant(0.0), Constant(-0.0), Instruction(TABLE["atan2"], (1, 2)),
                 Instruction(TABLE["add"], (0, 3))], [4])  # fmt: skip
    assert Constant(np.pi) in passes.fold_constants(tape).entries


def test_lower():
    assert rows_in(passes.lower(tape_of(X**2, inputs=[X]))) == ["square"]
    assert rows_in(passes.lower(tape_of(X**3, inputs=[X]))) == ["pow"]
    assert rows_in(passes.lower(tape_of(prod([X, Y]), inputs=[X]))) == ["mul"]
    assert rows_in(passes.lower(tape_of(prod([X, Y, Z]), inputs=[X]))) == [
        "prod"
    ]  # of two it might overflow on the way
    lowered = passes.lower(tape_of(tanh(X) ** 0, inputs=[X]))
    assert lowered.entries[lowered.outputs[0]] == Constant(1.0)


def test_share_repeats():
    tape = tape_of((X + Y) * (Y + X) + (X - Y) * (Y - X), inputs=[X])
    assert rows_in(passes.share_repeats(tape)) == ["add", "mul", "sub", "sub", "mul", "add"]


def test_drop_dead():
    tape = Tape(
        [Input("x"), Input("y"), Constant(1.0), Instruction(TABLE["exp"], (0,)), Instruction(TABLE["sin"], (1,))], [4]
    )
    dropped = passes.drop_dead(tape)
    assert rows_in(dropped) == ["sin"]
    assert len(dropped.inputs) == 2  # they are still given at every call
    assert passes.drop_dead(dropped) is dropped


def test_a_guard_keeps_what_it_needs_alive():
    tape, _ = record(lambda x: x * 2.0 if tanh(x) > 0.1 else x, (1.0,))
    assert sorted(rows_in(passes.simplified(tape))) == ["less", "mul", "tanh"]


@pytest.mark.parametrize(
    ("build", "rows"),
    [
        (lambda: X * Y + Y * Z + X, ["dot"]),
        (lambda: X + (Y * Z + X * X), ["dot"]),
        (lambda: sum([X * Y, Y * Y, Z * X], 0.0), ["dot"]),
        (lambda: X * Y + Z, ["mul", "add"]),
        (lambda: X + Y + Z, ["add", "add"]),
    ],
    ids=["bias", "nested", "sum", "one product", "no product"],
)
def test_weigh_sums(build, rows):
    assert rows_in(passes.weigh_sums(tape_of(build(), inputs=[X]))) == rows


def test_what_is_read_elsewhere_is_not_swallowed():
    product = X * Y
    inner = product + Y * Z
    tape = passes.weigh_sums(tape_of(inner + Z * Z + X * Z, inner, inputs=[X]))
    assert rows_in(tape).count("dot") == 2
    shared = X * Y
    assert rows_in(passes.weigh_sums(tape_of(shared + Y * Z, shared, inputs=[X]))) == ["mul", "mul", "add"]


def test_several_summands_without_weights():
    numbers = np.array([[0.5, 1.0]])
    tape = tape_of(X * Y + Z + Y * Z + X + Y, inputs=[X])
    weighted = passes.weigh_sums(tape)
    assert rows_in(weighted) == ["dot"]
    np.testing.assert_allclose(run(weighted, numbers).outputs, run(tape, numbers).outputs, rtol=1e-15)


def test_a_long_chain_of_sums_needs_no_depth():
    total = X * Y
    for _ in range(50_000):
        total = total + X * Value(1.0)
    assert rows_in(passes.simplified(tape_of(total, inputs=[X])))[-1] == "dot"


def test_simplified_is_all_passes_one_after_the_other():
    tape = tape_of(fsum([X**2, dot([Y, Z], [X, X]), tanh(X * Y) * (Y * X)]), inputs=[X])
    alone = tape
    for run_pass in passes.PASSES:
        alone = run_pass(alone)
    assert str(passes.simplified(tape)) == str(alone)


@pytest.mark.parametrize("run_pass", [*passes.PASSES, passes.simplified])
@settings(max_examples=40)
@given(case=cases(kind="moderate", max_size=15, max_lanes=3))
def test_passes_keep_results(run_pass, case):
    with domain_errors("ieee"):
        tape, _ = record(case, case.lanes[:, 0].tolist())
    after = run_pass(tape)
    assert str(tape) != ""
    assert str(after) != ""
    before, now = run(tape, case.lanes), run(after, case.lanes)
    for lane in range(case.lanes.shape[1]):
        eager = case.eagerly(lane)
        if eager.is_delicate or not eager.noise <= 1e-8 * max(1.0, abs(eager.value)):
            continue
        assert_agrees(now.outputs[0, lane], before.outputs[0, lane], 4.0 * eager.noise, "value")
        for i, size in enumerate(eager.sizes[: len(case.lanes)]):
            assert_agrees(now.inputs[i, lane], before.inputs[i, lane], 1e-6 * size + 1e-300, f"gradient {i}")
