"""Models for and from PyTorch, NumPy and scikit-learn: the same predictions on both sides."""

import builtins

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from nn import (
    MLP,
    Layer,
    Neuron,
    Perceptron,
    Polynomial,
    WithBasis,
    activations,
    exchange,
    from_sklearn,
    from_torch,
    to_numpy,
    to_sklearn_weights,
    to_torch,
)

torch = pytest.importorskip("torch")

INPUTS = np.random.default_rng(0).normal(scale=3.0, size=(20, 3))


def outputs(model, X=INPUTS):
    return np.array([[y.data for y in model.outputs(row)] for row in X.tolist()])


def outputs_of_torch(module, X=INPUTS):
    with torch.no_grad():
        return module(torch.tensor(X)).numpy()


WITH_MODULE = [
    activations.get(name, **parameters)
    for name in ("linear", *exchange.TO_TORCH)
    for parameters in ({"leaky_relu": [{}, {"slope": 0.3}], "elu": [{}, {"alpha": 1.7}]}.get(name, [{}]))
]


@pytest.mark.parametrize("activation", WITH_MODULE, ids=str)
def test_to_torch_and_back(activation):
    for model in (
        MLP(3, [5, 4, 2], activation="tanh", output_activation=activation, seed=1),
        MLP(3, [5, 4, 2], activation=activation, seed=2),
        Layer(3, 4, activation, seed=3),
    ):
        module = model.to_torch()
        assert {parameter.dtype for parameter in module.parameters()} == {torch.float64}
        np.testing.assert_allclose(outputs_of_torch(module), outputs(model), rtol=1e-12, atol=1e-12)
        again = from_torch(module)
        assert again.weight_matrices() == model.weight_matrices()
        assert [layer.activation for layer in again.layers] == [
            layer.activation if layer.activation.parameters or layer.activation.name not in {"leaky_relu", "elu"}
            else activations.get(layer.activation.name, **{"leaky_relu": {"slope": 0.01}, "elu": {"alpha": 1.0}}[layer.activation.name])
            for layer in getattr(model, "layers", [model])
        ]  # fmt: skip
        np.testing.assert_array_equal(outputs(again), outputs(model))


def test_every_activation_has_a_module_or_is_named():
    """A new activation must be entered here or in the table."""
    assert set(activations.ACTIVATIONS) == {"linear", "step", *exchange.TO_TORCH}
    module = MLP(3, [4, 1], activation="softplus", seed=0)
    large = np.array([[0.0, x, 1.0] for x in (-800.0, -40.0, 19.9, 20.1, 39.9, 40.1, 800.0)])
    np.testing.assert_allclose(outputs_of_torch(to_torch(module), large), outputs(module, large), rtol=1e-14)


@settings(max_examples=40)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5),
    names=st.lists(
        st.sampled_from(["linear", "tanh", "relu", "gelu", "silu", "softmax", "elu"]), min_size=4, max_size=4
    ),
    seed=st.integers(0, 1000),
)
def test_any_shape_there_and_back(sizes, names, seed):
    model = MLP(sizes[0], sizes[1:], activation=names[: len(sizes) - 2], output_activation=names[3], seed=seed)
    X = np.random.default_rng(seed).normal(size=(4, sizes[0]))
    module = to_torch(model)
    np.testing.assert_allclose(outputs_of_torch(module, X), outputs(model, X), rtol=1e-12, atol=1e-12)
    assert from_torch(module).weight_matrices() == model.weight_matrices()
    again = from_sklearn(to_sklearn_weights(model), activation="tanh")
    assert again.weight_matrices() == model.weight_matrices()
    copy = MLP(sizes[0], sizes[1:], seed=seed + 1)
    copy.set_weight_matrices(to_numpy(model))
    assert copy.weight_matrices() == model.weight_matrices()


def test_single_neurons_and_perceptrons():
    for model in (Neuron(3, "sigmoid", seed=0), Perceptron(3, 2, seed=0)):
        np.testing.assert_allclose(outputs_of_torch(to_torch(model)), outputs(model), rtol=1e-13, atol=1e-13)


def test_from_torch_as_people_build_it():
    """float32, nested, without bias, with Identity."""
    torch.manual_seed(0)
    module = torch.nn.Sequential(
        torch.nn.Sequential(torch.nn.Linear(3, 4, bias=False), torch.nn.LeakyReLU(0.2)),
        torch.nn.Identity(), torch.nn.Linear(4, 4), torch.nn.Linear(4, 2), torch.nn.Softmax(dim=1),
    )  # fmt: skip
    model = from_torch(module)
    assert [str(layer.activation) for layer in model.layers] == ["leaky_relu(slope=0.2)", "linear", "softmax"]
    np.testing.assert_allclose(outputs(model), outputs_of_torch(module.double()), rtol=1e-13, atol=1e-14)
    alone = torch.nn.Linear(3, 1, dtype=torch.float64)
    np.testing.assert_allclose(outputs(from_torch(alone)), outputs_of_torch(alone), rtol=1e-13)


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (MLP(2, [3, 1], "step"), ValueError, "layer 1 has the activation step, which PyTorch has no module for; it has: linear, sig"),
        (MLP(2, [3, 1], "relu", activations.get("linear", k=2.0)), ValueError, r"layer 2 has the activation linear\(k=2\)"),
        (MLP(2, [3, 1], lambda z: z * z), ValueError, "layer 1 has the activation lambda"),
        (WithBasis(Polynomial(2, 2), MLP(5, [1])), TypeError, r"got WithBasis: its basis has no counterpart, convert its \.model"),
        (3, TypeError, "to_torch takes a Neuron, Layer, MLP or Perceptron, got int"),
    ],
    ids=["step", "factor", "own", "basis", "number"],
)  # fmt: skip
def test_what_torch_does_not_have_is_named(model, error, message):
    with pytest.raises(error, match=message):
        to_torch(model)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([torch.nn.Linear(2, 3), torch.nn.Dropout(0.5)], r"module '1' is Dropout\(p=0.5.*no counterpart.*it takes Linear"),
        ([torch.nn.Linear(2, 3), torch.nn.GELU(approximate="tanh")], r"module '1' is GELU\(approximate='tanh'\)"),
        ([torch.nn.Linear(2, 3), torch.nn.Softmax(dim=0)], r"module '1' is Softmax\(dim=0\)"),
        ([torch.nn.Linear(2, 3), torch.nn.Softplus(beta=2.0)], r"module '1' is Softplus\(beta=2.0"),
        ([torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Tanh()], r"module '2' is Tanh\(\), which does not follow a Linear"),
        ([torch.nn.ReLU(), torch.nn.Linear(2, 3)], r"module '0' is ReLU\(\), which does not follow a Linear"),
        ([torch.nn.Linear(2, 3), torch.nn.Linear(4, 1)], "module '1' takes 4 inputs, the layer before it has 3 outputs"),
        ([torch.nn.Sequential(torch.nn.Conv1d(1, 1, 1))], r"module '0\.0' is Conv1d"),
        ([], "there is no layer"),
    ],
    ids=["dropout", "tanh gelu", "softmax of rows", "beta", "two activations", "begins with one", "widths", "nested", "empty"],
)  # fmt: skip
def test_what_an_mlp_does_not_have_is_named(parts, message):
    with pytest.raises(ValueError, match=f"from_torch: {message}"):
        from_torch(torch.nn.Sequential(*parts))


def test_other_things_are_refused():
    with pytest.raises(TypeError, match=r"takes a torch\.nn\.Sequential, got int"):
        from_torch(3)

    class Twice(torch.nn.Module):
        def forward(self, x):
            return 2 * x

    with pytest.raises(ValueError, match=r"the module is Twice\(\), which has no counterpart"):
        from_torch(Twice())


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_scikit_learns_own_networks(activation):
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    y = (INPUTS[:, 0] > 0).astype(int)
    options = {"hidden_layer_sizes": (4, 3), "activation": activation, "max_iter": 5, "random_state": 0}
    for classes in (["no", "yes"], ["a", "b", "c"]):
        labels = np.array(classes)[(y + (INPUTS[:, 1] > 0)) % len(classes)]
        classifier = MLPClassifier(**options).fit(INPUTS, labels)
        model = from_sklearn(classifier)
        probabilities = classifier.predict_proba(INPUTS)
        expected = probabilities if len(classes) > 2 else probabilities[:, 1:]
        np.testing.assert_allclose(outputs(model), expected, rtol=1e-12, atol=1e-12)
        assert model.classes == classes
    for targets in (INPUTS[:, 0], INPUTS[:, :2]):
        regressor = MLPRegressor(**options).fit(INPUTS, targets)
        expected = regressor.predict(INPUTS).reshape(len(INPUTS), -1)
        np.testing.assert_allclose(outputs(from_sklearn(regressor)), expected, rtol=1e-12, atol=1e-12)
        coefs, intercepts = from_sklearn(regressor).to_sklearn_weights()
        for ours, theirs in zip(coefs + intercepts, regressor.coefs_ + regressor.intercepts_, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_weights_from_scikit_learn_that_do_not_fit():
    coefs, intercepts = to_sklearn_weights(MLP(2, [3, 1]))
    with pytest.raises(ValueError, match="layer 1 has weights of shape 2 × 3 and 1 biases"):
        from_sklearn((coefs, intercepts[::-1]))
    with pytest.raises(
        ValueError, match="layer 2 has weights of shape 2 × 3 and 3 biases, the layer before it 3 outputs"
    ):
        from_sklearn((coefs[:1] * 2, intercepts[:1] * 2))
    with pytest.raises(ValueError, match="2 matrices do not fit 1 vectors of biases"):
        from_sklearn((coefs, intercepts[:1]))
    with pytest.raises(TypeError, match=r"expected a fitted network or \(coefs, intercepts\), got 3"):
        from_sklearn(3)
    with pytest.raises(TypeError, match="has its activations already"):
        from_sklearn(3, activation="relu")


@pytest.mark.parametrize(("call", "missing"), [(to_torch, "torch"), (from_torch, "torch"), (to_numpy, "numpy")])
def test_a_missing_library_is_named(call, missing, monkeypatch):
    real = builtins.__import__

    def absent(name, *arguments):
        if name == missing:
            raise ImportError(name)
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ImportError, match=f"{call.__name__} needs .*: pip install {missing}"):
        call(MLP(2, [1]))


def test_methods_and_functions_are_the_same():
    model = MLP(2, [3, 1], seed=0)
    assert all((a == b).all() for a, b in zip(model.to_numpy(), nn.to_numpy(model), strict=True))
