"""Copies and pickles of whole graphs, at any depth.

A node is copied or pickled after its parents, in topological order, so nothing recurses along the graph. What is
copied or pickled together stays together: of ``(x, y)``, the new `x` is an ancestor of the new `y` if the old one was.
"""

import threading
from typing import Any

from . import modes
from .graph import topological_order
from .origin import origin_of
from .primitives import TABLE
from .row import UNSELECTED
from .value import UNREACHED, Value


def deepcopy(value: Value, memo: dict[int, Any]) -> Value:
    """`value` with all that it depends on, copied; `memo` holds what was copied before."""
    _refuse_recording()
    for node in topological_order(value):
        if id(node) not in memo:
            parents = tuple([memo[id(parent)] for parent in node.parents])
            memo[id(node)] = _clone(node, parents)
    copied: Value = memo[id(value)]
    return copied


def shallow_copy(value: Value) -> Value:
    """A second node with the same parents."""
    _refuse_recording()
    return _clone(value, value.parents)


def _refuse_recording() -> None:
    """Raise if a function is being recorded: of a copy, the program knows nothing but its number."""
    if modes.in_use and modes.state.recorder is not None:
        modes.state.recorder.refuse("copying a Value", "use the Value itself")


def _clone(node: Value, parents: tuple[Value, ...]) -> Value:
    clone: Value = object.__new__(type(node))
    clone._data, clone._grad, clone._origin = node._data, node._grad, node._origin
    clone.parents, clone.partials = parents, node.partials
    return clone


class _InProgress(threading.local):
    """The nodes whose ancestors this thread is writing to a pickle already, by id."""

    def __init__(self) -> None:
        self.nodes: set[int] = set()


_in_progress = _InProgress()


def reduce(value: Value) -> tuple[Any, ...]:
    """How pickle writes `value`: first its ancestors, one after the other, then its own fields.

    The ancestors go through pickle themselves, so that it knows them when they are met again. They come in
    topological order, so each finds its parents written; `_in_progress` tells it not to start over.
    """
    _refuse_recording()
    if id(value) in _in_progress.nodes or not value.parents:
        return _restore, (type(value), None, None, *_fields(value))
    ancestors = _Ancestors(value)
    return _restore, (type(value), ancestors, _End(ancestors), *_fields(value))


class _Ancestors:
    """The ancestors of a Value, as a list that pickle writes item by item; marked as in progress until `_End`."""

    def __init__(self, value: Value) -> None:
        self.nodes = topological_order(value)[:-1]
        self.in_progress = _in_progress.nodes  # of this thread, also when another one drops the pickler
        self.marked = {id(node) for node in self.nodes} - self.in_progress

    def __reduce__(self) -> tuple[Any, ...]:
        self.in_progress |= self.marked
        return list, (), None, iter(self.nodes)

    def unmark(self) -> None:
        self.in_progress -= self.marked
        self.marked = set()

    def __del__(self) -> None:
        self.unmark()  # if pickling failed on the way


class _End:
    """What pickle meets after the last ancestor (an iterator ends earlier: pickle fetches items ahead)."""

    def __init__(self, ancestors: _Ancestors) -> None:
        self.ancestors = ancestors

    def __reduce__(self) -> tuple[Any, ...]:
        self.ancestors.unmark()
        return tuple, ()


def _fields(value: Value) -> tuple[Any, ...]:
    origin = value._origin
    return (
        value._data,
        value._grad if value.reached else None,
        value.parents,
        tuple([None if partial is UNSELECTED else partial for partial in value.partials]),
        origin.row.name if origin.row else None,
        origin.constants,
        origin.label,
        origin.line,
    )


def _restore(kind: type[Value], _ancestors: object, _end: object, *fields: Any) -> Value:
    """The Value with these fields; its ancestors have been restored before."""
    data, grad, parents, partials, name, constants, label, line = fields
    if name is not None and name not in TABLE:
        raise ValueError(f"the pickle uses the primitive {name!r}, which is not defined here: define it before loading")
    value: Value = object.__new__(kind)
    value._data = data
    value._grad = UNREACHED if grad is None else grad
    value.parents = parents
    value.partials = tuple([UNSELECTED if partial is None else partial for partial in partials])
    value._origin = origin_of(TABLE[name] if name else None, constants, label, line)
    return value
