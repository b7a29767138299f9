"""The inner step of a training: the objective and its gradients for one batch.

`fit` knows nothing but `Engine`; the eager one below builds the graph of one example after the other.
"""

import math
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

from autograd_core import DomainError, Value, no_grad, zero_grad

from .checks import Target
from .lookup import lookup

Loss = Callable[[Any, Any], Any]
Regularizer = Callable[[Any], Any]


class NonFiniteError(ArithmeticError):
    """The objective or a gradient became nan or infinite; the message says where that began."""


@dataclass(frozen=True)
class BatchResult:
    """What an engine tells of one batch: the mean loss, the penalty, and the model's output for each example.

    `right` is how many examples are decided rightly, if the engine has counted them.
    """

    loss: float
    penalty: float
    outputs: list[Any]
    right: int | None = None


class CallResult(NamedTuple):
    """What an engine tells of many batches at once: of each its size, mean loss, penalty and number of right decisions.

    All are arrays; `right` is None where the engine does not count them.
    """

    sizes: Any
    losses: Any
    penalties: Any
    right: Any


class Engine(Protocol):
    """Computes objectives and gradients."""

    def gradients(
        self,
        X: Sequence[Sequence[float]],
        y: Sequence[Target],
        places: Sequence[int],
        weights: Sequence[float] | None = None,
    ) -> BatchResult:
        """Set the gradient of each parameter to that of (1/B)·Σ v·L + (λ/N)·Ω(w) over the B examples of a batch.

        `places` are the rows of the training set, for errors; `weights` has the v of each example, 1 if not given.
        The loss of the result is (1/B)·Σ v·L.
        """

    def evaluate(self, X: Sequence[Sequence[float]], y: Sequence[Target]) -> BatchResult:
        """The same numbers without gradients."""


@runtime_checkable
class StepEngine(Protocol):
    """An engine that also takes the steps of the optimizer, many in one go."""

    def prepare(self, optimizer: Any) -> None:
        """Do what can be done before the training."""

    def train(
        self, batches: Iterable[Sequence[int]], training: Any
    ) -> Iterator[list[tuple[Sequence[int], BatchResult]]]:
        """Take one step for each batch, some at a time; gives those whose steps are taken, with their results."""

    def train_in_bulk(self, orders: Iterator[Any], batch_size: int, training: Any) -> Generator[CallResult]:
        """The same for any number of epochs, each with its order of the examples; with less about each batch.

        The parameters are in their Values when the iterator is closed, not before.
        """


class EagerEngine:
    """One example at a time: forward, backward, and the graph is dropped, so memory does not grow with the batch."""

    def __init__(
        self, model: Any, loss: Loss, regularizer: Regularizer | None, n_train: float, *_training_set: Any
    ) -> None:
        self.model, self.loss, self.regularizer, self.n_train = model, loss, regularizer, n_train
        self.parameters: list[Value] = model.parameters()

    def gradients(
        self,
        X: Sequence[Sequence[float]],
        y: Sequence[Target],
        places: Sequence[int],
        weights: Sequence[float] | None = None,
    ) -> BatchResult:
        """Set the gradient of each parameter; see `Engine`."""
        zero_grad(*self.parameters)
        model, loss, share = self.model, self.loss, 1.0 / len(X)
        losses, outputs = [], []
        weights = [1.0] * len(X) if weights is None else weights
        for x, target, place, weight in zip(X, y, places, weights, strict=True):
            try:
                output = model(x)
                example = loss(output, target)
            except DomainError as error:
                raise NonFiniteError(f"row {place}: {error}") from error
            if not isinstance(example, Value):
                raise TypeError(f"the loss gives {type(example).__name__} {example!r:.40}, not a Value: "
                                "compute it from the model's outputs, not from their .data")  # fmt: skip
            if not math.isfinite(example.data):
                raise NonFiniteError(f"row {place}: the loss is {example.data}; {_origin(example)}")
            example.backward(share * weight)
            losses.append(weight * example.data)
            outputs.append(_numbers(output))
        penalty = self._penalty()
        if isinstance(penalty, Value):
            penalty.backward(1.0 / self.n_train)
        norm = math.hypot(*[parameter.grad for parameter in self.parameters])
        if not math.isfinite(norm):
            raise NonFiniteError(self._where_gradient_began(X, y, places))
        mean = mean_of(losses)
        if not math.isfinite(mean):
            raise NonFiniteError(f"the mean loss of the batch is {mean}: the losses of its examples are too large")
        return BatchResult(mean, number(penalty) / self.n_train, outputs)

    def evaluate(self, X: Sequence[Sequence[float]], y: Sequence[Target]) -> BatchResult:
        """Loss, penalty and outputs without gradients; a loss or an output outside its domain is nan."""
        losses: list[float] = []
        outputs: list[Any] = []
        with no_grad():
            for x, target in zip(X, y, strict=True):
                outputs.append(None)
                try:
                    output = self.model(x)
                    outputs[-1] = _numbers(output)
                    losses.append(number(self.loss(output, target)))
                except DomainError:
                    losses.append(math.nan)
            penalty = self._penalty()
        return BatchResult(mean_of(losses), number(penalty) / self.n_train, _with_nan(outputs))

    def _penalty(self) -> Value | float:
        try:
            penalty: Value | float = self.regularizer(self.model) if self.regularizer is not None else 0.0
        except DomainError as error:
            raise NonFiniteError(f"the penalty: {error}") from error
        if not math.isfinite(number(penalty)):
            raise NonFiniteError(f"the penalty is {number(penalty)}: a weight has become too large")
        return penalty

    def _where_gradient_began(self, X: Sequence[Sequence[float]], y: Sequence[Target], places: Sequence[int]) -> str:
        """The first example of the batch whose own gradient is not finite, or the parameter where the sum is not."""
        for x, target, place in zip(X, y, places, strict=True):
            zero_grad(*self.parameters)
            example = self.loss(self.model(x), target)
            example.backward()
            if not all(math.isfinite(parameter.grad) for parameter in self.parameters):
                return f"row {place}: the gradient is not finite; {_origin(example)}"
        return "the sum of the gradients over the batch is not finite: they have become too large"


def _compiled(*args: Any) -> Engine:
    """The compiled engine, or the eager one if the model or the loss cannot be recorded for all examples at once."""
    from autograd_core import BranchError, RecordingError

    from .compiled import CompiledEngine

    try:
        return CompiledEngine(*args)
    except (BranchError, RecordingError) as error:
        warnings.warn(f"fit: engine='compiled' cannot be used here, so this is computed eagerly: {error}", stacklevel=4)
        return EagerEngine(*args)


ENGINES: dict[str, Callable[..., Engine]] = {"eager": EagerEngine, "compiled": _compiled}
"""The engines by name; each is made of the model, the loss, the regularizer, N, and the training set with its weights."""

WORTH_COMPILING = 10_000_000
"""From how many visits of a parameter on "auto" compiles: they take the eager engine about as long as compiling takes."""


def get(engine: str, visits: int = 0) -> Callable[..., Engine]:
    """The engine of that name; "auto" is the compiled one from `WORTH_COMPILING` visits of a parameter on.

    `visits` counts the examples of all epochs times the parameters. It does not depend on the machine, so the same
    training runs by the same engine everywhere.

    Raises
    ------
    ValueError
        For an unknown name.

    Examples
    --------
    >>> get("eagre")
    Traceback (most recent call last):
        ...
    ValueError: unknown engine 'eagre': did you mean 'eager'? There are: eager, compiled, auto
    """
    worthwhile = "compiled" if visits >= WORTH_COMPILING else "eager"
    return lookup("engine", engine, ENGINES | {"auto": ENGINES[worthwhile]})


def outputs(model: Any, X: Sequence[Sequence[float]]) -> list[Any]:
    """The outputs of the model for each row, as numbers."""
    with no_grad():
        return [_numbers(model(x)) for x in X]


def n_outputs(model: Any, row: Sequence[float]) -> int:
    """How many outputs the model has: what it says, or else what it gives for the row."""
    if hasattr(model, "n_outputs"):
        return int(model.n_outputs)
    (output,) = outputs(model, [row])
    return len(output) if isinstance(output, list) else 1


def mean_of(numbers: Sequence[float], weights: Sequence[float] | None = None) -> float:
    """The weighted mean of numbers, among which may be infinite ones and nan."""
    if len(numbers) == 1:
        return numbers[0]
    weights = [1.0] * len(numbers) if weights is None else weights
    terms = [x * w for x, w in zip(numbers, weights, strict=True)]
    try:
        total = math.fsum(terms) if all(map(math.isfinite, terms)) else sum(terms)
    except OverflowError:  # the sum is too large for a float, and so is the mean for anybody
        total = math.copysign(math.inf, sum(terms))
    return total / math.fsum(weights)


def _origin(root: Value) -> str:
    from autograd_core import first_nonfinite

    found = first_nonfinite(root)
    return f"it began here: {found.explanation()}" if found else "the sum over the batch is too large"


def _numbers(output: Any) -> Any:
    return [number(x) for x in output] if isinstance(output, list | tuple) else number(output)


def _with_nan(outputs: list[Any]) -> list[Any]:
    """The outputs of all examples, with nan of the same shape where there is None."""
    like = next((output for output in outputs if output is not None), math.nan)
    missing = [math.nan] * len(like) if isinstance(like, list) else math.nan
    return [missing if output is None else output for output in outputs]


def number(x: Value | float) -> float:
    """The number that a Value holds, or the number itself."""
    return x.data if isinstance(x, Value) else float(x)
