"""Schedules: how the learning rate changes during training.

A schedule is a function of the time `t`, counted in epochs or steps from 0, that gives the factor by
which every parameter group's own rate is multiplied. So one schedule serves groups with different rates.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from .checks import check_state, demand
from .lookup import lookup
from .optimizers import Optimizer

Unit = Literal["epoch", "step"]


@dataclass
class Schedule:
    """A factor on the learning rate that depends on the time; without more it is 1, a constant rate.

    Parameters
    ----------
    per
        Whether time counts epochs or steps of the optimizer.

    Examples
    --------
    >>> from autograd_core import Value
    >>> from nn.optimizers import SGD
    >>> optimizer = SGD([Value(1.0)], lr=0.1)
    >>> Step(every=2, gamma=0.5).apply(optimizer, 4)
    >>> optimizer.param_groups[0]["lr"]
    0.025
    """

    per: Unit = field(default="epoch", kw_only=True)

    def __post_init__(self) -> None:
        demand(self.per in ("epoch", "step"), self, "per", "'epoch' or 'step'")

    def factor(self, t: int) -> float:  # noqa: ARG002 - for subclasses
        """The factor on the rate at time `t`, counted from 0."""
        return 1.0

    def begin(self, total: int) -> None:
        """Take note that the training is to last `total` units of time."""

    def observe(self, loss: float) -> None:
        """Take note of the loss at the end of an epoch: on the validation data if there are any."""

    def apply(self, optimizer: Optimizer, t: int) -> None:
        """Give the groups of `optimizer` their rates for time `t`."""
        factor = self.factor(t)
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
            group["lr"] = group["initial_lr"] * factor

    def state_dict(self) -> dict[str, Any]:
        """All that a continued run needs, as plain numbers."""
        return {one.name: getattr(self, one.name) for one in fields(self) if not one.init}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from a `state_dict`.

        Raises
        ------
        ValueError
            If it is of another schedule, or damaged.
        """
        check_state(state_dict, {one.name: one.type for one in fields(self) if not one.init}, type(self).__name__)
        for name, x in state_dict.items():
            setattr(self, name, x)


@dataclass
class Constant(Schedule):
    """The rate stays as it is: factor(t) = 1.

    Examples
    --------
    >>> Constant().factor(100)
    1.0
    """


@dataclass
class Step(Schedule):
    """The rate falls in steps: factor(t) = γ^⌊t/n⌋.

    Parameters
    ----------
    every
        The time n between two falls.
    gamma
        The factor γ of each.

    Examples
    --------
    >>> [Step(every=2, gamma=0.5).factor(t) for t in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    every: int = 10
    gamma: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        demand(self.every >= 1, self, "every", "at least 1")
        demand(0.0 < self.gamma <= 1.0, self, "gamma", "in (0, 1]")

    def factor(self, t: int) -> float:
        """The factor on the rate at time `t`."""
        return self.gamma ** (t // self.every)


@dataclass
class Exponential(Schedule):
    """The rate falls by the same factor each time: factor(t) = γᵗ.

    Parameters
    ----------
    gamma
        The factor γ.

    Examples
    --------
    >>> [Exponential(0.5).factor(t) for t in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """

    gamma: float = 0.95

    def __post_init__(self) -> None:
        super().__post_init__()
        demand(0.0 < self.gamma <= 1.0, self, "gamma", "in (0, 1]")

    def factor(self, t: int) -> float:
        """The factor on the rate at time `t`."""
        return self.gamma**t


@dataclass
class Cosine(Schedule):
    """The rate falls along half a cosine, slowly at both ends: factor(t) = r + (1 − r)·(1 + cos(π·t/T))/2.

    Parameters
    ----------
    length
        The time T of the whole descent, after which the factor stays at r; None is the length of the training.
    lowest
        The factor r at the end.

    References
    ----------
    Loshchilov, Hutter: SGDR: stochastic gradient descent with warm restarts, ICLR 2017.

    Examples
    --------
    >>> [round(Cosine(length=4).factor(t), 3) for t in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    length: int | None = None
    lowest: float = 0.0
    total: int | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        demand(self.length is None or self.length >= 1, self, "length", "at least 1")
        demand(0.0 <= self.lowest <= 1.0, self, "lowest", "in [0, 1]")

    def begin(self, total: int) -> None:
        """Take note of the length of the training."""
        self.total = total

    def factor(self, t: int) -> float:
        """The factor on the rate at time `t`."""
        length = self.length or self.total
        if length is None:
            raise ValueError("Cosine: the length is not known before the training begins: give length=")
        return self.lowest + (1.0 - self.lowest) * (1.0 + math.cos(math.pi * min(t, length) / length)) / 2.0


@dataclass
class InverseTime(Schedule):
    """The rate falls as 1/t: factor(t) = 1/(1 + d·t), slow enough to get anywhere and fast enough to settle.

    Parameters
    ----------
    decay
        d: after the time 1/d the rate has halved.

    References
    ----------
    Robbins, Monro: A stochastic approximation method, Annals of Mathematical Statistics, 1951.

    Examples
    --------
    >>> [InverseTime(decay=1.0).factor(t) for t in (0, 1, 3)]
    [1.0, 0.5, 0.25]
    """

    decay: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        demand(self.decay >= 0.0, self, "decay", ">= 0")

    def factor(self, t: int) -> float:
        """The factor on the rate at time `t`."""
        return 1.0 / (1.0 + self.decay * t)


@dataclass
class WarmUp(Schedule):
    """The rate rises in equal steps to its full size; another schedule may take over then.

    factor(t) = (t + 1)/n for t < n, then that of the other schedule at t − n.

    Parameters
    ----------
    length
        The time n of the rise.
    then
        The schedule that follows, which counts the same unit of time.

    References
    ----------
    Goyal et al.: Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017.

    Examples
    --------
    >>> [WarmUp(4, then=Exponential(0.5)).factor(t) for t in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 0.5]
    """

    length: int = 5
    then: Schedule = field(default_factory=Constant)

    def __post_init__(self) -> None:
        super().__post_init__()
        demand(self.length >= 1, self, "length", "at least 1")
        demand(self.then.per == self.per, self, "then", f"a schedule per {self.per}, as the warm-up is")

    def begin(self, total: int) -> None:
        """Take note of the length of the training."""
        self.then.begin(max(total - self.length, 1))

    def observe(self, loss: float) -> None:
        """Take note of the loss at the end of an epoch."""
        self.then.observe(loss)

    def factor(self, t: int) -> float:
        """The factor on the rate at time `t`."""
        return (t + 1) / self.length if t < self.length else self.then.factor(t - self.length)

    def state_dict(self) -> dict[str, Any]:
        """The state of the schedule that follows."""
        return self.then.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from a `state_dict`."""
        self.then.load_state_dict(state_dict)


@dataclass
class ReduceOnPlateau(Schedule):
    """The rate falls when the loss has stopped falling: by the factor γ after more than n epochs without a new best.

    A loss counts as a new best if it is below (1 − threshold) times the best before. The meaning is that of
    PyTorch's ``ReduceLROnPlateau`` with ``mode="min"`` and ``threshold_mode="rel"``.

    Parameters
    ----------
    gamma
        The factor γ of each fall.
    patience
        The number n of epochs that may pass without a new best.
    threshold
        By which share a loss must be lower to count.
    cooldown
        The number of epochs after a fall during which nothing is counted.
    lowest
        The factor is never below this.

    Examples
    --------
    >>> schedule = ReduceOnPlateau(gamma=0.5, patience=1)
    >>> for loss in (1.0, 0.5, 0.5, 0.5):
    ...     schedule.observe(loss)
    >>> schedule.factor(4)
    0.5
    """

    gamma: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    cooldown: int = 0
    lowest: float = 0.0
    reached: float = field(default=1.0, init=False, repr=False)
    best: float = field(default=math.inf, init=False, repr=False)
    waited: int = field(default=0, init=False, repr=False)
    resting: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        demand(0.0 < self.gamma < 1.0, self, "gamma", "in (0, 1)")
        for name in ("patience", "threshold", "cooldown", "lowest"):
            demand(getattr(self, name) >= 0, self, name, ">= 0")

    def observe(self, loss: float) -> None:
        """Take note of the loss at the end of an epoch."""
        if loss < self.best * (1.0 - self.threshold):
            self.best, self.waited = loss, 0
        else:
            self.waited += 1
        if self.resting > 0:
            self.resting -= 1
            self.waited = 0
        if self.waited > self.patience:
            self.reached = max(self.reached * self.gamma, self.lowest)
            self.resting, self.waited = self.cooldown, 0

    def factor(self, t: int) -> float:  # noqa: ARG002 - it depends on the losses
        """The factor on the rate at present."""
        return self.reached


SCHEDULES: dict[str, Callable[..., Schedule]] = {
    "constant": Constant,
    "step": Step,
    "exponential": Exponential,
    "cosine": Cosine,
    "inverse_time": InverseTime,
    "warm_up": WarmUp,
    "reduce_on_plateau": ReduceOnPlateau,
}


def get(schedule: str | Schedule | None) -> Schedule:
    """The schedule of that name with its default options; a ready one stays as it is, and None is constant.

    Raises
    ------
    ValueError
        For an unknown name.
    TypeError
        If it is neither name nor schedule.

    Examples
    --------
    >>> get("cosine")
    Cosine(per='epoch', length=None, lowest=0.0)
    """
    if isinstance(schedule, Schedule):
        return schedule
    return Constant() if schedule is None else lookup("schedule", schedule, SCHEDULES)()
