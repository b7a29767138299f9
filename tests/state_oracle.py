"""A second, naive bookkeeping of graphs: what every Value must know after any sequence of operations.

A `Node` is what one Value should be. Numbers are checked against the rows in arithmetic of many digits when a node is
made; adjoints are computed by recursion from a node to its uses, which is not how the engine does it.
"""

import math
import weakref
from collections import defaultdict
from collections.abc import Iterable, Sequence

from autograd_core import Value
from autograd_core.primitives import TABLE
from autograd_core.row import UNSELECTED, Primitive
from tests.high_precision import HIGH, MP, High, value

EPSILON = 2.0**-52
CLOSE = 1e-11
LARGEST = 1e5
"""Nodes with larger numbers are not kept, so that no adjoint overflows."""

Adjoint = tuple[float, float, int]


class Node:
    """What a Value should be: its number, operation, operands, partials, adjoint and label.

    `grad` is None before a sweep has reached it; `slack` bounds what rounding may have done to it. The Value is held
    weakly: it must live as long as something uses it, and no longer.
    """

    def __init__(
        self, v: Value, row: Primitive | None = None, operands: Sequence["Node | float"] = (), label: str = ""
    ):
        self.ref = weakref.ref(v)
        self.data, self.partials = v.data, v.partials
        self.row, self.operands, self.label = row, tuple(operands), label
        self.grad: float | None = None
        self.slack = 0.0

    @property
    def value(self) -> Value:
        v = self.ref()
        assert v is not None, f"a Value that is still in use is gone: {self}"
        return v

    @property
    def parents(self) -> list["Node"]:
        return [x for x in self.operands if isinstance(x, Node)]

    def __repr__(self) -> str:
        return f"<{self.row.name if self.row else 'leaf'} {self.data!r} {self.label}>"

    def check(self) -> None:
        """Compare the Value with what it should be."""
        v = self.value
        assert v.data == self.data
        assert v.label == self.label
        assert v.primitive is self.row
        assert v.op == (self.row.name if self.row else "")
        assert len(v.parents) == len(self.parents)
        assert all(a is b.value for a, b in zip(v.parents, self.parents, strict=True))
        wanted = [x.value if isinstance(x, Node) else x for x in self.operands]
        assert len(v.operands) == len(wanted)
        assert all(a is b or (isinstance(b, float) and _same(a, b)) for a, b in zip(v.operands, wanted, strict=True))
        assert v.partials == self.partials
        assert all((p is UNSELECTED) == (q is UNSELECTED) for p, q in zip(v.partials, self.partials, strict=True))
        assert v.reached == (self.grad is not None)
        assert abs(v.grad - (self.grad or 0.0)) <= self.slack, f"{self}: adjoint {v.grad!r}, expected {self.grad!r}"


def _same(x: object, y: float) -> bool:
    return x == y or (x != x and y != y)


# Numbers ----------------------------------------------------------------------------------------------------------


def check_numbers(v: Value, row: Primitive, operands: Sequence[float], active: Sequence[bool]) -> None:
    """The number and the partials of a new node, by its row in many digits."""
    if row.name == "atan2" and any(x == 0.0 and math.copysign(1.0, x) < 0.0 for x in operands):
        return  # many digits have no negative zero
    exact = value(row, operands)
    assert abs(exact - MP.mpf(v.data)) <= CLOSE * (1 + abs(exact)), f"{row.name}{tuple(operands)}: {v.data!r}"
    expected = row.at.get(tuple(operands))
    if expected is None:
        expected = row.partials_at(HIGH, row.arguments([High(x) for x in operands]), High(exact))
    if row.name == "pow" and not active[1] and operands[1] == 0.0:
        expected = (UNSELECTED, UNSELECTED)
    chosen = [p for p, is_active in zip(expected, active, strict=True) if is_active]
    assert len(v.partials) == len(chosen)
    for got, true in zip(v.partials, chosen, strict=True):
        if true is UNSELECTED or got is UNSELECTED:
            assert true is got, f"{row.name}{tuple(operands)}: the partials {v.partials}, expected {chosen}"
            continue
        number = true.number if isinstance(true, High) else MP.mpf(true)
        close = abs(number - MP.mpf(got)) <= CLOSE * (1 + abs(number))
        assert close or not MP.isfinite(number), f"{row.name}{tuple(operands)}: the partial {got!r}, not {number}"


def is_moderate(v: Value) -> bool:
    """Whether a node is worth keeping: its numbers are finite and not large."""
    return all(abs(x) <= LARGEST for x in (v.data, *v.partials))


# Graphs -----------------------------------------------------------------------------------------------------------


def ancestors(*roots: Node) -> list[Node]:
    """The roots and all that they depend on, each once."""
    found: dict[int, Node] = {}

    def visit(node: Node) -> None:
        if id(node) not in found:
            found[id(node)] = node
            for parent in node.parents:
                visit(parent)

    for root in roots:
        visit(root)
    return list(found.values())


def depth(node: Node) -> int:
    """The number of operations on the longest path to a node."""
    depths: dict[int, int] = {}
    for one in reversed(_children_first(node)):
        depths[id(one)] = max((depths[id(p)] + 1 for p in one.parents), default=0)
    return depths[id(node)]


def _children_first(root: Node) -> list[Node]:
    order, seen = [], set()

    def visit(node: Node) -> None:
        if id(node) not in seen:
            seen.add(id(node))
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    return order[::-1]


def sweep(root: Node, seed: float) -> None:
    """What `backward` should do: the adjoint of a node is the sum over its uses of their adjoints times the partials."""
    nodes = ancestors(root)
    uses: dict[int, list[tuple[Node, float]]] = defaultdict(list)
    for node in nodes:
        for parent, partial in zip(node.parents, node.partials, strict=True):
            if partial is not UNSELECTED:
                uses[id(parent)].append((node, partial))
    known: dict[int, Adjoint | None] = {id(root): (seed, abs(seed), 1)}

    def adjoint(node: Node) -> Adjoint | None:
        """The adjoint, the sum of the magnitudes of all paths, and how many roundings a path has; None if unreached."""
        if id(node) not in known:
            through = [(adjoint(use), partial) for use, partial in uses[id(node)]]
            terms = [(a[0] * p, a[1] * abs(p), a[2]) for a, p in through if a is not None]
            roundings = len(terms) + 1 + max((n for _, _, n in terms), default=0)
            known[id(node)] = (
                (math.fsum(x for x, _, _ in terms), sum(s for _, s, _ in terms), roundings) if terms else None
            )
        return known[id(node)]

    for node in nodes:
        found = adjoint(node)
        if node.row is not None:
            node.grad, node.slack = (None, 0.0) if found is None else (found[0], 4.0 * EPSILON * found[1] * found[2])
        elif found is not None:
            node.grad = (node.grad or 0.0) + found[0]
            node.slack += 4.0 * EPSILON * (found[1] * found[2] + abs(node.grad))


def forget(roots: Iterable[Node]) -> None:
    """What `zero_grad` should do."""
    for node in ancestors(*roots):
        node.grad, node.slack = None, 0.0


def twin(node: Node, v: Value, made: dict[int, Node]) -> Node:
    """The node of `v`, a copy of the whole graph of `node`; `made` has those that were copied together, by id of the original."""
    if id(node) not in made:
        assert v is not node.value
        parents = iter([twin(p, w, made) for p, w in zip(node.parents, v.parents, strict=True)])
        copied = Node(v, node.row, [next(parents) if isinstance(x, Node) else x for x in node.operands], node.label)
        copied.grad, copied.slack, copied.data, copied.partials = node.grad, node.slack, node.data, node.partials
        made[id(node)] = copied
    assert made[id(node)].value is v, "a shared node was copied twice"
    return made[id(node)]


def adopt(v: Value, nodes: Sequence[Node]) -> Node:
    """The node of `v`, made of `nodes` in several operations: each new one is checked by itself."""
    known = {id(node.value): node for node in ancestors(*nodes)}

    def visit(w: Value) -> Node:
        if id(w) not in known:
            if w.primitive is None:
                known[id(w)] = Node(w)
            else:
                operands = [visit(x) if isinstance(x, Value) else x for x in w.operands]
                numbers = [x.data if isinstance(x, Node) else x for x in operands]
                check_numbers(w, TABLE[w.op], numbers, [isinstance(x, Node) for x in operands])
                known[id(w)] = Node(w, TABLE[w.op], operands)
        return known[id(w)]

    return visit(v)
