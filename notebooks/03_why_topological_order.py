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
# # 03 · Why topological order
#
# **The question.** The sweep visits every node once. In which order? And what exactly goes wrong, and how visibly, if the order is another one?
#
# The answer to the second part is the worrying one: the wrong order gives a *number*, of the right size, without any error. After this
# notebook you can
#
# - write a topological sort, and say why the sweep needs one,
# - recognise the bugs of order and of accumulation by what they do,
# - use `backward()` with several roots, seeds, and more than once, and know when to call `zero_grad`.
#
# *Time to read: 30 minutes. You need: [01 · Values and graphs](01_values_and_graphs.ipynb).*

# %%
import random
import textwrap
import warnings
from collections import Counter, deque
from itertools import permutations

import course
import matplotlib.pyplot as plt
import numpy as np

from autograd_core import (
    TrainingWarning,
    TrainingWatch,
    Value,
    count_paths,
    draw,
    jacobian,
    jvp,
    sin,
    step_through,
    steps,
    tanh,
    zero_grad,
)
from nn import MLP

course.style()

# %% [markdown]
# ## 1. A node with two customers
#
# Everything here is about **shared** nodes: those from which more than one other node was computed. In
# $L = (ab + c)\cdot ab$ it is $d = ab$, which both $e$ and $L$ use.


# %%
def build():
    a, b, c = Value(2.0, "a"), Value(-3.0, "b"), Value(10.0, "c")
    d = a * b
    e = d + c
    L = e * d
    d.label, e.label, L.label = "d", "e", "L"
    return a, b, c, d, e, L


a, b, c, d, e, L = build()
draw(L, highlight=d)

# %% [markdown]
# If $d$ moves, $L$ moves for two reasons, and both count:
#
# $$\bar d \;=\; \underbrace{\bar L\,\frac{\partial L}{\partial d}}_{\text{from } L:\ 1\cdot 4} \;+\;
# \underbrace{\bar e\,\frac{\partial e}{\partial d}}_{\text{from } e:\ -6\cdot 1} \;=\; -2 .$$
#
# So $\bar d$ is *known* only when both customers have reported. Before that it is 4, or −6: a number, but not the derivative.
#
# ## 2. The wrong order, and what it breaks
#
# Here is a sweep as many people write it the first time: start at the root, hand each parent its share, and go on to that parent at
# once. Every node is visited once, and there is a `+=`. What could be wrong?


# %%
def too_early(root):
    """A sweep in depth-first order: a node passes on as soon as something has arrived."""
    adjoint = Counter({root: 1.0})
    turns = []

    def visit(node):
        turns.append((node, adjoint[node]))
        for parent, partial in zip(node.parents, node.partials, strict=True):
            adjoint[parent] += adjoint[node] * partial
            if parent not in [node for node, _ in turns]:
                visit(parent)

    visit(root)
    return adjoint, turns


adjoint, turns = too_early(L)
right = steps(L)
print("turn of  passes on  should pass on")
for node, at_its_turn in turns:
    late = at_its_turn != right.adjoint(node)
    note = "" if not late else "   too early!" if node.parents else "   wrong, therefore"
    print(f"{node.label:7}  {at_its_turn:9g}  {right.adjoint(node):14g}{note}")

print("\ngradient   wrong   right")
for node in (a, b, c, d):
    print(f"∂L/∂{node.label}    {adjoint[node]:8g}  {right.adjoint(node):6g}")

assert adjoint[a] == 18.0  # ∂L/∂a is 6
assert adjoint[c] == right.adjoint(c)  # ... and c is right, as if nothing had happened
assert adjoint[d] == right.adjoint(d)  # even d is right in the end

# %% [markdown]
# The tour went $L \to e \to d \to a$, so $d$ had its turn with $-6$, the share of $e$ alone. The $4$ from $L$ came later; it was
# added to $d$, but $d$ had already spoken. The result is treacherous: no error, $\partial L/\partial c$ and even
# $\partial L/\partial d$ are right, and $\partial L/\partial a$ has the right sign and three times the right size. A network
# trained with it would learn, badly.
#
# There are only three nodes that send anything, so we can try *all* orders of them:


# %%
def sweep_in(order, root):
    """The sweep, with the turns in the given order."""
    adjoint = Counter({root: 1.0})
    for node in order:
        for parent, partial in zip(node.parents, node.partials, strict=True):
            adjoint[parent] += adjoint[node] * partial
    return adjoint


print("turns      ∂L/∂a  ∂L/∂b  ∂L/∂c")
correct = []
for order in permutations([L, e, d]):
    adjoint = sweep_in(order, L)
    is_right = all(adjoint[leaf] == right.adjoint(leaf) for leaf in (a, b, c))
    correct += [order] if is_right else []
    gradient = "  ".join(f"{adjoint[leaf]:5g}" for leaf in (a, b, c))
    print(" ".join(node.label for node in order), "    ", gradient, "  right" * is_right)

assert correct == [(L, e, d)]  # the only order in which nobody speaks before all customers have reported

# %% [markdown]
# ### Level by level is wrong too
#
# "Then visit the nodes by their distance from the root": breadth-first. On the graph above that happens to work. It fails when a
# node is near to the root on one way and farther from it on another: its turn comes by the short way, and the long way has not reported yet.


# %%
def level_by_level(root):
    """A sweep in breadth-first order: nodes nearer to the root first."""
    queue, seen, order = deque([root]), {root}, []
    while queue:
        node = queue.popleft()
        order.append(node)
        for parent in node.parents:
            if parent not in seen:
                seen.add(parent)
                queue.append(parent)
    return sweep_in(order, root)


assert level_by_level(L)[a] == 6.0  # right, by luck

x = Value(1.2, "x")
h = x * x
h.label = "h"
y = tanh(h - 1.0) * h  # one way from h to y has one edge, the other has three
y.label = "y"
print(f"∂y/∂x level by level {level_by_level(y)[x]:.4f}, right {steps(y).adjoint(x):.4f}")
assert abs(level_by_level(y)[x] - steps(y).adjoint(x)) > 1.0

# %%
draw(y)

# %% [markdown]
# With a shorter detour it depends on luck: `tanh(h) * h` comes out right, and with its two operands swapped it does not.
#
# **Change something.** Add formulas of your own. Why can the order of the operands of a *commutative* product make a
# difference?

# %%
detours = {
    "h": lambda h: h,
    "tanh(h) · h": lambda h: tanh(h) * h,
    "h · tanh(h)": lambda h: h * tanh(h),
    "(h + 1) · tanh(h)": lambda h: (h + 1.0) * tanh(h),
}

for name, f in detours.items():
    x = Value(1.2)
    y = f(x * x)
    found, expected = level_by_level(y)[x], steps(y).adjoint(x)
    print(f"{name:18} level by level {found:7.4f}   right {expected:7.4f}   {'' if found == expected else 'wrong'}")

# %% [markdown]
# ### Why such bugs survive their tests
#
# If no node is shared, the graph is a tree, every node has one customer, and *every* order from the root works. Tests on
# small formulas pass. We let random programs decide how often each sweep is wrong:


# %%
def random_program(size, rng):
    """A root computed from three leaves by `size` operations on earlier results."""
    nodes = [Value(rng.uniform(-1.0, 1.0)) for _ in range(3)]
    for _ in range(size):
        u, v = rng.choice(nodes[-4:]), rng.choice(nodes[-4:])
        nodes.append(
            rng.choice([lambda u, v: u * v, lambda u, v: u + v, lambda u, v: u - v, lambda u, v: tanh(u)])(u, v)
        )
    return nodes[-1]


def is_wrong(adjoint, root):
    found = steps(root)
    return any(abs(adjoint[s.node] - s.adjoint) > 1e-9 * (1.0 + abs(s.adjoint)) for s in found if not s.node.parents)


# Change something: rng.choice(nodes) in place of nodes[-4:] makes other graphs.
sizes = (1, 2, 3, 4, 6, 8, 12, 16, 24)
programs = 200

rng = random.Random(0)
wrong_shares = {"depth first, too early": [], "level by level": [], "reverse topological": []}
for size in sizes:
    roots = [random_program(size, rng) for _ in range(programs)]
    for name, sweep in (
        ("depth first, too early", lambda root: too_early(root)[0]),
        ("level by level", level_by_level),
        ("reverse topological", lambda root: sweep_in([step.node for step in steps(root)], root)),
    ):
        wrong_shares[name].append(sum(is_wrong(sweep(root), root) for root in roots) / programs)

figure, axis = plt.subplots(figsize=(7.5, 3.8))
for (name, shares), marker in zip(wrong_shares.items(), "os^", strict=True):
    axis.plot(sizes, [100 * share for share in shares], marker=marker, label=name)
axis.set(
    title="How often the gradient of a random program comes out wrong",
    xlabel="operations in the program",
    ylabel="% wrong",
)
axis.legend(loc="lower right", bbox_to_anchor=(1.0, 0.08))
plt.show()
assert max(wrong_shares["reverse topological"]) == 0.0
assert wrong_shares["depth first, too early"][0] == 0.0 < wrong_shares["depth first, too early"][-1]

# %% [markdown]
# The player can be asked for this mistake: in its tab **Wrong order** it runs the sweep too early, beside the right one. Play it on our graph.

# %%
step_through(L, title="L = (a·b + c) · (a·b)")

# %% [markdown]
# ### A sweep that is right, and useless
#
# There is a way to save the impatient sweep: pass every share on separately, again and again, whenever one arrives. Then nothing is
# lost. But now a node has a turn for every *path* that leads to it, and notebook 02 has counted those:


# %%
def share_by_share(root):
    """Every share is passed on by itself as it arrives: right, with one visit for each path."""
    adjoint = Counter()
    visits = 0
    shares = [(root, 1.0)]
    while shares:
        node, share = shares.pop()
        visits += 1
        adjoint[node] += share
        shares += [(parent, share * partial) for parent, partial in zip(node.parents, node.partials, strict=True)]
    return adjoint, visits


print("rounds  nodes   visits share by share")
for rounds in (1, 2, 4, 6, 8):
    x = Value(0.01)
    y = x
    for _ in range(rounds):
        y = y * y + y
    adjoint, visits = share_by_share(y)
    print(f"{rounds:6}  {len(steps(y)):5}   {visits:21,}")
    assert abs(adjoint[x] - steps(y).adjoint(x)) < 1e-12
    assert visits == sum(count_paths(y).values())

# %% [markdown]
# Right and exponential, or fast and wrong: unless the order is chosen well.
#
# ## 3. The topological order
#
# **Topological order**: every node comes after all of its parents. The forward pass made the nodes in such an order, since a node can only be
# computed from what is there. Read backwards, every node comes after all of its *customers*, and that is precisely what the sweep
# needs: when its turn comes, its adjoint is complete.
#
# To find the order from the root alone, search depth first, and write a node down **when you leave it**, after all of
# its parents:


# %%
def topological(root):
    """Every node once, parents first."""
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)  # on the way out: all parents are in the list by now

    visit(root)
    return order


print(" ".join(node.label for node in topological(L)))
assert tuple(topological(L)) == steps(L).order  # the engine's own
assert all(sweep_in(reversed(topological(L)), L)[v] == right.adjoint(v) for v in (a, b, c, d, e, L))

# %% [markdown]
# Compare it with `too_early`. Both search depth first, and both visit each node once. The one *acts* when it enters a node, the other
# makes a *list* when it leaves, and acts later. That is the whole difference. Below, each node carries its place in the list; every edge leads from a
# smaller number to a larger one.

# %%
x = Value(1.2, "x")
h = x * x
h.label = "h"
y = tanh(h - 1.0) * h

for place, node in enumerate(topological(y)):
    node.label = f"{place}: {node.label}" if node.label else f"{place}:"
draw(y, partials=False)

# %% [markdown]
# **Several orders are valid.** Which one is taken does not matter for the derivative; only the last bits of a sum may differ, because floating-point
# addition is not associative. Here the order depends on nothing but the order in which operands were written, so results are the same
# bit for bit in every run. (Engines that keep parents in a *set* cannot promise that, and lose the second edge of $x \cdot x$ besides.)

# %%
a, b, c, d, e, L = build()


def is_topological(order):
    return all(order.index(parent) < order.index(node) for node in order for parent in node.parents)


valid = [order for order in permutations(topological(L)) if is_topological(order)]
print(f"{len(valid)} of 720 orders are topological:", ", ".join("".join(v.label for v in order) for order in valid))
assert len({tuple(sweep_in(reversed(order), L)[v] for v in (a, b, c)) for order in valid}) == 1

# %% [markdown]
# **One thing our version cannot do** is go deep: it calls itself once per level, and Python stops it after about a thousand. A loop over many steps makes
# graphs far deeper than that. The engine walks with a list of its own instead of the call stack (it is `topological_order` in `graph.py`):

# %%
deep = x = Value(1.0)
for _ in range(20_000):
    deep = deep + 1e-4

try:
    topological(deep)
except RecursionError as error:
    print("ours:  ", type(error).__name__, "after some hundred of 20 000 levels")
deep.backward()
print("engine: ∂deep/∂x =", x.grad)
assert x.grad == 1.0

# %% [markdown]
# ## 4. Accumulation: why `+=`
#
# The other half of the rule is that shares are **added**. With `=` in place of `+=` the last customer wins:


# %%
def last_one_wins(root):
    """The right order, and the wrong assignment."""
    adjoint = {root: 1.0}
    for node in reversed(topological(root)):
        for parent, partial in zip(node.parents, node.partials, strict=True):
            adjoint[parent] = adjoint[node] * partial  # should be +=
    return adjoint


for name, f in (("x·x", lambda x: x * x), ("x + x", lambda x: x + x), ("x·x + x", lambda x: x * x + x), ("sin x", sin)):
    x = Value(3.0, "x")
    root = f(x)
    print(f"{name:8} at 3: last one wins {last_one_wins(root)[x]:8.4f}   right {steps(root).adjoint(x):8.4f}")

x = Value(3.0)
assert last_one_wins(x * x)[x] == 3.0 != steps(x * x).adjoint(x)
assert last_one_wins(sin(x))[x] == steps(sin(x)).adjoint(x)  # again, a formula without sharing tells nothing

# %% [markdown]
# ## 5. Calling `backward` twice
#
# Adding goes on *between* sweeps, too, by design. `backward()` **adds** to the leaves whatever it finds there, while nodes inside the
# graph start afresh every time:

# %%
a, b, c, d, e, L = build()
print("calls  a.grad  b.grad  c.grad   d.grad  e.grad  L.grad")
for call in (1, 2, 3):
    L.backward()
    print(f"{call:5}  {a.grad:6g}  {b.grad:6g}  {c.grad:6g}   {d.grad:6g}  {e.grad:6g}  {L.grad:6g}")
    assert (a.grad, d.grad) == (call * 6.0, -2.0)

# %% [markdown]
# Leaves: twice, three times the gradient. Inner nodes: always the same. Why the difference?
#
# - Leaves are what we hold on to. A gradient of a sum is the sum of gradients, so adding up over sweeps is *useful*: over the examples of a
#   batch, over several losses.
# - Inner adjoints are stepping stones. If they were kept, the second sweep would send the old adjoints back a second time, and
#   the leaves would get a number that is the gradient of nothing:

# %%
kept = Counter()
for _ in range(2):
    kept[L] += 1.0
    for node in reversed(topological(L)):
        for parent, partial in zip(node.parents, node.partials, strict=True):
            kept[parent] += kept[node] * partial
print(f"two sweeps with everything kept: ∂L/∂a = {kept[a]:g}; twice the gradient is {2 * 6.0:g}")
assert kept[a] != 12.0

# %% [markdown]
# ## 6. `zero_grad`
#
# What adds up must be cleared when the sum is done. `zero_grad(root)` forgets the adjoints of everything the root depends
# on; models and optimizers have a `zero_grad()` for their parameters.

# %%
zero_grad(L)
print("after zero_grad:", a.grad, "reached:", a.reached)
L.backward()
print("and one sweep:  ", a.grad)
assert a.grad == 6.0

# %% [markdown]
# Forgetting it in a training loop is one of the most common mistakes of all, and a quiet one. Each step then follows the sum of
# *all* gradients so far. That is a ball without friction: it arrives at the minimum with full speed, overshoots, and comes back,
# forever.


# %%
def train(clear, learning_rate, steps_done=60):
    """Gradient descent on (2w − 6)², lowest at w = 3; all w on the way."""
    w = Value(0.0, "w")
    path = [w.data]
    for _ in range(steps_done):
        if clear:
            w.grad = 0.0
        loss = (2.0 * w - 6.0) ** 2
        loss.backward()
        w.data -= learning_rate * w.grad
        path.append(w.data)
    return path


# Change something: a tenth of the learning rate. Does the forgotten one settle down?
learning_rate = 0.05

cleared, forgotten = train(True, learning_rate), train(False, learning_rate)
figure, axis = plt.subplots(figsize=(8, 3.6))
axis.plot(cleared, "o-", markersize=3, label="with zero_grad")
axis.plot(forgotten, "s-", markersize=3, label="zero_grad forgotten")
axis.axhline(3.0, color="0.6", linewidth=1)
axis.set(title="The same descent with and without zero_grad", xlabel="step", ylabel="w", ylim=(-1.0, 8.5))
axis.legend(loc="upper right", ncols=2)
plt.show()

assert abs(train(True, 0.05)[-1] - 3.0) < 1e-6
assert max(abs(w - 3.0) for w in train(False, 0.05)[-20:]) > 2.0  # still swinging

# %% [markdown]
# `TrainingWatch` looks over your shoulder. Called with the loss just before `backward()`, it warns of this mistake and of three others:

# %%
w = Value(0.0, "w")
watch = TrainingWatch([w])
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always", TrainingWarning)
    for _ in range(2):
        loss = (2.0 * w - 6.0) ** 2
        watch(loss)
        loss.backward()
        w.data -= 0.05 * w.grad
for warning in caught:
    print(textwrap.fill(str(warning.message), 100))
assert "zero_grad" in str(caught[0].message)

# %% [markdown]
# ## 7. Several roots, and seeds
#
# ### Several roots
#
# A network has one loss per example. Sweep them one after the other, and the leaves hold the gradient of the **sum**, also where
# the roots share nodes:

# %%
x, y = Value(0.5, "x"), Value(2.0, "y")
shared = x * y
shared.label = "shared"
p = shared + x
q = sin(shared)
p.label, q.label = "p", "q"

p.backward()
after_p = (x.grad, y.grad)
q.backward()
after_both = (x.grad, y.grad)
print(f"after p:    ∂/∂x = {after_p[0]:.4f}   ∂/∂y = {after_p[1]:.4f}")
print(f"and q:      ∂/∂x = {after_both[0]:.4f}   ∂/∂y = {after_both[1]:.4f}")

of_sum = steps(p + q)
print(f"of p + q:   ∂/∂x = {of_sum.adjoint(x):.4f}   ∂/∂y = {of_sum.adjoint(y):.4f}")
assert np.allclose(after_both, (of_sum.adjoint(x), of_sum.adjoint(y)), rtol=1e-15)

# %%
draw([p, q])

# %% [markdown]
# (In the picture `shared` shows the adjoint of the last sweep alone, that of `q`. Inner nodes do not add up.)
#
# ### Seeds
#
# The sweep starts with adjoint 1 at the root, because $\partial L/\partial L = 1$. `backward(seed)` starts with another number, and everything
# scales with it. A seed on each of several roots gives the gradient of their **weighted** sum, $\sum_i s_i\, r_i$:

# %%
zero_grad(p, q)
p.backward(seed=2.0)
q.backward(seed=-1.0)
weighted = steps(2.0 * p - q)
print(f"∂(2p − q)/∂x = {x.grad:.6f}")
assert abs(x.grad - weighted.adjoint(x)) < 1e-15

# %% [markdown]
# Seen as matrices: the roots have a Jacobian $J$, with one row for each root. A sweep with seeds $s$ computes $s^\top J$ without ever
# building $J$. Seeds $(1, 0)$ and $(0, 1)$ give its rows. (Forward mode, in notebook 02, gives $J v$: the columns.)


# %%
def pq(v):
    product = v[0] * v[1]
    return [product + v[0], sin(product)]


J = np.array(jacobian(pq)([0.5, 2.0]))
rows = []
for root in (p, q):
    zero_grad(p, q)  # otherwise the second row would hold the sum of both
    root.backward()
    rows.append([x.grad, y.grad])
print("rows by sweeps:\n", np.round(rows, 6))
assert np.allclose(rows, J, rtol=1e-14)

s, v = np.array([2.0, -1.0]), np.array([1.0, 10.0])
assert np.isclose(s @ (J @ v), (s @ J) @ v)  # forward and reverse meet
assert np.allclose(jvp(pq, [0.5, 2.0], [1.0, 10.0])[1], J @ v)

# %% [markdown]
# ### A batch, one example at a time
#
# That puts a batch together without ever holding more than one example's graph in memory: sweep the loss of each example with the seed $1/N$, let the leaves add up, step, clear. The
# gradient is the same as that of the mean loss in one big graph.

# %%
model = MLP(2, [4, 1], activation="tanh", seed=0)
examples = [([0.1 * i, 1.0 - 0.1 * i], 1.0 if i % 2 else -1.0) for i in range(8)]

model.zero_grad()
for inputs, target in examples:
    loss = (model(inputs) - target) ** 2
    loss.backward(seed=1.0 / len(examples))  # the graph of this example is dropped at the next turn
one_by_one = [w.grad for w in model.parameters()]

model.zero_grad()
mean_loss = sum((model(inputs) - target) ** 2 for inputs, target in examples) / len(examples)
mean_loss.backward()
at_once = [w.grad for w in model.parameters()]

print(f"{len(steps(loss))} nodes at a time, or {len(steps(mean_loss))} at once: the same {len(at_once)} derivatives")
assert np.allclose(one_by_one, at_once, rtol=1e-12, atol=1e-15)

# %% [markdown]
# ## Exercises
#
# ### Exercise 3.1
# For $c = ab$, $d = c + a$, $f = cd$: which of these are topological orders, parents first? `"abcdf"`, `"bacdf"`, `"acbdf"`, `"abdcf"`, `"baccdf"`. Give a list of
# those that are.

# %% tags=["exercise"]
answer = ...
course.check("3.1", answer)

# %% [markdown]
# ### Exercise 3.2
# Write `topological_order(root)` so that it also works on a chain of 20 000 nodes. Return a list of all nodes, parents first, the root last. *Hint:* keep a list of
# pairs (node, are its parents done?).

# %% tags=["exercise"]
answer = ...
course.check("3.2", answer)

# %% [markdown]
# ### Exercise 3.3
# Without running it: what does this print?
#
#     x = Value(2.0)
#     y = x ** 3
#     y.backward()
#     y.backward()
#     zero_grad(y)
#     y.backward(seed=3.0)
#     print(x.grad)

# %% tags=["exercise"]
answer = ...
course.check("3.3", answer)

# %% [markdown]
# ### Exercise 3.4
# This loop should find the minimum of `f`, a function of one Value, and it swings about it forever. Repair it, and give the function.
#
#     def minimise(f, start, rate, steps):
#         w = Value(start)
#         for _ in range(steps):
#             f(w).backward()
#             w.data = w.data - rate * w.grad
#         return w.data
#
# (Somebody repairs it by writing `w = w - rate * w.grad`. That finds the minimum. `course.check` refuses it all the same: what
# gets larger with every step?)

# %% tags=["exercise"]
answer = ...
course.check("3.4", answer)

# %% [markdown]
# ### Exercise 3.5
# Write `mean_gradient(roots, leaves)`: the gradient of the mean of the roots with respect to each leaf, as a list, with one `backward` per root and without building
# a new node. It must not matter what the leaves held before.

# %% tags=["exercise"]
answer = ...
course.check("3.5", answer)

# %% [markdown]
# ## What to remember
#
# - An adjoint is complete when all nodes computed from this one have reported; only then may it be passed on.
# - Reverse topological order guarantees that. It is found by a depth-first search that writes a node down when leaving it.
# - Wrong orders give wrong numbers without any error, and only where nodes are shared: test on graphs with sharing.
# - Shares are added: within a sweep at every node, and over sweeps at the leaves. Inner nodes start afresh.
# - Call `zero_grad` once per training step. Forgetting it makes a ball without friction.
# - Several roots with seeds give the gradient of their weighted sum: $s^\top J$.
#
# Next: [04 · From perceptron to MLP](04_from_perceptron_to_mlp.ipynb).
