"""The one place where these tests touch the engine: value and partials of a row at a point, as `apply` gets them."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from autograd_core.evaluate import compiled, evaluate
from autograd_core.row import Primitive


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
