"""Callbacks: what happens between the steps of a training."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .checks import are_floats, check_count, check_state
from .clipping import check_bound, clip_gradient_norm, clip_gradient_value
from .lookup import unknown

if TYPE_CHECKING:
    from .training import Training


STEP_MOMENTS = ("on_gradients", "on_batch_end")
EPOCH_MOMENTS = ("on_epoch_begin", "on_epoch_end", "on_epoch_recorded")


class Callback:
    """Something to do at certain moments of a training; override the methods of the moments.

    Every method gets the `Training`, whose ``model``, ``optimizer``, ``history``, ``epoch``, ``step`` and ``row`` (the
    figures of the present epoch, which may be added to) it may read, and whose ``stop(reason)`` ends the training.
    A plain function given to `fit` in the place of a callback is called at the end of every epoch.

    Examples
    --------
    >>> from nn import MLP, fit
    >>> class Halve(Callback):
    ...     def on_epoch_end(self, training):
    ...         if training.row["loss"] < 0.5:
    ...             training.stop("the loss is below 0.5")
    >>> model = MLP(1, [1], seed=0)
    >>> history = fit(
    ...     model,
    ...     [[0], [1], [2]],
    ...     [1, 3, 5],
    ...     loss="mse",
    ...     optimizer="sgd",
    ...     learning_rate=0.1,
    ...     epochs=100,
    ...     seed=0,
    ...     callbacks=[Halve()],
    ... )
    >>> history.stopped
    'the loss is below 0.5'
    """

    @property
    def between_steps(self) -> bool:
        """Whether it has something to do between the steps of an epoch; else many steps may be taken in one go."""
        return self._overrides(STEP_MOMENTS)

    @property
    def between_epochs(self) -> bool:
        """Whether it has something to do during the training; else many epochs may be trained in one go."""
        return self.between_steps or self._overrides(EPOCH_MOMENTS)

    def _overrides(self, moments: Sequence[str]) -> bool:
        return any(getattr(type(self), moment) is not getattr(Callback, moment) for moment in moments)

    def on_train_begin(self, training: "Training") -> None:
        """Before the first epoch."""

    def on_epoch_begin(self, training: "Training") -> None:
        """Before the first batch of an epoch."""

    def on_gradients(self, training: "Training") -> None:
        """After the gradients of a batch are known, before the optimizer uses them."""

    def on_batch_end(self, training: "Training") -> None:
        """After the optimizer's step."""

    def on_epoch_end(self, training: "Training") -> None:
        """After the last batch of an epoch, its validation included."""

    def on_epoch_recorded(self, training: "Training") -> None:
        """After the figures of an epoch have entered the history, when all callbacks have seen its end."""

    def on_train_end(self, training: "Training") -> None:
        """After the last epoch, or when the training was stopped or interrupted."""

    def state_dict(self) -> dict[str, Any]:
        """All that a resumed training needs of this callback (see `Checkpoint`): numbers, texts, lists and dicts."""
        return {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from a `state_dict`: called after `on_train_begin`."""


class Call(Callback):
    """A function called with the `Training` at the end of every epoch."""

    def __init__(self, function: Callable[["Training"], object]) -> None:
        self.function = function

    def on_epoch_end(self, training: "Training") -> None:
        """Call the function."""
        self.function(training)


class BestWeights(Callback):
    """Gives the model, at the end of the training, the weights of its best epoch.

    Parameters
    ----------
    monitor
        The figure that decides: ``"val_loss"``, ``"val_accuracy"``, … By default ``val_loss``, or ``loss`` where
        there are no validation data. It is the higher the better if its name has ``accuracy`` or ``r2`` in it.
    least
        By how much a figure must be better to count.

    Attributes
    ----------
    best, best_epoch
        The best figure, and its epoch, counted from 1.
    """

    def __init__(self, monitor: str | None = None, least: float = 0.0) -> None:
        if not 0.0 <= least < math.inf:
            raise ValueError(f"{type(self).__name__}: least must be a finite number >= 0, got {least!r}")
        self.monitor, self.least = monitor, least
        self.best = math.nan
        self.best_epoch = 0
        self.weights: list[float] = []

    def on_train_begin(self, training: "Training") -> None:  # noqa: ARG002 - other callbacks need it
        """Start afresh."""
        self.best, self.best_epoch, self.weights = math.nan, 0, []

    def on_epoch_end(self, training: "Training") -> None:
        """Keep the weights if they are the best so far."""
        figure = self.figure(training)
        if self.is_better(figure):
            self.best, self.best_epoch = figure, training.epoch + 1
            self.weights = [parameter.data for parameter in training.parameters]

    def on_train_end(self, training: "Training") -> None:
        """Give the model its best weights."""
        for parameter, weight in zip(training.parameters, self.weights, strict=False):
            parameter.data = weight

    def state_dict(self) -> dict[str, Any]:
        """The best weights, and what is known of them."""
        return {"monitor": self.monitor, "best": self.best, "best_epoch": self.best_epoch, "weights": self.weights}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from a `state_dict`.

        Raises
        ------
        ValueError
            If it is damaged, or watched another figure.
        """
        name = type(self).__name__
        check_state(state_dict, {"monitor": str | None, "best": float, "best_epoch": int, "weights": list}, name)
        monitor, known = state_dict["monitor"], (None, "val_loss", "loss") if self.monitor is None else (self.monitor,)
        if monitor not in known or not are_floats(state_dict["weights"]):
            raise ValueError(f"{name}.load_state_dict: its weights are damaged, or it watched {monitor!r:.40}")
        self.monitor, self.best = monitor, state_dict["best"]
        self.best_epoch, self.weights = state_dict["best_epoch"], state_dict["weights"]

    def figure(self, training: "Training") -> float:
        """The monitored figure of the present epoch."""
        if self.monitor is None:
            self.monitor = "val_loss" if "val_loss" in training.row else "loss"
        if self.monitor not in training.row:
            raise ValueError(f"{type(self).__name__}: {unknown('figure', self.monitor, training.row)}")
        return training.row[self.monitor]

    def is_better(self, figure: float) -> bool:
        """Whether `figure` is the best so far."""
        if math.isnan(figure):
            return False
        higher = any(part in str(self.monitor) for part in ("accuracy", "r2"))
        gain = figure - self.best if higher else self.best - figure
        return math.isnan(self.best) or gain > self.least


class EarlyStopping(BestWeights):
    """Stops when a figure has not become better for some epochs.

    Parameters
    ----------
    patience
        The number of epochs without a better figure after which the training stops.
    monitor, least
        As for `BestWeights`.
    restore_best
        Whether the model gets the weights of its best epoch at the end.

    References
    ----------
    Prechelt: Early stopping – but when?, in Neural Networks: Tricks of the Trade, 1998.
    """

    def __init__(
        self, patience: int = 10, monitor: str | None = None, least: float = 0.0, restore_best: bool = True
    ) -> None:
        super().__init__(monitor, least)
        self.patience = check_count(patience, "EarlyStopping: patience")
        self.restore_best = restore_best

    def on_epoch_end(self, training: "Training") -> None:
        """Stop if the figure has not become better for too long."""
        super().on_epoch_end(training)
        if training.epoch + 1 - self.best_epoch >= self.patience:
            training.stop(f"{self.monitor} has not become better than {self.best:.4g} for {self.patience} epochs")

    def on_train_end(self, training: "Training") -> None:
        """Give the model its best weights."""
        if self.restore_best:
            super().on_train_end(training)


class ClipGradients(Callback):
    """Bounds the gradient before every step: its length, its components, or both.

    Parameters
    ----------
    norm, value
        The bounds (see `nn.clipping`); None is no bound.
    """

    def __init__(self, norm: float | None = None, value: float | None = None) -> None:
        for bound in (norm, value):
            if bound is not None:
                check_bound(bound, "ClipGradients")
        self.norm, self.value = norm, value

    def on_gradients(self, training: "Training") -> None:
        """Bound the gradient."""
        if self.value is not None:
            clip_gradient_value(training.parameters, self.value)
        if self.norm is not None:
            clip_gradient_norm(training.parameters, self.norm)


def as_callbacks(callbacks: Any) -> list[Callback]:
    """One callback or function, or a sequence of them, as a list of callbacks.

    Raises
    ------
    TypeError
        For anything else.
    """
    items = list(callbacks) if isinstance(callbacks, Sequence) else [callbacks]
    made: list[Callback] = []
    for item in items:
        if isinstance(item, type) and issubclass(item, Callback):
            raise TypeError(f"callbacks: got the class {item.__name__}: write {item.__name__}()")
        if not isinstance(item, Callback) and not callable(item):
            raise TypeError(f"callbacks: expected a Callback or a function, got {type(item).__name__}: {item!r:.60}")
        made.append(item if isinstance(item, Callback) else Call(item))
    return made
