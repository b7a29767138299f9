"""The command line: what it prints, in 80 columns, and exit code 2 without a traceback for what does not work."""

import json
import subprocess
import sys

import pytest

from autograd_core.__main__ import main


def run(capsys, *arguments):
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_the_example(capsys):
    code, out, err = run(capsys, "tanh(a*b + c)", "a=2", "b=-3", "c=10")
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert ["value", "0.999329299739067"] in lines
    assert ["gradient", "∂/∂a", "-0.004022852049077691"] in lines
    assert ["node", "operation", "value", "adjoint", "to", "partial", "adds"] in lines
    assert ["v3", "tanh(v2)", "0.99933", "1", "v2", "0.001341", "0.001341"] in lines
    assert ["v1", "a", "*", "b", "-6", "0.001341", "a", "-3", "-0.0040229"] in lines
    assert ["b", "2", "0.0026819"] in lines
    assert ["a", "input", "2", "-0.0040229"] in lines
    assert ["paths", "3", "-", "-"] in lines
    assert all(len(line) <= 80 for line in out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["x*x + x", "x=3"], ["∂/∂x  7.0", "x * x"]),
        (["-x**2", "x=3"], ["∂/∂x  -6.0", "x**2"]),
        (["--x", "x=3"], ["∂/∂x  1.0"]),
        (["relu(x)*y", "x=-1", "y=2"], ["nothing", "∂/∂x  0.0"]),
        (["maximum(x, y)", "x=1", "y=2"], ["the result does not depend on it"]),
        (["sqrt(x)**2", "x=0"], ["Not finite: sqrt is 0.0 at x = 0.0, but its partial"]),
        (["exp(x)", "x=1000"], ["Not finite: exp is inf at x = 1000.0"]),
        (["1 + 2*pi"], ["value     7.28", "nothing to differentiate"]),
        (["dot([x, 2], [3, y], 1)", "x=1", "y=1"], ["dot([x, 2], [3, y], 1)"]),
        (["fsum([x, x, 1])", "x=1"], ["fsum([x, x, 1])", "∂/∂x  2.0"]),
        (["where(x > 0, sqrt(x), 0)", "x=0"], ["∂/∂x  0.0"]),
        (["where(x > 0, sqrt(x), 0)", "x=4"], ["where: v1", "∂/∂x  0.25"]),
        (
            ["fsum([a*a*b*exp(c), b*c*sin(a), a*c*cos(b), tanh(a*b*c)])", "a=-1e-7", "b=-2.34567e8", "c=-3.3e-5"],
            ["..."],
        ),
    ],
    ids=lambda x: x[0] if isinstance(x[0], str) else "",
)
def test_expressions_of_all_kinds(capsys, arguments, expected):
    code, out, err = run(capsys, *arguments)
    assert (code, err) == (0, "")
    for text in expected:
        assert text in out
    assert all(len(line) <= 80 for line in out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tanh(a*b", "a=1", "b=2"], "error: this is no expression: '(' was never closed\n  tanh(a*b\n      ^\n"),
        (["x + 1"], "error: no number for 'x': add x=...\n"),
        (["x + 1", "x=1", "x=2"], "error: 'x' is given twice\n"),
        (["x + 1", "x=one"], "error: 'x=one': 'one' is no number\n"),
        (["x + 1", "x=1", "y=2"], "error: 'y' does not occur in the expression, which has 'x'\n"),
        (
            ["1 + log(x)", "x=-1"],
            "error: log: argument 0 ('x') must lie in (0, inf), got -1.0\n  1 + log(x)\n      ^\n",
        ),
        (["1/x", "x=0"], "error: div: argument 1 ('x') must lie in (-inf, inf) without 0, got 0.0\n  1/x\n  ^\n"),
        (["x**1000000", "x=1"], "error: the exponent 1e+06 is too large, the limit is 10000\n  x**1000000\n     ^\n"),
    ],
)
def test_mistakes_are_explained(capsys, arguments, message):
    assert run(capsys, *arguments) == (2, "", message)


@pytest.mark.parametrize("arguments", [[], ["--unknown"], ["x", "--stop"]], ids=str)
def test_options_that_do_not_exist(capsys, arguments):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m autograd_core" in capsys.readouterr().err


def test_help_teaches(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    for part in (
        "how to read the sweep",
        "where(a > 0, a, 0.1*a)",
        "softmax",
        "leaky_relu",
        'autograd_core "tanh(a*b + c)" a=2',
    ):
        assert part in text


def test_a_long_sweep_is_cut(capsys):
    _, out, _ = run(capsys, "x" + "+x" * 120, "x=1")
    assert "more rows" in out


def test_as_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "autograd_core", "x*x", "x=3"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "∂/∂x  6.0" in done.stdout
    done = subprocess.run([sys.executable, "-m", "autograd_core", "x*"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_other_outputs(capsys, tmp_path):
    code, out, _ = run(capsys, "d*d", "d=2", "--step")
    assert (code, out.splitlines()[0]) == (0, "[1/3] forward: L")
    code, out, _ = run(capsys, "d*d", "d=2", "--json", "-")
    assert (code, json.loads(out)["gradients"]) == (0, {"n0": 4.0})
    for option, start in (("--svg", "<svg"), ("--html", "<!doctype html>")):
        path = tmp_path / option
        assert run(capsys, "d*d", "d=2", option, str(path))[0] == 0
        assert path.read_text(encoding="utf-8").startswith(start)
    code, _, err = run(capsys, "d*d", "d=2", "--json", str(tmp_path / "nowhere" / "x.json"))
    assert (code, err.startswith("error: ")) == (2, True)
    code, _, err = run(capsys, "1+2", "--step")
    assert (code, "nothing to step through" in err) == (2, True)
