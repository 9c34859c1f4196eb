"""html_to_text: the cases of cases/html.json, and what holds for every HTML."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsearch.document import Document
from faqsearch.sources import html_to_text

CASES = json.loads((Path(__file__).parent / "cases" / "html.json").read_text(encoding="utf-8"))

BLOCKS = st.sampled_from(["p", "div", "h1", "section", "blockquote", "ul", "li", "table", "pre", "td", "dd", "summary"])
TAGS = st.sampled_from(
    ["p", "div", "b", "ul", "ol", "li", "table", "tr", "td", "pre", "br", "img", "script", "svg", "math", "select", "a"]
)
PIECES = st.one_of(
    st.text(max_size=8),
    TAGS.map(lambda tag: f"<{tag}>"),
    TAGS.map(lambda tag: f"</{tag}>"),
    st.sampled_from(["&nbsp;", "&lt;", "&#0;", "<!--", "-->", "<![CDATA[", "\x00", "<ol start=999999999999>"]),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_text_of(case: dict[str, str]) -> None:
    assert html_to_text(case["html"]) == case["text"]


@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_text_gives_lines_without_stray_blanks(html: str) -> None:
    text = html_to_text(html)
    assert text.splitlines() == text.split("\n") or not text
    assert "\xa0" not in text
    assert all(line == line.rstrip() for line in text.split("\n"))


@given(st.lists(st.tuples(BLOCKS, st.booleans()), min_size=2, max_size=12))
def test_two_blocks_never_share_a_line(blocks: list[tuple[str, bool]]) -> None:
    """Words w0, w1, … in blocks that follow or hold one another; cells outside a table are no blocks to a parser."""
    opened, html = [], ""
    for number, (tag, nested) in enumerate(blocks):
        tag = "div" if tag in ("td", "table") else tag
        html += f"<{tag}>w{number} "
        if nested:
            opened.append(tag)
        else:
            html += f"</{tag}>"
    html += "".join(f"</{tag}>" for tag in reversed(opened))
    for line in html_to_text(html).split("\n"):
        assert line.count("w") <= 1, html


@given(st.lists(st.lists(st.lists(st.sampled_from(["w", "<p>w</p>", "w<br>"]), max_size=3), max_size=4), max_size=4))
def test_only_cells_share_a_line_and_then_with_a_bar_between(rows: list[list[list[str]]]) -> None:
    html = "".join("<tr>" + "".join(f"<td>{''.join(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    words = html.count("w")
    text = html_to_text(f"<table>{html}</table>")
    assert text.count("w") == words
    for line in text.split("\n") if words else []:
        assert [part for part in line.split(" | ") if "w" not in part] == []


def test_rows_do_not_join_each_other() -> None:
    assert html_to_text("<table><tr><td>a<tr><td>b</table><table><tr><td>c</table>") == "a\nb\nc"


@pytest.mark.parametrize("tag", ["b", "ul><li", "table><tr><td"])
def test_deep_nesting_is_read_without_recursion(tag: str) -> None:
    assert html_to_text(f"<{tag}>" * 3_000 + "끝").strip(" -") == "끝"


def test_deep_lists_are_not_set_in_without_end() -> None:
    text = html_to_text("<ul><li>w" * 500)
    assert max(map(len, text.split("\n"))) < 30


def test_a_document_from_html_has_its_text_as_body() -> None:
    document = Document.from_html(id="1", title="<b>환불</b> &amp; 취소", html="<p>가</p><p>나</p>", views=3)
    assert (document.title, document.body, document.views) == ("환불 & 취소", "가\n나", 3)
