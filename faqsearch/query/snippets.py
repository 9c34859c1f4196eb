"""Titles and pieces of bodies with what matched marked.

The piece is the run of whole sentences or neighbouring list items that holds the most of the query: the sum of weight · idf of
the distinct terms in it. A sentence that only repeats the title counts nothing. What is cut, is cut between words, with an "…" in
the place of the one character where it was cut, so that places in the piece and in the body differ by a constant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from faqsearch.analysis.grams import squeeze, squeeze_with_offsets
from faqsearch.analysis.normalize import normalize
from faqsearch.index.base import Tokens
from faqsearch.results import Highlight, Span

_BOUNDARY = re.compile(r"\s*\n\s*|(?<=[.!?。…])\s+|(?<=[가-힣][.!?])(?=[^\s\d.!?)\]」』\"'”’])")
_MANY = 64
"""Sentences with a match that are tried as a beginning; the first ones in reading order."""

ELLIPSIS = "…"


def title_highlight(title: str, tokens: Tokens, marks: Collection[str], words: Sequence[str]) -> Highlight:
    """The whole title with what matched marked."""
    return Highlight(title, tuple(spans(title, tokens, marks, words)), 0)


def snippet(
    body: str, tokens: Tokens, marks: Mapping[str, float], words: Sequence[str], *, length: int, title: str = ""
) -> Highlight:
    """At most ``length`` code points of ``body``, besides the "…" at its ends."""
    found = spans(body, tokens, marks, words)
    weighted = _weighted(tokens, marks, found)
    start, end = _window(body, weighted, length, squeeze(title))
    return _cut(body, start, end, found)


def spans(text: str, tokens: Tokens, marks: Collection[str], words: Sequence[str]) -> list[Span]:
    """(start, end) of what matches: tokens whose term is in ``marks``, and whole occurrences of ``words``.

    A word counts where it begins at a token or behind a blank or punctuation: 시간 is not found in 즉시 간편.
    """
    found = [
        (start, end)
        for term, start, end in zip(tokens.terms, tokens.starts, tokens.ends, strict=True)
        if term in marks and start < end
    ]
    if words:
        found += _word_spans(text, tokens, words)
    return _union(found)


def _word_spans(text: str, tokens: Tokens, words: Sequence[str]) -> list[Span]:
    normalized = normalize(text)
    squeezed, places = None, None
    starts = set(tokens.starts)
    found = []
    plain = squeeze(normalized.text)
    for word in words:
        if word not in plain:
            continue
        if squeezed is None or places is None:
            squeezed, places = squeeze_with_offsets(normalized.text)
        place = squeezed.find(word)
        while place >= 0:
            begin, end = normalized.span(places[place], places[place + len(word) - 1] + 1)
            if begin in starts or begin == 0 or not text[begin - 1].isalnum():
                found.append((begin, end))
            place = squeezed.find(word, place + len(word))
    return found


def _union(found: list[Span]) -> list[Span]:
    """Sorted spans; those that touch or overlap as one."""
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _weighted(tokens: Tokens, marks: Mapping[str, float], found: Sequence[Span]) -> list[tuple[int, int, str, float]]:
    """(start, end, what, worth) of each thing that matched, in order; a marked word that is no token counts little."""
    result = [
        (start, end, term, marks[term])
        for term, start, end in zip(tokens.terms, tokens.starts, tokens.ends, strict=True)
        if term in marks
    ]
    if not result:
        result = [(start, end, f"{start}", 1.0) for start, end in found]
    return sorted(result)


def _units(body: str) -> list[Span]:
    """(start, end) of the sentences and lines of ``body``."""
    edges = [0]
    for match in _BOUNDARY.finditer(body):
        edges += [match.start(), match.end()]
    edges.append(len(body))
    return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if body[start:end].strip()]


def _window(body: str, weighted: Sequence[tuple[int, int, str, float]], length: int, title: str) -> Span:
    units = _units(body)
    if not units:
        return 0, 0
    best: tuple[float, int] = (0.0, 0)
    begins = _units_with_matches(units, weighted)
    for place in begins[:_MANY]:
        worth = _worth(units, place, body, weighted, length, title)
        if worth > best[0] + 1e-9:
            best = (worth, place)
    first = best[1] if best[0] > 0 else 0
    start, end = units[first]
    if end - start > length:
        return _inside(body, start, end, weighted, length)
    last = first
    while last + 1 < len(units) and units[last + 1][1] - start <= length:
        last += 1
    return start, units[last][1]


def _units_with_matches(units: Sequence[Span], weighted: Sequence[tuple[int, int, str, float]]) -> list[int]:
    result = []
    match = 0
    for place, (start, end) in enumerate(units):
        while match < len(weighted) and weighted[match][0] < start:
            match += 1
        if match < len(weighted) and weighted[match][0] < end:
            result.append(place)
    return result


def _worth(
    units: Sequence[Span],
    first: int,
    body: str,
    weighted: Sequence[tuple[int, int, str, float]],
    length: int,
    title: str,
) -> float:
    """What the run of units from ``first`` on holds of the query; what only repeats the title holds nothing."""
    start = units[first][0]
    limit = start + length
    seen: dict[str, float] = {}
    for begin, end in units[first:]:
        if end > limit and begin > start:
            break
        if title and squeeze(body[begin : min(end, limit)]) == title:
            if begin == start:
                return 0.0
            continue
        for left, right, term, weight in weighted:
            if begin <= left and right <= min(end, limit):
                seen[term] = weight
            elif left >= end:
                break
    return sum(seen.values())


def _inside(body: str, start: int, end: int, weighted: Sequence[tuple[int, int, str, float]], length: int) -> Span:
    """The part of one long sentence that holds the most of the query, cut between words."""
    inside = [match for match in weighted if start <= match[0] and match[1] <= end]
    best, place = 0.0, start
    for match in inside[:_MANY]:
        begin = max(start, min(match[0] - length // 4, end - length))
        seen = {term: weight for left, right, term, weight in inside if begin <= left and right <= begin + length}
        if sum(seen.values()) > best + 1e-9:
            best, place = sum(seen.values()), begin
    stop = min(place + length, end)
    return _word_edge(body, place, start, stop), _word_end(body, stop, end, place)


def _word_edge(body: str, place: int, start: int, stop: int) -> int:
    """The beginning of a word at or behind ``place``, if there is one soon; else ``place``."""
    if place == start or body[place - 1].isspace():
        return place
    for edge in range(place, min(place + 20, stop)):
        if body[edge].isspace():
            return edge + 1
    return place


def _word_end(body: str, stop: int, end: int, place: int) -> int:
    """The end of a word at or before ``stop``, if there is one soon; else ``stop``."""
    if stop == end or body[stop].isspace():
        return stop
    for edge in range(stop - 1, max(stop - 20, place), -1):
        if body[edge].isspace():
            return edge
    return stop


def _cut(body: str, start: int, end: int, found: Sequence[Span]) -> Highlight:
    while start < end and body[start].isspace():
        start += 1
    while end > start and body[end - 1].isspace():
        end -= 1
    text = body[start:end]
    place = start
    if body[:start].strip():
        text = ELLIPSIS + text
        place -= 1
    if body[end:].strip():
        text += ELLIPSIS
    inside = [(max(left, start) - place, min(right, end) - place) for left, right in found if left < end and right > start]
    return Highlight(text, tuple(inside), place)
