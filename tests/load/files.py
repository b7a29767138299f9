"""Model files and checkpoints for their readers: sound ones, and ones with damage at every level of their structure."""

import json
import struct
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .corpora import TOKENS, Random, changed, damaged, encoded, json_bytes


@lru_cache(1)
def model_files() -> list[bytes]:
    """Files that `nn.save` writes: every kind of model, with all that may come along."""
    import nn
    from nn import MLP, Layer, Neuron, Perceptron, Polynomial, Radial, Standardizer, WithBasis
    from nn.columns import Column
    from nn.preparation import Preparation

    prepared = MLP(3, [2, 2], seed=0)
    prepared.scaler, prepared.classes = Standardizer([0.0, 1.0, 2.0], [1.0, 2.0, 3.0]), ["no", "yes"]
    prepared.preparation = Preparation(
        [Column("size"), Column("colour", ["blue", "red"])],
        "price",
        "median",
        ["", "na"],
        [1.0, 0.0],
        facts={"rows": "12"},
    )
    scaled = MLP(2, [2, 1], activation="tanh", seed=0)
    scaled.scaler, scaled.classes = Standardizer([0.1, 0.2], [1.5, 2.5]), [3, 5]
    models = [
        prepared, scaled, MLP(2, [3, 3], activation=nn.activations.get("elu", alpha=0.5), output_activation="softmax", seed=0),
        Neuron(2, "sigmoid", seed=0), Layer(2, 3, "leaky_relu", seed=0), Perceptron(2, 1, seed=0), WithBasis(Polynomial(2, 2), MLP(5, [1], seed=0)),
        WithBasis(Radial([[0.0, 1.0], [1.0, 0.0]]), MLP(2, [2, 1], seed=0)),
    ]  # fmt: skip
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        files = []
        for model in models:
            nn.save(model, path)
            files.append(path.read_bytes())
    return files


def split_file(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The header of a safetensors file, and the bytes of its tensors."""
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def joined_file(header: bytes, body: bytes) -> bytes:
    """A safetensors file with that header."""
    return len(header).to_bytes(8, "little") + header + body


def model_file(rng: Random) -> bytes:
    """A file for `nn.load`: damage to its bytes, to its header, or to the description of the model."""
    data = rng.choice(model_files())
    kind = rng.randrange(6)
    if kind == 0:
        return damaged(rng, data, _PIECES_OF_FILES)
    header, body = split_file(data)
    if kind == 1:
        return joined_file(json_bytes(rng, header), body)
    if kind == 2:
        body = damaged(rng, body, _PIECES_OF_FILES)
        tensors = [name for name in header if name != "__metadata__"]
        header[rng.choice(tensors)] = changed(rng, header[rng.choice(tensors)])
        return joined_file(json.dumps(header).encode(), body)
    if kind >= 4:
        return joined_file(json.dumps(header).encode(), rng.randbytes(len(body)))
    length = rng.choice([0, 1, 2**31, 2**40, 2**62, 2**63, 2**64 - 1, len(data), len(data) - 8, len(data) - 9])
    return length.to_bytes(8, "little") + data[8:]


def model_document(rng: Random) -> bytes:
    """A sound safetensors file whose description of the model is another."""
    header, body = split_file(rng.choice(model_files()))
    (key,) = header["__metadata__"]
    text = json_bytes(rng, json.loads(header["__metadata__"][key]))
    header["__metadata__"][key] = text.decode("utf-8", "surrogateescape")
    return joined_file(json.dumps(header).encode(), body)


_PIECES_OF_FILES = [
    *TOKENS,
    b"\xff" * 8,
    b"\0" * 8,
    b"\0\0\0\0\0\1\0\0",
    *encoded(['"F64"', '"BF16"', '"shape"', '"data_offsets"']),
]


@lru_cache(1)
def checkpoints() -> list[bytes]:
    """Files that `Checkpoint` writes in the training of `resumable`: within an epoch, and at the end of one."""
    from nn import Callback, Checkpoint

    with TemporaryDirectory() as folder:
        path, kept = Path(folder) / "run.safetensors", []

        class Keep(Callback):
            def on_batch_end(self, training: Any) -> None:
                kept.append(path.read_bytes())  # of the step before

        resumable(2, [Checkpoint(path, per="step"), Keep()])
        return [kept[3], path.read_bytes()]


def resumable(epochs: int, callbacks: Sequence[Any] = (), resume: Path | None = None) -> Any:
    """A small training with everything that has a state, and its history."""
    from nn import MLP, EarlyStopping, GradientNorms, fit

    return fit(
        MLP(2, [2, 1], seed=0), [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0], loss="half_squared_error", optimizer="adam",
        schedule="reduce_on_plateau", epochs=epochs, batch_size=2, seed=0, verbose=0, engine="eager", resume=resume, validation_data=([[0.5, 1.0]], [1.0]),
        callbacks=[EarlyStopping(9), GradientNorms(), *callbacks],
    )  # fmt: skip


def checkpoint_file(rng: Random) -> bytes:
    """A checkpoint with another state, and most often with a check sum that fits it, as an attacker would make it."""
    from nn.checkpoints import KEY, _digest

    header, body = split_file(rng.choice(checkpoints()))
    document = json.loads(header["__metadata__"][KEY])
    lists = {
        name: list(struct.unpack(f"<{shape[1]}d", body[begin:end]))
        for name, tensor in header.items() if name != "__metadata__"
        for shape, (begin, end) in [(tensor["shape"], tensor["data_offsets"])]
    }  # fmt: skip
    if rng.randrange(4):
        document["content"] = changed(rng, document["content"])
        if rng.randrange(8):
            document["sha256"] = _digest(document["content"], lists)
        text = json.dumps(document)
    else:
        text = json_bytes(rng, document).decode("utf-8", "surrogateescape")
    header["__metadata__"][KEY] = text
    return joined_file(json.dumps(header).encode(), body)
