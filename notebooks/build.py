"""Write the notebooks: every ``NN_name.py`` is run from top to bottom and saved, with what it showed, as ``NN_name.ipynb``.

    python notebooks/build.py                 all of them
    python notebooks/build.py 02 05           two of them
    python notebooks/build.py --check         run them again; fail if anything differs from what is saved

The sources are the ``.py`` files. What is saved has no times, no paths, no numbers of machines or processes, so that it
changes only when something changes. Anything written to stderr fails, and so does a path or a memory address.

How ``--check`` compares: text exactly. Pictures in SVG and HTML by their texts, with numbers to 9 digits, since layout
depends on the fonts of the machine. Bitmaps, and all outputs of cells tagged ``measured``, by their kinds.
"""

import argparse
import base64
import difflib
import hashlib
import io
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

FOLDER = Path(__file__).resolve().parent
SECONDS_PER_CELL = 180
METADATA = {
    "jupytext": {"formats": "ipynb,py:percent"},
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}
"""Of every notebook, whatever made it."""

# The Graphviz that pygraphviz brings says this once per process where the system has no configuration of fonts.
HARMLESS = re.compile(r"^Fontconfig (error|warning): [^\n]*\n?", re.MULTILINE)
ADDRESS = re.compile(r"\b0x[0-9a-f]{8,}\b")
PATH = re.compile(r"(?<![\w.~$)}\]/:-])/(?:home|root|tmp|usr|Users|var|private|opt|mnt)/[\w.]|[A-Z]:\\\\?Users")
BITMAPS = ("image/png", "image/jpeg")


class BuildError(Exception):
    """A notebook cannot be built, or is not what is saved."""


def sources(numbers: Sequence[str] = ()) -> list[Path]:
    """The sources of the notebooks, or of those with the given numbers, in order."""
    found = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
    wanted = [number.zfill(2) for number in numbers]
    if unknown := set(wanted) - {path.name[:2] for path in found}:
        raise BuildError(f"there is no notebook {', '.join(sorted(unknown))} in {FOLDER.name}/")
    return [path for path in found if not wanted or path.name[:2] in wanted]


def read_source(path: Path) -> NotebookNode:
    """The notebook that a source describes, without outputs, and with names of cells that follow from their text."""
    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    notebook.metadata = nbformat.from_dict(METADATA)
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = NotebookNode({"tags": tags} if tags else {})
        name = hashlib.sha256(cell.source.encode()).hexdigest()[:10]
        seen[name] = seen.get(name, 0) + 1
        cell.id = f"{name}-{seen[name]}" if seen[name] > 1 else name
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def _kernel(folder: str) -> Any:
    """A manager of a kernel of the interpreter that runs this file, whatever other kernels the user has installed.

    Its sockets are files in `folder` where the system has such: no ports, and no warning about them.
    """
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    class OwnKernelOnly(KernelSpecManager):  # type: ignore[misc, unused-ignore]
        def _kernel_dirs_default(self) -> list[str]:
            return []

    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=OwnKernelOnly())
    if os.name == "posix":
        manager.transport, manager.ip = "ipc", os.path.join(folder, "socket")  # noqa: PTH118 - a prefix, no path
    return manager


def execute(path: Path) -> NotebookNode:
    """The notebook of a source, run from top to bottom in a kernel of its own.

    Raises
    ------
    BuildError
        If a cell raises, writes to stderr, or shows a path or an address of this machine.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    notebook = read_source(path)
    with tempfile.TemporaryDirectory() as settings:  # no settings of the user's
        environment = {
            **os.environ,
            "IPYTHONDIR": settings,
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "PYTHONPATH": os.pathsep.join([str(FOLDER.parent), *filter(None, [os.environ.get("PYTHONPATH")])]),
        }
        environment.pop("MPLBACKEND", None)  # the kernel's own: plots are part of the page
        client = NotebookClient(
            notebook,
            km=_kernel(settings),
            timeout=SECONDS_PER_CELL,
            record_timing=False,
            resources={"metadata": {"path": str(FOLDER)}},
            store_widget_state=False,
        )
        try:
            client.execute(env=environment, stderr=subprocess.DEVNULL)  # what cells write there is among their outputs
        except (CellExecutionError, CellTimeoutError) as error:
            raise BuildError(f"{path.name}: a cell failed\n{error}") from None
    notebook.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code":
            cell.outputs = _tidy(cell.outputs, f"{path.name}, cell {number}")
    return notebook


def _tidy(outputs: list[NotebookNode], place: str) -> list[NotebookNode]:
    """The outputs as they are saved: one text for adjacent prints, and nothing of this machine."""
    kept: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and output.name == "stderr":
            if rest := HARMLESS.sub("", output.text).strip():
                raise BuildError(f"{place}: wrote to stderr\n{rest}")
            continue
        if output.output_type == "stream" and kept and kept[-1].output_type == "stream":
            kept[-1].text += output.text
        else:
            kept.append(output)
    for output in kept:
        if "image/png" in output.get("data", ()):
            output.data["image/png"] = _small(output.data["image/png"])
        for kind, text in kinds_and_texts(output):
            if kind not in BITMAPS and (found := ADDRESS.search(text) or PATH.search(text)):
                raise BuildError(f"{place}: {kind} shows something of this machine: {found[0]!r}")
    return kept


def _small(bitmap: str) -> str:
    """A plot with 256 colours: the eye sees no difference, and the file has a third of the size."""
    from PIL import Image

    content = io.BytesIO()
    image = Image.open(io.BytesIO(base64.b64decode(bitmap))).convert("RGB")
    image.quantize(256, dither=Image.Dither.NONE).save(content, "png", optimize=True)
    return base64.b64encode(content.getvalue()).decode()


def kinds_and_texts(output: NotebookNode) -> list[tuple[str, str]]:
    """What an output shows, by kind; text of HTML and SVG is what can be read in it, and what its code is."""
    if output.output_type == "stream":
        return [(output.name, output.text)]
    if output.output_type == "error":
        return [("error", "\n".join(output.traceback))]
    shown = []
    for kind, content in sorted(output.data.items()):
        text = content if isinstance(content, str) else repr(content)
        shown.append((kind, "\n".join(readable(text)) if kind in {"text/html", "image/svg+xml"} else text))
    return shown


class _Reader(HTMLParser):
    """Collects the texts of a page, of the frames in it, of pictures given as data, and its data in JSON.

    Scripts and styles are told by their digests.
    """

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.is_code = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.is_code = tag == "style" or (tag == "script" and given.get("type") != "application/json")
        if srcdoc := given.get("srcdoc"):
            self.texts += readable(srcdoc)
        kind, _, data = (given.get("src") or "").partition(";base64,")
        if kind == "data:image/svg+xml":
            self.texts += readable(base64.b64decode(data).decode())

    def handle_endtag(self, _: str) -> None:
        self.is_code = False

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(f"code {hashlib.sha256(data.encode()).hexdigest()}" if self.is_code else data.strip())


def readable(markup: str) -> list[str]:
    """The texts in HTML or SVG, in order, and a digest in place of each script and style."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.texts


NUMBER = re.compile(r"[-−]?\d+\.?\d*(?:e[-+]?\d+)?")


def same_text(one: str, other: str) -> bool:
    """Whether two texts agree, numbers in them to 9 digits."""
    if NUMBER.split(one) != NUMBER.split(other):
        return False
    pairs = zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
    numbers = ((float(a.replace("−", "-")), float(b.replace("−", "-"))) for a, b in pairs)
    return all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in numbers)


def differences(saved: NotebookNode, fresh: NotebookNode) -> Iterator[str]:
    """What a saved notebook shows otherwise than a fresh one, cell by cell."""
    if saved.metadata != fresh.metadata:
        yield f"metadata: saved {dict(saved.metadata)}, should be {dict(fresh.metadata)}"
    if [(x.cell_type, x.source) for x in saved.cells] != [(x.cell_type, x.source) for x in fresh.cells]:
        before = [line for cell in saved.cells for line in cell.source.splitlines()]
        after = [line for cell in fresh.cells for line in cell.source.splitlines()]
        yield "the source has changed since\n" + _difference(before, after)
        return
    for number, (old, new) in enumerate(zip(saved.cells, fresh.cells, strict=True), start=1):
        if old.metadata != new.metadata or old.id != new.id:
            yield f"cell {number}: metadata {dict(old.metadata)} or name {old.id!r} is not as built"
        if new.cell_type != "code":
            continue
        measured = "measured" in new.metadata.get("tags", ())
        shown = [[pair for output in cell.outputs for pair in kinds_and_texts(output)] for cell in (old, new)]
        if measured:
            shown = [sorted({(kind, "") for kind, _ in pairs}) for pairs in shown]
        if [kind for kind, _ in shown[0]] != [kind for kind, _ in shown[1]]:
            yield f"cell {number}: saved {[kind for kind, _ in shown[0]]}, now {[kind for kind, _ in shown[1]]}"
            continue
        for (kind, before), (_, after) in zip(*shown, strict=True):
            drawn = kind in {"text/html", "image/svg+xml"}
            if kind not in BITMAPS and not (same_text(before, after) if drawn else before == after):
                yield f"cell {number}: {kind}\n{_difference(before.splitlines(), after.splitlines())}"


def _difference(before: list[str], after: list[str]) -> str:
    lines = list(difflib.unified_diff(before, after, "saved", "now", lineterm="", n=1))
    return "\n".join(line[:200] for line in lines[:40])


def write(notebook: NotebookNode, path: Path) -> None:
    """Save a notebook, as text that is the same wherever it is written."""
    nbformat.validate(notebook)
    text = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def build(path: Path, check: bool) -> str:
    """Build one notebook, or check that what is saved is what it shows now; return a line to print."""
    started = time.perf_counter()
    fresh = execute(path)
    target = path.with_suffix(".ipynb")
    if check:
        if not target.exists():
            raise BuildError(f"{target.name} is missing: python notebooks/build.py {path.name[:2]}")
        found = list(differences(nbformat.read(target, nbformat.NO_CONVERT), fresh))
        if found:
            raise BuildError(f"{target.name} is stale: python notebooks/build.py {path.name[:2]}\n" + "\n".join(found))
    else:
        write(fresh, target)
    size = target.stat().st_size / 1000
    return f"{target.name}: {time.perf_counter() - started:.0f} s, {size:.0f} kB"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(prog="build.py", description="Run the notebooks and save what they show.")
    parser.add_argument("numbers", nargs="*", metavar="NN", help="numbers of notebooks; without any, all of them")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the saved notebook differs")
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time (default 1)")
    options = parser.parse_args(arguments)

    def attempt(path: Path) -> str | BuildError:
        try:
            return build(path, options.check)
        except BuildError as error:
            return error

    try:
        paths = sources(options.numbers)
    except BuildError as error:
        parser.error(str(error))
    failed = 0
    with ThreadPoolExecutor(max_workers=max(1, options.jobs)) as pool:
        for result in pool.map(attempt, paths):
            failed += isinstance(result, BuildError)
            print(result, file=sys.stderr if isinstance(result, BuildError) else sys.stdout, flush=True)
    if failed:
        print(f"{failed} of {len(paths)} notebooks failed", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
