"""Numba by hand: the whole training is one compiled loop; matrix products are BLAS, all else is fused."""

import math

import numba
import numpy as np

from . import Learner, Outcome

jit = numba.njit(fastmath={"reassoc", "contract", "nsz"}, error_model="numpy")
HINGE, CROSS_ENTROPY, HALF_SQUARED_ERROR = range(3)
LOSSES = {"hinge": HINGE, "cross_entropy": CROSS_ENTROPY, "half_squared_error": HALF_SQUARED_ERROR}


@jit
def output_adjoint(loss, y, t, d):
    count, width = y.shape
    total, share = 0.0, 1.0 / count
    for i in range(count):
        if loss == CROSS_ENTROPY:
            top = y[i, 0]
            for k in range(1, width):
                top = max(top, y[i, k])
            mass = 0.0
            for k in range(width):
                d[i, k] = math.exp(y[i, k] - top)
                mass += d[i, k]
                total -= t[i, k] * (y[i, k] - top)
            total += math.log(mass)
            for k in range(width):
                d[i, k] = share * (d[i, k] / mass - t[i, k])
        elif loss == HINGE:
            for k in range(width):
                margin = 1.0 - t[i, k] * y[i, k]
                d[i, k] = -share * t[i, k] if margin > 0.0 else 0.0
                total += max(margin, 0.0)
        else:
            for k in range(width):
                error = y[i, k] - t[i, k]
                d[i, k] = share * error
                total += 0.5 * error * error
    return total * share


@jit
def sweep(chosen, X, Y, loss, relu, share, weights, biases, dW, db, activations, adjoints, targets):
    """The mean loss of a batch, and its gradient in `dW` and `db`."""
    count, last = len(chosen), len(weights)
    x, t = activations[0][:count], targets[:count]
    for i in range(count):
        x[i] = X[chosen[i]]
        t[i] = Y[chosen[i]]
    for l in range(last):
        z = activations[l + 1][:count]
        np.dot(activations[l][:count], weights[l].T, z)
        for i in range(count):
            for j in range(z.shape[1]):
                a = z[i, j] + biases[l][j]
                if l < last - 1:
                    a = max(a, 0.0) if relu else math.tanh(a)
                z[i, j] = a
    mean = output_adjoint(loss, activations[last][:count], t, adjoints[last][:count])
    for l in range(last - 1, -1, -1):
        d = adjoints[l + 1][:count]
        if l < last - 1:
            a = activations[l + 1][:count]
            for i in range(count):
                for j in range(d.shape[1]):
                    d[i, j] *= (1.0 if a[i, j] > 0.0 else 0.0) if relu else 1.0 - a[i, j] * a[i, j]
        np.dot(d.T, activations[l][:count], dW[l])
        db[l][:] = 0.0
        for i in range(count):
            for j in range(d.shape[1]):
                db[l][j] += d[i, j]
        if share != 0.0:
            dW[l][:] += share * weights[l]
        if l > 0:
            np.dot(d, weights[l], adjoints[l][:count])
    return mean


@jit
def train(orders, batch, rate, parameters, gradient, losses, X, Y, loss, relu, share, *arrays):
    for epoch in range(len(orders)):
        order, total, start = orders[epoch], 0.0, 0
        while start < len(order):
            chosen = order[start : start + batch]
            total += len(chosen) * sweep(chosen, X, Y, loss, relu, share, *arrays)
            for i in range(len(parameters)):
                parameters[i] -= rate * gradient[i]
            start += batch
        losses[epoch] = total / len(order)


class NumbaByHand(Learner):
    name = "Numba by hand"
    timed = "all steps in one call, gathering the batches included; compiled before"

    def __init__(self, problem):
        super().__init__(problem)
        self.parameters = problem.start.copy()
        self.gradient = np.empty_like(self.parameters)
        weights, biases = zip(*problem.layers(self.parameters), strict=True)
        dW, db = zip(*problem.layers(self.gradient), strict=True)
        room = [tuple(np.empty((problem.batch, n)) for n in problem.sizes) for _ in range(2)]
        self.arrays = (
            np.ascontiguousarray(problem.X), problem.Y, LOSSES[problem.loss], problem.activation == "relu", problem.share,
            weights, biases, dW, db, *room, np.empty((problem.batch, problem.sizes[-1])),
        )  # fmt: skip

    def objective(self, parameters, chosen):
        self.parameters[:] = parameters
        loss = sweep(np.asarray(chosen), *self.arrays)
        weights = self.arrays[5]
        return loss + self.problem.share * 0.5 * sum(float(np.vdot(W, W)) for W in weights), self.gradient

    def train(self, orders):
        self.parameters[:] = self.problem.start
        losses = np.empty(len(orders))
        train(orders, self.problem.batch, self.problem.rate, self.parameters, self.gradient, losses, *self.arrays)
        return Outcome(losses, self.parameters.copy())


LEARNER = NumbaByHand
