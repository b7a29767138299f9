"""What writes files: each in two versions, so that after a fault it can be told which one is there.

``python -m tests.load.writers kill|full NAME FOLDER`` does harm while they write, in processes of their own.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import nn
from nn import MLP, Callback, Checkpoint, History, Standardizer, datasets, fit

MOONS = datasets.moons(12, noise=0.2, seed=0)


def save_model(path: Path, version: int) -> None:
    """A model with all that comes along."""
    model = MLP(2, [3 + version, 2], activation="tanh", seed=version)
    nn.save(model, path, scaler=Standardizer([0.0, 1.0], [1.0, 2.0]), classes=["no", "yes"])


def save_checkpoints(path: Path, version: int) -> None:
    """A training that writes a checkpoint at every step; the second version goes on from the first."""
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    train(model, 1 + version, [Checkpoint(path, per="step")], resume=path if version else None)


def train(model: Any, epochs: int, callbacks: list[Callback], resume: Path | None = None) -> History:
    """A short training."""
    return fit(model, MOONS.X, MOONS.y, loss="binary_cross_entropy_with_logits", batch_size=5, epochs=epochs, seed=0, verbose=0,
               engine="eager", callbacks=callbacks, resume=resume)  # fmt: skip


def save_estimator(path: Path, version: int) -> None:
    """The network of a fitted estimator."""
    import warnings

    from nn import MLPClassifier

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is not to converge
        estimator = MLPClassifier((3,), max_iter=1 + version, random_state=0, engine="eager").fit(MOONS.X, MOONS.y)
    nn.save(estimator.model_, path, classes=estimator.classes_)


def _history(version: int) -> History:
    history = History()
    for epoch in range(3 + version):
        history.append({"loss": 1.0 / (epoch + 1), "accuracy": float(version)})
    return history


def save_history_csv(path: Path, version: int) -> None:
    """The figures of a training as a table."""
    _history(version).save_csv(path)


def save_history_json(path: Path, version: int) -> None:
    """The figures of a training as a JSON text."""
    _history(version).save_json(path)


WRITERS: dict[str, Callable[[Path, int], None]] = {
    "model": save_model,
    "checkpoints": save_checkpoints,
    "estimator": save_estimator,
    "history_csv": save_history_csv,
    "history_json": save_history_json,
}


def versions(name: str, path: Path) -> list[bytes]:
    """All contents that the file may have, in the order in which an undisturbed run writes them."""
    from nn import files

    seen: list[bytes] = []
    plain = Path.replace

    def replace(self: Path, target: Path) -> Path:
        done = plain(self, target)
        seen.append(path.read_bytes())
        return done

    files.Path.replace = replace
    try:
        for version in (0, 1):
            WRITERS[name](path, version)
    finally:
        files.Path.replace = plain
    return seen


def fill(disk: Path, room: int) -> None:
    """Leave that many bytes on a small disk, by a file called ``filling``."""
    with (disk / "filling").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(512))
        except OSError:
            file.truncate(max(0, file.tell() - room))


# Harm -------------------------------------------------------------------------------------------------------------


def moments(name: str, path: Path, moment: int) -> None:
    """Write the second version, and be killed at one moment: as Python enters or leaves a function while a file is open."""
    left, inside = moment, False

    def look(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal left, inside
        if event == "call" and frame.f_code.co_name == "replacing":
            inside = True
        if inside:
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(look)
    try:
        WRITERS[name](path, 1)
    finally:
        sys.setprofile(None)


def kill_at_every_moment(name: str, folder: Path, step: int) -> int:
    """Kill the writer at every moment, or every `step`-th; returns how many there were.

    Raises
    ------
    AssertionError
        If there is anything but one of the whole versions afterwards.
    """
    path = folder / "file"
    whole = versions(name, path)
    WRITERS[name](path, 0)
    first = path.read_bytes()
    for moment in _from(0, step):
        path.write_bytes(first)
        child = os.fork()
        if child == 0:
            moments(name, path, moment)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        assert path.read_bytes() in whole, f"{name}: a kill at moment {moment} leaves another file"
        for draft in folder.glob(".file.*.draft"):
            draft.unlink()
        assert [entry.name for entry in folder.iterdir()] == ["file"]
        if status == 0:  # it was over before
            assert path.read_bytes() == whole[-1]
            return moment
    raise AssertionError  # there are finitely many


def _from(start: int, step: int) -> Iterator[int]:
    while True:
        yield start
        start += step


def fill_the_disk(name: str, folder: Path) -> int:
    """Write the second version again and again where a file may not grow beyond a limit, from nothing to enough.

    Raises
    ------
    AssertionError
        If the old file is not as it was, a draft is left, or the error does not say what happened.
    """
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    path, refused = folder / "file", 0
    WRITERS[name](path, 0)
    first = path.read_bytes()
    size = max(map(len, versions(name, path)))
    for limit in sorted({0, 1, 7, 8, size // 3, size // 2, size - 1, size}):
        path.write_bytes(first)
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            status = 0
            try:
                WRITERS[name](path, 1)
            except OSError as error:
                status = 1 if "nothing was written" in str(error) and str(path) in str(error) else 2
            os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status == (1 if limit < size else 0), f"{name}: with {limit} of {size} bytes the status is {status}"
        assert (path.read_bytes() == first) == (limit < size) or name == "checkpoints", (
            f"{name}: not the old file at {limit} bytes"
        )
        assert [entry.name for entry in folder.iterdir()] == ["file"], f"{name}: something is left at {limit} bytes"
        refused += status
    return refused


if __name__ == "__main__":
    harm, writer, where = sys.argv[1:4]
    if harm == "kill":
        print(kill_at_every_moment(writer, Path(where), int(sys.argv[4])))
    else:
        print(fill_the_disk(writer, Path(where)))
