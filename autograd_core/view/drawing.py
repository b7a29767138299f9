"""What `draw` returns: a picture that shows itself in notebooks and is saved in any of the usual formats."""

import base64
import html
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .mermaid import to_mermaid
from .model import Model
from .render import render, svg
from .text import unknown, visible
from .themes import Theme

FORMATS = ("svg", "png", "pdf", "dot", "html", "mmd")

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 0; padding: 1rem; background: {background}; color: {text}; font-family: Helvetica, Arial, sans-serif; }}
.views > input {{ position: absolute; opacity: 0; }}
.views > label {{ display: inline-block; padding: .3rem .8rem; margin: 0 .3rem 1rem 0; border: 1px solid {line};
  border-radius: 1rem; cursor: pointer; font-size: .9rem; }}
.views > input:checked + label {{ background: {text}; color: {background}; }}
.views > input:focus-visible + label {{ outline: 3px solid {highlight}; outline-offset: 2px; }}
.views > figure {{ display: none; }}
figure {{ margin: 0; overflow-x: auto; }}
{rules}
</style>
</head>
<body>
{body}
</body>
</html>
"""


class Picture:
    """A text in the DOT language and the picture that Graphviz makes of it.

    Parameters
    ----------
    source
        The text in DOT.
    title
        What the picture shows, for screen readers and as the title of pages.
    theme
        The colours.
    hover
        Texts by id that show while the pointer is over an element.
    engine
        The layout: ``dot`` or ``neato``.
    """

    def __init__(self, source: str, title: str, theme: Theme, hover: Mapping[str, str], engine: str = "dot") -> None:
        self.source = source
        self.title = visible(title)
        self.theme = theme
        self.hover = hover
        self.engine = engine

    def pipe(self, format: str) -> bytes:
        """The picture as bytes, in one of the formats of `save`.

        Raises
        ------
        ValueError
            For an unknown format; names the nearest.
        ImportError
            If there is no Graphviz; names the install command. ``dot``, ``mmd`` need none.
        """
        if format not in FORMATS:
            raise ValueError(unknown("format", format, FORMATS))
        if format in ("png", "pdf"):
            return render(self.source, format, self.engine)
        if format == "svg":
            return ('<?xml version="1.0" encoding="UTF-8"?>\n' + self.svg()).encode()
        texts: dict[str, Callable[[], str]] = {"dot": lambda: self.source, "html": self.html, "mmd": self.mermaid}
        return texts[format]().encode()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to a file; its extension says how: svg, png, pdf, dot, html, or mmd for Mermaid.

        Raises
        ------
        ValueError
            For another extension, or none.
        OSError
            If the file cannot be written. Nothing is written then.
        """
        path = Path(path)
        extension = path.suffix.lower().removeprefix(".")
        if extension not in FORMATS:
            if not extension:
                raise ValueError(f"save: {str(path)!r} has no extension: add one of {', '.join(FORMATS)}")
            raise ValueError(f"save: {unknown('extension', extension, FORMATS)}")
        picture = self.pipe(extension)
        try:
            path.write_bytes(picture)
        except OSError as error:
            raise type(error)(error.errno, f"save: cannot write the picture: {error.strerror}", str(path)) from None
        return path

    def svg(self) -> str:
        """The picture as an SVG element to put into a page."""
        return svg(self.source, self.hover, self.title, self.engine)

    def html(self) -> str:
        """The picture as a page of its own."""
        return self._page(f"<figure>{self.svg()}</figure>")

    def mermaid(self) -> str:
        """The picture as text in the language of Mermaid.

        Raises
        ------
        ValueError
            If the picture is not one of a graph of Values.
        """
        raise ValueError("only a graph of Values can be written as Mermaid: draw(root).mermaid()")

    def _page(self, body: str, rules: str = "") -> str:
        theme = self.theme
        return PAGE.format(
            title=html.escape(self.title), body=body, rules=rules, background=theme.background, text=theme.text,
            line=theme.line, highlight=theme.highlight,
        )  # fmt: skip

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_html_(self) -> str:
        """The SVG as an image: an untrusted notebook shows images, but no SVG elements."""
        picture = base64.b64encode(self.svg().encode()).decode()
        alt = html.escape(self.title)
        return f'<img alt="{alt}" style="max-width:100%" src="data:image/svg+xml;base64,{picture}">'

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.title}>"


class Drawing(Picture):
    """The drawing of a graph of Values.

    Attributes
    ----------
    source
        The text in DOT.
    model
        What is drawn, as data (see `Model`).
    message
        What is not shown, and how to see it; empty if everything is.
    """

    def __init__(
        self,
        source: str,
        title: str,
        theme: Theme,
        hover: Mapping[str, str],
        model: Model,
        direction: str,
        views: Callable[[], Sequence[tuple[str, "Drawing"]]],
    ) -> None:
        super().__init__(source, title, theme, hover)
        self.model = model
        self.message = model.message
        self._direction = direction
        self._views = views

    def html(self) -> str:
        """The drawing as a page of its own; one with neurons lets the reader choose how far they are collapsed."""
        views = self._views()
        if len(views) < 2:
            return super().html()
        body, rules = [], []
        for i, (name, view) in enumerate(views):
            checked = " checked" if view.model.collapse == self.model.collapse else ""
            body.append(f'<input type="radio" name="view" id="view{i}"{checked}><label for="view{i}">{name}</label>')
            rules.append(f"#view{i}:checked ~ .view{i} {{ display: block; }}")
        body += [f'<figure class="view{i}">{view.svg()}</figure>' for i, (_, view) in enumerate(views)]
        return self._page(f'<div class="views">{"".join(body)}</div>', "\n".join(rules))

    def mermaid(self) -> str:
        """The drawing as text in the language of Mermaid, which many sites and editors show as a picture."""
        return to_mermaid(self.model, self.theme, self._direction)
