"""Plans on an array namespace: a group is one expression over all its results and lanes. NumPy is the portable one."""

import math
from collections.abc import Callable
from functools import reduce
from itertools import accumulate
from typing import Any

from ..conditions import RECORDED_ROWS
from ..primitives import TABLE
from .plan import Group, Plan, Product, Run


class Arrays:
    """The namespace `m` of arrays: the functions of an array library, and the other rows of the table by their primals.

    Parameters
    ----------
    module
        NumPy, or a library with its names.
    """

    def __init__(self, module: Any) -> None:
        self.module = module

    def __getattr__(self, name: str) -> Callable[..., Any]:
        its_name = _NAMES.get(name, name)
        of_sequences = name in TABLE and TABLE[name].variadic  # np.dot, say, means something else
        function: Callable[..., Any] | None = None if of_sequences else getattr(self.module, its_name, None)
        if function is None and name in ("erf", "erfc"):
            function = self.module.vectorize(getattr(math, name), otypes=[float])
        if function is None:
            row = TABLE.get(name) or RECORDED_ROWS.get(name)
            if row is None:
                raise AttributeError(f"the table of primitives has no row {name!r}")

            def function(*operands: Any) -> Any:
                return row.primal(self, *operands)

        setattr(self, name, function)
        return function

    def fsum(self, xs: Any) -> Any:
        """The sum of a list of arrays, to which what each addition has lost is added in the end (Knuth's two-sum)."""
        total, lost = xs[0], 0.0
        for x in xs[1:]:
            before, total = total, total + x
            added = total - before
            lost = lost + ((before - (total - added)) + (x - added))
        return self.module.where(abs(total) < math.inf, total + lost, total)

    def prod(self, xs: Any) -> Any:
        """The product of a list of arrays; no partial product overflows or underflows."""
        return self.module.ldexp(*reduce(self._times, xs, (1.0, 0)))

    def leave_one_out(self, xs: Any) -> list[Any]:
        """For each array of a list the product of the others, likewise."""
        before = list(accumulate(xs[:-1], self._times, initial=(1.0, 0)))
        behind = list(accumulate(xs[:0:-1], self._times, initial=(1.0, 0)))[::-1]
        return [self.module.ldexp(b * a, i + j) for (b, i), (a, j) in zip(before, behind, strict=True)]

    def _times(self, product: tuple[Any, Any], x: Any) -> tuple[Any, Any]:
        """A product as a number near 1 and an exponent of two, times `x`."""
        factor, exponent = self.module.frexp(x)
        mantissa, shift = self.module.frexp(product[0] * factor)
        return mantissa, product[1] + exponent + shift


_NAMES = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "asinh": "arcsinh",
          "acosh": "arccosh", "atanh": "arctanh"}  # fmt: skip


class ArrayExecutor:
    """A plan on NumPy arrays: registers are rows of one array, and a group reads its operands by index."""

    def __init__(self, plan: Plan) -> None:
        import numpy as np

        self.plan = plan
        self.m = Arrays(np)
        self.steps = [(step, [np.array(operand) for operand in step.operands] if isinstance(step, Group)
                       else [np.array(step.inputs)]) for step in plan.steps]  # fmt: skip
        self.broadcast = np.array(plan.broadcast, dtype=np.int64).reshape(-1, 2)
        self.outputs = np.array(plan.outputs, dtype=np.int64)
        self.guards = np.array([register for register, _ in plan.guards], dtype=np.int64)

    def run(self, uniforms: Any, inputs: Any, seeds: Any = None) -> Run:
        """See `Executor`."""
        import numpy as np

        plan, lanes = self.plan, inputs.shape[1]
        V = np.empty((plan.registers, lanes))
        V[: plan.inputs] = inputs
        V[self.broadcast[:, 0]] = uniforms[self.broadcast[:, 1], None]
        with np.errstate(all="ignore"):
            for step, index in self.steps:
                results = V[step.first : step.first + step.size]
                if isinstance(step, Product):
                    weights, biases = _matrix(step, uniforms)
                    np.matmul(weights, V[index[0]], out=results)
                    results += biases[:, None]
                else:
                    results[:] = step.row.primal(self.m, *step.row.arguments([V[i] for i in index]))
            gradients = () if seeds is None else self._backward(uniforms, V, seeds)
        return Run(V[self.outputs], V[self.guards], *gradients)

    def _backward(self, uniforms: Any, V: Any, seeds: Any) -> Any:
        import numpy as np

        A = np.zeros_like(V)
        gradients = np.zeros_like(uniforms)
        np.add.at(A, self.outputs, seeds)
        for step, index in reversed(self.steps):
            adjoint = A[step.first : step.first + step.size]
            if isinstance(step, Product):
                weights, _ = _matrix(step, uniforms)
                d_weights, d_biases = _matrix(step, gradients)
                d_weights += adjoint @ V[index[0]].T
                d_biases += adjoint.sum(axis=1)
                A[index[0]] += weights.T @ adjoint
                continue
            operands = [V[i] for i in index]
            out = V[step.first : step.first + step.size]
            partials = step.row.partials_at(self.m, step.row.arguments(operands), out)
            for point, values in step.row.at.items():
                here = np.logical_and.reduce([operand == x for operand, x in zip(operands, point, strict=True)])
                partials = [np.where(here, value, p) for value, p in zip(values, partials, strict=True)]
            for i, partial in zip(index, partials, strict=True):
                np.add.at(A, i, adjoint * partial)
        np.add.at(gradients, self.broadcast[:, 1], A[self.broadcast[:, 0]].sum(axis=1))
        return A[: self.plan.inputs], gradients


def _matrix(step: Product, numbers: Any) -> tuple[Any, Any]:
    """The weights and biases of a product among `numbers`, as views."""
    count, width = step.shape
    rows = numbers[step.weights : step.weights + count * width].reshape(step.shape)
    return rows[:, :-1], rows[:, -1]
