import pytest

from nn import MLP, Perceptron, datasets, find_learning_rate
from nn.plots import draw, save_figure

POINTS = datasets.moons(40, seed=0)
SIGNS = [2 * t - 1 for t in POINTS.y]


def find(model, **options):
    return find_learning_rate(model, POINTS.X, SIGNS, **{"loss": "hinge", "optimizer": "sgd", "seed": 0, **options})


def test_weights_come_back_and_a_seed_repeats():
    model = MLP(2, [4, 1], activation="tanh", seed=0)
    before = model.state_dict()
    test = find(model, steps=60)
    assert model.state_dict() == before
    assert test == find(model, steps=60)
    assert test.suggestion in test.rates
    assert test.rates[0] == 1e-6


def test_rates_grow_by_equal_factors_up_to_the_highest():
    test = find(Perceptron(2), steps=20, highest=0.1)
    assert len(test.rates) == 20
    assert test.rates[-1] == pytest.approx(0.1)
    ratios = [b / a for a, b in zip(test.rates, test.rates[1:], strict=False)]
    assert ratios == pytest.approx([ratios[0]] * 19)


def test_on_a_quadratic_the_suggestion_lies_below_twice_the_optimum():
    """The loss ½ E[x²] w² + … has the optimal rate 1/E[x²] = 0.01; above 0.02 it diverges."""
    test = find_learning_rate(Perceptron(1), [[-10.0], [10.0]], [-5.0, 5.0], loss="mse", optimizer="sgd", highest=1e3,
                              batch_size="full")  # fmt: skip
    assert 1e-4 < test.suggestion < 0.02
    assert test.rates[-1] < 1e3  # it ended early
    assert repr(test).startswith("RateTest(suggestion=0.0")


def test_plot(tmp_path):
    pytest.importorskip("matplotlib")
    ax = draw(find(Perceptron(2), steps=30).plot).axes[0]
    save_figure(ax.figure, tmp_path / "rates.png")
    assert ax.get_xscale() == "log"


def test_wrong_options():
    for options, message in [
        ({"lowest": 0.0}, "0 < lowest < highest must hold"),
        ({"lowest": 1.0, "highest": 0.5}, "0 < lowest < highest must hold"),
        ({"steps": 5}, "steps must be at least 10, got 5"),
        ({"lowest": 1e-300, "highest": 1e-299, "steps": 10}, "the loss fell at no rate"),
        ({"batch_size": 0}, "batch_size must lie between 1 and"),
    ]:
        with pytest.raises(ValueError, match=message):
            find(Perceptron(2), **{"batch_size": "full", **options})
