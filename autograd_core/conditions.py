"""Comparisons inside a program that is being recorded: their outcome may differ from lane to lane.

Outside of a recording, comparing Values gives a plain ``bool``. While `jit` records a function, it gives a `Condition`,
so that ``where(condition, a, b)`` can select lane by lane, and a Python branch on it is noted as a guard.
The rows here are instructions of recorded programs; nobody calls them by name, so they are not in the table.
"""

from typing import TYPE_CHECKING, Protocol

from .domains import REAL
from .row import UNSELECTED, Primitive

if TYPE_CHECKING:
    from .value import Value

# fmt: off
LESS = Primitive("less", lambda m, x, y: m.where(x < y, 1.0, 0.0),
                 (lambda m, x, y, out: UNSELECTED, lambda m, x, y, out: UNSELECTED),
                 (REAL, REAL), "1 where x is below y, else 0.", symbol="<")
LESS_EQUAL = Primitive("less_equal", lambda m, x, y: m.where(x <= y, 1.0, 0.0),
                       (lambda m, x, y, out: UNSELECTED, lambda m, x, y, out: UNSELECTED),
                       (REAL, REAL), "1 where x is not above y, else 0.", symbol="<=")
STOP_GRADIENT = Primitive("stop_gradient", lambda m, x: x, (lambda m, x, out: UNSELECTED,),
                          (REAL,), "x without a derivative: what `Value.detach` is in a recorded program.", traits=("constant",))
# fmt: on
RECORDED_ROWS = {row.name: row for row in (LESS, LESS_EQUAL, STOP_GRADIENT)}
"""The rows that only recorded programs have, by name."""


class Recorder(Protocol):
    """Who records: it is told of every branch."""

    def guard(self, condition: "Value", outcome: bool) -> None:
        """Note that Python branched on `condition`, which came out as `outcome`."""


class Condition:
    """The result of a comparison in a recorded program: `value` is a node that holds 1.0 or 0.0."""

    __slots__ = ("recorder", "value")

    def __init__(self, recorder: Recorder, value: "Value") -> None:
        self.recorder, self.value = recorder, value

    def __bool__(self) -> bool:
        outcome = self.value._data != 0.0
        self.recorder.guard(self.value, outcome)
        return outcome

    def __repr__(self) -> str:
        return f"<condition {self.value.op}: {self.value._data != 0.0} in the recorded example>"
