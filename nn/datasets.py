"""Data to try things on: scikit-learn's bundled sets, and small synthetic ones.

The synthetic ones are made by Python's own random numbers, so a seed gives the same points everywhere.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .checks import Rows, Target, check_count
from .lookup import lookup


@dataclass(frozen=True)
class Dataset:
    """Examples with what is known about them.

    Attributes
    ----------
    name
        What it is called.
    X, y
        The rows and their targets; a class is the index of its name in `classes`.
    classes
        The names of the classes; empty for regression.
    features
        The names of the columns.
    """

    name: str
    X: Rows = field(repr=False)
    y: list[Target] = field(repr=False)
    classes: list[str]
    features: list[str] = field(repr=False)

    def __len__(self) -> int:
        return len(self.X)


BUNDLED = ("iris", "wine", "breast_cancer", "diabetes", "digits")


def load(name: str, **options: Any) -> Dataset:
    """The data set of that name: one of scikit-learn's, or a synthetic one with its options.

    Raises
    ------
    ValueError
        For an unknown name.
    ImportError
        If a set of scikit-learn is asked for and it is not installed.

    Examples
    --------
    >>> iris = load("iris")
    >>> len(iris), iris.classes
    (150, ['setosa', 'versicolor', 'virginica'])
    >>> load("moon")
    Traceback (most recent call last):
        ...
    ValueError: unknown data set 'moon': did you mean 'moons'? There are: moons, circles, spirals, xor, curve, iris, ...
    """
    makers: dict[str, Callable[..., Dataset]] = {**SYNTHETIC, **dict.fromkeys(BUNDLED, _bundled)}
    make = lookup("data set", name, makers)
    return _bundled(name) if make is _bundled else make(**options)


def _bundled(name: str) -> Dataset:
    try:
        from sklearn import datasets
    except ImportError as error:
        raise ImportError(f"the data set {name!r} comes with scikit-learn: pip install scikit-learn") from error
    name = name.strip().lower().replace("-", "_").replace(" ", "_")
    bunch = getattr(datasets, f"load_{name}")()
    classes = [str(label) for label in getattr(bunch, "target_names", [])]
    return Dataset(name, bunch.data.tolist(), bunch.target.tolist(), classes, [str(one) for one in bunch.feature_names])


def moons(n: int = 100, noise: float = 0.1, seed: int | None = None) -> Dataset:
    """Two half circles that reach into each other: classes 0 and 1.

    Parameters
    ----------
    n
        The number of points, half of them on each moon.
    noise
        The standard deviation of what is added to each coordinate.
    seed
        Of the noise.

    Examples
    --------
    >>> points = moons(4, noise=0.0)
    >>> [[round(x, 9) for x in row] for row in points.X], points.y
    ([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5], [2.0, 0.5]], [0, 0, 1, 1])
    """
    upper, lower = _halves(n, "moons")
    X = [[math.cos(a), math.sin(a)] for a in _spread(0.0, math.pi, upper)]
    X += [[1.0 - math.cos(a), 0.5 - math.sin(a)] for a in _spread(0.0, math.pi, lower)]
    return _planar("moons", X, [0] * upper + [1] * lower, noise, seed)


def circles(n: int = 100, noise: float = 0.1, factor: float = 0.5, seed: int | None = None) -> Dataset:
    """A circle within a circle: class 0 on the outer one of radius 1, class 1 on the inner one of radius `factor`.

    Parameters
    ----------
    n, noise, seed
        As for `moons`.
    factor
        The inner radius.

    Examples
    --------
    >>> points = circles(4, noise=0.0)
    >>> [round(math.hypot(*row), 9) for row in points.X]
    [1.0, 1.0, 0.5, 0.5]
    """
    outer, inner = _halves(n, "circles")
    X = [[r * math.cos(math.tau * k / count), r * math.sin(math.tau * k / count)]
         for r, count in ((1.0, outer), (factor, inner)) for k in range(count)]  # fmt: skip
    return _planar("circles", X, [0] * outer + [1] * inner, noise, seed)


def spirals(
    n: int = 200, noise: float = 0.05, turns: float = 1.5, classes: int = 2, seed: int | None = None
) -> Dataset:
    """Spirals that wind around each other, one per class.

    Parameters
    ----------
    n, noise, seed
        As for `moons`.
    turns
        How often each winds around the centre.
    classes
        How many there are.

    Examples
    --------
    >>> points = spirals(6, noise=0.0, classes=3)
    >>> points.y, max(math.hypot(*row) for row in points.X)
    ([0, 0, 1, 1, 2, 2], 1.0)
    """
    check_count(classes, "spirals: classes", 2)
    check_count(n, "spirals: n", 2 * classes)
    X, y = [], []
    for label in range(classes):
        count = n // classes + (label < n % classes)
        for radius in _spread(0.1, 1.0, count):
            angle = math.tau * (turns * radius + label / classes)
            X.append([radius * math.cos(angle), radius * math.sin(angle)])
            y.append(label)
    return _planar("spirals", X, y, noise, seed)


def xor(n: int = 4, noise: float = 0.0, seed: int | None = None) -> Dataset:
    """The exclusive or of two bits, which no linear unit can tell: class 1 where exactly one of them is 1.

    Parameters
    ----------
    n
        The number of points, the four corners in turn.
    noise, seed
        As for `moons`.

    Examples
    --------
    >>> xor().X, xor().y
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    check_count(n, "xor: n", 4)
    corners = [divmod(k % 4, 2) for k in range(n)]
    return _planar("xor", [[float(a), float(b)] for a, b in corners], [a ^ b for a, b in corners], noise, seed)


def curve(
    function: Callable[[float], float] = math.sin,
    low: float = -math.pi,
    high: float = math.pi,
    n: int = 50,
    noise: float = 0.0,
    seed: int | None = None,
) -> Dataset:
    """Points of a function of one number, evenly spaced, with noise on the values: regression.

    Parameters
    ----------
    function
        What gives a value for a number.
    low, high
        The ends of the interval, which belong to it.
    n, noise, seed
        As for `moons`.

    Examples
    --------
    >>> points = curve(lambda x: x * x, -1.0, 1.0, n=3)
    >>> points.X, points.y
    ([[-1.0], [0.0], [1.0]], [1.0, 0.0, 1.0])
    """
    check_count(n, "curve: n", 2)
    generator = random.Random(seed)
    X = [[x] for x in _spread(low, high, n)]
    y: list[Target] = [float(function(x)) + _drawn(generator, noise) for (x,) in X]
    return Dataset("curve", X, y, [], ["x"])


SYNTHETIC: dict[str, Callable[..., Dataset]] = {
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "xor": xor,
    "curve": curve,
}


def _planar(name: str, X: Rows, y: list[Any], noise: float, seed: int | None) -> Dataset:
    """A data set of points in the plane, with noise on both coordinates."""
    generator = random.Random(seed)
    noisy = [[x + _drawn(generator, noise) for x in row] for row in X]
    return Dataset(name, noisy, y, [str(label) for label in sorted(set(y))], ["x1", "x2"])


def _drawn(generator: random.Random, noise: float) -> float:
    if not 0.0 <= noise < math.inf:
        raise ValueError(f"noise must be a finite number >= 0, got {noise!r}")
    return generator.gauss(0.0, noise) if noise else 0.0


def _halves(n: int, name: str) -> tuple[int, int]:
    check_count(n, f"{name}: n", 2)
    return n - n // 2, n // 2


def _spread(low: float, high: float, n: int) -> list[float]:
    """`n` numbers from `low` to `high`, both included."""
    return [low] if n == 1 else [low + (high - low) * k / (n - 1) for k in range(n)]
