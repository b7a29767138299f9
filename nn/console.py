"""What programs of this package print for people."""

import contextlib
import sys

INTERRUPTED = 130
"""The exit status of a program that Ctrl-C ended, by the custom of shells."""


def say(text: str = "", end: str = "\n") -> None:
    """Print at once; if nobody reads any more, carry on in silence."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(text + end)
        sys.stdout.flush()


def warn(text: str) -> None:
    """Print to the standard error."""
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def counted(n: int, what: str) -> str:
    """A number with what is counted.

    Examples
    --------
    >>> counted(1, "row"), counted(12_000, "row")
    ('1 row', '12,000 rows')
    """
    return f"{n:,} {what}" + ("" if n == 1 else "s")
