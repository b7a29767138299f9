"""Programs: straight-line computations as data, which run on any number type and print as Python.

A `Program` is what random tests share: the same one runs on floats, Values, symbols or arbitrary precision, and what
fails can be printed, shrunk and pasted into a file. `generator.py` makes random ones.
"""

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ..errors import DomainError
from ..functions import FUNCTIONS
from ..primitives import TABLE

Operand = int | float
"""A register (an int), or a constant (a float)."""

INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "mod": "%"}
OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "pow": operator.pow,
    "mod": operator.mod, "neg": operator.neg, "abs": abs,
}  # fmt: skip


class _Engine:
    """The namespace of the functions of autograd-core, users' own primitives included."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in FUNCTIONS:
            raise AttributeError(f"the table of primitives has no row {name!r}")
        return FUNCTIONS[name]


ENGINE = _Engine()


class Instruction(NamedTuple):
    """One operation: the name of its row, and its operands, flat as `Primitive.arguments` takes them.

    The first operand of ``where`` stands for the condition that it is positive.
    """

    name: str
    operands: tuple[Operand, ...]
    """The numbers of registers, and constants as floats."""


class Program:
    """A straight-line program: inputs, and instructions that each add a register; the last register is the result.

    Parameters
    ----------
    inputs
        The numbers that registers 0, 1, ... start with: the point at which the program was made.
    instructions
        ``(name, *operands)`` each: the name of a row, and for every operand the number of an earlier register (an
        int) or a constant (a float).

    Raises
    ------
    ValueError
        If an instruction names no row, has the wrong number of operands, or reads a register that does not exist yet.

    Examples
    --------
    >>> from autograd_core import Value
    >>> program = Program([0.5, 2.0], [("mul", 0, 1), ("tanh", 2)])
    >>> print(program)
    def f(x0, x1):
        v2 = x0 * x1
        v3 = tanh(v2)
        return v3
    >>> program(*program.inputs) == program(*map(Value, program.inputs)).data
    True
    """

    __slots__ = ("inputs", "instructions")

    inputs: tuple[float, ...]
    instructions: tuple[Instruction, ...]

    def __init__(self, inputs: Iterable[float], instructions: Iterable[Sequence[Any]]) -> None:
        numbers = tuple(map(float, inputs))
        checked = [_instruction(item, len(numbers) + i) for i, item in enumerate(instructions)]
        if not numbers:
            raise ValueError("a Program needs an input")
        object.__setattr__(self, "inputs", numbers)
        object.__setattr__(self, "instructions", tuple(checked))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Program cannot be changed: make a new one instead of setting {name!r}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Program) and repr(self) == repr(other)  # nan equals itself, -0.0 is not 0.0

    def __hash__(self) -> int:
        return hash(repr(self))

    def __len__(self) -> int:
        return len(self.instructions)

    def __reduce__(self) -> tuple[Any, ...]:
        return Program, (self.inputs, [(name, *operands) for name, operands in self.instructions])

    # Running ----------------------------------------------------------------------------------------------

    def registers(self, inputs: Sequence[Any], m: Any = ENGINE) -> list[Any]:
        """The inputs, and the result of every instruction, in the arithmetic of the namespace `m`.

        `m` has a function for each row that is no operator: the package itself, `evaluate.NUMBERS` for
        `ieee.Float`, ``symbolic.SYMBOLS`` for symbols, or one of your own for arbitrary precision.
        """
        if len(inputs) != len(self.inputs):
            raise ValueError(f"the program has {len(self.inputs)} inputs, got {len(inputs)}")
        registers = list(inputs)
        for name, operands in self.instructions:
            registers.append(_call(m, name, [registers[x] if type(x) is int else x for x in operands]))
        return registers

    def run(self, inputs: Sequence[Any], m: Any = ENGINE) -> Any:
        """The result for `inputs` in the arithmetic of `m`; see `registers`."""
        return self.registers(inputs, m)[-1]

    def __call__(self, *inputs: Any) -> Any:
        """The result for Values or numbers, computed by the functions of the engine."""
        return self.registers(inputs)[-1]

    # Printing ---------------------------------------------------------------------------------------------

    def source(self, name: str = "f") -> str:
        """The program as a Python function."""
        count = len(self.inputs)
        names = [f"x{i}" for i in range(count)] + [f"v{count + i}" for i in range(len(self))]
        lines = [f"def {name}({', '.join(names[:count])}):"]
        for target, (row, operands) in zip(names[count:], self.instructions, strict=True):
            lines.append(f"    {target} = {_text(row, [names[x] if type(x) is int else _number(x) for x in operands])}")
        return "\n".join([*lines, f"    return {names[-1]}"])

    def script(self) -> str:
        """A complete Python file that computes the result and its gradient at the inputs: to paste and to debug."""
        import autograd_core

        rows = sorted({name for name, _ in self.instructions} - set(OPERATORS))
        public = [name for name in rows if name in autograd_core.__all__]
        own = [f"{name} = FUNCTIONS[{name!r}]" for name in rows if name not in public]
        inputs = [f"x{i}" for i in range(len(self.inputs))]
        numbers = [_number(x) for x in self.inputs]
        text = self.source()
        constants = [f"from math import {c}" for c in ("inf", "nan") if c in text or c in "".join(numbers)]
        return "\n".join([
            *constants, "", f"from autograd_core import {', '.join(['Value', *public])}",
            *(["from autograd_core.functions import FUNCTIONS", *own] if own else []), "", "", text, "", "",
            *(f'{x} = Value({number}, "{x}")' for x, number in zip(inputs, numbers, strict=True)),
            f"y = f({', '.join(inputs)})", "y.backward()", "print(y)",
            *(f"print({x})" for x in inputs), "",
        ]).lstrip("\n")  # fmt: skip

    def __str__(self) -> str:
        return self.source()

    def __repr__(self) -> str:
        inputs = ", ".join(map(_exact, self.inputs))
        steps = ", ".join(f"({', '.join([repr(name), *map(_exact, x)])})" for name, x in self.instructions)
        return f"Program([{inputs}], [{steps}])"

    # Making smaller ---------------------------------------------------------------------------------------

    def pruned(self, result: int | None = None) -> "Program":
        """The same program without the instructions that the result does not depend on; all inputs stay.

        `result` is the register to keep, by default the last one.
        """
        count = len(self.inputs)
        last = count + len(self) - 1 if result is None else result
        needed = {last}
        for register in range(last, count - 1, -1):
            if register in needed:
                needed.update(x for x in self.instructions[register - count].operands if type(x) is int)
        kept = [r for r in range(count, last + 1) if r in needed]
        if len(kept) == len(self):
            return self
        place = {**{i: i for i in range(count)}, **{r: count + i for i, r in enumerate(kept)}}
        return Program(self.inputs, [_renamed(self.instructions[r - count], place) for r in kept])

    def simpler(self) -> Iterator["Program"]:
        """Programs that are a little simpler, the boldest first: shorter ones, then ones with plainer numbers."""
        count = len(self.inputs)
        half = len(self) // 2
        while half:
            yield Program(self.inputs, _items(self.instructions[: len(self) - half])).pruned()
            half //= 2
        for i in range(len(self) - 1, -1, -1):
            registers = sorted({x for x in self.instructions[i].operands if type(x) is int})
            for replacement in registers:
                yield self._without(i, replacement)
            if self.instructions[i].name in TABLE and TABLE[self.instructions[i].name].variadic:
                yield from self._shorter_sequences(i)
        yield from self._with_numbers()
        for i, (name, operands) in enumerate(self.instructions):
            for j, x in enumerate(operands):
                for y in _plainer(x) if type(x) is float else ():
                    yield self._with(i, name, (*operands[:j], y, *operands[j + 1 :]))
        for i, x in enumerate(self.inputs):
            for y in _plainer(x):
                yield Program([*self.inputs[:i], y, *self.inputs[i + 1 :]], _items(self.instructions))
        yield from self._without_input(count)

    def shrink(self, fails: Callable[["Program"], bool], attempts: int = 10_000) -> "Program":
        """A program as simple as can be found for which `fails` still holds.

        `fails` may raise a `DomainError` where a simpler program leaves its domain: that is no failure. At most
        `attempts` programs are tried.

        Examples
        --------
        >>> program = Program([0.3, 2.0], [("mul", 0, 1), ("tanh", 2), ("add", 3, 0), ("exp", 4)])
        >>> program.shrink(lambda p: any(name == "tanh" for name, _ in p.instructions))
        Program([1.0], [('tanh', 0)])
        """
        best = self
        for _ in range(attempts):
            for candidate in best.simpler():
                attempts -= 1
                if attempts < 0:
                    return best
                try:
                    found = fails(candidate)
                except DomainError:
                    found = False
                if found:
                    best = candidate
                    break
            else:
                return best
        return best

    def _without(self, i: int, replacement: int) -> "Program":
        """The program in which register `replacement` stands for the result of instruction `i`."""
        count = len(self.inputs)
        place = {r: r if r < count + i else r - 1 for r in range(count + len(self))}
        place[count + i] = replacement
        kept = [_renamed(item, place) for j, item in enumerate(self.instructions) if j != i]
        if i == len(self) - 1 and replacement != count + i - 1:  # the result is an earlier register, or an input
            kept = kept[: max(0, replacement - count + 1)]
        return Program(self.inputs, kept).pruned()

    def _shorter_sequences(self, i: int) -> Iterator["Program"]:
        name, operands = self.instructions[i]
        pairs = len(TABLE[name].parameters) > 1
        half = len(operands) // 2
        for j in range(half if pairs else len(operands)):
            fewer = [x for k, x in enumerate(operands) if k != j and not (pairs and k == j + half)]
            if any(type(x) is int for x in fewer):
                yield self._with(i, name, fewer).pruned()

    def _with_numbers(self) -> Iterator["Program"]:
        """Programs in which a result becomes an input, or an operand a constant, with the number it has at the inputs."""
        try:
            values = [float(x) for x in self.registers(self.inputs)]
        except DomainError:
            return
        count = len(self.inputs)
        for i in range(len(self) - 2, -1, -1):
            place = {r: r + (count <= r < count + i) for r in range(count + len(self))}
            place[count + i] = count
            kept = [_renamed(item, place) for j, item in enumerate(self.instructions) if j != i]
            yield Program([*self.inputs, values[count + i]], kept).pruned()
        for i, (name, operands) in enumerate(self.instructions):
            for j, x in enumerate(operands):
                others = operands[:j] + operands[j + 1 :]
                condition = name == "where" and j == 0
                if type(x) is int and not condition and any(type(y) is int for y in others[name == "where" :]):
                    yield self._with(i, name, (*operands[:j], values[x], *operands[j + 1 :])).pruned()

    def _with(self, i: int, name: str, operands: Sequence[Operand]) -> "Program":
        """The program with another instruction in place of number `i`."""
        steps = _items(self.instructions)
        return Program(self.inputs, [*steps[:i], (name, *operands), *steps[i + 1 :]])

    def _without_input(self, count: int) -> Iterator["Program"]:
        used = {x for _, operands in self.instructions for x in operands if type(x) is int}
        for i in range(count):
            if count > 1 and i not in used and (self.instructions or i != count - 1):
                place = {r: r - (r > i) for r in range(count + len(self))}
                kept = [x for j, x in enumerate(self.inputs) if j != i]
                yield Program(kept, [_renamed(item, place) for item in self.instructions])


def _items(instructions: Iterable[Instruction]) -> list[tuple[Any, ...]]:
    return [(name, *operands) for name, operands in instructions]


def _renamed(instruction: Instruction, place: dict[int, int]) -> tuple[Any, ...]:
    return (instruction.name, *(place[x] if type(x) is int else x for x in instruction.operands))


def _plainer(x: float) -> list[float]:
    """Numbers easier to read than `x`."""
    plain = [1.0, 2.0, 0.0, 0.5, -1.0, -2.0, -0.5]
    if x in plain:
        return plain[: plain.index(x)]
    digits = [round(x, n) for n in (0, 1, 2)] if abs(x) < 1e6 else []
    return plain + [y for y in digits if len(repr(y)) < len(repr(x))]


def _instruction(item: Sequence[Any], register: int) -> Instruction:
    """`item` checked as the instruction that fills `register`."""
    name, *operands = item
    row = TABLE.get(name)
    if row is None:
        raise ValueError(f"instruction {item!r}: the table of primitives has no row {name!r}")
    fits = (len(operands) % 2 == 1 if len(row.parameters) > 1 else True) if row.variadic else None
    if fits is False or (fits is None and len(operands) != len(row.parameters)):
        raise ValueError(
            f"instruction {item!r}: {name} takes ({', '.join(row.parameters)}), got {len(operands)} operands"
        )
    for x in operands:
        if type(x) is int:
            if not 0 <= x < register:
                raise ValueError(f"instruction {item!r} fills register {register} and cannot read register {x}")
        elif type(x) is not float:
            raise ValueError(f"instruction {item!r}: an operand is a register (int) or a constant (float), got {x!r}")
    return Instruction(name, tuple(operands))


def _call(m: Any, name: str, operands: list[Any]) -> Any:
    """The operation `name` in the arithmetic of `m`; numbers go through the engine, which does not raise on overflow."""
    numbers = m is ENGINE and all(type(x) is float for x in operands)
    if name in OPERATORS and not numbers and (name != "abs" or hasattr(operands[0], "__abs__")):
        return OPERATORS[name](*operands)
    if name == "where":
        return m.where(operands[0] > 0.0, operands[1], operands[2])
    return getattr(m, name)(*TABLE[name].arguments(operands))


def _text(name: str, operands: list[str]) -> str:
    """The source of one operation."""
    if name in INFIX:
        left, right = (f"({x})" if x.startswith("-") else x for x in operands)
        return f"{left} {INFIX[name]} {right}"
    if name == "neg":
        return f"-{operands[0]}"
    if name == "where":
        return f"where({operands[0]} > 0.0, {operands[1]}, {operands[2]})"
    arguments = [f"[{', '.join(x)}]" if isinstance(x, list) else x for x in TABLE[name].arguments(operands)]
    return f"{name}({', '.join(arguments)})"


def _number(x: float) -> str:
    return repr(float(x))


def _exact(x: Operand) -> str:
    """`x` as source that gives it back without any import."""
    return repr(x) if type(x) is int or math.isfinite(x) else f"float('{x!r}')"
