"""Model files: there and back, damaged, foreign and hostile ones, and folders that cannot be written."""

import json
import math
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nn import (
    MLP,
    Layer,
    ModelFileError,
    Module,
    Neuron,
    Perceptron,
    Polynomial,
    Radial,
    WithBasis,
    activations,
    load,
    save,
)
from nn.data import Standardizer
from nn.saving import KEY

MODELS = {
    "Neuron": lambda: Neuron(2, "tanh", seed=1),
    "Layer": lambda: Layer(2, 3, "softmax", seed=1),
    "Perceptron": lambda: Perceptron(2, 3, activation="logistic", seed=1),
    "WithBasis": lambda: WithBasis(Polynomial(2, 2), MLP(5, [3, 1], "tanh", seed=1)),
    "twelve layers": lambda: MLP(2, [2] * 12, "tanh", seed=1),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.safetensors"


@pytest.fixture
def saved(path: Path) -> Path:
    save(MLP(2, [3, 1], "tanh", seed=1), path, scaler=Standardizer([0.1, 0.2], [1.5, 2.5]), classes=["no", "yes"])
    return path


@pytest.mark.parametrize("name", MODELS)
def test_there_and_back(name: str, path: Path):
    model = MODELS[name]()
    save(model, path)
    state = random.getstate()
    again = load(path)
    assert random.getstate() == state
    assert type(again) is type(model)
    assert repr(again) == repr(model)
    assert again.state_dict() == model.state_dict()
    assert [p.label for p in again.parameters()] == [p.label for p in model.parameters()]
    assert [y.data for y in again.outputs([0.3, -0.7])] == [y.data for y in model.outputs([0.3, -0.7])]
    assert (again.scaler, again.classes) == (None, None)
    first = path.read_bytes()
    save(again, str(path))
    assert path.read_bytes() == first
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_every_bit_of_the_weights_is_kept(path: Path):
    numbers = [0.0, -0.0, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, 0.1, 1 / 3]
    model = Neuron(7)
    model.set_weight_matrices([[numbers]])
    save(model, path)
    assert [x.hex() for x in load(path).weight_matrices()[0][0]] == [x.hex() for x in numbers]


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (["a", "b"], ["a", "b"]),
        (np.array([3, 5]), [3, 5]),
        ((0.5, -1.0), [0.5, -1.0]),
        (np.array(["x", "ü"]), ["x", "ü"]),
    ],
)
def test_scaler_and_classes_come_along(path: Path, classes, expected):
    model = MLP(2, [2], seed=0)
    scaler = Standardizer([0.1, 1e300], [1 / 3, 5e-324])
    save(model, path, scaler=scaler, classes=classes)
    again = load(path)
    assert (again.scaler, again.classes) == (scaler, expected)
    save(again, path)  # both are attributes now, and saved from there
    assert (load(path).scaler, load(path).classes) == (scaler, expected)


def test_own_functions_are_named_and_given_again(path: Path):
    def bent(z):
        return z * z * z

    model = Neuron(2, bent, seed=0)
    save(model, path)
    with pytest.raises(ModelFileError, match=r"your own function 'bent': load\(path, functions=\{'bent': \.\.\.\}\)"):
        load(path)
    assert load(path, functions={"bent": bent})([1.0, 2.0]).data == model([1.0, 2.0]).data


def test_any_reader_of_safetensors_can_open_it(saved: Path):
    safetensors = pytest.importorskip("safetensors.numpy")
    tensors = safetensors.load_file(saved)
    assert {name: (t.shape, t.dtype.name) for name, t in tensors.items()} == {
        "layer1": ((3, 3), "float64"),
        "layer2": ((1, 4), "float64"),
    }
    assert tensors["layer1"].tolist() == load(saved).weight_matrices()[0]


# What is no model file ----------------------------------------------------------------------------------------


def header_of(data: bytes) -> tuple[dict, bytes]:
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def with_header(header: object, body: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def document(header: dict, **changes) -> dict:
    """The header with entries of the document changed."""
    changed = json.loads(header["__metadata__"][KEY]) | changes
    return header | {"__metadata__": {KEY: json.dumps(changed)}}


def tensor(header: dict, **changes) -> dict:
    return header | {"layer2": header["layer2"] | changes}


def layers(*sizes: tuple[int, int]) -> dict:
    return {"module": "MLP", "layers": [{"inputs": n, "outputs": m, "activation": {"name": "relu"}} for n, m in sizes]}


DAMAGED = {
    "empty": (lambda h, b: b"", "no safetensors file, or its end is missing"),
    "text": (lambda h, b: b"PK\x03\x04 this is another kind of file", "no safetensors file, or its end is missing"),
    "endless header": (lambda h, b: b"\xff" * 8 + b"{}", "no safetensors file, or its end is missing"),
    "header no JSON": (lambda h, b: with_header(b"{" * 40, b), "its header is no JSON text"),
    "header no UTF-8": (lambda h, b: with_header(b"\xff\xfe", b), "its header is no JSON text"),
    "header nested without end": (lambda h, b: with_header(b"[" * 100_000, b), "recursion|no JSON text"),
    "header a list": (lambda h, b: with_header([], b), "its header is no JSON object"),
    "no metadata": (lambda h, b: with_header({k: v for k, v in h.items() if k[0] != "_"}, b), "no entry 'autograd_core.nn'"),
    "foreign metadata": (lambda h, b: with_header(h | {"__metadata__": {"format": "pt"}}, b), "no entry 'autograd_core.nn'"),
    "metadata no text": (lambda h, b: with_header(h | {"__metadata__": {KEY: 3}}, b), "no entry 'autograd_core.nn'"),
    "end missing": (lambda h, b: with_header(h, b[:-1]), "take 104 bytes, the file has 103"),
    "too long": (lambda h, b: with_header(h, b + b"\0"), "take 104 bytes, the file has 105"),
    "other numbers": (lambda h, b: with_header(tensor(h, dtype="F32"), b), "'layer2' is no float64 matrix"),
    "no matrix": (lambda h, b: with_header(tensor(h, shape=[4]), b), "'layer2' is no float64 matrix"),
    "a tensor is no object": (lambda h, b: with_header(h | {"layer2": 1}, b), "'layer2' is no float64 matrix"),
    "other shape": (lambda h, b: with_header(tensor(h, shape=[2, 4]), b), "'layer2' has the shape 2×4 in 32 bytes"),
    "negative shape": (lambda h, b: with_header(tensor(h, shape=[-1, -4]), b), "has the shape -1×-4"),
    "overlap": (lambda h, b: with_header(tensor(h, data_offsets=[0, 32]), b), "overlap or leave gaps"),
    "transposed": (lambda h, b: with_header(tensor(h, shape=[4, 1]), b), "the shapes .* the model has"),
    "other layer": (lambda h, b: with_header({"layer3" if k == "layer2" else k: v for k, v in h.items()}, b), "not named as"),
    "later version": (lambda h, b: with_header(document(h, version=2), b), "its format has the version 2, known is 1"),
    "document no JSON": (lambda h, b: with_header(h | {"__metadata__": {KEY: "{"}}, b), "entry 'autograd_core.nn' of its metadata is no JSON"),
    "nan in JSON": (lambda h, b: with_header(document(h, scaler={"means": [math.nan], "scales": [1]}), b), "holds NaN"),
    "no model": (lambda h, b: with_header(document(h, model=None), b), "'module' is None"),
    "huge model": (lambda h, b: with_header(document(h, model=layers((2, 2**31), (2**31, 1))), b), "the shapes .* the model has"),
    "code": (
        lambda h, b: with_header(document(h, model=layers((2, 3)) | {"module": "__import__('os')"}), b), "do not make a"),
    "scaler too short": (
        lambda h, b: with_header(document(h, scaler={"means": [0.0], "scales": [1.0]}), b), "has 1 columns, the model takes 2"),
    "scale 0": (lambda h, b: with_header(document(h, scaler={"means": [0, 0], "scales": [1, 0]}), b), "scale 1 must be > 0"),
    "scaler of text": (
        lambda h, b: with_header(document(h, scaler={"means": ["a", 0], "scales": [1, 1]}), b), "must be a number"),
    "no scaler": (lambda h, b: with_header(document(h, scaler=[]), b), "its scaler is damaged"),
    "no classes": (lambda h, b: with_header(document(h, classes="yes"), b), "its classes are damaged"),
    "classes of lists": (lambda h, b: with_header(document(h, classes=[[]]), b), "its classes are damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_and_foreign_files(name: str, saved: Path):
    damage, words = DAMAGED[name]
    saved.write_bytes(damage(*header_of(saved.read_bytes())))
    with pytest.raises(ModelFileError, match=words) as caught:
        load(saved)
    assert str(saved) in str(caught.value)
    assert len(str(caught.value)) < 400 + len(str(saved))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_is_an_error_or_another_sound_model(saved: Path, data):
    """A byte changed, a piece cut out or doubled: never another exception than the one promised."""
    good = saved.read_bytes()
    i = data.draw(st.integers(0, len(good) - 1))
    j = data.draw(st.integers(i, len(good)))
    piece = data.draw(st.one_of(st.just(b""), st.just(good[i:j] * 2), st.binary(min_size=1, max_size=3)))
    damaged = saved.with_name("damaged")
    damaged.write_bytes(good[:i] + piece + good[j:])
    try:
        model = load(damaged)
    except ModelFileError:
        return
    assert [(len(m), len(m[0])) for m in model.weight_matrices()] == [(3, 3), (1, 4)]


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 9), st.just(2**40), st.floats(allow_nan=False), st.text(max_size=3)
    ),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
RADIAL = WithBasis(Radial([[0.0, 1.0], [1.0, 0.0]]), MLP(2, [2, 1], activations.get("elu", alpha=0.5), seed=0))


def places(value, path=()):
    """The paths to all parts of a JSON value."""
    yield path
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(part, (*path, key))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_the_document_is_an_error_or_another_sound_model(path: Path, data):
    model = data.draw(st.sampled_from([RADIAL, WithBasis(Polynomial(2, 1), RADIAL), MODELS["WithBasis"]()]))
    save(model, path, scaler=Standardizer([0.1, 0.2], [1.5, 2.5]), classes=["no", "yes"])
    header, body = header_of(path.read_bytes())
    changed = json.loads(header["__metadata__"][KEY])
    *way, last = data.draw(st.sampled_from([p for p in places(changed) if p]))
    part = changed
    for key in way:
        part = part[key]
    part[last] = data.draw(JSON)
    path.write_bytes(with_header(header | {"__metadata__": {KEY: json.dumps(changed)}}, body))
    try:
        again = load(path)
    except ModelFileError:
        return
    assert len(again.parameters()) == len(model.parameters())


# Writing ------------------------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written(tmp_path: Path):
    model = MLP(2, [1])
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "missing", tmp_path / "file"):
        with pytest.raises(
            OSError, match=r"nothing was written .*: choose a folder that exists and can be written"
        ) as caught:
            save(model, folder / "model.safetensors")
        assert str(folder) in str(caught.value)
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="nothing was written"):
        save(model, tmp_path / "folder")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder"]


def test_a_read_only_folder(tmp_path: Path):
    tmp_path.chmod(0o500)
    try:
        try:
            (tmp_path / "probe").write_text("")
        except OSError:
            with pytest.raises(PermissionError, match="nothing was written"):
                save(MLP(2, [1]), tmp_path / "model.safetensors")
        else:
            pytest.skip("this user may write everywhere")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("step", ["os.fsync", "Path.replace"])
def test_a_failure_leaves_the_old_file(step: str, saved: Path, monkeypatch: pytest.MonkeyPatch):
    before = saved.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"nn.saving.{step}", full)
    with pytest.raises(OSError, match=r"nothing was written .No space left on device"):
        save(MLP(5, [5]), saved)
    assert saved.read_bytes() == before
    assert [p.name for p in saved.parent.iterdir()] == [saved.name]


@pytest.mark.parametrize(
    ("model", "options", "error", "words"),
    [
        (Module(), {}, TypeError, "got Module: store the state_dict"),
        (MLP(2, [1]), {"scaler": "standard"}, TypeError, "scaler must be a Standardizer, got str"),
        (MLP(2, [1]), {"scaler": Standardizer([0.0], [1.0])}, ValueError, "has 1 columns, the model takes 2 inputs"),
        (MLP(2, [1]), {"classes": [object()]}, TypeError, "class label must be a string or a number, got object"),
        (MLP(2, [1]), {"classes": [math.nan, 1.0]}, ValueError, "class label must be finite, got nan"),
    ],
)
def test_what_cannot_be_saved(path: Path, model, options, error, words):
    with pytest.raises(error, match=words):
        save(model, path, **options)
    assert not path.exists()


def test_a_file_that_is_not_there(path: Path):
    with pytest.raises(FileNotFoundError, match=r"model\.safetensors"):
        load(path)


def test_what_is_larger_than_any_model_is_not_read(saved: Path, monkeypatch: pytest.MonkeyPatch):
    size = saved.stat().st_size
    monkeypatch.setattr("nn.saving.LARGEST_FILE", size - 1)
    with pytest.raises(
        ModelFileError, match=f"it has {size} bytes, and no model of this package has more than {size - 1}"
    ):
        load(saved)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there are no devices")
def test_a_device_is_no_file():
    with pytest.raises(ModelFileError, match="it is no regular file"):
        load("/dev/zero")


def test_without_safetensors_the_error_names_the_command():
    program = (
        "import sys; sys.modules['safetensors'] = None\n"
        "from nn import MLP, save\n"
        "try: save(MLP(2, [1]), 'never-written')\n"
        "except ImportError as error: print(error)"
    )
    result = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert "pip install numpy safetensors" in result.stdout
