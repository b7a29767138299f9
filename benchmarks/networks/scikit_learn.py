"""scikit-learn's MLPClassifier with its plain gradient descent, an epoch per ``partial_fit``."""

import numpy as np
from sklearn.neural_network import MLPClassifier

from . import Learner, NotForThisError, Outcome


class ScikitLearn(Learner):
    name = "scikit-learn"
    timed = "partial_fit for every epoch, on examples in their order"

    def __init__(self, problem):
        if problem.loss != "cross_entropy" or problem.sizes[-1] < 3:
            raise NotForThisError("MLPClassifier has no such loss")
        super().__init__(problem)
        self.y = problem.Y.argmax(axis=1)
        self.model = MLPClassifier(
            problem.sizes[1:-1], activation=problem.activation, solver="sgd", alpha=0.0, batch_size=problem.batch,
            learning_rate_init=problem.rate, momentum=0.0, nesterovs_momentum=False, shuffle=False,
        )  # fmt: skip
        self.model.partial_fit(
            problem.X[: problem.batch], self.y[: problem.batch], classes=np.arange(problem.sizes[-1])
        )

    def put(self, vector):
        for (W, b), into, biases in zip(
            self.problem.layers(vector), self.model.coefs_, self.model.intercepts_, strict=True
        ):
            into[:], biases[:] = W.T, b

    def get(self):
        return np.concatenate(
            [part.ravel() for W, b in zip(self.model.coefs_, self.model.intercepts_, strict=True) for part in (W.T, b)]
        )

    def objective(self, parameters, chosen):
        """By a step of known length: there is no public way to the gradient."""
        self.put(parameters)
        self.model.partial_fit(self.problem.X[chosen], self.y[chosen])
        return self.model.loss_, (parameters - self.get()) / self.problem.rate

    def train(self, orders):
        self.put(self.problem.start)
        losses = []
        for order in orders:
            self.model.partial_fit(self.problem.X[order], self.y[order])
            losses.append(self.model.loss_)
        return Outcome(losses, self.get())


LEARNER = ScikitLearn
