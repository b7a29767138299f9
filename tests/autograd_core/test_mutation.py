"""The tests tested: every partial of every row, made slightly wrong, is found by the derived check or the contract."""

import math

import pytest

from autograd_core.primitives import TABLE
from tests.contract import CASES
from tests.derived import disagreement
from tests.mutants import mutants

COUNT = 60

ZERO = "the partial is zero everywhere, and so is its opposite"
SAME = "the partials are the same everywhere"
EQUIVALENT = {
    ("add", "0 and 1 swapped"): SAME,
    ("fsum", "reversed"): SAME,
    ("step", "0 and 1 swapped"): SAME,
    ("step", "partial 0 negated"): ZERO,
    ("step", "partial 1 negated"): ZERO,
    ("sign", "partial 0 negated"): ZERO,
    ("floor", "partial 0 negated"): ZERO,
    ("ceil", "partial 0 negated"): ZERO,
    ("where", "partial 0 negated"): ZERO,
}
"""The mutants that compute the same as their row, with the reason."""


@pytest.mark.parametrize("name", TABLE)
def test_every_mutant_is_found(name: str):
    row = TABLE[name]
    assert disagreement(row, count=COUNT) is None
    survivors = {what for what, mutant in mutants(row) if disagreement(mutant, row, COUNT) is None}
    assert survivors == {what for same, what in EQUIVALENT if same == name}


def test_every_partial_has_mutants():
    for row in TABLE.values():
        kinds = [what for what, _ in mutants(row)]
        assert len(set(kinds)) == len(kinds)
        assert len(kinds) >= 2 * len(row.partials)


def test_conventions_are_held_by_the_contract():
    """Points in `at` are left out of the derived check. At the finite ones, the contract holds value and partials."""
    held = {
        (case.expression.replace("x ** p", "pow(x, p)").partition("(")[0], *case.at.values(), *case.gradient.values())
        for case in CASES
    }
    for row in TABLE.values():
        for point, partials in row.at.items():
            assert (row.name, *point, *partials) in held or math.inf in map(abs, point)
