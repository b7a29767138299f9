"""Points of a row: inside its domain, at and beside its kinks, at the edges of floating point, and outside.

Everything here draws from a `Choices`: a seeded ``random.Random``, or Hypothesis in disguise (`strategies.py`), so
that corpora of millions of points and shrinking property tests come out of one implementation. Points are flat
sequences of operands, as `Primitive.arguments` takes them: a weighted sum is ``(w1, w2, x1, x2, b)``.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Literal, Protocol, TypeVar

from ..domains import Interval
from ..evaluate import NUMBERS
from ..ieee import Float
from ..primitives import TABLE
from ..row import Primitive

T = TypeVar("T")
Point = tuple[float, ...]
Near = Literal["interior", "kinks", "edges", "anywhere"]

LARGEST, SMALLEST, TINIEST = 1.7976931348623157e308, 2.2250738585072014e-308, 5e-324
MARGIN = 0.05
"""How far an interior point stays away from ends, holes and kinks."""
ATTEMPTS = 200

SIMPLE = (1.0, 2.0, 0.5, -1.0, -2.0, -0.5, 3.0, 1.5, 0.25, -3.0, -1.5, -0.25)
"""Numbers that are easy to read: the first to be tried, and what a counterexample shrinks to."""

THRESHOLDS = (
    1.0, 0.5, 2.0, 20.0, 36.7368, 40.0, 60.0,  # sigmoid and tanh saturate, exp(x) + 1 rounds to exp(x)
    700.0, 708.3964, 709.7827, 710.4758, 745.1332, 800.0, 1500.0,  # exp, cosh overflow; exp underflows
    1021.0, 1023.9999999999999, 1024.0, 1074.0, 308.2547, 323.3062,  # the same for powers of two and of ten
    26.5432, 27.2264, 37.5193, 38.4854,  # erfc and the normal distribution become subnormal, then 0
    2.0**20, 2.0**27, 2.0**53, 2.0**511, 2.0**512, 2.0**1000, 2.0**1023, LARGEST,
    2.0**-27, 2.0**-53, 2.0**-511, 2.0**-537, 2.0**-1000, SMALLEST, 2.0**-1023, TINIEST,
)  # fmt: skip
"""Magnitudes where something overflows, underflows, saturates or loses digits."""


class Choices(Protocol):
    """The part of ``random.Random`` that is needed here."""

    def randrange(self, stop: int, /) -> int:
        """An integer from 0 to `stop` - 1."""

    def uniform(self, a: float, b: float, /) -> float:
        """A number between `a` and `b`."""


def pick(rng: Choices, options: Sequence[T]) -> T:
    """One of `options`, the earlier the simpler."""
    return options[rng.randrange(len(options))]


class NotFoundError(ValueError):
    """No point of the kind that was asked for was found."""


def row_of(row: Primitive | str | Any) -> Primitive:
    """The row that is meant: itself, or the one with this name, or that of a function of the table.

    Raises
    ------
    ValueError
        If the table has no such row.

    Examples
    --------
    >>> import autograd_core
    >>> row_of("tanh") is row_of(autograd_core.tanh)
    True
    """
    if isinstance(row, Primitive):
        return row
    name = row if isinstance(row, str) else getattr(row, "__name__", repr(row))
    if name not in TABLE:
        raise ValueError(f"the table of primitives has no row {name!r}: define it with autograd_core.primitive(...)")
    return TABLE[name]


# One number ------------------------------------------------------------------------------------------------------


def is_inside(x: float, interval: Interval, margin: float = MARGIN) -> bool:
    """Whether `x` and all within `margin` of it (less in a narrow interval) belong to `interval`."""
    margin = min(margin, 0.1 * (interval.high - interval.low))
    near_hole = interval.hole is not None and abs(x - interval.hole) < margin
    return interval.low + margin <= x <= interval.high - margin and not near_hole


@lru_cache(maxsize=256)
def _simple(interval: Interval) -> tuple[float, ...]:
    return tuple(x for x in SIMPLE if is_inside(x, interval))


def interior(rng: Choices, interval: Interval, turn: int = 0) -> float:
    """A number of moderate size inside `interval`: a simple one, or any; `turn` says with which simple one to start."""
    kind, simple = rng.randrange(4), _simple(interval)
    if kind == 0 and simple:
        return simple[(rng.randrange(len(simple)) + turn) % len(simple)]
    low, high = interval.low, interval.high
    margin = min(MARGIN, 0.1 * (high - low))
    if not margin > 0.0:
        raise NotFoundError(f"the domain {interval} has no inner point")
    if math.isfinite(low) and math.isfinite(high):
        x = rng.uniform(low + margin, high - margin)
    else:  # magnitudes from 1/16 to 32, or between 0 and 4
        x = rng.uniform(1.0, 2.0) * 2.0 ** (rng.randrange(9) - 4) if kind == 3 else rng.uniform(0.0, 4.0)
        if math.isfinite(low) or math.isfinite(high):
            x = low + margin + x if math.isfinite(low) else high - margin - x
        elif rng.randrange(2):
            x = -x
    return x if is_inside(x, interval) else x + 2.0 * margin  # beside the hole


@lru_cache(maxsize=256)
def edge_numbers(interval: Interval, infinite: bool = False, nan: bool = False) -> tuple[float, ...]:
    """The finite numbers of `interval` where floating point has an edge, and ±inf and nan if asked for."""
    numbers = [0.0, -0.0]
    for end in (interval.low, interval.high, interval.hole):
        if end is not None and math.isfinite(end):
            numbers += [end, math.nextafter(end, math.inf), math.nextafter(end, -math.inf)]
    for x in THRESHOLDS:
        numbers += [x, -x]
    numbers += [math.inf, -math.inf] * infinite
    return tuple([x for x in numbers if x in interval] + [math.nan] * nan)


def edge(rng: Choices, interval: Interval, infinite: bool = False, nan: bool = False) -> float:
    """A number of `interval` at an edge of it or of floating point, or one of its neighbours."""
    x = pick(rng, edge_numbers(interval, infinite, nan))
    y = _beside(rng, x)
    return y if y in interval and math.isfinite(y) else x


def _beside(rng: Choices, x: float) -> float:
    """`x` itself, the next double, or one a small part of its magnitude away."""
    kind = rng.randrange(4)
    if kind <= 1 or not math.isfinite(x):
        return x
    if kind == 2:
        return math.nextafter(x, math.inf if rng.randrange(2) else -math.inf)
    return x + (x or 1.0) * 2.0 ** -(3 + rng.randrange(40)) * (1 if rng.randrange(2) else -1)


def any_magnitude(rng: Choices) -> float:
    """A finite double of any magnitude and sign."""
    x = math.ldexp(rng.uniform(1.0, 2.0) * 0.9999999999999999, rng.randrange(2098) - 1074)
    return x if rng.randrange(2) else -x


# All operands of a row --------------------------------------------------------------------------------------------


def domains(row: Primitive, operands: Sequence[float]) -> Sequence[Interval]:
    """The interval of every operand."""
    return row.domain * len(operands) if row.variadic else row.domain


def in_domain(row: Primitive, operands: Sequence[float]) -> bool:
    """Whether `row` is defined at `operands`."""
    if any(x not in interval for x, interval in zip(operands, domains(row, operands), strict=True)):
        return False
    return row.outside is None or row.outside(*operands) is None


def kink_values(row: Primitive, operands: Sequence[float]) -> tuple[float, ...]:
    """The expressions of the row that vanish at its kinks."""
    if row.kinks is None:
        return ()
    return tuple(map(float, row.kinks(NUMBERS, *row.arguments([Float(x) for x in operands]))))


def is_regular(row: Primitive, operands: Sequence[float], margin: float = MARGIN) -> bool:
    """Whether `operands` are in the domain and at least `margin` away from its ends and from kinks."""
    return (
        all(is_inside(x, interval, margin) for x, interval in zip(operands, domains(row, operands), strict=True))
        and (row.outside is None or row.outside(*operands) is None)
        and tuple(operands) not in row.at
        and all(abs(k) > margin for k in kink_values(row, operands))
    )


def count(rng: Choices, row: Primitive, lengths: tuple[int, int] = (1, 5)) -> int:
    """How many operands a point has: as many as the row has arguments; for a variadic row, any number in `lengths`."""
    if not row.variadic:
        return len(row.parameters)
    length = lengths[0] + rng.randrange(lengths[1] - lengths[0] + 1)
    return length if len(row.parameters) == 1 else 2 * length + 1


def point(
    rng: Choices,
    row: Primitive,
    near: Near = "interior",
    *,
    infinite: bool = False,
    nan: bool = False,
    lengths: tuple[int, int] = (1, 5),
) -> Point:
    """A point in the domain of `row`; see `autograd_core.testing.operands`."""
    if near == "anywhere":
        near = pick(rng, ("interior", "edges", "kinks") if has_kinks(row) else ("interior", "edges"))
    if near == "kinks":
        return _at_kink(rng, row, lengths)
    for attempt in range(ATTEMPTS):
        if near == "interior":
            x = _anywhere_inside(rng, row, lengths, attempt)
        else:
            intervals = domains(row, [0.0] * count(rng, row, lengths))
            x = _with_condition(rng, row, tuple([_edge_or_other(rng, d, infinite, nan) for d in intervals]))
        if is_regular(row, x) if near == "interior" else in_domain(row, x):
            return x
    raise NotFoundError(f"{row.name}: no point found {near} in the domain {row.domain}: it may be empty")


def _anywhere_inside(rng: Choices, row: Primitive, lengths: tuple[int, int], attempt: int) -> Point:
    """Operands of moderate size, not all the same even if the simplest are drawn; ties and kinks may occur."""
    intervals = domains(row, [0.0] * count(rng, row, lengths))
    x = tuple([interior(rng, d, turn=i + attempt * (2 * i + 1)) for i, d in enumerate(intervals)])
    return _with_condition(rng, row, x)


def _edge_or_other(rng: Choices, interval: Interval, infinite: bool, nan: bool) -> float:
    kind = rng.randrange(8)
    if kind == 7:
        x = any_magnitude(rng)
        return x if x in interval else interior(rng, interval)
    return edge(rng, interval, infinite, nan) if kind < 5 else interior(rng, interval)


def _with_condition(rng: Choices, row: Primitive, x: Point) -> Point:
    """The first operand of a selection is a condition, 0.0 or 1.0."""
    return (float(rng.randrange(2)), *x[1:]) if "selection" in row.traits else x


def has_kinks(row: Primitive) -> bool:
    """Whether `row` has points where its derivative jumps or is a convention."""
    return row.kinks is not None or bool(row.at)


def _at_kink(rng: Choices, row: Primitive, lengths: tuple[int, int]) -> Point:
    """A point where the derivative of `row` jumps or is a convention, or one beside it."""
    if not has_kinks(row):
        raise ValueError(f'{row.name} has no kinks and no conventions: use near="interior" or near="edges"')
    for attempt in range(ATTEMPTS):
        if row.kinks is None or (row.at and rng.randrange(4) == 0):
            x = pick(rng, tuple(row.at))
            return tuple(map(float, x))
        x = _anywhere_inside(rng, row, lengths, attempt)
        i = rng.randrange(len(x))
        zeros = _zeros(rng, row, x, i)
        if zeros:
            moved = (*x[:i], _beside(rng, pick(rng, zeros)), *x[i + 1 :])
            if in_domain(row, moved):
                return moved
    raise NotFoundError(f"{row.name}: no zero of its kinks found in the domain {row.domain}")


def _zeros(rng: Choices, row: Primitive, x: Point, i: int) -> list[float]:
    """Numbers that make an expression of the kinks vanish if they stand at place `i` of `x`."""
    expressions = len(kink_values(row, x))
    if not expressions:
        return []
    which = rng.randrange(expressions)
    interval = domains(row, x)[i]

    def value(t: float) -> float:
        return kink_values(row, (*x[:i], t, *x[i + 1 :]))[which]

    others = [y for j, y in enumerate(x) if j != i]
    guesses = [0.0, *others, *(float(k) * y for y in [*others, 1.0] for k in (1, 2, 3, -1, -2))]
    zeros = [t for t in guesses if t in interval and value(t) == 0.0]
    if not zeros:
        a, b = interior(rng, interval), interior(rng, interval)
        root = _bisect(value, min(a, b), max(a, b))
        zeros = [] if root is None else [root]
    return zeros


def _bisect(f: Callable[[float], float], a: float, b: float) -> float | None:
    """A zero of `f` between `a` and `b`, to the last double; None if the signs are the same or `f` has a jump."""
    sign = f(a) > 0.0
    if sign == (f(b) > 0.0):
        return None
    while a < (middle := 0.5 * (a + b)) < b:
        a, b = (middle, b) if (f(middle) > 0.0) == sign else (a, middle)
    zero = a if abs(f(a)) < abs(f(b)) else b
    return zero if abs(f(zero)) < 1e-6 else None


def has_outside(row: Primitive) -> bool:
    """Whether there are points where `row` is not defined."""
    everywhere = all(d.low == -math.inf and d.high == math.inf and d.hole is None for d in row.domain)
    return row.outside is not None or not everywhere


def outside_point(rng: Choices, row: Primitive, lengths: tuple[int, int] = (1, 5)) -> Point:
    """A point where `row` is not defined: one operand, or the combination of several, is at fault."""
    if not has_outside(row):
        raise ValueError(f"{row.name} is defined for all real numbers: there is no point outside of its domain")
    for attempt in range(ATTEMPTS):
        x = _anywhere_inside(rng, row, lengths, attempt)
        i = rng.randrange(len(x))
        numbers = _outside_numbers(domains(row, x)[i])
        if numbers and (row.outside is None or rng.randrange(2)):
            return (*x[:i], pick(rng, numbers), *x[i + 1 :])
        if row.outside is not None:
            x = (*x[:i], edge(rng, domains(row, x)[i]), *x[i + 1 :])
            if not in_domain(row, x):
                return x
    raise NotFoundError(f"{row.name}: no point found outside of its domain {row.domain}")


@lru_cache(maxsize=256)
def _outside_numbers(interval: Interval) -> tuple[float, ...]:
    numbers = [] if interval.hole is None else [interval.hole, -interval.hole]
    for end, away in ((interval.low, -math.inf), (interval.high, math.inf)):
        if math.isfinite(end):
            step = math.copysign(1.0, away)
            numbers += [end, math.nextafter(end, away), end + step, end + 1e-9 * step, end + 50.0 * step, 1e300 * step]
            numbers += [away]
    return tuple(x for x in numbers if x not in interval)
