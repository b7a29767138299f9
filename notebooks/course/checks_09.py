"""The checks of the exercises of notebook 09."""

import math
import random
from fractions import Fraction
from numbers import Real
from typing import Any

from autograd_core import Value, gradcheck, maximum, numerical_gradient, sin, tanh
from autograd_core.domains import REAL
from autograd_core.row import Primitive
from autograd_core.testing import PrimitiveError, check_primitive

from . import exercise, wrong
from .trial import on_trial


@exercise("9.1", "It accepts what is right and refuses what is wrong: a test needs both.")
def _(answer: Any) -> None:
    if not callable(answer):
        wrong("give a function of two arguments, a function and a number")
    right = {
        "sin at 0.3": (sin, 0.3),
        "tanh at −1.2": (tanh, -1.2),
        "10⁶·sin(x) at 1": (lambda x: 1e6 * sin(x), 1.0),
        "x³ at 100": (lambda x: x * x * x, 100.0),
        "x² at −0.5": (lambda x: x * x, -0.5),
    }
    for name, (f, x) in right.items():
        if not _verdict(answer(f, x)):
            wrong(
                f"it says no to {name}, where the derivative is right: a difference of size {abs(_slope(f, x)):.0e} "
                "has an error in proportion to its size"
            )
    for name, factor in (("a wrong sign", -1.0), ("a factor of 2", 2.0), ("the fourth digit", 1.0005)):
        for scale in (1.0, 1e6, 1e-3):
            if _accepts_wrong_sine(answer, scale, factor):
                wrong(
                    f"it says yes to a rule that is wrong by {name}, where the function is of size {scale:g}: "
                    "compare relative to the size of the derivative, and by its sign too"
                )


def _accepts_wrong_sine(answer: Any, scale: float, factor: float) -> bool:
    """What a test says of scale·sin(x) with a derivative that is wrong by a factor."""
    rule = lambda m, x, out: scale * factor * m.cos(x)  # noqa: E731
    with on_trial("wrong_sine", lambda m, x: scale * m.sin(x), rule) as f:
        return _verdict(answer(f, 0.4))


def _slope(f: Any, x: float) -> float:
    value = Value(x)
    f(value).backward()
    return value.grad


def _verdict(said: Any) -> bool:
    if type(said).__name__ not in {"bool", "bool_"}:
        wrong(f"the function should return True or False, it returned {type(said).__name__}")
    return bool(said)


@exercise("9.2", "Near the cube root of 2⁻⁵² both parts of the error are small.")
def _(answer: Any) -> None:
    h = _number(answer)
    if not h > 0.0:
        wrong("a step must be positive")
    if 1.0 + h == 1.0:
        wrong("this step is so small that 1 + h is 1: the quotient is 0")
    error = abs(float(numerical_gradient(math.exp, 1.0, h=h)) - math.e)
    if not error < 1e-9:
        truncation = h * h * math.e / 6.0
        which = "too large: the error is truncation" if truncation > 0.5 * error else "too small: the error is rounding"
        wrong(f"with h = {h:.0e} the error is {error:.0e}. The step is {which}")


@exercise("9.3", "x² and x are equal there, and cross at different slopes.")
def _(answer: Any) -> None:
    x = _number(answer)
    found = gradcheck(lambda x: maximum(x * x, x), x).derivatives[0]
    if found.verdict != "kink":
        wrong(
            f"at {x:g} the verdict is {found.verdict!r}: x² is {x * x:g} and x is {x:g}, one of them is clearly larger. "
            "Where are they equal?"
        )


@exercise("9.4", "An exact difference, in units of the distance between doubles.")
def _(answer: Any) -> None:
    if not callable(answer):
        wrong("give a function of two arguments, a float and a Fraction")
    rng = random.Random(0)
    cases = [(0.1, Fraction(1, 10)), (1.0 / 3.0, Fraction(1, 3)), (1000.0, Fraction(1000) + Fraction(1, 10**13))]
    cases += [(x * (1.0 + 2e-15), Fraction(x)) for x in (rng.uniform(-1e6, 1e6) for _ in range(5))]
    for x, exact in cases:
        expected = abs(Fraction(x) - exact) / Fraction(math.ulp(float(exact)))
        given = _number(answer(x, exact))
        if given < 0.0:
            wrong("an error in ulp has no sign: take the distance")
        if given == 0.0 < expected:
            wrong(f"for {x!r} against {exact} it says 0, but a double is rarely exact: subtract fractions, not floats")
        if math.isclose(given, abs(Fraction(x) - exact), rel_tol=1e-6) and not math.isclose(
            given, expected, rel_tol=1e-6
        ):
            wrong("that is the absolute error: divide it by the distance between neighbouring doubles")
        if math.isclose(given, abs(Fraction(x) - exact) / abs(exact), rel_tol=1e-6):
            wrong("that is the relative error: divide by math.ulp of the exact number, not by the number")
        if not math.isclose(given, expected, rel_tol=1e-6):
            wrong(f"for {x!r} against {float(exact)!r} it says {given:g} ulp, but it is {float(expected):g}")


@exercise("9.5", "The chain rule: 1/(1 + x²) times the inner derivative 2x, which is 1 at x = ½ only.")
def _(answer: Any) -> None:
    if not callable(answer):
        wrong("give a rule: lambda m, x, out: …")
    code = getattr(answer, "__code__", None)
    if code is None or code.co_argcount != 3:
        wrong("a rule takes three arguments: the namespace m, the operand x, and the value out")
    row = Primitive("log_of_one_plus_square", lambda m, x: m.log1p(x * x), [answer], [REAL], traits=("even",), ulp=8.0)
    try:
        check_primitive(row, points=20)
    except PrimitiveError as error:
        found = {finding.check: finding.text for finding in error.report.findings}
        if "partials" in found:
            wrong("the values of ln(1 + x²) say something else: " + " ".join(found["partials"].split()))


def _number(x: Any) -> float:
    if isinstance(x, Value):
        x = x.data
    if not isinstance(x, Real) or isinstance(x, bool):
        wrong(f"a number is asked for, not {type(x).__name__}")
    return float(x)
