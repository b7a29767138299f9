"""Plans on Numba: the kernels of `kernels.py`, compiled once for each set of operations and kept in a cache on disk."""

import hashlib
import importlib.util
import os
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from ..row import Primitive
from .kernels import PRODUCT_OPCODE, source
from .plan import Group, Plan, Product, Run

BLOCK_BYTES = 1 << 20
"""How much memory the registers of one block of lanes and their adjoints may take, so that they stay in the cache."""

_modules: dict[str, ModuleType] = {}


def available() -> bool:
    """Whether Numba is there; if not, say once what it would take."""
    global _hinted  # noqa: PLW0603
    try:
        import numba  # noqa: F401
    except ImportError:
        if not _hinted:
            _hinted = True
            warnings.warn(
                "Numba is not installed: compiled functions run on NumPy, more slowly. pip install numba", stacklevel=2
            )
        return False
    return True


_hinted = False


def cache_folder() -> Path:
    """Where compiled kernels are kept: ``AUTOGRAD_CORE_CACHE``, else a folder in the user's cache folder."""
    named = os.environ.get("AUTOGRAD_CORE_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(base) / "autograd_core"


def kernels_for(rows: Sequence[Primitive]) -> ModuleType:
    """The compiled module with ``forward`` and ``backward`` for `rows`."""
    text = source(rows)
    key = hashlib.sha256(text.encode()).hexdigest()[:20]
    if key not in _modules:
        _modules[key] = _load(f"kernels_{key}", text)
    return _modules[key]


def _load(name: str, text: str) -> ModuleType:
    """The module `name` with the source `text`, written where Numba can keep what it compiles beside it."""
    try:
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="autograd_core_"))
    path = folder / f"{name}.py"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        handle, temporary = tempfile.mkstemp(dir=folder, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None  # there is a loader for files that end in .py
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # Numba looks it up by name when it loads what it compiled
    spec.loader.exec_module(module)
    return module


class NativeExecutor:
    """A plan as arrays for the kernels."""

    def __init__(self, plan: Plan) -> None:
        import numpy as np

        self.plan = plan
        rows = list(dict.fromkeys(step.row for step in plan.steps if isinstance(step, Group)))
        self.kernels = kernels_for(rows)
        opcodes = {row: op for op, row in enumerate(rows, PRODUCT_OPCODE + 1)}
        steps: list[list[int]] = []
        index: list[int] = []
        for step in plan.steps:
            at = len(index)
            if isinstance(step, Product):
                index += step.inputs
                steps.append([PRODUCT_OPCODE, step.first, step.size, at, len(step.inputs), step.weights, step.biases])
            else:
                for operand in step.operands:
                    index += operand
                steps.append([opcodes[step.row], step.first, step.size, at, len(step.operands), 0, 0])
        self.steps = np.array(steps, dtype=np.int64).reshape(len(steps), 7)
        self.index = np.array(index, dtype=np.int64)
        self.outputs = np.array(plan.outputs, dtype=np.int64)
        self.guards = np.array([register for register, _ in plan.guards], dtype=np.int64)
        self.broadcast = np.array(plan.broadcast, dtype=np.int64).reshape(-1, 2)
        self.lanes_per_block = max(8, min(1024, BLOCK_BYTES // (16 * max(1, plan.registers)) // 8 * 8))

    def run(self, uniforms: Any, inputs: Any, seeds: Any = None) -> Run:
        """See `Executor`."""
        import numpy as np

        plan, lanes = self.plan, inputs.shape[1]
        size = max(1, min(self.lanes_per_block, lanes))
        outputs = np.empty((len(self.outputs), lanes))
        guards = np.empty((len(self.guards), lanes))
        d_inputs, d_uniforms = np.empty_like(inputs), np.zeros_like(uniforms)
        V = A = np.empty((0, 0))
        for start in range(0, lanes, size):
            block = slice(start, min(start + size, lanes))
            count = block.stop - start
            if V.shape[1] != count:  # the kernels take all columns
                V = np.empty((plan.registers, count))
                V[self.broadcast[:, 0]] = uniforms[self.broadcast[:, 1], None]
                A = np.empty_like(V)
            V[: plan.inputs] = inputs[:, block]
            self.kernels.forward(self.steps, self.index, uniforms, V, count)
            outputs[:, block] = V[self.outputs]
            guards[:, block] = V[self.guards]
            if seeds is not None:
                A[:] = 0.0
                np.add.at(A, self.outputs, seeds[:, block])
                self.kernels.backward(self.steps, self.index, uniforms, V, A, d_uniforms, count)
                d_inputs[:, block] = A[: plan.inputs]
                np.add.at(d_uniforms, self.broadcast[:, 1], A[self.broadcast[:, 0]].sum(axis=1))
        return Run(outputs, guards) if seeds is None else Run(outputs, guards, d_inputs, d_uniforms)
