"""The main job, on few epochs; its full length is in the thorough run."""

import csv
import json
import re
import signal
import sys

import pytest

import nn
from nn import digits
from nn.__main__ import main

pytest.importorskip("sklearn", reason="scikit-learn is not installed")
FILES = {"model.safetensors", "history.csv", "history.json", "confusion.txt", "confusion.png", "history.png"}


def accuracy_of(shown):
    return float(re.fullmatch(r"test accuracy: (\d\.\d{3})", shown.splitlines()[-1])[1])


def test_a_short_run_leaves_everything(tmp_path, capsys):
    folder = tmp_path / "deep" / "run"
    assert main(["--output", str(folder), "--epochs", "1", "--hidden", "6"]) == 0
    shown = capsys.readouterr().out
    assert accuracy_of(shown) > 0.5
    assert {path.name for path in folder.iterdir()} == FILES
    model = nn.load(folder / "model.safetensors")
    assert model.classes == list("0123456789")
    pictures = nn.datasets.load("digits")
    _, X_test, _, y_test = nn.train_test_split(pictures.X, pictures.y, 0.2, seed=0)
    predicted = nn.predict(model, model.scaler.transform(X_test), digits.LOSS)
    assert f"{nn.metrics.accuracy(predicted, y_test):.3f}" == shown.splitlines()[-1].split()[-1]
    table = str(nn.metrics.ConfusionTable(predicted, y_test, range(10)))
    assert table in shown
    assert (folder / "confusion.txt").read_text(encoding="utf-8") == table + "\n"
    with (folder / "history.csv").open(newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 1
    assert json.loads((folder / "history.json").read_text(encoding="utf-8"))["stopped"] is None


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(3))
def test_the_whole_job_reads_95_of_100(tmp_path, capsys, seed):
    assert main(["--output", str(tmp_path), "--seed", str(seed)]) == 0
    assert accuracy_of(capsys.readouterr().out) >= 0.95


def test_ctrl_c_saves_what_was_learned(tmp_path, capsys, monkeypatch):
    gradients, calls = nn.engines.EagerEngine.gradients, []

    def interrupted_at_the_third(self, *arguments):
        calls.append(1)
        if len(calls) == 3:
            signal.raise_signal(signal.SIGINT)
        return gradients(self, *arguments)

    monkeypatch.setattr(nn.engines.EagerEngine, "gradients", interrupted_at_the_third)
    assert main(["--output", str(tmp_path), "--hidden", "2"]) == digits.INTERRUPTED
    shown = capsys.readouterr().out
    assert "interrupted in epoch 1; the model keeps what it has learned" in shown
    assert accuracy_of(shown) > 0.0
    assert {path.name for path in tmp_path.iterdir()} == FILES


def test_a_folder_that_cannot_be_written_is_refused_before_the_training(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(digits, "fit", lambda *_, **__: pytest.fail("trained"))
    (tmp_path / "file").write_text("in the way")
    assert main(["--output", str(tmp_path / "file" / "run")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("python -m nn: cannot write to the folder ")
    assert error.endswith(": give another one\n")
    assert main(["--output", str(tmp_path / "file")]) == 1


def test_ctrl_c_before_the_training(tmp_path, capsys, monkeypatch):
    def interrupt(name):
        raise KeyboardInterrupt

    monkeypatch.setattr(nn.datasets, "load", interrupt)
    assert main(["--output", str(tmp_path)]) == digits.INTERRUPTED
    assert capsys.readouterr().err == "\npython -m nn: interrupted\n"


def test_missing_packages_are_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    assert main(["--output", str(tmp_path)]) == 1
    assert "pip install scikit-learn" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "message"), [
    (["--epochs", "0"], "argument --epochs: must be a whole number of at least 1, got '0'"),
    (["--hidden", "a"], "argument --hidden: must be a whole number of at least 1, got 'a'"),
    (["--foo"], "unrecognized arguments: --foo"),
])  # fmt: skip
def test_wrong_arguments(arguments, message, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert message in capsys.readouterr().err


def test_help(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    assert "python -m nn --hidden 32 16 --epochs 20 --output run2" in " ".join(capsys.readouterr().out.split())
