"""Made inputs for every reader: a result or an error of ours, in little time and memory, and nothing executed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.load import corpora, fuzz
from tests.load.readers import TARGETS

ROOT = Path(__file__).resolve().parents[2]
pytest.importorskip("resource", reason="the readers are watched by means of the system")


@pytest.mark.parametrize("count", [400, pytest.param(100_000, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("reader", TARGETS)
def test_no_input_does_harm(reader: str, count: int):
    faults, report = fuzz.run(reader, count)
    assert faults == 0, report[-6000:]
    understood, largest, before = map(int, re.findall(r"(\d+) understood.*?(\d+) MB at most \((\d+) MB", report)[0])
    assert count // 50 < understood < count  # some inputs are sound
    assert largest < before + 100


def test_the_same_number_gives_the_same_input():
    command = [sys.executable, "-m", "tests.load.fuzz", "csv", "5", "--first", "7", "--show"]
    said = [
        subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout.splitlines()[:5]
        for _ in range(2)
    ]
    assert said[0] == said[1]
    assert said[0][0] == f"csv 7: {corpora.table(corpora.rng_of('csv', 7))!r}"


HARM = {
    "import os; os.system('true')": r"Refused: os\.system",
    "open('left-behind', 'w')": r"Refused: open \('left-behind'",
    "exec('pass')": "Refused: exec",
    "import subprocess; subprocess.run(['true'])": "Refused: ",
    "x = bytearray(1 << 33)": "MemoryError",
    "while True: pass": "TooSlow: more than 1.0 s",
    "import ctypes; ctypes.string_at(0)": r"Refused: ctypes|ended with -11",
    "import os; os._exit(3)": "the process ended with 3",
    "raise KeyError('inside')": "KeyError: 'inside'",
}


@pytest.mark.parametrize("text", HARM)
def test_the_guard_sees_harm(text: str, tmp_path: Path):
    """A reader that runs what it reads: every kind of harm is found, and told with the number of the input."""
    program = (
        "import sys, tests.load.readers as readers, tests.load.fuzz as fuzz\n"
        f"run = compile({text!r}, readers.__file__, 'exec')\n"
        "readers.TARGETS['csv'] = readers.Target(lambda rng: '', lambda *_: bool(exec(run)))\n"
        "sys.exit(fuzz.main())\n"
    )
    progress = tmp_path / "progress"
    progress.write_bytes(bytes(8))
    command = [sys.executable, "-c", program, "csv", "1", "--first", "4", "--inside", str(progress)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    said = done.stdout if done.returncode == 1 else f"the process ended with {done.returncode}"
    assert re.search(HARM[text], said), said + done.stderr
    assert int.from_bytes(progress.read_bytes(), "little") == 4
    assert not (ROOT / "left-behind").exists()
