import re
from xml.etree import ElementTree as ET

import pytest

from nn import plots
from nn.plots.style import INK

pytest.importorskip("matplotlib", reason="matplotlib is not installed")


def test_svg_for_a_page():
    texts = [plots.svg(plots.draw(plots.plot_activation, name), name) for name in ("relu", "tanh")]
    ids = [set(re.findall(r'\bid="([^"]*)"', text)) for text in texts]
    assert ids[0].isdisjoint(ids[1])
    for text, own in zip(texts, ids, strict=True):
        ET.fromstring(text.replace("xlink:href", "href"))
        assert set(re.findall(r'href="#([^"]*)"|url\(#([^)]*)\)', text)) <= {
            pair for one in own for pair in ((one, ""), ("", one))
        }
        assert INK not in text.lower()
        assert "currentColor" in text
        assert "var(--grid)" in text
        assert "width=" not in text[: text.index(">")]
        assert "viewBox=" in text[: text.index(">")]
    assert texts[0] == plots.svg(plots.draw(plots.plot_activation, "relu"), "relu")


def test_files_are_written_as_a_whole(tmp_path, monkeypatch):
    figure = plots.draw(plots.plot_activation, "relu")
    for ending, start in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")):
        plots.save_figure(figure, tmp_path / f"x.{ending}")
        assert (tmp_path / f"x.{ending}").read_bytes().startswith(start)
    with pytest.raises(ValueError, match="xyz"):
        plots.save_figure(figure, tmp_path / "x.xyz")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.pdf", "x.png", "x.svg"]
