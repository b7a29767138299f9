import math

from nn.__main__ import parser
from nn.columns import Column
from nn.command import train
from nn.command.examples import Examples


def test_what_is_learned_of_the_columns_comes_from_the_training_rows(monkeypatch):
    monkeypatch.setattr(train, "_split", lambda *_: ([0, 1, 2, 3], [4, 5], [6, 7]))
    rows = [[1.0], [2.0], [math.nan], [3.0], [1000.0], [math.nan], [-1000.0], [5.0]]
    y = [1.0, 2.0, 3.0, 6.0, 1e6, 1e6, 1e6, 2e6]
    examples = Examples("x", [Column("x")], "y", rows, y, None, [""], [])
    options = parser().parse_args(["train", "--data", "x.csv", "--layers", "--epochs", "1", "--quiet"])
    outcome = train.train(examples, options)
    preparation = outcome.model.preparation
    assert preparation.fills == [2.0]
    assert outcome.model.scaler.means == [2.0]
    assert (preparation.offset, preparation.scale) == (3.0, math.sqrt(14.0) / 2.0)
    assert outcome.rows == [[-1000.0], [5.0]]
    assert outcome.true == [1e6, 2e6]
    assert outcome.sizes == (4, 2, 2)
