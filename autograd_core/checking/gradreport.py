"""The report of `gradcheck`: what was compared, the verdicts, and sentences that explain them."""

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from ..tables import html_table, number, text_table
from .perturbation import Subject

if TYPE_CHECKING:
    from .rulecheck import Checked, Fault

RIGHT, WRONG, KINK, INFINITE, UNKNOWN = "right", "WRONG", "kink", "infinite", "no check"


class Derivative(NamedTuple):
    """One derivative by the reverse sweep and by differences, and the verdict on it."""

    name: str
    x: float
    reverse: float
    numerical: float
    error: float
    tolerance: float
    """The bound of the error of both, from the differences themselves and from the rounding of the sweep."""
    verdict: str
    sides: tuple[float, float] | None = None
    """The derivatives from the left and from the right, where they differ."""


class NearKink(NamedTuple):
    """An operation that stands close to one of its kinks."""

    operation: str
    distance: float


class Report:
    """What `gradcheck` found: prints as an explanation, and `plot` shows the error over the step.

    Attributes
    ----------
    derivatives
        One `Derivative` per input.
    second
        One per input for the second order, if it was asked for.
    rules
        How the check of each operation went, by name.
    faults
        The partials that are wrong by themselves.
    kinks
        The operations that stand near a kink.
    detached
        How many numbers of the graph ``stop_gradient`` cuts off; the differences hold them fixed.
    forward_error
        The distance of the forward sweep to the reverse sweep, along one direction, relative to its terms.
    evaluations
        How often the function was evaluated.
    """

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.derivatives: list[Derivative] = []
        self.second: list[Derivative] = []
        self.rules: dict[str, Checked] = {}
        self.faults: list[Fault] = []
        self.kinks: list[NearKink] = []
        self.detached = 0
        self.forward_error = 0.0
        self.forward_agrees = True
        self.stale = ""

    @property
    def evaluations(self) -> int:
        """How often the function was evaluated so far."""
        return self._subject.evaluations

    @property
    def passed(self) -> bool:
        """Whether nothing contradicts the derivatives."""
        wrong = any(d.verdict == WRONG for d in (*self.derivatives, *self.second))
        return not wrong and not self.faults and self.forward_agrees

    def rows(self) -> list[list[str]]:
        """The cells of the table of derivatives, head first."""
        return [["input", "at", "reverse", "differences", "error", "bound", ""], *map(_row, self.derivatives)]

    def __str__(self) -> str:
        count = len(self.derivatives)
        wrong = sum(d.verdict == WRONG for d in self.derivatives)
        head = f"{count} {'derivative' if count == 1 else 'derivatives'}"
        verdict = (
            "nothing contradicts them" if self.passed else f"{wrong} of them wrong" if wrong else "not all is right"
        )
        lines = [f"gradcheck: {head}, {verdict}.", "", text_table(_shortened(self.rows()), "<>>>>><", "  "), ""]
        if self.second:
            lines += ["Second order: the derivative of the gradient along one direction, by each input.", ""]
            lines += [text_table(_shortened([self.rows()[0], *map(_row, self.second)]), "<>>>>><", "  "), ""]
        lines += self.explanations()
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_table(_shortened(self.rows()), "<>>>>><", note=" ".join(self.explanations()))

    def explanations(self) -> list[str]:
        """What was checked besides, in sentences."""
        agree = "agree" if self.forward_agrees else "DISAGREE"
        lines = [
            f"The differences took {self.evaluations} evaluations. The bound follows from them and from rounding.",
            f"Forward and reverse sweep {agree}: {number(self.forward_error, 2)} apart, relative to their terms.",
        ]
        wrong = {fault.row.name for fault in self.faults}
        right = [name for name, rule in self.rules.items() if rule.partials and name not in wrong]
        if right:
            points = sum(self.rules[name].partials for name in right)
            lines.append(f"Each operation by itself: {points} partials of {', '.join(right)} are right.")
        coarse = sum(rule.coarse for rule in self.rules.values())
        if coarse:
            lines[-1] += f" The values of the operations show {coarse} of them to fewer than 8 digits."
        left_out = sum(rule.unchecked for rule in self.rules.values())
        if left_out:
            partials = f"{left_out} {'partial' if left_out == 1 else 'partials'}"
            lines.append(f"{partials} could not be checked alone: not finite, not taken, or at a kink.")
        if self.detached:
            lines.append(f"{self.detached} detached {'number' if self.detached == 1 else 'numbers'} held fixed.")
        lines += [f"Near a kink: {kink.operation}, {distance(kink.distance)}." for kink in self.kinks[:5]]
        for d in self.derivatives:
            if d.verdict == KINK and d.sides:
                lines.append(
                    f"'{d.name}' is at a kink: the derivative is {d.sides[0]:.6g} from the left and {d.sides[1]:.6g} from "
                    f"the right, and {d.reverse:.6g} is a convention."
                )
            elif d.verdict == KINK:
                lines.append(f"'{d.name}' is at a kink or jump: {d.reverse:.6g} is a convention.")
            elif d.verdict == INFINITE:
                lines.append(
                    f"'{d.name}': the difference quotients grow without bound, as an infinite derivative asks."
                )
            elif d.verdict == UNKNOWN:
                lines.append(f"'{d.name}' could not be checked: the function has no finite value on either side.")
        return lines

    def plot(self, ax: Any = None) -> Any:
        """The error of forward and central differences over the step, on logarithmic axes, for up to four inputs.

        Truncation falls with h from the right, rounding grows to the left; the best step lies where they meet.

        Parameters
        ----------
        ax
            The matplotlib axes to draw on; new ones by default.

        Returns
        -------
        The axes.
        """
        try:
            import matplotlib.pyplot as plt
        except ImportError as error:
            raise ImportError("Report.plot needs matplotlib: pip install matplotlib") from error
        ax = plt.subplots(figsize=(7, 4.5))[1] if ax is None else ax
        finite = [i for i, d in enumerate(self.derivatives) if math.isfinite(d.reverse)][:4]
        for color, i in enumerate(finite):
            for central, style in ((False, "--"), (True, "-")):
                steps, errors = self.errors_over_step(i, central)
                name = f"{self.derivatives[i].name}, {'central' if central else 'forward'}"
                ax.loglog(steps, errors, style, color=f"C{color}", label=name, linewidth=1.5)
            bound = self.derivatives[i].tolerance
            if bound > 0.0:
                ax.axhline(bound, color=f"C{color}", linestyle=":", linewidth=1.0)
        ax.set_xlabel("step h")
        ax.set_ylabel("distance to the reverse sweep")
        ax.set_title("Error of finite differences (dotted: the bound after extrapolation)", fontsize=10)
        ax.grid(alpha=0.3)
        if finite:
            ax.legend(fontsize=8, frameon=False)
        return ax

    def errors_over_step(self, index: int, central: bool = True) -> tuple[list[float], list[float]]:
        """Steps from 1 down to 2⁻⁵², and the distance of the difference quotient to the reverse sweep at each.

        A step at which the function has no value, and an error of exactly 0, are left out.
        """
        f, d = self._subject.along(index), self.derivatives[index]
        steps, errors = [], []
        for k in range(105):
            h = 2.0 ** (-0.5 * k)
            high, low = d.x + h, d.x - h if central else d.x
            try:
                error = abs((f(high).value - f(low).value) / (high - low) - d.reverse) if high != low else 0.0
            except (ArithmeticError, ValueError):
                continue
            if 0.0 < error < math.inf:
                steps.append(h)
                errors.append(error)
        return steps, errors


def _row(d: Derivative) -> list[str]:
    return [d.name, number(d.x, 6), number(d.reverse, 12), number(d.numerical, 12), number(d.error, 2),
            number(d.tolerance, 2), d.verdict]  # fmt: skip


def _shortened(rows: list[list[str]], shown: int = 20) -> list[list[str]]:
    """The table without the middle of a long list of right derivatives."""
    if len(rows) <= shown + 1:
        return rows
    chosen = [rows[0], *[row for row in rows[1:] if row[-1] != RIGHT][:shown]]
    rest = [row for row in rows[1:] if row[-1] == RIGHT]
    chosen += rest[: max(0, shown - len(chosen) + 1)]
    return [*chosen, [f"... {len(rows) - len(chosen)} more"]]


def distance(to_kink: float) -> str:
    """The distance to a kink in words."""
    return "exactly on it" if to_kink == 0.0 else f"{number(to_kink, 2)} away from it"
