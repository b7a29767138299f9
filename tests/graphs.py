"""Random graphs with heavy sharing, and slow, plain ways to differentiate them."""

import random
from fractions import Fraction

from autograd_core import Value, maximum, relu, sin, tanh, where
from autograd_core.row import UNSELECTED


def random_graph(seed: int, nodes: int, leaves: int = 3) -> tuple[list[Value], Value]:
    """The leaves and the root of a graph in which every node may be used many times; its values stay moderate."""
    rng = random.Random(seed)
    made = [Value(rng.uniform(-1.0, 1.0), label=f"x{i}") for i in range(leaves)]
    for _ in range(nodes):
        a, b = (rng.choice(made[-6:] if rng.random() < 0.7 else made) for _ in range(2))
        made.append(_operation(rng, a, b))
    root = made[-1]
    for node in made[-4:-1]:
        root = root + node * root
    return made[:leaves], root


def _operation(rng: random.Random, a: Value, b: Value) -> Value:
    number = rng.uniform(-1.0, 1.0)
    kind = rng.randrange(10)
    if kind < 3:
        return 0.5 * (a + b) if kind else a - number * b
    if kind < 6:
        return sin(a * b) if kind == 3 else tanh(a * b)
    if kind == 6:
        return maximum(a, b)
    if kind == 7:
        return where(a > b, a, number)
    if kind == 8:
        return relu(a) - b / (2.0 + number)
    return (a * a + number) / (b * b + 1.0)


def gradient_over_paths(root: Value) -> dict[Value, tuple[Fraction, Fraction, int]]:
    """For every node: the sum over all paths to `root` of the products of partials, that of their sizes, and their number.

    The sums are exact; the work is one step per path, so this is for small graphs.
    """
    found: dict[Value, tuple[Fraction, Fraction, int]] = {}
    paths = [(root, Fraction(1))]
    while paths:
        node, product = paths.pop()
        total, size, count = found.get(node, (Fraction(0), Fraction(0), 0))
        found[node] = (total + product, size + abs(product), count + 1)
        for parent, partial in zip(node.parents, node.partials, strict=True):
            factor = Fraction(0) if partial is UNSELECTED else Fraction(partial)
            paths.append((parent, product * factor))
    return found
