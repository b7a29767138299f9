import math
import re

import pytest

from nn.columns import Column, Reader, is_classification, read, recognise, survey
from nn.tables import Table, TableError


@pytest.fixture
def table(tmp_path):
    def make(**columns):
        path = tmp_path / f"data{len(list(tmp_path.iterdir()))}.csv"
        rows = zip(*columns.values(), strict=True)
        path.write_text("\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n")
        return Table(path, header=True)

    return make


def columns_of(table, **options):
    found = survey(table)
    return [recognise(table, seen, **options) for seen in found.seen.values()]


def test_kinds(table):
    made = table(n=[1, 2.5, "", "NA"], t=["b", "a", "?", "b"], z=["10", "9", "x", "null"])
    assert columns_of(table(n=[1, 2], t=["b", "a"])) == [Column("n"), Column("t", ["a", "b"])]
    found = survey(made)
    assert found.n_rows == 4
    n, t, z = found.seen.values()
    assert (n.numbers, n.missing, n.texts, n.whole) == (2, 2, 0, False)
    assert (t.texts, t.missing, dict(t.values)) == (3, 1, {"b": 2, "a": 1})
    assert (z.numbers, z.texts) == (2, 1)
    assert recognise(made, z) == Column("z", ["10", "9", "x"])
    assert recognise(made, n, as_text=["n"]) == Column("n", ["1", "2.5"])
    assert recognise(made, survey(table(k=[10, 9, 9])).seen["k"], as_text=["k"]) == Column("k", ["9", "10"])


def test_a_slip_in_a_column_of_numbers(table):
    made = table(age=[*range(16), "forty", *range(20)])
    expected = (
        "row 17 (line 18), column 'age': 'forty' is no number, but 36 of the others are: correct it, say --missing"
    )
    with pytest.raises(TableError, match=re.escape(expected)):
        columns_of(made)
    assert survey(made, missing=["forty"]).seen["age"].missing == 1


def test_too_many_categories(table):
    made = table(name=[f"n{i}" for i in range(60)])
    with pytest.raises(
        TableError, match=r"row 1 \(line 2\), column 'name': .* more than 50 different texts.* --drop name"
    ):
        columns_of(made)
    assert len(recognise(made, survey(made, max_categories=60).seen["name"]).categories) == 60


@pytest.mark.parametrize(("values", "expected"), [
    (["a", "b"] * 5, True),
    ([0, 1] * 5, True),
    ([0, 1, 2], False),  # each only once
    ([0.5, 1.5] * 5, False),
    (list(range(100)), False),
    ([*range(11)] * 9, False),
])  # fmt: skip
def test_which_targets_are_classes(table, values, expected):
    assert is_classification(survey(table(y=values)).seen["y"]) is expected


def test_reading(table):
    made = table(t=["b", "a", "", "c"], n=[1, "", 3, 4], other=[0] * 4)
    reader = Reader(made, [Column("n"), Column("t", ["a", "b"])], unseen="ignore")
    numbers = read(reader, 4, None, 0)
    assert [x if not math.isnan(x) else None for x in numbers] == [1, 1, None, 0, 3, None, 4, -1]
    rows = list(made)
    with pytest.raises(
        TableError, match=r"row 4 \(line 5\), column 't': the category 'c' did not occur .* known are 'a', 'b'"
    ):
        Reader(made, [Column("t", ["a", "b"])]).read(rows[3])
    with pytest.raises(TableError, match=r"row 1 \(line 2\), column 't': expected a number, .* got 'b'"):
        Reader(made, [Column("t")]).read(rows[0])
    with pytest.raises(TableError, match=r"row 2 \(line 3\), column 'n': the value is missing: fill it in"):
        Reader(made, [Column("n")], refuse_missing=True).read(rows[1])


def test_a_sample_of_the_rows(table):
    made = table(n=range(1000))
    reader = Reader(made, [Column("n")])
    drawn = [read(reader, 1000, 100, seed) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(set(drawn[0])) == 100
    with pytest.raises(TableError, match="was changed while it was read: 999 rows, then 1000"):
        read(reader, 999, None, 0)


def test_memory_stays_bounded(tmp_path):
    tracemalloc = pytest.importorskip("tracemalloc")
    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write("a,b,c\n")
        for k in range(60_000):
            file.write(f"{k}.25,name{k},{k % 3}\n")
    table = Table(path)
    tracemalloc.start()
    try:
        found = survey(table)
        numbers = read(Reader(table, [Column("a"), Column("c")]), found.n_rows, 1000, 0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.n_rows == 60_000
    assert len(numbers) == 2000
    assert peak < 2_000_000  # the file is 1.5 MB of text, its cells as strings would take 10 MB
