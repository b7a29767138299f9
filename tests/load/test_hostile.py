"""Inputs made to do harm are refused at once: in less than a second of processor time, and in little memory."""

import json
import math
import struct
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

import nn
from autograd_core.expression import Expression, ExpressionError, assignments
from nn import MLP, CheckpointError, ModelFileError
from nn.columns import Reader as ColumnReader
from nn.columns import read, recognise, survey
from nn.saving import KEY
from nn.tables import Table, TableError
from tests.load import files

MEGABYTE = 1 << 20


def refused(kind: type[Exception], call: Callable[[], object], memory: int = 4 * MEGABYTE) -> str:
    """The message with which `call` refuses, in time and in `memory`."""
    message = ""
    tracemalloc.start()
    started = time.process_time()
    try:
        call()
    except kind as error:
        message = str(error)
    finally:
        seconds = time.process_time() - started
        largest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert message, "it was not refused"
    assert seconds < 1.0
    assert largest < memory
    assert len(message) < 2000
    return message


# Expressions ------------------------------------------------------------------------------------------------------

EXPRESSIONS = [
    "__import__('os').system('true')", "().__class__.__bases__[0].__subclasses__()", "eval('1')", "exec('1')", "open('/etc/passwd').read()",
    "[0].append(1)", "lambda: 1", "(x := 1)", "f'{x.__class__}'", "x.__globals__", "globals()['x']", "9**9**9**9", "2**99999*x", "x**1e300",
    "10**10000000", "9" * 1900 + "*x", "1e999999", "0x" + "f" * 1900, "(" * 1000 + "x" + ")" * 1000, "-" * 1999 + "x", "[" * 999 + "]" * 999,
    "x" + "**x" * 600, "sin(" * 400 + "x" + ")" * 400, "x" * 10**7, "(" * 10**6, "x\0+1", "x+\ud800", "\ud800", "x\n+1", "x;y", "x#y", "π^2",
    "softmax([x])[9**9]", "softmax([" + "x," * 900 + "])[999]", "where(where(x<1,1,2)<1,__import__('os'),1)", "*x", "**x", "x if x else x",
    "dot(*x)", "fsum(x for x in [1])", "print(1)", "tanh.__call__(1)", "1 .real", "x[0]", "...", "None", "b'1'", "1j", "{1}", "{1: 2}",
]  # fmt: skip


@pytest.mark.parametrize("text", EXPRESSIONS, ids=lambda text: f"{text[:24]!a} {len(text)}")
def test_an_expression_is_refused(text: str):
    def compute() -> object:
        f = Expression(text)
        return f(dict.fromkeys(f.names, 0.5))

    assert "\n" in refused(ExpressionError, compute)


@pytest.mark.parametrize(
    "text",
    ["9**9", "9.0**9**4", "exp(exp(exp(9)))", "prod([1e300, 1e300])", "-" * 140 + "x", "softmax([1e308, -1e308])[0]"],
)
def test_large_results_are_numbers(text: str):
    started = time.process_time()
    assert isinstance(Expression(text)({"x": 0.5}), float)
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    "text", ["a=" + "9" * 10**6, "a=NaN", "a=\ud800", "a=\0", "__class__=1", "a.b=1", "a=1;b=2", "a=" + "_" * 10**6]
)
def test_an_assignment_is_refused(text: str):
    refused(ValueError, lambda: assignments([text], ["a"]))


# Tables -----------------------------------------------------------------------------------------------------------

TABLES: dict[str, bytes] = {
    "nothing": b"", "blank": b"\n\n   \n", "zeros": bytes(10**6), "a zip": b"PK\x03\x04" + bytes(100), "a bomb": b"\x1f\x8b\x08" + bytes(100),
    "one endless cell": b"a,b\n1," + b"2" * 10**6, "an open quote": b'a,b\n1,"' + b"x\n" * 10**6, "no UTF-8": b"a,b\n1,\xff\xfe\n", "half a mark": b"\xff\xfe\x00",
    "surrogates": b"a,b\n1,\xed\xa0\x80\n", "zero bytes in cells": b"a,b\n1,\x00\n", "two million commas": b"," * 2_000_000, "no names": b"a,,b\n1,2,3\n",
    "one name twice": b"a,a\n1,2\n", "header only": b"a,b,c\n", "ragged": b"a,b\n1\n1,2,3\n", "many categories": b"a\n" + b"".join(b"t%d\n" % i for i in range(9000)),
    "a number that is none": b"a\n" + b"1\n" * 99 + b"9e999\n",
}  # fmt: skip


def whole(path: Path) -> object:
    """All numbers of a table."""
    table = Table(path)
    found = survey(table)
    columns = [recognise(table, seen) for seen in found.seen.values()]
    return read(ColumnReader(table, columns), found.n_rows, None, 0)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_refused(name: str, tmp_path: Path):
    path = tmp_path / "table.csv"
    path.write_bytes(TABLES[name])
    assert str(path) in refused(TableError, lambda: whole(path), 40 * MEGABYTE)


@pytest.mark.parametrize("start", [b"a,b\n1,2\n", b"a" * (1 << 18), b'a,b\n1,"'], ids=["sound", "long", "quote"])
def test_a_table_of_a_terabyte_of_nothing(start: bytes, tmp_path: Path):
    """A file may claim any size without taking any room: no line of it is read without end."""
    path = tmp_path / "table.csv"
    with path.open("wb") as file:
        file.write(start + b"\n" * (1 << 18) if start.endswith(b"\n") else start)
        try:
            file.truncate(1 << 40)
        except OSError:
            pytest.skip("files on this disk cannot have holes")
    refused(TableError, lambda: Table(path, encoding="utf-8") and whole(path), 120 * MEGABYTE)


@pytest.mark.parametrize(
    "encoding", ["zlib", "rot13", "hex", "undefined", "idna", "unicode_escape", "utf-16", "no such\0thing", "../../x"]
)
def test_an_encoding_is_refused(encoding: str, tmp_path: Path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"a,b\n1,2\n3,\\N{BOMB}\n")
    assert "encoding" in refused(TableError, lambda: list(Table(path, encoding=encoding)))


@pytest.mark.parametrize(
    "cell", ["=cmd|' /C calc'!A0", "nan", "-Infinity", "1_000", "٣", "0x10", "1e400", "\u202e1", "1" * 400, "½"]
)
def test_a_cell_that_is_no_number_is_text(cell: str, tmp_path: Path):
    path = tmp_path / "table.csv"
    path.write_text(f"a\n{cell}\nred\n", encoding="utf-8")
    assert Table(path).number(cell) is None


# Model files ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sound") / "model.safetensors"
    nn.save(MLP(2, [3, 1], seed=0), path)
    return path.read_bytes()


def with_length(length: int) -> Callable[[bytes], bytes]:
    """A header of another length than it says."""
    return lambda data: struct.pack("<Q", length) + data[8:]


def with_tensor(**changes: object) -> Callable[[bytes], bytes]:
    """Another description of the last tensor."""

    def changed(data: bytes) -> bytes:
        header, body = files.split_file(data)
        header["layer2"] |= changes
        return files.joined_file(json.dumps(header).encode(), body)

    return changed


def with_document(**changes: object) -> Callable[[bytes], bytes]:
    """Another description of the model."""

    def changed(data: bytes) -> bytes:
        header, body = files.split_file(data)
        document = json.loads(header["__metadata__"][KEY]) | changes
        header["__metadata__"][KEY] = json.dumps(document)
        return files.joined_file(json.dumps(header).encode(), body)

    return changed


def with_text(text: bytes) -> Callable[[bytes], bytes]:
    """Another header."""
    return lambda data: files.joined_file(text, files.split_file(data)[1])


def layer(inputs: object, outputs: object, **activation: object) -> dict[str, object]:
    return {"inputs": inputs, "outputs": outputs, "activation": activation or {"name": "relu"}}


POLYNOMIAL = {"basis": "Polynomial", "inputs": 10**9, "degree": 10**9, "lower": True}
AROUND = '{"module": "WithBasis", "basis": {"basis": "Polynomial", "inputs": 2, "degree": 1, "lower": true}, "model": '


def nested(levels: int) -> Callable[[bytes], bytes]:
    """A model in a model in a model."""

    def changed(data: bytes) -> bytes:
        header, body = files.split_file(data)
        document = json.loads(header["__metadata__"][KEY])
        model = json.dumps(document["model"])
        text = json.dumps(document).replace(model, AROUND * levels + model + "}" * levels)
        header["__metadata__"][KEY] = text
        return files.joined_file(json.dumps(header).encode(), body)

    return changed


FILES: dict[str, Callable[[bytes], bytes]] = {
    "a header of 16 exabytes": with_length(2**64 - 1),
    "a header of a terabyte": with_length(1 << 40),
    "a header beyond the end": with_length(10**6),
    "a tensor of a terabyte": with_tensor(shape=[1 << 20, 1 << 17], data_offsets=[72, 72 + (1 << 40)]),
    "a shape that overflows": with_tensor(shape=[2**63, 2], data_offsets=[72, 104]),
    "a shape of a googol": with_tensor(shape=[10**100, 10**100]),
    "offsets below zero": with_tensor(data_offsets=[-32, 0]),
    "a layer of 2³¹ neurons": with_document(model={"module": "MLP", "layers": [layer(2, 2**31), layer(2**31, 1)]}),
    "a million layers": with_document(model={"module": "MLP", "layers": [layer(1, 1)] * 20_000}),
    "a polynomial without end": with_document(model={"module": "WithBasis", "basis": POLYNOMIAL, "model": {"module": "MLP", "layers": [layer(3, 1)]}}),
    "a model in a model in a model": nested(3000),
    "code as a module": with_document(model={"module": "__import__('os').system('true')", "layers": []}),
    "code as an activation": with_document(model={"module": "MLP", "layers": [layer(2, 3, name="eval"), layer(3, 1)]}),
    "an own activation": with_document(model={"module": "MLP", "layers": [layer(2, 3, own="os.system"), layer(3, 1)]}),
    "parameters of an activation": with_document(model={"module": "MLP", "layers": [layer(2, 3, name="elu", parameters={"__class__": 1}), layer(3, 1)]}),
    "a version of a million digits": with_text(b'{"__metadata__": {"a": ' + b"9" * 10**6 + b"}}"),
    "a text without end": with_text(b'{"a' + b"\\u0000" * 100_000),
    "brackets without end": with_text(b"[" * 10**6),
    "objects without end": with_text(b'{"a":' * 200_000),
    "NaN": with_document(scaler={"means": [math.nan, 0.0], "scales": [1.0, 1.0]}),
    "a scaler of texts": with_document(scaler={"means": ["nan", "1"], "scales": [1.0, 1.0]}),
    "classes of objects": with_document(classes=[{"__reduce__": "os.system"}]),
    "a pickle": lambda data: b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R.",
    "a zip": lambda data: b"PK\x03\x04" + data,
    "zeros": lambda data: bytes(10**6),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_model_file_is_refused(name: str, sound: bytes, tmp_path: Path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(FILES[name](sound))
    assert str(path) in refused(ModelFileError, lambda: nn.load(path), 16 * MEGABYTE + 12 * path.stat().st_size)


def test_a_model_file_of_a_terabyte_of_nothing(sound: bytes, tmp_path: Path):
    """What the header does not account for is not read."""
    path = tmp_path / "model.safetensors"
    with path.open("wb") as file:
        file.write(sound)
        try:
            file.truncate(1 << 40)
        except OSError:
            pytest.skip("files on this disk cannot have holes")
    assert str(path) in refused(ModelFileError, lambda: nn.load(path))


def test_a_checkpoint_of_a_terabyte_of_nothing(tmp_path: Path):
    path = tmp_path / "run.safetensors"
    with path.open("wb") as file:
        file.write(files.checkpoints()[0])
        try:
            file.truncate(1 << 40)
        except OSError:
            pytest.skip("files on this disk cannot have holes")
    assert str(path) in refused(CheckpointError, lambda: files.resumable(3, resume=path))
