"""Optimizers that give every parameter a step size of its own: Adagrad, RMSprop, Adam, AdamW.

Rules write ``x**0.5`` for the square root: it works on floats and on arrays.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from autograd_core import Value

from .base import Group, Optimizer, Update

Params = Iterable[Value] | Iterable[Mapping[str, Any]]


class Adagrad(Optimizer):
    """Steps that shrink by the root of the sum of all squared gradients so far.

    With the gradient g, the weight decay λ and the decay ρ of the rate, at step t::

        g ← g + λ·w
        s ← s + g²
        w ← w − η/(1 + (t − 1)·ρ) · g/(√s + ε)

    Parameters
    ----------
    params
        Parameters, or groups of them (see `Optimizer`).
    lr
        The learning rate η.
    lr_decay
        The decay ρ of the rate.
    weight_decay
        λ.
    initial_accumulator_value
        s before the first step.
    eps
        ε, which keeps the quotient finite.

    Raises
    ------
    ValueError
        For a negative rate or decay.

    References
    ----------
    Duchi, Hazan, Singer: Adaptive subgradient methods for online learning and stochastic optimization, JMLR 2011.

    Examples
    --------
    >>> from autograd_core import Value
    >>> w = Value(3.0)
    >>> optimizer = Adagrad([w], lr=0.5)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 9)
    2.5
    """

    slots: ClassVar[tuple[str, ...]] = ("sum_of_squares",)

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )

    def initial_slots(self, group: Group, count: int) -> dict[str, list[float]]:
        """What the slots hold before the first step."""
        return {"sum_of_squares": [group["initial_accumulator_value"]] * count}

    def rule(self, group: Group, t: int) -> Update:
        """The update of one parameter; see the formula of the class."""
        lr = group["lr"] / (1.0 + (t - 1) * group["lr_decay"])
        decay, eps = group["weight_decay"], group["eps"]

        def update(w: Any, g: Any, s: Any) -> tuple[Any, Any]:
            g = g + decay * w
            s = s + g * g
            return w - lr * (g / (s**0.5 + eps)), s

        return update


class RMSprop(Optimizer):
    """Steps divided by a running root mean square of the gradient, with momentum if asked for.

    With the gradient g, the weight decay λ, the smoothing α and the momentum μ::

        g ← g + λ·w
        s ← α·s + (1 − α)·g²
        v ← μ·v + g/(√s + ε)
        w ← w − η·v

    Parameters
    ----------
    params
        Parameters, or groups of them (see `Optimizer`).
    lr
        The learning rate η.
    alpha
        The smoothing α.
    eps
        ε, which keeps the quotient finite.
    weight_decay
        λ.
    momentum
        μ.

    Raises
    ------
    ValueError
        For a negative rate, decay or momentum, and for an alpha outside [0, 1).

    References
    ----------
    Tieleman, Hinton: Lecture 6.5, rmsprop, Neural Networks for Machine Learning, 2012.

    Examples
    --------
    >>> from autograd_core import Value
    >>> w = Value(3.0)
    >>> optimizer = RMSprop([w], lr=0.1, alpha=0.75)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    2.8
    """

    slots: ClassVar[tuple[str, ...]] = ("mean_square", "velocity")

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum)

    def rule(self, group: Group, t: int) -> Update:  # noqa: ARG002 - the same at every step
        """The update of one parameter; see the formula of the class."""
        lr, alpha, eps = group["lr"], group["alpha"], group["eps"]
        decay, momentum = group["weight_decay"], group["momentum"]

        def update(w: Any, g: Any, s: Any, v: Any) -> tuple[Any, Any, Any]:
            g = g + decay * w
            s = alpha * s + (1.0 - alpha) * (g * g)
            v = momentum * v + g / (s**0.5 + eps)
            return w - lr * v, s, v

        return update


class Adam(Optimizer):
    """Momentum and steps scaled by the running size of the gradient, both corrected for their start at zero.

    With the gradient g and the weight decay λ, at step t::

        g ← g + λ·w
        m ← β₁·m + (1 − β₁)·g
        s ← β₂·s + (1 − β₂)·g²
        w ← w − η · m/(1 − β₁ᵗ) / (√(s/(1 − β₂ᵗ)) + ε)

    Parameters
    ----------
    params
        Parameters, or groups of them (see `Optimizer`).
    lr
        The learning rate η.
    betas
        (β₁, β₂).
    eps
        ε, which keeps the quotient finite.
    weight_decay
        λ.

    Raises
    ------
    ValueError
        For a negative rate or decay, and for betas outside [0, 1).

    References
    ----------
    Kingma, Ba: Adam: a method for stochastic optimization, ICLR 2015.

    Examples
    --------
    >>> from autograd_core import Value
    >>> w = Value(3.0)
    >>> optimizer = Adam([w], lr=0.1)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    2.9
    """

    slots: ClassVar[tuple[str, ...]] = ("mean", "mean_square")

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def rule(self, group: Group, t: int) -> Update:
        """The update of one parameter; see the formula of the class."""
        decay, step = group["weight_decay"], _adam_step(group, t)
        return lambda w, g, m, s: step(w, g + decay * w, m, s)


class AdamW(Adam):
    """`Adam` whose weight decay shrinks the weights directly, apart from the gradient's scaling.

    ::

        w ← (1 − η·λ)·w
        then the step of Adam with λ = 0

    Parameters
    ----------
    params
        Parameters, or groups of them (see `Optimizer`).
    lr
        The learning rate η.
    betas
        (β₁, β₂).
    eps
        ε, which keeps the quotient finite.
    weight_decay
        λ.

    Raises
    ------
    ValueError
        For a negative rate or decay, and for betas outside [0, 1).

    References
    ----------
    Loshchilov, Hutter: Decoupled weight decay regularization, ICLR 2019.

    Examples
    --------
    >>> from autograd_core import Value
    >>> w = Value(3.0)
    >>> optimizer = AdamW([w], lr=0.1, weight_decay=0.5)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    2.75
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def rule(self, group: Group, t: int) -> Update:
        """The update of one parameter; see the formula of the class."""
        shrink, step = 1.0 - group["lr"] * group["weight_decay"], _adam_step(group, t)
        return lambda w, g, m, s: step(shrink * w, g, m, s)


def _adam_step(group: Group, t: int) -> Update:
    beta1, beta2 = group["betas"]
    eps = group["eps"]
    rate = group["lr"] / (1.0 - beta1**t)
    root = (1.0 - beta2**t) ** 0.5

    def step(w: Any, g: Any, m: Any, s: Any) -> tuple[Any, Any, Any]:
        m = beta1 * m + (1.0 - beta1) * g
        s = beta2 * s + (1.0 - beta2) * (g * g)
        return w - rate * (m / (s**0.5 / root + eps)), m, s

    return step
