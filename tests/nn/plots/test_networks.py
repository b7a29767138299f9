import pytest

import nn
from nn import plots

pytest.importorskip("matplotlib", reason="matplotlib is not installed")


def test_weights_per_layer():
    model = nn.MLP(2, [3, 1], seed=0)
    model.set_weight_matrices([[[9.0, 2.0, -2.0]] * 3, [[9.0, 1.0, 1.0, 1.0]]])  # biases are left out
    (ax,) = plots.draw(plots.plot_weights, model).axes
    assert [text.get_text() for text in ax.texts] == ["rms 2", "rms 1"]
    assert ax.get_xlim() == pytest.approx((-2.04, 2.04))
    assert [text.get_text() for text in ax.get_yticklabels()] == ["layer 2", "layer 1"]


@pytest.mark.parametrize("weight", [0.0, float("inf")])
def test_weights_without_a_range(weight):
    model = nn.MLP(1, [2], init="zeros")
    model.set_weight_matrices([[[0.0, weight], [0.0, 0.0]]])
    plots.draw(plots.plot_weights, model)
    plots.draw(plots.plot_weight_matrix, [[0.0, weight]])


def test_weight_matrix():
    ax = plots.draw(plots.plot_weight_matrix, [[0.5, -1.0, 2.0]], title="layer 1").axes[0]
    assert ax.images[0].get_clim() == (-2.0, 2.0)
    assert ax.get_title(loc="left") == "layer 1"


@pytest.mark.parametrize(("sizes", "circles"), [([3, 1], 6), ([40, 1], 15), ([12, 13, 1], 27), ([1], 3)])
def test_network_draws_at_most_twelve_neurons_of_a_layer(sizes, circles):
    model = nn.MLP(2, sizes, seed=0)
    (ax,) = plots.draw(plots.plot_network, model, inputs=["p", "q"], outputs=["r"]).axes
    assert sum(len(collection.get_offsets()) for collection in ax.collections) == circles
    texts = [text.get_text() for text in ax.texts]
    assert {"p", "q", "r", "input\n2"} <= set(texts)
    assert texts.count("⋮") == sum(size > 12 for size in sizes)
    plots.draw(plots.plot_network, model)
