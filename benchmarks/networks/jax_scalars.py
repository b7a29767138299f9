"""JAX on the scalar program: every weight, product and sum is a scalar, as in this library; vmap over the examples."""

import time

import jax
import jax.numpy as jnp
import numpy as np

from . import NotForThisError, Outcome
from .jax_scan import JaxScan


class JaxScalars(JaxScan):
    name = "JAX, scalars"
    timed = "one jitted call for each step; compiled before"

    def __init__(self, problem):
        if problem.name != "moons":
            raise NotForThisError("XLA compiles programs of scalars so long that it is shown for the moons alone")
        super().__init__(problem)
        started = time.perf_counter()
        self.step = jax.jit(self.step_of_scalars).lower(self.start, self.X, self.Y).compile()
        self.compile_seconds = time.perf_counter() - started

    def step_of_scalars(self, vector, X, Y):
        (objective, loss), gradient = jax.value_and_grad(self.of_batch, has_aux=True)(vector, X, Y)
        return objective, loss, gradient, vector - self.problem.rate * gradient

    def outputs(self, vector, X):
        scalars = iter([part[0] for part in jax.lax.split(vector, [1] * len(vector))])
        layers = []
        for m, n in self.problem.shapes:
            rows = [[next(scalars) for _ in range(n)] for _ in range(m)]
            layers.append(list(zip(rows, [next(scalars) for _ in range(m)], strict=True)))

        def one(x):
            a = [x[i] for i in range(self.problem.sizes[0])]
            for layer in layers:
                a = [sum((w * x for w, x in zip(weights, a, strict=True)), bias) for weights, bias in layer]
                if layer is not layers[-1]:
                    a = [getattr(jax.nn, self.problem.activation)(z) for z in a]
            return jnp.stack(a)

        return jax.vmap(one)(X)

    def objective(self, parameters, chosen):
        objective, _, gradient, _ = self.step(jnp.asarray(parameters), self.X[chosen], self.Y[chosen])
        return float(objective), np.asarray(gradient)

    def train(self, orders):
        vector, losses = self.start, []
        for _ in orders:
            _, loss, _, vector = self.step(vector, self.X, self.Y)
            losses.append(loss)
        return Outcome(np.array(losses), np.asarray(vector))


LEARNER = JaxScalars
