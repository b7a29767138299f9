"""The trainings that are timed."""

import numpy as np

from . import Problem


def moons(epochs: int = 1000, examples: int = 100) -> Problem:
    from sklearn.datasets import make_moons

    X, y = make_moons(examples, noise=0.1, random_state=0)
    return Problem("moons", f"2-16-16-1, relu, hinge + L2, all {examples} examples at every step", (2, 16, 16, 1), "relu",
                   "hinge", X, 2.0 * y[:, None] - 1.0, examples, epochs, strength=0.01)  # fmt: skip


def digits(epochs: int = 10, examples: int | None = None) -> Problem:
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    X, y = X[:examples] / 16.0, y[:examples]
    return Problem("digits", f"64-32-10, relu, softmax cross-entropy, {len(X):,} examples in batches of 64, {epochs} epochs",
                   (64, 32, 10), "relu", "cross_entropy", X, np.eye(10)[y], 64, epochs, rate=0.1)  # fmt: skip


def random_classes(
    name: str, sizes: tuple[int, ...], activation: str, examples: int, batch: int, epochs: int
) -> Problem:
    """Random data: nothing can be learned from it, and it takes as long."""
    numbers = np.random.default_rng(0)
    X = numbers.normal(size=(examples, sizes[0]))
    Y = np.eye(sizes[-1])[numbers.integers(sizes[-1], size=examples)]
    summary = f"{'-'.join(map(str, sizes))}, {activation}, softmax cross-entropy, random data in batches of {batch}"
    return Problem(name, summary, sizes, activation, "cross_entropy", X, Y, batch, epochs)


def problems(small: bool = False) -> list[Problem]:
    """All of them; the small ones show that everything runs, and their timings say little."""
    if small:
        return [moons(3, 10), digits(2, 70), random_classes("wide", (30, 8, 3), "relu", 16, 8, 1),
                random_classes("odd", (3, 7, 5, 2), "tanh", 20, 17, 1), random_classes("deep", (8,) * 4, "relu", 8, 8, 1)]  # fmt: skip
    return [
        moons(),
        digits(),
        random_classes("wide", (784, 128, 10), "relu", 640, 64, 20),
        random_classes("odd", (3, 7, 5, 2), "tanh", 170, 17, 100),
        random_classes("deep", (8,) * 11, "relu", 320, 32, 50),
    ]
