"""Networks that are trained, and who trains them: each module here is one learner, ours first.

All of them start from the same weights and take the same batches in the same order, so they must give the same numbers.
"""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple


class NotForThisError(Exception):
    """A learner cannot do a problem; the message says why."""


@dataclass(frozen=True)
class Problem:
    """A training by plain gradient descent: objective = mean loss of a batch + strength / examples · ½ Σ weights².

    Attributes
    ----------
    activation
        Of the hidden layers: relu or tanh. The last layer is linear.
    loss
        ``hinge`` with targets ±1, ``cross_entropy`` with one-hot targets, or ``half_squared_error``.
    X, Y
        Arrays with one row per example.
    batch, rate, strength, epochs
        The size of the batches, the learning rate, the factor of the L2 penalty, and the length of a timed training.
    """

    name: str
    summary: str
    sizes: tuple[int, ...]
    activation: str
    loss: str
    X: Any
    Y: Any
    batch: int
    epochs: int
    rate: float = 0.05
    strength: float = 0.0

    @property
    def share(self) -> float:
        """The factor of ½ Σ weights² in the objective of a batch."""
        return self.strength / len(self.X)

    @property
    def steps(self) -> int:
        """The number of steps of a timed training."""
        return self.epochs * -(-len(self.X) // self.batch)

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """Of each layer the number of outputs and of inputs."""
        return [(m, n) for n, m in pairwise(self.sizes)]

    @cached_property
    def start(self) -> Any:
        """The first parameters as one vector: of each layer the weights, output by output, and then the biases."""
        import numpy as np

        numbers = np.random.default_rng(1)
        parts = []
        for m, n in self.shapes:
            parts += [numbers.normal(0.0, (2.0 / n) ** 0.5, m * n), numbers.normal(0.0, 0.1, m)]
        return np.concatenate(parts)

    def layers(self, vector: Any) -> list[tuple[Any, Any]]:
        """The matrix and the biases of each layer in such a `vector`, as views."""
        found, at = [], 0
        for m, n in self.shapes:
            found.append((vector[at : at + m * n].reshape(m, n), vector[at + m * n : at + m * n + m]))
            at += m * n + m
        return found

    def orders(self) -> Any:
        """The order of the examples in each epoch of a training: the one that `fit` takes with seed 0."""
        import numpy as np

        from nn import batches

        X, y = [[i] for i in range(len(self.X))], [0.0] * len(self.X)
        numbered = batches(X, y, batch_size=self.batch, seed=0)
        return np.array([[int(i) for rows, _ in numbered for (i,) in rows] for _ in range(self.epochs)])


class Outcome(NamedTuple):
    """What a training gave: the mean loss over the examples of every epoch, and the last parameters."""

    losses: Any
    parameters: Any


class Learner:
    """Someone set up for one problem: everything that is made once is made in ``__init__``."""

    name: str
    timed: str
    """What a timed training includes."""
    slow = False
    """Whether one step is timed instead of a whole training."""
    seconds = 0.0
    """The time of the last training, where the learner measures it itself."""
    compile_seconds = 0.0

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    def objective(self, parameters: Any, chosen: Any) -> tuple[float, Any]:
        """The objective of the batch of the examples `chosen`, and its gradient, a vector like `Problem.start`."""
        raise NotImplementedError

    def caller(self, chosen: Any) -> Callable[[], Any]:
        """A function that changes the first parameter and computes objective and gradient, as its users would write it."""
        parameters = self.problem.start.copy()

        def call() -> Any:
            parameters[0] += 1e-9
            return self.objective(parameters, chosen)

        return call

    def train(self, orders: Any) -> Outcome:
        """From the first parameters through all epochs, whose examples come in the order of the rows of `orders`."""
        raise NotImplementedError


def core_learners() -> tuple[type[Learner], ...]:
    """Our own ways of training."""
    from . import core

    return core.LEARNERS


def load(names: Sequence[str]) -> tuple[list[type[Learner]], dict[str, str]]:
    """The learners called `names`, and for each that is not here the reason."""
    learners, missing = [], {}
    for name in names:
        try:
            learners.append(importlib.import_module(f".{name}", __name__).LEARNER)
        except ModuleNotFoundError as error:
            missing[name] = f"no module {error.name!r}; pip install 'autograd-core[bench]'"
    return learners, missing
