"""The checks of what a row promises besides its derivatives: values, domain, nan, traits, conventions, and functions.

Each check takes a `Subject` and yields texts that say what is wrong; nothing means that the row has passed.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from ..domains import domain_errors
from ..errors import DomainError
from ..functions import FUNCTIONS
from ..primitives import TABLE
from ..value import Value, apply
from .programs import OPERATORS
from .sampling import SMALLEST, Point, domains, in_domain
from .subject import Subject

ROUNDING = 1e-12


def check_value(subject: Subject) -> Iterator[str]:
    """The primal has a finite value inside of its domain, at its closed ends, and never nan."""
    for x in subject.inside:
        value = subject.value(x)
        if not math.isfinite(value):
            yield (
                f"the value is {value!r} inside the domain\n  at {subject.at(x)}\n"
                f"  the domain {_domain(subject)} is too wide, or the primal overflows on the way"
            )
            return
    for x in _at_ends(subject):
        value = subject.value(x)
        if not math.isfinite(value):
            yield (
                f"the value is {value!r} at an end that belongs to the domain {_domain(subject)}\n  at {subject.at(x)}\n"
                '  leave the end out (Interval(..., closed="")) or give it a finite value'
            )
            return
    if "sequences" in subject.row.traits:
        return  # the sum of an infinite product and one of the other sign is nan, as IEEE says
    for x in subject.edges:
        if math.isnan(subject.value(x)):
            yield (
                f"the value is nan for finite operands inside the domain {_domain(subject)}\n  at {subject.at(x)}\n"
                "  something on the way overflows (inf - inf, inf / inf, 0 * inf): write it for large numbers too"
            )
            return


def check_partials_at_edges(subject: Subject) -> Iterator[str]:
    """No partial is nan where the value is finite and the row is defined on both sides of the operand."""
    if "sequences" in subject.row.traits:
        return
    for x in subject.edges:
        value, partials = subject.evaluate(x)
        for i in subject.active(x):
            if math.isfinite(value) and math.isnan(partials[i]) and _is_open(subject, x, i):
                yield (
                    f"the partial by {subject.names(x)[i]} is nan where the value is {value!r}\n  at {subject.at(x)}\n"
                    "  the rule comes to 0 / 0, inf - inf, inf / inf or 0 * inf there: write it for such numbers too"
                )
                return


def _is_open(subject: Subject, x: Point, i: int) -> bool:
    """Whether the row is defined at the neighbours of operand `i`, however close.

    Doubles from 2**52 on are all whole numbers: they do not show whether it is defined between these.
    """
    if abs(x[i]) >= 2.0**52 and subject.row.outside is not None:
        return False
    neighbours = (math.nextafter(x[i], math.inf), math.nextafter(x[i], -math.inf))
    return all(math.isfinite(t) and in_domain(subject.row, (*x[:i], t, *x[i + 1 :])) for t in neighbours)


def check_domain_errors(subject: Subject) -> Iterator[str]:
    """Outside of the domain a `DomainError` is raised that names the row; ``domain_errors("ieee")`` gives a number."""
    for x in subject.outside:
        for operands in (x, [Value(number) for number in x]):
            try:
                result = apply(subject.row, operands)
            except DomainError as error:
                if not str(error).startswith(f"{subject.row.name}:"):
                    yield f"the DomainError does not name the row: {error}\n  at {subject.at(x)}"
                    return
            else:
                yield f"no DomainError outside of the domain {_domain(subject)}, but {result!r}\n  at {subject.at(x)}"
                return
        with domain_errors("ieee"):
            apply(subject.row, [Value(number) for number in x])


def note_narrow_domain(subject: Subject) -> Iterator[str]:
    """A remark, no fault: points outside of the domain where the primal has a finite value."""
    for x in subject.outside:
        inside = [number in interval for number, interval in zip(x, domains(subject.row, x), strict=True)]
        if not all(inside) and all(map(math.isfinite, x)) and math.isfinite(subject.value(x)):
            yield f"the primal has the value {subject.value(x)!r} outside of the domain {_domain(subject)}, at {subject.at(x)}"
            return


def check_nan(subject: Subject) -> Iterator[str]:
    """Nan in gives nan out, with nan derivatives, where the value depends on the operand at all."""
    for x, y in pairwise(subject.inside):
        for i in range(subject.active(x).start, min(len(x), len(y))):
            operands = (*x[:i], math.nan, *x[i + 1 :])
            if x[i] == y[i] or subject.value((*x[:i], y[i], *x[i + 1 :])) == subject.value(x):
                continue
            value, partials = subject.evaluate(operands)
            if not math.isnan(value):
                yield f"nan as {subject.names(x)[i]} is lost: the value is {value!r}\n  at {subject.at(operands)}"
                return
            if not all(map(math.isnan, partials)) and "selection" not in subject.row.traits:
                yield f"the value is nan, but the partials are {partials}\n  at {subject.at(operands)}"
                return


def check_compiled(subject: Subject) -> Iterator[str]:
    """The compiled function and the rules called as they are give the same."""
    for x in (*subject.inside, *subject.edges, *subject.kinks):
        fast = subject.compiled(x)
        if fast is None:
            continue
        careful = subject.interpreted(x)
        what = ["value", *(f"partial by {name}" for name in subject.names(x))]
        for text, a, b in zip(what, (fast[0], *fast[1]), (careful[0], *careful[1]), strict=True):
            if not (_same(a, b) or abs(a - b) <= 4.0 * math.ulp(b)):
                yield f"the {text} is {a!r} compiled and {b!r} interpreted\n  at {subject.at(x)}"
                return


def check_functions(subject: Subject) -> Iterator[str]:
    """The function, the method and the operator of a registered row agree; numbers in give a number out."""
    row = subject.row
    if TABLE.get(row.name) is not row:
        return
    for x in subject.inside:
        value, partials = subject.evaluate(x)
        for form, call in _calls(subject):
            plain = call(x)
            if type(plain) is not float or not _close(plain, value):
                yield f"the {form} of numbers gives {plain!r}, the rules give {value!r}\n  at {subject.at(x)}"
                return
            first = 1 if "selection" in row.traits else 0
            for constant in range(first - 1, len(x)):  # none of the operands is a constant, then one after the other
                leaves = [Value(number) if i not in (constant, first - 1) else number for i, number in enumerate(x)]
                wanted = [p for p, leaf in zip(partials, leaves, strict=True) if isinstance(leaf, Value)]
                if not wanted:
                    continue
                node = call(leaves)
                parents = tuple(leaf for leaf in leaves if isinstance(leaf, Value))
                if not isinstance(node, Value) or not _close(node.data, value) or node.op != row.name:
                    yield f"the {form} of Values gives {node!r}, the rules give {value!r}\n  at {subject.at(x)}"
                    return
                if node.parents != parents or not all(map(_close, node.partials, wanted)):
                    yield f"the {form} of Values has the partials {node.partials}, the rules give {wanted}\n  at {subject.at(x)}"
                    return


def _calls(subject: Subject) -> Iterator[tuple[str, Callable[[Sequence[object]], object]]]:
    """The ways to write the operation, each as a function of flat operands."""
    row = subject.row
    function = FUNCTIONS[row.name]
    yield "function", lambda x: function(*row.arguments(x))
    if not row.variadic and "selection" not in row.traits:
        yield "method", lambda x: getattr(x[0], row.name)(*x[1:]) if isinstance(x[0], Value) else function(*x)
    if row.name in OPERATORS:
        yield "operator", lambda x: OPERATORS[row.name](*x) if any(isinstance(v, Value) for v in x) else function(*x)


def check_conventions(subject: Subject) -> Iterator[str]:
    """At the points of `at` the partials are those that stand there."""
    row = subject.row
    for x, expected in row.at.items():
        if len(x) != len(row.parameters) or len(expected) != len(x):
            yield f"at= holds {x}: {expected}, but the row has {len(row.parameters)} arguments"
        elif not in_domain(row, x):
            yield f"at= holds a point outside of the domain {_domain(subject)}: {subject.at(x)}"
        else:
            got = subject.evaluate(x)[1]
            if not all(map(_same, got, expected)):
                yield f"the partials are {got}, at= says {expected}\n  at {subject.at(x)}"


def check_traits(subject: Subject) -> Iterator[str]:
    """What the row's traits say of it is true."""
    checks = {
        "odd": _odd, "even": _even, "commutative": _commutative, "linear": _linear, "increasing": _increasing,
        "smooth": _smooth,
    }  # fmt: skip
    for trait, check in checks.items():
        if trait in subject.row.traits:
            fault = next(check(subject), None)
            if fault:
                yield f"the row is not {trait}: {fault}"


def _odd(subject: Subject) -> Iterator[str]:
    yield from _mirrored(subject, -1.0)


def _even(subject: Subject) -> Iterator[str]:
    yield from _mirrored(subject, 1.0)


def _mirrored(subject: Subject, sign: float) -> Iterator[str]:
    """Whether f(-x) = sign·f(x)."""
    for x in subject.inside:
        mirrored = tuple(-number for number in x)
        if not in_domain(subject.row, mirrored):
            yield f"{subject.at(mirrored)} is outside of its domain, {subject.at(x)} is not"
            return
        (a, da), (b, db) = subject.evaluate(x), subject.evaluate(mirrored)
        if not _close(b, sign * a):
            yield f"its values are {a!r} at {subject.at(x)} and {b!r} at {subject.at(mirrored)}"
        if not all(_close(q, -sign * p) for p, q in zip(da, db, strict=True)):
            yield f"its partials are {da} at {subject.at(x)} and {db} at {subject.at(mirrored)}"


def _commutative(subject: Subject) -> Iterator[str]:
    for x in subject.inside:
        (a, da), (b, db) = subject.evaluate(x), subject.evaluate(x[::-1])
        if not _close(a, b):
            yield f"its values are {a!r} at {subject.at(x)} and {b!r} at {subject.at(x[::-1])}"
        if not all(map(_close, da, db[::-1])):
            yield f"its partials are {da} at {subject.at(x)} and {db} at {subject.at(x[::-1])}"


def _linear(subject: Subject) -> Iterator[str]:
    for x in subject.inside:
        value, partials = subject.evaluate(x)
        if abs(value - math.fsum(p * t for p, t in zip(partials, x, strict=True))) > ROUNDING * max(map(abs, x)):
            yield f"its value {value!r} is not the sum of its partials {partials} times its operands, {subject.at(x)}"
        for y in subject.inside:
            if len(y) == len(x) and not all(map(_close, partials, subject.evaluate(y)[1])):
                yield f"its partials differ between {subject.at(x)} and {subject.at(y)}"
                return


def _increasing(subject: Subject) -> Iterator[str]:
    for x in subject.inside:
        if min(subject.evaluate(x)[1]) < 0.0:
            yield f"its partials are {subject.evaluate(x)[1]} at {subject.at(x)}"
    if len(subject.row.parameters) == 1 and not subject.row.variadic:
        points = sorted(subject.inside)
        for x, y in pairwise(points):
            if subject.value(x) > subject.value(y) + 4.0 * math.ulp(subject.value(y)):
                yield f"it falls from {subject.value(x)!r} at {subject.at(x)} to {subject.value(y)!r} at {subject.at(y)}"


def _smooth(subject: Subject) -> Iterator[str]:
    row = subject.row
    if row.kinks is not None:
        yield "it declares kinks"
    finite = [x for x in row.at if all(map(math.isfinite, x))]
    if finite:
        yield f"its derivative is a convention at {subject.at(finite[0])}"


def _at_ends(subject: Subject) -> Iterator[Point]:
    """Points of the domain where one operand is at a closed, finite end."""
    for x in subject.inside[: max(1, subject.count // 4)]:
        for i, interval in enumerate(domains(subject.row, x)):
            ends = [interval.low] * interval.includes_low + [interval.high] * interval.includes_high
            for end in ends:
                y = (*x[:i], end, *x[i + 1 :])
                if math.isfinite(end) and in_domain(subject.row, y):
                    yield y


def _domain(subject: Subject) -> str:
    return " × ".join(map(repr, subject.row.domain))


def _same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)


def _close(a: float, b: float) -> bool:
    return _same(a, b) or abs(a - b) <= ROUNDING * abs(b) + SMALLEST
