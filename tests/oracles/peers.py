"""What the other systems call our operations, as functions of arrays: one array per operand, a column per operand of a list.

`PEERS` gives, for each system that is installed, a function that returns its operations, and its way to differentiate.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

Function = Callable[..., Any]


class Peer(NamedTuple):
    """One system: its operations by our names, and values with all partials of one of them at many points."""

    operations: dict[str, Function]
    evaluate: Callable[[Function, np.ndarray], list[np.ndarray]]


FIXED = {"leaky_relu": (0.01,), "elu": (1.0,)}
"""Operands that other systems take as constants: the numbers that ours gets."""


def pytorch() -> Peer:
    import torch

    torch.set_num_threads(1)
    functional, special = torch.nn.functional, torch.special
    by_name = """sub mul div neg pow abs exp expm1 exp2 log log1p log2 log10 sqrt square sin cos tan asin acos atan atan2 sinh
        cosh tanh asinh acosh atanh sigmoid sign floor ceil maximum minimum hypot logaddexp add""".split()
    operations = {name: getattr(torch, name) for name in by_name}
    operations |= {name: getattr(functional, name) for name in ("relu", "leaky_relu", "elu", "gelu", "silu")}
    operations |= {
        "mod": torch.remainder,
        "log_sigmoid": functional.logsigmoid,
        "softplus": functional.softplus,
        "clip": torch.clamp,
        "erf": special.erf,
        "erfc": special.erfc,
        "where": lambda c, a, b: torch.where(c != 0, a, b),
        "fsum": lambda *xs: torch.stack(xs).sum(0),
        "prod": lambda *xs: torch.stack(xs).prod(0),
        "logsumexp": lambda *xs: torch.logsumexp(torch.stack(xs), 0),
        "dot": _dot,
    }

    def evaluate(function: Function, points: np.ndarray) -> list[np.ndarray]:
        operands = [torch.tensor(column, requires_grad=True) for column in points.T]
        value = function(*operands)
        partials = torch.autograd.grad(value, operands, torch.ones_like(value), allow_unused=True)
        return [value.detach().numpy(), *(np.zeros(len(points)) if p is None else p.numpy() for p in partials)]

    return Peer(operations, evaluate)


def jax() -> Peer:
    import jax
    import jax.numpy as jnp
    from jax.scipy import special

    jax.config.update("jax_enable_x64", True)
    operations = {name: getattr(jnp, name) for name in NUMPY_NAMES}
    operations |= {ours: getattr(jnp, theirs) for ours, theirs in NUMPY_RENAMED.items()}
    operations |= {name: getattr(jax.nn, name) for name in "sigmoid log_sigmoid softplus relu elu silu".split()}
    operations |= {
        "leaky_relu": lambda x: jax.nn.leaky_relu(x, 0.01),
        "gelu": lambda x: jax.nn.gelu(x, approximate=False),
        "erf": special.erf,
        "erfc": special.erfc,
        "where": lambda c, a, b: jnp.where(c != 0, a, b),
        "fsum": lambda *xs: jnp.stack(xs).sum(0),
        "prod": lambda *xs: jnp.stack(xs).prod(0),
        "logsumexp": lambda *xs: special.logsumexp(jnp.stack(xs), 0),
        "dot": _dot,
    }

    def evaluate(function: Function, points: np.ndarray) -> list[np.ndarray]:
        value, pull = jax.vjp(function, *map(jnp.asarray, points.T))
        return [np.asarray(value), *map(np.asarray, pull(jnp.ones_like(value)))]

    return Peer(operations, evaluate)


def autograd() -> Peer:
    import autograd.numpy as anp
    from autograd import make_vjp
    from autograd.scipy import special

    names = set(NUMPY_NAMES) - {"cbrt", "hypot"}
    operations = {name: getattr(anp, name) for name in sorted(names)}
    operations |= {ours: getattr(anp, theirs) for ours, theirs in NUMPY_RENAMED.items()}
    operations |= {
        "erf": special.erf,
        "erfc": special.erfc,
        "sigmoid": special.expit,
        "where": lambda c, a, b: anp.where(c != 0, a, b),
        "fsum": lambda *xs: anp.sum(anp.stack(xs), axis=0),
        "prod": lambda *xs: anp.prod(anp.stack(xs), axis=0),
        "logsumexp": lambda *xs: special.logsumexp(anp.stack(xs), axis=0),
        "dot": _dot,
    }

    def evaluate(function: Function, points: np.ndarray) -> list[np.ndarray]:
        columns = list(points.T)
        results = [np.asarray(function(*columns))]
        for i in range(len(columns)):
            try:
                pull, value = make_vjp(function, i)(*columns)
                results.append(pull(np.ones_like(value)))
            except NotImplementedError:  # it has no derivative by this operand
                results.append(np.full(len(points), MISSING))
        return results

    return Peer(operations, evaluate)


def scipy() -> Peer:
    """Values alone, and the softmax, which is the gradient of logsumexp."""
    from scipy import special

    by_name = "expm1 log1p exp2 cbrt erf erfc softplus".split()
    operations = {name: _value(getattr(special, name)) for name in by_name if hasattr(special, name)}
    operations |= {
        "sigmoid": _value(special.expit),
        "log_sigmoid": _value(special.log_expit),
        "logsumexp": lambda *xs: [special.logsumexp(xs, axis=0), *special.softmax(xs, axis=0)],
    }
    return Peer(operations, lambda function, points: list(map(np.asarray, function(*points.T))))


MISSING = 12345.678
"""Stands for a partial that a system does not have."""

NUMPY_NAMES = """add abs exp expm1 exp2 log log1p log2 log10 sqrt cbrt square sin cos tan sinh cosh tanh sign floor ceil maximum
    minimum clip hypot logaddexp mod""".split()
NUMPY_RENAMED = {
    "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative", "pow": "power",
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "asinh": "arcsinh", "acosh": "arccosh",
    "atanh": "arctanh",
}  # fmt: skip
PEERS: dict[str, Callable[[], Peer]] = {"torch": pytorch, "jax": jax, "autograd": autograd, "scipy": scipy}
"""By the name of the package that is imported."""


def _dot(*operands: Any) -> Any:
    half = len(operands) // 2
    total = operands[-1]
    for w, x in zip(operands[:half], operands[half:-1], strict=True):
        total = total + w * x
    return total


def _value(function: Function) -> Function:
    return lambda *xs: [function(*xs)]


def evaluate(peer: Peer, name: str, points: Sequence[Sequence[float]]) -> list[np.ndarray]:
    """The value and the partials that a system gives for our operation `name` at `points`."""
    width = len(points[0]) - len(FIXED.get(name, ()))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return [np.asarray(x, dtype=float) for x in peer.evaluate(peer.operations[name], np.array(points)[:, :width])]
