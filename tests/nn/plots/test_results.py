import pytest

import nn
from nn import plots
from nn.data import Standardizer
from nn.metrics import ConfusionTable

pytest.importorskip("matplotlib", reason="matplotlib is not installed")


def line(*weights):
    model = nn.MLP(len(weights[0]) - 1, [len(weights)], seed=0)
    model.set_weight_matrices([weights])
    return model


def test_confusion_shows_counts_and_classes(tmp_path):
    table = ConfusionTable(["a", "b", "b"], ["a", "b", "a"], ["a", "b", "a long name"])
    (ax,) = plots.draw(plots.plot_confusion, table).axes
    assert sorted((t.get_position(), t.get_text()) for t in ax.texts) == [((0, 0), "1"), ((1, 0), "1"), ((1, 1), "1")]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "a long name"]
    plots.save_figure(ax.figure, tmp_path / "c.png")
    assert (tmp_path / "c.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize(("loss", "model", "labels"), [
    ("hinge", line([-1.0, 2.0, 0.0]), [-1, 1]),
    ("binary_cross_entropy", line([-0.5, 2.0, 0.0]), [0, 1]),
    ("cross_entropy", line([1.0, -2.0, 0.0], [0.0, 0.0, 0.0]), [0, 1]),
])  # fmt: skip
def test_the_boundary_lies_where_the_decision_changes(loss, model, labels):
    X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [labels[0]] * 2 + [labels[1]] * 2
    (ax,) = plots.draw(plots.plot_boundary, model, X, y, loss, names=("p", "q"), resolution=21).axes
    lines = [
        path for collection in ax.collections for path in collection.get_paths()
        if not collection.get_hatch() and collection.get_facecolor().size == 0
    ]  # fmt: skip
    assert lines
    assert all(x == pytest.approx(0.5) for path in lines for x in path.vertices[:, 0])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("p", "q")


def test_the_boundary_uses_scaler_and_names_of_classes():
    model = line([0.0, 1.0, 0.0])
    model.scaler, model.classes = Standardizer([10.0, 0.0], [1.0, 1.0]), ["low", "high"]
    (ax,) = plots.draw(plots.plot_boundary, model, [[9.0, 0.0], [11.0, 0.0]], [-1, 1], "hinge", resolution=11).axes
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["low", "high"]


@pytest.mark.parametrize(("loss", "outputs", "words"), [
    ("mse", 1, "half_squared_error is no loss of a classifier"),
    ("bce", 2, "of 2 outputs parts the plane several times"),
])  # fmt: skip
def test_no_boundary(loss, outputs, words):
    with pytest.raises(ValueError, match=words):
        plots.draw(plots.plot_boundary, nn.MLP(2, [outputs], seed=0), [[0, 0], [1, 1]], [0, 1], loss, resolution=3)


def test_fit_shows_the_model_in_the_units_of_the_target():
    model = line([1.0, 2.0])
    (ax,) = plots.draw(plots.plot_fit, model, [[0.0], [1.0]], [10.0, 30.0], value=lambda y: 10.0 * y, resolution=5).axes
    xs, ys = ax.lines[0].get_data()
    assert list(ys) == pytest.approx([10.0 * (2.0 * x + 1.0) for x in xs])
    with pytest.raises(ValueError, match="row 0 has 2 columns"):
        plots.draw(plots.plot_fit, model, [[0.0, 1.0]], [1.0])


def test_predictions():
    (ax,) = plots.draw(plots.plot_predictions, [1.0, 2.0, 3.5], [1.0, 2.0, 3.0], "price").axes
    assert ax.texts[0].get_text() == "R² = 0.875"
    assert ax.get_xlim() == ax.get_ylim()
    assert ax.get_ylabel() == "price, predicted"
