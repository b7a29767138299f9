import gc
import math
import random
import signal
import threading
import tracemalloc

import pytest

import nn
from autograd_core import Trainer, Value, log
from nn import (
    L2,
    MLP,
    ClipGradients,
    GrowingBatches,
    Neuron,
    Perceptron,
    Standardizer,
    datasets,
    evaluate,
    fit,
    objective,
    optimizers,
    predict,
    schedules,
)  # fmt: skip
from nn.interrupts import uninterrupted
from nn.optimizers import SGD

POINTS = datasets.moons(24, noise=0.1, seed=0)
X, SIGNS = POINTS.X, [2 * t - 1 for t in POINTS.y]


def small(seed=0):
    return MLP(2, [4, 1], activation="tanh", seed=seed)


def train(model, **options):
    return fit(model, X, SIGNS, **{"loss": "hinge", "verbose": 0, "seed": 0, "epochs": 3, **options})


def weights(model):
    return [p.data for p in model.parameters()]


@pytest.mark.parametrize("batch_size", [1, 7, 24, "full", None])
def test_steps_follow_the_gradient_of_the_objective(batch_size):
    ours, by_hand = small(), small()
    history = train(ours, batch_size=batch_size, optimizer="sgd", learning_rate=0.1, regularizer=L2(0.5), shuffle=False)
    size = {"full": 24, None: 24}.get(batch_size, batch_size)
    losses = []
    for _ in range(3):
        total = 0.0
        for start in range(0, 24, size):
            rows, targets = X[start : start + size], SIGNS[start : start + size]
            cost = objective(by_hand, rows, targets, "hinge", L2(0.5), 24)
            total += len(rows) * (cost.data - L2(0.5)(by_hand).data / 24)
            by_hand.zero_grad()
            cost.backward()
            for p in by_hand.parameters():
                p.data -= 0.1 * p.grad
        losses.append(total / 24)
    assert weights(ours) == pytest.approx(weights(by_hand), abs=1e-13)
    assert history.history["loss"] == pytest.approx(losses, abs=1e-13)


def test_columns_of_the_history():
    history = train(small(), validation_data=(X[:6], SIGNS[:6]), regularizer=L2(1.0), schedule="exponential")
    assert list(history.history) == ["loss", "penalty", "accuracy", "lr", "val_loss", "val_accuracy"]
    assert history.history["lr"] == pytest.approx([0.001, 0.00095, 0.0009025])
    assert len(history) == 3
    assert history.stopped is None
    model = small()
    optimizer = SGD([{"params": model.weights()}, {"params": model.biases(), "lr": 0.1}])
    assert list(train(model, optimizer=optimizer).history) == ["loss", "accuracy", "lr", "lr1"]
    assert list(fit(Perceptron(1), [[0], [1]], [0, 2], loss="mse", verbose=0).history) == ["loss", "lr"]


def test_last_figures_are_those_of_evaluate():
    model = small()
    history = train(model, validation_data=(X[:7], SIGNS[:7]))
    assert evaluate(model, X[:7], SIGNS[:7], "hinge") == {
        "loss": history.history["val_loss"][-1],
        "accuracy": history.history["val_accuracy"][-1],
    }
    right = sum(p == t for p, t in zip(predict(model, X, "hinge"), SIGNS, strict=True))
    assert evaluate(model, X, SIGNS, "hinge")["accuracy"] == right / 24
    assert predict(model, X[:2]) == [model(x).data for x in X[:2]]


def test_the_same_seed_gives_the_same_numbers():
    first, again, other = small(), small(), small()
    a, b, c = train(first), train(again), train(other, seed=1, batch_size=5)
    assert (weights(first), a.history) == (weights(again), b.history)
    assert c.history["loss"] != a.history["loss"]


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_weights_of_examples_are_repetitions(engine):
    """In one batch: 2 is twice, 0 is not there, and the penalty sees the sum of the weights as N."""
    counts = [i % 3 for i in range(24)]
    options = {"batch_size": "full", "engine": engine, "regularizer": L2(0.5), "optimizer": "sgd", "learning_rate": 0.1}
    weighted, repeated = small(), small()
    history = train(weighted, sample_weight=counts, **options)
    again = fit(repeated, [x for x, n in zip(X, counts, strict=True) for _ in range(n)],
                [t for t, n in zip(SIGNS, counts, strict=True) for _ in range(n)], loss="hinge", verbose=0, epochs=3,
                **options)  # fmt: skip
    assert weights(weighted) == pytest.approx(weights(repeated), abs=1e-14)
    for column in ("loss", "penalty"):
        assert history.history[column] == pytest.approx(again.history[column], abs=1e-14)
    equal, plain = small(), small()
    train(equal, sample_weight=[0.1] * 24, engine=engine, batch_size=5)
    train(plain, engine=engine, batch_size=5)
    assert weights(equal) == pytest.approx(weights(plain), abs=1e-14)


def test_arrays_and_tuples_are_accepted():
    np = pytest.importorskip("numpy")
    plain, from_arrays, from_tuples = small(), small(), small()
    train(plain)
    fit(from_arrays, np.array(X), np.array(SIGNS), loss="hinge", verbose=0, seed=0, epochs=3)
    fit(from_tuples, tuple(map(tuple, X)), tuple(SIGNS), loss="hinge", verbose=0, seed=0, epochs=3)
    assert weights(plain) == weights(from_arrays) == weights(from_tuples)


def test_own_loss_optimizer_and_model():
    class Line(nn.Module):
        def __init__(self):
            self.slope, self.bias = Value(0.0), Value(0.0)

        def __call__(self, x):
            return self.slope * x[0] + self.bias

    model = Line()
    fit(model, [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0], loss=lambda y, t: (y - t) ** 2, epochs=300, verbose=0,
        optimizer=lambda params: SGD(params, lr=0.1), batch_size="full")  # fmt: skip
    assert model.state_dict() == pytest.approx({"slope": 2.0, "bias": 1.0}, abs=1e-6)


def test_schedules_per_epoch_and_per_step():
    seen = []
    for per in ("epoch", "step"):
        rates = []
        train(small(), batch_size=12, learning_rate=1.0, schedule=schedules.Exponential(0.5, per=per),
              callbacks=[type("Watch", (nn.Callback,), {
                  "on_batch_end": lambda self, t: rates.append(t.optimizer.param_groups[0]["lr"])})()])  # fmt: skip  # noqa: B023
        seen.append(rates)
    assert seen == [[1.0, 1.0, 0.5, 0.5, 0.25, 0.25], [0.5**t for t in range(6)]]


def test_batches_may_grow():
    sizes = []
    train(
        small(),
        epochs=4,
        batch_size=GrowingBatches(start=4, factor=4, every=1),
        callbacks=[lambda t: sizes.append(t.step)],
    )
    assert sizes == [6, 8, 9, 10]  # 4, 16, then all 24


def test_a_schedule_per_step_knows_the_steps_of_growing_batches():
    class Told(schedules.Schedule):
        def begin(self, total):
            self.total = total

    told = Told(per="step")
    train(small(), epochs=4, batch_size=GrowingBatches(start=4, factor=4, every=1), schedule=told)
    assert told.total == 10


def test_memory_does_not_grow_with_the_batch_or_the_steps():
    model = MLP(4, [8, 1], activation="tanh", seed=0)
    generator = random.Random(0)
    rows = [[generator.random() for _ in range(4)] for _ in range(200)]
    targets = [sum(row) for row in rows]
    peaks = []

    def measure(training):
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.reset_peak()

    gc.disable()
    tracemalloc.start()
    try:
        fit(model, rows, targets, loss="mse", batch_size="full", epochs=4, verbose=0, callbacks=measure)
    finally:
        tracemalloc.stop()
        gc.enable()
    assert peaks[-1] < 1.1 * peaks[1]
    assert peaks[-1] < 2e6  # one example's graph is some 20 kB, that of 200 would be 4 MB


# What ends a training early --------------------------------------------------------------------------------------


def test_ctrl_c_keeps_what_was_learned_and_the_history():
    def interrupt(training):
        if training.step == 5:
            raise KeyboardInterrupt

    watch = type("Watch", (nn.Callback,), {"on_batch_end": lambda self, t: interrupt(t)})()
    model, same = small(), small()
    history = train(model, batch_size=8, epochs=10, callbacks=watch)
    assert history.stopped == "interrupted in epoch 2; the model keeps what it has learned"
    assert len(history) == 2
    assert history.history["loss"][1] > 0.0
    reference = train(same, batch_size=8, epochs=2)
    assert history.history["loss"][0] == reference.history["loss"][0]
    assert weights(model) != weights(small())


def test_ctrl_c_never_parts_a_step():
    """A signal in the middle of the update waits for its end."""
    model = small()

    class Parted(SGD):
        def step(self):
            if self.state[0]["step"] == 2:
                signal.raise_signal(signal.SIGINT)
            super().step()

    optimizer = Parted(model.parameters(), lr=0.1)
    history = train(model, optimizer=optimizer, batch_size=8)
    assert history.stopped.startswith("interrupted in epoch 1")
    assert optimizer.state[0]["step"] == 3
    whole = small()
    train(whole, optimizer="sgd", learning_rate=0.1, batch_size=8, epochs=1)
    assert weights(model) == weights(whole)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("callbacks", [(), [lambda training: None]])
def test_ctrl_c_never_parts_the_steps_of_a_call_from_their_count(callbacks, monkeypatch):
    """A signal right after the compiled loop has changed the weights waits until the steps are counted."""

    class Interrupted(Trainer):
        def train(self, *arguments):
            found = super().train(*arguments)
            signal.raise_signal(signal.SIGINT)
            return found

    monkeypatch.setattr("nn.compiled.Trainer", Interrupted)
    model, same = small(), small()
    options = {"optimizer": "sgd", "learning_rate": 0.1, "batch_size": 12, "shuffle": False}
    history = train(model, engine="compiled", epochs=8, callbacks=callbacks, **options)
    assert history.stopped.startswith("interrupted")
    assert len(history) == (1 if callbacks else 8)
    expected = train(same, engine="eager", epochs=len(history), **options)
    assert weights(model) == pytest.approx(weights(same))
    assert history.history["loss"] == pytest.approx(expected.history["loss"])


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_at_the_end_the_epoch_is_the_last_one(engine):
    ends = []
    watch = type("Watch", (nn.Callback,), {"on_train_end": lambda self, t: ends.append(t.epoch)})()
    train(small(), engine=engine, callbacks=watch)
    assert ends == [2]


def test_uninterrupted_works_in_other_threads():
    done = []

    def work():
        with uninterrupted():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


def test_overflow_stops_before_the_step_that_would_spoil_the_weights():
    rows = [[1.0, 0.0], [1e200, 1.0]]
    model = Perceptron(2)
    model.set_weight_matrices([[[0.0, 1.0, 1.0]]])
    before = weights(model)
    with pytest.warns(
        RuntimeWarning, match=r"not finite in epoch 1, step 1: row 1: the loss is inf; it began here: square"
    ):
        history = fit(model, rows, [0.0, 1.0], loss="mse", shuffle=False, verbose=0)
    assert history.stopped.startswith("not finite in epoch 1, step 1: row 1")
    assert weights(model) == before
    assert len(history) == 0


def test_divergence_keeps_the_epochs_before():
    model = Perceptron(1)
    with pytest.warns(RuntimeWarning, match="a smaller learning rate, scaled inputs or clipped gradients may help"):
        history = fit(
            model, [[1.0], [100.0]], [1.0, 2.0], loss="mse", optimizer="sgd", learning_rate=10.0, epochs=100, verbose=0
        )
    assert 1 < len(history) < 100
    assert all(map(math.isfinite, weights(model)))


def test_a_gradient_that_is_not_finite_is_found():
    model = Perceptron(1)
    model.set_weight_matrices([[[0.0, 1.0]]])
    with pytest.warns(RuntimeWarning, match="row 1: the gradient is not finite; it began here: pow is 0.0 at"):
        fit(model, [[1.0], [0.0]], [0.0, 0.0], loss=lambda y, t: (y * y) ** 0.5, shuffle=False, verbose=0)


def test_leaving_the_domain_stops_with_the_place():
    model = Perceptron(1)
    model.set_weight_matrices([[[0.0, -1.0]]])
    with pytest.warns(RuntimeWarning, match="row 1: log: argument 0"):
        fit(model, [[-1.0], [1.0]], [0.0, 0.0], loss=lambda y, t: log(y), shuffle=False, verbose=0)


class Line(nn.Module):
    """w·x, or what `function` makes of it."""

    def __init__(self, function=lambda output: output):
        self.w, self.function = Value(1.0), function

    def __call__(self, x):
        return self.function(self.w * x[0])


@pytest.mark.parametrize("callbacks", [(), [lambda training: None]])
@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_a_mean_that_is_not_finite_stops(engine, callbacks):
    options = {"loss": lambda output, target: output * 1e308, "optimizer": "sgd", "learning_rate": 1e-320}
    with pytest.warns(RuntimeWarning, match="not finite in epoch 1, step 1: the mean loss of the batch is inf"):
        history = fit(Line(), [[1.0]] * 4, [0.0] * 4, engine=engine, callbacks=callbacks, verbose=0, **options)
    assert len(history) == 0


@pytest.mark.parametrize("callbacks", [(), [lambda training: None]])
def test_a_step_that_only_the_compiled_loop_finds_too_large_is_taken(callbacks, monkeypatch):
    """The rounding of the two engines may differ at the end of the range; no batch is lost."""

    class Careful(Trainer):
        def train(self, batches, updates, slots, ends):
            """Give up at the second of the batches."""
            return super().train(batches[: ends[0]], updates[:1], slots, ends[:1])

    options = {"optimizer": "sgd", "learning_rate": 0.1, "shuffle": False, "batch_size": 4, "epochs": 1}
    plain, careful = small(), small()
    expected = train(plain, engine="eager", **options)
    monkeypatch.setattr("nn.compiled.Trainer", Careful)
    history = train(careful, engine="compiled", callbacks=callbacks, **options)
    assert history.stopped is None
    assert history.history["loss"] == pytest.approx(expected.history["loss"])
    assert weights(careful) == pytest.approx(weights(plain))


def test_leaving_the_domain_in_validation_is_nan():
    history = fit(Line(log), [[1.0], [2.0]], [0.0, 0.0], loss="mse", validation_data=([[1.0], [-1.0]], [0.0, 0.0]),
                  epochs=1, verbose=0)  # fmt: skip
    assert math.isnan(history.history["val_loss"][0])


def test_a_penalty_outside_its_domain_stops():
    with pytest.warns(RuntimeWarning, match="step 1: the penalty: log"):
        fit(Line(), [[1.0]], [0.0], loss="mse", regularizer=lambda model: log(model.w - 1.0), verbose=0)


def test_a_fault_of_the_model_keeps_its_own_words():
    def broken(output):
        raise ValueError("my own fault")

    with pytest.raises(ValueError, match=r"^my own fault$"):
        fit(Line(broken), [[1.0]], [0.0], loss="mse", verbose=0)


def test_a_penalty_that_is_not_finite_stops():
    model = Perceptron(1)
    model.set_weight_matrices([[[0.0, 1e200]]])
    with pytest.warns(RuntimeWarning, match="the penalty is inf: a weight has become too large"):
        fit(model, [[0.0], [0.0]], [0.0, 0.0], loss="mse", regularizer=L2(1.0), verbose=0)


# Bad input: each by its words, and nothing is changed ------------------------------------------------------------

BAD = [
    ({"X": [[0.0, 1.0, 2.0]] * 24}, ValueError, "X: row 0 has 3 columns, but the model takes 2"),
    ({"X": [*X[:-1], [1.0]]}, ValueError, "X: row 23 has 1 column, but the model takes 2"),
    ({"X": [*X[:-1], [1.0, math.nan]]}, ValueError, "X: row 23, column 1 is nan"),
    ({"X": []}, ValueError, "X is empty"),
    ({"y": SIGNS[:-1]}, ValueError, "y has 23 targets, but there are 24 rows"),
    ({"y": [1] * 24}, ValueError, "y: there is one class only, 1: there must be examples of at least two"),
    ({"y": POINTS.y}, ValueError, r"y: hinge: target 0 must be -1 or \+1, got 0"),
    ({"y": [*SIGNS[:-1], 3]}, ValueError, "y: hinge: target 23 must be"),
    ({"loss": "cross_entropy"}, ValueError, "cross_entropy needs one output per class"),
    ({"loss": "hinges"}, ValueError, r"unknown loss 'hinges': did you mean 'hinge'\?"),
    ({"optimizer": "adamm"}, ValueError, r"unknown optimizer 'adamm': did you mean 'adamw?'\?"),
    ({"learning_rate": -0.1}, ValueError, "the learning rate lr must be a finite number >= 0, got -0.1"),
    ({"regularizer": "l3"}, ValueError, "unknown regularizer 'l3'"),
    ({"schedule": "cosin"}, ValueError, r"unknown schedule 'cosin': did you mean 'cosine'\?"),
    ({"engine": "compield"}, ValueError, "unknown engine 'compield'"),
    ({"batch_size": 0}, ValueError, "batch_size must lie between 1 and the number of examples, 24; got 0"),
    ({"batch_size": 25}, ValueError, "batch_size must lie between 1 and the number of examples, 24; got 25"),
    ({"batch_size": lambda epoch: 0}, ValueError, r"batch_size\(0\) must be a whole number of at least 1, got 0"),
    ({"sample_weight": [1.0] * 23}, ValueError, "sample_weight has 23 numbers, but there are 24 rows"),
    ({"sample_weight": [0.0] * 24}, ValueError, "sample_weight: all weights are 0"),
    ({"epochs": 0}, ValueError, "epochs must be a whole number of at least 1, got 0"),
    ({"verbose": 3}, ValueError, "verbose must be 0"),
    ({"validation_data": X}, TypeError, r"validation_data must be a pair \(X, y\)"),
    ({"validation_data": ([], [])}, ValueError, "validation X is empty"),
    ({"validation_data": (X[:1], [2])}, ValueError, "validation y: hinge: target 0"),
    ({"callbacks": [3]}, TypeError, "callbacks: expected a Callback or a function, got int"),
    ({"callbacks": [nn.EarlyStopping]}, TypeError, r"callbacks: got the class EarlyStopping: write EarlyStopping\(\)"),
    ({"optimizer": SGD([Value(1.0)])}, ValueError, "the optimizer has parameters that are not the model's"),
]


@pytest.mark.parametrize(("options", "error", "message"), BAD, ids=[message for *_, message in BAD])
def test_bad_input_is_named_and_changes_nothing(options, error, message):
    model = small()
    before = weights(model)
    given = {"X": X, "y": SIGNS, "loss": "hinge", "verbose": 0, **options}
    with pytest.raises(error, match=message):
        fit(model, given.pop("X"), given.pop("y"), **given)
    assert weights(model) == before


def test_models_that_cannot_be_trained():
    with pytest.raises(TypeError, match="the model must be a Module, got int"):
        fit(3, X, SIGNS, loss="hinge")
    with pytest.raises(ValueError, match="has no parameters to train"):
        fit(type("Empty", (nn.Module,), {"__call__": lambda self, x: x})(), X, SIGNS, loss="hinge")
    with pytest.raises(TypeError, match=r"the loss gives float .*, not a Value: compute it from the model's outputs"):
        fit(small(), X, SIGNS, loss=lambda y, t: y.data, verbose=0)


# What is to be learned ------------------------------------------------------------------------------------------


def test_xor_is_unsolvable_for_a_linear_unit_and_solved_by_an_mlp():
    data = datasets.xor()
    accuracies = []
    for model in (Perceptron(2), MLP(2, [4, 1], activation="tanh", seed=0)):
        fit(model, data.X, data.y, loss="binary_cross_entropy_with_logits", epochs=300,
            optimizer="adam", learning_rate=0.1, verbose=0, seed=0)  # fmt: skip
        accuracies.append(evaluate(model, data.X, data.y, "binary_cross_entropy_with_logits")["accuracy"])
    assert accuracies[0] <= 0.75
    assert accuracies[1] == 1.0


def test_moons_demo_of_micrograd_reaches_all_points():
    """2-16-16-1, hinge and L2, 100 full-batch steps of gradient descent with a falling rate."""
    data = datasets.moons(100, noise=0.1, seed=1337)
    signs = [2 * t - 1 for t in data.y]
    model = MLP(2, [16, 16, 1], activation="relu", seed=1337)

    class Falling(schedules.Schedule):
        def factor(self, t):
            return 1.0 - 0.9 * t / 100

    history = fit(model, data.X, signs, loss="hinge", optimizer="sgd", learning_rate=1.0, schedule=Falling(), epochs=100,
                  batch_size="full", regularizer=L2(2e-4 * 100, biases=True), verbose=0)  # fmt: skip
    assert evaluate(model, data.X, signs, "hinge")["accuracy"] == 1.0
    assert len(history) == 100


def test_linear_svm_is_as_good_as_scikit_learns():
    """½‖w‖² + C·Σ hinge by sub-gradient descent: C·N times our objective with λ = 1/C."""
    svm = pytest.importorskip("sklearn.svm")
    iris = datasets.load("iris")
    chosen = [i for i, t in enumerate(iris.y) if t > 0]  # two classes that overlap
    rows = Standardizer.of([iris.X[i] for i in chosen]).transform([iris.X[i] for i in chosen])
    signs, C = [2 * iris.y[i] - 3 for i in chosen], 1.0

    model = Neuron(4, activation="linear", seed=0)
    model.set_weight_matrices([[[0.0] * 5]])
    fit(model, rows, signs, loss="hinge", optimizer="sgd", learning_rate=0.5, schedule=schedules.InverseTime(0.1),
        epochs=200, batch_size=10, regularizer=L2(1.0 / C), seed=0, verbose=0)  # fmt: skip
    ours = C * len(rows) * objective(model, rows, signs, "hinge", L2(1.0 / C)).data

    counts = nn.metrics.margin_counts(predict(model, rows), signs)
    assert counts.outside + counts.inside == 100

    peer = svm.SVC(kernel="linear", C=C).fit(rows, signs)
    model.set_weight_matrices([[[float(peer.intercept_[0]), *map(float, peer.coef_[0])]]])
    theirs = C * len(rows) * objective(model, rows, signs, "hinge", L2(1.0 / C)).data
    assert theirs * (1.0 - 1e-3) <= ours <= 1.01 * theirs
    # those on the margin may fall to either side of it
    margins = [t * z for t, z in zip(signs, peer.decision_function(rows), strict=True)]
    assert sum(m < 0.95 for m in margins) <= counts.inside <= sum(m < 1.05 for m in margins)


def test_clipping_and_optimizer_state_across_fits():
    once, twice = small(), small()
    train(once, shuffle=False, epochs=4, callbacks=ClipGradients(norm=0.1))
    optimizer = optimizers.get("adam", twice.parameters())
    for _ in range(2):
        train(twice, shuffle=False, epochs=2, optimizer=optimizer, callbacks=ClipGradients(norm=0.1))
    assert weights(once) == weights(twice)


def test_clipping_looks_at_all_parameters_where_some_are_trained():
    models = {engine: small() for engine in ("eager", "compiled")}
    for engine, model in models.items():
        optimizer = SGD(model.parameters()[:5], lr=0.1)
        train(model, engine=engine, optimizer=optimizer, callbacks=ClipGradients(norm=0.1))
    eager, compiled = models.values()
    assert weights(eager) == pytest.approx(weights(compiled), rel=1e-12)
    assert weights(eager)[5:] == weights(small())[5:]
    assert [p.grad for p in eager.parameters()] == pytest.approx([p.grad for p in compiled.parameters()], rel=1e-9)


class Onlooker(nn.Callback):
    """Looks on between the epochs, so that they are trained one by one."""

    def on_epoch_end(self, training):
        pass


@pytest.mark.parametrize("batch_size", [7, "full"])
@pytest.mark.parametrize("loss", ["hinge", "mse"])
def test_epochs_in_one_go_are_the_same_as_one_by_one(loss, batch_size):
    together, one_by_one = small(), small()
    options = {"engine": "compiled", "loss": loss, "batch_size": batch_size, "epochs": 40, "regularizer": "l2"}
    history = train(together, **options)
    assert history.history == train(one_by_one, callbacks=[Onlooker()], **options).history
    assert len(history) == 40
    assert weights(together) == weights(one_by_one)


def test_a_fault_among_epochs_in_one_go_is_told_where_it_happens():
    together, one_by_one = small(), small()
    options = {
        "engine": "compiled",
        "loss": "mse",
        "optimizer": "sgd",
        "learning_rate": 1e6,
        "batch_size": 7,
        "epochs": 200,
    }
    with pytest.warns(RuntimeWarning, match="not finite in epoch"):
        history = train(together, **options)
    with pytest.warns(RuntimeWarning, match="not finite in epoch"):
        expected = train(one_by_one, callbacks=[Onlooker()], **options)
    assert history.stopped == expected.stopped
    assert history.history == expected.history
    assert weights(together) == weights(one_by_one)
