"""The backward pass as data: `steps` gives what `Value.backward` does, one immutable record per node and edge.

Nothing of the graph is changed: adjoints are kept beside it, in the records.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

from ..graph import topological_order
from ..row import UNSELECTED
from ..value import Value, as_float


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one edge passes on: the parent's adjoint goes from `before` to `after` = before + amount.

    Attributes
    ----------
    parent
        The operand that the edge leads to.
    operand
        The place of the edge among `Value.operands` of the node.
    partial
        The local derivative ∂node/∂parent; `UNSELECTED` (a 0.0) on an edge that is not taken.
    amount
        adjoint · partial; 0.0 if nothing is passed on.
    before, after
        The parent's adjoint before and after this edge.
    selected
        Whether the edge is taken. One that is not contributes nothing, whatever the adjoint is.
    passed
        Whether something was added: the edge is selected and the node was reached.
    """

    parent: Value
    operand: int
    partial: float
    amount: float
    before: float
    after: float
    selected: bool
    passed: bool


@dataclass(frozen=True, slots=True)
class Step:
    """The turn of one node: its adjoint is complete, and every edge to a parent passes its share on.

    Attributes
    ----------
    node
        The node whose turn it is.
    adjoint
        ∂root/∂node, complete at this step; 0.0 for a node that is skipped.
    contributions
        One for each parent, in their order; ``x*x`` has two, a leaf none.
    reached
        Whether any selected edge leads here. A node that none leads to is skipped: it keeps the adjoint 0.0 and
        passes nothing on.
    """

    node: Value
    adjoint: float
    contributions: tuple[Contribution, ...]
    reached: bool


@dataclass(frozen=True)
class Steps(Sequence[Step]):
    """The steps of one backward pass, in its order; index it, iterate it, or ask it for an adjoint.

    Attributes
    ----------
    root
        The result that was differentiated.
    seed
        The adjoint that the pass starts with.
    order
        All nodes in topological order, parents first: the steps of the forward pass. The backward pass is its reverse.
    """

    root: Value
    seed: float
    order: tuple[Value, ...]
    _steps: tuple[Step, ...] = field(repr=False)
    _by_node: dict[Value, Step] = field(repr=False, compare=False)

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Step, ...]: ...
    def __getitem__(self, index: int | slice) -> Step | tuple[Step, ...]:
        """The step with this index, or a tuple of steps."""
        return self._steps[index]

    def __len__(self) -> int:
        """The number of steps: one per node."""
        return len(self._steps)

    def __iter__(self) -> Iterator[Step]:
        """The steps from the root to the leaves."""
        return iter(self._steps)

    def of(self, node: Value) -> Step:
        """The step at which it is the turn of `node`.

        Raises
        ------
        ValueError
            If the root does not depend on `node`.
        """
        step = self._by_node.get(node)
        if step is None:
            raise ValueError(f"steps: the root {self.root!r:.60} does not depend on {node!r:.60}")
        return step

    def adjoint(self, node: Value) -> float:
        """∂root/∂node as this pass alone computes it; raises ValueError if the root does not depend on `node`."""
        return self.of(node).adjoint

    def __repr__(self) -> str:
        return f"<{len(self)} steps from {self.root!r:.60}>"


def steps(root: Value, seed: float = 1.0) -> Steps:
    """The backward pass from `root` as a sequence of immutable steps; no `grad` is read or changed.

    The order and the sums are those of `Value.backward`, bit for bit. Where leaves carry gradients of earlier passes,
    `backward` adds to them; the steps show this pass alone.

    Parameters
    ----------
    root
        The result to differentiate.
    seed
        The adjoint of the root at the start.

    Returns
    -------
    Steps
        One step per node that `root` depends on, `root` first.

    Raises
    ------
    TypeError
        If `root` is no Value or `seed` no number.

    Examples
    --------
    >>> x = Value(3.0, "x")
    >>> y = x * x
    >>> for step in steps(y):
    ...     print(step.adjoint, [(edge.partial, edge.before, edge.after) for edge in step.contributions])
    1.0 [(3.0, 0.0, 3.0), (3.0, 3.0, 6.0)]
    6.0 []
    >>> x.reached
    False
    """
    if not isinstance(root, Value):
        raise TypeError(f"steps takes a Value, got {type(root).__name__}: {root!r:.60}")
    seed = as_float(seed, "steps: seed")
    order = topological_order(root)
    adjoints = {root: 0.0 + seed}
    made = []
    for node in reversed(order):
        adjoint = adjoints.get(node)
        contributions = []
        places = [i for i, operand in enumerate(node.operands) if isinstance(operand, Value)]
        for place, parent, partial in zip(places, node.parents, node.partials, strict=True):
            before = after = adjoints.get(parent, 0.0)
            selected, amount = partial is not UNSELECTED, 0.0
            if adjoint is not None and selected:
                amount = adjoint * partial
                after = adjoints[parent] = before + amount
            passed = adjoint is not None and selected
            contributions.append(Contribution(parent, place, partial, amount, before, after, selected, passed))
        made.append(Step(node, 0.0 if adjoint is None else adjoint, tuple(contributions), adjoint is not None))
    return Steps(root, seed, tuple(order), tuple(made), {step.node: step for step in made})
