"""Random programs in ball arithmetic: a gradient computed in floats must lie in balls that are widened by every rounding.

The program runs once more on balls. A ball starts at the exact input; every operation encloses its result for all
operands in their balls, and is then widened by what the row promises to be off at most. The reverse sweep does the same
with the partials, and rounds once per product and sum. So the balls hold the true value and gradient, and whatever a
correct engine may compute: a float outside is an error of the engine, not of rounding.
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import flint
from flint import arb

from autograd_core import Value, grad, jvp
from autograd_core.primitives import TABLE
from autograd_core.testing import Program, random_program
from tests.accuracy.reference import REFERENCE

BITS = 128
EPSILON = arb(2) ** -52
HUGE = arb(2) ** 1023
TINIEST = arb(2) ** -1073
"""Where results are subnormal an ulp is no part of them; this is two of the smallest."""

LONG = 500
SMALL = 1e-290
"""Below it the width of a ball is that of subnormal numbers."""
EXACT = frozenset("neg abs floor ceil sign step maximum minimum clip where relu".split())
"""Operations that pass a number on, or give a small integer: they do not round."""
IEEE = frozenset("add sub mul div square sqrt fsum".split())
"""Operations that round once: what is a float already stays as it is."""


class UndecidedError(ArithmeticError):
    """The balls do not tell on which side of a kink the program runs, or whether it stays in a domain."""


@dataclass
class Enclosure:
    """Balls around the value of a program and its derivatives by the inputs, in reverse and in forward mode."""

    value: arb
    gradient: list[arb]
    tangents: list[arb]


def widened(ball: arb, ulp: float, scale: arb | None = None) -> arb:
    """`ball` with what a float near it may be off: `ulp` last places of `scale`, by default of itself."""
    size = abs(ball if scale is None else scale).upper()
    if not abs(ball).upper() < HUGE:
        raise UndecidedError("a number may overflow")
    return ball + arb(0, (ulp * EPSILON * size + TINIEST).upper())


def enclose(program: Program) -> Enclosure:
    """Balls around everything that a correct engine may compute for the gradient of `program` at its inputs.

    Raises
    ------
    UndecidedError
        If the balls are too wide to tell what the program does.
    """
    with flint.ctx.workprec(BITS):
        balls = [arb(x) for x in program.inputs]
        partials: list[list[tuple[int, arb]]] = [[] for _ in balls]
        for name, operands in program.instructions:
            result, edges = _operation(name, operands, [balls[x] if type(x) is int else arb(x) for x in operands])
            balls.append(result)
            partials.append(edges)
        count = len(program.inputs)
        return Enclosure(balls[-1], _pull(partials, count), [_push(partials, count, i) for i in range(count)])


def _operation(name: str, operands: Sequence[int | float], balls: list[arb]) -> tuple[arb, list[tuple[int, arb]]]:
    """The result of an operation, and the partials by those operands that are registers."""
    row = TABLE[name]
    if name == "where":
        balls[0] = arb(_sign(balls[0], name) > 0)
    _check_side(name, balls)
    results = [r if isinstance(r, tuple) else (r, r) for r in REFERENCE[name](*balls)]
    if not all(r.is_finite() and scale.is_finite() for r, scale in results):
        raise UndecidedError(f"{name} has no finite enclosure")
    value, *slopes = (widened(r, row.ulp, scale) for r, scale in results)
    exact_value = results[0][0]
    if name in EXACT or (name in IEEE and exact_value.is_exact() and arb(float(exact_value)) == exact_value):
        value = exact_value
    edges = []
    for x, slope, (exact, _) in zip(operands, slopes, results[1:], strict=False):
        if type(x) is int and not (exact.is_exact() and exact == 0):  # exactly 0: not selected
            edges.append((x, exact if exact.is_exact() and abs(exact) == 1 else slope))
    if name == "pow" and len(slopes) == 1 and type(operands[1]) is int:
        raise UndecidedError("a negative base has no derivative by its exponent")
    return value, edges


def _check_side(name: str, balls: Sequence[arb]) -> None:
    """Raise `UndecidedError` if an operand may be on both sides of a kink, or exactly on it."""
    row = TABLE[name]
    if row.kinks is not None:
        for kink in KINKS[name](*balls):
            if _sign(kink, name) == 0 and name in TIES:
                raise UndecidedError(f"{name} at a tie")
    domain = row.domain * len(balls) if row.variadic else row.domain
    for ball, interval in zip(balls, domain, strict=True):
        for bound in (interval.low, interval.high, interval.hole):
            if bound is not None and math.isfinite(bound) and ball.contains(bound):
                raise UndecidedError(f"{name} at an end of its domain")


def _sign(ball: arb, name: str) -> int:
    if ball > 0:
        return 1
    if ball < 0:
        return -1
    if ball.is_exact():
        return 0
    raise UndecidedError(f"{name} close to a kink")


def _to_integer(x: arb) -> list[arb]:
    return [x - (x + arb(0.5)).floor()]


KINKS = {
    "mod": lambda x, y: _to_integer(x / y),
    "abs": lambda x: [x],
    "atan2": lambda y, x: [y] if not x > 0 else [],
    "relu": lambda x: [x],
    "leaky_relu": lambda x, slope: [x],
    "elu": lambda x, alpha: [x],
    "step": lambda x, k: [x - k],
    "sign": lambda x: [x],
    "floor": _to_integer,
    "ceil": _to_integer,
    "maximum": lambda x, y: [x - y],
    "minimum": lambda x, y: [x - y],
    "clip": lambda x, low, high: [x - low, x - high],
}
"""Balls that do not contain 0 where the derivative does not jump."""
TIES = frozenset({"maximum", "minimum", "clip", "atan2"})
"""Operations whose results at a kink are not those of the reference: shares of a half, and the side that -0.0 is on."""


def _pull(partials: list[list[tuple[int, arb]]], inputs: int) -> list[arb]:
    """The reverse sweep: each product and each sum is rounded once."""
    adjoints: list[arb | None] = [None] * len(partials)
    adjoints[-1] = arb(1)
    for register in range(len(partials) - 1, inputs - 1, -1):
        adjoint = adjoints[register]
        if adjoint is not None:
            for parent, partial in partials[register]:
                adjoints[parent] = _plus(adjoints[parent], adjoint * partial)
    return [arb(0) if x is None else x for x in adjoints[:inputs]]


def _push(partials: list[list[tuple[int, arb]]], inputs: int, along: int) -> arb:
    """The forward sweep along one input."""
    tangents: list[arb | None] = [None] * len(partials)
    tangents[along] = arb(1)
    for register in range(inputs, len(partials)):
        for parent, partial in partials[register]:
            tangent = tangents[parent]
            if tangent is not None:
                tangents[register] = _plus(tangents[register], tangent * partial)
    return arb(0) if tangents[-1] is None else tangents[-1]


def _plus(total: arb | None, product: arb) -> arb:
    amount = widened(product, 0.5)
    return amount if total is None else widened(total + amount, 0.5)


@dataclass
class Corpus:
    """What was found in a corpus of random programs."""

    programs: int = 0
    undecided: Counter[str] = field(default_factory=Counter)
    nodes: int = 0
    operations: Counter[str] = field(default_factory=Counter)
    widths: list[float] = field(default_factory=list)
    """For every gradient that was checked, the radius of its ball relative to the largest of the gradient."""

    @property
    def checked(self) -> int:
        """How many programs could be decided."""
        return self.programs - sum(self.undecided.values())

    def __iadd__(self, other: "Corpus") -> "Corpus":
        self.programs += other.programs
        self.nodes += other.nodes
        self.undecided += other.undecided
        self.operations += other.operations
        self.widths += other.widths
        return self


def program_of(seed: int, low: int = 10, high: int = 50) -> Program:
    """Random program number `seed`, over all operations; every second one is smooth while its inputs move a little.

    Long programs have no operations with kinks: among thousands of nodes one is always on a kink.
    """
    rng = random.Random(f"program {seed}")
    size = rng.randint(low, high)
    rows = [row for row in TABLE.values() if row.kinks is None] if low >= LONG else None
    return random_program(rng, size, inputs=rng.randint(1, 4), kind="smooth" if seed % 2 else "moderate", rows=rows)


@dataclass
class Computed:
    """What an engine computed for a program: the value, the gradient, and the derivatives in forward mode."""

    value: float
    gradient: Sequence[float]
    tangents: Sequence[float] = ()


def by_engine(program: Program) -> Computed:
    """The engine's results; the gradients of the graph and of the function are the same to the last bit."""
    inputs = program.inputs
    leaves = [Value(x) for x in inputs]
    root = program(*leaves)
    if isinstance(root, Value):
        root.backward()
    gradient = [leaf.grad for leaf in leaves]
    assert list(map(repr, grad(program, argnums=tuple(range(len(inputs))))(*inputs))) == list(map(repr, gradient))
    units = [tuple(float(i == j) for j in range(len(inputs))) for i in range(len(inputs))]
    return Computed(float(getattr(root, "data", root)), gradient, [jvp(program, inputs, unit)[1] for unit in units])


def check_program(
    program: Program, what: str, compute: Callable[[Program], Computed] = by_engine, wider: float = 1.0
) -> Corpus:
    """Raise `AssertionError` unless all that `compute` gives for `program` lies in the balls, `wider` times as wide."""
    corpus = Corpus(programs=1, nodes=len(program))
    try:
        balls = enclose(program)
    except UndecidedError as reason:
        corpus.undecided[str(reason)] += 1
        return corpus
    corpus.operations.update(name for name, _ in program.instructions)
    found = compute(program)
    pairs = [("the value", found.value, balls.value)]
    pairs += [
        (f"derivative {i}", x, ball) for i, (x, ball) in enumerate(zip(found.gradient, balls.gradient, strict=True))
    ]
    pairs += [
        (f"tangent {i}", x, ball) for i, (x, ball) in enumerate(zip(found.tangents, balls.tangents, strict=False))
    ]
    for name, x, ball in pairs:
        inside = math.isfinite(x) and (ball + arb(0, (ball.rad() * (wider - 1.0)).upper())).contains(arb(x))
        assert inside, f"{what}: {name}, {x!r}, is not in {ball}\n{program.script()}"
    largest = max(float(abs(ball).upper()) for ball in balls.gradient)
    if largest > SMALL:
        corpus.widths += [float(ball.rad()) / largest for ball in balls.gradient]
    return corpus


def check_programs(
    seeds: Iterable[int],
    low: int = 10,
    high: int = 50,
    compute: Callable[[Program], Computed] = by_engine,
    wider: float = 1.0,
) -> Corpus:
    """Check the programs with these seeds."""
    corpus = Corpus()
    for seed in seeds:
        what = f"program {seed} ({low} to {high} operations)"
        corpus += check_program(program_of(seed, low, high), what, compute, wider)
    return corpus
