"""autograd-core: scalar reverse-mode automatic differentiation that can be read, watched, trusted and run fast.

>>> from autograd_core import Value, tanh
>>> a, b, c = Value(2.0, "a"), Value(-3.0, "b"), Value(10.0, "c")
>>> y = tanh(a * b + c)
>>> y.backward()
>>> round(a.grad, 6), round(b.grad, 6), round(c.grad, 6)
(-0.004023, 0.002682, 0.001341)
"""

from typing import TYPE_CHECKING

from .composites import mean, softmax
from .domains import Interval, domain_errors
from .errors import DomainError, GradientMismatch
from .functional import derivative, grad, hessian, hvp, jacobian, jvp, value_and_grad
from .functions import primitive
from .graph import count_paths
from .modes import no_grad, trace_lines
from .operations import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    ceil,
    clip,
    cos,
    cosh,
    dot,
    elu,
    erf,
    erfc,
    exp,
    exp2,
    expm1,
    floor,
    fsum,
    gelu,
    hypot,
    leaky_relu,
    log,
    log1p,
    log2,
    log10,
    log_sigmoid,
    logaddexp,
    logsumexp,
    maximum,
    minimum,
    prod,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    sinh,
    softplus,
    sqrt,
    square,
    step,
    tan,
    tanh,
    where,
)  # fmt: skip
from .value import Value, zero_grad

if TYPE_CHECKING:
    from .checking.approaches import compare_approaches, naive_gradient
    from .checking.diagnostics import TrainingWarning, TrainingWatch, first_nonfinite, graph_stats, unused_parameters
    from .checking.gradcheck import gradcheck
    from .checking.numerical import numerical_gradient, perturb_and_keep
    from .tape import BranchError, RecordingError, Trainer, jit
    from .view.draw import draw
    from .view.network import draw_network
    from .view.player import step_through, step_through_training
    from .view.steps import steps

# fmt: off
__all__ = [
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "BranchError", "cbrt", "ceil", "clip",
    "compare_approaches", "cos", "cosh", "count_paths", "derivative", "domain_errors", "DomainError", "dot", "draw",
    "draw_network", "elu", "erf", "erfc", "exp", "exp2", "expm1", "first_nonfinite", "floor", "fsum", "gelu", "grad",
    "gradcheck", "GradientMismatch", "graph_stats", "hessian", "hvp", "hypot", "Interval", "jacobian", "jit", "jvp",
    "leaky_relu", "log", "log10", "log1p", "log2", "log_sigmoid", "logaddexp", "logsumexp", "maximum", "mean",
    "minimum", "naive_gradient", "no_grad", "numerical_gradient", "perturb_and_keep", "primitive", "prod",
    "RecordingError", "relu", "sigmoid", "sign", "silu", "sin", "sinh", "softmax", "softplus", "sqrt", "square", "step",
    "step_through", "step_through_training", "steps", "tan", "tanh", "trace_lines", "Trainer", "TrainingWarning", "TrainingWatch", "unused_parameters", "Value",
    "value_and_grad", "where", "zero_grad",
]
# fmt: on

__version__ = "0.1.0"

_LATE = {
    "checking.approaches": ("compare_approaches", "naive_gradient"),
    "checking.diagnostics": ("TrainingWarning", "TrainingWatch", "first_nonfinite", "graph_stats", "unused_parameters"),
    "checking.gradcheck": ("gradcheck",),
    "checking.numerical": ("numerical_gradient", "perturb_and_keep"),
    "tape": ("BranchError", "RecordingError", "Trainer", "jit"),
    "view": ("draw", "draw_network", "step_through", "step_through_training", "steps"),
}
"""Public names that are loaded when they are first asked for, by module: many programs need none of them."""


def __getattr__(name: str) -> object:
    for module, names in _LATE.items():
        if name in names:
            from importlib import import_module

            return getattr(import_module(f".{module}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
