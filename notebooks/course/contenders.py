"""One and the same training, done by others: for the comparison of notebook 10.

The network is an MLP with tanh in the hidden layers and a linear output, the loss is the mean of ½(ŷ − t)² over all examples, and
a step is plain gradient descent. Every contender gets the weights as matrices with the bias in column 0, and gives two
functions: one takes the given number of steps, the other says what the matrices are now.
"""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Contender = tuple[Callable[[int], object], Callable[[], list[Any]]]


def seconds(action: Callable[[], object], repeat: int = 5) -> float:
    """The shortest of some runs: what comes on top is other programs on the same machine."""
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)


def one_digit(x: float) -> str:
    """A ratio of times, which should not claim more than one digit."""
    digits = 10.0 ** math.floor(math.log10(x))
    rounded = round(x / digits) * digits
    return f"{rounded:,.0f}" if rounded >= 1.0 else f"{rounded:.1g}"


def numpy_by_hand(weights: Sequence[Any], X: Any, t: Any, rate: float) -> Contender:
    """The formulas of notebook 08, with a row for each example."""
    W = [np.array(matrix) for matrix in weights]
    last = len(W) - 1

    def step() -> None:
        a = [X]
        for layer, matrix in enumerate(W):
            z = a[-1] @ matrix[:, 1:].T + matrix[:, 0]
            a.append(z if layer == last else np.tanh(z))
        delta = (a[-1] - t) / len(X)
        for layer in range(last, -1, -1):
            gradient = np.column_stack([delta.sum(axis=0), delta.T @ a[layer]])
            if layer:
                delta = (delta @ W[layer][:, 1:]) * (1.0 - a[layer] ** 2)
            W[layer] -= rate * gradient

    return lambda count: [step() for _ in range(count)], lambda: [matrix.copy() for matrix in W]


def with_torch(weights: Sequence[Any], X: Any, t: Any, rate: float) -> Contender:
    """PyTorch's modules and optimizer, on one thread: more only get in each other's way where layers are small."""
    import torch

    torch.set_num_threads(1)
    layers: list[Any] = []
    for matrix in weights:
        columns = torch.tensor(np.array(matrix))
        layer = torch.nn.Linear(columns.shape[1] - 1, columns.shape[0], dtype=torch.float64)
        with torch.no_grad():
            layer.weight[:], layer.bias[:] = columns[:, 1:], columns[:, 0]
        layers += [layer, torch.nn.Tanh()]
    linear = layers[::2]
    model, inputs, targets = torch.nn.Sequential(*layers[:-1]), torch.tensor(X), torch.tensor(t)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)

    def step() -> None:
        optimizer.zero_grad()
        (0.5 * (model(inputs) - targets) ** 2).mean().backward()
        optimizer.step()

    def read() -> list[Any]:
        pairs = [(layer.bias.detach().numpy(), layer.weight.detach().numpy()) for layer in linear]
        return [np.column_stack(pair) for pair in pairs]

    return lambda count: [step() for _ in range(count)], read


def with_jax(weights: Sequence[Any], X: Any, t: Any, rate: float) -> Contender:
    """JAX's gradient of a function of matrices, with the whole step compiled."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    W = [jnp.asarray(matrix) for matrix in weights]
    X, t = jnp.asarray(X), jnp.asarray(t)

    def objective(W: list[Any]) -> Any:
        a = X
        for layer, matrix in enumerate(W):
            z = a @ matrix[:, 1:].T + matrix[:, 0]
            a = z if layer == len(W) - 1 else jnp.tanh(z)
        return jnp.mean(0.5 * (a - t) ** 2)

    @jax.jit
    def step(W: list[Any]) -> list[Any]:
        return [matrix - rate * gradient for matrix, gradient in zip(W, jax.grad(objective)(W), strict=True)]

    def run(count: int) -> None:
        for _ in range(count):
            W[:] = step(W)
        jax.block_until_ready(W)

    return run, lambda: [np.array(matrix) for matrix in W]
