"""The text of a body as blocks: headings, paragraphs, lists, tables, notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["heading", "paragraph", "bullets", "numbers", "signs", "note", "table"]

_HEADING = re.compile(r"\[([^\[\]]{1,60})\]")
_BULLET = re.compile(r"(\s*)[-•·*]\s+(.+)")
_NUMBER = re.compile(r"(\s*)(\d{1,3})[.)]\s+(.+)")
_SIGN = re.compile(r"(\s*)([①-⑳㉠-㉭가나다라마바사아자차카타파하]\)?)(?:(?<=\))\s*|(?<=[①-⑳㉠-㉭])\s*)(.+)")
_NOTE = re.compile(r"※\s*(.+)")
_LEVELS = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a list: its text, its own sign or number, how deep it lies."""

    text: str
    sign: str = ""
    level: int = 0

    def to_dict(self) -> dict[str, Any]:
        return {"text": self.text, "sign": self.sign, "level": self.level}


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a body. ``lines`` are of a heading, paragraph or note, ``entries`` of a list, ``rows`` of a table.

    "numbers" are entries that count up by one; "signs" keep the sign that stands before each.
    """

    kind: Kind
    lines: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    rows: tuple[tuple[str, ...], ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "lines": list(self.lines),
            "entries": [entry.to_dict() for entry in self.entries],
            "rows": [list(row) for row in self.rows],
        }


def blocks(body: str) -> tuple[Block, ...]:
    """The blocks of a body, in order; every character but signs and blanks is in one."""
    lines = [(line.rstrip(), _kind(line)) for line in body.splitlines()]
    found: list[Block] = []
    for kind, group in groupby(lines, key=lambda line: line[1]):
        some = [line for line, _ in group]
        if kind is not None:
            found += _blocks(kind, some)
    return tuple(found)


def _kind(line: str) -> Kind | None:
    """What a line is by itself; None for a blank one."""
    text = line.strip()
    if not text:
        return None
    if _HEADING.fullmatch(text):
        return "heading"
    if _BULLET.fullmatch(line):
        return "bullets"
    if _NUMBER.fullmatch(line):
        return "numbers"
    if _SIGN.fullmatch(line):
        return "signs"
    if _NOTE.fullmatch(text):
        return "note"
    return "table" if len(_cells(line)) > 1 else "paragraph"


def _blocks(kind: Kind, lines: list[str]) -> Iterator[Block]:
    match kind:
        case "heading":
            yield from (Block("heading", (line.strip()[1:-1].strip(),)) for line in lines)
        case "note":
            yield from (Block("note", (line.strip()[1:].strip(),)) for line in lines)
        case "bullets":
            yield Block("bullets", entries=tuple(_entry(_BULLET, line) for line in lines))
        case "numbers" | "signs":
            yield from _numbered(kind, lines)
        case "table":
            yield from _table(lines)
        case _:
            yield Block("paragraph", tuple(line.strip() for line in lines))


def _entry(pattern: re.Pattern[str], line: str) -> Entry:
    match = pattern.fullmatch(line)
    assert match is not None
    sign = match[2].strip() if match.re.groups == 3 else ""
    return Entry(match[match.re.groups].strip(), sign, min(len(match[1].expandtabs(2)) // 2, _LEVELS))


def _numbered(kind: Kind, lines: list[str]) -> Iterator[Block]:
    """Numbers that count up are a list of numbers; all others keep their sign."""
    entries = tuple(_entry(_NUMBER if kind == "numbers" else _SIGN, line) for line in lines)
    if kind == "numbers" and [int(entry.sign) for entry in entries] == list(
        range(int(entries[0].sign), int(entries[0].sign) + len(entries))
    ):
        yield Block("numbers", entries=entries)
    else:
        yield Block("signs", entries=entries)


def _table(lines: list[str]) -> Iterator[Block]:
    """Rows of the same number of cells; a single row is a line of text."""
    rows = [_cells(line) for line in lines]
    if len(rows) > 1 and len({len(row) for row in rows}) == 1:
        yield Block("table", rows=tuple(rows))
    else:
        yield Block("paragraph", tuple(line.strip() for line in lines))


def _cells(line: str) -> tuple[str, ...]:
    """The cells of ``| 종류 | 기간 |`` or ``종류 | 기간``; one where there is no row."""
    inner = line.strip()
    if inner.startswith("|") and inner.endswith("|") and len(inner) > 1:
        inner = inner[1:-1]
    return tuple(cell.strip() for cell in inner.split(" | "))
