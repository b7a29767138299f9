"""Three ways to differentiate, side by side: all paths, differences of values, and the reverse sweep."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..errors import DomainError
from ..graph import topological_order
from ..linearization import Linearization
from ..row import UNSELECTED
from ..tables import html_table, number, text_table
from ..value import Value
from .numerical import slopes_of
from .replay import Problem, kinks_of

LIMIT = 1_000_000
SHOWN = 8
"""How many inputs a comparison shows before it leaves out the rest."""


class PathSum(NamedTuple):
    """The sum over all paths, and what it cost."""

    gradient: float
    paths: int
    multiplications: int


def naive_gradient(root: Value, leaf: Value, limit: int = LIMIT) -> PathSum:
    """The derivative of `root` with respect to `leaf` as the total derivative spells it out: path by path.

    ∂root/∂leaf = Σ over all paths from leaf to root of Π over the edges of the path of the local derivatives

    Every path is multiplied out on its own, which takes one multiplication less than it has edges. The number of paths
    grows exponentially with the depth of a graph with sharing: the reverse sweep gets the same number in one visit
    per node because it adds up what paths share before it multiplies.

    Parameters
    ----------
    root, leaf
        Two Values; `leaf` may be an inner node.
    limit
        The largest number of paths to walk.

    Returns
    -------
    gradient, paths, multiplications
        A path along an unselected edge (the losing side of a maximum, relu below 0) contributes nothing and is neither
        walked nor counted; `count_paths` counts edges of both kinds.

    Raises
    ------
    ValueError
        If there are more than `limit` paths; the error gives their number, which is counted without walking them.

    Examples
    --------
    >>> x = Value(3.0)
    >>> y = x * x + x
    >>> naive_gradient(y, x)
    PathSum(gradient=7.0, paths=3, multiplications=2)
    """
    for name, value in (("root", root), ("leaf", leaf)):
        if not isinstance(value, Value):
            raise TypeError(f"naive_gradient: {name} must be a Value, got {value!r:.60}")
    cost = naive_cost(root, leaf)
    if cost.paths > limit:
        raise ValueError(
            f"naive_gradient: {cost.paths} paths lead from the leaf to the root, and walking them takes "
            f"{cost.multiplications} multiplications; the limit is {limit} paths. Use root.backward(): it visits each of "
            f"the {len(topological_order(root))} nodes once. (Or raise the limit=.)"
        )
    return _walk(root, leaf, cost.edges)


class _Cost(NamedTuple):
    paths: int
    visits: int
    multiplications: int
    edges: dict[Value, list[tuple[Value, float]]]
    """For every node on a path, its (parent, partial) on paths to the leaf."""


def naive_cost(root: Value, leaf: Value) -> _Cost:
    """How many paths there are and how many multiplications they take: exact, in one visit per edge."""
    paths, lengths = {leaf: 1}, {leaf: 0}  # to the leaf: their number, and the sum of their numbers of edges
    edges: dict[Value, list[tuple[Value, float]]] = {leaf: []}
    for node in topological_order(root):
        if node is leaf:
            continue
        taken = [(parent, partial) for parent, partial in zip(node.parents, node.partials, strict=True)
                 if partial is not UNSELECTED and parent in paths]  # fmt: skip
        if taken:
            edges[node] = taken
            paths[node] = sum(paths[parent] for parent, _ in taken)
            lengths[node] = paths[node] + sum(lengths[parent] for parent, _ in taken)
    if root not in paths:
        return _Cost(0, 0, 0, {root: []})
    multiplications = lengths[root] - paths[root] if root is not leaf else 0
    return _Cost(paths[root], lengths[root] + paths[root], multiplications, edges)


def _walk(root: Value, leaf: Value, edges: dict[Value, list[tuple[Value, float]]]) -> PathSum:
    """The sum itself: depth first, with the partials of the path so far on a stack."""
    gradient, paths, multiplications = 0.0, 0, 0
    path: list[float] = []
    stack: list[tuple[Value, float, int]] = [(root, 1.0, 0)]  # node, partial of the edge to it, depth
    while stack:
        node, partial, depth = stack.pop()
        if depth:
            path[depth - 1 :] = [partial]
        if node is leaf:
            product = path[0] if depth else 1.0
            for factor in path[1:depth]:
                product *= factor
                multiplications += 1
            gradient += product
            paths += 1
        else:
            stack.extend([(parent, p, depth + 1) for parent, p in reversed(edges[node])])
    return PathSum(gradient, paths, multiplications)


# Side by side ---------------------------------------------------------------------------------------------------


class Approach(NamedTuple):
    """One way to differentiate: its gradient by input (None if it was hopeless), and what it cost."""

    name: str
    gradient: list[float] | None
    errors: list[float] | None
    """The distance to the reference, by input."""
    paths: int
    evaluations: int
    visits: int
    """How many nodes were computed or visited; walking a path visits its nodes."""
    multiplications: int


class Comparison:
    """The results, errors and costs of the three approaches: prints as a table, also in notebooks.

    Attributes
    ----------
    names
        The inputs.
    value
        The value of the function.
    naive, numerical, sweep
        The three approaches.
    reference, reference_name
        The gradient that errors are measured against, and what it is.
    """

    def __init__(
        self, names: list[str], value: float, approaches: tuple[Approach, Approach, Approach],
        reference: list[float], reference_name: str, limit: int,
    ) -> None:  # fmt: skip
        self.names, self.value, self.limit = names, value, limit
        self.naive, self.numerical, self.sweep = approaches
        self.reference, self.reference_name = reference, reference_name

    def rows(self) -> list[list[str]]:
        """The cells of the table, head first."""
        columns = (self.naive, self.numerical, self.sweep)
        rows = [["", *[column.name for column in columns]]]
        for i, name in enumerate(self.names[:SHOWN]):
            rows.append(
                [f"∂/∂{name}", *["not walked" if c.gradient is None else f"{c.gradient[i]:.12g}" for c in columns]]
            )
            rows.append(["  error", *["" if c.errors is None else _error(c.errors[i]) for c in columns]])
        if len(self.names) > SHOWN:
            worst = ["" if c.errors is None else _error(max(c.errors)) for c in columns]
            rows.append([f"all {len(self.names)}: error", *worst])
        for title, numbers in (
            ("paths", [c.paths for c in columns]),
            ("evaluations of f", [c.evaluations for c in columns]),
            ("node visits", [c.visits for c in columns]),
            ("multiplications", [c.multiplications for c in columns]),
        ):
            rows.append([title, *[f"{n:,}".replace(",", " ") if n else "-" for n in numbers]])
        return rows

    def notes(self) -> str:
        """What the table means."""
        text = f"Errors are distances to {self.reference_name}."
        if self.naive.gradient is None:
            text += f"\nThe paths were counted exactly, not walked: the limit is {self.limit} of them."
        return text

    def __str__(self) -> str:
        return f"{text_table(self.rows(), '<>>>')}\n{self.notes()}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_table(self.rows(), "<>>>", note=self.notes())


def _error(error: float) -> str:
    return "0" if error == 0.0 else number(error, 2)


def compare_approaches(f: Callable[[Any], Any], x: Any, *, names: Sequence[str] = (), limit: int = LIMIT) -> Comparison:
    """The gradient of `f` at `x` by all three approaches, with their costs and errors.

    Multiplications are those of differentiation, not those of `f`; a node visit is one node computed or visited.

    Parameters
    ----------
    f
        A function that takes what `x` is and returns one number.
    x
        A number, or nested containers of numbers.
    names
        What to call the inputs.
    limit
        The largest number of paths to walk; beyond it they are counted only.

    Notes
    -----
    Errors are measured against the complex step, which has no truncation and no cancellation, or where a row does not
    run on complex numbers, or f is on a kink, against the sweep.

    Examples
    --------
    >>> def chain(y):
    ...     for _ in range(20):
    ...         y = y * y + y
    ...     return y
    >>> table = compare_approaches(chain, 0.01)
    >>> table.naive.paths, table.sweep.visits
    (3486784401, 41)
    """
    problem = Problem(f, (x,), "compare_approaches", names)
    root, inputs = problem.record()
    order = topological_order(root)
    costs = [naive_cost(root, leaf) for leaf in inputs]
    paths = sum(cost.paths for cost in costs)
    visits = sum(cost.visits for cost in costs)
    products = sum(cost.multiplications for cost in costs)
    walked = None
    if paths <= limit:
        walked = [_walk(root, leaf, cost.edges).gradient for leaf, cost in zip(inputs, costs, strict=True)]

    linearization = Linearization(inputs, [root], in_values=False)
    swept = linearization.pull(root)
    edges = sum(len(taken) for _, taken in linearization.edges)

    reference, reference_name = swept, "the sweep"
    if not any(0.0 in kinks_of(node) for node in order):
        try:
            stepped = slopes_of(problem, None, "complex")[0]
        except ValueError:
            pass
        else:
            if all(map(math.isfinite, stepped)):
                reference, reference_name = stepped, "the complex step Im f(x + ih)/h"
    try:
        differences, _, evaluations = slopes_of(problem, None, "central")
    except DomainError:  # a neighbour of x lies outside of the domain
        differences, evaluations = [math.nan] * len(inputs), 2 * len(inputs)

    def approach(name: str, gradient: list[float] | None, *costs: int) -> Approach:
        errors = None if gradient is None else [abs(a - b) for a, b in zip(gradient, reference, strict=True)]
        return Approach(name, gradient, errors, *costs)

    return Comparison(
        problem.names, root.data,
        (
            approach("every path", walked, paths, 1, visits, products),
            approach("central differences", differences, 0, evaluations, evaluations * len(order), 0),
            approach("reverse sweep", swept, 0, 1, len(order), edges),
        ),
        reference, reference_name, limit,
    )  # fmt: skip
