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
# # 08 · Backpropagation by hand
#
# **The question.** The engine gives you the gradient of every weight. Could you have computed it yourself, with a pencil and
# four formulas? And if a formula in your lecture notes has a mistake in it: how would you notice?
#
# Afterwards you can
#
# - run backpropagation in matrix form, and explain every factor in it,
# - say why gradients vanish in deep networks, and what the forward pass has to remember,
# - find the usual mistakes in written derivations, by checking instead of believing.
#
# *Time to read: 60 minutes. To run: half a minute.*

# %%
import math
import random

import course
import matplotlib.pyplot as plt
import numpy as np
from course.trial import verdict

import nn
from autograd_core import Value, draw_network, graph_stats, no_grad, softmax, step_through
from nn import MLP, Perceptron, objective

course.style()

# %% [markdown]
# ## 1. Four formulas
#
# A network computes, layer by layer,
#
# $$z^l = W^l a^{l-1} + b^l, \qquad a^l = g(z^l), \qquad a^0 = x.$$
#
# $z$ is the pre-activation, $a$ the activation. Row $j$ of $W^l$ belongs to neuron $j$. Let $C$ be the cost of one example. The
# key is to ask not for $\partial C/\partial W$ at once, but for the **error of each neuron**,
#
# $$\delta^l_j = \frac{\partial C}{\partial z^l_j}.$$
#
# Then four lines do everything, from the output back to the input ($\odot$ multiplies element by element):
#
# | | | in words |
# |---|---|---|
# | 1 | $\delta^L = \nabla_a C \odot g'(z^L)$ | how wrong the output is, times the slope there |
# | 2 | $\delta^{l} = \bigl((W^{l+1})^{\mathsf T}\delta^{l+1}\bigr) \odot g'(z^l)$ | the errors come back along the weights |
# | 3 | $\partial C/\partial b^l = \delta^l$ | the bias has the input 1 |
# | 4 | $\partial C/\partial W^l = \delta^l\,(a^{l-1})^{\mathsf T}$ | error of the receiver times activation of the sender |
#
# Line 2 is the chain rule: $z^l_j$ influences $C$ only through the neurons $k$ of the next layer, so we sum over them,
# $\delta^l_j = \sum_k w^{l+1}_{kj}\,\delta^{l+1}_k\, g'(z^l_j)$. The sum over $k$ runs down a *column* of $W$, hence the transpose.
#
# In NumPy this is a dozen lines. As everywhere in this package, column 0 of a weight matrix is the bias.


# %%
def forward(matrices, x, g):
    """The pre-activations z and activations a of all layers; a[0] is the input."""
    a, z = [np.asarray(x, dtype=float)], []
    for W in matrices:
        z.append(W[:, 1:] @ a[-1] + W[:, 0])
        a.append(g(z[-1]))
    return z, a


def backward(matrices, z, a, output_error, slope):
    """∂C/∂W of every layer, bias in column 0, from the error δ of the output layer."""
    delta, gradients, deltas = output_error, [], []
    for layer in reversed(range(len(matrices))):
        deltas.insert(0, delta)
        gradients.insert(0, np.column_stack([delta, np.outer(delta, a[layer])]))  # lines 3 and 4
        if layer > 0:
            delta = (matrices[layer][:, 1:].T @ delta) * slope(z[layer - 1])  # line 2
    return gradients, deltas


def sigma(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigma_slope(z):
    return sigma(z) * (1.0 - sigma(z))


# %% [markdown]
# The engine knows none of this. It knows the derivative of a sum, a product and a sigmoid, and sweeps over a graph of numbers.
# Do the two agree? We ask on networks of any shape, with random weights, inputs and targets:


# %%
def by_engine(model, x, t, loss="mse"):
    """The gradients of the reverse sweep, in the shape of the weight matrices."""
    model.zero_grad()
    objective(model, [x], [t], loss).backward()
    return [np.array([[p.grad for p in row] for row in matrix]) for _, matrix in model.parameter_matrices()]


def by_hand(model, x, t):
    """The same by the four formulas, for sigmoids everywhere and C = ½ Σ (t − a)²."""
    matrices = [np.array(matrix) for matrix in model.weight_matrices()]
    z, a = forward(matrices, x, sigma)
    output_error = (a[-1] - t) * sigma_slope(z[-1])  # line 1
    return backward(matrices, z, a, output_error, sigma_slope)[0]


def distance(one, other):
    """The largest difference of two lists of matrices, relative to the largest entry."""
    largest = max(np.abs(g).max() for g in one)
    return max(np.abs(g - h).max() for g, h in zip(one, other, strict=True)) / largest


# %%
rng = random.Random(0)
worst = 0.0
for trial in range(60):
    shape = [rng.randint(1, 6) for _ in range(rng.randint(2, 6))]  # inputs, and one to five layers
    model = MLP(shape[0], shape[1:], activation="sigmoid", output_activation="sigmoid", seed=trial)
    x = [rng.gauss(0.0, 1.0) for _ in range(shape[0])]
    t = [rng.random() for _ in range(shape[-1])]
    apart = distance(by_hand(model, x, t), by_engine(model, x, t))
    worst = max(worst, apart)
    if trial < 6:
        layers = " → ".join(map(str, shape))
        print(f"{layers:20} {len(model.parameters()):4} gradients agree to 13 digits: {apart < 1e-13}")
print(f"60 networks, all agree: {worst < 1e-12}")

assert worst < 1e-12

# %% [markdown]
# **Change something.** Give `by_hand` and the model another activation: `"tanh"` with
# $g' = 1 - \tanh^2$. Then leave the transpose away in line 2, and see which shapes still run and what they give.
#
# ### Exercise 8.1
# Write line 2 yourself: a function of the next layer's weight matrix `W` (a NumPy array with the bias in column 0), its errors
# `delta`, and the pre-activations `z` of the present layer, with sigmoids. It returns the errors of the present layer.

# %% tags=["exercise"]
hidden_error = ...  # a function (W, delta, z)

course.check("8.1", hidden_error)

# %% [markdown]
# ## 2. A network small enough to watch
#
# The example of the textbooks: four inputs, two hidden neurons, three more, one output; logistic everywhere;
# $C = \frac12(y - \hat y)^2$. Every neuron has a bias, so the weight matrices are $2\times5$, $3\times3$ and $1\times4$.

# %%
x, y = [0.5, -1.0, 2.0, 1.0], 1.0
weights = [
    [[0.1, 0.4, -0.2, 0.3, 0.1], [-0.3, 0.2, 0.5, -0.1, 0.6]],
    [[0.2, 0.5, -0.4], [0.0, -0.6, 0.3], [-0.1, 0.8, 0.7]],
    [[0.3, -0.7, 0.9, 0.4]],
]

net = MLP(4, [2, 3, 1], activation="sigmoid", output_activation="sigmoid", seed=0)
net.set_weight_matrices(weights)
draw_network(net)

# %% [markdown]
# **Forward**, with $z$ and $a$ of every neuron. **Backward**, with $\delta$ by lines 1 and 2:

# %%
matrices = [np.array(W) for W in weights]
z, a = forward(matrices, x, sigma)
gradients, deltas = backward(matrices, z, a, (a[-1] - y) * sigma_slope(z[-1]), sigma_slope)

print("layer  neuron        z        a    g'(z)          δ")
for layer in range(3):
    for j in range(len(z[layer])):
        numbers = f"{z[layer][j]:8.4f} {a[layer + 1][j]:8.4f} {sigma_slope(z[layer])[j]:8.4f} {deltas[layer][j]:10.6f}"
        print(f"{layer + 1:5}  {j + 1:6} {numbers}")
print(f"\nŷ = {a[-1][0]:.4f}, C = ½(y − ŷ)² = {0.5 * (y - a[-1][0]) ** 2:.6f}")

# %% [markdown]
# One of them with the pencil. The output neuron: $\delta = (\hat y - y)\,\hat y(1-\hat y)$. The first neuron of layer 2 sends its
# activation along one weight only, $-0.7$, so its error is $\delta_1 = -0.7\cdot\delta\cdot a_1(1-a_1)$. And the
# gradient of that weight is $\delta\,a_1$:

# %%
y_hat, a1 = a[3][0], a[2][0]
delta_out = (y_hat - y) * y_hat * (1 - y_hat)
delta_1 = -0.7 * delta_out * a1 * (1 - a1)
print(f"δ of the output       ({y_hat:.4f} − 1) · {y_hat:.4f} · {1 - y_hat:.4f} = {delta_out:.6f}")
print(f"δ of neuron 1 below   −0.7 · {delta_out:.6f} · {a1:.4f} · {1 - a1:.4f} = {delta_1:.6f}")
print(f"∂C/∂w between them    {delta_out:.6f} · {a1:.4f} = {delta_out * a1:.6f}")

assert np.isclose(delta_out, deltas[2][0])
assert np.isclose(delta_1, deltas[1][0])
assert np.isclose(delta_out * a1, gradients[2][0, 1])

# %% [markdown]
# In the engine, $z$ of a neuron is a node of the graph. After the sweep its `grad` is $\partial C/\partial z$: the error
# $\delta$ is nothing that the engine had to be taught, it is simply there.

# %%
activations, nodes = x, []
for layer in net.layers:
    activations = layer.outputs(activations)
    nodes.append([activation.parents[0] for activation in activations])  # a = sigmoid(z): its one parent is z
C = nn.losses.half_squared_error(activations, [y])
C.label = "C"
net.zero_grad()
C.backward()

for layer, (zs, delta) in enumerate(zip(nodes, deltas, strict=True), 1):
    for j, (node, by_formula) in enumerate(zip(zs, delta, strict=True), 1):
        print(f"layer {layer}, neuron {j}: node.grad = {node.grad:10.6f}   δ by formula = {by_formula:10.6f}")
        assert math.isclose(node.grad, by_formula, rel_tol=1e-12)
assert distance(gradients, by_engine(net, x, [y])) < 1e-14

# %% [markdown]
# Lines as wide as the gradients are large. Which weights would a step of descent change most, and why is it those that leave
# large activations?

# %%
draw_network(net, show="gradients")

# %% [markdown]
# And the same sweep to step through: press *next*, or the arrow keys. (If you read this on paper: the picture shows the graph with
# all gradients.)

# %%
step_through(C, title="the 4-2-3-1 network")

# %% [markdown]
# ### Exercise 8.2
# An output neuron with a logistic activation has $z = 0$; it receives $a = (0.2, 0.4)$ from below; the target is $t = 1$
# and $C = \frac12(t - \hat y)^2$. What is $\partial C/\partial w_2$?

# %% tags=["exercise"]
gradient = ...

course.check("8.2", gradient)

# %% [markdown]
# ## 3. Softmax and cross-entropy: δ = p − t
#
# For classes, the output layer is a softmax, $p = \operatorname{softmax}(z)$, and the cost is the cross-entropy
# $C = -\sum_c t_c \ln p_c$ with a one-hot target. Now line 1 is different: every $p_c$ depends on *all* $z_k$, so
# $\partial C/\partial z_k = \sum_c \frac{\partial C}{\partial p_c}\frac{\partial p_c}{\partial z_k}$. With
# $\partial p_c/\partial z_k = p_c(\mathbb 1_{ck} - p_k)$ almost everything cancels:
#
# $$\delta_k = -\sum_c t_c(\mathbb 1_{ck} - p_k) = p_k - t_k .$$
#
# No slope is left. However wrong and however saturated the output is, the error is of size one.

# %%
scores = [Value(s, f"z{k}") for k, s in enumerate((2.0, -1.0, 0.5))]
target = [0.0, 1.0, 0.0]

p = softmax(scores)
C = nn.losses.cross_entropy_on_probabilities(p, target)  # the long way: through the probabilities
C.backward()
print("p − t           ", "  ".join(f"{q.data - t:8.5f}" for q, t in zip(p, target, strict=True)))
print("δ of the engine ", "  ".join(f"{s.grad:8.5f}" for s in scores))

assert all(math.isclose(s.grad, q.data - t, abs_tol=1e-15) for s, q, t in zip(scores, p, target, strict=True))

# %% [markdown]
# From there on, lines 2 to 4 hold as before. A sigmoid with the binary cross-entropy makes the same present, $\delta = a - y$. On
# random networks:

# %%
rng = random.Random(1)
worst = 0.0
for trial in range(30):
    K = rng.randint(2, 5)
    shape = [rng.randint(1, 5), rng.randint(1, 5), K]
    model = MLP(shape[0], shape[1:], activation="sigmoid", seed=trial)  # linear outputs: the logits z
    x_k, c = [rng.gauss(0.0, 1.0) for _ in range(shape[0])], rng.randrange(K)
    matrices_k = [np.array(matrix) for matrix in model.weight_matrices()]
    z_k, a_k = forward(matrices_k, x_k, sigma)
    p = np.exp(z_k[-1]) / np.exp(z_k[-1]).sum()
    by_formula, _ = backward(matrices_k, z_k, a_k, p - np.eye(K)[c], sigma_slope)
    worst = max(worst, distance(by_formula, by_engine(model, x_k, c, "cross_entropy")))

    unit = Perceptron(2, seed=trial)
    label = rng.randint(0, 1)
    g = by_engine(unit, [0.3, -2.0], label, "bce_with_logits")[0]
    output = sigma(unit([0.3, -2.0]).data)
    assert np.allclose(g, (output - label) * np.array([[1.0, 0.3, -2.0]]))
print(f"30 classifiers with 2 to 5 classes: the engine and δ = p − t agree: {worst < 1e-12}")

assert worst < 1e-12

# %% [markdown]
# ### Exercise 8.3
# Three classes, all three logits are 0, and the right class is the last. Give $\delta$ as a list of three numbers.

# %% tags=["exercise"]
delta = ...

course.check("8.3", delta)

# %% [markdown]
# ## 4. Mistakes that travel from notes to notes
#
# Derivations get copied, and so do their mistakes. The following ones all come from lecture notes that are widely read. Each
# one looks plausible on the board. None survives a check.
#
# `verdict` takes a formula and the derivative that somebody claims for it. It makes an operation of both and runs
# `gradcheck` on it, which compares the claim with *values* of the formula. (Notebook 09 tells how, and how far that can be
# trusted.)
#
# ### 4.1 The sign of the output error
#
# *Written:* for $C = \frac12(y-\hat y)^2$, $\partial C/\partial\hat y = y - \hat y$. *Right:* $\hat y - y$. The inner derivative of
# $y - \hat y$ is $-1$. The sign then runs through the whole example.

# %%
TARGET = 1.0
written = verdict("cost", lambda m, p: 0.5 * (TARGET - p) ** 2.0, lambda m, p, out: TARGET - p, 0.2)
right = verdict("cost", lambda m, p: 0.5 * (TARGET - p) ** 2.0, lambda m, p, out: p - TARGET, 0.2)
print(written)
print(right)

assert written.kind == "a wrong sign"
assert right.right

# %% [markdown]
# A network that trains with it climbs, and climbs ever faster:

# %%
p_right = p_written = 0.2
for step in range(5):
    costs = [0.5 * (TARGET - p) ** 2 for p in (p_right, p_written)]
    print(f"step {step}: C = {costs[0]:.4f} with ŷ − y,   {costs[1]:.4f} with y − ŷ")
    p_right -= 0.5 * (p_right - TARGET)
    p_written -= 0.5 * (TARGET - p_written)

assert abs(p_right - TARGET) < 0.05
assert abs(p_written - TARGET) > 4.0

# %% [markdown]
# ### 4.2 σ′ twice
#
# *Written:* $z = \sigma(\theta^{\mathsf T}a)$, so $\partial z/\partial\theta = \sigma'(z)\,a$; and together with
# $\partial C/\partial z = \sigma'(z)(\hat y - y)$ a gradient with $\sigma'(z)^2$ in it. *Right:* $z = \theta^{\mathsf T}a$
# is the sum *before* the activation, so $\partial z/\partial\theta = a$. The slope belongs to the step from $z$ to $a$ and is
# counted once.

# %%
a_below, bias = 0.8, -0.3


def neuron_cost(m, w):
    """C = ½(σ(w·a + b) − y)² as a function of the weight."""
    return 0.5 * (m.sigmoid(w * a_below + bias) - TARGET) ** 2.0


def with_slope(power):
    """∂C/∂w with σ′ to the given power."""

    def rule(m, w, _):
        s = m.sigmoid(w * a_below + bias)
        return (s - TARGET) * (s * (1.0 - s)) ** power * a_below

    return rule


twice = verdict("neuron cost", neuron_cost, with_slope(2.0), 0.5)
once = verdict("neuron cost", neuron_cost, with_slope(1.0), 0.5)
print(twice)
print(once)
print(f"claimed / right = {twice.claimed / twice.values_say:.6f}   σ′(z) = {sigma_slope(0.5 * a_below + bias):.6f}")

assert not twice.right
assert once.right
assert math.isclose(twice.claimed / twice.values_say, sigma_slope(0.5 * a_below + bias), rel_tol=1e-6)

# %% [markdown]
# It is off by exactly one factor $\sigma'(z)$. This is the treacherous kind of mistake: the sign is right, so the network still
# learns, only at a quarter of the speed or less. Nobody would notice from the curves.
#
# ### 4.3 The error of an inner neuron
#
# *Written:* $\displaystyle\frac{\partial C}{\partial a_j} = \frac{\partial C}{\partial z}\sum_k\frac{\partial z}{\partial\theta_{jk}}
# \frac{\partial\theta_{jk}}{\partial a_j}$, and there the derivation stops. *Right:*
# $\displaystyle\frac{\partial C}{\partial a_j} = \sum_k w_{kj}\,\frac{\partial C}{\partial z_k}$.
#
# The weights do not depend on the activations, so $\partial\theta/\partial a = 0$ and the written product is zero: nothing would
# ever be learned below the last layer. Read it instead as the slope at which $\theta$ must change with $a$ to keep $z = \theta a$
# fixed, which is $-\theta/a$; then the product is $a\cdot(-\theta/a) = -\theta$, a wrong sign. Three readings of
# $\partial z/\partial a$ for $z = 0.9\,a + 0.1$:

# %%
w_kj = 0.9
readings = {
    "weights are constant": lambda m, a, out: 0.0 * a,
    "weights keep z fixed": lambda m, a, out: -w_kj + 0.0 * a,
    "the weight itself": lambda m, a, out: w_kj + 0.0 * a,
}
verdicts = [verdict(name, lambda m, a: w_kj * a + 0.1, rule, 0.6) for name, rule in readings.items()]
print(*verdicts, sep="\n")

assert [v.right for v in verdicts] == [False, False, True]

# %% [markdown]
# And the sum over $k$: an activation that feeds three neurons gets three contributions. Leave the sum out, and what goes through
# the other two is lost; here even the sign turns.

# %%
w_column, slopes_above = (0.5, -0.6, 0.8), (1.0, 2.0, -0.5)  # w_kj, and ∂C/∂z_k of a cost that is linear in z


def cost_above(_, a):
    """C = Σ_k c_k z_k with z_k = w_kj·a."""
    return sum(c * (w * a) for w, c in zip(w_column, slopes_above, strict=True))


products = [w * c for w, c in zip(w_column, slopes_above, strict=True)]
summed = verdict("all three", cost_above, lambda m, a, out: sum(products) + 0.0 * a, 0.6)
single = verdict("only k = 1", cost_above, lambda m, a, out: products[0] + 0.0 * a, 0.6)
print(summed)
print(single)

assert summed.right
assert not single.right

# %% [markdown]
# ### 4.4 Where the sum and the bias stand
#
# *Written:* $a^l_j = \sum_k \sigma(w^l_{jk}a^{l-1}_k + b^l_j)$. *Right:* $a^l_j = \sigma\bigl(\sum_k w^l_{jk}a^{l-1}_k + b^l_j\bigr)$.
# The neuron adds up first and then squashes once; and the bias is added once, not once per input. A sum of three sigmoids is no
# activation of one neuron: it can exceed 1.

# %%
w_row, a_prev, b_j = np.array([2.0, 1.0, 3.0]), np.array([0.9, 0.5, 0.7]), 0.2
as_written = sum(sigma(w * a_k + b_j) for w, a_k in zip(w_row, a_prev, strict=True))
as_it_is = sigma(w_row @ a_prev + b_j)
neuron = nn.Neuron(3, activation="sigmoid")
neuron.set_weight_matrices([[[b_j, *w_row]]])
print(f"sum of sigmoids {as_written:.4f}, sigmoid of the sum {as_it_is:.4f}, nn.Neuron {neuron(a_prev).data:.4f}")

assert as_written > 1.0
assert math.isclose(as_it_is, neuron(a_prev).data)

# %% [markdown]
# ### 4.5 An index that belongs to somebody else
#
# *Written,* in the derivation of $\partial C/\partial b$: $z^l_j = \sum_k w^l_{jk}a^{l-1}_j + b^l_j$. *Right:* $a^{l-1}_k$. The
# index that is summed over must belong to the sender. The result $\partial C/\partial b_j = \delta_j$ happens to stay right,
# because the sum drops out; $z$ itself does not, and in a layer with more neurons than inputs there is no $a_j$ at all:

# %%
W, a_below_2 = matrices[1], a[1]  # three neurons, two inputs
for j in range(3):
    right_z = sum(W[j, 1 + k] * a_below_2[k] for k in range(2)) + W[j, 0]
    try:
        written_z = f"{sum(W[j, 1 + k] * a_below_2[j] for k in range(2)) + W[j, 0]:7.4f}"
    except IndexError:
        written_z = "there is no such activation"
    print(f"neuron {j + 1}: z = {right_z:7.4f}   with a_j in the place of a_k: {written_z}")

assert np.allclose(z[1], W[:, 1:] @ a_below_2 + W[:, 0])

# %% [markdown]
# ### 4.6 Which matrix is whose
#
# *Written:* $\Theta^{(l)}$ leads from layer $l$ to layer $l+1$, but in the example $\Theta^{(2)}$ is applied to $a^{(1)}$ and
# $\Theta^{(4)}$ to $a^{(3)}$. *Right:* $a^{(l+1)} = \sigma(\Theta^{(l)}a^{(l)})$; with the inputs as layer 1, a 4-2-3-1 network
# has $\Theta^{(1)}, \Theta^{(2)}, \Theta^{(3)}$ and no $\Theta^{(4)}$. The shapes give such a shift away at once:

# %%
with_one = {1: np.array([1.0, *x])}  # a⁽¹⁾ with the bias unit in front
for number in (2, 3, 4):
    with_one[number] = np.array([1.0, *a[number - 1]])
theta = {number: matrices[number - 1] for number in (1, 2, 3)}
for shift, name in ((0, "Θ⁽ˡ⁾ with a⁽ˡ⁾  "), (1, "Θ⁽ˡ⁺¹⁾ with a⁽ˡ⁾")):
    for number in (1, 2, 3):
        chosen = theta.get(number + shift)
        if chosen is None:
            what = f"there is no Θ⁽{number + shift}⁾"
        elif chosen.shape[1] == len(with_one[number]):
            what = f"{chosen.shape[0]}×{chosen.shape[1]} times {len(with_one[number])}: fits"
        else:
            what = f"{chosen.shape[0]}×{chosen.shape[1]} times {len(with_one[number])}: does not fit"
        print(f"{name}   l = {number}: {what}")

# %% [markdown]
# *Written* in the same place: the last matrix is $1\times N_L$ (or $K\times N_L$). *Right:* $1\times(N_L+1)$, or $K\times(N_L+1)$: the
# output neurons have a bias too.

# %%
for K in (1, 3):
    model = MLP(4, [2, 5, K])
    shape = np.array(model.weight_matrices()[-1]).shape
    print(f"5 neurons in the last hidden layer, K = {K}: the last matrix is {shape[0]}×{shape[1]}")
    assert shape == (K, 5 + 1)

# %% [markdown]
# ### 4.7 A probability is not a prediction
#
# *Written:* the predicted output $\hat y$ takes the values $p_0$ and $p_1$. *Right:* $\hat y$ is 0 or 1, and takes 1 with the
# *probability* $p_1$. Two different things come out of a classifier: a probability, and a decision.

# %%
classifier = Perceptron(1)
classifier.set_weight_matrices([[[0.5, 1.0]]])
(logit,) = nn.predict(classifier, [[1.0]])
(decision,) = nn.predict(classifier, [[1.0]], "bce_with_logits")
p1 = float(sigma(logit))
rng = random.Random(0)
draws = [int(rng.random() < p1) for _ in range(10_000)]  # ŷ ~ Bernoulli(p1)
print(f"p₁ = {p1:.3f}   decision: {decision}   values of ŷ: {sorted(set(draws))}   share of ones: {np.mean(draws):.3f}")

assert decision in (0, 1)
assert abs(np.mean(draws) - p1) < 0.02

# %% [markdown]
# ### 4.8 One batch, or a thousand
#
# *Written:* a loop that updates the weights inside of "for each training example" is said to treat the training set as one batch.
# *Right:* it takes $N$ steps an epoch, so it is stochastic gradient descent, $B = 1$; one batch would be one step. Related: one text
# means one pass over a *shuffled* set by SGD, another *single random draws*. Both exist (notebook 07); say which.

# %%
X_set, y_set = [[float(i)] for i in range(12)], [float(i % 2) for i in range(12)]
for name, size in (("update per example", 1), ("one batch", "full")):
    unit = Perceptron(1, seed=0)
    optimizer = nn.optimizers.SGD(unit.parameters(), lr=0.01)
    nn.fit(unit, X_set, y_set, loss="bce_with_logits", optimizer=optimizer, batch_size=size, epochs=1, verbose=0)
    steps = optimizer.state[0]["step"]
    print(f"{name:18}  steps in one epoch of 12 examples: {steps}")
    assert steps == (12 if size == 1 else 1)

# %% [markdown]
# ### 4.9 ReLU and the vanishing gradient
#
# *Written:* ReLU does not suffer from vanishing gradients. *Right:* where it is on, its slope is 1 and nothing vanishes. Where it is
# off, its slope is exactly 0. A unit that is off for *every* example gets no gradient from any of them, so it never comes back: it is
# **dead**. One step that is too large can do it. `IdleUnits` counts them:

# %%
moons = nn.datasets.moons(60, noise=0.1, seed=0)


def history_of(model, X, learning_rate, epochs, callback):
    """What a callback has noted in a training on the moons, by batches of 10."""
    return nn.fit(
        model, X, moons.y, loss="bce_with_logits", optimizer="sgd", learning_rate=learning_rate, epochs=epochs,
        batch_size=10, seed=0, callbacks=[callback], verbose=0,
    )  # fmt: skip


dead = {}
for rate in (0.05, 3.0):
    model = MLP(2, [16, 1], activation="relu", init="he", seed=2)
    dead[rate] = history_of(model, moons.X, rate, 6, nn.IdleUnits()).history["layer1.dead"]
    print(f"η = {rate:4}: share of dead units after each epoch:", "  ".join(f"{d:.2f}" for d in dead[rate]))

assert dead[3.0][-1] > dead[0.05][-1]

# %% [markdown]
# ### 4.10 A few more, in short
#
# | written | right |
# |---|---|
# | the change is $\Delta w + \Delta b$ | the stacked vector $(\Delta w, \Delta b)$: three weights and two biases cannot be added |
# | with $\Delta = -\eta\nabla C$, "$C$ will always decrease" | to first order, for small enough $\eta$ |
# | $\Omega_{L1} = \frac12\lVert w\rVert_1$ | most texts leave the ½ out; it only renames $\lambda$ |
# | the constraint $t_n\,(y(x_n) - 1 + \xi_n) \ge 0$ | $t_n\,y(x_n) - 1 + \xi_n \ge 0$: the bracket ends after $y(x_n)$ |
# | 5 050 features for a 100 × 100 picture | that is for 100 features; the picture has 10 000, and 50 005 000 terms |
#
# Each with its demonstration. The gradient is one vector over all parameters, and its parts have different lengths:

# %%
small = MLP(1, [2, 1], seed=0)
n_w, n_b, n = len(small.weights()), len(small.biases()), len(small.parameters())
print(f"weights: {n_w}, biases: {n_b}, entries of the gradient: {n}")
assert n_w != n_b
assert n == n_w + n_b

# %% [markdown]
# A step against the gradient, on $C(w) = w^2$ from $w = 1$. The first-order promise is $\Delta C \approx -\eta\,C'(w)^2$:

# %%
for eta in (0.01, 0.1, 0.9, 1.1):
    w = Value(1.0)
    (w**2).backward()
    change = (1.0 - eta * w.grad) ** 2 - 1.0
    print(f"η = {eta:4}: promised {-eta * w.grad**2:6.2f}   real {change:6.2f}   {'falls' if change < 0 else 'rises'}")
assert (1.0 - 1.1 * 2.0) ** 2 > 1.0

# %% [markdown]
# The misplaced bracket of the soft margin is not harmless. Take a point of class $t = -1$ on the wrong side, $y(x) = 0.5$.
# How much slack $\xi \ge 0$ does each version ask for?


# %%
def slack(t, output, bracket):
    """The smallest ξ ≥ 0 that satisfies the constraint, searched on a grid."""
    grid = np.arange(0.0, 5.0, 0.01)
    holds = t * (output - 1 + grid) >= 0 if bracket == "written" else t * output - 1 + grid >= -1e-12
    return float(grid[holds][0])


for t, output in ((-1, 0.5), (1, 0.5)):
    right, written = slack(t, output, "right"), slack(t, output, "written")
    hinge = nn.losses.hinge(Value(output), t).data
    print(f"t = {t:2}, y(x) = {output}: slack {right:.2f}, as written {written:.2f}; hinge loss {hinge:.2f}")

assert math.isclose(slack(-1, 0.5, "right"), 1.5)
assert slack(-1, 0.5, "written") == 0.0

# %% [markdown]
# As written, a point of the negative class on the wrong side costs nothing. The right version is the hinge loss.
#
# And the last two, as numbers:

# %%
probe = Perceptron(2)
probe.set_weight_matrices([[[0.0, 3.0, -4.0]]])
print(f"Σ|w| = {nn.L1(1.0)(probe).data}, with the ½: {nn.L1(1.0, factor=0.5)(probe).data}")
print(f"terms of degree 2 in    100 features: {math.comb(100 + 2 - 1, 2):>10,}")
print(f"terms of degree 2 in 10,000 features: {math.comb(10_000 + 2 - 1, 2):>10,}")

assert math.comb(101, 2) == 5_050
assert math.comb(10_001, 2) == 50_005_000

# %% [markdown]
# ### Exercise 8.4
# Here is a third version of the gradient of a neuron. It claims, for $C = \frac12(y-\sigma(z))^2$ with $z = wa + b$:
# $\partial C/\partial b = \sigma'(z)(\sigma(z) - y)\,a$. Check it, and give the right derivative as a function of
# `(w, b, a, y)` that returns a number.

# %% tags=["exercise"]
dc_db = ...  # a function (w, b, a, y)

course.check("8.4", dc_db)

# %% [markdown]
# ## 5. Why gradients vanish
#
# Read line 2 again. Each layer multiplies the errors by $W^{\mathsf T}$ and by $g'(z)$. The slope of the sigmoid is never above
# $\frac14$. So with weights of ordinary size, every layer on the way back shrinks the error by a factor; ten layers shrink it by
# its tenth power. For each activation: the length of the vector $\delta^l$ of every layer, in a fresh network with ten hidden
# layers of eight neurons, averaged over a few examples.


# %%
def lengths_of_delta(activation, init, depth=10, width=8):
    """The length of δ in each layer, the mean over four fresh networks. δ is the gradient of the biases."""
    total = np.zeros(depth + 1)
    for seed in range(4):
        model = MLP(width, [width] * depth + [1], activation=activation, init=init, seed=seed)
        draws = np.random.default_rng(seed)
        inputs, targets = draws.normal(size=(6, width)).tolist(), draws.normal(size=6).tolist()
        objective(model, inputs, targets, "mse").backward()
        total += [math.sqrt(math.fsum(b.grad**2 for b in layer.biases())) for layer in model.layers]
    return total / 4


uniform = nn.initializers.uniform
networks = {
    "sigmoid, Xavier": ("sigmoid", "xavier"),
    "tanh, Xavier": ("tanh", "xavier"),
    "relu, He": ("relu", "he"),
    "tanh, weights in ±0.3": ("tanh", uniform(-0.3, 0.3)),
    "relu, weights in ±1.5": ("relu", uniform(-1.5, 1.5)),
}
flow = {name: lengths_of_delta(*options) for name, options in networks.items()}
print(f"{'':24}δ of layer 1 / δ of layer 10")
for name, norms in flow.items():
    print(f"{name:22}  {norms[0] / norms[9]:.1e}")

assert flow["sigmoid, Xavier"][0] < 1e-4 * flow["sigmoid, Xavier"][9]
assert flow["tanh, Xavier"][0] > 0.05 * flow["tanh, Xavier"][9]

# %% tags=["measured"]
figure, ax = plt.subplots(figsize=(7.6, 4.4), layout="constrained")
for (name, norms), marker in zip(flow.items(), "osD^vPX*", strict=False):
    ax.plot(range(1, 12), norms, marker=marker, markersize=5, label=name)
ax.set_xticks(range(1, 12), [*map(str, range(1, 11)), "out"])
ax.set(yscale="log", xlabel="layer", ylabel="length of δ", title="ten hidden layers: what comes back to the input")
ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()

# %% [markdown]
# - **Sigmoid** loses three quarters and more at every layer. The first layers hardly learn at all.
# - **tanh** has the slope 1 at the origin. With Xavier's weights, which keep the size of the signals, most of the error arrives.
# - **ReLU** with He's weights, likewise: half of the units are off, and weights larger by $\sqrt2$ make up for it.
# - It is the *product* of weights and slopes that counts: tanh with small weights vanishes too, and ReLU with large ones
#   **explodes**.
#
# By depth, with $\delta$ of the first hidden layer in parts of that of the last one:

# %% tags=["measured"]
depths = (2, 4, 6, 8, 10, 12)
figure, ax = plt.subplots(figsize=(7.6, 4.0), layout="constrained")
for (name, options), marker in zip(networks.items(), "osD^vPX*", strict=False):
    lengths = [lengths_of_delta(*options, depth=depth, width=6) for depth in depths]
    ax.plot(depths, [norms[0] / norms[-2] for norms in lengths], marker=marker, markersize=5, label=name)
ax.axhline(1.0, color="0.6", linewidth=1)
ax.set(yscale="log", xlabel="number of hidden layers", ylabel="first layer / last hidden layer")
ax.set_title("vanishing is exponential in the depth")
ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()

# %% [markdown]
# **Change something.** Add `"gelu, He": ("gelu", "he")` or a wider network to the dictionary. Which weights keep the sigmoid's
# gradients alive?
#
# ### During a training
#
# It does not pass by itself. `GradientNorms` records the length of every layer's gradient, epoch by epoch. The same five hidden layers,
# the same data, with sigmoid and with tanh:

# %%
watched = {}
for activation in ("sigmoid", "tanh"):
    model = MLP(2, [6] * 5 + [1], activation=activation, init="xavier", seed=1)
    watched[activation] = history_of(model, moons.X, 0.3, 25, nn.GradientNorms())
    h = watched[activation].history
    ratio = h["layer1.gradient"][-1] / h["layer6.gradient"][-1]
    print(f"{activation:7}  gradient of layer 1 / of layer 6: {ratio:.0e}   accuracy {h['accuracy'][-1]:.2f}")

assert watched["sigmoid"].history["accuracy"][-1] < 0.7 < watched["tanh"].history["accuracy"][-1]

# %% tags=["measured"]
figure, axes = plt.subplots(1, 2, figsize=(9.2, 3.8), sharey=True, layout="constrained")
for ax, (name, history) in zip(axes, watched.items(), strict=True):
    nn.plots.plot_gradient_flow(history, ax=ax)
    ax.get_legend().remove()
    ax.set_title(name)
axes[1].set_ylabel("")
axes[1].legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()

# %% [markdown]
# On the left each layer gets a fifth of what the next one gets, and the network answers the same for all examples.
#
# ### Saturation
#
# The other way to a small slope is a large $|z|$. A unit there is **saturated**: its output hardly changes, and hardly anything passes
# back. Inputs that nobody has standardized do that in the first layer. `IdleUnits` counts the saturated units of each layer:

# %%
for factor in (1.0, 30.0, 100.0):
    X_scaled = [[factor * v for v in row] for row in moons.X]
    model = MLP(2, [8, 8, 1], activation="tanh", init="xavier", seed=2)
    h = history_of(model, X_scaled, 0.3, 25, nn.IdleUnits(slope=0.05)).history
    saturated = h["layer1.saturated"][-1]
    print(f"inputs of size {factor:3.0f}   saturated units in layer 1: {saturated:4.0%}   loss {h['loss'][-1]:.2f}")
    assert (saturated > 0.5) == (factor > 1.0)

# %% [markdown]
# That is why one standardizes inputs (`nn.Standardizer`), and why one starts with weights that keep $z$ at the size of one.
#
# ## 6. What the forward pass has to remember
#
# Line 4 needs $a^{l-1}$, line 2 needs $z^l$: on its way back the sweep needs what the forward pass has computed. So reverse mode must
# **store every activation** until the sweep has used it. That is its price, and it limits how large a network one can train.
#
# In this engine it is visible: the graph *is* that memory. `graph_stats` counts its nodes and bytes.


# %%
def graph_of(depth, B, width=8):
    """The objective of a batch of B examples for a network with so many hidden layers, as one graph."""
    model = MLP(width, [width] * depth + [1], activation="tanh", seed=0)
    return model, objective(model, [[0.1] * width] * B, [0.0] * B, "mse")


depths, sizes = (1, 2, 4, 8), (1, 10, 20, 40)
graphs = {depth: [graph_stats(graph_of(depth, B)[1]) for B in sizes] for depth in depths}
print("hidden layers   parameters" + "".join(f"{f'nodes for B = {B}':>18}" for B in sizes))
for depth, stats in graphs.items():
    parameters = len(graph_of(depth, 1)[0].parameters())
    print(f"{depth:13} {parameters:12}" + "".join(f"{s.nodes:18}" for s in stats))

# %% [markdown]
# The parameters are there once. All else grows with depth *and* with the batch: for every example each neuron adds a node for $z$ and
# one for $a$. The bytes:

# %% tags=["measured"]
figure, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
for (depth, stats), marker in zip(graphs.items(), "osD^", strict=True):
    ax.plot(sizes, [s.bytes / 1024 for s in stats], marker=marker, markersize=5, label=depth)
ax.set(xlabel="batch size B", ylabel="KiB of the graph", title="the memory of the forward pass")
ax.legend(title="hidden layers")
plt.show()

# %% [markdown]
# Two ways out. Without gradients nothing has to be kept: under `no_grad` the result has no parents. And the gradient of a mean is the
# mean of gradients, so one may sweep **example by example** and drop each graph at once. That is how `fit` works with the eager
# engine: the memory of one example, whatever the batch.

# %%
model, C = graph_of(depth=4, B=40)
with no_grad():
    bare = objective(model, [[0.1] * 8] * 40, [0.0] * 40, "mse")
print(f"one graph for 40 examples: {graph_stats(C).nodes} nodes;   under no_grad: {graph_stats(bare).nodes}")

model.zero_grad()
C.backward()
at_once = [p.grad for p in model.parameters()]
model.zero_grad()
largest = 0
for _ in range(40):
    example = objective(model, [[0.1] * 8], [0.0], "mse")
    largest = max(largest, graph_stats(example).nodes)
    example.backward(1.0 / 40)  # adds its share to the gradients; then the graph is dropped
print(f"one after the other: never more than {largest} nodes, and the same gradient")

assert np.allclose(at_once, [p.grad for p in model.parameters()], rtol=1e-12)

# %% [markdown]
# ### Exercise 8.5
# How many nodes has the graph of the objective of a batch of $B$ examples for the 4-2-3-1 network of section 2? There are 23
# parameters. Each neuron has two nodes per example, each loss $\frac12(y - \hat y)^2$ three (a difference, a square, a
# product), and the mean two for the whole batch (a sum, a quotient). Give a function of $B$.

# %% tags=["exercise"]
nodes_for = ...  # a function (B)

course.check("8.5", nodes_for)

# %% [markdown]
# ## Exercises
#
# 8.1 to 8.5 stand above and check themselves. Two more to think about:
#
# - In 4.2 the mistake scales the gradient of one layer by $\sigma'$. Made in every layer of a deep network, what does it do to
#   section 5?
# - Why does $\delta = p - t$ not save the *hidden* layers from vanishing gradients?
#
# ## What to remember
#
# - $\delta = \partial C/\partial z$. Output: $\nabla_aC\odot g'$. Back: $(W^{\mathsf T}\delta)\odot g'$. Gradients: $\delta$ and
#   $\delta a^{\mathsf T}$.
# - Softmax with cross-entropy, and sigmoid with binary cross-entropy: $\delta = p - t$, without a slope.
# - The reverse sweep of the engine computes exactly this, node by node, for any graph.
# - Every layer multiplies the error by weights and slopes. Products of many factors vanish or explode.
# - The price of reverse mode is memory: all activations of the forward pass.
# - Check a derivation against values before you believe it, also if it is printed.
#
# Next: [09 · Testing derivatives](09_testing_derivatives.ipynb)
