"""`check_primitive`: everything that follows from a row of the table, checked, and explained where it fails."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..row import Primitive
from . import contract_checks as contract
from . import derivative_checks as derivatives
from .sampling import row_of
from .subject import Subject

CHECKS: dict[str, Callable[[Subject], Iterator[str]]] = {
    "value": contract.check_value,
    "partials": derivatives.check_partials,
    "partials at edges": contract.check_partials_at_edges,
    "textbook formula": derivatives.check_textbook,
    "compiled code": contract.check_compiled,
    "functions": contract.check_functions,
    "forward and reverse mode": derivatives.check_modes,
    "second derivatives": derivatives.check_second_derivatives,
    "kinks": derivatives.check_kinks,
    "conventions": contract.check_conventions,
    "selection": derivatives.check_selection,
    "traits": contract.check_traits,
    "domain errors": contract.check_domain_errors,
    "nan": contract.check_nan,
}
"""The checks by name, in the order in which they run."""


class Finding(NamedTuple):
    """What one check found: its name, and an explanation."""

    check: str
    text: str


class Report(NamedTuple):
    """What `check_primitive` found: the row, the checks that passed, the faults, and remarks that are no faults."""

    row: Primitive
    passed: tuple[str, ...]
    findings: tuple[Finding, ...]
    remarks: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether all checks passed."""
        return not self.findings

    def __str__(self) -> str:
        name = self.row.name
        if self.ok:
            lines = [f"{name} passes all {len(self.passed)} checks: {', '.join(self.passed)}"]
        else:
            failed = len({finding.check for finding in self.findings})
            lines = [f"{name} fails {failed} of {failed + len(self.passed)} checks"]
            lines += [f"\n{finding.check}: {finding.text}" for finding in self.findings]
            lines += [f"\npassed: {', '.join(self.passed) or 'none'}"]
        return "\n".join([*lines, *(f"remark: {remark}" for remark in self.remarks)])


class PrimitiveError(AssertionError):
    """A row that is not what it says; the message explains each fault, `report` holds them."""

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report


def check_primitive(row: Primitive | str | Any, *, points: int = 40, seed: int = 0) -> Report:
    """Check an operation of the table, or one of your own, against everything that follows from its row.

    The value is finite inside the domain and never nan for finite operands; the partials are the derivatives of the
    primal (differences with a bound of their error, and the complex step where the row works on complex numbers);
    the textbook formula equals the careful one; compiled code equals the rules, and the function, method and operator
    equal both; forward and reverse mode agree, and the rules can be differentiated again; jumps are declared as kinks;
    conventions and traits hold; points outside of the domain raise, and nan stays nan.

    Parameters
    ----------
    row
        A row, its name, or the function that `autograd_core.primitive` returned.
    points
        The number of random points of each kind.
    seed
        Another seed gives other points.

    Returns
    -------
    Report
        What was checked; it prints as a summary.

    Raises
    ------
    PrimitiveError
        If a check fails: an ``AssertionError`` that says which check and argument, where, by how much, and what kind
        of mistake it looks like.
    ValueError
        If the table has no such row.

    Notes
    -----
    Points are samples, so a fault at a single point that nothing declares may be missed; and a primal that computes
    something else than its name says is right by these checks if its partials fit.

    Examples
    --------
    >>> from autograd_core.row import Primitive
    >>> from autograd_core.domains import REAL
    >>> wrong = Primitive("cubed", lambda m, x: x * x * x, [lambda m, x, out: x * x], [REAL])
    >>> try:
    ...     check_primitive(wrong)
    ... except PrimitiveError as error:
    ...     print(error.report.findings[0].text.splitlines()[-1].strip())
    it looks like a missing factor 3
    """
    if points < 4:
        raise ValueError(f"check_primitive: points must be at least 4, got {points}")
    subject = Subject(row_of(row), points, seed)
    findings: list[Finding] = []
    passed: list[str] = []
    for name, check in CHECKS.items():
        if name == "second derivatives" and "partials" not in passed:
            continue  # they can only be wrong too
        found = [Finding(name, text) for text in _run(check, subject)]
        findings += found
        passed += [] if found else [name]
    remarks = tuple(_run(contract.note_narrow_domain, subject))
    report = Report(subject.row, tuple(passed), tuple(findings), remarks)
    if findings:
        raise PrimitiveError(report)
    return report


def _run(check: Callable[[Subject], Iterator[str]], subject: Subject) -> list[str]:
    """The faults that `check` finds; an error in the rules themselves is one."""
    try:
        return list(check(subject))
    except Exception as error:  # noqa: BLE001 - a user's rule may raise anything, and that is what is reported
        return [f"the rules of the row raise {type(error).__name__}: {error}"]
