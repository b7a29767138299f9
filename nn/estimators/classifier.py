"""`MLPClassifier`."""

from typing import Any

import numpy as np
from scipy.special import log_expit, log_softmax
from sklearn.base import ClassifierMixin
from sklearn.utils import check_array, column_or_1d
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import validate_data

from .base import Estimator, Sizes, Solver, checked_weights


class MLPClassifier(ClassifierMixin, Estimator):  # type: ignore[misc]
    """A multilayer perceptron that tells classes apart, as a scikit-learn estimator.

    It minimises the cross-entropy: with two classes of one output, with more of one output per class. Several labels
    per example, as a table of 0 and 1, are learned with one output per label.

    Parameters
    ----------
    hidden_layer_sizes
        The number of neurons of each hidden layer; ``()`` is a linear model.
    activation
        Of the hidden layers: a name of `nn.activations`; scikit-learn's names are among them.
    solver
        The optimizer: a name of `nn.optimizers`, or a function of the parameters and ``lr`` that makes one, such as
        ``functools.partial(nn.optimizers.SGD, momentum=0.9)``.
    alpha
        The strength of the L2 penalty, α/(2N) Σ w², biases excluded. N is the number of examples; scikit-learn divides
        by that of the batch, so where there are several batches, its α corresponds to α·N/B here.
    batch_size
        The number of examples per step; ``"auto"`` is 200, or all if they are fewer.
    learning_rate_init, schedule
        The learning rate at the start, and how it changes: a schedule or its name (see `nn.schedules`).
    max_iter
        The largest number of epochs.
    shuffle
        Whether each epoch has an order of its own.
    random_state
        Of the weights at the start, the order of the examples and the choice of those to validate with.
    tol, n_iter_no_change
        The training ends when the loss has not become better by more than `tol` for `n_iter_no_change` epochs.
    verbose
        0 or False: silent. 1 or True: a progress bar. 2: a line per epoch.
    warm_start
        Whether a further `fit` goes on from the weights of the one before.
    early_stopping, validation_fraction
        Whether a share of the examples is set aside, and its loss is what must become better; the weights of the best
        epoch are kept.
    engine
        How gradients are computed (see `nn.fit`).
    class_weight
        A weight per class, as a dict, or ``"balanced"`` for weights inverse to the frequencies.

    Attributes
    ----------
    classes_
        The classes in the order of the columns of `predict_proba`.
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
        By `fit`: if there is one class only, or an option cannot be used.

    Examples
    --------
    >>> from nn import MLPClassifier, datasets
    >>> points = datasets.moons(100, seed=0)
    >>> classifier = MLPClassifier((8,), "tanh", learning_rate_init=0.1, tol=1e-3, random_state=0).fit(
    ...     points.X, points.y
    ... )
    >>> bool(classifier.score(points.X, points.y) > 0.95)
    True
    >>> classifier.predict_proba([[0.0, 1.0]]).shape
    (1, 2)
    """

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
        class_weight: Any = None,
        engine: str = "compiled",
    ) -> None:
        super().__init__(
            hidden_layer_sizes, activation, solver=solver, alpha=alpha, batch_size=batch_size,
            learning_rate_init=learning_rate_init, schedule=schedule, max_iter=max_iter, shuffle=shuffle,
            random_state=random_state, tol=tol, verbose=verbose, warm_start=warm_start, early_stopping=early_stopping,
            validation_fraction=validation_fraction, n_iter_no_change=n_iter_no_change, engine=engine,
        )  # fmt: skip
        self.class_weight = class_weight

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn may expect: several labels per example are understood."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "MLPClassifier":
        """Learn from the rows `X` with the classes `y`; an example with the weight 2 counts twice."""
        X, y = self._validated(X, y, reset=True)
        weights = checked_weights(sample_weight, len(X))
        if weights is not None:
            X, y, weights = X[weights > 0.0], y[weights > 0.0], weights[weights > 0.0]
        multilabel = y.ndim == 2
        classes = np.arange(y.shape[1]) if multilabel else np.unique(y)
        if not multilabel and len(classes) < 2:
            raise ValueError(f"MLPClassifier: there is one class only, {classes[0]}: there must be at least two")
        if self.warm_start and hasattr(self, "model_") and not np.array_equal(classes, self.classes_):
            raise ValueError(f"MLPClassifier: warm_start knows the classes {self.classes_}, y has {classes}")
        self.classes_: Any = classes
        self._multilabel: bool = multilabel
        weights = self._times_class_weight(weights, y)
        stratify = None if multilabel else y
        self._train_to_the_end(X, self._targets(y), weights, self._count_outputs(), stratify)
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> "MLPClassifier":
        """Go through the rows once, from the weights and the optimizer's state as they are.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`; not all classes need be there.
        classes
            All classes there will be; needed by the first call, and the same if given again.
        """
        first = not hasattr(self, "model_")
        if first and classes is None:
            raise ValueError("MLPClassifier: the first call of partial_fit needs all classes: classes=[…]")
        X, y = self._validated(X, y, reset=first)
        if classes is not None:
            classes = np.unique(np.asarray(classes))
            if not first and not np.array_equal(classes, self.classes_):
                raise ValueError(f"MLPClassifier: partial_fit knows the classes {self.classes_}, got {classes}")
            self.classes_, self._multilabel = classes, y.ndim == 2
        unknown: Any = [] if self._multilabel else np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(f"MLPClassifier: y has the classes {unknown}, which are not among {self.classes_}")
        weights = self._times_class_weight(checked_weights(sample_weight, len(X)), y)
        self._train_once(X, self._targets(y), weights, self._count_outputs())
        return self

    def predict(self, X: Any) -> Any:
        """The class of each row; with several labels a table of 0 and 1."""
        outputs = self._outputs(X)
        if self._multilabel:
            return (outputs > 0.0).astype(int)
        return self.classes_[outputs.argmax(axis=1) if len(self.classes_) > 2 else (outputs[:, 0] > 0.0).astype(int)]

    def predict_proba(self, X: Any) -> Any:
        """The probability of each class (column) for each row; with several labels that of each label."""
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X: Any) -> Any:
        """The logarithm of `predict_proba`, without underflow."""
        outputs = self._outputs(X)
        if self._multilabel:
            return log_expit(outputs)
        if len(self.classes_) > 2:
            return log_softmax(outputs, axis=1)
        return np.hstack([log_expit(-outputs), log_expit(outputs)])

    @property
    def out_activation_(self) -> str:
        """What makes probabilities of the linear outputs: ``"softmax"`` or ``"logistic"``."""
        return "softmax" if self.n_outputs_ > 1 and not self._multilabel else "logistic"

    @property
    def _loss(self) -> str:
        """The name of the loss."""
        return "cross_entropy" if self.out_activation_ == "softmax" else "binary_cross_entropy_with_logits"

    def _validated(self, X: Any, y: Any, reset: bool) -> tuple[Any, Any]:
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, reset=reset)
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y")
        if kind == "multilabel-indicator":
            return X, check_array(y, dtype=np.float64)
        if kind not in {"binary", "multiclass"}:
            raise ValueError(f"MLPClassifier: y must hold one class per row, or be a table of 0 and 1; it is {kind}")
        return X, column_or_1d(y, warn=True)

    def _count_outputs(self) -> int:
        return len(self.classes_) if self._multilabel or len(self.classes_) > 2 else 1

    def _targets(self, y: Any) -> Any:
        return y if self._multilabel else np.searchsorted(self.classes_, y)

    def _times_class_weight(self, weights: Any, y: Any) -> Any:
        if self.class_weight is None:
            return weights
        by_class = compute_sample_weight(self.class_weight, y)
        return by_class if weights is None else weights * by_class
