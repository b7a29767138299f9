"""`Preparation`: how the columns of a table become the inputs of a network, saved with the model.

A column of numbers is one input; a column of texts one input per category, 1 for the category of the row and 0 for
the others (one-hot). Missing values follow a named policy:

| policy | what becomes of a missing value |
|---|---|
| ``median`` | the median of the column, or its most frequent category |
| ``mean`` | the mean of the column, or its most frequent category |
| ``drop`` | the row is left out of the training, and gets no prediction |
| ``error`` | an error that names its place |

Medians, means and frequencies are those of the rows that are learned from.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from .columns import Column

POLICIES = ("median", "mean", "drop", "error")


@dataclass
class Preparation:
    """The columns that a model was trained on, and what makes inputs of them.

    Attributes
    ----------
    columns
        The columns of the inputs.
    target
        The name of the target column.
    missing
        The policy for missing values.
    marks
        What stands for a missing value, in small letters.
    fills
        What takes the place of a missing value, per column: a number or the index of a category; empty under the
        policies ``drop`` and ``error``.
    offset, scale
        Of a numeric target: a prediction ŷ of the network means offset + scale·ŷ.
    facts
        What people want to know of the training, in words: its data, settings and scores.

    Examples
    --------
    >>> preparation = Preparation([Column("size"), Column("colour", ["blue", "red"])], "price", "median", [""])
    >>> rows = [[1.0, 1.0], [3.0, math.nan], [math.nan, 1.0]]
    >>> preparation.learn(rows)
    >>> preparation.features, [preparation.inputs(row) for row in rows]
    (['size', 'colour=blue', 'colour=red'], [[1.0, 0.0, 1.0], [3.0, 0.0, 1.0], [2.0, 0.0, 1.0]])
    """

    columns: list[Column]
    target: str
    missing: str
    marks: list[str]
    fills: list[float] = field(default_factory=list)
    offset: float = 0.0
    scale: float = 1.0
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def features(self) -> list[str]:
        """The names of the inputs."""
        return [
            name
            for column in self.columns
            for name in (
                [column.name] if column.categories is None else [f"{column.name}={c}" for c in column.categories]
            )
        ]

    @property
    def width(self) -> int:
        """The number of inputs."""
        return sum(1 if column.categories is None else len(column.categories) for column in self.columns)

    def learn(self, rows: Iterable[Sequence[float]]) -> None:
        """Find out what missing values are replaced with, from rows as `nn.columns.Reader` reads them."""
        if self.missing not in ("median", "mean"):
            return
        self.fills = []
        for column, cells in zip(self.columns, zip(*rows, strict=True), strict=True):
            present = [x for x in cells if not math.isnan(x)]
            if not present:
                self.fills.append(0.0)
            elif column.categories is not None:
                counts = Counter(present)
                self.fills.append(min(counts, key=lambda x: (-counts[x], x)))
            else:
                self.fills.append(median(present) if self.missing == "median" else math.fsum(present) / len(present))

    def inputs(self, row: Sequence[float]) -> list[float] | None:
        """The inputs made of one row; None if it is to be left out.

        Raises
        ------
        ValueError
            For a missing value under the policy ``error``; the column is named.
        """
        made: list[float] = []
        for position, (column, x) in enumerate(zip(self.columns, row, strict=True)):
            if math.isnan(x):
                if self.missing == "drop":
                    return None
                if self.missing == "error":
                    raise ValueError(
                        f"column {column.name!r}: the value is missing: fill it in, or train with --missing median"
                    )
                x = self.fills[position]
            made += [x] if column.categories is None else [float(i == x) for i in range(len(column.categories))]
        return made

    def description(self) -> dict[str, Any]:
        """Everything as plain data, for a JSON text."""
        columns = [{"name": column.name, "categories": column.categories} for column in self.columns]
        names = ("target", "missing", "marks", "fills", "offset", "scale", "facts")
        return {"columns": columns, **{name: getattr(self, name) for name in names}}

    @classmethod
    def of_description(cls, description: Any) -> "Preparation":
        """The preparation that gave this `description`.

        Raises
        ------
        ValueError
            If it is damaged.
        """
        match description:
            case {
                "columns": [*columns],
                "target": str(target),
                "missing": str(missing),
                "marks": [*marks],
                "fills": [*fills],
                "offset": float(offset),
                "scale": float(scale),
                "facts": dict(facts),
            } if (
                columns
                and missing in POLICIES
                and all(isinstance(mark, str) for mark in marks)
                and all(isinstance(x, float) and math.isfinite(x) for x in fills)
                and len(fills) == (len(columns) if missing in ("median", "mean") else 0)
                and math.isfinite(offset)
                and 0.0 < scale < math.inf
                and all(isinstance(text, str) for text in facts.values())
            ):
                return cls([_column(one) for one in columns], target, missing, marks, fills, offset, scale, facts)
            case _:
                raise ValueError(f"its preparation is damaged: {description!r:.80}")


def _column(entry: Any) -> Column:
    match entry:
        case {"name": str(name), "categories": None}:
            return Column(name)
        case {"name": str(name), "categories": [_, *_] as texts} if all(isinstance(text, str) for text in texts):
            return Column(name, texts)
        case _:
            raise ValueError(f"its column {entry!r:.60} is damaged")
