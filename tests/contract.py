"""The numerical contract as one table: every line of it is a case, and `tests/autograd_core/test_contract.py` runs them.

A case evaluates its expression with the variables in `at` as Values labelled with their names. `value` and `gradient`
are what must come out; `error` is the whole message where an error must; `ieee` is the value under
``domain_errors("ieee")`` instead of that error. `given` are statements that run first. A promise that takes more than
an expression names the test that keeps it in `test`.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from autograd_core.errors import DivisionByZeroError, DomainError

inf, nan, pi = math.inf, math.nan, math.pi
NOTHING: Mapping[str, float] = MappingProxyType({})


class Case(NamedTuple):
    """One promise."""

    section: str
    promise: str
    expression: str = ""
    at: Mapping[str, float] = NOTHING
    value: object = None
    gradient: Mapping[str, float] = NOTHING
    raises: type[Exception] | None = None
    error: str = ""
    ieee: float | None = None
    given: str = ""
    test: str = ""

    def __str__(self) -> str:
        point = ", ".join(f"{name}={x!r}" for name, x in self.at.items())
        program = f"{self.given}; {self.expression}" if self.given else self.expression or self.promise
        return f"{program}{' at ' if point else ''}{point}"


def _values() -> list[Case]:
    s = "Values"
    number = "Value takes a real number, got "
    return [
        Case(s, "a Value holds a Python float", "type(Value(2).data)", value=float),
        Case(s, "int is converted", "Value(2).data", value=2.0),
        Case(s, "NumPy real scalars are converted", "Value(np.float32(1.5)).data", value=1.5),
        Case(s, "NumPy real scalars are converted", "type(Value(np.int64(3)).data)", value=float),
        Case(s, "a bool is refused", "Value(True)", raises=TypeError, error=number + "bool: True"),
        Case(s, "a bool is refused", "Value(np.bool_(True))", raises=TypeError, error=number + "bool: np.True_"),
        Case(s, "a string is refused", "Value('1')", raises=TypeError, error=number + "str: '1'"),
        Case(s, "a complex is refused", "Value(1j)", raises=TypeError, error=number + "complex: 1j"),
        Case(s, "a container is refused", "Value([1.0])", raises=TypeError, error=number + "list: [1.0]"),
        Case(s, "nothing is refused", "Value(None)", raises=TypeError, error=number + "NoneType: None"),
        Case(s, "an array is refused", "Value(np.array(1.0))", raises=TypeError, error=number + "ndarray: array(1.)"),
        Case(
            s, "a Value is refused", "Value(x)", {"x": 1.0}, raises=TypeError,
            error="Value takes a number, got a Value: write v.data for its number",
        ),
        Case(
            s, "so is what is assigned to data", "setattr(x, 'data', 'a')", {"x": 1.0}, raises=TypeError,
            error="Value.data takes a real number, got str: 'a'",
        ),
        Case(
            s, "and to grad", "setattr(x, 'grad', x)", {"x": 1.0}, raises=TypeError,
            error="Value.grad takes a number, got a Value: write v.data for its number",
        ),
        Case(
            s, "changing data never changes the gradients of a graph recorded before", "x.grad", {"x": 3.0}, 24.0,
            given="y = (x * x) ** 2.0 / 4.5; x.data = 100.0; y.backward()",
        ),
        # Overflow, underflow
        Case(s, "overflow gives inf", "exp(x)", {"x": 1000.0}, inf, {"x": inf}),
        Case(s, "overflow gives -inf", "sinh(x)", {"x": -1000.0}, -inf, {"x": inf}),
        Case(s, "overflow gives inf", "x * y", {"x": 1e300, "y": 1e300}, inf, {"x": 1e300, "y": 1e300}),
        Case(s, "overflow gives inf", "x + y", {"x": 1.7e308, "y": 1.7e308}, inf, {"x": 1.0, "y": 1.0}),
        Case(s, "overflow gives -inf", "x ** p", {"x": -10.0, "p": 401.0}, -inf, {"x": inf, "p": nan}),
        Case(s, "underflow gives 0", "exp(x)", {"x": -1000.0}, 0.0, {"x": 0.0}),
        Case(s, "underflow gives 0", "x * y", {"x": 1e-300, "y": 1e-300}, 0.0, {"x": 1e-300, "y": 1e-300}),
        Case(s, "no epsilon is added to an argument", "log(x)", {"x": 5e-324}, math.log(5e-324), {"x": inf}),
        # nan
        Case(s, "nan in gives nan out with nan derivatives", test="test_contract.py::test_nan_in_nan_out"),
        Case(s, "x ** 0 is 1 at nan", "x ** 0", {"x": nan}, 1.0, {"x": 0.0}),
        Case(s, "1 ** p is 1 at nan", "1.0 ** p", {"p": nan}, 1.0),
        Case(s, "hypot(inf, nan) is inf", "hypot(x, y)", {"x": inf, "y": nan}, inf),
        Case(s, "nan as the slope of the other side", "leaky_relu(x, y)", {"x": 2.0, "y": nan}, 2.0, {"x": 1.0, "y": 0.0}),
        Case(s, "nan on the unselected side of where", "where(True, x, y)", {"x": 2.0, "y": nan}, 2.0, {"x": 1, "y": 0}),
        Case(s, "inf - inf is nan", "x - y", {"x": inf, "y": inf}, nan, {"x": nan, "y": nan}),
        Case(s, "0 * inf is nan", "x * y", {"x": 0.0, "y": inf}, nan, {"x": nan, "y": nan}),
        Case(s, "sin(inf) is nan", "sin(x)", {"x": inf}, nan, {"x": nan}),
        Case(s, "no result is ever complex", test="test_contract.py::test_results_are_floats_everywhere"),
    ]  # fmt: skip


def _domains() -> list[Case]:
    s = "Domains"

    def outside(expression: str, x: float, text: str, ieee: float, raises: type[Exception] = DomainError) -> Case:
        name = "p" if "(p)" in expression else "x"
        return Case(s, "outside of the domain", expression, {name: x}, raises=raises, error=text, ieee=ieee)

    zero = DivisionByZeroError
    return [
        outside("log(p)", -1.5, "log: argument 0 ('p') must lie in (0, inf), got -1.5", nan),
        outside("log(p)", 0.0, "log: argument 0 ('p') must lie in (0, inf), got 0.0", -inf),
        outside("log2(x)", 0.0, "log2: argument 0 ('x') must lie in (0, inf), got 0.0", -inf),
        outside("log10(x)", -2.0, "log10: argument 0 ('x') must lie in (0, inf), got -2.0", nan),
        outside("sqrt(x)", -1.0, "sqrt: argument 0 ('x') must lie in [0, inf), got -1.0", nan),
        outside("asin(x)", 2.0, "asin: argument 0 ('x') must lie in [-1, 1], got 2.0", nan),
        outside("acos(x)", -2.0, "acos: argument 0 ('x') must lie in [-1, 1], got -2.0", nan),
        outside("acosh(x)", 0.5, "acosh: argument 0 ('x') must lie in [1, inf), got 0.5", nan),
        outside("atanh(x)", 1.0, "atanh: argument 0 ('x') must lie in (-1, 1), got 1.0", inf),
        outside("atanh(x)", -1.0, "atanh: argument 0 ('x') must lie in (-1, 1), got -1.0", -inf),
        outside("log1p(x)", -1.0, "log1p: argument 0 ('x') must lie in (-1, inf), got -1.0", -inf),
        outside("log1p(x)", -3.0, "log1p: argument 0 ('x') must lie in (-1, inf), got -3.0", nan),
        outside(
            "x ** (1 / 3)", -8.0,
            "pow: argument 0 ('x') must not be negative when the exponent is not an integer, got -8.0", nan,
        ),
        outside("1 / x", 0.0, "div: argument 1 ('x') must lie in (-inf, inf) without 0, got 0.0", inf, zero),
        outside("x / 0", 1.0, "div: argument 1 must lie in (-inf, inf) without 0, got 0.0", inf, zero),
        outside("1 / x", -0.0, "div: argument 1 ('x') must lie in (-inf, inf) without 0, got -0.0", -inf, zero),
        outside("0 / x", 0.0, "div: argument 1 ('x') must lie in (-inf, inf) without 0, got 0.0", nan, zero),
        outside("7 % x", 0.0, "mod: argument 1 ('x') must lie in (-inf, inf) without 0, got 0.0", nan, zero),
        outside(
            "x ** -1", 0.0, "pow: argument 0 ('x') must not be zero when the exponent is negative, got 0.0", inf, zero
        ),
        outside(
            "x ** -3", -0.0, "pow: argument 0 ('x') must not be zero when the exponent is negative, got -0.0", -inf, zero
        ),
        outside("clip(x, 2, 1)", 0.0, "clip: argument 1 must not exceed the upper bound, got 2.0", 1.0),
        Case(s, "numbers are held to the domain too", "log(-1.5)", raises=DomainError,
             error="log: argument 0 must lie in (0, inf), got -1.5", ieee=nan),
        Case(s, "a DomainError is a ValueError", "DomainError.__mro__[1]", value=ValueError),
        Case(s, "division by zero is a ZeroDivisionError too", "1 / Value(0.0)", raises=ZeroDivisionError,
             error="div: argument 1 must lie in (-inf, inf) without 0, got 0.0", ieee=inf),
        # Closed ends
        Case(s, "at a closed end", "sqrt(x)", {"x": 0.0}, 0.0, {"x": inf}),
        Case(s, "at a closed end", "cbrt(x)", {"x": 0.0}, 0.0, {"x": inf}),
        Case(s, "at infinity", "cbrt(x)", {"x": inf}, inf, {"x": 0.0}),
        Case(s, "at infinity", "cbrt(x)", {"x": -inf}, -inf, {"x": 0.0}),
        Case(s, "at infinity", "silu(x)", {"x": inf}, inf, {"x": 1.0}),
        Case(s, "at a closed end", "asin(x)", {"x": 1.0}, pi / 2, {"x": inf}),
        Case(s, "at a closed end", "asin(x)", {"x": -1.0}, -pi / 2, {"x": inf}),
        Case(s, "at a closed end", "acos(x)", {"x": 1.0}, 0.0, {"x": -inf}),
        Case(s, "at a closed end", "acos(x)", {"x": -1.0}, pi, {"x": -inf}),
        Case(s, "at a closed end", "acosh(x)", {"x": 1.0}, 0.0, {"x": inf}),
        Case(s, "at a closed end", "x ** 0.5", {"x": 0.0}, 0.0, {"x": inf}),
        Case(s, 'domain_errors("ieee") gives nan and inf', test="test_contract.py::test_ieee_results"),
        Case(s, "it holds for one thread", test="test_domains.py::test_the_policy_belongs_to_a_thread"),
    ]  # fmt: skip


def _selection() -> list[Case]:
    s = "Selection"
    return [
        Case(s, "the losing side of where", "where(x > 0, sqrt(x), 0)", {"x": 0.0}, 0.0, {"x": 0.0}),
        Case(s, "relu below 0", "sqrt(relu(x))", {"x": -1.0}, 0.0, {"x": 0.0}),
        Case(s, "relu below 0", "relu(-sqrt(x))", {"x": 0.0}, 0.0, {"x": 0.0}),
        Case(s, "the losing side of maximum", "maximum(sqrt(x), 1)", {"x": 0.0}, 1.0, {"x": 0.0}),
        Case(s, "the losing side of minimum", "minimum(-1, sqrt(x))", {"x": 0.0}, -1.0, {"x": 0.0}),
        Case(s, "below the bounds of clip", "clip(sqrt(x), 1, 2)", {"x": 0.0}, 1.0, {"x": 0.0}),
        Case(s, "above the bounds of clip", "clip(sqrt(x), -2, -1)", {"x": 0.0}, -1.0, {"x": 0.0}),
        Case(s, "the bounds of clip", "clip(5, sqrt(x), sqrt(y) + 9)", {"x": 0.0, "y": 0.0}, 5.0, {"x": 0.0, "y": 0.0}),
        Case(s, "step", "step(sqrt(x))", {"x": 0.0}, 1.0, {"x": 0.0}),
        Case(s, "the threshold of step", "step(1, sqrt(x))", {"x": 0.0}, 1.0, {"x": 0.0}),
        Case(s, "sign", "sign(sqrt(x))", {"x": 0.0}, 0.0, {"x": 0.0}),
        Case(s, "floor", "floor(sqrt(x))", {"x": 0.0}, 0.0, {"x": 0.0}),
        Case(s, "ceil", "ceil(sqrt(x))", {"x": 0.0}, 0.0, {"x": 0.0}),
        Case(s, "a constant exponent 0", "sqrt(x) ** 0", {"x": 0.0}, 1.0, {"x": 0.0}),
        Case(s, "elsewhere 0 * inf is nan", "sqrt(x) ** 2", {"x": 0.0}, 0.0, {"x": nan}),
        Case(s, "elsewhere 0 * inf is nan", "0.0 * sqrt(x)", {"x": 0.0}, 0.0, {"x": nan}),
        Case(s, "an adjoint that overflowed does not matter behind an unselected edge",
             "where(x > 0, 1e308 * (1e308 * x), x)", {"x": -1.0}, -1.0, {"x": 1.0}),
        Case(s, "a callable runs if selected", "where(x > 0, lambda: log(x), 0.0)", {"x": 2.0}, math.log(2.0), {"x": 0.5}),
        Case(s, "a callable runs only if selected", "where(x > 0, lambda: log(x), 0.0)", {"x": -1.0}, 0.0, {"x": 0.0}),
        Case(s, "on either side", "where(x > 0, x, lambda: log(x))", {"x": 3.0}, 3.0, {"x": 1.0}),
        Case(s, "on both sides", "where(x > 0, lambda: log(x), lambda: log(-x))", {"x": -2.0}, math.log(2), {"x": -0.5}),
        Case(s, "with a callable the result is a Value", "type(where(x > 0, lambda: log(x), 0.0))", {"x": -1.0}, value="Value"),
        Case(s, "with a Value the result is a Value", "type(where(False, x, 0.0))", {"x": -1.0}, "Value"),
        Case(s, "numbers in, number out", "where(True, 1, 2.0)", value=1.0),
        Case(s, "without a callable both sides are computed", "where(x > 0, log(x), 0.0)", {"x": -1.0},
             raises=DomainError, error="log: argument 0 ('x') must lie in (0, inf), got -1.0", ieee=0.0),
        Case(s, "the condition is a comparison", "where(x, 1.0, 2.0)", {"x": 1.0}, raises=TypeError,
             error="where: the condition is a comparison, got a Value: write where(v > 0, a, b)"),
        Case(s, "as a method", "x.where(x > 0, 5.0)", {"x": -1.0}, 5.0, {"x": 0.0}),
    ]  # fmt: skip


def _kinks() -> list[Case]:
    s = "Kinks and ties"
    return [
        Case(s, "relu(0)", "relu(x)", {"x": 0.0}, 0.0, {"x": 0.0}),
        Case(s, "step(k) at k", "step(x, k)", {"x": 2.0, "k": 2.0}, 1.0, {"x": 0.0, "k": 0.0}),
        Case(s, "step(0)", "step(x)", {"x": 0.0}, 1.0, {"x": 0.0}),
        Case(s, "sign(0)", "sign(x)", {"x": 0.0}, 0.0, {"x": 0.0}),
        Case(s, "abs(0)", "abs(x)", {"x": 0.0}, 0.0, {"x": 0.0}),
        Case(s, "leaky_relu(0)", "leaky_relu(x)", {"x": 0.0}, 0.0, {"x": 0.01}),
        Case(s, "leaky_relu(0), own slope", "leaky_relu(x, slope)", {"x": 0.0, "slope": 0.3}, 0.0, {"x": 0.3, "slope": 0}),
        Case(s, "elu(0)", "elu(x)", {"x": 0.0}, 0.0, {"x": 1.0}),
        Case(s, "elu(0), own alpha", "elu(x, alpha)", {"x": 0.0, "alpha": 0.3}, 0.0, {"x": 0.3, "alpha": 0.0}),
        Case(s, "maximum tie", "maximum(x, y)", {"x": 2.0, "y": 2.0}, 2.0, {"x": 0.5, "y": 0.5}),
        Case(s, "minimum tie", "minimum(x, y)", {"x": 2.0, "y": 2.0}, 2.0, {"x": 0.5, "y": 0.5}),
        Case(s, "maximum of a Value with itself", "maximum(x, x)", {"x": 2.0}, 2.0, {"x": 1.0}),
        Case(s, "clip at the lower bound", "clip(x, a, b)", {"x": 1, "a": 1, "b": 2}, 1.0, {"x": 0.5, "a": 0.5, "b": 0}),
        Case(s, "clip at the upper bound", "clip(x, a, b)", {"x": 2, "a": 1, "b": 2}, 2.0, {"x": 0.5, "a": 0, "b": 0.5}),
        Case(s, "maximum(nan, x)", "maximum(x, y)", {"x": nan, "y": 1.0}, nan, {"x": nan, "y": nan}),
        Case(s, "maximum(x, nan)", "maximum(x, y)", {"x": 1.0, "y": nan}, nan, {"x": nan, "y": nan}),
        Case(s, "minimum(nan, x)", "minimum(x, y)", {"x": nan, "y": 1.0}, nan, {"x": nan, "y": nan}),
        Case(s, "pow(0, 0)", "x ** p", {"x": 0.0, "p": 0.0}, 1.0, {"x": 0.0, "p": 0.0}),
        Case(s, "pow(0, 1)", "x ** p", {"x": 0.0, "p": 1.0}, 0.0, {"x": 1.0, "p": 0.0}),
        Case(s, "pow(0, p), 0 < p < 1", "x ** p", {"x": 0.0, "p": 0.5}, 0.0, {"x": inf, "p": 0.0}),
        Case(s, "pow(0, p), p > 1", "x ** p", {"x": 0.0, "p": 1.5}, 0.0, {"x": 0.0, "p": 0.0}),
        Case(s, "pow(0, p), p > 1", "x ** p", {"x": 0.0, "p": 3.0}, 0.0, {"x": 0.0, "p": 0.0}),
        Case(s, "pow(0, p), p > 1", "x ** p", {"x": 0.0, "p": 1e20}, 0.0, {"x": 0.0, "p": 0.0}),
        Case(s, "x ** n at 0", "x ** 0", {"x": 0.0}, 1.0, {"x": 0.0}),
        Case(s, "x ** n at 0", "x ** 1", {"x": 0.0}, 0.0, {"x": 1.0}),
        Case(s, "x ** n at 0", "x ** 2", {"x": 0.0}, 0.0, {"x": 0.0}),
        Case(s, "pow(x < 0, p integer)", "x ** p", {"x": -2.0, "p": 3.0}, -8.0, {"x": 12.0, "p": nan}),
        Case(s, "pow(x < 0, n integer)", "x ** 3", {"x": -2.0}, -8.0, {"x": 12.0}),
        Case(s, "pow(x < 0, n integer)", "x ** -1", {"x": -2.0}, -0.5, {"x": -0.25}),
        Case(s, "atan2(0, 0)", "atan2(y, x)", {"y": 0.0, "x": 0.0}, 0.0, {"y": 0.0, "x": 0.0}),
        Case(s, "atan2 on its branch cut", "atan2(y, x)", {"y": 0.0, "x": -2.0}, pi, {"y": -0.5, "x": 0.0}),
        Case(s, "hypot(0, 0)", "hypot(x, y)", {"x": 0.0, "y": 0.0}, 0.0, {"x": 0.0, "y": 0.0}),
        Case(s, "x % y, floored", "x % y", {"x": 7.5, "y": 2.0}, 1.5, {"x": 1.0, "y": -3.0}),
        Case(s, "x % y, floored", "x % y", {"x": -7.5, "y": 2.0}, 0.5, {"x": 1.0, "y": 4.0}),
        Case(s, "x % y, floored", "x % y", {"x": 7.5, "y": -2.0}, -0.5, {"x": 1.0, "y": 4.0}),
        Case(s, "logsumexp of all -inf", "logsumexp([x, y])", {"x": -inf, "y": -inf}, -inf, {"x": 0.5, "y": 0.5}),
        Case(s, "logaddexp of both -inf", "logaddexp(x, y)", {"x": -inf, "y": -inf}, -inf, {"x": 0.5, "y": 0.5}),
        Case(s, "logaddexp of both inf", "logaddexp(x, y)", {"x": inf, "y": inf}, inf, {"x": 0.5, "y": 0.5}),
        Case(s, "fsum of nothing", "fsum([])", value=0.0),
        Case(s, "prod of nothing", "prod([])", value=1.0),
        Case(s, "mean of nothing", "mean([])", raises=ValueError, error="mean of an empty sequence"),
        Case(s, "softmax of nothing", "softmax([])", raises=ValueError, error="softmax of an empty sequence"),
        Case(s, "logsumexp of nothing", "logsumexp([])", raises=ValueError, error="logsumexp of an empty sequence"),
    ]  # fmt: skip


def _graph() -> list[Case]:
    s = "The graph"
    return [
        Case(s, "backward starts from adjoint 1", "y.grad", {"x": 3.0}, 1.0, given="y = x * x; y.backward()"),
        Case(s, "a seed may be given", "x.grad", {"x": 3.0}, 15.0, given="y = x * x; y.backward(seed=2.5)"),
        Case(s, "a seed is a number", "(x * x).backward('a')", {"x": 3.0}, raises=TypeError,
             error="backward: seed takes a real number, got str: 'a'"),
        Case(s, "a second backward adds into leaves", "x.grad", {"x": 3.0}, 12.0,
             given="y = x * x; y.backward(); y.backward()"),
        Case(s, "and sets inner nodes afresh", "z.grad", {"x": 3.0}, 18.0,
             given="z = x * x; y = z * z; y.backward(); y.backward()"),
        Case(s, "two roots that share nodes add exactly", "x.grad", {"x": 3.0}, 7.0 * 6.0,
             given="z = x * x; a = 5.0 * z; b = 2.0 * z; a.backward(); b.backward()"),
        Case(s, "a leaf that is the root", "x.grad", {"x": 3.0}, 2.0, given="x.backward(); x.backward()"),
        Case(s, "grad is 0.0 before a sweep", "x.grad", {"x": 3.0}, 0.0),
        Case(s, "that none reached it is known apart", "x.reached", {"x": 3.0}, False),
        Case(s, "that one did, too", "x.reached", {"x": 3.0}, True, given="(0.0 * x).backward()"),
        Case(s, "parents keep their order", "[p.label for p in (y - x).parents]", {"x": 1.0, "y": 2.0}, ["y", "x"]),
        Case(s, "parents keep multiplicity", "len((x * x).parents)", {"x": 1.0}, 2),
        Case(s, "order of visits and sums is the same in every process", test="test_determinism.py::test_same_bits"),
        Case(s, "no depth limit", test="test_depth.py::test_a_chain_of_a_million_nodes"),
        Case(s, "copying (x, y) keeps x an ancestor of y", "y2.parents[0] is x2", {"x": 3.0}, True,
             given="import copy; x2, y2 = copy.deepcopy((x, x * x))"),
        Case(s, "so does pickling", "y2.parents[0] is x2", {"x": 3.0}, True,
             given="import pickle; x2, y2 = pickle.loads(pickle.dumps((x, x * x)))"),
        Case(s, "no reference cycles", test="test_memory.py::test_dropping_the_root_frees_the_graph"),
        Case(s, "threads do not disturb one another", test="test_value.py::test_threads_have_their_own_graphs"),
    ]  # fmt: skip


def _conversions() -> list[Case]:
    s = "Comparisons and conversions"
    floats = (
        "a Value is not converted to float, that would lose its gradient: write v.data for the number, "
        "and autograd_core.exp(v) in place of math.exp(v)"
    )
    at = {"x": 1.0, "y": 2.0}
    return [
        *(Case(s, "compared with a Value", f"x {op} y", at, value)
          for op, value in {"<": True, "<=": True, ">": False, ">=": False}.items()),
        *(Case(s, "compared with a number", f"x {op} 1", {"x": 1.0}, value)
          for op, value in {"<": False, "<=": True, ">": False, ">=": True}.items()),
        *(Case(s, "compared from the other side", f"1 {op} y", {"y": 2.0}, value)
          for op, value in {"<": True, "<=": True, ">": False, ">=": False}.items()),
        Case(s, "a comparison gives a bool", "type(x < y)", at, bool),
        Case(s, "compared with a NumPy scalar", "type(bool(np.float64(2) > x))", {"x": 1.0}, bool),
        Case(s, "nan compares false", "[x < 1, x <= 1, x > 1, x >= 1]", {"x": nan}, [False] * 4),
        Case(s, "== is identity", "[x == x, x == y, x != y, x == 1.0]", {"x": 1.0, "y": 1.0}, [True, False, True, False]),
        Case(s, "hash is identity", "len({x, y, x})", {"x": 1.0, "y": 1.0}, 2),
        Case(s, "compared with a string", "x < 'a'", {"x": 1.0}, raises=TypeError,
             error="'<' not supported between instances of 'Value' and 'str'"),
        Case(s, "compared with a bool", "x >= True", {"x": 1.0}, raises=TypeError,
             error="'>=' not supported between instances of 'Value' and 'bool'"),
        Case(s, "bool(v)", "bool(x)", {"x": 1.0}, raises=TypeError,
             error="a Value has no truth value: compare it (v > 0) or write v.data"),
        Case(s, "float(v)", "float(x)", {"x": 1.0}, raises=TypeError, error=floats),
        Case(s, "math.exp(v)", "math.exp(x)", {"x": 1.0}, raises=TypeError, error=floats),
        Case(s, "complex(v)", "complex(x)", {"x": 1.0}, raises=TypeError, error=floats),
        Case(s, "int(v)", "int(x)", {"x": 1.0}, raises=TypeError,
             error="a Value is not converted to int, that would lose its gradient: write int(v.data)"),
        Case(s, "an operand that is no number", "x + 'a'", {"x": 1.0}, raises=TypeError,
             error="unsupported operand type(s) for +: 'Value' and 'str'"),
        Case(s, "an operand that is no number", "True * x", {"x": 1.0}, raises=TypeError,
             error="unsupported operand type(s) for *: 'bool' and 'Value'"),
        Case(s, "an operand that is no number", "x ** 1j", {"x": 1.0}, raises=TypeError,
             error="unsupported operand type(s) for ** or pow(): 'Value' and 'complex'"),
        Case(s, "an argument that is no number", "exp('a')", raises=TypeError, error="exp takes a real number, got str: 'a'"),
        Case(s, "an argument that is no number", "hypot(x, None)", {"x": 1.0}, raises=TypeError,
             error="hypot takes a real number, got NoneType: None"),
        Case(s, "a number for a sequence", "fsum(1.0)", raises=TypeError,
             error="fsum takes one sequence of Values or numbers, got 1.0"),
        Case(s, "an element that is no number", "fsum([1.0, 'a'])", raises=TypeError,
             error="fsum takes a real number, got str: 'a'"),
        Case(s, "sequences of different lengths", "dot([x], [1.0, 2.0])", {"x": 1.0}, raises=ValueError,
             error="dot: 1 weights do not fit 2 inputs"),
    ]  # fmt: skip


def _numpy() -> list[Case]:
    s = "NumPy"
    return [
        Case(s, "a scalar on the left", "np.float64(2) * x", {"x": 3.0}, 6.0, {"x": 2.0}),
        Case(s, "a scalar on the right", "x * np.float64(2)", {"x": 3.0}, 6.0, {"x": 2.0}),
        Case(s, "other scalars", "np.float32(2) + x", {"x": 3.0}, 5.0, {"x": 1.0}),
        Case(s, "other scalars", "np.int64(2) / x", {"x": 4.0}, 0.5, {"x": -0.125}),
        Case(s, "other operators", "np.float64(2) - x", {"x": 3.0}, -1.0, {"x": -1.0}),
        Case(s, "other operators", "np.float64(2) ** x", {"x": 3.0}, 8.0, {"x": 8.0 * math.log(2.0)}),
        Case(s, "other operators", "np.float64(7) % x", {"x": 2.0}, 1.0, {"x": -3.0}),
        Case(s, "a scalar in the end is a Value", "type(np.float64(2) * x)", {"x": 3.0}, "Value"),
        Case(s, "np.exp", "np.exp(x)", {"x": 0.0}, 1.0, {"x": 1.0}),
        Case(s, "np.tanh", "np.tanh(x)", {"x": 0.0}, 0.0, {"x": 1.0}),
        Case(s, "np.hypot", "np.hypot(x, y)", {"x": 3.0, "y": 4.0}, 5.0, {"x": 0.6, "y": 0.8}),
        Case(s, "np.exp records", "np.exp(x).op", {"x": 0.0}, "exp"),
        Case(s, "the domain is that of the engine", "np.sqrt(x)", {"x": -1.0}, raises=DomainError,
             error="sqrt: argument 0 ('x') must lie in [0, inf), got -1.0"),
        Case(s, "an array with a Value", "list(np.array([1.0, 2.0]) * x)", {"x": 3.0}, [3.0, 6.0]),
        Case(s, "an array with a Value", "list(x - np.array([1.0, 2.0]))", {"x": 3.0}, [2.0, 1.0]),
        Case(s, "an array with a Value", "list(x ** np.array([1.0, 2.0]))", {"x": 3.0}, [3.0, 9.0]),
        Case(s, "an array with a Value has dtype object", "(np.array([1.0, 2.0]) * x).dtype.name", {"x": 3.0}, "object"),
        Case(s, "an array compared with a Value", "list(x < np.array([1.0, 5.0]))", {"x": 3.0}, [False, True]),
        Case(s, "a Value compared with an array", "list(np.array([1.0, 5.0]) < x)", {"x": 3.0}, [True, False]),
        Case(s, "object arrays: @", "np.array([x, y]) @ np.array([y, 2.0])", {"x": 3.0, "y": 4.0}, 20.0, {"x": 4, "y": 5}),
        Case(s, "object arrays: matrices", "(np.array([[1.0, 2.0]]) @ np.array([x, y]))[0]", {"x": 3.0, "y": 4.0}, 11.0,
             {"x": 1.0, "y": 2.0}),
        Case(s, "object arrays: sum", "np.array([x, y, x]).sum()", {"x": 3.0, "y": 4.0}, 10.0, {"x": 2.0, "y": 1.0}),
        Case(s, "object arrays: np.tanh", "list(np.tanh(np.array([x, y])))", {"x": 0.0, "y": 0.0}, [0.0, 0.0]),
        Case(s, "object arrays: np.tanh records", "np.tanh(np.array([x, y]))[1]", {"x": 1.0, "y": 0.0}, 0.0, {"x": 0, "y": 1}),
    ]  # fmt: skip


CASES: tuple[Case, ...] = (
    *_values(), *_domains(), *_selection(), *_kinks(), *_graph(), *_conversions(), *_numpy(),
)  # fmt: skip
"""Every promise, in the order of the text."""
