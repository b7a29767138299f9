"""`python -m nn predict`: the predictions of a saved model for a table, row by row in little memory."""

import csv
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import islice
from math import exp, fsum, isnan, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..columns import Column, Reader
from ..console import counted, warn
from ..evaluation import predict
from ..files import replacing
from ..saving import ModelFileError, load
from ..tables import Row, Table, TableError
from .examples import table_of

if TYPE_CHECKING:
    from ..preparation import Preparation

CHUNK = 4096


def run(options: Namespace) -> int:
    """Do what the command line says; returns the exit status.

    Raises
    ------
    TableError, ModelFileError
        For a table or a model that cannot be used.
    OSError
        If something cannot be read or written; the output is then not there, or the old one.
    """
    model = load_prepared(options.model)
    table = table_of(options.table, options)
    if options.output is not None and options.output.exists() and options.output.samefile(table.path):
        raise TableError(f"{table.path} would be overwritten with its own predictions: give -o another name")
    prediction = Prediction(model, table, options)
    target: Any = nullcontext(sys.stdout)
    if options.output is not None:
        encoding = "utf-8" if table.encoding == "utf-8-sig" else table.encoding
        target = replacing(options.output, "w", newline="", encoding=encoding)
    with target as file:
        writer = csv.writer(file, delimiter=table.delimiter, lineterminator="\n")
        writer.writerow(prediction.header())
        for cells in prediction.rows():
            writer.writerow(cells)
    where = f"{options.output}: " if options.output is not None else ""
    warn(f"{where}{counted(prediction.count, 'prediction')}{prediction.remarks()}")
    return 0


def load_prepared(path: Path) -> Any:
    """The model in a file of ``train``, which says what its columns are.

    Raises
    ------
    ModelFileError
        If it is another file, or the model was saved without its columns.
    """
    model = load(path)
    if model.preparation is None or model.scaler is None:
        raise ModelFileError(
            f"{path} does not say what its inputs are made of: only models of `python -m nn train` can be used here"
        )
    return model


class Prediction:
    """The predictions for a table, with what people want to know of them afterwards.

    Attributes
    ----------
    count, empty
        How many rows were predicted, and how many left without a prediction.
    """

    def __init__(self, model: Any, table: Table, options: Namespace) -> None:
        self.model, self.table, self.keep = model, table, options.keep
        self.preparation: Preparation = model.preparation
        absent = [column.name for column in self.preparation.columns if column.name not in table.names]
        if absent:
            raise TableError(
                f"{table.path} lacks {'columns' if len(absent) > 1 else 'the column'} that the model was trained on: "
                f"{', '.join(map(repr, absent))}; it has {', '.join(map(repr, table.names))}"
            )
        marks = [*self.preparation.marks, *(mark.lower() for mark in options.missing_marks)]
        self.reader = Reader(
            table, self.preparation.columns, marks, options.unseen, refuse_missing=self.preparation.missing == "error"
        )
        known = self.preparation.target in table.names
        self.truth = Reader(table, [Column(self.preparation.target, model.classes)], marks, "ignore") if known else None
        self.count = self.empty = self.compared = self.right = 0
        self.squares = 0.0

    def header(self) -> list[str]:
        """The names of the columns of the output."""
        kept = self.table.names if self.keep else ["row"]
        classes = [f"probability of {label}" for label in self.model.classes or []]
        return [*kept, f"predicted {self.preparation.target}", *classes]

    def rows(self) -> Iterator[list[str]]:
        """The cells of each row of the output."""
        rows = iter(self.table)
        while chunk := list(islice(rows, CHUNK)):
            inputs = [self.preparation.inputs(self.reader.read(row)) for row in chunk]
            whole = [made for made in inputs if made is not None]
            outputs = iter(predict(self.model, self.model.scaler.transform(whole)) if whole else [])
            for row, made in zip(chunk, inputs, strict=True):
                kept = row.cells if self.keep else [str(row.number)]
                if made is None:
                    self.empty += 1
                    yield [*kept, "", *("" for _ in self.model.classes or [])]
                else:
                    self.count += 1
                    yield [*kept, *self._cells(row, next(outputs))]

    def remarks(self) -> str:
        """What is to be said of them: rows without one, and how right they are where the table knows the truth."""
        text = f"; none for {counted(self.empty, 'row')} with missing values" if self.empty else ""
        if self.compared and self.model.classes:
            text += f"; {self.right / self.compared:.3f} of {self.compared:,} are right"
        elif self.compared:
            text += f"; root mean squared error {sqrt(self.squares / self.compared):.4g}"
        return text

    def _cells(self, row: Row, output: Any) -> list[str]:
        truth = self._truth(row)
        if self.model.classes:
            chances = softmax(output)
            best = chances.index(max(chances))
            self.right += truth == best
            return [str(self.model.classes[best]), *(self._text(f"{chance:.6f}") for chance in chances)]
        value = self.preparation.offset + self.preparation.scale * output
        if truth is not None:
            self.squares += (value - truth) ** 2
        return [self._text(f"{value:.10g}")]

    def _truth(self, row: Row) -> float | None:
        if self.truth is None:
            return None
        try:
            (truth,) = self.truth.read(row)
        except TableError:  # the target is not needed here
            return None
        if isnan(truth):
            return None
        self.compared += 1
        return truth

    def _text(self, number: str) -> str:
        return number.replace(".", ",") if self.table.decimal == "," else number


def softmax(outputs: list[float]) -> list[float]:
    """The probabilities that logits stand for.

    Examples
    --------
    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]
    """
    highest = max(outputs)
    powers = [exp(z - highest) for z in outputs]
    total = fsum(powers)
    return [power / total for power in powers]
