"""The libraries that run the programs, ours first. Each module here holds one, and imports it when it is loaded."""

import importlib
import importlib.metadata
from collections.abc import Callable, Sequence
from typing import Any

EAGER = ("autograd_core", "micrograd", "torch", "autograd", "casadi")
"""The peers of the suite `eager`, by their modules in this package."""


class Peer:
    """A library as the programs see it: its scalars have operators; what has none is a method here."""

    name: str
    distribution: str
    timed: str
    """What a run includes beside the arithmetic, for readers of the table."""

    def relu(self, x: Any) -> Any:
        raise NotImplementedError

    def dot(self, weights: Sequence[Any], inputs: Sequence[Any], bias: Any) -> Any:
        """The weighted sum, as users of the library write it."""
        return sum((w * x for w, x in zip(weights, inputs, strict=True)), bias)

    def value_and_gradients(self, function: Callable[..., Any], numbers: Sequence[float]) -> tuple[float, list[float]]:
        """``function(self, leaves)`` at `numbers`, and its derivative by each of them."""
        raise NotImplementedError

    @property
    def version(self) -> str:
        return importlib.metadata.version(self.distribution)


class GraphPeer(Peer):
    """A peer whose scalars are nodes that remember their gradient: leaves, ``root.backward()``, gradients."""

    def leaf(self, x: float) -> Any:
        raise NotImplementedError

    def value(self, root: Any) -> float:
        return root.data

    def gradient(self, leaf: Any) -> float:
        return leaf.grad

    def value_and_gradients(self, function: Callable[..., Any], numbers: Sequence[float]) -> tuple[float, list[float]]:
        leaves = [self.leaf(x) for x in numbers]
        root = function(self, leaves)
        root.backward()
        return self.value(root), [self.gradient(leaf) for leaf in leaves]


def load(names: Sequence[str]) -> tuple[list[Peer], dict[str, str]]:
    """The peers called `names`, and for each that is not here the reason."""
    peers, missing = [], {}
    for name in names:
        try:
            peers.append(importlib.import_module(f".{name}", __name__).PEER)
        except ModuleNotFoundError as error:
            missing[name] = f"no module {error.name!r}; pip install 'autograd-core[bench]'"
    return peers, missing
