"""JAX, jitted: an epoch is one ``lax.scan`` over its batches, all epochs one over the epochs."""

import os
import time

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np

from . import Learner, Outcome

jax.config.update("jax_enable_x64", True)


class JaxScan(Learner):
    name = "JAX, lax.scan"
    timed = "all steps in one jitted call with lax.scan; compiled before"

    def __init__(self, problem):
        super().__init__(problem)
        self.X, self.Y = jnp.asarray(problem.X), jnp.asarray(problem.Y)
        self.start = jnp.asarray(problem.start)
        self.value_and_gradient = jax.jit(jax.value_and_grad(self.of_batch, has_aux=True))
        self.run = jax.jit(self.epochs)

    def outputs(self, vector, X):
        """The model's outputs for the rows of `X`."""
        a = X
        layers = self.problem.layers(vector)
        for W, b in layers[:-1]:
            a = getattr(jax.nn, self.problem.activation)(a @ W.T + b)
        W, b = layers[-1]
        return a @ W.T + b

    def penalty(self, vector):
        return self.problem.share * 0.5 * sum(jnp.vdot(W, W) for W, _ in self.problem.layers(vector))

    def of_batch(self, vector, X, Y):
        """The objective of a batch, and its mean loss."""
        y = self.outputs(vector, X)
        if self.problem.loss == "cross_entropy":
            loss = (jax.nn.logsumexp(y, axis=1) - (y * Y).sum(axis=1)).mean()
        elif self.problem.loss == "hinge":
            loss = jax.nn.relu(1.0 - Y * y).sum() / len(y)
        else:
            loss = 0.5 * ((y - Y) ** 2).sum() / len(y)
        return (loss + self.penalty(vector) if self.problem.strength else loss), loss

    def epochs(self, vector, orders, X, Y):
        problem = self.problem

        def step(vector, chosen):
            (_, loss), gradient = jax.value_and_grad(self.of_batch, has_aux=True)(vector, X[chosen], Y[chosen])
            return vector - problem.rate * gradient, loss * len(chosen)

        def epoch(vector, order):
            whole = len(order) // problem.batch * problem.batch
            vector, losses = jax.lax.scan(step, vector, order[:whole].reshape(-1, problem.batch))
            total = losses.sum()
            if whole < len(order):
                vector, loss = step(vector, order[whole:])
                total += loss
            return vector, total / len(order)

        return jax.lax.scan(epoch, vector, orders)

    def objective(self, parameters, chosen):
        (objective, _), gradient = self.value_and_gradient(jnp.asarray(parameters), self.X[chosen], self.Y[chosen])
        return float(objective), np.asarray(gradient)

    def train(self, orders):
        if not self.compile_seconds:
            started = time.perf_counter()
            self.run = self.run.lower(self.start, orders, self.X, self.Y).compile()
            self.compile_seconds = time.perf_counter() - started
        vector, losses = self.run(self.start, orders, self.X, self.Y)
        return Outcome(np.asarray(losses), np.asarray(vector))


LEARNER = JaxScan
