"""`python -m nn train`: from a table to a trained model, its results, and a page that shows them."""

import os
import shutil
import sys
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from pathlib import Path
from typing import Any

from ..callbacks import BestWeights, EarlyStopping
from ..console import INTERRUPTED, say, warn
from ..data import Standardizer, train_test_split
from ..evaluation import predict
from ..files import check_writable, replacing
from ..history import History
from ..metrics import ConfusionTable, accuracy, r_squared
from ..mlp import MLP
from ..preparation import Preparation
from ..regularizers import L2
from ..saving import save
from ..training import fit
from .examples import Examples, examples_of

VALIDATION = 0.1
STEPS = 3000
"""About how many steps to train for, if the number of epochs is not given."""
LOSSES = {"classification": "cross_entropy", "regression": "half_squared_error"}


@dataclass
class Outcome:
    """A trained model and how it did on the rows that it was tested with.

    Attributes
    ----------
    examples, model, history
        What was learned, by what, and how it went.
    rows, predicted, true
        The test rows before scaling, and their predicted and true targets: classes by index, or values.
    scores
        The figures to tell, the main one first.
    table
        The confusion of a classification.
    sizes
        The numbers of rows to learn from, to validate and to test with.
    settings
        Everything that was chosen, in words.
    """

    examples: Examples
    model: MLP
    history: History
    rows: list[list[float]]
    predicted: list[Any]
    true: list[Any]
    scores: dict[str, float]
    table: ConfusionTable | None
    sizes: tuple[int, int, int]
    settings: dict[str, str]


def run(options: Namespace) -> int:
    """Do what the command line says; returns the exit status.

    Raises
    ------
    TableError, ValueError
        For data and options that cannot be used: before the training.
    OSError
        If something cannot be read or written.
    """
    examples = examples_of(options)
    folder = options.output or Path(f"{examples.name}-run")
    check_writable(folder)
    if not options.quiet:
        say("\n".join(examples.notes))
    outcome = train(examples, options)
    names = write(folder, outcome)
    if outcome.table is not None and len(outcome.table.classes) <= 12 and not options.quiet:
        say(f"\n{outcome.table}")
    if outcome.history.stopped is not None:
        say(f"\n{outcome.history.stopped}")
    say(f"\n{folder}{os.sep} holds {', '.join(names)}   ({outcome.history.seconds:.1f} s of training)")
    name, score = next(iter(outcome.scores.items()))
    say(f"{name}: {score:.3f}")
    interrupted = (outcome.history.stopped or "").startswith("interrupted")
    return INTERRUPTED if interrupted else 0


def train(examples: Examples, options: Namespace) -> Outcome:
    """Split, prepare, train and test."""
    chosen, held, test = _split(examples, options)
    preparation = Preparation(examples.columns, examples.target, options.missing, examples.marks)
    preparation.learn([examples.rows[i] for i in chosen])
    X, X_val, X_test = ([_inputs(preparation, examples.rows[i]) for i in part] for part in (chosen, held, test))
    y, y_val, y_test = ([examples.y[i] for i in part] for part in (chosen, held, test))
    scaler = Standardizer.of(X)
    n_outputs = 1
    if examples.classes is None:
        scaled = Standardizer.of([[t] for t in y])
        (preparation.offset,), (preparation.scale,) = scaled.means, scaled.scales
        y, y_val = ([(t - preparation.offset) / preparation.scale for t in part] for part in (y, y_val))
    else:
        n_outputs = len(examples.classes)
    model = MLP(
        preparation.width, [*options.layers, n_outputs], activation=options.activation, init="xavier", seed=options.seed
    )
    model.scaler, model.classes, model.preparation = scaler, examples.classes, preparation
    batch_size = min(options.batch_size, len(X))
    epochs = options.epochs or min(max(STEPS * batch_size // len(X), 20), 200)
    settings = _settings(examples, options) | {"epochs": str(epochs), "batch size": str(batch_size)}
    if not options.quiet:
        say(
            f"{examples.task} of {examples.target!r}"
            + (f": {n_outputs} classes" if examples.classes else "")
            + f"; {len(X)} rows to learn from, {len(X_val)} to watch while learning, {len(X_test)} to test with\n\n"
            + f"{model.summary()}\n\nCtrl-C stops and keeps what was learned\n"
        )
    loss = LOSSES[examples.task]
    history = fit(
        model, scaler.transform(X), y, loss=loss, optimizer=options.optimizer, learning_rate=options.learning_rate,
        schedule="cosine", epochs=epochs, batch_size=batch_size,
        regularizer=L2(options.l2), seed=options.seed, validation_data=(scaler.transform(X_val), y_val),
        callbacks=[EarlyStopping(options.patience) if options.patience else BestWeights()],
        verbose=int(not options.quiet),
    )  # fmt: skip
    if not options.quiet and not sys.stderr.isatty():  # where there is no bar to look at
        say(str(history))
    decided = predict(model, scaler.transform(X_test), loss)
    table = None
    if examples.classes is None:
        decided = [preparation.offset + preparation.scale * output for output in decided]
        scores = _regression_scores(decided, y_test)
    else:
        scores = {"test accuracy": accuracy(decided, y_test)}
        names = [examples.classes[label] for label in decided], [examples.classes[int(label)] for label in y_test]
        table = ConfusionTable(*names, examples.classes)
    preparation.facts = {"task": f"{examples.task} of {examples.target}", **settings} | {
        name: f"{score:.4g}" for name, score in scores.items()
    }
    sizes = len(X), len(X_val), len(X_test)
    return Outcome(examples, model, history, X_test, decided, y_test, scores, table, sizes, settings)


def write(folder: Path, outcome: Outcome) -> list[str]:
    """Write all results; returns the names of the files.

    The model goes first, and where the folder has become full, to another place, so that no training is lost.
    """
    path = folder / "model.safetensors"
    try:
        save(outcome.model, path)
    except OSError as error:
        safe = f"the trained model was saved as {_rescue(outcome.model, path.name)} instead"
        raise OSError(error.errno, f"{error.strerror}; {safe}", error.filename) from error
    try:
        return [path.name, *_write_results(folder, outcome, path)]
    except OSError as error:
        safe = f"the trained model is safe in {path}"
        raise OSError(error.errno, f"{error.strerror}; {safe}", error.filename) from error


def _write_results(folder: Path, outcome: Outcome, model: Path) -> list[str]:
    """Write all but the model; returns the names of the files."""
    from ..plots import save_figure
    from ..report import figures, page

    outcome.history.save_csv(folder / "history.csv")
    outcome.history.save_json(folder / "history.json")
    drawn = figures(outcome)
    with replacing(folder / "report.html", "w", encoding="utf-8") as file:
        file.write(page(outcome, drawn, model))
    for name, (_, figure) in drawn.items():
        save_figure(figure, folder / f"{name}.png")
    return ["report.html", "history.csv", "history.json", *(f"{name}.png" for name in drawn)]


def _rescue(model: MLP, name: str) -> Path:
    """Save the model to the first place that has room."""
    for parent in (Path(tempfile.gettempdir()), Path.home(), Path.cwd()):
        folder = None
        try:
            folder = Path(tempfile.mkdtemp(prefix="nn-", dir=parent))
            save(model, folder / name)
            return folder / name
        except OSError as error:
            warn(f"python -m nn: {error}")
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
    raise OSError("the trained model could not be saved anywhere: there is no room left")


def _split(examples: Examples, options: Namespace) -> tuple[list[int], list[int], list[int]]:
    """The positions of the rows to learn from, to validate and to test with."""
    stratify = examples.classes is not None
    places = [[float(i)] for i in range(len(examples.rows))]
    rest, test, y, _ = train_test_split(places, examples.y, options.test, options.seed, stratify)
    chosen, held, _, _ = train_test_split(rest, y, VALIDATION, options.seed, stratify)
    return tuple([int(row[0]) for row in part] for part in (chosen, held, test))  # type: ignore[return-value]


def _inputs(preparation: Preparation, row: Sequence[float]) -> list[float]:
    return preparation.inputs(row) or []  # rows to be left out are gone by then


def _regression_scores(predicted: Sequence[float], y: Sequence[float]) -> dict[str, float]:
    errors = [p - t for p, t in zip(predicted, y, strict=True)]
    return {
        "test R²": r_squared(predicted, y),
        "root mean squared error": sqrt(fsum(e * e for e in errors) / len(errors)),
        "mean absolute error": fsum(map(abs, errors)) / len(errors),
    }


def _settings(examples: Examples, options: Namespace) -> dict[str, str]:
    return {
        "data": options.data,
        "hidden layers": " ".join(map(str, options.layers)) or "none",
        "activation": options.activation,
        "loss": LOSSES[examples.task],
        "optimizer": options.optimizer,
        "learning rate": f"{options.learning_rate:g}, falling to 0 along a cosine",
        "L2 strength": f"{options.l2:g}",
        "weights kept": "those of the epoch with the least validation loss",
        "patience": str(options.patience or "none"),
        "missing values": options.missing,
        "test share": f"{options.test:g}",
        "seed": str(options.seed),
    }
