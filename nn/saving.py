"""`save` and `load`: models as safetensors files, which hold numbers and text and nothing that could run.

The file has one float64 tensor per layer, its weight matrix with the bias as column 0, under the layer's name. The
entry ``autograd_core.nn`` of its metadata is a JSON text with the version of this format, the architecture (see
`nn.architecture`), the scaler, the classes and how the columns of a table become inputs (see `nn.preparation`). Any
reader of safetensors can open it.

`load` checks the sizes, the JSON and the shapes by itself before it trusts any of them.
"""

import json
import math
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .architecture import build, describe, shapes
from .data import Standardizer
from .files import replacing
from .module import Module
from .preparation import Preparation

KEY = "autograd_core.nn"
VERSION = 1
LARGEST_HEADER = 100_000_000
"""The safetensors format allows no longer header."""
LARGEST_FILE = 1 << 30
"""A file of 134 million weights, which would take a hundred times its size as Values."""


class ModelFileError(ValueError):
    """A file that `load` cannot make a model of: damaged, or not written by `save`."""


def save(
    model: Module,
    path: str | os.PathLike[str],
    *,
    scaler: Standardizer | None = None,
    classes: Sequence[Any] | None = None,
) -> None:
    """Write a model to a file: all of it or, if something fails, nothing, and a file that was there stays.

    Parameters
    ----------
    model
        A Neuron, Layer, MLP, Perceptron or WithBasis. Your own activations and basis functions are saved by name only.
    path
        Where to write; ``.safetensors`` is the usual ending.
    scaler
        What the inputs go through first; `model.scaler` if not given.
    classes
        The label of each output: strings or numbers; `model.classes` if not given.

    Raises
    ------
    TypeError
        For a model, scaler or label that cannot be saved.
    ValueError
        If the scaler does not fit the model.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from nn import MLP
    >>> model = MLP(2, [3, 1], seed=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, folder + "/xor.safetensors", classes=["equal", "different"])
    ...     again = load(folder + "/xor.safetensors")
    >>> again.classes, again.weight_matrices() == model.weight_matrices()
    (['equal', 'different'], True)
    """
    document: dict[str, Any] = {"version": VERSION, "model": describe(model)}
    scaler = model.scaler if scaler is None else scaler
    if scaler is not None:
        if not isinstance(scaler, Standardizer):
            raise TypeError(f"save: the scaler must be a Standardizer, got {type(scaler).__name__}")
        _check_width(scaler, model)
        document["scaler"] = {"means": scaler.means, "scales": scaler.scales}
    classes = model.classes if classes is None else classes
    if classes is not None:
        document["classes"] = [_label(c) for c in classes]
    if model.preparation is not None:
        document["preparation"] = model.preparation.description()
    try:
        from numpy import array
        from safetensors.numpy import save as serialize
    except ImportError as error:
        raise ImportError("save needs numpy and safetensors: pip install numpy safetensors") from error
    tensors = {name: array(matrix) for name, matrix in zip(_names(model), model.weight_matrices(), strict=True)}
    data = serialize(tensors, metadata={KEY: json.dumps(document, allow_nan=False)})
    with replacing(path) as file:
        file.write(data)


def load(path: str | os.PathLike[str], *, functions: Mapping[str, Callable[..., Any]] | None = None) -> Any:
    """The model that `save` wrote, with its `scaler` and `classes`; nothing in the file is executed.

    Parameters
    ----------
    path
        The file.
    functions
        Your own activations and basis functions by name, for a model that uses some.

    Raises
    ------
    ModelFileError
        If the file is damaged, or `save` did not write it, or a function is missing.
    OSError
        If the file cannot be read.
    """
    path = Path(path)
    try:
        data = read_bytes(path)
    except ValueError as error:
        raise ModelFileError(f"load: {path} was not written by save: {error}") from error
    try:
        from safetensors import SafetensorError
        from safetensors.numpy import load as deserialize
    except ImportError as error:
        raise ImportError("load needs numpy and safetensors: pip install numpy safetensors") from error
    try:
        sizes, document = parse(data, KEY)
        description = document.get("model")
        expected = shapes(description)
        if sorted(sizes.values()) != sorted(expected):  # before anything of these sizes is made
            raise ValueError(f"its tensors have the shapes {[*sizes.values()]!s:.80}, the model has {expected!s:.80}")
        model = build(description, functions or {})
        names = _names(model)
        if [sizes.get(name) for name in names] != expected:
            raise ValueError("its tensors are not named as the layers of the model")
        model.scaler = _read_scaler(document.get("scaler"), model)
        model.classes = _read_classes(document.get("classes"))
        model.preparation = _read_preparation(document.get("preparation"), model)
        tensors = deserialize(data)
    except (ValueError, RecursionError, SafetensorError) as error:
        raise ModelFileError(f"load: {path} is damaged or was not written by save: {error}") from error
    model.set_weight_matrices([tensors[name].tolist() for name in names])
    return model


def _names(model: Module) -> list[str]:
    """The names of the tensors: those of the layers."""
    return [name or "matrix" for name, _ in model.parameter_matrices()]


def read_bytes(path: Path) -> bytes:
    """All bytes of a file.

    Raises
    ------
    ValueError
        If it has more than `LARGEST_FILE`, or is no file but a device, say.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is no regular file")
        if status.st_size > LARGEST_FILE:
            raise ValueError(
                f"it has {status.st_size} bytes, and no model of this package has more than {LARGEST_FILE}"
            )
        return file.read()


def parse(data: bytes, key: str) -> tuple[dict[str, tuple[int, int]], dict[str, Any]]:
    """The shapes of the matrices by name, and the document under `key` of the metadata, if all parts fit together.

    Raises
    ------
    ValueError
        If they do not.
    """
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(len(data) - 8, LARGEST_HEADER):
        raise ValueError("it is no safetensors file, or its end is missing")
    header = _read_json(data[8 : 8 + length], "its header")
    metadata = header.pop("__metadata__", None)
    text = metadata.get(key) if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        raise ValueError(f"its metadata have no entry {key!r}")
    sizes, ranges = {}, []
    for name, tensor in header.items():
        match tensor:
            case {"dtype": "F64", "shape": [int(rows), int(columns)], "data_offsets": [int(begin), int(end)]}:
                if rows < 1 or columns < 1 or end - begin != 8 * rows * columns:
                    raise ValueError(f"the tensor {name!r:.40} has the shape {rows}×{columns} in {end - begin} bytes")
                sizes[name] = rows, columns
                ranges.append((begin, end))
            case _:
                raise ValueError(f"the tensor {name!r:.40} is no float64 matrix")
    position = 0
    for begin, end in sorted(ranges):
        if begin != position:
            raise ValueError("its tensors overlap or leave gaps")
        position = end
    if position != len(data) - 8 - length:
        raise ValueError(f"its tensors take {position} bytes, the file has {len(data) - 8 - length}")
    document = _read_json(text.encode(), f"the entry {key!r} of its metadata")
    if document.get("version") != VERSION:
        raise ValueError(f"its format has the version {document.get('version')!r:.20}, known is {VERSION}")
    return sizes, document


def _read_json(text: bytes, what: str) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise ValueError(f"{what} holds {constant}")

    try:
        document = json.loads(text.decode("utf-8"), parse_constant=refuse)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{what} is no JSON text: {error}") from error
    if not isinstance(document, dict):
        raise ValueError(f"{what} is no JSON object")
    return document


def _read_scaler(entry: Any, model: Any) -> Standardizer | None:
    if entry is None:
        return None
    match entry:
        case {"means": [*means], "scales": [*scales]}:
            try:
                scaler = Standardizer(means, scales)
            except TypeError as error:
                raise ValueError(str(error)) from error
            _check_width(scaler, model)
            return scaler
        case _:
            raise ValueError("its scaler is damaged")


def _read_classes(entry: Any) -> list[Any] | None:
    if entry is None:
        return None
    if not isinstance(entry, list) or not all(isinstance(label, str | int | float) for label in entry):
        raise ValueError("its classes are damaged")
    return entry


def _read_preparation(entry: Any, model: Any) -> Preparation | None:
    if entry is None:
        return None
    preparation = Preparation.of_description(entry)
    if preparation.width != model.n_inputs:
        raise ValueError(f"its columns make {preparation.width} inputs, the model takes {model.n_inputs}")
    return preparation


def _check_width(scaler: Standardizer, model: Any) -> None:
    if len(scaler.means) != model.n_inputs:
        raise ValueError(f"the scaler has {len(scaler.means)} columns, the model takes {model.n_inputs} inputs")


def _label(label: Any) -> str | int | float:
    """A label as JSON can hold it: NumPy's numbers become Python's."""
    plain = label.item() if hasattr(label, "item") else label
    if not isinstance(plain, str | int | float):
        raise TypeError(f"save: a class label must be a string or a number, got {type(label).__name__}: {label!r:.60}")
    if isinstance(plain, float) and not math.isfinite(plain):
        raise ValueError(f"save: a class label must be finite, got {plain!r}")
    return plain
