import pytest

from nn.metrics import ConfusionTable, accuracy, is_right, margin_counts, r_squared


def test_accuracy_of_indices_one_hot_and_several_labels():
    assert accuracy([0, 1, 2, 2], [0, 1, 2, 0]) == 0.75
    assert accuracy([2, 0], [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]) == 0.5
    assert accuracy([[1, 0], [1, 1]], [[1.0, 0.0], [0.0, 1.0]]) == 0.5
    assert is_right(1, [1.0])
    assert is_right(-1, -1.0)


def test_r_squared():
    y = [1.0, 2.0, 4.0]
    assert r_squared(y, y) == 1.0
    assert r_squared([sum(y) / 3] * 3, y) == pytest.approx(0.0)
    assert r_squared([[1.0, 0.0], [2.0, 0.0], [4.0, 3.0]], [[1.0, 1.0], [2.0, 1.0], [4.0, 4.0]]) == pytest.approx(0.75)
    with pytest.raises(ValueError, match="all targets are equal"):
        r_squared([1.0, 2.0], [3.0, 3.0])


def test_confusion_table():
    table = ConfusionTable([0, 2, 2, 1], [0, 1, 2, 1], range(4))
    assert table.counts == [[1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    named = ConfusionTable(["cat", "elephant"], ["cat", "cat"])
    assert str(named).splitlines() == [
        "true \\ predicted  cat  elephant",
        "cat                 1         1",
        "elephant            ·         ·",
    ]
    with pytest.raises(ValueError, match="5 is not among the classes"):
        ConfusionTable([5], [0], range(4))


@pytest.mark.parametrize("measure", [accuracy, r_squared, ConfusionTable])
def test_lengths_must_fit(measure):
    with pytest.raises(ValueError, match="1 predictions do not fit 2 targets"):
        measure([1], [1, 2])
    with pytest.raises(ValueError, match="0 predictions do not fit 0 targets"):
        measure([], [])


def test_margins():
    assert margin_counts([1.0, 0.99, 0.0, -2.0], [1, 1, -1, 1]) == (1, 3, 2)
    with pytest.raises(ValueError, match=r"label 1 must be -1 or \+1, got 0"):
        margin_counts([1.0, 1.0], [1, 0])
