"""Every disagreement with another system, and why the engine's result stands.

They were found with PyTorch 2.13, JAX 0.10, HIPS autograd 1.9 and SciPy 1.17. `tests/oracles/test_oracles.py` fails for one
that is not in this list, and for one in the list that no longer occurs; `python -m tests.oracles` prints each with the
worst point and the exact value.
"""

from typing import NamedTuple

CONTRACT = "contract"
ERROR = "their error"


class Reason(NamedTuple):
    """Why results differ: for whom and in what operations; ``tanh`` is a value, ``tanh'`` a derivative, ``*`` all of them.

    `kind` says what is special about the points (see `compare.kind_of`).
    """

    kind: str
    verdict: str
    text: str
    where: dict[str, str]


REASONS = (
    # What the numerical contract promises
    Reason(
        "nan", CONTRACT, "nan in, or inf − inf, 0·inf: the value is nan, and so is every derivative; theirs are those of a number",
        {"torch": "*' sign", "jax": "*'", "autograd": "*'"},
    ),
    Reason(
        "outside", CONTRACT,
        "outside of the domain: an error, or nan and ±inf in IEEE mode; theirs go on with the formula of the derivative",
        {"torch": "*'", "jax": "*' div", "autograd": "*'"},
    ),
    Reason("kink", CONTRACT, "at a bound the derivative is ½ each; theirs goes to one side, or is split once more",
           {"torch": "clip'", "jax": "clip'", "autograd": "clip'"}),
    Reason("infinity", CONTRACT, "at a bound the derivative is ½ each, also at an infinite one",
           {"torch": "clip'", "jax": "clip'", "autograd": "clip'"}),
    Reason("digits", CONTRACT, "where both bounds are the same, the result follows the one that x is beyond",
           {"torch": "clip'", "jax": "clip'"}),
    Reason("kink", CONTRACT, "the derivative of |x| at 0 is 0", {"jax": "abs'"}),
    Reason("kink", CONTRACT, "the derivative of leaky_relu at 0 is the slope of the negative side", {"jax": "leaky_relu'"}),
    Reason("kink", CONTRACT, "the derivatives at the origin are 0", {"torch": "hypot'", "jax": "hypot' atan2'", "autograd": "atan2'"}),
    Reason("kink", CONTRACT, "the derivative of x**p by x at (0, 0) is 0", {"jax": "pow'"}),
    Reason("infinity", CONTRACT, "equal infinite terms have equal weights", {
        "torch": "logaddexp' logsumexp'", "jax": "logaddexp' logsumexp'", "autograd": "logsumexp'", "scipy": "logsumexp'",
    }),
    # What others get wrong: formulas that subtract, overflow or underflow on the way
    Reason("subnormal", ERROR, "XLA rounds every subnormal number to 0", {"jax": "*"}),
    Reason("subnormal", ERROR, "the result is subnormal, or an operand is, and its digits are lost on the way",
           {"torch": "*", "autograd": "*", "scipy": "*"}),
    Reason("digits", ERROR, "XLA rounds every subnormal number to 0, also inside of a formula", {
        "jax": "asin log' silu silu'",
    }),
    Reason("infinity", ERROR, "XLA rounds every subnormal number to 0, also where it is multiplied by infinity or divides", {
        "jax": "mul dot mod mod'",
    }),
    Reason("digits", ERROR, "eˣ as (eˣ − 1) + 1: nothing is left of a small one", {
        "torch": "expm1'", "jax": "expm1' elu'", "autograd": "expm1'",
    }),
    Reason("digits", ERROR, "1 − out², or 4s(1 − s): the difference of nearly equal numbers", {"torch": "tanh'", "jax": "tanh'"}),
    Reason("digits", ERROR, "out·(1 − out): the difference of nearly equal numbers",
           {"torch": "sigmoid'", "jax": "sigmoid'", "autograd": "sigmoid'"}),
    Reason("digits", ERROR, "1 − x² with x² rounded: no digits are left near ±1",
           {"torch": "asin' acos' atanh'", "autograd": "asin' acos' atanh'"}),
    Reason("digits", ERROR, "the square of a large x overflows",
           {"torch": "asinh' acosh'", "jax": "asinh' acosh'", "autograd": "asinh' acosh'"}),
    Reason("digits", ERROR, "the exact 2ˣ·log 2 is finite where 2ˣ overflows",
           {"torch": "exp2'", "jax": "exp2'", "autograd": "exp2'"}),
    Reason("digits", ERROR, "2ˣ as exp(x·log 2) multiplies the rounding of the product by x", {"jax": "exp2"}),
    Reason("digits", ERROR, "the exponential overflows before sinh and cosh do", {"torch": "sinh sinh' cosh cosh'"}),
    Reason("digits", ERROR, "eˣ/2 as exp(x − log 2): the subtraction rounds, and the exponential multiplies that by x",
           {"jax": "sinh sinh' cosh cosh'"}),
    Reason("digits", ERROR, "x² + y² overflows or underflows",
           {"torch": "atan2'", "jax": "atan2' hypot'", "autograd": "atan2'"}),
    Reason("kink", ERROR, "x² + y² overflows", {"torch": "atan2'"}),
    Reason("digits", ERROR, "the hypotenuse overflows although its direction is finite", {"torch": "hypot'"}),
    Reason("infinity", ERROR, "inf/inf: the limit of x/hypot(x, y) is 1, that of the other 0", {"torch": "hypot'", "jax": "hypot'"}),
    Reason("digits", ERROR, "−x/y² with y² overflowing or 0", {"jax": "div'", "autograd": "div'"}),
    Reason("infinity", ERROR, "−x/y² with y² overflowing: inf/inf", {"jax": "div'", "autograd": "div'"}),
    Reason("digits", ERROR, "exp(−x²) with x² rounded: the exponential multiplies its error by x²", {
        "torch": "erf' erfc'", "jax": "erf' erfc erfc'", "autograd": "erf' erfc erfc'", "scipy": "erfc",
    }),
    Reason("digits", ERROR, "1 + erf(x/√2) cancels in the tail, or erfc gets a rounded argument", {"torch": "gelu gelu'", "jax": "gelu gelu'"}),
    Reason("infinity", ERROR, "0·inf: the limits are 0 at −inf, and 1 for the derivative at inf",
           {"torch": "gelu gelu' silu silu'", "jax": "gelu gelu' silu silu'"}),
    Reason("digits", ERROR, "exp(−x) overflows where x·σ(x) is still a normal number", {"torch": "silu silu'"}),
    Reason("digits", ERROR, "from 20 on it is taken for x", {"torch": "softplus softplus'"}),
    Reason("digits", ERROR, "the vectorised logarithm of XLA: about a hundred ulp", {"jax": "atanh log1p log_sigmoid'"}),
    Reason("digits", ERROR, "exp(x − out), of which x − out is rounded: the weights of equal large terms add up to 2", {
        "torch": "logaddexp' logsumexp'", "jax": "logaddexp' logsumexp'", "autograd": "logaddexp' logsumexp'", "scipy": "logsumexp'",
    }),
    Reason("digits", ERROR, "log(1 + small) without log1p, added to a largest term near 0", {"torch": "logsumexp", "jax": "logsumexp"}),
    Reason("infinity", ERROR, "log(1 + small) without log1p, added to a largest term near 0", {"torch": "logsumexp", "jax": "logsumexp"}),
    Reason("infinity", ERROR, "inf − inf in exp(x − out): the limits are 1 and 0", {"autograd": "logaddexp'"}),
    Reason("digits", ERROR, "the sum of the first terms rounds away what is left in the end",
           {"torch": "fsum", "jax": "fsum", "autograd": "fsum"}),
    Reason("digits", ERROR, "the product of the first factors overflows or underflows; a quotient by a factor 0 is nan",
           {"torch": "prod prod'", "jax": "prod prod'", "autograd": "prod prod'"}),
    Reason("infinity", ERROR, "the product of the first factors underflows: 0·inf", {"torch": "prod", "jax": "prod prod'", "autograd": "prod"}),
    Reason("infinity", ERROR, "the product over the factor, inf/inf, in place of the product of the others", {"autograd": "prod'"}),
    Reason("digits", ERROR, "p·x**(p−1) with a rounded exponent or a power that over- or underflows alone",
           {"torch": "pow' ", "jax": "pow'", "autograd": "pow'"}),
    Reason("infinity", ERROR, "doubles from 2**53 on are even, and so is their limit: a negative base has a negative slope; "
           "at the smallest base log(x) is finite",
           {"torch": "pow'", "jax": "pow'", "autograd": "pow'"}),
    Reason("digits", ERROR, "floor(x/y) of a rounded quotient is one off", {"jax": "mod mod'", "autograd": "mod'"}),
    Reason("infinity", ERROR, "−floor(−0.0) is 0, but x % y is x + y for all large y of the other sign", {"autograd": "mod'"}),
    Reason("kink", ERROR, "the quotient overflows", {"torch": "mod", "jax": "mod mod'"}),
    Reason("infinity", ERROR, "x/|x|: inf/inf", {"autograd": "abs'"}),
)  # fmt: skip
"""The first reason that fits a disagreement is its own."""
