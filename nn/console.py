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
