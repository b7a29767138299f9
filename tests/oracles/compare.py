"""Our operations beside those of another system, point by point: who is right where they differ."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from flint import arb

from autograd_core.domains import domain_errors
from autograd_core.primitives import TABLE
from autograd_core.row import Primitive
from tests.accuracy.engine import value_and_partials
from tests.accuracy.measure import truth_of
from tests.accuracy.reference import truth
from tests.accuracy.sampling import SMALLEST
from tests.high_precision import HIGH, High
from tests.oracles.peers import MISSING, Peer, evaluate

ROUNDING = 16.0
"""Ulps that count as rounding, on either side."""
JUDGED = 300
"""How many of the points where two systems differ are compared with the truth: those where they differ most."""


class Difference(NamedTuple):
    """Where a system differs from the engine: the worst point of one kind."""

    peer: str
    name: str
    result: str
    kind: str
    point: tuple[float, ...]
    ours: float
    theirs: float
    exact: str
    ulps: float
    count: int

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What the list of disagreements calls it."""
        return self.peer, self.name, self.result, self.kind


def kind_of(row: Primitive, x: Sequence[float], value: float) -> str:
    """What is special about a point, or about the `value` there; "digits" where nothing is."""
    if any(map(math.isnan, x)):
        return "nan"
    domain = row.domain * len(x) if row.variadic else row.domain
    if not all(y in d for y, d in zip(x, domain, strict=True)) or (row.outside and row.outside(*x)):
        return "outside"
    if math.isnan(value):
        return "nan"
    if any(map(math.isinf, x)):
        return "infinity"
    return "kink" if _is_kink(row, x) else "digits"


def _is_kink(row: Primitive, x: Sequence[float]) -> bool:
    """Whether the derivative at `x` is a convention, or infinite at an end of the domain."""
    if tuple(x) in row.at or (row.name == "pow" and x[0] == 0.0):
        return True
    if row.name in ("sqrt", "asin", "acos", "acosh") and abs(x[0]) in (row.domain[0].low, row.domain[0].high):
        return True
    kinks = () if row.kinks is None else row.kinks(HIGH, *map(High, x))
    return any(getattr(kink, "number", kink) == 0 for kink in kinks)


def _is_subnormal(x: Sequence[float], exact: arb) -> bool:
    """Whether an operand or the result is no normal number."""
    return any(0.0 < abs(y) < SMALLEST for y in x) or bool(abs(exact).upper() < SMALLEST and exact != 0)


def differences(peer_name: str, peer: Peer, name: str, points: Sequence[tuple[float, ...]]) -> list[Difference]:
    """Every kind of disagreement about an operation, each with its worst point.

    Raises
    ------
    AssertionError
        If the engine is the one that is wrong.
    """
    row = TABLE[name]
    found: dict[str, Difference] = {}
    by_length: dict[int, list[tuple[float, ...]]] = {}
    for x in points:
        by_length.setdefault(len(x), []).append(x)
    for group in by_length.values():
        with domain_errors("ieee"):
            rows = [value_and_partials(row, x) for x in group]
        ours = [np.array(column) for column in zip(*((value, *partials) for value, partials in rows), strict=True)]
        theirs = evaluate(peer, name, group)
        for index, (own, other) in enumerate(zip(ours, theirs, strict=False)):
            label = _label(row, index)
            for difference in _of_result(peer_name, row, label, index, group, ours[0], own, other):
                known = found.get(f"{label} {difference.kind}")
                if known is None or difference.ulps > known.ulps:
                    count = difference.count + (known.count if known else 0)
                    found[f"{label} {difference.kind}"] = difference._replace(count=count)
                else:
                    found[f"{label} {difference.kind}"] = known._replace(count=known.count + difference.count)
    return list(found.values())


def _label(row: Primitive, index: int) -> str:
    if index == 0:
        return "value"
    return "partials" if row.variadic else f"d/d{row.parameters[index - 1]}"


def _of_result(
    peer: str,
    row: Primitive,
    label: str,
    index: int,
    points: Sequence[tuple[float, ...]],
    values: np.ndarray,
    ours: np.ndarray,
    theirs: np.ndarray,
) -> list[Difference]:
    with np.errstate(all="ignore"):
        size = np.maximum(np.abs(ours), np.abs(theirs))
        apart = np.abs(ours - theirs) / np.maximum(np.spacing(np.where(np.isfinite(size), size, 1.0)), 5e-324)
    apart = np.where((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)), 0.0, apart)
    apart = np.where(np.isnan(apart) | ((np.abs(apart) > 0) & ~np.isfinite(size)), np.inf, apart)
    apart = np.where(theirs == MISSING, 0.0, apart)
    candidates = np.flatnonzero(apart > 2.0)
    kinds: dict[str, list[int]] = {}
    for i in candidates:
        kinds.setdefault(kind_of(row, points[i], values[i]), []).append(int(i))
    found = []
    for kind, which in kinds.items():
        which.sort(key=lambda i: -apart[i])
        if kind != "digits":
            far = [i for i in which if apart[i] > ROUNDING]
            if far:
                i = min(far, key=lambda i: sum(map(_plainness, points[i])))
                found.append(_difference(peer, row, label, kind, points[i], ours[i], theirs[i], "", apart[i], len(far)))
            continue
        judged: dict[str, list[tuple[float, int, arb]]] = {}
        for i in which[:JUDGED]:
            results = truth(row.name, points[i])
            if index >= len(results):  # no derivative is promised
                continue
            exact = results[index][0]
            measure = truth_of([results[index]])
            own, other = (float(measure.ulps(np.array([x]))[0]) for x in (ours[i], theirs[i]))
            assert own <= row.ulp, f"ours: {label} of {row.name}{points[i]} is {ours[i]!r}, {own:.3g} ulp off"
            if other > ROUNDING:
                subnormal = _is_subnormal(points[i], exact)
                judged.setdefault("subnormal" if subnormal else "digits", []).append((other, i, exact))
        for name, worst in judged.items():
            error, i, exact = max(worst, key=lambda item: (item[0], -item[1]))
            text = exact.str(17, radius=False)
            found.append(_difference(peer, row, label, name, points[i], ours[i], theirs[i], text, error, len(worst)))
    return found


def _difference(peer: str, row: Primitive, label: str, kind: str, point: tuple[float, ...], ours: float, theirs: float,
                exact: str, ulps: float, count: int) -> Difference:  # fmt: skip
    return Difference(peer, row.name, label, kind, point, float(ours), float(theirs), exact, float(ulps), count)


def _plainness(x: float) -> float:
    """Small for numbers that read well."""
    return 0.0 if x in (0.0, 1.0, -1.0, 2.0) or not math.isfinite(x) else 1.0 + abs(math.log10(abs(x)))
