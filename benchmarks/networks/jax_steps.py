"""JAX as its users write it: one jitted function for a step, called from Python."""

import jax
import jax.numpy as jnp
import numpy as np

from . import Outcome
from .jax_scan import JaxScan


class JaxSteps(JaxScan):
    name = "JAX, a call per step"
    timed = "one jitted call for each step, batches taken inside; compiled before"

    def __init__(self, problem):
        super().__init__(problem)

        def step(vector, X, Y, chosen):
            (_, loss), gradient = jax.value_and_grad(self.of_batch, has_aux=True)(vector, X[chosen], Y[chosen])
            return vector - problem.rate * gradient, loss

        self.step = jax.jit(step, donate_argnums=0)

    def caller(self, chosen):
        vector, X, Y = self.problem.start.copy(), self.X[chosen], self.Y[chosen]

        def call():
            vector[0] += 1e-9
            (objective, _), gradient = self.value_and_gradient(vector, X, Y)
            return float(objective), np.asarray(gradient)

        return call

    def train(self, orders):
        vector, totals = jnp.array(self.start), []
        for order in orders:
            parts = []
            for at in range(0, len(order), self.problem.batch):
                chosen = order[at : at + self.problem.batch]
                vector, loss = self.step(vector, self.X, self.Y, chosen)
                parts.append((loss, len(chosen)))
            totals.append(parts)
        losses = [sum(float(loss) * n for loss, n in parts) / len(order) for parts in totals]
        return Outcome(losses, np.asarray(vector))


LEARNER = JaxSteps
