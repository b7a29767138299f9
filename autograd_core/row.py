"""A row of the table of primitives: what is known about one operation, and the rules it is written in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .domains import Interval
from .errors import DomainError

Rule = Callable[..., Any]
"""A formula in the arithmetic of a namespace `m`: ``lambda m, x, y, out: ...``."""

UNSELECTED = float("0")
"""The partial of an edge that is not taken: a 0.0 of its own, recognised by identity and never multiplied."""


class Primitive:
    """One operation: what it computes, its partial derivatives, and all that is known about both.

    Parameters
    ----------
    name
        The name of the function and method, and `Value.op`.
    primal
        ``lambda m, x, y: ...``; the names and defaults of its parameters become those of the function.
    partials
        One rule per argument, ``lambda m, x, y, out: ...``. A variadic row has a single rule that returns the
        list of all partials.
    domain
        One `Interval` per argument; a variadic row has one for all.
    summary
        One sentence for the docstring and for the table in the documentation.
    symbol
        The notation shown in drawings and formulas where it is not the name, e.g. ``"*"``.
    traits
        Facts that tests and passes read: ``"smooth"`` (all derivatives exist inside of the
        domain), ``"increasing"``, ``"commutative"``, ``"odd"``, ``"even"``, ``"linear"``,
        ``"variadic"`` (takes one sequence), ``"sequences"`` (takes several), ``"selection"`` (picks one of its operands),
        ``"constant"`` (has no derivative by definition, whatever its value does).
    at
        Points where the derivative is a convention, not a limit: ``{(0.0,): (0.0,)}``.
    kinks
        ``lambda m, x, y: (...)``: expressions that vanish where the derivative jumps.
    outside
        What the domain asks of several arguments together: returns None, or the index of the argument at fault,
        a text that says what it must be, and the error class.
    textbook
        The partials as a textbook prints them, where the careful rules hide them.
    reason
        What the textbook's formula loses, in one line, where the row has a better one.
    ulp
        The promised worst error of the value and the partials in units in the last place.
    """

    __slots__ = (
        "at", "defaults", "domain", "kinks", "name", "outside", "parameters", "partials", "primal", "reason",
        "summary", "symbol", "textbook", "traits", "ulp",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        primal: Rule,
        partials: Sequence[Rule],
        domain: Sequence[Interval],
        summary: str = "",
        *,
        symbol: str | None = None,
        traits: Iterable[str] = (),
        at: Mapping[tuple[float, ...], tuple[float, ...]] | None = None,
        kinks: Rule | None = None,
        outside: Callable[..., tuple[int, str, type[DomainError]] | None] | None = None,
        textbook: Sequence[Rule] | None = None,
        reason: str = "",
        ulp: float = 2.0,
    ) -> None:
        code = primal.__code__
        self.name = name
        self.primal = primal
        self.partials = tuple(partials)
        self.domain = tuple(domain)
        self.summary = summary
        self.symbol = name if symbol is None else symbol
        self.traits = frozenset(traits)
        self.at = dict(at or {})
        self.kinks = kinks
        self.outside = outside
        self.textbook = self.partials if textbook is None else tuple(textbook)
        self.reason = reason
        self.ulp = ulp
        self.parameters = code.co_varnames[1 : code.co_argcount]
        self.defaults: tuple[float, ...] = primal.__defaults__ or ()

    @property
    def variadic(self) -> bool:
        """Whether the operation takes sequences of any length instead of a fixed number of arguments."""
        return "variadic" in self.traits or "sequences" in self.traits

    def arguments(self, operands: Sequence[Any]) -> tuple[Any, ...]:
        """The arguments of the rules for a flat sequence of operands: themselves, or grouped into lists if variadic.

        A weighted sum has as many weights as inputs, and then the bias: ``(w1, w2, x1, x2, b)``.
        """
        if not self.variadic:
            return tuple(operands)
        if len(self.parameters) == 1:
            return (list(operands),)
        half = len(operands) // 2
        return list(operands[:half]), list(operands[half:-1]), operands[-1]

    def partials_at(self, m: Any, arguments: Sequence[Any], out: Any) -> list[Any]:
        """The partial of every operand, in the arithmetic of `m`."""
        if self.variadic:
            return list(self.partials[0](m, *arguments, out))
        return [partial(m, *arguments, out) for partial in self.partials]

    def __repr__(self) -> str:
        return f"<primitive {self.name}({', '.join(self.parameters)})>"
