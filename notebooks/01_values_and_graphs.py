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
# # 01 · Values and graphs
#
# **The question.** A program multiplies and adds some numbers and prints one result. If one of the inputs were a
# little larger, by how much would the result change? And can the program say so by itself, for all its inputs at once?
#
# It can, if every number remembers how it was made. After this notebook you can
#
# - read and draw the graph that a computation leaves behind,
# - run the reverse sweep over it by hand, with nothing but products and sums,
# - say what a gradient predicts, where it stops being right, and what the graph costs in memory.
#
# *Time to read: 25 minutes. You need: the chain rule, and a little Python.*

# %%
import math
import textwrap
import weakref

import course
import matplotlib.pyplot as plt
import numpy as np

from autograd_core import (
    DomainError,
    Value,
    draw,
    exp,
    grad,
    graph_stats,
    log,
    no_grad,
    numerical_gradient,
    sin,
    step_through,
    steps,
    tanh,
)
from nn import MLP

course.style()

# %% [markdown]
# ## 1. A number that remembers
#
# A `Value` is a float with a memory. Arithmetic on Values gives the number that it would give on floats, and the new
# Value keeps the operation and the Values it was computed from: its **parents**.

# %%
a = Value(2.0, "a")
b = Value(-3.0, "b")
c = Value(10.0, "c")

d = a * b
d.label = "d"
e = d + c
e.label = "e"
L = e * d
L.label = "L"

print(L)
for v in (a, d, e, L):
    print(f"{v.label}: data {v.data:5}   op {v.op!r:6} parents {[parent.label for parent in v.parents]}")

assert L.data == (2.0 * -3.0 + 10.0) * (2.0 * -3.0)
assert e.parents == (d, c)  # in the order in which they were written
assert a.parents == ()  # nothing made a: it is a leaf

# %% [markdown]
# Values that came from nowhere (`a`, `b`, `c`) are **leaves**: the inputs and, later, the weights of a network. The
# last one, `L`, is the **root**. A label is a name for people; nothing depends on it.
#
# There was no special syntax. Any Python function can be called with Values in place of numbers, and loops and
# `if` work as always. What is remembered is what was *done*, not the code that did it:


# %%
def power(x, n):
    """x multiplied by itself n times: plain Python, written without a thought of derivatives."""
    result = x
    for _ in range(n - 1):
        result = result * x
    return result


cube = power(Value(2.0, "x"), 3)
print(cube, "was made by", cube.op, "of", [parent.data for parent in cube.parents])
assert cube.data == 8.0

# %% [markdown]
# ## 2. Operators, functions, and constants inside nodes
#
# The operators are `+ - * / ** %`, the minus sign and `abs`, with a Value or a plain number on either side. Functions
# such as `exp`, `log`, `sin`, `tanh` exist in two spellings: `tanh(x)` and `x.tanh()`.

# %%
x = Value(0.5, "x")
y = Value(4.0, "y")
for result in (x + y, x - y, x * y, x / y, x**y, -x, abs(x), exp(x), log(y), sin(x), x.tanh()):
    print(f"{result.op:5} gives {result.data:8.4f}")
assert tanh(x).data == x.tanh().data == math.tanh(0.5)

# %% [markdown]
# A plain number in an expression is a constant of its node, not a node of its own: nobody will ever ask for the
# derivative with respect to the 2 in $2x$. So `2.0 * x` has *one* parent. All operands, numbers included, are in
# `operands`:

# %%
double = 2.0 * x
print("parents: ", double.parents)
print("operands:", double.operands)
assert double.parents == (x,)
assert double.operands == (2.0, x)

# %% [markdown]
# **What is refused, and why.** A conversion that would lose the memory without a word is an error that says what to
# write instead. So is an argument outside of a function's domain. A comparison is fine: it gives a plain bool.

# %%
for attempt in (lambda: math.exp(x), lambda: bool(x), lambda: log(x - 1.0)):
    try:
        attempt()
    except (TypeError, DomainError) as error:
        print(textwrap.fill(f"{type(error).__name__}: {error}", 100), end="\n\n")
assert x < y
assert (x == Value(0.5)) is False  # == asks for the same node, not for the same number

# %% [markdown]
# ## 3. The drawn graph
#
# `draw` shows what the root remembers. It reads from left to right, as the numbers flow: leaves first, the root last.
# A node shows its name, its operation and its number. On an edge stands the *local derivative*, which is the subject
# of the next section. The gradients are dashes, since nobody has computed them yet.

# %%
draw(L)

# %% [markdown]
# `d` is used twice: by `e` and by `L`. In the graph it is one node with two edges leaving it. A formula written on
# paper would show $ab$ twice; the graph knows that it is the same number.
#
# **Change something.** Edit the formula in the next cell. Try `x * x` (two edges between the same two nodes),
# `x ** 2.0` (one edge, and the constant in the node), `x * 2.0 + 1.0`, `(x + y) * (x - y)`. Which of them have
# nodes with more than one edge leaving?

# %%
x = Value(3.0, "x")
y = Value(0.5, "y")

formula = x * x + 3.0 * tanh(x * y) - y / 2.0

draw(formula)

# %% [markdown]
# ## 4. Local partials
#
# One operation alone is easy to differentiate. Each node stores, beside its number, its **partials**: the derivative
# of its result with respect to each parent, everything else held still. For $e = d + c$ both are 1. For $L = e \cdot d$
# they are
#
# $$\frac{\partial L}{\partial e} = d, \qquad \frac{\partial L}{\partial d}\Big|_{e\ \text{held still}} = e .$$
#
# They are plain numbers, computed together with the result, while the operands are at hand.

# %%
for node in (d, e, L):
    for parent, partial in zip(node.parents, node.partials, strict=True):
        print(f"∂{node.label}/∂{parent.label} = {partial:5}   (local)")
assert d.partials == (b.data, a.data)
assert L.partials == (d.data, e.data)

# %% [markdown]
# A local partial says what a nudge does to this one node. Nudge `e` by 0.001, hold `d` still, and `L` should move by
# $0.001 \cdot d$:

# %%
nudge = 0.001
moved = (e.data + nudge) * d.data - e.data * d.data
print(f"L moved by {moved:.6f}; the partial predicts {nudge * L.partials[0]:.6f}")
assert math.isclose(moved, nudge * L.partials[0], rel_tol=1e-9)

# %% [markdown]
# For a bent function the prediction is the slope of the tangent, right to first order. Here are some functions and
# the partials that their nodes store, as tangents:

# %%
# Change something: other functions (exp, log, x ** 3, 1 / x, abs), other points.
functions = {"tanh(x)": tanh, "x²": lambda x: x**2, "sin(x)": sin}
points = (-1.5, 0.0, 1.0)
box = {"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8}

figure, axes = plt.subplots(1, len(functions), figsize=(10, 3.2))
grid = np.linspace(-2.5, 2.5, 201)
axes[0].set_ylabel("value")
for axis, (name, f) in zip(axes, functions.items(), strict=True):
    axis.plot(grid, [f(Value(g)).data for g in grid], color="0.35")
    for point in points:
        node = f(Value(point))
        (slope,) = node.partials
        run = np.array([-0.7, 0.7])
        axis.plot(point + run, node.data + slope * run, linewidth=3)
        axis.plot(point, node.data, "o", color="black", markersize=4)
        axis.annotate(f"{slope:.2f}", (point, node.data), textcoords="offset points", xytext=(9, -13), bbox=box)
    axis.margins(y=0.15)
    axis.set(title=f"{name} and its local partials", xlabel="x")
plt.show()

# %% [markdown]
# ## 5. The first sweep, by hand
#
# We know what every *edge* does. We want to know what a leaf far away does to the root:
#
# $$\bar v \;=\; \frac{\partial L}{\partial v},$$
#
# the **adjoint** of $v$, for every node $v$. The chain rule says how to get one adjoint from others. A nudge of $v$
# changes $L$ only through the nodes that were computed from $v$, and each of these passes it on by its partial:
#
# $$\bar v \;=\; \sum_{w \,:\, v \text{ is a parent of } w} \bar w \cdot \frac{\partial w}{\partial v}.$$
#
# So start at the root, where $\bar L = \partial L/\partial L = 1$, and go back. Each node, when its turn comes, sends
# *adjoint · partial* to each parent, and parents add up what they receive. On our graph, line by line:

# %%
adjoint = dict.fromkeys((a, b, c, d, e, L), 0.0)
adjoint[L] = 1.0

adjoint[e] += adjoint[L] * d.data  # L = e·d, so ∂L/∂e = d
adjoint[d] += adjoint[L] * e.data  # ... and ∂L/∂d = e: not all of it yet!

adjoint[d] += adjoint[e] * 1.0  # e = d + c: the second share of d
adjoint[c] += adjoint[e] * 1.0

adjoint[a] += adjoint[d] * b.data  # d = a·b, and d is complete now
adjoint[b] += adjoint[d] * a.data

for v, amount in adjoint.items():
    print(f"∂L/∂{v.label} = {amount:g}")

# %% [markdown]
# Six products and six sums for six edges, and out came the derivatives with respect to *all* nodes. `steps` gives the
# same pass as data: one step per node, and one contribution per edge. The table below is made of nothing else.

# %%
print("turn of  adjoint   sends adjoint · partial      to   whose adjoint goes")
for step in steps(L):
    if not step.contributions:
        print(f"{step.node.label:7} {step.adjoint:8g}   (a leaf: nothing to send)")
    for edge in step.contributions:
        product = f"({step.adjoint:g}) · ({edge.partial:g}) = {edge.amount:g}"
        change = f"{edge.before:g} → {edge.after:g}"
        print(f"{step.node.label:7} {step.adjoint:8g}   {product:26}   {edge.parent.label}    {change}")

for v, amount in adjoint.items():
    assert steps(L).adjoint(v) == amount  # our sweep by hand was right

# %% [markdown]
# Look at `d`. It received $4$ from `L` and $-6$ from `e`, and its turn came only *after* both had arrived. Had it passed
# on its adjoint too early, `a` and `b` would have got the wrong numbers. Notebook 03 is about that.
#
# `backward()` does this pass and leaves the adjoints in `.grad`:

# %%
L.backward()
for v in (L, e, d, c, b, a):
    print(f"{v.label}.grad = {v.grad:g}")
assert all(v.grad == adjoint[v] for v in adjoint)

# %%
draw(L)

# %% [markdown]
# In place of the dashes there are gradients now.
#
# ## 6. The sweep, played
#
# The player shows the same pass as a film: first values flow forward, then gradients flow back. Use ▶ for one step and
# the slider to go anywhere. **Order** lists the turns, **Why** shows the paths behind one gradient, and **Predict**
# asks you for the next adjoint before it is shown: try that until you are never wrong.

# %%
step_through(L, title="L = (a·b + c) · (a·b)")

# %% [markdown]
# **Change something.** A neuron with two inputs: $\tanh(w_1 x_1 + w_2 x_2 + b)$. Make `b` much larger, say 5, and play
# it again. Where on the way back does the gradient get lost, and why?

# %%
w1, x1 = Value(-0.5, "w₁"), Value(2.0, "x₁")
w2, x2 = Value(1.0, "w₂"), Value(0.5, "x₂")
bias = Value(0.8, "b")

neuron = tanh(w1 * x1 + w2 * x2 + bias)

step_through(neuron, title="a neuron")

# %% [markdown]
# ## 7. What a gradient says
#
# The gradient is a prediction: for a small change $\Delta a$,
#
# $$L(a + \Delta a) \;\approx\; L(a) + \frac{\partial L}{\partial a}\,\Delta a .$$
#
# `grad` turns a function into the function of its gradient, with no Values to be seen. We compare its prediction with the truth,
# close by and far away.


# %%
def loss(a, b, c):
    """The L of above, as a function of three numbers."""
    d = a * b
    return (d + c) * d


at = (2.0, -3.0, 10.0)
slopes = grad(loss, argnums=(0, 1, 2))(*at)
print("gradient:", slopes)
assert slopes == (a.grad, b.grad, c.grad)

print("\n  change of a   L really   L predicted   error")
for change in (0.001, 0.01, 0.1, 1.0):
    really = loss(at[0] + change, *at[1:])
    predicted = loss(*at) + slopes[0] * change
    print(f"{change:13g} {really:10.4f} {predicted:13.4f}   {really - predicted:.2g}")

# %% [markdown]
# A change ten times larger makes an error a *hundred* times larger: the prediction is right to first order, and what is
# left over is of second order. The picture shows it for each input: the truth, and the straight line that the gradient knows.

# %%
# Change something: reach = 3.0 shows how far the line can be trusted; reach = 0.05 shows nothing but lines.
reach = 1.0

figure, axes = plt.subplots(1, 3, figsize=(10, 3.2), sharey=True)
changes = np.linspace(-reach, reach, 101)
for i, (axis, name) in enumerate(zip(axes, "abc", strict=True)):
    moved = [loss(*at[:i], at[i] + change, *at[i + 1 :]) for change in changes]
    axis.plot(changes, moved, label="L")
    axis.plot(changes, loss(*at) + slopes[i] * changes, "--", label="predicted")
    axis.plot(0.0, loss(*at), "ko", markersize=4)
    axis.set(title=f"∂L/∂{name} = {slopes[i]:g}", xlabel=f"change of {name}")
axes[0].set_ylabel("L")
axes[0].legend()
plt.show()

# %% [markdown]
# The gradient also says which way is *down*. Take a small step against it, with all inputs at once, and $L$ gets
# smaller, by about $\eta \lVert\nabla L\rVert^2$:

# %%
# Change something: eta = 0.1. L still gets smaller, but where has most of the promise gone?
eta = 0.001

stepped = loss(*(p - eta * slope for p, slope in zip(at, slopes, strict=True)))
promised = loss(*at) - eta * sum(slope**2 for slope in slopes)
print(f"before {loss(*at):.4f}   after one step {stepped:.4f}   promised {promised:.4f}")

# %% [markdown]
# This one line, repeated, is how networks learn. Notebook 06 is about it.
#
# Should you believe the gradient? Ask the function itself: `numerical_gradient` nudges every input and looks at what
# happens, as we did in section 4. It needs two evaluations for every input, where the sweep needed one pass for all. That
# comparison is notebook 02.

# %%
checked = [float(slope) for slope in numerical_gradient(lambda p: loss(*p), list(at))]
print("sweep      ", [f"{slope:.6f}" for slope in slopes])
print("differences", [f"{slope:.6f}" for slope in checked])
assert all(abs(s - n) < 1e-6 for s, n in zip(slopes, checked, strict=True))

# %% [markdown]
# ## 8. What the memory costs
#
# Remembering is not free. The sweep needs the partials of every operation, so all nodes stay alive until it is done.
# `graph_stats` counts them.

# %%
stats = graph_stats(L)
print(f"{stats.nodes} nodes, {stats.edges} edges, {stats.leaves} leaves, longest path {stats.depth} edges")
print("operations:", stats.operations)
assert (stats.nodes, stats.edges, stats.leaves, stats.depth) == (6, 6, 3, 3)

# %% [markdown]
# Nodes are counted once however often they are used, and the longest path, $a \to d \to e \to L$, has three edges. The
# graph of a network grows with every example that it is shown, since each of them has its own activations. (A weighted sum
# $w_1x_1 + \dots + w_nx_n + b$ is one node here, called `dot`.)

# %%
# Change something: layers = [16, 16, 1] for a larger network, other numbers of examples.
layers = [4, 4, 1]
batches = (1, 2, 4, 8, 16, 32)

model = MLP(2, layers, activation="tanh", seed=0)
sizes = []
for examples in batches:
    error = sum((model([0.1 * i, 1.0 - 0.1 * i]) - 1.0) ** 2 for i in range(examples))
    sizes.append(graph_stats(error))
print(f"{len(model.parameters())} weights and biases")
print("examples  nodes  edges")
for examples, size in zip(batches, sizes, strict=True):
    print(f"{examples:8}  {size.nodes:5}  {size.edges:5}")

# each example adds the same nodes, while the weights are there only once
per_example = (sizes[1].nodes - sizes[0].nodes) / (batches[1] - batches[0])
assert all(
    math.isclose(after.nodes - before.nodes, per_example * (more - less))
    for before, after, less, more in zip(sizes, sizes[1:], batches, batches[1:], strict=False)
)

# %% [markdown]
# In bytes it is a straight line too. (How many bytes a Python object takes differs between versions of Python; this
# was measured on the machine that built this page.)

# %% tags=["measured"]
figure, axis = plt.subplots(figsize=(6, 3.4))
axis.plot(batches, [size.bytes / 1000 for size in sizes], "o-")
per_node = sizes[-1].bytes / sizes[-1].nodes
per_example = (sizes[-1].bytes - sizes[0].bytes) / (batches[-1] - batches[0])
print(f"about {per_node:.0f} bytes a node, {per_example / 1000:.1f} kB an example")
axis.set(title="The memory of the forward pass", xlabel="examples in the graph", ylabel="kB", ylim=(0, None))
plt.show()

# %% [markdown]
# That is the price of reverse mode, and a large part of the memory in which real networks are trained. Two ways to save it:
#
# - **Drop the root.** Parents do not know their children, so nothing else holds the graph; it is freed at once.
# - **Do not record.** If you want only the number, for a prediction say, compute under `no_grad`.

# %%
root = model([0.3, 0.7])
# a weak reference watches a node deep inside without keeping it alive
hidden = weakref.ref(next(node for node in steps(root).order if node.op == "tanh"))
assert hidden() is not None
del root
print("a hidden neuron, after its root was dropped:", hidden())
assert hidden() is None

with no_grad():
    prediction = model([0.3, 0.7])
print(f"recorded: {graph_stats(model([0.3, 0.7])).nodes} nodes; under no_grad: {graph_stats(prediction).nodes}")
assert prediction.parents == ()
assert prediction.data == model([0.3, 0.7]).data

# %% [markdown]
# ## Exercises
#
# Replace the three dots. `course.check` tells you whether you are right, and if not, where to look.
#
# ### Exercise 1.1
# For $L = (ab + c)\cdot c$ at $a = 2$, $b = -3$, $c = 10$: what is $\partial L/\partial c$? Do the sweep on paper first,
# then check it with a Value if you like. Give a number.

# %% tags=["exercise"]
answer = ...
course.check("1.1", answer)

# %% [markdown]
# ### Exercise 1.2
# Build a Value whose graph has exactly **three nodes and four edges**, and only one leaf.

# %% tags=["exercise"]
answer = ...
course.check("1.2", answer)

# %% [markdown]
# ### Exercise 1.3
# Write a function `length(x, y)` that gives $\sqrt{x^2 + y^2}$ for two Values, as a Value that remembers both. Use operators
# only.

# %% tags=["exercise"]
answer = ...
course.check("1.3", answer)

# %% [markdown]
# ### Exercise 1.4
# Write the sweep itself: a function `sweep(order)` that is given the nodes of a graph in the order in which they were
# computed (leaves first, the root last) and returns a dict with the adjoint of every node. You need `node.parents` and
# `node.partials`, and about six lines. Do not call `backward()`.

# %% tags=["exercise"]
answer = ...
course.check("1.4", answer)

# %% [markdown]
# ### Exercise 1.5
# Without running it: the last line of
#
#     x = Value(3.0)
#     y = x * x + 5.0 * x
#     y.backward()
#     x.data = 100.0
#     print(x.grad, y.data)
#
# prints two numbers. Give them as a list.

# %% tags=["exercise"]
answer = ...
course.check("1.5", answer)

# %% [markdown]
# ## What to remember
#
# - A `Value` keeps its number, its operation, its parents, and its local partials. Values together form the graph.
# - Plain numbers are constants inside a node. Each use of a node is an edge of its own.
# - The adjoint of a node is the derivative of the root with respect to it. The root's own is 1.
# - The sweep goes from the root back. Each node sends *adjoint · partial* to each parent, and parents add up.
# - A gradient is a first-order prediction: good close by, and the negative gradient points downhill.
# - Reverse mode keeps the whole forward pass in memory, in proportion to the operations done.
#
# Next: [02 · Three ways to differentiate](02_three_ways_to_differentiate.ipynb) asks what it costs, and what it would
# cost otherwise.
