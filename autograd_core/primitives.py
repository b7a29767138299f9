"""THE table of primitives: one row per operation, and a row says everything known about it.

A row is written once, in the arithmetic of a namespace `m`, and interpreted in many: `m` can be floats
(`ieee.py`), Values (`functions.py`, for derivatives of derivatives), symbols (`symbolic.py`, for source text
and formulas), arrays, or arbitrary precision (the tests). Rules therefore use only

- the operators ``+ - * / **`` and unary minus,
- the comparisons ``< <= > >=`` as the condition of ``m.where(condition, a, b)``,
- ``m.name(...)`` for the operations of this table, and
- `UNSELECTED`, the partial of an edge that is not taken.

``m.where`` is lazy in scalar code, so a side that is not taken cannot fail. A partial is differentiated again for
higher derivatives, so a smooth function has no ``abs``, switch or kink in its rule that a derivative could see:
both sides of a switch must be the same analytic function. ``m.floor`` may serve as a constant, to split a number.

Adding an operation is adding a row. A primitive earns its row by accuracy, speed or meaning to a reader;
everything else is a composite in plain code (`composites.py`). Formulas longer than a line stand in `rules.py`.
"""

import math

from .domains import ABOVE_MINUS_ONE, AT_LEAST_ONE, NONNEGATIVE, NONZERO, OPEN_UNIT, POSITIVE, REAL, UNIT
from .errors import DomainError
from .row import UNSELECTED, Primitive
from .rules import (
    INF,
    LARGEST,
    LN2,
    ONE_OVER_SQRT_2PI,
    TWO_OVER_SQRT_PI,
    cube_root,
    logaddexp,
    logistic,
    logistic_slope,
    logsumexp,
    one_minus_square,
    outside_pow,
    over_norm,
    over_square,
    over_square_norm,
    power_dp,
    power_dx,
    sigmoid_of_difference,
    softmax,
    times_bell,
    times_exp,
    twice_normal_cdf,
)

# fmt: off
ROWS = (
    # Arithmetic ----------------------------------------------------------------------------------------------
    Primitive("add", lambda m, x, y: x + y,
              (lambda m, x, y, out: 1.0, lambda m, x, y, out: 1.0),
              (REAL, REAL), "Sum of two numbers.", symbol="+", traits=("smooth", "commutative", "linear")),
    Primitive("sub", lambda m, x, y: x - y,
              (lambda m, x, y, out: 1.0, lambda m, x, y, out: -1.0),
              (REAL, REAL), "Difference of two numbers.", symbol="-", traits=("smooth", "linear")),
    Primitive("mul", lambda m, x, y: x * y,
              (lambda m, x, y, out: y, lambda m, x, y, out: x),
              (REAL, REAL), "Product of two numbers.", symbol="*", traits=("smooth", "commutative")),
    Primitive("div", lambda m, x, y: x / y,
              (lambda m, x, y, out: 1.0 / y, lambda m, x, y, out: over_square(m, -x, y, -out)),
              (REAL, NONZERO), "Quotient of two numbers.", symbol="/", traits=("smooth",),
              textbook=(lambda m, x, y, out: 1.0 / y, lambda m, x, y, out: -x / y**2.0)),
    Primitive("neg", lambda m, x: -x,
              (lambda m, x, out: -1.0,),
              (REAL,), "The number with the opposite sign.", symbol="-", traits=("smooth", "linear", "odd")),
    # ulp: two powers near overflow and underflow
    Primitive("pow", lambda m, x, p: x**p,
              (power_dx, power_dp),
              (REAL, REAL), "x to the power p; a negative x needs an integer p, and then has no derivative by p.",
              symbol="**", at={(0.0, 0.0): (0.0, 0.0)}, outside=outside_pow,
              textbook=(lambda m, x, p, out: p * x ** (p - 1.0), lambda m, x, p, out: x**p * m.log(x)), ulp=4.0),
    # floor(x/y) would be one off where x/y rounds up to an integer; out/y takes the fraction off first
    Primitive("mod", lambda m, x, y: x % y,
              (lambda m, x, y, out: 1.0, lambda m, x, y, out: -m.floor(x / y - out / y + 0.5)),
              (REAL, NONZERO), "Remainder of the floored division, with the sign of y as in Python.", symbol="%",
              kinks=lambda m, x, y: (x / y - m.floor(x / y + 0.5),),
              textbook=(lambda m, x, y, out: 1.0, lambda m, x, y, out: -m.floor(x / y))),
    Primitive("abs", lambda m, x: m.abs(x),
              (lambda m, x, out: m.sign(x),),
              (REAL,), "Absolute value.", symbol="|x|", traits=("even",), kinks=lambda m, x: (x,)),
    # Exponentials, logarithms, roots -------------------------------------------------------------------------
    Primitive("exp", lambda m, x: m.exp(x),
              (lambda m, x, out: out,),
              (REAL,), "The exponential function.", traits=("smooth", "increasing")),
    Primitive("expm1", lambda m, x: m.expm1(x),
              (lambda m, x, out: m.exp(x),),
              (REAL,), "exp(x) - 1 without cancellation near 0.", traits=("smooth", "increasing")),
    # the derivative is smaller than the value and overflows later
    Primitive("exp2", lambda m, x: m.exp2(x),
              (lambda m, x, out: m.where(x < 1024.0, out * LN2, m.exp2(x - 1.0) * (2.0 * LN2)),),
              (REAL,), "Two to the power x.", traits=("smooth", "increasing"),
              textbook=(lambda m, x, out: out * m.log(2.0),)),
    Primitive("log", lambda m, x: m.log(x),
              (lambda m, x, out: 1.0 / x,),
              (POSITIVE,), "Natural logarithm.", traits=("smooth", "increasing")),
    Primitive("log1p", lambda m, x: m.log1p(x),
              (lambda m, x, out: 1.0 / (1.0 + x),),
              (ABOVE_MINUS_ONE,), "log(1 + x) without cancellation near 0.", traits=("smooth", "increasing")),
    Primitive("log2", lambda m, x: m.log2(x),
              (lambda m, x, out: 1.4426950408889634 / x,),
              (POSITIVE,), "Logarithm to the base 2.", traits=("smooth", "increasing"),
              textbook=(lambda m, x, out: 1.0 / (x * m.log(2.0)),)),  # 1/log(2)
    Primitive("log10", lambda m, x: m.log10(x),
              (lambda m, x, out: 0.4342944819032518 / x,),
              (POSITIVE,), "Logarithm to the base 10.", traits=("smooth", "increasing"),
              textbook=(lambda m, x, out: 1.0 / (x * m.log(10.0)),)),  # 1/log(10)
    Primitive("sqrt", lambda m, x: m.sqrt(x),
              (lambda m, x, out: 0.5 / out,),
              (NONNEGATIVE,), "Square root.", traits=("smooth", "increasing"),
              textbook=(lambda m, x, out: 1.0 / (2.0 * out),)),
    # fewer roundings than 1/(3·out²); ulp: three quotients
    Primitive("cbrt", cube_root,
              (lambda m, x, out: out / x / 3.0,),
              (REAL,), "Cube root, also of negative numbers.", traits=("odd", "increasing"),
              at={(0.0,): (INF,), (INF,): (0.0,), (-INF,): (0.0,)},
              textbook=(lambda m, x, out: 1.0 / (3.0 * out**2.0),), ulp=2.5),
    Primitive("square", lambda m, x: x * x,
              (lambda m, x, out: 2.0 * x,),
              (REAL,), "x times x.", traits=("smooth", "even")),
    # Trigonometric and hyperbolic functions ------------------------------------------------------------------
    Primitive("sin", lambda m, x: m.sin(x),
              (lambda m, x, out: m.cos(x),),
              (REAL,), "Sine of an angle in radians.", traits=("smooth", "odd")),
    Primitive("cos", lambda m, x: m.cos(x),
              (lambda m, x, out: -m.sin(x),),
              (REAL,), "Cosine of an angle in radians.", traits=("smooth", "even")),
    Primitive("tan", lambda m, x: m.tan(x),
              (lambda m, x, out: 1.0 + out * out,),
              (REAL,), "Tangent of an angle in radians.", traits=("odd",)),
    Primitive("asin", lambda m, x: m.asin(x),
              (lambda m, x, out: 1.0 / m.sqrt(one_minus_square(m, x)),),
              (UNIT,), "Angle in [-pi/2, pi/2] whose sine is x.", traits=("smooth", "odd", "increasing"),
              textbook=(lambda m, x, out: 1.0 / m.sqrt(1.0 - x**2.0),)),
    Primitive("acos", lambda m, x: m.acos(x),
              (lambda m, x, out: -1.0 / m.sqrt(one_minus_square(m, x)),),
              (UNIT,), "Angle in [0, pi] whose cosine is x.", traits=("smooth",),
              textbook=(lambda m, x, out: -1.0 / m.sqrt(1.0 - x**2.0),)),
    # the square would overflow
    Primitive("atan", lambda m, x: m.atan(x),
              (lambda m, x, out: m.where(m.abs(x) < 2.0**40, 1.0 / (1.0 + x * x), 1.0 / x / x),),
              (REAL,), "Angle in [-pi/2, pi/2] whose tangent is x.", traits=("smooth", "odd", "increasing"),
              textbook=(lambda m, x, out: 1.0 / (1.0 + x**2.0),)),
    Primitive("atan2", lambda m, y, x: m.atan2(y, x),
              (lambda m, y, x, out: over_square_norm(m, x, x, y), lambda m, y, x, out: over_square_norm(m, -y, x, y)),
              (REAL, REAL), "Angle in [-pi, pi] of the point (x, y), seen from the origin.",
              at={(0.0, 0.0): (0.0, 0.0)}, kinks=lambda m, y, x: (m.where(x < 0.0, y, 1.0),),
              textbook=(lambda m, y, x, out: x / (x**2.0 + y**2.0), lambda m, y, x, out: -y / (x**2.0 + y**2.0)),
              ulp=2.5),  # the branch cut: the value jumps by 2π; ulp: two squares, their sum and the quotient
    Primitive("sinh", lambda m, x: m.sinh(x),
              (lambda m, x, out: m.cosh(x),),
              (REAL,), "Hyperbolic sine.", traits=("smooth", "odd", "increasing")),
    Primitive("cosh", lambda m, x: m.cosh(x),
              (lambda m, x, out: m.sinh(x),),
              (REAL,), "Hyperbolic cosine.", traits=("smooth", "even")),
    # 1-out² loses all digits in the tails
    # ulp: the C library's tanh; the partial is a sigmoid's
    Primitive("tanh", lambda m, x: m.tanh(x),
              (lambda m, x, out:
                  4.0 * logistic_slope(m, 2.0 * x, out, m.sigmoid(m.where(x < 0.0, 2.0 * x, -2.0 * x))),),
              (REAL,), "Hyperbolic tangent.", traits=("smooth", "odd", "increasing"),
              textbook=(lambda m, x, out: 1.0 - out**2.0,), ulp=2.5),
    Primitive("asinh", lambda m, x: m.asinh(x),
              (lambda m, x, out: 1.0 / m.hypot(1.0, x),),
              (REAL,), "Inverse of the hyperbolic sine.", traits=("smooth", "odd", "increasing"),
              textbook=(lambda m, x, out: 1.0 / m.sqrt(1.0 + x**2.0),)),
    # ulp: the partial: a product, a root and a quotient
    Primitive("acosh", lambda m, x: m.acosh(x),
              (lambda m, x, out: m.where(
                  x < 2.0**40, 1.0 / m.sqrt(m.where(x < 2.0, (x - 1.0) * (x + 1.0), x * x - 1.0)), 1.0 / x),),
              (AT_LEAST_ONE,), "Inverse of the hyperbolic cosine.", traits=("smooth", "increasing"),
              textbook=(lambda m, x, out: 1.0 / m.sqrt(x**2.0 - 1.0),), ulp=2.5),
    Primitive("atanh", lambda m, x: m.atanh(x),
              (lambda m, x, out: 1.0 / one_minus_square(m, x),),
              (OPEN_UNIT,), "Inverse of the hyperbolic tangent.", traits=("smooth", "odd", "increasing"),
              textbook=(lambda m, x, out: 1.0 / (1.0 - x**2.0),)),
    # Activations ---------------------------------------------------------------------------------------------
    Primitive("sigmoid", logistic,
              (lambda m, x, out: logistic_slope(m, x, m.tanh(0.5 * x), m.where(x < 0.0, out, m.sigmoid(-x))),),
              (REAL,), "The logistic function 1/(1 + exp(-x)).", traits=("smooth", "increasing"),
              textbook=(lambda m, x, out: out * (1.0 - out),), ulp=2.5),  # ulp: the exponential, and s−s² of it
    Primitive("log_sigmoid", lambda m, x: m.where(x < 0.0, x - m.log1p(m.exp(x)), -m.log1p(m.exp(-x))),
              (lambda m, x, out: m.sigmoid(-x),),
              (REAL,), "Logarithm of the logistic function.", traits=("smooth", "increasing")),
    Primitive("softplus", lambda m, x: m.where(x > 0.0, x + m.log1p(m.exp(-x)), m.log1p(m.exp(x))),
              (lambda m, x, out: m.sigmoid(x),),
              (REAL,), "log(1 + exp(x)), a smooth relu.", traits=("smooth", "increasing")),
    Primitive("relu", lambda m, x: m.where(x <= 0.0, 0.0, x),
              (lambda m, x, out: m.where(x <= 0.0, UNSELECTED, 1.0),),
              (REAL,), "The positive part of x.", kinks=lambda m, x: (x,)),
    Primitive("leaky_relu", lambda m, x, slope=0.01: m.where(x <= 0.0, slope * x, x),
              (lambda m, x, slope, out: m.where(x <= 0.0, slope, 1.0),
               lambda m, x, slope, out: m.where(x <= 0.0, x, UNSELECTED)),
              (REAL, REAL), "x, or slope * x where x is negative.", kinks=lambda m, x, slope: (x,)),
    Primitive("elu", lambda m, x, alpha=1.0: m.where(x <= 0.0, alpha * m.expm1(x), x),
              (lambda m, x, alpha, out: m.where(x <= 0.0, times_exp(m, alpha, x), 1.0),
               lambda m, x, alpha, out: m.where(x <= 0.0, m.expm1(x), UNSELECTED)),
              (REAL, REAL), "x, or alpha * (exp(x) - 1) where x is negative.", kinks=lambda m, x, alpha: (x,),
              textbook=(lambda m, x, alpha, out: m.where(x <= 0.0, alpha * m.exp(x), 1.0),
                        lambda m, x, alpha, out: m.where(x <= 0.0, m.expm1(x), 0.0)),
              ulp=3.0),  # ulp: two exponentials where one would underflow
    Primitive("gelu", lambda m, x: m.where(x < -LARGEST, 0.0, 0.5 * x * twice_normal_cdf(m, x)),
              (lambda m, x, out: 0.5 * twice_normal_cdf(m, x) + times_bell(m, x * ONE_OVER_SQRT_2PI, x, 0.5),),
              (REAL,), "x times the normal distribution function of x (exact, not the tanh approximation).",
              traits=("smooth",),
              textbook=(lambda m, x, out:
                        0.5 * (1.0 + m.erf(x / m.sqrt(2.0))) + x * m.exp(-(x**2.0) / 2.0) / m.sqrt(2.0 * math.pi),),
              ulp=4.0),  # ulp: the C library's erfc; where 2Φ is subnormal, its digits
    # ulp: sigmoids, a sum and two products
    Primitive("silu", lambda m, x: m.where(x < -40.0, times_exp(m, x, x) / (1.0 + m.exp(x)), x / (1.0 + m.exp(-x))),
              (lambda m, x, out:
                  m.where(x < -40.0, times_exp(m, 1.0 + x, x), m.sigmoid(x) * (1.0 + x * m.sigmoid(-x))),),
              (REAL,), "x times its sigmoid.", traits=("smooth",), at={(INF,): (1.0,)},
              textbook=(lambda m, x, out: m.sigmoid(x) * (1.0 + x * (1.0 - m.sigmoid(x))),), ulp=4.0),
    # Selections ----------------------------------------------------------------------------------------------
    Primitive("step", lambda m, x, k=0.0: m.where(x >= k, 1.0, m.where(x < k, 0.0, x - k)),
              (lambda m, x, k, out: UNSELECTED, lambda m, x, k, out: UNSELECTED),
              (REAL, REAL), "0 where x is below k, 1 from there on.", kinks=lambda m, x, k: (x - k,)),
    Primitive("sign", lambda m, x: m.where(x > 0.0, 1.0, m.where(x < 0.0, -1.0, x)),
              (lambda m, x, out: UNSELECTED,),
              (REAL,), "-1, 0 or 1: the sign of x.", traits=("odd",), kinks=lambda m, x: (x,)),
    Primitive("floor", lambda m, x: m.floor(x),
              (lambda m, x, out: UNSELECTED,),
              (REAL,), "The largest integer not above x, as a float.", kinks=lambda m, x: (x - m.floor(x + 0.5),)),
    Primitive("ceil", lambda m, x: m.ceil(x),
              (lambda m, x, out: UNSELECTED,),
              (REAL,), "The smallest integer not below x, as a float.", kinks=lambda m, x: (x - m.floor(x + 0.5),)),
    Primitive("maximum", lambda m, x, y: m.where(x >= y, x, m.where(x < y, y, x + y)),
              (lambda m, x, y, out: m.where(x > y, 1.0, m.where(x < y, UNSELECTED, 0.5)),
               lambda m, x, y, out: m.where(x < y, 1.0, m.where(x > y, UNSELECTED, 0.5))),
              (REAL, REAL), "The larger of two numbers; at a tie each takes half of the derivative.",
              traits=("commutative",), kinks=lambda m, x, y: (x - y,)),
    Primitive("minimum", lambda m, x, y: m.where(x <= y, x, m.where(x > y, y, x + y)),
              (lambda m, x, y, out: m.where(x < y, 1.0, m.where(x > y, UNSELECTED, 0.5)),
               lambda m, x, y, out: m.where(x > y, 1.0, m.where(x < y, UNSELECTED, 0.5))),
              (REAL, REAL), "The smaller of two numbers; at a tie each takes half of the derivative.",
              traits=("commutative",), kinks=lambda m, x, y: (x - y,)),
    Primitive("clip", lambda m, x, low, high: m.minimum(m.maximum(x, low), high),
              (lambda m, x, low, high, out: m.where(x < low, UNSELECTED, m.where(
                  x > high, UNSELECTED, m.where(x > low, m.where(x < high, 1.0, 0.5), 0.5))),
               lambda m, x, low, high, out: m.where(x < low, 1.0, m.where(x > low, UNSELECTED, 0.5)),
               lambda m, x, low, high, out: m.where(x > high, 1.0, m.where(x < high, UNSELECTED, 0.5))),
              (REAL, REAL, REAL), "x brought into the interval from low to high.",
              kinks=lambda m, x, low, high: (x - low, x - high),
              outside=lambda x, low, high: (1, "must not exceed the upper bound", DomainError) if low > high else None),
    Primitive("where", lambda m, condition, a, b: m.where(condition, a, b),
              (lambda m, condition, a, b, out: UNSELECTED,
               lambda m, condition, a, b, out: m.where(condition, 1.0, UNSELECTED),
               lambda m, condition, a, b, out: m.where(condition, UNSELECTED, 1.0)),
              (REAL, REAL, REAL), "a where the condition holds, else b.", traits=("selection",)),
    # Several arguments ---------------------------------------------------------------------------------------
    Primitive("hypot", lambda m, x, y: m.hypot(x, y),
              (lambda m, x, y, out: over_norm(m, x, x, y, out), lambda m, x, y, out: over_norm(m, y, x, y, out)),
              (REAL, REAL), "Length of the hypotenuse: the square root of x² + y² without overflow.",
              traits=("commutative",), at={(0.0, 0.0): (0.0, 0.0)},
              textbook=(lambda m, x, y, out: x / out, lambda m, x, y, out: y / out)),
    # ulp: two exponentials where one would underflow
    Primitive("erf", lambda m, x: m.erf(x),
              (lambda m, x, out: times_bell(m, TWO_OVER_SQRT_PI, x, 1.0),),
              (REAL,), "The error function.", traits=("smooth", "odd", "increasing"),
              textbook=(lambda m, x, out: 2.0 / m.sqrt(math.pi) * m.exp(-(x**2.0)),), ulp=2.5),
    # ulp: the C library's erfc
    Primitive("erfc", lambda m, x: m.erfc(x),
              (lambda m, x, out: times_bell(m, -TWO_OVER_SQRT_PI, x, 1.0),),
              (REAL,), "1 - erf(x) without cancellation.", traits=("smooth",),
              textbook=(lambda m, x, out: -2.0 / m.sqrt(math.pi) * m.exp(-(x**2.0)),), ulp=4.0),
    # ulp: an exponential, a logarithm and a sum
    Primitive("logaddexp", logaddexp,
              (lambda m, x, y, out: sigmoid_of_difference(m, x, y),
               lambda m, x, y, out: sigmoid_of_difference(m, y, x)),
              (REAL, REAL), "log(exp(x) + exp(y)) without overflow.", traits=("smooth", "commutative"),
              at={(INF, INF): (0.5, 0.5), (-INF, -INF): (0.5, 0.5)},
              textbook=(lambda m, x, y, out: m.sigmoid(x - y), lambda m, x, y, out: m.sigmoid(y - x)), ulp=3.0),
    Primitive("fsum", lambda m, xs: m.fsum(xs),
              (lambda m, xs, out: [1.0 for _ in xs],),
              (REAL,), "Sum of a sequence, rounded once.", traits=("variadic", "smooth", "linear", "commutative")),
    # ulp: each factor rounds once more; this is for up to eight
    Primitive("prod", lambda m, xs: m.prod(xs),
              (lambda m, xs, out: m.leave_one_out(xs),),
              (REAL,), "Product of a sequence, without overflow on the way.",
              traits=("variadic", "smooth", "commutative"),
              textbook=(lambda m, xs, out: [m.prod([*xs[:i], *xs[i + 1 :]]) for i in range(len(xs))],), ulp=4.0),
    # ulp: an exponential, two sums and a logarithm or quotient
    Primitive("logsumexp", logsumexp,
              (lambda m, xs, out: softmax(m, xs),),
              (REAL,), "Logarithm of the sum of the exponentials of a sequence, without overflow.",
              traits=("variadic", "smooth", "commutative"),
              textbook=(lambda m, xs, out: [m.exp(x - out) for x in xs],), ulp=3.0),
    Primitive("dot", lambda m, weights, inputs, bias=0.0:
                  m.fsum([w * x for w, x in zip(weights, inputs, strict=True)] + [bias]),
              (lambda m, weights, inputs, bias, out: [*inputs, *weights, 1.0],),
              (REAL,), "Weighted sum of the inputs plus a bias, summed exactly.", traits=("sequences", "smooth")),
)
# fmt: on

TABLE: dict[str, Primitive] = {row.name: row for row in ROWS}
"""Every primitive by name, in the order of definition."""
