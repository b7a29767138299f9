"""What kind of mistake a wrong derivative looks like: a sign, a factor, a missing term, swapped arguments.

A guess must hold at several points before it is made, so that a factor of 2 is told from a factor x that happens to
be 2.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..evaluate import NUMBERS
from ..ieee import Float
from .replay import on_floats
from .rulecheck import Fault, along, argument_name, careful

CONSTANTS: dict[str, float] = {
    "2": 2.0, "1/2": 0.5, "3": 3.0, "1/3": 1.0 / 3.0, "4": 4.0, "1/4": 0.25, "10": 10.0, "1/10": 0.1,
    "π": math.pi, "1/π": 1.0 / math.pi, "2π": 2.0 * math.pi, "1/2π": 0.5 / math.pi, "√π": math.sqrt(math.pi),
    "2/√π": 2.0 / math.sqrt(math.pi), "√2": math.sqrt(2.0), "1/√2": math.sqrt(0.5), "1/√(2π)": math.sqrt(0.5 / math.pi),
    "ln 2": math.log(2.0), "1/ln 2": 1.0 / math.log(2.0), "ln 10": math.log(10.0), "1/ln 10": 1.0 / math.log(10.0),
    "π/180": math.pi / 180.0, "180/π": 180.0 / math.pi,
}  # fmt: skip
"""Factors that people forget or put in once too often."""

FUNCTIONS = "sin cos tan exp log sqrt square tanh sigmoid".split()
"""Functions of an argument that occur in terms and factors that people forget."""


class Probe(NamedTuple):
    """An operation at one point: its operands, result, recorded partials, and the partials that its values show."""

    operands: tuple[float, ...]
    out: float
    partials: list[float]
    numerical: list[float]


def diagnose(fault: Fault) -> str:
    """What kind of mistake a wrong partial looks like, in words; says so if it looks like none that is known."""
    probes = [probe for point in _points(fault.operands) if (probe := _probe(fault, point))]
    i = fault.argument
    transposed = [_transposed(probe.partials, probe.numerical) for probe in probes]
    if transposed and transposed[0] and len(set(transposed)) == 1:
        return transposed[0]
    if not _close(fault.partial, fault.numerical):
        for text, expected in _guesses(fault, probes):
            differs = any(not _close(expected(probe), probe.numerical[i]) for probe in probes)
            if differs and all(_close(expected(probe), probe.partials[i]) for probe in probes):
                return text
    return _size(fault.partial, fault.numerical)


def _points(operands: tuple[float, ...]) -> Iterator[tuple[float, ...]]:
    """The point itself, and some near it."""
    yield operands
    for k in (1.0, 2.0, 3.0):
        yield tuple([x * (1.0 + 0.07 * k) + 0.013 * (i + 1) * k for i, x in enumerate(operands)])
        yield tuple([x * (1.0 - 0.05 * k) for x in operands])


def _probe(fault: Fault, operands: tuple[float, ...]) -> Probe | None:
    """The operation at `operands`; None where it has no value or its partials cannot be estimated well."""
    row = fault.row
    try:
        out = on_floats(row, operands)
        partials = row.partials_at(NUMBERS, row.arguments([Float(x) for x in operands]), Float(out))
        estimates = [careful(along(row, operands, i), x) for i, x in enumerate(operands)]
    except (ArithmeticError, ValueError):
        return None
    if any(len(found) != 1 or found[0].error > 1e-6 * abs(found[0].value) + 1e-12 for found in estimates):
        return None
    numerical = [found[0].value for found in estimates]
    if len({math.isfinite(x) for x in (*partials, out)}) > 1 or not any(numerical):
        return None
    return Probe(operands, out, [float(p) for p in partials], numerical)


Guess = tuple[str, Callable[[Probe], float]]


def _guesses(fault: Fault, probes: Sequence[Probe]) -> Iterator[Guess]:
    """What the wrong partial would be if this or that mistake had been made; simple ones first."""
    i, count = fault.argument, len(fault.operands)
    names = [argument_name(fault.row, k, count) for k in range(count)]
    terms: list[tuple[str, Callable[[Probe], float]]] = [
        (name, lambda p, k=k: p.operands[k])  # type: ignore[misc]
        for k, name in enumerate(names)
    ]
    terms.append(("out", lambda p: p.out))
    inner: list[tuple[str, Callable[[Probe], float]]] = [
        (f"{function}({name})", lambda p, k=k, name=function: getattr(NUMBERS, name)(Float(p.operands[k])))  # type: ignore[misc]
        for function in FUNCTIONS
        for k, name in enumerate(names)
    ]
    yield "a wrong sign", lambda p: -p.numerical[i]
    for j in range(count):
        if j != i:
            yield (
                f"swapped arguments: this is the partial with respect to argument {j} ('{names[j]}')",
                lambda p, j=j: p.numerical[j],  # type: ignore[misc]
            )
    yield from ((text, lambda p, c=c: c * p.numerical[i]) for text, c in _factors())
    for name, term in terms:
        yield f"a missing factor {name}", lambda p, t=term: _over(p.numerical[i], t(p))  # type: ignore[misc]
        yield f"a factor {name} too much", lambda p, t=term: p.numerical[i] * t(p)  # type: ignore[misc]
        yield f"a missing factor {name}²", lambda p, t=term: _over(p.numerical[i], t(p) ** 2)  # type: ignore[misc]
        yield f"a missing factor (1 - {name})", lambda p, t=term: _over(p.numerical[i], 1.0 - t(p))  # type: ignore[misc]
        yield f"a missing factor (1 + {name})", lambda p, t=term: _over(p.numerical[i], 1.0 + t(p))  # type: ignore[misc]
    yield "the value of the operation in place of its derivative", lambda p: p.out
    for name, term in [("1", lambda p: 1.0), *terms]:
        yield f"a missing term + {name}", lambda p, t=term: p.numerical[i] - t(p)  # type: ignore[misc]
        yield f"a missing term - {name}", lambda p, t=term: p.numerical[i] + t(p)  # type: ignore[misc]
    gaps = [p.numerical[i] - p.partials[i] for p in probes]
    if gaps and all(_close(gap, gaps[0]) for gap in gaps):
        yield f"a missing constant term {gaps[0]:+.6g}", lambda p: p.numerical[i] - gaps[0]
    ratios = [_over(p.partials[i], p.numerical[i]) for p in probes]
    if ratios and all(_close(ratio, ratios[0]) for ratio in ratios):
        yield f"a constant factor: it is {ratios[0]:.9g} times what it should be", lambda p: ratios[0] * p.numerical[i]
    for name, term in inner:
        yield f"a missing factor {name}", lambda p, t=term: _over(p.numerical[i], t(p))  # type: ignore[misc]
        yield f"a missing term + {name}", lambda p, t=term: p.numerical[i] - t(p)  # type: ignore[misc]
        yield f"a missing term - {name}", lambda p, t=term: p.numerical[i] + t(p)  # type: ignore[misc]
        for other, factor in terms:
            product = f"{other}·{name}"
            yield f"a missing term + {product}", lambda p, t=term, u=factor: p.numerical[i] - t(p) * u(p)  # type: ignore[misc]
            yield f"a missing term - {product}", lambda p, t=term, u=factor: p.numerical[i] + t(p) * u(p)  # type: ignore[misc]


def _factors() -> Iterator[tuple[str, float]]:
    """(what to say, the factor by which the derivative would be wrong)."""
    for name, c in CONSTANTS.items():
        inverse = next(n for n, d in CONSTANTS.items() if _close(c * d, 1.0)) if name in _WITH_INVERSE else None
        text = f"a missing factor {inverse}" if inverse and c < 1.0 else f"a factor {name} too much"
        yield text, c
        yield f"a wrong sign and {text}", -c


_WITH_INVERSE = {name for name, c in CONSTANTS.items() if any(abs(c * d - 1.0) < 1e-12 for d in CONSTANTS.values())}


def _transposed(wrong: Sequence[float], right: Sequence[float]) -> str | None:
    """Whether the partials are right for a matrix with rows and columns exchanged."""
    count = len(wrong)
    if all(map(_close, wrong, right)):
        return None
    for rows in range(2, count // 2 + 1):
        columns, rest = divmod(count, rows)
        if not rest:
            exchanged = [right[j * rows + i] for i in range(rows) for j in range(columns)]
            if all(map(_close, wrong, exchanged)):
                return f"a transposed matrix: {rows}×{columns} numbers are read as {columns}×{rows}"
    return None


def _over(x: float, y: float) -> float:
    return x / y if y else math.nan


def _close(x: float, y: float) -> bool:
    return abs(x - y) <= 1e-6 * max(abs(x), abs(y)) + 1e-12


def _size(wrong: float, right: float) -> str:
    """By how much a derivative is off, where nothing better is known."""
    if right == 0.0:
        return "no simple mistake: it should be 0"
    off = wrong / right - 1.0
    if abs(off) < 1e-3:
        return f"a small relative error of {off:.2g}: a constant with too few digits, or a loss of digits in the rule"
    return f"no simple mistake: it is {wrong / right:.6g} times what it should be"
