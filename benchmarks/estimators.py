"""``python -m benchmarks.estimators``: our scikit-learn estimators beside scikit-learn's own, by score and time.

Both learn with the same architecture, optimizer, rate, penalty and number of epochs, on standardized columns. The
scores are means over 5 folds: accuracy, or R². The times are processor time of one fit to all examples, the median of
several, with what is compiled compiled before.
"""

import statistics
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

from .harness import Table, environment

CLASSIFICATION = ("iris", "wine", "breast_cancer", "digits")
REGRESSION = ("diabetes",)
OPTIONS: dict[str, Any] = {"hidden_layer_sizes": (32,), "activation": "tanh", "learning_rate_init": 0.01, "alpha": 0.1, "batch_size": 32,
           "max_iter": 60, "random_state": 0}  # fmt: skip


def contestants(kind: str) -> dict[str, Callable[..., Any]]:
    """Ours and scikit-learn's estimator for classification or regression."""
    from sklearn import neural_network

    import nn

    name = "MLPClassifier" if kind == "classification" else "MLPRegressor"
    return {"ours": getattr(nn, name), "scikit-learn": getattr(neural_network, name)}


def pipeline(make: Callable[..., Any], kind: str, **options: Any) -> Any:
    """The estimator behind a scaler of the columns, and of the target where it is a number."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    learner = make_pipeline(StandardScaler(), make(**{**OPTIONS, **options}))
    return learner if kind == "classification" else TransformedTargetRegressor(learner, transformer=StandardScaler())


def compare(data: str, turns: int = 5) -> dict[str, tuple[float, float]]:
    """Cross-validated score and seconds per fit of both, on one data set."""
    import sklearn.datasets
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import cross_val_score

    kind = "classification" if data in CLASSIFICATION else "regression"
    X, y = getattr(sklearn.datasets, f"load_{data}")(return_X_y=True)
    results = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for name, make in contestants(kind).items():
            # scikit-learn divides the penalty by the size of the batch, we by the number of examples
            alpha = OPTIONS["alpha"] * (len(X) / OPTIONS["batch_size"] if name == "ours" else 1.0)
            score = cross_val_score(pipeline(make, kind, alpha=alpha), X, y, cv=5).mean()
            times = []
            for _ in range(turns):
                start = time.process_time()
                pipeline(make, kind, alpha=alpha, n_iter_no_change=1000).fit(X, y)
                times.append(time.process_time() - start)
            results[name] = float(score), statistics.median(times)
    return results


def main() -> None:
    """Print the comparison as a table."""
    table = Table(
        "Estimators: 5-fold score, and milliseconds of a fit of 60 epochs",
        ["data", "score", "scikit-learn's", "ms", "scikit-learn's", "times ours"],
    )
    for data in CLASSIFICATION + REGRESSION:
        (ours, seconds), (theirs, their_seconds) = compare(data).values()
        cells = [data, f"{ours:.3f}", f"{theirs:.3f}", 1e3 * seconds, 1e3 * their_seconds, their_seconds / seconds]
        table.rows.append(cells)
    table.notes = [", ".join(environment().values())]
    sys.stdout.write(f"{table}\n")


if __name__ == "__main__":
    main()
