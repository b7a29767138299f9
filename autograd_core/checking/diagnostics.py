"""Finding what went wrong in a graph or a training loop: infinities, unused parameters, forgotten resets, growth."""

import math
import sys
import warnings
import weakref
from collections import Counter
from typing import Any, NamedTuple

from ..graph import depth, topological_order
from ..origin import origin_of
from ..row import UNSELECTED
from ..tables import html_table, text_table
from ..value import Value
from .rulecheck import argument_name


class NonFinite(NamedTuple):
    """The first node of a graph at which something is infinite or nan: prints as an explanation."""

    node: Value
    what: str
    """``"value"``, ``"partial"`` or ``"adjoint"``."""
    number: float
    operands: tuple[float, ...]
    argument: int | None
    """For a partial: with respect to which operand."""

    @property
    def line(self) -> tuple[str, int] | None:
        """The file and line of the user's code, if it was recorded under `trace_lines`."""
        return self.node.line

    def explanation(self) -> str:
        """What happened, without the place in the source."""
        node, row = self.node, self.node.primitive
        name = (row.name if row else "the leaf") + (f" ({node.label!r})" if node.label else "")
        if self.what == "adjoint":
            return f"The adjoint of {name} is {self.number!r}, though all values and partials are finite."
        if row is None:
            return f"{name[0].upper()}{name[1:]} is {self.number!r}."
        names = [argument_name(row, i, len(self.operands)) for i in range(len(self.operands))]
        shown = ", ".join(f"{name} = {x!r}" for name, x in zip(names[:8], self.operands, strict=False))
        shown += ", ..." if len(names) > 8 else ""
        if self.what == "value":
            return f"{name} is {self.number!r} at {shown}."
        return (
            f"{name} is {node.data!r} at {shown}, but its partial with respect to '{names[self.argument or 0]}' is "
            f"{self.number!r}."
        )

    def __str__(self) -> str:
        if self.line:
            return f"{self.explanation()} Recorded at {self.line[0]}, line {self.line[1]}."
        hint = " Record it under `with trace_lines():` to see the line." if self.node.parents else ""
        return self.explanation() + hint

    def __repr__(self) -> str:
        return str(self)


def first_nonfinite(root: Value) -> NonFinite | None:
    """The first node in the order of evaluation whose value or partial is infinite or nan; None if all are finite.

    What comes after it is infinite or nan only because of it, more often than not. If all values and partials are finite and
    their products overflow in the sweep, it is the first node of the sweep whose adjoint is not finite.

    Parameters
    ----------
    root
        The result of the computation.

    Returns
    -------
    NonFinite or None
        It prints as the operation, its operands, and the line if recorded under `trace_lines`.

    Examples
    --------
    >>> from autograd_core import sqrt
    >>> x = Value(0.0, "x")
    >>> print(first_nonfinite(sqrt(x) ** 2))
    sqrt is 0.0 at x = 0.0, but its partial with respect to 'x' is inf. Record it under `with trace_lines():` to see the line.
    """
    order = topological_order(root)
    for node in order:
        operands = tuple([x.data if isinstance(x, Value) else x for x in node.operands])
        if not math.isfinite(node.data):
            return NonFinite(node, "value", node.data, operands, None)
        active = [i for i, x in enumerate(node.operands) if isinstance(x, Value)]
        for i, partial in zip(active, node.partials, strict=True):
            if not math.isfinite(partial):
                return NonFinite(node, "partial", partial, operands, i)
    adjoints = dict.fromkeys(order, 0.0)
    adjoints[root] = 1.0
    for node in reversed(order):
        if not math.isfinite(adjoints[node]):
            operands = tuple([x.data if isinstance(x, Value) else x for x in node.operands])
            return NonFinite(node, "adjoint", adjoints[node], operands, None)
        for parent, partial in zip(node.parents, node.partials, strict=True):
            if partial is not UNSELECTED:
                adjoints[parent] += adjoints[node] * partial
    return None


class GraphStats(NamedTuple):
    """How large a graph is: prints as a table."""

    nodes: int
    edges: int
    depth: int
    """The number of edges on the longest path."""
    bytes: int
    """The memory of its nodes: what reverse mode keeps of the forward pass."""
    leaves: int
    operations: dict[str, int]
    """How often each operation occurs, the most frequent first."""

    def rows(self) -> list[list[str]]:
        """The cells of the table, head first."""
        sizes = [("nodes", self.nodes), ("edges", self.edges), ("depth", self.depth), ("bytes", self.bytes),
                 ("leaves", self.leaves), *((f"  {name}", count) for name, count in self.operations.items())]  # fmt: skip
        return [["graph", "count"], *[[name, f"{count:,}".replace(",", " ")] for name, count in sizes]]

    def __str__(self) -> str:
        return text_table(self.rows(), "<>")

    def _repr_html_(self) -> str:
        return html_table(self.rows(), "<>")


def graph_stats(root: Value) -> GraphStats:
    """How many nodes, edges, leaves and operations of each kind `root` depends on, how deep and how large in memory.

    Examples
    --------
    >>> x = Value(3.0)
    >>> stats = graph_stats(x * x + x)
    >>> stats.nodes, stats.edges, stats.depth, stats.leaves, stats.operations
    (3, 4, 2, 1, {'mul': 1, 'add': 1})
    """
    order = topological_order(root)
    counted = Counter(node.op for node in order if node.primitive is not None)
    objects: dict[int, Any] = {}
    for node in order:
        origin = node._origin
        parts = [node, node.data, node.parents, node.partials, *node.partials]
        if origin is not origin_of(origin.row):
            parts += [origin, origin.constants, *[c for c in origin.constants if c is not None]]
        objects.update((id(part), part) for part in parts)
    return GraphStats(
        len(order),
        sum(len(node.parents) for node in order),
        depth(root),
        sum(map(sys.getsizeof, objects.values())),
        sum(not node.parents for node in order),
        dict(counted.most_common()),
    )


# Mistakes of training loops ---------------------------------------------------------------------------------------


def unused_parameters(parameters: Any, loss: Value) -> list[Value]:
    """The parameters that `loss` does not depend on: a sweep leaves their gradients as they are.

    An unselected edge carries nothing, so a weight behind a relu that is off counts as unused, for this input.

    Parameters
    ----------
    parameters
        Values, or a module that owns them.
    loss
        The root of the graph.

    Examples
    --------
    >>> w, b = Value(1.0, "w"), Value(0.0, "b")
    >>> unused_parameters([w, b], w * 2.0)
    [Value(0.0, label='b')]
    """
    used = {loss}
    for node in reversed(topological_order(loss)):
        if node in used:
            used.update(p for p, partial in zip(node.parents, node.partials, strict=True) if partial is not UNSELECTED)
    return [p for p in _owned(parameters) if p not in used]


class TrainingWarning(UserWarning):
    """A mistake of a training loop that `TrainingWatch` has seen."""


class TrainingWatch:
    """Watches a training loop for the usual mistakes: call it with the loss, just before ``loss.backward()``.

    It sees a forgotten `zero_grad` (gradients of the step before are still there, and would be added to), parameters that
    the loss does not depend on, parameters that were replaced by results of operations, and a graph that grows because
    it holds operations of the step before. Each mistake is warned of once.

    Parameters
    ----------
    parameters
        Values, or a module that owns them (asked again at every step).

    Examples
    --------
    >>> w = Value(1.0, "w")
    >>> watch = TrainingWatch([w])
    >>> for step in range(2):
    ...     loss = (w * 3.0 - 6.0) ** 2.0
    ...     watch(loss)
    ...     loss.backward()
    ...     w.data -= 0.01 * w.grad
    ...     w.grad = 0.0
    []
    []
    """

    def __init__(self, parameters: Any) -> None:
        self.parameters = parameters
        self.step = 0
        self._warned: set[str] = set()
        self._before: list[weakref.ref[Value]] = []

    def __call__(self, loss: Value) -> list[str]:
        """Look at this step, warn of new mistakes, and return all mistakes of this step as texts."""
        self.step += 1
        if not isinstance(loss, Value):
            raise TypeError(f"TrainingWatch takes the loss, a Value, got {loss!r:.60}")
        parameters = _owned(self.parameters)
        order = topological_order(loss)
        found: dict[str, str] = {}
        dirty = [p for p in parameters if p.grad != 0.0]
        if dirty:
            found["zero_grad"] = (
                f"{len(dirty)} of {len(parameters)} parameters still hold a gradient ({_some(dirty)}), and backward() will "
                "add to it. Call zero_grad() on the model or the optimizer before each backward()"
            )
        unused = unused_parameters(parameters, loss)
        if unused:
            found["unused"] = (
                f"the loss does not depend on {len(unused)} of {len(parameters)} parameters ({_some(unused)}), so they do "
                "not learn from this step. Are they used in the model, and is a relu or another selection off?"
            )
        replaced = [p for p in parameters if p.parents]
        if replaced:
            found["replaced"] = (
                f"{len(replaced)} parameters are results of operations ({_some(replaced)}), so the graph reaches back into "
                "earlier steps and their gradients start afresh at each sweep. Update numbers: p.data -= lr * p.grad"
            )
        inner = [node for node in order if node.parents]
        before = {node for reference in self._before if (node := reference()) is not None}
        shared = [node for node in inner if node in before]
        if shared:
            found["growing"] = (
                f"the graph of step {self.step} holds {len(shared)} of its {len(inner)} operations from the step before "
                f"({_some(shared)}). Compute the loss afresh at each step, and add up numbers for a log: total += loss.data"
            )
        self._before = [weakref.ref(node) for node in inner]
        for kind, text in found.items():
            if kind not in self._warned:
                self._warned.add(kind)
                warnings.warn(f"step {self.step}: {text}.", TrainingWarning, stacklevel=2)
        return list(found.values())


def _owned(parameters: Any) -> list[Value]:
    return list(parameters.parameters() if hasattr(parameters, "parameters") else parameters)


def _some(nodes: list[Value]) -> str:
    """The names of the first few."""
    names = [node.label or node.op or f"a leaf at {node.data:.6g}" for node in nodes[:3]]
    return ", ".join(names) + (", ..." if len(nodes) > 3 else "")
