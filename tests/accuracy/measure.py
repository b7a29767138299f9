"""Errors in units in the last place, of many results at once: the truth in three numbers, NumPy for the rest.

A true number is ``(high + low)·2**exponent`` with 106 bits, so what a float is off by is computed to a hundredth of an
ulp without any arithmetic of many digits; that is needed once per point, whatever number of systems is measured there.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

import numpy as np
from flint import arb

from autograd_core.row import Primitive
from tests.accuracy.engine import Point
from tests.accuracy.reference import Result, truth
from tests.accuracy.sampling import is_regular, near

BATCH = 20_000
"""Points whose truth is held in memory at a time."""

BEST, NEIGHBOURS, ROUNDS = 15, 150, 3
"""How many of the worst points a search goes on from, to how many near each, and how often."""
LOST = 2.0**51
"""From this error on, in ulps, no digit is right: of a number that is replaced by zero, for example."""

SUMMED = 3.0
"""What is added to the limits of compiled sums and products of up to six terms: each of them rounds once."""


def limit_of(row: Primitive, system: str) -> float:
    """The limit that `row` keeps in `system`, in ulps."""
    return row.ulp + (SUMMED if system == "compiled" and row.variadic else 0.0)


@dataclass
class Truth:
    """A true result at each of several points, and the unit in which its errors are counted."""

    high: np.ndarray
    low: np.ndarray
    exponent: np.ndarray
    unit: np.ndarray
    """The exponent of the last place of the scale: of the result itself, or of the largest term it is a sum of."""

    def ulps(self, got: np.ndarray) -> np.ndarray:
        """How far `got` is from the truth; infinity stands for 2**1024, and nan is infinitely far."""
        got = np.asarray(got, dtype=float)
        infinite = np.isinf(got)
        mantissas = np.where(infinite, np.sign(got), got)
        exponents = np.where(infinite, 1024, 0) - self.exponent
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            error = np.abs(np.ldexp(mantissas, exponents) - self.high - self.low)
            error = np.ldexp(error, np.minimum(self.exponent - self.unit, 2000))
        return np.where(np.isnan(error), np.inf, error)

    @property
    def is_normal(self) -> np.ndarray:
        """Where the result, or the largest term of it, is a normal number."""
        return (self.unit > -1074) & (self.unit <= 1023 - 52) & (self.exponent < 1024)


def truth_of(results: Iterable[Result]) -> Truth:
    """The rigorous results in `results`, each with its scale, as arrays."""
    columns = [(*_split(true, unit), unit) for true, unit in ((true, _unit(scale)) for true, scale in results)]
    high, low, exponent, unit = zip(*columns, strict=True)
    return Truth(np.array(high), np.array(low), np.array(exponent), np.array(unit))


def _split(x: arb, unit: int) -> tuple[float, float, int]:
    """`x` as ``(high + low)·2**exponent`` with 1 <= |high| < 2; nothing if far below ``2**unit``; 2**1024 if beyond."""
    man, power = x.mid().man_exp()
    mantissa = int(man)
    bits = mantissa.bit_length()
    exponent = bits + int(power) - 1
    if bits == 0 or exponent < unit - 64:
        return 0.0, 0.0, unit
    if exponent >= 1024:
        return (1.0 if mantissa > 0 else -1.0), 0.0, 1024
    shift = bits - 107
    mantissa = mantissa >> shift if shift > 0 else mantissa << -shift
    high = mantissa >> 54
    return high * 2.0**-52, (mantissa - (high << 54)) * 2.0**-106, exponent


def _unit(scale: arb) -> int:
    """The exponent of the last place of a float of the size of `scale`."""
    man, power = scale.mid().man_exp()
    mantissa = int(man)
    if mantissa == 0:
        return -1074
    # 1040: the scale of a result near overflow may lie beyond; that of one far beyond must not hide its error
    return max(-1074, min(mantissa.bit_length() + int(power) - 1, 1040) - 52)


@dataclass
class Worst:
    """The largest error found so far, the point where it occurred, and how many points were looked at."""

    error: float = 0.0
    point: Point = ()
    count: int = 0
    normal: float = 0.0
    """The largest error where operands and results are normal numbers: neither subnormal nor beyond the range."""

    def update(self, errors: np.ndarray, batch: Sequence[Point], is_normal: np.ndarray) -> None:
        """Take note of `errors` at the points of `batch`."""
        at = int(np.argmax(errors))
        self.count += len(batch)
        if errors[at] > self.error or not self.point:
            self.error, self.point = float(errors[at]), tuple(batch[at])
        self.normal = max(self.normal, float(errors.max(initial=0.0, where=is_normal)))


Evaluator = Callable[[Primitive, Sequence[Point]], Sequence[np.ndarray]]
"""The value of a row and all its partials at several points with equally many operands: one array for each."""


def labels(row: Primitive) -> list[str]:
    """The results of `row` by name; the partials of a sequence are one."""
    if row.variadic:
        return ["value", "partials"]
    return ["value", *(f"d/d{name}" for name in row.parameters)]


def batches(samples: Iterable[Point], size: int = BATCH) -> Iterator[list[Point]]:
    """`samples` in groups with equally many operands and, so that truths are equally many, the same sign of the first."""
    samples = iter(samples)
    while chunk := list(islice(samples, size)):
        groups: dict[tuple[int, bool], list[Point]] = {}
        for args in chunk:
            groups.setdefault((len(args), args[0] < 0.0), []).append(args)
        yield from groups.values()


def are_normal(batch: Sequence[Point]) -> np.ndarray:
    """Whether no operand is subnormal, at each point of `batch`."""
    sizes = np.abs(np.array(batch))
    return ((sizes == 0.0) | (sizes >= 2.0**-1022)).all(axis=1)


def measure(row: Primitive, samples: Iterable[Point], systems: Mapping[str, Evaluator]) -> dict[tuple[str, str], Worst]:
    """The worst errors of every system at `samples`, in ulps: by (system, result)."""
    names = labels(row)
    worst = {(system, name): Worst() for system in systems for name in names}
    for batch in batches(samples):
        columns = zip(*map(partial(truth, row.name), batch), strict=True)
        truths = [truth_of(column) for column in columns]
        regular = are_normal(batch)
        for system, evaluate in systems.items():
            # strict=False: a negative base has no derivative by its exponent, and a system may not have an operation
            for i, (true, got) in enumerate(zip(truths, evaluate(row, batch), strict=False)):
                name = names[min(i, len(names) - 1)]
                worst[system, name].update(true.ulps(got), batch, regular & true.is_normal)
    return worst


def errors_at(row: Primitive, samples: Iterable[Point], evaluate: Evaluator) -> list[tuple[Point, list[float]]]:
    """The errors of the value and of each partial at every one of `samples`."""
    found = []
    for batch in batches(samples):
        columns = zip(*map(partial(truth, row.name), batch), strict=True)
        errors = [truth_of(column).ulps(got) for column, got in zip(columns, evaluate(row, batch), strict=False)]
        found += [(args, [float(error[i]) for error in errors]) for i, args in enumerate(batch)]
    return found


def search(row: Primitive, samples: Iterable[Point], evaluate: Evaluator, rng: random.Random) -> dict[str, Worst]:
    """The worst errors that can be found by going from the worst of `samples` to worse points near them, in rounds."""
    first = errors_at(row, samples, evaluate)
    worst = {}
    for index, name in enumerate(labels(row)):
        best = sorted(((errors[index], args) for args, errors in first if len(errors) > index), reverse=True)[:BEST]
        count = len(first)
        for _ in range(ROUNDS if best[0][0] > 0.5 else 0):  # 0.5: the nearest float
            close = [neighbour(rng, args) for _, args in best for _ in range(NEIGHBOURS)]
            tried = errors_at(row, [args for args in close if is_regular(row, args)], evaluate)
            best = sorted([*best, *((e[index], args) for args, e in tried if len(e) > index)], reverse=True)[:BEST]
            count += len(tried)
        worst[name] = Worst(*best[0], count=count)
    return worst


def neighbour(rng: random.Random, args: Point) -> Point:
    """A point whose numbers differ from those of `args` in any of their digits, or not at all."""
    moved = (x if rng.random() < 0.3 else near(rng, x) for x in args)
    return tuple(moved)
