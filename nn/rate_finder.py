"""The learning-rate range test: which rate to train with, found by trying ever larger ones for a while."""

import itertools
import math
from dataclasses import dataclass
from typing import Any

from .engines import NonFiniteError
from .training import BatchSize, Training


@dataclass(frozen=True)
class RateTest:
    """What `find_learning_rate` saw.

    Attributes
    ----------
    rates, losses
        The rates tried, and the smoothed losses seen with them.
    suggestion
        The rate at which the smoothed loss fell most steeply over the logarithm of the rate.
    """

    rates: list[float]
    losses: list[float]
    suggestion: float

    def plot(self, ax: Any = None) -> Any:
        """The losses over the rates, on matplotlib axes (see `nn.plots.plot_rates`)."""
        from .plots import plot_rates

        return plot_rates(self.rates, self.losses, self.suggestion, ax)

    def __repr__(self) -> str:
        return f"RateTest(suggestion={self.suggestion:.2g}, {len(self.rates)} rates up to {self.rates[-1]:.2g})"


def find_learning_rate(
    model: Any,
    X: Any,
    y: Any,
    *,
    loss: Any,
    optimizer: Any = "adam",
    lowest: float = 1e-6,
    highest: float = 10.0,
    steps: int = 100,
    batch_size: BatchSize = None,
    regularizer: Any = None,
    seed: int | None = None,
) -> RateTest:
    """Train for some steps while the rate grows by equal factors, and see where the loss falls fastest.

    It ends early where the smoothed loss exceeds four times its best or is no longer finite. The model has its
    weights back afterwards.

    Parameters
    ----------
    model, X, y, loss, batch_size, regularizer, seed
        As for `nn.fit`.
    optimizer
        The name of an optimizer, or a function of the parameters that makes one.
    lowest, highest
        The first and the last rate.
    steps
        How many rates to try, each for one step.

    Raises
    ------
    TypeError, ValueError
        As for `nn.fit`; also if the rates are no range of positive numbers or there are fewer than 10 steps, and if
        the loss fell at no rate.

    References
    ----------
    Smith: Cyclical learning rates for training neural networks, WACV 2017 (arXiv 2015), section 3.3.

    Examples
    --------
    >>> from nn import MLP, datasets, find_learning_rate
    >>> points = datasets.moons(60, seed=0)
    >>> model = MLP(2, [8, 1], seed=0)
    >>> test = find_learning_rate(model, points.X, [2 * t - 1 for t in points.y], loss="hinge", optimizer="sgd", seed=0)
    >>> 0.01 < test.suggestion < 2.0
    True
    """
    if not 0.0 < lowest < highest < math.inf:
        raise ValueError(f"find_learning_rate: 0 < lowest < highest must hold, got {lowest!r} and {highest!r}")
    if steps < 10:
        raise ValueError(f"find_learning_rate: steps must be at least 10, got {steps!r}")
    training = Training(
        model, X, y, loss=loss, optimizer=optimizer, learning_rate=lowest, epochs=steps, batch_size=batch_size,
        regularizer=regularizer, validation_data=None, schedule=None, seed=seed, shuffle=True, replacement=False,
        callbacks=(), engine="eager", verbose=0,
    )  # fmt: skip
    weights = [parameter.data for parameter in training.parameters]
    try:
        rates, losses = _try_rates(training, lowest, (highest / lowest) ** (1.0 / (steps - 1)), steps)
    finally:
        for parameter, weight in zip(training.parameters, weights, strict=True):
            parameter.data = weight
    return RateTest(rates, losses, _steepest(rates, losses))


def _try_rates(training: Training, rate: float, growth: float, steps: int) -> tuple[list[float], list[float]]:
    """The rates, and the losses seen before the step with each: an exponential mean, corrected for its start at 0."""
    keep, mean = 0.9, 0.0
    rates: list[float] = []
    losses: list[float] = []
    passes = itertools.chain.from_iterable(training.batches.indices() for _ in itertools.repeat(None))
    for k, chosen in enumerate(itertools.islice(passes, steps), 1):
        try:
            result = training.engine.gradients([training.X[i] for i in chosen], [training.y[i] for i in chosen], chosen)
        except NonFiniteError:
            break
        mean = keep * mean + (1.0 - keep) * result.loss
        smoothed = mean / (1.0 - keep**k)
        if losses and smoothed > 4.0 * min(losses):
            break
        for group in training.optimizer.param_groups:
            group["lr"] = rate
        training.optimizer.step()
        rates.append(rate)
        losses.append(smoothed)
        rate *= growth
    return rates, losses


def _steepest(rates: list[float], losses: list[float]) -> float:
    """The rate in the middle of the steepest fall of the loss; the first tenth of the rates is not looked at."""
    width = max(len(losses) // 20, 1)
    falls = [
        (losses[i + width] - losses[i - width], i) for i in range(max(len(losses) // 10, width), len(losses) - width)
    ]
    if not falls or min(falls)[0] >= -1e-9 * abs(losses[0]):  # less is rounding
        raise ValueError("find_learning_rate: the loss fell at no rate: try other bounds or more steps")
    return rates[min(falls)[1]]
