"""The architecture of a model as plain data, and the model rebuilt from it: what `nn.save` writes beside the weights.

A description is made of dicts, lists, strings and numbers only. Functions are named: those of this package are found
by name, your own must be given again. Nothing in a description is ever executed.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from . import activations
from .activations import Activation
from .basis import Basis, OwnBasis, Polynomial, Radial, WithBasis
from .layer import Layer
from .mlp import MLP
from .module import Module
from .neuron import Neuron
from .perceptron import Perceptron

Description = dict[str, Any]
Functions = Mapping[str, Callable[..., Any]]
Shapes = list[tuple[int, int]]

LARGEST = 2**31
"""No size in a description is larger: computing with it stays cheap."""


def describe(model: Module) -> Description:
    """The architecture of a model of this package.

    Raises
    ------
    TypeError
        For a model of your own, or one whose parts were replaced by others.

    Examples
    --------
    >>> describe(Neuron(2, "tanh"))
    {'module': 'Neuron', 'layers': [{'inputs': 2, 'outputs': 1, 'activation': {'name': 'tanh'}}]}
    """
    if type(model) is WithBasis:
        return {"module": "WithBasis", "basis": _describe_basis(model.basis), "model": describe(model.model)}
    if type(model) is Neuron:
        layers = [{"inputs": model.n_inputs, "outputs": 1, "activation": _describe_activation(model.activation)}]
    elif type(model) is Layer:
        layers = [_describe_layer(model)]
    elif type(model) is MLP or type(model) is Perceptron:
        layers = [_describe_layer(layer) for layer in model.layers]
    else:
        raise TypeError(
            f"only a Neuron, Layer, MLP, Perceptron or WithBasis can be described, got {type(model).__name__}: "
            "store the state_dict() of a model of your own"
        )
    return {"module": type(model).__name__, "layers": layers}


def shapes(description: Any) -> Shapes:
    """The shapes that `weight_matrices` of the described model has, without building it.

    Raises
    ------
    ValueError
        If it is no description, or its parts do not fit one another.
    """
    kind = _entry(description, "module", str)
    if kind == "WithBasis":
        model = _entry(description, "model", dict)
        inner, takes = shapes(model), _inputs(model)
        features = _count_features(_entry(description, "basis", dict), takes)
        if features != takes:
            raise ValueError(f"the basis has {features} features, the model takes {takes} inputs")
        return inner
    layers = _entry(description, "layers", list)
    found = [(_size(layer, "outputs"), _size(layer, "inputs") + 1) for layer in layers]
    single = {"Neuron": 1, "Layer": 1, "Perceptron": 1}.get(kind)
    if (
        not found
        or kind not in MODULES
        or len(found) != (single or len(found))
        or (kind == "Neuron" and found[0][0] != 1)
    ):
        raise ValueError(f"{len(found)} layers do not make a {kind!r:.40}")
    for l, (before, after) in enumerate(pairwise(found), 1):
        if before[0] != after[1] - 1:
            raise ValueError(f"layer {l} has {before[0]} outputs, layer {l + 1} takes {after[1] - 1} inputs")
    return found


def _inputs(description: Description) -> int:
    """The number of inputs of a model whose `shapes` are known to be right."""
    if description["module"] == "WithBasis":
        basis = description["basis"]
        centers = basis.get("centers")
        return len(centers[0]) if isinstance(centers, list) and centers else _size(basis, "inputs")
    return _size(description["layers"][0], "inputs")


def build(description: Any, functions: Functions) -> Module:
    """The described model, with all parameters 0; call `shapes` first, which checks the description.

    Parameters
    ----------
    description
        What `describe` gave.
    functions
        Your own activations and basis functions by name.

    Raises
    ------
    ValueError
        If a function is missing, or the description does not make a model.
    """
    kind = _entry(description, "module", str)
    if kind == "WithBasis":
        model = build(_entry(description, "model", dict), functions)
        return WithBasis(_build_basis(_entry(description, "basis", dict), functions), model)
    layers = _entry(description, "layers", list)
    used = [_build_activation(_entry(layer, "activation", dict), functions) for layer in layers]
    n, m = _size(layers[0], "inputs"), [_size(layer, "outputs") for layer in layers]
    return MODULES[kind](n, m, used)


MODULES: dict[str, Callable[[int, list[int], list[Activation]], Module]] = {
    "Neuron": lambda n, m, g: Neuron(n, g[0], init="zeros"),
    "Layer": lambda n, m, g: Layer(n, m[0], g[0], init="zeros"),
    "MLP": lambda n, m, g: MLP(n, m, g[:-1], g[-1], init="zeros"),
    "Perceptron": lambda n, m, g: Perceptron(n, m[0], g[0], init="zeros"),
}
"""How each module is made from its number of inputs, its sizes and its activations."""


# Activations and basis functions ------------------------------------------------------------------------------


def _describe_layer(layer: Layer) -> Description:
    expected = activations.get("linear") if layer.activation.over_layer else layer.activation
    if type(layer) is not Layer or any(
        type(neuron) is not Neuron or neuron.activation != expected for neuron in layer.neurons
    ):
        raise TypeError(f"a layer with neurons of different kinds cannot be described: {layer!r:.100}")
    return {
        "inputs": layer.n_inputs,
        "outputs": layer.n_outputs,
        "activation": _describe_activation(layer.activation),
    }


def _describe_activation(activation: Activation) -> Description:
    parameters = {"parameters": activation.parameters} if activation.parameters else {}
    return {"own" if activation.own else "name": activation.name, **parameters}


def _build_activation(description: Description, functions: Functions) -> Activation:
    parameters = description.get("parameters", {})
    if not isinstance(parameters, dict):
        raise ValueError(f"the parameters of an activation are {parameters!r:.40}")
    own = "own" in description
    name = _entry(description, "own" if own else "name", str)
    try:
        return activations.get(_own(name, functions) if own else name, **parameters)
    except TypeError as error:
        raise ValueError(str(error)) from error


def _describe_basis(basis: Basis) -> Description:
    if type(basis) is Polynomial:
        return {"basis": "Polynomial", "inputs": basis.n_inputs, "degree": basis.degree, "lower": basis.lower}
    if type(basis) is Radial:
        return {"basis": "Radial", "centers": basis.centers, "width": basis.width}
    if type(basis) is OwnBasis:
        name = getattr(basis.function, "__name__", type(basis.function).__name__).strip("<>")
        return {"basis": "own", "own": name, "inputs": basis.n_inputs, "outputs": basis.n_outputs}
    raise TypeError(f"only a Polynomial, Radial or OwnBasis can be described, got {type(basis).__name__}")


def _count_features(description: Description, expected: int) -> int:
    """The number of features of a described basis; if it is more than `expected`, any number above that."""
    kind = _entry(description, "basis", str)
    if kind == "Polynomial":
        n, r, lower = _size(description, "inputs"), _size(description, "degree"), _entry(description, "lower", bool)
        at_least = n * r if lower else 1 + (n - 1) * r  # so that no huge binomial is computed for a damaged file
        return at_least if at_least > expected else Polynomial(n, r, lower=lower).n_outputs
    if kind == "Radial":
        centers = _entry(description, "centers", list)
        if not all(isinstance(center, list) and len(center) == len(centers[0]) for center in centers):
            raise ValueError("the centers are damaged: they are no lists of one length")
        return len(centers)
    return _size(description, "outputs")


def _build_basis(description: Description, functions: Functions) -> Basis:
    kind = _entry(description, "basis", str)
    if kind == "Polynomial":
        lower = _entry(description, "lower", bool)
        return Polynomial(_size(description, "inputs"), _size(description, "degree"), lower=lower)
    if kind == "Radial":
        try:
            return Radial(_entry(description, "centers", list), _entry(description, "width", float))
        except TypeError as error:
            raise ValueError(f"the centers are damaged: {error}") from error
    if kind == "own":
        function = _own(_entry(description, "own", str), functions)
        return OwnBasis(function, _size(description, "inputs"), _size(description, "outputs"))
    raise ValueError(f"there is no basis {kind!r:.40}")


def _own(name: str, functions: Functions) -> Callable[..., Any]:
    if name not in functions:
        raise ValueError(f"it uses your own function {name!r:.60}: load(path, functions={{{name!r:.60}: ...}})")
    return functions[name]


def _entry(description: Any, key: str, kind: type) -> Any:
    """The entry of a description under `key`, which must be of that kind."""
    value = description.get(key) if isinstance(description, dict) else None
    if type(value) is not kind:
        raise ValueError(f"{key!r} is {value!r:.40}, not of type {kind.__name__}")
    return value


def _size(description: Any, key: str) -> int:
    n: int = _entry(description, key, int)
    if not 1 <= n <= LARGEST:
        raise ValueError(f"{key!r} is {n}, not from 1 to {LARGEST}")
    return n
