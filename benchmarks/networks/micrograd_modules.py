"""micrograd as shipped, with its own neurons and layers."""

import numpy as np
from micrograd.nn import MLP

from . import Learner, NotForThisError, Outcome


class MicrogradModules(Learner):
    name = "micrograd"
    timed = "one step, with the garbage collector on as users run it, and off"
    slow = True

    def __init__(self, problem):
        if problem.activation != "relu" or problem.loss != "hinge":
            raise NotForThisError("it has neither exp nor tanh")
        super().__init__(problem)
        self.model = MLP(problem.sizes[0], list(problem.sizes[1:]))

    def put(self, vector):
        for layer, (W, b) in zip(self.model.layers, self.problem.layers(vector), strict=True):
            for neuron, row, bias in zip(layer.neurons, W.tolist(), b.tolist(), strict=True):
                for w, x in zip(neuron.w, row, strict=True):
                    w.data = x
                neuron.b.data = bias

    def numbers(self, field):
        """`data` or `grad` of the parameters, in the order of the problem."""
        found = []
        for layer in self.model.layers:
            found += [getattr(w, field) for neuron in layer.neurons for w in neuron.w]
            found += [getattr(neuron.b, field) for neuron in layer.neurons]
        return np.array(found)

    def step(self, chosen):
        problem = self.problem
        outputs = [self.model([float(x) for x in problem.X[i]]) for i in chosen]
        losses = [(1 + -float(problem.Y[i, 0]) * y).relu() for i, y in zip(chosen, outputs, strict=True)]
        loss = sum(losses) * (1.0 / len(losses))
        weights = [w for layer in self.model.layers for neuron in layer.neurons for w in neuron.w]
        objective = loss + problem.share * 0.5 * sum(w * w for w in weights)
        self.model.zero_grad()
        objective.backward()
        return loss.data, objective.data

    def objective(self, parameters, chosen):
        self.put(parameters)
        return self.step(chosen)[1], self.numbers("grad")

    def train(self, orders):
        self.put(self.problem.start)
        losses = []
        for order in orders:
            losses.append(self.step(order)[0])
            for p in self.model.parameters():
                p.data -= self.problem.rate * p.grad
        return Outcome(losses, self.numbers("data"))


LEARNER = MicrogradModules
