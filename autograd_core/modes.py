"""What recording does in this thread: `no_grad` stops it, `trace_lines` makes it remember the user's source lines."""

import threading
from contextlib import ContextDecorator
from types import TracebackType
from typing import Any


class _State(threading.local):
    recording = True
    tracing = False

    def __init__(self) -> None:
        self.saved: list[bool] = []  # what the open blocks of this thread have to put back

    recorder: Any = None  # who records the program that is running, for `jit`


state = _State()
in_use = 0
"""How many ``with`` blocks of any thread are open: while it is 0, operations need not look at `state`."""

_lock = threading.Lock()


class _Mode(ContextDecorator):
    """A ``with`` block, or a decorator of functions, that sets one attribute of `state` for this thread."""

    _attribute: str
    _value: bool

    def __enter__(self) -> None:
        state.saved.append(getattr(state, self._attribute))
        setattr(state, self._attribute, self._value)
        count(1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        setattr(state, self._attribute, state.saved.pop())
        count(-1)


def count(change: int) -> None:
    """Count one block more (1) or less (-1) in `in_use`."""
    global in_use  # noqa: PLW0603 - every operation reads it as modes.in_use, the fastest way there is
    with _lock:
        in_use += change


class no_grad(_Mode):  # noqa: N801 - reads as a statement: with no_grad():
    """Compute without recording: in the block, operations give Values without parents.

    It holds for the thread that enters it.

    Examples
    --------
    >>> from autograd_core import Value, no_grad
    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.parents
    (4.0, ())
    """

    _attribute, _value = "recording", False


class recording(_Mode):  # noqa: N801 - reads as a statement: with recording():
    """Record as usual, also where a `no_grad` around the block says otherwise."""

    _attribute, _value = "recording", True


class trace_lines(_Mode):  # noqa: N801 - reads as a statement: with trace_lines():
    """Remember, for every Value made in the block, the file and line of the user's code that made it (`Value.line`)."""

    _attribute, _value = "tracing", True
