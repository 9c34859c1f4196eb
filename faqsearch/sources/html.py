"""The text of HTML, one line a block.

A scraper that joins "있습니다." and "단," has lost where a sentence, a list entry or a cell ended; snippets and phrases need
those places. So every block starts a line of its own, and only cells of a table share one, with " | " between them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

# fmt: off
# Never shown as text, or shown only where a browser cannot do what it should ("your browser does not support video").
_DROPPED = {
    "script", "style", "template", "head", "title", "noscript", "noframes", "noembed", "iframe", "svg", "video", "audio",
    "canvas", "datalist",
}
_PREFORMATTED = {"pre", "xmp", "listing", "plaintext", "textarea"}
_LISTS = {"ul", "ol", "menu", "dir"}
_CELLS = {"td", "th"}
_BLOCKS = _PREFORMATTED | _LISTS | _CELLS | {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr",
    "legend", "li", "main", "nav", "optgroup", "option", "p", "search", "section", "select", "summary", "table", "tbody",
    "tfoot", "thead", "tr",
}
# fmt: on
_INDENT = "  "
_INDENT_LEVELS = 8  # deeper lists are not set in further: the text must not grow with the square of the depth


def html_to_text(html: str) -> str:
    """The text of ``html``: a line a block, list entry, table row and ``<br>``; empty lines only inside ``<pre>``.

    List entries begin with "- " or their number ("1. "), set in by two blanks a level. Cells of a row are joined by " | ",
    unless one of them holds several lines: then each line of each cell stays a line. Blanks, NBSP too, are collapsed
    outside ``<pre>``; images give their ``alt``; entities are resolved; scripts, styles and comments are left out.

    Any text is accepted and nothing is raised: what is no HTML is read as a browser would read it.
    """
    from selectolax.lexbor import LexborHTMLParser  # here, since importing faqsearch should load no parser

    # With <body> before it a leading <noscript> stays one element; in a head the parser would spill its content.
    body = LexborHTMLParser("<body>" + html).body
    page = _Text()
    if body is not None:
        _walk(body, page)
    page.end_line()
    return "\n".join(page.lines)


@dataclass(slots=True)
class _List:
    number: int | None  # of the next entry; None: not numbered


@dataclass(slots=True)
class _Entry:
    """A list entry: ``marker`` stands before its first line and is then gone."""

    indent: str
    marker: str


@dataclass(slots=True)
class _Text:
    """The lines of the page or of one cell, and the line that is being written."""

    lines: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    entries: list[_Entry] = field(default_factory=list)
    rows: list[list[list[str]]] = field(default_factory=list)  # the lines of each cell of the rows that are open
    preformatted: int = 0

    def end_line(self) -> None:
        text = "".join(self.pieces)
        self.pieces.clear()
        if self.preformatted:
            self.write([line.replace("\xa0", " ").rstrip() for line in text.splitlines()])
        else:
            self.write([" ".join(text.split())])

    def write(self, lines: list[str]) -> None:
        """Adds lines without the empty ones at both ends; the first carries the marker of the list entry."""
        filled = [number for number, line in enumerate(lines) if line]
        for line in lines[filled[0] : filled[-1] + 1] if filled else ():
            self.lines.append((self._prefix() + line).rstrip())

    def _prefix(self) -> str:
        if not self.entries:
            return ""
        entry, marker = self.entries[-1], self.entries[-1].marker
        for above in self.entries:  # an entry that begins with a list has no line for its own marker
            above.marker = ""
        return entry.indent + (marker or _INDENT)

    def begin_entry(self) -> None:
        entries = self.lists[-1] if self.lists else _List(None)
        marker = "- " if entries.number is None else f"{entries.number}. "
        if entries.number is not None:
            entries.number += 1
        self.entries.append(_Entry(_INDENT * min(len(self.lists) - 1, _INDENT_LEVELS), marker))

    def end_row(self) -> None:
        cells = [lines for lines in self.rows.pop() if lines]
        if any(len(lines) > 1 for lines in cells):
            for lines in cells:
                self.write(lines)
        else:
            self.write([" | ".join(lines[0].strip() for lines in cells)])


def _walk(body: LexborNode, page: _Text) -> None:
    """Writes the tree under ``body`` into ``page``; a stack instead of recursion, since HTML may nest without limit."""
    texts = [page]  # the page, then the open cells
    pending: list[tuple[LexborNode, bool]] = [(body, False)]
    while pending:
        node, leaving = pending.pop()
        tag, text = node.tag or "", texts[-1]
        if leaving:
            _leave(tag, texts)
        elif tag == "-text":
            text.pieces.append(node.text_content or "")
        elif tag == "br":
            if text.preformatted:
                text.pieces.append("\n")
            else:
                text.end_line()
        elif tag == "img":
            text.pieces.append(f" {node.attributes.get('alt') or ''} ")
        elif tag not in _DROPPED and not tag.startswith(("-", "!")):
            if tag in _BLOCKS:
                _enter(tag, node, texts)
                pending.append((node, True))
            pending.extend((child, False) for child in reversed(_children(node)))


def _enter(tag: str, node: LexborNode, texts: list[_Text]) -> None:
    text = texts[-1]
    text.end_line()
    if tag in _CELLS:
        texts.append(_Text())
    elif tag == "tr":
        text.rows.append([])
    elif tag in _LISTS:
        text.lists.append(_list(node) if tag == "ol" else _List(None))
    elif tag == "li":
        text.begin_entry()
    elif tag in _PREFORMATTED:
        text.preformatted += 1


def _leave(tag: str, texts: list[_Text]) -> None:
    text = texts[-1]
    text.end_line()
    if tag in _CELLS:
        texts.pop()
        outer = texts[-1]
        if outer.rows:
            outer.rows[-1].append(text.lines)
        else:  # a cell without a row, as MathML may hold it
            outer.write(text.lines)
    elif tag == "tr":
        text.end_row()
    elif tag in _LISTS:
        text.lists.pop()
    elif tag == "li":
        text.entries.pop()
    elif tag in _PREFORMATTED:
        text.preformatted -= 1


def _children(node: LexborNode) -> list[LexborNode]:
    children, child = [], node.child
    while child is not None:
        children.append(child)
        child = child.next
    return children


def _list(node: LexborNode) -> _List:
    start = (node.attributes.get("start") or "").strip()
    number = int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1
    return _List(number)
