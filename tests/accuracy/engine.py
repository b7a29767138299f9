"""The one place where these tests touch the engine: value and partials of a row, one by one and compiled."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import cycle
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
"""The ways to the second derivatives of a function of a list, as a matrix."""


def operands_with_derivative(row: Primitive, args: Point) -> tuple[int, ...]:
    """Where the operands are that have a derivative at `args`: the exponent of a negative base has none."""
    return tuple(i for i, partial in enumerate(value_and_partials(row, args)[1]) if partial == partial)


def hessians_of(row: Primitive, free: tuple[int, ...], modes: Iterable[str]) -> Any:
    """The function of operands that gives, in each mode, the derivative of partial i of `row` by operand j; for `free`."""

    def matrices(*operands: Any) -> Any:
        def f(xs: Sequence[Any]) -> Any:
            given = dict(zip(free, xs, strict=True))
            return function_of_operands(row)(*(given.get(i, x) for i, x in enumerate(operands)))

        return [MODES[mode](f, [operands[i] for i in free]) for mode in modes]

    return matrices


@cache
def _jitted_hessians(row: Primitive, free: tuple[int, ...]) -> Any:
    return jit(hessians_of(row, free, MODES), threads=1)  # one program for all modes is compiled once


def eager_second(row: Primitive, batch: Sequence[Point]) -> list[list[np.ndarray]]:
    """The derivative of each partial by operand j, in list j, at several points; `MODES` take turns."""
    turns = zip(batch, cycle(MODES), strict=False)
    matrices = [hessians_of(row, operands_with_derivative(row, args), [mode])(*args)[0] for args, mode in turns]
    return _columns(np.array(matrices))


def native_second(row: Primitive, batch: Sequence[Point]) -> list[list[np.ndarray]]:
    """The same in lanes of a compiled function; at all points the same operands must have derivatives."""
    free = operands_with_derivative(row, batch[0])
    with domain_errors("ieee"):
        found = _jitted_hessians(row, free)(*np.array(batch).T)
    matrices = np.empty((len(batch), len(free), len(free)))
    for turn, lines in enumerate(found):
        lanes = slice(turn, None, len(MODES))
        for i, line in enumerate(lines):
            for j, entry in enumerate(line):
                matrices[lanes, i, j] = entry[lanes]
    return _columns(matrices)


def _columns(matrices: np.ndarray) -> list[list[np.ndarray]]:
    """Matrices, one for each point, as a list for each operand, with an array for each partial."""
    return [list(column) for column in matrices.transpose(2, 1, 0)]
