"""The suite `accuracy` measures what it prints, and its table in the documentation is that of the rows."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from autograd_core.primitives import TABLE
from benchmarks import accuracy, elementwise
from benchmarks.__main__ import main
from benchmarks.harness import Table
from tests.accuracy.engine import eager_second
from tests.accuracy.measure import limit_of, measure
from tests.accuracy.second import LIMIT

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "guarantees.md"


def test_command_line(tmp_path, capsys):
    file = tmp_path / "accuracy.json"
    arguments = ["--small", "--peers", "autograd", "--operations", "tanh,hypot,logsumexp", "--json", str(file)]
    assert main(["accuracy", *arguments]) == 0
    printed = capsys.readouterr().out
    report = json.loads(file.read_text(encoding="utf-8"))
    assert [table["title"].split(":")[0] for table in report["tables"]] == [
        "rows", "second derivatives", "losses", "programs 0 to 0",
    ]  # fmt: skip
    for table in report["tables"]:
        assert table["title"] in printed
        assert all(len(row) == len(table["columns"]) for row in table["rows"])
    assert [row[0] for row in report["tables"][0]["rows"] if row[0]] == ["tanh", "hypot", "logsumexp"]
    assert all(target["met"] for target in report["targets"])


def test_an_operation_beyond_its_limit_is_a_target_that_is_missed(monkeypatch):
    monkeypatch.setattr(TABLE["tanh"], "ulp", 0.1)
    report = accuracy.run(["rows"], [], operations=["tanh"], points=50, small=True, show=lambda text: None)
    assert [target.met for target in report.targets] == [False]
    assert "tanh value" in report.targets[0].text


@pytest.mark.parametrize(
    ("error", "normal", "text"),
    [(0.0, 0.0, "0"), (1.984, 1.2, "1.98"), (512.0, 512.0, "5e2"), (1e20, 1e20, "all"), (float("inf"), 0.5, "all / 0.50"),
     (3e12, 0.0, "3e12 / 0"), (float("inf"), 1e17, "all")],
)  # fmt: skip
def test_errors_for_readers(error, normal, text):
    assert accuracy.ulps(error, normal) == text


def test_the_worst_result_stands_for_an_operation():
    rows = [["tanh", "value", "2.5", "1.80", "all / 0.50", "1"], ["", "d/dx", "2.5", "2.10", "3e12 / 7.00", "2"],
            ["add", "value", "2", "0.50", "–", "3"]]  # fmt: skip
    table = Table("rows: something", ["", "result", "limit", "eager", "Library", "worst"], rows)
    text = accuracy.markdown(table)
    assert "| `tanh` | 2.5 | 2.10 | all / 7.00 |" in text
    assert "| `add` | 2 | 0.50 | – |" in text


def test_tables_in_a_document():
    begin, end = accuracy.marks("rows")
    document = f"before\n{begin}\nold\n{end}\nafter\n"
    assert accuracy.with_table(document, "rows", "new") == f"before\n{begin}\nnew\n{end}\nafter\n"
    with pytest.raises(ValueError, match="the table of second begins"):
        accuracy.with_table(document, "second", "new")


def test_the_table_of_second_derivatives_leaves_zeros_out():
    rows = [["tanh", "2.8e-16", "all", "1"], ["add", "0", "0", "2"], ["mod", "0", "–", "3"], ["abs", "0", "all", "4"]]
    text = accuracy.markdown_second(
        Table("second: the worst", ["", "eager", "Library", "worst"], rows, ["nothing is lost"])
    )
    assert text.splitlines() == [
        "", "| operation | eager | Library |", "|---|---|---|", "| `tanh` | 2.8e-16 | all |", "| `abs` | 0 | all |", "",
        "The worst.", "Nothing is lost.",
    ]  # fmt: skip


@pytest.mark.parametrize(("error", "text"), [(0.0, "0"), (2.84e-16, "2.8e-16"), (0.4, "4.0e-01"), (0.5, "all"),
                                             (float("inf"), "all")])  # fmt: skip
def test_relative_errors_for_readers(error, text):
    assert accuracy.relative(error) == text


def test_the_table_in_the_documentation_is_that_of_the_rows():
    found = documented("rows")
    assert {name: limit for name, (limit, *_) in found.items()} == {row.name: f"{row.ulp:g}" for row in TABLE.values()}
    for name, (_, eager, compiled, *_) in found.items():
        assert float(eager) <= limit_of(TABLE[name], "eager"), name
        assert float(compiled) <= limit_of(TABLE[name], "compiled"), name


def test_the_second_derivatives_in_the_documentation_keep_the_limit():
    for name, (eager, compiled, *_) in documented("second").items():
        assert max(float(eager), float(compiled)) <= LIMIT, name


def documented(part):
    """The cells of each line of a table in the documentation, by operation."""
    begin, end = accuracy.marks(part)
    table = DOCUMENT.read_text(encoding="utf-8").partition(begin)[2].partition(end)[0]
    return {name: cells.split(" | ") for name, cells in re.findall(r"^\| `(\w+)` \| (.+) \|$", table, re.MULTILINE)}


SLOW_TO_LOAD = [pytest.param(name, marks=pytest.mark.thorough) for name in ("torch", "jax")]


@pytest.mark.parametrize("name", ["autograd", *SLOW_TO_LOAD])
def test_the_functions_of_other_libraries_are_the_operations(name):
    libraries, missing = elementwise.load([name])
    if missing:
        pytest.skip(missing[name])
    (library,) = libraries
    moderate = {"pow": (1.3, 0.7), "acosh": (1.7,), "clip": (0.4, 0.2, 0.9), "where": (1.0, 0.3, 0.6)}
    assert set(library.functions) <= set(TABLE)
    for operation, row in TABLE.items():
        if operation in library.functions:
            count = 5 if row.variadic else len(row.parameters)
            point = moderate.get(operation, tuple(0.3 + 0.25 * i for i in range(count)))
            worst = measure(row, [point, point], {"": lambda row, batch: library.evaluate(row.name, batch)})
            assert all(w.error < 1e3 for w in worst.values()), (operation, worst)
            twice = library.second_derivatives(operation, [point, point])
            ours = eager_second(row, [point, point])
            np.testing.assert_allclose(np.array(twice), np.array(ours), rtol=1e-10, atol=1e-12, err_msg=operation)


def test_what_a_library_does_not_have_is_a_dash():
    class Nothing(elementwise.Library):
        def differentiate(self, function, operands):
            return np.zeros(1), []

    assert Nothing("nothing", {}, {}).evaluate("tanh", [(1.0,)]) == []
    assert Nothing("nothing", {}, {}).second_derivatives("tanh", [(1.0,)]) == []
