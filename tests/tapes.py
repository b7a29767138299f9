"""Random programs as functions of lanes and captured parameters, and how far rounding may move their results."""

import math
import random
from dataclasses import dataclass, field, replace

import numpy as np
from hypothesis import strategies as st

from autograd_core import Value
from autograd_core.checking.replay import kinks_of
from autograd_core.conditions import RECORDED_ROWS
from autograd_core.domains import domain_errors
from autograd_core.graph import topological_order
from autograd_core.linearization import Linearization
from autograd_core.primitives import TABLE
from autograd_core.row import UNSELECTED
from autograd_core.tape.kernels import can_compile
from autograd_core.testing import Program, programs

EPSILON = 2.0**-52
ALL_ROWS = sorted((r for r in [*TABLE.values(), *RECORDED_ROWS.values()] if can_compile(r)), key=lambda row: row.name)
"""Rows that all kernels of tests are made for, so that one is compiled instead of one for each set of rows."""


@dataclass
class Case:
    """A program, some of whose inputs are captured Values, and the lanes it is to be run on."""

    program: Program
    captured: dict[int, Value]
    lanes: np.ndarray  # one row per input that is not captured
    free: list[int] = field(init=False)

    def __post_init__(self):
        self.free = [i for i in range(len(self.program.inputs)) if i not in self.captured]

    def __call__(self, *xs):
        return self.program(*self._inputs(xs))

    def wobble(self, lane):
        """How far the gradient in a lane moves if every result is off by some last places: by inputs, then captured."""
        gradient = np.array(self.eagerly(lane).gradient)
        noise = random.Random(0)
        with np.errstate(invalid="ignore", over="ignore"):
            moved = [
                abs(replace(self, program=_nudged(self.program, noise)).eagerly(lane).gradient - gradient)
                for _ in range(8)
            ]
            return np.max(moved, axis=0)

    def _inputs(self, xs):
        given = iter(xs)
        return [self.captured[i] if i in self.captured else next(given) for i in range(len(self.program.inputs))]

    def eagerly(self, lane):
        """What the program gives in one lane, with its gradients by the lanes' inputs and by the captured Values."""
        xs = [Value(x) for x in self.lanes[:, lane]]
        with domain_errors("ieee"):
            registers = self.program.registers(self._inputs(xs))
        root = registers[-1]
        root = root if isinstance(root, Value) else Value(root)
        return Eager(root, [*xs, *self.captured.values()], registers, self.program)


class Eager:
    """A graph, its value and gradient, and bounds of what rounding does to them."""

    def __init__(self, root, inputs, registers, program):
        self.value = root.data
        order = topological_order(root)
        linearization = Linearization(inputs, [root], in_values=False)
        self.gradient = linearization.pull(root)
        sizes = Linearization(inputs, [root], in_values=False)
        sizes.edges = [(node, [(parent, abs(p)) for parent, p in edges]) for node, edges in sizes.edges]
        self.sizes = sizes.pull(root)
        self.noise = _noise(root, order)
        self.is_delicate = any(map(_near_kink, order)) or _near_branch(registers, program)


def _nudged(program, noise):
    """A program whose every result is multiplied by almost 1."""
    count = len(program.inputs)
    instructions, places = [], list(range(count))
    for name, operands in program.instructions:
        instructions.append((name, *(places[x] if type(x) is int else x for x in operands)))
        instructions.append(("mul", count + len(instructions) - 1, 1.0 + noise.choice((-2, -1, 0, 1, 2)) * EPSILON))
        places.append(count + len(instructions) - 1)
    return Program(program.inputs, instructions)


def _noise(root, order):
    """A bound of the rounding error of `root`, if every operand of every operation is off by its last place."""
    sizes = dict.fromkeys(order, 0.0)
    sizes[root] = 1.0
    total = 0.0
    for node in reversed(order):
        size = sizes[node]
        if size == 0.0 or node.primitive is None:
            continue
        local = node.primitive.ulp * abs(node.data)
        for parent, partial in zip(node.parents, node.partials, strict=True):
            if partial is not UNSELECTED:
                sizes[parent] += size * abs(partial)
                local += 2.0 * abs(partial * parent.data)
        total += size * local * EPSILON
    return total


def _near_kink(node):
    """Whether rounding may carry an operation over a kink; on leaves there is no rounding."""
    if not any(parent.parents for parent in node.parents):
        return False
    scale = max([1.0, *(abs(parent.data) for parent in node.parents)])
    return any(not abs(k) > 1e-6 * scale for k in kinks_of(node))


def _near_branch(registers, program):
    """The same for the conditions of ``where``."""
    conditions = [operands[0] for name, operands in program.instructions if name == "where"]
    found = [registers[i] for i in conditions if type(i) is int]
    return any(isinstance(x, Value) and x.parents and not abs(x.data) > 1e-6 for x in found)


@st.composite
def cases(draw, kind="moderate", max_size=20, max_lanes=6, rows=None):
    """Programs of one kind with lanes around the point at which they were made."""
    program = draw(programs(kind=kind, max_size=max_size, max_inputs=4, rows=rows))
    count = len(program.inputs)
    captured = draw(st.sets(st.integers(0, count - 1), max_size=count - 1))
    lanes = draw(st.integers(1, max_lanes))
    rng = random.Random(draw(st.integers(0, 2**32 - 1)))
    points = [[x if lane == 0 else _moved(x, kind, rng) for lane in range(lanes)] for x in program.inputs]
    leaves = {i: Value(program.inputs[i], f"p{i}") for i in sorted(captured)}
    return Case(program, leaves, np.array([points[i] for i in range(count) if i not in captured]))


def _moved(x, kind, rng):
    if kind == "smooth":
        return x + rng.uniform(-1e-4, 1e-4)
    if kind == "edges" and rng.random() < 0.3:
        return rng.choice([0.0, -0.0, 1.0, -1.0, 1e-310, 1e300, -1e300, math.inf, -math.inf, math.nan])
    return x * rng.uniform(0.5, 1.5) if rng.random() < 0.8 else x


def assert_agrees(got, expected, bound, what):
    """Equal where not finite, else within a bound."""
    if not (math.isfinite(expected) and math.isfinite(got)):
        assert got == expected or (got != got and expected != expected), f"{what}: {got} for {expected}"
    elif math.isfinite(bound):
        assert abs(got - expected) <= bound, f"{what}: {got!r} for {expected!r}, bound {bound:.2g}"
