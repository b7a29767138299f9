import pytest

from nn import activations, plots

pytest.importorskip("matplotlib", reason="matplotlib is not installed")


@pytest.mark.parametrize("name", [a.name for a in activations.ACTIVATIONS.values() if not a.over_layer])
def test_the_derivative_is_the_slope_of_the_function(name):
    (ax,) = plots.draw(plots.plot_activation, name, points=801).axes
    zs, outputs = ax.lines[-2].get_data()
    slopes = ax.lines[-1].get_ydata()
    for i in range(1, len(zs) - 1):
        if abs(zs[i]) > 0.02:  # a kink or a jump may be at 0
            assert (outputs[i + 1] - outputs[i - 1]) / (zs[i + 1] - zs[i - 1]) == pytest.approx(slopes[i], abs=1e-4)


def test_softmax_is_none_of_one_number():
    with pytest.raises(ValueError, match="softmax takes a whole layer"):
        plots.plot_activation("softmax")


def test_the_grid():
    axes = plots.plot_activations(["tanh", "relu", "gelu"], columns=2)
    assert [ax.get_title(loc="left") for ax in axes] == ["tanh", "relu", "gelu"]
    assert len(axes[0].figure.axes) == 3


def test_margin_losses():
    (ax,) = plots.draw(plots.plot_margin_losses).axes
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["error (0 or 1)", "hinge", "binary cross entropy with logits", "half squared error"]
    margins, heights = ax.lines[3].get_data()
    assert list(heights) == pytest.approx([max(0.0, 1.0 - m) for m in margins])
