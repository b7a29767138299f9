import pytest

import nn
from nn import History, plots

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


def test_one_axes_each():
    made = history(loss=[1.0, 0.5], accuracy=[0.5, 0.9])
    ax = plots.draw(plots.plot_accuracy, made).axes[0]
    assert plots.plot_loss(made, ax) is ax
    with pytest.raises(ValueError, match="has no 'accuracy'; it has loss"):
        plots.plot_accuracy(history(loss=[1.0]))


def test_without_axes_a_figure_of_pyplot_is_made():
    plt = pytest.importorskip("matplotlib.pyplot")
    ax = plots.plot_loss(history(loss=[1.0, 0.5]))
    assert plt.fignum_exists(ax.figure.number)
    plt.close(ax.figure)


def test_gradient_flow():
    model = nn.MLP(2, [3, 3, 1], seed=0)
    made = nn.fit(
        model, [[0, 0], [1, 1]], [0, 1], loss="mse", epochs=2, seed=0, callbacks=[nn.GradientNorms()], engine="eager"
    )
    (ax,) = plots.draw(plots.plot_gradient_flow, made).axes
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["layer1 (input)", "layer2", "layer3 (output)"]
    assert list(ax.lines[0].get_ydata()) == made.history["layer1.gradient"]
    with pytest.raises(ValueError, match=r"train with callbacks=\[nn.GradientNorms\(\)\]"):
        plots.plot_gradient_flow(history(loss=[1.0]))


def test_learning_rates():
    made = {0.1: history(loss=[1.0, 0.5]), 9.0: history(loss=[1.0, 1e9]), 0.01: history(loss=[1.0, 0.9])}
    (ax,) = plots.draw(plots.plot_learning_rates, made).axes
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["η = 0.01", "η = 0.1", "η = 9 diverges"]
    assert ax.get_ylim()[1] == 4.0
    with pytest.raises(ValueError, match="no history to compare"):
        plots.plot_learning_rates({})


def test_rates():
    (ax,) = plots.draw(plots.plot_rates, [0.1, 1.0], [2.0, 1.0], 0.3).axes
    assert ax.get_xscale() == "log"


def test_the_style_ends_with_the_plot():
    import matplotlib as mpl

    before = mpl.rcParams.copy()
    history(loss=[1.0, 0.5]).plot()
    assert mpl.rcParams == before
