"""Stochastic gradient descent, with momentum and weight decay."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from autograd_core import Value

from .base import Group, Optimizer, Update


class SGD(Optimizer):
    """Gradient descent: a step against the gradient, with momentum if asked for.

    With the gradient g, the weight decay λ, the momentum μ and the dampening τ, at step t::

        g ← g + λ·w
        v ← g                     at t = 1
        v ← μ·v + (1 − τ)·g       after it
        d = v, or g + μ·v with Nesterov's momentum; without momentum, d = g, and v stays as it is
        w ← w − η·d

    For plain SGD the decay λ equals, step for step, the penalty (λ/2)·‖w‖² in the objective.

    Parameters
    ----------
    params
        Parameters, or groups of them (see `Optimizer`).
    lr
        The learning rate η.
    momentum
        μ.
    dampening
        τ.
    nesterov
        Whether to look ahead: d = g + μ·v.
    weight_decay
        λ.

    Raises
    ------
    ValueError
        For a negative rate or momentum, and for Nesterov's momentum with dampening or without momentum.

    References
    ----------
    Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum in deep learning, ICML 2013.
    The form is PyTorch's: η multiplies the velocity, so it acts at once when it changes.

    Examples
    --------
    >>> from autograd_core import Value
    >>> w = Value(3.0)
    >>> optimizer = SGD([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    1.5
    """

    slots: ClassVar[tuple[str, ...]] = ("velocity",)

    def __init__(
        self,
        params: Iterable[Value] | Iterable[Mapping[str, Any]],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov
        )

    def _checked(self, options: Mapping[str, Any]) -> dict[str, Any]:
        checked = super()._checked(options)
        all_options = {**getattr(self, "defaults", {}), **checked}
        if all_options["nesterov"] and (all_options["momentum"] <= 0.0 or all_options["dampening"] != 0.0):
            raise ValueError(
                "SGD: nesterov=True needs a momentum > 0 and no dampening, "
                f"got momentum={all_options['momentum']!r}, dampening={all_options['dampening']!r}"
            )
        return checked

    def rule(self, group: Group, t: Any) -> Update:
        """The update of one parameter; see the formula of the class."""
        lr, momentum, decay, nesterov = group["lr"], group["momentum"], group["weight_decay"], group["nesterov"]
        first = t == 1 if isinstance(t, int) else (t == 1).all()  # an array has later steps, or the first alone
        keep, take = (0.0, 1.0) if first else (momentum, 1.0 - group["dampening"])

        def update(w: Any, g: Any, v: Any) -> tuple[Any, Any]:
            g = g + decay * w
            if momentum == 0.0:
                return w - lr * g, v
            v = keep * v + take * g
            return w - lr * (g + momentum * v if nesterov else v), v

        return update
