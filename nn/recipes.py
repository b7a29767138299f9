"""One documented way to learn each of scikit-learn's small data sets: `python -m nn.recipes`.

Every recipe standardizes the columns, learns with Adam and an L2 penalty, and is judged by 5-fold cross-validation:
five models, each tested on the fifth that it has not seen. The folds are stratified where there are classes.
"""

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from . import datasets
from .data import Standardizer, k_folds
from .datasets import Dataset
from .evaluation import predict
from .metrics import accuracy, r_squared
from .mlp import MLP
from .regularizers import L2
from .training import fit


@dataclass(frozen=True)
class Recipe:
    """How to learn a data set.

    Attributes
    ----------
    data
        The name of the set (see `nn.datasets.load`).
    hidden
        The sizes of the hidden layers, of tanh units; none for a linear model.
    loss, strength, learning_rate, epochs, batch_size
        The loss, λ of the L2 penalty, the first rate, which falls to 0 along a cosine, and what `fit` is told.
    """

    data: str
    hidden: tuple[int, ...]
    loss: str
    strength: float
    learning_rate: float
    epochs: int
    batch_size: int


RECIPES = (
    Recipe("iris", (8,), "cross_entropy", strength=0.3, learning_rate=0.05, epochs=40, batch_size=16),
    Recipe("wine", (), "cross_entropy", strength=1.0, learning_rate=0.05, epochs=20, batch_size=16),
    Recipe("breast_cancer", (), "binary_cross_entropy_with_logits", 1.0, learning_rate=0.03, epochs=12, batch_size=32),
    Recipe("diabetes", (), "half_squared_error", strength=10.0, learning_rate=0.05, epochs=30, batch_size=32),
)


def learn(
    recipe: Recipe, data: Dataset, train: Sequence[int], seed: int
) -> tuple[MLP, Standardizer, Standardizer | None]:
    """A model learned from the examples at the positions `train`, with the scalers of its inputs and its target."""
    X, y = [data.X[i] for i in train], [data.y[i] for i in train]
    scaler = Standardizer.of(X)
    target_scaler = None
    if not data.classes:
        target_scaler = Standardizer.of([[t] for t in y])
        y = [row[0] for row in target_scaler.transform([[t] for t in y])]
    n_outputs = len(data.classes) if recipe.loss == "cross_entropy" else 1
    model = MLP(len(X[0]), [*recipe.hidden, n_outputs], activation="tanh", init="xavier", seed=seed)
    fit(
        model, scaler.transform(X), y, loss=recipe.loss, optimizer="adam", learning_rate=recipe.learning_rate,
        schedule="cosine", epochs=recipe.epochs, batch_size=recipe.batch_size, regularizer=L2(recipe.strength),
        seed=seed, verbose=0,
    )  # fmt: skip
    return model, scaler, target_scaler


def cross_validate(recipe: Recipe, k: int = 5, seed: int = 0) -> Iterator[float]:
    """The score of each fold: the accuracy, or R² for a regression."""
    data = datasets.load(recipe.data)
    for train, test in k_folds(data.y, k, seed, stratify=bool(data.classes)):
        model, scaler, target_scaler = learn(recipe, data, train, seed)
        predicted: list[Any] = predict(model, scaler.transform([data.X[i] for i in test]), recipe.loss)
        y = [data.y[i] for i in test]
        if target_scaler is None:
            yield accuracy(predicted, y)
        else:
            yield r_squared([row[0] for row in target_scaler.inverse_transform([[p] for p in predicted])], y)


def main() -> None:
    """Run all recipes, and print the score of every fold and their mean."""
    sys.stdout.write(f"{'data':15}{'measure':10}{'mean':>7}   folds\n")
    for recipe in RECIPES:
        scores = list(cross_validate(recipe))
        measure = "accuracy" if datasets.load(recipe.data).classes else "R²"
        folds = "  ".join(f"{score:.3f}" for score in scores)
        sys.stdout.write(f"{recipe.data:15}{measure:10}{math.fsum(scores) / len(scores):7.3f}   {folds}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
