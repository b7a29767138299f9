"""Points of every row lie where they are said to lie."""

import math
import random

import pytest

from autograd_core.domains import POSITIVE, REAL, UNIT, Interval
from autograd_core.primitives import TABLE
from autograd_core.row import Primitive
from autograd_core.testing import sampling

POINTS = 60


@pytest.mark.parametrize("name", TABLE)
def test_points_lie_in_the_domain(name):
    row, rng = TABLE[name], random.Random(name)
    for near in ("interior", "edges", "anywhere", *(["kinks"] if sampling.has_kinks(row) else [])):
        for _ in range(POINTS):
            assert sampling.in_domain(row, sampling.point(rng, row, near))


@pytest.mark.parametrize("name", TABLE)
def test_interior_points_stay_away_from_kinks_and_ends(name):
    row, rng = TABLE[name], random.Random(name)
    for _ in range(POINTS):
        x = sampling.point(rng, row, "interior")
        assert sampling.is_regular(row, x)
        assert all(abs(number) <= 100.0 for number in x)
        for i, interval in enumerate(sampling.domains(row, x)):
            if "selection" not in row.traits:
                assert all(x[i] + d in interval for d in (0.01, -0.01))


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.kinks])
def test_kinks_are_hit_exactly_and_from_both_sides(name):
    row, rng = TABLE[name], random.Random(name)
    nearest = [min(sampling.kink_values(row, sampling.point(rng, row, "kinks")), key=abs) for _ in range(200)]
    assert nearest.count(0.0) > 40
    assert any(0.0 < k < 1e-3 for k in nearest)
    assert any(-1e-3 < k < 0.0 for k in nearest)


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.at])
def test_conventions_are_among_the_kinks(name):
    row, rng = TABLE[name], random.Random(name)
    assert {sampling.point(rng, row, "kinks") for _ in range(200)} >= set(row.at)


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if sampling.has_outside(row)])
def test_outside_points_lie_outside(name):
    row, rng = TABLE[name], random.Random(name)
    for _ in range(POINTS):
        assert not sampling.in_domain(row, sampling.outside_point(rng, row))


def test_edges_contain_ends_thresholds_and_what_was_asked_for():
    numbers = sampling.edge_numbers(UNIT)
    assert {1.0, -1.0, math.nextafter(1.0, 0.0), 5e-324} <= set(numbers)
    assert any(x == 0.0 and math.copysign(1.0, x) < 0.0 for x in numbers)
    assert 0.0 not in sampling.edge_numbers(POSITIVE)
    assert all(map(math.isfinite, sampling.edge_numbers(REAL)))
    assert {math.inf, -math.inf} <= set(sampling.edge_numbers(REAL, infinite=True))
    assert math.inf not in sampling.edge_numbers(UNIT, infinite=True)
    assert any(map(math.isnan, sampling.edge_numbers(REAL, nan=True)))


def test_kinks_of_any_expression_are_found():
    row = Primitive(
        "beyond_sqrt_two", lambda m, x: m.maximum(x * x, 2.0), [lambda m, x, out: 2.0 * x], [REAL],
        kinks=lambda m, x: (x * x - 2.0,),
    )  # fmt: skip
    rng = random.Random(0)
    assert all(abs(sampling.point(rng, row, "kinks")[0] ** 2 - 2.0) < 2.0 for _ in range(20))


def test_lengths_of_sequences():
    rng = random.Random(0)
    assert {len(sampling.point(rng, TABLE["fsum"], lengths=(0, 3))) for _ in range(100)} == {0, 1, 2, 3}
    assert {len(sampling.point(rng, TABLE["dot"], lengths=(1, 2))) for _ in range(100)} == {3, 5}


def test_impossible_requests_say_why():
    rng = random.Random(0)
    with pytest.raises(ValueError, match="exp has no kinks"):
        sampling.point(rng, TABLE["exp"], "kinks")
    with pytest.raises(ValueError, match="exp is defined for all real numbers"):
        sampling.outside_point(rng, TABLE["exp"])
    with pytest.raises(sampling.NotFoundError, match="no inner point"):
        sampling.interior(rng, Interval(1.0, 1.0))
