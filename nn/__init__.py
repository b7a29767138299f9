"""nn: neurons, layers and perceptrons made of Values, their losses, and what trains and saves them.

>>> from nn import MLP
>>> model = MLP(2, [3, 1], activation="tanh", seed=0)
>>> output = model([0.5, -1.0])
>>> output.backward()
>>> len(model.parameters()), model.layers[0].neurons[1].w[0].label
(13, 'layer1.neuron2.w1')
"""

from typing import TYPE_CHECKING, Any

from . import (
    activations,
    callbacks,
    clipping,
    datasets,
    initializers,
    losses,
    metrics,
    optimizers,
    regularizers,
    schedules,
)
from .basis import Basis, OwnBasis, Polynomial, Radial, WithBasis
from .batch_sizes import GrowingBatches
from .callbacks import BestWeights, Callback, ClipGradients, EarlyStopping
from .checkpoints import Checkpoint, CheckpointError
from .data import Standardizer, batches, k_folds, train_test_split
from .evaluation import evaluate, predict
from .exchange import from_sklearn, from_torch, to_numpy, to_sklearn_weights, to_torch
from .history import History
from .layer import Layer
from .mlp import MLP
from .module import Module
from .monitoring import GradientNorms, IdleUnits
from .neuron import Neuron
from .newton import newton_step, newton_update, optimal_learning_rate
from .objective import objective
from .perceptron import Perceptron
from .rate_finder import find_learning_rate
from .regularizers import L1, L2, ElasticNet
from .saving import ModelFileError, load, save
from .training import fit

if TYPE_CHECKING:
    from .estimators import MLPClassifier, MLPRegressor

__all__ = [
    "L1", "L2", "MLP", "Basis", "BestWeights", "Callback", "Checkpoint", "CheckpointError",
    "ClipGradients", "EarlyStopping", "ElasticNet",
    "GradientNorms", "GrowingBatches", "History", "IdleUnits", "Layer", "ModelFileError", "Module", "Neuron",
    "OwnBasis", "Perceptron", "Polynomial", "Radial", "Standardizer", "WithBasis", "activations", "batches",
    "callbacks", "clipping", "datasets", "evaluate", "find_learning_rate", "fit", "initializers", "k_folds", "load",
    "losses", "metrics", "newton_step", "newton_update", "objective", "optimal_learning_rate", "optimizers", "predict",
    "regularizers", "save", "schedules", "train_test_split",
    "MLPClassifier", "MLPRegressor", "from_sklearn", "from_torch", "to_numpy", "to_sklearn_weights", "to_torch",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """The estimators: they inherit from scikit-learn's classes, which are loaded when first asked for."""
    if name in {"MLPClassifier", "MLPRegressor"}:
        from . import estimators

        return getattr(estimators, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
