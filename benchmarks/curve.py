"""A curve y = a·exp(−b·x) + c through many points: ours beside NumPy by hand, alone and inside SciPy."""

from typing import Any

import numpy as np

from autograd_core import Value, exp, jit

from .harness import Effort, Report, Table, interleaved
from .trainings import differences

TRUE = (2.5, 1.3, 0.5)
START = (1.0, 1.0, 0.0)


def model(x: Any, a: float, b: float, c: float) -> Any:
    return a * np.exp(-b * x) + c


def jacobian_by_hand(x: Any, a: float, b: float, c: float) -> Any:  # noqa: ARG001 - SciPy hands over all of them
    e = np.exp(-b * x)
    return np.stack([e, -a * x * e, np.ones_like(x)], axis=1)


def gradient_by_hand(x: Any, y: Any, a: float, b: float, c: float) -> tuple[float, Any]:
    """½ Σ (model − y)², and its gradient."""
    e = np.exp(-b * x)
    r = a * e + c - y
    return 0.5 * float(r @ r), np.array([r @ e, -a * (r @ (x * e)), r.sum()])


class Compiled:
    """The same two functions of one scalar formula."""

    def __init__(self) -> None:
        self.parameters = [Value(p, name) for p, name in zip(START, "abc", strict=True)]
        a, b, c = self.parameters
        self.half_square = jit(lambda x, y: 0.5 * (a * exp(-b * x) + c - y) ** 2, threads=1)
        self.model = jit(lambda x, a, b, c: a * exp(-b * x) + c, threads=1)

    def gradient(self, x: Any, y: Any, *numbers: float) -> tuple[float, Any]:
        for parameter, number in zip(self.parameters, numbers, strict=True):
            parameter.data = number
        values, gradients = self.half_square.value_and_grad(x, y)
        found = dict(zip(self.half_square.parameters, gradients.parameters, strict=True))
        return values.sum(), np.array([found[p] for p in self.parameters])

    def jacobian(self, x: Any, a: float, b: float, c: float) -> Any:
        return np.stack(self.model.jacobian(x, a, b, c)[1:], axis=1)


def time_curve(points: int, effort: Effort, report: Report) -> None:
    """Objective and gradient, and the whole of SciPy's ``curve_fit``."""
    numbers = np.random.default_rng(0)
    x = np.linspace(0.0, 4.0, points)
    y = model(x, *TRUE) + numbers.normal(0.0, 0.05, points)
    ours = Compiled()
    for found, right, what in zip(gradient_by_hand(x, y, *START), ours.gradient(x, y, *START), ("value", "gradient"),
                                  strict=True):  # fmt: skip
        differences("NumPy by hand", found / points, right / points, f"curve: the {what}")
    by_hand = jacobian_by_hand(x, *START)
    differences("NumPy by hand", by_hand.ravel(), ours.jacobian(x, *START).ravel(), "curve: the Jacobian")
    contestants = {
        "autograd_core": lambda: ours.gradient(x, y, *START),
        "NumPy by hand": lambda: gradient_by_hand(x, y, *START),
    }
    add(report, f"curve: ½ Σ (a·exp(−b·x) + c − y)² and its gradient over {points:,} points", contestants, effort)
    try:
        from scipy.optimize import curve_fit
    except ImportError:
        report.skipped["scipy"] = "no module 'scipy'; pip install 'autograd-core[bench]'"
        return
    ways = {"autograd_core": ours.jacobian, "NumPy by hand": jacobian_by_hand, "SciPy's finite differences": None}
    found = {name: curve_fit(model, x, y, START, jac=jacobian)[0] for name, jacobian in ways.items()}
    differences("NumPy by hand", found["NumPy by hand"], found["autograd_core"], "curve_fit: the parameters")
    fits = {name: lambda jac=jac: curve_fit(model, x, y, START, jac=jac) for name, jac in ways.items()}
    add(report, f"curve: scipy.optimize.curve_fit over {points:,} points with the Jacobian of", fits, effort)


def add(report: Report, title: str, contestants: dict[str, Any], effort: Effort) -> None:
    """Time `contestants`, ours first, and enter the table."""
    seconds = interleaved(contestants, effort)
    ours = seconds["autograd_core"]
    rows = [[name, 1e3 * s, s / ours] for name, s in sorted(seconds.items(), key=lambda item: item[1])]
    report.tables.append(Table(title, ["", "ms", "times ours"], rows))
