"""Elementary functions for the generated kernels, in arithmetic alone, so that a loop over lanes computes many at once.

A call of the C library's functions computes one number, and keeps all else in the loop from being done in vectors. The
errors stay below 1 ulp (`tanh` 2), and below the limits of the rows. Reduction and polynomials of `exp`, `sin` and `cos` are
those of fdlibm (Sun Microsystems, 1993), for which see Cody and Waite, "Software manual for the elementary functions", 1980;
`tanh` near 0 is that of Cephes (Moshier, 1989).

Imports Numba: only generated modules import this one.
"""
# mypy: allow-untyped-calls, allow-untyped-decorators

import math
from typing import Any

import numba
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

LARGEST_ANGLE = 1e6
"""Up to here `small_sin` and `small_cos` are right."""

_inline = numba.njit(fastmath={"contract"}, error_model="numpy", forceinline=True)  # with these flags in any kernel


@intrinsic
def _power_of_two(_: Any, exponent: Any) -> Any:  # noqa: ARG001 - Numba reads the names
    """2 to an exponent from -1022 to 1023."""

    def code(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        integer = ir.IntType(64)
        biased = builder.add(arguments[0], ir.Constant(integer, 1023))
        return builder.bitcast(builder.shl(biased, ir.Constant(integer, 52)), ir.DoubleType())

    return types.float64(types.int64), code


@_inline
def exp(x: float) -> float:
    """The exponential function: 2ᵏ times that of what is left of x, at most half of ln 2."""
    y = min(max(x, -746.0), 710.0)
    n = math.floor(y * 1.4426950408889634 + 0.5)
    high, low = y - n * 6.93147180369123816490e-01, n * 1.90821492927058770002e-10
    r = high - low
    q = 1.0 / 6227020800.0  # Taylor's series: the next term is below 1e-18
    q = q * r + 1.0 / 479001600.0
    q = q * r + 1.0 / 39916800.0
    q = q * r + 1.0 / 3628800.0
    q = q * r + 1.0 / 362880.0
    q = q * r + 1.0 / 40320.0
    q = q * r + 1.0 / 5040.0
    q = q * r + 1.0 / 720.0
    q = q * r + 1.0 / 120.0
    q = q * r + 1.0 / 24.0
    q = q * r + 1.0 / 6.0
    q = q * r + 0.5
    result = 1.0 + (high + (r * r * q - low))
    k = int(n)
    half = k >> 1  # 2ᵏ itself may be no float
    return result * _power_of_two(half) * _power_of_two(k - half) if x == x else x  # type: ignore[call-arg]


@_inline
def tanh(x: float) -> float:
    """Hyperbolic tangent: a rational function near 0, an exponential elsewhere."""
    z = x * x
    p = (-9.64399179425052238628e-1 * z - 9.92877231001918586564e1) * z - 1.61468768441708447952e3
    q = ((z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3) * z + 4.84406305325125486048e3
    near = math.copysign(x + x * (z * (p / q)), x)  # also of zero
    far = math.copysign(1.0 - 2.0 / (exp(2.0 * abs(x)) + 1.0), x)
    return near if abs(x) < 0.625 else far if x == x else x


@_inline
def _difference(a: float, b: float) -> tuple[float, float]:
    """The difference as a sum of two floats (Knuth's two-sum)."""
    high = a - b
    left = a - high
    return high, (a - (high + left)) + (left - b)


@_inline
def _reduced(x: float) -> tuple[int, float, float]:
    """The nearest multiple of π/2, by number, and what is left of x as a sum of two floats."""
    y = x if abs(x) < 2.0 * LARGEST_ANGLE else 0.0
    n = math.floor(y * 6.36619772367581382433e-01 + 0.5)
    a, b = _difference(y - n * 1.57079632673412561417e00, n * 6.07710050630396597660e-11)  # π/2 in parts of 33 bits:
    a, c = _difference(a, n * 2.02226624871116645580e-21)  # these products are exact
    rest = (b + c) - n * 8.47842766036889956997e-32
    high = a + rest
    return int(n), high, (a - high) + rest


@_inline
def _sin(x: float, low: float) -> float:
    """Sine of x + low, from -π/4 to π/4."""
    z = x * x
    r = 2.75573137070700676789e-06 + z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)
    r = 8.33333333332248946124e-03 + z * (-1.98412698298579493134e-04 + z * r)
    v = z * x
    return x - ((z * (0.5 * low - v * r) - low) - v * -1.66666666666666324348e-01)


@_inline
def _cos(x: float, low: float) -> float:
    """Cosine of x + low, from -π/4 to π/4."""
    z = x * x
    r = -2.75573143513906633035e-07 + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)
    r = z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03 + z * (2.48015872894767294178e-05 + z * r)))
    half = 0.5 * z
    w = 1.0 - half
    return w + (((1.0 - w) - half) + (z * r - x * low))


@_inline
def small_sin(x: float) -> float:
    """Sine of an angle of at most `LARGEST_ANGLE`."""
    n, high, low = _reduced(x)
    size = _cos(high, low) if n & 1 else _sin(high, low)
    return x if abs(x) < 1e-9 or x != x else -size if n & 2 else size


@_inline
def small_cos(x: float) -> float:
    """Cosine of an angle of at most `LARGEST_ANGLE`."""
    n, high, low = _reduced(x)
    size = _sin(high, low) if n & 1 else _cos(high, low)
    return (-size if (n + 1) & 2 else size) if x == x else x
