"""The checks of targets, the decisions, and losses of the user's own."""

import pickle

import numpy as np
import pytest

from autograd_core import Value
from nn import losses
from nn.loss import one_hot
from nn.losses import LOSSES

BINARY, MULTICLASS = "binary_cross_entropy_with_logits", "cross_entropy"


def absolute_error(output, target):
    return abs(output - target)


# What every loss of a kind says of bad targets: number of outputs, targets, words of the error
BAD = {
    "regression": [
        (1, ["a"], TypeError, "target 0 must be a number, got str: 'a'"),
        (2, [[1.0, 2.0], [1.0]], ValueError, "target 1 has 1 entries, but the model has 2 outputs"),
        (1, [0.0, float("nan")], ValueError, "target 1 must lie between .*, got nan"),
        (1, [], ValueError, "there are no targets"),
    ],
    "binary": [
        (1, [1, 7], ValueError, "target 1 must .* got 7"),
        (2, [1], ValueError, "target 0 has 1 entries, but the model has 2 outputs"),
        (1, [1, None], TypeError, "target 1 must be a number, got NoneType"),
        (1, [], ValueError, "there are no targets"),
    ],
    "multiclass": [
        (3, [0, 3], ValueError, "target 1 must be a class index from 0 to 2 or a row of 3, got 3"),
        (3, [0, -1], ValueError, "target 1 must be a class index from 0 to 2 or a row of 3, got -1"),
        (3, [0.5], ValueError, "target 0 must be a class index from 0 to 2 or a row of 3, got 0.5"),
        (3, [True], TypeError, "target 0 must be a class index or a row of 3, got bool"),
        (3, [[1.0, 0.0]], ValueError, "target 0 has 2 entries, but the model has 3 outputs"),
        (3, [[1.0, 1.0, 0.0]], ValueError, "target 0 is a row that must sum to 1"),
        (3, [[2.0, -1.0, 0.0]], ValueError, "target 0 must lie between 0 and 1, got 2.0"),
        (1, [0], ValueError, "needs one output per class, got a model with 1"),
        (3, [], ValueError, "there are no targets"),
    ],
}


@pytest.mark.parametrize("name", LOSSES)
def test_bad_targets_are_named_by_row(name: str):
    loss = LOSSES[name]
    for n_outputs, targets, error, words in BAD[loss.kind]:
        with pytest.raises(error, match=f"{name}.* {words}"):
            loss.check_targets(targets, n_outputs)


@pytest.mark.parametrize("name", LOSSES)
def test_a_bad_target_of_one_call(name: str):
    loss = LOSSES[name]
    n_outputs, targets, error, words = BAD[loss.kind][1]
    with pytest.raises(error, match=words.replace("target 0", "target").replace("target 1", "target")):
        loss([Value(0.5)] * n_outputs, targets[-1])


@pytest.mark.parametrize(
    ("name", "label", "words"),
    [
        ("hinge", 0, "must be -1 or \\+1, got 0; of labels 0 and 1 make 2\\*y - 1"),
        ("hinge", 0.5, "must be -1 or \\+1, got 0.5"),
        ("binary_cross_entropy", -1, "must lie between 0 and 1, got -1; of labels -1 and \\+1 make \\(y \\+ 1\\)/2"),
        (BINARY, -1, "must lie between 0 and 1, got -1; of labels -1 and \\+1 make \\(y \\+ 1\\)/2"),
    ],
)
def test_labels_of_the_other_convention_say_how_to_convert(name, label, words):
    with pytest.raises(ValueError, match=words):
        losses.get(name)(Value(0.5), label)


def test_targets_as_rows_of_numbers():
    assert losses.get(MULTICLASS).lanes([2, [0.5, 0.25, 0.25], np.int64(0)], 3) == [
        [0, 0, 1],
        [0.5, 0.25, 0.25],
        [1, 0, 0],
    ]
    assert losses.get(BINARY).lanes([0, 1.0, np.float64(0.5)], 1) == [[0.0], [1.0], [0.5]]
    assert losses.hinge.lanes(np.array([[1, -1], [-1, 1]]), 2) == [[1.0, -1.0], [-1.0, 1.0]]
    assert losses.half_squared_error.check_targets([1, 2.5], 1) is None
    assert one_hot(1, 3) == [0.0, 1.0, 0.0]


def test_decisions():
    assert losses.half_squared_error.decide is None
    assert losses.hinge.decide(Value(-0.1)) == -1
    assert losses.hinge.decide(0.1) == 1
    assert losses.get(BINARY).decide([Value(0.1), Value(-0.1)]) == [1, 0]
    assert losses.binary_cross_entropy.decide(0.4) == 0
    assert losses.binary_cross_entropy.decide(0.6) == 1
    assert losses.get(MULTICLASS).decide([Value(0.1), Value(0.5), Value(0.3)]) == 1


def test_an_own_function_gets_what_the_model_returns():
    loss = losses.get(absolute_error)
    assert loss(Value(2.0), 5.0).data == 3.0
    assert loss.name == "absolute_error"
    assert loss.decide is None
    assert loss.lanes([1.0, [2.0, 3.0]], 1) == [[1.0], [2.0, 3.0]]
    assert pickle.loads(pickle.dumps(loss))(Value(2.0), 5.0).data == 3.0
