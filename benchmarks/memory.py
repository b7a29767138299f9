"""Bytes per node of a graph: what Python allocates (tracemalloc), and what the process takes (resident).

Every measurement has a process of its own: ``python -m benchmarks.memory PEER NODES tracemalloc|resident``.
"""

import gc
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from .peers import load
from .programs import chain

ROOT = Path(__file__).resolve().parents[1]


def bytes_per_node(peer: str, nodes: int, way: str) -> tuple[float, float]:
    """Bytes per node of a chain after forward and after backward, measured in a fresh process."""
    command = [sys.executable, "-m", f"{__package__}.memory", peer, str(nodes), way]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    forward, backward = json.loads(done.stdout)
    return forward, backward


def resident() -> int:
    """The bytes of memory that the system counts for this process."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    command = ["ps", "-o", "rss=", "-p", str(os.getpid())]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) * 1024


def allocated() -> int:
    """The bytes of all objects made since tracemalloc was started."""
    return tracemalloc.get_traced_memory()[0]


def measure(name: str, nodes: int, in_use: Callable[[], int]) -> tuple[float, float]:
    """Bytes per node in this process. A node is a scalar: a leaf, a product or a sum of the chain."""
    peer = load([name])[0][0]
    small = chain(branches=1)
    peer.value_and_gradients(small.function, small.numbers)  # what the first run loads is no part of the graph
    program = chain(branches=max(nodes // 401, 1))
    count = len(program.numbers) + 401 * max(nodes // 401, 1) - 1
    gc.collect()
    before = in_use()
    leaves = [peer.leaf(x) for x in program.numbers]
    root = program.function(peer, leaves)
    forward = in_use()
    root.backward()
    gc.collect()
    backward = in_use()
    return (forward - before) / count, (backward - before) / count


if __name__ == "__main__":
    if sys.argv[3] == "tracemalloc":
        tracemalloc.start()
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), allocated if sys.argv[3] == "tracemalloc" else resident)))
