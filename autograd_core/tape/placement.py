"""Placement: where the uniform numbers of a plan stand while it is trained.

One array begins with the leaves, which the optimizer changes. A number that is a leaf is read there, and its gradient is
added up at the same place of a second array, so that nothing needs to be copied at each step; the other numbers follow.
"""

from typing import Any, NamedTuple

from .plan import Plan, Product


class Placement(NamedTuple):
    """A plan whose uniform numbers stand in one array with the leaves.

    Attributes
    ----------
    plan
        It, with places in that array instead of positions among `Plan.uniforms`.
    places
        The place of each position.
    in_place
        Whether that is the place of a leaf. Other numbers have places of their own, in the order of their positions.
    """

    plan: Plan
    places: Any
    in_place: Any


def placed(plan: Plan, leaf_of: Any, leaves: int) -> Placement:
    """Place the uniform numbers of `plan` behind or among so many leaves.

    Parameters
    ----------
    leaf_of
        For each position among `Plan.uniforms` the number of the leaf that stands there, or -1.

    Notes
    -----
    The weights of a product are a matrix, so they are leaves in place if they are neighbours in its order: each row of
    weights with its bias, as the neurons of a layer have them.
    """
    import numpy as np

    in_place = np.zeros(len(plan.uniforms), dtype=bool)
    for _, position in plan.broadcast:
        in_place[position] = leaf_of[position] >= 0
    for step in plan.steps:
        if isinstance(step, Product):
            found = leaf_of[_matrix(step)]
            in_place[_matrix(step)] = found[0] >= 0 and (np.diff(found) == 1).all()
    places = np.where(in_place, leaf_of, leaves - 1 + np.cumsum(~in_place))
    steps = [
        step._replace(weights=int(places[step.weights])) if isinstance(step, Product) else step for step in plan.steps
    ]
    broadcast = [(register, int(places[position])) for register, position in plan.broadcast]
    return Placement(plan._replace(steps=tuple(steps), broadcast=tuple(broadcast)), places, in_place)


def runs(to: Any, source: Any) -> Any:
    """The pairs of two arrays as lines (to, source, count), one for neighbours that go to neighbours."""
    import numpy as np

    if not len(to):
        return np.zeros((0, 3), dtype=np.int64)
    starts = np.flatnonzero(np.concatenate([[True], (np.diff(to) != 1) | (np.diff(source) != 1)]))
    counts = np.diff(np.append(starts, len(to)))
    return np.ascontiguousarray(np.stack([to[starts], source[starts], counts], axis=1), dtype=np.int64)


def _matrix(step: Product) -> slice:
    """The positions of the weights and biases."""
    count, width = step.shape
    return slice(step.weights, step.weights + count * width)
