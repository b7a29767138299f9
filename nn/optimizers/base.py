"""`Optimizer`: what all optimizers share: parameter groups, the step, and the state that a checkpoint needs."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, ClassVar

from autograd_core import Value, zero_grad

from ..checks import check_state
from ..lookup import lookup

Group = dict[str, Any]
"""The parameters of one group under ``"params"``, and the group's own options by name."""

Update = Callable[..., tuple[Any, ...]]
"""``update(w, g, *slots)`` gives the new weight and the new slots."""

NON_NEGATIVE = "a finite number >= 0", lambda x: 0.0 <= x < math.inf
POSITIVE = "a finite number > 0", lambda x: 0.0 < x < math.inf
FRACTION = "a number in [0, 1)", lambda x: 0.0 <= x < 1.0
FINITE = "a finite number", math.isfinite

DEMANDS: dict[str, tuple[str, Callable[[float], bool]]] = {
    "lr": NON_NEGATIVE, "momentum": NON_NEGATIVE, "dampening": FINITE, "weight_decay": NON_NEGATIVE, "eps": POSITIVE,
    "alpha": FRACTION, "beta1": FRACTION, "beta2": FRACTION, "lr_decay": NON_NEGATIVE,
    "initial_accumulator_value": NON_NEGATIVE,
}  # fmt: skip
FLAGS = {"nesterov"}


class Optimizer(ABC):
    """Changes parameters by their gradients: the common part of `SGD`, `Adam` and the others.

    A subclass names its `slots`, the numbers it remembers for each parameter, and gives the `rule` that turns a
    weight, its gradient and its slots into the new weight and slots. A parameter that no sweep has reached has the
    gradient 0.0, and momentum and weight decay still move it.

    Parameters
    ----------
    params
        The parameters, or one dict per group: ``{"params": [...], "lr": 0.01}``. An option that a group leaves out
        is the one given to the optimizer.
    **options
        The options of the optimizer by name; the names are the same in every group.

    Raises
    ------
    TypeError
        If something else than a Value is among the parameters.
    ValueError
        If there are no parameters, one comes twice or is the result of an operation, or an option is out of range.
    """

    slots: ClassVar[tuple[str, ...]] = ()

    def __init__(self, params: Iterable[Value] | Iterable[Mapping[str, Any]], **options: Any) -> None:
        self.defaults = self._checked(options)
        self.param_groups: list[Group] = []
        self.state: list[dict[str, Any]] = []
        groups = list(_iterable(params, type(self).__name__))
        if groups and not isinstance(groups[0], Mapping):
            groups = [{"params": groups}]
        if not groups:
            raise ValueError(f"{type(self).__name__}: there are no parameters to optimize")
        for group in groups:
            self.add_param_group(group)

    @abstractmethod
    def rule(self, group: Group, t: int) -> Update:
        """The update of one parameter at step `t` = 1, 2, …, with the options of its group.

        The function it returns uses ``+ - * / **`` only, so it works on floats and elementwise on arrays.
        """

    def add_param_group(self, group: Any) -> None:
        """Add parameters with options of their own, e.g. ``{"params": model.biases(), "weight_decay": 0.0}``."""
        name = type(self).__name__
        if not isinstance(group, Mapping) or "params" not in group:
            raise ValueError(f"{name}: a parameter group is a dict with the key 'params', got {group!r:.60}")
        params = list(_iterable(group["params"], name))
        seen = {parameter for known in self.param_groups for parameter in known["params"]}
        if not params:
            raise ValueError(f"{name}: group {len(self.param_groups)} has no parameters")
        for index, parameter in enumerate(params):
            if not isinstance(parameter, Value):
                raise TypeError(f"{name}: parameter {index} is no Value, got {type(parameter).__name__}")
            if parameter.parents:
                raise ValueError(
                    f"{name}: parameter {index} is the result of {parameter.op!r}, not a leaf of the graph"
                )
            if parameter in seen:
                raise ValueError(f"{name}: parameter {index} ({parameter.label or 'unlabelled'}) is given twice")
            seen.add(parameter)
        options = self._checked({key: option for key, option in group.items() if key != "params"})
        self.param_groups.append({"params": params, **self.defaults, **options})
        self.state.append({"step": 0, **self.initial_slots(self.param_groups[-1], len(params))})

    def initial_slots(self, group: Group, count: int) -> dict[str, list[float]]:  # noqa: ARG002 - for subclasses
        """What the slots hold before the first step."""
        return {slot: [0.0] * count for slot in self.slots}

    def step(self) -> None:
        """Change every parameter once, by its present gradient.

        All new numbers are computed before the first is written, so an error in between changes nothing.
        """
        plans = []
        for group, state in zip(self.param_groups, self.state, strict=True):
            t = state["step"] + 1
            update = self.rule(group, t)
            remembered = [state[slot] for slot in self.slots]
            new = [update(p.data, p.grad, *slots) for p, *slots in zip(group["params"], *remembered, strict=True)]
            plans.append((group["params"], state, t, list(zip(*new, strict=True))))
        for params, state, t, (weights, *columns) in plans:
            for parameter, weight in zip(params, weights, strict=True):
                parameter.data = weight
            state["step"] = t
            state.update({slot: list(column) for slot, column in zip(self.slots, columns, strict=True)})

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for group in self.param_groups:
            zero_grad(*group["params"])

    def state_dict(self) -> dict[str, Any]:
        """All that a continued run needs, as plain lists and numbers; a parameter is its position."""
        positions = iter(range(sum(len(group["params"]) for group in self.param_groups)))
        return {
            "state": [{key: list(x) if isinstance(x, list) else x for key, x in state.items()} for state in self.state],
            "param_groups": [
                {**group, "params": [next(positions) for _ in group["params"]]} for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from a `state_dict` of the same optimizer over as many parameters; a wrong one changes nothing.

        Raises
        ------
        ValueError
            If it is of another optimizer, or its groups have other sizes.
        """
        name = type(self).__name__
        try:
            groups, states = list(state_dict["param_groups"]), list(state_dict["state"])
            sizes = [len(group["params"]) for group in groups]
            slots = [{slot: [float(x) for x in state[slot]] for slot in self.slots} for state in states]
            for state in states:
                check_state({"step": state["step"]}, {"step": int}, name)
            steps = [state["step"] for state in states]
            rates = [float(group.get("initial_lr", 0.0)) for group in groups]
            options = [{key: group[key] for key in self.defaults} for group in groups]
            known = {"params", "initial_lr", *self.defaults}
            excess = {key for group in groups for key in group if key not in known}
            excess |= {key for state in states for key in state if key not in {"step", *self.slots}}
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{name}.load_state_dict: this is no state of {name} ({error!r})") from error
        if excess:
            raise ValueError(f"{name}.load_state_dict: this is no state of {name}: it has {', '.join(sorted(excess))}")
        present = [len(group["params"]) for group in self.param_groups]
        lengths = [[len(x) for x in slot.values()] for slot in slots]
        if sizes != present or lengths != [[size] * len(self.slots) for size in present]:
            raise ValueError(f"{name}.load_state_dict: the groups have {present} parameters, the state has {sizes}")
        checked = [self._checked(chosen) for chosen in options]
        for group, chosen, saved, rate in zip(self.param_groups, checked, groups, rates, strict=True):
            group.update(chosen)
            if "initial_lr" in saved:
                group["initial_lr"] = rate
        self.state = [{"step": step, **slot} for step, slot in zip(steps, slots, strict=True)]

    def _checked(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """`options` as floats, or an error that names the one that is unknown or out of range."""
        name = type(self).__name__
        known = getattr(self, "defaults", options)
        checked: dict[str, Any] = {}
        for key, x in options.items():
            lookup(f"option of {name}", key, known)
            if key == "betas":
                checked[key] = _betas(x, name)
            elif key in FLAGS:
                checked[key] = bool(x)
            else:
                checked[key] = check_option(key, x, name)
        return checked

    def __repr__(self) -> str:
        groups = []
        for group in self.param_groups:
            options = ", ".join(f"{key}={x!r}" for key, x in group.items() if key not in {"params", "initial_lr"})
            groups.append(f"{len(group['params'])} parameters, {options}")
        return f"{type(self).__name__}({'; '.join(groups)})"


def check_option(key: str, x: Any, place: str) -> float:
    """`x` as a float, or a `ValueError` if it is not what `DEMANDS` says of the option `key`."""
    demand, holds = DEMANDS[key]
    if isinstance(x, bool) or not isinstance(x, Real) or not holds(float(x)):
        called = "the learning rate lr" if key == "lr" else key
        raise ValueError(f"{place}: {called} must be {demand}, got {x!r}")
    return float(x)


def _betas(betas: Sequence[float], place: str) -> tuple[float, float]:
    try:
        beta1, beta2 = betas
    except (TypeError, ValueError):
        raise ValueError(f"{place}: betas must be two numbers in [0, 1), got {betas!r}") from None
    return check_option("beta1", beta1, place), check_option("beta2", beta2, place)


def _iterable(params: Any, place: str) -> Iterable[Any]:
    if hasattr(params, "parameters"):
        raise TypeError(f"{place} takes parameters, got a {type(params).__name__}: write model.parameters()")
    if isinstance(params, Value | Mapping | str) or not isinstance(params, Iterable):
        raise TypeError(f"{place} takes a list of parameters or of groups, got {type(params).__name__}")
    return params
