"""Checkpoints: a resumed training gives the numbers of an uninterrupted one, bit for bit, and no kill breaks a file."""

import json
import math
import random
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd_core import Value
from nn import (
    L2,
    MLP,
    BestWeights,
    Callback,
    Checkpoint,
    CheckpointError,
    EarlyStopping,
    GradientNorms,
    GrowingBatches,
    IdleUnits,
    datasets,
    fit,
    schedules,
)
from nn.checkpoints import KEY
from nn.optimizers import SGD, RMSprop

POINTS = datasets.moons(30, noise=0.2, seed=0)
X, Y = POINTS.X[:24], POINTS.y[:24]
VALIDATION = POINTS.X[24:], POINTS.y[24:]


def train(epochs=6, engine="eager", optimizer="adam", **options):
    """A fresh model, trained; with its history."""
    model = MLP(2, [4, 1], activation="tanh", seed=0)
    made = optimizer(model) if callable(optimizer) else optimizer
    options = {"loss": "binary_cross_entropy_with_logits", "batch_size": 7, "seed": 0, "verbose": 0, **options}
    history = fit(model, X, Y, epochs=epochs, engine=engine, optimizer=made, **options)
    return model, history


class Killed(BaseException):
    """The process is gone: nothing of `fit` runs after it."""


class Kill(Callback):
    """Ends the training as a kill does, before a given step."""

    def __init__(self, step):
        self.at = step

    def on_gradients(self, training):
        if training.step == self.at:
            raise Killed


class KillEpoch(Callback):
    """Ends the training as a kill does, before a given epoch; steps may be taken in one go until then."""

    def __init__(self, epoch):
        self.at = epoch

    def on_epoch_begin(self, training):
        if training.epoch == self.at:
            raise Killed


def outcome(run):
    """Everything that must be equal to the last bit; nan is equal to itself."""
    model, history = run
    columns = {name: [x.hex() for x in column] for name, column in history.history.items()}
    return {name: w.hex() for name, w in model.state_dict().items()}, columns, history.stopped


def broken_off(path, step, every=1, per="epoch", callbacks=list, **options):
    """Train until a step, then go on in a training of its own, as after a kill."""
    with pytest.raises(Killed):
        train(**options, callbacks=[*callbacks(), Checkpoint(path, every, per), Kill(step)])
    return train(**options, callbacks=callbacks(), resume=path)


def two_groups(model):
    return RMSprop([{"params": model.weights(), "lr": 0.02}, {"params": model.biases()}], momentum=0.5)


WAYS = {
    "adam": {},
    "adamw, cosine": {"optimizer": "adamw", "schedule": "cosine"},
    "adagrad, warm-up per step": {
        "optimizer": "adagrad", "schedule": schedules.WarmUp(5, schedules.Cosine(per="step"), per="step"),
    },
    "momentum": {"optimizer": lambda model: SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)},
    "two groups": {"optimizer": two_groups, "regularizer": L2(0.5)},
    "plateau": {
        "validation_data": VALIDATION, "learning_rate": 0.5,
        "schedule": lambda: schedules.ReduceOnPlateau(gamma=0.5, patience=0),
    },
    "single examples": {"batch_size": 1},
    "replacement": {"replacement": True},
    "growing batches": {"batch_size": GrowingBatches(start=4, factor=2, every=2)},
    "no shuffling": {"shuffle": False},
    "sample weights": {"sample_weight": [i % 3 for i in range(24)]},
    "best weights": {"validation_data": VALIDATION, "callbacks": lambda: [BestWeights()], "learning_rate": 0.3},
    "early stopping": {
        "validation_data": VALIDATION, "learning_rate": 0.5, "epochs": 30, "callbacks": lambda: [EarlyStopping(patience=4)],
    },
    "watching": {"callbacks": lambda: [GradientNorms(), IdleUnits()]},
}  # fmt: skip


def made(options):
    """The options with a schedule and callbacks of their own for every training."""
    schedule = options.get("schedule")
    return options | ({"schedule": schedule()} if callable(schedule) else {})


BREAKS = [(Kill(0), 1, "epoch"), (Kill(13), 2, "epoch"), (Kill(11), 3, "step"), (Kill(12), 1, "step")]


@pytest.mark.parametrize("name", WAYS)
def test_a_resumed_training_gives_the_same_numbers(name, tmp_path):
    options = {"callbacks": list, **WAYS[name]}
    callbacks = options.pop("callbacks")
    whole = outcome(train(**made(options), callbacks=callbacks()))
    path = tmp_path / "run.safetensors"
    for kill, every, per in BREAKS:
        with pytest.raises(Killed):
            train(**made(options), callbacks=[*callbacks(), Checkpoint(path, every, per), kill])
        assert outcome(train(**made(options), callbacks=callbacks(), resume=path)) == whole, (kill.at, every, per)


@pytest.mark.parametrize("per", ["epoch", "step"])
@pytest.mark.parametrize("name", WAYS)
def test_a_resumed_training_gives_the_same_numbers_in_compiled_code(name, per, tmp_path):
    """Per epoch, the steps of an epoch run in one go; per step, each on its own. So the break must not change that."""
    options = {"callbacks": list, "engine": "compiled", **WAYS[name]}
    callbacks = options.pop("callbacks")
    path = tmp_path / "run.safetensors"

    def with_checkpoints():
        return [*callbacks(), Checkpoint(path, 1 if per == "epoch" else 3, per)]

    whole = outcome(train(**made(options), callbacks=with_checkpoints()))
    with pytest.raises(Killed):
        train(**made(options), callbacks=[*with_checkpoints(), KillEpoch(3) if per == "epoch" else Kill(11)])
    assert outcome(train(**made(options), callbacks=with_checkpoints(), resume=path)) == whole


@settings(max_examples=15)
@given(step=st.integers(0, 23), every=st.integers(1, 9), per=st.sampled_from(["epoch", "step"]))
def test_wherever_it_breaks_off(step, every, per, tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "state.safetensors"
    options = {"optimizer": two_groups, "validation_data": VALIDATION, "schedule": "exponential", "epochs": 6}
    assert outcome(broken_off(path, step, every, per, **options)) == outcome(train(**options))


def test_checkpoints_change_nothing(tmp_path):
    path = tmp_path / "run.safetensors"
    assert outcome(train(callbacks=Checkpoint(path, 1, "step"))) == outcome(train())
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.safetensors"]


def test_a_finished_training_goes_on_with_more_epochs(tmp_path):
    path = tmp_path / "run.safetensors"
    finished = train(5, callbacks=Checkpoint(path, every=3))
    assert outcome(train(5, resume=path)) == outcome(finished)
    assert outcome(train(9, resume=path)) == outcome(train(9))


def test_a_training_that_was_stopped_stays_stopped(tmp_path):
    path = tmp_path / "run.safetensors"
    options = {"epochs": 30, "learning_rate": 1.0}
    stopped = train(**options, callbacks=[Checkpoint(path), EarlyStopping(1)])
    assert stopped[1].stopped is not None
    assert outcome(train(**options, callbacks=[EarlyStopping(1)], resume=path)) == outcome(stopped)


def test_resuming_twice_and_from_the_file_that_is_being_written(tmp_path):
    path = tmp_path / "run.safetensors"
    with pytest.raises(Killed):
        train(callbacks=[Checkpoint(path), Kill(9)])
    with pytest.raises(Killed):
        train(callbacks=[Checkpoint(path), Kill(17)], resume=path)
    assert outcome(train(callbacks=Checkpoint(path), resume=path)) == outcome(train())


def test_after_ctrl_c_the_last_checkpoint_counts(tmp_path):
    class Interrupt(Kill):
        def on_batch_end(self, training):
            if training.step == self.at:
                raise KeyboardInterrupt

        def on_gradients(self, training):
            pass

    path = tmp_path / "run.safetensors"
    _, history = train(callbacks=[Checkpoint(path), Interrupt(14)])
    assert history.stopped.startswith("interrupted in epoch 4")
    assert outcome(train(resume=path)) == outcome(train())


def test_own_callbacks_and_own_models(tmp_path):
    class Count(Callback):
        def __init__(self):
            self.seen = 0

        def on_epoch_end(self, training):
            self.seen += 1
            training.row["seen"] = self.seen

        def state_dict(self):
            return {"seen": self.seen, "more": [None, "a", (1.5, math.inf), {}]}

        def load_state_dict(self, state_dict):
            self.seen = state_dict["seen"]
            assert state_dict["more"] == [None, "a", [1.5, math.inf], {}]

    class Line(nn.Module):
        def __init__(self):
            self.slope, self.bias = Value(0.0), Value(0.0)

        def __call__(self, x):
            return self.slope * x[0] + self.bias

    def run(epochs, **options):
        model = Line()
        history = fit(model, [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0], loss=lambda y, t: (y - t) ** 2, batch_size=2,
                      epochs=epochs, verbose=0, seed=0, engine="eager", **options)  # fmt: skip
        return outcome((model, history))

    path = tmp_path / "line.safetensors"
    run(3, callbacks=[Checkpoint(path), Count()])
    assert run(5, callbacks=[Count()], resume=path) == run(5, callbacks=[Count()])


def test_what_a_state_cannot_hold_is_named(tmp_path):
    class Odd(Callback):
        def state_dict(self):
            return {"generator": random.Random(0)}

    with pytest.raises(
        TypeError, match=r"the state has Random <random.Random object.*made of numbers, texts, lists and dicts"
    ):
        train(callbacks=[Odd(), Checkpoint(tmp_path / "run.safetensors")])
    assert not any(tmp_path.iterdir())


# Files that cannot be used ----------------------------------------------------------------------------------------

OTHER = {
    "data": ({"sample_weight": [1.0, 2.0] * 12}, "with other data: give the same"),
    "loss": ({"loss": "bce"}, r"another loss \(then binary_cross_entropy_with_logits, now binary_cross_entropy\)"),
    "optimizer": ({"optimizer": "adamw"}, r"another optimizer \(then Adam .*, now AdamW .*\)"),
    "rate": ({"learning_rate": 0.5}, "another optimizer .*'lr': 0.001.*'lr': 0.5"),
    "schedule": ({"schedule": "cosine"}, r"another schedule \(then None, now Cosine\(per='epoch'"),
    "batch size": ({"batch_size": 8}, r"another batch_size \(then 7, now 8\): give the same to go on with it"),
    "regularizer": ({"regularizer": L2(0.1)}, r"another regularizer \(then None, now L2\(0.1\)\)"),
    "order": ({"shuffle": False}, r"another order \(then shuffle=True, replacement=False, now shuffle=False"),
    "callbacks": ({"callbacks": EarlyStopping()}, r'another callbacks \(then \[\], now \["EarlyStopping"\]\)'),
    "epochs": ({"epochs": 2}, "has done 3 epochs already, and epochs=2"),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("written") / "run.safetensors"
    train(3, callbacks=Checkpoint(path))
    return path


@pytest.mark.parametrize("name", OTHER)
def test_another_training_is_refused(name, written):
    options, message = OTHER[name]
    with pytest.raises(CheckpointError, match=message):
        train(**options, resume=written)


def test_another_model_is_refused(written):
    model = MLP(2, [4, 1], activation="relu", seed=0)
    before = model.state_dict()
    with pytest.raises(CheckpointError, match=r'another model .*"tanh".*, now .*"relu"'):
        fit(
            model,
            X,
            Y,
            loss="binary_cross_entropy_with_logits",
            batch_size=7,
            verbose=0,
            resume=written,
            engine="eager",
        )
    assert model.state_dict() == before


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.safetensors"):
        train(resume=tmp_path / "nowhere.safetensors")


def test_files_of_others_are_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    nn.save(MLP(2, [4, 1]), path)
    with pytest.raises(CheckpointError, match="damaged or was not written by Checkpoint: its metadata have no entry"):
        train(resume=path)
    train(1, callbacks=Checkpoint(path))
    with pytest.raises(nn.ModelFileError, match=r"its metadata have no entry 'autograd_core\.nn'"):
        nn.load(path)


@settings(max_examples=150)
@given(data=st.data())
def test_damage_is_noticed(data, written, tmp_path_factory):
    """Cut off, a byte changed, bytes put in: an error that names the file, or (in what is not read) no effect."""
    content = bytearray(written.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    match data.draw(st.sampled_from(["cut", "change", "insert"])):
        case "cut":
            del content[place:]
        case "change":
            content[place] ^= data.draw(st.integers(1, 255))
        case "insert":
            content[place:place] = data.draw(st.binary(min_size=1, max_size=20))
    path = tmp_path_factory.getbasetemp() / "damaged.safetensors"
    path.write_bytes(content)
    try:
        run = train(3, resume=path)
    except CheckpointError as error:
        run, message = None, str(error)
    if run is None:
        assert str(path) in message
    else:
        assert outcome(run) == outcome(train(3))


def test_one_bit_of_a_number_is_noticed(written, tmp_path):
    """The numbers stand at the end of the file; the check sum covers every one."""
    content, path = written.read_bytes(), tmp_path / "damaged.safetensors"
    for place in range(len(content) - 400, len(content), 19):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(CheckpointError, match="its check sum is wrong"):
            train(3, resume=path)


def with_content(path, change):
    """The file with another content and a check sum that fits it, as an attacker would make it."""
    from safetensors import safe_open
    from safetensors.numpy import load_file, save_file

    from nn.checkpoints import _digest

    with safe_open(path, "numpy") as file:
        document = json.loads(file.metadata()[KEY])
    tensors = load_file(path)
    state = document["content"]["dict"]["state"]["dict"]
    change(state, document)
    document["sha256"] = _digest(document["content"], {name: t.ravel().tolist() for name, t in tensors.items()})
    save_file(tensors, path, metadata={KEY: json.dumps(document)})


HOSTILE = {
    "parameters missing": lambda s, d: s.pop("parameters"),
    "parameters a text": lambda s, d: s.update(parameters="w"),
    "too few parameters": lambda s, d: s.update(parameters={"list": [1.0]}),
    "unknown tensor": lambda s, d: s.update(parameters={"numbers": "none"}),
    "order damaged": lambda s, d: s.update(order={"list": [3, {"list": [1]}, None]}),
    "step a text": lambda s, d: s.update(step="1"),
    "step negative": lambda s, d: s.update(step=-1),
    "sums of another shape": lambda s, d: s.update(sums={"dict": {}}),
    "batches that are not there": lambda s, d: s.update(batches_done=2),
    "history a number": lambda s, d: s.update(history=3),
    "row a list": lambda s, d: s.update(row={"list": []}),
    "stopped a number": lambda s, d: s.update(stopped=1),
    "unknown kind": lambda s, d: s.update(step={"call": "os.system"}),
    "content a text": lambda s, d: d.update(content="x"),
    "deep": lambda s, d: s.update(row=json.loads('{"list": [' * 400 + "]}" * 400)),
    "order with numbers too large": lambda s, d: s["order"]["list"][1]["list"].__setitem__(0, 10**400),
    "order with numbers below 0": lambda s, d: s["order"]["list"][1]["list"].__setitem__(0, -1),
    "step without end": lambda s, d: s.update(step=10**400),
    "step of the optimizer without end": lambda s, d: s["optimizer"]["dict"]["state"]["list"][0]["dict"].update(
        step=10**400
    ),
    "first rate a text": lambda s, d: s["optimizer"]["dict"]["param_groups"]["list"][0]["dict"].update(initial_lr="a"),
    "row of texts": lambda s, d: s.update(row={"dict": {"loss": "a"}}),
    "sizes of nothing": lambda s, d: s["sums"]["dict"].update(sizes={"list": [0]}, losses={"list": [0.5]}),
    "optimizer damaged": lambda s, d: s.update(optimizer={"dict": {}}),
    "version": lambda s, d: d.update(version=2),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused(name, tmp_path):
    path = tmp_path / "run.safetensors"
    train(2, callbacks=Checkpoint(path))
    with_content(path, HOSTILE[name])
    with pytest.raises(CheckpointError, match=r"resume: "):
        train(resume=path)


# Folders and kills ------------------------------------------------------------------------------------------------


def test_a_folder_that_is_not_there_is_named_before_the_first_step(tmp_path):
    model = MLP(2, [4, 1], seed=0)
    before = model.state_dict()
    with pytest.raises(OSError, match="nothing was written"):
        fit(model, X, Y, loss="binary_cross_entropy_with_logits", verbose=0, engine="eager",
            callbacks=Checkpoint(tmp_path / "none" / "run.safetensors"))  # fmt: skip
    assert model.state_dict() == before


def test_wrong_arguments():
    with pytest.raises(ValueError, match="Checkpoint: every must be a whole number of at least 1, got 0"):
        Checkpoint("run", every=0)
    with pytest.raises(ValueError, match="Checkpoint: per must be 'epoch' or 'step', got 'hour'"):
        Checkpoint("run", per="hour")


def test_drafts_of_killed_processes_are_cleared_away(tmp_path):
    (tmp_path / ".run[1].safetensors.4711.draft").write_bytes(b"half")
    (tmp_path / ".other.safetensors.4711.draft").write_bytes(b"half")
    train(1, callbacks=Checkpoint(tmp_path / "run[1].safetensors"))
    assert sorted(path.name for path in tmp_path.iterdir()) == [".other.safetensors.4711.draft", "run[1].safetensors"]


PROGRAM = """
import sys
from pathlib import Path
from nn import MLP, Checkpoint, EarlyStopping, datasets, fit
path, epochs = Path(sys.argv[1]), int(sys.argv[2])
points = datasets.moons(12, noise=0.2, seed=0)
model = MLP(2, [3, 1], activation="tanh", seed=0)
import safetensors.numpy  # what the first checkpoint loads
print("begin", flush=True)
history = fit(
    model, points.X, points.y, loss="binary_cross_entropy_with_logits", batch_size=5, epochs=epochs, seed=0, verbose=0,
    schedule="cosine", engine="eager", callbacks=[EarlyStopping(1000), Checkpoint(path, 1, "step")],
    resume=path if path.exists() else None,
)
print([w.hex() for w in model.state_dict().values()], history.history["loss"])
"""


@pytest.mark.parametrize("kills", [4, pytest.param(20, marks=pytest.mark.thorough)])
def test_a_kill_at_any_moment_leaves_a_whole_file(kills, tmp_path):
    """One training killed again and again, each time resumed from what was left: its end is that of a run in peace."""
    epochs, generator = str(30 * kills), random.Random(0)

    def start(path):
        return subprocess.Popen([sys.executable, "-c", PROGRAM, path, epochs], stdout=subprocess.PIPE, text=True)

    path, progress = tmp_path / "killed.safetensors", []
    for _ in range(kills):
        process = start(path)
        assert process.stdout.readline() == "begin\n"
        time.sleep(generator.uniform(0.0, 0.15))
        process.send_signal(signal.SIGKILL)
        rest = process.communicate()[0]
        assert rest == "", "the training was over before the kill"
        progress.append(path.stat().st_mtime_ns if path.exists() else 0)
    assert len(set(progress)) > kills // 2  # most fell into the middle of the training
    finished = [start(where).communicate()[0].splitlines()[1] for where in (path, tmp_path / "peace.safetensors")]
    assert finished[0] == finished[1]
