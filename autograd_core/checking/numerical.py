"""Derivatives from values of the function alone: finite differences, the complex step, and search by trial and error."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..containers import describe, rebuild
from ..errors import DomainError
from ..graph import topological_order
from ..modes import no_grad
from ..value import Value, as_float
from .finite_differences import EPSILON
from .replay import Complex, NotComplexError, Problem, on_complex, replay

SCHEMES = ("central", "forward", "backward", "complex")


class _Costs:
    """What a numerical derivative knows besides its numbers."""

    evaluations: int
    """How often the function was evaluated."""
    scheme: str
    h: list[float]
    """The step of each variable."""

    def _know(self, evaluations: int, scheme: str, h: list[float]) -> None:
        self.evaluations, self.scheme, self.h = evaluations, scheme, h


class NumericalDerivative(_Costs, float):
    """A float that knows how it was computed: `evaluations`, `scheme` and the step `h`."""


class NumericalGradient(_Costs, list[Any]):
    """A list in the form of the argument that knows how it was computed: `evaluations`, `scheme` and the steps `h`."""


def numerical_gradient(
    f: Callable[[Any], Any], x: Any, h: float | None = None, scheme: str = "central"
) -> NumericalDerivative | NumericalGradient:
    """The gradient of `f` at `x` from values of `f` alone.

    =========  =============================  ==================  ===========
    scheme     formula                        error               evaluations
    =========  =============================  ==================  ===========
    central    (f(x+h) − f(x−h)) / 2h         h²·f‴/6 + ε·f/h     2n
    forward    (f(x+h) − f(x)) / h            h·f″/2 + 2ε·f/h     n + 1
    backward   (f(x) − f(x−h)) / h            h·f″/2 + 2ε·f/h     n + 1
    complex    Im f(x + ih) / h               h²·f‴/6             n + 1
    =========  =============================  ==================  ===========

    The first part of the error is truncation, the second the rounding of f, ε = 2⁻⁵²: no step makes both small. The
    complex step subtracts nothing and has no second part, so its h can be tiny.

    Parameters
    ----------
    f
        A function that takes what `x` is and returns one number. Functions of plain floats, such as ``math.sin``,
        are welcome too, except for the complex step.
    x
        A number, or a nested sequence of n numbers.
    h
        The step. By default each variable's own, which balances both errors: ∛ε·max(|xᵢ|, 1) for central, √ε·max(|xᵢ|, 1)
        for one-sided differences (with |xᵢ| alone where `f` has no value so far away), 1e-100 for the complex step.
    scheme
        ``"central"``, ``"forward"``, ``"backward"`` or ``"complex"``. The complex step records `f` once and then
        runs the rows of the table on complex numbers, which are compared by their real parts. At a kink it follows the
        branch that was recorded.

    Returns
    -------
    NumericalDerivative or NumericalGradient
        A float for a number, a list for a sequence, which also knows `evaluations`, `scheme` and the steps `h`.

    Raises
    ------
    ValueError
        For an unknown scheme, a step that is not positive or too small to change x, or a row that does not run on complex numbers.
    DomainError
        If `f` is evaluated outside of a domain.

    References
    ----------
    Numerical Recipes, 3rd ed., section 5.7; Squire and Trapp, "Using complex variables to estimate derivatives of real
    functions", SIAM Review 40 (1998), 110-112.

    Examples
    --------
    >>> from autograd_core import exp
    >>> d = numerical_gradient(exp, 0.0)
    >>> abs(d - 1.0) < 1e-10, d.evaluations
    (True, 2)
    >>> numerical_gradient(lambda x: x[0] * x[1], [2.0, 5.0], scheme="complex")
    [5.0, 2.0]
    """
    if scheme not in SCHEMES:
        raise ValueError(f"numerical_gradient: scheme must be one of {', '.join(SCHEMES)}, got {scheme!r}")
    if h is not None and not 0.0 < as_float(h, "numerical_gradient: h") < math.inf:
        raise ValueError(f"numerical_gradient: the step h must be positive and finite, got {h!r}")
    slopes, steps, evaluations = slopes_of(Problem(f, (x,), "numerical_gradient"), h, scheme)
    gradient = rebuild(x, iter(slopes))
    if not isinstance(gradient, float | list | tuple):
        raise TypeError(f"numerical_gradient takes a number or a nested sequence of numbers, got {describe(x)}")
    result = NumericalDerivative(gradient) if isinstance(gradient, float) else NumericalGradient(gradient)
    result._know(evaluations, scheme, steps)
    return result


def slopes_of(problem: Problem, h: float | None, scheme: str) -> tuple[list[float], list[float], int]:
    """The derivative by each input, the steps, and the number of evaluations; see `numerical_gradient`."""
    if scheme == "complex":
        return _complex_step(problem, h)
    evaluate = Evaluator(problem)
    slopes, steps = _differences(evaluate, h, scheme)
    return slopes, steps, evaluate.evaluations


class Evaluator:
    """A function as a function of a flat list of floats; counts how often it is evaluated.

    The function is given Values, in a block that records nothing, or floats if it does not take Values.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.evaluations = 0
        self.on_values: bool | None = None

    def __call__(self, numbers: Sequence[float]) -> float:
        """The value of the function at `numbers`."""
        self.evaluations += 1
        with no_grad():
            if self.on_values is not False:
                try:
                    result = self.problem.call([Value(x) for x in numbers])
                except TypeError as error:
                    if self.on_values:
                        raise
                    result = self._on_floats(numbers, error)
                else:
                    self.on_values = True
                return result.data
            return self.problem.call(numbers).data

    def _on_floats(self, numbers: Sequence[float], error: TypeError) -> Value:
        """The result at floats of a function that failed with `error` on Values; that error if it fails again."""
        try:
            result = self.problem.call(numbers)
        except (TypeError, AttributeError):
            raise error from None
        self.on_values = False
        return result


def _differences(evaluate: Evaluator, h: float | None, scheme: str) -> tuple[list[float], list[float]]:
    """The difference quotient of each variable, and the steps."""
    x = evaluate.problem.numbers
    center = evaluate(x) if scheme != "central" else 0.0
    slopes, steps = [], []
    for i, number in enumerate(x):

        def at(step: float, i: int = i, number: float = number) -> float:
            return evaluate([*x[:i], number + step, *x[i + 1 :]])

        def quotient(step: float, at: Callable[[float], float] = at) -> float:
            if scheme == "forward":
                return (at(step) - center) / step
            if scheme == "backward":
                return (center - at(-step)) / step
            return (at(step) - at(-step)) / (2.0 * step)

        step = default_step(scheme, number) if h is None else float(h)
        if number + step == number:
            raise ValueError(f"numerical_gradient: the step {step!r} is too small to change {number!r}")
        try:
            slope = quotient(step)
        except DomainError:
            step = default_step(scheme, number, relative=True)
            if h is not None or step == 0.0:
                raise
            slope = quotient(step)
        slopes.append(slope)
        steps.append(step)
    return slopes, steps


def default_step(scheme: str, x: float, relative: bool = False) -> float:
    """The step that balances truncation and rounding, made such that x + step − x is the step exactly."""
    if scheme == "complex":
        return 1e-100
    size = abs(x) if relative else max(abs(x), 1.0)
    step = (EPSILON ** (1.0 / 3.0) if scheme == "central" else math.sqrt(EPSILON)) * size
    return (x + step) - x


def _complex_step(problem: Problem, h: float | None) -> tuple[list[float], list[float], int]:
    """Im f(x + ih)/h for each variable."""
    root, inputs = problem.record()
    order = topological_order(root)
    step = default_step("complex", 0.0) if h is None else float(h)
    slopes = []
    for leaf in inputs:
        try:
            numbers = replay(order, {leaf: Complex(leaf.data, step)}, on_complex)
        except NotComplexError as error:
            raise ValueError(
                f"numerical_gradient: the complex step does not work here, {error}: use scheme='central'"
            ) from None
        slopes.append(numbers[root].imag / step)
    return slopes, [step] * len(slopes), 1 + len(slopes)


class Search(NamedTuple):
    """What `perturb_and_keep` found: the point, its value, and how it got there."""

    x: Any
    value: float
    start: float
    """The value at the start."""
    kept: int
    """How many perturbations were kept."""
    evaluations: int
    history: list[float]
    """The value after each trial."""


def perturb_and_keep(
    f: Callable[[Any], Any], x: Any, steps: int = 1000, size: float = 0.1, seed: int | None = 0
) -> Search:
    """Minimise `f` without any derivative: perturb one number at random, keep the change if `f` gets smaller.

    This is learning as one might do it by hand, with one evaluation of `f` for one trial at one weight. A gradient tells
    the direction for all weights at once, at the price of a few evaluations.

    Parameters
    ----------
    f
        The function to make small.
    x
        The start: a number or nested containers of numbers; it is not changed.
    steps
        The number of trials.
    size
        The standard deviation of a perturbation.
    seed
        Of the random numbers; None for other ones at each call.

    Raises
    ------
    ValueError
        If ``steps`` is negative or `size` not positive.

    Examples
    --------
    >>> found = perturb_and_keep(lambda x: (x[0] - 1.0) ** 2.0 + x[1] ** 2.0, [0.0, 1.0])
    >>> found.start, found.value < 1e-3, found.evaluations
    (2.0, True, 1001)
    """
    if steps < 0 or not 0.0 < size < math.inf:
        raise ValueError(f"perturb_and_keep: needs steps >= 0 and size > 0, got steps={steps!r} and size={size!r}")
    import random

    rng = random.Random(seed)
    evaluate = Evaluator(Problem(f, (x,), "perturb_and_keep"))
    best = evaluate.problem.numbers
    value = start = evaluate(best)
    kept, history = 0, []
    for _ in range(steps):
        i = rng.randrange(len(best))
        candidate = [*best[:i], best[i] + rng.gauss(0.0, size), *best[i + 1 :]]
        trial = evaluate(candidate)
        if trial < value:
            best, value, kept = candidate, trial, kept + 1
        history.append(value)
    return Search(rebuild(x, iter(best)), value, start, kept, evaluate.evaluations, history)
