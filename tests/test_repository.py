"""What must always hold of the repository as a whole: arrows between modules, packaging, versions, README.

The arrows are read off the source, so they say nothing of modules found by name at run time.
"""

import ast
import contextlib
import doctest
import graphlib
import importlib.metadata
import io
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import autograd_core

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("autograd_core", "nn")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Part of autograd_core (a module or a subpackage) -> the parts it may import, anywhere in its source.
# The parts that are not named here may import what they like, as long as no circle closes.
MAY_IMPORT = {
    "errors": set(),
    "domains": {"errors"},
    "row": {"domains", "errors"},
    "rules": {"errors"},
    "primitives": {"domains", "errors", "row", "rules"},
    "symbolic": {"row"},
    "statements": {"row", "symbolic"},
    "ieee": set(),
    "modes": set(),
    "graph": set(),
}
MUST_NOT_IMPORT = {"value": {"tape", "view"}, "tape": {"view"}}
# Parts that are of no use without a package, and that `import autograd_core` does not load.
OWN_FIELD = {"testing": {"hypothesis"}}


class Import(NamedTuple):
    """One imported module, by its absolute name, with the names taken from it."""

    module: str
    names: tuple[str, ...]
    line: int
    at_import: bool  # runs when the file is imported: neither inside a function nor for type checkers only


def imports(source: str, package: str) -> list[Import]:
    """Every import in `source`, a module of the (dotted) `package`."""

    def walk(nodes: list[ast.stmt], at_import: bool) -> Iterator[Import]:
        for node in nodes:
            if isinstance(node, ast.Import):
                yield from (Import(alias.name, (), node.lineno, at_import) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
                module = ".".join([*base, *([node.module] if node.module else [])])
                yield Import(module, tuple(alias.name for alias in node.names), node.lineno, at_import)
            elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                yield from walk(node.body, False)
                yield from walk(node.orelse, at_import)
            else:
                deferred = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                children = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr)]
                yield from walk(children, at_import and not deferred)

    return list(walk(ast.parse(source).body, True))


def files(package: str, *suffixes: str) -> list[Path]:
    return sorted(path for path in (ROOT / package).rglob("*") if path.suffix in suffixes)


def imports_of(path: Path) -> list[Import]:
    package = ".".join(path.relative_to(ROOT).parent.parts)
    return imports(path.read_text(encoding="utf-8"), package)


def part_of(path: Path) -> str:
    """`autograd_core/graph.py` -> graph, `autograd_core/tape/passes.py` -> tape."""
    return path.relative_to(ROOT / "autograd_core").parts[0].split(".")[0]


def parts_imported(found: Import) -> set[str]:
    """The parts of autograd_core that an import reaches; `__init__` stands for the names of the package itself."""
    top, _, rest = found.module.partition(".")
    if top != "autograd_core":
        return set()
    if rest:
        return {rest.split(".")[0]}
    known = {part_of(path) for path in files("autograd_core", ".py")}
    return {name if name in known else "__init__" for name in found.names or ("__init__",)}


def where(path: Path, found: Import) -> str:
    return f"{path.relative_to(ROOT)}:{found.line} imports {found.module or '.'} {', '.join(found.names)}".rstrip()


def test_imports_are_read_off_the_source():
    source = """
import os, a.b
from . import ieee
from .row import Row
from ..top import up
if TYPE_CHECKING:
    import c
else:
    import d
try:
    import e
except ImportError:
    import f
class K:
    import g
    def method(self):
        import h
match 1:
    case 1:
        import i
"""
    found = imports(source, "p.q")
    assert [(one.module, one.names) for one in found][:5] == [
        ("os", ()),
        ("a.b", ()),
        ("p.q", ("ieee",)),
        ("p.q.row", ("Row",)),
        ("p.top", ("up",)),
    ]
    assert {one.module: one.at_import for one in found[5:]} == {
        "c": False,
        "d": True,
        "e": True,
        "f": True,
        "g": True,
        "h": False,
        "i": True,
    }


def test_arrows_inside_the_engine():
    wrong = []
    for path in files("autograd_core", ".py", ".pyi"):
        part = part_of(path)
        for found in imports_of(path):
            targets = parts_imported(found) - {part}
            may = MAY_IMPORT.get(part, targets)
            if found.module.split(".")[0] == "nn" or targets - may or targets & MUST_NOT_IMPORT.get(part, set()):
                wrong.append(where(path, found))
    assert not wrong


def test_no_circle_of_imports_inside_the_engine():
    arrows: dict[str, set[str]] = {}
    for path in files("autograd_core", ".py"):
        part = part_of(path)
        for found in imports_of(path):
            if found.at_import:
                arrows.setdefault(part, set()).update(parts_imported(found) - {part})
    list(graphlib.TopologicalSorter(arrows).static_order())  # raises CycleError, which shows the circle


def test_the_engine_imports_only_the_standard_library_at_import_time():
    # Of `nn` the child process below decides: a module there may inherit from an estimator if `import nn` leaves it out.
    allowed = sys.stdlib_module_names | {"autograd_core"}
    for_generated_code = {ROOT / "autograd_core/tape" / name for name in ("elementary.py", "vectors.py")}
    wrong = [
        where(path, found)
        for path in files("autograd_core", ".py")
        if path not in for_generated_code
        for found in imports_of(path)
        if found.at_import and found.module.split(".")[0] not in allowed | OWN_FIELD.get(part_of(path), set())
    ]
    assert not wrong


def test_nn_uses_only_public_names_of_the_engine():
    public = set(autograd_core.__all__)
    wrong = []
    for path in files("nn", ".py", ".pyi"):
        aliases = set()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                aliases |= {name.asname or name.name for name in node.names if name.name == "autograd_core"}
        wrong += [
            where(path, found)
            for found in imports_of(path)
            if found.module.split(".")[0] == "autograd_core"
            and (found.module != "autograd_core" or set(found.names) - public)
        ]
        for node in ast.walk(tree):
            is_module = (
                isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases
            )
            if is_module and node.attr not in public:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} uses autograd_core.{node.attr}")
    assert not wrong


def test_public_names_exist_once():
    for package in PACKAGES:
        module = __import__(package)
        assert len(set(module.__all__)) == len(module.__all__)
        assert all(hasattr(module, name) for name in module.__all__)
        assert not [name for name in module.__all__ if name.startswith("_") and name != "__version__"]


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_loads_no_dependency(package: str):
    program = (
        "import sys; before = set(sys.modules)\n"  # what an installation's .pth files bring is not the package's doing
        f"import {package}\n"
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before} - sys.stdlib_module_names))"
    )
    result = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert set(result.stdout.split()) <= set(PACKAGES[: PACKAGES.index(package) + 1])


def test_this_checkout_is_what_is_tested():
    assert Path(autograd_core.__file__).resolve().parent == ROOT / "autograd_core"
    program = "import autograd_core; print(autograd_core.__file__)"
    result = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd="/")
    assert Path(result.stdout.strip()).resolve().parent == ROOT / "autograd_core"


def test_version_is_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    versions = {
        "pyproject.toml": PROJECT["version"],
        "autograd_core.__version__": autograd_core.__version__,
        "CITATION.cff": re.search(r'^version: "?([^"\n]+)"?$', citation, re.MULTILINE)[1],
        "the installed distribution (pip install . again?)": importlib.metadata.version("autograd-core"),
    }
    assert len(set(versions.values())) == 1, versions


def test_packages_are_typed():
    assert [package for package in PACKAGES if not (ROOT / package / "py.typed").is_file()] == []


def test_built_distributions_are_complete(tmp_path: Path):
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    sources = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (metadata_file,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(metadata_file).decode()
    assert {name for name in names if ".dist-info/" not in name} == sources
    assert "\nLicense-Expression: MIT\n" in metadata
    assert any(name.endswith("/licenses/LICENSE") for name in names)

    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    expected = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff", "tests/test_repository.py"}
    assert expected | sources <= names


def files_of_the_project() -> list[Path]:
    """Tracked and not yet tracked files, or, where there is no git, every file that is not a tool's."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    with contextlib.suppress(OSError):
        listed = subprocess.run(command, check=False, capture_output=True, cwd=ROOT)
        if listed.returncode == 0:
            paths = (ROOT / name for name in sorted(set(listed.stdout.decode().split("\0"))) if name)
            return [path for path in paths if path.is_file()]
    tools = re.compile(r"(^|/)(\.git|\.\w+_cache|\.hypothesis|\.venv|venv|__pycache__|build|dist|[\w.]+\.egg-info)/")
    paths = (path for path in sorted(ROOT.rglob("*")) if path.is_file())
    return [path for path in paths if not tools.search(path.relative_to(ROOT).as_posix())]


def test_no_file_mentions_a_place_on_somebodys_machine():
    folders = "farm|home|root|work|Users"  # without their slashes, so that this file does not match itself
    somewhere = re.compile(rf"(?<![\w.~$)}}\]/-])/(?:{folders})/\w")
    wrong = []
    for path in files_of_the_project():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        if found := somewhere.search(text):
            wrong.append(f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, found.start()) + 1}")
    assert not wrong


class Example(NamedTuple):
    """A block of Python in a Markdown file, and the block of output that follows it, if any."""

    code: str
    output: str | None
    line: int


def examples(markdown: str) -> list[Example]:
    """The fenced blocks marked python or pycon; one marked text or output right after a script is what it prints."""
    fence = re.compile(
        r"^(?P<fence>```+|~~~+)[ \t]*(?P<language>\w*)[^\n]*\n(?P<body>.*?)^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL
    )
    blocks = list(fence.finditer(markdown))
    found = []
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        if block["language"] in {"python", "py", "pycon"}:
            follows = (
                after and after["language"] in {"text", "output"} and len(markdown[block.end() : after.start()]) < 80
            )
            output = after["body"] if follows else None
            found.append(Example(block["body"], output, markdown.count("\n", 0, block.start()) + 2))
    return found


def run_examples(markdown: str, name: str) -> list[str]:
    """Run the examples one after the other in one namespace; return what went otherwise than shown."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    wrong = []
    for example in examples(markdown):
        if ">>> " in example.code:
            test = doctest.DocTestParser().get_doctest(example.code, namespace, name, name, example.line - 1)
            report = io.StringIO()
            doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=report.write, clear_globs=False)
            namespace.update(test.globs)
            wrong += [report.getvalue()] if report.getvalue() else []
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(example.code, f"{name}, line {example.line}", "exec"), namespace)
        if printed.getvalue().strip() != (example.output or "").strip():
            shown = "shows no output (a block marked text)" if example.output is None else f"shows\n{example.output}"
            wrong.append(f"{name}, line {example.line}: printed\n{printed.getvalue()}but {shown}")
    return wrong


def test_examples_in_markdown_are_run():
    markdown = "\n".join(
        [
            *("```python", "x = 2", "print(x + 1)", "```", "prints", "```text", "3", "```", "more", "```python"),
            *(">>> y = x * 2", ">>> y", "4", "```", "```bash", "false", "```", "```python", "assert y == 4", "```"),
        ]
    )
    assert len(examples(markdown)) == 3
    assert run_examples(markdown, "good.md") == []
    (wrong,) = run_examples(markdown.replace("\n3\n", "\n5\n"), "bad.md")
    assert wrong == "bad.md, line 2: printed\n3\nbut shows\n5\n"
    (wrong,) = run_examples(markdown.replace("\n4\n", "\n5\n"), "bad.md")
    assert "line 12" in wrong
    assert "Got:\n    4" in wrong
    (wrong,) = run_examples("```python\nprint(1)\n```\n", "bad.md")
    assert "shows no output" in wrong


def test_examples_in_the_readme_print_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert examples(readme)
    monkeypatch.chdir(tmp_path)  # what an example saves goes there
    assert "\n".join(run_examples(readme, "README.md")) == ""
