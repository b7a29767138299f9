"""`Value`: a number that remembers how it was computed, and the reverse sweep over what it remembers.

An operation on Values computes its result and its partial derivatives at once, and the new Value keeps both, with
references to its parents: that is the whole graph. Nothing points from a parent to what was made of it, so there
are no reference cycles, and dropping the last result frees everything behind it.

The operators ``+ - * / **`` are written out by hand below, because programs spend their time in them; a test holds
each of them to its row of the table. Everything else is recorded by `apply`.
"""

import sys
from collections.abc import Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any, Union

from . import modes
from .conditions import LESS, LESS_EQUAL, STOP_GRADIENT
from .evaluate import Evaluate, compiled, evaluate
from .graph import topological_order
from .origin import origin_of
from .primitives import TABLE
from .row import UNSELECTED, Primitive

if TYPE_CHECKING:
    from .operations import Methods  # the methods that the rows give: v.exp(), v.tanh(), ...
else:
    Methods = object

Number = Union["Value", float]

UNREACHED = float("0")
"""The adjoint of a node that no sweep has reached: a 0.0 of its own, recognised by identity."""

_new = object.__new__


class Value(Methods):
    """A float and, if it was computed from other Values, the operation, its operands and its partial derivatives.

    Parameters
    ----------
    data
        The number. ``int``, ``float`` and NumPy's real scalars are converted to float.
    label
        The name shown in drawings, tables and errors.

    Raises
    ------
    TypeError
        For anything else: a bool, string, complex number, container, array or another Value.

    Examples
    --------
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> y = a * b + a
    >>> y.backward()
    >>> y.data, a.grad, b.grad
    (-4.0, -2.0, 2.0)
    """

    __slots__ = ("__weakref__", "_data", "_grad", "_origin", "parents", "partials")

    parents: tuple["Value", ...]
    partials: tuple[float, ...]

    def __init__(self, data: float, label: str = "") -> None:
        if type(label) is not str:
            raise TypeError(f"Value: the label is text, got {type(label).__name__}: {label!r:.60}")
        self._data = as_float(data, "Value")
        self._grad = UNREACHED
        self._origin = origin_of(None, label=label)
        self.parents = ()
        self.partials = ()
        if modes.in_use and modes.state.recorder is not None:
            modes.state.recorder.note(self)

    # What a Value knows -----------------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number. Assigning one changes this Value only: a graph recorded before keeps its gradients."""
        if modes.in_use and modes.state.recorder is not None:
            modes.state.recorder.read(self)
        return self._data

    @data.setter
    def data(self, data: float) -> None:
        self._data = as_float(data, "Value.data")

    @property
    def grad(self) -> float:
        """The adjoint: the derivative of the swept root with respect to this Value; 0.0 before a sweep reached it."""
        return self._grad

    @grad.setter
    def grad(self, grad: float) -> None:
        self._grad = as_float(grad, "Value.grad")

    @property
    def reached(self) -> bool:
        """Whether a sweep has reached this Value since it was made or zeroed: what tells 0.0 from "no gradient"."""
        return self._grad is not UNREACHED

    @property
    def label(self) -> str:
        """The name shown in drawings, tables and errors."""
        return self._origin.label

    @label.setter
    def label(self, label: str) -> None:
        origin = self._origin
        self._origin = origin_of(origin.row, origin.constants, str(label), origin.line)

    @property
    def op(self) -> str:
        """The name of the primitive that made this Value; empty for a leaf."""
        row = self._origin.row
        return row.name if row else ""

    @property
    def primitive(self) -> Primitive | None:
        """The row of the table that made this Value; None for a leaf."""
        return self._origin.row

    @property
    def operands(self) -> tuple[Number, ...]:
        """All operands of the operation in order: the parents, and its constants as floats."""
        constants = self._origin.constants
        if not constants:
            return self.parents
        parents = iter(self.parents)
        return tuple(next(parents) if constant is None else constant for constant in constants)

    @property
    def line(self) -> tuple[str, int] | None:
        """The file and line of the user's code that made this Value, if recorded under `trace_lines`."""
        return self._origin.line

    @property
    def _prev(self) -> tuple["Value", ...]:
        """The parents, by the name that micrograd gives them."""
        return self.parents

    @property
    def _op(self) -> str:
        """The operation in the notation of micrograd: ``+``, ``**3``, ``ReLU``, ``tanh``, ..."""
        row, constants = self._origin.row, self._origin.constants
        if row is None:
            return ""
        if row.name == "pow" and constants and constants[1] is not None:
            return f"**{constants[1]!r}".removesuffix(".0")
        return {"relu": "ReLU"}.get(row.name, row.symbol)

    def __repr__(self) -> str:
        parts = [repr(self._data)]
        parts += [f"label={self.label!r}"] if self.label else []
        parts += [f"op={self.op!r}"] if self.op else []
        parts += [f"grad={self._grad!r}"] if self.reached else []
        return f"Value({', '.join(parts)})"

    # The reverse sweep ------------------------------------------------------------------------------------

    def backward(self, seed: float = 1.0) -> None:
        """Add the derivative of this Value, times `seed`, to the `grad` of every leaf that it depends on.

        The chain rule is applied once per node, in reverse topological order: when a node's turn comes, all that
        it flows into has passed on its share, so its adjoint is complete. Adjoints of inner nodes start afresh at
        every call; leaves add up over calls until `zero_grad`. An unselected edge passes nothing on, and a node
        that no selected edge reaches keeps the adjoint 0.0.

        Examples
        --------
        >>> x = Value(3.0)
        >>> (x * x).backward()
        >>> x.grad
        6.0
        """
        seed = as_float(seed, "backward: seed")
        if modes.in_use and modes.state.recorder is not None:
            modes.state.recorder.refuse("backward()", "write grad(f) or value_and_grad(f)")
        order = topological_order(self)
        earlier = []  # kept apart, so that a leaf gets the exact sum of this sweep's derivative and the earlier ones
        for node in order:
            if not node.parents and node._grad is not UNREACHED:
                earlier.append((node, node._grad))
            node._grad = UNREACHED
        self._grad += seed
        try:
            for node in reversed(order):
                adjoint = node._grad
                if adjoint is UNREACHED:
                    continue
                partials = node.partials
                if len(partials) == 2:  # the loop below, written out for the common case
                    first, second = node.parents
                    to_first, to_second = partials
                    if to_first is not UNSELECTED:
                        first._grad += adjoint * to_first
                    if to_second is not UNSELECTED:
                        second._grad += adjoint * to_second
                else:
                    for parent, partial in zip(node.parents, partials):  # noqa: B905 - a hot loop over equal lengths
                        if partial is not UNSELECTED:
                            parent._grad += adjoint * partial
        finally:  # also when Ctrl-C ends the sweep
            for leaf, grad in earlier:
                leaf._grad += grad

    def detach(self) -> "Value":
        """A leaf with the same number and label: gradients stop here."""
        if modes.in_use and modes.state.recorder is not None:
            return record(STOP_GRADIENT, self._data, (self,), (UNSELECTED,))
        return Value(self._data, self.label)

    def __copy__(self) -> "Value":
        from .copying import shallow_copy

        return shallow_copy(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Value":
        from .copying import deepcopy

        return deepcopy(self, memo)

    def __reduce__(self) -> tuple[Any, ...]:
        from .copying import reduce

        return reduce(self)

    # Operators --------------------------------------------------------------------------------------------

    def __add__(self, other: Number) -> "Value":
        if type(other) is Value and not modes.in_use:
            data = self._data + other._data
            if data == data:
                node: Value = _new(Value)
                node._data = data
                node._grad = UNREACHED
                node._origin = _ADD
                node.parents = (self, other)
                node.partials = _ONES
                return node
        return _operator(ADD, self, other)

    def __sub__(self, other: Number) -> "Value":
        if type(other) is Value and not modes.in_use:
            data = self._data - other._data
            if data == data:
                node: Value = _new(Value)
                node._data = data
                node._grad = UNREACHED
                node._origin = _SUB
                node.parents = (self, other)
                node.partials = _ONE_AND_MINUS_ONE
                return node
        return _operator(SUB, self, other)

    def __mul__(self, other: Number) -> "Value":
        if type(other) is Value and not modes.in_use:
            x, y = self._data, other._data
            data = x * y
            if data == data:
                node: Value = _new(Value)
                node._data = data
                node._grad = UNREACHED
                node._origin = _MUL
                node.parents = (self, other)
                node.partials = (y, x)
                return node
        return _operator(MUL, self, other)

    def __truediv__(self, other: Number) -> "Value":
        return _operator(DIV, self, other)

    def __mod__(self, other: Number) -> "Value":
        return _operator(MOD, self, other)

    def __pow__(self, other: Number) -> "Value":
        return _operator(POW, self, other)

    def __radd__(self, other: float) -> "Value":
        return _operator(ADD, other, self)

    def __rsub__(self, other: float) -> "Value":
        return _operator(SUB, other, self)

    def __rmul__(self, other: float) -> "Value":
        return _operator(MUL, other, self)

    def __rtruediv__(self, other: float) -> "Value":
        return _operator(DIV, other, self)

    def __rmod__(self, other: float) -> "Value":
        return _operator(MOD, other, self)

    def __rpow__(self, other: float) -> "Value":
        return _operator(POW, other, self)

    def __neg__(self) -> "Value":
        return self.neg()

    def __pos__(self) -> "Value":
        return self

    def __abs__(self) -> "Value":
        return self.abs()

    # Comparisons and conversions --------------------------------------------------------------------------

    def __lt__(self, other: Number) -> bool:
        return _compare(LESS, self, other)

    def __le__(self, other: Number) -> bool:
        return _compare(LESS_EQUAL, self, other)

    def __gt__(self, other: Number) -> bool:
        return _compare(LESS, other, self)

    def __ge__(self, other: Number) -> bool:
        return _compare(LESS_EQUAL, other, self)

    def __bool__(self) -> bool:
        raise TypeError("a Value has no truth value: compare it (v > 0) or write v.data")

    def __float__(self) -> float:
        raise TypeError(
            "a Value is not converted to float, that would lose its gradient: write v.data for the number, "
            "and autograd_core.exp(v) in place of math.exp(v)"
        )

    def __int__(self) -> int:
        raise TypeError("a Value is not converted to int, that would lose its gradient: write int(v.data)")


def as_float(x: object, place: str) -> float:
    """`x` as a Python float, or a `TypeError` that says what `place` was given."""
    if type(x) is float or type(x) is int:
        return float(x)
    if _is_number(x):
        return float(x)  # type: ignore[arg-type]
    if isinstance(x, Value):
        raise TypeError(f"{place} takes a number, got a Value: write v.data for its number")
    raise TypeError(f"{place} takes a real number, got {type(x).__name__}: {x!r:.60}")


def _is_number(x: object) -> bool:
    """Whether `x` is a real number, also one of NumPy's, and no bool."""
    return isinstance(x, Real) and not isinstance(x, bool)


def _compare(row: Primitive, x: Any, y: Any) -> bool:
    """``x < y`` (`LESS`) or ``x <= y`` (`LESS_EQUAL`): a bool, or a `Condition` in a program that is being recorded."""
    numbers = []
    for operand in (x, y):
        if not isinstance(operand, Value) and not _is_number(operand):
            return NotImplemented  # type: ignore[no-any-return]  # an array, say, may answer itself
        numbers.append(operand._data if isinstance(operand, Value) else float(operand))
    if modes.in_use and modes.state.recorder is not None:
        return modes.state.recorder.compare(row, x, y)  # type: ignore[no-any-return]
    return numbers[0] < numbers[1] if row is LESS else numbers[0] <= numbers[1]


# Recording ------------------------------------------------------------------------------------------------------


def zero_grad(*roots: Value) -> None:
    """Forget the adjoints of `roots` and of everything they depend on, as if no sweep had reached them."""
    for node in topological_order(*roots):
        node._grad = UNREACHED


_kernels: dict[tuple[Primitive, tuple[bool, ...]], Evaluate] = {}
"""The compiled float functions of the rows, by which of their operands are Values."""


def _kernel(row: Primitive, active: tuple[bool, ...]) -> Evaluate:
    """The compiled function of `row`; one of any number of operands is not worth keeping."""
    if row.variadic:
        return compiled(row, active)
    return _kernels.get((row, active)) or _kernels.setdefault((row, active), compiled(row, active))


def apply(row: Primitive, operands: Sequence[Number]) -> Number:
    """The result of `row` at `operands`: a number if all of them are numbers, else a Value that records the operation.

    Raises
    ------
    DomainError
        If an operand lies outside of the row's domain (see `domain_errors`).
    TypeError
        If an operand is neither a Value nor a real number.
    """
    active = tuple([isinstance(x, Value) for x in operands])
    numbers = [x._data if isinstance(x, Value) else as_float(x, row.name) for x in operands]
    try:
        out, partials = _kernel(row, active)(*numbers)
    except (ArithmeticError, ValueError):
        labels = [x.label if isinstance(x, Value) else "" for x in operands]
        out, partials = evaluate(row, numbers, active, labels)
    if True not in active:
        return out
    if row is POW and not active[1] and numbers[1] == 0.0:
        partials = (UNSELECTED,)  # a constant exponent 0: the result is 1 whatever the base is
    parents = tuple([x for x in operands if isinstance(x, Value)])
    if False not in active:
        return record(row, out, parents, partials)
    constants = tuple([None if is_value else x for is_value, x in zip(active, numbers, strict=True)])
    return record(row, out, parents, partials, constants)


def record(
    row: Primitive,
    data: float,
    parents: tuple[Value, ...],
    partials: tuple[float, ...],
    constants: tuple[float | None, ...] = (),
) -> Value:
    """A new node of the graph; under `no_grad` a Value without parents."""
    node: Value = _new(Value)
    node._data = data
    node._grad = UNREACHED
    node._origin = origin_of(row, constants)
    node.parents = parents
    node.partials = partials
    if modes.in_use:
        recorder, recording = modes.state.recorder, modes.state.recording
        if not recording and recorder is None:
            node.parents, node.partials, node._origin = (), (), origin_of(None)
        elif modes.state.tracing:
            node._origin = origin_of(row, constants, line=_line_of_user())
        if recorder is not None:
            recorder.note(node)
            if not recording and row is not STOP_GRADIENT:
                return node.detach()  # without parents it would have the number of this example for good
    return node


def _line_of_user() -> tuple[str, int]:
    """The innermost line on the stack that is in neither of the two packages."""
    frame = sys._getframe(1)
    while frame.f_back and str(frame.f_globals.get("__package__")).split(".")[0] in (__package__, "nn"):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def _operator(row: Primitive, x: Any, y: Any) -> Value:
    """`apply` for an operator with at least one Value, by a short cut if the other operand is one or a plain number."""
    try:
        if type(y) is Value:
            if type(x) is Value:
                data, partials = _kernel(row, _BOTH)(x._data, y._data)
                return record(row, data, (x, y), partials)
            if type(x) is float or type(x) is int:
                x = float(x)
                data, partials = _kernel(row, _SECOND)(x, y._data)
                return record(row, data, (y,), partials, (x, None))
        elif (type(y) is float or type(y) is int) and y:  # not 0: as an exponent it is a case of its own
            y = float(y)
            data, partials = _kernel(row, _FIRST)(x._data, y)
            return record(row, data, (x,), partials, (None, y))
    except (ArithmeticError, ValueError):
        pass  # `apply` answers, or says what is wrong
    for operand in (x, y):
        if not isinstance(operand, Value) and not _is_number(operand):
            return NotImplemented  # type: ignore[no-any-return]  # an array, say, may answer itself
    return apply(row, (x, y))  # type: ignore[return-value]


ADD, SUB, MUL, DIV, NEG, POW, MOD, ABS = (TABLE[n] for n in ("add", "sub", "mul", "div", "neg", "pow", "mod", "abs"))
_BOTH, _FIRST, _SECOND = (True, True), (True, False), (False, True)
_ADD, _SUB, _MUL = origin_of(ADD), origin_of(SUB), origin_of(MUL)
_ONES, _ONE_AND_MINUS_ONE = (1.0, 1.0), (1.0, -1.0)
