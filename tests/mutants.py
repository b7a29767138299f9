"""Rows with one fault each: what the checks of the rows must find."""

from collections.abc import Callable, Iterator
from typing import Any

from autograd_core.row import Primitive, Rule

FACTOR = 1.0 + 1e-6


def with_partials(row: Primitive, partials: tuple[Rule, ...]) -> Primitive:
    """`row` with other partials."""
    return Primitive(
        row.name, row.primal, partials, row.domain, symbol=row.symbol, traits=row.traits, at=row.at, kinks=row.kinks,
        outside=row.outside, ulp=row.ulp,
    )  # fmt: skip


def _changed(row: Primitive, index: int, change: Callable[[Any, Any], Any]) -> Primitive:
    """`row` with `change` applied to its partial by operand `index`; one of a variadic row's is counted in a circle."""
    if row.variadic:
        rule = row.partials[0]

        def changed_list(m: Any, *arguments: Any) -> list[Any]:
            partials = list(rule(m, *arguments))
            partials[index % len(partials)] = change(m, partials[index % len(partials)])
            return partials

        return with_partials(row, (changed_list,))
    rule = row.partials[index]
    rules = list(row.partials)
    rules[index] = lambda m, *arguments: change(m, rule(m, *arguments))
    return with_partials(row, tuple(rules))


def _scaled(m: Any, partial: Any) -> Any:
    """A millionth more than `partial`; a millionth where it is zero."""
    return m.where(partial < 0.0, partial * FACTOR, m.where(partial > 0.0, partial * FACTOR, 1e-6))


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


def mutants(row: Primitive) -> Iterator[tuple[str, Primitive]]:
    """Every partial a little too large, with the wrong sign, and in another's place."""
    for index in range(2 if row.variadic else len(row.partials)):
        yield f"partial {index} scaled", _changed(row, index, _scaled)
        yield f"partial {index} negated", _changed(row, index, lambda m, partial: -partial)
    yield from _swapped(row)
