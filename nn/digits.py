"""The main job: learn to read handwritten digits, and show how well.

The recipe: 8×8 pictures, standardized with one mean and one scale for all pixels; one hidden layer of 24 tanh units,
Xavier's initial weights; cross-entropy with an L2 penalty; Adam whose rate falls along a cosine, batches of 32. A
fifth of the pictures is for the test, a tenth of the others for validation.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from . import datasets
from .console import INTERRUPTED, say
from .data import Standardizer, train_test_split
from .evaluation import predict
from .files import check_writable, replacing
from .history import History
from .metrics import ConfusionTable, accuracy
from .mlp import MLP
from .regularizers import L2
from .saving import save
from .training import fit

LOSS, OPTIMIZER, RATE, BATCH_SIZE, STRENGTH = "cross_entropy", "adam", 0.03, 32, 1.0


def run(folder: Path, *, epochs: int = 8, hidden: Sequence[int] = (24,), seed: int = 0) -> int:
    """Train, test, save; print what happens.

    Parameters
    ----------
    folder
        Where the results go; made if it is not there.
    epochs, hidden, seed
        The number of epochs, the sizes of the hidden layers, and the start of all random numbers.

    Returns
    -------
    int
        The exit status: 0, or `INTERRUPTED` if Ctrl-C ended the training; the results are saved in both cases.

    Raises
    ------
    OSError
        If the folder cannot be made or written to; found out before the training.
    """
    check_writable(folder)
    pictures = datasets.load("digits")
    X, X_test, y, y_test = train_test_split(pictures.X, pictures.y, 0.2, seed=seed)
    X_train, X_val, y_train, y_val = train_test_split(X, y, 0.1, seed=seed)
    scaler = Standardizer.of(X_train, together=True)
    model = MLP(len(X[0]), [*hidden, len(pictures.classes)], activation="tanh", init="xavier", seed=seed)
    model.scaler, model.classes = scaler, pictures.classes
    say(
        f"handwritten digits: {len(pictures)} pictures of 8×8 pixels, {len(pictures.classes)} classes\n"
        f"{len(X_train)} to learn from, {len(X_val)} to watch while learning, {len(X_test)} to test with\n\n"
        f"{model.summary()}\n\n"
        f"{LOSS}, {OPTIMIZER} with η = {RATE} falling to 0, batches of {BATCH_SIZE}, L2 with λ = {STRENGTH:g}; "
        "Ctrl-C stops and keeps what was learned\n"
    )
    history = fit(
        model, scaler.transform(X_train), y_train, loss=LOSS, optimizer=OPTIMIZER, learning_rate=RATE,
        schedule="cosine", epochs=epochs, batch_size=BATCH_SIZE, regularizer=L2(STRENGTH), seed=seed,
        validation_data=(scaler.transform(X_val), y_val), verbose=2,
    )  # fmt: skip
    if history.stopped is not None:
        say(f"\n{history.stopped}")
    predicted = predict(model, scaler.transform(X_test), LOSS)
    table = ConfusionTable(predicted, y_test, range(len(pictures.classes)))
    names = _save(folder, model, history, table)
    say(f"\n{table}\n\n{folder}{os.sep} holds {', '.join(names)}   ({history.seconds:.0f} s of training)")
    say(f"test accuracy: {accuracy(predicted, y_test):.3f}")
    return 0 if history.stopped is None else INTERRUPTED


def _save(folder: Path, model: MLP, history: History, table: ConfusionTable) -> list[str]:
    """Write all results; returns the names of the files."""
    from .plots import draw, plot_confusion, save_figure

    save(model, folder / "model.safetensors")
    history.save_csv(folder / "history.csv")
    history.save_json(folder / "history.json")
    with replacing(folder / "confusion.txt", "w", encoding="utf-8") as file:
        file.write(f"{table}\n")
    save_figure(draw(plot_confusion, table), folder / "confusion.png")
    names = ["model.safetensors", "history.csv", "history.json", "confusion.txt", "confusion.png"]
    if len(history):
        save_figure(history.plot(), folder / "history.png")
        names.append("history.png")
    return names
