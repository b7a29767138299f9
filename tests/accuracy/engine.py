"""The one place where these tests touch the engine: value and partials of a row, one by one and compiled."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from autograd_core import grad, hessian, jit, jvp
from autograd_core.domains import domain_errors
from autograd_core.evaluate import compiled, evaluate
from autograd_core.functions import FUNCTIONS
from autograd_core.row import Primitive

Point = tuple[float, ...]


@cache
def _kernel(row: Primitive, count: int) -> Any:
    return compiled(row, (True,) * count)


def value_and_partials(row: Primitive, args: Sequence[float]) -> tuple[float, tuple[float, ...]]:
    """The value of `row` and all its partials; a variadic row takes its operands flat."""
    try:
        value, partials = _kernel(row, len(args))(*args)
    except (ArithmeticError, ValueError):
        value, partials = evaluate(row, args, (True,) * len(args), [""] * len(args))
    return float(value), tuple(map(float, partials))


def eager(row: Primitive, batch: Sequence[Point]) -> list[np.ndarray]:
    """Value and partials at several points, computed one by one."""
    rows = []
    for args in batch:
        value, partials = value_and_partials(row, args)
        rows.append((value, *partials))
    return [np.array(column) for column in zip(*rows, strict=True)]


def function_of_operands(row: Primitive) -> Any:
    """The function of `row` that takes its operands one by one; the first of ``where`` is positive if selected."""
    if row.name == "where":
        return lambda condition, a, b: FUNCTIONS["where"](condition > 0.0, a, b)
    return lambda *operands: FUNCTIONS[row.name](*row.arguments(operands))


@cache
def _jitted(row: Primitive) -> Any:
    return jit(function_of_operands(row), threads=1)


def native(row: Primitive, batch: Sequence[Point]) -> list[np.ndarray]:
    """Value and partials at several points, in lanes of a compiled function."""
    with domain_errors("ieee"):
        values, gradients = _jitted(row).value_and_grad(*np.array(batch).T)
    return [values, *gradients.inputs]


def _unit(i: int, count: int) -> list[float]:
    return [float(i == j) for j in range(count)]


MODES = {
    "reverse over reverse": lambda f, x: hessian(f)(x),
    "forward over reverse": lambda f, x: [jvp(grad(f), (x,), (_unit(j, len(x)),))[1] for j in range(len(x))],
    "reverse over forward": lambda f, x: [
        grad(lambda xs, j=j: jvp(f, (xs,), (_unit(j, len(x)),))[1])(x) for j in range(len(x))
    ],
    "forward over forward": lambda f, x: [
        [
            jvp(lambda xs, j=j: jvp(f, (xs,), (_unit(j, len(x)),))[1], (x,), (_unit(i, len(x)),))[1]
            for i in range(len(x))
        ]
        for j in range(len(x))
    ],
}
"""The ways to the second derivatives: row j holds those of the partial by operand j."""


def second_derivatives(row: Primitive, args: Point, mode: str) -> np.ndarray:
    """The derivative of partial i of `row` by operand j at ``[i, j]``; an operand without a derivative is a constant."""
    free = [i for i, partial in enumerate(value_and_partials(row, args)[1]) if partial == partial]

    def f(xs: Sequence[Any]) -> Any:
        operands = list(args)
        for i, x in zip(free, xs, strict=True):
            operands[i] = x
        return function_of_operands(row)(*operands)

    return np.array(MODES[mode](f, [args[i] for i in free]))
