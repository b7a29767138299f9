"""The losses of `nn` and their gradients against interval arithmetic, over all logits and on both sides of every class."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import flint
import numpy as np
from flint import arb

from autograd_core import Value, jit
from nn import losses
from tests.accuracy.measure import SUMMED, Worst, truth_of
from tests.accuracy.reference import PRECISIONS, Result, is_tight
from tests.accuracy.sampling import double, near

LARGEST = 2.0**500
"""Outputs and targets are at most this large: squares of them are finite."""


LossPoint = tuple[tuple[float, ...], Any]
"""The outputs of a model, and a target."""


@dataclass(frozen=True)
class Case:
    """What is known about a loss: its truth, its points, and the limit that it keeps."""

    truth: Callable[[Sequence[arb], Any], list[Result | arb]]
    """The loss and its derivative by every output."""
    point: Callable[[random.Random], LossPoint]
    """Random outputs and a target."""
    ulp: float
    is_sum: bool = False
    """Whether it is a sum over the outputs, which compiled code rounds term by term."""

    def limit(self, system: str) -> float:
        """The limit that it keeps in `system`, in ulps."""
        return self.ulp + (SUMMED if system == "compiled" and self.is_sum else 0.0)


def _sigmoid(x: arb) -> arb:
    return 1 / (1 + (-x).exp())


def _largest(*terms: arb) -> arb:
    scale = arb(0)
    for term in terms:
        scale = scale.max(abs(term))
    return scale


def _squares(factor: float) -> Callable[[Sequence[arb], Any], list[Result | arb]]:
    def truth(outputs: Sequence[arb], target: Sequence[float]) -> list[Result | arb]:
        residuals = [o - arb(t) for o, t in zip(outputs, target, strict=True)]
        return [factor * sum((r * r for r in residuals), arb(0)), *(2 * factor * r for r in residuals)]

    return truth


def _binary(outputs: Sequence[arb], target: float) -> list[Result | arb]:
    (p,), y = outputs, arb(target)
    terms = [-y * p.log() if target else arb(0), (y - 1) * (-p).log1p() if target != 1.0 else arb(0)]
    slopes = [-y / p, (1 - y) / (1 - p)]
    return [(sum(terms, arb(0)), _largest(*terms)), (sum(slopes, arb(0)), _largest(*slopes))]


def _binary_with_logits(outputs: Sequence[arb], target: float) -> list[Result | arb]:
    (z,), y = outputs, arb(target)
    terms = [y * (-z).exp().log1p(), (1 - y) * z.exp().log1p()]
    slopes = [-y * _sigmoid(-z), (1 - y) * _sigmoid(z)]
    return [(sum(terms, arb(0)), _largest(*terms)), (sum(slopes, arb(0)), _largest(*slopes))]


def _hinge(outputs: Sequence[arb], target: float) -> list[Result | arb]:
    margin = 1 - arb(target) * outputs[0]
    return [margin, -arb(target)] if margin > 0 else [arb(0), arb(0)]


def _cross_entropy(outputs: Sequence[arb], target: int) -> list[Result | arb]:
    exps = [z.exp() for z in outputs]
    total = sum(exps, arb(0))
    log = total.log()
    weights = [(e / total, e / total) for e in exps]
    weights[target] = (weights[target][0] - 1, arb(1))
    return [(log - outputs[target], _largest(log, outputs[target])), *weights]


def _cross_entropy_on_probabilities(outputs: Sequence[arb], target: int) -> list[Result | arb]:
    p = outputs[target]
    return [-p.log(), *(-1 / p if i == target else arb(0) for i in range(len(outputs)))]


def _any_number(rng: random.Random) -> float:
    return max(-LARGEST, min(LARGEST, double(rng)))


def _logit(rng: random.Random) -> float:
    return rng.choice((-1.0, 1.0)) * near(rng, rng.uniform(0.0, rng.choice((2.0, 40.0, 750.0))))


def _probability(rng: random.Random) -> float:
    p = 2.0 ** -rng.uniform(0.0, rng.choice((1.0, 60.0, 1000.0)))
    return max(2.0**-1000, min(1.0 - 2.0**-53, 1.0 - p if rng.random() < 0.5 else p))


def _label(rng: random.Random) -> float:
    return rng.choice((0.0, 1.0, rng.random()))


def _numbers(rng: random.Random) -> tuple[tuple[float, ...], list[float]]:
    outputs = tuple(_any_number(rng) for _ in range(rng.randint(1, 4)))
    return outputs, [near(rng, x) if rng.random() < 0.5 else _any_number(rng) for x in outputs]


def _classes(number: Callable[[random.Random], float]) -> Callable[[random.Random], tuple[tuple[float, ...], int]]:
    def point(rng: random.Random) -> tuple[tuple[float, ...], int]:
        count = rng.randint(2, 6)
        return tuple(number(rng) for _ in range(count)), rng.randrange(count)

    return point


def _margin(rng: random.Random) -> tuple[tuple[float, ...], float]:
    target = rng.choice((-1.0, 1.0))
    y = rng.choice((_any_number(rng), near(rng, target)))
    return ((y,) if y != target else (0.5,)), target


LOSSES = {
    "residual_sum_of_squares": Case(_squares(1.0), _numbers, 3.0, is_sum=True),
    "half_squared_error": Case(_squares(0.5), _numbers, 3.0, is_sum=True),
    "binary_cross_entropy": Case(_binary, lambda rng: ((_probability(rng),), _label(rng)), 4.0),
    "binary_cross_entropy_with_logits": Case(_binary_with_logits, lambda rng: ((_logit(rng),), _label(rng)), 5.0),
    "hinge": Case(_hinge, _margin, 1.0),
    "cross_entropy": Case(_cross_entropy, _classes(_logit), 4.0, is_sum=True),
    "cross_entropy_on_probabilities": Case(_cross_entropy_on_probabilities, _classes(_probability), 2.0),
}
"""Every loss; a sum is measured against its largest term."""


def truth(name: str, outputs: Sequence[float], target: Any) -> list[Result]:
    """The loss `name` and its derivatives by the outputs, each with the scale of its error."""
    for precision in PRECISIONS:
        with flint.ctx.workprec(precision):
            results = LOSSES[name].truth([arb(x) for x in outputs], target)
            pairs = [r if isinstance(r, tuple) else (r, r) for r in results]
            if all(is_tight(ball) for pair in pairs for ball in pair):
                return pairs
    raise ArithmeticError(f"{name}{tuple(outputs)} needs more than {PRECISIONS[-1]} bits")


def loss_points(name: str, count: int, seed: int = 0) -> Iterator[LossPoint]:
    """`count` random outputs with their targets."""
    rng = random.Random(f"{name} {seed}")
    return (LOSSES[name].point(rng) for _ in range(count))


def eager(name: str, batch: Sequence[LossPoint]) -> np.ndarray:
    """What `nn` computes: the loss, and its gradient."""
    return one_by_one(_value_and_gradient)(name, batch)


def _value_and_gradient(name: str, outputs: Sequence[float], target: Any) -> list[float]:
    leaves = [Value(x) for x in outputs]
    loss = losses.get(name)(_one_or_all(leaves), target)
    loss.backward()
    return [loss.data, *(leaf.grad for leaf in leaves)]


def native(name: str, batch: Sequence[LossPoint]) -> np.ndarray:
    """The same in lanes of a compiled function, with the targets in lanes too, as trainings have them."""
    outputs, targets = zip(*batch, strict=True)
    rows = np.array(losses.get(name).lanes(targets, len(outputs[0])))
    values, gradients = _jitted(name, len(outputs[0])).value_and_grad(list(np.array(outputs).T), list(rows.T))
    return np.array([values, *gradients.inputs[0]])


@cache
def _jitted(name: str, width: int) -> Any:
    loss = losses.get(name)
    return jit(lambda outputs, targets: loss(_one_or_all(outputs), _one_or_all(targets)), threads=1)


def _one_or_all(numbers: Sequence[Any]) -> Any:
    return numbers[0] if len(numbers) == 1 else numbers


LossEvaluator = Callable[[str, Sequence[LossPoint]], np.ndarray]
"""A loss and its gradient at points with equally many outputs: a column for each."""


def one_by_one(evaluate: Callable[[str, Sequence[float], Any], Sequence[float]]) -> LossEvaluator:
    """The function of several points of one that takes a point."""
    return lambda name, batch: np.array([evaluate(name, *point) for point in batch]).T


def measure_loss(
    name: str, count: int, systems: Mapping[str, LossEvaluator], seed: int = 0
) -> dict[tuple[str, str], Worst]:
    """The worst errors of a loss and of its gradient in every system, in ulps: by (system, result)."""
    worst = {(system, result): Worst() for system in systems for result in ("value", "gradient")}
    groups: dict[int, list[LossPoint]] = {}
    for point in loss_points(name, count, seed):
        groups.setdefault(len(point[0]), []).append(point)
    for batch in groups.values():
        truths = [truth_of(column) for column in zip(*(truth(name, *point) for point in batch), strict=True)]
        regular = np.all([true.is_normal for true in truths], axis=0)
        points = [(*outputs, target) for outputs, target in batch]
        for system, evaluate in systems.items():
            errors = np.array([true.ulps(got) for true, got in zip(truths, evaluate(name, batch), strict=True)])
            worst[system, "value"].update(errors[0], points, regular)
            worst[system, "gradient"].update(errors[1:].max(axis=0), points, regular)
    return worst
