import collections
import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import Standardizer, batches, data, k_folds, train_test_split

sizes = st.integers(1, 40)


def numbered(n):
    return [[float(i)] for i in range(n)], list(range(n))


@given(n=sizes, data=st.data(), seed=st.integers(0, 5), shuffle=st.booleans())
def test_every_example_once_per_epoch_and_the_last_batch_smaller(n, data, seed, shuffle):
    size = data.draw(st.integers(1, n))
    epochs = batches(*numbered(n), batch_size=size, seed=seed, shuffle=shuffle)
    for _ in range(2):
        found = list(epochs)
        assert len(found) == len(epochs) == math.ceil(n / size)
        assert [len(y) for _, y in found] == [size] * (n // size) + ([n % size] if n % size else [])
        assert sorted(itertools.chain.from_iterable(y for _, y in found)) == list(range(n))
        assert all(row == [float(t)] for X, y in found for row, t in zip(X, y, strict=True))


def test_epochs_have_orders_of_their_own_that_a_seed_repeats():
    first, again, other = (batches(*numbered(20), batch_size=7, seed=seed) for seed in (1, 1, 2))
    orders = [list(first), list(first)]
    assert orders[0] != orders[1]
    assert [list(again), list(again)] == orders
    assert list(other) != orders[0]
    fixed = batches(*numbered(20), batch_size="full", shuffle=False)
    assert list(fixed) == list(fixed) == [numbered(20)]


@pytest.mark.parametrize("n", [2, 3, 100, data.MOST_PACKED, data.MOST_PACKED + 1])
def test_orders_are_those_of_the_random_keys(n, monkeypatch):
    first, again = (data.Batches([[0.0]] * n, [0] * n, batch_size=1, seed=3) for _ in range(2))
    order = first.order().tolist()
    assert sorted(order) == list(range(n))
    monkeypatch.setattr(data, "MOST_PACKED", 0)
    assert again.order().tolist() == order


def test_each_order_is_as_likely():
    epochs = data.Batches([[0.0]] * 3, [0] * 3, batch_size=1, seed=0)
    counts = collections.Counter(tuple(epochs.order().tolist()) for _ in range(6000))
    assert len(counts) == 6
    assert all(900 < count < 1100 for count in counts.values())


def test_drawing_with_replacement_repeats_and_leaves_out():
    drawn = [t for _, y in batches(*numbered(100), batch_size=1, seed=0, replacement=True) for t in y]
    assert len(drawn) == 100
    assert 50 < len(set(drawn)) < 80  # 1 − 1/e of them on average


@given(st.lists(st.integers(2, 30), min_size=2, max_size=5), st.floats(0.1, 0.6), st.integers(0, 3))
def test_split_is_stratified(counts, share, seed):
    y = [label for label, count in enumerate(counts) for _ in range(count)]
    X = [[float(i)] for i in range(len(y))]
    X_train, X_test, y_train, y_test = train_test_split(X, y, share, seed=seed)
    assert sorted(X_train + X_test) == X
    assert all(y[int(row[0])] == t for row, t in zip(X_train + X_test, y_train + y_test, strict=True))
    tested = collections.Counter(y_test)
    for label, count in enumerate(counts):
        assert 1 <= tested[label] <= count - 1
        assert abs(tested[label] - share * count) <= 1.0
    assert train_test_split(X, y, share, seed=seed) == (X_train, X_test, y_train, y_test)


def test_split_of_regression():
    X, y = numbered(10)
    X_train, X_test, y_train, _ = train_test_split(X, [t + 0.5 for t in y], 0.25, seed=0, stratify=False)
    assert (len(X_train), len(X_test)) == (8, 2)
    assert y_train == [row[0] + 0.5 for row in X_train]


@pytest.mark.parametrize(
    ("y", "options", "message"),
    [
        ([1, 1, 1, 1], {}, "train_test_split: there is one class only, 1: there must be examples of at least two"),
        ([1, 1, 1, 2], {}, "class 2 has one example only, so it cannot be in both parts"),
        ([0.1, 0.2, 0.3, 0.4], {}, "4 different targets in 4 examples are no classes: write stratify=False"),
        ([0, 1, 0, 1], {"test_size": 1.5}, "test_size is a share between 0 and 1, got 1.5"),
        ([0, 1, 2, 3], {"test_size": 0.01, "stratify": False}, "leaves a part empty"),
    ],
)
def test_splits_that_cannot_be_made(y, options, message):
    with pytest.raises(ValueError, match=message):
        train_test_split(numbered(4)[0], y, **options)


@given(k=st.integers(2, 6), counts=st.lists(st.integers(6, 20), min_size=2, max_size=4), seed=st.integers(0, 3))
def test_folds_cover_everything_once_and_keep_the_shares(k, counts, seed):
    y = [label for label, count in enumerate(counts) for _ in range(count)]
    folds = k_folds(y, k, seed)
    assert sorted(itertools.chain.from_iterable(test for _, test in folds)) == list(range(len(y)))
    for train, test in folds:
        assert sorted(train + test) == list(range(len(y)))
        tested = collections.Counter(y[i] for i in test)
        assert all(abs(tested[label] - count / k) < 1.0 for label, count in enumerate(counts))
    spread = [len(test) for _, test in folds]
    assert max(spread) - min(spread) <= 1


def test_folds_that_cannot_be_made():
    with pytest.raises(ValueError, match="class 1 has 2 examples, fewer than the 3 folds"):
        k_folds([0, 0, 0, 1, 1], 3)
    with pytest.raises(ValueError, match="there are 2 examples, fewer than the 3 folds"):
        k_folds([0.5, 0.7], 3, stratify=False)
    with pytest.raises(ValueError, match="k must be a whole number of at least 2, got 1"):
        k_folds([0, 0, 1, 1], 1)


rows = st.lists(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=2), min_size=2, max_size=10)


@given(rows)
def test_standardizer(X):
    scaler = Standardizer.of(X)
    Z = scaler.transform(X)
    for column, original in zip(zip(*Z, strict=True), zip(*X, strict=True), strict=True):
        assert math.fsum(column) / len(column) == pytest.approx(0.0, abs=1e-6)
        if max(original) - min(original) > 1e-6 * max(map(abs, original)) + 1e-6:
            assert math.fsum(z * z for z in column) / len(column) == pytest.approx(1.0, rel=1e-6)
    for row, back in zip(X, scaler.inverse_transform(Z), strict=True):
        assert back == pytest.approx(row, rel=1e-9, abs=1e-6)


def test_a_column_that_does_not_vary_becomes_zero():
    assert Standardizer.of([[0.1, 1.0]] * 3).transform([[0.1, 2.0]]) == [[pytest.approx(0.0), 1.0]]


def test_columns_may_share_their_scale():
    scaler = Standardizer.of([[0.0, 1.0], [2.0, 3.0]], together=True)
    assert scaler == Standardizer([1.5, 1.5], [math.sqrt(1.25)] * 2)


def test_standardizers_that_cannot_be():
    with pytest.raises(ValueError, match="2 means do not fit 1 scales"):
        Standardizer([0.0, 0.0], [1.0])
    with pytest.raises(ValueError, match=r"scale 1 must be > 0, got 0\.0"):
        Standardizer([0.0, 0.0], [1.0, 0.0])
    with pytest.raises(ValueError, match="mean 0 is nan"):
        Standardizer([math.nan], [1.0])
    with pytest.raises(ValueError, match="row 0 has 1 column, but the model takes 2"):
        Standardizer([0.0, 0.0], [1.0, 1.0]).transform([[1.0]])
