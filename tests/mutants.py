"""Rows with one fault each: what the checks of the rows must find."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from autograd_core.row import Primitive, Rule


def with_partials(row: Primitive, partials: tuple[Rule, ...], at: Mapping[Any, Any] | None = None) -> Primitive:
    """`row` with other partials, and other conventions if `at` is given."""
    return Primitive(
        row.name, row.primal, partials, row.domain, symbol=row.symbol, traits=row.traits,
        at=row.at if at is None else at, kinks=row.kinks, outside=row.outside, ulp=row.ulp,
    )  # fmt: skip


def changed(row: Primitive, index: int, change: Callable[[Any, Any], Any]) -> Primitive:
    """`row` with `change` applied to its partial by operand `index`; one of a variadic row's is counted in a circle."""
    if row.variadic:
        rule = row.partials[0]

        def changed_list(m: Any, *arguments: Any) -> list[Any]:
            partials = list(rule(m, *arguments))
            partials[index % len(partials)] = change(m, partials[index % len(partials)])
            return partials

        return with_partials(row, (changed_list,))
    rule = row.partials[index]  # now: the row itself may get the faulty one
    rules = list(row.partials)
    rules[index] = lambda m, *arguments: change(m, rule(m, *arguments))
    return with_partials(row, tuple(rules))


def scaled(relative: float) -> Callable[[Any, Any], Any]:
    """A change that makes a partial larger by this part of it, and by this much where it is zero."""
    factor = 1.0 + relative
    return lambda m, partial: m.where(
        partial < 0.0, partial * factor, m.where(partial > 0.0, partial * factor, partial + relative)
    )


def _swapped(row: Primitive) -> Iterator[tuple[str, Primitive]]:
    if row.variadic:
        rule = row.partials[0]
        yield "reversed", with_partials(row, (lambda m, *arguments: list(rule(m, *arguments))[::-1],))
    count = len(row.partials)
    for i in range(count):
        for j in range(i + 1, count):
            rules = list(row.partials)
            rules[i], rules[j] = rules[j], rules[i]
            yield f"{i} and {j} swapped", with_partials(row, tuple(rules))


def mutants(row: Primitive, relative: float = 1e-6) -> Iterator[tuple[str, Primitive]]:
    """Every partial a little too large, with the wrong sign, and in another's place."""
    for index in range(2 if row.variadic else len(row.partials)):
        yield f"partial {index} scaled", changed(row, index, scaled(relative))
        yield f"partial {index} negated", changed(row, index, lambda m, partial: -partial)
    yield from _swapped(row)
