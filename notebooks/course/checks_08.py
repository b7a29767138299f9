"""The checks of the exercises of notebook 08."""

import math
import random
from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np

import nn
from autograd_core import Value, graph_stats, sigmoid

from . import exercise, wrong


@exercise("8.1", "Back along the weights without the bias, then times the slope of the present layer.")
def _(answer: Any) -> None:
    if not callable(answer):
        wrong("give a function of three arguments: the weight matrix W, the errors delta, the pre-activations z")
    draws = np.random.default_rng(0)
    for present, following in ((3, 2), (2, 4), (1, 3)):
        W = draws.normal(size=(following, present + 1))
        delta, z = draws.normal(size=following), draws.normal(size=present)
        s = 1.0 / (1.0 + np.exp(-z))
        right = (W[:, 1:].T @ delta) * s * (1.0 - s)
        shapes = f"with a W of {following}×{present + 1}, {following} errors and {present} pre-activations"
        try:
            given = np.asarray(answer(W.copy(), delta.copy(), z.copy()), dtype=float)
        except (ValueError, TypeError, IndexError) as error:
            wrong(f"{shapes} it fails: {error}. Is the bias column left out, and W transposed?")
        if given.shape != right.shape:
            wrong(f"{shapes} it returns the shape {given.shape}, but there are {present} errors to return")
        if np.allclose(given, W[:, 1:].T @ delta):
            wrong("the errors came back along the weights, but the slope of the present layer is missing")
        if np.allclose(given, (W[:, :-1].T @ delta) * s * (1.0 - s)):
            wrong("the wrong column of W is left out: the bias is column 0")
        if np.allclose(given, (W[:, 1:].T @ delta) * s):
            wrong("the factor is the activation, but it must be the slope of the activation")
        if not np.allclose(given, right):
            wrong(f"{shapes} the numbers differ: write δ_j = Σ_k w_kj δ_k · σ′(z_j) out for one neuron")


@exercise("8.2", "δ = (½ − 1)·¼, times the activation 0.4 that comes in along w₂.")
def _(answer: Any) -> None:
    number = _number(answer)
    w = [Value(0.0), Value(0.0)]  # any weights with z = 0
    (0.5 * (1.0 - sigmoid(w[0] * 0.2 + w[1] * 0.4)) ** 2).backward()
    right = w[1].grad
    if math.isclose(number, -right):
        wrong("the size is right, the sign is not: ∂C/∂ŷ is ŷ − t")
    if math.isclose(number, w[0].grad):
        wrong("that is the gradient of the first weight, whose input is 0.2")
    if math.isclose(number, -0.5 * 0.4):
        wrong("the slope of the logistic function at z = 0 is missing")
    if math.isclose(number, -0.5 * 0.25):
        wrong("that is δ of the neuron; the weight's gradient has one more factor")
    if not math.isclose(number, right, rel_tol=1e-9):
        wrong("no: first ŷ, then δ = (ŷ − t)·σ′(0), then times what comes in along this weight")


@exercise("8.3", "p = (⅓, ⅓, ⅓), minus the one-hot target.")
def _(answer: Any) -> None:
    if not isinstance(answer, Iterable):
        wrong("give a list of three numbers, one error per logit")
    numbers = [_number(x) for x in answer]
    if len(numbers) != 3:
        wrong(f"there are three logits, so there are three errors, not {len(numbers)}")
    logits = [Value(0.0) for _ in range(3)]
    nn.losses.cross_entropy(logits, 2).backward()
    right = [z.grad for z in logits]
    if np.allclose(numbers, [-x for x in right]):
        wrong("that is t − p: the sign is the other way round")
    if np.allclose(numbers, [1 / 3] * 3):
        wrong("these are the probabilities p; the target has to be taken off")
    if abs(math.fsum(numbers)) > 1e-9:
        wrong(
            f"the errors of a softmax add up to 0, because p and t add up to 1; yours add up to {math.fsum(numbers):.3g}"
        )
    if not np.allclose(numbers, right):
        wrong("no: what are the probabilities when all logits are equal, and which class is the target?")


@exercise("8.4", "The bias has the input 1, so the factor a belongs to the weight only.")
def _(answer: Any) -> None:
    if not callable(answer):
        wrong("give a function of four numbers: w, b, a, y")
    rng = random.Random(0)
    for _ in range(5):
        w, b, a, y = (rng.uniform(-2.0, 2.0) for _ in range(4))
        bias = Value(b)
        (0.5 * (y - sigmoid(w * a + bias)) ** 2).backward()
        right, number = bias.grad, _number(answer(w, b, a, y))
        if math.isclose(number, right * a, rel_tol=1e-9):
            wrong("that is the claim itself, with the factor a: z = wa + b changes with b at the rate 1")
        if math.isclose(number, -right, rel_tol=1e-9):
            wrong("a wrong sign: the inner derivative of y − ŷ is −1")
        s = 1.0 / (1.0 + math.exp(-(w * a + b)))
        if math.isclose(number, s - y, rel_tol=1e-9):
            wrong("that is ∂C/∂ŷ; on the way to b the slope σ′(z) comes in")
        if not math.isclose(number, right, rel_tol=1e-9):
            wrong(
                f"at w = {w:.2f}, b = {b:.2f}, a = {a:.2f}, y = {y:.2f} the values of C say {right:.5f}, yours is {number:.5f}"
            )


@exercise("8.5", "23 leaves, 6·2 + 3 nodes for each example, and two for the mean.")
def _(answer: Any) -> None:
    if not callable(answer):
        wrong("give a function of the batch size that returns a number of nodes")
    model = nn.MLP(4, [2, 3, 1], activation="sigmoid", output_activation="sigmoid", seed=0)
    for size in (1, 2, 7):
        batch = [[0.1] * 4] * size
        counted = graph_stats(nn.objective(model, batch, [1.0] * size, "mse")).nodes
        given = _number(answer(size))
        if given == counted - 2:
            wrong("the two nodes of the mean are missing")
        if given == counted - 23:
            wrong("the parameters are nodes too, the leaves of the graph")
        if given == counted + 23 * (size - 1) and size > 1:
            wrong("the parameters are shared by all examples, so they count once")
        if given != counted:
            wrong(f"graph_stats counts {counted} nodes for B = {size}, your function says {given:g}")


def _number(x: Any) -> float:
    if isinstance(x, Value):
        x = x.data
    if isinstance(x, np.ndarray) and x.size == 1:
        x = x.item()
    if not isinstance(x, Real) or isinstance(x, bool):
        wrong(f"a number is asked for, not {type(x).__name__}")
    return float(x)
