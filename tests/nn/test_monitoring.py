import pytest

from nn import MLP, GradientNorms, IdleUnits, Module, Perceptron, fit, objective
from nn.clipping import gradient_norm
from nn.monitoring import layers_of, slopes

X, Y = [[0.5, -1.0], [1.5, 0.3], [-0.7, 0.2]], [0.1, 0.9, -0.3]


def watch(model, callback, **options):
    return fit(model, X, Y, loss="mse", optimizer="sgd", learning_rate=0.0, batch_size="full", epochs=1, verbose=0,
               callbacks=callback, **options).history  # fmt: skip


def test_norms_are_those_of_the_layers():
    model = MLP(2, [3, 2, 1], activation="tanh", seed=0)
    seen = watch(model, GradientNorms())
    model.zero_grad()
    objective(model, X, Y, "mse").backward()
    for i, layer in enumerate(model.layers, 1):
        assert seen[f"layer{i}.gradient"] == [pytest.approx(gradient_norm(layer.parameters()))]
    assert seen["gradient"] == [pytest.approx(gradient_norm(model.parameters()))]


def test_dead_and_saturated_units():
    model = MLP(2, [4, 4, 1], activation=["relu", "tanh"], seed=1)
    model.layers[0].neurons[2].b.data = -100.0
    for j in (0, 3):
        model.layers[1].neurons[j].b.data = 4.0 if j else -6.0
    seen = watch(model, IdleUnits())
    alive = [any(unit) for unit in slopes(model, X)[0]]
    assert seen["layer1.dead"] == [alive.count(False) / 4]
    assert not alive[2]
    assert seen["layer2.dead"] == [0.0]
    low = [sum(unit) / 3 < 0.01 for unit in slopes(model, X)[1]]
    assert seen["layer2.saturated"] == [sum(low) / 4]
    assert low[0]
    assert not any(name.startswith("layer3") for name in seen)


def test_slopes_are_the_derivatives_of_the_activations():
    model = MLP(2, [3, 2], activation="tanh", output_activation="softmax", seed=0)
    units, none = slopes(model, X)
    assert none == []  # a softmax acts over its layer
    for j, unit in enumerate(units):
        outputs = [model.layers[0].outputs(x)[j].data for x in X]
        assert unit == pytest.approx([1.0 - a * a for a in outputs])


def test_models_without_layers():
    assert len(layers_of(MLP(2, [3, 1], seed=0).layers[0])) == 1
    with pytest.raises(TypeError, match="Module has no layers of neurons to watch"):
        layers_of(Module())


def test_single_layers_are_watched_too():
    seen = watch(Perceptron(2), GradientNorms())
    assert seen["layer1.gradient"] == seen["gradient"]
