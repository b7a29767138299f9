"""`fit`: training a model on examples, and telling what happens."""

import math
import os
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Any

from . import checkpoints, engines, losses, optimizers, progress, regularizers, schedules
from .callbacks import as_callbacks
from .checkpoints import Checkpoint
from .checks import check_batch_size, check_count, check_inputs, check_targets, check_weights
from .data import Batches, check_classes
from .engines import BatchResult, NonFiniteError, mean_of
from .evaluation import figures
from .history import History
from .interrupts import uninterrupted
from .metrics import is_right

BatchSize = int | str | Callable[[int], int] | None


def fit(
    model: Any,
    X: Any,
    y: Any,
    *,
    loss: Any,
    optimizer: Any = "adam",
    learning_rate: float | None = None,
    epochs: int = 10,
    batch_size: BatchSize = None,
    regularizer: Any = None,
    sample_weight: Any = None,
    validation_data: tuple[Any, Any] | None = None,
    schedule: Any = None,
    seed: int | None = None,
    shuffle: bool = True,
    replacement: bool = False,
    callbacks: Any = (),
    engine: str = "auto",
    verbose: int = 1,
    resume: str | os.PathLike[str] | None = None,
) -> History:
    """Train `model` on the examples `X` with targets `y`: change its parameters so that the objective falls.

    The objective of a batch of B of the N examples is::

        (1/B) · Σ L(model(x), y) + (λ/N) · Ω(w)

    so the learning rate need not change with the batch size. Everything is checked before the first step.

    Parameters
    ----------
    model
        What is called on one row and has ``parameters()``: an `MLP`, or any other `Module`.
    X, y
        N rows of equal length, and N targets: lists, tuples or arrays.
    loss
        A loss or its name (see `nn.losses`), or a function of outputs and target that gives a Value.
    optimizer
        An optimizer of the model's parameters, its name, or a function of the parameters that makes one.
    learning_rate
        The rate, where the optimizer is given by name or function.
    epochs
        How often to go through the examples.
    batch_size
        The number of examples per step; ``"full"`` for all, None for 32 or all if they are fewer, or a function of
        the epoch (`GrowingBatches`), which the number of examples bounds.
    regularizer
        A regularizer, which holds its strength λ (see `nn.regularizers`).
    sample_weight
        A number vᵢ ≥ 0 for each example, by which its loss counts: 2 is as if the example were there twice, 0 as if
        it were not there. L becomes v·L/v̄ with the mean v̄ of all, and N becomes Σ v.
    validation_data
        ``(X, y)`` of examples to look at after every epoch and not to learn from.
    schedule
        How the learning rate changes: a schedule or its name (see `nn.schedules`).
    seed
        Of the order of the examples. The weights have a seed of their own, the model's.
    shuffle, replacement
        Whether each epoch has an order of its own, and whether examples are drawn with replacement (see `batches`).
    callbacks
        Callbacks, or functions to call after every epoch (see `nn.callbacks`).
    engine
        How objectives and gradients are computed: ``"compiled"``, recorded once and replayed over whole batches;
        ``"eager"``, one example at a time; or ``"auto"``, compiled where there is enough to do that the seconds for
        compiling are worth it. The results are equal up to rounding.
    verbose
        0: silent. 1: a progress bar in a terminal, a line in a notebook, and nothing where nobody looks on. 2: a line
        per epoch.
    resume
        A file that a `Checkpoint` wrote in a training with the same data, options and callbacks: continue from there,
        to the same numbers that the training would have reached without a break. There may be more `epochs` now.

    Returns
    -------
    History
        The figures of each epoch, also if Ctrl-C or a number that is not finite ended the training: then the model
        keeps what it had learned before, and ``history.stopped`` says what happened.

    Raises
    ------
    TypeError, ValueError
        For data, targets and options that cannot be used; each message names the place. The model is unchanged.
    CheckpointError
        A ValueError: if the file to resume from is damaged, or of a training with other data or options.

    Warns
    -----
    RuntimeWarning
        If the objective or a gradient became nan or infinite: the step is not taken, and the training ends.

    Examples
    --------
    >>> from nn import MLP, fit
    >>> model = MLP(2, [4, 1], activation="tanh", output_activation="linear", seed=1)
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, -1]
    >>> history = fit(model, X, y, loss="hinge", optimizer="sgd", learning_rate=0.1, epochs=200, seed=0)
    >>> history.history["accuracy"][-1]
    1.0
    """
    training = Training(
        model, X, y, loss=loss, optimizer=optimizer, learning_rate=learning_rate, epochs=epochs, batch_size=batch_size,
        regularizer=regularizer, sample_weight=sample_weight, validation_data=validation_data, schedule=schedule,
        seed=seed, shuffle=shuffle, replacement=replacement, callbacks=callbacks, engine=engine, verbose=verbose,
        resume=resume,
    )  # fmt: skip
    if training.decide is not None:
        check_classes(training.y, "y")
    return training.run()


class Training:
    """One run of `fit`, which documents its parameters; what callbacks see.

    Attributes
    ----------
    model, loss, regularizer, optimizer, schedule, history
        What takes part.
    parameters
        The model's parameters.
    X, y
        The examples, as lists.
    epochs, epoch, step
        How many epochs there are to be, and the present epoch and step, counted from 0.
    batch
        The loss, penalty and outputs of the last batch, before the step that it led to; None where no callback looks
        on between the epochs.
    row
        The figures of the present epoch.
    batches_done, sums, order
        The number of batches of the present epoch that are done, what they add up to, and the state of the generator
        of the batches when the epoch began.
    """

    def __init__(
        self,
        model: Any,
        X: Any,
        y: Any,
        *,
        loss: Any,
        optimizer: Any,
        learning_rate: float | None,
        epochs: int,
        batch_size: BatchSize,
        regularizer: Any,
        validation_data: Any,
        schedule: Any,
        seed: int | None,
        shuffle: bool,
        replacement: bool,
        callbacks: Any,
        engine: str,
        verbose: int,
        sample_weight: Any = None,
        resume: str | os.PathLike[str] | None = None,
    ) -> None:
        self.model = model
        self.loss = losses.get(loss)
        self.decide: Callable[[Any], Any] | None = None
        self.parameters = _parameters(model)
        width = getattr(model, "n_inputs", None)
        self.X = check_inputs(X, "X", width)
        self.y = check_targets(y, len(self.X))
        self._check_meaning(self.y, "y")
        self.decide = getattr(self.loss, "decide", None)
        self.validation_data = None
        if validation_data is not None:
            if not isinstance(validation_data, tuple | list) or len(validation_data) != 2:
                raise TypeError("validation_data must be a pair (X, y)")
            X_val = check_inputs(validation_data[0], "validation X", len(self.X[0]))
            self.validation_data = X_val, check_targets(validation_data[1], len(X_val), "validation y")
            self._check_meaning(self.validation_data[1], "validation y")
        self.epochs = check_count(epochs, "epochs")
        self.batch_size = batch_size if callable(batch_size) else check_batch_size(batch_size, len(self.X))
        self.batches = Batches(self.X, self.y, self._batch_size(0), seed, shuffle, replacement)
        options = {} if learning_rate is None else {"lr": learning_rate}
        self.optimizer = optimizers.get(optimizer, self.parameters, **options)
        _check_owner(self.optimizer, self.parameters)
        self.schedule = None if schedule is None else schedules.get(schedule)
        self.regularizer = None if regularizer is None else regularizers.get(regularizer)
        self.weights, n_train = check_weights(sample_weight, len(self.X))
        visits = self.epochs * len(self.X) * len(self.parameters)
        make_engine = engines.get(engine, visits)
        self.engine = make_engine(model, self.loss, self.regularizer, n_train, self.X, self.y, self.weights)
        if isinstance(self.engine, engines.StepEngine):
            self.engine.prepare(self.optimizer)
        self.callbacks = sorted(as_callbacks(callbacks), key=lambda callback: isinstance(callback, Checkpoint))
        self.progress = progress.choose(verbose)
        self.history = History()
        self.epoch = self.step = 0
        self.batch: BatchResult | None = None
        self.row: dict[str, float] = {}
        self.batches_done, self.sums, self.order = 0, Sums(), self.batches.random.getstate()
        self.resumed = None if resume is None else checkpoints.read(resume, self)

    def stop(self, reason: str) -> None:
        """End the training after the present epoch."""
        self.history.stopped = reason

    def run(self) -> History:
        """Train, and return the history; see `fit`."""
        started = time.perf_counter()
        fault = None
        self.progress.begin(self.epochs)
        try:
            self._tell("on_train_begin")
            if self.resumed is not None:
                checkpoints.restore(self, self.resumed)
            if self.schedule is not None:
                self.schedule.begin(self._n_steps() if self.schedule.per == "step" else self.epochs)
            if isinstance(self.engine, engines.StepEngine) and self._is_left_alone():
                self._run_through(self.engine)
            else:
                self._run_epochs()
        except KeyboardInterrupt:
            self.stop(f"interrupted in epoch {self.epoch + 1}; the model keeps what it has learned")
            self._record()
        except NonFiniteError as error:
            fault = f"not finite in epoch {self.epoch + 1}, step {self.step + 1}: {error}"
            self.stop(fault)
            self._record()
        finally:
            self.progress.end()
            self.history.seconds = time.perf_counter() - started
        self._tell("on_train_end")
        if fault is not None:
            warnings.warn(
                f"fit: {fault.rstrip('.')}. The model keeps the weights from before this step; a smaller learning rate, "
                "scaled inputs or clipped gradients may help",
                RuntimeWarning,
                stacklevel=3,
            )
        return self.history

    def _run_epochs(self) -> None:
        for self.epoch in range(self.epoch, self.epochs):  # noqa: B020 - callbacks read it
            if self.history.stopped is not None:
                break
            self._run_epoch()

    def _run_through(self, engine: engines.StepEngine) -> None:
        """All epochs, where nothing happens between them: many in one call of the engine, their figures in bulk."""
        orders = (self.batches.order() for _ in range(self.epochs))
        with closing(engine.train_in_bulk(orders, self.batches.batch_size, self)) as calls:
            while True:
                with uninterrupted():  # the steps of a call and their count
                    call = next(calls, None)
                    if call is None:
                        return
                    self._count_call(call)

    def _count_call(self, call: engines.CallResult) -> None:
        """Enter the steps of a call, and the epochs that they complete."""
        per_epoch, count = len(self.batches), len(call.sizes)
        self.step += count
        start = 0
        while start < count:
            stop = min(start + per_epoch - len(self.sums.sizes), count)
            if stop - start == per_epoch:
                stop = start + (count - start) // per_epoch * per_epoch
                self._count_epochs(call, start, stop)
            else:
                self.sums.add_all(call, start, stop)
                if len(self.sums.sizes) == per_epoch:
                    self._enter({name: [x] for name, x in self._figures().items()})
                    self.sums = Sums()
            start = stop
        if self.sums.seen:
            self.progress.batch(self.epoch, self.sums.seen / len(self.X), float(call.losses[-1]))

    def _count_epochs(self, call: engines.CallResult, start: int, stop: int) -> None:
        """Enter whole epochs of a call."""
        per_epoch = len(self.batches)
        losses = call.losses[start:stop].reshape(-1, per_epoch)
        penalties = call.penalties[start + per_epoch - 1 : stop : per_epoch]
        right = [0] * len(losses)
        if call.right is not None:
            right = call.right[start:stop].reshape(-1, per_epoch).sum(axis=1).tolist()
        sizes = call.sizes[start : start + per_epoch].tolist()  # the same in all epochs
        self._enter(self._columns(losses.tolist(), sizes, penalties.tolist(), right, len(self.X)))

    def _enter(self, columns: dict[str, list[float]]) -> None:
        """The figures of epochs that were trained in bulk."""
        self.history.extend(columns)
        self.progress.epochs(self.epoch, columns)
        self.epoch = min(self.epoch + len(columns["loss"]), self.epochs - 1)

    def _run_epoch(self) -> None:
        if not self.batches_done:  # some are done where a training is resumed within an epoch
            self.row = {}
            self._tell("on_epoch_begin")
        self.batches.batch_size = self._batch_size(self.epoch)
        batches = islice(self.batches.indices(), self.batches_done, None)
        if isinstance(self.engine, engines.StepEngine) and not self._is_watched():
            self._take_steps(self.engine.train(batches, self))
        else:
            for chosen in batches:
                self._take_step(chosen)
        self.row = self._figures()
        if self.validation_data is not None:
            self.row.update({f"val_{name}": x for name, x in self.evaluate(*self.validation_data).items()})
        if self.schedule is not None:
            self.schedule.observe(self.row.get("val_loss", self.row["loss"]))
        self._tell("on_epoch_end")
        self._record()
        self._tell("on_epoch_recorded")

    def _take_steps(self, parts: Iterator[list[tuple[Sequence[int], BatchResult]]]) -> None:
        """The steps of all parts, each of which the engine takes in one go."""
        while True:
            with uninterrupted():  # the steps of a part and their count
                part = next(parts, None)
                if part is None:
                    return
                for chosen, result in part:
                    self._count_step(chosen, result)

    def _take_step(self, chosen: list[int]) -> None:
        """The gradients of one batch, and a step of the optimizer."""
        self.apply_schedule()
        weights = None if self.weights is None else [self.weights[i] for i in chosen]
        rows, targets = [self.X[i] for i in chosen], [self.y[i] for i in chosen]
        self.batch = result = self.engine.gradients(rows, targets, chosen, weights)
        self._tell("on_gradients")
        with uninterrupted():
            self.optimizer.step()
            self._count_step(chosen, result)
        self._tell("on_batch_end")

    def _count_step(self, chosen: Sequence[int], result: BatchResult) -> None:
        """Enter a step that was taken."""
        self.batch = result
        self.step += 1
        self.batches_done += 1
        self.sums.add(result, [self.y[i] for i in chosen], self.decide)
        self.progress.batch(self.epoch, self.sums.seen / len(self.X), result.loss)

    def apply_schedule(self, ahead: int = 0) -> None:
        """Set the learning rate for the present step, or for the one that comes `ahead` steps later."""
        if self.schedule is not None:
            self.schedule.apply(self.optimizer, self.epoch if self.schedule.per == "epoch" else self.step + ahead)

    def _is_left_alone(self) -> bool:
        """Whether nothing happens between the epochs, so that many may be trained in one go."""
        return (
            self.validation_data is None
            and self.schedule is None
            and self.resumed is None
            and not callable(self.batch_size)
            and not any(callback.between_epochs for callback in self.callbacks)
        )

    def _is_watched(self) -> bool:
        """Whether a callback looks at single steps."""
        return any(callback.between_steps for callback in self.callbacks)

    def evaluate(self, X: Any, y: Any) -> dict[str, float]:
        """The loss, and for a classifier the accuracy, on examples."""
        return figures(self.engine, self.decide, X, y)

    def _figures(self) -> dict[str, float]:
        """What is known of the present epoch after its batches so far."""
        sums = self.sums
        columns = self._columns([sums.losses], sums.sizes, [sums.penalty], [sums.right], sums.seen)
        return {name: x for name, (x,) in columns.items()}

    def _columns(
        self, losses: list[list[float]], sizes: list[int], penalties: list[float], right: list[int], seen: int
    ) -> dict[str, list[float]]:
        """The figures of epochs: the losses of the batches of each, its last penalty, and how many of `seen` were right."""
        columns = {"loss": [mean_of(batches, sizes) for batches in losses]}
        if self.regularizer is not None:
            columns["penalty"] = penalties
        if self.decide is not None:
            columns["accuracy"] = [hits / seen for hits in right]
        return columns | {name: [rate] * len(losses) for name, rate in self._rates().items()}

    def _rates(self) -> dict[str, float]:
        """The learning rate of each group."""
        return {f"lr{i or ''}": group["lr"] for i, group in enumerate(self.optimizer.param_groups)}

    def _record(self) -> None:
        """Enter the present epoch into the history, also if only some of its batches are done."""
        if not self.sums.seen:
            return
        with uninterrupted():
            row = self._figures() | self.row
            self.history.append(row)
            self.batches_done, self.sums, self.order = 0, Sums(), self.batches.random.getstate()
        self.progress.epoch(self.epoch, row)

    def _batch_size(self, epoch: int) -> int:
        if not callable(self.batch_size):
            return self.batch_size
        return min(check_count(self.batch_size(epoch), f"batch_size({epoch})"), len(self.X))

    def _n_steps(self) -> int:
        """How many steps all epochs have."""
        return sum(math.ceil(len(self.X) / self._batch_size(epoch)) for epoch in range(self.epochs))

    def _check_meaning(self, y: Any, name: str) -> None:
        """Check the targets against the loss and the number of outputs."""
        check = getattr(self.loss, "check_targets", None)
        if check is not None:
            n_outputs = engines.n_outputs(self.model, self.X[0])
            try:
                check(y, n_outputs)
            except (TypeError, ValueError) as error:
                if type(error) not in (TypeError, ValueError):  # others may not be made of a message
                    raise
                raise type(error)(f"{name}: {error}") from None

    def _tell(self, moment: str) -> None:
        for callback in self.callbacks:
            getattr(callback, moment)(self)


class Sums:
    """What the batches of an epoch add up to."""

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.sizes: list[int] = []
        self.seen = self.right = 0
        self.penalty = math.nan

    def add(self, result: BatchResult, y: list[Any], decide: Callable[[Any], Any] | None) -> None:
        """Add a batch with these targets."""
        self.losses.append(result.loss)
        self.sizes.append(len(y))
        self.seen += len(y)
        self.penalty = result.penalty
        if result.right is not None:
            self.right += result.right
        elif decide is not None:
            self.right += sum(
                is_right(decide(output), target) for output, target in zip(result.outputs, y, strict=True)
            )

    def add_all(self, call: engines.CallResult, start: int, stop: int) -> None:
        """Add the batches from `start` to before `stop` of a call."""
        self.losses += call.losses[start:stop].tolist()
        self.sizes += call.sizes[start:stop].tolist()
        self.seen = sum(self.sizes)
        self.penalty = float(call.penalties[stop - 1])
        if call.right is not None:
            self.right += int(call.right[start:stop].sum())


def _parameters(model: Any) -> list[Any]:
    if not callable(model) or not hasattr(model, "parameters"):
        raise TypeError(f"fit: the model must be a Module, got {type(model).__name__}: {model!r:.60}")
    parameters = list(model.parameters())
    if not parameters:
        raise ValueError(f"fit: {type(model).__name__} has no parameters to train")
    return parameters


def _check_owner(optimizer: optimizers.Optimizer, parameters: list[Any]) -> None:
    own = set(parameters)
    if not all(parameter in own for group in optimizer.param_groups for parameter in group["params"]):
        raise ValueError("fit: the optimizer has parameters that are not the model's: make it of model.parameters()")
