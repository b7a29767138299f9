"""A tape as straight-line Python, forward and adjoint: the program that a course would write on the board.

The text is complete: it can be saved, read and stepped through in a debugger. It computes in the arithmetic of a namespace
`m`, as the rows of the table do: `NUMBERS` for floats, `Arrays` for an array library.
"""

import keyword
import linecache
import re
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

from ..primitives import TABLE
from ..row import UNSELECTED, Primitive
from ..statements import statements
from ..symbolic import INFIX, SYMBOLS, Operand, Symbol, formula, trace
from .tape import Constant, Instruction, Parameter, Tape

SIMPLE = (TABLE["fsum"], TABLE["dot"])
"""Rows of sequences whose derivatives are no longer than a name."""

INLINE = 24
"""How long a derivative may be to stand in the program itself; a longer one becomes a function above it."""


def source_of(tape: Tape) -> str:
    """The text of two functions: ``forward`` and ``adjoint`` of `tape`.

    ``forward(m, inputs, parameters)`` returns the list of outputs. ``adjoint(m, inputs, parameters, seeds)`` returns
    them too, and the derivatives of Σ seedₖ·outputₖ with respect to the inputs and to the parameters.
    """
    return _Writer(tape).text()


def functions_of(tape: Tape) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """``forward`` and ``adjoint`` of `source_of`, compiled; debuggers and tracebacks show their lines."""
    text = source_of(tape)
    filename = f"<tape {abs(hash(text)):x}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {}
    exec(compile(text, filename, "exec"), namespace)
    return namespace["forward"], namespace["adjoint"]


class _Writer:
    """The text of one tape."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.names = _names(tape)
        self.helpers: dict[str, list[str]] = {}

    def text(self) -> str:
        """All functions, helpers first."""
        forward = [*self._unpack(), *self._forward(), f"    return [{self._list(self.tape.outputs)}]"]
        adjoint = [*self._unpack(), *self._forward(), "", *self._adjoint()]
        parts = [*self.helpers.values()]
        parts.append(["def forward(m, inputs, parameters):", *forward])
        parts.append(["def adjoint(m, inputs, parameters, seeds):", *adjoint])
        text = "\n\n\n".join("\n".join(part) for part in parts) + "\n"
        return f"from math import inf, nan\n\n\n{text}" if re.search(r"\b(inf|nan)\b", text) else text

    def _list(self, slots: Iterable[int], prefix: str = "") -> str:
        return ", ".join(prefix + self.names[slot] for slot in slots)

    def _unpack(self) -> list[str]:
        sources = (("inputs", self.tape.inputs), ("parameters", self.tape.parameters))
        return [f"    [{self._list(slots)}] = {source}" for source, slots in sources if slots]

    def _forward(self) -> list[str]:
        lines = []
        for slot, (row, operands) in self.tape.instructions():
            names = [self.names[operand] for operand in operands]
            written = row.symbol in INFIX and not row.variadic
            value = _write(trace(row.primal, names)) if written else f"m.{row.name}({_arguments(row, names)})"
            lines.append(f"    {self.names[slot]} = {value}")
        return lines

    def _adjoint(self) -> list[str]:
        tape, names = self.tape, self.names
        active = [slot for slot, entry in enumerate(tape.entries) if not isinstance(entry, Constant)]
        lines = [
            f"    {' = '.join(f'd_{names[slot]}' for slot in active[i : i + 8])} = 0.0"
            for i in range(0, len(active), 8)
        ]
        differ = set(active)
        lines += [f"    d_{names[slot]} += seeds[{k}]" for k, slot in enumerate(tape.outputs) if slot in differ]
        for slot, (row, operands) in reversed(tape.instructions()):
            out = names[slot]
            if row.variadic and row not in SIMPLE:
                helper = f"d_{row.name}_{len(operands)}"
                self.helpers.setdefault(helper, _helper_of_many(helper, row, len(operands)))
                lines.append(f"    p_{out} = {helper}(m, {self._list(operands)}, {out})")
                lines += [f"    d_{names[operand]} += d_{out} * p_{out}[{i}]" for i, operand in enumerate(operands)
                          if operand in differ]  # fmt: skip
                continue
            for i, partial in self._partials(row, [names[operand] for operand in operands], out):
                if operands[i] in differ:
                    factor = "" if partial == "1.0" else f" * {partial}"
                    lines.append(f"    d_{names[operands[i]]} += d_{out}{factor}")
        results = (self._list(tape.outputs), self._list(tape.inputs, "d_"), self._list(tape.parameters, "d_"))
        return [*lines, "    return " + ", ".join(f"[{result}]" for result in results)]

    def _partials(self, row: Primitive, names: Sequence[str], out: str) -> Iterable[tuple[int, str]]:
        """The partial derivatives of one instruction as text, each with the number of its operand."""
        if row.variadic:
            for i, partial in enumerate(row.partials_at(SYMBOLS, row.arguments([*map(Symbol, names)]), Symbol(out))):
                yield i, _write(partial, level=INFIX["*"])
            return
        for i, (rule, parameter) in enumerate(zip(row.partials, row.parameters, strict=True)):
            expression = trace(rule, (*names, out))
            text = _write(expression, level=INFIX["*"])
            if expression is UNSELECTED:
                continue
            if len(text) > INLINE or row.at:
                name = f"d_{row.name}_{parameter}" if len(row.parameters) > 1 else f"d_{row.name}"
                self.helpers.setdefault(name, _helper(name, row, i))
                text = f"{name}(m, {', '.join([*names, out])})"
            yield i, text


def _helper(name: str, row: Primitive, i: int) -> list[str]:
    """A function for a derivative that is too long to stand in the program."""
    parameters = (*row.parameters, "out")
    textbook = _write(trace(row.textbook[i], parameters))
    lines, (value,) = statements([_in_m(trace(row.partials[i], parameters))])
    for point, values in row.at.items():
        here = " & ".join(f"({x} == {at!r})" for x, at in zip(row.parameters, point, strict=True))
        value = f"m.where({here}, {values[i]!r}, {value})"
    head = [f"def {name}(m, {', '.join(parameters)}):", f'    """{textbook}"""']
    return [*head, "    UNSELECTED = 0.0", *lines, f"    return {value}"]


def _helper_of_many(name: str, row: Primitive, count: int) -> list[str]:
    """A function for all derivatives of a row that takes sequences, for `count` operands."""
    names = [f"x{i}" for i in range(count)]
    partials = row.partials[0](SYMBOLS, *row.arguments([*map(Symbol, names)]), Symbol("out"))
    head = [f"def {name}(m, {', '.join([*names, 'out'])}):", f'    """The derivatives of {row.name}."""']
    if isinstance(partials, Symbol):  # one operation on the sequence gives all of them
        return [*head, f"    return m.{partials.operation}([{', '.join(names)}])"]
    lines, values = statements([_in_m(partial) for partial in partials])
    return [*head, "    UNSELECTED = 0.0", *lines, f"    return [{', '.join(values)}]"]


def _write(expression: Operand, level: int = 0) -> str:
    """`expression` as source in the namespace `m`."""
    return formula(_in_m(expression), number=lambda x: repr(float(x)), level=level)


def _in_m(expression: Operand) -> Operand:
    """`expression` with its functions taken from `m`; a choice becomes a call that also works on arrays."""
    if not isinstance(expression, Symbol) or expression.is_variable:
        return expression
    name = expression.operation
    if name == "fsum":
        terms: Sequence[Operand] = expression.operands[0]  # type: ignore[assignment]  # a list, which a formula cannot hold
        return reduce(lambda total, term: Symbol("+", total, term), map(_in_m, terms))
    return Symbol(name if name in INFIX else f"m.{name}", *map(_in_m, expression.operands))


def _arguments(row: Primitive, names: Sequence[str]) -> str:
    """`names` as the arguments of the function of `row`."""
    return ", ".join(f"[{', '.join(a)}]" if isinstance(a, list) else a for a in row.arguments(names))


def _names(tape: Tape) -> list[str]:
    """A Python name for every slot: its label where that can be one, else its kind and number; constants by digits."""
    taken: set[str] = {"m", "inputs", "parameters", "seeds"}
    names = []
    for slot, entry in enumerate(tape.entries):
        if isinstance(entry, Constant):
            names.append(repr(entry.number) if entry.number >= 0.0 else f"({entry.number!r})")
            continue
        label = entry.value.label if isinstance(entry, Parameter) else getattr(entry, "label", "")
        name = re.sub(r"\W+", "_", label).strip("_")
        if not name.isidentifier() or keyword.iskeyword(name) or name in taken:
            name = f"{'v' if isinstance(entry, Instruction) else 'p' if isinstance(entry, Parameter) else 'x'}{slot}"
        taken.add(name)
        names.append(name)
    return names
