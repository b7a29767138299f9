"""JAX on the scalar program: every weight, product and sum is a scalar, as in this library; vmap over the examples."""

import jax

from . import NotForThisError
from .jax_scan import JaxScan

MOST = 1000
"""Parameters from which on XLA would compile for many minutes."""


class JaxScalars(JaxScan):
    name = "JAX, scalars"
    timed = "the same for a program of scalars under vmap"

    def __init__(self, problem):
        if len(problem.start) > MOST:
            raise NotForThisError(f"a program of scalars with {len(problem.start):,} parameters compiles too long")
        if problem.name != "moons":
            raise NotForThisError("run for the moons alone, because it compiles so long")
        super().__init__(problem)

    def outputs(self, vector, X):
        layers = [
            [([W[j, i] for i in range(W.shape[1])], b[j]) for j in range(len(b))] for W, b in self.problem.layers(vector)
        ]

        def one(x):
            a = [x[i] for i in range(self.problem.sizes[0])]
            for layer in layers:
                a = [sum((w * x for w, x in zip(weights, a, strict=True)), bias) for weights, bias in layer]
                if layer is not layers[-1]:
                    a = [getattr(jax.nn, self.problem.activation)(z) for z in a]
            return jax.numpy.stack(a)

        return jax.vmap(one)(X)


LEARNER = JaxScalars
