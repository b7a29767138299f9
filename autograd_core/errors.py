"""The errors of the engine: each message says what was wrong, where, and what to do."""


class DomainError(ValueError):
    """An operation was asked for a point outside its domain, e.g. ``log(-1.0)``."""


class DivisionByZeroError(DomainError, ZeroDivisionError):
    """A division by zero, or zero to a negative power: a `DomainError` that ``except ZeroDivisionError`` catches too."""


class GradientMismatch(AssertionError):  # noqa: N818 - the name says what happened
    """A derivative that the values of the function contradict, found by `gradcheck`.

    Attributes
    ----------
    report
        The whole report.
    input
        The name of the input whose derivative is wrong.
    reverse, numerical, error
        The derivative by the reverse sweep, by differences, and their distance.
    near_kink
        Whether a kink of the function is near.
    kind
        What kind of mistake it looks like.
    """

    def __init__(
        self, message: str, report: object, input: str, reverse: float, numerical: float, near_kink: bool, kind: str
    ) -> None:
        super().__init__(message)
        self.report, self.input, self.near_kink, self.kind = report, input, near_kink, kind
        self.reverse, self.numerical, self.error = reverse, numerical, abs(reverse - numerical)

    def __reduce__(self) -> tuple[object, ...]:
        fields = (self.report, self.input, self.reverse, self.numerical, self.near_kink, self.kind)
        return type(self), (*self.args, *fields)
