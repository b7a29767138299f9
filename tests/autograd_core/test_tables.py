"""Tables of text and of HTML."""

from autograd_core.tables import html_table, number, text_table


def test_columns_are_aligned_and_lines_end_without_blanks():
    assert text_table([("a", "b"), ("long", "1"), ("x",)], "<>", "  ") == "  a     b\n  long  1\n  x"


def test_html_is_escaped():
    html = html_table([("<a>", "b"), ("1", "2")], "<>", caption="c & d", note="n")
    assert "&lt;a&gt;" in html
    assert "<caption>c &amp; d</caption>" in html
    assert html.endswith("<p>n</p>")
    assert 'style="text-align: right">2' in html


def test_numbers_are_rounded():
    assert [number(0.1 + 0.2), number(1e-20, 2), number(-0.0)] == ["0.3", "1e-20", "-0"]
