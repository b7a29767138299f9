"""The losses of `nn` and their gradients against interval arithmetic, over all logits and on both sides of every class."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np
from flint import arb

from autograd_core import Value
from nn import losses
from tests.accuracy.measure import Worst, truth_of
from tests.accuracy.reference import PRECISIONS, Result, is_tight
from tests.accuracy.sampling import double, near

LARGEST = 2.0**500
"""Outputs and targets are at most this large: squares of them are finite."""


@dataclass(frozen=True)
class Case:
    """What is known about a loss: its truth, its points, and the limit that it keeps."""

    truth: Callable[[Sequence[arb], Any], list[Result | arb]]
    """The loss and its derivative by every output."""
    point: Callable[[random.Random], tuple[tuple[float, ...], Any]]
    """Random outputs and a target."""
    ulp: float


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
    "residual_sum_of_squares": Case(_squares(1.0), _numbers, 3.0),
    "half_squared_error": Case(_squares(0.5), _numbers, 3.0),
    "binary_cross_entropy": Case(_binary, lambda rng: ((_probability(rng),), _label(rng)), 4.0),
    "binary_cross_entropy_with_logits": Case(_binary_with_logits, lambda rng: ((_logit(rng),), _label(rng)), 5.0),
    "hinge": Case(_hinge, _margin, 1.0),
    "cross_entropy": Case(_cross_entropy, _classes(_logit), 4.0),
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


def loss_points(name: str, count: int, seed: int = 0) -> Iterator[tuple[tuple[float, ...], Any]]:
    """`count` random outputs with their targets."""
    rng = random.Random(f"{name} {seed}")
    return (LOSSES[name].point(rng) for _ in range(count))


def ours(name: str, outputs: Sequence[float], target: Any) -> list[float]:
    """What `nn` computes: the loss, and its gradient."""
    leaves = [Value(x) for x in outputs]
    loss = losses.get(name)(leaves if len(leaves) > 1 else leaves[0], target)
    loss.backward()
    return [loss.data, *(leaf.grad for leaf in leaves)]


Evaluator = Callable[[str, Sequence[float], Any], Sequence[float]]


def measure_loss(name: str, count: int, evaluate: Evaluator = ours, seed: int = 0) -> dict[str, Worst]:
    """The worst errors of a loss and of its gradient, in ulps."""
    worst = {"value": Worst(), "gradient": Worst()}
    for outputs, target in loss_points(name, count, seed):
        true = truth_of(truth(name, outputs, target))
        errors = true.ulps(np.array(evaluate(name, outputs, target)))
        point = (*outputs, target)
        for result, found in (("value", errors[:1]), ("gradient", errors[1:])):
            worst[result].update(np.array([found.max()]), [point], np.array([bool(true.is_normal.all())]))
    return worst
