"""How CSV files are recognised and read, and what is said of those that cannot be."""

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.tables import Table, TableError, parse_number


@pytest.fixture
def table(tmp_path):
    def make(content, **options):
        path = tmp_path / "data.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Table(path, **options)

    return make


def cells(table):
    return [row.cells for row in table]


@pytest.mark.parametrize(("content", "delimiter", "decimal", "header", "names"), [
    ("a,b\n1.5,x\n2.5,y\n", ",", ".", True, ["a", "b"]),
    ("a;b\n1,5;x\n2,5;y\n", ";", ",", True, ["a", "b"]),
    ("a;b;c\n1,5;2,5;3,5\n1,0;2,0;3,0\n", ";", ",", True, ["a", "b", "c"]),
    ("1,5;2,5\n3,5;4,5\n", ";", ",", False, ["column1", "column2"]),
    ("a\tb\n1.5\tx, y\n", "\t", ".", True, ["a", "b"]),
    ("a|b\n1|2\n", "|", ".", True, ["a", "b"]),
    ("a\n1\n2\n", ",", ".", True, ["a"]),
    ('a,b\n"1,5",x\n"2,25",y\n', ",", ",", True, ["a", "b"]),
    ('a,b\n"1,500",x\n"2,250",y\n', ",", ".", True, ["a", "b"]),  # thousands
    ("id;2019;2020\nx;1;2\ny;3;4\n", ";", ".", False, ["column1", "column2", "column3"]),
    ("id,name,2019\n1,x,2\n2,y,4\n", ",", ".", True, ["id", "name", "2019"]),
    ("\ufeffä,b\r\n1,2\r\n", ",", ".", True, ["ä", "b"]),
    ("a,b\n\n1,2\n\n\n3,4\n", ",", ".", True, ["a", "b"]),
])  # fmt: skip
def test_recognised(table, content, delimiter, decimal, header, names):
    made = table(content)
    assert (made.delimiter, made.decimal, made.header, made.names) == (delimiter, decimal, header, names)
    assert all(len(row) == len(names) for row in cells(made))


def test_what_is_told_counts(table):
    made = table("1;5,2\n3;4,2\n", delimiter=",", decimal=".", header=True)
    assert (made.names, cells(made)) == (["1;5", "2"], [["3;4", "2"]])


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8", None), ("utf-8-sig", None), ("utf-16", None), ("cp1252", "cp1252")]
)
def test_encodings(table, encoding, told):
    made = table("größe,b\n1,é\n".encode(encoding), encoding=told)
    assert (made.names, cells(made)) == (["größe", "b"], [["1", "é"]])


def test_rows_and_lines_are_counted(table):
    made = table('a,b\n1,"x\ny"\n\n2,z\n')
    assert [(row.number, row.line) for row in made] == [(1, 3), (2, 5)]
    second = list(made)[1]
    assert made.place(second, 1).endswith("data.csv, row 2 (line 5), column 'b'")


@pytest.mark.parametrize(("content", "words"), [
    (b"", "data.csv is empty: it has 0 bytes"),
    (b"\n\n", "data.csv is empty: it has no row"),
    (b"a,b\n", "data.csv has a header and no row below it"),
    (b"a,b\n1,\x002\n", "data.csv is no text, but binary: a zero byte in line 2"),
    (b"PK\x03\x04rest", "data.csv is no CSV file, but a ZIP archive or an Excel"),
    (b"\x1f\x8brest", "is no CSV file, but compressed with gzip: unpack it first"),
    (b"a,b\n1,2\n3\n", r"data.csv, row 2 \(line 3\): 1 cell, but there are 2 columns"),
    (b"a,b\n1,2\n3,4,5\n", r"row 2 \(line 3\): 3 cells, but there are 2 columns: is a delimiter \(comma\) or a quote"),
    (b"a,b\n1,2\n3,\xe9t\xe9\n", r"data.csv, row 2 \(line 3\), column 2: the byte 0xe9 is not utf-8: .*--encoding cp1252"),
    (b"\xe9,b\n1,2\n", r"data.csv, header, column 1: the byte 0xe9 is not utf-8"),
    (b"a,b,a\n1,2,3\n", "data.csv, header: columns 1 and 3 are both called 'a': rename one"),
    (b"a,,c\n1,2,3\n", "data.csv, header, column 2: it has no name: give it one, or say --no-header"),
    (b'a,b\n1,2\n3,"4\n5,6\n', r"data.csv, row 2 \(line 4\): .*: is a quote missing or too many\?"),
    (b'a,b\n1,2\n3,"4"5\n', r"data.csv, row 2 \(line 3\): .*: is a quote missing or too many\?"),
    (b"a,b\n1," + b"x" * 200_000 + b"\n", r"row 1 .*field larger than field limit"),
])  # fmt: skip
def test_what_cannot_be_read(table, content, words):
    with pytest.raises(TableError, match=words):
        list(table(content))


def test_unknown_encodings_and_columns(table):
    with pytest.raises(TableError, match="there is no encoding 'utf-9'"):
        table("a\n1\n", encoding="utf-9")
    with pytest.raises(TableError, match=r"unknown column 'pric': did you mean 'price'\? There are: price, b"):
        table("price,b\n1,2\n").column("pric")
    with pytest.raises(TableError, match="its first row reads like data: say --header"):
        table("1,2\n3,4\n").column("x")
    with pytest.raises(FileNotFoundError):
        Table("not-there.csv")


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(".,"))
def test_numbers_are_read_exactly(x, decimal):
    assert parse_number(repr(x).replace(".", decimal), decimal) == x


@given(st.integers(-(10**9), 10**9), st.sampled_from(".,"))
def test_thousands(n, decimal):
    grouped = f"{n:,}"
    assert parse_number(grouped if decimal == "." else grouped.replace(",", "."), decimal) == n


@pytest.mark.parametrize(
    "text", ["", "x", "1_000", "inf", "nan", "1e999", "0x10", "1 2", "١", "1,5", "1.2.3", "--1", "true"]
)
def test_no_numbers(text):
    assert parse_number(text) is None


def test_a_point_is_no_decimal_sign_where_the_comma_is():
    assert parse_number("1.5", ",") is None
    assert parse_number("1.500", ",") == 1500.0
    assert math.copysign(1.0, parse_number("-0,0", ",")) == -1.0


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)


@given(st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_whatever_csv_writes_is_read_back(tmp_path_factory, rows, delimiter):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b", "c"), *rows])
    path = tmp_path_factory.mktemp("there") / "t.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    made = Table(path, delimiter=delimiter, header=True)
    assert cells(made) == [list(row) for row in rows]


# Files made to do harm ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["zlib", "rot13", "undefined", "idna", "unicode_escape", "no such", "a\0b"])
def test_what_is_no_encoding_of_files(encoding, table):
    with pytest.raises(TableError, match="there is no encoding"):
        table("a\n1\n", encoding=encoding)


def test_a_mark_that_is_missing_is_named(table):
    with pytest.raises(TableError, match=r"is not utf-16 .*say how the file is written, such as --encoding utf-16-le"):
        table("a\n1\n", encoding="utf-16")


def test_a_missing_quote_in_a_long_file_does_not_hide_the_delimiter(table):
    with pytest.raises(TableError, match=r"row 1 .*is a quote missing or too many"):
        table('a,b\n1,"' + "x\n" * 200_000)


def test_a_row_without_end_is_refused(table, monkeypatch):
    monkeypatch.setattr("nn.tables.LONGEST_ROW", 1000)
    assert len(cells(table("a,b\n" + "1,2\n" * 1000))) == 1000
    for content in ("a,b\n1," + "2" * 1000, 'a,b\n1,"' + "x\n" * 500, "a," * 500):
        with pytest.raises(TableError, match="it has more than 1000 characters: is this a CSV file"):
            table(content)
