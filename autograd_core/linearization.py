"""The derivative of a recorded computation: a linear map from tangents of its inputs to tangents of its outputs.

The map is made of the partial derivatives on the edges of the graph, and there are two ways through the graph:

- `Linearization.push` carries tangents from the inputs forward, parents before children (forward mode);
- `Linearization.pull` carries adjoints from an output back, children before parents (reverse mode).

Both only multiply and add, so they do not care what kind of numbers the partials are. With the floats that every
node recorded, the result is a float. With partials that are Values, computed again by the very same rows of
the table, the result is a Value: it knows how it was computed and can be differentiated in its turn. That is all
there is to higher derivatives. For ``y = sin(x)`` the recorded partial is the number cos(1.0); as a Value it is a node
``cos`` with the parent ``x``.
"""

import math
from collections.abc import Sequence
from functools import reduce
from itertools import accumulate
from typing import Any, NamedTuple

from . import modes
from .conditions import Condition
from .domains import domain_errors
from .functions import FUNCTIONS
from .graph import topological_order
from .primitives import TABLE
from .row import UNSELECTED
from .value import POW, Value, apply

WHERE = TABLE["where"]


class Choice(NamedTuple):
    """A partial in a recorded program, where some lanes take the edge and others do not: `a` where `condition` holds."""

    condition: Value
    a: Any
    b: Any


class Linearization:
    """The derivative at the point where `outputs` were computed from `inputs`.

    Only nodes that depend on an input along selected edges take part. An input counts as a leaf, whatever it was
    computed from.

    Parameters
    ----------
    inputs
        Different Values.
    outputs
        Values; numbers among them depend on nothing.
    in_values
        Whether the partials are Values, so that results can be differentiated again, or the recorded floats.
    """

    def __init__(self, inputs: Sequence[Value], outputs: Sequence[Any], in_values: bool) -> None:
        self.inputs, self.outputs = inputs, outputs
        self.edges: list[tuple[Value, list[tuple[Value, Any]]]] = []  # each node with (parent, partial), in order
        dependent = set(inputs)
        replayed = modes.state.recorder is not None  # other lanes may take other edges than this example
        for node in topological_order(*[y for y in outputs if isinstance(y, Value)]):
            if node in dependent:
                continue  # an input
            taken = [i for i, (parent, partial) in enumerate(zip(node.parents, node.partials, strict=True))
                     if parent in dependent and (replayed or partial is not UNSELECTED)]  # fmt: skip
            if not taken:
                continue
            partials = partials_in_values(node, taken) if in_values else [node.partials[i] for i in taken]
            edges = [(node.parents[i], p) for i, p in zip(taken, partials, strict=True) if p is not UNSELECTED]
            if edges:
                dependent.add(node)
                self.edges.append((node, edges))

    def pull(self, output: Any) -> list[Any]:
        """Reverse mode: the derivative of one output with respect to every input."""
        adjoints: dict[Any, Any] = {output: 1.0} if isinstance(output, Value) else {}
        for node, edges in reversed(self.edges):
            if node in adjoints:
                adjoint = adjoints[node]
                for parent, partial in edges:
                    amount = times(adjoint, partial)
                    adjoints[parent] = adjoints[parent] + amount if parent in adjoints else amount
        return [adjoints.get(x, 0.0) + 0.0 for x in self.inputs]  # + 0.0: a zero has no sign, as in Value.backward

    def push(self, tangents: dict[Value, Any]) -> list[Any]:
        """Forward mode: the derivative of every output along `tangents` of the inputs; an input left out is fixed."""
        tangents = dict(tangents)
        for node, edges in self.edges:
            amounts = [times(tangents[parent], partial) for parent, partial in edges if parent in tangents]
            if amounts:
                tangents[node] = sum(amounts[1:], amounts[0])
        return [tangents.get(y, 0.0) + 0.0 if isinstance(y, Value) else 0.0 for y in self.outputs]


def times(amount: Any, partial: Any) -> Any:
    """`amount` times `partial`; nothing where the edge is not taken, whatever the amount is."""
    if type(partial) is Choice:
        condition, a, b = partial
        return apply(WHERE, (condition, times(amount, a), times(amount, b)))
    if partial is UNSELECTED:
        return 0.0
    return amount if partial == 1.0 else amount * partial


def partials_in_values(node: Value, taken: Sequence[int]) -> list[Any]:
    """The partials of `node` with respect to its parents number `taken`, as Values: the row's rules in Value arithmetic.

    A partial that depends on no Value is a plain float. In a recorded program it may be a `Choice`.

    Raises
    ------
    ValueError
        If the number of a parent was changed after `node` was recorded: the partials would belong to another point.
    """
    row, operands = node.primitive, node.operands
    assert row is not None, "only leaves have no row, and leaves have no parents"
    if row is POW and operands[1] == 0.0:  # a constant
        return [UNSELECTED for _ in taken]
    if modes.state.recorder is None:  # a recorded program is replayed at other points than this one
        _check_point(node)
        if node._data != node._data and "selection" not in row.traits:
            return [node for _ in taken]  # nan, and so is everything that is derived from it
        if tuple([x._data if isinstance(x, Value) else x for x in operands]) in row.at:
            return [node.partials[i] for i in taken]  # constants by convention
    where = [i for i, x in enumerate(operands) if isinstance(x, Value)]
    with domain_errors("ieee"):
        try:
            return _rules(node, operands, [where[i] for i in taken])
        except ArithmeticError:  # of floats alone, such as 1/0: as Values they follow IEEE-754
            operands = tuple([x if isinstance(x, Value) else Value(x) for x in operands])
            return _rules(node, operands, [where[i] for i in taken])


def _rules(node: Value, operands: Sequence[Any], positions: Sequence[int]) -> list[Any]:
    """The partials of `node` with respect to its operands at `positions`."""
    row: Any = node.primitive
    arguments = row.arguments(operands)
    if row.variadic:
        partials = row.partials_at(VALUES, arguments, node)
        return [partials[i] for i in positions]
    return [row.partials[i](VALUES, *arguments, node) for i in positions]


def _check_point(node: Value) -> None:
    """Raise if recording `node` again, at the present numbers of its parents, would not give the same node."""
    with domain_errors("ieee"):
        operands = [Value(x._data) if isinstance(x, Value) else x for x in node.operands]
        again: Any = apply(node.primitive, operands)  # type: ignore[arg-type]
    before, now = (node._data, *node.partials), (again.data, *again.partials)
    if any(x != y and (x == x or y == y) for x, y in zip(before, now, strict=True)):
        names = ", ".join(f"{x.label or 'operand'}={x._data!r}" for x in node.parents)
        raise ValueError(
            f"the data of an operand of {node.op!r} was changed after {node.op!r} was recorded: it gave {node._data!r}, and "
            f"at the present numbers ({names}) it gives {again.data!r}. A derivative of the derivative needs the point "
            "at which the graph was recorded: compute the function again after changing .data"
        )


class _Values:
    """The namespace `m` of Values: the functions of the table; a choice is Python's own, since conditions are bools."""

    def __getattr__(self, name: str) -> Any:
        try:
            return FUNCTIONS[name]
        except KeyError:
            raise AttributeError(f"a rule uses m.{name}, which is no operation of the table") from None

    @staticmethod
    def where(condition: Any, a: Any, b: Any) -> Any:
        if isinstance(condition, Condition):
            condition = condition.value
        if isinstance(condition, Value):  # in a recorded program, where each lane selects its own side
            if any(x is UNSELECTED or type(x) is Choice for x in (a, b)):
                return Choice(condition, a, b)
            return apply(WHERE, (condition, a, b))
        return a if condition else b

    @staticmethod
    def leave_one_out(xs: Sequence[Any]) -> list[Any]:
        """For each element the product of all others, as `ieee.leave_one_out`: exponents are kept apart."""
        before = list(accumulate(xs, _times, initial=(1.0, 0)))
        behind = list(accumulate(reversed(xs), _times, initial=(1.0, 0)))[::-1]
        return [_scale(b * a, i + j) for (b, i), (a, j) in zip(before, behind[1:], strict=False)]


def _times(product: tuple[Any, int], x: Any) -> tuple[Any, int]:
    """A product as a number near 1 and an exponent of two, times `x`."""
    exponent = _exponent(x)
    mantissa = product[0] * _scale(x, -exponent)
    shift = _exponent(mantissa)
    return _scale(mantissa, -shift), product[1] + exponent + shift


def _exponent(x: Any) -> int:
    return math.frexp(x._data if isinstance(x, Value) else x)[1]


def _scale(x: Any, exponent: int) -> Any:
    """x·2**exponent; the power of two may lie outside of the floats, so it is taken in steps."""
    steps = [1000] * (abs(exponent) // 1000) + [abs(exponent) % 1000] if exponent else []
    return reduce(lambda product, step: product * 2.0 ** math.copysign(step, exponent), steps, x)


VALUES = _Values()
