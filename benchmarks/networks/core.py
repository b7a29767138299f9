"""autograd_core: `fit`; the compiled loop that it runs, alone; and `value_and_grad` from outside."""

import time
from contextlib import nullcontext

import numpy as np

from autograd_core import Trainer, jit
from nn import MLP, Callback, fit
from nn.losses import get as get_loss
from nn.regularizers import L2

from . import Learner, Outcome


class Clock(Callback):
    """The processor time between the begin and the end of a training."""

    def on_train_begin(self, training):  # noqa: ARG002 - other callbacks need it
        self.started = time.process_time()

    def on_train_end(self, training):  # noqa: ARG002
        self.seconds = time.process_time() - self.started


class Core(Learner):
    """What the three ways have in common: the model, and its parameters in the order of the problem."""

    def __init__(self, problem):
        super().__init__(problem)
        n, *sizes = problem.sizes
        self.model = MLP(n, sizes, activation=problem.activation, seed=0)
        self.ordered = []
        for layer in self.model.layers:
            self.ordered += [w for neuron in layer.neurons for w in neuron.w]
            self.ordered += [neuron.b for neuron in layer.neurons]

    def put(self, vector):
        for p, x in zip(self.ordered, vector.tolist(), strict=True):
            p.data = x

    def get(self):
        return np.array([p.data for p in self.ordered])

    def example(self, x, target):
        """The loss of one example."""
        outputs = self.model(x)
        return get_loss(self.problem.loss)(outputs, target[0] if len(target) == 1 else target)

    def objective(self, parameters, chosen):
        self.put(parameters)
        trainer = self.trainer()
        result = trainer.gradients(np.asarray(chosen))
        return float(result.losses[0] + result.penalties[0]), np.array([p.grad for p in self.ordered])

    def trainer(self):
        """The compiled loop for this problem."""
        omega = L2(self.problem.strength)
        penalty = (lambda: omega(self.model)) if self.problem.strength else None
        share = 1.0 / len(self.problem.X)
        inputs = (self.problem.X, self.problem.Y)
        return Trainer(jit(self.example, threads=1), inputs, [self.model.parameters()], penalty, share)


class ByFit(Core):
    name = "fit"
    timed = (
        "all of the training: order of the examples, steps, accuracy, history (not the checks and the recording before)"
    )

    def train(self, orders, watch=nullcontext):
        """The same orders come from the seed."""
        problem = self.problem
        self.put(problem.start)
        y = problem.Y.argmax(axis=1) if problem.loss == "cross_entropy" else problem.Y[:, 0].astype(int)
        clock = Clock()
        with watch():
            history = fit(
                self.model, problem.X, y, loss=problem.loss, optimizer="sgd", learning_rate=problem.rate,
                epochs=len(orders), batch_size=problem.batch, regularizer=L2(problem.strength) if problem.strength else None,
                seed=0, engine="compiled", callbacks=[clock], verbose=0,
            )  # fmt: skip
        self.seconds = clock.seconds
        return Outcome(history.history["loss"], self.get())


class Loop(Core):
    name = "compiled loop alone"
    timed = "one call of Trainer.train: reading and writing the Values included, order of the examples given"

    def __init__(self, problem):
        super().__init__(problem)
        self.loop = self.trainer()

    def train(self, orders):
        problem = self.problem
        self.put(problem.start)
        batches = [order[at : at + problem.batch] for order in orders for at in range(0, len(order), problem.batch)]

        def update(w, g):
            return (w - problem.rate * g,)

        started = time.process_time()
        result = self.loop.train(batches, [(len(batches), [update])], [np.zeros((0, len(self.ordered)))])
        self.seconds = time.process_time() - started
        totals = result.losses * [len(batch) for batch in batches]
        return Outcome(totals.reshape(len(orders), -1).sum(axis=1) / len(problem.X), self.get())


class FromOutside(Core):
    name = "value_and_grad"
    timed = "one call after a parameter was changed"

    def __init__(self, problem):
        super().__init__(problem)
        penalty = L2(problem.strength / len(problem.X))
        self.compiled = jit(
            lambda x, t: self.example(x, t) + (penalty(self.model) if problem.strength else 0.0), threads=1
        )

    def objective(self, parameters, chosen):
        self.put(parameters)
        values, gradients = self.compiled.value_and_grad(self.problem.X[chosen], self.problem.Y[chosen])
        found = dict(zip(self.compiled.parameters, gradients.parameters, strict=True))
        return values.mean(), np.array([found[p] for p in self.ordered]) / len(chosen)

    def caller(self, chosen):
        X, Y, first = self.problem.X[chosen], self.problem.Y[chosen], self.ordered[0]

        def call():
            first.data += 1e-9
            values, gradients = self.compiled.value_and_grad(X, Y)
            return values.mean(), gradients.parameters / len(chosen)

        return call


LEARNERS = (ByFit, Loop, FromOutside)
