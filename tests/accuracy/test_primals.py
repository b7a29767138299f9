"""A primal is the function itself, not only something near it in doubles: run on 80 digits it agrees to 60.

Arguments stay moderate here, where mpmath is itself that precise.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import flint
import mpmath
import pytest
from flint import arb

from autograd_core.primitives import TABLE
from tests.accuracy.reference import REFERENCE
from tests.accuracy.sampling import points

MODERATE = 1e6


class HighPrecision:
    """The namespace `m` of mpmath numbers."""

    own: ClassVar[dict[str, Callable[..., Any]]] = {
        "where": lambda condition, a, b: a if condition else b,
        "abs": mpmath.fabs,
        "exp2": lambda x: mpmath.power(2, x),
        "log2": lambda x: mpmath.log(x) / mpmath.log(2),
        "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(mpmath.fabs(x)),
        "prod": mpmath.fprod,
    }

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in self.own:
            return self.own[name]
        function: Callable[..., Any] | None = getattr(mpmath, name, None)
        return function or (lambda *xs: TABLE[name].primal(self, *xs))


@pytest.mark.parametrize("name", TABLE)
def test_a_primal_is_the_function_in_high_precision(name: str) -> None:
    row, m = TABLE[name], HighPrecision()
    with mpmath.workdps(80), flint.ctx.workprec(2600):
        for args in points(row, 200):
            if max(map(abs, args)) > MODERATE or 0.0 in args:  # mpmath raises at 0/0, also on the other side of a where
                continue
            got = mpmath.mpf(row.primal(m, *row.arguments([mpmath.mpf(x) for x in args])))
            result = REFERENCE[name](*map(arb, args))[0]
            true, scale = result if isinstance(result, tuple) else (result, result)
            error = abs(true - arb(mpmath.nstr(got, 100)))
            assert error <= abs(scale) * arb(2) ** -200 + arb(2) ** -4000, f"{name}{args} gives {got}"
