"""The truth: every operation and its partials in interval arithmetic, written without a look at the rows.

`truth(name, args)` gives one `(true, scale)` per result, the value first. Both are balls of `flint.arb`, tight enough
to tell a tenth of an ulp; errors are measured in ulps of `scale`. It is the result itself except

- at interior zeros of a derivative, and for sums of several terms, where it is the largest term,
- for the partials of pow, where it grows with the conditioning of the exponent.
"""

from collections.abc import Callable, Sequence

import flint
from flint import arb

Result = tuple[arb, arb]
Results = list[Result]

PRECISIONS = (150, 300, 1400, 2600, 5200)
ENOUGH_BITS = 90
NEGLIGIBLE = -1200
"""An absolute error below 2**NEGLIGIBLE is far below the smallest double."""


def truth(name: str, args: Sequence[float]) -> Results:
    """The value and all partials of operation `name` at the doubles `args`, with the scale of each one's error."""
    exact = [arb(x) for x in args]
    for precision in PRECISIONS:
        with flint.ctx.workprec(precision):
            results = REFERENCE[name](*exact)
            pairs = [r if isinstance(r, tuple) else (r, r) for r in results]
            if all(is_tight(ball) for pair in pairs for ball in pair):
                return pairs
    raise ArithmeticError(f"{name}{tuple(args)} needs more than {PRECISIONS[-1]} bits")


def is_tight(ball: arb) -> bool:
    """Whether `ball` is known to `ENOUGH_BITS`, or negligible."""
    if not ball.is_finite():
        return False
    if ball.is_exact() or ball.rel_accuracy_bits() >= ENOUGH_BITS:
        return True
    return bool(abs(ball).upper() < arb(2) ** NEGLIGIBLE)


def _choose(condition: object, a: arb | float, b: arb | float) -> arb:
    chosen = a if condition else b
    return arb(chosen) if isinstance(chosen, int) else chosen


def _sigmoid(x: arb) -> arb:
    return 1 / (1 + (-x).exp())


def _phi(x: arb) -> arb:
    return (-x * x / 2).exp() / (2 * arb.pi()).sqrt()


def _normal_cdf(x: arb) -> arb:
    return (-x / arb(2).sqrt()).erfc() / 2


def _largest(*terms: arb) -> arb:
    scale = abs(terms[0])
    for term in terms[1:]:
        scale = scale.max(abs(term))
    return scale


def _pow(x: arb, p: arb) -> list[arb | Result]:
    log = abs(x).log()
    odd = x < 0 and float(p) % 2.0 == 1.0
    value, slope = (p * log).exp(), p * ((p - 1) * log).exp()
    # p - 1 is rounded to a double: half an ulp of it, times the logarithm
    dx = (slope if odd or x > 0 else -slope, abs(slope) * (1 + abs((p - 1) * log) / 2))
    return [value, dx, value * log] if x > 0 else [-value if odd else value, dx]


def _mod(x: arb, y: arb) -> list[arb | Result]:
    quotient = (x / y).floor()
    return [x - quotient * y, arb(1), -quotient]


def _elu(x: arb, alpha: arb) -> list[arb]:
    if x <= 0:
        return [alpha * x.expm1(), alpha * x.exp(), x.expm1()]
    return [x, arb(1), arb(0)]


def _gelu(x: arb) -> list[arb | Result]:
    a, b = _normal_cdf(x), x * _phi(x)
    smallest = arb(2) ** -1022  # below it erfc has no more digits to give
    return [(x * a, _largest(x * a, x * smallest)), (a + b, _largest(a + b, a, b))]


def _silu(x: arb) -> list[arb | Result]:
    a, b = _sigmoid(x), x * _sigmoid(x) * _sigmoid(-x)
    return [x * a, (a + b, _largest(a + b, a, b))]


def _logaddexp(x: arb, y: arb) -> list[arb | Result]:
    a, b = (x, y) if x >= y else (y, x)
    c = (b - a).exp().log1p()
    return [(a + c, _largest(a, c)), _sigmoid(x - y), _sigmoid(y - x)]


def _logsumexp(*xs: arb) -> list[arb | Result]:
    top = xs[0]
    for x in xs[1:]:
        top = top.max(x)
    exps = [(x - top).exp() for x in xs]
    total = sum(exps, arb(0))
    others = sum(exps, arb(-1))
    c = arb(0) if others.contains(0) and len(xs) == 1 else others.log1p()
    return [(top + c, _largest(top, c)), *(e / total for e in exps)]


def _prod(*xs: arb) -> list[arb]:
    def product(ys: Sequence[arb]) -> arb:
        result = arb(1)
        for y in ys:
            result *= y
        return result

    return [product(xs), *(product(xs[:i] + xs[i + 1 :]) for i in range(len(xs)))]


def _dot(*args: arb) -> list[arb | Result]:
    half = len(args) // 2
    weights, inputs, bias = args[:half], args[half:-1], args[-1]
    terms = [*(w * x for w, x in zip(weights, inputs, strict=True)), bias]
    value = sum(terms, arb(0))
    return [(value, sum(map(abs, terms), arb(0))), *inputs, *weights, arb(1)]


def _clip(x: arb, low: arb, high: arb) -> list[arb]:
    value = x.max(low).min(high)
    return [value, arb(low < x < high), arb(x < low), arb(x > high)]


def _hypot(x: arb, y: arb) -> list[arb]:
    r = (x * x + y * y).sqrt()
    return [r, x / r, y / r]


def _atan2(y: arb, x: arb) -> list[arb]:
    r = x * x + y * y
    return [type(y).atan2(y, x), x / r, -y / r]


def _cbrt(x: arb) -> list[arb]:
    root = x.root(3) if x > 0 else -(-x).root(3)
    return [root, 1 / (3 * root * root)]


def _erf_slope(x: arb) -> arb:
    return 2 / arb.pi().sqrt() * (-x * x).exp()


def _ln(x: float) -> arb:
    return arb(x).log()


REFERENCE: dict[str, Callable[..., Sequence[arb | Result]]] = {
    "add": lambda x, y: [x + y, arb(1), arb(1)],
    "sub": lambda x, y: [x - y, arb(1), arb(-1)],
    "mul": lambda x, y: [x * y, y, x],
    "div": lambda x, y: [x / y, 1 / y, -x / (y * y)],
    "neg": lambda x: [-x, arb(-1)],
    "pow": _pow,
    "mod": _mod,
    "abs": lambda x: [abs(x), x.sgn()],
    "exp": lambda x: [x.exp(), x.exp()],
    "expm1": lambda x: [x.expm1(), x.exp()],
    "exp2": lambda x: [(x * _ln(2)).exp(), (x * _ln(2)).exp() * _ln(2)],
    "log": lambda x: [x.log(), 1 / x],
    "log1p": lambda x: [x.log1p(), 1 / (1 + x)],
    "log2": lambda x: [x.log() / _ln(2), 1 / (x * _ln(2))],
    "log10": lambda x: [x.log() / _ln(10), 1 / (x * _ln(10))],
    "sqrt": lambda x: [x.sqrt(), 1 / (2 * x.sqrt())],
    "cbrt": _cbrt,
    "square": lambda x: [x * x, 2 * x],
    "sin": lambda x: [x.sin(), x.cos()],
    "cos": lambda x: [x.cos(), -x.sin()],
    "tan": lambda x: [x.tan(), 1 / x.cos() ** 2],
    "asin": lambda x: [x.asin(), 1 / (1 - x * x).sqrt()],
    "acos": lambda x: [x.acos(), -1 / (1 - x * x).sqrt()],
    "atan": lambda x: [x.atan(), 1 / (1 + x * x)],
    "atan2": _atan2,
    "sinh": lambda x: [x.sinh(), x.cosh()],
    "cosh": lambda x: [x.cosh(), x.sinh()],
    "tanh": lambda x: [x.tanh(), 1 / x.cosh() ** 2],
    "asinh": lambda x: [x.asinh(), 1 / (1 + x * x).sqrt()],
    "acosh": lambda x: [x.acosh(), 1 / (x * x - 1).sqrt()],
    "atanh": lambda x: [x.atanh(), 1 / (1 - x * x)],
    "sigmoid": lambda x: [_sigmoid(x), _sigmoid(x) * _sigmoid(-x)],
    "log_sigmoid": lambda x: [-(-x).exp().log1p(), _sigmoid(-x)],
    "softplus": lambda x: [x.exp().log1p(), _sigmoid(x)],
    "relu": lambda x: [x.max(arb(0)), _choose(x > 0, 1, 0)],
    "leaky_relu": lambda x, s: [_choose(x > 0, x, s * x), _choose(x > 0, 1, s), _choose(x > 0, 0, x)],
    "elu": _elu,
    "gelu": _gelu,
    "silu": _silu,
    "step": lambda x, k: [_choose(x >= k, 1, 0), arb(0), arb(0)],
    "sign": lambda x: [x.sgn(), arb(0)],
    "floor": lambda x: [x.floor(), arb(0)],
    "ceil": lambda x: [x.ceil(), arb(0)],
    "maximum": lambda x, y: [x.max(y), _choose(x > y, 1, 0), _choose(x < y, 1, 0)],
    "minimum": lambda x, y: [x.min(y), _choose(x < y, 1, 0), _choose(x > y, 1, 0)],
    "clip": _clip,
    "hypot": _hypot,
    "erf": lambda x: [x.erf(), _erf_slope(x)],
    "erfc": lambda x: [x.erfc(), -_erf_slope(x)],
    "logaddexp": _logaddexp,
    "where": lambda c, a, b: [_choose(c != 0, a, b), arb(0), _choose(c != 0, 1, 0), _choose(c != 0, 0, 1)],
    "fsum": lambda *xs: [sum(xs, arb(0)), *[arb(1)] * len(xs)],
    "prod": _prod,
    "logsumexp": _logsumexp,
    "dot": _dot,
}
"""Value and partials of every operation, in `arb` numbers."""
