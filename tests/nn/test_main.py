"""From a table to a report and to predictions, as on the command line."""

import csv
import json
import random
import sys
from html.parser import HTMLParser

import pytest

import nn
from nn import files, saving
from nn.__main__ import main

for package in ("matplotlib", "safetensors"):
    pytest.importorskip(package, reason=f"{package} is not installed")


class Page(HTMLParser):
    """What a page is made of, and whether its tags fit."""

    VOID = frozenset({"meta", "br", "img", "link", "path", "use", "image"})

    def __init__(self, text):
        super().__init__()
        self.open, self.links, self.texts = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name in ("src", "href", "xlink:href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def write(path, rows, delimiter=","):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


@pytest.fixture(scope="module")
def flats(tmp_path_factory):
    """A regression with texts, gaps and decimal commas; trained once."""
    folder = tmp_path_factory.mktemp("flats")
    generator = random.Random(0)
    rows = [["Fläche", "Lage <b>", "Miete"]]
    for k in range(150):
        area, place = generator.uniform(20, 120), "süd" if k % 3 else "nord"
        shown = "" if k % 20 == 7 else f"{area:.1f}".replace(".", ",")
        rows.append([shown, place, f"{8 * area + 200 * (place == 'süd'):.2f}".replace(".", ",")])
    write(folder / "flats.csv", rows, ";")
    assert main([
        "train", "--data", str(folder / "flats.csv"), "--target", "Miete", "--layers", "6", "--output",
        str(folder / "run"), "--epochs", "30", "--quiet",
    ]) == 0  # fmt: skip
    return folder


def test_a_regression_leaves_everything(flats):
    run = flats / "run"
    assert {path.name for path in run.iterdir()} == {
        "model.safetensors", "history.csv", "history.json", "report.html", "loss.png", "predictions.png", "weights.png",
    }  # fmt: skip
    model = nn.load(run / "model.safetensors")
    assert model.preparation.features == ["Fläche", "Lage <b>=nord", "Lage <b>=süd"]
    assert float(model.preparation.facts["test R²"]) > 0.8
    assert len(json.loads((run / "history.json").read_text())["history"]["val_loss"]) == 30


def test_the_page_needs_nothing_else(flats):
    text = (flats / "run" / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert all(link.startswith("#") for link in page.links)
    assert "http" not in text.replace("http://www.w3.org/", "")
    assert "<script" not in text
    shown = " ".join(page.texts)
    for words in (
        "flats: regression of Miete",
        "test R²",
        "hidden layers",
        "Lage <b> (2)",
        "prefers-color-scheme",
        "MLP:",
    ):
        assert words in shown
    assert text.count("<svg") == 3


def test_predictions(flats, capsys):
    out = flats / "out.csv"
    assert main(["predict", str(flats / "run/model.safetensors"), str(flats / "flats.csv"), "-o", str(out)]) == 0
    assert "150 predictions; root mean squared error" in capsys.readouterr().err
    with out.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    assert header == ["row", "predicted Miete"]
    assert len(rows) == 150
    model = nn.load(flats / "run" / "model.safetensors")
    inputs = model.scaler.transform([[50.0, 1.0, 0.0]])
    expected = model.preparation.offset + model.preparation.scale * nn.predict(model, inputs)[0]
    write(flats / "one.csv", [["Lage <b>", "x", "Fläche"], ["nord", "?", "50,0"]], ";")
    assert main(["predict", str(flats / "run/model.safetensors"), str(flats / "one.csv"), "--decimal", "comma"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "row;predicted Miete"
    assert float(shown[1].split(";")[1].replace(",", ".")) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("rows", "arguments", "words"), [
    ([["Fläche"], ["1,5"]], [], "new.csv lacks the column that the model was trained on: 'Lage <b>'; it has 'Fläche'"),
    ([["Fläche", "Lage <b>"], ["1,5", "nord"], ["big", "süd"]], [],
     "new.csv, row 2 (line 3), column 'Fläche': expected a number, as when the model was trained, got 'big'"),
    ([["Fläche", "Lage <b>"], ["1,5", "west"]], [],
     "column 'Lage <b>': the category 'west' did not occur when the model was trained; known are 'nord', 'süd': correct"),
    ([["Fläche", "Lage <b>"], ["1,5", "nord"], ["2,5"]], [], "new.csv, row 2 (line 3): 1 cell, but there are 2"),
])  # fmt: skip
def test_rows_that_cannot_be_predicted_leave_the_old_output(flats, capsys, rows, arguments, words):
    path, out = write(flats / "new.csv", rows, ";"), flats / "kept.csv"
    out.write_text("old")
    assert main(["predict", str(flats / "run/model.safetensors"), str(path), "-o", str(out), *arguments]) == 1
    assert words in capsys.readouterr().err
    assert out.read_text() == "old"
    assert not list(flats.glob(".*"))


def test_unseen_categories_may_be_ignored(flats, capsys):
    path = write(flats / "new.csv", [["Fläche", "Lage <b>"], ["1,5", "west"], ["", ""]], ";")
    assert main(["predict", str(flats / "run/model.safetensors"), str(path), "--unseen", "ignore", "--keep"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "Fläche;Lage <b>;predicted Miete"
    assert shown[1].startswith("1,5;west;")
    assert len(shown) == 3


def test_its_own_table_is_not_overwritten(flats, capsys):
    path = flats / "flats.csv"
    before = path.read_bytes()
    assert main(["predict", str(flats / "run/model.safetensors"), str(path), "-o", str(path)]) == 1
    assert "would be overwritten" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_show(flats, capsys):
    assert main(["show", str(flats / "run/model.safetensors"), "-o", str(flats / "net.svg")]) == 0
    shown = capsys.readouterr().out
    for words in (
        "layer2  linear  6 → 1",
        "Lage <b>  text, one of nord, süd; if missing, süd",
        "predicts Miete: a number",
    ):
        assert words in shown
    assert "<svg" in (flats / "net.svg").read_text(encoding="utf-8")


def test_show_a_model_of_another_origin(tmp_path, capsys):
    nn.save(nn.Neuron(2, seed=0), tmp_path / "n.safetensors", classes=["a", "b"])
    assert main(["show", str(tmp_path / "n.safetensors")]) == 0
    assert "classes: a, b" in capsys.readouterr().out
    assert (tmp_path / "n.png").exists()
    write(tmp_path / "t.csv", [["a", "b"], [1, 2]])
    assert main(["predict", str(tmp_path / "n.safetensors"), str(tmp_path / "t.csv")]) == 1
    assert "does not say what its inputs are made of" in capsys.readouterr().err


@pytest.fixture
def plants(tmp_path):
    rows = [["long", "wide", "kind"]]
    rows += [[k % 10 + (5 if k % 2 else 0), "" if k == 11 else k % 4, ("rose", "lily")[k % 2]] for k in range(60)]
    return write(tmp_path / "plants.csv", rows)


def learn(path, *arguments):
    return main([
        "train", "--data", str(path), "--target", "kind", "--layers", "3", "--epochs", "2", "--output",
        str(path.parent / "run"), *arguments,
    ])  # fmt: skip


def test_a_classification_of_two_columns(plants, capsys):
    assert learn(plants, "--missing", "drop") == 0
    shown = capsys.readouterr().out
    assert "classification of 'kind': 2 classes" in shown
    assert "true \\ predicted" in shown
    assert "test accuracy: " in shown.splitlines()[-1]
    assert {"boundary.png", "confusion.png", "accuracy.png"} <= {
        path.name for path in (plants.parent / "run").iterdir()
    }
    text = (plants.parent / "run/report.html").read_text(encoding="utf-8")
    assert "precision" in text
    assert main(["predict", str(plants.parent / "run/model.safetensors"), str(plants)]) == 0
    result = capsys.readouterr()
    lines = result.out.splitlines()
    assert lines[0] == "row,predicted kind,probability of lily,probability of rose"
    assert lines[12] == "12,,,"
    cells = lines[1].split(",")
    assert float(cells[2]) + float(cells[3]) == pytest.approx(1.0, abs=2e-6)
    assert cells[1] == ("lily" if float(cells[2]) > 0.5 else "rose")
    assert "59 predictions; none for 1 row with missing values; 0." in result.err


def test_the_same_seed_gives_the_same_model(plants):
    models = []
    for _ in range(2):
        assert learn(plants, "--seed", "4", "--quiet") == 0
        models.append((plants.parent / "run/model.safetensors").read_bytes())
    assert models[0] == models[1]


def test_patience(plants, capsys):
    assert learn(plants, "--patience", "1", "--epochs", "60", "--learning-rate", "0.5") == 0
    assert "has not become better than" in capsys.readouterr().out


def test_a_disk_that_is_full_loses_no_model(plants, capsys, monkeypatch, tmp_path):
    usual = files.os.fsync

    def full(handle):
        if f"{tmp_path / 'run'}/" in files.os.readlink(f"/proc/self/fd/{handle}"):
            raise OSError(28, "No space left on device")
        usual(handle)

    if not sys.platform.startswith("linux"):
        pytest.skip("asks Linux for the name of an open file")
    monkeypatch.setattr(saving.Path, "home", lambda: tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("nn.files.os.fsync", full)
    assert learn(plants, "--quiet") == 1
    error = capsys.readouterr().err
    assert "nothing was written (No space left on device)" in error
    assert nn.load(error.rpartition(" saved as ")[2].removesuffix(" instead\n")).classes == ["lily", "rose"]


def test_a_disk_that_fills_up_after_the_model(plants, capsys, monkeypatch):
    def full(self, path):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(nn.History, "save_csv", full)
    assert learn(plants, "--quiet") == 1
    error = capsys.readouterr().err
    assert error.startswith(f"python -m nn: {plants.parent / 'run/history.csv'}: No space left on device; the trained")
    assert nn.load(plants.parent / "run/model.safetensors")


def test_nothing_is_trained_where_nothing_can_be_written(plants, capsys, monkeypatch):
    monkeypatch.setattr("nn.command.train.fit", lambda *_, **__: pytest.fail("trained"))
    (plants.parent / "run").write_text("in the way")
    assert learn(plants) == 1
    assert "cannot write to the folder" in capsys.readouterr().err


def test_a_file_that_is_not_there(tmp_path, capsys):
    assert main(["train", "--data", str(tmp_path / "no.csv"), "--target", "y"]) == 1
    assert capsys.readouterr().err == f"python -m nn: {tmp_path / 'no.csv'}: No such file or directory\n"


@pytest.mark.parametrize(("arguments", "words"), [
    (["train"], "the following arguments are required: --data"),
    (["train", "--data", "iris", "--layers", "0"], "must be a whole number of at least 1, got '0'"),
    (["train", "--data", "iris", "--missing", "guess"], "invalid choice: 'guess'"),
    (["train", "--data", "iris", "--test", "1.5"], "must lie between 0 and 1, got '1.5'"),
    (["train", "--data", "iris", "--l2", "x"], "must be a finite number of at least 0, got 'x'"),
    (["train", "--data", "iris", "--delimiter", "ab"], "must be comma, semicolon, tab, bar or one character"),
    (["train", "--data", "iris", "--decimal", "x"], "must be point or comma"),
    (["tain"], "invalid choice: 'tain'"),
])  # fmt: skip
def test_wrong_arguments(arguments, words, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("command", ["train", "predict", "show"])
def test_help_has_examples(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert f"python -m nn {command} " in capsys.readouterr().out.partition("example")[2]
