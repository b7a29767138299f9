"""`evaluate` and `predict`: what a trained model says of examples."""

from collections.abc import Callable
from typing import Any

from . import engines, losses
from .checks import check_inputs, check_targets
from .metrics import accuracy


def evaluate(model: Any, X: Any, y: Any, loss: Any) -> dict[str, float]:
    """The mean loss of `model` on examples, and its accuracy if it is a classifier.

    Parameters
    ----------
    model, X, y, loss
        As for `fit`.

    Raises
    ------
    TypeError, ValueError
        As for `fit`.

    Examples
    --------
    >>> from nn import MLP, evaluate
    >>> model = MLP(1, [1], seed=0)
    >>> model.set_weight_matrices([[[0.0, 1.0]]])
    >>> evaluate(model, [[2.0], [-0.5]], [1, -1], loss="hinge")
    {'loss': 0.25, 'accuracy': 1.0}
    """
    function = losses.get(loss)
    rows = check_inputs(X, width=getattr(model, "n_inputs", None))
    targets = check_targets(y, len(rows))
    if hasattr(function, "check_targets"):
        function.check_targets(targets, engines.n_outputs(model, rows[0]))
    engine = engines.get("eager")(model, function, None, len(rows))
    return figures(engine, getattr(function, "decide", None), rows, targets)


def predict(model: Any, X: Any, loss: Any = None) -> list[Any]:
    """The outputs of `model` for each row, as numbers; given a classifier's loss, the classes they stand for.

    Raises
    ------
    TypeError, ValueError
        For rows that cannot be used.

    Examples
    --------
    >>> from nn import MLP, predict
    >>> model = MLP(1, [1], seed=0)
    >>> model.set_weight_matrices([[[0.5, 2.0]]])
    >>> predict(model, [[1.0], [-1.0]]), predict(model, [[1.0], [-1.0]], loss="hinge")
    ([2.5, -1.5], [1, -1])
    """
    rows = check_inputs(X, width=getattr(model, "n_inputs", None))
    outputs = engines.outputs(model, rows)
    decide = getattr(losses.get(loss), "decide", None) if loss is not None else None
    return [decide(output) for output in outputs] if decide else outputs


def figures(engine: engines.Engine, decide: Callable[[Any], Any] | None, X: Any, y: Any) -> dict[str, float]:
    """What `evaluate` gives, of checked examples and by an engine that is there; `decide` is the loss's."""
    result = engine.evaluate(X, y)
    found = {"loss": result.loss}
    if decide is not None:
        found["accuracy"] = accuracy([decide(output) for output in result.outputs], y)
    return found
