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
from tests.accuracy.measure import measure

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
    document = f"before\n{accuracy.BEGIN}\nold\n{accuracy.END}\nafter\n"
    assert accuracy.with_table(document, "new") == f"before\n{accuracy.BEGIN}\nnew\n{accuracy.END}\nafter\n"
    with pytest.raises(ValueError, match="the table of operations begins"):
        accuracy.with_table("no marks", "new")


def test_the_table_in_the_documentation_is_that_of_the_rows():
    _, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(accuracy.BEGIN)
    found = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \|", rest, re.MULTILINE))
    assert found == {row.name: f"{row.ulp:g}" for row in TABLE.values()}
    for name, measured in re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|", rest, re.MULTILINE):
        assert float(measured) <= TABLE[name].ulp, name


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


def test_what_a_library_does_not_have_is_a_dash():
    class Nothing(elementwise.Library):
        def value_and_partials(self, function, operands):
            return np.zeros(1), []

    assert Nothing("nothing", {}, {}).evaluate("tanh", [(1.0,)]) == []
