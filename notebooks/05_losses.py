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
# # 05 · Losses
#
# **The question.** A network says "98 % sure: a cat". It is a dog. How bad is that, in one number? The number decides
# which examples the network listens to, how fast it learns, and whether one odd example can spoil the rest.
#
# After this notebook you can
#
# - choose a loss for numbers, for yes or no, and for one of $K$ classes, and say which factors other texts put in,
# - read off a loss which examples pull, how hard, and which not at all,
# - write losses that stay right where the plain formulas overflow, and explain why a saturated neuron learns slowly.
#
# *Time to read: 45 minutes. You need: [04 · From perceptron to MLP](04_from_perceptron_to_mlp.ipynb).*

# %%
import math
import random
import textwrap

import course
import matplotlib.pyplot as plt
import numpy as np

from autograd_core import DomainError, Value, sigmoid, softmax
from nn import L1, L2, ElasticNet, Neuron, Perceptron, fit, losses, newton_update, objective, optimizers, plots, predict
from nn.metrics import margin_counts

course.style()

# %% [markdown]
# Notation: $x$ input, $y$ target ($t$ where it is $-1$ or $+1$), $\hat y$ prediction, $z$ pre-activation of the
# output, $N$ examples, $B$ of them in a batch, $K$ classes.
#
# ## 1. Squared error, and its factors
#
# For numbers: the error is the distance between prediction and target, squared. Three conventions are in use.
#
# | name | formula | derivative by $\hat y$ | here |
# |---|---|---|---|
# | residual sum of squares | $\sum (y - \hat y)^2$ | $2(\hat y - y)$ | `"residual_sum_of_squares"` |
# | half squared error | $\tfrac12 (y - \hat y)^2$ | $\hat y - y$ | `"half_squared_error"`, `"mse"` |
# | mean squared error of many libraries | $\frac1N \sum (y - \hat y)^2$ | $\frac2N(\hat y - y)$ | without the $\tfrac12$ |
#
# Averaged over the examples, the half squared error is $\frac{1}{2N}\sum(y-\hat y)^2$. The $\tfrac12$ is there to make
# the derivative plain: prediction minus target. (Not target minus prediction: that sign slip runs through common
# lecture notes; notebook 08 shows how a test finds it.)

# %%
prediction, target = 5.0, 2.0
for name in ("residual_sum_of_squares", "half_squared_error"):
    y_hat = Value(prediction)
    loss = losses.get(name)(y_hat, target)
    loss.backward()
    print(f"{name:24} loss {loss.data:4.1f}   derivative {y_hat.grad:+.1f}")
assert y_hat.grad == prediction - target

# %% [markdown]
# A factor in front moves no minimum. But it multiplies every gradient, so **the same learning rate is not the same
# step**: $\eta$ for the half squared error does what $\eta/2$ does for the library that leaves the half out.
#
# **Change something.** Other `factors`: what moves, what does not?

# %% tags=["measured"]
factors = {"Σ (y − ŷ)²": 1.0, "1/N Σ (y − ŷ)²": 1 / 8, "1/(2N) Σ (y − ŷ)²": 1 / 16}

x_line = np.arange(8) / 4
y_line = 1.5 * x_line + 0.2 * np.cos(9.0 * x_line)
slopes = np.linspace(0.0, 3.0, 301)
fig, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
for (name, factor), line in zip(factors.items(), ("-", "--", "-."), strict=False):
    heights = factor * ((y_line[:, None] - slopes * x_line[:, None]) ** 2).sum(axis=0)
    best = slopes[heights.argmin()]
    ax.plot(slopes, heights, line, label=f"{name}: smallest at w = {best:.2f}")
ax.set(xlabel="slope $w$ of the model $\\hat y = wx$", ylabel="loss", title="one minimum, three heights")
ax.legend()
plt.show()

# %% [markdown]
# ## 2. Cross-entropy: the price of a probability
#
# A classifier gives probabilities. If it said $p$ for what then happened, it pays $-\ln p$: nothing for $p = 1$, a lot
# for a small $p$, and no finite price covers "impossible".
#
# With the target $y \in \{0, 1\}$ and the probability $p$ of class 1 this is the **binary cross-entropy**
#
# $$ L = -\big[\,y \ln p + (1 - y)\ln(1 - p)\,\big]. $$
#
# Why the logarithm: the probability that the model gives to *all* answers is the product of the single ones. Making the
# product large is making the sum of $-\ln p$ small (maximum likelihood).

# %%
binary = losses.get("binary_cross_entropy")
print("it happened, the model had said   cross-entropy   ½(1 − p)²")
for p in (0.99, 0.9, 0.5, 0.1, 0.02):
    print(f"                      {p:4.2f}          {binary(p, 1):8.3f}        {0.5 * (1.0 - p) ** 2:6.3f}")

answers, said = [1, 0, 1, 1], [0.9, 0.2, 0.6, 0.7]
likelihood = math.prod(p if y == 1 else 1.0 - p for y, p in zip(answers, said, strict=True))
total = sum(binary(p, y) for y, p in zip(answers, said, strict=True))
print(f"\nlikelihood of four answers {likelihood:.4f}   e^(−sum of losses) {math.exp(-total):.4f}")
assert math.isclose(likelihood, math.exp(-total))

# %% tags=["measured"]
p = np.linspace(0.005, 0.995, 300)
fig, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
ax.plot(p, -np.log(p), label="$y = 1$: $-\\ln p$")
ax.plot(p, -np.log(1.0 - p), "--", label="$y = 0$: $-\\ln(1 - p)$")
ax.plot(p, 0.5 * (1.0 - p) ** 2, ":", color="0.35", label="$y = 1$: $½(1 - p)^2$")
ax.set(xlabel="probability $p$ of class 1, as predicted", ylabel="loss", ylim=(0, 5))
ax.set_title("the price of a probability")
ax.legend()
plt.show()

# %% [markdown]
# - **Multi-label** ($K$ questions with yes or no): the binary cross-entropies of the outputs are summed.
# - **Multi-class** (one of $K$ classes): $L = -\sum_c y_c \ln p_c$. With the target as a **one-hot** row only the
#   right class remains, $-\ln p_c$. So the class may as well be given by its index.

# %%
multi_class = losses.get("cross_entropy_on_probabilities")
p = [0.7, 0.2, 0.1]
print("class 1 by index  :", round(multi_class(p, 1), 6))
print("class 1 as one-hot:", round(multi_class(p, [0, 1, 0]), 6), "  −ln 0.2 =", round(-math.log(0.2), 6))
assert multi_class(p, 1) == multi_class(p, [0, 1, 0])

labels = [1, 0, 1]  # three independent questions
assert math.isclose(binary(p, labels), sum(binary(q, y) for q, y in zip(p, labels, strict=True)))

# %% [markdown]
# ## 3. Softmax
#
# Probabilities must be positive and sum to 1; scores (**logits**) $z_1, \dots, z_K$ are any numbers. Softmax leads from
# one to the other:
#
# $$ p_c = \frac{e^{z_c}}{\sum_k e^{z_k}}. $$
#
# Only *differences* of scores count: adding a constant to all changes nothing. With two classes it is the logistic
# function of the difference, $p_1 = \sigma(z_1 - z_2)$. Multiplying the scores makes the decision harder or softer.
#
# **Change something.** `scales` from 0.1 to 10: which limits do you see?

# %% tags=["measured"]
scores, scales = [1.0, 2.0, 0.5, -1.0], (0.2, 1.0, 4.0)

fig, axes = plt.subplots(1, len(scales), figsize=(7.4, 2.6), layout="constrained", sharey=True)
for ax, scale in zip(axes, scales, strict=True):
    ax.bar(range(1, len(scores) + 1), softmax([scale * z for z in scores]))
    ax.set(title=f"scores × {scale:g}", xlabel="class", ylim=(0, 1), xticks=range(1, len(scores) + 1))
axes[0].set_ylabel("probability")
plt.show()

# %%
p = softmax([1.0, 2.0, 0.5])
shifted = softmax([101.0, 102.0, 100.5])
print([round(x, 6) for x in p], [round(x, 6) for x in shifted], "sum", round(sum(p), 6))
assert all(math.isclose(a, b, rel_tol=1e-12) for a, b in zip(p, shifted, strict=True))
assert math.isclose(softmax([0.3, -1.2])[0], sigmoid(0.3 - -1.2))

# %% [markdown]
# ## 4. On logits: the same formula, computed so that it stays right
#
# A confident network gives logits of some hundred. What does the plain formula say at $z = 800$, where the right answer
# for $y = 0$ is simply 800?


# %%
def naive(z: float, y: int) -> float:
    p = 1.0 / (1.0 + math.exp(-z))
    return -math.log(p) if y == 1 else -math.log(1.0 - p)


def attempt(function, *arguments) -> str:
    try:
        return f"{function(*arguments) + 0.0:.6g}"
    except (ValueError, OverflowError) as error:
        return type(error).__name__


stable = losses.get("binary_cross_entropy_with_logits")
print("    z      y = 1: naive       stable     y = 0: naive       stable")
for z in (5.0, 20.0, 30.0, 36.0, 37.0, 40.0, 800.0, -800.0):
    row = [attempt(f, z, y) for y in (1, 0) for f in (naive, stable)]
    print(f"{z:5.0f}  " + "".join(f"{text:>15}" for text in row))
assert stable(800.0, 0) == 800.0
assert naive(37.0, 1) == 0.0 < stable(37.0, 1)

# %% [markdown]
# Long before anything overflows, digits are lost: from $z = 37$ on, $p$ is 1 to the last bit. The naive loss of a
# right answer is then 0, and that of a wrong one is infinite. (A `ValueError` is the logarithm of 0; an `OverflowError`
# is $e^{800}$.) The remedy is to put sigmoid and logarithm into *one* formula and to rearrange it:
#
# $$ \begin{aligned} -\ln\sigma(z) &= \ln(1 + e^{-z}) \\ &= \max(-z, 0) + \ln\!\big(1 + e^{-|z|}\big), \end{aligned} $$
#
# and for softmax, with $m = \max_k z_k$,
#
# $$ \begin{aligned} -\ln p_c &= \ln\sum_k e^{z_k} - z_c \\ &= m + \ln\sum_k e^{z_k - m} - z_c. \end{aligned} $$
#
# No exponent is positive any more. These are `binary_cross_entropy_with_logits` and `cross_entropy`: give the network a
# **linear** output, and the loss the logits. The derivatives are as plain as can be: $\sigma(z) - y$, and $p - y$ for
# softmax.

# %%
z = Value(800.0, "z")
loss = stable(z, 0)
loss.backward()
print("stable loss", loss.data, "  derivative", z.grad)
assert (loss.data, z.grad) == (800.0, 1.0)

logits = [Value(800.0), Value(0.0), Value(-5.0)]
loss = losses.get("cross_entropy")(logits, 1)  # the class by its index; or one-hot, [0, 1, 0]
loss.backward()
print("softmax: loss", loss.data, "  derivatives p − y:", [v.grad for v in logits])
assert loss.data == losses.get("cross_entropy")(logits, [0, 1, 0]).data == 800.0

try:  # the formula on probabilities says what went wrong and what to use
    binary(sigmoid(Value(800.0)), 0)
except DomainError as error:
    print("\n" + textwrap.fill(str(error), 100))

# %% tags=["measured"]
zs = np.linspace(0.0, 40.0, 401)
exact = np.array([stable(z, 1) for z in zs.tolist()])
plain = np.array([naive(z, 1) for z in zs.tolist()])
fig, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
ax.plot(zs, np.maximum(abs(plain / exact - 1.0), 1e-17), ".", markersize=3)
ax.axhline(1.0, color="0.6", linewidth=0.8)
ax.text(1.0, 1.4, "all digits wrong", color="0.35", fontsize=9, va="bottom")
ax.set(yscale="log", xlabel="logit $z$", ylabel="relative error", ylim=(1e-17, 30))
ax.set_title("−ln σ(z) by the plain formula")
plt.show()

# %% [markdown]
# ## 5. Hinge, and the error contribution against the margin
#
# Call the classes $t = -1$ and $t = +1$ and decide by the sign of the score $\hat y$. The **margin** $m = t\,\hat y$
# says how safely an example is on its side; below 0 it is on the wrong one. The **hinge** loss is content with
# $m \ge 1$:
#
# $$ L = \max(0,\; 1 - t\,\hat y). $$
#
# Each loss of a classifier is a curve over the margin, so they can be compared in one picture: on the left what an
# example **contributes**, on the right how hard it **pulls** (the derivative).

# %% tags=["measured"]
names = ("hinge", "binary_cross_entropy_with_logits", "half_squared_error")

fig, (left, right) = plt.subplots(1, 2, figsize=(7.8, 3.8), layout="constrained")
plots.plot_margin_losses(names, ax=left)
left.set_title("contribution")
left.legend(fontsize=7.5, loc="upper right", frameon=True, framealpha=1.0, edgecolor="none")
margins = np.linspace(-2.5, 2.5, 501)
for name, line in zip(names, ("-", "--", "-."), strict=True):
    pulls = []
    for m in margins.tolist():
        score = Value(m)
        losses.get(name)(score, 1).backward()
        pulls.append(-score.grad)
    right.plot(margins, pulls, line, label=name.replace("_", " "))
right.axhline(0.0, color="0.4", linewidth=0.8)
right.set(title="pull", xlabel="margin t·ŷ", ylabel="−∂L/∂m", xlim=(-2.5, 2.5), ylim=(-1.7, 3.7))
plt.show()

# %% [markdown]
# - **Hinge**: nothing from $m = 1$ on, a constant pull below. Only some of the examples matter, and none can pull
#   harder than 1. At $m = 1$ it has a kink; there the engine takes the derivative 0, one of the subgradients.
# - **Cross-entropy**: never quite content, a pull between 0 and 1.
# - **Squared error** (of scores against $\pm 1$): pulls the harder the farther away, *and pulls back examples that are
#   "too right"*, with $m > 1$. It was made for numbers, not for sides.

# %%
print("margin    hinge  pull    cross-entropy  pull    ½ squared  pull")
for m in (-6.0, -1.0, 0.0, 1.0, 3.0):
    row = ""
    for name in names:
        score = Value(m)
        loss = losses.get(name)(score, 1)
        loss.backward()
        row += f"   {loss.data:7.2f} {0.0 - score.grad:+6.2f}  "
    print(f"{m:5.0f}  {row}")

score = Value(1.0)
losses.get("hinge")(score, 1).backward()
assert score.grad == 0.0  # at the kink

# %% [markdown]
# ## 6. Outliers, and the points that matter
#
# Two clouds and a straight boundary, fitted once with squared error (solved exactly: one Newton step on a quadratic)
# and once with hinge. Then six points are added that are *on the right side, only far away*. They should change
# nothing.
#
# **Change something.** Move the `far` points, or put them on the wrong side (`label = -1`). Which boundary gives way,
# and how far?

# %%
far, label = (7.0, 5.0), +1  # try (3.0, 2.0); then label = -1

generator = random.Random(2)
X_two = [[generator.gauss(0.0, 1.2), generator.gauss(s * 0.9, 0.3)] for s in (1, -1) for _ in range(20)]
t_two = [s for s in (1, -1) for _ in range(20)]
X_far = [[generator.gauss(c, 0.3) for c in far] for _ in range(6)]


def fitted(loss: str, X: list, t: list) -> Perceptron:
    model = Perceptron(2, init="zeros")
    if loss == "half_squared_error":
        newton_update(model, lambda m: objective(m, X, t, loss))
    else:
        fit(
            model, X, t, loss=loss, regularizer=L2(0.1), learning_rate=0.1, schedule="cosine",
            batch_size="full", epochs=300, engine="eager", verbose=0,
        )  # fmt: skip
    return model


def direction(model: Perceptron) -> float:
    (w1, w2) = (w.data for w in model.weights())
    return math.degrees(math.atan2(w2, w1))


sets = {"two clouds": (X_two, t_two), "and six far points": (X_two + X_far, t_two + [label] * 6)}
kinds = ("half_squared_error", "hinge")
boundaries = {(name, loss): fitted(loss, *data) for name, data in sets.items() for loss in kinds}
for loss in kinds:
    before, after = (boundaries[name, loss] for name in sets)
    X, t = sets["and six far points"]
    errors = sum(s * after(x).data <= 0.0 for x, s in zip(X, t, strict=True))
    turned = abs(direction(after) - direction(before))
    print(f"{loss:20} the boundary turns by {turned:4.1f}°, points on the wrong side: {errors}")
    if (far, label) == ((7.0, 5.0), 1):
        assert (errors == 0 and turned < 1.0) if loss == "hinge" else (errors >= 3 and turned > 10.0)

# %% tags=["measured"]
fig, axes = plt.subplots(1, 2, figsize=(7.8, 3.7), layout="constrained", sharey=True, sharex=True)
for ax, (name, (X, t)) in zip(axes, sets.items(), strict=True):
    for s, colour, marker in ((-1, plots.COLOURS[0], "o"), (1, plots.COLOURS[1], "s")):
        points = np.array([x for x, label_of in zip(X, t, strict=True) if label_of == s])
        ax.scatter(points[:, 0], points[:, 1], s=22, color=colour, marker=marker, label=f"t = {s:+d}")
    for loss, line in (("half_squared_error", "--"), ("hinge", "-")):
        ((w0, w1, w2),) = boundaries[name, loss].weight_matrices()[0]
        across = np.linspace(-3.0, 9.0, 2)
        ax.plot(across, -(w0 + w1 * across) / w2, line, color="black", label=loss.replace("_", " "))
    ax.set(title=name, xlabel="$x_1$", xlim=(-3.2, 8.8), ylim=(-2.4, 6.4))
axes[0].set_ylabel("$x_2$")
axes[0].legend(loc="upper left", fontsize=8)
plt.show()

# %% [markdown]
# Squared error turns the boundary, since it wants scores near $+1$ for points whose score is far above. Hinge does not
# even notice the new points: their margin is above 1, so they contribute nothing.
#
# That holds for most of the others too. **Only points inside the margin, $t\hat y < 1$, contribute.** Count them, and
# check that the gradient of the rest is nothing:

# %%
X, t = sets["and six far points"]
model = boundaries["and six far points", "hinge"]
outputs = predict(model, X, "half_squared_error")  # the scores as they are, without a decision
print(margin_counts(outputs, t))
assert losses.count_inside_margin(outputs, t) == margin_counts(outputs, t).inside


def gradient(X: list, t: list) -> list[float]:
    """Of the sum of the hinge losses."""
    model.zero_grad()
    (objective(model, X, t, "hinge") * float(len(X))).backward()
    return [p.grad for p in model.parameters()]


inside = [k for k, y in enumerate(outputs) if t[k] * y < 1.0]
g_all = gradient(X, t)
g_inside = gradient([X[k] for k in inside], [t[k] for k in inside])
print("gradient of all examples   ", [round(g, 6) for g in g_all])
print("gradient of those inside   ", [round(g, 6) for g in g_inside])
assert all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) for a, b in zip(g_all, g_inside, strict=True))

# %% [markdown]
# And outliers on the *wrong* side, mislabelled examples? Nothing but a bounded loss ignores those. But hinge and
# cross-entropy grow **linearly**, with a pull of at most 1, where squared error pulls in proportion to the distance: 7
# at the margin $-6$ in the table above. One such example then weighs as much as many good ones.

# %% [markdown]
# ## 7. The support vector machine, primal
#
# Many straight lines separate two clouds. The support vector machine takes the one with the widest margin and lets some
# points into it, at a price $C$ (the **soft margin**):
#
# $$ \begin{gathered}
# E(w, b) = \tfrac12\lVert w\rVert^2 + C\sum_{n=1}^{N} L_n, \\
# L_n = \max\big(0,\; 1 - t_n(w^\top x_n + b)\big).
# \end{gathered} $$
#
# The lines $w^\top x + b = \pm 1$ are $2/\lVert w\rVert$ apart, so a small $\lVert w\rVert$ is a wide margin. It was
# introduced with constraints $t_n\,y(x_n) \ge 1 - \xi_n$, $\xi_n \ge 0$, for slack variables $\xi_n$ that cost $C$
# each. (As terms of a Lagrange function they read $t_n\,y(x_n) - 1 + \xi_n \ge 0$; common lecture notes misplace the
# bracket there, as $t_n(y(x_n) - 1 + \xi_n)$, which for $t_n = -1$ turns the slack around.) The smallest slack allowed
# is the hinge loss, so the constraints can go. What remains is a sum over examples: something for **stochastic
# subgradient descent**.
#
# In this software's terms it is hinge loss with an L2 regularizer. The objective of `fit` is
# $\frac1N\sum L + \frac{\lambda}{N}\cdot\tfrac12\lVert w\rVert^2$, so
#
# $$ E = C\,N \cdot \text{objective} \quad\text{with}\quad \lambda = 1/C. $$

# %%
generator = random.Random(5)
X_svm = [[generator.gauss(s * 1.0, 0.9), generator.gauss(s * 0.8, 0.9)] for s in (1, -1) for _ in range(30)]
t_svm = [s for s in (1, -1) for _ in range(30)]


def primal(model: Perceptron, C: float) -> float:
    """E(w, b), written out."""
    slack = sum(max(0.0, 1.0 - t * model(x).data) for x, t in zip(X_svm, t_svm, strict=True))
    return 0.5 * sum(w.data**2 for w in model.weights()) + C * slack


C, N = 2.0, len(X_svm)
some = Perceptron(2, seed=1)
same = C * N * objective(some, X_svm, t_svm, "hinge", L2(1 / C)).data
print("E:", round(primal(some, C), 9), "  C·N·objective:", round(same, 9))
assert math.isclose(primal(some, C), same)

# %% [markdown]
# One example per step, a learning rate that falls to 0: that is all. The problem is convex, so different starts end at
# the same $E$.
#
# **Change something.** `C` between 0.01 and 100: narrow or wide margin, few or many points inside?


# %%
def svm(C: float, seed: int = 0, keep: tuple = tuple(range(N))) -> Perceptron:
    model = Perceptron(2, seed=seed)
    fit(
        model, [X_svm[k] for k in keep], [t_svm[k] for k in keep], loss="hinge", regularizer=L2(1 / C),
        optimizer="sgd", learning_rate=0.1, schedule="cosine", batch_size=1, epochs=60 * N // len(keep),
        seed=seed, engine="eager", verbose=0,
    )  # fmt: skip
    return model


costs = (0.02, 0.2, 5.0)
machines = {C: svm(C) for C in costs}
for C, model in machines.items():
    width = 2.0 / math.hypot(*(w.data for w in model.weights()))
    counts = margin_counts(predict(model, X_svm, "half_squared_error"), t_svm)
    starts = [primal(svm(C, seed), C) for seed in (1, 2)]
    spread = max(starts) / min(starts) - 1.0
    print(f"C = {C:<5g} margin {width:.1f} wide, {counts.inside} inside, {counts.wrong} wrong", end=", ")
    print(f"E = {primal(model, C):.3g}")
    assert spread < 0.02  # E of two other starts: the same minimum

# %% tags=["measured"]
fig, axes = plt.subplots(1, len(costs), figsize=(2.6 * len(costs), 3.1), layout="constrained", sharey=True)
for ax, (C, model) in zip(axes, machines.items(), strict=True):
    ((b, w1, w2),) = model.weight_matrices()[0]
    across = np.linspace(-3.5, 3.5, 2)
    for level, line in ((-1, "--"), (0, "-"), (1, "--")):
        ax.plot(across, (level - b - w1 * across) / w2, line, color="black", linewidth=1.2)
    for x, t in zip(X_svm, t_svm, strict=True):
        k = int(t > 0)
        ax.scatter(*x, s=16, color=plots.COLOURS[k], marker=plots.MARKERS[k], zorder=2)
        if t * model(x).data < 1.0:
            ax.scatter(*x, s=70, facecolor="none", edgecolor="0.35", zorder=3)
    ax.set(title=f"C = {C:g}", xlabel="$x_1$", xlim=(-3.5, 3.5), ylim=(-3.2, 3.2))
axes[0].set_ylabel("$x_2$")
fig.suptitle("circled: inside the margin", fontsize=10)
plt.show()

# %% [markdown]
# The points inside the margin or on its edge are the **support vectors**. They alone determine the line: train without
# all the others, and $E$, still of all points, is the same.

# %%
C = 5.0
support = tuple(k for k in range(N) if t_svm[k] * machines[C](X_svm[k]).data < 1.1)
alone = svm(C, keep=support)
print(f"{len(support)} of {N} points kept: E of all points {primal(alone, C):.1f}, before {primal(machines[C], C):.1f}")
assert math.isclose(primal(alone, C), primal(machines[C], C), rel_tol=0.02)

# %% [markdown]
# ## 8. The learning slowdown
#
# A sigmoid neuron with one input $x = 1$ shall learn to answer 0. Its error $\delta = \partial C/\partial z$ is what
# all gradients are made of:
#
# $$ C = \tfrac12(a - y)^2:\quad \delta = (a - y)\,\sigma'(z), $$
#
# $$ C = \text{cross-entropy}:\quad \delta = a - y. $$
#
# In the second, $\partial C/\partial a = \frac{a - y}{a(1-a)}$, and the denominator is just the $\sigma'(z)$ that the
# chain rule multiplies with. In the first, $\sigma'(z)$ stays, and it is nearly 0 where the sigmoid is saturated. So a
# neuron that is *badly wrong* learns *slowly*.

# %%
print("    z      a = σ(z)    δ, squared    δ, cross-entropy")
for number in (0.0, 2.0, 5.0, 10.0):
    deltas = []
    for name in ("half_squared_error", "binary_cross_entropy"):
        z = Value(number)
        a = sigmoid(z)
        losses.get(name)(a, 0).backward()
        deltas.append(z.grad)
    a = a.data
    print(f"{number:5.0f}    {a:9.6f}     {deltas[0]:9.6f}         {deltas[1]:9.6f}")
    assert math.isclose(deltas[0], (a - 0.0) * a * (1.0 - a), rel_tol=1e-9)
    assert math.isclose(deltas[1], a - 0.0, rel_tol=1e-9)

# %% [markdown]
# Now let it learn, from a start that is a little wrong and from one that is badly wrong.
#
# **Change something.** Other `starts`, another `rate`. Can a larger learning rate make up for the slowdown?

# %%
starts, rate, steps = {"a little wrong": (0.5, 0.5), "badly wrong": (2.5, 2.5)}, 0.5, 200


def learn(loss: str, w: float, b: float) -> list[float]:
    """The answer of the neuron to x = 1 before each step."""
    neuron = Neuron(1, activation="sigmoid")
    neuron.set_weight_matrices([[[b, w]]])
    optimizer = optimizers.SGD(neuron.parameters(), lr=rate)
    answers = []
    for _ in range(steps):
        a = neuron([1.0])
        answers.append(a.data)
        optimizer.zero_grad()
        losses.get(loss)(a, 0).backward()
        optimizer.step()
    return answers


curves = {(s, loss): learn(loss, *starts[s]) for s in starts for loss in ("half_squared_error", "binary_cross_entropy")}
below = {key: next((k for k, a in enumerate(answers) if a < 0.2), None) for key, answers in curves.items()}
for (start, loss), step in below.items():
    print(f"{start:15} {loss:22} first answer {curves[start, loss][0]:.3f}, below 0.2 after {step} steps")
assert below["badly wrong", "half_squared_error"] > 5 * below["badly wrong", "binary_cross_entropy"]

# %% tags=["measured"]
fig, axes = plt.subplots(1, 2, figsize=(7.8, 3.2), layout="constrained", sharey=True)
for ax, loss in zip(axes, ("half_squared_error", "binary_cross_entropy"), strict=True):
    for start, line in zip(starts, ("-", "--"), strict=False):
        ax.plot(curves[start, loss], line, label=f"start: {start}")
    ax.set(title=loss.replace("_", " "), xlabel="step", ylim=(0, 1))
axes[0].set_ylabel("answer $a$ (right is 0)")
axes[1].legend()
plt.show()

# %% [markdown]
# With softmax and cross-entropy the same happens for all classes at once: the errors of the outputs are
# $\delta = p - y$.

# %%
logits = [Value(z) for z in (2.0, -1.0, 0.5)]
losses.get("cross_entropy")(logits, 2).backward()
p = softmax([z.data for z in logits])
print("δ     ", [round(z.grad, 6) for z in logits])
print("p − y ", [round(p_c - float(c == 2), 6) for c, p_c in enumerate(p)])
assert all(math.isclose(z.grad, p[c] - float(c == 2), abs_tol=1e-12) for c, z in enumerate(logits))

# %% [markdown]
# ## 9. Regularizers and the whole objective
#
# A price for large weights is added to the loss:
#
# $$ \underbrace{\frac1B\sum_{\text{batch}} L}_{\text{error}} + \underbrace{\frac{\lambda}{N}\,\Omega(w)}_{\text{price}} $$
#
# | name | $\Omega$ | pull on a weight | known for | other conventions |
# |---|---|---|---|---|
# | `L2` (weight decay) | $\tfrac12\sum w^2$ | $\lambda w$: in proportion | small weights | $\sum w^2$ without the half; $\lambda$ not divided by $N$ |
# | `L1` | $\sum\lvert w\rvert$ | $\lambda\,\mathrm{sign}(w)$: always the same | zeros | $\tfrac12\sum\lvert w\rvert$ in common lecture notes: `factor=0.5` |
# | `ElasticNet` | $r\sum\lvert w\rvert + (1-r)\tfrac12\sum w^2$ | both | zeros, and small weights | |
#
# Biases are left out, unless you ask for them (`biases=True`). The loss is divided by the batch size $B$, so the
# learning rate need not change with it; the price by the size $N$ of the training set, so it is the same in every
# batch, and the best weights do not depend on how the set is cut into batches.

# %%
neuron = Neuron(2)
neuron.set_weight_matrices([[[5.0, 3.0, -4.0]]])  # b, w1, w2
prices = {
    "L2": L2(1.0),
    "L2, biases too": L2(1.0, biases=True),
    "L1": L1(1.0),
    "L1 with the half": L1(1.0, factor=0.5),
    "elastic net": ElasticNet(1.0, l1_ratio=0.5),
}
for name, regularizer in prices.items():
    neuron.zero_grad()
    price = regularizer(neuron)
    price.backward()
    print(f"{name:16} {price.data:6.2f}   derivatives by w1, w2, b: {[p.grad for p in [*neuron.w, neuron.b]]}")
assert L2(1.0)(neuron).data == 0.5 * (3.0**2 + 4.0**2)
assert L1(1.0)(neuron).data == 2.0 * L1(1.0, factor=0.5)(neuron).data == 3.0 + 4.0

# %% [markdown]
# "Does not depend on how the set is cut": the gradients of the batches average to the gradient of the whole set.


# %%
def gradient_of(model: Perceptron, X: list, t: list) -> np.ndarray:
    model.zero_grad()
    objective(model, X, t, "hinge", L2(3.0), n_examples=N).backward()
    return np.array([p.grad for p in model.parameters()])


for B in (1, 12, 30):
    batches = [slice(k, k + B) for k in range(0, N, B)]
    averaged = np.mean([gradient_of(some, X_svm[batch], t_svm[batch]) for batch in batches], axis=0)
    print(f"B = {B:2}: {len(batches):2} batches, mean gradient {np.round(averaged, 6)}")
    assert np.allclose(averaged, gradient_of(some, X_svm, t_svm), rtol=1e-12)

# %% [markdown]
# Why does L1 give zeros and L2 not? Take a single weight whose loss alone would be smallest at $w_0$: minimize
# $\tfrac12(w - w_0)^2 + \lambda\,\Omega(w)$. L2 **shrinks** every weight by the factor $1/(1 + \lambda)$; L1
# **subtracts** $\lambda$ from its size, and what is smaller than $\lambda$ becomes exactly 0.

# %% tags=["measured"]
strength = 0.7  # λ: try 0.2, 2.0

w0 = np.linspace(-2.5, 2.5, 101)
candidates = np.linspace(-2.5, 2.5, 5001)
fig, ax = plt.subplots(figsize=(6.0, 3.8), layout="constrained")
ax.plot(w0, w0, ":", color="0.5", label="no price")
for name, prices, line in (("L2", 0.5 * candidates**2, "-"), ("L1", abs(candidates), "--")):
    best = [candidates[(0.5 * (candidates - w) ** 2 + strength * prices).argmin()] for w in w0]
    ax.plot(w0, best, line, label=name)
ax.set(xlabel="best weight without price, $w_0$", ylabel="best weight with price", title=f"λ = {strength:g}")
ax.legend()
plt.show()

# %% [markdown]
# **L2 as an update rule.** One step of plain gradient descent on loss plus L2 is
#
# $$ w \leftarrow w - \eta\Big(\frac{\partial C_0}{\partial w} + \frac{\lambda}{N}w\Big), $$
#
# with the terms in another order
#
# $$ w \leftarrow \Big(1 - \frac{\eta\lambda}{N}\Big)w - \eta\,\frac{\partial C_0}{\partial w}: $$
#
# every weight first **decays** a little. (Common lecture notes write $\alpha$ and $m$ for $\lambda$ and $N$.) The
# optimizer can do that itself, by `weight_decay`, with the biases in a group that has none. Step for step the two
# agree:

# %%
strength, rate = 3.0, 0.1
by_price, by_decay = Perceptron(2, seed=6), Perceptron(2, seed=6)
decaying = optimizers.SGD(
    [{"params": by_decay.weights(), "weight_decay": strength / N}, {"params": by_decay.biases()}], lr=rate
)
plain = optimizers.SGD(by_price.parameters(), lr=rate)
for _ in range(50):
    for model, optimizer, regularizer in ((by_price, plain, L2(strength)), (by_decay, decaying, None)):
        optimizer.zero_grad()
        objective(model, X_svm, t_svm, "half_squared_error", regularizer).backward()
        optimizer.step()
    assert np.allclose([p.data for p in by_price.parameters()], [p.data for p in by_decay.parameters()], rtol=1e-12)
print("after 50 steps:", [round(p.data, 9) for p in by_price.parameters()])
print("           and:", [round(p.data, 9) for p in by_decay.parameters()])

# %% [markdown]
# Regularization against overfitting, on data, is in notebook 07.
#
# ## 10. Which loss for what
#
# | target | output of the network | loss | error of the output |
# |---|---|---|---|
# | number | linear | `half_squared_error` | $\hat y - y$ |
# | number, with outliers | linear | absolute or Huber loss (exercise 5.5) | bounded |
# | yes or no, 0 or 1 | linear, read as a logit | `binary_cross_entropy_with_logits` | $\sigma(z) - y$ |
# | several yes or no | linear, one logit each | the same, summed over outputs | $\sigma(z) - y$ |
# | $-1$ or $+1$, only the side counts | linear | `hinge` | $-t$ inside the margin, else 0 |
# | one of $K$ classes | linear, $K$ logits | `cross_entropy` | $p - y$ |
#
# A loss of your own is a function of outputs and target; derivatives, training and compiled programs follow from it:

# %%
absolute = Perceptron(1, init="zeros")
X_number, y_number = [[x / 4] for x in range(8)], [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 40.0]  # y = 2x + ½, but one slip
squared = Perceptron(1, init="zeros")
newton_update(squared, lambda m: objective(m, X_number, y_number, "half_squared_error"))
fit(
    absolute, X_number, y_number, loss=lambda y_hat, y: abs(y_hat - y), learning_rate=0.1,
    schedule="cosine", epochs=400, batch_size="full", verbose=0,
)  # fmt: skip
for name, model in (("squared", squared), ("absolute", absolute)):
    ((b, w),) = model.weight_matrices()[0]
    print(f"{name:9} y = {w:5.2f} x {b:+6.2f}")
assert abs(absolute.weight_matrices()[0][0][1] - 2.0) < 0.05 < abs(squared.weight_matrices()[0][0][1] - 2.0)

# %% [markdown]
# ## Exercises
#
# ### Exercise 5.1
# Here, training with `half_squared_error` and the learning rate 0.1 works well. A library averages $(y - \hat y)^2$
# *without* the half. Which learning rate takes exactly the same steps there?

# %% tags=["exercise"]
answer = ...
course.check("5.1", answer)

# %% [markdown]
# ### Exercise 5.2
# Write the binary cross-entropy on a logit for the target **0**, $-\ln(1 - \sigma(z)) = \ln(1 + e^{z})$, as a function
# of a float. It must be right at $z = 800$, at $z = -800$, and keep its digits at $z = -40$. Use the module `math`;
# `math.log1p(x)` is $\ln(1 + x)$ without loss of digits.


# %% tags=["exercise"]
def answer(z): ...


course.check("5.2", answer)

# %% [markdown]
# ### Exercise 5.3
# The outputs of a support vector machine are 2.5, 0.3, −0.2, −1.0, 1.0 and −4.0, the labels $+1, +1, +1, -1, +1, +1$.
# How many of the six examples contribute to the gradient of the hinge loss?

# %% tags=["exercise"]
answer = ...
course.check("5.3", answer)

# %% [markdown]
# ### Exercise 5.4
# You train with hinge loss and want $\tfrac12\lVert w\rVert^2 + 10\sum$ hinge. Which regularizer do you give to `fit`?
# Answer with the regularizer itself.

# %% tags=["exercise"]
answer = ...
course.check("5.4", answer)

# %% [markdown]
# ### Exercise 5.5
# The **Huber loss** is squared near the target and linear far away: $\tfrac12 r^2$ for $|r| \le 1$, and
# $|r| - \tfrac12$ beyond, where $r = \hat y - y$. Write it as a function of the output (a Value) and the target. You
# may use `if`, or `where` of `autograd_core`.


# %% tags=["exercise"]
def answer(output, target): ...


course.check("5.5", answer)

# %% [markdown]
# ## What to remember
#
# - A loss decides how hard each example pulls: its derivative matters more than its value. Factors like $\tfrac12$ and
#   $\frac1N$ only rescale $\eta$.
# - Cross-entropy is $-\ln$ of the probability given to what happened. Compute it on logits: the plain formula has lost
#   all digits at $z = 37$.
# - Hinge hears only points inside the margin, and linear growth bounds what an outlier can do. Squared error pulls even
#   at points that are too right.
# - Squared error after a sigmoid carries $\sigma'(z)$ and learns slowly where it is badly wrong; cross-entropy has
#   $\delta = a - y$, softmax with it $p - y$.
# - The soft-margin SVM is hinge loss plus L2 with $\lambda = 1/C$, trained by stochastic subgradient descent.
# - L2 shrinks all weights in proportion (weight decay), L1 makes small ones zero. Check the factors before comparing
#   numbers with a book.
#
# Next: [06 · Gradient descent](06_gradient_descent.ipynb), how to make a loss small.
