"""NumPy by hand: backpropagation written out, results written into arrays that are made once."""

import numpy as np

from . import Learner, Outcome, Problem


class NumPyByHand(Learner):
    name = "NumPy by hand"
    timed = "all steps, gathering the batches included"

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.parameters = problem.start.copy()
        self.gradient = np.empty_like(self.parameters)
        self.layers = problem.layers(self.parameters)
        self.gradients = problem.layers(self.gradient)
        self.sizes = {}

    def buffers(self, count: int):
        """Room for the activations of each layer, their adjoints and the targets of `count` examples."""
        if count not in self.sizes:
            sizes = self.problem.sizes
            self.sizes[count] = (
                [np.empty((count, n)) for n in sizes], [np.empty((count, n)) for n in sizes], np.empty((count, sizes[-1])),
            )  # fmt: skip
        return self.sizes[count]

    def sweep(self, chosen) -> float:
        """The mean loss of a batch; its gradient is in `self.gradient`."""
        count, last = len(chosen), len(self.layers)
        activations, adjoints, targets = self.buffers(count)
        np.take(self.problem.X, chosen, axis=0, out=activations[0])
        np.take(self.problem.Y, chosen, axis=0, out=targets)
        for l, (W, b) in enumerate(self.layers, 1):
            z = np.matmul(activations[l - 1], W.T, out=activations[l])
            z += b
            if l < last:
                np.maximum(z, 0.0, out=z) if self.problem.activation == "relu" else np.tanh(z, out=z)
        loss = self.output_adjoint(activations[last], targets, adjoints[last])
        for l in range(last, 0, -1):
            dW, db = self.gradients[l - 1]
            np.matmul(adjoints[l].T, activations[l - 1], out=dW)
            adjoints[l].sum(axis=0, out=db)
            if l > 1:
                d, a = np.matmul(adjoints[l], self.layers[l - 1][0], out=adjoints[l - 1]), activations[l - 1]
                d *= a > 0.0 if self.problem.activation == "relu" else 1.0 - a * a
        if self.problem.strength:
            for (W, _), (dW, _) in zip(self.layers, self.gradients, strict=True):
                dW += self.problem.share * W
        return loss

    def output_adjoint(self, y, t, d) -> float:
        count = len(y)
        if self.problem.loss == "hinge":
            margins = np.multiply(y, t, out=y)
            np.subtract(1.0, margins, out=margins)
            wrong = margins > 0.0
            np.multiply(wrong, t, out=d)
            d *= -1.0 / count
            return float(margins[wrong].sum()) / count
        if self.problem.loss == "half_squared_error":
            np.subtract(y, t, out=d)
            loss = 0.5 * float(np.vdot(d, d)) / count
            d *= 1.0 / count
            return loss
        y -= y.max(axis=1, keepdims=True)
        right = float(np.vdot(y, t))
        np.exp(y, out=d)
        sums = d.sum(axis=1, keepdims=True)
        d /= sums
        d -= t
        d *= 1.0 / count
        return (float(np.log(sums).sum()) - right) / count

    def penalty(self) -> float:
        return self.problem.share * 0.5 * sum(float(np.vdot(W, W)) for W, _ in self.layers)

    def objective(self, parameters, chosen):
        self.parameters[:] = parameters
        loss = self.sweep(chosen)
        return loss + self.penalty(), self.gradient

    def caller(self, chosen):
        self.parameters[:] = self.problem.start

        def call():
            self.parameters[0] += 1e-9
            return self.sweep(chosen) + self.penalty(), self.gradient

        return call

    def train(self, orders):
        problem = self.problem
        self.parameters[:] = problem.start
        losses = []
        for order in orders:
            total = 0.0
            for start in range(0, len(order), problem.batch):
                chosen = order[start : start + problem.batch]
                total += len(chosen) * self.sweep(chosen)
                self.gradient *= problem.rate
                self.parameters -= self.gradient
            losses.append(total / len(order))
        return Outcome(losses, self.parameters.copy())


LEARNER = NumPyByHand
