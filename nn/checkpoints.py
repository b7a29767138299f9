"""Checkpoints: the whole state of a training in a file, from which `fit` goes on as if nothing had happened.

The file is a safetensors file as `nn.save` writes them: its tensors hold the weights, what the optimizer remembers and
the history; the entry ``autograd_core.nn.checkpoint`` of its metadata is a JSON text with everything else. Nothing in
it could run.
"""

import glob
import hashlib
import json
import math
import os
import random
import re
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .architecture import describe
from .callbacks import Callback
from .checks import LARGEST_COUNT, are_floats, check_count, demand
from .files import replacing
from .saving import VERSION, parse, read_bytes

if TYPE_CHECKING:
    from .training import Training

KEY = "autograd_core.nn.checkpoint"


class CheckpointError(ValueError):
    """A file from which a training cannot be resumed: damaged, or of a training with other data or options."""


class Checkpoint(Callback):
    """Writes the state of the training to a file, so that `nn.fit` can resume it: ``fit(..., resume=path)``.

    The file is replaced as a whole: if the process is killed, at whatever moment, there is the old one or the new one.
    The first is written before the first step.

    What is stored: the weights, the optimizer's memory, the schedule, the state of the generator that orders the
    examples and the place in its order, the history, and the state of the other callbacks. Not stored is the state of
    generators that functions of your own draw from.

    Parameters
    ----------
    path
        The file; ``.safetensors`` is the usual ending.
    every
        The number of epochs or steps from one writing to the next. After the last epoch it is written in any case.
    per
        Whether `every` counts epochs or steps of the optimizer.

    Raises
    ------
    ValueError
        If `every` is no whole number of at least 1, or `per` is something else.
    OSError
        During the training, if the file cannot be written; the one that was there stays.

    Examples
    --------
    >>> import tempfile
    >>> from nn import MLP, datasets, fit
    >>> points = datasets.moons(20, seed=0)
    >>> def train(epochs, **options):
    ...     model = MLP(2, [3, 1], seed=0)
    ...     loss = "binary_cross_entropy_with_logits"
    ...     return fit(model, points.X, points.y, loss=loss, epochs=epochs, seed=0, **options).history
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = folder + "/run.safetensors"
    ...     first = train(3, callbacks=[Checkpoint(path)])
    ...     resumed = train(5, resume=path)
    >>> resumed == train(5)
    True
    """

    def __init__(self, path: str | os.PathLike[str], every: int = 1, per: Literal["epoch", "step"] = "epoch") -> None:
        self.path, self.per = Path(path), per
        self.every = check_count(every, "Checkpoint: every")
        demand(per in ("epoch", "step"), self, "per", "'epoch' or 'step'")
        self.options: dict[str, Any] = {}

    @property
    def between_steps(self) -> bool:
        """Whether steps are counted."""
        return self.per == "step"

    def on_train_begin(self, training: "Training") -> None:
        """Start afresh, and clear away the drafts that a killed process has left."""
        self.options = options_of(training)
        for draft in self.path.parent.glob(f".{glob.escape(self.path.name)}.*.draft"):
            draft.unlink(missing_ok=True)

    def on_epoch_begin(self, training: "Training") -> None:
        """Write the first state."""
        if training.step == 0:
            self.write(training)

    def on_batch_end(self, training: "Training") -> None:
        """Write if it is time."""
        if self.per == "step" and training.step % self.every == 0:
            self.write(training)

    def on_epoch_recorded(self, training: "Training") -> None:
        """Write if it is time, or if this was the last epoch."""
        done = training.epoch + 1
        last = done == training.epochs or training.history.stopped is not None
        if last or (self.per == "epoch" and done % self.every == 0):
            self.write(training)

    def write(self, training: "Training") -> None:
        """Write the present state."""
        try:
            from numpy import array
            from safetensors.numpy import save
        except ImportError as error:
            raise ImportError("Checkpoint needs numpy and safetensors: pip install numpy safetensors") from error
        lists: dict[str, list[float]] = {}
        content = _packed({"options": self.options, "state": state_of(training)}, lists)
        document = {"version": VERSION, "content": content, "sha256": _digest(content, lists)}
        tensors = {name: array([numbers]) for name, numbers in lists.items()}
        with replacing(self.path) as file:
            file.write(save(tensors, metadata={KEY: json.dumps(document, allow_nan=False)}))


# The state of a training ------------------------------------------------------------------------------------------


def options_of(training: "Training") -> dict[str, Any]:
    """What must be the same in a training that resumes this one: digests and descriptions, by name."""
    batch_size = training.batch_size
    return {
        "model": _architecture(training.model),
        "data": _digest_of_data(training),
        "loss": training.loss.name,
        "regularizer": _named(training.regularizer),
        "optimizer": f"{type(training.optimizer).__name__} {training.optimizer.defaults}",
        "schedule": _named(training.schedule),
        "batch_size": _named(batch_size) if callable(batch_size) else batch_size,
        "order": f"shuffle={training.batches.shuffle}, replacement={training.batches.replacement}",
        "engine": type(training.engine).__name__,
        "callbacks": [type(callback).__name__ for callback in _with_state(training)],
    }


def state_of(training: "Training") -> dict[str, Any]:
    """All that changes while the training runs; between two steps."""
    return {
        "parameters": [parameter.data for parameter in training.parameters],
        "optimizer": training.optimizer.state_dict(),
        "schedule": None if training.schedule is None else training.schedule.state_dict(),
        "callbacks": [callback.state_dict() for callback in _with_state(training)],
        "history": training.history.history,
        "stopped": training.history.stopped,
        "step": training.step,
        "batches_done": training.batches_done,
        "sums": vars(training.sums),
        "row": training.row if training.batches_done else {},
        "order": training.order,
    }


def read(path: str | os.PathLike[str], training: "Training") -> dict[str, Any]:
    """The state in a checkpoint, if `training` can go on from it; nothing in the file is executed.

    Raises
    ------
    CheckpointError
        If the file is damaged, `Checkpoint` did not write it, or the training was another one.
    OSError
        If the file cannot be read.
    """
    path = Path(path)
    try:
        data = read_bytes(path)
    except ValueError as error:
        raise CheckpointError(f"resume: {path} was not written by Checkpoint: {error}") from error
    try:
        from safetensors import SafetensorError
        from safetensors.numpy import load
    except ImportError as error:
        raise ImportError("resume needs numpy and safetensors: pip install numpy safetensors") from error
    try:
        _, document = parse(data, KEY)
        lists = {name: tensor.ravel().tolist() for name, tensor in load(data).items()}
        if document.get("sha256") != _digest(document["content"], lists):
            raise ValueError("its check sum is wrong")
        content = _unpacked(document["content"], lists)
        state: dict[str, Any] = content["state"]
        _check_options(content["options"], options_of(training), path)
        _check_state(state, training)
    except CheckpointError:
        raise
    except (
        ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, SafetensorError,
    ) as error:  # fmt: skip
        raise CheckpointError(f"resume: {path} is damaged or was not written by Checkpoint: {error}") from error
    return state


def restore(training: "Training", state: dict[str, Any]) -> None:
    """Give the training that state, which `read` has found to be one of it.

    Raises
    ------
    CheckpointError
        If a callback or a schedule of the user's own does not take its state.
    """
    try:
        for callback, kept in zip(_with_state(training), state["callbacks"], strict=True):
            callback.load_state_dict(kept)
        if training.schedule is not None:
            training.schedule.load_state_dict(state["schedule"])
        training.optimizer.load_state_dict(state["optimizer"])
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise CheckpointError(f"resume: a state in the checkpoint cannot be used: {error!r}") from error
    training.batches.random.setstate(_generator_state(state["order"]))
    training.order = training.batches.random.getstate()
    training.history.history = state["history"]
    training.history.stopped = state["stopped"]
    training.epoch, training.step = len(training.history), state["step"]
    training.batches_done, training.row = state["batches_done"], state["row"]
    vars(training.sums).update(state["sums"])
    for parameter, weight in zip(training.parameters, state["parameters"], strict=True):
        parameter.data = weight


def _check_options(then: dict[str, Any], now: dict[str, Any], path: Path) -> None:
    for name, option in now.items():
        if then[name] != option:
            what = "other data" if name == "data" else f"another {name} ({_difference(then[name], option)})"
            raise CheckpointError(f"resume: {path} is of a training with {what}: give the same to go on with it")


def _check_state(state: dict[str, Any], training: "Training") -> None:
    """Whether everything that `restore` takes without a look is what it should be."""
    weights, columns = state["parameters"], list(state["history"].values())
    if not are_floats(weights) or len(weights) != len(training.parameters):
        raise ValueError(f"it has {len(weights)} parameters, the model has {len(training.parameters)}")
    epochs = len(columns[0]) if columns else 0
    if not all(are_floats(column) and len(column) == epochs for column in columns):
        raise ValueError("its history is damaged")
    done, sums = state["batches_done"], state["sums"]
    counts = [state["step"], done, sums["seen"], sums["right"]]
    sizes = sums["sizes"]
    if not all(_is_count(n) for n in [*counts, *sizes]) or set(sums) != set(vars(training.sums)):
        raise ValueError("its counts are damaged")
    if not (are_floats(sums["losses"]) and len(sums["losses"]) == len(sizes) == done and sum(sizes) == sums["seen"]):
        raise ValueError("the sums of its epoch are damaged")
    if not isinstance(sums["penalty"], float) or 0 in sizes or sums["seen"] > len(training.X):
        raise ValueError("the sums of its epoch are damaged")
    row = state["row"]
    if not isinstance(row, dict) or not all(isinstance(x, float) or _is_count(x) for x in row.values()):
        raise ValueError("the figures of its epoch are damaged")
    if not isinstance(state["stopped"], str | None):
        raise ValueError("its epoch is damaged")
    random.Random().setstate(_generator_state(state["order"]))
    if epochs > training.epochs:
        raise CheckpointError(
            f"resume: the training in the checkpoint has done {epochs} epochs already, and epochs={training.epochs}"
        )


def _with_state(training: "Training") -> list[Callback]:
    return [callback for callback in training.callbacks if callback.state_dict()]


def _generator_state(order: Any) -> Any:
    """The state of a ``random.Random``, in which JSON has made lists of the tuples."""
    version, numbers, following = order
    return version, tuple(numbers), following


# Descriptions -----------------------------------------------------------------------------------------------------


def _architecture(model: Any) -> Any:
    try:
        return describe(model)
    except TypeError:  # a model of the user's own
        return [name for name, _ in model.named_parameters()]


def _named(thing: Any) -> str:
    """What an option is called, the same in every process."""
    return getattr(thing, "__name__", None) or re.sub(" at 0x[0-9A-Fa-f]+", "", repr(thing))


def _digest_of_data(training: "Training") -> str:
    digest = hashlib.sha256()
    for X, y in [(training.X, training.y), training.validation_data or ([], [])]:
        for row in X:
            digest.update(array("d", row))
        digest.update(repr((len(X), y)).encode())
    digest.update(array("d", training.weights or []))
    return digest.hexdigest()


def _difference(then: Any, now: Any) -> str:
    """Both options; of long texts the part around the first character that differs."""
    texts = [option if isinstance(option, str) else json.dumps(option) for option in (then, now)]
    alike = next((i for i, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), min(map(len, texts)))
    start = max(alike - 40, 0)
    shown = [text if len(text) <= 80 else f"{'…' if start else ''}{text[start : start + 80]}…" for text in texts]
    return f"then {shown[0]}, now {shown[1]}"


# Numbers in tensors, everything else in JSON ----------------------------------------------------------------------


def _packed(x: Any, lists: dict[str, list[float]]) -> Any:
    """`x` as JSON can hold it; lists of floats are put into `lists` and named."""
    if isinstance(x, dict):
        return {"dict": {str(name): _packed(entry, lists) for name, entry in x.items()}}
    if isinstance(x, list | tuple):
        if x and all(isinstance(entry, float) for entry in x):
            name = f"numbers{len(lists)}"
            lists[name] = [*x]
            return {"numbers": name}
        return {"list": [_packed(entry, lists) for entry in x]}
    if isinstance(x, float) and not math.isfinite(x):
        return {"float": repr(float(x))}
    if x is None or isinstance(x, bool | int | float | str):
        return x
    raise TypeError(
        f"Checkpoint: the state has {type(x).__name__} {x!r:.60} in it; a state_dict is made of numbers, texts, lists "
        "and dicts"
    )


def _unpacked(x: Any, lists: dict[str, list[float]]) -> Any:
    """What `_packed` was given; tuples have become lists."""
    match x:
        case {"dict": dict(entries)}:
            return {name: _unpacked(entry, lists) for name, entry in entries.items()}
        case {"list": list(entries)}:
            return [_unpacked(entry, lists) for entry in entries]
        case {"numbers": str(name)}:
            return lists[name]
        case {"float": "nan" | "inf" | "-inf" as text}:
            return float(text)
        case dict() | list():
            raise ValueError("its content is damaged")
    return x


def _digest(content: Any, lists: dict[str, list[float]]) -> str:
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode())
    for name in sorted(lists):
        digest.update(array("d", lists[name]))
    return digest.hexdigest()


def _is_count(n: Any) -> bool:
    return type(n) is int and 0 <= n <= LARGEST_COUNT
