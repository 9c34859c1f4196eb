"""Highlights for a terminal: on one line or several, with what matches marked."""

from __future__ import annotations

from faqsearch.cli.terminal import Screen, line_bounds
from faqsearch.results import Highlight

_ELLIPSIS = "…"


def flat(highlight: Highlight) -> Highlight:
    """The same on one line: runs of blanks, line breaks and control characters are one blank; a cut end keeps its distance."""
    last = len(highlight.text) - 1
    text = ""
    places = []
    for i, character in enumerate(highlight.text):
        if character.isspace() or not character.isprintable():
            places.append(len(text))
            text += "" if text.endswith(" ") or not text else " "
        elif character == _ELLIPSIS and i == last and text.strip():
            text += "" if text.endswith(" ") else " "
            places.append(len(text))
            text += character
        else:
            places.append(len(text))
            text += character + (" " if character == _ELLIPSIS and i == 0 and last else "")
    places.append(len(text))
    spans = tuple((places[left], places[right - 1] + 1) for left, right in highlight.spans if places[left] < places[right])
    return Highlight(text, spans, highlight.start)


def marked_lines(highlight: Highlight, screen: Screen, *, indent: str = "") -> list[str]:
    """The highlight on lines that fit the screen, each after ``indent``."""
    one = flat(highlight)
    width = len(one.text) * 2 + 1 if screen.width is None else max(screen.width - len(indent), 2)
    return [indent + _part(one, start, end, screen) for start, end in line_bounds(one.text, width)]


def _part(highlight: Highlight, start: int, end: int, screen: Screen) -> str:
    inside = tuple(
        (max(left, start) - start, min(right, end) - start) for left, right in highlight.spans if left < end and right > start
    )
    part = Highlight(highlight.text[start:end], inside)
    return part.to_ansi() if screen.color else str(part)
