"""The readers of what others write: how each is driven, and which exceptions it may raise.

A reader gives a sound result, or raises an exception of its documented kinds, with a message. Anything else is a fault.
The functions say whether there was a result.
"""

import math
from argparse import Namespace
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from autograd_core import Value
from autograd_core.__main__ import main
from autograd_core.errors import DomainError
from autograd_core.expression import Expression, ExpressionError, assignments
from nn.columns import MISSING, Reader, read, recognise, survey
from nn.saving import ModelFileError, load
from nn.tables import Table, TableError

from . import corpora, files
from .corpora import FLOATS, Random


class FaultError(AssertionError):
    """A result or an error that a reader must not give."""


def demand(holds: bool, what: str) -> None:
    """Raise a `FaultError` unless it holds."""
    if not holds:
        raise FaultError(what)


# Expressions ------------------------------------------------------------------------------------------------------


def read_expression(rng: Random, text: str, folder: Path) -> bool:
    """Parse, compute with numbers and with Values, differentiate; now and then the whole command line."""
    numbers = {"a": 0.5, "b": -2.0, "c": 3.0} if rng.randrange(2) else {}
    try:
        f = Expression(text)
        values = {name: numbers.get(name, rng.choice(FLOATS)) for name in f.names}
        result = f(values)
        demand(type(result) is float, f"the result is {result!r}")
    except ExpressionError as error:
        _check_place(error)
        understood = False
    else:
        understood = True
        root = f({name: Value(x, name) for name, x in values.items()})
        demand(type(root) in (float, Value), f"the result is {root!r}")
        if type(root) is Value:
            demand(same(root.data, result), f"{root.data} of Values, {result} of numbers")
            root.backward()
    if rng.randrange(10) == 0:
        given = [f"{name}={rng.choice(corpora.NUMBERS)}" for name in ("a", "b", "c")] + [text[: rng.randrange(30)]]
        with suppress(ValueError):
            assignments(given, ["a", "b", "c"])
        _command_line([text, *given[: rng.randrange(4)]])
    return understood


def _check_place(error: ExpressionError) -> None:
    demand(0 <= error.column <= len(error.text), f"the column {error.column} of {len(error.text)}")
    demand(len(error.message) < 2000 and len(str(error).splitlines()[0]) > 5, f"the message {error.message!r:.100}")


def _command_line(arguments: list[str]) -> None:
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        try:
            status = main(arguments)
        except SystemExit as end:  # argparse
            status = end.code
    demand(status in (0, 2), f"the exit status {status}")
    demand("Traceback" not in said.getvalue(), said.getvalue())


def same(x: float, y: float) -> bool:
    """Whether two results are equal, or both are nan."""
    return x == y or (math.isnan(x) and math.isnan(y))


# Tables -----------------------------------------------------------------------------------------------------------


def read_table(rng: Random, content: tuple[bytes, dict[str, Any]], folder: Path) -> bool:
    """Recognise how a file is written, survey its columns, read all numbers."""
    data, options = content
    path = folder / "table.csv"
    path.write_bytes(data)
    try:
        table = Table(path, **options)
        found = survey(table, MISSING, rng.choice([2, 5, 50]))
        demand(found.n_rows >= 1 and list(found.seen) == table.names, "the survey")
        demand(len(table.description()) < 200, "the description")
        texts = [name for name in table.names if rng.randrange(4) == 0]
        columns = [recognise(table, seen, texts) for seen in found.seen.values()]
        numbers = read(Reader(table, columns, refuse_missing=rng.randrange(4) == 0), found.n_rows, None, 0)
        demand(len(numbers) == found.n_rows * len(columns), "the numbers of numbers")
        demand(not any(map(math.isinf, numbers)), "an infinite number")
        understood = True
    except TableError as error:
        demand(str(path) in str(error) and len(str(error)) < 4000, f"the message {error!s:.200}")
        understood = False
    if rng.randrange(50) == 0:
        from nn.command.examples import examples_of

        target = rng.choice(["a", "b", "column1", "c d"])
        told = {"delimiter": None, "decimal": None, "encoding": None, "header": None, **options}
        with suppress(TableError):
            examples_of(Namespace(data=str(path), target=target, task=rng.choice([None, "classification", "regression"]), drop=[], text=[],
                                  missing=rng.choice(["median", "drop", "error"]), missing_marks=[], max_categories=9, max_rows=20, seed=0, **told))  # fmt: skip
    return understood


# Model files and JSON texts ---------------------------------------------------------------------------------------


def read_model(rng: Random, data: bytes, folder: Path) -> bool:
    """Load, compute, and save and load again."""
    from nn.saving import save

    path = folder / "model.safetensors"
    path.write_bytes(data)
    try:
        model = load(path)
    except ModelFileError as error:
        demand(str(path) in str(error) and len(str(error)) < 1000, f"the message {error!s:.200}")
        return False
    with suppress(DomainError):  # whether numbers make sense is not a question of reading
        model.outputs([0.5] * model.n_inputs)
    save(model, path)
    demand(repr(load(path)) == repr(model), "the model comes back as another")
    return True


def read_json(rng: Random, data: tuple[str, bytes], folder: Path) -> bool:
    """A description of a model, a state of a training, or the seal of a compiled kernel."""
    from autograd_core.tape import kernel_cache
    from nn import CheckpointError

    kind, content = data
    if kind == "model":
        return read_model(rng, content, folder)
    if kind == "checkpoint":
        path = folder / "run.safetensors"
        path.write_bytes(content)
        try:
            files.resumable(3, resume=path)
        except CheckpointError as error:
            demand(len(str(error)) < 1000, f"the message {error!s:.200}")
            return False
        except (
            RuntimeWarning
        ) as warning:  # a sound state with numbers that overflow ends the training as it always does
            demand("not finite" in str(warning) or "nan" in str(warning) or "inf" in str(warning), str(warning))
        return True
    (folder / "kernel.seal").write_bytes(content)
    sealed = kernel_cache._sealed(folder, "kernel")
    demand(sealed is (content.strip() == b"{}"), "the seal of files that are not there")
    return sealed


def json_text(rng: Random) -> tuple[str, bytes]:
    """A JSON text in the file that it belongs to."""
    match rng.randrange(8):
        case 0 | 1 | 2 | 3:
            return "model", files.model_document(rng)
        case 4 | 5 | 6:
            return "checkpoint", files.checkpoint_file(rng)
        case _:
            return "seal", corpora.json_bytes(
                rng, {"kernel.f-1.py311.nbi": "a" * 64, "kernel.f-1.py311.1.nbc": "b" * 64}
            )


class Target(NamedTuple):
    """A reader: how its inputs are made and how it is driven."""

    make: Callable[[Random], Any]
    read: Callable[[Random, Any, Path], bool]


TARGETS = {
    "expressions": Target(corpora.expression, read_expression),
    "csv": Target(corpora.table, read_table),
    "models": Target(files.model_file, read_model),
    "json": Target(json_text, read_json),
}
