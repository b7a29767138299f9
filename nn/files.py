"""Writing files as a whole or not at all, so that neither a full disk nor a kill leaves a broken one."""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


@contextmanager
def replacing(path: str | os.PathLike[str], mode: str = "wb", **options: Any) -> Iterator[IO[Any]]:
    """A file to write to that takes the place of `path` at the end of the block, if nothing failed until then.

    It is written beside `path` under another name first. What was at `path` before stays until the new file is
    complete and on the disk, and stays for good if anything fails.

    Parameters
    ----------
    path
        The file to write.
    mode, **options
        As for `open`.

    Raises
    ------
    OSError
        If the file cannot be written: the message says that nothing was, and why.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(folder + "/notes.txt", "w", encoding="utf-8") as file:
    ...         written = file.write("learned")
    ...     Path(folder, "notes.txt").read_text(encoding="utf-8")
    'learned'
    """
    path = Path(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.draft")
    try:
        try:
            with draft.open(mode, **options) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        if error.filename is not None and Path(error.filename) not in (draft, path):
            raise  # of another file, which the block reads
        reason = f"nothing was written ({error.strerror}): choose a folder that exists and can be written, on a disk with room"
        raise OSError(error.errno, reason, str(path)) from error


def check_writable(folder: Path) -> None:
    """Make the folder and write to it, so that no work is lost for want of a place.

    Raises
    ------
    OSError
        If the folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OSError(f"cannot write to the folder {str(folder)!r} ({error.strerror}): give another one") from error
