"""Models for and from PyTorch, scikit-learn and NumPy: nobody is locked in.

The predictions of a model and of what it becomes agree to rounding. What has no counterpart on the other side is named
in an error; nothing is approximated in silence.
"""

from collections.abc import Callable, Sequence
from typing import Any

from .activations import Activation, get
from .layer import Layer
from .mlp import MLP
from .module import Module
from .neuron import Neuron

SOFTPLUS_THRESHOLD = 40.0
"""Above it, ln(1 + eᶻ) is z to the last bit; PyTorch's own 20 leaves an error of 2e-9."""

TO_TORCH: dict[str, Callable[[Any, dict[str, float]], Any]] = {
    "sigmoid": lambda nn, parameters: nn.Sigmoid(),
    "tanh": lambda nn, parameters: nn.Tanh(),
    "relu": lambda nn, parameters: nn.ReLU(),
    "softmax": lambda nn, parameters: nn.Softmax(dim=-1),
    "leaky_relu": lambda nn, parameters: nn.LeakyReLU(parameters.get("slope", 0.01)),
    "elu": lambda nn, parameters: nn.ELU(parameters.get("alpha", 1.0)),
    "softplus": lambda nn, parameters: nn.Softplus(threshold=SOFTPLUS_THRESHOLD),
    "gelu": lambda nn, parameters: nn.GELU(),
    "silu": lambda nn, parameters: nn.SiLU(),
}
"""The module of PyTorch for each activation that has one."""

FROM_TORCH: dict[str, Callable[[Any], Activation | None]] = {
    "Sigmoid": lambda module: get("sigmoid"),
    "Tanh": lambda module: get("tanh"),
    "ReLU": lambda module: get("relu"),
    "Softmax": lambda module: get("softmax") if module.dim in {-1, 1} else None,
    "LeakyReLU": lambda module: get("leaky_relu", slope=module.negative_slope),
    "ELU": lambda module: get("elu", alpha=module.alpha),
    "Softplus": lambda module: get("softplus") if module.beta == 1 and module.threshold >= 20 else None,
    "GELU": lambda module: get("gelu") if module.approximate == "none" else None,
    "SiLU": lambda module: get("silu"),
}
"""The activation for each module of PyTorch that has one; None if it has other options than ours."""

FROM_SKLEARN = {"identity": "linear", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu", "softmax": "softmax"}
"""The activation for each name that scikit-learn's networks use."""


# PyTorch ----------------------------------------------------------------------------------------------------------


def to_torch(model: Module) -> Any:
    """The model as a ``torch.nn.Sequential`` of float64: the same outputs, as a tensor with one row per example.

    Parameters
    ----------
    model
        A Neuron, Layer, MLP or Perceptron.

    Raises
    ------
    ImportError
        If PyTorch is not installed.
    ValueError
        If an activation has no counterpart there: ``step``, ``linear`` with a factor, one of your own.
    TypeError
        For another model.

    Examples
    --------
    >>> from nn import MLP, to_torch
    >>> to_torch(MLP(2, [3, 1], activation="tanh"))  # doctest: +SKIP
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): Tanh()
      (2): Linear(in_features=3, out_features=1, bias=True)
    )
    """
    torch = _torch("to_torch")
    modules: list[Any] = []
    for number, layer in enumerate(_layers(model, "to_torch"), 1):
        linear = torch.nn.Linear(layer.n_inputs, layer.n_outputs, dtype=torch.float64)
        (matrix,) = layer.weight_matrices()
        with torch.no_grad():
            linear.weight.copy_(torch.tensor([row[1:] for row in matrix], dtype=torch.float64))
            linear.bias.copy_(torch.tensor([row[0] for row in matrix], dtype=torch.float64))
        modules.append(linear)
        if not _is_identity(layer.activation):
            if layer.activation.own or layer.activation.name not in TO_TORCH:
                raise ValueError(
                    f"to_torch: layer {number} has the activation {layer.activation}, which PyTorch has no module for; "
                    f"it has: linear, {', '.join(TO_TORCH)}"
                )
            modules.append(TO_TORCH[layer.activation.name](torch.nn, layer.activation.parameters))
    return torch.nn.Sequential(*modules)


def from_torch(module: Any) -> MLP:
    """The MLP that a ``torch.nn.Sequential`` of linear layers and activations is.

    Weights of float32 become float64 unchanged, so the outputs are those of ``module.double()``. ``torch.nn.Softplus``
    cuts its curve above its threshold, 20 if nothing else is asked for: there the outputs may differ by 2e-9.

    Parameters
    ----------
    module
        ``Linear`` layers, each alone or followed by one activation, in a ``Sequential`` or nested ones; ``Identity``
        counts for nothing.

    Raises
    ------
    ImportError
        If PyTorch is not installed.
    ValueError
        If a part has no counterpart here; the message names it.
    """
    torch = _torch("from_torch")
    matrices: list[list[list[float]]] = []
    used: list[Activation | str] = []
    for name, part in _parts(module, torch):
        kind = type(part).__name__
        if type(part) is torch.nn.Linear:
            if matrices and len(matrices[-1]) != part.in_features:
                raise ValueError(
                    f"from_torch: {name} takes {part.in_features} inputs, the layer before it has {len(matrices[-1])} "
                    "outputs"
                )
            biases = [0.0] * part.out_features if part.bias is None else part.bias.tolist()
            matrices.append([[b, *row] for b, row in zip(biases, part.weight.tolist(), strict=True)])
            used.append("linear")
            continue
        known = FROM_TORCH.get(kind) if type(part) is getattr(torch.nn, kind, None) else None
        activation = known(part) if known else None
        if activation is None:
            raise ValueError(
                f"from_torch: {name} is {part!r:.80}, which has no counterpart in an MLP; it takes Linear, Identity, "
                f"{', '.join(FROM_TORCH)}, exact and over the last dimension"
            )
        if not matrices or used[-1] != "linear":
            raise ValueError(f"from_torch: {name} is {part!r:.80}, which does not follow a Linear layer directly")
        used[-1] = activation
    return _mlp(matrices, used, "from_torch")


# NumPy and scikit-learn -------------------------------------------------------------------------------------------


def to_numpy(model: Module) -> list[Any]:
    """One array per layer, of shape outputs × (1 + inputs) with the bias in column 0: `Module.weight_matrices`.

    `Module.set_weight_matrices` is the way back.

    Raises
    ------
    ImportError
        If NumPy is not installed.

    Examples
    --------
    >>> from nn import MLP, to_numpy
    >>> [matrix.shape for matrix in to_numpy(MLP(2, [3, 1]))]
    [(3, 3), (1, 4)]
    """
    try:
        import numpy as np
    except ImportError as error:
        raise ImportError("to_numpy needs numpy: pip install numpy") from error
    return [np.array(matrix) for matrix in model.weight_matrices()]


def to_sklearn_weights(model: Module) -> tuple[list[Any], list[Any]]:
    """The weights as scikit-learn's networks have them in ``coefs_`` and ``intercepts_``; `from_sklearn` is the way back.

    Returns
    -------
    coefs, intercepts
        A matrix of shape inputs × outputs per layer, and a vector with the biases.

    Raises
    ------
    ImportError
        If NumPy is not installed.

    Examples
    --------
    >>> from nn import MLP, to_sklearn_weights
    >>> coefs, intercepts = to_sklearn_weights(MLP(2, [3, 1]))
    >>> [array.shape for array in coefs + intercepts]
    [(2, 3), (3, 1), (3,), (1,)]
    """
    matrices = to_numpy(model)
    return [matrix[:, 1:].T.copy() for matrix in matrices], [matrix[:, 0].copy() for matrix in matrices]


def from_sklearn(source: Any, activation: str | None = None, output_activation: str | None = None) -> MLP:
    """The MLP with the weights of a fitted network of scikit-learn, or of ``(coefs, intercepts)``.

    Its outputs are those of ``predict`` for a regressor and of ``predict_proba`` for a classifier; for two classes it
    has one output, the probability of the second. Its ``classes`` are those of the classifier.

    Parameters
    ----------
    source
        A fitted ``MLPClassifier`` or ``MLPRegressor``, scikit-learn's or ours, or the pair that `to_sklearn_weights` gives.
    activation, output_activation
        For a pair: the activation of the hidden layers and that of the last, ``"relu"`` and ``"linear"`` if not given.

    Raises
    ------
    TypeError
        If the source is something else, not fitted, or a network for which activations are given.
    ValueError
        If the shapes do not fit one another.

    Examples
    --------
    >>> from nn import MLP, from_sklearn, to_sklearn_weights
    >>> model = MLP(2, [3, 1], activation="tanh", seed=0)
    >>> again = from_sklearn(to_sklearn_weights(model), activation="tanh")
    >>> again([0.5, -1.0]).data == model([0.5, -1.0]).data
    True
    """
    classes = None
    if isinstance(source, tuple | list):
        coefs, intercepts = source
    else:
        if activation is not None or output_activation is not None:
            raise TypeError("from_sklearn: a fitted network has its activations already: give none")
        if not hasattr(source, "coefs_"):
            raise TypeError(f"from_sklearn: expected a fitted network or (coefs, intercepts), got {source!r:.80}")
        coefs, intercepts = source.coefs_, source.intercepts_
        activation, output_activation = source.activation, source.out_activation_
        classes = source.classes_.tolist() if hasattr(source, "classes_") else None
    if len(coefs) != len(intercepts):
        raise ValueError(f"from_sklearn: {len(coefs)} matrices do not fit {len(intercepts)} vectors of biases")
    matrices: list[list[list[float]]] = []
    for number, (coef, intercept) in enumerate(zip(coefs, intercepts, strict=True), 1):
        columns, biases = [[float(w) for w in row] for row in coef], [float(b) for b in intercept]
        rows = [list(row) for row in zip(*columns, strict=True)]
        if len(rows) != len(biases) or (matrices and len(matrices[-1]) != len(columns)):
            raise ValueError(
                f"from_sklearn: layer {number} has weights of shape {len(columns)} × {len(rows)} and {len(biases)} biases"
                + (f", the layer before it {len(matrices[-1])} outputs" if matrices else "")
            )
        matrices.append([[b, *row] for b, row in zip(biases, rows, strict=True)])
    hidden: Any = FROM_SKLEARN.get(activation or "relu", activation)
    last: Any = FROM_SKLEARN.get(output_activation or "identity", output_activation)
    model = _mlp(matrices, [hidden] * (len(matrices) - 1) + [last], "from_sklearn")
    model.classes = classes
    return model


# ------------------------------------------------------------------------------------------------------------------


def _torch(place: str) -> Any:
    try:
        import torch
    except ImportError as error:
        raise ImportError(f"{place} needs PyTorch: pip install torch") from error
    return torch


def _layers(model: Any, place: str) -> list[Any]:
    """The layers of a model that is nothing but layers."""
    if isinstance(model, Neuron | Layer):
        return [model]
    if isinstance(model, MLP):
        return [*model.layers]
    hint = ": its basis has no counterpart, convert its .model" if hasattr(model, "basis") else ""
    raise TypeError(f"{place} takes a Neuron, Layer, MLP or Perceptron, got {type(model).__name__}{hint}")


def _is_identity(activation: Activation) -> bool:
    return activation.name == "linear" and activation.parameters.get("k", 1.0) == 1.0 and not activation.own


def _parts(module: Any, torch: Any) -> list[tuple[str, Any]]:
    """The modules in a Sequential and those in it, with their names; without Identity."""
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"from_torch takes a torch.nn.Sequential, got {type(module).__name__}")
    named = list(module.named_modules()) if type(module) is torch.nn.Sequential else [("", module)]
    inner = (torch.nn.Sequential, torch.nn.Identity)
    return [(f"module {name!r}" if name else "the module", part) for name, part in named if type(part) not in inner]


def _mlp(matrices: list[list[list[float]]], used: Sequence[Any], place: str) -> MLP:
    if not matrices:
        raise ValueError(f"{place}: there is no layer")
    model = MLP(len(matrices[0][0]) - 1, [len(matrix) for matrix in matrices], used[:-1], used[-1], init="zeros")
    model.set_weight_matrices(matrices)
    return model
