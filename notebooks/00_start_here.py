# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 00 · Start here
#
# **The question.** A network with thirty-three numbers in it has to tell the points of two interleaved half moons apart.
# Which way should each of the thirty-three be turned, and how does a computer find out?
#
# In five minutes you will have
#
# - a number that remembers how it was computed, and its gradient,
# - a picture of that computation, and the backward pass through it, played step by step,
# - a network that has learned, and the boundary it drew.
#
# *Time to read: 5 minutes. You need: a little Python, and an idea of what a derivative is.*

# %%
import course
import matplotlib.pyplot as plt

from autograd_core import Value, draw, step_through, tanh
from nn import MLP, datasets, fit, plots

course.style()

# %% [markdown]
# ## 1. A value, and a gradient
#
# A `Value` holds a number and remembers where it came from. Here is a neuron with one input $x$, weight $w$ and bias $b$;
# its output is $a = \tanh(wx + b)$.

# %%
x, w, b = Value(2.0, "x"), Value(-0.5, "w"), Value(1.2, "b")

a = tanh(w * x + b)
a.label = "a"
a.backward()

print(f"a     = {a.data:+.4f}")
print(f"da/dw = {w.grad:+.4f}")
print(f"da/db = {b.grad:+.4f}")
print(f"da/dx = {x.grad:+.4f}")

# %% [markdown]
# `a.backward()` went through the computation once, from the result to the inputs, and left at each input how fast the
# result changes with it. Is that so? Turn $w$ a little and see.

# %%
nudge = 0.01
predicted = a.data + w.grad * nudge
computed = tanh((w.data + nudge) * x.data + b.data)

print(f"the gradient predicts {predicted:.4f}, the computation gives {computed:.4f}")
assert abs(predicted - computed) < 1e-3

# %% [markdown]
# ## 2. A picture, and the backward pass
#
# This is what `a` remembers. Each node shows its value and, below it, its gradient; each edge shows the local derivative
# that the chain rule multiplies with.

# %%
draw(a)

# %% [markdown]
# And this is what `backward` did. Press *play*, or go step by step: the values come first, from left to right; then the
# gradients, from right to left.

# %%
step_through(a, title="one neuron", height=600)

# %% [markdown]
# **Change something.** Set the bias to 4 and look at the derivatives again: the neuron is *saturated*, its output is
# almost 1 whatever you do, and hardly any gradient comes through.

# %%
bias = 1.2  # try 4.0, and -1.0 for the steepest place of all

x, w, b = Value(2.0, "x"), Value(-0.5, "w"), Value(bias, "b")
a = tanh(w * x + b)
a.backward()
print(f"a = {a.data:.4f}   da/dw = {w.grad:.4f}   da/db = {b.grad:.4f}")

# %% [markdown]
# ## 3. A network that learns
#
# Now many neurons. `MLP(2, [8, 1])` has two inputs, a layer of eight neurons and one output neuron, hence
# $8 \cdot (2 + 1) + 1 \cdot (8 + 1) = 33$ numbers to learn. Its output is one `Value`, so the same sweep gives the
# derivative with respect to all of them at once.

# %%
moons = datasets.moons(100, noise=0.1, seed=1)
model = MLP(2, [8, 1], activation="tanh", seed=1)

output = model(moons.X[0])
output.backward()
for neuron in model.layers[0].neurons[:3]:
    print([f"d/d{parameter.label} = {parameter.grad:+.3f}" for parameter in neuron.parameters()])
print("… and so on,", len(model.parameters()), "in all")
assert len(model.parameters()) == 33

# %% [markdown]
# To learn is to repeat three things: measure the error on some points, sweep, and take a small step against the
# gradient. `fit` does that. An *epoch* is one pass over all points.
#
# **Change something.** Two epochs? Two hundred? And what does a learning rate of 0.001 do, or one of 1?

# %%
epochs = 40
learning_rate = 0.05


def train(epochs):
    model = MLP(2, [8, 1], activation="tanh", seed=1)
    history = fit(
        model, moons.X, moons.y, loss="binary_cross_entropy_with_logits", epochs=epochs, learning_rate=learning_rate,
        batch_size=10, seed=0, engine="eager", verbose=0,
    )  # fmt: skip
    return model, history


model, history = train(epochs)
print(f"{history.history['accuracy'][-1]:.0%} of the points are on the right side after {epochs} epochs")
assert history.history["loss"][-1] < history.history["loss"][0]

# %% tags=["measured"]
early, _ = train(2)
figure, axes = plt.subplots(1, 3, figsize=(9.6, 3.4))
plots.plot_boundary(early, moons.X, moons.y, "binary_cross_entropy_with_logits", ax=axes[0])
plots.plot_boundary(model, moons.X, moons.y, "binary_cross_entropy_with_logits", ax=axes[1])
plots.plot_loss(history, ax=axes[2])
for ax, title in zip(axes, ["After 2 epochs", f"After {epochs} epochs", "The error falls"], strict=True):
    ax.set_title(title, pad=24)  # room for the classes
plt.show()

# %% [markdown]
# Nobody told the network what a moon is. It got points, an error, and gradients.
#
# ## Exercises
#
# Replace the three dots. `course.check` tells you whether you are right, and if not, where to look.
#
# ### Exercise 0.1
#
# Let $y = u \cdot v + u$ with $u = 3$ and $v = 4$. What is $\partial y / \partial u$? Work it out, or build it of `Value`s
# and ask.

# %% tags=["exercise"]
answer = ...

course.check("0.1", answer)

# %% [markdown]
# ### Exercise 0.2
#
# A gradient says which way to go. Write a function of a `Value` called `x` and of a learning rate that takes **one** step
# downhill on $f(x) = (x - 3)^2$ and returns the new number. From $x = 1$ with learning rate 0.1 it arrives at 1.4.


# %% tags=["exercise"]
def step(x, learning_rate):
    y = (x - 3.0) ** 2
    return ...


course.check("0.2", step)

# %% [markdown]
# ### Exercise 0.3
#
# These points form two rings, one inside the other. Find a network that gets 95 of the 100 right: how many neurons does
# the hidden layer need? (One line will do: give the model; `course.check` trains it for 40 epochs.)

# %% tags=["exercise"]
rings = datasets.circles(100, noise=0.1, seed=2)
model = ...

course.check("0.3", model)

# %% [markdown]
# ## What to remember
#
# - A `Value` remembers how it was computed; `backward()` gives the derivative of one result with respect to everything it
#   was computed from.
# - A gradient predicts what a *small* change of an input does to the result.
# - To learn: measure the error, sweep, step against the gradient, repeat.
# - Every picture and number here was made by a program that you can read in an hour.
#
# **Next:** [01 · Values and graphs](01_values_and_graphs.ipynb) takes the sweep apart, by hand. If you have one hour, or a
# semester, the [index of the course](README.md) has a path for you.
