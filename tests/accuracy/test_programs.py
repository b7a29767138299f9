"""Random programs over all operations: every value, gradient and tangent lies in the balls of interval arithmetic.

The thorough run checks a million programs in 100 slices, each a test of its own that takes 20 seconds on one core, half an
hour in all. Nothing is remembered between runs: after one that was stopped, ``-k "slice_57 or slice_58"`` names what is
left. Program number n is the same in every run. A failure prints the number, and the program as a file to run.
"""

import statistics

import numpy as np
import pytest

from autograd_core import Value, jit
from autograd_core.domains import domain_errors
from autograd_core.graph import topological_order
from autograd_core.primitives import TABLE
from autograd_core.testing import Program
from tests.accuracy.programs import (
    Computed,
    UndecidedError,
    by_engine,
    check_program,
    check_programs,
    enclose,
    program_of,
)
from tests.graphs import gradient_over_paths

SLICES, PER_SLICE = 100, 10_000
REARRANGED = 8.0
"""How much wider the balls are for compiled code, which adds up in another order and takes products apart."""


def test_programs_lie_in_their_balls() -> None:
    corpus = check_programs(range(400))
    assert corpus.checked > 0.85 * corpus.programs, corpus.undecided
    assert set(corpus.operations) == set(TABLE)
    assert statistics.median(corpus.widths) < 1e-13  # balls that are wide would hold anything


def test_programs_of_thousands_of_nodes_lie_in_their_balls() -> None:
    corpus = check_programs(range(5), low=1_000, high=2_000)
    assert corpus.checked >= 3, corpus.undecided
    assert corpus.nodes > 1_000 * corpus.programs
    assert statistics.median(corpus.widths) < 1e-8


@pytest.mark.parametrize("factor", [1.0 + 1e-9, -1.0, 0.0], ids=["off by 1e-9", "wrong sign", "lost"])
def test_a_wrong_gradient_is_found(factor: float) -> None:
    def wrong(program: Program) -> Computed:
        right = by_engine(program)
        at = max(range(len(right.gradient)), key=lambda i: abs(right.gradient[i]))
        return Computed(right.value, [x * (factor if i == at else 1.0) for i, x in enumerate(right.gradient)])

    found = decided = 0
    for seed in range(100):
        program = program_of(seed)
        try:
            if not any(by_engine(program).gradient):
                continue
            decided += not check_program(program, "right").undecided
            check_program(program, "wrong", wrong)
        except AssertionError:
            found += 1
    assert decided > 50
    assert found > 0.95 * decided


def test_what_cannot_be_decided_is_said() -> None:
    tie = Program([0.1, 0.3], [("sin", 0), ("maximum", 2, 2), ("mul", 3, 1)])
    with pytest.raises(UndecidedError, match="maximum close to a kink"):
        enclose(tie)


def test_the_sweep_is_the_sum_over_all_paths_for_all_operations() -> None:
    summed = 0
    for seed in range(200):
        program = program_of(seed, 4, 10)
        leaves = [Value(x) for x in program.inputs]
        root = program(*leaves)
        if not isinstance(root, Value) or not all(
            np.isfinite(p) for node in topological_order(root) for p in node.partials
        ):
            continue
        root.backward()
        summed += 1
        for node, (total, size, _) in gradient_over_paths(root).items():
            assert abs(node.grad - total) <= 1e-14 * float(size), f"program {seed}\n{program.script()}"
    assert summed > 100


def compiled(program: Program) -> Computed:
    """What compiled code gives."""
    with domain_errors("ieee"):
        value, gradients = jit(program, threads=1).value_and_grad(*program.inputs)
    return Computed(float(value), [float(x) for x in gradients.inputs])


@pytest.mark.thorough
def test_compiled_programs_lie_in_their_balls(one_kernel: None) -> None:
    corpus = check_programs(range(20_000), compute=compiled, wider=REARRANGED)
    assert corpus.checked > 0.85 * corpus.programs, corpus.undecided


@pytest.mark.thorough
@pytest.mark.parametrize("part", range(SLICES), ids=lambda part: f"slice_{part}")
def test_a_million_programs_lie_in_their_balls(part: int) -> None:
    corpus = check_programs(range(part * PER_SLICE, (part + 1) * PER_SLICE))
    print(
        f"programs {part * PER_SLICE} to {(part + 1) * PER_SLICE - 1}: {corpus.checked} checked, {corpus.nodes} nodes"
    )
    assert corpus.checked > 0.85 * corpus.programs, corpus.undecided


@pytest.mark.thorough
def test_a_thousand_programs_of_thousands_of_nodes_lie_in_their_balls() -> None:
    corpus = check_programs(range(1_000), low=1_000, high=5_000)
    assert corpus.checked > 0.5 * corpus.programs, corpus.undecided
