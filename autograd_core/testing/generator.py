"""Random programs that stay inside the domains, because they are evaluated while they are made.

For every new instruction a row is chosen, then operands among the registers, preferring results that nothing uses
yet. What they give is computed at once, with partials, and the instruction is taken only if it fits the kind of
program that was asked for.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal, get_args

from ..errors import DomainError
from ..evaluate import compiled, evaluate
from ..primitives import TABLE
from ..row import Primitive
from .programs import Operand, Program
from .sampling import MARGIN, Choices, edge, in_domain, interior, is_inside, kink_values, pick, row_of

Kind = Literal["smooth", "moderate", "edges"]

TRIES = 6
"""How often operands are drawn for a row before another row is."""
LARGEST_VALUE = {"smooth": 100.0, "moderate": 1e4, "edges": math.inf}
STEEPEST = {"smooth": 100.0, "moderate": 1e6, "edges": math.inf}
"""Limits of the sum, over all paths from the inputs, of the magnitudes of the products of partials."""
RADIUS = 0.02
"""In a smooth program nothing happens while the inputs move by this much: no kink, no end of a domain, no pole."""
LOOSE_ENDS = 8
"""With more unused results than this, new instructions use them."""

_kernels: dict[tuple[Primitive, tuple[bool, ...]], Any] = {}


def random_program(
    rng: Choices,
    size: int = 10,
    *,
    inputs: int = 2,
    rows: Iterable[Primitive | str] | None = None,
    kind: Kind = "moderate",
) -> Program:
    """A random program over the operations of the table; the same for the same state of `rng`.

    Parameters
    ----------
    rng
        A seeded ``random.Random``.
    size
        The number of instructions; a few less where the rows give nothing that fits.
    inputs
        The number of inputs.
    rows
        The operations that may occur; all of the table by default.
    kind
        ``"smooth"``, ``"moderate"`` or ``"edges"``; see `autograd_core.testing.programs`.

    Raises
    ------
    ValueError
        If `size` or `inputs` is not positive, or `kind` or a row is unknown.

    Examples
    --------
    >>> import random
    >>> program = random_program(random.Random(1), size=3, rows=["add", "mul", "tanh"])
    >>> program == random_program(random.Random(1), size=3, rows=["add", "mul", "tanh"])
    True
    """
    if size < 1 or inputs < 1:
        raise ValueError(f"random_program: size and inputs must be positive, got size={size}, inputs={inputs}")
    if kind not in get_args(Kind):
        raise ValueError(f"random_program: kind must be one of {', '.join(get_args(Kind))}, got {kind!r}")
    chosen = [row_of(row) for row in (TABLE.values() if rows is None else rows)]
    if not chosen:
        raise ValueError("random_program: rows is empty; name at least one operation")
    return _Builder(rng, chosen, kind, inputs).build(size)


class _Builder:
    """A program in the making, with the value of every register and its largest sensitivity to the inputs."""

    def __init__(self, rng: Choices, rows: Sequence[Primitive], kind: Kind, inputs: int) -> None:
        if kind == "smooth":  # what counts as a constant is not what differences of values show
            rows = [row for row in rows if "constant" not in row.traits] or rows
        self.rng, self.rows, self.kind = rng, rows, kind
        self.joining = [row for row in rows if row.variadic or len(row.parameters) > 1]
        self.shifting = next((row for row in rows if row.name == "add"), None)
        self.inputs = [self._constant(pick(rng, pick(rng, rows).domain)) for _ in range(inputs)]
        self.values: list[float] = list(self.inputs)
        self.slopes = [1.0] * inputs
        self.instructions: list[tuple[Any, ...]] = []
        self.loose = list(range(inputs))

    def build(self, size: int) -> Program:
        failures = 0
        while len(self.instructions) < size and failures < 60:
            ending = size - len(self.instructions) < len(self.loose) and bool(self.joining)
            added = self._extend(pick(self.rng, self.joining if ending else self.rows), size, ending)
            failures = 0 if added else failures + 1
        program = Program(self.inputs, self.instructions)
        return max((program.pruned(result) for result in self.loose), key=len)

    def _extend(self, row: Primitive, size: int, ending: bool) -> bool:
        """Add an instruction of `row`, in front of it perhaps a shift of an operand; whether that was possible."""
        for _ in range(TRIES):
            operands = self._operands(row, size, ending)
            if operands is not None and self._add(row, operands):
                return True
        return False

    # Operands ---------------------------------------------------------------------------------------------

    def _operands(self, row: Primitive, size: int, ending: bool) -> list[Operand] | None:
        count = len(row.parameters)
        if row.variadic:
            length = 1 + self.rng.randrange(4)
            count = length if count == 1 else 2 * length + 1
        operands: list[Operand] = []
        registers = 0
        for i in range(count):
            interval = row.domain[0 if row.variadic else i]
            last_chance = registers == 0 and i == count - 1
            condition = "selection" in row.traits and i == 0
            use_loose = ending or len(self.loose) > LOOSE_ENDS
            if not (use_loose or last_chance or condition) and self.rng.randrange(6) == 0:
                operands.append(self._constant(interval))
                continue
            register = self._register(use_loose, operands)
            if not condition and not self._fits(register, interval):
                shifted = self._shifted(register, interval, size - ending)
                if shifted is None:
                    if last_chance:
                        return None
                    operands.append(self._constant(interval))
                    continue
                register = shifted
            operands.append(register)
            registers += not condition
        return operands

    def _register(self, use_loose: bool, taken: Sequence[Operand]) -> int:
        """A register: most often one that nothing uses yet."""
        rng = self.rng
        if use_loose or not self.joining or rng.randrange(2) == 0:
            loose = [r for r in self.loose[-2 * LOOSE_ENDS :] if r not in taken]
            if loose:
                return loose[-1] if not self.joining else pick(rng, loose)
        return len(self.values) - 1 - rng.randrange(len(self.values))

    def _constant(self, interval: Any) -> float:
        return edge(self.rng, interval) if self.kind == "edges" else round(interior(self.rng, interval), 3)

    def _fits(self, register: int, interval: Any) -> bool:
        x = self.values[register]
        return is_inside(x, interval, MARGIN) if self.kind == "smooth" else x in interval

    def _shifted(self, register: int, interval: Any, size: int) -> int | None:
        """The register moved into `interval` by adding a constant, as a new register."""
        if self.kind == "edges" or self.shifting is None or len(self.instructions) + 2 > size:
            return None
        shift = round(interior(self.rng, interval) - self.values[register], 3)
        return len(self.values) - 1 if self._add(self.shifting, [register, shift]) else None

    # Acceptance -------------------------------------------------------------------------------------------

    def _add(self, row: Primitive, operands: Sequence[Operand]) -> bool:
        """Take the instruction if its result fits the kind of program."""
        numbers = [self.values[x] if type(x) is int else float(x) for x in operands]
        slopes = [self.slopes[x] if type(x) is int else 0.0 for x in operands]
        if "selection" in row.traits:
            if self.kind == "smooth" and abs(numbers[0]) <= RADIUS * slopes[0]:
                return False
            numbers[0], slopes[0] = float(numbers[0] > 0.0), 0.0
        result = self._evaluate(row, numbers)
        if result is None:
            return False
        value, partials = result
        slope = 0.0
        for partial, s, x in zip(partials, slopes, operands, strict=True):
            if s or (type(x) is int and not math.isfinite(partial)):
                slope += abs(partial) * s  # nan if an infinite partial meets 0
        if self.kind != "edges":
            if not (abs(value) <= LARGEST_VALUE[self.kind] and slope <= STEEPEST[self.kind]):
                return False
            if self.kind == "smooth" and not self._is_smooth(row, numbers, slopes, partials):
                return False
        self.instructions.append((row.name, *operands))
        for x in operands:
            if type(x) is int and x in self.loose:
                self.loose.remove(x)
        self.loose.append(len(self.values))
        self.values.append(value)
        self.slopes.append(slope)
        return True

    def _evaluate(self, row: Primitive, numbers: Sequence[float]) -> tuple[float, Sequence[float]] | None:
        """The value and all partials; None outside of the domain and where the value is nan."""
        if row.variadic and not in_domain(row, numbers):
            return None
        everything = (True,) * len(numbers)
        try:
            kernel = _kernels.get((row, everything)) or _kernels.setdefault(
                (row, everything), compiled(row, everything)
            )
            value, partials = kernel(*numbers)
        except (ArithmeticError, ValueError):
            try:
                value, partials = evaluate(row, numbers, everything, [""] * len(numbers))
            except DomainError:
                return None
        return None if value != value else (value, partials)

    def _is_smooth(
        self, row: Primitive, numbers: Sequence[float], slopes: Sequence[float], partials: Sequence[float]
    ) -> bool:
        """Whether `row` stays defined, keeps clear of its kinks and nearly keeps its partials while the inputs move."""
        kinks = kink_values(row, numbers)
        if 0.0 in kinks or tuple(numbers) in row.at:
            return False
        for i in range(-1, len(numbers)):  # all operands at once, then each of them
            if i >= 0 and (len(numbers) == 1 or not slopes[i]):
                continue
            for side in (RADIUS, -RADIUS):
                moved = [
                    x + side * s if i in (-1, j) else x for j, (x, s) in enumerate(zip(numbers, slopes, strict=True))
                ]
                if not in_domain(row, moved):
                    return False
                if any((k > 0.0) != (k0 > 0.0) for k, k0 in zip(kink_values(row, moved), kinks, strict=True)):
                    return False
                result = self._evaluate(row, moved)
                if result is None or not all(
                    abs(q - p) <= 0.5 * max(1.0, abs(p))
                    for q, p, s in zip(result[1], partials, slopes, strict=True)
                    if s
                ):
                    return False
        return True
