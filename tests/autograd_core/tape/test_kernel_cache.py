"""Kernels on disk: used again by the next process, compiled again where a file is damaged or the folder is not there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograd_core.tape import kernel_cache
from autograd_core.tape.kernel_cache import Kernels, cache_folder, name_of

TEXT = """
import numba


@numba.njit(cache=True)
def double(x):
    return 2.0 * x
"""
SIGNATURES = {"double": "(float64,)"}
KIND = "test"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGRAD_CORE_CACHE", str(tmp_path / "kernels"))
    return tmp_path / "kernels"


def again():
    """What a new process would do."""
    return Kernels(KIND, TEXT, SIGNATURES)["double"]


def hits(function):
    return sum(function.stats.cache_hits.values())


def test_compiled_once(folder):
    first = again()
    assert first(2.0) == 4.0
    assert hits(first) == 0
    assert hits(again()) == 1
    assert (folder / f"{name_of(KIND, TEXT)}.py").read_text() == TEXT


@pytest.mark.parametrize("damage", ["truncated", "garbled", "emptied", "gone", "seal"])
@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
def test_damaged_files_are_compiled_again(folder, damage, suffix):
    again()
    (file,) = folder.glob(f"**/*.{suffix}")
    (seal,) = folder.glob("**/*.seal")
    content = file.read_bytes()
    if damage == "gone":
        file.unlink()
    elif damage == "seal":
        seal.write_text("{")
    else:
        half = len(content) // 2
        file.write_bytes({"truncated": content[:half], "emptied": b"",
                          "garbled": content[:half] + b"\x00\xff" * 20 + content[half + 40 :]}[damage])  # fmt: skip
    rebuilt = again()
    assert (rebuilt(2.0), hits(rebuilt)) == (4.0, 0)
    assert hits(again()) == 1
    assert len(json.loads(seal.read_text())) == 2


def test_a_damaged_source_is_written_again(folder):
    again()
    path = folder / f"{name_of(KIND, TEXT)}.py"
    path.write_text("def double(x): return 0.0")
    assert again()(2.0) == 4.0
    assert path.read_text() == TEXT


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("AUTOGRAD_CORE_CACHE", str(tmp_path / "file" / "kernels"))
    kernels = Kernels(KIND, TEXT, SIGNATURES)
    assert kernels["double"](2.0) == 4.0
    assert not str(kernels.path).startswith(str(tmp_path))


def test_a_seal_that_cannot_be_written(folder, monkeypatch):
    def refuse(*_):
        raise PermissionError

    again()
    for seal in folder.glob("**/*.seal"):
        seal.unlink()
    monkeypatch.setattr(kernel_cache, "_replace", refuse)
    assert again()(2.0) == 4.0


def test_one_module_for_one_text(folder, monkeypatch):
    monkeypatch.setattr(Kernels, "_made", {})
    assert Kernels.of(KIND, TEXT, SIGNATURES) is Kernels.of(KIND, TEXT, SIGNATURES)


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"AUTOGRAD_CORE_CACHE": "a", "XDG_CACHE_HOME": "b"}, Path("a")),
        ({"XDG_CACHE_HOME": "b"}, Path("b/autograd_core")),
        ({"LOCALAPPDATA": "c"}, Path("c/autograd_core")),
        ({}, Path.home() / ".cache/autograd_core"),
    ],
)
def test_where_the_cache_is(variables, folder, monkeypatch):
    for name in ("AUTOGRAD_CORE_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert cache_folder() == folder


def test_a_second_process_compiles_nothing(tmp_path):
    program = (
        "from autograd_core import jit, tanh\n"
        "f = jit(lambda x: tanh(x) * x)\n"
        "assert f(0.0) == 0.0\n"
        "print(sum(f.program.native.executor.kernels['sweep'].stats.cache_hits.values()))\n"
    )
    environment = {**os.environ, "AUTOGRAD_CORE_CACHE": str(tmp_path)}
    hits = [subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True).stdout
            for _ in range(2)]  # fmt: skip
    assert [int(text) for text in hits] == [0, 1]
