import csv
import json
import math
import sys

import pytest

from nn import History


def made(epochs=3):
    history = History()
    for i in range(epochs):
        history.append({"loss": 1.0 / (i + 1), "lr": 0.1})
    return history


def test_columns_that_come_late_or_end_early_are_nan_elsewhere():
    history = made(1)
    history.append({"loss": 0.5, "lr": 0.1, "val_loss": 0.7})
    history.append({"loss": 0.4})
    assert len(history) == 3
    assert [math.isnan(x) for x in history.history["val_loss"]] == [True, False, True]
    assert [math.isnan(x) for x in history.history["lr"]] == [False, False, True]


def test_table_of_many_epochs_shows_both_ends():
    lines = made(50).table().splitlines()
    assert len(lines) == 22
    assert [line.split()[0] for line in lines[1:]] == [*map(str, range(1, 11)), "…", *map(str, range(41, 51))]
    assert len(made(50).table(shown=None).splitlines()) == 51
    assert len({len(line) for line in lines if "…" not in line}) == 1


def test_texts():
    history = made(2)
    history.stopped = "interrupted"
    assert str(history).splitlines()[-1] == "stopped: interrupted"
    assert repr(history) == "History(2 epochs; loss=0.5, lr=0.1)"
    assert str(History()) == "no epoch was finished"
    assert repr(History()) == "History(0 epochs)"


def test_files_hold_all_digits(tmp_path):
    history = made(3)
    history.append({"loss": math.inf})
    history.save_csv(tmp_path / "h.csv")
    with (tmp_path / "h.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == history.history["loss"]
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert rows[3]["lr"] == ""
    history.save_json(tmp_path / "h.json")
    content = json.loads((tmp_path / "h.json").read_text(encoding="utf-8"))
    assert content["history"]["loss"] == [*history.history["loss"][:3], None]
    assert set(content) == {"history", "stopped", "seconds"}


def test_frame():
    pytest.importorskip("pandas", reason="pandas is not installed")
    frame = made(3).to_frame()
    assert list(frame.index) == [1, 2, 3]
    assert list(frame.columns) == ["loss", "lr"]


def test_without_pandas_the_error_names_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        made().to_frame()
