import pytest

from nn import BestWeights, Callback, ClipGradients, EarlyStopping, History, Perceptron, callbacks, fit
from nn.clipping import gradient_norm
from nn.optimizers import SGD


class Scripted(Callback):
    """Gives the epochs the losses and weights of a script."""

    def __init__(self, losses, name="val_loss"):
        self.losses, self.name = losses, name

    def on_epoch_end(self, training):
        training.row[self.name] = self.losses[training.epoch]
        training.parameters[0].data = float(training.epoch + 1)


def run(script, callback, name="val_loss"):
    model = Perceptron(1)
    history = fit(model, [[0.0], [1.0]], [0.0, 1.0], loss="mse", epochs=len(script), verbose=0,
                  callbacks=[Scripted(script, name), callback])  # fmt: skip
    return model.parameters()[0].data, history


def test_best_weights_come_back_at_the_end():
    best = BestWeights()
    weight, history = run([3.0, 1.0, 2.0, float("nan")], best)
    assert (weight, best.best_epoch, best.best) == (2.0, 2, 1.0)
    assert len(history) == 4
    assert history.history["val_loss"][:3] == [3.0, 1.0, 2.0]


def test_accuracies_are_the_higher_the_better():
    assert run([0.5, 0.9, 0.7], BestWeights("val_accuracy"), "val_accuracy")[0] == 2.0


def test_early_stopping():
    weight, history = run([3.0, 2.0, 2.5, 2.1, 1.0, 0.5], EarlyStopping(patience=2))
    assert (weight, len(history)) == (2.0, 4)
    assert history.stopped == "val_loss has not become better than 2 for 2 epochs"
    weight, history = run([3.0, 2.0, 1.9, 1.8, 1.7], EarlyStopping(patience=2, least=0.5, restore_best=False))
    assert (weight, len(history)) == (4.0, 4)


def test_interruption_restores_the_best_weights_too():
    class Interrupt(Callback):
        def on_epoch_end(self, training):
            if training.epoch == 2:
                raise KeyboardInterrupt

    model = Perceptron(1)
    history = fit(model, [[0.0], [1.0]], [0.0, 1.0], loss="mse", epochs=9, verbose=0,
                  callbacks=[Scripted([2.0, 1.0, 3.0]), BestWeights(), Interrupt()])  # fmt: skip
    assert model.parameters()[0].data == 2.0
    assert history.history["val_loss"] == [2.0, 1.0, 3.0]


def test_unknown_figures_are_named():
    with pytest.raises(ValueError, match=r"BestWeights: unknown figure 'val_los': did you mean 'val_loss'\?"):
        run([1.0], BestWeights("val_los"))


def test_gradients_are_clipped_before_the_step():
    class Watch(Callback):
        def on_gradients(self, training):
            lengths.append(gradient_norm(training.parameters))

    lengths = []
    for clip, bound in ((ClipGradients(norm=0.1), 0.1), (ClipGradients(value=0.05), 0.05 * 2**0.5)):
        model = Perceptron(1)
        fit(model, [[5.0], [9.0]], [50.0, 10.0], loss="mse", epochs=3, verbose=0, callbacks=[clip, Watch()],
            optimizer=SGD(model.parameters(), lr=0.01))  # fmt: skip
        assert lengths == pytest.approx([bound] * 3)
        lengths.clear()


def test_moments_come_in_order():
    told = []
    methods = [name for name in vars(Callback) if name.startswith("on_")]
    recorder = type("Recorder", (Callback,), {
        name: lambda self, training, name=name: told.append(name) for name in methods})()  # fmt: skip
    fit(Perceptron(1), [[0.0], [1.0]], [0.0, 1.0], loss="mse", epochs=1, batch_size=1, verbose=0, callbacks=recorder)
    step = ["on_gradients", "on_batch_end"]
    epoch = ["on_epoch_begin", *step, *step, "on_epoch_end", "on_epoch_recorded"]
    assert told == ["on_train_begin", *epoch, "on_train_end"]
    assert set(told) == set(methods)


def test_functions_see_the_training():
    seen = []
    history = fit(Perceptron(1), [[0.0], [1.0]], [0.0, 1.0], loss="mse", epochs=2, verbose=0,
                  callbacks=lambda training: seen.append((training.epoch, training.history)))  # fmt: skip
    assert seen == [(0, history), (1, history)]
    assert isinstance(history, History)


def test_wrong_options():
    for make in (lambda: EarlyStopping(patience=0), lambda: BestWeights(least=-1.0), lambda: ClipGradients(norm=0.0)):
        with pytest.raises(ValueError, match="must be"):
            make()


def test_what_is_no_callback():
    with pytest.raises(TypeError, match="expected a Callback or a function, got str: 'stop'"):
        callbacks.as_callbacks(["stop"])


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"monitor": 1},
        {"best": "a"},
        {"best_epoch": -1},
        {"best_epoch": 10**400},
        {"weights": ["a"]},
        {"monitor": "other"},
    ],
)
def test_a_damaged_state_is_refused(wrong):
    callback = EarlyStopping()
    state = callback.state_dict()
    with pytest.raises(ValueError, match=r"EarlyStopping\.load_state_dict"):
        callback.load_state_dict(state | wrong if wrong else wrong)
    assert repr(callback.state_dict()) == repr(state)
