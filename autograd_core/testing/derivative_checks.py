"""The checks of a row's partials: against its primal, against each other, and where they jump.

Each check takes a `Subject` and yields texts that say what is wrong; nothing means that the row has passed.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..checking.diagnosis import diagnose
from ..checking.rulecheck import Fault
from ..functional import grad, hessian, jvp
from ..row import UNSELECTED, Primitive
from ..value import Value, apply
from .sampling import SMALLEST, Point, in_domain, kink_values
from .subject import Subject

RELATIVE = 1e-10
"""Differences of partials below this part of them are rounding."""
ROUNDING = 1e-12
HALVINGS = 70


def check_partials(subject: Subject) -> Iterator[str]:
    """The partials are the derivatives of the primal; a row that counts as a constant has none."""
    if "constant" in subject.row.traits:
        yield from _not_constant(subject)
        return
    wrong: dict[int, list[Fault]] = {}
    for x in subject.inside:
        value, partials = subject.evaluate(x)
        if not math.isfinite(value):
            continue
        for i in subject.active(x):
            slope = subject.slope(x, i)
            if slope is None or slope.is_loose:
                continue
            if not abs(partials[i] - slope.value) <= 2.0 * slope.error + RELATIVE * abs(slope.value):
                fault = Fault(subject.row, x, i, float(partials[i]), slope.value, slope.error)
                wrong.setdefault(0 if subject.row.variadic else i, []).append(fault)
    for faults in wrong.values():
        yield _explained(subject, faults)


def _not_constant(subject: Subject) -> Iterator[str]:
    """Partials of a constant that are not marked as not taken."""
    for x in subject.inside:
        _, partials = subject.interpreted(x)
        if any(p is not UNSELECTED for p in partials):
            yield f"the row counts as a constant, but its partials are {partials}, not UNSELECTED\n  at {subject.at(x)}"
            return


def _explained(subject: Subject, faults: Sequence[Fault]) -> str:
    """One wrong partial in words: where it is seen best, by how much, and what the mistake looks like."""
    faults = sorted(faults, key=_remoteness)
    fault = faults[0]
    off, relative = abs(fault.partial - fault.numerical), _relative(fault.partial, fault.numerical)
    points = f"{len({f.operands for f in faults})} of {len(subject.inside)} points"
    return "\n".join([
        f"the partial by {fault.argument_name} (argument {fault.argument}) is wrong at {points}",
        f"  at {subject.at(fault.operands)}:",
        f"  the rule gives {fault.partial:.12g}, the primal has the derivative {fault.numerical:.12g} (± {fault.error:.1g})",
        f"  it is off by {off:.3g}, relative to the derivative by {relative:.3g}",
        f"  it looks like {_kind(subject, faults)}",
    ])  # fmt: skip


def _remoteness(fault: Fault) -> float:
    """How far the operands of a fault are from 1 in magnitude: far out, many mistakes look alike."""
    return max(abs(math.log2(abs(x) or SMALLEST)) for x in fault.operands)


def _kind(subject: Subject, faults: Sequence[Fault]) -> str:
    """The kind of mistake: what all faults have in common, or what the first one looks like."""
    if any(math.isnan(f.partial) for f in faults):
        return "an overflow, or an operation outside of its domain, in the rule: it is nan"
    if all(f.partial == 0.0 for f in faults):
        return "a rule that is missing, or an edge marked UNSELECTED that is taken: it is 0"
    return _side(subject, faults) + diagnose(faults[0])


def _side(subject: Subject, faults: Sequence[Fault]) -> str:
    """Whether an operand is negative wherever the partial is wrong and positive elsewhere, or the other way round."""
    bad = {f.operands for f in faults}
    good = [x for x in subject.inside if x not in bad]
    if subject.row.variadic or not good:
        return ""
    for i, name in enumerate(subject.names(good[0])):
        for sign, text in ((-1.0, "<"), (1.0, ">")):
            if all(sign * x[i] > 0.0 for x in bad) and all(sign * x[i] < 0.0 for x in good):
                return f"a mistake on the side {name} {text} 0 only: "
    return ""


def _relative(got: float, expected: float) -> float:
    error = abs(got - expected)
    return math.inf if math.isnan(error) else error / (abs(expected) or 1.0)


def check_textbook(subject: Subject) -> Iterator[str]:
    """The formula of the textbook equals the careful one."""
    row = subject.row
    if row.textbook is row.partials:
        return
    for x in subject.inside:
        value, partials = subject.evaluate(x)
        for i, (printed, careful) in enumerate(zip(subject.rules(row.textbook, x, value), partials, strict=True)):
            same = math.isnan(printed) and math.isnan(careful)
            if not (same or printed == careful or abs(printed - careful) <= 1e-6 * max(abs(careful), 1e-6)):
                yield (
                    f"the textbook formula of the partial by {subject.names(x)[i]} gives {printed!r}, "
                    f"the rule gives {careful!r}\n  at {subject.at(x)}"
                )
                return


def check_modes(subject: Subject) -> Iterator[str]:
    """Reverse and forward mode give the partials of the row."""
    row = subject.row
    for x in subject.inside[: subject.count // 2]:
        places = list(subject.active(x))

        def f(*values: Value, x: Point = x, first: int = places[0] if places else 0) -> Value:
            return apply(row, (*x[:first], *values))  # type: ignore[return-value]

        value, partials = subject.evaluate(x)
        if value != value or not all(map(math.isfinite, partials)):
            continue
        operands = tuple(x[i] for i in places)
        leaves = [Value(number) for number in operands]
        root = f(*leaves)
        root.backward()
        gradients = grad(f, argnums=tuple(range(len(places))))(*operands)
        for k, i in enumerate(places):
            direction = tuple(1.0 if j == k else 0.0 for j in range(len(places)))
            forward = jvp(f, operands, direction)[1]
            for mode, got in (("backward()", leaves[k].grad), ("grad", gradients[k]), ("jvp", forward)):
                if not abs(got - partials[i]) <= ROUNDING * abs(partials[i]):
                    yield (
                        f"{mode} gives {got!r} for the derivative by {subject.names(x)[i]}, the rule gives "
                        f"{partials[i]!r}\n  at {subject.at(x)}"
                    )
                    return


def check_second_derivatives(subject: Subject) -> Iterator[str]:
    """The rules can be differentiated again: second derivatives are those of the partials."""
    row = subject.row
    for x in subject.inside[: max(4, subject.count // 8)]:
        places = list(subject.active(x))
        value, partials = subject.evaluate(x)
        if value != value or not all(map(math.isfinite, partials)) or not places:
            continue
        head = x[: places[0]]
        matrix = hessian(lambda v, head=head: apply(row, (*head, *v)))([x[i] for i in places])
        for a, i in enumerate(places):
            for b, j in enumerate(places):
                slope = subject.slope_of_partial(x, i, j)
                if slope is None or slope.is_loose:
                    continue
                got = matrix[a][b]
                if not abs(got - slope.value) <= 4.0 * slope.error + 1e-7 * max(abs(slope.value), 1e-6):
                    names = subject.names(x)
                    yield (
                        f"the second derivative by {names[i]} and {names[j]} is {got:.12g}, but the partial by {names[i]} "
                        f"changes with {names[j]} at the rate {slope.value:.12g} (± {slope.error:.1g})\n  at {subject.at(x)}\n"
                        "  the rule holds a switch, a floor or an abs whose sides are different functions"
                    )
                    return


def check_kinks(subject: Subject) -> Iterator[str]:
    """Where the value or a partial jumps, the row declares a kink or a convention."""
    row = subject.row
    if "selection" in row.traits:
        return
    seen: set[int] = set()
    for x, y in pairwise(subject.inside):
        if len(x) != len(y):
            continue
        for i in range(len(x)):
            if i in seen or x[i] == y[i]:
                continue
            jump = _jump(subject, x, i, x[i], y[i])
            if jump is not None:
                seen.add(i)
                yield jump


def _jump(subject: Subject, x: Point, i: int, a: float, b: float) -> str | None:
    """A jump of the value or of a partial that is no declared kink, as operand `i` of `x` goes from `a` to `b`."""
    row = subject.row

    def at(t: float) -> Point:
        return (*x[:i], t, *x[i + 1 :])

    def numbers(t: float) -> Sequence[float] | None:
        if not in_domain(row, at(t)):
            return None
        value, partials = subject.evaluate(at(t))
        return (value, *partials)

    low, high = min(a, b), max(a, b)
    left, right = numbers(low), numbers(high)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if left is None or right is None or not low < middle < high:
            break
        center = numbers(middle)
        if center is None:
            return None
        if _distance(left, center) > _distance(center, right):
            high, right = middle, center
        else:
            low, left = middle, center
    if left is None or right is None:
        return None
    size = [max(abs(p), abs(q)) for p, q in zip(left, right, strict=True)]
    jumps = [k for k, (p, q, s) in enumerate(zip(left, right, size, strict=True)) if abs(p - q) > 1e-4 * max(s, 1e-3)]
    if not jumps or max(size) > 1e8 or _is_declared(subject, at(low), at(high)):
        return None
    k = jumps[-1]
    what = f"the partial by {subject.names(x)[k - 1]}" if k else "the value"
    return (
        f"{what} jumps from {left[k]:.12g} to {right[k]:.12g}, and no kink is declared there\n  at {subject.at(at(high))}\n"
        f"  add kinks=lambda m, {', '.join(row.parameters)}: (...,) with an expression that is 0 there"
    )


def _distance(p: Sequence[float], q: Sequence[float]) -> float:
    """How far apart two lists of numbers are, large numbers by their magnitude."""
    return max(
        abs(a - b) / (1.0 + min(abs(a), abs(b))) if a == a and b == b else 0.0 for a, b in zip(p, q, strict=True)
    )


def _is_declared(subject: Subject, low: Point, high: Point) -> bool:
    """Whether a kink lies between two points that are close together, or a kink or convention beside one of them."""
    row = subject.row
    if any((k > 0.0) != (l > 0.0) for k, l in zip(kink_values(row, low), kink_values(row, high), strict=True)):
        return True  # however steep the expression is, and so how far from 0 at the floats beside the kink
    return any(_is_beside_kink(row, x) for x in (low, high))


def _is_beside_kink(row: Primitive, x: Point) -> bool:
    scale = max(1.0, *map(abs, x))
    return any(abs(k) <= 1e-9 * scale for k in kink_values(row, x)) or any(
        all(abs(a - b) <= 1e-9 for a, b in zip(x, point, strict=True)) for point in row.at if len(point) == len(x)
    )


def check_selection(subject: Subject) -> Iterator[str]:
    """A selection passes its derivative to the selected operand, and marks the edge of the other as not taken."""
    if "selection" not in subject.row.traits:
        return
    for x in subject.inside:
        _, partials = subject.interpreted(x)
        taken = [i for i, p in enumerate(partials) if p is not UNSELECTED]
        chosen = 1 if x[0] else 2
        if taken != [chosen] or partials[chosen] != 1.0:
            yield (
                f"the partials are {partials}; that of {subject.names(x)[chosen]} must be 1.0 and all others UNSELECTED\n"
                f"  at {subject.at(x)}"
            )
            return
