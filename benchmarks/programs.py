"""The programs that are timed, each written once for every library.

A program is a function of a peer (for what has no operator: ``relu``, ``dot``) and of its leaves, the scalars that
want gradients, in the peer's own type. It returns one scalar. The operators ``+ - * / **`` are those of the scalars.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .peers import Peer

Function = Callable[[Peer, Sequence[Any]], Any]


@dataclass(frozen=True)
class Program:
    """What is run: `function` at the leaves `numbers`, its gradient, and for a training step also the update."""

    name: str
    summary: str
    function: Function
    numbers: tuple[float, ...]
    learning_rate: float | None = None

    def run(self, peer: Peer) -> tuple[float, list[float]]:
        """The value and the gradients; after an update, the updated numbers in their place."""
        value, gradients = peer.value_and_gradients(self.function, self.numbers)
        if self.learning_rate is None:
            return value, gradients
        return value, [x - self.learning_rate * g for x, g in zip(self.numbers, gradients, strict=True)]


def uniform(n: int, seed: int) -> tuple[float, ...]:
    """`n` numbers between -1 and 1."""
    numbers = random.Random(seed)
    return tuple(numbers.uniform(-1.0, 1.0) for _ in range(n))


def chain(branches: int = 100, length: int = 200, weights: int = 100) -> Program:
    """Branches of multiply-adds that share their weights; no branch is deeper than recursive libraries can go."""

    def function(_peer: Peer, leaves: Sequence[Any]) -> Any:
        shared = leaves[:weights]
        total = None
        for x in leaves[weights:]:
            y = x
            for i in range(length):
                y = y * shared[i % weights] + x
            total = y if total is None else total + y
        return total

    summary = f"{branches * length:,} multiply-adds: {branches} branches of {length} that share {weights} weights"
    return Program("chain", summary, function, uniform(weights + branches, seed=1))


OPERATIONS: tuple[Callable[[Peer, Any, Any], Any], ...] = (
    lambda peer, a, b: a * b,
    lambda peer, a, b: (a + b) * 0.5,
    lambda peer, a, b: (a - b) / 2.0,
    lambda peer, a, b: 1.0 - a * a,
    lambda peer, a, b: b**3,
    lambda peer, a, b: a / (b + 2.0),
    lambda peer, a, b: peer.relu(a),
)
"""Of numbers between -1 and 1, each gives such a number again, so no random graph overflows."""


def shared_graph(operations: int = 10_000, leaves: int = 100, window: int = 300) -> Program:
    """A random graph: operands are leaves or among the last `window` results, so most are used several times."""
    choices = random.Random(2)
    plan = []
    for made in range(operations):
        # leaves are counted from 0; -1 is the last result, -2 the one before it
        recent, other = (-1 - choices.randrange(min(made + leaves, window)) for _ in range(2))
        if choices.random() < 1 / 3:
            other = choices.randrange(leaves)
        plan.append((choices.choice(OPERATIONS), recent, other))

    def function(peer: Peer, leaves: Sequence[Any]) -> Any:
        nodes = list(leaves)
        for operation, i, j in plan:
            nodes.append(operation(peer, nodes[i], nodes[j]))
        return sum(nodes[-window:-1], nodes[-1])

    summary = (
        f"a random graph: {operations:,} steps of seven kinds over {leaves} leaves, most results used several times"
    )
    return Program("shared", summary, function, uniform(leaves, seed=3))


def mlp_step(sizes: Sequence[int] = (2, 16, 16, 1), batch: int = 10, written_out: bool = False) -> Program:
    """A step of gradient descent: hinge loss of a ReLU network on a batch, L2 penalty, backward, update."""
    points = [(uniform(sizes[0], seed=100 + k), 1.0 if k % 2 else -1.0) for k in range(batch)]
    n_parameters = sum((n + 1) * m for n, m in pairwise(sizes))

    def function(peer: Peer, leaves: Sequence[Any]) -> Any:
        dot = sum_of_products if written_out else peer.dot
        parameters = iter(leaves)
        layers = [
            [([next(parameters) for _ in range(n)], next(parameters)) for _ in range(m)] for n, m in pairwise(sizes)
        ]
        losses = []
        for x, target in points:
            a: Any = x
            for layer in layers:
                a = [dot(weights, a, bias) for weights, bias in layer]
                if layer is not layers[-1]:
                    a = [peer.relu(z) for z in a]
            losses.append(peer.relu(1.0 - target * a[0]))
        penalty = sum((p * p for p in leaves[1:]), leaves[0] * leaves[0])
        return sum(losses[1:], losses[0]) * (1.0 / batch) + 1e-4 * penalty

    name = "mlp-sums" if written_out else "mlp"
    how = "weighted sums written as sums of products" if written_out else "the weighted sum of each library"
    shape = "-".join(map(str, sizes))
    summary = f"a training step of a {shape} ReLU network on {batch} examples; {how}"
    return Program(name, summary, function, uniform(n_parameters, seed=4), learning_rate=0.1)


def sum_of_products(weights: Sequence[Any], inputs: Sequence[Any], bias: Any) -> Any:
    """The weighted sum of libraries that have no operation for it."""
    return sum((w * x for w, x in zip(weights, inputs, strict=True)), bias)


def programs(small: bool = False) -> list[Program]:
    """All of them; the small ones show that everything runs, and their timings say little."""
    if small:
        return [
            chain(branches=3, length=10, weights=4),
            shared_graph(operations=100, leaves=10, window=20),
            mlp_step((2, 3, 1), batch=2),
            mlp_step((2, 3, 1), batch=2, written_out=True),
        ]
    return [chain(), shared_graph(), mlp_step(), mlp_step(written_out=True)]
