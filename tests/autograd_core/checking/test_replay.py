"""Running recorded graphs again, at other numbers and on complex numbers."""

import cmath
import math

import pytest

from autograd_core import Value, relu, sin
from autograd_core.checking.replay import Complex, Problem, kinks_of, on_complex, on_floats, replay
from autograd_core.errors import DomainError
from autograd_core.graph import topological_order
from autograd_core.primitives import TABLE


def test_a_graph_at_other_numbers():
    x, y = Value(2.0), Value(3.0)
    constant = sin(y)
    root = x * x + constant
    numbers = replay(topological_order(root), {x: 5.0}, on_floats)
    assert numbers[root] == 25.0 + math.sin(3.0)
    assert numbers[constant] is constant.data  # not computed again
    assert root.data == 4.0 + math.sin(3.0)


def test_the_domain_is_checked_again():
    x = Value(2.0)
    with pytest.raises(DomainError, match="log"):
        replay(topological_order(x.log()), {x: -1.0}, on_floats)


@pytest.mark.parametrize("name", ["exp", "expm1", "log1p", "log2", "exp2", "cbrt", "sqrt", "tanh", "asinh", "square"])
def test_rows_on_complex_numbers(name):
    reference = {
        "expm1": lambda z: cmath.exp(z) - 1, "log1p": lambda z: cmath.log(1 + z), "log2": lambda z: cmath.log(z, 2),
        "exp2": lambda z: 2**z, "cbrt": lambda z: z ** (1 / 3), "square": lambda z: z * z,
    }.get(name) or getattr(cmath, name)  # fmt: skip
    z = 0.7 + 0.2j
    assert on_complex(TABLE[name], [z]) == pytest.approx(reference(z), rel=1e-14)


def test_complex_numbers_compare_by_their_real_parts():
    z = Complex(1.0, 5.0)
    assert z < 2.0 < Complex(3.0, -1.0)
    assert z >= 1.0 >= z
    assert abs(Complex(7.0, 1e-50) % 3.0 - Complex(1.0, 1e-50)) == 0.0
    assert 7.0 % Complex(3.0) == 1.0


def test_powers_keep_a_tiny_imaginary_part():
    h = 1e-100
    assert (Complex(-8.0, h) ** 2.0).imag == pytest.approx(-16.0 * h, rel=1e-15)
    assert (Complex(0.0, h) ** 1.0).imag == h
    assert Complex(0.0) ** Complex(1.5, h) == 0.0
    assert Complex(0.0) ** Complex(0.0, h) == 1.0
    assert (2.0 ** Complex(3.0, h)).imag == pytest.approx(8.0 * math.log(2.0) * h, rel=1e-15)
    for nothing in (lambda: Complex(1.0) / Complex(0.0), lambda: Complex(10.0, h) ** 400.0, lambda: Complex(-8.0) ** 0.5,
                    lambda: Complex(10.0, h) ** Complex(400.0, h), lambda: Complex(1.0) % 0.0, lambda: Complex(math.inf) % 1.0):  # fmt: skip
        assert cmath.isnan(nothing())


def test_kinks_are_those_of_the_row():
    x = Value(-0.25)
    assert kinks_of(relu(x)) == [-0.25]
    assert kinks_of(sin(x)) == kinks_of(x) == []


def test_the_names_of_inputs_are_those_of_the_parameters():
    problem = Problem(lambda a, b: a[0] * b["k"], ([1.0, 2.0], {"k": 3.0}), "test")
    assert problem.names == ["a[0]", "a[1]", "b['k']"]
    root, inputs = problem.record()
    assert (root.data, [x.label for x in inputs]) == (3.0, problem.names)
    assert Problem(math.sin, (1.0,), "test").names == ["x"]
