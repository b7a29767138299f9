"""Generated modules on disk, and beside them what Numba compiled of them: a second process starts at once.

A module is named after the hash of its source, so nothing is ever out of date. What Numba wrote is sealed with checksums:
a file that was damaged is thrown away and compiled again, where Numba would run it.
"""

import atexit
import hashlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from .collector import collector_paused

WRITES = 100
"""How many functions that cannot be written to the disk a kernel may call."""


def cache_folder() -> Path:
    """Where compiled kernels are kept: ``AUTOGRAD_CORE_CACHE``, else a folder in the user's cache folder."""
    named = os.environ.get("AUTOGRAD_CORE_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(base) / "autograd_core"


class Kernels:
    """A generated module, whose functions are compiled when they are first asked for.

    Parameters
    ----------
    kind, text
        What the module's name begins with, and its source.
    signatures
        For every function that is called from outside, the types of its arguments in Numba's notation.
    """

    _made: ClassVar[dict[str, "Kernels"]] = {}
    _lock: ClassVar[threading.RLock] = threading.RLock()

    def __init__(self, kind: str, text: str, signatures: Mapping[str, str]) -> None:
        self.name = name_of(kind, text)
        self.signatures = signatures
        self.path = _written(self.name, text)
        try:
            self.module = _imported(self.name, self.path)
        except RuntimeError:  # Numba may write neither there nor to the user's folder
            self.path = _write(_own_folder(), self.name, text)
            self.module = _imported(self.name, self.path)
        self._ready: dict[str, Any] = {}
        self._verified = False

    @classmethod
    def of(cls, kind: str, text: str, signatures: Mapping[str, str]) -> "Kernels":
        """The module with the source `text`, made once."""
        with cls._lock:
            name = name_of(kind, text)
            if name not in cls._made:
                cls._made[name] = cls(kind, text, signatures)
            return cls._made[name]

    def __getitem__(self, name: str) -> Any:
        """The function `name`, compiled."""
        if name not in self._ready:
            with self._lock:
                all_kernels = {*self._made.values(), self}
                for kernels in all_kernels:  # what is compiled here may call functions of the others
                    kernels._verify()
                function = getattr(self.module, name)
                with collector_paused():  # or it would look through what is being compiled again and again
                    _compile(function, self.signatures[name])
                for kernels in all_kernels:  # and may have had them compiled for other types
                    _seal(kernels.files, kernels.name)
                self._ready[name] = function
        return self._ready[name]

    @property
    def files(self) -> Path:
        """The folder in which Numba keeps what it compiled of this module."""
        return Path(getattr(self.module, next(iter(self.signatures))).stats.cache_path)

    def _verify(self) -> None:
        """Once in a process, throw away what was compiled before unless it is as it was sealed."""
        if not self._verified:
            self._verified = True
            if not _sealed(self.files, self.name):
                _forget(self.files, self.name)


def _compile(function: Any, signature: str) -> None:
    """Compile a function, and those that it calls, also where what is compiled cannot be written to the disk.

    Numba raises after it has compiled a function that it cannot write, and does not compile it again.
    """
    for _ in range(WRITES):
        try:
            function.compile(signature)
        except OSError:
            continue
        return
    function.compile(signature)


def name_of(kind: str, text: str) -> str:
    """The name of the module with the source `text`."""
    return f"{kind}_{hashlib.sha256(text.encode()).hexdigest()[:20]}"


def digest_of(module: str) -> str:
    """What changes when a module beside this one does, so that nothing that was compiled with another one is used."""
    return hashlib.sha256(Path(__file__).with_name(f"{module}.py").read_bytes()).hexdigest()[:20]


def _written(name: str, text: str) -> Path:
    """The file of the module, in the cache folder or, where that cannot be written, in one for this process alone."""
    try:
        return _write(cache_folder(), name, text)
    except OSError:
        return _write(_own_folder(), name, text)


def _own_folder() -> Path:
    """A folder for this process alone."""
    folder = Path(tempfile.mkdtemp(prefix="autograd_core_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.py"
    if not path.exists() or path.read_bytes() != text.encode():
        _replace(path, text)
    return path


def _replace(path: Path, text: str) -> None:
    """Write a file so that other processes see all of it or nothing."""
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _imported(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None  # there is a loader for files that end in .py
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # Numba looks it up by name when it loads what it compiled
    spec.loader.exec_module(module)
    return module


def _digests(folder: Path, name: str) -> dict[str, str]:
    """The checksums of what Numba wrote for a module."""
    files = sorted(folder.glob(f"{name}.*.nb[ic]"))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _sealed(folder: Path, name: str) -> bool:
    """Whether the files are those that were sealed."""
    try:
        sealed = json.loads((folder / f"{name}.seal").read_text(encoding="utf-8"))
        return bool(sealed == _digests(folder, name))
    except (OSError, ValueError):
        return False


def _seal(folder: Path, name: str) -> None:
    """Note the checksums; where that cannot be written, the next process compiles again."""
    try:
        digests = _digests(folder, name)
        if digests and not _sealed(folder, name):
            _replace(folder / f"{name}.seal", json.dumps(digests))
    except OSError:
        pass


def _forget(folder: Path, name: str) -> None:
    """Delete what Numba wrote."""
    for file in folder.glob(f"{name}.*.nb[ic]"):
        try:
            file.unlink()
        except OSError:  # another process was faster, or the folder cannot be written: Numba overwrites or ignores it
            continue
