"""The operations of the table over arrays in other libraries, with all their partials, as their users write them.

A library that has no function for an operation is given the formula that its users write down, such as
``1 / (1 + np.exp(-x))`` for a sigmoid in HIPS autograd. A name that no module here has is an operation that the library
lacks.
"""

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Point = tuple[float, ...]
SEQUENCES = {"fsum", "prod", "logsumexp", "dot"}
"""Operations of sequences: their functions here take one array, with one row per operand (see `Library.stack`)."""


class Library:
    """A library: its functions by the names of our rows, its losses, and how it differentiates them."""

    def __init__(
        self, name: str, functions: Mapping[str, Callable[..., Any]], losses: Mapping[str, Callable[..., Any]]
    ) -> None:
        self.name, self.functions, self.losses = name, functions, losses

    def evaluate(self, name: str, batch: Sequence[Point]) -> list[Any]:
        """The value of an operation and its partials at several points with equally many operands: an array for each."""
        if name not in self.functions:
            return []
        with np.errstate(all="ignore"):
            value, partials = self.value_and_partials(self._of_operands(name), list(np.array(batch).T))
        return [np.asarray(value), *map(np.asarray, partials)]

    def second_derivatives(self, name: str, batch: Sequence[Point]) -> list[list[Any]]:
        """The derivative of each partial by operand j, in list j; none if it cannot differentiate the operation twice."""
        if name not in self.functions:
            return []
        function, operands = self._of_operands(name), list(np.array(batch).T)

        def partial(i: int) -> Callable[..., Any]:
            return lambda *xs: self.differentiate(function, xs)[1][i]

        with np.errstate(all="ignore"):
            rows = [self.value_and_partials(partial(i), operands)[1] for i in range(len(operands))]
        return [list(map(np.asarray, column)) for column in zip(*rows, strict=True)]

    def _of_operands(self, name: str) -> Callable[..., Any]:
        """The function of an operation that takes its operands one by one."""
        function = self.functions[name]
        return (lambda *xs: function(self.stack(xs))) if name in SEQUENCES else function

    def loss(self, name: str, outputs: Sequence[float], target: Any) -> list[float]:
        """A loss of `nn`, as the library has it, and its gradient."""
        with np.errstate(all="ignore"):
            value, (gradient,) = self.value_and_partials(lambda z: self.losses[name](z, target), [np.array(outputs)])
        return [float(value), *map(float, gradient)]

    def value_and_partials(self, function: Callable[..., Any], operands: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
        """``function(*operands)``, and the derivative of each of its elements by its operands, of arrays."""
        return self.differentiate(function, operands)

    def differentiate(self, function: Callable[..., Any], operands: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
        """The same in numbers of the library, which it can differentiate again."""
        raise NotImplementedError

    def stack(self, operands: Sequence[Any]) -> Any:
        """One array of the library with a row for each operand."""
        raise NotImplementedError


def halves(x: Any) -> tuple[Any, Any, Any]:
    """The weights, the inputs and the bias of a weighted sum in one array."""
    half = len(x) // 2
    return x[:half], x[half:-1], x[-1]


class Torch(Library):
    """PyTorch."""

    def __init__(self) -> None:
        import torch
        from torch.nn import functional

        self.torch = torch

        def numbers(x: Any) -> Any:
            return torch.tensor(x, dtype=torch.float64)

        names = """add sub mul div neg pow abs exp expm1 exp2 log log1p log2 log10 sqrt square sin cos tan asin acos atan
        atan2 sinh cosh tanh asinh acosh atanh sigmoid relu sign floor ceil maximum minimum hypot erf erfc logaddexp"""
        super().__init__(
            f"PyTorch {torch.__version__.split('+')[0]}",
            {name: getattr(torch, name) for name in names.split()}
            | {
                "mod": torch.remainder,
                "cbrt": lambda x: torch.sign(x) * torch.abs(x) ** (1.0 / 3.0),
                "log_sigmoid": functional.logsigmoid,
                "softplus": functional.softplus,
                "leaky_relu": lambda x, slope: torch.where(x > 0.0, x, slope * x),
                "elu": lambda x, alpha: torch.where(x > 0.0, x, alpha * torch.expm1(x)),
                "gelu": functional.gelu,
                "silu": functional.silu,
                "step": lambda x, k: torch.where(x >= k, 1.0, 0.0 * x),
                "clip": torch.clamp,
                "where": lambda c, a, b: torch.where(c > 0.0, a, b),
                "fsum": lambda x: x.sum(0),
                "prod": lambda x: x.prod(0),
                "logsumexp": lambda x: torch.logsumexp(x, 0),
                "dot": lambda x: (halves(x)[0] * halves(x)[1]).sum(0) + x[-1],
            },
            {
                "residual_sum_of_squares": lambda z, t: functional.mse_loss(z, numbers(t), reduction="sum"),
                "half_squared_error": lambda z, t: 0.5 * functional.mse_loss(z, numbers(t), reduction="sum"),
                "binary_cross_entropy": lambda p, t: functional.binary_cross_entropy(p, numbers([t]), reduction="sum"),
                "binary_cross_entropy_with_logits": lambda z, t: functional.binary_cross_entropy_with_logits(
                    z, numbers([t]), reduction="sum"
                ),
                "hinge": lambda z, t: torch.relu(1.0 - t * z).sum(),
                "cross_entropy": lambda z, t: functional.cross_entropy(z, torch.tensor(t)),
                "cross_entropy_on_probabilities": lambda p, t: functional.nll_loss(torch.log(p), torch.tensor(t)),
            },
        )

    def value_and_partials(self, function: Callable[..., Any], operands: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
        leaves = [self.torch.tensor(x, requires_grad=True) for x in operands]
        value, partials = self.differentiate(function, leaves, again=False)
        return value.numpy(force=True), [partial.numpy(force=True) for partial in partials]

    def differentiate(
        self, function: Callable[..., Any], operands: Sequence[Any], again: bool = True
    ) -> tuple[Any, Sequence[Any]]:
        value, torch = function(*operands), self.torch
        if not value.requires_grad:
            return value, [torch.zeros_like(x) for x in operands]
        ones = torch.ones_like(value)
        return value, torch.autograd.grad(value, operands, ones, create_graph=again, materialize_grads=True)

    def stack(self, operands: Sequence[Any]) -> Any:
        return self.torch.stack(list(operands))


class Jax(Library):
    """JAX with 64-bit numbers."""

    def __init__(self) -> None:
        os.environ.setdefault("JAX_PLATFORMS", "cpu")
        import jax
        import jax.numpy as jnp
        from jax import nn
        from jax.scipy import special

        jax.config.update("jax_enable_x64", True)
        self.jax = jax
        names = """add abs exp expm1 exp2 log log1p log2 log10 sqrt cbrt square sin cos tan sinh cosh tanh sign floor ceil
        maximum minimum hypot logaddexp clip mod"""
        super().__init__(
            f"JAX {jax.__version__}",
            {name: getattr(jnp, name) for name in names.split()}
            | {name: getattr(jnp, "arc" + name[1:]) for name in "asin acos atan atan2 asinh acosh atanh".split()}
            | {name: getattr(nn, name) for name in "sigmoid log_sigmoid softplus relu leaky_relu silu".split()}
            | {
                "sub": jnp.subtract, "mul": jnp.multiply, "div": jnp.divide, "neg": jnp.negative, "pow": jnp.power,
                "elu": nn.elu,
                "gelu": lambda x: nn.gelu(x, approximate=False),
                "step": lambda x, k: jnp.where(x >= k, 1.0, 0.0 * x),
                "where": lambda c, a, b: jnp.where(c > 0.0, a, b),
                "erf": special.erf, "erfc": special.erfc,
                "fsum": lambda x: x.sum(0),
                "prod": lambda x: x.prod(0),
                "logsumexp": lambda x: nn.logsumexp(x, 0),
                "dot": lambda x: (halves(x)[0] * halves(x)[1]).sum(0) + x[-1],
            },
            {
                "residual_sum_of_squares": lambda z, t: jnp.sum((z - jnp.array(t)) ** 2),
                "half_squared_error": lambda z, t: 0.5 * jnp.sum((z - jnp.array(t)) ** 2),
                "binary_cross_entropy": lambda p, t: -jnp.sum(t * jnp.log(p) + (1.0 - t) * jnp.log1p(-p)),
                "binary_cross_entropy_with_logits": lambda z, t: -jnp.sum(t * nn.log_sigmoid(z) + (1.0 - t) * nn.log_sigmoid(-z)),
                "hinge": lambda z, t: jnp.sum(jnp.maximum(0.0, 1.0 - t * z)),
                "cross_entropy": lambda z, t: -nn.log_softmax(z)[t],
                "cross_entropy_on_probabilities": lambda p, t: -jnp.log(p[t]),
            },
        )  # fmt: skip

    def value_and_partials(self, function: Callable[..., Any], operands: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
        count = operands[0].shape[-1]
        if count < 10:  # a loss: padding would change it
            return self.differentiate(function, operands)
        padding = (1 << (count - 1).bit_length()) - count  # few sizes: JAX compiles for each of them
        padded = [np.concatenate([x, np.repeat(x[..., -1:], padding, axis=-1)], axis=-1) for x in operands]
        value, partials = self.differentiate(function, padded)
        return value[:count], [np.asarray(p)[..., :count] for p in partials]

    def differentiate(self, function: Callable[..., Any], operands: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
        value, pull = self.jax.vjp(function, *operands)
        return value, pull(self.jax.numpy.ones_like(value))

    def stack(self, operands: Sequence[Any]) -> Any:
        return self.jax.numpy.stack(operands)


class Autograd(Library):
    """HIPS autograd: NumPy and SciPy with derivatives."""

    def __init__(self) -> None:
        import autograd
        import autograd.numpy as anp
        from autograd.scipy import special

        self.autograd = autograd
        names = """add abs exp expm1 exp2 log log1p log2 log10 sqrt square sin cos tan sinh cosh tanh sign floor ceil
        maximum minimum logaddexp mod where"""

        def sigmoid(x: Any) -> Any:
            return 1.0 / (1.0 + anp.exp(-x))

        super().__init__(
            "HIPS autograd",
            {name: getattr(anp, name) for name in names.split()}
            | {name: getattr(anp, "arc" + name[1:]) for name in "asin acos atan atan2 asinh acosh atanh".split()}
            | {
                "sub": anp.subtract, "mul": anp.multiply, "div": anp.divide, "neg": anp.negative, "pow": anp.power,
                "cbrt": lambda x: anp.sign(x) * anp.abs(x) ** (1.0 / 3.0),
                "sigmoid": sigmoid,
                "log_sigmoid": lambda x: -anp.logaddexp(0.0, -x),
                "softplus": lambda x: anp.logaddexp(0.0, x),
                "relu": lambda x: anp.maximum(x, 0.0),
                "leaky_relu": lambda x, slope: anp.where(x > 0.0, x, slope * x),
                "elu": lambda x, alpha: anp.where(x > 0.0, x, alpha * anp.expm1(x)),
                "gelu": lambda x: 0.5 * x * (1.0 + special.erf(x / np.sqrt(2.0))),
                "silu": lambda x: x * sigmoid(x),
                "step": lambda x, k: anp.where(x >= k, 1.0, 0.0 * x),
                "clip": lambda x, low, high: anp.minimum(anp.maximum(x, low), high),
                "where": lambda c, a, b: anp.where(c > 0.0, a, b),
                "hypot": lambda x, y: anp.sqrt(x**2 + y**2),
                "erf": special.erf, "erfc": special.erfc,
                "fsum": lambda x: anp.sum(x, 0),
                "prod": lambda x: anp.prod(x, 0),
                "logsumexp": lambda x: special.logsumexp(x, 0),
                "dot": lambda x: anp.sum(halves(x)[0] * halves(x)[1], 0) + x[-1],
            },
            {
                "residual_sum_of_squares": lambda z, t: anp.sum((z - anp.array(t)) ** 2),
                "half_squared_error": lambda z, t: 0.5 * anp.sum((z - anp.array(t)) ** 2),
                "binary_cross_entropy": lambda p, t: -anp.sum(t * anp.log(p) + (1.0 - t) * anp.log1p(-p)),
                "binary_cross_entropy_with_logits": lambda z, t: anp.sum(t * anp.logaddexp(0.0, -z) + (1.0 - t) * anp.logaddexp(0.0, z)),
                "hinge": lambda z, t: anp.sum(anp.maximum(0.0, 1.0 - t * z)),
                "cross_entropy": lambda z, t: special.logsumexp(z) - z[t],
                "cross_entropy_on_probabilities": lambda p, t: -anp.log(p[t]),
            },
        )  # fmt: skip

    def differentiate(self, function: Callable[..., Any], operands: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
        with warnings.catch_warnings():  # it warns where a result does not depend on the operands
            warnings.simplefilter("ignore")
            pull, value = self.autograd.make_vjp(lambda xs: function(*xs))(tuple(operands))
        return value, pull(np.ones(np.shape(value)))

    def stack(self, operands: Sequence[Any]) -> Any:
        return self.autograd.numpy.stack(operands)


LIBRARIES: dict[str, type[Library]] = {"torch": Torch, "jax": Jax, "autograd": Autograd}
"""Every library by its module."""


def load(names: Sequence[str]) -> tuple[list[Library], dict[str, str]]:
    """The libraries called `names`, and for each that is not here the reason."""
    found, missing = [], {}
    for name in names:
        try:
            found.append(LIBRARIES[name]())
        except ModuleNotFoundError as error:
            missing[name] = f"no module {error.name!r}; pip install 'autograd-core[bench]'"
    return found, missing
