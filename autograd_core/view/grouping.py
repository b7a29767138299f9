"""Which nodes of a graph are drawn as one: collapsed neurons and layers, and nodes alike.

Nodes are alike if they are the same operation on operands that are alike (a bisimulation, computed from the leaves up):
the loss terms of a hundred examples become one chain drawn once, ``× 100``. A running total, ``((a + b) + c) + d``, is
taken as one sum of its terms.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..value import Value
from .clusters import Layer, Unit

Level = Literal["none", "neurons", "layers", "repeats"]
LEVELS: tuple[Level, ...] = ("none", "neurons", "layers", "repeats")
RUNNING = ("add", "mul")
"""Operations whose chains are totals of their terms."""


@dataclass(eq=False)
class Group:
    """Nodes of the graph that are drawn as one node: a single one, a neuron, a layer, or several alike."""

    part: Unit | Layer | None
    values: list[Value] = field(default_factory=list)


class Grouping:
    """Every node in its group, at one level of detail.

    Parameters
    ----------
    shown
        The nodes to draw, in topological order.
    units
        The neurons among them.
    level
        See `build`.
    expand
        Names of neurons and layers that are not collapsed.
    """

    def __init__(self, shown: Sequence[Value], units: Sequence[Unit], level: Level, expand: Collection[str]) -> None:
        self.level = level
        self.frames: dict[Value, Unit] = {}
        """The neuron that a node is part of."""
        keys: dict[Value, Hashable] = {}
        for unit in units:
            part = _collapsed(unit, level, expand)
            for value in unit.members:
                self.frames.setdefault(value, unit)
                if part is not None:
                    keys.setdefault(value, part)
        if level == "repeats":
            _find_repeats(shown, keys)
        self.group_of: dict[Value, Group] = {}
        by_key: dict[Hashable, Group] = {}
        for value in shown:
            key = keys.get(value, value)
            if key not in by_key:
                by_key[key] = Group(key if isinstance(key, Unit | Layer) else None)
            by_key[key].values.append(value)
            self.group_of[value] = by_key[key]
        self.groups = list(by_key.values())
        if keys:
            place = {value: i for i, value in enumerate(shown)}
            self.groups.sort(key=lambda group: place[group.values[-1]])

    def sources(self, group: Group) -> Counter[Group]:
        """The groups that edges come from, each with their number, in the order of operands."""
        parents = (parent for value in group.values for parent in value.parents)
        found = (self.group_of[parent] for parent in parents if parent in self.group_of)
        return Counter(source for source in found if source is not group)

    def count_links(self) -> int:
        """The number of pairs of groups with edges between them."""
        return sum(len(self.sources(group)) for group in self.groups)

    def nearest(self, roots: Sequence[Value], max_groups: int, max_links: int) -> set[Group]:
        """The groups nearest to the roots, up to a number of groups and of links among them."""
        queue = list(dict.fromkeys(self.group_of[root] for root in roots))[:max_groups]
        kept, left = set(queue), max_links
        for group in queue:  # grows while it is walked
            for source in self.sources(group):
                if source not in kept:
                    if len(kept) == max_groups or left <= 0:
                        return kept
                    kept.add(source)
                    queue.append(source)
                left -= 1
        return kept


def _collapsed(unit: Unit, level: Level, expand: Collection[str]) -> Unit | Layer | None:
    """The part that a neuron disappears in; None if its nodes are drawn."""
    if level == "none" or unit.name in expand:
        return None
    if level == "neurons" or unit.layer is None or unit.layer.name in expand:
        return unit
    inner = any(sibling.name in expand for sibling in unit.layer.units)
    return unit if inner else unit.layer


def _find_repeats(shown: Sequence[Value], keys: dict[Value, Hashable]) -> None:
    """Give nodes that are alike the same key."""
    uses: dict[Value, tuple[str, str]] = {}
    within = set(shown)
    for node in shown:
        for parent in node.parents:
            if not parent.parents:
                uses.setdefault(parent, (node.op, _stem(parent.label)))
    numbers: dict[Hashable, int] = {}
    terms: dict[Value, frozenset[Hashable]] = {}
    for node in shown:
        if node in keys:
            continue
        alike: Hashable
        if not node.parents:
            alike = ("leaf", uses.get(node, ("", node.label)))
        else:
            classes = [keys.get(parent, "outside") if parent in within else "outside" for parent in node.parents]
            if node.op in RUNNING:
                pairs = zip(node.parents, classes, strict=True)
                terms[node] = frozenset().union(
                    *(terms[parent] if parent.op == node.op and parent in terms else {key} for parent, key in pairs)
                )
                alike = (node.op, terms[node])
            else:
                distinct = frozenset(classes) if len(classes) > 2 else tuple(classes)
                alike = (node.op, distinct)
        keys[node] = numbers.setdefault(alike, len(numbers))


def _stem(label: str) -> str:
    """A label without the numbers in it: ``x1`` and ``x2`` are alike."""
    return "".join([c for c in label if not c.isdigit()])
