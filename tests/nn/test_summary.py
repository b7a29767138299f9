"""The text of the summary, as people see it."""

import inspect

import pytest

from autograd_core import Value
from nn import MLP, Module, Neuron, Polynomial, WithBasis, activations


class Branches(Module):
    def __init__(self):
        self.scale = Value(1.0)
        self.left = MLP(2, [3, 1], "tanh")
        self.right = Neuron(2, "sigmoid")


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (
            MLP(64, [32, 10], activations.get("leaky_relu", slope=0.1), "softmax"),
            """
            MLP: 2,410 parameters
                    kind                   in → out  matrix  parameters
            layer1  leaky_relu(slope=0.1)  64 → 32   32×65        2,080
            layer2  softmax                32 → 10   10×33          330
            """,
        ),
        (
            Neuron(2),
            """
            Neuron: 3 parameters
              kind  in → out  matrix  parameters
              relu  2 → 1     1×3              3
            """,
        ),
        (
            WithBasis(Polynomial(2, 3), MLP(9, [1])),
            """
            WithBasis: 10 parameters
                    kind        in → out  matrix  parameters
            basis   polynomial  2 → 9                      0
            layer1  linear      9 → 1     1×10            10
            """,
        ),
        (
            Branches(),
            """
            Branches: 17 parameters
                         kind      in → out  matrix  parameters
                         Branches                             1
            left.layer1  tanh      2 → 3     3×3              9
            left.layer2  linear    3 → 1     1×4              4
            right        sigmoid   2 → 1     1×3              3
            """,
        ),
    ],
)
def test_text(model, text):
    assert model.summary() == inspect.cleandoc(text)
    assert repr(model.summary()) == str(model.summary())
