"""Hypothesis strategies made from the rows of the table: operands, Values and programs."""

import random
from collections.abc import Iterable
from functools import lru_cache

from hypothesis import reject
from hypothesis import strategies as st

from ..domains import REAL, Interval
from ..row import Primitive
from ..value import Value
from . import sampling
from .generator import Kind, random_program
from .programs import Program
from .sampling import Near, Point, row_of

DRAWN_SIZE = 40
"""Programs up to this size are drawn choice by choice and shrink well; longer ones come from a drawn seed."""


_integers = lru_cache(maxsize=1024)(st.integers)  # to make and validate a strategy costs more than to draw from it
_floats = lru_cache(maxsize=1024)(st.floats)


class _Drawn:
    """`sampling.Choices` made by Hypothesis, so that it can replay and shrink them."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def randrange(self, stop: int, /) -> int:
        return self._draw(_integers(0, stop - 1)) if stop > 1 else 0

    def uniform(self, a: float, b: float, /) -> float:
        return self._draw(_floats(a, b))


def operands(
    row: Primitive | str,
    near: Near = "interior",
    *,
    infinite: bool = False,
    nan: bool = False,
    lengths: tuple[int, int] = (1, 5),
) -> st.SearchStrategy[Point]:
    """Tuples of operands in the domain of a row.

    Parameters
    ----------
    row
        A row of the table, or its name.
    near
        ``"interior"``: of moderate size, away from kinks and ends of the domain, where a numerical derivative exists;
        ``"kinks"``: where the derivative jumps or is a convention (ties, bounds, integers for floor), and beside;
        ``"edges"``: ends of the domain, ±0.0, subnormal and huge numbers, thresholds of overflow, any magnitude;
        ``"anywhere"``: any of them.
    infinite, nan
        Whether edges include ±inf and nan.
    lengths
        The least and the largest length of a sequence, for a row that takes one. Its operands come flat, as
        `Primitive.arguments` takes them.

    Raises
    ------
    ValueError
        If `near` is ``"kinks"`` and the row has none.

    Examples
    --------
    >>> from hypothesis import given
    >>> from autograd_core import log
    >>> @given(operands("log", near="edges"))
    ... def test_log_never_returns_nan(x):
    ...     assert log(*x) == log(*x)
    >>> test_log_never_returns_nan()
    """
    found = row_of(row)
    if near == "kinks" and not sampling.has_kinks(found):
        raise ValueError(f'{found.name} has no kinks and no conventions: use near="interior" or near="edges"')

    @st.composite
    def points(draw: st.DrawFn) -> Point:
        try:
            return sampling.point(_Drawn(draw), found, near, infinite=infinite, nan=nan, lengths=lengths)
        except sampling.NotFoundError:
            reject()

    return points()


def outside_domain(row: Primitive | str, lengths: tuple[int, int] = (1, 5)) -> st.SearchStrategy[Point]:
    """Tuples of operands where a row is not defined: each must raise a `DomainError`.

    Raises
    ------
    ValueError
        If the row is defined for all real numbers.

    Examples
    --------
    >>> from hypothesis import given
    >>> from autograd_core.domains import POSITIVE
    >>> @given(outside_domain("log"))
    ... def test_outside(x):
    ...     assert x[0] not in POSITIVE
    >>> test_outside()
    """
    found = row_of(row)
    if not sampling.has_outside(found):
        raise ValueError(f"{found.name} is defined for all real numbers: there is no point outside of its domain")

    @st.composite
    def points(draw: st.DrawFn) -> Point:
        try:
            return sampling.outside_point(_Drawn(draw), found, lengths)
        except sampling.NotFoundError:
            reject()

    return points()


def numbers(domain: Interval = REAL, near: Near = "interior") -> st.SearchStrategy[float]:
    """Numbers of an interval: of moderate size inside it, or ``near="edges"`` or ``"anywhere"`` as in `operands`."""
    if near == "kinks":
        raise ValueError('an interval has no kinks: use near="interior", "edges" or "anywhere"')

    @st.composite
    def drawn(draw: st.DrawFn) -> float:
        rng = _Drawn(draw)
        inside = near == "interior" or (near == "anywhere" and rng.randrange(2) == 0)
        return sampling.interior(rng, domain) if inside else sampling.edge(rng, domain)

    return drawn()


def values(domain: Interval = REAL, near: Near = "interior", label: str = "") -> st.SearchStrategy[Value]:
    """Leaf Values with numbers as in `numbers`; every example gets a new one.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(values(), values())
    ... def test_sum(a, b):
    ...     (a + b).backward()
    ...     assert a.grad == b.grad == 1.0
    >>> test_sum()
    """
    return numbers(domain, near).map(lambda x: Value(x, label))


def programs(
    *,
    kind: Kind = "moderate",
    rows: Iterable[Primitive | str] | None = None,
    min_size: int = 1,
    max_size: int = 20,
    max_inputs: int = 3,
) -> st.SearchStrategy[Program]:
    """Random programs over the operations of the table: expressions, and graphs with shared parts.

    Parameters
    ----------
    kind
        ``"smooth"``: well-conditioned, with no kink, no end of a domain and no `stop_gradient`, so that numerical
        derivatives are reliable; ``"moderate"``: of moderate size, kinks and ties included; ``"edges"``: with inputs
        and constants at the edges of floating point, and results that may be infinite.
    rows
        The operations that may occur; all of the table by default.
    min_size, max_size
        The number of operations; the strategy aims at `min_size`, and may fall short of it where nothing fits.
    max_inputs
        The largest number of inputs.

    Examples
    --------
    >>> from hypothesis import given
    >>> from autograd_core import Value
    >>> @given(programs(max_size=5))
    ... def test_numbers_and_values_agree(program):
    ...     assert program(*map(Value, program.inputs)).data == program(*program.inputs)
    >>> test_numbers_and_values_agree()
    """
    chosen = None if rows is None else [row_of(row) for row in rows]

    @st.composite
    def drawn(draw: st.DrawFn) -> Program:
        size = draw(st.integers(min_size, max_size))
        inputs = draw(st.integers(1, max_inputs))
        rng: sampling.Choices
        rng = _Drawn(draw) if size <= DRAWN_SIZE else random.Random(draw(st.integers(0, 2**32 - 1)))
        return random_program(rng, size, inputs=inputs, rows=chosen, kind=kind)

    return drawn()
