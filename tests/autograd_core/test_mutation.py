"""The tests tested: every fault in a row is found by one of the suites, or known to change nothing."""

import pytest

from autograd_core.primitives import TABLE
from tests.mutation.__main__ import judge, main
from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.faults import faults
from tests.mutation.suites import SUITES


@pytest.mark.parametrize("name", TABLE)
def test_the_suites_find_nothing_in_a_healthy_row(name: str):
    assert {suite: check(TABLE[name]) for suite, check in SUITES.items()} == dict.fromkeys(SUITES)


@pytest.mark.parametrize("name", TABLE)
def test_every_fault_is_found(name: str):
    assert [
        (verdict.fault.what, verdict.found) for verdict in judge(name, thorough=False) if not verdict.is_right
    ] == []


def test_every_partial_has_every_fault():
    for name, row in TABLE.items():
        whats = [fault.what for fault in faults(row)]
        assert len(set(whats)) == len(whats)
        for index in range(len(row.partials)):
            assert {f"partial {index} {what}" for what in ("scaled", "negated", "omitted")} <= set(whats)
        assert {what for known, what in EQUIVALENT if known == name} <= set(whats)


def test_the_table(capsys):
    assert main(["step", "tanh"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["row", "step", "tanh", "all"]
    assert lines[-1] == "every fault that changes a derivative is caught"
    assert main(["tangent"]) == 2


def test_a_fault_that_nothing_finds_is_an_error(capsys, monkeypatch):
    monkeypatch.setitem(SUITES, "accuracy", lambda row: None)
    assert main(["atanh"]) == 1
    assert "WRONG atanh, partial 0 scaled" in capsys.readouterr().out
