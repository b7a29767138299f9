"""Straight-line Python for expressions: what is used twice is computed once, and only where it is needed."""

from collections.abc import Sequence

from .row import UNSELECTED
from .symbolic import Operand, Symbol, formula

Scope = tuple[tuple[int, int], ...]
"""Where a statement stands: the conditionals around it, from the outside in, each with its side (1 if true, 2 if not)."""


def statements(results: Sequence[Operand], indent: str = "    ") -> tuple[list[str], list[str]]:
    """Python for `results`: the statements that prepare them, and one expression for each.

    Equal sub-expressions are computed once, and only on the side of a conditional that needs them.

    >>> from autograd_core.symbolic import Symbol
    >>> x = Symbol("x")
    >>> lines, (value,) = statements([(1.0 + x) * (1.0 + x)], indent="")
    >>> print(*lines, value, sep="; ")
    t0 = 1.0 + x; t0 * t0
    """
    program = _Program(results)
    return program.block((), indent), [program.write(result) for result in program.results]


class _Program:
    """Expressions as statements: what has several uses gets a name in the innermost scope that all of them see."""

    def __init__(self, results: Sequence[Operand]) -> None:
        self.order: list[Symbol] = []  # all expressions, each once, operands first
        self._representatives: dict[object, Symbol] = {}
        self._seen: dict[int, Symbol] = {}
        self.results = [self._share(result) for result in results]
        uses = self._place()
        several = [node for node in self.order if node.operands and len(uses[id(node)]) > 1]
        around = {conditional for node in several for conditional, _ in self.scopes[id(node)]}
        named = around | {id(node) for node in several}
        self.names = {key: f"t{i}" for i, key in enumerate(id(node) for node in self.order if id(node) in named)}

    def _share(self, expression: Operand) -> Operand:
        """The one representative of all expressions equal to `expression`."""
        if not isinstance(expression, Symbol):
            return expression
        if id(expression) not in self._seen:
            operands = [self._share(operand) for operand in expression.operands]
            key = (expression.operation, *map(_identity, operands))
            if key not in self._representatives:
                self._representatives[key] = Symbol(expression.operation, *operands)
                self.order.append(self._representatives[key])
            self._seen[id(expression)] = self._representatives[key]
        return self._seen[id(expression)]

    def _place(self) -> dict[int, list[Scope]]:
        """Fill `scopes`: for each expression the innermost scope that holds all its uses; returns the uses."""
        uses: dict[int, list[Scope]] = {id(node): [] for node in self.order}
        self.scopes: dict[int, Scope] = {}
        for result in self.results:
            if isinstance(result, Symbol):
                uses[id(result)].append(())
        for node in reversed(self.order):
            scope = self.scopes[id(node)] = _common(uses[id(node)])
            for side, operand in enumerate(node.operands):
                if isinstance(operand, Symbol):
                    on_a_side = node.operation == "where" and side > 0
                    uses[id(operand)].append((*scope, (id(node), side)) if on_a_side else scope)
        return uses

    def block(self, scope: Scope, indent: str) -> list[str]:
        """The statements that stand directly in `scope`, and, indented, those of the conditionals in it."""
        occupied = {self.scopes[key] for key in self.names}
        lines: list[str] = []
        for node in self.order:
            name = self.names.get(id(node))
            if name is None or self.scopes[id(node)] != scope:
                continue
            sides = [(*scope, (id(node), side)) for side in (1, 2)]
            if not occupied.intersection(sides):
                lines.append(f"{indent}{name} = {self.write(node, definition=True)}")
                continue
            condition, *values = node.operands
            heads = (f"if {self.write(condition)}:", "else:")
            for head, side, value in zip(heads, sides, values, strict=True):
                inner = self.block(side, indent + "    ")
                lines += [indent + head, *inner, f"{indent}    {name} = {self.write(value)}"]
        return lines

    def write(self, expression: Operand, definition: bool = False) -> str:
        """`expression` as source; as a `definition` in full, although it has a name."""
        names = {key: name for key, name in self.names.items() if not (definition and key == id(expression))}
        return formula(expression, names, number=_literal)


def _identity(operand: Operand) -> tuple[type, object]:
    """A key that equal operands share: constants by their digits, so that 0.0 and -0.0 stay apart."""
    by_object = isinstance(operand, Symbol) or operand is UNSELECTED
    return type(operand), id(operand) if by_object else repr(operand)


def _common(scopes: Sequence[Scope]) -> Scope:
    """The innermost scope that all `scopes` lie in."""
    shared = scopes[0]
    for scope in scopes[1:]:
        agreeing = [ours == theirs for ours, theirs in zip(shared, scope, strict=False)]
        shared = shared[: [*agreeing, False].index(False)]
    return shared


def _literal(x: float) -> str:
    """A constant as source text; ``inf`` and ``nan`` are expected to have these names."""
    return "UNSELECTED" if x is UNSELECTED else repr(float(x))
