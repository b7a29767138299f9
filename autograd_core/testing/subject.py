"""The row under test: its values and partials in floats, its sample points, and the words for both."""

import math
import random
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from ..checking.finite_differences import EPSILON, TINIEST, Sample, derivative, rounding_noise
from ..checking.replay import on_complex
from ..checking.rulecheck import along, argument_name
from ..domains import domain_errors
from ..evaluate import NUMBERS, Evaluate, compiled, evaluate
from ..ieee import Float
from ..row import Primitive, Rule
from .sampling import Near, NotFoundError, Point, has_kinks, has_outside, in_domain, kink_values, outside_point, point

Result = tuple[float, tuple[float, ...]]
IMAGINARY = 1e-100
"""The step of the complex-step derivative: so small that its square vanishes."""


class Slope(NamedTuple):
    """A derivative, and a bound of its error."""

    value: float
    error: float

    @property
    def is_loose(self) -> bool:
        """Whether the bound says too little to judge a partial by."""
        return self.error > 1e-3 * max(abs(self.value), 1.0)


class Subject:
    """A row, with `count` random points of each kind."""

    def __init__(self, row: Primitive, count: int, seed: int) -> None:
        self.row, self.count, self.seed = row, count, seed
        self._kernels: dict[int, Evaluate] = {}

    # Points -----------------------------------------------------------------------------------------------

    def _points(self, near: Near) -> list[Point]:
        rng = random.Random(f"{self.row.name} {near} {self.seed}")
        return [point(rng, self.row, near, lengths=(1, 4)) for _ in range(self.count)]

    @cached_property
    def inside(self) -> list[Point]:
        """Points of moderate size, away from kinks and ends."""
        return self._points("interior")

    @cached_property
    def edges(self) -> list[Point]:
        """Points at ends of the domain and at edges of floating point; the first has zeros only, if that is allowed."""
        zeros = tuple([0.0] * len(self.inside[0]))
        return [*([zeros] if in_domain(self.row, zeros) else []), *self._points("edges")]

    @cached_property
    def kinks(self) -> list[Point]:
        """Points at and beside kinks and conventions."""
        try:
            return self._points("kinks") if has_kinks(self.row) else []
        except NotFoundError:
            return []

    @cached_property
    def outside(self) -> list[Point]:
        """Points outside of the domain."""
        rng = random.Random(f"{self.row.name} outside {self.seed}")
        return [outside_point(rng, self.row) for _ in range(self.count)] if has_outside(self.row) else []

    def active(self, x: Sequence[float]) -> range:
        """The operands that have a derivative: all, but the condition of a selection."""
        return range(1 if "selection" in self.row.traits else 0, len(x))

    # Words ------------------------------------------------------------------------------------------------

    def names(self, x: Sequence[float]) -> list[str]:
        """The names of the operands: ``x`` and ``y``, or ``xs[0]`` and ``xs[1]``."""
        return [argument_name(self.row, i, len(x)) for i in range(len(x))]

    def at(self, x: Sequence[float]) -> str:
        """``x = 0.5, y = 2.0``."""
        return ", ".join(f"{name} = {float(number)!r}" for name, number in zip(self.names(x), x, strict=True))

    # Numbers ----------------------------------------------------------------------------------------------

    def compiled(self, x: Sequence[float]) -> Result | None:
        """The value and partials by the compiled function; None where it hands over to `interpreted`."""
        if len(x) not in self._kernels:
            self._kernels[len(x)] = compiled(self.row, (True,) * len(x))
        try:
            return self._kernels[len(x)](*x)
        except (ArithmeticError, ValueError):
            return None

    def interpreted(self, x: Sequence[float]) -> Result:
        """The value and partials by calling the rules; nan and ±inf instead of a `DomainError`."""
        with domain_errors("ieee"):
            return evaluate(self.row, x, (True,) * len(x), [""] * len(x))

    def evaluate(self, x: Sequence[float]) -> Result:
        """The value and partials as users get them, but without a `DomainError`."""
        return self.compiled(x) or self.interpreted(x)

    def value(self, x: Sequence[float]) -> float:
        """The value by the primal alone."""
        return float(self.row.primal(NUMBERS, *self.row.arguments([Float(number) for number in x])))

    def rules(self, rules: Sequence[Rule], x: Sequence[float], out: float) -> list[float]:
        """What `rules`, the partials of a textbook for example, give at `x`."""
        arguments = self.row.arguments([Float(number) for number in x])
        if self.row.variadic:
            return [float(p) for p in rules[0](NUMBERS, *arguments, Float(out))]
        return [float(rule(NUMBERS, *arguments, Float(out))) for rule in rules]

    def slope(self, x: Sequence[float], i: int) -> Slope | None:
        """The derivative of the primal by operand `i`, without the partials of the row; None if it has none there.

        Differences of values on the same side of all kinks; and the complex step, which is exact to rounding, where
        the row works on complex numbers and the differences agree.
        """
        f = along(self.row, tuple(x), i)
        try:
            estimate = derivative(f, x[i], noise=rounding_noise(f, x[i]))
        except (ArithmeticError, ValueError):
            return None
        if estimate is None:
            return None
        exact = self._complex_step(x, i)
        if exact is not None and abs(exact - estimate.value) <= estimate.error:
            rounding = 64.0 * EPSILON * max(abs(exact), abs(self.value(x)))
            underflow = TINIEST / IMAGINARY  # of the imaginary part, which is that much smaller than the derivative
            return Slope(exact, min(estimate.error, rounding + underflow))
        return Slope(estimate.value, estimate.error)

    def slope_of_partial(self, x: Sequence[float], i: int, j: int) -> Slope | None:
        """The derivative of the partial by operand `i` with respect to operand `j`, from its values."""

        def sample(t: float) -> Sample:
            moved = (*x[:j], t, *x[j + 1 :])
            if not in_domain(self.row, moved):
                raise ValueError(f"outside of the domain: {self.at(moved)}")
            partial = self.evaluate(moved)[1][i]
            sides = tuple(k > 0.0 for k in kink_values(self.row, moved))
            return Sample(partial, self.row.ulp * max(EPSILON * abs(partial), TINIEST), sides)

        try:
            estimate = derivative(sample, x[j], noise=rounding_noise(sample, x[j]))
        except (ArithmeticError, ValueError):
            return None
        return None if estimate is None else Slope(estimate.value, estimate.error)

    def _complex_step(self, x: Sequence[float], i: int) -> float | None:
        z = [complex(number, IMAGINARY if j == i else 0.0) for j, number in enumerate(x)]
        try:
            exact = on_complex(self.row, z).imag / IMAGINARY
        except (ArithmeticError, TypeError, ValueError, AttributeError):  # rules need not work on complex numbers
            return None
        return exact if math.isfinite(exact) else None
