"""Compiled code on disk, damaged in every way: it is compiled again, and what is computed is right.

Single kinds of damage are in tests/autograd_core/tape/test_kernel_cache.py; here are damage at any place, other versions,
folders that cannot be written or are full, and several processes.
"""

import hashlib
import json
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograd_core.tape.kernel_cache import Kernels, name_of
from tests.load.writers import fill

TEXT = """
import numba


@numba.njit(cache=True)
def half(x):
    return 0.5 * x


@numba.njit(cache=True)
def double(x):
    return 2.0 * x + half(x) - half(x)
"""
SIGNATURES = {"double": "(float64,)"}
KIND = "load"
PROGRAM = f"""
import sys, time
from autograd_core.tape.kernel_cache import Kernels
import numba
print("begin", flush=True)
double = Kernels({KIND!r}, {TEXT!r}, {SIGNATURES!r})["double"]
print(double(2.0), sum(double.stats.cache_hits.values()))
"""
WHOLE_PROGRAM = """
import numpy as np
from autograd_core import Value, dot, jit, tanh
w = [Value(0.5), Value(-0.25)]
f = jit(lambda x, y: tanh(dot(w, [x, y])) * x)
values, gradients = f.value_and_grad(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
print(values.tolist(), gradients.parameters.tolist())
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AUTOGRAD_CORE_CACHE", str(tmp_path / "kernels"))
    return tmp_path / "kernels"


def again() -> tuple[float, int]:
    """What a new process would compute, and how much of it was compiled before."""
    double = Kernels(KIND, TEXT, SIGNATURES)["double"]
    return double(2.0), sum(double.stats.cache_hits.values())


def start(folder: Path, program: str = PROGRAM) -> "subprocess.Popen[str]":
    """A new process with this folder."""
    environment = {
        **os.environ,
        "AUTOGRAD_CORE_CACHE": str(folder),
        "HOME": str(folder.parent),
    }  # where Numba looks next
    return subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def said(process: "subprocess.Popen[str]") -> list[str]:
    """The words that it printed; it must have ended well."""
    output, errors = process.communicate()
    assert process.returncode == 0, errors[-3000:]
    return output.split()


@pytest.mark.parametrize("count", [6, pytest.param(150, marks=pytest.mark.thorough)])
def test_damage_anywhere(count: int, folder: Path):
    """Cut off, overwritten, lengthened, exchanged: of any of the files, also of several at once."""
    assert again() == (4.0, 0)
    good = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert len(good) == 6  # the source, two indices, two pieces of machine code, one seal
    for seed in range(count):
        rng = random.Random(seed)
        damaged = set()
        for path in rng.sample(sorted(good), rng.choice([1, 1, 2, 6])):
            content = good[path]
            i = rng.randrange(len(content))
            other = rng.choice(sorted(good))
            new = rng.choice([content[:i], content[:i] + rng.randbytes(8) + content[i + 8 :], content + b"\0", b"", rng.randbytes(99),
                              good[other], b"\x80\x04}."])  # fmt: skip
            path.write_bytes(new)
            damaged |= {path} if new != content else set()
        value, hits = again()
        assert value == 4.0
        assert hits == 0 or not damaged or {path.suffix for path in damaged} == {".py"}
        for path, content in good.items():
            path.write_bytes(content)
    assert again() == (4.0, 1)


@pytest.mark.parametrize("sealed", [True, False])
def test_another_version_of_numba_compiles_again(sealed: bool, folder: Path):
    """Its index says so; whether it has sealed what it wrote or not."""
    again()
    (seal,) = folder.rglob("*.seal")
    for index in folder.rglob("*.nbi"):
        with index.open("rb") as file:
            pickle.load(file)
            rest = file.read()
        index.write_bytes(pickle.dumps("0.1.0") + rest)
        if sealed:
            digests = json.loads(seal.read_text(encoding="utf-8"))
            digests[index.name] = hashlib.sha256(index.read_bytes()).hexdigest()
            seal.write_text(json.dumps(digests), encoding="utf-8")
    assert again() == (4.0, 0)
    assert again() == (4.0, 1)


def test_another_source_under_the_same_name_is_not_run(folder: Path):
    """A module is known by the hash of its source: what was compiled of another source is never called."""
    again()
    (source,) = folder.glob("*.py")
    other = TEXT.replace("2.0 * x", "3.0 * x")
    assert name_of(KIND, other) != name_of(KIND, TEXT)
    source.write_text(other, encoding="utf-8")
    assert again()[0] == 4.0
    assert source.read_text(encoding="utf-8") == TEXT


# Folders ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [0, 4096, 8192, 12288, 16384])
def test_a_full_disk(room: int, small_disk: Path, monkeypatch: pytest.MonkeyPatch):
    """What cannot be kept is compiled for this process alone, and nothing half-written is left."""
    fill(small_disk, room)
    monkeypatch.setenv("AUTOGRAD_CORE_CACHE", str(small_disk / "kernels"))
    assert again() == (4.0, 0)
    assert not [path.name for path in small_disk.rglob("*tmp*")]
    (small_disk / "filling").unlink()
    assert again()[0] == 4.0
    assert again() == (4.0, 1)


@pytest.mark.thorough
def test_a_whole_program_on_a_full_disk(small_disk: Path, tmp_path: Path):
    """Kernels call one another, and none of them can be kept."""
    fill(small_disk, 20_000)
    full, empty = (said(start(place, WHOLE_PROGRAM)) for place in (small_disk / "kernels", tmp_path / "kernels"))
    assert full == empty


def test_a_read_only_folder(small_disk: Path):
    """Nothing is written there: it is compiled elsewhere."""
    kernels = small_disk / "kernels"
    assert said(start(kernels)) == ["begin", "4.0", "0"]
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    before = sorted(small_disk.rglob("*"))
    assert said(start(kernels))[:2] == ["begin", "4.0"]
    assert said(start(small_disk / "others"))[:2] == ["begin", "4.0"]
    assert sorted(small_disk.rglob("*")) == before


# Processes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [3, pytest.param(8, marks=pytest.mark.thorough)])
def test_several_processes_at_once(count: int, folder: Path):
    """All compile, none is disturbed, and what they leave is whole."""
    processes = [start(folder) for _ in range(count)]
    assert all(said(process)[:2] == ["begin", "4.0"] for process in processes)
    assert again()[0] == 4.0
    assert again() == (4.0, 1)


@pytest.mark.parametrize("kills", [2, pytest.param(40, marks=pytest.mark.thorough)])
def test_a_kill_while_compiling(kills: int, folder: Path):
    generator = random.Random(0)
    for _ in range(kills):
        process = start(folder)
        assert process.stdout is not None
        assert process.stdout.readline() == "begin\n"
        time.sleep(generator.uniform(0.0, 0.8))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert again()[0] == 4.0
    assert again() == (4.0, 1)
