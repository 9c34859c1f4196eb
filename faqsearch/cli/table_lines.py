"""A table of texts for a terminal, columns aligned, the widest text column cut where the screen ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faqsearch.cli.terminal import columns, one_line, pad

_GAP = 2
_LEAST = 12


def table_lines(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, text: frozenset[int] = frozenset({0}), width: int | None = None
) -> list[str]:
    """Lines of equal columns: those in ``text`` to the left, numbers to the right; None: as wide as it needs to be."""
    cells = [tuple(map(one_line, row)) for row in (header, *rows)]
    widths = [max(columns(row[place]) for row in cells) for place in range(len(header))]
    if width is not None:
        while (over := sum(widths) + _GAP * (len(widths) - 1) - width) > 0:
            widest = max(text, key=lambda place: widths[place])
            if widths[widest] <= _LEAST:
                break
            widths[widest] = max(widths[widest] - over, _LEAST)
    return ["".join(_cells(row, widths, text)).rstrip() for row in cells]


def _cells(row: Sequence[str], widths: Sequence[int], text: frozenset[int]) -> Iterable[str]:
    for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
        if place:
            yield " " * _GAP
        cell = cut(cell, width)
        yield pad(cell, width) if place in text else " " * (width - columns(cell)) + cell


def cut(text: str, width: int) -> str:
    """``text`` in at most ``width`` columns, with … where something is left out."""
    if columns(text) <= width:
        return text
    kept = ""
    for character in text:
        if columns(kept + character) > width - 1:
            break
        kept += character
    return kept.rstrip() + "…"
