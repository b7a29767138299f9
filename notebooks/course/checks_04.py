"""Checks of the exercises of notebook 04: from perceptron to MLP."""

import math
from typing import Any

from nn import MLP, Perceptron

from . import exercise, wrong

CORNERS = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]


def _whole_number(answer: Any, what: str) -> None:
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not float(answer).is_integer():
        wrong(f"Give {what} as a whole number; got {type(answer).__name__}: {answer!r:.60}.")


def _with_matrices(model: MLP, answer: Any, shape: str) -> MLP:
    """The model with the weights of the answer, or a hint about their shape."""
    try:
        model.set_weight_matrices(answer)
    except (TypeError, ValueError) as error:
        wrong(f"These are no weights of this network. Expected {shape}. The network says: {error}")
    return model


@exercise("4.1", "C(20 + 3 − 1, 3) = C(22, 3) = 22·21·20 / 6 = 1540.")
def _(answer: Any) -> None:
    _whole_number(answer, "the number of products")
    if answer == math.comb(20, 3):
        wrong("That leaves out products in which an input comes twice or three times, like x₁x₁x₂.")
    if answer == 20**3:
        wrong("That counts x₁x₂x₃ and x₃x₂x₁ as different products, but the order of factors does not matter.")
    if answer == math.comb(23, 3) - 1:
        wrong("That counts all products of one, two or three factors; here it is exactly three.")
    if answer != math.comb(22, 3):
        wrong(f"{answer} is not right. See the formula in section 5: n counts the inputs, r the factors.")


@exercise("4.2", "For instance w0 = −1.5, w1 = w2 = 1: the sum passes 0 only if both bits are 1.")
def _(answer: Any) -> None:
    model = _with_matrices(Perceptron(2), [[answer]], "a list of three numbers, [w0, w1, w2]")
    for x in CORNERS:
        z = model(x).data
        both = x == (1.0, 1.0)
        if z == 0.0:
            wrong(f"At the bits {x} the pre-activation is exactly 0, on the boundary. Move it a little.")
        if (z > 0.0) != both:
            hint = "w0 must not outweigh both other weights together" if both else "w0 alone decides here"
            if sum(x) == 1.0:
                hint = "one bit alone must not be enough; that would be OR"
            side = "positive" if both else "negative"
            wrong(f"At the bits {x} the pre-activation is {z:g}, but it should be {side}: {hint}.")


@exercise("4.3", "One hidden neuron sees OR, the other AND (or NAND), and the output takes the one without the other.")
def _(answer: Any) -> None:
    shape = "[[[b, w1, w2], [b, w1, w2]], [[b, v1, v2]]]"
    model = _with_matrices(MLP(2, [2, 1], activation="step", output_activation="step"), answer, shape)
    for x in CORNERS:
        target = float(x[0] != x[1])
        found = model(x).data
        if found != target:
            hidden = [int(a.data) for a in model.layers[0].outputs(x)]
            wrong(
                f"For the bits {x} the hidden neurons give {hidden} and the output is {found:g}; it should be {target:g}. "
                "A step is 1 where its pre-activation is at least 0."
            )


@exercise("4.4", "(784 + 1)·30 + (30 + 1)·10 = 23 550 + 310 = 23 860: every neuron has a bias.")
def _(answer: Any) -> None:
    _whole_number(answer, "the number of parameters")
    if answer == 784 * 30 + 30 * 10:
        wrong("These are the weights between neurons. Something is missing: column 0 of each matrix.")
    if answer == 40:
        wrong("That is the number of neurons, and of biases. Each neuron also has one weight per input.")
    right = len(MLP(28 * 28, [30, 10], seed=0).parameters())
    if answer != right:
        wrong(f"{answer} is not right. The matrix of a layer is N_out × (N_in + 1); the inputs have none.")


@exercise("4.5", "A rise at 0.9 minus a rise at 2.1, both steep: σ(s(x − 0.9)) − σ(s(x − 2.1)) with a large s.")
def _(answer: Any) -> None:
    shape = "[[[b, w], [b, w]], [[b, v1, v2]]]"
    model = _with_matrices(MLP(1, [2, 1], activation="sigmoid"), answer, shape)
    for k in range(-40, 81):
        x = k / 20
        inside, outside = 1.0 <= x <= 2.0, x <= 0.8 or x >= 2.2
        target, found = float(inside), model([x]).data
        if (inside or outside) and abs(found - target) > 0.05:
            hint = "Steeper rises need larger weights w and, to stay in place, larger b."
            if abs(found - target) > 0.6:
                hint = "Let one neuron rise near 0.9, the other near 2.1, and subtract: σ(w x + b) rises at x = −b/w."
            wrong(f"At x = {x:g} the output is {found:.3f}, but it should be within 0.05 of {target:g}. {hint}")
