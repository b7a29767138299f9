"""Inputs that a coverage-guided fuzzer finds: it keeps those that reach code which no other did, and changes them further.

Skipped where atheris is not installed, of which there are wheels for few versions of Python.
"""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.load.corpora import VALID_EXPRESSIONS, Random, table
from tests.load.files import checkpoint_file, model_file
from tests.load.readers import TARGETS

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed")

PROGRAM = """
import sys, tempfile, warnings
from pathlib import Path
import atheris
with atheris.instrument_imports(include=["autograd_core.expression", "nn"]):
    import nn.command.examples, nn.checkpoints, nn.saving, nn.tables, autograd_core.expression
from tests.load.corpora import Random
from tests.load.readers import TARGETS
reader = sys.argv.pop(1)
folder = Path(tempfile.mkdtemp())
as_input = {
    "expressions": lambda data: data.decode("utf-8", "surrogateescape"), "csv": lambda data: (data, {}), "models": lambda data: data,
    "json": lambda data: ("checkpoint", data),
}[reader]
def one(data):
    TARGETS[reader].read(Random(0), as_input(data), folder)
atheris.Setup(sys.argv, one)
atheris.Fuzz()
"""


RUNS = 100_000


@pytest.mark.thorough
@pytest.mark.parametrize("reader", TARGETS)
def test_no_input_found_by_coverage_does_harm(reader: str, tmp_path: Path):
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    rng = Random(0)
    made = {"expressions": [text.encode() for text in VALID_EXPRESSIONS], "csv": [table(rng)[0] for _ in range(50)],
            "models": [model_file(rng) for _ in range(50)], "json": [checkpoint_file(rng) for _ in range(50)]}  # fmt: skip
    for i, data in enumerate(made[reader]):
        (seeds / str(i)).write_bytes(data)
    options = [
        f"-runs={RUNS}",
        "-max_total_time=300",
        "-timeout=2",
        "-rss_limit_mb=2000",
        "-seed=1",
        "-max_len=20000",
        f"-artifact_prefix={tmp_path}/",
    ]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, reader, *options, str(seeds)], check=False, capture_output=True, cwd=ROOT
    )
    said = (done.stdout + done.stderr).decode("utf-8", "backslashreplace")
    assert done.returncode == 0, said[-5000:]
    assert re.search(r"Done \d+ runs", said), said[-2000:]
