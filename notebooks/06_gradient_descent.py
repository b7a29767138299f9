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
# # 06 · Gradient descent
#
# **The question.** You stand on a hillside in thick fog and want to get to the bottom of the valley. All you can feel
# is the slope under your feet. Which way do you step, and how far?
#
# After this notebook you can
#
# - compute the slope in any direction and say why the gradient gives the steepest one,
# - tell from the second derivatives which learning rates are too small, optimal, or too large,
# - recognize an ill-conditioned valley, and get through it by scaling, momentum, rates of their own, or Newton's step.
#
# *Time to read: 45 minutes. You need: notebooks 01 and 04, partial derivatives.*

# %%
import math
import random

import course
import matplotlib.pyplot as plt
import numpy as np

from autograd_core import Value, grad, hessian, jvp
from nn import (
    MLP,
    Perceptron,
    Standardizer,
    datasets,
    find_learning_rate,
    fit,
    newton_step,
    optimal_learning_rate,
    optimizers,
    plots,
)

course.style()

# %% [markdown]
# ## 1. Which way? The directional derivative
#
# At a point $w$, walk a little in a direction $v$ of length 1. How fast does $C$ change? That is the **directional
# derivative**
#
# $$ \nabla_v C = \nabla C \cdot v = \sum_i \frac{\partial C}{\partial w_i}\,v_i, \qquad \lVert v\rVert = 1. $$
#
# One reverse sweep gives $\nabla C$ and with it the slope in *all* directions. (One forward pass, `jvp`, gives the
# slope in *one*.) We compare both with a small walk.


# %%
def bowl(w):
    x, y = w
    return x * x + y * y


here = [2.0, 1.0]
gradient = grad(bowl)(here)
print("gradient at (2, 1):", gradient)
print("\ndirection      ∇C·v     jvp     measured by a small walk")
for degrees in (0.0, 90.0, 180.0, 206.565051177, 296.565051177):
    v = [math.cos(math.radians(degrees)), math.sin(math.radians(degrees))]
    slope = gradient[0] * v[0] + gradient[1] * v[1]
    _, tangent = jvp(bowl, (here,), (v,))
    ahead, behind = ([a + h * b for a, b in zip(here, v, strict=True)] for h in (1e-5, -1e-5))
    walked = (bowl(ahead) - bowl(behind)) / 2e-5
    print(f"{degrees:5.0f}°      {slope:8.4f} {tangent:8.4f} {walked:8.4f}".replace("-0.0000", " 0.0000"))
    assert math.isclose(slope, tangent, abs_tol=1e-12)
    assert math.isclose(slope, walked, abs_tol=1e-6)

# %% [markdown]
# The length matters: for $2v$ the product $\nabla C\cdot 2v$ is twice as large, but the hill is no steeper. So $v$
# must have length 1 for $\nabla C \cdot v$ to be a slope.
#
# ## 2. Steepest descent
#
# With the angle $\theta$ between $v$ and the gradient, $\nabla C\cdot v = \lVert\nabla C\rVert\cos\theta$. It is
# smallest for $\cos\theta = -1$:
#
# $$ v = -\frac{\nabla C}{\lVert\nabla C\rVert} $$
#
# is the **direction of steepest descent**, and the slope there is $-\lVert\nabla C\rVert$.
#
# Across the gradient, at $\theta = 90°$, the slope is 0: there runs the contour line. So the gradient is perpendicular
# to the contours.
#
# **Change something.** Another `hill`, another `point`. Does the smallest slope always lie opposite to the gradient?


# %%
def hill(w):
    x, y = w
    return 0.5 * x * x + 1.5 * y * y + 0.6 * x * y  # try x.sin() + y * y (Values have these functions as methods)


point = [0.4, 1.3]

gradient = grad(hill)(point)
angles = np.radians(np.arange(360))
slopes = gradient[0] * np.cos(angles) + gradient[1] * np.sin(angles)
steepest = np.degrees(angles[slopes.argmin()])
opposite = math.degrees(math.atan2(-gradient[1], -gradient[0])) % 360.0
print(f"steepest of 360 directions {steepest:.0f}°, opposite of the gradient {opposite:.1f}°")
print(f"slope there {slopes.min():.4f}, −‖∇C‖ = {-math.hypot(*gradient):.4f}")
assert abs(steepest - opposite) <= 0.5
assert slopes.min() >= -math.hypot(*gradient)

# %% tags=["measured"]
span = np.linspace(-2.6, 2.6, 121)
xx, yy = np.meshgrid(span, span)


def contours(ax, f, levels=14):
    """The contour lines of a function of two variables."""
    heights = np.array([[f([x, y]) for x in xx[0].tolist()] for y in yy[:, 0].tolist()])
    low, high = heights.min(), heights.max()
    chosen = low + (high - low) * (np.arange(1, levels) / levels) ** 2
    ax.contour(xx, yy, heights, levels=chosen, colors="0.7", linewidths=0.9)
    ax.set(aspect="equal", xlabel="$x$")
    ax.grid(visible=False)


fig, (left, right) = plt.subplots(1, 2, figsize=(7.8, 3.6), layout="constrained")
contours(left, hill)
length = math.hypot(*gradient)
for vector, name, colour in (
    ((gradient[0] / length, gradient[1] / length), "∇C", plots.COLOURS[1]),
    ((-gradient[0] / length, -gradient[1] / length), "steepest\ndescent", plots.COLOURS[0]),
    ((-gradient[1] / length, gradient[0] / length), "slope 0", plots.COLOURS[2]),
):
    tip = [p + 0.9 * v for p, v in zip(point, vector, strict=True)]
    left.annotate("", tip, point, arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 2})
    side = "right" if tip[0] < 0.0 else "left"
    shift = (0, 6) if tip[1] > point[1] else (8, -6)
    va = "bottom" if shift[1] > 0 else "top"
    left.annotate(name, tip, shift, textcoords="offset points", ha=side, va=va, color=colour, fontweight="bold")
left.plot(*point, "ko")
left.set(title="three directions", ylabel="$y$")
right.plot(np.degrees(angles), slopes)
right.axhline(0.0, color="0.5", linewidth=0.8)
right.axvline(opposite, color=plots.COLOURS[0], linestyle="--")
right.axvline((opposite + 180.0) % 360.0, color=plots.COLOURS[1], linestyle="--")
right.text(opposite + 6.0, slopes.max() * 0.85, "−∇C", color=plots.COLOURS[0])
right.text((opposite + 180.0) % 360.0 + 6.0, slopes.min() * 0.9, "∇C", color=plots.COLOURS[1])
right.set(title="slope over the direction", xlabel="direction of $v$ in degrees", xticks=range(0, 361, 90))
right.set_ylabel(r"$\nabla C\cdot v$")
plt.show()

# %% [markdown]
# **Gradient descent** takes a step in that direction, computes the gradient there, and so on. It does not divide by the
# length, so steps become smaller where it is flat; the **learning rate** $\eta$ sets the scale:
#
# $$ w \leftarrow w - \eta\,\nabla C(w). $$
#
# Here $w$ is one long vector of *all* weights and biases, stacked. (Where common lecture notes write
# $\Delta w + \Delta b$, they mean the stacked vector $(\Delta w, \Delta b)$, not a sum.)
#
# Does $C$ always fall? Only to first order: $\Delta C \approx \nabla C\cdot\Delta w = -\eta\lVert\nabla C\rVert^2$.
# For small steps that is nearly exact; for large ones it is wrong, even in sign.

# %%
here = [2.0, 1.0]
gradient = grad(bowl)(here)
print("    η     predicted     actual change of C")
for rate in (0.001, 0.01, 0.1, 0.5, 1.0, 1.5):
    after = [x - rate * g for x, g in zip(here, gradient, strict=True)]
    predicted, actual = -rate * sum(g * g for g in gradient), bowl(after) - bowl(here)
    print(f"{rate:7.3f}  {predicted:9.4f}    {actual:9.4f}")
    assert actual < 0.0 or rate >= 1.0

# %% [markdown]
# ## 3. Descent paths: a bowl and a valley
#
# On the bowl $x^2 + y^2$ the steepest way leads straight to the bottom. Stretch and turn the bowl,
#
# $$ f(x, y) = \tfrac12\big(x^2 + 2\rho\,xy + y^2\big), $$
#
# and for $\rho$ near 1 it is a long narrow **valley**: the quadratic is **ill-conditioned**. Steepest descent now
# points at the opposite wall, not along the valley.


# %%
def valley(w, rho=0.95):
    x, y = w
    return 0.5 * (x * x + 2.0 * rho * x * y + y * y)


def run(f, start, steps, make):
    """The points that the optimizer which `make` makes of the weights goes through."""
    w = [Value(x) for x in start]
    optimizer = make(w)
    points = [list(start)]
    for _ in range(steps):
        optimizer.zero_grad()
        f(w).backward()
        optimizer.step()
        points.append([x.data for x in w])
    return np.array(points)


def descend(f, start, steps, **options):
    """The points that descent goes through; `options` are those of nn.optimizers.SGD: lr, momentum, nesterov."""
    return run(f, start, steps, lambda w: optimizers.SGD(w, **options))


def steps_until(points, distance=1e-3):
    """How many steps until the distance from the origin stays below a bound; None if it does not."""
    outside = np.flatnonzero(~(np.hypot(*points.T) < distance))  # what is not a number any more is outside, too
    return int(outside[-1]) + 1 if outside[-1] + 1 < len(points) else None


start = [2.3, -0.7]
for f, rate in ((bowl, 0.4), (valley, 0.95)):
    points = descend(f, start, 400, lr=rate)
    g = np.array(grad(f)(start))
    cosine = g @ start / np.linalg.norm(g) / np.linalg.norm(start)
    angle = math.degrees(math.acos(min(cosine, 1.0)))
    print(f"{f.__name__:7} angle between −∇f and the way to the minimum {angle:3.0f}°,", end=" ")
    print(f"steps to within 0.001: {steps_until(points)}")

# %% [markdown]
# **Change something.** Other `starts`, another `rate`. From which starts is the valley as easy as the bowl?

# %% tags=["measured"]
starts, rate = [(2.3, -0.7), (-1.0, 2.2), (-2.0, -1.6)], {"bowl": 0.2, "valley": 0.95}

fig, axes = plt.subplots(1, 2, figsize=(7.8, 4.2), layout="constrained", sharey=True)
for ax, f in zip(axes, (bowl, valley), strict=True):
    contours(ax, f)
    for start, marker in zip(starts, plots.MARKERS, strict=False):
        points = descend(f, start, 40, lr=rate[f.__name__])
        ax.plot(*points.T, marker=marker, markersize=4, linewidth=1.3)
    ax.plot(0, 0, "k*", markersize=12)
    ax.set_title(f"{f.__name__}, η = {rate[f.__name__]:g}")
axes[0].set_ylabel("$y$")
plt.show()

# %% [markdown]
# ## 4. How far? Learning rates on a parabola
#
# In one variable, $C(w) = \tfrac12 c\,(w - w^*)^2$ has the derivative $c\,(w - w^*)$ and the second derivative $c$.
# One step multiplies the distance from the minimum by a constant:
#
# $$ w_{\text{new}} - w^* = (1 - \eta c)\,(w - w^*). $$
#
# | learning rate | factor $1 - \eta c$ | what happens |
# |---|---|---|
# | $\eta \ll 1/c$ | just below 1 | too small: converges slowly |
# | $\eta = 1/c = \eta_{\text{opt}}$ | 0 | **one step** |
# | $1/c < \eta < 2/c$ | between −1 and 0 | jumps from side to side, converges |
# | $\eta = 2/c$ | −1 | jumps to and fro forever |
# | $\eta > 2/c = 2\eta_{\text{opt}}$ | below −1 | too large: **diverges** |
#
# So the optimal rate is the **inverse of the second derivative**, which the software computes.


# %%
def parabola(w):
    return 2.0 * (w - 1.0) * (w - 1.0)


best = optimal_learning_rate(parabola, 3.0)
print("second derivative", hessian(parabola)(3.0), "  optimal rate", best)
print("\n    η     factor 1 − ηc    w after 1, 2, 3 and 20 steps, from w = 3")
for rate in (0.1 * best, best, 1.8 * best, 2.0 * best, 2.1 * best):
    w, seen = 3.0, []
    for _ in range(20):
        w = w - rate * grad(parabola)(w)
        seen.append(w)
    print(f"{rate:7.3f}    {1.0 - rate / best + 0.0:8.2f}       " + " ".join(f"{seen[k]:9.3f}" for k in (0, 1, 2, 19)))
    for k, w in enumerate(seen, 1):
        assert math.isclose(w - 1.0, (1.0 - rate / best) ** k * (3.0 - 1.0), rel_tol=1e-9, abs_tol=1e-12)
assert best == 1.0 / hessian(parabola)(3.0) == 0.25

# %% [markdown]
# **Change something.** `multiples` of the optimal rate. Where exactly does it begin to diverge?

# %% tags=["measured"]
multiples, steps = (0.1, 1.0, 1.8, 2.1), 8

rows = -(-len(multiples) // 2)
fig, axes = plt.subplots(rows, 2, figsize=(7.4, 2.7 * rows), layout="constrained", sharex=True, sharey=True)
line = np.linspace(-3.2, 5.2, 200)
for ax, multiple in zip(axes.flat, multiples, strict=False):
    ax.plot(line, parabola(line), color="0.7")
    w = [3.0]
    for _ in range(steps):
        w.append(w[-1] - multiple * best * grad(parabola)(w[-1]))
    ax.plot(w, [parabola(x) for x in w], "o-", markersize=4, linewidth=1, color=plots.COLOURS[1])
    ax.plot(w[0], parabola(w[0]), "o", markersize=9, markerfacecolor="none", color=plots.COLOURS[1])
    limits = {"too small": 0.7, "optimal": 1.3, "large": 2.0, "too large": math.inf}
    verdict = next(name for name, limit in limits.items() if multiple < limit)
    ax.set(title=f"{multiple:g} η$_{{opt}}$: {verdict}", xlabel="$w$", ylim=(-1.5, 30), xlim=(-3.2, 5.2))
for ax in axes[:, 0]:
    ax.set_ylabel("$C(w)$")
plt.show()

# %% [markdown]
# Where $C$ is no parabola, the second derivative changes from place to place, and with it the best rate. One step with
# $1/C''$ is then Newton's step: not exact, but soon very good.


# %%
def curved(w):
    return (w - 1.0).cosh()


w = 2.5
for step in range(1, 4):
    rate = optimal_learning_rate(curved, w)
    w = w - rate * grad(curved)(w)
    print(f"step {step}: η = {rate:.4f}, distance from the minimum {abs(w - 1.0):.1e}")
assert abs(w - 1.0) < 1e-4

# %% [markdown]
# ## 5. Several variables: the inverse Hessian
#
# In several variables the second derivatives form the **Hessian** $H$, and its eigenvalues
# $\lambda_1 \ge \dots \ge \lambda_n$ are the curvatures along its axes. Along each axis descent multiplies the distance
# by $1 - \eta\lambda_i$, with *one* $\eta$ for all:
#
# - it diverges as soon as $\eta > 2/\lambda_1$: the steepest wall sets the limit,
# - along the flattest axis the factor is then still $1 - \eta\lambda_n$, near 1: that takes the time.
#
# The best compromise, $\eta = 2/(\lambda_1 + \lambda_n)$, has the factor $\frac{\kappa - 1}{\kappa + 1}$, where
# $\kappa = \lambda_1/\lambda_n$ is the **condition number**.

# %%
H = np.array(hessian(valley)([0.3, -0.2]))
flat, steep = np.linalg.eigvalsh(H)
kappa = steep / flat
print("Hessian", H.tolist(), "  curvatures", round(steep, 6), "and", round(flat, 6), "  κ =", round(kappa, 6))

best = 2.0 / (steep + flat)
for rate in (best, 0.99 * 2.0 / steep, 1.01 * 2.0 / steep):
    points = descend(valley, [2.3, -0.7], 800, lr=rate)
    print(f"η = {rate:.3f}: distance after 800 steps {np.hypot(*points[-1]):.1e}")
assert np.hypot(*points[-1]) > 1e3  # just above 2/λ₁

points = descend(valley, [2.3, -0.7], 100, lr=best)
ratios = np.hypot(*points[50:].T) / np.hypot(*points[49:-1].T)
print("factor per step", round(ratios.mean(), 4), "  (κ − 1)/(κ + 1) =", round((kappa - 1.0) / (kappa + 1.0), 4))
assert np.allclose(ratios, (kappa - 1.0) / (kappa + 1.0))

# %% [markdown]
# Instead of one number, take the **inverse Hessian** as learning rate: every axis gets the rate that is optimal for it,
#
# $$ w \leftarrow w - H^{-1}\nabla C(w), $$
#
# Newton's step. On a quadratic it arrives at once, however narrow the valley.

# %%
start = [2.3, -0.7]
print("inverse Hessian", np.round(optimal_learning_rate(valley, start), 6).tolist())
arrived = newton_step(valley, start)
print("after one step from", start, "the distance is below 1e-12:", math.hypot(*arrived) < 1e-12)
assert math.hypot(*arrived) < 1e-12

print("\n   κ      steps of descent, best η     steps of Newton")
for rho in (0.0, 0.5, 0.9, 0.99, 0.999):
    kappa = (1.0 + rho) / (1.0 - rho)
    points = descend(lambda w, rho=rho: valley(w, rho), start, 9000, lr=1.0)  # 2/(λ₁ + λₙ) is 1 for every ρ
    one = newton_step(lambda w, rho=rho: valley(w, rho), start)
    assert math.hypot(*one) < 1e-3
    print(f"{kappa:6.0f}          {steps_until(points):6}                      1")

# %% [markdown]
# The number of steps grows in proportion to $\kappa$. Why not always take Newton's step? Because of the size of $H$,
# and of the work to get and to invert it:
#
# | network | parameters $n$ | gradient | Hessian |
# |---|---|---|---|
# | 2–4–1 | 17 | 17 numbers, 1 sweep | 289 numbers, 17 sweeps |
# | digits 64–30–10 | 2,260 | 2,260 | 5,107,600 numbers, 2,260 sweeps |
# | a million weights | $10^6$ | $10^6$ | $10^{12}$ numbers: 8 terabytes |
#
# And far from a minimum $H$ may have negative curvatures; then the step leads to a saddle or a maximum.

# %%
assert len(MLP(64, [30, 10], seed=0).parameters()) == 2260
assert len(MLP(2, [4, 1], seed=0).parameters()) == 17

saddle = newton_step(lambda w: w[0] * w[0] - w[1] * w[1] + 0.1 * w[1] * w[1] * w[1] * w[1], [0.5, 0.3])
print("Newton's step from (0.5, 0.3) on x² − y² + y⁴/10 ends near the saddle at (0, 0):", [round(x, 2) for x in saddle])
assert math.hypot(*saddle) < 0.1

# %% [markdown]
# ## 6. Where valleys come from, and how to avoid them
#
# For a linear neuron with squared error the Hessian is $\frac1N\sum x\,x^\top$ (with $x_0 = 1$): made of the *inputs*
# alone. Inputs that are **correlated**, or of very **different size**, or far from 0, make a valley.
#
# The example: the price of a flat from its area (some 80 m²) and its number of rooms (some 3), which go together.

# %%
generator = random.Random(2)
areas = [generator.gauss(80.0, 20.0) for _ in range(40)]
X_raw = [[area, area / 25.0 + generator.gauss(0.0, 0.4)] for area in areas]
price = [3.0 * area / 20.0 + rooms + generator.gauss(0.0, 0.5) for area, rooms in X_raw]
scaler = Standardizer.of(X_raw)
X_scaled = scaler.transform(X_raw)  # mean 0 and standard deviation 1 in each column


def hessian_of_error(X):
    """Of the mean half squared error of a linear neuron, by b, w1 and w2."""

    def error(p):
        return sum(0.5 * (p[0] + p[1] * x1 + p[2] * x2 - y) ** 2 for (x1, x2), y in zip(X, price, strict=True)) / len(X)

    return np.array(hessian(error)([0.0, 0.0, 0.0]))


for name, X in (("raw", X_raw), ("standardized", X_scaled)):
    H = hessian_of_error(X)
    with_ones = np.array([[1.0, *x] for x in X])
    assert np.allclose(H, with_ones.T @ with_ones / len(X))  # (1/N) Σ x xᵀ
    curvatures = np.linalg.eigvalsh(H)
    print(f"{name:13} κ = {curvatures[-1] / curvatures[0]:9,.0f}   largest learning rate {2.0 / curvatures[-1]:.5f}")

# %% [markdown]
# Standardizing turns a hopeless valley into an ordinary one. What is left comes from the correlation. The surface over
# the two weights, and the path of a training on it:

# %% tags=["measured"]
model = Perceptron(2, init="zeros")
names = ("layer1.neuron1.w1", "layer1.neuron1.w2")
path = plots.DescentPath(*names)
rate = 1.9 / np.linalg.eigvalsh(hessian_of_error(X_scaled))[-1]
model.layers[0].neurons[0].w[1].data = 3.0
fit(
    model, X_scaled, price, loss="mse", optimizer="sgd", learning_rate=rate, batch_size="full", epochs=40,
    callbacks=[path], verbose=0,
)  # fmt: skip
fig, ax = plt.subplots(figsize=(6.2, 4.6), layout="constrained")
plots.plot_loss_surface(model, X_scaled, price, "mse", names, path=path.points, ax=ax)
ax.set(xlabel="weight of the area", ylabel="weight of the rooms")
plt.show()

# %% [markdown]
# ## 7. Momentum
#
# A ball that rolls down does not zigzag: from step to step it keeps part of its velocity. Across the valley the
# gradients alternate and cancel; along the valley they add up.
#
# $$ v \leftarrow \mu v + \nabla C(w), \qquad w \leftarrow w - \eta v. $$
#
# (Many texts write $v \leftarrow \mu v - \eta\nabla C$, $w \leftarrow w + v$: the same path for a constant $\eta$.)
# With a constant gradient $v$ grows to $\nabla C/(1 - \mu)$: for $\mu = 0.9$ ten times the step.
#
# **Change something.** `rho` and the momenta. Can there be too much of it?

# %%
rho, momenta = 0.98, (0.0, 0.5, 0.8, 0.9, 0.99)

counts = {}
for mu in momenta:
    points = descend(lambda w: valley(w, rho), [2.3, -0.7], 3000, lr=1.0, momentum=mu)
    counts[mu] = steps_until(points)
    print(f"μ = {mu:4.2f}: {counts[mu]:5} steps to within 0.001")
points = descend(lambda w: valley(w, rho), [2.3, -0.7], 3000, lr=0.5, momentum=0.8, nesterov=True)
print(f"Nesterov's momentum, μ = 0.80, η = 0.5: {steps_until(points)} steps")
assert counts[0.8] < 0.2 * counts[0.0] < counts[0.99]

# %% tags=["measured"]
shown = (0.0, 0.8, 0.99)
fig, axes = plt.subplots(1, len(shown), figsize=(7.8, 3.1), layout="constrained", sharey=True)
for ax, mu in zip(axes, shown, strict=True):
    contours(ax, lambda w: valley(w, rho))
    points = descend(lambda w: valley(w, rho), [2.3, -0.7], 60, lr=1.0, momentum=mu)
    ax.plot(*points.T, "o-", markersize=3, linewidth=1.1, color=plots.COLOURS[1])
    ax.plot(0, 0, "k*", markersize=12, zorder=5)
    ax.set(title=f"μ = {mu:g}: 60 steps", xlim=(-2.6, 2.6), ylim=(-2.6, 2.6))
axes[0].set_ylabel("$y$")
plt.show()

# %% [markdown]
# ## 8. Different rates for different parts
#
# If the axes of the valley are the parameters themselves, give each the rate that suits it: **parameter groups**. On
# $f = \tfrac12(100x^2 + y^2)$ the rates $1/100$ for $x$ and $1$ for $y$ are the inverse Hessian.


# %%
def aligned(w):
    x, y = w
    return 0.5 * (100.0 * x * x + y * y)


def turned(w):  # the same valley, its axes turned by 30°
    x, y = w
    c, s = math.cos(math.pi / 6), math.sin(math.pi / 6)
    return aligned([c * x + s * y, c * y - s * x])


ways = {
    "one rate, the best": lambda w: optimizers.SGD(w, lr=2.0 / 101.0),
    "rates 1/100 and 1": lambda w: optimizers.SGD([{"params": w[:1], "lr": 0.01}, {"params": w[1:], "lr": 1.0}]),
    "momentum 0.8": lambda w: optimizers.SGD(w, lr=0.02, momentum=0.8),
    "Adam, rate 0.1": lambda w: optimizers.Adam(w, lr=0.1),
}
table = {name: [steps_until(run(f, [1.0, 1.0], 600, make)) for f in (aligned, turned)] for name, make in ways.items()}
print("steps to within 0.001      aligned   turned by 30°")
for name, steps in table.items():
    print(f"{name:24}" + "".join(f"{'diverges' if count is None else count:>12}" for count in steps))
assert table["rates 1/100 and 1"] == [1, None]

# %% [markdown]
# On the turned valley both parameters share the steep direction, for which the rate 1 is far too large: descent
# explodes. Rates for single parameters help against *different scales*, not against *correlation*; there momentum or
# second derivatives help. Adam sets the rates of single parameters by the size of their gradients, and has momentum as
# well.
#
# In a network the parts do differ in scale. In this one the inputs are at most 0.05, so the curvature along the weights
# that see them is some $20^2 = 400$ times smaller than along the others. A rate that much larger, for these weights
# alone, is a great help. (So would be larger inputs: section 6.)
#
# **Change something.** The `rates`: for the weights of the first layer, and for all else. What if everything gets the
# rate 2?

# %%
rates = {"all 0.3": (0.3, 0.3), "all 0.5": (0.5, 0.5), "first weights 200, all else 0.5": (200.0, 0.5)}

small = datasets.load("curve", function=lambda x: math.sin(60.0 * x), low=-0.05, high=0.05, n=15)  # inputs up to 0.05
final = {}
for name, (rate, rest) in rates.items():
    model = MLP(1, [6, 1], activation="tanh", seed=3)
    first, second = model.layers
    optimizer = optimizers.SGD([
        {"params": first.weights(), "lr": rate},
        {"params": [*first.biases(), *second.parameters()], "lr": rest},
    ])  # fmt: skip
    history = fit(
        model, small.X, small.y, loss="mse", optimizer=optimizer, epochs=300, batch_size="full", verbose=0
    )  # fmt: skip
    final[name] = history.history["loss"][-1]
    print(f"{name:32} loss after 300 steps {final[name]:.3f}")
assert final["first weights 200, all else 0.5"] < 0.3 * final["all 0.5"]

# %% [markdown]
# ## 9. Not every function is a bowl
#
# Descent ends where the gradient is 0. That may be a **local minimum**, and which one depends on the start; or it may
# come to a near stop at a **saddle**, flat in all directions but falling in some.


# %%
def two_valleys(w):
    return w * w * w * w - 3.0 * w * w + w


ends = {}
for start in (-2.0, -0.1, 0.1, 0.3, 2.0):
    w = start
    for _ in range(200):
        w = w - 0.02 * grad(two_valleys)(w)
    ends[start] = w
    print(f"from {start:+.1f} to {w:+.4f}, height {two_valleys(w):+.4f}")
assert two_valleys(ends[-2.0]) < two_valleys(ends[2.0]) - 2.0  # both are minima, one is deeper

# %% tags=["measured"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.8, 3.6), layout="constrained")
line = np.linspace(-2.1, 2.1, 300)
left.plot(line, two_valleys(line), color="0.6")
for (start, end), marker in zip(ends.items(), plots.MARKERS, strict=False):
    (dot,) = left.plot(start, two_valleys(start), marker, markersize=8)
    left.annotate("", (end, two_valleys(end)), (start, two_valleys(start)),
                  arrowprops={"arrowstyle": "->", "color": dot.get_color()})  # fmt: skip
left.set(title="the start decides", xlabel="$w$", ylabel="$C(w)$")
contours(right, lambda w: 0.5 * w[0] ** 2 - 0.5 * w[1] ** 2, levels=16)
for start, marker in zip([(2.2, 0.0), (2.2, 0.001), (2.2, 0.1), (-2.2, -0.02)], plots.MARKERS, strict=False):
    points = descend(lambda w: 0.5 * w[0] * w[0] - 0.5 * w[1] * w[1], start, 30, lr=0.2)
    right.plot(*points[np.abs(points[:, 1]) < 2.6].T, marker=marker, markersize=3, linewidth=1.2)
right.set(title="a saddle holds for a while", ylabel="$y$", xlim=(-2.6, 2.6), ylim=(-2.6, 2.6))
plt.show()

# %% [markdown]
# Squared error and cross-entropy of a *linear* unit are convex: no local minima. Those of networks with hidden layers
# are not; already swapping two hidden neurons gives another minimum that is just as good. In practice a local minimum
# is often good enough.
#
# ## 10. Too small, right, too large: on a network
#
# The Hessian of a network is rarely at hand, but the three cases look the same on its loss curve.
#
# **Change something.** `rates`. Which is the largest that still learns?

# %%
rates = (0.01, 0.1, 1.0, 3.0, 100.0)

moons = datasets.load("moons", n=60, noise=0.1, seed=0)
histories = {}
for rate in rates:
    model = MLP(2, [8, 1], activation="tanh", seed=1)
    histories[rate] = fit(
        model, moons.X, moons.y, loss="binary_cross_entropy_with_logits", optimizer="sgd", learning_rate=rate,
        batch_size="full", epochs=60, engine="eager", verbose=0,
    )  # fmt: skip
    loss = histories[rate].history["loss"]
    after = f"{loss[-1]:.1f}" if loss[-1] < loss[0] else "larger"
    print(f"η = {rate:<6g} loss at the start {loss[0]:.1f}, after 60 steps {after}")

# %% tags=["measured"]
fig, ax = plt.subplots(figsize=(6.6, 4.0), layout="constrained")
plots.plot_learning_rates(histories, ax=ax)
ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()

# %% [markdown]
# The **range test** finds a good rate by trying: train for some steps while the rate grows by equal factors, and look
# where the loss falls fastest.

# %%
model = MLP(2, [8, 1], activation="tanh", seed=1)
test = find_learning_rate(
    model, moons.X, moons.y, loss="binary_cross_entropy_with_logits", optimizer="sgd", lowest=1e-3, highest=100.0,
    batch_size="full", steps=60,
)  # fmt: skip
print(f"suggested rate {test.suggestion:.1g}")
assert 0.05 < test.suggestion < 20.0

# %% tags=["measured"]
fig, ax = plt.subplots(figsize=(6.0, 3.4), layout="constrained")
test.plot(ax)
plt.show()

# %% [markdown]
# ## Exercises
#
# ### Exercise 6.1
# In which direction does $f(x, y) = x^2 + 3xy$ fall most steeply at $(1, 2)$? Give a vector of length 1.

# %% tags=["exercise"]
answer = ...
course.check("6.1", answer)

# %% [markdown]
# ### Exercise 6.2
# With which learning rate does descent on $C(w) = 3(w - 2)^2 + 5$ arrive in one step?

# %% tags=["exercise"]
answer = ...
course.check("6.2", answer)

# %% [markdown]
# ### Exercise 6.3
# $f(x, y) = x^2 + xy + y^2$ has the Hessian $\begin{pmatrix} 2 & 1 \\ 1 & 2\end{pmatrix}$. Above which learning rate
# does descent diverge (from almost every start)?

# %% tags=["exercise"]
answer = ...
course.check("6.3", answer)

# %% [markdown]
# ### Exercise 6.4
# Write gradient descent: `f` is a function of a list, `w` a list of floats. Return the list after `steps` steps with
# the rate `eta`. Use `grad(f)(w)`, and leave the list that you were given as it is.


# %% tags=["exercise"]
def answer(f, w, eta, steps): ...


course.check("6.4", answer)

# %% [markdown]
# ### Exercise 6.5
# Write one step with momentum as in section 7: from the numbers `w` (weight), `v` (velocity), `g` (gradient at
# `w`), `eta` and `mu`, return the new `(w, v)`.


# %% tags=["exercise"]
def answer(w, v, g, eta, mu): ...


course.check("6.5", answer)

# %% [markdown]
# ## What to remember
#
# - The slope in the direction $v$, $\lVert v\rVert = 1$, is $\nabla C\cdot v$; it is smallest,
#   $-\lVert\nabla C\rVert$, for $v = -\nabla C/\lVert\nabla C\rVert$.
# - On a parabola $\eta_{\text{opt}} = 1/C''$ arrives in one step, and above $2\eta_{\text{opt}}$ descent diverges. $C$
#   falls for sure only for small enough $\eta$.
# - In several variables the steepest curvature limits $\eta$ and the flattest takes the time: steps grow with
#   $\kappa = \lambda_1/\lambda_n$. The inverse Hessian removes that, at the price of $n^2$ numbers.
# - Correlated and badly scaled inputs make valleys. Standardize first.
# - Momentum goes along the valley instead of across it; parameter groups give parts rates of their own.
# - Descent finds *a* point where the gradient is 0. For convex $C$ that is the minimum, for networks it is one of
#   many.
#
# Next: [07 · Batches and training](07_batches_and_training.ipynb), descent on examples.
