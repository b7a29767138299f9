# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 11 · Beyond
#
# **The question.** Everything so far used *first* derivatives, of *losses*, of *networks*, with *our* operations. What
# can be done with the same engine if each of these four words is dropped?
#
# After this notebook you can
#
# - differentiate derivatives: Taylor polynomials, and Newton's method with its digits that double,
# - fit a curve with SciPy and exact derivatives, and add an operation of your own that passes all checks,
# - hand a model over to JAX, and say for what a scalar engine is the wrong tool.
#
# *Time to read: 40 minutes. You need: notebooks 02 and 06. Sections 3 and 5 use SciPy and JAX
# (`pip install scipy jax`).*

# %%
import math
from itertools import pairwise
from textwrap import fill

import course
import matplotlib.pyplot as plt
import numpy as np
from course.trial import on_trial
from scipy.optimize import curve_fit

from autograd_core import Value, atan, derivative, draw, exp, grad, hessian, hvp, jacobian, jit, sin, sqrt, tanh
from autograd_core.tape.recording import record
from autograd_core.testing import PrimitiveError, check_primitive
from nn import MLP, datasets, plots

try:
    import jax
except ImportError:
    jax = None
    print("JAX is not here, so section 5 shows nothing: pip install jax")

course.style()

# %% [markdown]
# ## 1. Derivatives of derivatives
#
# The partial derivative of a primitive is itself a small program of primitives: that of `tanh(x)` is $1 - \tanh^2 x$. So
# the sweep can be carried out in Values as well as in numbers, and what comes out is a graph that can be swept again.
# `derivative(f, order=n)` gives the $n$-th derivative of a function of one variable, and `grad(grad(f))` is the same as
# `order=2`.

# %%
print("sin and its derivatives at 0:", [derivative(sin, order=n)(0.0) for n in range(8)])
twice = derivative(tanh, order=2)(0.5), grad(grad(tanh))(0.5)
print("second derivative of tanh at 0.5, both ways:", [round(number, 12) for number in twice])
assert [derivative(sin, order=n)(0.0) for n in range(5)] == [0.0, 1.0, 0.0, -1.0, 0.0]
assert twice[0] == twice[1]
y = math.tanh(0.5)
assert math.isclose(twice[0], -2.0 * y * (1.0 - y * y))

# %% [markdown]
# All derivatives at *one* point determine a polynomial, and the polynomial says what the function does *around* it
# (Taylor):
#
# $$ T_n(x) = \sum_{k=0}^{n} \frac{f^{(k)}(x_0)}{k!}\,(x - x_0)^k. $$
#
# **Change something.** Another function, another point, more terms. The polynomials of tanh at 0 are good for
# $|x| < \pi/2$ and no further, however many terms they have. For `lambda x: exp(sin(x))` there is no such limit.


# %%
def taylor(f, x0, n):
    """The Taylor polynomial of degree n as a function."""
    coefficients = [derivative(f, order=k)(x0) / math.factorial(k) for k in range(n + 1)]
    return lambda x: sum(c * (x - x0) ** k for k, c in enumerate(coefficients))


f, x0, degrees = tanh, 0.0, (1, 3, 5, 7)  # try lambda x: exp(sin(x)), x0 = 0.5, degrees (1, 2, 4, 8)
polynomials = {n: taylor(f, x0, n) for n in degrees}
for n, polynomial in polynomials.items():
    print(f"degree {n}: error {abs(polynomial(x0 + 0.5) - f(x0 + 0.5)):.6f} at a distance of 0.5")
errors = [abs(polynomial(x0 + 0.5) - f(x0 + 0.5)) for polynomial in polynomials.values()]
assert errors == sorted(errors, reverse=True)

# %% tags=["measured"]
xs = np.linspace(x0 - 3.0, x0 + 3.0, 241)
heights = np.array([f(float(x)) for x in xs])
fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
ax.plot(xs, heights, color="black", linewidth=3, alpha=0.35, label="f")
for n, style in zip(degrees, ("-", "--", "-.", ":"), strict=True):
    ax.plot(xs, polynomials[n](xs), style, label=f"degree {n}")
ax.plot([x0], [f(x0)], "o", color="black")
ax.set(ylim=(heights.min() - 1.0, heights.max() + 1.0), xlabel="x", ylabel="y", title="polynomials that know one point")
fig.legend(loc="outside right upper")
plt.show()

# %% [markdown]
# What does it cost? Record the derivatives as programs (notebook 10), and count the instructions:

# %%
counts = [len(record(derivative(lambda x: tanh(sin(x)), order=n), [0.5])[0].instructions()) for n in range(5)]
print("instructions of tanh(sin(x)) and its derivatives of order 1 to 4:", counts)
assert all(2 * a < b for a, b in pairwise(counts))

# %% [markdown]
# Every order multiplies the work. The first derivative is cheap, the second often worth it; for the tenth other methods
# are better (arithmetic on truncated power series).
#
# ## 2. Newton's method
#
# Replace $f$ by its tangent, and go where the tangent is zero. Do that again from there:
#
# $$ x_{k+1} = x_k - \frac{f(x_k)}{f'(x_k)}. $$


# %%
def newton(f, x, steps):
    """The points that Newton's method visits."""
    points = [x]
    for _ in range(steps):
        x = x - f(x) / derivative(f)(x)
        points.append(x)
    return points


def digits(x, exact):
    return 16.0 if x == exact else min(16.0, -math.log10(abs(x - exact) / abs(exact)))


points = newton(lambda x: x * x - 2.0, 1.0, 5)
for k, x in enumerate(points):
    print(f"step {k}: {x:.15f}   {digits(x, math.sqrt(2.0)):4.1f} digits are right")
right = [digits(x, math.sqrt(2.0)) for x in points]
assert all(b > 1.9 * a for a, b in pairwise(right[1:5]))

# %% [markdown]
# The number of right digits **doubles** with every step: the convergence is *quadratic*, since the error of the tangent is
# of second order. Bisection, which halves an interval, gains one digit in 3.3 steps.
#
# Near the root, that is. Far away the tangent may lead anywhere. The root of $\arctan$ is 0:

# %%
for start in (1.0, 1.3, 1.5):
    print(f"from {start}:", "  ".join(f"{x:.3g}" for x in newton(atan, start, 5)))
assert abs(newton(atan, 1.3, 6)[-1]) < 1e-6
assert abs(newton(atan, 1.5, 6)[-1]) > 1e3

# %% [markdown]
# **A minimum** is a root of the derivative. With several variables the gradient takes the place of $f'$, and the Hessian
# that of $f''$. It is a linear system in each step, and no learning rate:
#
# $$ x_{k+1} = x_k - H(x_k)^{-1}\,\nabla f(x_k), \qquad H_{ij} = \frac{\partial^2 f}{\partial x_i\,\partial x_j}. $$
#
# Rosenbrock's valley is curved and narrow; notebook 06 had such valleys. Its minimum is at (1, 1).


# %%
def valley(x):
    return (1.0 - x[0]) ** 2 + 10.0 * (x[1] - x[0] ** 2) ** 2


start = [-1.2, 1.0]  # try [0.0, 2.0], [1.5, -0.5]

newton_path = [np.array(start)]
while np.linalg.norm(grad(valley)(newton_path[-1].tolist())) > 1e-10:
    x = newton_path[-1].tolist()
    newton_path.append(newton_path[-1] - np.linalg.solve(hessian(valley)(x), grad(valley)(x)))

descent_path, rate = [np.array(start)], 0.008
while np.linalg.norm(descent_path[-1] - 1.0) > 1e-3 and len(descent_path) < 3000:
    descent_path.append(descent_path[-1] - rate * np.array(grad(valley)(descent_path[-1].tolist())))

print(f"Newton:  {len(newton_path) - 1} steps to 10 digits")
print(f"descent: {len(descent_path) - 1} steps to 3 digits")
assert len(newton_path) < 12
assert np.allclose(newton_path[-1], 1.0, rtol=0.0, atol=1e-10)
assert len(descent_path) > 50 * len(newton_path)

# %% tags=["measured"]
grid_x, grid_y = np.meshgrid(np.linspace(-1.7, 1.7, 161), np.linspace(-1.7, 1.7, 161))
fig, ax = plt.subplots(figsize=(5.6, 4.4), layout="constrained")
ax.contour(grid_x, grid_y, np.log10(valley([grid_x, grid_y]) + 1e-3), levels=14, cmap="Greys", linewidths=0.8)
ax.plot(*np.array(descent_path).T, color=plots.COLOURS[0], linewidth=2, label=f"descent, {len(descent_path) - 1} steps")
ax.plot(*np.array(newton_path).T, marker="o", color=plots.COLOURS[1], label=f"Newton, {len(newton_path) - 1} steps")
ax.plot([1.0], [1.0], "*", color="black", markersize=12, zorder=4)
ax.set(xlim=(-1.7, 1.7), ylim=(-1.7, 1.7), xlabel="$x_1$", ylabel="$x_2$", title="a curved valley")
ax.legend(loc="lower center", frameon=True, facecolor="white", framealpha=1.0)
plt.show()

# %% [markdown]
# Why does nobody train networks like that? The Hessian of $n$ weights has $n^2$ entries, and the linear system takes
# about $n^3$ operations. And the method looks for points of zero slope: a saddle or a maximum will do.
#
# What is affordable for any $n$ is the Hessian **times a vector**: `hvp`, a forward sweep over the reverse sweep, costs a
# small multiple of one evaluation. Methods such as conjugate gradients need nothing else.

# %%
x, v = [-1.2, 1.0], [0.5, -2.0]
product = hvp(valley)(x, v)
print("hvp(valley)(x, v):", [round(number, 6) for number in product])
assert np.allclose(product, np.array(hessian(valley)(x)) @ v)


def bowl(x):
    """A function in which all variables meet."""
    squares = sum(a * a for a in x)
    return squares * squares


for n in (10, 20, 40):
    at, along = [0.1 * i for i in range(n)], [1.0] * n
    one = len(record(bowl, [at])[0].instructions())
    times_vector = len(record(hvp(bowl), [at, along])[0].instructions())
    whole = len(record(hessian(bowl), [at])[0].instructions())
    print(
        f"{n:2} variables: hvp has {times_vector / one:.1f} times the instructions of f, the Hessian {whole / one:.1f} times"
    )
    assert times_vector < 10 * one
    assert whole > 2 * n * one

# %% [markdown]
# ## 3. Fitting a curve with SciPy
#
# No network here: something decays, and we want its rate. The model is $y = a\,e^{-bx} + c$, and SciPy's `curve_fit` looks
# for the parameters with the least squared error. It needs the Jacobian $\partial y_i / \partial(a, b, c)$; without one
# it uses differences, and evaluates the model once more for each parameter.


# %%
def decay(x, a, b, c):
    return a * exp(-b * x) + c


random_numbers = np.random.default_rng(3)
x_data = np.linspace(0.0, 4.0, 30)
y_data = 2.5 * np.exp(-1.3 * x_data) + 0.5 + random_numbers.normal(scale=0.05, size=30)

evaluations = []  # at which parameters the model was evaluated


def model(x, a, b, c):
    """The curve for SciPy, which takes arrays."""
    evaluations.append((a, b, c))
    return np.array([decay(number, a, b, c) for number in x.tolist()])


rows = jacobian(decay, argnums=(1, 2, 3))


def exact(x, a, b, c):
    """The Jacobian, one row per point."""
    return np.array([rows(number, a, b, c) for number in x.tolist()])


fits, used = {}, {}
for name, jac in (("differences", None), ("our Jacobian", exact)):
    evaluations.clear()
    fits[name] = curve_fit(model, x_data, y_data, p0=[1.0, 1.0, 0.0], jac=jac)
    used[name] = len(evaluations)
    a, b, c = fits[name][0]
    print(f"{name:13} a = {a:.4f}, b = {b:.4f}, c = {c:.4f}   model evaluated {used[name]} times")
best, covariance = fits["our Jacobian"]
assert np.allclose(best, fits["differences"][0], rtol=1e-5)
assert used["our Jacobian"] < used["differences"] / 2

# %% [markdown]
# The same fit with fewer evaluations, and no step width to choose. With exact derivatives one can also ask *how exact*
# the optimum is: there the gradient of the squared error is zero.

# %%
gradient = exact(x_data, *best).T @ (model(x_data, *best) - y_data)
print("the gradient at the end is below 1e-6:", bool(np.abs(gradient).max() < 1e-6))
assert np.abs(gradient).max() < 1e-6
deviation = np.sqrt(np.diag(covariance))
print("a, b, c =", ", ".join(f"{value:.2f} ± {error:.2f}" for value, error in zip(best, deviation, strict=True)))
assert all(abs(best - [2.5, 1.3, 0.5]) < 3.0 * deviation)

# %% tags=["measured"]
fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
ax.plot(x_data, y_data, "o", color="0.4", label="measured")
ax.plot(x_data, model(x_data, 1.0, 1.0, 0.0), ":", color=plots.COLOURS[0], label="start")
ax.plot(x_data, model(x_data, *best), color=plots.COLOURS[1], label="fit")
ax.set(xlabel="x", ylabel="y", title="the fit through 30 points")
ax.legend()
plt.show()

# %% [markdown]
# And with many points? Every point is a lane (notebook 10). `value_and_grad` gives the derivatives by each argument in
# every lane: side by side they *are* the Jacobian.
#
# **Change something.** Another model, say `a * cos(b * x) + c` (`from autograd_core import cos`), with a start near the
# truth. Only the first lines of this cell have to change: nobody derives anything.


# %%
def law(x, a, b, c):
    return a * exp(-b * x) + c  # try a * cos(b * x) + c


truth, guess, points = (2.5, 1.3, 0.5), (1.0, 1.0, 0.0), 20_000

fast = jit(law)
x_many = np.linspace(0.0, 4.0, points)
y_many = fast(x_many, *truth) + np.random.default_rng(4).normal(scale=0.05, size=points)
found, _ = curve_fit(
    fast, x_many, y_many, p0=guess,
    jac=lambda x, *parameters: np.column_stack(fast.value_and_grad(x, *parameters)[1].inputs[1:]),
)  # fmt: skip
print(f"{points:,} points:", [round(number, 3) for number in found.tolist()])
assert np.allclose(found, truth, atol=0.02)

# %% [markdown]
# ## 4. An operation of your own
#
# Everything that the engine knows of an operation stands in one row: how to compute it, its partial derivatives, its
# domain. From a row of your own the rest follows: the function and the method, both modes, derivatives of any order,
# drawings, compiled code, and fourteen checks.
#
# The *softsign* $x / (1 + |x|)$ is a sigmoid with slow tails. Its derivative is $1 / (1 + |x|)^2$. Rules are written with
# a namespace `m`, so that one text serves numbers, Values and arrays; `out` is the result, in case the derivative can use
# it. A name can be taken once. So `on_trial` defines it here for one block only, and this cell may be run again; in a
# program of yours, write `softsign = primitive(...)` with the same arguments.

# %%
softsign_row = {
    "name": "softsign",
    "primal": lambda m, x: x / (1.0 + m.abs(x)),
    "partials": lambda m, x, out: 1.0 / ((1.0 + m.abs(x)) * (1.0 + m.abs(x))),
    "summary": "x / (1 + |x|), a sigmoid with slow tails.",
    "traits": ("odd", "increasing"),
}
with on_trial(**softsign_row) as softsign:
    x, w = Value(2.0, "x"), Value(-1.5, "w")
    y = softsign(w * x)
    y.backward()
    picture = draw(y, direction="LR")
    second = derivative(softsign, order=2)(1.0)
    report = check_primitive(softsign)
print("gradient:", w.grad, "  second derivative at 1:", second)
print(fill(str(report), 96))
assert w.grad == 2.0 / 4.0**2
assert second == -2.0 / 2.0**3
assert report.ok
picture

# %% [markdown]
# The checks compare the rule with the values of the primal, at many points and near the edges of the domain. A wrong rule
# does not get through, and you are told what it looks like. Here somebody forgot the square.
#
# **Change something.** Put in a mistake of your own: a factor, a sign, `x` for `out`, a trait that does not hold. Which
# check finds it?

# %% tags=["measured"]
mistake = softsign_row | {"partials": lambda m, x, out: 1.0 / (1.0 + m.abs(x))}
try:
    with on_trial(**mistake) as softsign:
        check_primitive(softsign)
    print("nothing found")
except PrimitiveError as error:
    print(
        "\n".join(
            fill(line, 96, replace_whitespace=False, subsequent_indent="    ") for line in str(error).splitlines()
        )
    )

# %% [markdown]
# ## 5. Leaving for JAX
#
# At some size a scalar engine is the wrong tool, and your model should not have to be written again. `to_jax` turns what
# was recorded into a function of [JAX](https://docs.jax.dev), Google's library for array programs: a function of the vector
# of parameters and of the inputs of one example, without side effects. From there on JAX's own tools apply: `vmap` for
# many examples, `grad`, `jit`, other devices.

# %%
network = MLP(2, [4, 1], activation="tanh", seed=6)


def loss(x, t):
    return 0.5 * (network(x) - t) ** 2


data = datasets.load("moons", n=60, noise=0.1, seed=0)
X, T = np.array(data.X), np.array(data.y, dtype=float)
ours = jit(loss)
values, gradients = ours.value_and_grad(X, T)
weights = np.array([p.data for p in ours.parameters])
print(len(ours.parameters), "parameters, loss", round(float(values.mean()), 6))

# %% [markdown]
# Is it the same function? Values and gradients have to agree to rounding. (JAX computes in 32 bits if it is not told
# otherwise.)

# %%
if jax is not None:
    jax.config.update("jax_enable_x64", True)
    theirs = ours.to_jax()  # theirs(parameters, x, t): one example

    batch = jax.vmap(theirs, in_axes=(None, 0, 0))  # many examples
    mean_loss = jax.jit(lambda parameters: batch(parameters, X, T).mean())
    by_parameters = jax.jit(jax.grad(mean_loss))
    by_inputs = jax.vmap(jax.grad(theirs, argnums=1), in_axes=(None, 0, 0))

    assert np.allclose(batch(weights, X, T), values, rtol=1e-10, atol=1e-12)
    assert np.allclose(by_parameters(weights) * len(X), gradients.parameters, rtol=1e-10, atol=1e-12)
    assert np.allclose(by_inputs(weights, X, T), gradients.inputs[0], rtol=1e-10, atol=1e-12)
    print("values, gradients by parameters and by inputs agree to 10 digits")

# %% [markdown]
# Then train there, and bring the weights home:

# %%
if jax is not None:
    trained = jax.numpy.asarray(weights)
    for _ in range(300):
        trained = trained - 0.5 * by_parameters(trained)
    for parameter, number in zip(ours.parameters, trained.tolist(), strict=True):
        parameter.data = number
    print("loss before:", round(float(values.mean()), 4), "  after:", round(float(ours(X, T).mean()), 4))
    assert math.isclose(float(ours(X, T).mean()), float(mean_loss(trained)), rel_tol=1e-9)
    assert ours(X, T).mean() < 0.5 * values.mean()

# %% [markdown]
# Only what takes the same way for all inputs can leave: a function with a branch of Python is refused, as JAX would follow
# the branch of the recorded example everywhere.
#
# ## 6. What a scalar engine is not for
#
# - **Large models.** A hundred million weights are a hundred million objects here. Libraries of tensors (PyTorch, JAX)
#   keep one object per *matrix*; that is the same chain rule, with matrices for nodes (notebook 08).
# - **Images and convolutions, GPUs, several machines**: theirs as well.
# - **Answers that are defined by an equation.** If $x^*(p)$ solves $f(x, p) = 0$, its derivative is not to be had by
#   differentiating a thousand iterations, but by the implicit function theorem:
#   $\dfrac{dx^*}{dp} = -\dfrac{\partial f / \partial p}{\partial f / \partial x}$, at the solution.
#
# The last one takes three lines. The square root, as the solution of $x^2 - p = 0$:


# %%
def f(x, p):
    return x * x - p


p = 2.0
solution = newton(lambda x: f(x, p), 1.0, 8)[-1]  # as numbers: no graph of the iterations
by_x, by_p = grad(f, argnums=(0, 1))(solution, p)
print("dx*/dp =", round(-by_p / by_x, 12), "  and the derivative of the square root:", round(derivative(sqrt)(p), 12))
assert math.isclose(-by_p / by_x, derivative(sqrt)(p), rel_tol=1e-12)

# %% [markdown]
# Where to go from here:
#
# - Griewank and Walther, *Evaluating Derivatives* (2008): the book on all this, from the cost of a sweep to checkpoints.
# - Baydin, Pearlmutter, Radul and Siskind, *Automatic differentiation in machine learning: a survey* (2018).
# - Nocedal and Wright, *Numerical Optimization* (2006): Newton's method with what makes it safe.
# - Read this engine: `row`, `primitives`, `graph`, `value`, in this order. It is short enough for an evening.
#
# ## Exercises
#
# ### Exercise 11.1
# Write a function that gives the first $n + 1$ **Taylor coefficients** of `f` at `x0`: the list of the numbers that the
# powers $(x - x_0)^0, \dots, (x - x_0)^n$ are multiplied by.


# %% tags=["exercise"]
def answer(f, x0, n): ...


course.check("11.1", answer)

# %% [markdown]
# ### Exercise 11.2
# Write **one** Newton step for a *minimum* of a function of one variable: a function of `f` and `x` that returns the next
# point.


# %% tags=["exercise"]
def answer(f, x): ...


course.check("11.2", answer)

# %% [markdown]
# ### Exercise 11.3
# $\ln\cosh x$ is a loss between squared error and absolute error. Its primal is given, in a form that does not
# overflow: `m.abs(x) + m.log1p(m.exp(-2.0 * m.abs(x))) - math.log(2.0)`. Write the rule of its derivative.


# %% tags=["exercise"]
def answer(m, x, out): ...


course.check("11.3", answer)

# %% [markdown]
# ### Exercise 11.4
# $x^*(p)$ is the solution of $x + \ln x = p$. What is $dx^*/dp$ at $p = 1$? (The solution there is $x^* = 1$.)

# %% tags=["exercise"]
answer = ...
course.check("11.4", answer)

# %% [markdown]
# ## What to remember
#
# - The sweep is a program of the same operations, so it can be differentiated: to any order, at a price for each.
# - Newton's method doubles the digits near the solution, and may run away far from it. Hessians are large; Hessian times
#   vector is cheap.
# - Exact derivatives serve any solver that asks for them: fewer evaluations, and no step width.
# - A new operation is one row, and the checks come with it.
# - A recorded program can leave for JAX; equal to ten digits is something to check, not to hope for.
# - The chain rule is the same for scalars and for tensors. You have seen it work on every single number.
#
# This is the end of the course. Back to [the start](00_start_here.ipynb), or to
# [where each concept is taught](concepts.md).
