"""The check that follows from a row alone: its partials in floats against the numerical derivative of its primal.

Errors in a partial from a millionth on are found; the last digits are measured in `tests/accuracy`. The points are
random, of moderate size with a few large and small ones, so a fault at a single point is not found here: ties, kinks
and ends of domains are in `tests/contract.py`.
"""

import math
import random
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from autograd_core.domains import Interval
from autograd_core.evaluate import compiled, evaluate
from autograd_core.row import Primitive
from tests import high_precision
from tests.high_precision import HIGH, MP, High

TOLERANCE = 1e-9
NOISE = 1e-60  # what the difference of two values of 120 digits leaves, divided by the step
LARGEST, SMALLEST = 1e290, 1e-290


def number_in(interval: Interval, rng: random.Random) -> float:
    """A random number inside of `interval`: mostly of moderate size, sometimes of any."""
    while True:
        x = rng.uniform(-6.0, 6.0) if rng.random() < 0.7 else rng.choice((-1.0, 1.0)) * 2.0 ** rng.uniform(-30.0, 60.0)
        if math.isfinite(interval.low) and math.isfinite(interval.high):
            x = interval.low + (interval.high - interval.low) * (math.atan(x) / math.pi + 0.5)
        if x in interval and interval.low < x < interval.high:
            return x


def operands_of(row: Primitive, rng: random.Random) -> tuple[float, ...]:
    """Random operands of `row` in its domain."""
    while True:
        count = len(row.parameters)
        if row.variadic:
            length = rng.randint(1, 5)
            count = length if len(row.parameters) == 1 else 2 * length + 1
        domain = row.domain * count if row.variadic else row.domain
        operands = [number_in(interval, rng) for interval in domain]
        if row.name == "pow" and rng.random() < 0.3:
            operands = [operands[0], float(rng.randint(-5, 5))]
        if row.name == "where":
            operands[0] = float(rng.randint(0, 1))
        if row.outside is None or row.outside(*operands) is None:
            return tuple(operands)


def near_kink(row: Primitive, operands: Sequence[float]) -> bool:
    """Whether the derivative jumps so close to `operands` that rounding decides on the side."""
    if row.kinks is None:
        return False
    size = max(map(abs, operands))
    return any(abs(float(kink)) <= 1e-6 * size for kink in _numbers(row.kinks(HIGH, *map(High, operands))))


def _numbers(highs: Sequence[Any]) -> list[Any]:
    return [high.number if isinstance(high, High) else high for high in highs]


def points(row: Primitive, count: int, seed: int = 0) -> Iterator[tuple[float, ...]]:
    """`count` points of the domain of `row` where its derivative is not a convention."""
    rng = random.Random(f"{row.name} {seed}")
    while count:
        operands = operands_of(row, rng)
        if operands not in row.at and not near_kink(row, operands):
            count -= 1
            yield operands


@cache
def truth(row: Primitive, count: int) -> list[tuple[tuple[float, ...], list[Any]]]:
    """Points of `row`, each with the value and the partials there."""
    return [
        (x, [high_precision.value(row, x), *(high_precision.partial(row, x, i) for i in range(len(x)))])
        for x in points(row, count)
    ]


def in_floats(row: Primitive, operands: Sequence[float]) -> tuple[float, ...]:
    """The value and all partials of `row`, as `apply` gets them."""
    everything = (True,) * len(operands)
    try:
        out, partials = _kernel(row, len(operands))(*operands)
    except (ArithmeticError, ValueError):
        out, partials = evaluate(row, operands, everything, [""] * len(operands))
    return (out, *partials)


@cache
def _kernel(row: Primitive, count: int) -> Any:
    return compiled(row, (True,) * count)


def disagreement(row: Primitive, original: Primitive | None = None, count: int = 40) -> str | None:
    """Where the value or a partial of `row` differs from the truth of `original` (by default its own), or None."""
    for operands, expected in truth(original or row, count):
        for index, (got, true) in enumerate(zip(in_floats(row, operands), expected, strict=True)):
            if not agree(got, true):
                what = f"partial {index - 1}" if index else "value"
                return f"{what} of {row.name}{operands} is {got!r}, the truth is {MP.nstr(true, 20)}"
    return None


def agree(got: float, true: Any) -> bool:
    """Whether a float is the true number to `TOLERANCE`; beyond the range of normal doubles anything is."""
    if MP.isnan(true) or math.isnan(got):
        return bool(MP.isnan(true)) and math.isnan(got)
    if abs(true) > LARGEST or 0 < abs(true) < SMALLEST:
        return True
    return bool(abs(MP.mpf(got) - true) <= TOLERANCE * abs(true) + NOISE)
