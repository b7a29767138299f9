"""``python -m tests.load.fuzz READER COUNT``: feed a reader with made inputs, in a process that has little of everything.

Each input may take `SECONDS` of processor time; the process has a limit of memory, and an audit hook that refuses to
run code or to touch files that are not its own. The number of the input is written down before it is read, so that
one that ends the process is known too. Every fault is printed with its number, and ``--first`` makes it again.
"""

import argparse
import importlib
import mmap
import os
import random
import signal
import subprocess
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

SECONDS = 1.0
MEMORY = 1 << 30
"""How many bytes the readers may take, above what the process has when it starts."""
FORBIDDEN = ("os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "subprocess", "socket", "pickle.find_class",
             "ctypes", "shutil", "urllib", "ftplib", "webbrowser", "code.__new__", "os.remove", "os.rmdir", "os.chmod", "os.link")  # fmt: skip
"""What begins like this in Python's audit events runs code or reaches out of the process."""


class TooSlow(BaseException):
    """An input took more than its time."""


class Refused(BaseException):
    """A reader tried to do what no reader needs."""


class Guard:
    """Watches what Python is doing, while `on`; files may be written in `folder` only."""

    def __init__(self, folder: Path) -> None:
        self.on, self.folder = False, str(folder)
        sys.addaudithook(self.see)

    def see(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Look at one event."""
        if not self.on:
            return
        own = bool(arguments) and str(arguments[0]).startswith(self.folder)
        fault = event.startswith(FORBIDDEN) and not own
        if event == "exec":  # our own generated functions, and modules that are imported late, stand in files
            name = getattr(arguments[0], "co_filename", "")
            fault = not name.startswith(("<autograd_core ", "<frozen ")) and not Path(name).is_file()
        elif event == "open":
            mode, flags = arguments[1], arguments[2]
            writes = isinstance(mode, str) and any(c in mode for c in "wax+")
            writes = writes or (isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)))
            fault = writes and not own
        if fault:
            self.on = False
            raise Refused(f"{event} {arguments!r:.300}")


@contextmanager
def timed() -> Iterator[None]:
    """Raise `TooSlow` if the block takes more than `SECONDS` of processor time."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooSlow(f"more than {SECONDS} s of processor time")

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)


def limit_resources(seconds: int) -> None:
    """Take from this process what a reader does not need; beyond the time for all inputs the system ends it."""
    import resource

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * mmap.PAGESIZE + MEMORY, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def feed(reader: str, numbers: range, progress: Path, show: bool = False) -> tuple[int, int]:
    """Give these inputs to a reader, in this process; returns how many were understood, and how many faults printed."""
    for late in ("autograd_core.tape.compiled", "nn.command.examples", "safetensors.numpy"):
        importlib.import_module(late)  # what the readers import when they first need it
    from .corpora import rng_of
    from .files import checkpoints, model_files
    from .readers import TARGETS

    warnings.simplefilter("error")
    target, understood, faults = TARGETS[reader], 0, 0
    model_files(), checkpoints()  # what the inputs are made from
    with TemporaryDirectory() as folder, progress.open("r+b") as file, mmap.mmap(file.fileno(), 8) as place:
        guard = Guard(Path(folder))
        limit_resources(60 + len(numbers))
        for number in numbers:
            place[:8] = number.to_bytes(8, "little")
            rng = rng_of(reader, number)
            content = target.make(rng)
            state = random.getstate()
            try:
                with timed():
                    guard.on = True
                    understood += target.read(rng, content, Path(folder))
            except (Exception, TooSlow, Refused) as error:  # noqa: BLE001 - whatever comes out is a fault
                guard.on = False
                faults += 1
                print(f"\n{reader} {number}: {type(error).__name__}: {error!s:.500}\ninput: {content!r:.600}")
                traceback.print_exc(limit=-6, file=sys.stdout)
                sys.stdout.flush()
            finally:
                guard.on = False
            if random.getstate() != state:
                print(f"{reader} {number}: the state of the module random was changed")
            if show:
                print(f"{reader} {number}: {content!r}")
    return understood, faults


def run(reader: str, count: int, first: int = 0, show: bool = False) -> tuple[int, str]:
    """Feed a reader in a process of its own, and again after each input that ended it; the number of faults and a report."""
    faults, said, end = 0, [], first + count
    with TemporaryDirectory() as folder:
        progress = Path(folder) / "progress"
        while first < end:
            progress.write_bytes(first.to_bytes(8, "little"))
            command = [
                sys.executable,
                "-m",
                "tests.load.fuzz",
                reader,
                str(end - first),
                "--first",
                str(first),
                "--inside",
                str(progress),
            ]
            done = subprocess.run([*command, *["--show"] * show], check=False, capture_output=True, text=True, encoding="utf-8", errors="replace",
                                  env={**os.environ, "PYTHONIOENCODING": "utf-8:backslashreplace"})  # fmt: skip
            said.append(done.stdout)
            if done.returncode in (0, 1) and "faults in" in done.stdout:
                faults += int(done.stdout.rsplit("faults in", 1)[0].split()[-1])
                break
            number = int.from_bytes(progress.read_bytes(), "little")
            faults += 1 + done.stdout.count("\ninput: ")
            said.append(f"\n{reader} {number}: the process ended with {done.returncode}: {done.stderr[-2000:]}\n")
            first = number + 1
    return faults, "".join(said)


def main() -> int:
    """The command line."""
    from .readers import TARGETS

    parser = argparse.ArgumentParser(
        prog="python -m tests.load.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("reader", choices=TARGETS)
    parser.add_argument("count", type=int, help="how many inputs")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    parser.add_argument("--show", action="store_true", help="print the inputs")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)  # this is the process with the limits
    options = parser.parse_args()
    if options.inside is None:
        faults, report = run(options.reader, options.count, options.first, options.show)
        print(report)
        return int(faults > 0)
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF)
    understood, faults = feed(
        options.reader, range(options.first, options.first + options.count), options.inside, options.show
    )
    after = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"{options.reader}: {faults} faults in {options.count} inputs, {understood} understood, {after.ru_utime - before.ru_utime:.0f} s, "
        f"{after.ru_maxrss // 1024} MB at most ({before.ru_maxrss // 1024} MB before)"
    )
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
