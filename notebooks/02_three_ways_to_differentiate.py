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
# # 02 · Three ways to differentiate
#
# **The question.** A network has a million weights, and its error is one number. To learn, we want the derivative of that
# number with respect to *every* weight. What does that cost: a million evaluations? More? Less?
#
# There are three ways to get a derivative out of a program, and their costs differ by more than any computer can make
# up for. After this notebook you can
#
# - say what each way computes, and count what it costs without a stopwatch,
# - choose a step for a finite difference and explain why no step is good,
# - tell when a forward sweep beats a reverse sweep, and why networks use the reverse one.
#
# *Time to read: 35 minutes. You need: [01 · Values and graphs](01_values_and_graphs.ipynb).*

# %%
import math
import random
import textwrap
import time
from itertools import pairwise

import course
import matplotlib.pyplot as plt
import numpy as np

from autograd_core import (
    Value,
    compare_approaches,
    count_paths,
    dot,
    draw,
    grad,
    graph_stats,
    jacobian,
    jvp,
    naive_gradient,
    numerical_gradient,
    perturb_and_keep,
    sin,
    tanh,
)

course.style()

# %% [markdown]
# | way | idea | cost of a whole gradient, $n$ variables |
# |---|---|---|
# | every path | multiply the local derivatives along each path from the variable to the result, add up the paths | grows **exponentially** with depth |
# | differences | move one variable a little, see what the result does | $2n$ evaluations, and the answer is never exact |
# | the sweep | go back through the graph once, keeping sums of what paths share | **one visit per node**, for all variables together |
#
# ## 1. Every path
#
# In notebook 01 the chain rule was applied node by node. Written out in full, down to the variable, it becomes the *total
# derivative*, a sum over all ways in which $x$ can influence $L$:
#
# $$\frac{dL}{dx} \;=\; \sum_{\text{paths } x \to L}\ \ \prod_{\text{edges } (u \to v) \text{ of the path}} \frac{\partial v}{\partial u} .$$
#
# Here is that sentence as a program. It is right, and it is short:


# %%
def paths_between(node, leaf):
    """The local derivatives along every path from the leaf to the node, one list for each path."""
    if node is leaf:
        yield []
    for parent, partial in zip(node.parents, node.partials, strict=True):
        for rest in paths_between(parent, leaf):
            yield [*rest, partial]


a, b, c = Value(2.0, "a"), Value(-3.0, "b"), Value(10.0, "c")
d = a * b
e = d + c
L = e * d
d.label, e.label, L.label = "d", "e", "L"

total = 0.0
for path in paths_between(L, a):
    print(" · ".join(f"({partial:g})" for partial in path), "=", math.prod(path))
    total += math.prod(path)
print("sum over the paths:", total)

L.backward()
assert total == a.grad == 6.0

# %% [markdown]
# Two paths lead from $a$ to $L$, since $d$ is used twice. Here is the longer one:

# %%
draw(L, highlight=[a, d, e, L])

# %% [markdown]
# `naive_gradient` does the same and keeps the books: the derivative, the paths walked, the multiplications made.

# %%
print(naive_gradient(L, a))
assert naive_gradient(L, a) == (6.0, 2, 3)

# %% [markdown]
# ### How many paths are there?
#
# Two is not much. But every place where a value is used twice *multiplies* the paths before it. Take
# $y \leftarrow y \cdot y + y$, over and over: each round uses $y$ three times.


# %%
def tower(x, rounds):
    y = x
    for _ in range(rounds):
        y = y * y + y
    return y


print("rounds  nodes  edges                       paths")
for rounds in (1, 2, 3, 5, 10, 20, 40):
    x = Value(0.01)
    y = tower(x, rounds)
    size, paths = graph_stats(y), count_paths(y)[x]
    print(f"{rounds:6}  {size.nodes:5}  {size.edges:5}  {paths:26,}")
    assert paths == 3**rounds  # counted exactly, in one visit per edge
    assert size.nodes == 2 * rounds + 1

# %%
draw(tower(Value(0.01, "x"), 3), partials=False)

# %% [markdown]
# The graph grows by two nodes a round; the paths triple. Counting them is easy (the number of paths to a node is the
# sum over its parents, so one visit per edge is enough: `count_paths`). *Walking* them is hopeless, and `naive_gradient`
# says so instead of trying:

# %%
x = Value(0.01)
try:
    naive_gradient(tower(x, 20), x)
except ValueError as error:
    print(textwrap.fill(str(error), 100))

years = 3**60 / 1e9 / (365 * 24 * 3600)
print(f"\n60 rounds, a billion paths a second: {years:.1e} years")

# %% [markdown]
# A network is such a tower. Between two layers of width $k$ every neuron feeds every neuron, so each layer multiplies the paths by
# $k$. From a weight of the first of $D$ hidden layers there are $k^{D-1}$.
#
# **Change something.** Choose width and depth. Which of the two makes the number explode?


# %%
def network(weights, depth, width=3, inputs=(0.5, -1.0), target=1.0):
    """The squared error of a tanh network for one example, as a function of the flat list of its weights."""
    weights = iter(weights)
    activations = list(inputs)
    for size in [width] * depth + [1]:
        activations = [tanh(dot([next(weights) for _ in activations], activations, next(weights))) for _ in range(size)]
    return (activations[0] - target) ** 2


def start(depth, width=3, seed=0):
    """Random weights: for each neuron those of its inputs, then its bias."""
    sizes = [2] + [width] * depth + [1]
    count = sum(n_out * (n_in + 1) for n_in, n_out in pairwise(sizes))
    return [random.Random(seed + i).uniform(-1.0, 1.0) for i in range(count)]


depth, width = 6, 3

weights = [Value(w) for w in start(depth, width)]
paths = count_paths(network(weights, depth, width))
print(
    f"{len(weights)} weights; {paths[weights[0]]:,} paths from the first of them; {sum(paths[w] for w in weights):,} in all"
)
assert paths[weights[0]] == width ** (depth - 1)

# %% [markdown]
# ## 2. Differences
#
# The second way does not look into the function at all. It moves a variable by a step $h$ and looks at what happens:
#
# $$\begin{aligned}
# \frac{dL}{dx} &\approx \frac{L(x+h) - L(x)}{h} &&\text{(forward)}, \\[1ex]
# \frac{dL}{dx} &\approx \frac{L(x+h) - L(x-h)}{2h} &&\text{(central)}.
# \end{aligned}$$
#
# The slope of a secant stands in for the slope of the tangent. It works for any program, also one whose source we
# do not have. It costs two evaluations **per variable** for central differences, and $n + 1$ in all for forward ones. A million
# weights: two million evaluations of the network for *one* step of learning.

# %%
weights = start(depth=2)


def error_of(weights):
    return network(weights, depth=2)


central = numerical_gradient(error_of, weights)
forward = numerical_gradient(error_of, weights, scheme="forward")
exact = grad(error_of)(weights)
print(f"{len(weights)} weights: central {central.evaluations} evaluations, forward {forward.evaluations}")
for name, slopes, limit in (("central", central, 1e-9), ("forward", forward, 1e-6)):
    assert all(abs(s - g) < limit for s, g in zip(slopes, exact, strict=True))
    print(f"{name}: every derivative is right to {limit:g}")
assert central.evaluations == 2 * len(weights)
assert forward.evaluations == len(weights) + 1

# %% [markdown]
# ### No step is good
#
# Why not take $h$ tiny and be done? Because there are two errors, and they pull in opposite directions.
#
# - **Truncation.** The secant is not the tangent. By Taylor's formula the forward difference is off by
#   $\tfrac{h}{2} f''(x)$, the central one by $\tfrac{h^2}{6} f'''(x)$: the terms of even order cancel. Small $h$ is good.
# - **Rounding.** $f(x+h)$ and $f(x-h)$ agree in most digits, and the subtraction leaves only those in which they differ.
#   What was rounded off at $\varepsilon \lvert f\rvert$, $\varepsilon \approx 2.2\cdot10^{-16}$, is then divided by $h$.
#   Small $h$ is *bad*.
#
# The second one can be seen with the naked eye:


# %%
def f(x):
    return 1.0 / (1.0 + x * x)


def f_prime(x):
    return -2.0 * x / (1.0 + x * x) ** 2


x = 0.3
for h in (1e-2, 1e-6, 1e-12):
    right, left = f(x + h), f(x - h)
    print(f"h = {h:g}")
    print(f"   f(x + h) = {right:.16f}")
    print(f"   f(x - h) = {left:.16f}    quotient {(right - left) / (2 * h):.10f}")
print(f"f'(x)       = {f_prime(x):.10f}")

# %% [markdown]
# At $h = 10^{-12}$ the first eleven digits are the same. Only the last few are left to subtract, and the very last is a
# rounding error: the quotient is wrong from its fifth digit on. Now for all
# steps at once, with the two theories drawn as thin lines:

# %%
# Change something: another f and f_prime (give both), another x, or add 1000 to f. What moves, and why?
steps_tried = np.logspace(-15, 0, 121)
x = 0.3

errors = {"forward": [], "central": []}
for h in steps_tried:
    errors["forward"].append(abs((f(x + h) - f(x)) / h - f_prime(x)))
    errors["central"].append(abs((f(x + h) - f(x - h)) / (2 * h) - f_prime(x)))

second = numerical_gradient(grad(f), x)  # the second and third derivative, for the theory
third = numerical_gradient(grad(grad(f)), x)

figure, axis = plt.subplots(figsize=(8, 4.6))
for (name, found), marker in zip(errors.items(), "os", strict=True):
    axis.loglog(steps_tried, np.maximum(found, 1e-17), marker, markersize=3.5, label=f"{name} difference")
axis.loglog(steps_tried, abs(second) / 2 * steps_tried, "k:", linewidth=1)
axis.loglog(steps_tried, abs(third) / 6 * steps_tried**2, "k--", linewidth=1)
axis.loglog(steps_tried, 2.0**-53 * abs(f(x)) / steps_tried, "k-", linewidth=1)
axis.text(2e-6, 2e-5, "truncation, $h\\,f''/2$", rotation=29, fontsize=10)
axis.text(4e-3, 3e-8, "truncation,\n$h^2 f'''/6$", fontsize=10)
axis.text(2e-12, 3e-4, "rounding, $\\varepsilon f/h$", rotation=-29, fontsize=10)
for best, name in ((2.0**-26, r"$\sqrt{\varepsilon}$"), (2.0 ** (-52 / 3), r"$\sqrt[3]{\varepsilon}$")):
    axis.axvline(best, color="0.6", linewidth=1)
    axis.text(1.3 * best, 2e-14, name, fontsize=10)
axis.set(title="Error of a finite difference over its step", xlabel="step h", ylabel="|error|")
axis.set(xlim=(1e-15, 1), ylim=(1e-14, 10))
axis.legend(loc="upper center", frameon=True, framealpha=1.0, edgecolor="none")
plt.show()

# %% [markdown]
# Read it from right to left. First the error falls, with slope 1 for the forward difference and slope 2 for the central one; that is truncation. Then
# it rises again and gets noisy; that is rounding, the same for both. The best step is where the lines cross:
#
# | | best step | best error |
# |---|---|---|
# | forward | $h \approx \sqrt{\varepsilon} \approx 10^{-8}$ | about $10^{-8}$: half of the digits |
# | central | $h \approx \sqrt[3]{\varepsilon} \approx 6\cdot10^{-6}$ | about $10^{-11}$: two thirds of the digits |
#
# Central differences cost twice as much and give three more digits; the one-sided difference is shown for contrast, not
# for use. And both need a step chosen for the scale of $f$ and $x$, which nobody knows beforehand. The sweep has no step at all:

# %%
at_root = abs((f(x + 6e-6) - f(x - 6e-6)) / 1.2e-5 - f_prime(x))
at_tiny = abs((f(x + 1e-13) - f(x - 1e-13)) / 2e-13 - f_prime(x))
print(f"error of the central difference: {at_root:.0e} with h = 6e-6, {at_tiny:.0e} with h = 1e-13")
print(f"error of the sweep: {abs(grad(f)(x) - f_prime(x)):.1g}")
assert at_root < at_tiny
assert math.isclose(grad(f)(x), f_prime(x), rel_tol=1e-14)

# %% [markdown]
# One trick escapes the dilemma. The **complex step**, $\operatorname{Im} f(x + ih)/h$, subtracts nothing, so $h$ can be as small as
# $10^{-100}$ and both errors are gone. It still needs one evaluation per variable. Notebook
# [09](09_testing_derivatives.ipynb) uses it to test derivatives to the last digit.

# %%
complex_step = numerical_gradient(f, x, scheme="complex", h=1e-100)
print(f"complex step {complex_step:.15f}")
print(f"formula      {f_prime(x):.15f}")
assert math.isclose(complex_step, f_prime(x), rel_tol=1e-14)

# %% [markdown]
# ## 3. No derivative at all: perturb and keep
#
# One can even learn without any derivative: perturb one weight at random, keep the change if the error $E$ got smaller, undo it
# otherwise. That costs one evaluation per try, and on a hill in two dimensions it does quite well:


# %%
def bowl(w):
    """Σ (wᵢ − 1)²: lowest where all weights are 1."""
    return sum((v - 1.0) ** 2 for v in w)


# Change something: size = 1.0 (large jumps: few are kept) or 0.02 (most are kept, but it gets nowhere); another seed.
size, seed = 0.2, 3

tried = [perturb_and_keep(bowl, [-1.0, 0.2], steps=n, size=size, seed=seed).x for n in range(80)]
descent = [[-1.0, 0.2]]
for _ in range(12):
    descent.append([w - 0.2 * slope for w, slope in zip(descent[-1], grad(bowl)(descent[-1]), strict=True)])

figure, axis = plt.subplots(figsize=(6.4, 4.4))
u, v = np.meshgrid(np.linspace(-1.3, 1.7, 80), np.linspace(-0.3, 1.6, 80))
axis.contour(u, v, (u - 1) ** 2 + (v - 1) ** 2, levels=12, colors="0.8", linewidths=0.8)
axis.plot(*zip(*tried, strict=True), "o-", markersize=3, label=f"perturb and keep, {len(tried) - 1} tries")
axis.plot(*zip(*descent, strict=True), "s-", markersize=4, label="gradient descent, 12 steps")
axis.plot(1, 1, "k*", markersize=12)
axis.set(title="Two ways down the same bowl", xlabel="$w_1$", ylabel="$w_2$", aspect="equal")
axis.legend(loc="lower right", frameon=True, framealpha=1.0, edgecolor="none")
plt.show()

# %% [markdown]
# Each random try knows one direction and learns one bit. The gradient knows the way for *all* weights at once. So the
# more weights, the worse the comparison. We count evaluations until the error has fallen to a hundredth:

# %%
weights_tried = (2, 4, 8, 16, 32, 64)

evaluations = {"perturb and keep": [], "gradient descent": []}
for n in weights_tried:
    begin = [-1.0] * n
    goal = bowl(begin) / 100
    history = perturb_and_keep(bowl, begin, steps=60 * n, size=0.3, seed=1).history
    evaluations["perturb and keep"].append(next(i for i, value in enumerate(history) if value <= goal) + 1)
    w, sweeps = begin, 0
    while bowl(w) > goal:
        w = [v - 0.2 * slope for v, slope in zip(w, grad(bowl)(w), strict=True)]
        sweeps += 1
    evaluations["gradient descent"].append(sweeps)

print("weights  tries  gradients")
for n, tries, sweeps in zip(weights_tried, *evaluations.values(), strict=True):
    print(f"{n:7}  {tries:5}  {sweeps:9}")

assert len(set(evaluations["gradient descent"])) == 1  # as many steps, however many weights
assert evaluations["perturb and keep"][-1] > 10 * evaluations["perturb and keep"][0]

# %% [markdown]
# The tries grow in proportion to the weights; the gradients do not. If only a gradient did not cost $2n$ evaluations…
#
# ## 4. The sweep
#
# It does not. The third way takes the sum over paths and factors it: what paths share is computed once. Below, the same
# derivative for the same tower, written out. It goes through the graph in reverse order, and whatever
# arrives at a node is *added up before it is passed on*:


# %%
def sweep(order):
    """The adjoint of every node, the visits and the multiplications; `order` has parents before children."""
    adjoint = dict.fromkeys(order, 0.0)
    adjoint[order[-1]] = 1.0
    visits = multiplications = 0
    for node in reversed(order):
        visits += 1
        for parent, partial in zip(node.parents, node.partials, strict=True):
            adjoint[parent] += adjoint[node] * partial
            multiplications += 1
    return adjoint, visits, multiplications


def recorded(x, rounds):
    """The nodes of the tower in the order in which they are made."""
    order = [x]
    for _ in range(rounds):
        product = order[-1] * order[-1]
        order += [product, product + order[-1]]
    return order


print("         every path                  the sweep")
print("rounds   paths    multiplications    visits   multiplications")
for rounds in (1, 2, 4, 8):
    x = Value(0.01)
    order = recorded(x, rounds)
    by_paths = naive_gradient(order[-1], x)
    adjoint, visits, multiplications = sweep(order)
    print(f"{rounds:6}   {by_paths.paths:5}  {by_paths.multiplications:17}    {visits:6}   {multiplications:15}")
    assert math.isclose(by_paths.gradient, adjoint[x], rel_tol=1e-12)
    assert visits == graph_stats(order[-1]).nodes
    assert multiplications == graph_stats(order[-1]).edges

# %% [markdown]
# Why is that the same sum? With two paths that share their last part, $p\,q_1 + p\,q_2 = p\,(q_1 + q_2)$. That is the distributive law, and
# it is all there is to it. The price is order: a node may pass on only when its sum is complete. Notebook 03 is about that.
#
# `compare_approaches` runs all three on one function, here a tower of six rounds on $y \sin x$:

# %% tags=["measured"]
compare_approaches(lambda p: tower(sin(p[0]) * p[1], 6), [0.2, 0.3], names=("x", "y"))

# %% [markdown]
# Same gradient, three bills. The sweep's error is that of rounding; the differences lost a third of their digits.
#
# ## 5. The bill, on one growing network
#
# Two layers are a toy. Let the network grow, three neurons to a layer, and count the work for the whole gradient:

# %%
# Change something: width 2 or 5. Which curves get steeper, which stay as they are?
width = 3
depths = (1, 2, 3, 4, 6, 8, 12, 16, 20)


def bill(depth):
    """All three ways, with the paths counted, not walked."""
    return compare_approaches(lambda w: network(w, depth, width), start(depth, width), limit=0)


tables = [bill(depth) for depth in depths]

print("depth  weights            paths  evaluations     visits of nodes by")
print("                                of differences   differences   sweep")
for depth, table in zip(depths, tables, strict=True):
    costs = f"{table.naive.paths:15,}  {table.numerical.evaluations:14}   {table.numerical.visits:11,}"
    print(f"{depth:5}  {len(table.names):7}  {costs}   {table.sweep.visits:5}")

assert all(table.numerical.evaluations == 2 * len(table.names) for table in tables)
assert all(table.sweep.evaluations == 1 for table in tables)

# %%
weights_of = [len(table.names) for table in tables]

figure, axis = plt.subplots(figsize=(8, 4.8))
for name, counts, style in (
    ("every path: multiplications", [t.naive.multiplications for t in tables], "C0o-"),
    ("every path: paths", [t.naive.paths for t in tables], "C0v:"),
    ("differences: nodes computed", [t.numerical.visits for t in tables], "C1s-"),
    ("differences: evaluations", [t.numerical.evaluations for t in tables], "C1o:"),
    ("sweep: multiplications", [t.sweep.multiplications for t in tables], "C2^-"),
    ("sweep: nodes visited", [t.sweep.visits for t in tables], "C2P:"),
):
    is_hidden = name == "differences: evaluations"  # by the markers of the sweep: draw rings around them
    ring = {"markersize": 11, "markerfacecolor": "none"} if is_hidden else {"markersize": 5}
    axis.semilogy(weights_of, counts, style, label=name, **ring)
axis.set(
    title="Work for the whole gradient of one network, as it gets deeper",
    xlabel="number of weights",
    ylabel="count (log scale)",
)
axis.legend(fontsize=9)
plt.show()

# %% [markdown]
# - **Every path** is a straight line on a logarithmic axis: exponential. At 241 weights it is already out of reach.
# - **Differences** need two evaluations per weight, and each evaluation is itself as long as the network: quadratic.
# - **The sweep** needs *one* evaluation, and one visit per node on the way back: linear, like the evaluation itself. The whole gradient costs a small
#   multiple of the value, **whatever the number of weights**. This is the *cheap gradient principle*.
#
# In seconds it looks the same, as far as it could be measured (on the machine that built this page):


# %% tags=["measured"]
def seconds(task, repeats=3):
    """The shortest of some runs."""
    found = []
    for _ in range(repeats):
        begin = time.perf_counter()
        task()
        found.append(time.perf_counter() - begin)
    return min(found)


def by_every_path(depth):
    weights = [Value(w) for w in start(depth)]
    root = network(weights, depth)
    return [naive_gradient(root, w).gradient for w in weights]


ways = [
    ("every path", by_every_path, (1, 2, 3, 4, 5, 6, 7, 8, 9), "o"),
    (
        "differences",
        lambda depth: numerical_gradient(lambda w: network(w, depth), start(depth)),
        (1, 2, 4, 7, 12, 20),
        "s",
    ),
    ("sweep", lambda depth: grad(lambda w: network(w, depth))(start(depth)), (1, 2, 4, 7, 12, 20), "^"),
]
figure, axis = plt.subplots(figsize=(8, 3.8))
for name, way, measured_depths, marker in ways:
    times = [1000 * seconds(lambda depth=depth, way=way: way(depth)) for depth in measured_depths]
    axis.semilogy([len(start(depth)) for depth in measured_depths], times, marker=marker, label=name)
axis.set(title="The same in milliseconds", xlabel="number of weights", ylabel="ms (log scale)")
axis.legend()
plt.show()

# %% [markdown]
# ## 6. Forward mode
#
# The chain rule can be factored from the other end, too. Instead of asking of every node "how does the *result* change
# with you?", ask "how do you change with the *input*?". That is the **tangent** $\dot v$, and it travels along with the values:
#
# $$\dot v \;=\; \sum_{u \,:\, u \text{ is a parent of } v} \frac{\partial v}{\partial u}\,\dot u ,$$
#
# with $\dot x = 1$ at the variable of interest and $\dot x = 0$ at the others.
#
# The same edges, the same products, the opposite direction. (It needs no graph at all, if every number carries its tangent along: exercise 2.4.)


# %%
def forward_sweep(order, direction):
    """The tangent of every node; `direction` says how fast each leaf moves."""
    tangent = {}
    for node in order:
        tangent[node] = direction.get(node, 0.0)
        for parent, partial in zip(node.parents, node.partials, strict=True):
            tangent[node] += partial * tangent[parent]
    return tangent


order = [a, b, d, c, e, L]
for leaf in (a, b, c):
    tangent = forward_sweep(order, {leaf: 1.0})
    print(f"only {leaf.label} moves:", "  ".join(f"{v.label}' = {tangent[v]:g}" for v in order))
    assert tangent[L] == leaf.grad  # the adjoint of the leaf, from the reverse sweep

# %% [markdown]
# Each forward sweep gives the derivative along *one* direction; the gradient of $L$ needed three of them. `jvp`
# ("Jacobian times vector") is this sweep for any function. The direction may point anywhere, and the sweep costs the same:

# %%
value, slope = jvp(lambda a, b, c: (a * b + c) * (a * b), (2.0, -3.0, 10.0), (1.0, 10.0, 100.0))
print(f"value {value:g}, derivative along (1, 10, 100): {slope:g}")
assert slope == 1.0 * a.grad + 10.0 * b.grad + 100.0 * c.grad

# %% [markdown]
# That last line is worth a second look. A direction carried forward and an adjoint carried back meet in one number,
# $\bar L\,\dot L = \sum_i \bar x_i\,\dot x_i$. It is the best test there is for a pair of derivative programs.
#
# ### Which one, then?
#
# Count sweeps. A function of $n$ inputs with $m$ outputs has an $m \times n$ matrix of derivatives. A forward sweep fills one
# *column*: one input, all outputs. A reverse sweep fills one *row*: one output, all inputs.


# %%
def whole_jacobian(f, x, mode):
    """The m × n matrix of derivatives and the number of sweeps that it took."""
    if mode == "forward":
        columns = [jvp(f, x, [float(i == j) for i in range(len(x))])[1] for j in range(len(x))]
        return [list(row) for row in zip(*columns, strict=True)], len(columns)
    inputs = [Value(number) for number in x]
    rows = []
    for output in f(inputs):  # recorded once, swept once for each output
        for leaf in inputs:
            leaf.grad = 0.0
        output.backward()
        rows.append([leaf.grad for leaf in inputs])
    return rows, len(rows)


def mixing(m):
    """Some function of any number of inputs, with m outputs."""
    return lambda x: [tanh(sum(sin(v * (i + j + 1)) for j, v in enumerate(x))) for i in range(m)]


print("inputs  outputs   forward sweeps  reverse sweeps")
for n, m in ((1, 12), (3, 3), (6, 2), (12, 1)):
    x = [0.1 * i for i in range(n)]
    columns, forward_sweeps = whole_jacobian(mixing(m), x, "forward")
    rows, reverse_sweeps = whole_jacobian(mixing(m), x, "reverse")
    print(f"{n:6}  {m:7}   {forward_sweeps:14}  {reverse_sweeps:14}")
    assert np.allclose(columns, rows, rtol=1e-12)
    assert np.allclose(jacobian(mixing(m))(x), rows, rtol=1e-12)  # which takes the cheaper of the two
    assert (forward_sweeps, reverse_sweeps) == (n, m)

# %%
figure, axes = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True)
many = np.array([1, 10, 100, 1_000, 10_000, 100_000, 1_000_000])
for axis, forward_count, reverse_count, title, label in (
    (axes[0], many, np.ones_like(many), "one output: the loss of a network", "inputs (weights)"),
    (axes[1], np.ones_like(many), many, "one input: a curve in space", "outputs"),
):
    axis.loglog(many, forward_count, "o-", label="forward mode")
    axis.loglog(many, reverse_count, "s--", label="reverse mode")
    axis.set(title=title, xlabel=label)
axes[0].set_ylabel("sweeps for all derivatives")
axes[0].legend()
plt.show()

# %% [markdown]
# Learning is the left picture: many weights, **one** loss. The forward sweep would have to be run once for each weight, just like
# the differences (though without their errors). The reverse sweep runs once. That is why networks learn by reverse mode, which in this field goes by the
# name of *backpropagation*.
#
# Reverse mode pays in another coin: it has to keep the whole forward pass until it comes back ([01](01_values_and_graphs.ipynb), section 8),
# where forward mode can forget each number as soon as it was used. With few inputs and many outputs, forward mode wins; for the curvature in
# one direction one uses both at once. Higher derivatives are the subject of [11](11_beyond.ipynb).
#
# ## Exercises
#
# ### Exercise 2.1
# A network has 5 inputs and three fully connected layers of 4, 3 and 2 neurons; the loss adds up the squared errors of both
# outputs. Through how many paths does the loss depend on (a) the first *input*, (b) one weight of the *first* layer? Give the list `[a, b]`. A path goes
# through one neuron of each layer, from its inputs and weights into the weighted sum, on to the activation, and to the next layer.

# %% tags=["exercise"]
answer = ...
course.check("2.1", answer)

# %% [markdown]
# ### Exercise 2.2
# Write `central(f, x, h)`: the central difference of a function of one number, with exactly two evaluations of `f`.

# %% tags=["exercise"]
answer = ...
course.check("2.2", answer)

# %% [markdown]
# ### Exercise 2.3
# Differentiate $\sin$ at $x = 1$ by differences. Find a step for each scheme with which the forward difference is right to $10^{-7}$ and the
# central one to $10^{-9}$. Give a dict `{"forward": h, "central": h}`.

# %% tags=["exercise"]
answer = ...
course.check("2.3", answer)

# %% [markdown]
# ### Exercise 2.4
# Forward mode without a graph. Write a class `Dual`: a number `value` that carries its `tangent` along, made by `Dual(value, tangent)`.
# `u + v` and `u * v` of two Duals give a new Dual with the right tangent. Then
# $x = $ `Dual(3.0, 1.0)` makes `x * x + x` a Dual with the tangent $2\cdot3 + 1 = 7$. Give the class.

# %% tags=["exercise"]
answer = ...
course.check("2.4", answer)

# %% [markdown]
# ### Exercise 2.5
# A physical simulation has 3 parameters and gives 10 000 measured values; a network has 10 000 weights and 3 losses. For all derivatives of each, how many
# sweeps does the *cheaper* mode need? Give a list of pairs, such as `[("reverse", 7), ("forward", 9)]`.

# %% tags=["exercise"]
answer = ...
course.check("2.5", answer)

# %% [markdown]
# ## What to remember
#
# - The derivative is a sum over paths. There are exponentially many of them in a deep graph with sharing.
# - A finite difference costs evaluations per variable, and is never exact: truncation falls with $h$, rounding rises. Central beats one-sided.
# - Perturb and keep learns without derivatives, in a time that grows with the number of weights.
# - The reverse sweep gets the whole gradient in one visit per node, because what paths share is added up before it is multiplied.
# - Forward mode: one sweep per input. Reverse mode: one sweep per output. Networks have one output, the loss.
#
# Next: [03 · Why topological order](03_why_topological_order.ipynb), on the one condition in the small print: "when its sum is complete".
