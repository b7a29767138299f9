"""Values and partials of a row in floats: compiled source for speed, and a careful path for everything unusual.

`compiled` turns a row into straight Python over `math`. Wherever that raises, leaves the domain, or gives nan,
`evaluate` answers instead: it checks the domain, applies the policy of `domain_errors`, and computes in IEEE
arithmetic by calling the row's rules directly.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from . import ieee
from .conditions import RECORDED_ROWS
from .domains import REAL, Interval, raises_domain_errors
from .primitives import TABLE
from .row import UNSELECTED, Primitive, Rule
from .statements import statements
from .symbolic import SYMBOLS, Operand, Symbol, trace

Result = tuple[float, tuple[float, ...]]
Evaluate = Callable[..., Result]

_RAW = {
    name: getattr(math, name)
    for name in """exp expm1 exp2 log log1p log2 log10 sqrt cbrt sin cos tan asin acos atan atan2 sinh cosh tanh
    asinh acosh atanh erf erfc hypot fabs""".split()
}  # fmt: skip


def _rounding(function: Callable[[float], int]) -> Callable[[float], float]:
    """``math.floor`` or ``math.ceil`` as a float with the sign of zero kept; raises for inf and nan."""
    return lambda x: math.copysign(function(x), x)


_GLOBALS: dict[str, Any] = {
    **_RAW, "floor": _rounding(math.floor), "ceil": _rounding(math.ceil),
    "abs": abs, "pow": math.pow, "UNSELECTED": UNSELECTED, "inf": math.inf, "nan": math.nan,
}  # fmt: skip


def is_reserved(name: str) -> bool:
    """Whether generated code uses `name`: for a function, for a result, or for a shared part (``t0``, ``t1``, ...)."""
    return name in _GLOBALS or name in ("m", "out", "outside") or (name[0] == "t" and name[1:].isdigit())


class _Numbers:
    """The namespace `m` of floats: `ieee`, and every other row of the table by its own primal."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function: Callable[..., Any] | None = getattr(ieee, name, None)
        if function is None:
            row = TABLE.get(name) or RECORDED_ROWS.get(name)
            if row is None:  # tools look for attributes such as __wrapped__
                raise AttributeError(f"the table of primitives has no row {name!r}")

            def function(*operands: Any) -> Any:
                out = row.primal(self, *operands)
                return ieee.Float(out) if type(out) is float else out  # a constant operand may come out as it is

        setattr(self, name, function)
        return function


NUMBERS = _Numbers()


def _expand(expression: Operand, known: dict[int, Operand]) -> Operand:
    """`expression` in the operations that `_GLOBALS` has: any other row is replaced by its primal.

    `known` holds what was expanded before, by ``id``, so that shared parts stay shared.
    """
    if not isinstance(expression, Symbol) or expression.is_variable:
        return expression
    if id(expression) not in known:
        operands = [_expand(operand, known) for operand in expression.operands]
        name = "pow" if expression.operation == "**" else expression.operation
        if name in TABLE and name not in _GLOBALS and name not in ("neg", "where"):
            known[id(expression)] = _expand(TABLE[name].primal(SYMBOLS, *operands), {})
        else:
            known[id(expression)] = Symbol(name, *operands)
    return known[id(expression)]


def traced(rules: Sequence[Rule], names: Sequence[str]) -> list[Operand]:
    """The expressions of `rules`, in the operations of `_GLOBALS`."""
    return [_expand(trace(rule, names), {}) for rule in rules]


def source(row: Primitive, active: Sequence[bool]) -> str:
    """The Python source of `row` in floats: a function that returns the value and the partials of `active` arguments.

    It raises ``ArithmeticError`` or ``ValueError`` wherever `evaluate` has to answer in its place.
    """
    names = row.parameters
    wanted = [i for i, is_active in enumerate(active) if is_active]
    outside = [text for name, interval in zip(names, row.domain, strict=True) if (text := _outside(name, interval))]
    lines = [f"def {row.name}({', '.join(names)}):"]
    if row.outside is not None:
        outside.append(f"outside({', '.join(names)})")
    if outside:
        lines += [f"    if {' or '.join(outside)}:", "        raise ArithmeticError"]
    steps, (value,) = statements(traced([row.primal], names))
    lines += [*steps, f"    out = {value}"]
    if "selection" not in row.traits:
        lines += ["    if out != out:", "        raise ArithmeticError"]
    for point, partials in row.at.items():
        here = " and ".join(f"{name} == {x!r}" for name, x in zip(names, point, strict=True))
        lines += [f"    if {here}:", f"        return out, ({''.join(f'{partials[i]!r}, ' for i in wanted)})"]
    steps, values = statements(traced([row.partials[i] for i in wanted], (*names, "out")))
    return "\n".join([*lines, *steps, f"    return out, ({''.join(f'{value}, ' for value in values)})", ""])


def _outside(name: str, interval: Interval) -> str:
    """A condition on the variable `name` that holds at every point outside of `interval`."""
    bounds = []
    if interval.low > -math.inf:
        bounds.append(f"{name} {'<' if interval.includes_low else '<='} {interval.low!r}")
    if interval.high < math.inf:
        bounds.append(f"{name} {'>' if interval.includes_high else '>='} {interval.high!r}")
    if interval.hole is not None:
        bounds.append(f"{name} == {interval.hole!r}")
    return " or ".join(bounds)


def compiled(row: Primitive, active: Sequence[bool]) -> Evaluate:
    """The function of `source`, visible to debuggers and in tracebacks; for a variadic row, its rules as they are."""
    if row.variadic:
        if row.domain != (REAL,) or row.outside is not None:
            return lambda *operands: evaluate(row, operands, active, [""] * len(operands))
        return lambda *operands: _interpret(row, operands, active)
    import linecache  # only here: it loads much, and most programs use few operations

    text = source(row, active)
    filename = f"<autograd_core {row.name}{tuple(map(int, active))}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {}
    exec(compile(text, filename, "exec"), {**_GLOBALS, "outside": row.outside}, namespace)
    function: Evaluate = namespace[row.name]
    return function


def evaluate(row: Primitive, operands: Sequence[float], active: Sequence[bool], labels: Sequence[str]) -> Result:
    """The value of `row` at `operands` and its partials with respect to the `active` ones, by the whole contract.

    Raises
    ------
    DomainError
        Outside of the domain, unless ``domain_errors("ieee")`` asked for IEEE results.
    """
    if raises_domain_errors():
        check_domain(row, operands, labels)
    return _interpret(row, [ieee.Float(x) for x in operands], active)


def _interpret(row: Primitive, operands: Sequence[float], active: Sequence[bool]) -> Result:
    """The rules of `row` called as they are: nan has nan derivatives, and conventions take precedence."""
    arguments = row.arguments(operands)
    out = row.primal(NUMBERS, *arguments)
    if out != out and "selection" not in row.traits:
        return float(out), (math.nan,) * sum(active)
    partials: Sequence[float] | None = row.at.get(tuple(operands))
    if partials is None:
        partials = row.partials_at(NUMBERS, arguments, out)
    return float(out), tuple([p if p is UNSELECTED else float(p) for p, is_active in zip(partials, active, strict=True)
                              if is_active])  # fmt: skip


def check_domain(row: Primitive, operands: Sequence[float], labels: Sequence[str]) -> None:
    """Raise a `DomainError` that names the operation, the argument, its label and the domain if outside of it."""
    domain = row.domain * len(operands) if row.variadic else row.domain
    fault = next(((i, f"must lie in {d}", d.error) for i, (x, d) in enumerate(zip(operands, domain, strict=False))
                  if x not in d), None)  # fmt: skip
    if fault is None and row.outside is not None:
        fault = row.outside(*operands)
    if fault is not None:
        index, demand, error = fault
        label = f" ({labels[index]!r})" if labels[index] else ""
        raise error(f"{row.name}: argument {index}{label} {demand}, got {operands[index]!r}")
