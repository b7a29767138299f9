"""The compiled engine: the loss of one example is recorded once and replayed over whole batches as native code.

Where nothing needs Python in between, many steps run in one call, the updates of the optimizer included.
"""

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_core import BranchError, Trainer, jit

from .checks import Target
from .engines import BatchResult, CallResult, EagerEngine, Loss, Regularizer, n_outputs, number
from .loss import Loss as LossFunction
from .loss import as_list
from .optimizers import Optimizer

if TYPE_CHECKING:
    from .training import Training

SECONDS = 0.1
"""How long the steps of one call may take together, so that Ctrl-C is answered soon."""


class CompiledEngine(EagerEngine):
    """Batches as lanes of one recorded program; what is not finite is explained by the eager engine.

    Parameters
    ----------
    model, loss, regularizer, n_train
        As for `EagerEngine`.
    X, y, weights
        The training set, from which batches are taken by their rows.

    Raises
    ------
    BranchError, RecordingError
        If the model or the loss cannot be recorded once for all examples.
    """

    def __init__(
        self,
        model: Any,
        loss: Loss,
        regularizer: Regularizer | None,
        n_train: float,
        X: Sequence[Sequence[float]],
        y: Sequence[Target],
        weights: Sequence[float] | None = None,
    ) -> None:
        import numpy as np

        super().__init__(model, loss, regularizer, n_train)
        self.X, self.y = X, y
        self.width = n_outputs(model, X[0])

        def example(x: Any, target: Any, weight: Any) -> list[Any]:
            outputs = as_list(model(x))
            targets = list(target)
            value = loss(_one_or_all(outputs), _one_or_all(targets))
            return [weight * value, *outputs]

        self._example = jit(example)
        importance = np.ones(len(X)) if weights is None else np.array(weights, dtype=float)
        self._inputs = (np.array(X, dtype=float), self._rows(y), importance)
        self._decider = loss if isinstance(loss, LossFunction) and loss.decide is not None else None
        self._expected = self._labels(self._inputs[1])
        self._trainers: dict[tuple[tuple[Any, ...], ...], Trainer] = {}  # by their groups of parameters
        self._steps_per_call = 16
        if self._example.record(*[array[:1] for array in self._inputs]).guards:
            raise BranchError("the model or the loss branches on a comparison: write where(condition, a, b)")

    def gradients(
        self,
        X: Sequence[Sequence[float]],
        y: Sequence[Target],
        places: Sequence[int],
        weights: Sequence[float] | None = None,
    ) -> BatchResult:
        """Set the gradient of each parameter; see `Engine`."""
        import numpy as np

        result = self._training_program([self.parameters]).gradients(places)
        if not np.isfinite([*result.losses, *result.penalties, *(p.grad for p in self.parameters)]).all():
            return super().gradients(X, y, places, weights)  # says where it began, or finds it finite by its rounding
        return next(self._batches(result, [places]))

    def evaluate(self, X: Sequence[Sequence[float]], y: Sequence[Target]) -> BatchResult:
        """Loss, penalty and outputs without gradients."""
        import numpy as np

        values, *outputs = self._example(np.array(X, dtype=float), self._rows(y), np.ones(len(X)))
        if not np.isfinite(values).all():
            return super().evaluate(X, y)
        table = np.stack(outputs)
        right = self._right(table, self._labels(self._rows(y)))
        found = outputs[0].tolist() if self.width == 1 else table.T.tolist()
        return BatchResult(float(values.mean()), number(self._penalty()) / self.n_train, found, right)

    def prepare(self, optimizer: Optimizer) -> None:
        """Make the compiled loop for the parameters of an optimizer, so that the training need not."""
        self._training_program([group["params"] for group in optimizer.param_groups])

    def train(
        self, batches: Iterable[Sequence[int]], training: "Training"
    ) -> Iterator[list[tuple[Sequence[int], BatchResult]]]:
        """Take one step of the optimizer for each batch; gives the batches of each call, with their results.

        Parameters that the optimizer does not train keep the gradients that they had.

        Raises
        ------
        NonFiniteError
            If the objective or a gradient is not finite; the step of that batch is not taken.
        """
        listed = iter(batches)
        parts = iter(lambda: _Part.of(islice(listed, self._steps_per_call)), None)
        for part, result in self._calls(parts, training, held=False):
            chosen = [part.batch(k).tolist() for k in range(result.steps)]
            yield list(zip(chosen, self._batches(result, chosen), strict=True))

    def train_in_bulk(self, orders: Iterator[Any], batch_size: int, training: "Training") -> Generator[CallResult]:
        """As `train`, for any number of epochs; the parameters are in their Values when the iterator is closed."""
        import numpy as np

        with closing(self._calls(self._parts(orders, batch_size), training, held=True)) as calls:
            for part, result in calls:
                if result.steps:
                    examples, ends = part.until(result.steps)
                    right = None
                    if self._expected is not None:
                        hits = self._hits(result.outputs[:, : ends[-1]], self._expected[examples])
                        right = np.add.reduceat(hits, np.append(0, ends[:-1]), dtype=np.int64)
                    losses, penalties = result.losses[: len(ends)], result.penalties[: len(ends)]
                    yield CallResult(np.diff(ends, prepend=0), losses, penalties, right)

    def _parts(self, orders: Iterator[Any], batch_size: int) -> Iterator["_Part"]:
        """The batches of epochs whose examples come in these `orders`, as many at a time as a call should take."""
        import numpy as np

        for order in orders:
            ends = np.minimum(np.arange(batch_size, len(order) + batch_size, batch_size), len(order))
            more = list(islice(orders, max(0, self._steps_per_call // len(ends) - 1)))
            starts = len(order) * np.arange(1 + len(more))
            rest: _Part | None = _Part(np.concatenate([order, *more]), np.add.outer(starts, ends).ravel())
            while rest:
                count = self._steps_per_call
                yield rest.until(count)
                rest = rest.since(count)

    def _calls(self, parts: Iterable["_Part"], training: "Training", held: bool) -> Generator[tuple["_Part", Any]]:
        """The batches and the result of each call of the compiled loop; the parameters may be held outside their Values."""
        optimizer = training.optimizer
        trainer = self._training_program([group["params"] for group in optimizer.param_groups])
        with ExitStack() as stack:
            slots = _take(optimizer, stack, trainer if held else None)
            for whole in parts:
                part: _Part | None = whole
                while part:
                    started = time.perf_counter()
                    count = len(part.ends)
                    result = trainer.train(part.examples, _updates(training, count), slots, part.ends)
                    for state in optimizer.state:
                        state["step"] += result.steps
                    if not held:
                        _keep(optimizer, slots)
                    yield part, result
                    pace = (time.perf_counter() - started) / count
                    self._steps_per_call = max(1, min(4096, int(SECONDS / max(pace, 1e-6))))
                    failed = result.steps < count
                    if failed:
                        stack.close()
                        chosen = part.batch(result.steps).tolist()
                        yield _Part.of([chosen]), self._eager_step(chosen, training)  # type: ignore[misc]
                    if not held or failed:
                        slots = _take(optimizer, stack, trainer if held else None)
                    part = part.since(result.steps + failed)

    def _eager_step(self, chosen: Sequence[int], training: "Training") -> "_Step":
        """One step by the eager engine, which says where a number began not to be finite, or rounds to finite ones."""
        import numpy as np

        weights = None if training.weights is None else [training.weights[i] for i in chosen]
        found = super().gradients([self.X[i] for i in chosen], [self.y[i] for i in chosen], chosen, weights)
        training.apply_schedule()
        training.optimizer.step()
        outputs = np.array([as_list(output) for output in found.outputs]).T
        return _Step(1, np.array([found.loss]), np.array([found.penalty]), outputs)

    def _training_program(self, groups: list[list[Any]]) -> Trainer:
        """The trainer for these groups of parameters."""
        key = tuple(map(tuple, groups))
        if key not in self._trainers:
            penalty = None if self.regularizer is None else lambda: self.regularizer(self.model)  # type: ignore[misc]
            self._trainers[key] = Trainer(
                self._example, inputs=self._inputs, groups=groups, penalty=penalty, share=1.0 / self.n_train
            )
        return self._trainers[key]

    def _batches(self, result: Any, batches: Sequence[Sequence[int]]) -> Iterator[BatchResult]:
        """What the engine tells of each batch."""
        start = 0
        for k, chosen in enumerate(batches):
            table = result.outputs[:, start : start + len(chosen)]
            start += len(chosen)
            outputs = table[0].tolist() if self.width == 1 else table.T.tolist()
            labels = None if self._expected is None else self._expected[list(chosen)]
            losses = float(result.losses[k]), float(result.penalties[k])
            yield BatchResult(*losses, outputs, self._right(table, labels))

    def _right(self, table: Any, labels: Any) -> int | None:
        """How many of a batch are decided rightly, for the losses of this package that decide."""
        return None if labels is None else int(self._hits(table, labels).sum())

    def _hits(self, table: Any, labels: Any) -> Any:
        """Which examples are decided rightly."""
        import numpy as np

        loss = self._decider
        assert loss is not None  # or there are no labels
        if loss.kind == "multiclass":
            largest = table.max(axis=0)  # much faster than argmax, and as good if there is only one in each column
            if np.count_nonzero(table == largest) == len(labels):
                return table[labels, np.arange(len(labels))] == largest
            return table.argmax(axis=0) == labels
        low, high = loss.labels or (0, 1)
        return (np.where(table > loss.threshold, high, low) == labels.T).all(axis=0)

    def _labels(self, targets: Any) -> Any:
        """What the right decision is for each row of targets, or None for losses that decide nothing."""
        loss = self._decider
        if loss is None:
            return None
        return targets.argmax(axis=1) if loss.kind == "multiclass" else targets

    def _rows(self, y: Sequence[Target]) -> Any:
        """The targets as a table, one row per example."""
        import numpy as np

        lanes = getattr(self.loss, "lanes", None)
        return np.array(lanes(y, self.width) if lanes else [as_list(target) for target in y], dtype=float)


class _Part(NamedTuple):
    """Some batches: their examples behind one another, and where each batch ends; both are arrays."""

    examples: Any
    ends: Any

    @classmethod
    def of(cls, batches: Iterable[Sequence[int]]) -> "_Part | None":
        """These batches; None if there are none."""
        import numpy as np

        arrays = [np.asarray(batch, dtype=np.int64) for batch in batches]
        return cls(np.concatenate(arrays), np.cumsum([len(array) for array in arrays])) if arrays else None

    def batch(self, k: int) -> Any:
        """The examples of one batch."""
        return self.examples[self.ends[k - 1] if k else 0 : self.ends[k]]

    def until(self, k: int) -> "_Part":
        """The first `k` batches, or all if there are fewer; at least one."""
        ends = self.ends[:k]
        return _Part(self.examples[: ends[-1]], ends)

    def since(self, k: int) -> "_Part | None":
        """All but the first `k` batches; None if there are no others."""
        if k >= len(self.ends):
            return None
        start = self.ends[k - 1] if k else 0
        return _Part(self.examples[start:], self.ends[k:] - start)


class _Step(NamedTuple):
    """A step in the form in which `Trainer.train` gives many."""

    steps: int
    losses: Any
    penalties: Any
    outputs: Any


def _one_or_all(numbers: list[Any]) -> Any:
    """The only number of a list, or the list."""
    return numbers[0] if len(numbers) == 1 else numbers


def _updates(training: "Training", count: int) -> list[tuple[int, list[Any]]]:
    """The update rules of the next `count` steps: the first by itself, because some rules begin differently."""
    import numpy as np

    optimizer = training.optimizer
    rates = np.empty((count, len(optimizer.param_groups)))
    for k in range(count if training.schedule is not None else 1):
        training.apply_schedule(k)
        rates[k:] = [group["lr"] for group in optimizer.param_groups]
    pairs: list[tuple[int, list[Any]]] = []
    for start, stop in ((0, 1), (1, count)):
        if stop > start:
            rules = [
                optimizer.rule({**group, "lr": rates[start:stop, g]}, state["step"] + 1 + np.arange(start, stop))
                for g, (group, state) in enumerate(zip(optimizer.param_groups, optimizer.state, strict=True))
            ]
            pairs.append((stop - start, rules))
    return pairs


def _take(optimizer: Optimizer, stack: ExitStack, holder: Trainer | None) -> list[Any]:
    """What the optimizer remembers. With a `holder`, that and the parameters are given back when `stack` is closed."""
    slots = _slots(optimizer)
    if holder is not None:
        stack.enter_context(holder.held())
        stack.callback(_keep, optimizer, slots)
    return slots


def _slots(optimizer: Optimizer) -> list[Any]:
    """What the optimizer remembers, as one array per group."""
    import numpy as np

    return [
        np.array([state[slot] for slot in optimizer.slots], dtype=float).reshape(len(optimizer.slots), -1)
        for state in optimizer.state
    ]


def _keep(optimizer: Optimizer, slots: Sequence[Any]) -> None:
    """Give the optimizer back what the steps have made of its slots."""
    for state, arrays in zip(optimizer.state, slots, strict=True):
        state.update({slot: array.tolist() for slot, array in zip(optimizer.slots, arrays, strict=True)})
