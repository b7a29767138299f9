import io
import sys
import types

import pytest

from nn import MLP, fit, progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def train(verbose):
    return fit(MLP(1, [2, 1], seed=0), [[0], [1], [2]], [-1, 1, 1], loss="hinge", epochs=3, batch_size=1, verbose=verbose,
               validation_data=([[1]], [1]), seed=0)  # fmt: skip


@pytest.mark.parametrize("verbose", [0, 1])
def test_quiet_where_nobody_looks_on(verbose, capfd):
    train(verbose)
    assert capfd.readouterr() == ("", "")


def test_silent_in_a_terminal_too(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    train(0)
    assert capsys.readouterr().out == sys.stderr.getvalue() == ""


def test_lines(capsys):
    history = train(2)
    shown = capsys.readouterr().out
    assert shown == str(history) + "\n"
    assert len(shown.splitlines()) == 4


@pytest.mark.parametrize("verbose", [1, 2])
def test_bar_in_a_terminal(verbose, capsys, monkeypatch):
    pytest.importorskip("tqdm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    history = train(verbose)
    shown = sys.stderr.getvalue()
    assert "epoch 3/3 100%" in shown
    assert f"val_loss {history.history['val_loss'][-1]:.4g}" in shown.split("\r")[-1]
    assert shown.endswith("\n")
    assert capsys.readouterr().out.splitlines() == (str(history).splitlines() if verbose == 2 else [])


def test_the_bar_is_closed_when_training_fails(monkeypatch):
    pytest.importorskip("tqdm")
    monkeypatch.setattr(sys, "stderr", Terminal())

    def fail(training):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        fit(MLP(1, [1], seed=0), [[0], [1]], [0, 1], loss="mse", callbacks=fail)
    assert sys.stderr.getvalue().endswith("\n")


def test_one_line_in_a_notebook(capfd, monkeypatch):
    """IPython's display handle is played by a stand-in; a notebook run in a real kernel looks the same."""
    texts = []

    class Handle:
        def update(self, text):
            texts.append(repr(text))

    def display(text, display_id):
        texts.append(repr(text))
        return Handle()

    shell = types.SimpleNamespace(config={"IPKernelApp": {}})
    ipython = types.SimpleNamespace(get_ipython=lambda: shell, display=types.SimpleNamespace(display=display))
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    history = train(1)
    assert texts[0] == "epoch 0/3"
    assert texts[-1] == "epoch 3/3  " + progress.summary(history.row(-1))
    assert all("\n" not in text for text in texts)
    assert capfd.readouterr() == ("", "")


def test_without_tqdm_the_error_names_the_command(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.raises(ImportError, match=r"pip install tqdm \(or give verbose=0\)"):
        train(1)
