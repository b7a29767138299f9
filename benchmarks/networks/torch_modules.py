"""PyTorch as its users write it: modules, a loss, an optimizer, one step after the other."""

import torch

from . import Learner, Outcome

ACTIVATIONS = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}


class TorchModules(Learner):
    name = "PyTorch"
    timed = "all steps, taking the batches from one tensor included"

    def __init__(self, problem):
        super().__init__(problem)
        torch.set_num_threads(1)
        layers = []
        for m, n in problem.shapes:
            layers += [torch.nn.Linear(n, m, dtype=torch.float64), ACTIVATIONS[problem.activation]()]
        self.model = torch.nn.Sequential(*layers[:-1])
        self.parameters = list(self.model.parameters())
        self.optimizer = torch.optim.SGD(self.parameters, lr=problem.rate)
        self.X, self.Y = torch.from_numpy(problem.X), torch.from_numpy(problem.Y)

    def put(self, vector):
        with torch.no_grad():
            torch.nn.utils.vector_to_parameters(torch.from_numpy(vector.copy()), self.parameters)

    def loss(self, chosen):
        outputs, targets = self.model(self.X[chosen]), self.Y[chosen]
        if self.problem.loss == "cross_entropy":
            return torch.nn.functional.cross_entropy(outputs, targets)
        if self.problem.loss == "hinge":
            return torch.relu(1.0 - targets * outputs).sum() / len(chosen)
        return 0.5 * ((outputs - targets) ** 2).sum() / len(chosen)

    def step(self, chosen):
        """Loss and objective of a batch; the gradient is in the parameters."""
        self.optimizer.zero_grad()
        loss = objective = self.loss(chosen)
        if self.problem.strength:
            objective = loss + self.problem.share * 0.5 * sum((W * W).sum() for W in self.parameters[::2])
        objective.backward()
        return loss, objective

    def objective(self, parameters, chosen):
        self.put(parameters)
        _, objective = self.step(torch.as_tensor(chosen))
        return objective.item(), torch.cat([p.grad.ravel() for p in self.parameters]).numpy()

    def train(self, orders):
        self.put(self.problem.start)
        losses = []
        for order in torch.from_numpy(orders):
            total = 0.0
            for chosen in torch.split(order, self.problem.batch):
                total += len(chosen) * self.step(chosen)[0].detach()
                self.optimizer.step()
            losses.append(float(total) / len(order))
        return Outcome(losses, torch.nn.utils.parameters_to_vector(self.parameters).detach().numpy())


LEARNER = TorchModules
