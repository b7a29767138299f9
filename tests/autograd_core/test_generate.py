"""The files written from the table of primitives agree with it."""

import re
import subprocess
import sys
from pathlib import Path

import autograd_core
from autograd_core import generate
from autograd_core.primitives import TABLE

ROOT = Path(__file__).resolve().parents[2]


def test_signatures_are_those_of_the_table():
    written = (ROOT / "autograd_core" / "operations.pyi").read_text(encoding="utf-8")
    assert written == generate.signatures(), "run `python -m autograd_core.generate`"


def test_reference_is_that_of_the_table():
    written = (ROOT / "docs" / "primitives.md").read_text(encoding="utf-8")
    assert written == generate.reference(), "run `python -m autograd_core.generate`"


def test_every_row_is_written_out():
    signatures, reference = generate.signatures(), generate.reference()
    for name in TABLE:
        assert f"def {name}(" in signatures
        assert f"| `{name}(" in reference


def test_partials_by_sequences_are_those_by_the_first_entry():
    partials = {row.name: generate.derivatives(row) for row in TABLE.values() if row.variadic}
    assert partials == {
        "fsum": ["1"],
        "prod": ["prod([x2, x3])"],
        "logsumexp": ["exp(x1 - out)"],
        "dot": ["input1", "weight1", "1"],
    }


KINDS = {
    "exp(1.0)": "float",
    "exp(v)": "Value",
    "v.tanh()": "Value",
    "maximum(1.0, v)": "Value",
    "leaky_relu(v, 0.1)": "Value",
    "fsum([1.0, 2.0])": "float",
    "fsum([v, 2.0])": "Value",
    "dot([v], [1.0])": "Value",
    "where(v > 0, lambda: exp(v), 0.0)": "Value",
    "v * 2 + v / v - 1": "Value",
}


def test_mypy_sees_the_types(tmp_path: Path):
    names = ", ".join(sorted(set(TABLE) & set(autograd_core.__all__)))
    lines = [f"from autograd_core import Value, {names}", "v = Value(1.0)"]
    program = tmp_path / "program.py"
    program.write_text("\n".join(lines + [f"reveal_type({expression})" for expression in KINDS]))
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(program)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    revealed = re.findall(r'Revealed type is "(?:\w+\.)*(\w+)"', answer.stdout)
    assert dict(zip(KINDS, revealed, strict=True)) == KINDS, answer.stdout + answer.stderr
