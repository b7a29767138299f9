"""Points where accuracy is measured: over all magnitudes of doubles, and crowded around everything special."""

import math
import random
from collections.abc import Callable, Iterator

from autograd_core.row import Primitive

LARGEST, SMALLEST, TINIEST = 1.7976931348623157e308, 2.2250738585072014e-308, 5e-324

SPECIAL = (
    0.0, 0.25, 0.5, 1.0, 2.0, math.e, math.pi / 2, math.pi, 10.0, 100.0 * math.pi,
    0.7517915247, 1.2784645428,  # zeros of gelu' and silu'
    1.4142135623730951, 26.5432, 27.2264, 37.5193, 38.4854, 60.0,  # erfc, gelu: subnormal, zero
    36.7368, 40.0, 700.0, 708.3964, 709.7827, 710.4758, 745.1332, 750.0, 800.0, 1400.0, 1490.0,  # exp, sinh, silu
    1021.0, 1023.0, 1024.0, 1074.0, 308.2547, 323.3062,
    2.0**20, 2.0**26, 2.0**27, 2.0**40, 2.0**53, 2.0**500, 2.0**511, 2.0**512, 2.0**537,
    2.0**900, 2.0**960, 2.0**1000, 2.0**1021, 2.0**1022, 2.0**1023, LARGEST,
    2.0**-20, 2.0**-27, 2.0**-54, 2.0**-500, 2.0**-511, 2.0**-537, 2.0**-900, 2.0**-960, 2.0**-1000,
    2.0**-1021, SMALLEST, 2.0**-1023, 2.0**-1024, TINIEST,
)  # fmt: skip
"""Kinks, zeros, thresholds of overflow and underflow, and switches inside the rules; each with both signs."""


def double(rng: random.Random) -> float:
    """A finite double: any magnitude, a moderate one, or one near something special; of either sign."""
    kind = rng.random()
    if kind < 0.3:
        x = _log_uniform(rng, -1074, 1023)
    elif kind < 0.6:
        x = _log_uniform(rng, -12, 6)
    elif kind < 0.7:
        x = rng.uniform(0.0, rng.choice((3.0, 50.0, 800.0)))
    else:
        x = near(rng, rng.choice(SPECIAL))
    return (-x if rng.random() < 0.5 else x) + 0.0  # no -0.0: the reference has none


def _log_uniform(rng: random.Random, low: int, high: int) -> float:
    return math.ldexp(rng.uniform(1.0, 2.0), rng.randint(low, high))


def near(rng: random.Random, x: float) -> float:
    """A finite double a few ulps, or any smaller part of its magnitude, away from `x`."""
    kind = rng.random()
    if kind < 0.4:
        y = x + rng.randint(-4, 4) * math.ulp(x)
    elif kind < 0.9:
        y = x * (1.0 + rng.uniform(-1.0, 1.0) * 2.0 ** -rng.randint(1, 50))
    else:
        y = x + rng.uniform(-1.0, 1.0) * 2.0 ** -rng.randint(1, 50)
    return max(-LARGEST, min(LARGEST, y))


def pair(rng: random.Random) -> tuple[float, float]:
    """Two doubles: unrelated, of similar magnitude, or nearly the same up to sign."""
    x, kind = double(rng), rng.random()
    if kind < 0.5:
        return x, double(rng)
    if kind < 0.8:
        exponent = rng.randint(-60, 60) + math.frexp(x)[1]
        y = math.ldexp(rng.uniform(1.0, 2.0), max(-1074, min(1022, exponent)))
    else:
        y = near(rng, abs(x))
    return (x, y) if rng.random() < 0.5 else (y, 0.0 - x)


def power(rng: random.Random) -> tuple[float, float]:
    """A base and an exponent, often such that the power is a normal number."""
    if rng.random() < 0.2:
        return pair(rng)
    x = abs(double(rng)) or 1.0
    if x == 1.0:
        x = near(rng, 1.0)
    p = rng.uniform(-1.05, 1.05) * min(745.0 / abs(math.log(x) or 1.0), LARGEST / 2)
    if rng.random() < 0.3:
        p = float(math.floor(p))
        x = -x if rng.random() < 0.5 else x
    return x, p


def several(rng: random.Random) -> tuple[float, ...]:
    """One to six doubles, unrelated, of moderate size, or nearly the same."""
    count, kind = rng.randint(1, 6), rng.random()
    if kind < 0.4:
        return tuple(double(rng) for _ in range(count))
    if kind < 0.8:
        return tuple(rng.uniform(-40.0, 40.0) for _ in range(count))
    x = double(rng)
    return tuple(near(rng, x) for _ in range(count))


def weighted_sum(rng: random.Random) -> tuple[float, ...]:
    """Weights, as many inputs, and a bias; no product or sum leaves the range of doubles."""
    values = [max(-(2.0**500), min(2.0**500, x)) for x in several(rng)]
    others = [_log_uniform(rng, -400, 400) for _ in values]
    return (*values, *others, rng.uniform(-1.0, 1.0))


def _single(rng: random.Random) -> tuple[float, ...]:
    return (double(rng),)


SAMPLERS: dict[str, Callable[[random.Random], tuple[float, ...]]] = {
    "pow": power,
    "fsum": several, "prod": several, "logsumexp": several, "dot": weighted_sum,
    "clip": lambda rng: (double(rng), *sorted((double(rng), double(rng)))),
    "where": lambda rng: (float(rng.randint(0, 1)), double(rng), double(rng)),
}  # fmt: skip


def points(row: Primitive, count: int, seed: int = 0) -> Iterator[tuple[float, ...]]:
    """`count` points in the domain of `row`, away from those whose partials are conventions."""
    rng = random.Random(f"{row.name} {seed}")
    sample = SAMPLERS.get(row.name, pair if len(row.parameters) == 2 else _single)
    while count:
        args = sample(rng)
        if is_regular(row, args):
            count -= 1
            yield args


def is_regular(row: Primitive, args: tuple[float, ...]) -> bool:
    """Whether `args` is in the domain, and neither a tie, nor a pole of the derivative, nor a convention."""
    domain = row.domain * len(args) if row.variadic else row.domain
    if not all(x in interval for x, interval in zip(args, domain, strict=True)):
        return False
    if args in row.at or (row.outside is not None and row.outside(*args) is not None):
        return False
    if row.name in ("maximum", "minimum", "clip"):
        return args[0] not in args[1:]
    if row.name in ("relu", "leaky_relu", "elu"):
        return args[0] != 0.0
    if row.name in ("sqrt", "asin", "acos", "acosh"):
        return abs(args[0]) not in (row.domain[0].low, row.domain[0].high)
    return row.name != "pow" or args[0] != 0.0
