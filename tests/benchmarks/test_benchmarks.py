"""The benchmarks run, check that all libraries agree, and compute what they print; their times are not tested."""

import gc
import json

import pytest

from benchmarks import eager, harness, memory, programs
from benchmarks.__main__ import main
from benchmarks.peers import EAGER, GraphPeer, load

ONE = harness.Effort(turns=1, runs=1)


class Wrong(GraphPeer):
    """A library with a wrong derivative."""

    name, version, timed = "wrong", "0", "nothing"

    def __init__(self, right, factor):
        self.right, self.factor = right, factor
        self.leaf, self.relu, self.dot = right.leaf, right.relu, right.dot

    def gradient(self, leaf):
        return leaf.grad * self.factor


@pytest.fixture
def ours():
    return load(["autograd_core"])[0][0]


@pytest.mark.parametrize("program", programs.programs(small=True), ids=lambda program: program.name)
def test_all_libraries_that_are_here_agree(program):
    peers, missing = load(EAGER)
    assert {"autograd_core", "micrograd"} <= {peer.name for peer in peers}
    assert all("pip install" in reason for reason in missing.values())
    eager.check(program, peers)


@pytest.mark.parametrize("factor", [1.0 + 1e-8, float("nan")])
def test_a_wrong_gradient_is_found(ours, factor):
    program = programs.chain(branches=2, length=4, weights=2)
    eager.check(program, [ours, Wrong(ours, 1.0 + 1e-11)])
    with pytest.raises(eager.ResultsDifferError, match=r"chain: result \d+ of the gradient is .* in wrong"):
        eager.check(program, [ours, Wrong(ours, factor)])


def test_a_wrong_gradient_stops_the_command(ours, monkeypatch, capsys):
    monkeypatch.setattr(eager, "load", lambda names: ([ours, Wrong(ours, 2.0)], {}))
    assert main(["eager", "chain", "--small"]) == 1
    assert "do not agree" in capsys.readouterr().err


def test_a_training_step_returns_the_updated_parameters(ours):
    program = programs.mlp_step((2, 3, 1), batch=2)
    loss, updated = program.run(ours)
    again, _ = ours.value_and_gradients(program.function, updated)
    assert again < loss


def test_the_chain_has_the_size_that_its_summary_says(ours):
    made = []
    leaves = [ours.leaf(x) for x in programs.chain().numbers]
    seen, stack = set(), [programs.chain().function(ours, leaves)]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            made.append(node.op)
            stack += node.parents
    assert made.count("mul") == 20_000
    assert made.count("add") == 20_000 + 99
    assert made.count("") == 200


def test_contestants_take_turns_and_are_not_disturbed_by_collections():
    calls, collections = [], []
    on_collection = collections.append
    gc.callbacks.append(lambda phase, info: on_collection((phase, len(calls))))
    try:
        with harness.collector(False):
            assert not gc.isenabled()
            seconds = harness.interleaved(
                {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, harness.Effort(turns=2, runs=3)
            )
    finally:
        gc.callbacks.pop()
    assert "".join(calls) == "aaaabbbb" * 2  # of four runs the first is not timed
    assert {done % 4 for _, done in collections} == {0}
    assert set(seconds) == {"a", "b"}
    assert all(s > 0.0 for s in seconds.values())
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_a_burst_ends_when_it_takes_too_long(monkeypatch):
    monkeypatch.setattr(harness, "LONGEST_BURST", 1e-12)
    calls = []
    harness.interleaved({"slow": lambda: calls.append(1)}, harness.Effort(turns=1, runs=50))
    assert len(calls) == 2  # one that is not timed, and one


def test_table_is_aligned():
    table = harness.Table("title", ["", "ms", "ratio"], [["long name", 1234.5, 1.0], ["b", 0.125, None]], ["note"])
    assert str(table).splitlines() == [
        "title",
        "                ms  ratio",
        "  long name  1,234   1.00",
        "  b           0.12       ",
        "  note",
    ]


def test_memory_of_a_node():
    forward, backward = memory.bytes_per_node("autograd_core", 4_000, "tracemalloc")
    assert 100 < forward < backward <= 220
    assert memory.bytes_per_node("micrograd", 4_000, "tracemalloc")[1] > 2.5 * backward


def test_command_line(tmp_path, capsys):
    file = tmp_path / "eager.json"
    assert main(["eager", "--small", "--turns", "1", "--runs", "1", "--peers", "micrograd", "--json", str(file)]) == 0
    printed = capsys.readouterr().out
    report = json.loads(file.read_text(encoding="utf-8"))
    assert len(report["tables"]) == len(eager.PARTS)
    for table in report["tables"]:
        assert table["title"] in printed
        assert all(len(row) == len(table["columns"]) for row in table["rows"])
    assert ["loads NumPy", "no"] in report["tables"][-1]["rows"]
    assert report["environment"]["python"] in printed


def test_a_missing_library_is_skipped_with_the_reason(monkeypatch, capsys):
    import sys

    monkeypatch.setitem(sys.modules, "micrograd.engine", None)
    monkeypatch.delitem(sys.modules, "benchmarks.peers.micrograd", raising=False)
    report = eager.run(["chain"], ["micrograd"], ONE, small=True)
    assert "pip install" in report.skipped["micrograd"]
    assert "micrograd is skipped: no module 'micrograd.engine'" in capsys.readouterr().out
    assert len(report.tables[0].rows) == 1


@pytest.mark.parametrize(
    "arguments", [["eager", "nothing"], ["eager", "--peers", "numpy"], ["eager", "--turns", "0"], []]
)
def test_mistakes_on_the_command_line(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_help_teaches(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    assert "python -m benchmarks eager" in capsys.readouterr().out
