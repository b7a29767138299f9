"""The checks of the exercises of notebook 07."""

import math
import random
from numbers import Real
from typing import Any

import nn
from autograd_core import Value

from . import exercise, wrong


@exercise("7.1", "⌈1050/200⌉ = 6 batches an epoch, and the last one has what five full ones leave.")
def _(answer: Any) -> None:
    if not (isinstance(answer, tuple | list) and len(answer) == 2 and all(isinstance(n, int) for n in answer)):
        wrong("give two whole numbers: the steps of all three epochs, and the size of the last batch")
    steps, last = answer
    if steps in (5, 6):
        wrong(f"{steps} would be the steps of a single epoch: there are three of them")
    if steps == 15:
        wrong("with 5 batches of 200 an epoch, 50 examples would never be looked at")
    if steps == 16:
        wrong("an epoch ends with a smaller batch; batches do not reach over into the next epoch")
    feed = nn.batches([[0.0]] * 1050, [0.0] * 1050, batch_size=200)
    if steps != 3 * len(feed):
        wrong(f"{steps} steps do not fit: count the batches of one epoch first, the smaller one included")
    if last != [len(X) for X, _ in feed][-1]:
        wrong(f"the full batches of an epoch leave fewer or more than {last} examples: what remains of 1 050?")


@exercise("7.2", "The mean of the gradients does not care how many there are, so η need not either.")
def _(answer: Any) -> None:
    if not callable(answer):
        wrong("give a function of three arguments: the weight, the list of gradients, and the rate")
    rng = random.Random(0)
    for _ in range(5):
        w, eta, gradients = (
            rng.uniform(-2, 2),
            rng.uniform(0.01, 1),
            [rng.gauss(0, 1) for _ in range(rng.randint(2, 9))],
        )
        new = _number(answer(w, list(gradients), eta))
        twice = _number(answer(w, gradients * 2, eta))
        mean = math.fsum(gradients) / len(gradients)
        if math.isclose(new, w + eta * mean, rel_tol=1e-9) and eta * mean != 0.0:
            wrong("the step goes uphill: descent moves against the gradient")
        if math.isclose(new, w - eta * math.fsum(gradients), rel_tol=1e-9):
            wrong("this adds the gradients up, so the step grows with the batch: twice the batch, twice the step")
        if not math.isclose(new, twice, rel_tol=1e-9):
            wrong("the same batch given twice over leads to another weight, but it should not")
        if not math.isclose(new, w - eta * mean, rel_tol=1e-9):
            wrong(f"for w = {w:.3f}, η = {eta:.3f} and a mean gradient of {mean:.3f} your step leads to {new:.3f}")


@exercise("7.3", "Large enough to follow the swing, small enough to average over the noise.")
def _(answer: Any) -> None:
    if not isinstance(answer, Real) or isinstance(answer, bool):
        wrong("give a number, the learning rate")
    if not 0.0 < answer < 10.0:
        wrong("a learning rate is a positive number, and with a rate as large as this w would leave the picture")
    error = tracking_error(float(answer))
    if not error < 0.2:
        side = (
            "it lags behind the target: try a larger one" if answer < 0.4 else "it follows the noise: try a smaller one"
        )
        wrong(f"with η = {answer:g} the mean error is {error:.2f}, and {side}")


def tracking_error(eta: float, length: int = 800) -> float:
    """The mean of |w − slope| from example 100 on, as the notebook measures it."""
    rng = random.Random(5)
    w = b = 0.0
    errors = []
    for t in range(length):
        slope = 1.5 * math.sin(2.0 * math.pi * t / 400)
        x = rng.uniform(-1.0, 1.0)
        delta = w * x + b - (slope * x + 0.3 + rng.gauss(0.0, 0.2))
        w, b = w - eta * delta * x, b - eta * delta
        errors.append(abs(w - slope))
    return math.fsum(errors[100:]) / len(errors[100:])


@exercise("7.4", "Shrinking the weight and differentiating the penalty are the same step.")
def _(answer: Any) -> None:
    if not callable(answer):
        wrong("give a function of five arguments: w, g, eta, lam, N")
    rng = random.Random(1)
    for _ in range(5):
        start, g, eta, lam = rng.uniform(0.5, 2), rng.gauss(0, 1), rng.uniform(0.01, 1), rng.uniform(0.1, 2)
        n = rng.randint(2, 50)
        w = Value(start)
        (g * w + lam / (2 * n) * w**2).backward()  # C₀ with the slope g, and the penalty
        right = w.data - eta * w.grad
        new = _number(answer(start, g, eta, lam, n))
        guesses = {
            "the whole step is multiplied by the shrinking factor: only the weight is": (1 - eta * lam / n)
            * (start - eta * g),
            "λ has to be divided by the number of examples": (1 - eta * lam) * start - eta * g,
            "the decay does not depend on η: it must be ηλ/N": (1 - lam / n) * start - eta * g,
            "the weight grows: the factor must be below 1": (1 + eta * lam / n) * start - eta * g,
            "the derivative of ½w² is w: there is a 2 too much or the ½ was forgotten": (1 - 2 * eta * lam / n) * start
            - eta * g,
            "the weight shrinks, but the step along −∂C₀/∂w is missing": (1 - eta * lam / n) * start,
            "the step is there, but the weight does not shrink": start - eta * g,
        }
        if math.isclose(new, right, rel_tol=1e-9):
            continue
        for text, number in guesses.items():
            if math.isclose(new, number, rel_tol=1e-9):
                wrong(text)
        wrong(f"one step from w = {start:.3f} should lead elsewhere than to {new:.3f}: write down ∂C/∂w of both parts")


@exercise("7.5", "The penalty keeps the curve from bending to the noise.")
def _(answer: Any) -> None:
    if isinstance(answer, type):
        wrong(f"that is the class; make one with a strength: {answer.__name__}(...)")
    if not callable(answer):
        wrong("give a regularizer with its strength, such as L2(...) or L1(...)")
    train = nn.datasets.curve(_wave, n=10, noise=0.5, seed=4)
    held_out = nn.datasets.curve(_wave, n=40, noise=0.5, seed=20)
    model = nn.MLP(1, [20, 1], activation="tanh", init=_wide, seed=0)
    nn.fit(model, train.X, train.y, loss="mse", learning_rate=0.02, epochs=400, seed=0, batch_size="full",
           verbose=0, regularizer=answer, engine="eager")  # fmt: skip
    seen = nn.evaluate(model, train.X, train.y, "mse")["loss"]
    unseen = nn.evaluate(model, held_out.X, held_out.y, "mse")["loss"]
    if not unseen < 0.155:
        how = (
            "still learns by heart: make it stronger"
            if seen < 0.04
            else "cannot follow the data any more: make it weaker"
        )
        wrong(f"the validation loss is {unseen:.3f}; with a training loss of {seen:.3f} the network {how}")


def _wave(x: float) -> float:
    return math.sin(1.5 * x)


def _wide(n_inputs: int, n_outputs: int, source: Any) -> float:
    return float(source.uniform(-4.0, 4.0) if n_inputs == 1 else source.uniform(-0.2, 0.2))


def _number(x: Any) -> float:
    if isinstance(x, Value):
        x = x.data
    if not isinstance(x, Real) or isinstance(x, bool):
        wrong(f"the function should return a number, it returned {type(x).__name__}")
    return float(x)
