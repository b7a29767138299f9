"""A recorded program as a pure JAX function, for what JAX does well: other devices, and many of them."""

from collections.abc import Callable
from typing import Any

from ..row import Primitive
from .arrays import Arrays
from .plan import Product
from .program import Program


def to_jax(program: Program) -> Callable[[Any, Any, Any], Any]:
    """The program as a function ``g(parameters, inputs, places)`` of one lane that returns the vector of outputs.

    The parameters are found at `places` in the vector `parameters`; `inputs` may be in containers. The function is pure,
    and derivatives are those of the rows of the table, at ties and kinks too.

    Raises
    ------
    ModuleNotFoundError
        If JAX is not there.
    """
    try:
        import jax
    except ImportError:
        raise ModuleNotFoundError("to_jax needs JAX: pip install jax", name="jax") from None
    run = _runner(program)

    def function(parameters: Any, inputs: Any, places: Any) -> Any:
        flat = [jax.numpy.ravel(jax.numpy.asarray(x, dtype=float)) for x in _flat(inputs)]
        numbers = jax.numpy.concatenate(flat) if flat else jax.numpy.zeros(0)
        return run(jax.numpy.asarray(parameters)[places], numbers)

    return function


def _flat(tree: Any) -> list[Any]:
    """The numbers and arrays in containers, in the order of `Lanes`."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [x for part in tree for x in _flat(part)] if isinstance(tree, list | tuple) else [tree]


def _runner(program: Program) -> Callable[[Any, Any], Any]:
    """The program as a function of two vectors, its parameters and inputs."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    m = Arrays(jnp)
    operations: dict[Primitive, Callable[..., Any]] = {}

    def operation(row: Primitive) -> Callable[..., Any]:
        """`row` on arrays, with its own derivatives."""
        if row not in operations:
            compute = jax.custom_jvp(lambda *operands: row.primal(m, *row.arguments(operands)))

            def tangent(operands: Any, tangents: Any) -> Any:
                out = compute(*operands)
                partials = row.partials_at(m, row.arguments(operands), out)
                for point, values in row.at.items():
                    here = jnp.all(jnp.stack([x == at for x, at in zip(operands, point, strict=True)]), axis=0)
                    partials = [jnp.where(here, value, p) for value, p in zip(values, partials, strict=True)]
                return out, sum(p * t for p, t in zip(partials, tangents, strict=True))

            compute.defjvp(tangent)
            operations[row] = compute
        return operations[row]

    def run(parameters: Any, inputs: Any) -> Any:
        uniforms = jnp.asarray(program.constants)
        to, source = program.from_parameters
        uniforms = uniforms.at[to].set(parameters[source])
        if run_hoisted is not None:
            to, source = program.from_hoisted
            uniforms = uniforms.at[to].set(run_hoisted(jnp.zeros(0), parameters)[source])
        plan = program.plan
        V = jnp.concatenate([inputs, uniforms[np.array([p for _, p in plan.broadcast], dtype=int)]])
        for step in plan.steps:
            if isinstance(step, Product):
                count, width = step.shape
                rows = uniforms[step.weights : step.weights + count * width].reshape(step.shape)
                results = rows[:, :-1] @ V[np.array(step.inputs)] + rows[:, -1]
            else:
                results = operation(step.row)(*[V[np.array(operand)] for operand in step.operands])
            V = jnp.concatenate([V, results])
        return V[np.array(plan.outputs)]

    run_hoisted = _runner(program.hoisted) if program.hoisted else None
    return run
