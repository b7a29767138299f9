"""Newton's method and the best learning rate, through the Hessian: for functions of few variables.

Near x, f is nearly f(x) + g·d + ½ d·H d for a step d, with the gradient g and the Hessian H. Its minimum is at
d = −H⁻¹ g. So the inverse Hessian plays the learning rate's part, in one variable the inverse second derivative.
"""

import copy
import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd_core import Value, grad, hessian

Point = float | Sequence[float]


def optimal_learning_rate(f: Callable[[Any], Any], x: Point) -> float | list[list[float]]:
    """The rate at which one step of gradient descent reaches the minimum, if `f` is quadratic: 1/f″(x), or H⁻¹.

    Up to twice this rate descent in one variable converges, above it diverges.

    Parameters
    ----------
    f
        A function of a number, or of one list of n numbers.
    x
        Where.

    Returns
    -------
    float or list of list of float
        The inverse of the second derivative, or the inverse of the Hessian, n × n.

    Raises
    ------
    ValueError
        If `f` is not strictly convex at `x`: then no step leads to a minimum.

    References
    ----------
    LeCun, Bottou, Orr, Müller: Efficient BackProp, in Neural Networks: Tricks of the Trade, 1998, section 5.

    Examples
    --------
    >>> optimal_learning_rate(lambda x: 2.0 * x * x, 3.0)
    0.25
    >>> optimal_learning_rate(lambda x: x[0] * x[0] + 4.0 * x[1] * x[1], [1.0, 1.0])
    [[0.5, 0.0], [0.0, 0.125]]
    """
    import numpy as np

    H = _matrix(hessian(f)(x))
    if not np.isfinite(H).all():
        raise ValueError(f"optimal_learning_rate: the second derivative at {x!r} is not finite")
    curvatures = np.linalg.eigvalsh(H)
    if curvatures[0] <= np.finfo(float).eps * len(H) * abs(curvatures[-1]):
        raise ValueError(
            f"optimal_learning_rate: at {x!r} the function is not strictly convex, "
            f"its smallest curvature is {curvatures[0]:.3g}"
        )
    inverse: list[list[float]] = np.linalg.inv(H).tolist()
    return inverse if isinstance(x, Sequence) else inverse[0][0]


def newton_step(f: Callable[[Any], Any], x: Point, damping: float = 0.0) -> float | list[float]:
    """The point after one step of Newton's method: x − (H + δ·I)⁻¹ g.

    It goes to where the quadratic that touches `f` at `x` has its minimum, or, where `f` is not convex, its saddle
    or maximum. Damping shortens the step and turns it towards steepest descent.

    Parameters
    ----------
    f
        A function of a number, or of one list of n numbers.
    x
        Where.
    damping
        δ ≥ 0.

    Raises
    ------
    ValueError
        If the Hessian is singular or not finite.

    References
    ----------
    Nocedal, Wright: Numerical Optimization, 2nd ed., section 3.3.

    Examples
    --------
    >>> newton_step(lambda x: (x - 3.0) * (x - 3.0), 10.0)
    3.0
    >>> newton_step(lambda x: x[0] * x[0] + (x[0] - x[1]) * (x[0] - x[1]), [4.0, 1.0])
    [0.0, 0.0]
    """
    step = _solve(hessian(f)(x), grad(f)(x), damping, "newton_step")
    if isinstance(x, Sequence):
        return [a - d for a, d in zip(x, step, strict=True)]
    return x - step[0]


def newton_update(model: Any, objective: Callable[[Any], Any], damping: float = 0.0) -> float:
    """Change all parameters of a small model by one step of Newton's method.

    The Hessian of n parameters takes n sweeps and n² numbers, so this is for some hundred parameters at most.

    Parameters
    ----------
    model
        The model whose parameters are changed.
    objective
        A function of the model that gives what is to be minimized as a Value.
    damping
        δ ≥ 0, added to the diagonal of the Hessian.

    Returns
    -------
    float
        The objective before the step.

    Raises
    ------
    ValueError
        If the Hessian is singular or not finite; nothing is changed then.

    Examples
    --------
    >>> from nn import Neuron
    >>> line = Neuron(1, activation="linear", seed=0)
    >>> points = [(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]
    >>> error = newton_update(line, lambda model: sum((model([x]) - y) ** 2 for x, y in points))
    >>> round(line.w[0].data, 9), round(line.b.data, 9)
    (2.0, 1.0)
    """
    parameters: list[Value] = model.parameters()

    def function(numbers: Sequence[Any]) -> Any:
        # a copy of the model in which `numbers` stand where its parameters are
        return objective(copy.deepcopy(model, {id(p): x for p, x in zip(parameters, numbers, strict=True)}))

    here = [parameter.data for parameter in parameters]
    before = function([Value(x) for x in here]).data
    step = _solve(hessian(function)(here), grad(function)(here), damping, "newton_update")
    for parameter, x, d in zip(parameters, here, step, strict=True):
        parameter.data = x - d
    return float(before)


def _solve(H: Any, g: Any, damping: float, place: str) -> list[float]:
    """(H + δ·I)⁻¹ g."""
    import numpy as np

    if not 0.0 <= damping < math.inf:
        raise ValueError(f"{place}: damping must be a finite number >= 0, got {damping!r}")
    matrix = _matrix(H)
    matrix = matrix + damping * np.eye(len(matrix))
    try:
        step: list[float] = np.linalg.solve(matrix, np.atleast_1d(np.asarray(g, dtype=float))).tolist()
    except np.linalg.LinAlgError:
        step = [math.nan]
    if not all(map(math.isfinite, step)):
        raise ValueError(f"{place}: the Hessian is singular or not finite here: give damping > 0")
    return step


def _matrix(H: Any) -> Any:
    import numpy as np

    return np.atleast_2d(np.asarray(H, dtype=float))
