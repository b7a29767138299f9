"""What a gradient check perturbs: the inputs of a function, the leaves of a graph, or the parameters of a module."""

from collections.abc import Callable, Sequence
from typing import Any

from ..containers import describe, leaves
from ..functions import FUNCTIONS
from ..graph import depth, topological_order
from ..linearization import Linearization
from ..row import UNSELECTED
from ..value import Value, apply
from .finite_differences import EPSILON, Sample
from .replay import Problem, kinks_of, replay


class Subject:
    """A scalar result and the numbers it depends on, recorded at a point and again wherever one number is changed.

    Attributes
    ----------
    names, numbers
        The inputs and where they are.
    root, inputs
        The graph at the point.
    """

    def __init__(self, record: Callable[[int, float], tuple[Value, list[Value]]], names: Sequence[str]) -> None:
        self._record = record
        self.names = list(names)
        self.evaluations = 0
        self.root, self.inputs = self.recorded()
        self.numbers = [x.data for x in self.inputs]

    def recorded(self, index: int = -1, number: float = 0.0) -> tuple[Value, list[Value]]:
        """The graph where input `index` is `number` instead; at the point itself by default."""
        self.evaluations += 1
        return self._record(index, number)

    def along(self, index: int) -> Callable[[float], Sample]:
        """The result as a function of one input."""

        def sample(number: float) -> Sample:
            root, _ = self.recorded(index, number)
            order = topological_order(root)
            return Sample(root.data, _noise(root, order), _branches(order))

        return sample

    def slope_along(self, index: int, direction: Sequence[float]) -> Callable[[float], Sample]:
        """The derivative of the result along `direction`, by a reverse sweep, as a function of one input."""

        def sample(number: float) -> Sample:
            root, inputs = self.recorded(index, number)
            gradient, sizes = gradient_and_sizes(root, inputs)
            slope = sum(v * g for v, g in zip(direction, gradient, strict=True))
            size = sum(abs(v) * s for v, s in zip(direction, sizes, strict=True))
            return Sample(slope, rounding_of_sweep(root) * size, _branches(topological_order(root)))

        return sample


def subject_of(f: Any, inputs: Sequence[Any], parameters: Any = ()) -> Subject:
    """The subject that `gradcheck` was given: a graph, a function, or a module.

    Raises
    ------
    TypeError
        If it is none of these.
    """
    if isinstance(f, Value):
        return _of_graph(f, inputs)
    if not callable(f):
        raise TypeError(f"gradcheck takes a function, a module or the root of a graph, got {describe(f)}")
    names, owned = _parameters(parameters or (f if hasattr(f, "parameters") else ()))
    names_of_inputs = Problem(f, inputs, "gradcheck").names
    problem = Problem(lambda *args: _one_number(f(*args)), inputs, "gradcheck", names_of_inputs)

    def record(index: int, number: float) -> tuple[Value, list[Value]]:
        fresh = [Value(number if i == index else x, name)
                 for i, (x, name) in enumerate(zip(problem.numbers, problem.names, strict=True))]  # fmt: skip
        changed = owned[index - len(fresh)] if index >= len(fresh) else None
        if changed is None:
            return problem.call(fresh), [*fresh, *owned]
        before, changed.data = changed.data, number
        try:
            return problem.call(fresh), [*fresh, *owned]
        finally:
            changed.data = before

    subject = Subject(record, [*problem.names, *names])
    return _of_graph(subject.root, subject.inputs, subject.names) if detached(subject.root) else subject


def detached(root: Value) -> list[Value]:
    """The nodes through which no derivative goes on purpose: their numbers are held fixed."""
    return [node for node in topological_order(root) if node.primitive and "constant" in node.primitive.traits]


def _of_graph(root: Value, chosen: Sequence[Any], names: Sequence[str] = ()) -> Subject:
    """A graph: its leaves, or those chosen; it is run again by its rows, with detached numbers held fixed."""
    order = topological_order(root)
    inputs = list(chosen) or [node for node in order if not node.parents]  # as they are written
    for x in inputs:
        if not isinstance(x, Value):
            raise TypeError(f"gradcheck of a graph takes Values of the graph as inputs, got {describe(x)}")
    names = names or [x.label or f"leaf {i}" for i, x in enumerate(inputs)]
    fixed = {node: node.data for node in detached(root)}

    def record(index: int, number: float) -> tuple[Value, list[Value]]:
        if index < 0:
            return root, inputs
        changed = Value(number, names[index])
        again = replay(order, {**fixed, inputs[index]: changed}, apply)
        result = again[root]
        fresh = [again.get(x, x) for x in inputs]
        fresh = [x if isinstance(x, Value) else Value(x) for x in fresh]
        return (result if isinstance(result, Value) else Value(result)), fresh

    return Subject(record, names)


def _parameters(source: Any) -> tuple[list[str], list[Value]]:
    """The parameters of a module, or Values as they are, with their names."""
    if hasattr(source, "named_parameters"):
        pairs = [(str(name), p) for name, p in source.named_parameters()]
    else:
        values = source.parameters() if hasattr(source, "parameters") else source
        pairs = [(p.label or f"parameter {i}", p) for i, p in enumerate(values)]
    return [name for name, _ in pairs], [p for _, p in pairs]


def _one_number(result: Any) -> Any:
    """The result itself; of several numbers a weighted sum, so that each of them counts and none like another."""
    numbers = [x for _, x in leaves(result)]
    if len(numbers) == 1 and numbers[0] is result:
        return result
    return FUNCTIONS["dot"]([1.0 / (1.0 + i) for i in range(len(numbers))], numbers)


# The two sweeps --------------------------------------------------------------------------------------------------


def gradient_and_sizes(root: Value, inputs: Sequence[Value]) -> tuple[list[float], list[float]]:
    """The gradient by a reverse sweep, and for each input the sum of the sizes of what was added up to it."""
    linearization = Linearization(inputs, [root], in_values=False)
    gradient = linearization.pull(root)
    linearization.edges = [
        (node, [(parent, abs(partial)) for parent, partial in edges]) for node, edges in linearization.edges
    ]
    return gradient, linearization.pull(root)


def rounding_of_sweep(root: Value) -> float:
    """A bound of the relative rounding error of a sweep, with respect to the sum of the sizes.

    A partial errs by at most 4 units in the last place, and every edge of a path brings a product and a sum.
    """
    return EPSILON * (5.0 * depth(root) + 4.0)


def _noise(root: Value, order: Sequence[Value]) -> float:
    """How much rounding may have moved the data of `root`: the error of each node, carried to the root.

    To first order; see N. J. Higham, "Accuracy and Stability of Numerical Algorithms", section 3.3 (running error analysis).
    """
    sizes = dict.fromkeys(order, 0.0)
    sizes[root] = 1.0
    noise = 0.0
    for node in reversed(order):
        size = sizes[node]
        if size == 0.0:
            continue
        ulp = node.primitive.ulp if node.primitive else 0.5
        noise += size * abs(node.data) * ulp * EPSILON
        for parent, partial in zip(node.parents, node.partials, strict=True):
            if partial is not UNSELECTED:
                sizes[parent] += size * abs(partial)
    return noise


def _branches(order: Sequence[Value]) -> tuple[Any, ...]:
    """What a graph looks like and on which side of its kinks it is: the same wherever no branch changes."""
    found: list[Any] = []
    for node in order:
        row = node.primitive
        if row is None:
            continue
        found.append(row.name)
        if row.kinks is not None:
            found += [(k > 0.0) - (k < 0.0) for k in kinks_of(node)]
        elif "selection" in row.traits:
            found.append(node.operands[0])
    return tuple(found)
