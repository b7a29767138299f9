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
# # 10 · Compiled
#
# **The question.** A multiplication in our graph takes thousands of times as long as the processor needs for it. Why is
# that, and what is left to do if the same program is written down *once*, and then only carried out?
#
# After this notebook you can
#
# - read a recorded program, line by line, and say what each pass takes out of it,
# - carry out the printed forward and adjoint program by hand, and find the sweep of notebook 01 in it,
# - say where the speed comes from, what it costs, and which functions cannot be compiled in this way.
#
# *Time to read: 40 minutes. You need: notebooks 01 and 03. The first run on a machine compiles for some seconds.*

# %%
import math
import time
from functools import partial
from textwrap import fill

import course
import matplotlib.pyplot as plt
import numpy as np
from course.contenders import numpy_by_hand, one_digit, seconds, with_jax, with_torch

from autograd_core import BranchError, RecordingError, Value, draw, exp, jit, sqrt, steps, where
from autograd_core.evaluate import NUMBERS
from autograd_core.tape import passes
from autograd_core.tape.arrays import Arrays
from autograd_core.tape.program import Program
from autograd_core.tape.recording import record
from autograd_core.tape.straight_line import functions_of
from nn import MLP, datasets, fit, plots

course.style()

# %% [markdown]
# ## 1. Where the time goes
#
# What does one multiplication of two numbers cost: in an array of NumPy, as Python floats, and as Values?

# %% tags=["measured"]
n = 20_000
column, floats, values = np.linspace(1.0, 2.0, n), [1.5] * n, [Value(1.5)] * n
cost = {
    "in an array": seconds(lambda: column * column),
    "Python floats": seconds(lambda: [x * x for x in floats]),
    "Values": seconds(lambda: [x * x for x in values]),
}
print("One multiplication, relative to one in an array (measured on the machine that built this page):")
for what, t in cost.items():
    print(f"  {what:14} {one_digit(t / cost['in an array']):>6}")

# %% [markdown]
# The processor multiplies as fast in all three. The rest is bookkeeping: Python looks up what `*` means for these two
# objects, makes a new object for the result, and a Value also stores its operands and its partial derivatives. Then the
# sweep finds an order of all nodes, and visits them.
#
# And all that is done again for every example, although *nothing about it changes but the numbers*. Here is the loss of
# a small network, on a hundred examples. We look at the operations in the order of the sweep.

# %%
network = MLP(2, [3, 1], activation="tanh", seed=0)


def loss(x, t):
    return 0.5 * (network(x) - t) ** 2


data = datasets.load("moons", n=100, noise=0.1, seed=0)
programs = {tuple(step.node.op for step in steps(loss(x, t))) for x, t in zip(data.X, data.y, strict=True)}
nodes = sum(len(steps(loss(x, t))) for x, t in zip(data.X, data.y, strict=True))
print(f"{nodes:,} nodes made for 100 examples; {len(programs)} program:")
print(" ".join(op for op in reversed(next(iter(programs))) if op))
assert len(programs) == 1

# %% [markdown]
# A hundred graphs, one program. So: write the program down once, and let something faster than Python carry it out.
#
# ## 2. Record once: the tape
#
# `jit(f)` does that. At the first call it runs `f` once, on Values, and notes every operation. What comes out is a
# **tape**: a list of entries, one for each number of the program.

# %%
w, b = Value(0.5, "w"), Value(-3.0, "b")
calls = []


def error(x, t):
    calls.append((x, t))
    return (w * x + b - t) ** 2


compiled = jit(error)
print("error(2, 1) =", compiled(2.0, 1.0), "\n")
print(compiled.recorded)
assert compiled(2.0, 1.0) == error(Value(2.0), Value(1.0)).data == 9.0

# %% [markdown]
# It is the graph, line by line, and every line reads only lines above it. Such an order is all that the sweep needs: to
# go back, read the tape from the bottom. There are four kinds of entries:
#
# - **input**: what the function is called with, another number in every call;
# - **parameter**: a Value from outside that `error` uses. Its `data` is read anew at every call;
# - **constant**: a plain number in the program;
# - an **instruction**: a primitive, and the slots of its operands.

# %%
draw(error(Value(2.0, "x"), Value(1.0, "t")), direction="LR")

# %% [markdown]
# From now on `compiled` does not run `error`. It carries out the tape, for one pair of numbers or for whole arrays: one
# **lane** for each pair. And since parameters are read at every call, training can change them.

# %%
calls.clear()
x, t = np.linspace(-1.0, 1.0, 10_000), np.zeros(10_000)
before = compiled(x, t).mean()
b.data = 0.0
after = compiled(x, t).mean()
b.data = -3.0
print(f"mean error with b = -3: {before:.4f}, with b = 0: {after:.4f}; the Python function ran {len(calls)} times")
assert len(calls) == 0
assert math.isclose(before, np.mean((0.5 * x - 3.0) ** 2))
assert math.isclose(after, np.mean((0.5 * x) ** 2))

# %% [markdown]
# And the loss of the network from section 1? A neuron is one instruction, `dot`, of its weights, its inputs and its
# bias. `statistics()` counts.

# %%
compiled_loss = jit(loss)
compiled_loss(np.array(data.X), np.array(data.y, dtype=float))
print(compiled_loss.recorded.statistics())
print(compiled_loss.recorded.listing(start=6, stop=13))
assert compiled_loss.recorded.statistics()["dot"] == 3 + 1

# %% [markdown]
# ## 3. Passes: the same program with less work
#
# A program that is written down can be rewritten before it runs ten thousand times. Every **pass** takes a tape and
# gives another one that computes the same with less work. Here is each of them, on a program for which it is made.
# Slots are numbered anew after each pass.

# %%
p, q, c = Value(3.0, "p"), Value(4.0, "q"), Value(1.0, "c")


def beside(before, after):
    """Two tapes side by side."""
    left, right = str(before).splitlines(), str(after).splitlines()
    right += [""] * (len(left) - len(right))
    left += [""] * (len(right) - len(left))
    for one, other in zip(left, right, strict=True):
        print(f"  {one:40}|  {other}".rstrip())
    print()


def show(change, f, *args, prepare=()):
    """A pass before and after on the program of f, with the check that both compute the same."""
    tape, _ = record(f, args)
    for earlier in prepare:
        tape = earlier(tape)
    result = change(tape)
    print(f"{change.__name__}: {len(tape.instructions())} instructions → {len(result.instructions())}")
    beside(tape, result)
    leaves = [tape.entries[slot].value.data for slot in tape.parameters]
    old, new = (functions_of(each)[0](NUMBERS, args, leaves) for each in (tape, result))
    assert math.isclose(old[0], new[0], rel_tol=1e-14)


show(passes.fold_constants, lambda x: x * (Value(2.0) * 3.0), 5.0)
show(passes.lower, lambda x: x**2 + exp(x) ** 0, 2.0)
show(passes.share_repeats, lambda x, y: (x * y) + (y * x), 2.0, 3.0)
show(passes.drop_dead, lambda x: x**2 + exp(x) ** 0, 2.0, prepare=[passes.lower])
show(passes.weigh_sums, lambda x, y: p * x + q * y + c, 2.0, 5.0)

# %% [markdown]
# - **Constant folding** computes now what depends on constants alone. (`2.0 * 3.0` without `Value` would have been
#   multiplied by Python, before any tape sees it.)
# - **Lowering** writes powers in cheaper operations: `x**2` as a square; a power of 0 is 1, whatever the base.
# - **Common subexpressions**: equal instructions are computed once. $xy$ and $yx$ are equal too.
# - **Dead instructions** go: nobody needs $e^x$ any more after lowering.
# - **Sums of products** become one weighted sum, `dot`. That is the neuron, found in code that never mentioned one.
#
# Only the last one may change a result, by rounding: it adds up in another order. No pass cancels $x - x$ or turns
# $x \cdot 0$ into $0$: for $x = \infty$ and nan that would be wrong.
#
# All passes together, on one program.
#
# **Change something.** Put in a program of your own. Which of its lines go? Can you write one that no pass can improve?


# %%
def program(x, y):
    length = sqrt(p * p + q * q)
    unit = Value(2.0) * 3.0
    return unit * (x * y) + length * (y * x) ** 2 + exp(x) ** 0


tape, _ = record(program, [1.0, 2.0])
first = tape
print(f"{'recorded':16} {len(tape.instructions()):2} instructions   {len(tape):2} slots")
for change in passes.PASSES:
    tape = change(tape)
    print(f"{change.__name__:16} {len(tape.instructions()):2} instructions   {len(tape):2} slots")
print()
beside(first, tape)
assert len(tape.instructions()) < len(first.instructions()) / 2

# %% [markdown]
# Two things are left, and they concern the *layout* of what is computed.
#
# **Hoisting.** `sqrt(p*p + q*q)` depends on parameters alone: it is the same in all lanes. It becomes a program of its
# own that runs once per call, and not once per lane.

# %%
hoisted = Program(first).hoisted
print("computed once per call, before all lanes:")
print(hoisted.tape)
assert len(hoisted.tape.outputs) == 1  # the length, for which p and q are all that is needed

# %% [markdown]
# **Matrix products.** Instructions that wait for nothing new and do the same are computed together. Weighted sums of the
# same inputs are then rows of one matrix. Here is the plan of the network's loss: what was taken apart into scalars is
# a layer again.

# %%
for step in compiled_loss.program.plan.steps:
    if hasattr(step, "weights"):
        print(f"matrix product   {step.size} × {len(step.inputs)} weights and {step.size} biases")
    else:
        print(f"{step.row.name:16} of {step.size}")
sizes = [step.size for step in compiled_loss.program.plan.steps if hasattr(step, "weights")]
assert sizes == [3, 1]  # W¹ and W² of the network 2-3-1

# %% [markdown]
# ## 4. The program, forward and adjoint
#
# A tape can be printed as straight-line Python: what one would write on the board. `forward` goes through the tape from
# top to bottom. `adjoint` does that too, and then comes back, and writes `d_v` for $\partial\,\text{output} / \partial v$.
# (`m` is a namespace with the functions: that of floats, or that of arrays.)

# %%
print(compiled.source)

# %% [markdown]
# Read the lower half beside the sweep of notebook 01. There every node, in its turn, passes adjoint times partial
# derivative on to its operands, and what arrives is *added*. Here are these contributions, edge by edge, as the eager
# engine makes them, next to the lines of `adjoint`:

# %%
name = {"pow": "e", "sub": "d", "add": "z", "mul": "y"}
root = error(Value(2.0, "x"), Value(1.0, "t"))
edges = [(step, edge) for step in steps(root) for edge in step.contributions]
listed = [line.strip() for line in compiled.source.partition("seeds[0]\n")[2].splitlines() if "+=" in line]
print(f"{'the eager sweep':44} the line of adjoint")
for (step, edge), line in zip(edges, listed, strict=True):
    node, parent = (v.label or name[v.op] for v in (step.node, edge.parent))
    gets = f"{parent} gets {step.adjoint:5.1f} · ∂{node}/∂{parent} = {step.adjoint:5.1f} · {edge.partial:4.1f}"
    print(f"{gets:44} {line}")

# %% [markdown]
# The same, line for line: the compiled sweep is the eager one, with the search for the order and the visits taken out.
# So it can be carried out by hand:

# %%
x, t = 2.0, 1.0  # try other numbers
y = w.data * x  # forward: 1.0
z = y + b.data  # -2.0
d = z - t  # -3.0
e = d * d  # 9.0

d_e = 1.0  # the seed; and now back
d_d = d_e * 2.0 * d
d_z = d_d
d_t = d_d * -1.0
d_y = d_z
d_b = d_z
d_w = d_y * x
d_x = d_y * w.data
print(f"by hand    e = {e}, ∂e/∂x = {d_x}, ∂e/∂t = {d_t}, ∂e/∂w = {d_w}, ∂e/∂b = {d_b}")

forward, adjoint = functions_of(compiled.tape)  # the text above as Python functions
print("adjoint   ", adjoint(NUMBERS, [x, t], [w.data, b.data], [1.0]))
assert adjoint(NUMBERS, [x, t], [w.data, b.data], [1.0]) == ([e], [d_x, d_t], [d_w, d_b])

eager = {"x": Value(x), "t": Value(t)}
error(eager["x"], eager["t"]).backward()
assert [eager["x"].grad, eager["t"].grad, w.grad, b.grad] == [d_x, d_t, d_w, d_b]

# %% [markdown]
# The lines do not mind what a number is. With arrays in the place of numbers, and `m` the functions of NumPy, the same
# text computes ten thousand lanes at once: a Python line now costs its bookkeeping once, and not ten thousand times.
# What runs below `jit` goes one step further: machine code for the instructions in use, made by Numba.

# %%
x, t = np.linspace(-1.0, 1.0, 10_000), np.zeros(10_000)
(values,), (by_x, by_t), (by_w, by_b) = adjoint(Arrays(np), [x, t], [w.data, b.data], [1.0])
found, gradients = compiled.value_and_grad(x, t)
print("shapes:", values.shape, by_x.shape, by_w.shape)
assert np.allclose(values, found, rtol=1e-15)
assert np.allclose(by_x, gradients.inputs[0], rtol=1e-15)
assert np.allclose([by_w.sum(), by_b.sum()], gradients.parameters)  # a parameter is shared by all lanes

# %% [markdown]
# ## 5. Lanes: a batch without a loop
#
# `value_and_grad` gives the value in every lane, the gradient by the inputs of every lane, and the gradient by the
# parameters **summed over the lanes**: they are the same in all of them, and gradients of shared nodes add up. An array
# with one row per example stands for "a list of numbers" in every lane. Compare with the eager loop:

# %%
X, T = np.array(data.X), np.array(data.y, dtype=float)
values, gradients = compiled_loss.value_and_grad(X, T)

eager_values, eager_inputs = [], []
for parameter in compiled_loss.parameters:
    parameter.grad = 0.0
for row, target in zip(data.X, data.y, strict=True):
    x = [Value(number) for number in row]
    one = loss(x, target)
    one.backward()  # gradients of parameters accumulate over the examples
    eager_values.append(one.data)
    eager_inputs.append([number.grad for number in x])
eager_parameters = [parameter.grad for parameter in compiled_loss.parameters]

print("lanes:", len(values), "  inputs:", gradients.inputs[0].shape, "  parameters:", gradients.parameters.shape)
print("first weight, eager   ", round(eager_parameters[0], 9))
print("first weight, compiled", round(float(gradients.parameters[0]), 9))
assert np.allclose(values, eager_values, rtol=1e-13, atol=1e-15)
assert np.allclose(gradients.inputs[0], eager_inputs, rtol=1e-13, atol=1e-15)
assert np.allclose(gradients.parameters, eager_parameters, rtol=1e-12, atol=1e-14)

# %% [markdown]
# Equal *to rounding*: sums are added up in another order, so the last digits may differ. Nothing else does.
#
# ## 6. Branches, guards and errors
#
# One example was recorded. What if another one takes another branch?


# %%
def steep(x):
    if x > 0.0:
        return 2.0 * x
    return -1.0 * x


branching = jit(steep)
print(branching(np.array([1.0, 2.0])), "   all lanes take the first branch:")
print(branching.recorded)
print("\n", branching(np.array([1.0, -1.0, 2.0, -3.0])), "   now two do not, and are recorded as well:", sep="")
print(branching.recorded)
assert branching(np.array([1.0, -1.0, 2.0, -3.0])).tolist() == [2.0, 1.0, 4.0, 3.0]

# %% [markdown]
# The comparison went into the tape as a **guard**: this program holds where the comparison comes out like this. Lanes
# where it does not are recorded once more, and every lane is computed by the program that fits it. So the result is
# never that of a wrong branch. But each way through the branches is a program of its own, and with ten `if`s there may
# be a thousand ways. `where` computes both sides and selects lane by lane: one program, no guard. Here is its tape, and
# what it gives on the same array, carried out as in section 4:

# %%
selecting, _ = record(lambda x: where(x > 0.0, 2.0 * x, -1.0 * x), [1.0])
(values,) = functions_of(selecting)[0](Arrays(np), [np.array([1.0, -1.0, 2.0, -3.0])], [])
print(values)
print(selecting)
assert values.tolist() == [2.0, 1.0, 4.0, 3.0]
assert not selecting.guards
assert len(branching.recorded.guards) == 1

# %% [markdown]
# What cannot be recorded for all lanes is refused, with what to write instead.
#
# **Change something.** Repair one of these functions, and look at its tape.


# %%
def halve(x):
    while x > 1.0:
        x = 0.5 * x
    return x


outside = w * w
refused = {
    "x.data is the number of one lane": (lambda x: x * x.data, 1.0),
    "computed outside, would never change": (lambda x: outside * x, 1.0),
    "math.exp sees no Values": (lambda x: math.exp(x) + 1.0, 1.0),
    "a hundred ways through a loop": (halve, 2.0 ** np.arange(1, 101)),
}
for what, (f, x) in refused.items():
    try:
        jit(f)(x)
        raise AssertionError(f"{what}: was not refused")
    except (RecordingError, BranchError, TypeError) as problem:
        message = f"{type(problem).__name__}: {problem}"
        print(what, fill(message, 96, initial_indent="    ", subsequent_indent="    "), "", sep="\n")

# %% [markdown]
# ## 7. Speed, beside eager and others
#
# `fit` uses all this with `engine="compiled"`. The loss of one example is recorded, the batch becomes lanes, and the
# steps of the optimizer are compiled as well. First of all: it is the same training.

# %%
histories = {}
for engine in ("eager", "compiled"):
    model = MLP(2, [8, 1], activation="tanh", seed=1)
    histories[engine] = fit(
        model, data.X, data.y, loss="mse", optimizer="sgd", learning_rate=0.1, batch_size=20, epochs=5, seed=3,
        engine=engine, verbose=0,
    ).history["loss"]  # fmt: skip
    print(f"{engine:9}", [round(loss, 6) for loss in histories[engine]])
assert np.allclose(histories["eager"], histories["compiled"], rtol=1e-10)

# %% [markdown]
# Now the time. The network has 2-16-16-1 neurons with tanh, the loss is the mean of $\tfrac12(\hat y - t)^2$ over a batch of
# 100, and a step is plain gradient descent. The others do the same in their own ways: NumPy with the matrix formulas of
# notebook 08, written by hand; PyTorch with its modules; JAX with `jit` of the whole step (their code is in
# `course/contenders.py`). Everybody gets 64-bit numbers, the same weights, and has to arrive at the same weights before
# anything is timed.

# %% tags=["measured"]
RATE = 0.1
inputs, targets = np.array(data.X), np.array(data.y, dtype=float)[:, None]


def by_fit(engine):
    """Our own training as a contender: what takes steps, and what tells the weights."""
    model = MLP(2, [16, 16, 1], activation="tanh", seed=2)
    options = {"loss": "mse", "optimizer": "sgd", "learning_rate": RATE, "batch_size": "full", "verbose": 0}
    return (
        lambda count: fit(model, data.X, data.y, epochs=count, engine=engine, **options),
        lambda: [np.array(matrix) for matrix in model.weight_matrices()],
    )


start = by_fit("eager")[1]()
contenders = {
    "eager": (lambda: by_fit("eager"), 2),  # how to get it, and how many steps to time
    "compiled": (lambda: by_fit("compiled"), 500),
    "NumPy by hand": (lambda: numpy_by_hand(start, inputs, targets, RATE), 200),
    "PyTorch": (lambda: with_torch(start, inputs, targets, RATE), 100),
    "JAX": (lambda: with_jax(start, inputs, targets, RATE), 200),
}
step_time, reference = {}, None
for who, (get, count) in contenders.items():
    try:
        run, read = get()
    except ImportError as missing:
        print(f"{who} is not here, so its bar is missing: pip install {missing.name}")
        continue
    run(5)
    after = read()
    reference = reference or after  # of the first one, the eager engine
    assert all(np.allclose(*pair, rtol=1e-9, atol=1e-12) for pair in zip(after, reference, strict=True)), who
    step_time[who] = (seconds(partial(run, count + 1), 3) - seconds(partial(run, 1), 3)) / count

ratio = {who: step_time[who] / step_time["compiled"] for who in sorted(step_time, key=step_time.get, reverse=True)}
print("Time of one training step, relative to compiled (measured on the machine that built this page):")
for who, times in ratio.items():
    print(f"  {who:14} {one_digit(times):>6}")

fig, ax = plt.subplots(figsize=(6.8, 3.0), layout="constrained")
bars = ax.barh(list(ratio), ratio.values(), color=[plots.COLOURS[who in ("eager", "compiled")] for who in ratio])
ax.bar_label(bars, [one_digit(times) for times in ratio.values()], padding=4)
ax.set(xscale="log", xlim=(0.1, 5 * max(ratio.values())), xlabel="time of one step, compiled = 1")
ax.set_title("one step of training")
plt.show()

# %% [markdown]
# The eager engine is slow as a tool for training and fast enough as a thing to look into. With the graph taken out, the
# *same scalar program* is as fast as code that was written for matrices from the start. Libraries of tensors catch up
# where layers are large, as their cost per call is then spread over much arithmetic.
#
# How many lanes does it take? A call of a compiled function has a cost of its own, here about that of one eager example.
# So a single lane gains next to nothing, and the next hundred are almost free.
#
# **Change something.** Put in a function of your own, a small one and a large one. From how many lanes on does
# compiling pay?

# %% tags=["measured"]
lanes = [1, 10, 100, 1000, 10_000]
rng = np.random.default_rng(0)
compiled_time, eager_time = [], []
for count in lanes:
    X, T = rng.normal(size=(count, 2)), np.ones(count)
    compiled_time.append(seconds(lambda X=X, T=T: compiled_loss.value_and_grad(X, T)))
one = seconds(lambda: [loss(row, 1.0).backward() for row in [[0.5, -0.5]] * 100]) / 100
eager_time = [one * count for count in lanes]

fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
ax.plot(lanes, [t / one for t in eager_time], marker="o", label="eager, a loop over the examples")
ax.plot(lanes, [t / one for t in compiled_time], marker="s", label="compiled, one call")
ax.set(xscale="log", yscale="log", xlabel="lanes", ylabel="time, one eager example = 1")
ax.set_title("value and gradient of the network 2-3-1")
ax.legend()
plt.show()

# %% [markdown]
# ## 8. What it costs
#
# **Time before the first result.** The function is recorded (about as long as it takes to run it eagerly), the passes go
# through the tape, and machine code is made *for the set of operations in use*, not for the program: a network of a
# million neurons needs no more compiling than one of ten. The code is kept on disk, so the next process finds it.

# %% tags=["measured"]
started = time.perf_counter()
again = jit(loss)  # a new program, of operations that have been compiled
again(X, T)
first = time.perf_counter() - started
times = one_digit(first / compiled_time[2])
print(f"A first call, with machine code that is there already, takes as long as {times} calls with 100 lanes.")

# %% [markdown]
# **Memory.** The sweep needs the numbers of the forward pass, and a tape does not change that. But it needs no objects:
# eagerly a node takes about 220 bytes; on the tape it takes two 64-bit numbers, value and adjoint, in every lane: 16 bytes. And
# lanes go through in blocks that fit into the processor's cache, so that a million examples need no more working memory
# than a thousand.

# %%
registers = compiled_loss.program.plan.registers
nodes = len(steps(loss(data.X[0], data.y[0])))
print(f"eager:    {nodes} nodes · 220 bytes = {nodes * 220:,} bytes for each example, parameters included")
print(f"compiled: {registers} registers · 16 bytes = {registers * 16} bytes for each lane of a block")
assert registers < nodes  # parameters and constants are stored once, for all lanes

# %% [markdown]
# **Freedom.** A recorded program cannot look at its numbers, print them, or stop at a line of yours. So: write and debug
# eagerly, compile when it is right and has to be done often. `fit` chooses by itself: `engine="auto"` compiles where the
# work is worth it.
#
# ## Exercises
#
# ### Exercise 10.1
# How many instructions are left after all passes (`passes.simplified`) of the program
# `lambda x, y: x * y + (y * x) ** 2 + (x * y) ** 0`? Think first, then look.

# %% tags=["exercise"]
answer = ...
course.check("10.1", answer)

# %% [markdown]
# ### Exercise 10.2
# This function is recorded once for each way through its branches. Write it so that there is one program for all lanes,
# with the same values and gradients.
#
# ```python
# def huber(x):
#     if x > 1.0:
#         return x - 0.5
#     if x < -1.0:
#         return -x - 0.5
#     return 0.5 * x * x
# ```


# %% tags=["exercise"]
def answer(x): ...


course.check("10.2", answer)

# %% [markdown]
# ### Exercise 10.3
# Here is a forward program; be the compiler, and write its adjoint: a function of `x`, `w` and the seed that returns
# `(d_x, d_w)`. Mind that `v1` is read twice.
#
# ```python
# v1 = w * x
# v2 = tanh(v1)
# v3 = v1 * v2
# ```


# %% tags=["exercise"]
def answer(x, w, seed): ...


course.check("10.3", answer)

# %% [markdown]
# ### Exercise 10.4
# Write a pass of your own. `passes.rewrite(tape, visit)` calls `visit(builder, slot, instruction)` for every instruction:
# return the instruction to keep it, or the slot of a number that can be used in its place. `instruction.row.name` is its
# name, `instruction.operands` are slots, and `builder.numbers` knows the constants by slot. Your `visit` should replace
# $x \cdot 1$ and $1 \cdot x$ by $x$.


# %% tags=["exercise"]
def answer(builder, slot, instruction): ...


course.check("10.4", answer)

# %% [markdown]
# ## What to remember
#
# - The arithmetic of a scalar graph is cheap; objects, look-ups and visits are what takes time, again for every example.
# - A tape is the graph in an order that fits, written down once: inputs, parameters, constants and instructions.
# - Passes take out what need not be done: constants, repeats, dead code, what all lanes share; scalars become matrices.
# - The adjoint program is the sweep as straight-line code: the lines of the forward program backwards, each `d_v +=`
#   adjoint times partial.
# - A branch of Python is a guard, and a program for each way; `where` is one program for all lanes.
# - Compiled and eager agree to rounding; look into the one, compute with the other.
#
# Next: [11 · Beyond](11_beyond.ipynb), what else a derivative is good for.
