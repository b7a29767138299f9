# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 09 · Testing derivatives
#
# **The question.** A wrong derivative rarely crashes. The loss still falls, only less well, and you look for the reason in the data, the
# learning rate, the weather. So how would you *know* that a derivative is right?
#
# Afterwards you can
#
# - test a rule at hundreds of points and in random programs, with one line that states a property,
# - say how small a mistake such a test can see, and what happens at kinks and near saturation,
# - hunt a wrong rule down: from "something is off" to the operation, the argument and the kind of mistake.
#
# *Time to read: 45 minutes. To run: half a minute. This notebook uses Hypothesis (`pip install hypothesis`).*

# %%
import math
import random
import sys
from decimal import Decimal, getcontext
from fractions import Fraction
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np

try:
    from hypothesis import HealthCheck, Phase, assume, given, settings
except ImportError:
    sys.exit("This notebook needs Hypothesis: pip install hypothesis")

import course
from course.trial import on_trial, verdict

import nn
from autograd_core import (
    GradientMismatch,
    Value,
    derivative,
    dot,
    exp,
    gradcheck,
    leaky_relu,
    maximum,
    numerical_gradient,
    relu,
    sigmoid,
    sin,
    tanh,
)
from autograd_core.testing import PrimitiveError, check_primitive, numbers, operands, programs, random_program

course.style()

# %% [markdown]
# ## 1. From an example to a property
#
# The oldest test of a derivative: compare it with a difference quotient, at one point. `gradcheck` does that, with care (section 2 tells
# how), and explains itself:

# %% tags=["measured"]
gradcheck(lambda x, y: sin(x * y) + exp(x) / y, 0.7, 2.0)

# %% [markdown]
# A right answer at one point is an anecdote. A rule may be right for $x > 0$ and wrong for $x < 0$; right alone and wrong where two
# branches of a graph meet. So we turn the test around. Instead of an example we state a **property**, something that holds for *all*
# inputs, and let a machine look for a counterexample. In Hypothesis:

# %%
quiet = settings(  # the same points at every run, on fast and slow machines
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
tried = []


@quiet
@given(operands("tanh"))  # points inside the domain of tanh, of every size
def the_rule_of_tanh_is_right(point):
    tried.append(point[0])
    gradcheck(tanh, *point)


the_rule_of_tanh_is_right()
print("no counterexample among the points that Hypothesis tried")

assert len(tried) >= 30
assert min(tried) < 0.0 < max(tried)

# %% [markdown]
# `operands` knows the domain of each operation from its row in the table of primitives: it does not ask for the logarithm of −1. A strategy
# can also make whole *programs*. Here is one:

# %%
program = random_program(random.Random(20), 6, inputs=2, kind="smooth")
print(program)

# %% [markdown]
# And here is the property that matters most: **for every program, the reverse sweep is right.** It tests all rules at once,
# together with the sweep that combines them, sharing, constants, order and all.

# %%
sizes = []


@quiet
@given(programs(kind="smooth", max_size=8))
def the_gradient_of_every_program_is_right(program):
    sizes.append(len(program.instructions))
    gradcheck(program, *program.inputs)


the_gradient_of_every_program_is_right()
print("no counterexample among random programs of up to 8 operations")

assert len(sizes) >= 30
assert max(sizes) > 3

# %% [markdown]
# **Change something.** Other properties are as good, and need no derivative at all. Complete the list: *tanh is odd, so its derivative
# is even*; *$\nabla(f + g) = \nabla f + \nabla g$*; *the derivative of a sigmoid is never above ¼*. Try one that is false, and see
# what Hypothesis finds.


# %%
@quiet
@given(numbers())
def the_slope_of_a_sigmoid_is_at_most_a_quarter(x):
    assert 0.0 <= derivative(sigmoid)(x) <= 0.25


@quiet
@given(numbers())
def the_slope_of_tanh_is_even(x):
    assert derivative(tanh)(x) == derivative(tanh)(-x)


the_slope_of_a_sigmoid_is_at_most_a_quarter()
the_slope_of_tanh_is_even()
print("both hold")

# %% [markdown]
# ## 2. How close is close enough?
#
# A difference quotient is not exact, so a comparison needs a tolerance. Too tight, and right rules fail; too loose, and wrong ones
# pass. For central differences the error has two parts that pull in opposite directions,
#
# $$\frac{f(x+h) - f(x-h)}{2h} = f'(x) + \underbrace{\tfrac{h^2}{6}f'''(x)}_{\text{truncation}}
# + \underbrace{O\!\left(\tfrac{\varepsilon |f|}{h}\right)}_{\text{rounding}}, \qquad \varepsilon = 2^{-52}.$$

# %% tags=["measured"]
figure, ax = plt.subplots(figsize=(7.2, 4.2), layout="constrained")
steps = 10.0 ** np.arange(-15, 0.1, 0.25)
for scheme, line in (("forward", "--"), ("central", "-")):
    errors = [abs(numerical_gradient(math.exp, 1.0, h=h, scheme=scheme) - math.e) / math.e for h in steps]
    ax.loglog(steps, errors, line, marker=".", label=f"{scheme} differences")
ax.set_xlabel("h")
ax.set_ylabel("relative error of the derivative of exp at 1")
ax.set_title("too large a step truncates, too small a step rounds")
ax.legend()
plt.show()

# %% [markdown]
# `gradcheck` has no tolerance to set. It takes quotients for a whole series of steps, extrapolates them to $h = 0$ (Ridders), and
# gets a bound of its own error from how they settle; to that it adds what rounding can do. How small a mistake does it see? We
# multiply the rule of the sine by $1 + \epsilon$:


# %%
def found(eps):
    """Whether gradcheck finds a rule that is wrong by the factor 1 + eps."""
    return not verdict("sine", lambda m, x: m.sin(x), lambda m, x, out: m.cos(x) * (1.0 + eps), 1.0).right


for eps in (1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-14):
    print(f"a rule that is off by {eps:.0e}: {'found' if found(eps) else 'not seen'}")

assert found(1e-2)
assert found(1e-10)
assert not found(1e-14)
assert verdict("sine", lambda m, x: m.sin(x), lambda m, x, out: m.cos(x), 1.0).right  # the right rule passes

# %% [markdown]
# Ten digits. Compare the usual recipe, `abs(a - b) < 1e-5` with one fixed $h$: it sees five, and it fails right rules where $f$ is large.
#
# This was also a **test of the test**. A test that has never been seen to fail proves nothing: it may compare a number with itself.
#
# ### Exercise 9.1
# Write a test yourself: a function that takes a function `f` and a number `x` and says (True or False) whether the engine's
# derivative, `derivative(f)(x)`, agrees with the values of `f`. It should accept right rules, and notice a rule that is wrong in the
# fourth digit, also where $f$ is as large as $10^6$.

# %% tags=["exercise"]
agrees = ...  # a function (f, x) that returns True or False

course.check("9.1", agrees)

# %% [markdown]
# ### Exercise 9.2
# Find a step $h$ for which central differences of $e^x$ at $x = 1$ have an error below $10^{-9}$.

# %% tags=["exercise"]
h = ...

course.check("9.2", h)

# %% [markdown]
# ## 3. Kinks
#
# $\max(0, x)$ has no derivative at 0. From the left it is 0, from the right 1. An engine has to return *something*; this one documents
# what, for each operation (a convention), and `gradcheck` says so instead of failing:

# %%
print("at 0          from the left   from the right   the engine")
for name, f in (("relu", relu), ("|x|", abs), ("leaky_relu", leaky_relu)):
    found_at_0 = gradcheck(f, 0.0).derivatives[0]
    left, right = found_at_0.sides
    print(f"{name:12} {left:14.2f} {right:16.2f} {found_at_0.reverse:12.2f}   verdict: {found_at_0.verdict}")
    assert found_at_0.verdict == "kink"
    assert min(left, right) <= found_at_0.reverse <= max(left, right)

# %% [markdown]
# At a tie, `maximum` passes one half to each side: the only choice that treats the two alike.

# %%
a, b = Value(1.0, "a"), Value(1.0, "b")
maximum(a, b).backward()
print(f"∂max/∂a = {a.grad}, ∂max/∂b = {b.grad}")

assert a.grad == b.grad == 0.5

# %% [markdown]
# *Beside* a kink there is a trap for the tester. The derivative exists there, but a step that reaches over the kink does not see it:

# %%
print("relu at x = 1e-7")
for h in (1e-5, 1e-6, 1e-7, 1e-8):
    quotient = numerical_gradient(relu, 1e-7, h=h)
    print(f"    central differences with h = {h:.0e}: {quotient:.4f}")
report = gradcheck(relu, 1e-7)
print(
    f"    gradcheck: {report.derivatives[0].numerical:.4f}, {report.derivatives[0].verdict}; "
    f"it knows of the kink: {[kink.operation for kink in report.kinks]}"
)

assert report.derivatives[0].verdict == "right"
assert report.derivatives[0].reverse == 1.0

# %% [markdown]
# `gradcheck` records on which side of every kink a value was computed, and uses no quotient of values from two sides. So networks
# of ReLUs can be tested too, where some unit is near its kink at any point:


# %%
@settings(quiet, max_examples=20)
@given(operands("mul", near="interior"))
def a_network_of_relus_has_right_gradients(x):
    model = nn.MLP(2, [4, 4, 1], activation="relu", seed=0)
    gradcheck(model, list(x))  # of the inputs, and of all 37 parameters


a_network_of_relus_has_right_gradients()
print("no counterexample")

# %% [markdown]
# ### Exercise 9.3
# $f(x) = \max(x^2, x)$ has kinks. Give a point where `gradcheck(lambda x: maximum(x * x, x), point)` has the verdict *kink*.

# %% tags=["exercise"]
point = ...

course.check("9.3", point)

# %% [markdown]
# ## 4. The complex step
#
# The rounding error of differences comes from the subtraction. There is a way without one. For a function that is analytic,
# expand it along the imaginary axis:
#
# $$f(x + ih) = f(x) + ih f'(x) - \tfrac{h^2}{2}f''(x) - \dots
# \quad\Longrightarrow\quad f'(x) = \frac{\operatorname{Im} f(x + ih)}{h} + O(h^2).$$
#
# No difference, no cancellation, so $h$ may be as small as $10^{-100}$. Then $h^2$ is nothing, and what is left is exact to rounding.


# %% tags=["measured"]
def f(x):
    return exp(x) * sin(x) / (1.0 + x * x)


exact = derivative(f)(1.5)
figure, ax = plt.subplots(figsize=(7.2, 4.0), layout="constrained")
for scheme, line in (("central", "-"), ("complex", "--")):
    exponents = range(-15, 0) if scheme == "central" else range(-100, 0, 2)
    errors = [abs(numerical_gradient(f, 1.5, h=10.0**k, scheme=scheme) - exact) / abs(exact) for k in exponents]
    ax.semilogy(list(exponents), np.maximum(errors, 1e-17), line, marker=".", label=f"{scheme} step")
ax.axhline(2.0**-52, color="0.6", linewidth=1)
ax.annotate("grey: ε = 2⁻⁵²", (-103, 8e-18), fontsize=9)
ax.set_xlabel("exponent k of the step h = 10ᵏ")
ax.set_ylabel("relative error")
ax.set_title("the complex step has no rounding problem")
ax.legend()
plt.show()

# %% [markdown]
# With it, a property can be much stricter than with differences: thirteen digits instead of ten.

# %%
checked = []


@quiet
@given(programs(kind="smooth", rows=["add", "mul", "sub", "div", "sin", "exp", "tanh", "log1p", "square"], max_size=6))
def reverse_sweep_and_complex_step_agree(program):
    inputs = [Value(x) for x in program.inputs]
    root = program(*inputs)
    assume(isinstance(root, Value) and math.isfinite(root.data))
    root.backward()
    by_step = numerical_gradient(lambda xs: program(*xs), list(program.inputs), scheme="complex")
    size = max(abs(x.grad) for x in inputs) + abs(root.data) + 1.0
    assert all(abs(x.grad - g) <= 1e-13 * size for x, g in zip(inputs, by_step, strict=True))
    checked.append(program)


reverse_sweep_and_complex_step_agree()
print("no counterexample, to 13 digits")

assert len(checked) >= 30

# %% [markdown]
# Where is the catch? The function must be analytic, and its program must compute it on complex numbers. Python's `abs` does
# not: on complex numbers it is the modulus. No error, just a wrong number, off by a factor of 2:


# %%
def g(x):
    return x * abs(x)  # g' = 2|x|


x, h = 1.5, 1e-100
print(f"right: {2 * abs(x)}    complex step on Python's abs: {g(complex(x, h)).imag / h}")
print(f"complex step of this package, which compares real parts: {numerical_gradient(g, x, scheme='complex')}")

assert g(complex(x, h)).imag / h == abs(x)
assert numerical_gradient(g, x, scheme="complex") == 2 * abs(x)

# %% [markdown]
# ## 5. Right, but to how many digits?
#
# A rule can be right on paper and useless in floating point. The measure is the **ulp**, the *unit in the last place*: the
# distance between a double and its neighbour. A result that is rounded once is off by at most half an ulp.
#
# For the four operations we know the exact answer, as a fraction. Every double *is* a fraction, so nothing is lost in the comparison:


# %%
def ulps(x, exact):
    """The error of the double x against an exact number, in units in the last place."""
    return float(abs(type(exact)(x) - exact) / type(exact)(math.ulp(float(exact))))


rng = random.Random(0)
largest = 0.0
for _ in range(300):
    p, q = rng.uniform(-3.0, 3.0), rng.uniform(0.5, 3.0)
    x, y = Value(p), Value(q)
    (x * x / y).backward()  # ∂/∂x = 2x/y and ∂/∂y = −x²/y²
    largest = max(
        largest, ulps(x.grad, 2 * Fraction(p) / Fraction(q)), ulps(y.grad, -(Fraction(p) ** 2) / Fraction(q) ** 2)
    )
print(f"300 random points, gradients of x²/y against exact fractions: never off by more than 4 ulp: {largest <= 4.0}")

assert largest <= 4.0

# %% [markdown]
# Sums are worse than one thinks. A long sum of products, added term by term, loses digits where large terms cancel. A neuron's
# weighted sum here is one operation, `dot`, that rounds once, at the end:

# %%
rng = random.Random(1)
w = [rng.uniform(-1.0, 1.0) * 10.0 ** rng.randint(0, 8) for _ in range(40)]
x = [rng.uniform(-1.0, 1.0) for _ in w]
w += [-v for v in w[:39]]  # large terms that almost cancel
x += [v * (1.0 + 1e-9) for v in x[:39]]
exact = sum(Fraction(v * u) for v, u in zip(w, x, strict=True))  # of the rounded products
one_by_one = 0.0
for v, u in zip(w, x, strict=True):
    one_by_one += v * u
print(f"added one by one: off by more than a million ulp: {ulps(one_by_one, exact) > 1e6}")
print(f"dot:              off by at most half an ulp:    {ulps(dot(w, x), exact) <= 0.5}")

assert ulps(one_by_one, exact) > 1e6
assert ulps(dot(w, x), exact) <= 0.5

# %% [markdown]
# For $\tanh$ there is no fraction, but there are 60 decimal digits. The textbook says $\tanh' = 1 - \tanh^2$. For large
# $x$, $\tanh^2 x$ is so close to 1 that the difference has hardly a digit left, just where a saturated neuron needs its small
# gradient. The rule of this engine is a rearranged formula; each row of the table keeps both.

# %%
getcontext().prec = 60


def tanh_slope(x):
    """The derivative of tanh to 60 digits, by 4/(eˣ + e⁻ˣ)²."""
    e = Decimal(x).exp()
    return 4 / (e + 1 / e) ** 2


row = tanh(Value(0.5)).primitive
print(f"promised by the row of tanh: at most {row.ulp:g} ulp")
print("correct digits of\n    x          1 − tanh²   the engine's rule")
for x in (1.0, 5.0, 10.0, 15.0, 19.0):
    exact = tanh_slope(x)
    kept = []
    for number in (1.0 - math.tanh(x) ** 2, derivative(tanh)(x)):
        relative = abs(Decimal(number) - exact) / exact
        kept.append(min(16, max(0, int(-math.log10(relative or Decimal("1e-17"))))))
    print(f"{x:5.0f}   {kept[0]:15}   {min(kept[1], 15):16}")
    assert kept[1] >= 15
assert 1.0 - math.tanh(19.5) ** 2 == 0.0 < derivative(tanh)(19.5)

# %% tags=["measured"]
figure, ax = plt.subplots(figsize=(7.2, 4.2), layout="constrained")
points = np.linspace(0.01, 25.0, 500)
for name, slope, marker in (
    ("1 − tanh²(x)", lambda x: 1.0 - math.tanh(x) ** 2, "."),
    ("the engine's rule", derivative(tanh), "."),
):
    errors = [max(ulps(slope(float(x)), tanh_slope(float(x))), 1e-2) for x in points]
    ax.semilogy(points, errors, marker, markersize=4, label=name)
ax.axhline(row.ulp, color="0.4", linewidth=1)
ax.annotate("promised", (21.5, row.ulp * 1.5), fontsize=9)
ax.set_xlabel("x")
ax.set_ylabel("error in ulp")
ax.set_title("the derivative of tanh, against 60 digits")
ax.legend(loc="center right")
plt.show()

# %% [markdown]
# From $x \approx 19$ on the textbook's formula gives 0: a saturated neuron that is wrong can then never recover.
#
# **Change something.** Do the same for the sigmoid: the textbook's $s(1-s)$ against `derivative(sigmoid)`; the exact slope
# is $1/(e^{x/2} + e^{-x/2})^2$. On which side does $s(1-s)$ lose its digits, and why only there?
#
# ### Exercise 9.4
# Write `ulps(x, exact)` yourself, for a `Fraction` as the exact number: the distance of the double `x` to it, in parts of the
# distance between neighbouring doubles there (`math.ulp`). The exact number may not be a double.

# %% tags=["exercise"]
my_ulps = ...  # a function (x, exact)

course.check("9.4", my_ulps)

# %% [markdown]
# ## 6. The hunt
#
# Somebody adds an operation, the GELU activation $x\,\Phi(x)$, where $\Phi$ is the normal distribution function. The value is computed
# exactly. For the derivative $\Phi(x) + x\varphi(x)$ they copied a widely used approximation of $\Phi$, with a tanh in it. The numbers
# look fine. **Does the network still learn?**


# %%
def gelu_value(m, x):
    return 0.5 * x * (1.0 + m.erf(x * math.sqrt(0.5)))


def bell(m, x):
    return m.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


def copied_rule(m, x, _):
    phi = 0.5 * (1.0 + m.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x * x * x)))
    return phi + x * bell(m, x)


def right_rule(m, x, _):
    return 0.5 * (1.0 + m.erf(x * math.sqrt(0.5))) + x * bell(m, x)


moons = nn.datasets.moons(60, noise=0.15, seed=1)
for name, rule in (("copied", copied_rule), ("right ", right_rule)):
    with on_trial("my_gelu", gelu_value, rule) as my_gelu:
        model = nn.MLP(2, [8, 1], activation=my_gelu, init="he", seed=0)
        history = nn.fit(
            model, moons.X, moons.y, loss="bce_with_logits", learning_rate=0.05, epochs=15, batch_size=10, seed=0,
            engine="eager", verbose=0,
        )  # fmt: skip
    losses = history.history["loss"]
    print(f"{name} rule: loss after 1, 5, 10, 15 epochs:", "  ".join(f"{losses[i]:.3f}" for i in (0, 4, 9, 14)))

# %% [markdown]
# It does, as well as with the right rule. Nobody would ever find this in a training curve. A test finds it at once.
#
# **First: is anything wrong?** The property of section 1, over programs in which the new operation may occur. Hypothesis finds a
# counterexample, and then makes it *smaller and smaller* as long as it still fails. (Plain differences and a loose tolerance are enough
# to search with; the careful comparison comes afterwards.)

# %% tags=["measured"]
failing = []


def hunt(operation):
    rows = ["add", "mul", "sin", "tanh", "square", operation]

    @settings(quiet, max_examples=100)
    @given(programs(kind="smooth", rows=rows, max_size=8))
    def the_gradient_of_every_program_is_right(program):
        inputs = [Value(x) for x in program.inputs]
        program(*inputs).backward()
        by_values = numerical_gradient(lambda xs: program(*xs), list(program.inputs))
        right = all(
            abs(x.grad - slope) <= 1e-6 * (1.0 + abs(slope)) for x, slope in zip(inputs, by_values, strict=True)
        )
        if not right:
            failing.append(program)
        assert right

    the_gradient_of_every_program_is_right()


with on_trial("my_gelu", gelu_value, copied_rule):
    try:
        hunt("my_gelu")
    except AssertionError:
        print(f"first counterexample, {len(failing[0].instructions)} operations:\n{failing[0]}\n")
        print(f"the smallest one, after {len(failing)} failures:\n{failing[-1]}\nat {failing[-1].inputs}")

assert len(failing[-1].instructions) <= len(failing[0].instructions)
assert any(instruction.name == "my_gelu" for instruction in failing[-1].instructions)

# %% [markdown]
# **Second: which operation?** `gradcheck` compares every partial that the graph recorded with differences of *that operation alone*. So
# also in the middle of a network it does not say "the gradient is wrong", but whose fault it is, and at which point:

# %%
with on_trial("my_gelu", gelu_value, copied_rule) as my_gelu:
    model = nn.MLP(2, [3, 2, 1], activation=["tanh", my_gelu], seed=4)
    try:
        gradcheck(model, [0.5, -1.0])
    except GradientMismatch as error:
        fault = error.report.faults[0]
        accused = {other.row.name for other in error.report.faults}
        innocent = [name for name, rule in error.report.rules.items() if rule.partials and name not in accused]
        print(
            f"guilty:   {fault.row.name}, its partial with respect to argument {fault.argument} ('{fault.argument_name}')"
        )
        print(
            f"          at {fault.operands[0]:.4f} the rule says {fault.partial:.8f}, the values say {fault.numerical:.8f}"
        )
        print(f"innocent: {', '.join(innocent)}")

assert accused == {"my_gelu"}

# %% [markdown]
# (The error itself is longer: it names the line of your program that recorded the operation. `print(error)` shows it.)
#
# **Third: what kind of mistake?** `check_primitive` tests all that follows from a row of the table: value, partials, edges of the domain,
# compiled code, both modes, second derivatives, kinks, conventions, declared symmetries, errors. And it ventures a guess:

# %%
with on_trial("my_gelu", gelu_value, copied_rule) as my_gelu:
    try:
        check_primitive(my_gelu)
    except PrimitiveError as error:
        report = error.report
        print(f"failed: {', '.join(finding.check for finding in report.findings)}")
        print(fill(f"passed: {', '.join(report.passed)}", 96, subsequent_indent="        "))
        guess = report.findings[0].text.splitlines()[-1].strip()
        print(guess)

assert [finding.check for finding in report.findings] == ["partials"]
assert "small relative error" in guess

# %% [markdown]
# A small relative error, not a sign, not a factor: that is what an approximation looks like. So we put the right rule in, and check again:

# %%
with on_trial("my_gelu", gelu_value, right_rule) as my_gelu:
    try:
        check_primitive(my_gelu)
    except PrimitiveError as error:
        left = error.report.findings
        print(f"failed: {', '.join(finding.check for finding in left)}: {left[0].text.splitlines()[0]}")

x = -9.0
by_value = 0.5 * x * (1.0 + math.erf(x * math.sqrt(0.5)))
by_tail = 0.5 * x * math.erfc(-x * math.sqrt(0.5))
print(f"at x = {x}: 1 + erf gives {by_value}, erfc gives {by_tail:.3e}")

assert left
assert by_value == 0.0 > by_tail

# %% [markdown]
# Still a complaint, about a point far on the left. This time the *rule* is right, and the *value* is not: there $\operatorname{erf}$ is so
# close to $-1$ that $1 + \operatorname{erf}$ is exactly 0. It is section 5 again: right on paper, not in floating point. The
# complement `erfc` keeps the digits. A test that compares two things finds the mistake in either of them.


# %%
def careful_value(m, x):
    return 0.5 * x * m.erfc(-x * math.sqrt(0.5))


def careful_rule(m, x, _):
    return 0.5 * m.erfc(-x * math.sqrt(0.5)) + x * bell(m, x)


with on_trial("my_gelu", careful_value, careful_rule) as my_gelu:
    print(f"all {len(check_primitive(my_gelu).passed)} checks passed")
    failing.clear()
    hunt("my_gelu")
print("and no counterexample among random programs")

assert not failing

# %% [markdown]
# `on_trial` removes the operation at the end of the block. `autograd_core.primitive` makes one that stays. Be careful with wrong ones: what is
# in the table is used by everybody.
#
# ### A small catalogue
#
# The common mistakes, and what `gradcheck` makes of them.
#
# **Change something.** Put in your own favourite.

# %%
CATALOGUE = {
    "wrong sign": (lambda m, x: m.cos(x), lambda m, x, out: m.sin(x)),
    "forgotten factor": (lambda m, x: x**3.0, lambda m, x, out: x**2.0),
    "forgotten inner derivative": (lambda m, x: m.exp(2.0 * x), lambda m, x, out: out),
    "slope of tanh without the square": (lambda m, x: m.tanh(x), lambda m, x, out: 1.0 - out),
    "degrees for radians": (lambda m, x: m.sin(x), lambda m, x, out: m.cos(x) * (math.pi / 180.0)),
    "forgotten second term": (lambda m, x: x * m.sin(x), lambda m, x, out: m.sin(x)),
    "value for derivative": (lambda m, x: m.sqrt(x), lambda m, x, out: out),
}
for mistake, (primal, rule) in CATALOGUE.items():
    print(f"{mistake}:\n    {verdict(mistake, primal, rule, 0.7).kind}")
    assert not verdict(mistake, primal, rule, 0.7).right

# %%
with on_trial(
    "quotient", lambda m, x, y: x / y, [lambda m, x, y, out: -out / y, lambda m, x, y, out: 1.0 / y]
) as quotient:
    try:
        gradcheck(quotient, 0.7, 2.0)
    except GradientMismatch as error:
        kind = error.kind
print(kind)

assert "swapped" in kind

# %% [markdown]
# One kind of mistake no rule can be blamed for: every operation is right, but the graph does not lead where you think. A number taken out of
# the graph with `.data` is a constant for the sweep, not for the differences:

# %%
try:
    gradcheck(lambda x: x * x.data, 3.0)
except GradientMismatch as error:
    print(f"reverse sweep {error.reverse:.1f}, differences {error.numerical:.1f}")
    print(fill(error.kind, 96))

# %% [markdown]
# ### Exercise 9.5
# Repair this rule. The function is $\ln(1 + x^2)$; the rule below passes at $x = \frac12$, which is the one point somebody tried.
#
#     lambda m, x, out: 1.0 / (1.0 + x * x)
#
# Give the right one in the same form.

# %% tags=["exercise"]
rule = ...  # lambda m, x, out: …

course.check("9.5", rule)

# %% [markdown]
# ## 7. A recipe for your own code
#
# 1. State properties, not examples: *for all inputs*, the derivative agrees with the values.
# 2. Draw inputs from the whole domain: small and large, both signs, near the edges. Test kinks apart.
# 3. Test the pieces (each rule) and the whole (random programs): the pieces tell you who, the whole tells you that nothing else is wrong.
# 4. Compare with something independent: differences, the complex step, another mode, more digits, another program.
# 5. Break the code on purpose, and see the test fail.
# 6. Fix the seeds. A test that fails on Tuesdays gets ignored.
#
# The tests of this package do all of that for every operation (`tests/`, and the table of guarantees in the documentation). For your own
# operation they are one line: `check_primitive(my_operation)`.
#
# ## Exercises
#
# 9.1 to 9.5 stand above and check themselves. Two more to think about:
#
# - `x * x.data` passed no test above. Is there a point where it *would* pass?
# - A rule that is right to ten digits is tested by differences, and passes. Which test of this notebook could still find it?
#
# ## What to remember
#
# - A wrong derivative is silent: the loss still falls.
# - A property over random inputs and random programs finds what an example misses, and shrinks it to the smallest case.
# - Differences: truncation against rounding. The complex step has no subtraction and no such limit.
# - At a kink a derivative is a convention; beside one, a step must not reach over it.
# - Right on paper is not right in floating point. Measure in ulp, against exact numbers.
# - Test the test: see it fail.
#
# Next: [10 · Compiled](10_compiled.ipynb)
