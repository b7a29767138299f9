"""The errors of the engine: each message says what was wrong, where, and what to do."""


class DomainError(ValueError):
    """An operation was asked for a point outside its domain, e.g. ``log(-1.0)``."""


class DivisionByZeroError(DomainError, ZeroDivisionError):
    """A division by zero, or zero to a negative power: a `DomainError` that ``except ZeroDivisionError`` catches too."""
