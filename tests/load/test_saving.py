"""Files are whole, whatever happens while they are written: a kill at any moment, a disk that fills up, two writers at once."""

import errno
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import nn
from nn import MLP
from nn.files import replacing
from tests.load.writers import MOONS, WRITERS, fill, train

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, signals and limits of the system")


def harm(*arguments: object) -> int:
    """Run `tests.load.writers`, and return what it counted."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.load.writers", *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout)


STEPS = {"model": 9, "checkpoints": 199, "estimator": 43, "history_csv": 19, "history_json": 43}


@pytest.mark.parametrize("name", WRITERS)
def test_a_kill_leaves_the_old_file_or_the_new_one(name: str, tmp_path: Path):
    assert harm("kill", name, tmp_path, STEPS[name]) > 100


@pytest.mark.thorough
@pytest.mark.parametrize("name", WRITERS)
def test_a_kill_at_every_moment_leaves_the_old_file_or_the_new_one(name: str, tmp_path: Path):
    assert harm("kill", name, tmp_path, 29 if name == "checkpoints" else 1) > 100


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_cannot_grow_leaves_the_old_one(name: str, tmp_path: Path):
    assert harm("full", name, tmp_path) == 7


SAVING = """
import sys
from nn import MLP, save
models = [MLP(8, [40, 2], seed=i) for i in range(2)]
save(models[0], sys.argv[1])
print("begin", flush=True)
while True:
    for model in models:
        save(model, sys.argv[1])
"""


@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.thorough)])
def test_a_kill_from_outside(kills: int, tmp_path: Path):
    """At any moment, also within a call of the system."""
    path, generator = tmp_path / "model.safetensors", random.Random(0)
    states = [MLP(8, [40, 2], seed=i).state_dict() for i in range(2)]
    for _ in range(kills):
        process = subprocess.Popen([sys.executable, "-c", SAVING, path], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "begin\n"
        time.sleep(generator.uniform(0.0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert nn.load(path).state_dict() in states


# A full disk ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [0, 100, 3000])
def test_a_full_disk_leaves_the_old_file(room: int, small_disk: Path):
    path, small, large = small_disk / "model.safetensors", MLP(2, [2, 1], seed=0), MLP(8, [60, 1], seed=0)
    nn.save(small, path)
    before = path.read_bytes()
    fill(small_disk, room)
    with pytest.raises(
        OSError, match=r"nothing was written \(No space left on device\): choose a folder .* a disk with room"
    ) as caught:
        nn.save(large, path)
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == str(path)
    assert path.read_bytes() == before
    assert sorted(entry.name for entry in small_disk.iterdir()) == ["filling", "model.safetensors"]
    (small_disk / "filling").unlink()
    nn.save(large, path)
    assert nn.load(path).state_dict() == large.state_dict()


def test_a_training_whose_disk_fills_up_keeps_the_last_checkpoint(small_disk: Path):
    """The error comes out of `fit`; with room again the training goes on from the last checkpoint, to the same end."""
    path = small_disk / "run.safetensors"

    class FillUp(nn.Callback):
        def on_batch_end(self, training: object) -> None:
            if training.step == 5:
                fill(small_disk, 0)

    models = [MLP(2, [3, 1], activation="tanh", seed=0) for _ in range(3)]
    whole = train(models[0], 4, [])
    with pytest.raises(OSError, match=r"nothing was written \(No space left on device\)"):
        train(models[1], 4, [nn.Checkpoint(path, per="step"), FillUp()])
    assert len(MOONS.X) == 12
    (small_disk / "filling").unlink()
    resumed = train(models[2], 4, [], resume=path)
    assert resumed.history == whole.history
    assert models[2].state_dict() == models[0].state_dict()
    assert sorted(entry.name for entry in small_disk.iterdir()) == ["run.safetensors"]


@pytest.mark.parametrize("call", ["write", "flush", "close"])
def test_whichever_call_fails(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A file whose write, flush or close raises: what no limit of the system brings about on purpose."""
    path = tmp_path / "model.safetensors"
    nn.save(MLP(2, [1], seed=0), path)
    before, plain = path.read_bytes(), Path.open

    def opened(self: Path, mode: str = "r", **options: object) -> object:
        file = plain(self, mode, **options)
        if "w" not in mode:
            return file

        class Failing:
            def __getattr__(self, name: str) -> object:
                return getattr(file, name)

            def __enter__(self) -> "Failing":
                return self

            def __exit__(self, *exception: object) -> None:
                file.close()
                if call == "close":
                    raise OSError(errno.EDQUOT, "Disk quota exceeded")

            def _fail(self, *_: object) -> None:
                raise OSError(errno.ENOSPC, "No space left on device")

        setattr(Failing, call, Failing._fail)
        return Failing()

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(OSError, match=r"nothing was written .(No space left on device|Disk quota exceeded)"):
        nn.save(MLP(2, [3], seed=1), path)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["model.safetensors"]


# Several writers --------------------------------------------------------------------------------------------------


def test_threads_that_write_the_same_file_leave_one_of_theirs(tmp_path: Path):
    path = tmp_path / "notes.txt"
    contents = [str(i) * 50_000 for i in range(4)]
    barrier = threading.Barrier(4)

    def write(content: str) -> None:
        for _ in range(30):
            with replacing(path, "w", encoding="utf-8") as file:
                barrier.wait()
                file.write(content)

    threads = [threading.Thread(target=write, args=[content]) for content in contents]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert not path.exists() or path.read_text(encoding="utf-8") in contents
    for thread in threads:
        thread.join()
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]
