"""Where an operation is defined, as intervals of the real line, and what happens outside of them.

A row of the table of primitives names one `Interval` per argument. Error messages, the documentation
and the property tests all read the intervals from there.
"""

import math
import threading

from .errors import DivisionByZeroError, DomainError


class Interval:
    """The reals between `low` and `high`; `closed` says which bounds belong to it; `hole` is one point taken out.

    Membership treats an infinite bound as inside (``exp(inf)`` is a value, not an error) and lets nan pass
    (nan in gives nan out).

    >>> Interval(0.0, math.inf, closed="")
    (0, inf)
    >>> 0.0 in Interval(0.0, math.inf, closed="")
    False
    """

    __slots__ = ("closed", "error", "high", "hole", "low")

    def __init__(
        self,
        low: float,
        high: float,
        closed: str = "both",
        hole: float | None = None,
        error: type[DomainError] = DomainError,
    ) -> None:
        self.low, self.high, self.closed, self.hole, self.error = low, high, closed, hole, error

    def __contains__(self, x: float) -> bool:
        below = x < self.low or (x <= self.low and not self.includes_low and self.low > -math.inf)
        above = x > self.high or (x >= self.high and not self.includes_high and self.high < math.inf)
        return not (below or above or x == self.hole)

    @property
    def includes_low(self) -> bool:
        """Whether the lower bound belongs to the interval."""
        return self.closed in ("both", "low")

    @property
    def includes_high(self) -> bool:
        """Whether the upper bound belongs to the interval."""
        return self.closed in ("both", "high")

    def __repr__(self) -> str:
        left = "[" if self.includes_low and self.low > -math.inf else "("
        right = "]" if self.includes_high and self.high < math.inf else ")"
        text = f"{left}{self.low:g}, {self.high:g}{right}"
        return text if self.hole is None else f"{text} without {self.hole:g}"


REAL = Interval(-math.inf, math.inf)
NONZERO = Interval(-math.inf, math.inf, hole=0.0, error=DivisionByZeroError)
POSITIVE = Interval(0.0, math.inf, closed="high")
NONNEGATIVE = Interval(0.0, math.inf)
UNIT = Interval(-1.0, 1.0)
OPEN_UNIT = Interval(-1.0, 1.0, closed="")
AT_LEAST_ONE = Interval(1.0, math.inf)
ABOVE_MINUS_ONE = Interval(-1.0, math.inf, closed="high")


class _Policy(threading.local):
    """What a point outside the domain does in this thread: "raise" a `DomainError`, or give the "ieee" result."""

    mode = "raise"

    def __init__(self) -> None:
        self.saved: list[str] = []  # what the open blocks of this thread have to put back


_policy = _Policy()


class domain_errors:  # noqa: N801 - reads as a statement: with domain_errors("ieee"):
    """Choose, for a ``with`` block and this thread, what a point outside a domain does.

    Parameters
    ----------
    mode
        ``"raise"`` (the default of the engine) raises `DomainError`; ``"ieee"`` returns nan or ±inf
        as IEEE-754 arithmetic does.

    Examples
    --------
    >>> from autograd_core import domain_errors, log
    >>> with domain_errors("ieee"):
    ...     log(0.0), log(-1.0)
    (-inf, nan)
    """

    def __init__(self, mode: str) -> None:
        if mode not in ("raise", "ieee"):
            raise ValueError(f'domain_errors: mode must be "raise" or "ieee", got {mode!r}')
        self._mode = mode

    def __enter__(self) -> None:
        _policy.saved.append(_policy.mode)
        _policy.mode = self._mode

    def __exit__(self, *exception: object) -> None:
        _policy.mode = _policy.saved.pop()


def raises_domain_errors() -> bool:
    """Whether a point outside a domain raises in this thread (see `domain_errors`)."""
    return _policy.mode == "raise"
