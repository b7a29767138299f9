"""Checkers of the exercises of notebook 00."""

import math

from autograd_core import Value
from nn import MLP, datasets, evaluate, fit

from . import exercise, wrong


@exercise("0.1", "u is used twice: the product gives v = 4, the sum gives 1, and what arrives is added.")
def _(answer):
    if isinstance(answer, Value):
        wrong("that is a Value; give a number, such as u.grad after y.backward()")
    if not isinstance(answer, int | float):
        wrong(f"give one number, not {type(answer).__name__}")
    if answer == 4:
        wrong("that is what arrives through the product; u is used once more")
    if answer in (15, 3):
        wrong("that is not a derivative by u: by how much does y grow when u grows by 1 and v stays?")
    if not math.isclose(answer, 5.0, rel_tol=1e-3):
        wrong(f"it is not {answer:g}. Build it: u = Value(3.0), v = Value(4.0), y = u * v + u, y.backward(), u.grad")


@exercise("0.2", "Against the gradient, by the learning rate times its size: that is all of gradient descent.")
def _(answer):
    if not callable(answer):
        wrong(f"give the function, not {type(answer).__name__}")
    for start, rate in [(1.0, 0.1), (5.0, 0.25), (-2.0, 0.01)]:
        x = Value(start, "x")
        found = answer(x, rate)
        found = found.data if isinstance(found, Value) else found
        if not isinstance(found, int | float):
            wrong(f"the function must return a number, it returned {type(found).__name__}")
        slope = 2.0 * (start - 3.0)
        if math.isclose(found, start) and x.grad == 0.0:
            wrong("x has not moved, its gradient is 0: has y.backward() been called?")
        if math.isclose(found, start + rate * slope):
            wrong("that step goes uphill: the gradient points to where f grows")
        if math.isclose(found, start - slope):
            wrong("the step is as long as the gradient; the learning rate has to scale it")
        if not math.isclose(found, start - rate * slope, rel_tol=1e-6):
            wrong(
                f"from x = {start:g} with learning rate {rate:g} it arrives at {found:g}; use x.data, x.grad and the rate"
            )


@exercise("0.3", "A ring has to be closed around: with too few neurons the boundary stays open on one side.")
def _(answer):
    if not isinstance(answer, MLP):
        wrong(f"give the model, as in MLP(2, [4, 1], activation='tanh', seed=1), not {type(answer).__name__}")
    rings = datasets.circles(100, noise=0.1, seed=2)
    n_outputs = len(answer.layers[-1].neurons)
    if n_outputs != 1:
        wrong(f"the network has {n_outputs} outputs; two classes need one: the last of the sizes is 1")
    loss = "binary_cross_entropy_with_logits"
    fit(
        answer, rings.X, rings.y, loss=loss, epochs=40, learning_rate=0.05, batch_size=10, seed=0, engine="eager",
        verbose=0,
    )  # fmt: skip
    right = round(100 * evaluate(answer, rings.X, rings.y, loss)["accuracy"])
    if right < 95:
        wrong(
            f"it gets {right} of 100 right. Look at the boundary with plots.plot_boundary, and give the hidden layer more "
            "neurons and a curved activation such as tanh"
        )
