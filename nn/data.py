"""Data for training: batches, splits into training and test examples, folds, and standardization."""

import math
import random
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .checks import Rows, Target, check_batch_size, check_count, check_inputs, check_number, check_targets

MOST_PACKED = 1 << 14
"""Up to how many examples a random key has room for a place: 50 random bits are left, so that hardly any two are equal."""


class Batches:
    """The examples in batches; each pass over it is one epoch.

    Made by `batches`, which says what the fields are.
    """

    def __init__(
        self,
        X: Rows,
        y: list[Target],
        batch_size: int,
        seed: int | None = None,
        shuffle: bool = True,
        replacement: bool = False,
    ) -> None:
        self.X, self.y = X, y
        self.batch_size, self.shuffle, self.replacement = batch_size, shuffle, replacement
        self.random = random.Random(seed)

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        return math.ceil(len(self.X) / self.batch_size)

    def indices(self) -> Iterator[list[int]]:
        """The positions of the examples of each batch of one epoch."""
        order = self.order().tolist()
        for start in range(0, len(order), self.batch_size):
            yield order[start : start + self.batch_size]

    def __iter__(self) -> Iterator[tuple[Rows, list[Target]]]:
        for chosen in self.indices():
            yield [self.X[i] for i in chosen], [self.y[i] for i in chosen]

    @cached_property
    def _as_given(self) -> Any:
        """The positions of the examples in their own order."""
        import numpy as np

        return np.arange(len(self.X))

    def order(self) -> Any:
        """The positions of the examples in the order of one epoch, an array."""
        import numpy as np

        count = len(self.X)
        if self.replacement:
            return np.array([self.random.randrange(count) for _ in range(count)])
        if not self.shuffle or self.batch_size >= count:  # all examples in one batch need no order
            return self._as_given
        keys = np.frombuffer(self.random.randbytes(8 * count), dtype="<u8")  # sorted, they give each order as likely
        if count > MOST_PACKED:
            return np.argsort(keys)
        places = np.uint64((1 << (count - 1).bit_length()) - 1)
        # Numbers are sorted faster than their positions, so each has its position in its last bits.
        keys = (keys & ~places) | np.arange(count, dtype=np.uint64)
        return (np.sort(keys) & places).astype(np.int64)


def batches(
    X: Any,
    y: Any,
    batch_size: int | str | None = None,
    seed: int | None = None,
    shuffle: bool = True,
    replacement: bool = False,
) -> Batches:
    """The examples in batches: each pass over the result is one epoch and gives pairs ``(X_batch, y_batch)``.

    Parameters
    ----------
    X, y
        N rows of equal length, and N targets: lists, tuples or arrays.
    batch_size
        The number B of examples in a batch; the last batch has what is left. 1 gives single examples, ``"full"``
        all of them at once; None is 32, or all if there are fewer.
    seed
        The start of the random numbers: equal seeds give equal batches, epoch by epoch.
    shuffle
        Whether each epoch has its own random order; otherwise all have the given one.
    replacement
        Whether each example is drawn anew from all N, so that one may come twice in an epoch and another not at all.

    Raises
    ------
    TypeError, ValueError
        For an empty set, rows of different lengths, what is no finite number, targets that do not fit the rows, and
        a batch size below 1 or above N.

    Examples
    --------
    >>> X, y = [[0], [1], [2], [3], [4]], [0, 1, 4, 9, 16]
    >>> for X_batch, y_batch in batches(X, y, batch_size=2, shuffle=False):
    ...     print(X_batch, y_batch)
    [[0.0], [1.0]] [0, 1]
    [[2.0], [3.0]] [4, 9]
    [[4.0]] [16]
    >>> len(batches([[0]] * 1000, [0] * 1000, batch_size=200))
    5
    """
    rows = check_inputs(X)
    targets = check_targets(y, len(rows))
    return Batches(rows, targets, check_batch_size(batch_size, len(rows)), seed, shuffle, replacement)


def train_test_split(
    X: Any, y: Any, test_size: float = 0.2, seed: int | None = None, stratify: bool = True
) -> tuple[Rows, Rows, list[Target], list[Target]]:
    """Part the examples at random into some to learn from and some to test with.

    Parameters
    ----------
    X, y
        N rows of equal length, and N targets.
    test_size
        The share of examples to test with.
    seed
        The start of the random numbers: equal seeds give equal splits.
    stratify
        Whether each class keeps its share in both parts; False for targets that are no classes.

    Returns
    -------
    X_train, X_test, y_train, y_test
        In scikit-learn's order.

    Raises
    ------
    ValueError
        If a part would be empty, and, when stratified, if there is one class only or a class has a single example.

    Examples
    --------
    >>> X, y = [[i] for i in range(10)], [0, 1] * 5
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, seed=0)
    >>> sorted(y_test), sorted(y_train)
    ([0, 0, 1, 1], [0, 0, 0, 1, 1, 1])
    """
    rows = check_inputs(X)
    targets = check_targets(y, len(rows))
    if not 0.0 < test_size < 1.0:
        raise ValueError(f"train_test_split: test_size is a share between 0 and 1, got {test_size!r}")
    generator = random.Random(seed)
    members = _classes(targets, "train_test_split") if stratify else [list(range(len(rows)))]
    test: list[int] = []
    for chosen in members:
        if stratify and len(chosen) < 2:
            raise ValueError(
                f"train_test_split: class {targets[chosen[0]]!r} has one example only, so it cannot be in both parts"
            )
        generator.shuffle(chosen)
    for chosen, count in zip(members, _shares(members, test_size, 1 if stratify else 0), strict=True):
        test += chosen[:count]
    if not 0 < len(test) < len(rows):
        raise ValueError(f"train_test_split: test_size={test_size!r} of {len(rows)} examples leaves a part empty")
    in_test = set(test)
    train = [i for i in range(len(rows)) if i not in in_test]
    generator.shuffle(train)
    generator.shuffle(test)
    return [rows[i] for i in train], [rows[i] for i in test], [targets[i] for i in train], [targets[i] for i in test]


def k_folds(y: Any, k: int = 5, seed: int | None = None, stratify: bool = True) -> list[tuple[list[int], list[int]]]:
    """The positions of the examples to train and to test with, for each of `k` folds of a cross-validation.

    Every example is tested with exactly once.

    Parameters
    ----------
    y
        The targets.
    k
        The number of folds.
    seed
        The start of the random numbers.
    stratify
        Whether each class keeps its share in every fold; False for targets that are no classes.

    Raises
    ------
    ValueError
        If there are fewer examples, or fewer of a class, than folds.

    Examples
    --------
    >>> [sorted(test) for train, test in k_folds([0, 0, 0, 1, 1, 1], k=3, seed=0)]
    [[0, 5], [2, 4], [1, 3]]
    """
    targets = check_targets(y, len(y))
    check_count(k, "k_folds: k", 2)
    generator = random.Random(seed)
    members = _classes(targets, "k_folds") if stratify else [list(range(len(targets)))]
    folds: list[list[int]] = [[] for _ in range(k)]
    position = 0
    for chosen in members:
        if len(chosen) < k:
            what = f"class {targets[chosen[0]]!r} has" if stratify else "there are"
            raise ValueError(f"k_folds: {what} {len(chosen)} examples, fewer than the {k} folds")
        generator.shuffle(chosen)
        for index in chosen:
            folds[position % k].append(index)
            position += 1
    everything = set(range(len(targets)))
    return [(sorted(everything - set(test)), sorted(test)) for test in folds]


@dataclass
class Standardizer:
    """Shifts and scales each column: x ↦ (x − mean)/scale, with the means and standard deviations of some rows.

    Learn it from the training rows only (`Standardizer.of`), and use it on all. A column that does not vary has the
    scale 1, so it becomes 0. Save it with the model: a model trained on standardized rows is of no use without it.

    Parameters
    ----------
    means, scales
        One number per column.

    Raises
    ------
    ValueError
        If the lengths differ, a number is not finite, or a scale is not positive.

    References
    ----------
    LeCun, Bottou, Orr, Müller: Efficient BackProp, in Neural Networks: Tricks of the Trade, 1998, section 4.3.

    Examples
    --------
    >>> scaler = Standardizer.of([[0.0, 5.0], [2.0, 5.0]])
    >>> scaler.transform([[0.0, 5.0], [3.0, 6.0]])
    [[-1.0, 0.0], [2.0, 1.0]]
    """

    means: list[float]
    scales: list[float]

    def __post_init__(self) -> None:
        self.means = [check_number(x, f"Standardizer: mean {i}") for i, x in enumerate(self.means)]
        self.scales = [check_number(x, f"Standardizer: scale {i}") for i, x in enumerate(self.scales)]
        if len(self.means) != len(self.scales):
            raise ValueError(f"Standardizer: {len(self.means)} means do not fit {len(self.scales)} scales")
        for index, scale in enumerate(self.scales):
            if scale <= 0.0:
                raise ValueError(f"Standardizer: scale {index} must be > 0, got {scale!r}")

    @classmethod
    def of(cls, X: Any, together: bool = False) -> "Standardizer":
        """The means and (population) standard deviations of the columns of `X`.

        With `together` all columns share one mean and one scale. That suits columns of one kind such as the pixels
        of a picture, where one that rarely varies would be blown up otherwise.
        """
        rows = check_inputs(X)
        if together:
            alike = cls.of([[x] for row in rows for x in row])
            return cls(alike.means * len(rows[0]), alike.scales * len(rows[0]))
        means = [math.fsum(column) / len(rows) for column in zip(*rows, strict=True)]
        scales = []
        for mean, column in zip(means, zip(*rows, strict=True), strict=True):
            deviation = math.hypot(*[x - mean for x in column]) / math.sqrt(len(rows))
            # a column of equal numbers may differ from its rounded mean in the last bits
            scales.append(deviation if deviation > max(1e-14 * abs(mean), 1e-300) else 1.0)
        return cls(means, scales)

    def transform(self, X: Any) -> Rows:
        """The rows of `X`, standardized."""
        rows = check_inputs(X, width=len(self.means))
        return [[(x - m) / s for x, m, s in zip(row, self.means, self.scales, strict=True)] for row in rows]

    def inverse_transform(self, X: Any) -> Rows:
        """The rows that `transform` turns into `X`."""
        rows = check_inputs(X, width=len(self.means))
        return [[x * s + m for x, m, s in zip(row, self.means, self.scales, strict=True)] for row in rows]


def class_of(target: Target) -> Hashable:
    """What class a target stands for: itself, or the tuple of a one-hot list.

    Examples
    --------
    >>> class_of(3), class_of([0.0, 1.0])
    (3, (0.0, 1.0))
    """
    return tuple(target) if isinstance(target, list) else target


def check_classes(y: Sequence[Target], place: str) -> None:
    """Raise a `ValueError` if all targets are of one class: there is nothing to tell apart then."""
    if len({class_of(target) for target in y}) == 1:
        raise ValueError(f"{place}: there is one class only, {y[0]!r}: there must be examples of at least two")


def _classes(targets: list[Target], place: str) -> list[list[int]]:
    """The positions of the examples of each class, in the order in which the classes come up."""
    check_classes(targets, place)
    members: dict[Hashable, list[int]] = {}
    for index, target in enumerate(targets):
        members.setdefault(class_of(target), []).append(index)
    if len(members) > len(targets) / 2:
        raise ValueError(
            f"{place}: {len(members)} different targets in {len(targets)} examples are no classes: "
            "write stratify=False for regression"
        )
    return list(members.values())


def _shares(members: list[list[int]], share: float, least: int) -> list[int]:
    """How many of each class to take, so that the sum is the share of all: largest remainders first."""
    exact = [share * len(chosen) for chosen in members]
    counts = Counter({k: int(x) for k, x in enumerate(exact)})
    missing = round(math.fsum(exact)) - counts.total()
    for k in sorted(range(len(exact)), key=lambda k: int(exact[k]) - exact[k])[:missing]:
        counts[k] += 1
    return [min(max(counts[k], least), len(chosen) - least) for k, chosen in enumerate(members)]
