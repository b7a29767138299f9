"""Trainings of networks, timed side by side (see `networks`)."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .eager import TOLERANCE, ResultsDifferError
from .harness import Effort, Report, Table, Target, collector, interleaved, medians, processor_seconds
from .networks import Learner, NotForThisError, Outcome, Problem, core

FIT, LOOP, OUTSIDE = core.ByFit.name, core.Loop.name, core.FromOutside.name


def set_up(problem: Problem, others: Sequence[type[Learner]]) -> tuple[dict[str, Learner], dict[str, str]]:
    """Our two ways and all `others` ready for `problem`, and for those who cannot do it the reason."""
    ready, reasons = {}, {}
    for learner in (core.ByFit, core.Loop, *others):
        try:
            ready[learner.name] = learner(problem)
        except NotForThisError as reason:
            reasons[learner.name] = str(reason)
    return ready, reasons


def differences(name: str, found: Any, expected: Any, what: str) -> None:
    """Raise `ResultsDifferError` where the numbers `found` by `name` are not those `expected`."""
    found, expected = np.atleast_1d(found), np.atleast_1d(expected)
    bad = ~(abs(found - expected) <= TOLERANCE * np.maximum(1.0, abs(expected)))  # true for nan
    if found.shape != expected.shape or bad.any():
        i = int(np.argmax(bad)) if found.shape == expected.shape else 0
        raise ResultsDifferError(f"{what}, number {i}: {expected.flat[i]!r} in {FIT}, {found.flat[i]!r} in {name}")


def check(problem: Problem, learners: dict[str, Learner]) -> None:
    """Raise `ResultsDifferError` unless all give the same objective, gradient, losses and final parameters."""
    orders = problem.orders()
    chosen = orders[0][: problem.batch]
    objective, gradient = learners[FIT].objective(problem.start, chosen)
    outcomes: dict[int, Outcome] = {}
    for name, learner in learners.items():
        value, found = learner.objective(problem.start, chosen)
        differences(name, value, objective, f"{problem.name}: the objective")
        differences(name, found, gradient, f"{problem.name}: the gradient")
        epochs = 1 if learner.slow else len(orders)
        if epochs not in outcomes:
            outcomes[epochs] = learners[FIT].train(orders[:epochs])
        losses, parameters = learner.train(orders[:epochs])
        differences(name, losses, outcomes[epochs].losses, f"{problem.name}: the loss of an epoch")
        differences(name, parameters, outcomes[epochs].parameters, f"{problem.name}: the parameters after the training")


def seconds_per_step(problem: Problem, learners: dict[str, Learner], turns: int) -> dict[str, float]:
    """Processor time of a step of each learner: the median of trainings in turns."""
    orders = problem.orders()

    def measure(learner: Learner) -> float:
        part = orders[:1] if learner.slow else orders
        seconds = processor_seconds(lambda: learner.train(part))
        return (learner.seconds or seconds) * len(orders) / len(part) / problem.steps

    def without_collector(learner: Learner) -> float:
        with collector(enabled=False):
            return measure(learner)

    contestants = {}
    for name, learner in learners.items():
        contestants[name] = lambda learner=learner: measure(learner)
        if learner.slow:
            contestants[f"{name}, collector off"] = lambda learner=learner: without_collector(learner)
    return medians(contestants, turns)


def time_training(problem: Problem, others: Sequence[type[Learner]], turns: int, report: Report) -> None:
    """Check one problem, time it, and hold it to its targets."""
    learners, reasons = set_up(problem, others)
    check(problem, learners)
    seconds = seconds_per_step(problem, learners, turns)
    table = Table(f"{problem.name}: {problem.summary}", ["", "µs per step", "ms in all", "times fit", "times the loop"])
    for name, s in sorted(seconds.items(), key=lambda item: item[1]):
        whole = None if name.startswith("micrograd") else 1e3 * s * problem.steps
        table.rows.append([name, 1e6 * s, whole, s / seconds[FIT], s / seconds[LOOP]])
    for name, learner in learners.items():
        if learner.compile_seconds:
            table.notes.append(f"{name} was compiled in {learner.compile_seconds:.1f} s")
    table.notes += [f"not {name}: {reason}" for name, reason in reasons.items()]
    report.tables.append(table)
    report.targets += targets(problem.name, seconds)


def targets(name: str, seconds: dict[str, float]) -> Iterator[Target]:
    """The targets of one problem, as far as the peers are here."""
    fit = seconds[FIT]

    def times(peer: str, least: float, what: str = "training") -> Iterator[Target]:
        if peer in seconds:
            ratio = seconds[peer] / fit
            yield Target(f"{name}, {what} by fit: at least {least:g} × {peer}", ratio, ratio >= least)

    if name == "moons":
        yield from times("NumPy by hand", 3.0)
        yield from times("JAX, a call per step", 2.0)
        yield from times("JAX, lax.scan", 2.0)
        yield from times("micrograd", 20_000.0)
    if name == "digits":
        if "Numba by hand" in seconds:
            ratio = fit / seconds["Numba by hand"]
            yield Target("digits by fit: at most 1.3 × the time of Numba by hand", ratio, ratio <= 1.3)
        four = [
            peer for peer in seconds if peer in ("PyTorch", "scikit-learn", "JAX, a call per step", "NumPy by hand")
        ]
        if four:
            yield from times(min(four, key=seconds.__getitem__), 2.0, "the best of the other four,")
        yield from times("JAX, lax.scan", 2.0)
    if name == "wide":
        yield from times("NumPy by hand", 1.0)


def time_from_outside(problem: Problem, others: Sequence[type[Learner]], effort: Effort, report: Report) -> None:
    """`value_and_grad` called from Python, one parameter changed before each call, beside those who can do the same."""
    ready, _ = set_up(problem, others)
    learners = {OUTSIDE: core.FromOutside(problem)}
    learners |= {name: learner for name, learner in ready.items() if name.startswith(("NumPy", "JAX, a", "Numba"))}
    chosen = np.arange(problem.batch)
    objective, gradient = ready[FIT].objective(problem.start, chosen)
    for name, learner in learners.items():
        value, found = learner.objective(problem.start, chosen)
        differences(name, value, objective, f"{problem.name} from outside: the objective")
        differences(name, found, gradient, f"{problem.name} from outside: the gradient")
    runs = {name: learner.caller(chosen) for name, learner in learners.items()}
    seconds = interleaved(runs, Effort(effort.turns, 40 * effort.runs))
    table = Table(
        f"outside: objective and gradient of {problem.name} called from Python, a parameter changed before each call",
        ["", "µs per call", "times ours"],
    )
    for name, s in sorted(seconds.items(), key=lambda item: item[1]):
        table.rows.append([name, 1e6 * s, s / seconds[OUTSIDE]])
    report.tables.append(table)
    if "NumPy by hand" in seconds:
        ratio = seconds["NumPy by hand"] / seconds[OUTSIDE]
        report.targets.append(Target("value_and_grad from outside: at least 1.3 × NumPy by hand", ratio, ratio >= 1.3))
