"""What `MLPClassifier` and `MLPRegressor` have in common."""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from autograd_core import BranchError, RecordingError, jit

from .. import engines, optimizers
from ..callbacks import EarlyStopping
from ..checks import check_count
from ..exchange import to_sklearn_weights
from ..history import History
from ..mlp import MLP
from ..regularizers import L2
from ..training import Training

try:
    import numpy as np
    from sklearn.base import BaseEstimator
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import train_test_split
    from sklearn.utils import check_array, check_random_state
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as missing:
    raise ImportError("nn.estimators needs scikit-learn: pip install scikit-learn") from missing

Sizes = int | Sequence[int]
Solver = str | Callable[..., Any]
LARGEST_SEED = 2**31 - 1


class Estimator(BaseEstimator, ABC):  # type: ignore[misc]
    """One network with linear outputs, trained as `nn.fit` does; `MLPClassifier` tells the parameters."""

    def __init__(
        self,
        hidden_layer_sizes: Sizes = (100,),
        activation: str = "relu",
        *,
        solver: Solver = "adam",
        alpha: float = 1e-4,
        batch_size: int | str = "auto",
        learning_rate_init: float = 1e-3,
        schedule: Any = None,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: int | bool = 0,
        warm_start: bool = False,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        engine: str = "compiled",
    ) -> None:
        self.hidden_layer_sizes, self.activation = hidden_layer_sizes, activation
        self.solver, self.alpha, self.batch_size = solver, alpha, batch_size
        self.learning_rate_init, self.schedule = learning_rate_init, schedule
        self.max_iter, self.shuffle, self.random_state, self.tol = max_iter, shuffle, random_state, tol
        self.verbose, self.warm_start = verbose, warm_start
        self.early_stopping, self.validation_fraction = early_stopping, validation_fraction
        self.n_iter_no_change, self.engine = n_iter_no_change, engine

    @property
    def coefs_(self) -> list[Any]:
        """The weights of each layer as a matrix of shape inputs × outputs."""
        return to_sklearn_weights(self.model_)[0]

    @property
    def intercepts_(self) -> list[Any]:
        """The biases of each layer."""
        return to_sklearn_weights(self.model_)[1]

    @property
    def loss_(self) -> float:
        """The objective of the last epoch."""
        return self.loss_curve_[-1]

    @property
    def best_loss_(self) -> float:
        """The best objective of an epoch."""
        return min(self.loss_curve_)

    @property
    @abstractmethod
    def out_activation_(self) -> str:
        """What becomes of the linear outputs."""

    @property
    @abstractmethod
    def _loss(self) -> str:
        """The name of the loss."""

    def _train_to_the_end(self, X: Any, targets: Any, weights: Any, n_outputs: int, classes: Any = None) -> None:
        """Learn from checked rows until nothing becomes better; `classes` are what a split is stratified by."""
        generator = check_random_state(self.random_state)
        if not (self.warm_start and hasattr(self, "model_")):
            self._begin(X.shape[1], n_outputs, generator)
        self._check_warm_start(X.shape[1], n_outputs)
        self._optimizer = self._new_optimizer()
        aside = None
        if self.early_stopping:
            parts = [X, targets] if weights is None else [X, targets, weights]
            seed = generator.randint(LARGEST_SEED)
            X, X_aside, targets, targets_aside, *rest = train_test_split(
                *parts, test_size=self.validation_fraction, random_state=seed, stratify=classes
            )
            aside, weights = (X_aside.tolist(), targets_aside.tolist()), rest[0] if rest else None
        stopping = EarlyStopping(
            self.n_iter_no_change, "val_loss" if self.early_stopping else "loss", self.tol, self.early_stopping
        )
        epochs = check_count(self.max_iter, "max_iter")
        history = self._train(
            X, targets, weights, epochs, generator, callbacks=[stopping], validation_data=aside, schedule=self.schedule
        )
        if self.early_stopping:
            self.validation_loss_curve_ = [*getattr(self, "validation_loss_curve_", []), *history.history["val_loss"]]
        if history.stopped is None:
            warnings.warn(
                f"{type(self).__name__}: the loss was still falling after max_iter={epochs} epochs: more epochs, a "
                "larger learning_rate_init or a larger tol may help",
                ConvergenceWarning,
                stacklevel=3,
            )
        elif history.stopped.startswith("interrupted"):
            warnings.warn(f"{type(self).__name__}: {history.stopped}", stacklevel=3)

    def _train_once(self, X: Any, targets: Any, weights: Any, n_outputs: int) -> None:
        """Go through checked rows once, with the optimizer as it has become."""
        if not hasattr(self, "model_"):
            self._generator = check_random_state(self.random_state)
            self._begin(X.shape[1], n_outputs, self._generator)
        if not hasattr(self, "_generator"):  # after fit
            self._generator = check_random_state(self.random_state)
        if not hasattr(self, "_optimizer"):
            self._optimizer = self._new_optimizer()
        self._train(X, targets, weights, 1, self._generator)

    def _begin(self, n_inputs: int, n_outputs: int, generator: Any) -> None:
        """A new network."""
        self.model_ = MLP(
            n_inputs,
            [*self._hidden(), n_outputs],
            self.activation,
            init="xavier",
            seed=int(generator.randint(LARGEST_SEED)),
        )
        self._program = jit(self.model_.outputs)
        self.n_layers_, self.n_outputs_ = len(self.model_.layers) + 1, n_outputs
        self.loss_curve_: list[float] = []
        self.n_iter_ = 0
        for name in ("_optimizer", "validation_loss_curve_"):
            self.__dict__.pop(name, None)

    def _hidden(self) -> list[int]:
        sizes = self.hidden_layer_sizes
        return [*sizes] if hasattr(sizes, "__iter__") else [sizes]

    def _new_optimizer(self) -> optimizers.Optimizer:
        return optimizers.get(self.solver, self.model_.parameters(), lr=self.learning_rate_init)

    def _train(self, X: Any, targets: Any, weights: Any, epochs: int, generator: Any, **options: Any) -> History:
        batch_size = 200 if self.batch_size == "auto" else check_count(self.batch_size, "batch_size")
        training = Training(
            self.model_, X.tolist(), targets.tolist(), loss=self._loss, optimizer=self._optimizer, learning_rate=None,
            epochs=epochs, batch_size=min(batch_size, len(X)), regularizer=L2(self.alpha), sample_weight=weights,
            seed=int(generator.randint(LARGEST_SEED)), shuffle=self.shuffle, replacement=False, engine=self.engine,
            verbose=int(self.verbose), **{"callbacks": (), "validation_data": None, "schedule": None, **options},
        )  # fmt: skip
        history = training.run()
        columns = history.history
        if len(history):
            self.loss_curve_ += [a + b for a, b in zip(columns["loss"], columns["penalty"], strict=True)]
        self.n_iter_ += len(history)
        return history

    def _check_warm_start(self, n_inputs: int, n_outputs: int) -> None:
        layers = self.model_.layers
        present = [layers[0].n_inputs, *(layer.n_outputs for layer in layers)]
        asked = [n_inputs, *self._hidden(), n_outputs]
        if present != asked:
            raise ValueError(
                f"{type(self).__name__}: warm_start goes on with a network of the sizes {present}, and these data and "
                f"hidden_layer_sizes make {asked}: set warm_start=False"
            )

    def _rows(self, X: Any) -> Any:
        """The rows to predict for, as an array."""
        check_is_fitted(self, "model_")
        return validate_data(self, X, dtype=np.float64, reset=False)

    def _outputs(self, X: Any) -> Any:
        """The linear outputs of each row, as an array of two dimensions."""
        rows = self._rows(X)
        if self.engine == "compiled":
            try:
                return np.stack((vars(self).get("_program") or jit(self.model_.outputs))(rows), axis=1)
            except (BranchError, RecordingError):  # an activation of the user's own that cannot be recorded
                pass
        return np.array(engines.outputs(self.model_, rows.tolist()), dtype=float).reshape(-1, self.n_outputs_)

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled: everything but the compiled program, which is made anew."""
        return {name: part for name, part in super().__getstate__().items() if name != "_program"}


def checked_weights(sample_weight: Any, n_rows: int) -> Any:
    """The weights of the examples as an array of numbers >= 0 that are not all 0; None stays None.

    Raises
    ------
    ValueError
        If they are something else.
    """
    if sample_weight is None:
        return None
    weights = check_array(sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight")
    if weights.shape != (n_rows,):
        raise ValueError(f"sample_weight has the shape {weights.shape}, but there are {n_rows} rows")
    if (weights < 0.0).any():
        raise ValueError(f"sample_weight: a weight is at least 0, row {int(weights.argmin())} is {weights.min()}")
    if not weights.any():
        raise ValueError("sample_weight: all weights are zero, so there is nothing to learn from")
    return weights
