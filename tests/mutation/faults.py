"""Every fault that is put into a row: those of `tests/mutants.py` at the size of the last digits, and more."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from autograd_core.row import UNSELECTED, Primitive, Rule
from tests.mutants import changed, mutants, scaled, with_partials

RELATIVE = 1e-13
"""450 to 900 ulp: less than any checker of other systems looks for."""


class Fault(NamedTuple):
    """One fault: what it is, and the row that has it."""

    what: str
    row: Primitive


def faults(row: Primitive) -> Iterator[Fault]:
    """Every partial and every convention of `row` a little wrong, with the wrong sign, in another's place, left out."""
    for what, mutant in mutants(row, RELATIVE):
        yield Fault(what, mutant)
    for index in range(2 if row.variadic else len(row.partials)):
        yield Fault(f"partial {index} omitted", changed(row, index, lambda m, partial: UNSELECTED))
    if row.kinks is not None:
        for index, rule in enumerate(row.partials):
            rules = (*row.partials[:index], _scaled_at_kinks(rule, row.kinks), *row.partials[index + 1 :])
            yield Fault(f"partial {index} scaled at kinks", with_partials(row, rules))
    for point, partials in row.at.items():
        for index, partial in enumerate(partials):
            wrong = partial + RELATIVE if abs(partial) < 1.0 else -partial
            at = {**row.at, point: (*partials[:index], wrong, *partials[index + 1 :])}
            yield Fault(f"convention {index} at {point}", with_partials(row, row.partials, at))


def _scaled_at_kinks(rule: Rule, kinks: Rule) -> Rule:
    """`rule`, wrong where a kink is and nowhere else."""
    wrong = scaled(RELATIVE)

    def faulty(m: Any, *arguments: Any) -> Any:
        partial = result = rule(m, *arguments)
        for kink in kinks(m, *arguments[:-1]):
            result = m.where(kink < 0.0, result, m.where(kink > 0.0, result, wrong(m, partial)))
        return result

    return faulty
