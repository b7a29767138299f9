"""Checks of the exercises of notebook 10: compiled."""

import math
from typing import Any

import numpy as np

from autograd_core import Value, jit, tanh
from autograd_core.evaluate import NUMBERS
from autograd_core.tape import Tape, passes
from autograd_core.tape.recording import record
from autograd_core.tape.straight_line import functions_of
from autograd_core.tape.tape import Constant, Instruction

from . import exercise, wrong


@exercise(
    "10.1", "x·y is computed once, then its square; the power 0 is the constant 1, and the two sums are additions."
)
def _(answer: Any) -> None:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        wrong(f"Give the number of instructions; got {type(answer).__name__}: {answer!r:.60}.")
    tape, _ = record(lambda x, y: x * y + (y * x) ** 2 + (x * y) ** 0, [2.0, 3.0])
    if answer == len(tape):
        wrong("That counts all entries before the passes: inputs and constants too.")
    if answer == len(tape.instructions()):
        wrong("That is the number of instructions as recorded, before the passes.")
    result = passes.simplified(tape)
    if answer == len(result):
        wrong("Those are all entries that are left, inputs and constants too. How many of them are instructions?")
    if answer != len(result.instructions()):
        wrong(f"{answer} is not right. Which products are the same? What are the powers 2 and 0 lowered to?")


def _huber(x: float) -> tuple[float, float]:
    if abs(x) > 1.0:
        return abs(x) - 0.5, math.copysign(1.0, x)
    return 0.5 * x * x, x


@exercise("10.2", "where(condition, a, b) selects lane by lane, so one program serves all.")
def _(answer: Any) -> None:
    if not callable(answer):
        wrong(f"Give a function, def answer(x): …; got {type(answer).__name__}.")
    x = np.array([-3.0, -1.5, -0.75, 0.0, 0.25, 0.875, 1.25, 4.0])
    compiled = jit(answer)
    values, gradients = compiled.value_and_grad(x)
    if compiled.recorded.guards:
        wrong("There is still a branch of Python in it: the tape has a guard. Select with where(condition, a, b).")
    for point, value, slope in zip(x.tolist(), values, gradients.inputs[0], strict=True):
        expected, steepness = _huber(point)
        if not math.isclose(value, expected, abs_tol=1e-12):
            wrong(f"At x = {point:g} the value is {value:g}, but huber gives {expected:g}.")
        if not math.isclose(slope, steepness, abs_tol=1e-12):
            wrong(f"The value at x = {point:g} is right, but the derivative is {slope:g} and should be {steepness:g}.")


@exercise("10.3", "v1 gets one contribution from v3 and one from v2, and they are added.")
def _(answer: Any) -> None:
    if not callable(answer):
        wrong(f"Give a function, def answer(x, w, seed): …; got {type(answer).__name__}.")
    for x, w, seed in [(0.5, 0.75, 1.0), (-1.0, 0.25, 1.0), (2.0, -0.5, 3.0)]:
        a, b = Value(x), Value(w)
        v1 = b * a
        (v1 * tanh(v1)).backward(seed)
        found = answer(x, w, seed)
        if not isinstance(found, list | tuple) or len(found) != 2:
            wrong(f"Return the pair (d_x, d_w); got {found!r:.60}.")
        d_x, d_w = map(float, found)
        right = (a.grad, b.grad)
        if _near((d_x, d_w), right):
            continue
        if _near((d_w, d_x), right):
            wrong("The two are swapped: return (d_x, d_w), in this order.")
        if _near((d_x * seed, d_w * seed), right):
            wrong("The seed is missing: the adjoint of v3 is seed, and not 1.")
        z = w * x
        direct, through = seed * math.tanh(z), seed * z * (1.0 - math.tanh(z) ** 2)
        for part, missing in ((direct, "v2"), (through, "v3")):
            if _near((d_x, d_w), (part * w, part * x)):
                wrong(f"v1 is read twice, by v2 and by v3. The contribution of {missing} is missing: add with +=.")
        wrong(f"At x = {x:g}, w = {w:g} and seed {seed:g} you give {d_x:.6f}, {d_w:.6f}; it should be "
              f"{right[0]:.6f}, {right[1]:.6f}. Go through the lines from the last one to the first.")  # fmt: skip


def _near(found: tuple[float, float], expected: tuple[float, float]) -> bool:
    return all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in zip(found, expected, strict=True))


PROGRAMS = (
    ("x * 1", lambda x, y: x * 1.0 + y, 1),
    ("1 * x", lambda x, y: 1.0 * x + y, 1),
    ("(x + 1) * 1", lambda x, y: (x + 1.0) * 1.0 + y, 2),
    ("(x * 1) * (1 * y)", lambda x, y: (x * 1.0) * (1.0 * y), 1),
    ("x * 2, where nothing is to be gained", lambda x, y: x * 2.0 + y, 2),
    ("x + 1, which is no product", lambda x, y: (x + 1.0) * y, 2),
    ("x / 1, which is no product", lambda x, y: (x / 1.0) * y, 2),
)


@exercise("10.4", "The product's readers now read the slot of x, and drop_dead takes out what is left of it.")
def _(answer: Any) -> None:
    if not callable(answer):
        wrong(f"Give a function, def answer(builder, slot, instruction): …; got {type(answer).__name__}.")
    for what, f, count in PROGRAMS:
        tape, _ = record(f, [5.0, 7.0])
        result = passes.rewrite(tape, _checked(answer))
        got, expected = _value(result), _value(tape)
        if got != expected:
            wrong(
                f"On {what} the program gives {expected:g} before your pass and {got:g} after it, for x = 5 and y = 7."
            )
        left = len(result.instructions())
        if left > count:
            wrong(f"On {what} there are still {left} instructions, but {count} would do. Look at both operands.")


def _checked(answer: Any) -> Any:
    def visit(builder: Any, slot: int, instruction: Instruction) -> Instruction | int:
        found = answer(builder, slot, instruction)
        if isinstance(found, Instruction):
            return found
        if isinstance(found, bool) or not isinstance(found, int):
            wrong(f"For {instruction.row.name} visit returned {found!r:.60}: return the instruction itself, or a slot.")
        if not 0 <= found < len(builder.entries):
            wrong(f"For {instruction.row.name} visit returned the slot {found}, which the new tape does not have yet: "
                  "take a slot from instruction.operands.")  # fmt: skip
        if isinstance(builder.entries[found], Constant):
            wrong(
                f"For {instruction.row.name} visit returned the slot of a constant, and not that of the other factor."
            )
        return found

    return visit


def _value(tape: Tape) -> float:
    (value,) = functions_of(tape)[0](NUMBERS, [5.0, 7.0], [])
    return float(value)
