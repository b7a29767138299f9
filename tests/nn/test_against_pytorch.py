"""Training here and in PyTorch from the same weights on the same batches: losses and weights stay equal.

Deviations from PyTorch that are known: its softplus switches to the identity above 20 (the threshold is lifted here),
it averages over outputs where `nn` sums, and its squared error has no ½. Equality shows that both compute the same,
not that both are right; the derivatives are held against exact arithmetic elsewhere.
"""

import itertools
import random
from typing import NamedTuple

import pytest

from nn import L2, MLP, Callback, fit, losses, optimizers, schedules

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install 'autograd-core[bench]'")
torch.set_num_threads(1)
F = torch.nn.functional

N, B, EPOCHS, N_INPUTS = 8, 4, 25, 3  # 2 batches an epoch: 50 steps
TOLERANCE = 1e-11


class LossCase(NamedTuple):
    """A loss by name, the output activation it is used with, its targets, and PyTorch's form of it."""

    output_activation: str
    targets: list
    ours: object  # what PyTorch computes from (outputs, targets as float rows, targets as they are)


NUMBERS = [0.3, -0.7, 1.1, 0.2, -0.4, 0.9, 0.0, 0.5]
BITS = [0, 1, 1, 0, 1, 0, 0, 1]
SIGNS = [2 * bit - 1 for bit in BITS]
CLASSES = [0, 2, 1, 1, 0, 2, 2, 1]
LOSSES = {
    "half_squared_error": LossCase("linear", NUMBERS, lambda z, t: 0.5 * F.mse_loss(z[:, 0], t)),
    "residual_sum_of_squares": LossCase("tanh", NUMBERS, lambda z, t: F.mse_loss(z[:, 0], t)),
    "binary_cross_entropy": LossCase("sigmoid", BITS, lambda z, t: F.binary_cross_entropy(z[:, 0], t)),
    "binary_cross_entropy_with_logits": LossCase(
        "linear", BITS, lambda z, t: F.binary_cross_entropy_with_logits(z[:, 0], t)
    ),
    "hinge": LossCase("linear", SIGNS, lambda z, t: F.relu(1 - t * z[:, 0]).mean()),
    "cross_entropy": LossCase("linear", CLASSES, lambda z, t: F.cross_entropy(z, t.long())),
    "cross_entropy_on_probabilities": LossCase("softmax", CLASSES, lambda z, t: F.nll_loss(z.log(), t.long())),
}
ACTIVATIONS = {
    "linear": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "softplus": lambda z: F.softplus(z, threshold=1e9),
    "gelu": F.gelu,
    "silu": F.silu,
    "softmax": lambda z: F.softmax(z, dim=1),
}
HIDDEN = [name for name in ACTIVATIONS if name not in ("linear", "softmax")]
OPTIMIZERS = {
    "sgd": ("sgd", {"lr": 0.1}),
    "sgd with momentum and decay": ("sgd", {"lr": 0.05, "momentum": 0.9, "dampening": 0.1, "weight_decay": 0.01}),
    "sgd with nesterov": ("sgd", {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01}),
    "adagrad": ("adagrad", {}),
    "adagrad with all options": (
        "adagrad",
        {"lr": 0.1, "lr_decay": 0.01, "weight_decay": 0.1, "initial_accumulator_value": 0.1, "eps": 1e-6},
    ),
    "rmsprop": ("rmsprop", {}),
    "rmsprop with all options": (
        "rmsprop",
        {"lr": 0.005, "alpha": 0.9, "eps": 1e-6, "weight_decay": 0.1, "momentum": 0.5},
    ),
    "adam": ("adam", {}),
    "adam with all options": ("adam", {"lr": 0.02, "betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.1}),
    "adamw": ("adamw", {}),
    "adamw with all options": ("adamw", {"lr": 0.02, "betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.3}),
}
TORCH_OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "adagrad": torch.optim.Adagrad,
    "rmsprop": torch.optim.RMSprop,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
}


class Losses(Callback):
    def __init__(self):
        self.seen = []

    def on_batch_end(self, training):
        self.seen.append(training.batch.loss)


def as_parameters(model):
    """The layers' weights and biases as PyTorch parameters."""
    return [
        (
            torch.nn.Parameter(torch.tensor([row[1:] for row in matrix], dtype=torch.float64)),
            torch.nn.Parameter(torch.tensor([row[0] for row in matrix], dtype=torch.float64)),
        )
        for matrix in model.weight_matrices()
    ]


def difference(model, parameters):
    ours = [x for matrix in model.weight_matrices() for row in matrix for x in [*row[1:], row[0]]]
    theirs = [x for W, b in parameters for row, bias in zip(W.tolist(), b.tolist(), strict=True) for x in [*row, bias]]
    return max(abs(a - b) for a, b in zip(ours, theirs, strict=True))


def train_both(optimizer, loss, activation, strength=0.0, seed=0):
    """The losses of all steps here and there, and the largest difference of a weight afterwards."""
    case = LOSSES[loss]
    generator = random.Random(seed)
    X = [[generator.gauss(0.0, 1.0) for _ in range(N_INPUTS)] for _ in range(N)]
    n_outputs = 3 if case.targets is CLASSES else 1
    model = MLP(N_INPUTS, [4, n_outputs], activation, case.output_activation, init="xavier", seed=seed)
    parameters = as_parameters(model)
    name, options = OPTIMIZERS[optimizer]

    watch = Losses()
    own = optimizers.get(name, model.parameters(), **options)
    fit(model, X, case.targets, loss=loss, optimizer=own, epochs=EPOCHS, batch_size=B, shuffle=False,
        regularizer=L2(strength) if strength else None, callbacks=watch, verbose=0)  # fmt: skip

    rows, targets = torch.tensor(X, dtype=torch.float64), torch.tensor(case.targets, dtype=torch.float64)
    torch_optimizer = TORCH_OPTIMIZERS[name]([p for pair in parameters for p in pair], **options)
    seen = []
    for _, start in itertools.product(range(EPOCHS), range(0, N, B)):
        a = rows[start : start + B]
        for (W, b), g in zip(parameters, (activation, case.output_activation), strict=True):
            a = ACTIVATIONS[g](a @ W.T + b)
        cost = case.ours(a, targets[start : start + B])
        seen.append(cost.item())
        cost = cost + strength / N * sum(0.5 * (W * W).sum() for W, _ in parameters)
        torch_optimizer.zero_grad()
        cost.backward()
        torch_optimizer.step()
    return watch.seen, seen, difference(model, parameters)


def check(*case, **options):
    ours, theirs, of_weights = train_both(*case, **options)
    assert len(ours) == 50
    assert max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) < TOLERANCE
    assert of_weights < TOLERANCE


def test_every_loss_and_optimizer_is_compared():
    assert set(optimizers.OPTIMIZERS) == {name for name, _ in OPTIMIZERS.values()} == set(TORCH_OPTIMIZERS)
    assert all(losses.get(name).name == name for name in LOSSES)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_optimizers(optimizer):
    check(optimizer, "cross_entropy", "tanh")


@pytest.mark.parametrize(("loss", "activation"), list(zip(LOSSES, HIDDEN, strict=False)))
def test_losses(loss, activation):
    check("adam", loss, activation)


@pytest.mark.parametrize("activation", HIDDEN)
def test_activations(activation):
    check("sgd with nesterov", "half_squared_error", activation, strength=0.5)


@pytest.mark.thorough
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_combination(optimizer, loss):
    for activation, strength in itertools.product(HIDDEN, (0.0, 0.5)):
        check(optimizer, loss, activation, strength=strength, seed=1)


def test_defaults_are_pytorchs():
    parameter = torch.nn.Parameter(torch.zeros(1))
    for name, cls in TORCH_OPTIMIZERS.items():
        theirs = cls([parameter]).defaults
        assert optimizers.get(name, MLP(1, [1], seed=0).parameters()).defaults.items() <= theirs.items()


def stepped(make, epochs, metrics=None):
    """The rates that one of PyTorch's schedulers gives for the epochs."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = make(optimizer)
    rates = []
    for epoch in range(epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(*([metrics[epoch]] if metrics else []))
    return rates


S = torch.optim.lr_scheduler
SCHEDULES = {
    "constant": (schedules.Constant(), lambda o: S.ConstantLR(o, factor=1.0)),
    "step": (schedules.Step(every=3, gamma=0.5), lambda o: S.StepLR(o, step_size=3, gamma=0.5)),
    "exponential": (schedules.Exponential(0.8), lambda o: S.ExponentialLR(o, gamma=0.8)),
    "cosine": (schedules.Cosine(12, lowest=0.1), lambda o: S.CosineAnnealingLR(o, T_max=12, eta_min=0.1)),
    "inverse_time": (schedules.InverseTime(0.3), lambda o: S.LambdaLR(o, lambda t: 1 / (1 + 0.3 * t))),
    "warm_up": (
        schedules.WarmUp(4, then=schedules.Exponential(0.9)),
        lambda o: S.SequentialLR(
            o, [S.LinearLR(o, start_factor=0.25, total_iters=3), S.ExponentialLR(o, gamma=0.9)], milestones=[4]
        ),
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.filterwarnings("ignore:The epoch parameter in `scheduler.step:UserWarning")  # SequentialLR's own doing
def test_schedules(name):
    schedule, make = SCHEDULES[name]
    assert [schedule.factor(t) for t in range(12)] == pytest.approx(stepped(make, 12), abs=1e-12)


def test_reduce_on_plateau():
    assert set(SCHEDULES) | {"reduce_on_plateau"} == set(schedules.SCHEDULES)
    generator = random.Random(0)
    for trial in range(20):
        metrics = [generator.choice([1.0, 0.5, 0.49999, 0.2]) for _ in range(30)]
        options = {"patience": trial % 4, "cooldown": trial % 3, "threshold": 1e-3}
        ours = schedules.ReduceOnPlateau(gamma=0.5, lowest=0.01, **options)
        rates = []
        for t, metric in enumerate(metrics):
            rates.append(ours.factor(t))
            ours.observe(metric)
        theirs = stepped(lambda o: S.ReduceLROnPlateau(o, factor=0.5, min_lr=0.01, **options), 30, metrics)  # noqa: B023
        assert rates == pytest.approx(theirs)
