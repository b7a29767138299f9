"""The derivative of a function of one variable from its values alone, with a bound of its error.

Central differences err by c₁h² + c₂h⁴ + ..., one-sided ones by c₁h + c₂h² + ...: halving h and combining the results
removes one power after the other (Richardson's extrapolation). Which entry of that tableau to believe is decided as
by C. J. F. Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", Advances in Engineering Software 4 (1982),
75-76: by how much it differs from its neighbours. To that comes what the rounding of f itself does to each entry.
"""

import math
from collections.abc import Callable, Hashable
from typing import NamedTuple

EPSILON = 2.0**-52
TINIEST = 2.0**-1074
"""What rounding moves a subnormal number by: no part of it, however small, but this."""
COLUMNS = 9
HALVINGS = 60


class Sample(NamedTuple):
    """One value of a function: the number, how much rounding may have moved it, and which branches it took."""

    value: float
    noise: float
    branches: Hashable = None


Function = Callable[[float], Sample]
"""A function of one variable that raises ``ArithmeticError`` or ``ValueError`` where it has no value."""


class Estimate(NamedTuple):
    """A derivative, a bound of its error, the step it comes from, and the number of evaluations it took."""

    value: float
    error: float
    step: float
    evaluations: int


class _Difference:
    """Difference quotients of `f` at `x`, each with the part of its error that the rounding of `f` causes."""

    def __init__(self, f: Function, x: float, side: int, noise: float) -> None:
        self.f, self.x, self.side, self.noise = f, x, side, noise
        self.evaluations = 1
        self.center = f(x)

    def __call__(self, h: float) -> tuple[float, float] | None:
        """The quotient and its noise; None where a point has no finite value or lies on another branch."""
        high, low = (
            self._at(self.x + h if self.side >= 0 else self.x),
            self._at(self.x - h if self.side <= 0 else self.x),
        )
        if high is None or low is None:
            return None
        width = 2.0 * h if self.side == 0 else h
        value = (high.value - low.value) / width
        noise = (high.noise + low.noise + 2.0 * self.noise) / width + EPSILON * abs(value)
        return (value, noise) if math.isfinite(value) and math.isfinite(noise) else None

    def _at(self, x: float) -> Sample | None:
        if x == self.x:
            return self.center
        self.evaluations += 1
        try:
            sample = self.f(x)
        except (ArithmeticError, ValueError):
            return None
        # On the kink itself the branch is that of one side only: one-sided differences look at values alone.
        same = self.side != 0 or sample.branches == self.center.branches
        return sample if same and math.isfinite(sample.value) else None


def derivative(
    f: Function,
    x: float,
    side: int = 0,
    *,
    noise: float = 0.0,
    first_step: float | None = None,
    to_the_end: bool = False,
) -> Estimate | None:
    """The derivative of `f` at `x` with the smallest error bound that the differences give; None if there are none.

    Parameters
    ----------
    f
        The function; see `Function`.
    x
        The point.
    side
        0 for central differences, 1 and -1 for the derivative from the right and from the left.
    noise
        Rounding of `f` beyond what its samples say.
    first_step
        The largest step, by default a quarter of `x` or of 1, whichever is larger. Steps are powers of two.
    to_the_end
        Whether to go on to the smallest steps when rounding has taken over: costly, and sees what happens only there.

    Notes
    -----
    A derivative is local. So an entry is dropped when the entries of smaller steps contradict it by more than the
    bounds of both: the large steps have missed what happens close to `x`.
    """
    difference = _Difference(f, x, side, noise)
    h = _power_of_two(max(abs(x), 1.0) / 4.0 if first_step is None else first_step)
    rows: list[list[tuple[float, float]]] = []  # the tableau: value and noise
    found: list[Estimate] = []  # the best entry of each row
    smallest = EPSILON * max(abs(x), 2.0**-1000)
    failures = 0
    while h > smallest and len(rows) < HALVINGS:
        quotient = difference(h)
        if quotient is None:
            if rows:  # a smaller step must not be worse: start over
                rows, found = [], []
            failures += 1
            h = math.ldexp(h, -min(failures, 8))
            continue
        rows.append(_extrapolated(quotient, rows[-1] if rows else [], side))
        if len(rows) > 1:
            value, error = _best(rows[-2], rows[-1])
            error = max(error, _slow_tail([row[0] for row in rows[-3:]], value, side))
            found.append(Estimate(value, error, h, difference.evaluations))
        if not to_the_end and len(found) > 2 and quotient[1] >= 4.0 * min(entry.error for entry in found):
            break  # from here on rounding alone is larger than the error that was reached
        h *= 0.5
    return _consistent(found)._replace(evaluations=difference.evaluations) if found else None


def _power_of_two(x: float) -> float:
    """Adding a power of two is exact more often, so the step is the one that was asked for."""
    return math.ldexp(0.5, math.frexp(x)[1])


def _extrapolated(
    quotient: tuple[float, float], above: list[tuple[float, float]], side: int
) -> list[tuple[float, float]]:
    """The next row of the tableau: the quotient, then one power of h after the other removed from it."""
    row = [quotient]
    for j in range(min(len(above), COLUMNS)):
        factor = 2.0 ** (j + 1) if side else 4.0 ** (j + 1)
        value = row[j][0] + (row[j][0] - above[j][0]) / (factor - 1.0)
        noise = (factor * row[j][1] + above[j][1]) / (factor - 1.0)
        row.append((value, noise))
    return row


def _best(above: list[tuple[float, float]], row: list[tuple[float, float]]) -> tuple[float, float]:
    """The entry of `row` with the smallest bound: the difference to its neighbours (Ridders), and its noise."""
    bounds = [
        (max(abs(row[j][0] - row[j - 1][0]), abs(row[j][0] - above[j - 1][0])) + 2.0 * row[j][1], row[j][0])
        for j in range(1, len(row))
    ]
    error, value = min(bounds)
    return value, error


def _slow_tail(quotients: list[tuple[float, float]], value: float, side: int) -> float:
    """A bound for `value` where the quotients converge more slowly than for a smooth function, as those of x**1.3 at 0.

    No power of h may be removed then; what is left is the tail of a geometric series. 0.0 for a smooth function.
    """
    if len(quotients) < 3:
        return 0.0
    (first, _), (second, _), (third, noise) = quotients
    before, now = abs(second - first), abs(third - second)
    if now <= 4.0 * noise or now <= 1.25 * (0.5 if side else 0.25) * before:
        return 0.0
    ratio = now / before if before else math.inf
    return abs(value - third) + 2.0 * now * ratio / (1.0 - ratio) if ratio < 1.0 else math.inf


def _consistent(found: list[Estimate]) -> Estimate:
    """The estimate with the smallest bound that no estimate of a smaller step contradicts."""
    best = min(found, key=lambda entry: entry.error)
    while True:
        finer = [entry for entry in found if entry.step < best.step]
        if not any(abs(entry.value - best.value) > 2.0 * (entry.error + best.error) for entry in finer):
            return best
        best = min(finer, key=lambda entry: entry.error)


def rounding_noise(f: Function, x: float) -> float:
    """How much rounding moves `f` near `x`, from the third differences of values at points close together.

    A smooth function has almost none, so what is there is rounding (J. J. Moré and S. M. Wild, "Estimating
    computational noise", SIAM J. Sci. Comput. 33 (2011), 1292-1314). 0.0 where a point has no value.
    """
    largest = 0.0
    for step in (2.0**-40 * (abs(x) or 2.0**-20), 2.0**-28 * (abs(x) or 2.0**-20)):
        try:
            values = [f(x + k * step).value for k in range(8)]
        except (ArithmeticError, ValueError):
            return 0.0
        largest = max(
            largest, *(abs(values[i + 3] - 3.0 * (values[i + 2] - values[i + 1]) - values[i]) for i in range(5))
        )
    return largest if math.isfinite(largest) else 0.0
