"""Intervals, and what a point outside of them does."""

import math
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_core import DomainError, Value, domain_errors, log
from autograd_core.domains import NONZERO, OPEN_UNIT, POSITIVE, REAL, UNIT, Interval, raises_domain_errors


@pytest.mark.parametrize(
    ("interval", "inside", "outside", "text"),
    [
        (REAL, [0.0, math.inf, -math.inf, math.nan], [], "(-inf, inf)"),
        (POSITIVE, [5e-324, math.inf, math.nan], [0.0, -0.0, -1.0, -math.inf], "(0, inf)"),
        (UNIT, [-1.0, 1.0, 0.0], [1.0000000000000002, math.inf], "[-1, 1]"),
        (OPEN_UNIT, [0.9999999999999999], [1.0, -1.0, -math.inf], "(-1, 1)"),
        (NONZERO, [5e-324, math.inf, math.nan], [0.0, -0.0], "(-inf, inf) without 0"),
        (Interval(0.0, 2.0, closed="low"), [0.0], [2.0], "[0, 2)"),
        (Interval(0.0, 2.0, closed="high"), [2.0], [0.0], "(0, 2]"),
    ],
    ids=str,
)
def test_an_interval_knows_its_points_and_prints_itself(
    interval: Interval, inside: list[float], outside: list[float], text: str
):
    assert all(x in interval for x in inside)
    assert not any(x in interval for x in outside)
    assert repr(interval) == text


@given(st.floats(-10, 10), st.floats(-10, 10), st.sampled_from(["both", "low", "high", ""]), st.floats(-10, 10))
def test_membership_is_the_definition(low: float, high: float, closed: str, x: float):
    low, high = sorted((low, high))
    above = x >= low if closed in ("both", "low") else x > low
    below = x <= high if closed in ("both", "high") else x < high
    assert (x in Interval(low, high, closed)) == (above and below)


def test_the_policy_ends_with_the_block_also_after_an_error():
    def fail() -> None:
        assert not raises_domain_errors()
        raise KeyError

    with pytest.raises(KeyError), domain_errors("ieee"):
        fail()
    assert raises_domain_errors()


def test_policies_nest():
    ieee = domain_errors("ieee")
    with ieee:
        with domain_errors("raise"):
            with pytest.raises(DomainError):
                log(-1.0)
            with ieee:
                assert math.isnan(log(-1.0))
            assert raises_domain_errors()
        assert math.isnan(log(Value(-1.0)).data)
    assert raises_domain_errors()


def test_an_unknown_policy_is_refused():
    with pytest.raises(ValueError, match=r'domain_errors: mode must be "raise" or "ieee", got \'warn\''):
        domain_errors("warn")


def test_the_policy_belongs_to_a_thread():
    entered, done = threading.Event(), threading.Event()
    seen: list[object] = []

    def work() -> None:
        entered.wait(10)
        try:
            log(-1.0)
        except DomainError as error:
            seen.append(error)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    with domain_errors("ieee"):
        entered.set()
        assert done.wait(10)
        assert math.isnan(log(-1.0))
    thread.join()
    assert len(seen) == 1
