"""The functions and methods of the table: `exp`, `tanh`, `maximum`, ... for Values and numbers alike.

Each row of `primitives.py` becomes one function here and, unless it takes a sequence, one method of `Value`.
Numbers in give a number out; with a Value among the operands the result is a Value that records the operation.
`operations.py` gives the functions their names.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from keyword import iskeyword
from operator import mul
from typing import Any

from .conditions import Condition
from .domains import REAL, Interval, domain_errors
from .evaluate import compiled, is_reserved
from .primitives import TABLE
from .row import Primitive, Rule
from .value import Value, apply, record

Function = Callable[..., Any]

NOT_RUN = float("nan")
"""Stands among the operands of `where` for a callable that was not selected and therefore not run."""


def function_of(row: Primitive) -> Function:
    """The function of `row`: its name, parameters and defaults are those of the row."""
    if row.name in _SPECIAL:
        function = _SPECIAL[row.name](row)
    elif row.variadic:
        function = _of_sequence(row)
    else:
        function = (_unary, _binary, _ternary)[len(row.parameters) - 1](row)
        code = function.__code__
        names = (*row.parameters, *code.co_varnames[code.co_argcount :])
        function.__code__ = code.replace(co_name=row.name, co_varnames=names)
        function.__defaults__ = row.defaults or None
    function.__name__ = function.__qualname__ = row.name
    function.__module__ = f"{__package__}.operations"  # where pickle finds it by its name
    domain = ", ".join(f"{name} in {interval}" for name, interval in zip(row.parameters, row.domain, strict=False))
    function.__doc__ = (
        f"{row.summary}\n\nDefined for {domain}. The derivatives are listed in the table of primitives.\n"
    )
    return function


def _unary(row: Primitive) -> Function:
    """A function of one argument: a short cut to what `apply` does, because it is what most programs call."""

    def kernel(x: float) -> Any:
        nonlocal kernel
        kernel = compiled(row, (True,))  # at the first call, so that an import compiles nothing
        return kernel(x)

    def function(x: Any) -> Any:
        if type(x) is Value:
            try:
                data, partials = kernel(x._data)
            except (ArithmeticError, ValueError):
                return apply(row, (x,))
            return record(row, data, (x,), partials)
        return apply(row, (x,))

    return function


def _binary(row: Primitive) -> Function:
    def function(x: Any, y: Any) -> Any:
        return apply(row, (x, y))

    return function


def _ternary(row: Primitive) -> Function:
    def function(x: Any, y: Any, z: Any) -> Any:
        return apply(row, (x, y, z))

    return function


def _of_sequence(row: Primitive) -> Function:
    """A function of one sequence of any length."""

    def function(xs: Iterable[Any]) -> Any:
        try:
            operands = tuple(xs)
        except TypeError:
            raise TypeError(f"{row.name} takes one sequence of Values or numbers, got {xs!r:.60}") from None
        return apply(row, operands)

    return function


def _dot(row: Primitive) -> Function:
    """The weighted sum of two sequences of equal length and a bias."""

    def function(weights: Iterable[Any], inputs: Iterable[Any], bias: Any = 0.0) -> Any:
        weights, inputs = tuple(weights), tuple(inputs)
        if len(weights) != len(inputs):
            raise ValueError(f"dot: {len(weights)} weights do not fit {len(inputs)} inputs")
        node = _neuron(row, weights, inputs, bias)
        return apply(row, (*weights, *inputs, bias)) if node is None else node

    return function


def _neuron(row: Primitive, weights: tuple[Any, ...], inputs: tuple[Any, ...], bias: Any) -> Value | None:
    """A short cut to what `apply` does for `dot`, where networks spend their time; None where it does not fit.

    It fits if weights and bias are Values, inputs are all Values or all plain numbers, and nothing overflows.
    """
    kinds = {*map(type, inputs)}
    if {*map(type, weights), type(bias)} != {Value} or not (kinds == {Value} or kinds <= {float, int}):
        return None
    w = [weight._data for weight in weights]
    try:
        x = [value._data for value in inputs] if kinds == {Value} else [*map(float, inputs)]
        out = math.fsum([*map(mul, w, x), bias._data])
    except (ArithmeticError, ValueError):
        return None
    if out != out:
        return None
    if kinds == {Value}:
        return record(row, out, (*weights, *inputs, bias), (*x, *w, 1.0))
    return record(row, out, (*weights, bias), (*x, 1.0), (*repeat(None, len(w)), *x, None))


def _where(row: Primitive) -> Function:
    """The choice of a side by a condition; callables among the sides run only if selected, and make it a Value."""

    def function(condition: Any, a: Any, b: Any) -> Any:
        if isinstance(condition, Value):
            raise TypeError("where: the condition is a comparison, got a Value: write where(v > 0, a, b)")
        if isinstance(condition, Condition):  # both sides are recorded; each lane selects its own
            with domain_errors("ieee"):
                return apply(row, (condition.value, a() if callable(a) else a, b() if callable(b) else b))
        selected = bool(condition)
        lazy = callable(a) or callable(b)
        if callable(a):
            a = a() if selected else NOT_RUN
        if callable(b):
            b = NOT_RUN if selected else b()
        result = apply(row, (float(selected), a, b))
        # what a side that was not run would have given is unknown: the type must not depend on the side taken
        return Value(result) if lazy and not isinstance(result, Value) else result

    return function


_SPECIAL: dict[str, Callable[[Primitive], Function]] = {"dot": _dot, "where": _where}

FUNCTIONS: dict[str, Function] = {}
"""Every function by name, also those of the operators (``add``, ``mul``, ...) and of users' own primitives."""


def register(row: Primitive) -> Function:
    """Enter `row` into the table and make its function and its method of `Value`."""
    function = function_of(row)
    TABLE[row.name] = row
    FUNCTIONS[row.name] = function
    if not row.variadic:
        setattr(Value, row.name, function if row.name != "where" else _where_method)
    return function


def _where_method(self: Any, condition: Any, otherwise: Any) -> Any:
    """Choose this Value where the condition holds, `otherwise` elsewhere."""
    return FUNCTIONS["where"](condition, self, otherwise)


def primitive(
    name: str,
    primal: Rule,
    partials: Rule | Sequence[Rule],
    domain: Interval | Sequence[Interval] = REAL,
    summary: str = "",
    **known: Any,
) -> Function:
    """Define an operation of your own from its row; everything else follows from it.

    The function and the method, derivatives of any order in both modes, the domain error, the property tests of
    `autograd_core.testing`, drawings and compiled code all read the row.

    Parameters
    ----------
    name
        A new name: the function's, the method's, and `Value.op`.
    primal
        ``lambda m, x: ...`` in the arithmetic of the namespace `m` (see `autograd_core.primitives`).
    partials
        One rule ``lambda m, x, out: ...`` per argument, or the only one.
    domain
        One `Interval` per argument, or one for all.
    summary, **known
        The other fields of `Primitive`.

    Raises
    ------
    ValueError
        If the name is taken or no identifier, or the numbers of rules and intervals do not fit the arguments.

    Examples
    --------
    >>> from autograd_core import Value, primitive
    >>> softsign = primitive(
    ...     "softsign",
    ...     lambda m, x: x / (1.0 + m.abs(x)),
    ...     lambda m, x, out: 1.0 / (1.0 + m.abs(x)) / (1.0 + m.abs(x)),
    ...     summary="x / (1 + |x|), a sigmoid with slow tails.",
    ... )
    >>> x = Value(1.0)
    >>> softsign(x).backward()
    >>> x.grad
    0.25
    """
    if not name.isidentifier() or iskeyword(name):
        raise ValueError(f"primitive: the name must be an identifier, got {name!r}")
    if name in TABLE or is_reserved(name) or hasattr(Value, name):
        raise ValueError(f"primitive: {name!r} is taken; choose another name")
    count = primal.__code__.co_argcount - 1
    rules = (partials,) if callable(partials) else tuple(partials)
    intervals = (domain,) * count if isinstance(domain, Interval) else tuple(domain)
    row = Primitive(name, primal, rules, intervals, summary, **known)
    for parameter in row.parameters:
        if is_reserved(parameter):
            raise ValueError(
                f"primitive {name!r}: a parameter cannot be called {parameter!r}, generated code uses that name"
            )
    if not 1 <= count <= 3:
        raise ValueError(f"primitive {name!r}: the primal takes m and one to three arguments, got {row.parameters}")
    if len(intervals) != count:
        raise ValueError(f"primitive {name!r}: {count} arguments need {count} intervals, got {len(intervals)}")
    if not row.variadic and len(rules) != count:
        raise ValueError(f"primitive {name!r}: {count} arguments need {count} partials, got {len(rules)}")
    for rule in rules:
        if rule.__code__.co_argcount != count + 2:
            given = rule.__code__.co_varnames[: rule.__code__.co_argcount]
            raise ValueError(f"primitive {name!r}: a partial takes (m, {', '.join(row.parameters)}, out), got {given}")
    return register(row)


for _row in TABLE.values():
    register(_row)
