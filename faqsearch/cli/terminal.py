"""What the output can show: its width in columns, marks, and texts from documents made harmless."""

from __future__ import annotations

import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import click

_NARROWEST = 20


@dataclass(frozen=True, slots=True)
class Screen:
    """``width`` in columns, None where lines are not to be broken (a file, a pipe); ``color`` says whether to mark."""

    width: int | None = None
    color: bool = False

    def bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self.color else text

    def faint(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self.color else text

    def print(self, lines: Iterable[str]) -> None:
        click.echo("\n".join(lines), color=self.color)


def screen(color: bool | None) -> Screen:
    """The standard output as a screen; ``color`` None: marks on a terminal, unless NO_COLOR or TERM=dumb say no."""
    terminal = sys.stdout.isatty()
    if color is None:
        color = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = max(shutil.get_terminal_size((80, 24)).columns, _NARROWEST) if terminal else None
    return Screen(width, color)


def print_json(value: Any) -> None:
    """Prints ``value`` as JSON; non-ASCII text is escaped where the output's encoding is not UTF-8."""
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    click.echo(json.dumps(value, ensure_ascii=plain, indent=2))


def columns(text: str) -> int:
    """The number of terminal columns that ``text`` takes: wide characters two, combining ones none."""
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if character.isascii():
        return 1
    if (
        unicodedata.category(character) in ("Mn", "Me", "Cf")
        or "\u1160" <= character <= "\u11ff"
        or "\ud7b0" <= character <= "\ud7ff"
    ):
        return 0  # the medial and final jamo of decomposed Hangul stand in their initial's place
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, width: int) -> str:
    """``text`` with blanks behind it up to ``width`` columns."""
    return text + " " * (width - columns(text))


def line_bounds(text: str, width: int) -> list[tuple[int, int]]:
    """(start, end) of the lines of ``text`` when none may be wider than ``width`` columns: broken at blanks, else anywhere."""
    bounds = []
    start = 0
    while start < len(text):
        used, end, blank = 0, start, -1
        while end < len(text) and (used + _columns(text[end]) <= width or end == start):
            if _breaks(text, end):
                blank = end
            used += _columns(text[end])
            end += 1
        if end < len(text) and not _breaks(text, end) and blank > start:
            end = blank
        bounds.append((start, len(text[start:end].rstrip(" ")) + start))
        start = end
        while start < len(text) and text[start] == " ":
            start += 1
    return bounds


def _breaks(text: str, place: int) -> bool:
    """Whether a line may end before ``place``: at a blank, but for one that leads to the "…" of a cut."""
    return text[place] == " " and text[place + 1 : place + 2] != "…"


def wrapped(text: str, width: int | None, *, indent: str = "") -> list[str]:
    """``text`` on lines of at most ``width`` columns (None: one line), each after ``indent``."""
    if width is None:
        return [indent + text]
    return [indent + text[start:end] for start, end in line_bounds(text, max(width - columns(indent), 2))] or [indent]


def printable(text: str) -> str:
    """``text`` with line breaks and tabs kept and every other control character as a blank: no escape code gets through."""
    return "".join(character if character.isprintable() or character in "\n\t" else " " for character in text)


def one_line(text: str) -> str:
    """``text`` on one line, harmless."""
    return " ".join(printable(text).split())
