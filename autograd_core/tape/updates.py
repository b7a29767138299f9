"""Update rules of optimizers as source text: the formula is compiled once, its numbers may change at every step.

A rule is a function ``update(w, g, *slots) -> (w, *slots)`` of a weight, its gradient and what the optimizer remembers
for it, in the operations ``+ - * / **``. Running it on `Number` writes down the formula, with every number that occurs in it
replaced by a place in a list of constants.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

Update = Callable[..., tuple[Any, ...]]


class Formula(NamedTuple):
    """An update as text: the statements, and the expressions for the new weight and slots.

    The weight is ``w``, the gradient ``g``, the slots ``s0``, ``s1``, ..., and the constants ``c0``, ``c1``, ...
    """

    lines: tuple[str, ...]
    results: tuple[str, ...]
    constants: int


class Number:
    """A number of which only the name is known; operations on it are written down in `formula`."""

    __array_ufunc__ = None  # array + Number is left to Number, not done element by element
    __slots__ = ("name", "sheet")

    def __init__(self, sheet: "_Sheet", name: str) -> None:
        self.sheet, self.name = sheet, name

    def __neg__(self) -> "Number":
        return self.sheet.note(f"-{self.name}")

    def __pow__(self, exponent: Any) -> "Number":
        if isinstance(exponent, int | float) and exponent in (0.5, 2):
            return self.sheet.note(f"sqrt({self.name})" if exponent == 0.5 else f"{self.name} * {self.name}")
        return self.sheet.note(f"{self.name} ** {self.sheet.name_of(exponent)}")


def _operator(symbol: str) -> tuple[Callable[[Number, Any], Number], Callable[[Number, Any], Number]]:
    """The method of an operator and its reflected twin."""

    def method(self: Number, other: Any) -> Number:
        return self.sheet.note(f"{self.name} {symbol} {self.sheet.name_of(other)}")

    def reflected(self: Number, other: Any) -> Number:
        return self.sheet.note(f"{self.sheet.name_of(other)} {symbol} {self.name}")

    return method, reflected


for _name, _symbol in {"add": "+", "sub": "-", "mul": "*", "truediv": "/"}.items():
    _method, _reflected = _operator(_symbol)
    setattr(Number, f"__{_name}__", _method)
    setattr(Number, f"__r{_name}__", _reflected)
Number.__rpow__ = _operator("**")[1]  # type: ignore[attr-defined]


class _Sheet:
    """What a rule has computed so far."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.constants: list[Any] = []

    def note(self, expression: str) -> Number:
        """A new number, computed by `expression`."""
        name = f"t{len(self.lines)}"
        self.lines.append(f"{name} = {expression}")
        return Number(self, name)

    def name_of(self, x: Any) -> str:
        """The name of an operand; one that is known becomes a constant."""
        if isinstance(x, Number):
            return x.name
        self.constants.append(x)
        return f"c{len(self.constants) - 1}"


def formula(update: Update, slots: int) -> tuple[Formula, list[Any]]:
    """The formula of a rule with `slots` slots, and the numbers in it.

    Raises
    ------
    TypeError
        If the rule does something else than ``+ - * / **``, or does not return the weight and the slots.

    Examples
    --------
    >>> found, constants = formula(lambda w, g, v: (w - 0.1 * (0.9 * v + g), 0.9 * v + g), slots=1)
    >>> print(*found.lines, *found.results, sep="; ")
    t0 = c0 * s0; t1 = t0 + g; t2 = c1 * t1; t3 = w - t2; t4 = c2 * s0; t5 = t4 + g; t3; t5
    >>> constants
    [0.9, 0.1, 0.9]
    """
    sheet = _Sheet()
    names = ["w", "g", *(f"s{i}" for i in range(slots))]
    try:
        results = update(*[Number(sheet, name) for name in names])
    except TypeError as error:
        raise TypeError(f"an update rule may use + - * / ** only, on w, g and {slots} slots: {error}") from error
    if type(results) is not tuple or len(results) != slots + 1:
        raise TypeError(f"an update rule returns the new weight and {slots} slots as a tuple, got {results!r:.60}")
    texts = tuple([sheet.name_of(result) for result in results])
    return Formula(tuple(sheet.lines), texts, len(sheet.constants)), sheet.constants


def on_arrays(found: Formula) -> Callable[..., Any]:
    """The function ``update(w, g, slots, constants)`` of a formula, on arrays."""
    import numpy as np

    unpack = [f"c{i} = constants[{i}]" for i in range(found.constants)]
    unpack += [f"s{i} = slots[{i}]" for i in range(len(found.results) - 1)]
    body = [*unpack, *found.lines, f"return [{', '.join(found.results)}]"]
    text = "\n    ".join(["def update(w, g, slots, constants):", *body])
    namespace: dict[str, Any] = {"sqrt": np.sqrt}
    exec(text, namespace)
    function: Callable[..., Any] = namespace["update"]
    return function


def on_elements(formulas: Sequence[Formula]) -> str:
    """The source of a function that runs, for each group of weights, one of `formulas` over its weights.

    A group is a line of `bounds`: its first weight, and the one behind its last. `chosen` numbers its formula, and
    `constants` holds the numbers in it.
    """
    lines = ["def update(bounds, chosen, constants, weights, gradients, slots):", "    for k in range(len(bounds)):",
             "        first, last = bounds[k, 0], bounds[k, 1]"]  # fmt: skip
    for number, (steps, results, count) in enumerate(formulas):
        slots = range(len(results) - 1)
        lines.append(f"        if chosen[k] == {number}:")
        lines += [f"            c{i} = constants[k, {i}]" for i in range(count)]
        lines += ["            for i in range(first, last):", "                w, g = weights[i], gradients[i]"]
        lines += [f"                s{j} = slots[{j}, i]" for j in slots]
        lines += [f"                {step}" for step in steps]
        lines.append(f"                weights[i] = {results[0]}")
        lines += [f"                slots[{j}, i] = {results[j + 1]}" for j in slots if results[j + 1] != f"s{j}"]
    return "\n".join([*lines, ""])
