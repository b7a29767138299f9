"""`Module`: what every model has in common, found by looking at its attributes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from autograd_core import Value, zero_grad

from .summary import Row, Summary, table

Matrix = list[list[float]]
Output = Value | list[Value]

BIAS = re.compile(r"(.*\.)?(b|bias)\d*(\.\d+)*")
"""The names of biases: the attribute, with its place where it is a list."""


class Module:
    """Anything with parameters: a neuron, a layer, a network, or a model of your own.

    Parameters are the leaf Values among the attributes, and those of the Modules among them; lists and tuples are
    looked into. So a model of your own needs no more than attributes and a ``__call__``. A parameter's name is its
    path, counted from 1: ``layers[0].neurons[1].w[2]`` is ``layer1.neuron2.w3``, and ``w[0][10]`` is ``w1.11``. An
    attribute called ``b`` or ``bias``, with or without a number, is a bias, and so are the items of a list ``b``,
    ``bias`` or ``biases``; all other parameters are weights.

    Examples
    --------
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.bias = Value(2.0), Value(1.0)
    ...
    ...     def __call__(self, x):
    ...         return self.slope * x + self.bias
    >>> line = Line()
    >>> line(3.0).data
    7.0
    >>> line.state_dict()
    {'slope': 2.0, 'bias': 1.0}
    """

    scaler: Any = None
    """What the inputs must go through first, if it is to be saved with the model (`nn.save`)."""
    classes: Sequence[Any] | None = None
    """The label of each output of a classifier, if it is to be saved with the model (`nn.save`)."""
    preparation: Any = None
    """How the columns of a table become inputs, a `nn.preparation.Preparation`, saved with the model (`nn.save`)."""

    # Parameters -------------------------------------------------------------------------------------------

    def named_parameters(self) -> list[tuple[str, Value]]:
        """Name and Value of every parameter, each once, in the order of the attributes.

        Raises
        ------
        ValueError
            If two parameters have the same name.
        """
        found: dict[Value, str] = {}
        for name, member in self._members():
            inner = [("", member)] if isinstance(member, Value) else member.named_parameters()
            for rest, parameter in inner:
                found.setdefault(parameter, f"{name}.{rest}" if rest else name)
        if len(set(found.values())) < len(found):
            names = list(found.values())
            twice = next(name for i, name in enumerate(names) if name in names[:i])
            raise ValueError(
                f"{type(self).__name__}: two parameters are called {twice!r}, where lists count from 1: "
                "give one of the attributes another name"
            )
        return [(name, parameter) for parameter, name in found.items()]

    def parameters(self) -> list[Value]:
        """Every parameter, each once, in the order of the attributes."""
        return [parameter for _, parameter in self.named_parameters()]

    def weights(self) -> list[Value]:
        """The parameters that are no biases: what regularizers act on."""
        return [parameter for name, parameter in self.named_parameters() if not BIAS.fullmatch(name)]

    def biases(self) -> list[Value]:
        """The parameters called ``b`` or ``bias``, and those in lists of such a name."""
        return [parameter for name, parameter in self.named_parameters() if BIAS.fullmatch(name)]

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        zero_grad(*self.parameters())

    def label_parameters(self) -> None:
        """Give every parameter its name as label, so that drawings and errors show it."""
        for name, parameter in self.named_parameters():
            parameter.label = name

    # What can be stored and restored ----------------------------------------------------------------------

    def state_dict(self) -> dict[str, float]:
        """The number of every parameter, by name."""
        return {name: parameter.data for name, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set every parameter to the number under its name; if one is missing or unknown, change nothing.

        Raises
        ------
        ValueError
            If the names in `state` are not exactly those of the parameters.
        TypeError
            If an entry is no number.
        """
        named = self.named_parameters()
        missing = [name for name, _ in named if name not in state]
        unknown = sorted(set(state) - {name for name, _ in named})
        if missing or unknown:
            parts = [f"{_some(missing)} missing"] if missing else []
            parts += [f"{_some(unknown)} unknown to this model"] if unknown else []
            raise ValueError(f"load_state_dict: {' and '.join(parts)}; nothing was changed")
        _assign([(parameter, name, state[name]) for name, parameter in named])

    def weight_matrices(self) -> list[Matrix]:
        """One matrix per layer, of shape outputs × (1 + inputs): row j belongs to neuron j, column 0 is the bias."""
        return [[[p.data for p in row] for row in matrix] for _, matrix in self.parameter_matrices()]

    def set_weight_matrices(self, matrices: Sequence[Sequence[Sequence[float]]]) -> None:
        """Set the parameters from matrices like those of `weight_matrices`; if a shape is wrong, change nothing.

        Raises
        ------
        ValueError
            If the number of matrices or a shape differs.
        TypeError
            If an entry is no number.
        """
        own = self.parameter_matrices()
        if len(matrices) != len(own):
            raise ValueError(f"set_weight_matrices: {len(own)} matrices expected, got {len(matrices)}")
        changes = []
        for (name, matrix), given in zip(own, matrices, strict=True):
            if len(given) != len(matrix):
                raise ValueError(
                    f"set_weight_matrices: {name or 'the matrix'} has {len(matrix)} rows, got {len(given)}"
                )
            for j, (row, numbers) in enumerate(zip(matrix, given, strict=True)):
                if len(numbers) != len(row):
                    raise ValueError(
                        f"set_weight_matrices: {name or 'the matrix'} has {len(row)} columns, the bias first; "
                        f"row {j} has {len(numbers)}"
                    )
                changes += [(p, f"{name}[{j}][{i}]", x) for i, (p, x) in enumerate(zip(row, numbers, strict=True))]
        _assign(changes)

    def parameter_matrices(self) -> list[tuple[str, list[list[Value]]]]:
        """The Values behind `weight_matrices`, with the name of each layer."""
        return [
            (f"{name}.{rest}" if rest else name, matrix)
            for name, child in self._members()
            if isinstance(child, Module)
            for rest, matrix in child.parameter_matrices()
        ]

    # Leaving: what other libraries understand ----------------------------------------------------------------

    def to_torch(self) -> Any:
        """The model as a ``torch.nn.Sequential`` of float64 (see `nn.to_torch`)."""
        from .exchange import to_torch

        return to_torch(self)

    def to_numpy(self) -> list[Any]:
        """The weight matrices as arrays (see `nn.to_numpy`)."""
        from .exchange import to_numpy

        return to_numpy(self)

    def to_sklearn_weights(self) -> tuple[list[Any], list[Any]]:
        """The weights as ``coefs_`` and ``intercepts_`` (see `nn.to_sklearn_weights`)."""
        from .exchange import to_sklearn_weights

        return to_sklearn_weights(self)

    # What people look at ----------------------------------------------------------------------------------

    def summary(self) -> Summary:
        """A table of layers, shapes and numbers of parameters, to print."""
        return table(type(self).__name__, self.summary_rows(), len(self.parameters()))

    def summary_rows(self) -> list[Row]:
        """The rows of `summary`: one for the parameters held directly, and those of the Modules within."""
        members = list(self._members())
        direct = sum(isinstance(member, Value) for _, member in members)
        rows = [Row("", type(self).__name__, "", "", direct)] if direct else []
        for name, child in members:
            if isinstance(child, Module):
                rows += [row._replace(name=f"{name}.{row.name}" if row.name else name) for row in child.summary_rows()]
        return rows

    # ------------------------------------------------------------------------------------------------------

    def _members(self) -> Iterator[tuple[str, "Value | Module"]]:
        """Names, and the parameters and Modules among the attributes."""
        for name, attribute in vars(self).items():
            yield from _members_of(name, attribute)


def _members_of(name: str, attribute: object) -> Iterator[tuple[str, Value | Module]]:
    if isinstance(attribute, Module):
        yield name, attribute
    elif isinstance(attribute, Value):
        if not attribute.parents:
            yield name, attribute
    elif isinstance(attribute, list | tuple):
        singular = name if name == "bias" else name.removesuffix("es" if name == "biases" else "s")
        for i, item in enumerate(attribute, 1):
            yield from _members_of(f"{name}.{i}" if name[-1:].isdigit() else f"{singular}{i}", item)


def _assign(changes: Sequence[tuple[Value, str, Any]]) -> None:
    """Set each Value to its number, after all of them were found to be numbers."""
    numbers = []
    for _, place, number in changes:
        try:
            numbers.append(Value(number).data)
        except TypeError:
            raise TypeError(f"{place} takes a real number, got {type(number).__name__}: {number!r:.60}") from None
    for (parameter, _, _), data in zip(changes, numbers, strict=True):
        parameter.data = data


def _some(names: Sequence[str]) -> str:
    """The first names of a list that may be long."""
    shown = ", ".join(repr(name) for name in names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown


def inputs_of(x: Iterable[Any], n_inputs: int, owner: str) -> tuple[Any, ...]:
    """One example as a tuple.

    Raises
    ------
    TypeError
        If `x` is no sequence, or a sequence of several examples.
    ValueError
        If it has not `n_inputs` elements.
    """
    try:
        inputs = tuple(x)
    except TypeError:
        kind = type(x).__name__
        raise TypeError(f"{owner} takes one example as a sequence of {n_inputs} numbers, got {kind}") from None
    if len(inputs) != n_inputs:
        raise ValueError(f"{owner} takes one example of {n_inputs} inputs, got {len(inputs)}")
    if hasattr(inputs[0], "__len__") and not isinstance(inputs[0], str):
        raise TypeError(f"{owner} takes one example of {n_inputs} inputs at a time, got rows: call it on each of them")
    return inputs
