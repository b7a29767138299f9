"""From DOT to pictures: by the system's Graphviz where there is one, else by the one that pygraphviz brings.

Both are loaded when the first picture is made. The second runs inside of this process and needs no program.
"""

import html
import re
import sys
import threading
from collections.abc import Mapping

from .text import visible

PIXELS_PER_INCH = 200
MANY_LINES = 300
"""A longer source makes a picture so large that 72 pixels per inch must do."""
_LOCK = threading.Lock()  # Graphviz keeps its state in globals
_DATE = re.compile(rb"(/CreationDate \(D:)\d{14}[^)]*")


class RenderError(RuntimeError):
    """No Graphviz can be used, or it refused."""


def render(source: str, picture_format: str, engine: str = "dot") -> bytes:
    """The picture of `source`, a text in DOT, as ``svg``, ``png`` or ``pdf``.

    Parameters
    ----------
    source
        A text in DOT that starts with ``digraph name {`` on a line of its own.
    picture_format
        ``svg``, ``png`` or ``pdf``.
    engine
        The layout: ``dot`` in layers, ``neato`` with positions given in the source.

    Raises
    ------
    ImportError
        If neither a system Graphviz nor pygraphviz is there; names the install command.
    RenderError
        If Graphviz refuses the source.
    """
    if picture_format == "png":
        dpi = PIXELS_PER_INCH if source.count("\n") < MANY_LINES else 72
        source = source.replace("{\n", f"{{\n  dpi={dpi}\n", 1)
    picture = _by_program(source, picture_format, engine)
    if picture is None:
        picture = _in_process(source, picture_format, engine)
    if picture_format == "pdf":  # the same bytes every day
        picture = _DATE.sub(lambda match: match[1] + b"20000101000000Z".ljust(len(match[0]) - len(match[1])), picture)
    return picture


def svg(source: str, hover: Mapping[str, str], title: str, engine: str = "dot") -> str:
    """The picture of `source` as an SVG element to put into a page.

    Elements carry their DOT ``id`` as a class, so that several pictures can share a page, and `hover` says what is
    shown while the pointer is over one.

    Parameters
    ----------
    source
        A text in DOT, whose nodes, edges and clusters have an ``id``.
    hover
        Texts by id, not escaped.
    title
        What the picture shows, for screen readers; not escaped.
    engine
        The layout.
    """
    text = render(source, "svg", engine).decode().replace("\r\n", "\n")
    text = text[text.index("<svg") :]
    text = re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL)

    def element(match: re.Match[str]) -> str:
        known = hover.get(match["id"])
        shown = f"<title>{html.escape(visible(known))}</title>\n" if known else ""
        return f'<g class="{match["kind"]} {match["id"]}">\n{shown}'

    text = re.sub(r'<g id="(?P<id>\w+)" class="(?P<kind>\w+)"', lambda m: f'<g class="{m["kind"]} {m["id"]}"', text)
    pattern = r'<g class="(?P<kind>node|edge|cluster) (?P<id>\w+)">\n<title>[^<]*</title>\n'
    text = re.sub(pattern, element, text)
    text = re.sub(r"(<g class=\"graph \w+\"[^>]*>\n)<title>[^<]*</title>\n", r"\1", text)
    opening = f'<svg role="img" aria-label="{html.escape(title)}" style="max-width:100%;height:auto"'
    return text.replace("<svg", opening, 1)


def _by_program(source: str, picture_format: str, engine: str) -> bytes | None:
    """The picture by the system's ``dot``; None if there is none that works."""
    try:
        import graphviz
    except ImportError:
        return None
    try:
        return graphviz.pipe(engine, picture_format, source.encode(), quiet=True)  # type: ignore[no-any-return]
    except (graphviz.ExecutableNotFound, graphviz.CalledProcessError, OSError):
        return None  # not there, broken, or built without this format


def _in_process(source: str, picture_format: str, engine: str) -> bytes:
    """The picture by the Graphviz in pygraphviz's wheel."""
    try:
        import pygraphviz
    except ImportError as error:
        system = " (or the program Graphviz, https://graphviz.org/download)" if sys.platform != "emscripten" else ""
        raise ImportError(f"pictures need Graphviz: pip install pygraphviz{system}; .source is the DOT text") from error
    with _LOCK:
        graph = None
        try:
            graph = pygraphviz.AGraph(string=source)
            picture: bytes = graph.draw(format=picture_format, prog=engine)
        except (TypeError, ValueError) as error:  # a TypeError where Graphviz cannot write the format
            raise RenderError(f"Graphviz could not draw this as {picture_format}: {error}") from error
        finally:
            if graph is not None:
                graph.close()
    return picture
