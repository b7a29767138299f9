"""`MLPRegressor`."""

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils import column_or_1d
from sklearn.utils.validation import validate_data

from .base import Estimator, checked_weights


class MLPRegressor(RegressorMixin, Estimator):  # type: ignore[misc]
    """A multilayer perceptron that predicts numbers, as a scikit-learn estimator.

    It minimises half the squared error, summed over the outputs. Targets far from 1 in size should be scaled, as by
    scikit-learn's ``TransformedTargetRegressor``.

    Parameters
    ----------
    hidden_layer_sizes, activation, solver, alpha, batch_size, learning_rate_init, schedule, max_iter, shuffle, \
    random_state, tol, verbose, warm_start, early_stopping, validation_fraction, n_iter_no_change, engine
        As for `MLPClassifier`.

    Attributes
    ----------
    n_features_in_, feature_names_in_
        The number of columns, and their names if the rows came in a data frame.
    model_
        The network, an `nn.MLP` with linear outputs.
    coefs_, intercepts_
        Its weights as scikit-learn has them: matrices of shape inputs × outputs, and vectors.
    out_activation_
        What becomes of the linear outputs: ``"identity"``, ``"logistic"`` or ``"softmax"``.
    loss_curve_, loss_, best_loss_
        The objective of each epoch, its mean over the batches; its last and its best value.
    validation_loss_curve_
        The loss of the examples set aside, with `early_stopping`.
    n_iter_, n_layers_, n_outputs_
        The number of epochs done, of layers with the inputs as one, and of outputs.

    Raises
    ------
    ValueError
        By `fit`: if an option cannot be used.

    Examples
    --------
    >>> from nn import MLPRegressor
    >>> X = [[x / 10] for x in range(-10, 11)]
    >>> y = [row[0] ** 2 for row in X]
    >>> regressor = MLPRegressor((16,), "tanh", learning_rate_init=0.05, random_state=0).fit(X, y)
    >>> bool(regressor.score(X, y) > 0.9)
    True
    """

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn may expect: several targets per example are understood."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "MLPRegressor":
        """Learn from the rows `X` with the targets `y`; an example with the weight 2 counts twice."""
        X, y, weights = self._validated(X, y, sample_weight, reset=True)
        if weights is not None:
            X, y, weights = X[weights > 0.0], y[weights > 0.0], weights[weights > 0.0]
        self._train_to_the_end(X, y, weights, 1 if y.ndim == 1 else y.shape[1])
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> "MLPRegressor":
        """Go through the rows once, from the weights and the optimizer's state as they are."""
        X, y, weights = self._validated(X, y, sample_weight, reset=not hasattr(self, "model_"))
        self._train_once(X, y, weights, 1 if y.ndim == 1 else y.shape[1])
        return self

    def predict(self, X: Any) -> Any:
        """The prediction for each row: a number, or as many as there were targets."""
        outputs = self._outputs(X)
        return outputs[:, 0] if self.n_outputs_ == 1 else outputs

    @property
    def out_activation_(self) -> str:
        """``"identity"``: the outputs are the predictions."""
        return "identity"

    @property
    def _loss(self) -> str:
        """The name of the loss."""
        return "half_squared_error"

    def _validated(self, X: Any, y: Any, sample_weight: Any, reset: bool) -> tuple[Any, Any, Any]:
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True, reset=reset)
        y = y.astype(np.float64)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return X, y, checked_weights(sample_weight, len(X))
