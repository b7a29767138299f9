"""Neurons and layers found in a graph: weighted sums whose weights are labelled as those of one neuron.

The labels are the only clue: a node ``dot`` with the weights ``layer1.neuron2.w1``, ``layer1.neuron2.w2``, … belongs to
the neuron ``layer1.neuron2`` of the layer ``layer1``; with ``w1``, ``w2``, … to a neuron without a name. Its activation
is the one operation that the sum flows into.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..value import Value
from .text import count, operation

ACTIVATIONS = {
    "step": 0.0, "sigmoid": 0.25, "tanh": 1.0, "relu": 0.0, "leaky_relu": 0.0, "elu": 0.0, "softplus": 0.0,
    "gelu": 0.0, "silu": 0.0, "erf": 1.1283791670955126, "atan": 1.0,
}  # fmt: skip
"""What counts as an activation; with the largest slope of those that level off on both sides, else 0."""
SATURATED = 0.05
"""A unit is saturated where its slope is below this part of the largest."""
WEIGHT = re.compile(r"(?:(.*)\.)?w\d+", re.DOTALL)
NEURON = re.compile(r"(?:(.*)\.)?neuron\d+", re.DOTALL)


@dataclass(eq=False)
class Unit:
    """A neuron: its parameters, and the weighted sum and activation of every call of it."""

    name: str
    layer: "Layer | None"
    weights: tuple[Value, ...]
    bias: Value | None
    sums: list[Value] = field(default_factory=list)
    outputs: list[Value] = field(default_factory=list)

    @property
    def parameters(self) -> list[Value]:
        """Weights and bias."""
        return [*self.weights, *([self.bias] if self.bias is not None else [])]

    @property
    def members(self) -> list[Value]:
        """Its nodes: parameters, weighted sums and activations."""
        return [*self.parameters, *dict.fromkeys([*self.sums, *self.outputs])]

    @property
    def formula(self) -> str:
        """What the neuron computes: ``Σwᵢxᵢ+b → tanh``."""
        activation = "" if self.outputs[0] is self.sums[0] else f" → {operation(self.outputs[0])}"
        return operation(self.sums[0]) + activation

    @property
    def title(self) -> str:
        """``Neuron: Σwᵢxᵢ+b → tanh``."""
        return f"Neuron: {self.formula}"

    @property
    def state(self) -> str:
        """``inactive`` or ``saturated`` if every call of the neuron is; ``dead`` if inactive in several calls."""
        states = {state(output) for output in self.outputs}
        if len(states) > 1:
            return ""
        (common,) = states
        return "dead" if common == "inactive" and len(self.outputs) > 1 else common


@dataclass(eq=False)
class Layer:
    """A layer: neurons side by side."""

    name: str
    units: list[Unit] = field(default_factory=list)

    @property
    def parameters(self) -> list[Value]:
        """Weights and biases of its neurons."""
        return [parameter for unit in self.units for parameter in unit.parameters]

    @property
    def title(self) -> str:
        """``16 neurons: Σwᵢxᵢ+b → relu``."""
        formulas = {unit.formula: None for unit in self.units}
        return f"{count(len(self.units), 'neuron')}: {' | '.join(formulas)}"

    @property
    def state(self) -> str:
        """How many of its neurons are inactive, dead or saturated: ``3 inactive``."""
        states = Counter(unit.state for unit in self.units if unit.state)
        return ", ".join(f"{n} {name}" for name, n in states.items())


def state(value: Value) -> str:
    """``inactive`` for an activation that passes no gradient on, ``saturated`` where it is nearly flat, else empty."""
    if value.op not in ACTIVATIONS or len(value.parents) != 1:
        return ""
    if value.op == "relu" and value.data <= 0.0:
        return "inactive"
    return "saturated" if abs(value.partials[0]) < SATURATED * ACTIVATIONS[value.op] else ""


def find_units(order: Sequence[Value]) -> list[Unit]:
    """The neurons among the nodes of a graph, in the order in which they are first called."""
    units: dict[tuple[str, int], Unit] = {}
    copies: dict[str, int] = {}
    groups: dict[tuple[str, int], Layer] = {}
    consumers: dict[Value, list[Value]] = {}
    for node in order:
        for parent in node.parents:
            if parent.op == "dot":
                consumers.setdefault(parent, []).append(node)
    for node in order:
        name = _name_of(node)
        if name is None:
            continue
        operands = node.operands
        weights = tuple([w for w in operands[: len(operands) // 2] if isinstance(w, Value)])
        key = name, id(weights[0])
        if key not in units:
            copy = copies[name] = copies.get(name, 0) + 1  # two models may carry the same names
            bias = operands[-1]
            is_bias = isinstance(bias, Value) and not bias.parents
            unit = units[key] = Unit(_copied(name, copy), None, weights, bias if is_bias else None)  # type: ignore[arg-type]
            match = NEURON.fullmatch(name)
            if match:
                layer = match[1] or "layer"
                unit.layer = groups.setdefault((layer, copy), Layer(_copied(layer, copy)))
                unit.layer.units.append(unit)
        unit = units[key]
        flows_into = consumers.get(node, [])
        is_activated = len(flows_into) == 1 and flows_into[0].op in ACTIVATIONS and flows_into[0].parents == (node,)
        unit.sums.append(node)
        unit.outputs.append(flows_into[0] if is_activated else node)
    return list(units.values())


def _name_of(node: Value) -> str | None:
    """The name of the neuron that a weighted sum belongs to; None if it belongs to none."""
    if node.op != "dot":
        return None
    operands = node.operands
    weights = operands[: len(operands) // 2]
    if not weights:
        return None
    prefixes = set()
    for weight in weights:
        if not isinstance(weight, Value) or weight.parents:
            return None
        match = WEIGHT.fullmatch(weight.label)
        if match is None:
            return None
        prefixes.add(match[1] or "")
        if len(prefixes) > 1:
            return None
    return prefixes.pop()


def _copied(name: str, copy: int) -> str:
    return name if copy == 1 else f"{name} ({copy})".lstrip()
