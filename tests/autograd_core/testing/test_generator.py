"""Random programs: the same for the same seed, with every operation, inside the domains; and what they tell of derivatives.

What this does not show: the programs are smooth and of moderate size where numerical derivatives are compared, so
edges of floating point are left to `tests/accuracy`.
"""

import math
import random
from collections import Counter

import pytest
from hypothesis import given, settings

from autograd_core import Value
from autograd_core.checking.approaches import naive_gradient
from autograd_core.checking.finite_differences import EPSILON, Sample, derivative
from autograd_core.functional import grad, jvp
from autograd_core.primitives import TABLE
from autograd_core.testing import programs, random_program

KINDS = ("smooth", "moderate", "edges")


def gradient(program):
    leaves = [Value(x) for x in program.inputs]
    root = program(*leaves)
    root.backward()
    return root, leaves


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_program(kind):
    first = [random_program(random.Random(seed), 12, kind=kind) for seed in range(50)]
    again = [random_program(random.Random(seed), 12, kind=kind) for seed in range(50)]
    assert first == again
    assert len(set(first)) == 50


def test_a_program_of_a_seed_does_not_change_between_processes():
    program = random_program(random.Random(2026), 4, rows=["add", "mul", "tanh", "exp"], kind="smooth")
    assert repr(program) == EXPECTED


EXPECTED = "Program([-1.0, 0.155], [('tanh', 1), ('add', 0, 2), ('tanh', 1), ('mul', 3, 4)])"


@pytest.mark.parametrize("kind", KINDS)
def test_every_operation_occurs(kind):
    rng = random.Random(1)
    found = Counter(name for _ in range(1000) for name, _ in random_program(rng, 10, kind=kind).instructions)
    assert set(found) == {name for name, row in TABLE.items() if kind != "smooth" or "constant" not in row.traits}
    assert min(found.values()) > 30


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 2, 10, 100, 1000])
def test_sizes(kind, size):
    rng = random.Random(size)
    sizes = [len(random_program(rng, size, inputs=3, kind=kind)) for _ in range(max(5, 200 // size))]
    assert max(sizes) <= size
    assert sum(sizes) >= 0.8 * size * len(sizes)


def test_graphs_share_their_parts():
    rng = random.Random(1)
    shared = 0
    for _ in range(100):
        program = random_program(rng, 10)
        uses = Counter(x for _, operands in program.instructions for x in operands if type(x) is int)
        shared += any(count > 1 for count in uses.values())
    assert shared > 80


@pytest.mark.parametrize("name", TABLE)
def test_any_row_alone(name):
    for kind in KINDS:
        program = random_program(random.Random(1), 5, rows=[name], kind=kind)
        assert {used for used, _ in program.instructions} <= {name}
        assert program.instructions or kind == "smooth"


@pytest.mark.parametrize("kind", ["smooth", "moderate"])
def test_programs_stay_in_their_domains_and_of_moderate_size(kind):
    rng = random.Random(3)
    for _ in range(200):
        program = random_program(rng, 15, kind=kind)
        registers = program.registers([Value(x) for x in program.inputs])
        assert all(abs(r.data) <= 1e4 for r in registers)
        assert all(math.isfinite(p) for r in registers for p in r.partials)


def test_edges_reach_what_others_do_not():
    rng = random.Random(3)
    seen = [x.data for _ in range(300) for x in gradient(random_program(rng, 6, kind="edges"))[1]]
    assert any(0.0 < abs(x) < 1e-300 for x in seen)
    assert any(abs(x) > 1e300 for x in seen)
    assert any(x == 0.0 and math.copysign(1.0, x) < 0.0 for x in seen)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"size": 0}, "size=0"), ({"inputs": 0}, "inputs=0"), ({"kind": "rough"}, "kind must be one of smooth, moderate, edges"),
     ({"rows": []}, "rows is empty"), ({"rows": ["tahn"]}, "no row 'tahn'")],
)  # fmt: skip
def test_wrong_requests_are_errors(options, message):
    with pytest.raises(ValueError, match=message):
        random_program(random.Random(0), **options)


# Derivatives ------------------------------------------------------------------------------------------------------


def check_derivatives(program):
    """Reverse mode, forward mode, the sum over all paths, and differences give the same gradient."""
    _, leaves = gradient(program)
    inputs = program.inputs
    functional = grad(program, argnums=tuple(range(len(inputs))))(*inputs)
    for i, leaf in enumerate(leaves):
        direction = tuple(float(i == j) for j in range(len(inputs)))
        assert math.isclose(jvp(program, inputs, direction)[1], leaf.grad, rel_tol=1e-9, abs_tol=1e-11)
        assert functional[i] == pytest.approx(leaf.grad, rel=1e-12, abs=1e-12)
        by_differences = numerical(program, i)
        if by_differences is not None:
            assert abs(by_differences.value - leaf.grad) <= 10.0 * by_differences.error + 1e-8 * abs(leaf.grad)
            assert by_differences.error <= 1e-4 * max(1.0, abs(leaf.grad))


def numerical(program, i):
    def f(t):
        registers = program.registers((*program.inputs[:i], t, *program.inputs[i + 1 :]))
        return Sample(registers[-1], 100.0 * EPSILON * max(map(abs, registers)))

    return derivative(f, program.inputs[i], first_step=0.01)


@settings(max_examples=40)
@given(programs(kind="smooth", max_size=12))
def test_all_ways_to_differentiate_agree(program):
    check_derivatives(program)


def test_all_ways_to_differentiate_agree_on_a_corpus():
    rng = random.Random(11)
    for _ in range(150):
        check_derivatives(random_program(rng, 12, inputs=3, kind="smooth"))


@pytest.mark.thorough
def test_all_ways_to_differentiate_agree_on_a_large_corpus():
    rng = random.Random(12)
    for _ in range(20_000):
        check_derivatives(random_program(rng, 1 + rng.randrange(30), inputs=1 + rng.randrange(4), kind="smooth"))


def test_the_sum_over_all_paths_is_the_gradient():
    rng = random.Random(13)
    for _ in range(150):
        root, leaves = gradient(random_program(rng, 12, kind="smooth"))
        for leaf in leaves:
            if leaf.reached:
                assert math.isclose(naive_gradient(root, leaf).gradient, leaf.grad, rel_tol=1e-10, abs_tol=1e-12)


def test_a_long_program_has_the_same_gradient_in_both_modes():
    program = random_program(random.Random(14), 3000, inputs=2, kind="smooth")
    _, leaves = gradient(program)
    for i, leaf in enumerate(leaves):
        tangent = jvp(program, program.inputs, tuple(float(i == j) for j in range(2)))[1]
        assert math.isclose(tangent, leaf.grad, rel_tol=1e-9, abs_tol=1e-11)
