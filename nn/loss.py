"""`Loss`: a function of outputs and target, with the check of its targets and the decision it stands for."""

import functools
import math
from collections.abc import Callable, Iterable
from numbers import Real
from typing import Any

from autograd_core import Value

Target = Any
"""A number, a class index, or a sequence with one number per output; Values where a compiled program runs over them."""

Decision = float | int | list[int]


class Loss:
    """A function of outputs and target, with what is known about it.

    Parameters
    ----------
    function
        ``function(outputs, target)`` of the list of outputs and a target.
    kind
        ``"regression"``, ``"binary"`` or ``"multiclass"``.
    allowed
        The smallest and largest target; for ``"multiclass"`` those of the entries of a row.
    labels
        The targets allowed, if they are only these two.
    threshold
        For ``"binary"``: an output above it decides for the larger label.
    """

    def __init__(
        self,
        function: Callable[[list[Any], Target], Any],
        kind: str,
        *,
        allowed: tuple[float, float] = (-math.inf, math.inf),
        labels: tuple[int, int] | None = None,
        threshold: float = 0.0,
    ) -> None:
        functools.update_wrapper(self, function)
        self.name: str = getattr(function, "__name__", type(function).__name__)
        self.function, self.kind = function, kind
        self.allowed, self.labels, self.threshold = allowed, labels, threshold
        self.decide: Callable[[Any], Decision] | None = None if kind == "regression" else self._decide

    def __call__(self, outputs: Any, target: Target) -> Any:
        """The loss of one example: `outputs` is a Value or a list of them, as models return it.

        Raises
        ------
        ValueError
            If the target is not one of this loss (see `check_targets`) or does not fit the outputs.
        """
        outputs = as_list(outputs)
        return self.function(outputs, self._checked(target, len(outputs), "target"))

    def check_targets(self, targets: Iterable[Target], n_outputs: int) -> None:
        """Check that a model with `n_outputs` outputs can learn all `targets` with this loss.

        Raises
        ------
        ValueError
            For a label out of range, a wrong number of entries, or no target at all; the row is named.
        TypeError
            For a target that is no number.
        """
        self.lanes(targets, n_outputs)

    def lanes(self, targets: Iterable[Target], n_outputs: int) -> list[list[float]]:
        """The targets as rows of `n_outputs` numbers, checked; class indices become one-hot rows.

        This is the form in which a compiled program takes them; the loss of an example is the same in both forms.
        """
        rows = []
        for i, target in enumerate(targets):
            checked = self._checked(target, n_outputs, f"target {i}")
            rows.append(one_hot(checked, n_outputs) if isinstance(checked, int) else [float(y) for y in checked])
        if not rows:
            raise ValueError(f"{self.name}: there are no targets")
        return rows

    def __repr__(self) -> str:
        return f"<loss {self.name}>"

    def __reduce__(self) -> Any:
        return self.name  # pickle finds it by its name in its module, like the function that it stands for

    def _decide(self, outputs: Any) -> Decision:
        """The label that outputs stand for: the class index, or the label of every output if there are several."""
        numbers = [y.data if isinstance(y, Value) else float(y) for y in as_list(outputs)]
        if self.kind == "multiclass":
            return numbers.index(max(numbers))
        low, high = self.labels or (0, 1)
        labels = [high if y > self.threshold else low for y in numbers]
        return labels[0] if len(labels) == 1 else labels

    def _checked(self, target: Target, n_outputs: int, place: str) -> Any:
        """The class index as an int, or the target as a list with one entry per output."""
        if self.kind == "multiclass":
            if n_outputs < 2:
                raise ValueError(f"{self.name} needs one output per class, got a model with {n_outputs}")
            if not isinstance(target, Iterable):
                return self._class_index(target, n_outputs, place)
        entries = as_list(target)
        if len(entries) != n_outputs:
            raise ValueError(f"{self.name}: {place} has {len(entries)} entries, but the model has {n_outputs} outputs")
        for y in entries:
            if not isinstance(y, Value):
                self._check_number(y, place)
        if self.kind == "multiclass" and not any(isinstance(y, Value) for y in entries):
            if abs(math.fsum(entries) - 1.0) > 1e-9:
                raise ValueError(f"{self.name}: {place} is a row that must sum to 1, got {entries!r:.60}")
            if max(entries) == 1.0:
                return entries.index(1.0)
        return entries

    def _check_number(self, y: Any, place: str) -> None:
        low, high = self.allowed
        if isinstance(y, bool) or not isinstance(y, Real):
            raise TypeError(f"{self.name}: {place} must be a number, got {type(y).__name__}: {y!r:.60}")
        if self.labels and y not in self.labels:
            hint = "; of labels 0 and 1 make 2*y - 1" if y == 0 else ""
            raise ValueError(f"{self.name}: {place} must be {self.labels[0]} or +{self.labels[1]}, got {y!r}{hint}")
        if not low <= float(y) <= high:
            hint = "; of labels -1 and +1 make (y + 1)/2" if y == -1 else ""
            raise ValueError(f"{self.name}: {place} must lie between {low:g} and {high:g}, got {y!r}{hint}")

    def _class_index(self, target: Any, n_outputs: int, place: str) -> int:
        """`target` as an int below `n_outputs`."""
        if isinstance(target, bool) or not isinstance(target, Real):
            raise TypeError(
                f"{self.name}: {place} must be a class index or a row of {n_outputs}, "
                f"got {type(target).__name__}: {target!r:.60}"
            )
        if float(target) not in range(n_outputs):
            raise ValueError(
                f"{self.name}: {place} must be a class index from 0 to {n_outputs - 1} or a row of {n_outputs}, got {target!r}"
            )
        return int(float(target))


def as_list(x: Any) -> list[Any]:
    """A Value or number as a list of one, and any sequence as a list."""
    return list(x) if isinstance(x, Iterable) else [x]


def one_hot(index: int, n_classes: int) -> list[float]:
    """A row with 1.0 at `index` and 0.0 elsewhere.

    >>> one_hot(2, 4)
    [0.0, 0.0, 1.0, 0.0]
    """
    row = [0.0] * n_classes
    row[index] = 1.0
    return row


class OwnLoss(Loss):
    """A function of the user: it gets outputs and target as they are, and its targets are not checked."""

    def __init__(self, function: Callable[[Any, Target], Any]) -> None:
        super().__init__(function, "regression")

    def __call__(self, outputs: Any, target: Target) -> Any:
        """The function at `outputs`, as the model returns them, and `target`."""
        return self.function(outputs, target)

    def __reduce__(self) -> Any:
        return OwnLoss, (self.function,)

    def _checked(self, target: Target, n_outputs: int, place: str) -> Any:  # noqa: ARG002
        return as_list(target)
