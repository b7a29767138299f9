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
# # 04 · From perceptron to MLP
#
# **The question.** Here are two bits. Are they different? A child can tell. A single neuron cannot, whatever its
# weights are. Why not, and what is the least that has to be added?
#
# After this notebook you can
#
# - say what a neuron with linear or logistic output computes, draw its boundary, and prove where it must fail,
# - choose between features made by hand and features that are learned, and count what the former would cost,
# - build a multilayer perceptron, name every weight in it, and show what its hidden units contribute.
#
# *Time to read: 40 minutes. You need: [01 · Values and graphs](01_values_and_graphs.ipynb), vectors and matrices.*

# %%
import itertools
import math
import random

import course
import matplotlib.pyplot as plt
import numpy as np

from autograd_core import Value, draw, draw_network
from nn import MLP, OwnBasis, Perceptron, Polynomial, Radial, WithBasis, activations, datasets, fit, plots, predict
from nn.basis import monomial_count

course.style()

# %% [markdown]
# ## 1. One neuron
#
# A neuron weighs its inputs, adds a bias and applies an activation $g$:
#
# $$ z = w^\top x + w_0, \qquad \hat y = g(z). $$
#
# $z$ is the **pre-activation**, $g(z)$ the **activation**. Two choices of $g$ give the two classical perceptrons.
#
# - **Linear output**, $g(z) = z$: any number can come out. Used for regression.
# - **Logistic output**, $g(z) = \sigma(z) = 1/(1 + e^{-z})$: a number between 0 and 1. With two classes it is
#   read as the probability of class 1.
#
# In this software both are a `Perceptron`, and the graph shows what it does with one example.

# %%
linear = Perceptron(2, activation="linear")
logistic = Perceptron(2, activation="logistic")
for model in (linear, logistic):
    model.set_weight_matrices([[[-1.0, 2.0, 1.0]]])  # one row per neuron: w0 first, then w1 and w2

x = [1.0, 0.5]
z, p = linear(x), logistic(x)
print(f"linear output   wᵀx + w0    = {z.data}")
print(f"logistic output σ(wᵀx + w0) = {p.data:.6f}")
assert z.data == -1.0 + 2.0 * 1.0 + 1.0 * 0.5
assert math.isclose(p.data, 1.0 / (1.0 + math.exp(-z.data)))

p.backward()
draw(p, direction="LR")

# %% [markdown]
# The logistic neuron decides for class 1 where $\sigma(z) > \tfrac12$, that is where $z > 0$. So its **boundary** is
# the straight line $w^\top x + w_0 = 0$: perpendicular to $w$, at the distance $|w_0|/\lVert w\rVert$ from the origin.
# Multiplying all weights by the same factor leaves the line where it is and makes the transition steeper.
#
# **Change something.** Turn `w` and see the line turn with it; move it by `w0`; sharpen it by `steepness`.

# %% tags=["measured"]
w0, w = -1.0, (2.0, 1.0)  # try w = (1.0, -2.0), w0 = 0.0
steepness = (0.5, 1.0, 5.0)

grid = np.linspace(-2.0, 2.0, 121)
xx, yy = np.meshgrid(grid, grid)
fig, axes = plt.subplots(1, 3, figsize=(7.8, 2.9), layout="constrained", sharey=True)
for ax, s in zip(axes, steepness, strict=True):
    heights = 1.0 / (1.0 + np.exp(-s * (w0 + w[0] * xx + w[1] * yy)))
    picture = ax.contourf(xx, yy, heights, levels=np.linspace(0.0, 1.0, 21), cmap="PuOr")
    ax.contour(xx, yy, heights, levels=[0.5], colors="black")
    foot = -w0 / (w[0] ** 2 + w[1] ** 2)  # the point of the line that is nearest to the origin, as a multiple of w
    ax.annotate("", (foot * w[0] + 0.4 * w[0], foot * w[1] + 0.4 * w[1]), (foot * w[0], foot * w[1]),
                arrowprops={"arrowstyle": "-|>", "color": "black"})  # fmt: skip
    ax.text(foot * w[0] + 0.5 * w[0], foot * w[1] + 0.5 * w[1], "w", fontweight="bold", ha="center", va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "boxstyle": "round,pad=0.15"})  # fmt: skip
    ax.set(title=f"weights × {s:g}", xlabel="$x_1$", aspect="equal")
axes[0].set_ylabel("$x_2$")
fig.colorbar(picture, ax=axes, label=r"$\sigma(w^\top x + w_0)$", ticks=[0, 0.5, 1])
plt.show()

# %% [markdown]
# ## 2. Several outputs: one per class
#
# For $K$ classes take $K$ neurons side by side. They see the same input, each has weights of its own, and the weights
# form a matrix with one row per neuron and the bias as column 0:
#
# $$ \hat y_k = g\Big(\sum_{i=1}^{n} w_{ki}\,x_i + w_{k0}\Big), \quad W \in \mathbb R^{K \times (n+1)}. $$
#
# - $K$ **linear** outputs: regression of several numbers at once, or *scores* of classes, of which the largest wins.
# - $K$ **logistic** outputs: $K$ independent questions with yes or no (an image may show a cat *and* a dog).
# - **Softmax** turns $K$ scores into probabilities that sum to 1: exactly one of $K$ classes.
#
# Three clouds of points, three linear outputs, trained so that the score of the right class becomes the largest. (Which
# loss does that, and why, is notebook 05.)

# %%
random_numbers = random.Random(4)
centres = [(-1.5, -0.8), (1.5, -0.8), (0.0, 1.6)]
X_clouds = [[random_numbers.gauss(c, 0.6) for c in centre] for centre in centres for _ in range(25)]
y_clouds = [label for label in range(3) for _ in range(25)]

scores = Perceptron(2, 3, activation="linear", init="zeros")
history = fit(
    scores, X_clouds, y_clouds, loss="cross_entropy", optimizer="sgd", learning_rate=0.5, epochs=40, seed=0, verbose=0
)
(W,) = scores.weight_matrices()
print("accuracy", round(history.history["accuracy"][-1], 2), "  shape of W:", len(W), "×", len(W[0]))
print("scores at (0, 2):", [round(z.data, 1) for z in scores([0.0, 2.0])], "→ class 2")
assert (len(W), len(W[0])) == (3, 2 + 1)
assert history.history["accuracy"][-1] > 0.95

# %% tags=["measured"]
fig, ax = plt.subplots(figsize=(5.0, 4.2), layout="constrained")
plots.plot_boundary(scores, X_clouds, y_clouds, "cross_entropy", ax=ax)
ax.set_title("three linear outputs: the largest wins", pad=24)
plt.show()

# %% [markdown]
# Between any two classes the boundary is again a straight line: it lies where their scores are equal,
# $(w_j - w_k)^\top x + w_{j0} - w_{k0} = 0$.

# %% [markdown]
# ## 3. What a linear unit cannot do
#
# Let a neuron with a threshold, $\hat y = 1$ if $w_0 + w_1x_1 + w_2x_2 > 0$ and else 0, look at two bits. There are
# $2^4 = 16$ ways to answer to the four possible inputs. We try a few hundred neurons and collect what they compute.

# %%
bits = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
weights = [k / 2 for k in range(-4, 5)]
computed = set()
for w0, w1, w2 in itertools.product(weights, repeat=3):
    computed.add(tuple(int(w0 + w1 * a + w2 * b > 0.0) for a, b in bits))

missing = sorted(set(itertools.product((0, 1), repeat=4)) - computed)
print(len(computed), "of 16 functions found; missing:")
for answers in missing:
    print("  ", dict(zip(["00", "01", "10", "11"], answers, strict=True)))
assert missing == [(0, 1, 1, 0), (1, 0, 0, 1)]

# %% [markdown]
# Two are missing: "the bits differ" (**XOR**) and "the bits are equal". More weights would not help. For XOR we need
#
# $$ \begin{aligned}
# w_0 &\le 0, & \qquad w_0 + w_1 &> 0, \\
# w_0 + w_2 &> 0, & w_0 + w_1 + w_2 &\le 0.
# \end{aligned} $$
#
# Add the two in the middle: $2w_0 + w_1 + w_2 > 0$. Add the first and the last: $2w_0 + w_1 + w_2 \le 0$. Both cannot
# be true. In the plane: no straight line has the corners (0, 1) and (1, 0) on one side and (0, 0) and (1, 1) on the
# other.
#
# What does training do with a task that cannot be solved? It finds the best compromise, and here that is to know
# nothing: probability $\tfrac12$ everywhere and the loss $\ln 2$.

# %%
xor = datasets.load("xor")
unit = Perceptron(2, activation="logistic", seed=3)
history = fit(
    unit, xor.X, xor.y, loss="binary_cross_entropy", optimizer="sgd", learning_rate=1.0,
    batch_size="full", epochs=400, verbose=0,
)  # fmt: skip
loss = history.history["loss"]
print("loss after 1, 20 and 400 epochs:", [round(loss[k], 4) for k in (0, 19, 399)])
print("ln 2 =", round(math.log(2.0), 4))
print("outputs:", [round(unit(x).data, 3) for x in xor.X])
assert abs(loss[-1] - math.log(2.0)) < 1e-3
assert all(abs(unit(x).data - 0.5) < 0.01 for x in xor.X)

# %% [markdown]
# ## 4. Features made by hand
#
# The oldest way out: do not show the neuron $x$, but fixed functions of it, the **basis functions**
# $\varphi_1(x), \dots, \varphi_M(x)$:
#
# $$ \hat y = g\big(w^\top \varphi(x) + w_0\big). $$
#
# It stays a linear unit, but in other coordinates. For XOR one product is enough: with
# $\varphi(x) = (x_1, x_2, x_1x_2)$ the answer is $x_1 + x_2 - 2x_1x_2$.

# %%
phi = OwnBasis(lambda x: [x[0], x[1], x[0] * x[1]], n_inputs=2, n_outputs=3)
by_hand = WithBasis(phi, Perceptron(3))
by_hand.set_weight_matrices([[[0.0, 1.0, 1.0, -2.0]]])
answers = [by_hand(x).data for x in xor.X]
print("XOR with a product as third feature:", answers)
assert answers == xor.y

# %% [markdown]
# Nobody has to choose the weights: with the features there, training finds them. The three pictures show one and the
# same kind of unit, a weighted sum with a logistic output, behind three different $\varphi$. `Polynomial` gives all
# products up to a degree, `Radial` says how near $x$ is to each of some points.
#
# **Change something.** Take other `data`, moons or spirals, and `Polynomial(2, 3)` in place of degree 2. Which shapes
# can be told apart, and with how many features?

# %%
data = datasets.load("circles", n=80, noise=0.08, seed=1)  # try datasets.load("moons", n=80, seed=1)
bases = {
    "no basis: 2 features": Polynomial(2, 1),
    "products up to degree 2: 5 features": Polynomial(2, 2),
    "radial, 3 × 3 centres: 9 features": Radial([[a, b] for a in (-1, 0, 1) for b in (-1, 0, 1)], width=0.6),
}
units, accuracies = {}, {}
for name, phi in bases.items():
    units[name] = WithBasis(phi, Perceptron(phi.n_outputs, activation="logistic", init="zeros"))
    history = fit(
        units[name], data.X, data.y, loss="binary_cross_entropy", learning_rate=0.3, batch_size="full", epochs=60, verbose=0
    )  # fmt: skip
    accuracies[name] = history.history["accuracy"][-1]
    print(f"{name:36} accuracy {accuracies[name]:.2f}")
if data.name == "circles":
    assert accuracies["no basis: 2 features"] < 0.7
    assert accuracies["products up to degree 2: 5 features"] > 0.95

# %% tags=["measured"]
fig, axes = plt.subplots(1, 3, figsize=(7.8, 3.5), layout="constrained")
for ax, (name, unit) in zip(axes, units.items(), strict=True):
    plots.plot_boundary(unit, data.X, data.y, "binary_cross_entropy", ax=ax, resolution=60)
    ax.set_title(name.replace(": ", ":\n"), pad=24, fontsize=10)
plt.show()

# %% [markdown]
# ## 5. How many features would that be?
#
# Products work for a few inputs. But the number of products of exactly $r$ factors out of $n$ inputs, repetitions
# allowed, is
#
# $$ \binom{n+r-1}{r} = \frac{(n+r-1)!}{r!\,(n-1)!}. $$
#
# Why: write the factors in order, $x_1x_1x_3$ as `● ● | | ●`: the $r$ dots are factors, and the $n-1$ bars step to the
# next input. Every arrangement of $r$ dots among $n + r - 1$ places is one product. Small cases can be counted:

# %%
for n, r in [(2, 2), (3, 2), (4, 3), (6, 4)]:
    counted = len(list(itertools.combinations_with_replacement(range(n), r)))
    assert counted == monomial_count(n, r) == math.comb(n + r - 1, r)
    print(f"{n} inputs, degree {r}: {counted:3} products")

print(f"\n100 inputs, degree 2:    {monomial_count(100, 2):>14,}")
print(f"100 × 100 pixels, degree 2: {monomial_count(100 * 100, 2):>11,}")
assert monomial_count(100, 2) == 5050
assert monomial_count(100 * 100, 2) == 50_005_000
assert Polynomial(100, 2, lower=False).n_outputs == 5050

# %% [markdown]
# 5,050 products of **100 inputs**. A picture of $100 \times 100$ pixels has 10,000 inputs and 50 million products;
# common lecture notes give 5,050 for the picture, which counts the pixels of one side. And a product of two pixels is
# not yet a nose.

# %% tags=["measured"]
degrees = (1, 2, 3, 5)  # try (2, 10)
n_inputs = [2, 5, 10, 28, 64, 100, 300, 784, 10_000]

fig, ax = plt.subplots(figsize=(6.4, 3.9), layout="constrained")
for r, line in zip(degrees, ("-", "--", "-.", ":"), strict=False):
    ax.plot(n_inputs, [monomial_count(n, r) for n in n_inputs], line, marker="o", markersize=4, label=f"degree {r}")
for n, name in [(64, "8×8 digits"), (784, "28×28 digits"), (10_000, "100×100 pixels")]:
    ax.axvline(n, color="0.75", linewidth=0.8, zorder=0)
    ax.text(0.95 * n, 3e25, name, rotation=90, ha="right", va="top", fontsize=8, color="0.35")
ax.set(xscale="log", yscale="log", xlabel="inputs $n$", ylabel="products", title="features made by hand do not scale")
ax.set_ylim(1, 1e26)
ax.legend(loc="upper left")
plt.show()

# %% [markdown]
# ## 6. Learn the features: the multilayer perceptron
#
# The other way out: let the features be neurons too, and learn their weights with all the others. A **hidden layer**
# computes $a^1 = g(W^1 x + b^1)$, the output layer sees $a^1$ instead of $x$. With any number of layers,
#
# $$ \begin{aligned}
# a^0 &= x, & \qquad z^l &= W^l a^{l-1} + b^l, \\
# a^l &= g^l(z^l), & \hat y &= a^L.
# \end{aligned} $$
#
# For XOR two hidden neurons are enough.

# %%
network = MLP(2, [2, 1], activation="tanh", output_activation="sigmoid", seed=4)
history = fit(
    network, xor.X, xor.y, loss="binary_cross_entropy", learning_rate=0.1, batch_size="full", epochs=200, verbose=0
)
print(network.summary())
print("\nloss", round(history.history["loss"][-1], 3), "  answers", predict(network, xor.X, "binary_cross_entropy"))
assert predict(network, xor.X, "binary_cross_entropy") == xor.y

# %%
draw_network(network)

# %% [markdown]
# Lines are as wide as the weights are large, dashed where they are negative, and the bias stands in the circle.
#
# What has the hidden layer done? Look at the four corners through its eyes: at $(a_1, a_2)$ instead of $(x_1, x_2)$.
# There one straight line is enough. The layer has learned the $\varphi$ that section 4 was given.

# %% tags=["measured"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.8, 3.8), layout="constrained")
plots.plot_boundary(network, xor.X, xor.y, "binary_cross_entropy", ax=left)
left.set_title("what the network decides", pad=24)

hidden, output = network.layers
seen = {}  # which corners come to lie where: two may come to the same place
for x, t in zip(xor.X, xor.y, strict=True):
    a1, a2 = (a.data for a in hidden(x))
    right.scatter(a1, a2, s=60, color=plots.COLOURS[t], marker=plots.MARKERS[t], zorder=3)
    seen.setdefault((round(a1, 1), round(a2, 1)), []).append(f"({x[0]:g}, {x[1]:g})")
for (a1, a2), corners in seen.items():
    side = "left" if a1 < 0.0 else "right"
    right.annotate(" and ".join(corners), (a1, a2), (0, 10), textcoords="offset points", ha=side, fontsize=9)
((b, v1, v2),) = output.weight_matrices()[0]
line = np.linspace(-1.3, 1.3, 2)
right.plot(line, -(b + v1 * line) / v2, color="black", label="boundary of the output neuron")
right.set(xlim=(-1.35, 1.35), ylim=(-1.35, 1.35), aspect="equal")
right.set(title="the corners after the hidden layer", xlabel="hidden activation $a_1$", ylabel="$a_2$")
right.legend(loc="lower right", fontsize=8)
plt.show()

# %% [markdown]
# Not every start succeeds. With so few neurons descent can end where every small step makes things worse.
#
# **Change something.** Try 3 or 4 hidden neurons, or `activation="relu"`. How many of the twenty starts find XOR?


# %%
def solves_xor(n_hidden: int, activation: str, seed: int) -> bool:
    model = MLP(2, [n_hidden, 1], activation=activation, output_activation="linear", seed=seed)
    fit(model, xor.X, xor.y, loss="binary_cross_entropy_with_logits", learning_rate=0.1, epochs=200, seed=0, verbose=0)
    return predict(model, xor.X, "binary_cross_entropy_with_logits") == xor.y


n_hidden, activation = 2, "tanh"  # try 4, and "relu"
print(sum(solves_xor(n_hidden, activation, seed) for seed in range(20)), "of 20 starts solve XOR")

# %% [markdown]
# ## 7. Which weight is which? Index conventions
#
# Texts disagree about the order of the indices, about which layer a weight belongs to, and about where counting starts.
# The same weight, from neuron $i$ of one layer to neuron $j$ of the next:
#
# | text | writes | read as | bias | first layer of weights |
# |---|---|---|---|---|
# | **this software** | `W[j][i]` | *to* neuron $j$, *from* input $i = 1, 2, \dots$ | column 0: `W[j][0]` | `weight_matrices()[0]` |
# | backpropagation texts | $w^l_{jk}$ | *to* $j$ of layer $l$, *from* $k$ of layer $l-1$ | vector $b^l$ | $W^1$ (or $W^2$, if the input is layer 1) |
# | $\Theta$-texts | $\theta^{(l)}_{jk}$ | *from* $j$ in layer $l$, *to* $k$ in layer $l+1$ | $\theta^{(l)}_{0k}$; input $x_0 = 1$ | $\Theta^{(1)}$ |
# | lecture slides | $w^{(1)}_{ji}$ | *to* $j$, *from* $i$ | $w_{j0}$; input $x_0 = 1$ | $W^{(1)}$ |
#
# Two more traps. The *matrix* $\Theta^{(l)}$ has shape $N_{l+1} \times (N_l + 1)$, one row per neuron it leads to,
# although the indices of its entries are written the other way round. And the letter $B$ is the number of batches in
# some texts; here it is always the **size of a batch**.
#
# So here: **rows are neurons, columns are inputs, column 0 is the bias**. Labels and attributes count as people and as
# Python do: the label `layer1.neuron2.w3` is `model.layers[0].neurons[1].w[2]`.

# %%
model = MLP(3, [2, 1], activation="tanh", seed=0)
W1, W2 = model.weight_matrices()
print("shapes N_out × (N_in + 1):", [f"{len(W)}×{len(W[0])}" for W in (W1, W2)])

j, i = 1, 2  # neuron 2 of the layer, input 3, counted from 0
weight = model.layers[0].neurons[j].w[i]
print("label:", weight.label)
assert weight.data == W1[j][1 + i]  # column 0 is the bias
assert model.layers[0].neurons[j].b.data == W1[j][0]
assert [(len(W), len(W[0])) for W in (W1, W2)] == [(2, 3 + 1), (1, 2 + 1)]

# the forward pass with these matrices, with a 1 before the inputs of each layer, is what the model computes
x = [0.5, -1.0, 2.0]
a1 = np.tanh(np.array(W1) @ [1.0, *x])
a2 = np.array(W2) @ [1.0, *a1]
print("by matrices:", round(float(a2[0]), 12), "  by the model:", round(model(x).data, 12))
assert math.isclose(a2[0], model(x).data)

# %% [markdown]
# ## 8. Linear layers stay linear
#
# Does depth alone help? Take a network whose activations are linear, $g(z) = kz$. Then
#
# $$ \begin{aligned}
# & W^2(W^1 x + b^1) + b^2 \\
# &\quad = \underbrace{W^2W^1}_{W}\,x + \underbrace{W^2b^1 + b^2}_{b}.
# \end{aligned} $$
#
# Two layers are one. With the bias in column 0, put a row $(1, 0, \dots, 0)$ on top of each matrix, so that the 1 is
# handed on. Then the whole network is the product of the matrices. We build a network of three layers, multiply, and
# compare it with the single layer of the product.


# %%
def collapse(matrices: list) -> np.ndarray:
    """The one matrix, bias first, of a network with linear activations."""
    product = np.eye(len(matrices[0][0]))
    for W in matrices:
        top = [1.0] + [0.0] * (len(W[0]) - 1)
        product = np.array([top, *W]) @ product
    return product[1:]


deep = MLP(2, [5, 4, 1], activation="linear", seed=7)
shallow = Perceptron(2)
shallow.set_weight_matrices([collapse(deep.weight_matrices()).tolist()])

print("three layers:", len(deep.parameters()), "parameters; one layer:", len(shallow.parameters()))
print("the one matrix:", np.round(collapse(deep.weight_matrices()), 6).tolist())
generator = random.Random(0)
for _ in range(100):
    x = [generator.uniform(-10.0, 10.0) for _ in range(2)]
    assert math.isclose(deep(x).data, shallow(x).data, rel_tol=1e-9, abs_tol=1e-9)

# %% [markdown]
# So a deep linear network cannot learn XOR either. It ends where the single neuron did, at the loss $\ln 2$.
#
# **Change something.** Put `"tanh"` or `"relu"` in the place of `"linear"`: it is the bend that makes the difference.

# %%
activation = "linear"  # try "tanh", "relu", "leaky_relu"
deep = MLP(2, [5, 4, 1], activation=activation, seed=7)
history = fit(
    deep, xor.X, xor.y, loss="binary_cross_entropy_with_logits", learning_rate=0.03, epochs=300, seed=0, verbose=0
)
print(activation, "activations: loss", round(history.history["loss"][-1], 3))
if activation == "linear":
    assert abs(history.history["loss"][-1] - math.log(2.0)) < 0.01

# %% [markdown]
# ## 9. Activations and their derivatives
#
# | name | $g(z)$ | values | $g'(z)$ | saturates |
# |---|---|---|---|---|
# | `linear` | $kz$ | all | $k$ | no, but it is linear |
# | `step` (threshold at $k$) | 1 if $z \ge k$, else 0 | 0 and 1 | 0 | everywhere: nothing is learned through it |
# | `sigmoid` (`logistic`) | $1/(1+e^{-z})$ | 0 … 1 | $g(1-g) \le \tfrac14$ | on both sides |
# | `tanh` | $2\sigma(2z) - 1$ | −1 … 1 | $1 - g^2 \le 1$ | on both sides |
# | `relu` | $\max(0, z)$ | ≥ 0 | 0 or 1 | below 0: a unit can *die* |
# | `leaky_relu` | $z$, or $0.01z$ below 0 | all | 1 or 0.01 | no |
# | `elu` | $z$, or $e^z - 1$ below 0 | > −1 | 1 or $e^z$ | below 0 |
# | `softplus` | $\ln(1 + e^z)$ | > 0 | $\sigma(z)$ | below 0 |
# | `gelu` | $z\,\Phi(z)$ | > −0.18 | $\Phi(z) + z\,\Phi'(z)$ | below 0 |
# | `silu` (`swish`) | $z\,\sigma(z)$ | > −0.28 | $\sigma(z) + z\,\sigma'(z)$ | below 0 |
# | `softmax` | $e^{z_j}/\sum_k e^{z_k}$ | 0 … 1, sum 1 | a matrix | of a whole layer: notebook 05 |
#
# ($\Phi$ is the distribution function of the normal distribution.) All of them with their derivatives, the latter
# computed by the reverse sweep:

# %% tags=["measured"]
plots.plot_activations(columns=3)[0].figure

# %% [markdown]
# **Saturation.** Where $g$ is flat, the gradient that arrives from above is multiplied by nearly 0. How flat is flat?

# %%
print("   z     σ'(z)      tanh'(z)   relu'(z)   softplus'(z)")
for number in (0.0, 2.0, 5.0, 10.0, -10.0):
    slopes = []
    for name in ("sigmoid", "tanh", "relu", "softplus"):
        z = Value(number)
        activations.get(name)(z).backward()
        slopes.append(z.grad)
    print(f"{number:5.0f}  " + "  ".join(f"{slope:9.2e}" for slope in slopes))

z = Value(0.0)
activations.get("sigmoid")(z).backward()
assert z.grad == 0.25  # the largest slope that a sigmoid has

# %% [markdown]
# In a deep network the slopes of all layers are multiplied. That of a sigmoid is at most a quarter, so unless the
# weights make up for it, the gradient **vanishes** towards the input. One sweep through networks of eight hidden
# layers, and the length of the gradient of the weights of each layer:
#
# **Change something.** Other activations; another `init` (`"xavier"`, `"he"`); `bias_init=-3.0` for ReLU, which kills
# most units.

# %%
names = ("sigmoid", "tanh", "relu", "leaky_relu")  # try "silu", "softplus", "elu"
depth, width, init = 8, 10, "he"

generator = random.Random(1)
x = [generator.gauss(0.0, 1.0) for _ in range(width)]
gradients = {}
for name in names:
    model = MLP(width, [width] * depth + [1], activation=name, init=init, seed=2)
    model(x).backward()
    gradients[name] = [math.hypot(*(w.grad for w in layer.weights())) for layer in model.layers]
    first, last = gradients[name][0], gradients[name][-2]
    print(f"{name:12} layer 1: {first:8.1e}   layer {depth}: {last:8.1e}   ratio {first / last:7.0e}")
assert gradients["sigmoid"][0] < 1e-3 * gradients["sigmoid"][-2]
assert gradients["relu"][0] > 1e-2 * gradients["relu"][-2]

# %% tags=["measured"]
fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for (name, norms), marker in zip(gradients.items(), plots.MARKERS, strict=False):
    ax.plot(range(1, depth + 1), norms[:-1], marker=marker, label=name)
ax.set(yscale="log", xlabel="hidden layer (1 is next to the input)", ylabel="length of the gradient")
ax.set_title("vanishing gradients")
ax.legend(ncols=2)
plt.show()

# %% [markdown]
# A ReLU passes the gradient on unchanged or not at all. It does not saturate above 0, but a unit whose pre-activation
# is negative for *all* examples gets no gradient from any of them: it is dead, and plain descent does not bring it
# back.

# %%
dead = MLP(1, [1, 1], activation="relu", seed=0)
dead.layers[0].set_weight_matrices([[[-5.0, 1.0]]])  # z = x − 5 is negative for every x in the data
X_small, y_small = [[x / 4] for x in range(-4, 5)], [x / 2 for x in range(-4, 5)]
fit(dead, X_small, y_small, loss="mse", optimizer="sgd", learning_rate=0.1, epochs=50, seed=0, verbose=0)
print("weights of the ReLU unit after 50 epochs:", dead.layers[0].weight_matrices()[0])
assert dead.layers[0].weight_matrices() == [[[-5.0, 1.0]]]

# %% [markdown]
# ## 10. Universal approximation
#
# *With enough hidden neurons, one hidden layer can come as near as you like to any continuous function on a closed and
# bounded set* (Cybenko 1989, Hornik 1991; Leshno et al. 1993 for every activation that is no polynomial). In one
# dimension this can be seen with bare hands: with ReLUs, we write the weights down.
#
# Choose points $x_0 < x_1 < \dots < x_n$. Neuron $k$ computes $\max(0, x - x_k)$: it is silent up to $x_k$ and then
# rises. Its weight in the output is the *change of slope* needed at $x_k$. The sum is the polygon through the $n + 1$
# points of the curve.


# %%
def curve(x: float) -> float:
    return math.sin(2.0 * x) * math.exp(-x / 6.0) + 0.2 * x


def polygon(n: int, low: float = -3.0, high: float = 3.0) -> MLP:
    """A network of n ReLUs whose output is the polygon through n + 1 points of the curve. Nothing is trained."""
    knots = np.linspace(low, high, n + 1)
    heights = np.array([curve(x) for x in knots])
    slopes = np.diff(heights) / np.diff(knots)
    changes = np.diff(slopes, prepend=0.0)
    network = MLP(1, [n, 1], activation="relu")
    network.set_weight_matrices([[[-x, 1.0] for x in knots[:-1]], [[heights[0], *changes]]])
    return network


xs = np.linspace(-3.0, 3.0, 601)
worst = {}
for n in (4, 8, 16, 32, 64):
    network = polygon(n)
    worst[n] = max(abs(network([x]).data - curve(x)) for x in xs)
    print(f"{n:3} hidden neurons: largest error {worst[n]:.4f}")
for n in (16, 32):
    assert 3.0 < worst[n] / worst[2 * n] < 5.0  # twice the neurons, a quarter of the error

# %% tags=["measured"]
fig, axes = plt.subplots(1, 3, figsize=(7.8, 2.7), layout="constrained", sharey=True)
for ax, n in zip(axes, (4, 8, 16), strict=True):
    network = polygon(n)
    ax.plot(xs, [curve(x) for x in xs], color="0.6", linewidth=4, label="curve")
    ax.plot(xs, [network([x]).data for x in xs], color=plots.COLOURS[1], label="network")
    for x in np.linspace(-3.0, 3.0, n + 1)[:-1]:
        ax.plot(x, curve(x), "o", markersize=4, color=plots.COLOURS[1])
    ax.set(title=f"{n} ReLUs, {n} bends", xlabel="x")
axes[0].legend(fontsize=8)
plt.show()

# %% [markdown]
# Training does with fewer neurons, here with tanh, since it moves the bends to where they are needed. We start with the
# bends spread evenly over the interval. The picture below also shows what each hidden neuron **contributes**:
# $v_j \tanh(w_j x + b_j)$. The output is the sum of these curves and a constant.
#
# **Change something.** Fewer or more neurons, another seed, another activation, another `curve`. What can 2 neurons not
# do?

# %%
sizes, activation, seed = (1, 2, 4, 8), "tanh", 1  # try "relu", "sigmoid"; other seeds

examples = datasets.load("curve", function=curve, low=-3.0, high=3.0, n=40)
trained, error = {}, {}
for n in sizes:
    trained[n] = MLP(1, [n, 1], activation=activation, seed=seed)
    bends = np.linspace(-3.0, 3.0, n + 2)[1:-1].tolist()
    trained[n].layers[0].set_weight_matrices([[[-1.5 * x, 1.5] for x in bends]])
    fit(
        trained[n], examples.X, examples.y, loss="mse", learning_rate=0.1, schedule="cosine",
        epochs=300, batch_size=5, seed=0, engine="eager", verbose=0,
    )  # fmt: skip
    error[n] = math.sqrt(sum((trained[n]([x]).data - curve(x)) ** 2 for x in xs) / len(xs))
    print(f"{n:2} hidden neurons: root mean square error {error[n]:.2f}")
assert error[sizes[-1]] < 0.2 * error[sizes[0]]

# %% tags=["measured"]
rows = -(-len(sizes) // 2)
fig, axes = plt.subplots(rows, 2, figsize=(7.6, 2.8 * rows), layout="constrained", sharex=True, sharey=True)
for ax, (n, network) in zip(axes.flat, trained.items(), strict=False):
    ax.plot(xs, [curve(x) for x in xs], color="0.6", linewidth=4, label="curve to learn")
    (constant, *v) = network.weight_matrices()[1][0]
    contributions = np.array([[v[j] * a.data for j, a in enumerate(network.layers[0].outputs([x]))] for x in xs])
    for j in range(n):
        ax.plot(xs, contributions[:, j], "--", linewidth=1, label="hidden neurons" if j == 0 else None)
    outputs = [network([x]).data for x in xs]
    assert np.allclose(contributions.sum(axis=1) + constant, outputs)  # the output is their sum
    ax.plot(xs, outputs, color="black", linewidth=1.6, label="network")
    ax.set(title=f"{n} hidden, error {error[n]:.2f}", xlabel="x", ylim=(-2.0, 2.2))
axes.flat[0].legend(fontsize=8, loc="lower right")
plt.show()

# %% [markdown]
# The theorem says that good weights *exist*. It does not say how many neurons are needed, that descent finds the
# weights, or that the network is right outside of the interval on which it was trained. Look there:

# %%
for x in (2.0, 5.0, 20.0):
    inside = "inside " if abs(x) <= 3.0 else "outside"
    print(f"x = {x:g}, {inside}: curve {curve(x):+.1f}, network {trained[sizes[-1]]([x]).data:+.1f}")
assert abs(trained[sizes[-1]]([2.0]).data - curve(2.0)) < 0.2 < abs(trained[sizes[-1]]([20.0]).data - curve(20.0))

# %% [markdown]
# ## Exercises
#
# ### Exercise 4.1
# How many products of **exactly three** factors are there of 20 inputs, repetitions allowed? Replace the three dots.

# %% tags=["exercise"]
answer = ...
course.check("4.1", answer)

# %% [markdown]
# ### Exercise 4.2
# Give the weights `[w0, w1, w2]` of a neuron that computes **AND**: positive pre-activation for the bits (1, 1), and
# negative for the other three.

# %% tags=["exercise"]
answer = ...
course.check("4.2", answer)

# %% [markdown]
# ### Exercise 4.3
# Write down, without training, the two weight matrices of `MLP(2, [2, 1], activation="step", output_activation="step")`
# so that it computes XOR. Rows are neurons, the bias comes first: `[[[b, w1, w2], [b, w1, w2]], [[b, v1, v2]]]`. (The
# bits differ if at least one is 1 and not both are.)

# %% tags=["exercise"]
answer = ...
course.check("4.3", answer)

# %% [markdown]
# ### Exercise 4.4
# How many parameters has an MLP that reads digits of 28 × 28 pixels, with one hidden layer of 30 neurons and 10
# outputs?

# %% tags=["exercise"]
answer = ...
course.check("4.4", answer)

# %% [markdown]
# ### Exercise 4.5
# A **bump**: give the weight matrices of `MLP(1, [2, 1], activation="sigmoid")` (linear output) so that its output is
# near 1 for $x$ between 1 and 2, and near 0 below 0.8 and above 2.2 (within 0.05). Sums of such bumps are another way
# to see universal approximation.

# %% tags=["exercise"]
answer = ...
course.check("4.5", answer)

# %% [markdown]
# ## What to remember
#
# - A neuron computes $g(w^\top x + w_0)$. With a monotone $g$ its boundary is a straight line, so XOR is out of reach.
# - Behind fixed features $\varphi(x)$ the same neuron can do more; but there are $\binom{n+r-1}{r}$ products of degree
#   $r$, 5,050 for $n = 100$, $r = 2$.
# - A hidden layer learns its features. The weights of a layer are a matrix $N_\text{out} \times (N_\text{in} + 1)$,
#   here with the bias as column 0: rows are neurons, columns inputs.
# - Without a bend between them, layers collapse into one: the product of their matrices.
# - One hidden layer can approximate any continuous function on an interval; existence is not learning.
# - Sigmoid and tanh saturate, ReLUs can die, and slopes multiply over the layers: gradients may vanish.
#
# Next: [05 · Losses](05_losses.ipynb), what a network should make small.
