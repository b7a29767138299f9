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
# # 07 · Batches and training
#
# **The question.** You have a thousand examples. Before you take one step, do you look at all of them,
# at one of them, or at some? And when the training loss is almost zero: have you learned anything?
#
# Afterwards you can
#
# - say what a batch, an iteration and an epoch are, and choose a batch size for a reason,
# - show that a penalty on the weights is the same as shrinking them at every step,
# - tell learning from learning by heart, and train a network that reads handwritten digits.
#
# *Time to read: 45 minutes. To run: less than a minute.*

# %%
import math
import random

import course
import matplotlib.pyplot as plt
import numpy as np

import nn
from autograd_core import Value
from nn import L1, L2, MLP, GrowingBatches, Perceptron, batches, fit, objective

course.style()

# %% [markdown]
# ## 1. Epochs, iterations, batches
#
# Training goes through the examples again and again. One pass over all $N$ of them is an **epoch**. In an
# epoch the examples are dealt out in **batches** of $B$ examples; each batch gives one gradient and
# one step, an **iteration**. So an epoch has $\lceil N/B \rceil$ iterations.
#
# | name | batch size | iterations per epoch |
# |---|---|---|
# | batch gradient descent | $B = N$ | 1 |
# | mini-batch gradient descent | $1 < B < N$ | $\lceil N/B\rceil$ |
# | stochastic gradient descent | $B = 1$ | $N$ |
#
# (Some texts call the *number* of batches $B$. Here $B$ is always the size of one.)
#
# Our thousand examples lie on a line, with noise:

# %%
N = 1000
rng = random.Random(0)
X = [[rng.uniform(0.0, 2.0)] for _ in range(N)]
y = [2.0 * x - 0.5 + rng.gauss(0.0, 0.5) for (x,) in X]

# %% [markdown]
# **Change something.** 1000 examples at $B = 200$ make 5 iterations an epoch. Try 300, where the last batch
# is smaller; then 1 and 1000.

# %%
B = 200

epoch = batches(X, y, batch_size=B, seed=0)
sizes = [len(X_batch) for X_batch, y_batch in epoch]
print(f"{N} examples at B = {B}: {len(epoch)} iterations in an epoch")
print(f"the first batch has {sizes[0]} examples, the last one {sizes[-1]}")

assert len(epoch) == len(sizes) == math.ceil(N / B)
assert sum(sizes) == N  # every example once

# %% [markdown]
# In which order? There are three customs, and texts do not always say which one they mean:

# %%
customs = {
    "in the given order    ": {"shuffle": False},
    "shuffled every epoch  ": {"shuffle": True},
    "each example drawn new": {"replacement": True},
}
eight = [[float(i)] for i in range(8)]
for name, options in customs.items():
    feed = batches(eight, [0.0] * 8, batch_size=1, seed=3, **options)
    shown = ["".join(f"{x[0]:.0f}" for (x,), _ in feed) for _ in range(3)]
    print(f"{name}   epoch 1: {shown[0]}   epoch 2: {shown[1]}   epoch 3: {shown[2]}")

# %% [markdown]
# Both of the last two are called *stochastic* gradient descent. Shuffling visits every example exactly once in an
# epoch. Drawing single examples at random visits some twice and others not at all: an example is
# missed by all $N$ draws with probability $(1 - 1/N)^N \approx 1/e$, so an "epoch" of draws sees only about 63 %.

# %%
drawn = batches([[float(i)] for i in range(N)], [0.0] * N, batch_size=1, seed=0, replacement=True)
seen = len({X_batch[0][0] for X_batch, _ in drawn})
expected = 1.0 - (1.0 - 1.0 / N) ** N
print(f"different examples among {N} draws: {seen}, expected {N * expected:.0f}")

assert abs(seen / N - expected) < 0.05

# %% [markdown]
# And the first custom, no shuffling? It is a trap when the file is sorted, as files often are. Below, the examples
# of class 0 come first and those of class 1 last. The network is the simplest one there is, a logistic unit. By the
# end of each unshuffled epoch it has seen nothing but ones for a while, and answers accordingly.

# %%
rng = random.Random(1)
X_sorted = [[rng.gauss(c - 0.5, 0.8), rng.gauss(c - 0.5, 0.8)] for c in (0, 1) for _ in range(100)]
y_sorted = [c for c in (0, 1) for _ in range(100)]

accuracies = {}
for shuffle in (False, True):
    model = Perceptron(2, seed=0)
    history = fit(
        model, X_sorted, y_sorted, loss="bce_with_logits", optimizer="sgd", learning_rate=1.0, batch_size=1, epochs=6,
        shuffle=shuffle, seed=0, validation_data=(X_sorted, y_sorted), verbose=0,
    )  # fmt: skip
    accuracies[shuffle] = history.history["val_accuracy"]
    name = "shuffled" if shuffle else "sorted  "
    print(f"{name}   accuracy after each epoch:", "  ".join(f"{a:.2f}" for a in accuracies[shuffle]))

assert min(accuracies[True]) > max(accuracies[False])

# %% [markdown]
# ## 2. One problem, four batch sizes
#
# We fit the line $\hat y = wx + b$ with the cost $C = \frac{1}{2N}\sum (y - \hat y)^2$. There are two parameters, so
# we can look at the whole landscape. All four runs start at the same place and use the same learning rate $\eta$.


# %%
class Path(nn.Callback):
    """Remembers the parameters before the training and after every step."""

    def on_train_begin(self, training):
        self.points = [[p.data for p in training.parameters]]

    def on_batch_end(self, training):
        self.points.append([p.data for p in training.parameters])


def walk(batch_size, learning_rate=0.3, epochs=3, **options):
    """The parameters (w, b) at every step of a training."""
    model = Perceptron(1)
    model.set_weight_matrices([[[2.0, -1.0]]])  # the bias is column 0
    path = Path()
    fit(
        model, X, y, loss="mse", optimizer="sgd", learning_rate=learning_rate, batch_size=batch_size, epochs=epochs,
        seed=0, callbacks=[path], verbose=0, engine="eager", **options,
    )  # fmt: skip
    return np.array(path.points)


xs, ys = np.array(X)[:, 0], np.array(y)


def cost(w, b):
    """C at (w, b): numbers, or arrays of them."""
    return np.mean((ys - np.multiply.outer(w, xs) - np.asarray(b)[..., None]) ** 2, axis=-1) / 2


best = np.polyfit(xs, ys, 1)  # the least-squares line: where C is smallest
lowest = cost(*best)
print(f"the best line is {best[0]:.2f} x {best[1]:+.2f}, its cost {lowest:.3f}")

# %% tags=["measured"]
STEPS = 50
figure, axes = plt.subplots(2, 2, figsize=(8.4, 7.2), sharex=True, sharey=True, layout="constrained")
w_grid, b_grid = np.meshgrid(np.linspace(-1.7, 3.6, 90), np.linspace(-1.6, 2.9, 90))
for ax, B in zip(axes.flat, (1000, 200, 20, 1), strict=True):
    points = walk(B, epochs=math.ceil(STEPS * B / N))[: STEPS + 1]
    ax.contour(
        w_grid, b_grid, cost(w_grid, b_grid), levels=lowest + 0.03 * 2.2 ** np.arange(9), colors="0.75", linewidths=0.9
    )
    ax.plot(*points.T, "-", marker=".", markersize=5, linewidth=1.2)
    ax.plot(*best, "*", color="C1", markersize=15)
    ax.set_title(f"B = {B}: {STEPS} steps, {STEPS * B:,} examples", fontsize=11)
plt.setp(axes[1], xlabel="w")
plt.setp(axes[:, 0], ylabel="b")
figure.suptitle("the same number of steps")
plt.show()

# %% [markdown]
# Fifty steps take all of them most of the way to the optimum (the star). Batch descent glides; single examples
# stagger. But look at the price in the titles: one run has looked at 50,000 examples, another at 50.
#
# The price of a gradient is the number of examples in it. So we compare again at an equal price, three
# epochs for everybody, that is 3000 examples:

# %%
print("   B   steps   C − lowest C after 3 epochs   mean over the last epoch")
excess, final = {}, {}
for B in (1000, 200, 20, 1):
    excess[B] = cost(*walk(B, epochs=3).T) - lowest  # before the training, and after every step
    steps = len(excess[B]) - 1
    final[B] = float(np.mean(excess[B][-steps // 3 :]))
    print(f"{B:4}  {steps:6}   {excess[B][-1]:27.5f}   {final[B]:24.5f}")

assert final[20] < final[1] < final[1000]

# %% tags=["measured"]
figure, ax = plt.subplots(figsize=(7.4, 4.4), layout="constrained")
for (B, height), line in zip(excess.items(), ("-o", "-s", "-", "-"), strict=True):
    visited = np.minimum(np.arange(len(height)) * B, 3 * N)
    ax.plot(visited, height, line, markersize=5, linewidth=1.6 if B > 1 else 0.7, label=f"B = {B}", zorder=2 + B / N)
ax.set(yscale="log", xlabel="examples visited", ylabel="C − lowest C", title="the same price: three epochs each")
ax.legend(ncols=4, loc="lower center", bbox_to_anchor=(0.5, -0.34))
plt.show()

# %% [markdown]
# - **Batch**: three steps, each in the best direction there is, and still far away. It needs fewer steps, and pays far
#   too much for each. On the other hand it converges for sure, and theory and many accelerations apply to it.
# - **Stochastic**: almost there after a tenth of an epoch. Then it does not converge: with a constant rate it hovers in
#   a cloud around the optimum, because the gradient of one example is not zero there.
# - **Mini-batch**: nearly as fast at first, with a much smaller cloud. And where a machine works on vectors, a batch of
#   32 hardly costs more time than one example.
#
# **Change something.** Give `walk` a smaller rate for $B = 1$, or one that falls
# (`schedule=nn.schedules.InverseTime(decay=0.01, per="step")`): what happens to the cloud, and to the speed?

# %%
rate, schedule = 0.05, None

slower = cost(*walk(1, learning_rate=rate, epochs=3, schedule=schedule).T) - lowest
print(f"B = 1, η = {rate}: mean of C − lowest C over the last epoch {np.mean(slower[-N:]):.5f}")

# %% [markdown]
# ## 3. Why the sum is divided by B
#
# The objective of a batch is
#
# $$\frac{1}{B}\sum_{i\in\text{batch}} L\bigl(\hat y(x_i), y_i\bigr) \;+\; \frac{\lambda}{N}\,\Omega(w).$$
#
# The loss is an **average over the batch**, and the penalty $\lambda\Omega$ is divided by the size of the whole
# **training set**. Two properties follow, and we check both.
#
# *First: a batch gradient is an estimate of the full gradient.* It is the mean of its examples' gradients, so on
# average over the batches of an epoch it is exactly the full one.

# %%
model = Perceptron(1)
model.set_weight_matrices([[[2.0, -1.0]]])


def gradient(X_batch, y_batch, regularizer=None):
    """The gradient (∂/∂w, ∂/∂b) of the objective of a batch, by the reverse sweep."""
    model.zero_grad()
    objective(model, X_batch, y_batch, "mse", regularizer, n_examples=N).backward()
    return np.array([p.grad for p in model.parameters()])


full = gradient(X, y, L2(3.0))
of_batches = [gradient(*batch, L2(3.0)) for batch in batches(X, y, batch_size=200, seed=0)]
for k, g in enumerate(of_batches, 1):
    print(f"batch {k}   ∂C/∂w = {g[0]:8.4f}   ∂C/∂b = {g[1]:7.4f}")
mean = np.mean(of_batches, axis=0)
print(f"mean      ∂C/∂w = {mean[0]:8.4f}   ∂C/∂b = {mean[1]:7.4f}")
print(f"full      ∂C/∂w = {full[0]:8.4f}   ∂C/∂b = {full[1]:7.4f}")

assert np.allclose(mean, full, rtol=1e-12)

# %% [markdown]
# How far is a single one off? Its components scatter around the full gradient with a standard deviation that
# falls like $1/\sqrt B$. That is the poor bargain of large batches: for half the noise you pay four times as much.

# %%
each = np.array([gradient([x], [t]) for x, t in zip(X, y, strict=True)])  # one gradient per example
assert np.allclose(each.mean(axis=0), gradient(X, y))

draws = np.random.default_rng(0)
spread = {}
for B in (1, 4, 16, 64, 256):
    chosen = draws.integers(N, size=(400, B))  # 400 random batches
    spread[B] = float(np.std(each[chosen].mean(axis=1)[:, 0]))
    print(f"B = {B:3}   standard deviation of ∂C/∂w: {spread[B]:.3f}   times √B: {spread[B] * math.sqrt(B):.2f}")

assert max(s * math.sqrt(B) for B, s in spread.items()) < 1.3 * min(s * math.sqrt(B) for B, s in spread.items())

# %% [markdown]
# *Second: $\eta$ needs no change with $B$.* If the losses were summed instead of averaged, the gradient, and so
# the step, would be $B$ times as long. We can imitate the sum by multiplying the rate by $B$:

# %%
eta = 0.3

print("   B   averaged, C after 10 steps   summed, C after 10 steps")
after = {}
for B in (1, 20, 200):
    averaged = cost(*walk(B, eta, epochs=math.ceil(10 * B / N))[10])
    summed = cost(*walk(B, eta * B, epochs=math.ceil(10 * B / N))[10])
    after[B] = summed
    print(f"{B:4}   {averaged:26.3f}   {summed:24.3g}")

assert after[200] > 1e6  # it diverges

# %% [markdown]
# The penalty has its own trap. Divided by $N$ it has the same weight whatever the batches are; divided
# by $B$ it would count more the smaller the batches, and the optimum would move with $B$. For our line the optimum
# of the penalised objective can be solved for, so here is where it lies in both cases:

# %%
A = np.stack([xs, np.ones(N)], axis=1)
data, target = A.T @ A / N, A.T @ ys / N


def optimum(strength):
    """The minimum of ½ mean (y − wx − b)² + strength · ½ w²."""
    return np.linalg.solve(data + np.diag([strength, 0.0]), target)


lam = 20.0
print("   B   w at the optimum, λ/N   w at the optimum, λ/B")
for B in (1000, 200, 20, 1):
    print(f"{B:4}   {optimum(lam / N)[0]:21.3f}   {optimum(lam / B)[0]:21.3f}")

# %% [markdown]
# ### Exercise 7.1
# You have 1050 examples, batches of 200, and train for 3 epochs. How many steps does the optimizer take, and
# how many examples has the last batch of each epoch? Replace the dots by the two numbers.

# %% tags=["exercise"]
steps, last_batch = ..., ...

course.check("7.1", (steps, last_batch))

# %% [markdown]
# ### Exercise 7.2
# Write one step of mini-batch gradient descent: `w` is a number, `gradients` is a list with
# $\partial L_i/\partial w$ for every example of the batch. The result must not depend on whether the batch is given once
# or twice over.

# %% tags=["exercise"]
step = ...  # a function (w, gradients, eta) that returns the new w

course.check("7.2", step)

# %% [markdown]
# ## 4. Batches that grow
#
# Far from the optimum, a noisy gradient points well enough; near it, the noise is all that is left. So begin with small
# batches and let them grow. It has the same effect as a falling rate, with fewer steps per epoch.

# %%
sizes = GrowingBatches(start=10, factor=3, every=2, largest=N)
EPOCHS = 12
print("epoch     ", "  ".join(f"{epoch + 1:4}" for epoch in range(EPOCHS)))
print("batch size", "  ".join(f"{sizes(epoch):4}" for epoch in range(EPOCHS)))

# %%
plans = {
    "B = 10": {"batch_size": 10},
    "B = 500": {"batch_size": 500},
    "B grows, 10 to 1000": {"batch_size": sizes},
    "B = 10, η falls": {"batch_size": 10, "schedule": "cosine"},
}


def epoch_means(plan):
    """The mean of C − lowest C over the steps of each epoch, and the number of steps."""
    points = walk(epochs=EPOCHS, **plan)[1:]
    size = plan["batch_size"] if callable(plan["batch_size"]) else lambda epoch: plan["batch_size"]
    ends = np.cumsum([math.ceil(N / size(epoch)) for epoch in range(EPOCHS)])
    return [float(part.mean()) for part in np.split(cost(*points.T) - lowest, ends[:-1])], len(points)


results = {name: epoch_means(plan) for name, plan in plans.items()}
for name, (means, steps) in results.items():
    print(f"{name:20} {steps:5} steps   C − lowest C in the last epoch: {means[-1]:.1e}")

assert results["B grows, 10 to 1000"][0][-1] < results["B = 10"][0][-1] / 10
assert results["B grows, 10 to 1000"][0][-1] < results["B = 500"][0][-1]

# %% tags=["measured"]
figure, ax = plt.subplots(figsize=(7.4, 3.9), layout="constrained")
for (name, (means, steps)), line in zip(results.items(), ("-o", ":", "-s", "--"), strict=True):
    ax.plot(range(1, EPOCHS + 1), means, line, markersize=5, label=f"{name}: {steps} steps")
ax.set(yscale="log", xlabel="epoch", ylabel="C − lowest C, mean of the epoch")
ax.set_title("small batches first, large ones later")
ax.legend()
plt.show()

# %% [markdown]
# **Change something.** Let the batches grow faster (`factor=10`), or start at 100. When is growth too early?
#
# ## 5. A target that drifts
#
# So far the noise of single examples was a price. Here is what it buys. Suppose the world changes while we learn: the true
# slope swings slowly, and examples come in one at a time. The batch learner fits all that it has seen so far. The
# stochastic learner takes one step per example and forgets.


# %%
rng = random.Random(5)
true = 1.5 * np.sin(2.0 * np.pi * np.arange(800) / 400)  # the slope, one for each example
stream = []
for slope in true.tolist():
    x = rng.uniform(-1.0, 1.0)
    stream.append((x, slope * x + 0.3 + rng.gauss(0.0, 0.2)))


def track(eta):
    """Learn the line from one example at a time; the slopes on the way."""
    w, b = Value(0.0, "w"), Value(0.0, "b")
    optimizer = nn.optimizers.SGD([w, b], lr=eta)
    slopes = []
    for x, target in stream:
        optimizer.zero_grad()
        (0.5 * (w * x + b - target) ** 2).backward()
        optimizer.step()
        slopes.append(w.data)
    return np.array(slopes)


def batch_learner():
    """The slope of the least-squares line through everything seen so far."""
    seen = np.array(stream).T
    return np.array([0.0, 0.0] + [np.polyfit(*seen[:, :count], 1)[0] for count in range(3, len(stream) + 1)])


def mean_error(slopes):
    """The mean of |w − true slope|, after a start of 100 examples."""
    return float(np.mean(np.abs(slopes - true)[100:]))


# %% [markdown]
# **Change something.** The rate is the length of the memory: too small and the learner lags behind, too
# large and it follows the noise. Where is the best rate?

# %%
RATES = (0.02, 0.1, 0.3, 0.6, 1.2)

learners = {f"stochastic, η = {eta}": track(eta) for eta in RATES}
learners["all examples so far"] = batch_learner()
errors = {name: mean_error(slopes) for name, slopes in learners.items()}
for name, error in errors.items():
    print(f"{name:22}  mean |w − true slope| = {error:.2f}")

assert errors["stochastic, η = 0.3"] < min(errors["stochastic, η = 0.02"], errors["stochastic, η = 1.2"])
assert errors["stochastic, η = 0.3"] < errors["all examples so far"] / 3

# %% tags=["measured"]
figure, axes = plt.subplots(2, 2, figsize=(8.6, 5.6), sharex=True, sharey=True, layout="constrained")
shown = [*(f"stochastic, η = {eta}" for eta in (0.02, 0.3, 1.2)), "all examples so far"]
for ax, name in zip(axes.flat, shown, strict=True):
    ax.plot(true, color="0.6", linewidth=3)
    ax.plot(learners[name], linewidth=1.2)
    ax.set_title(f"{name}: mean error {errors[name]:.2f}", fontsize=11)
    ax.set_ylim(-2.6, 2.6)
plt.setp(axes[1], xlabel="example")
plt.setp(axes[:, 0], ylabel="w")
figure.suptitle("tracking a slope that drifts (grey)")
plt.show()

# %% [markdown]
# ### Exercise 7.3
# Find a rate at which `track` has a mean error below 0.2, measured as above.

# %% tags=["exercise"]
eta = ...

course.check("7.3", eta)

# %% [markdown]
# ## 6. Learning by heart
#
# A network with enough weights can make the training loss almost zero, whatever the targets are. That says nothing. What
# counts is the loss on examples that it has **not** learned from. So we put some aside, the validation set, and look at both
# curves. Ten noisy points of a sine, a network with 61 parameters:


# %%
def wave(x):
    return math.sin(1.5 * x)


train = nn.datasets.curve(wave, n=10, noise=0.5, seed=4)
held_out = nn.datasets.curve(wave, n=40, noise=0.5, seed=20)


def wide(n_inputs, _, source):
    """Large weights into the hidden layer, so that it can bend quickly; small ones out of it."""
    return source.uniform(-4.0, 4.0) if n_inputs == 1 else source.uniform(-0.2, 0.2)


def train_curve(regularizer=None, **options):
    model = MLP(1, [20, 1], activation="tanh", init=wide, seed=0)
    history = fit(
        model, train.X, train.y, loss="mse", learning_rate=0.02, epochs=400, batch_size="full", seed=0,
        regularizer=regularizer, engine="eager", verbose=0, **options,
    )  # fmt: skip
    return model, history


# %% tags=["measured"]
grid = np.linspace(-math.pi, math.pi, 160)
snapshots = {}


def snapshot(training):
    if training.epoch + 1 in (20, 90, 400):
        outputs = nn.predict(training.model, [[x] for x in grid])
        snapshots[training.epoch + 1] = np.array(outputs)


by_heart, history = train_curve(callbacks=[snapshot], validation_data=(held_out.X, held_out.y))
loss, val_loss = history.history["loss"], history.history["val_loss"]

figure, (left, right) = plt.subplots(1, 2, figsize=(9.4, 4.0), layout="constrained")
left.plot(grid, np.sin(1.5 * grid), color="0.6", linewidth=3, label="truth")
for (epoch, outputs), line in zip(snapshots.items(), (":", "-", "--"), strict=True):
    left.plot(grid, outputs, line, label=f"epoch {epoch}")
left.plot([x for (x,) in train.X], train.y, "o", color="black", markersize=5, label="learned from")
left.set(xlabel="x", ylabel="y", title="what the network says")
left.legend(fontsize=9)
right.plot(loss, label="training")
right.plot(val_loss, "--", label="validation")
right.axvline(int(np.argmin(val_loss)), color="0.6", linewidth=1)
right.set(yscale="log", xlabel="epoch", ylabel="loss", title="training falls, validation turns")
right.legend()
plt.show()

# %%
best_epoch = int(np.argmin(val_loss))
print(f"{'':18}training loss   validation loss")
for epoch in (best_epoch, 399):
    print(f"after epoch {epoch + 1:3}   {loss[epoch]:13.3f}   {val_loss[epoch]:15.3f}")

assert loss[-1] < 0.1 * loss[best_epoch]  # ever better on what it has seen,
assert val_loss[-1] > 1.2 * val_loss[best_epoch]  # ever worse on what it has not

# %% [markdown]
# The dashed curve of epoch 400 goes through every point, noise included. From the grey line on, all progress was progress in
# learning the noise by heart.
#
# The simplest remedy: stop there. `EarlyStopping` watches the validation loss, waits a while for a better one, and
# gives the model the weights of its best epoch back.

# %%
model, history = train_curve(
    callbacks=[nn.EarlyStopping(patience=40)], validation_data=(held_out.X, held_out.y)
)  # fmt: skip
print(f"{len(history)} epochs; {history.stopped}")
kept = nn.evaluate(model, held_out.X, held_out.y, "mse")["loss"]
print(f"validation loss of the model that is kept: {kept:.3f}")

assert kept == min(history.history["val_loss"])

# %% [markdown]
# A caution: the validation set has now taken part in a choice. An honest last number needs a third set, the test set, that
# nobody has looked at before.
#
# ## 7. Penalties on the weights
#
# A curve that turns sharply has large weights. So add a penalty to the objective:
#
# $$C = C_0 + \frac{\lambda}{N}\Omega(w), \qquad
# \Omega_{L2} = \tfrac12\sum w^2, \qquad \Omega_{L1} = \sum |w|.$$
#
# Biases are left out: they shift a curve, they do not bend it. (Some texts put a ½ before the $L1$ norm as well. That only
# renames $\lambda$; `L1(strength, factor=0.5)` is that version.)

# %%
probe = Perceptron(2)
probe.set_weight_matrices([[[5.0, 3.0, -4.0]]])  # bias 5, weights 3 and −4
print("L2(0.1):", L2(0.1)(probe).data, "  L1(0.1):", round(L1(0.1)(probe).data, 12))

assert L2(0.1)(probe).data == 0.1 * 0.5 * (3.0**2 + 4.0**2)  # without the bias
assert L1(0.2, factor=0.5)(probe).data == L1(0.1)(probe).data

# %% [markdown]
# What does each one pull with? The derivative of the $L2$ penalty is $\lambda w/N$: in proportion to the weight. That of
# $L1$ is $\pm\lambda/N$: the same for all. With nothing else going on, a weight under $L2$ shrinks by the same *factor* at
# every step and never arrives; under $L1$ it shrinks by the same *amount*, and arrives at zero.

# %% tags=["measured"]
ETA, LAMBDA_OVER_N = 0.1, 0.2

figure, ax = plt.subplots(figsize=(7.0, 3.8), layout="constrained")
for penalty, line, colour in ((L2(LAMBDA_OVER_N), "-", "C0"), (L1(LAMBDA_OVER_N), "--", "C1")):
    for start in (1.0, 0.4):
        unit = Perceptron(1)
        unit.set_weight_matrices([[[0.0, start]]])
        trace = [start]
        for _ in range(80):
            unit.zero_grad()
            penalty(unit).backward()
            unit.weights()[0].data -= ETA * unit.weights()[0].grad
            trace.append(unit.weights()[0].data)
        ax.plot(trace, line, color=colour, label=type(penalty).__name__ if start == 1.0 else None)
ax.set(xlabel="step", ylabel="w", title="nothing but the penalty: L2 in proportion, L1 by equal steps")
ax.legend()
plt.show()

# %% [markdown]
# ### Weight decay
#
# Put the derivative of the $L2$ penalty into the update rule:
#
# $$w \;\leftarrow\; w - \eta\frac{\partial C_0}{\partial w} - \frac{\eta\lambda}{N}w
# \;=\; \underbrace{\Bigl(1 - \frac{\eta\lambda}{N}\Bigr)}_{\text{slightly below 1}} w - \eta\frac{\partial C_0}{\partial w}.$$
#
# So there are two programs for the same thing: differentiate the penalty, or shrink the weight before the step. They are
# equal not only in the end but *step for step*. We run both on a network, side by side:

# %%
LAMBDA, RATE = 0.5, 0.1
moons = nn.datasets.moons(60, noise=0.2, seed=0)
n = len(moons)


def pair():
    return MLP(2, [6, 1], activation="tanh", seed=3)


penalised, decayed = pair(), pair()
largest = 0.0
for X_batch, y_batch in [batch for _ in range(4) for batch in batches(moons.X, moons.y, 10, shuffle=False)]:
    # one: the penalty is part of the objective, and the engine differentiates it
    penalised.zero_grad()
    objective(penalised, X_batch, y_batch, "bce_with_logits", L2(LAMBDA), n_examples=n).backward()
    for p in penalised.parameters():
        p.data -= RATE * p.grad
    # two: no penalty; the weights shrink, the biases do not
    decayed.zero_grad()
    objective(decayed, X_batch, y_batch, "bce_with_logits").backward()
    for w in decayed.weights():
        w.data *= 1.0 - RATE * LAMBDA / n
    for p in decayed.parameters():
        p.data -= RATE * p.grad
    gap = max(abs(p.data - q.data) for p, q in zip(penalised.parameters(), decayed.parameters(), strict=True))
    largest = max(largest, gap)

print(f"24 steps, 25 parameters: equal to 12 digits after every step: {largest < 1e-12}")
assert largest < 1e-12

# %% [markdown]
# The optimizer can do the second program by itself: `SGD(..., weight_decay=λ/N)`. Beware of others: **Adam** divides every
# gradient by its typical size. A penalty goes through that division and loses its proportion; a decay (`AdamW`) does not. For
# Adam the two are different methods:


# %%
def after_training(name, decay):
    """All parameters after a training with the penalty in the objective, or with the decay in the optimizer."""
    model = pair()
    groups = [{"params": model.weights(), "weight_decay": decay * LAMBDA / n}, {"params": model.biases()}]
    optimizer = nn.optimizers.get(name, groups, lr=0.05, weight_decay=0.0)
    fit(
        model, moons.X, moons.y, loss="bce_with_logits", optimizer=optimizer, epochs=30, batch_size=10, shuffle=False,
        regularizer=None if decay else L2(LAMBDA), verbose=0, engine="eager",
    )  # fmt: skip
    return np.array([p.data for p in model.parameters()])


gaps = {}
for name, decaying in (("SGD", "SGD"), ("Adam", "AdamW")):
    as_penalty, as_decay = after_training(name, decay=False), after_training(decaying, decay=True)
    gaps[name] = float(np.max(np.abs(as_penalty - as_decay)))
    print(f"{name:4}  penalty against decay, largest difference of a weight: {gaps[name]:.2f}")

assert gaps["SGD"] < 1e-12
assert gaps["Adam"] > 0.01

# %% [markdown]
# ### L1 makes weights vanish
#
# Ten inputs, of which only three matter. A growing $L2$ penalty shrinks the large weights, and makes none zero. Under $L1$ the
# useless ones go first: a way to *select* inputs.

# %% tags=["measured"]
rng = random.Random(2)
useful = [2.0, -1.5, 0.8] + [0.0] * 7
X_many = [[rng.gauss(0.0, 1.0) for _ in useful] for _ in range(50)]
y_many = [math.fsum(w * x for w, x in zip(useful, row, strict=True)) + rng.gauss(0.0, 0.5) for row in X_many]
STRENGTHS = (0.0, 3.0, 6.0, 12.0, 24.0, 48.0)


def fitted_weights(regularizer):
    model = Perceptron(10, seed=0)
    fit(
        model, X_many, y_many, loss="mse", optimizer="sgd", learning_rate=0.1, schedule="cosine", batch_size="full",
        epochs=120, regularizer=regularizer, verbose=0, engine="eager",
    )  # fmt: skip
    return [w.data for w in model.weights()]


paths = {kind.__name__: np.array([fitted_weights(kind(s)) for s in STRENGTHS]) for kind in (L2, L1)}
figure, axes = plt.subplots(1, 2, figsize=(9.0, 3.8), sharey=True, layout="constrained")
for ax, (name, weights) in zip(axes, paths.items(), strict=True):
    for columns, colour, label in ((slice(0, 3), "C0", "useful inputs"), (slice(3, 10), "C1", "useless inputs")):
        lines = ax.plot(weights[:, columns], "-o", markersize=4, color=colour)
        lines[0].set_label(label)
    ax.axhline(0.0, color="0.6", linewidth=0.8)
    ax.set_xticks(range(len(STRENGTHS)), [f"{s:g}" for s in STRENGTHS])
    ax.set(xlabel="λ", title=name)
axes[0].set_ylabel("weight")
axes[0].legend()
plt.show()

# %%
print("λ = 12        zero weights (below 0.03)   of them useless")
for name, weights in paths.items():
    zero = np.abs(weights[STRENGTHS.index(12.0)]) < 0.03
    print(f"{name:12}  {zero.sum():25}   {zero[3:].sum():15}")

assert (np.abs(paths["L1"][3][3:]) < 0.03).sum() >= 6 > (np.abs(paths["L2"][3][3:]) < 0.03).sum()
assert np.all(np.abs(paths["L1"][3][:3]) > 0.3)

# %% [markdown]
# Gradient descent does not hit zero exactly: the slope of $|w|$ jumps there, and the weight jitters around it by less than
# $\eta\lambda/N$; the falling rate lets it settle.
#
# ### And the overfitting?
#
# Back to the ten points, with a penalty.
#
# **Change something.** Vary the strength over 0.01, 0.1, 1, 10: too little does nothing, too much flattens the curve.

# %%
strength = 0.1

tamed, _ = train_curve(L2(strength))
for name, model in (("no penalty", by_heart), (f"L2({strength:g})", tamed)):
    on_train = nn.evaluate(model, train.X, train.y, "mse")["loss"]
    on_held = nn.evaluate(model, held_out.X, held_out.y, "mse")["loss"]
    norm = math.sqrt(math.fsum(w.data**2 for w in model.layers[-1].weights()))
    print(f"{name:10}   training {on_train:.3f}   validation {on_held:.3f}   ‖w‖ of the last layer {norm:.2f}")

# %% [markdown]
# ### Exercise 7.4
# Write weight decay: a function of a weight, the derivative $\partial C_0/\partial w$ *without* the penalty, the
# rate, $\lambda$ and $N$, that returns the new weight of one step of gradient descent on $C_0 + \frac{\lambda}{2N}\sum w^2$.

# %% tags=["exercise"]
decay = ...  # a function (w, g, eta, lam, N)

course.check("7.4", decay)

# %% [markdown]
# ### Exercise 7.5
# Give a regularizer with which `train_curve` reaches a validation loss below 0.155 at the end of its 400 epochs (without one
# it is 0.19). Any of this package will do, and so will a function of your own.

# %% tags=["exercise"]
regularizer = ...

course.check("7.5", regularizer)

# %% [markdown]
# ## 8. Reading digits
#
# Now everything at once: mini-batches, shuffled; Adam with a rate that falls; an $L2$ penalty; a validation set; and at the very
# end a test set. The data are 1797 pictures of handwritten digits, 8 × 8 grey pixels each. The engine records one
# example, compiles it, and replays it over whole batches (notebook 10 tells how).

# %% tags=["measured"]
digits = nn.datasets.load("digits")
X, X_test, y, y_test = nn.train_test_split(digits.X, digits.y, test_size=0.2, seed=0)
X_train, X_val, y_train, y_val = nn.train_test_split(X, y, test_size=0.1, seed=0)
scaler = nn.Standardizer.of(X_train, together=True)  # learned from the training pictures only

reader = MLP(64, [24, 10], activation="tanh", init="xavier", seed=0)
history = fit(
    reader, scaler.transform(X_train), y_train, loss="cross_entropy", optimizer="adam", learning_rate=0.03,
    schedule="cosine", epochs=6, batch_size=32, regularizer=L2(1.0), seed=0, engine="compiled", verbose=0,
    validation_data=(scaler.transform(X_val), y_val),
)  # fmt: skip
print(reader.summary())
print(f"\n{len(X_train)} pictures, {math.ceil(len(X_train) / 32)} iterations an epoch, {len(history)} epochs")
print("validation accuracy by epoch:", "  ".join(f"{a:.2f}" for a in history.history["val_accuracy"]))

# %% tags=["measured"]
predicted = nn.predict(reader, scaler.transform(X_test), "cross_entropy")
wrong = [i for i, (guess, truth) in enumerate(zip(predicted, y_test, strict=True)) if guess != truth]
print(f"test: {len(X_test) - len(wrong)} of {len(X_test)} right, {1 - len(wrong) / len(X_test):.1%}")

assert len(wrong) < 0.06 * len(X_test)

# %% tags=["measured"]
figure, axes = plt.subplots(2, 6, figsize=(8.4, 3.3), layout="constrained")
right = [i for i in range(len(X_test)) if i not in set(wrong)]
for ax, i in zip(axes.flat, [*right[:6], *wrong[:6]], strict=False):
    ax.imshow(np.reshape(X_test[i], (8, 8)), cmap="gray_r")
    ax.set_title(f"{predicted[i]}" if predicted[i] == y_test[i] else f"{predicted[i]}, not {y_test[i]}", fontsize=11)
for ax in axes.flat:
    ax.axis("off")
figure.suptitle("six that it reads, and six that it misreads")
plt.show()

# %% [markdown]
# What has the hidden layer learned? The weights into each of its neurons form a picture: blue pixels speak for the neuron,
# red ones against it.

# %% tags=["measured"]
figure, axes = plt.subplots(3, 8, figsize=(8.4, 3.5), layout="constrained")
for ax, row in zip(axes.flat, reader.weight_matrices()[0], strict=True):
    weights = np.reshape(row[1:], (8, 8))  # column 0 is the bias
    ax.imshow(weights, cmap="RdBu", vmin=-abs(weights).max(), vmax=abs(weights).max())
    ax.axis("off")
figure.suptitle("the weights into the 24 hidden neurons")
plt.show()

# %% [markdown]
# ## Exercises
#
# 7.1 to 7.5 stand above and check themselves. Two more to think about:
#
# - A colleague doubles the batch size and halves the number of epochs "to save time". How many steps are left?
# - In section 2, does $B = 1$ ever *reach* the optimum with a constant rate? Which term of the gradient prevents it?
#
# ## What to remember
#
# - $N$ examples in batches of $B$ make $\lceil N/B\rceil$ steps an epoch; the last batch may be smaller.
# - Small batches: cheap, noisy steps. The noise falls like $1/\sqrt B$, the price rises like $B$.
# - Average the loss over the batch and divide the penalty by $N$: then neither $\eta$ nor the optimum depends on $B$.
# - Shuffle. One pass over a shuffled set and single random draws are both called SGD.
# - For plain SGD an $L2$ penalty *is* weight decay, step for step; for Adam it is not. $L1$ drives weights to zero.
# - The training loss says how well a network remembers. Only examples that it has not seen say what it has learned.
#
# Next: [08 · Backpropagation by hand](08_backpropagation_by_hand.ipynb)
