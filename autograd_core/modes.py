"""What recording does in this thread: `no_grad` stops it, `trace_lines` makes it remember the user's source lines."""

import threading
from types import TracebackType


class _State(threading.local):
    recording = True
    tracing = False


state = _State()
in_use = 0
"""How many ``with`` blocks of any thread are open: while it is 0, operations need not look at `state`."""

_lock = threading.Lock()


class _Mode:
    """A ``with`` block that sets one attribute of `state` for this thread."""

    _attribute: str
    _value: bool

    def __init__(self) -> None:
        self._previous: list[bool] = []

    def __enter__(self) -> None:
        self._previous.append(getattr(state, self._attribute))
        setattr(state, self._attribute, self._value)
        _count(1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        setattr(state, self._attribute, self._previous.pop())
        _count(-1)


def _count(change: int) -> None:
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


class trace_lines(_Mode):  # noqa: N801 - reads as a statement: with trace_lines():
    """Remember, for every Value made in the block, the file and line of the user's code that made it (`Value.line`)."""

    _attribute, _value = "tracing", True
