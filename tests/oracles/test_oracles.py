"""The other systems agree, or the list says why not: their samples and ours, at every edge of floating point."""

from functools import cache

import pytest

from autograd_core.primitives import TABLE
from tests.oracles.__main__ import all_differences, installed, outdated, reason_of, table
from tests.oracles.compare import Difference, differences
from tests.oracles.disagreements import CONTRACT, ERROR, REASONS
from tests.oracles.peers import PEERS, Peer
from tests.oracles.samples import operator_infos, samples

pytestmark = pytest.mark.thorough
INSTALL = "is not installed: pip install 'autograd-core[bench]'"


@pytest.fixture(scope="module")
def peers() -> dict[str, Peer]:
    return _peers()


@cache
def _peers() -> dict[str, Peer]:
    return installed()


@cache
def _found(system: str) -> list[Difference]:
    return list(all_differences({system: _peers()[system]}, TABLE))


@pytest.mark.parametrize("system", PEERS)
def test_every_disagreement_is_explained_and_every_explanation_is_needed(system: str):
    pytest.importorskip(system, reason=f"{system} {INSTALL}")
    found = _found(system)
    assert [d for d in found if reason_of(d) is None] == []
    assert outdated(found, [system], TABLE) == []
    written = table(found).replace(r"\*", "*")
    assert all(reason.text in written for reason in REASONS if system in reason.where)


def test_pytorch_has_sample_inputs():
    pytest.importorskip("torch", reason=f"torch {INSTALL}")
    pytest.importorskip("expecttest", reason=f"expecttest {INSTALL}")
    infos = operator_infos()
    assert {"tanh", "pow", "hypot", "nn.functional.gelu", "remainder"} <= set(infos)
    assert len(samples("pow")) > 2_000


def test_every_operation_has_an_oracle():
    """But for step: others have no derivative by the threshold, or none at all."""
    for system in PEERS:
        pytest.importorskip(system, reason=f"{system} {INSTALL}")
    assert set(TABLE) - {name for peer in _peers().values() for name in peer.operations} == {"step"}


def test_a_wrong_result_of_ours_is_no_disagreement(monkeypatch: pytest.MonkeyPatch):
    """It is an error, whatever the list says."""
    pytest.importorskip("scipy", reason=f"scipy {INSTALL}")
    from tests.oracles import compare

    right = compare.value_and_partials
    monkeypatch.setattr(
        compare, "value_and_partials", lambda row, x: (right(row, x)[0] * (1.0 + 1e-13), right(row, x)[1])
    )
    with pytest.raises(AssertionError, match=r"^ours: value of cbrt\(.*\) is .*ulp off"):
        differences("scipy", _peers()["scipy"], "cbrt", [(x,) for x in (2.0, 5.0, 700.0)])


def test_reasons_are_of_two_kinds():
    assert {reason.verdict for reason in REASONS} == {CONTRACT, ERROR}
    assert {peer for reason in REASONS for peer in reason.where} == set(PEERS)
