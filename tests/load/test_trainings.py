"""Long trainings in the same little memory, and eight of them at once: the numbers are those of one after the other."""

import gc
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from nn import MLP, datasets, fit
from nn.optimizers import SGD

ROOT = Path(__file__).resolve().parents[2]
FLAT = 2 << 20
"""How many bytes a process may grow between a tenth of the steps and all of them: what an allocator may hold back."""

PROGRAM = """
import gc, sys
from pathlib import Path
from nn import MLP, datasets, fit
from nn.callbacks import Callback

def memory():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

class Watch(Callback):
    # per epoch; with steps it would keep the compiled engine from taking many in one go
    def on_epoch_end(self, training):
        done = training.epoch + 1
        if done in (training.epochs // 10, training.epochs):
            print(training.step, memory(), sys.getallocatedblocks())

engine, steps = sys.argv[1], int(sys.argv[2])
points = datasets.moons(50, noise=0.2, seed=0)
model = MLP(2, [3, 1], activation="tanh", seed=0)
fit(model, points.X, points.y, loss="binary_cross_entropy_with_logits", optimizer="adam", batch_size=5, epochs=steps // 10, seed=0,
    verbose=0, engine=engine, callbacks=[Watch()])
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the memory of a process is read from /proc")
@pytest.mark.parametrize("steps", [1_000, pytest.param(100_000, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_memory_stays_flat(engine: str, steps: int):
    """Between a tenth of the steps and all of them nothing grows but the history: a few numbers per epoch."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, engine, str(steps)], check=False, capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-3000:]
    (first, early, blocks), (last, late, blocks_later) = (map(int, line.split()) for line in done.stdout.splitlines())
    assert (first, last) == (steps // 10, steps)
    print(
        f"{engine}: {early >> 10} KiB after {first} steps, {late >> 10} KiB after {last}; {blocks_later - blocks} blocks more"
    )
    assert late - early < FLAT
    epochs = (last - first) // 10
    assert blocks_later - blocks < 1000 + 8 * epochs


def test_a_loop_of_ones_own_leaves_nothing_behind():
    """Counted with the garbage collector off: after each step there are as many objects as before."""
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    optimizer = SGD(model.parameters(), lr=0.1)
    points = datasets.moons(10, noise=0.2, seed=0)

    def step() -> None:
        loss = sum((model(x) - t) ** 2 for x, t in zip(points.X, points.y, strict=True)) / 10.0
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    for _ in range(10):  # the first compiles the operations, which leaves garbage
        step()
    gc.collect()
    gc.disable()
    try:
        counts = []
        for _ in range(40):
            step()
            counts.append(len(gc.get_objects()))
        assert gc.collect() == 0
    finally:
        gc.enable()
    assert len(set(counts)) == 1


# Threads ----------------------------------------------------------------------------------------------------------


def trained(number: int, engine: str, epochs: int) -> tuple[Any, ...]:
    """A training of its own: other sizes, weights and data for each number, and in long trainings other operations."""
    kind = number if epochs > 10 or engine == "eager" else 0
    points = datasets.moons(20 + number, noise=0.2, seed=number)
    model = MLP(2, [2 + number % 3, 1], activation=["tanh", "relu", "sigmoid"][kind % 3], seed=number)
    history = fit(model, points.X, points.y, loss="binary_cross_entropy_with_logits", optimizer=["adam", "sgd"][kind % 2], batch_size=5,
                  epochs=epochs, seed=number, verbose=0, engine=engine)  # fmt: skip
    return model.state_dict(), history.history


def at_once(engine: str, epochs: int, count: int = 8) -> list[tuple[Any, ...] | None]:
    """So many trainings at a time, each in a thread, which change places as often as possible."""
    results: list[tuple[Any, ...] | None] = [None] * count
    barrier, interval = threading.Barrier(count), sys.getswitchinterval()

    def run(number: int) -> None:
        barrier.wait()
        results[number] = trained(number, engine, epochs)

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    return results


@pytest.mark.parametrize("engine", ["eager", "compiled"])
@pytest.mark.parametrize("epochs", [3, pytest.param(60, marks=pytest.mark.thorough)])
def test_eight_threads_train_eight_models(engine: str, epochs: int):
    """Bit for bit as one after the other; the compiled ones also record and compile at once."""
    together = at_once(engine, epochs)
    alone = [trained(number, engine, epochs) for number in range(8)]
    assert together == alone
    assert at_once(engine, epochs) == alone


def test_threads_of_processors_do_not_matter():
    """The number of threads that share the lanes of a compiled model is no part of its results."""
    results = []
    for threads in ("1", "2"):
        program = "from tests.load.test_trainings import trained\nprint(trained(1, 'compiled', 2))"
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        done = subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT, env=environment
        )
        results.append(done.stdout)
    assert results[0] == results[1]
