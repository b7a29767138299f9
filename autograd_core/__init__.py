"""autograd-core: scalar reverse-mode automatic differentiation that can be read, watched, trusted and run fast.

>>> from autograd_core import Value, tanh
>>> a, b, c = Value(2.0, "a"), Value(-3.0, "b"), Value(10.0, "c")
>>> y = tanh(a * b + c)
>>> y.backward()
>>> round(a.grad, 6), round(b.grad, 6), round(c.grad, 6)
(-0.004023, 0.002682, 0.001341)
"""

from .composites import mean, softmax
from .domains import domain_errors
from .errors import DomainError
from .functions import primitive
from .modes import no_grad
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

__all__ = [
    "DomainError", "Value", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "clip", "cos",
    "cosh", "domain_errors", "dot", "elu", "erf", "erfc", "exp", "exp2", "expm1", "floor", "fsum", "gelu", "hypot",
    "leaky_relu", "log", "log1p", "log2", "log10", "log_sigmoid", "logaddexp", "logsumexp", "maximum", "mean",
    "minimum", "no_grad", "primitive", "prod", "relu", "sigmoid", "sign", "silu", "sin", "sinh", "softmax", "softplus",
    "sqrt", "square", "step", "tan", "tanh", "where", "zero_grad",
]  # fmt: skip

__version__ = "0.1.0"
