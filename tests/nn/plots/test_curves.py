import pytest

from nn import History, plots
from nn.metrics import ConfusionTable

pytest.importorskip("matplotlib", reason="matplotlib is not installed")


def history(**columns):
    made = History()
    for figures in zip(*columns.values(), strict=True):
        made.append(dict(zip(columns, figures, strict=True)))
    return made


def test_curves(tmp_path):
    losses = [1.0, 0.5, 0.004]
    figure = history(loss=losses, val_loss=[2.0, 1.0, 0.5], accuracy=[0.1, 0.5, 0.9], lr=[0.1] * 3).plot()
    loss, accuracy = figure.axes
    assert [list(line.get_ydata()) for line in loss.lines] == [losses, [2.0, 1.0, 0.5]]
    assert list(loss.lines[0].get_xdata()) == [1, 2, 3]
    assert loss.get_yscale() == "log"
    assert [text.get_text() for text in loss.get_legend().get_texts()] == ["training", "validation"]
    assert [line.get_color() for line in loss.lines] == list(plots.COLOURS[:2])
    assert len(accuracy.lines) == 1
    figure.savefig(tmp_path / "h.png")
    assert (tmp_path / "h.png").read_bytes()[:4] == b"\x89PNG"


def test_no_epoch_to_plot():
    with pytest.raises(ValueError, match="there is no epoch to plot"):
        History().plot()


def test_confusion_shows_counts_and_classes(tmp_path):
    figure = plots.plot_confusion(ConfusionTable(["a", "b", "b"], ["a", "b", "a"], ["a", "b", "a long name"]))
    (axes,) = figure.axes
    assert sorted((t.get_position(), t.get_text()) for t in axes.texts) == [((0, 0), "1"), ((1, 0), "1"), ((1, 1), "1")]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "a long name"]
    figure.savefig(tmp_path / "c.png")


def test_the_style_ends_with_the_plot():
    import matplotlib as mpl

    before = mpl.rcParams.copy()
    history(loss=[1.0, 0.5]).plot()
    assert mpl.rcParams == before
