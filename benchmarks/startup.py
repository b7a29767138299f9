"""From the import to the first step of a training, in fresh processes: with an empty cache of kernels, and a warm one."""

import json
import os
import subprocess
import sys
import tempfile

from .harness import Report, Table, Target
from .memory import ROOT

SCRIPT = """
import json, sys, time
start = time.perf_counter()
from nn import MLP, fit
imported = time.perf_counter()
sizes, loss = json.loads(sys.argv[1])
model = MLP(sizes[0], sizes[1:], seed=0)
X = [[(3 * i + j) % 7 / 7 for j in range(sizes[0])] for i in range(64)]
y = [2 * (i % 2) - 1 if loss == "hinge" else i % sizes[-1] for i in range(64)]
fit(model, X, y, loss=loss, optimizer="sgd", learning_rate=0.1, epochs=1, batch_size=32, seed=0, engine="compiled", verbose=0)
print(json.dumps([imported - start, time.perf_counter() - imported]))
"""
NETWORKS = {"2-16-16-1, hinge": ([2, 16, 16, 1], "hinge"), "64-32-10, cross-entropy": ([64, 32, 10], "cross_entropy")}


def first_epoch(network: str, cache: str) -> tuple[float, float]:
    """Seconds of the import, and from there through the first epoch of 64 examples."""
    environment = {**os.environ, "AUTOGRAD_CORE_CACHE": cache}
    command = [sys.executable, "-c", SCRIPT, json.dumps(NETWORKS[network])]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    imported, trained = json.loads(done.stdout)
    return imported, trained


def time_startup(warm_runs: int, report: Report) -> None:
    """Cold once, then warm."""
    table = Table(
        "startup: from the import of nn through the first epoch of fit (two steps), in a fresh process; wall time",
        ["", "import, s", "cold cache, s", "warm cache, s"],
    )
    for network in NETWORKS:
        with tempfile.TemporaryDirectory() as cache:
            _, cold = first_epoch(network, cache)
            imported, warm = min(first_epoch(network, cache) for _ in range(warm_runs))
        table.rows.append([network, imported, cold, warm])
        report.targets += [
            Target(f"{network}: trained within 15 s after the import, kernels compiled", cold, cold <= 15.0),
            Target(f"{network}: within 1 s in the next process", warm, warm <= 1.0),
        ]
    report.tables.append(table)
