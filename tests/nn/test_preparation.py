import copy
import json
import math

import pytest

from nn import MLP, ModelFileError, load, save
from nn.columns import Column
from nn.preparation import Preparation

ROWS = [[1.0, 0.0], [2.0, 1.0], [9.0, 1.0], [math.nan, math.nan]]


def prepared(missing="median"):
    made = Preparation([Column("n"), Column("t", ["a", "b"])], "y", missing, ["", "na"], facts={"data": "x.csv"})
    made.learn(ROWS)
    return made


@pytest.mark.parametrize(("policy", "filled"), [
    ("median", [2.0, 0.0, 1.0]), ("mean", [4.0, 0.0, 1.0]), ("drop", None),
])  # fmt: skip
def test_policies(policy, filled):
    assert prepared(policy).inputs(ROWS[3]) == filled
    assert prepared(policy).inputs([5.0, 0.0]) == [5.0, 1.0, 0.0]


def test_error_names_the_column():
    with pytest.raises(ValueError, match="column 'n': the value is missing"):
        prepared("error").inputs(ROWS[3])


def test_unknown_category_is_none_of_them():
    assert prepared().inputs([5.0, -1.0]) == [5.0, 0.0, 0.0]


def test_an_empty_column_and_ties():
    made = Preparation([Column("n"), Column("t", ["a", "b"])], "y", "median", [])
    made.learn([[math.nan, 1.0], [math.nan, 0.0]])
    assert made.fills == [0.0, 0.0]


@pytest.mark.parametrize("policy", ["median", "mean", "drop", "error"])
def test_saved_with_the_model(tmp_path, policy):
    model = MLP(3, [1], seed=0)
    model.preparation = prepared(policy)
    save(model, tmp_path / "m.safetensors")
    again = load(tmp_path / "m.safetensors").preparation
    assert again == model.preparation
    assert again.features == ["n", "t=a", "t=b"]
    wrong = MLP(2, [1], seed=0)
    wrong.preparation = model.preparation
    save(wrong, tmp_path / "w.safetensors")
    with pytest.raises(ModelFileError, match="its columns make 3 inputs, the model takes 2"):
        load(tmp_path / "w.safetensors")


@pytest.mark.parametrize(("path", "value"), [
    (("columns",), []), (("columns",), None), (("columns", 0), {"name": 3, "categories": None}),
    (("columns", 1, "categories"), []), (("columns", 1, "categories"), [1]), (("missing",), "guess"),
    (("fills",), []), (("fills", 0), "x"), (("marks",), [0]), (("scale",), 0.0), (("scale",), -1.0),
    (("offset",), "0"), (("facts",), {"a": 1}), (("facts",), []), (("target",), None),
])  # fmt: skip
def test_damaged_descriptions(path, value):
    description = json.loads(json.dumps(prepared().description()))
    assert Preparation.of_description(copy.deepcopy(description)) == prepared()
    *way, last = path
    place = description
    for step in way:
        place = place[step]
    place[last] = value
    with pytest.raises(ValueError, match="damaged"):
        Preparation.of_description(description)
