import math

import pytest

from nn import datasets
from nn.datasets import BUNDLED, SYNTHETIC

POINTS = {"moons": 40, "circles": 41, "spirals": 42, "xor": 43, "curve": 44}


@pytest.mark.parametrize("name", SYNTHETIC)
def test_synthetic_sets(name):
    data = datasets.load(name, n=POINTS[name], noise=0.1, seed=3)
    again, other = (SYNTHETIC[name](n=POINTS[name], noise=0.1, seed=seed) for seed in (3, 4))
    assert len(data) == len(data.y) == POINTS[name]
    assert (data.X, data.y) == (again.X, again.y)
    assert (data.X, data.y) != (other.X, other.y)
    assert {len(row) for row in data.X} == {len(data.features)}
    if data.classes:
        counts = [data.y.count(label) for label in range(len(data.classes))]
        assert max(counts) - min(counts) <= 1
    with pytest.raises(ValueError, match="noise must be a finite number >= 0, got -1"):
        SYNTHETIC[name](noise=-1)
    with pytest.raises(ValueError, match=f"{name}: n must be a whole number of at least"):
        SYNTHETIC[name](n=1)


@pytest.mark.parametrize(("name", "shape", "classes"), [
    ("iris", (150, 4), 3), ("wine", (178, 13), 3), ("breast_cancer", (569, 30), 2), ("diabetes", (442, 10), 0),
    ("digits", (1797, 64), 10),
])  # fmt: skip
def test_bundled_sets(name, shape, classes):
    pytest.importorskip("sklearn")
    data = datasets.load(name)
    assert (len(data), len(data.X[0])) == shape
    assert len(data.classes) == classes
    assert len(data.features) == shape[1]
    if classes:
        assert set(data.y) == set(range(classes))
    assert type(data.X[0][0]) is float


def test_shapes_are_what_they_are_called():
    circles = datasets.circles(20, noise=0.0, factor=0.3)
    for label, row in zip(circles.y, circles.X, strict=True):
        assert math.hypot(*row) == pytest.approx((1.0, 0.3)[label])
    xor = datasets.xor(16, noise=0.01, seed=0)
    assert all(round(a) ^ round(b) == t for (a, b), t in zip(xor.X, xor.y, strict=True))
    curve = datasets.curve(n=7)
    assert all(math.sin(x) == y for (x,), y in zip(curve.X, curve.y, strict=True))


def test_unknown_names():
    for wrong, nearest in [("digit", "digits"), ("moon", "moons")]:
        with pytest.raises(
            ValueError, match=rf"unknown data set '{wrong}': did you mean '{nearest}'\? There are: moons"
        ):
            datasets.load(wrong)
    assert set(BUNDLED).isdisjoint(SYNTHETIC)
