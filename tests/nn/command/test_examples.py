import random

import pytest

from nn.__main__ import parser
from nn.command.examples import examples_of
from nn.tables import TableError


def options(*arguments):
    return parser().parse_args(["train", "--data", *map(str, arguments)])


@pytest.fixture
def table(tmp_path):
    def make(n=30, name="flats.csv", **columns):
        path = tmp_path / name
        rows = [[str(cell(k)) for cell in columns.values()] for k in range(n)]
        path.write_text("\n".join(map(",".join, [list(columns), *rows])) + "\n", encoding="utf-8")
        return path

    return make


def test_sets_by_name():
    xor = examples_of(options("xor", "--seed", "3"))
    assert (xor.task, len(xor.rows), xor.classes) == ("classification", 200, ["0", "1"])
    diabetes = examples_of(options("diabetes"))
    assert (diabetes.task, diabetes.classes, len(diabetes.columns)) == ("regression", None, 10)
    with pytest.raises(ValueError, match="unknown data set 'irs': did you mean 'iris'"):
        examples_of(options("irs"))


def test_a_table_of_everything(table):
    path = table(
        id=lambda k: k + 1, area=lambda k: "" if k == 3 else k * 1.5, town=lambda k: "ab"[k % 2], empty=lambda k: "NA",
        kind=lambda k: "" if k == 7 else ("house", "flat")[k % 3 == 0],
    )  # fmt: skip
    found = examples_of(options(path, "--target", "kind"))
    assert (found.task, found.classes, found.name) == ("classification", ["flat", "house"], "flats")
    assert [(column.name, column.categories) for column in found.columns] == [
        ("id", None), ("area", None), ("town", ["a", "b"]),
    ]  # fmt: skip
    assert len(found.rows) == len(found.y) == 29
    assert list(found.rows[4]) == [5.0, 6.0, 0.0]
    assert found.y[:4] == [0, 1, 1, 0]
    notes = "\n".join(found.notes)
    for words in (
        "30 rows, 5 columns", "column 'empty' is empty and left out", "column 'id' only counts the rows", "town (2)",
        "missing values in area (1): policy 'median'", "left out: 1 row without a target",
    ):  # fmt: skip
        assert words in notes
    dropped = examples_of(options(path, "--target", "kind", "--missing", "drop", "--drop", "id", "empty"))
    assert len(dropped.rows) == 28
    assert "left out: 1 row with missing values" in dropped.notes


def test_the_task_is_recognised_or_told(table):
    path = table(x=lambda k: k % 7, few=lambda k: k % 3, amount=lambda k: k * 0.5)
    assert examples_of(options(path, "--target", "few")).classes == ["0", "1", "2"]
    assert examples_of(options(path, "--target", "few", "--task", "regression")).classes is None
    assert examples_of(options(path, "--target", "amount")).task == "regression"
    as_text = examples_of(options(path, "--target", "amount", "--text", "x"))
    assert as_text.columns[0].categories == list("0123456")


def test_a_sample_of_a_long_table(table):
    path = table(n=500, x=lambda k: random.random(), y=lambda k: k * 0.5)
    found = examples_of(options(path, "--target", "y", "--max-rows", "50"))
    assert len(found.rows) == 50
    assert "50 of the 500 rows, drawn at random, are used (--max-rows)" in found.notes


@pytest.mark.parametrize(("columns", "arguments", "words"), [
    ({}, [], "which column is to be predicted? Say --target with one of: x, y"),
    ({}, ["--target", "z"], "flats.csv: unknown column 'z'"),
    ({}, ["--target", "y", "--drop", "k"], "unknown column 'k'"),
    ({}, ["--target", "y", "--drop", "y"], "cannot be both the target and dropped"),
    ({}, ["--target", "y", "--drop", "x"], "besides the target there is no column to learn from"),
    ({"y": lambda k: "a"}, ["--target", "y"], "column 'y': there is one class only, 'a'"),
    ({"y": lambda k: 1.5}, ["--target", "y"], "column 'y': all targets are 1.5: there is nothing to learn"),
    ({"y": lambda k: "u" if k == 4 else "vw"[k % 2]}, ["--target", "y"], "the class 'u' has 1 example; at least 3"),
    ({"y": lambda k: "no" if k == 4 else k * 0.5}, ["--target", "y"], "row 5 (line 6), column 'y': 'no' is no number"),
    ({"y": lambda k: "uv"[k % 2]}, ["--target", "y", "--task", "regression"], "a regression needs numbers, got 'u'"),
    ({"y": lambda k: k * 0.5}, ["--target", "y", "--task", "classification"], "if it is an amount, say --task regr"),
    ({"y": lambda k: ""}, ["--target", "y"], "column 'y': the target is missing in every row"),
    ({"y": lambda k: k * 0.5 if k < 5 else ""}, ["--target", "y"], "flats.csv has 5 rows to learn from: at least 10"),
    ({"x": lambda k: "" if k == 2 else k}, ["--target", "y", "--missing", "error"],
     "row 3 (line 4), column 'x': the value is missing: fill it in"),
])  # fmt: skip
def test_what_cannot_be_learned(table, columns, arguments, words):
    path = table(**({"x": lambda k: k % 7, "y": lambda k: k * 0.5} | columns))
    with pytest.raises(TableError) as caught:
        examples_of(options(path, *arguments))
    assert words in str(caught.value)
