import pytest

import nn
from nn import plots
from nn.plots.surfaces import parameter_of

pytest.importorskip("matplotlib", reason="matplotlib is not installed")
X, Y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
NAMES = ("layer1.neuron1.w1", "layer1.neuron1.b")


def test_the_path_is_drawn_and_the_model_is_as_before():
    model = nn.MLP(1, [1], init="zeros")
    path = plots.DescentPath(*NAMES)
    nn.fit(
        model, X, Y, loss="mse", optimizer="sgd", learning_rate=0.2, epochs=5, batch_size=2, seed=0, verbose=0,
        callbacks=[path], engine="eager",
    )  # fmt: skip
    assert len(path.points) == 11
    assert path.points[0] == (0.0, 0.0)
    weights = model.weight_matrices()
    assert path.points[-1] == (weights[0][0][1], weights[0][0][0])
    ax = plots.draw(plots.plot_loss_surface, model, X, Y, "mse", NAMES, path=path.points, resolution=5).axes[0]
    assert model.weight_matrices() == weights
    assert [tuple(point) for point in ax.lines[1].get_xydata()] == path.points
    assert (ax.get_xlabel(), ax.get_ylabel()) == NAMES


def test_heights_are_the_objective():
    model = nn.MLP(1, [1], init="zeros")
    chosen = parameter_of(model, NAMES[0]), parameter_of(model, NAMES[1])
    axes = plots.draw(
        plots.plot_loss_surface, model, X, Y, "mse", chosen, regularizer=nn.L2(3.0), span=1.0, resolution=3
    ).axes
    highest = max(axes[0].collections[0].levels)
    # at w = −1, b = −1: ½(2² + 5² + 8²)/3 and the penalty ½·3·w²/3
    assert highest == pytest.approx((4 + 25 + 64) / 6 + 0.5)


def test_wrong_parameters():
    model = nn.MLP(1, [1], init="zeros")
    with pytest.raises(ValueError, match=r"unknown parameter 'layer1.neuron1.w2': did you mean 'layer1.neuron1.w1'"):
        parameter_of(model, "layer1.neuron1.w2")
    with pytest.raises(ValueError, match="is no parameter of the model"):
        parameter_of(model, nn.MLP(1, [1]).parameters()[0])
