"""Titles and pieces of bodies with what matched marked.

The piece is the run of whole sentences or neighbouring list items that holds the most of the query: the sum of weight · idf
of the distinct terms in it. A sentence that only repeats the title counts nothing. What is cut, is cut between words, with
an "…" in the place of the one character where it was cut, so that places in piece and body differ by a constant.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from unicodedata import is_normalized

from faqsearch.analysis.grams import squeeze, squeeze_with_offsets
from faqsearch.analysis.normalize import NormalizedText, cluster_start, normalize
from faqsearch.index.base import Tokens
from faqsearch.results import Highlight, Span

_BREAK = re.compile(r"[.!?。…]+[ \t]*|\n")
_CLOSING = frozenset(".!?。…)]}」』\"'”’,")
_MANY = 64
"""Sentences with a match that are tried as a beginning; the first ones in reading order."""

ELLIPSIS = "…"


def title_highlight(
    title: str, tokens: Tokens, marks: Collection[str], words: Sequence[str], phrases: Sequence[str] = ()
) -> Highlight:
    """The whole title with what matched marked."""
    return Highlight(title, tuple(_found(title, tokens, marks, words, phrases)), 0)


def snippet(
    body: str,
    tokens: Tokens,
    marks: Mapping[str, float],
    words: Sequence[str],
    phrases: Sequence[str] = (),
    *,
    length: int,
    title: str = "",
) -> Highlight:
    """At most ``length`` code points of ``body``, besides the "…" at its ends."""
    found = _found(body, tokens, marks, words, phrases)
    weighted = _weighted(tokens, marks, found)
    start, end = _window(body, weighted, length, _plain(title))
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
        found += _word_spans(text, frozenset(tokens.starts), words)
    return _union(found)


def _found(text: str, tokens: Tokens, marks: Collection[str], words: Sequence[str], phrases: Sequence[str]) -> list[Span]:
    found = spans(text, tokens, marks, words)
    return _union(found + phrase_spans(text, phrases)) if phrases else found


def phrase_spans(text: str, phrases: Sequence[str]) -> list[Span]:
    """(start, end) of every place where a squeezed phrase stands, whatever blanks and punctuation lie in it."""
    normalized = normalize(text)
    squeezed, places = squeeze_with_offsets(normalized.text)
    found = []
    for phrase in phrases:
        place = squeezed.find(phrase)
        while place >= 0:
            found.append(normalized.span(places[place], places[place + len(phrase) - 1] + 1))
            place = squeezed.find(phrase, place + len(phrase))
    return _union(found)


def _word_spans(text: str, starts: Collection[int], words: Sequence[str]) -> list[Span]:
    normalized = NormalizedText(text) if is_normalized("NFC", text) else normalize(text)
    lower = normalized.text.lower()
    if len(lower) != len(normalized.text):  # a few letters grow in lower case; then they match as they are
        lower = normalized.text
    found = []
    for word in words:
        place = lower.find(word)
        while place >= 0:
            begin, end = normalized.span(place, place + len(word))
            if begin in starts or begin == 0 or not text[begin - 1].isalnum():
                found.append((begin, end))
            place = lower.find(word, place + len(word))
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
    """(start, end) of the sentences and lines of ``body``, without the blanks between them."""
    units = []
    start = 0
    for match in _BREAK.finditer(body):
        end = match.end()
        if body[start : match.start()].strip().isdigit():  # the number of a list item
            continue
        if body[match.start()] == "\n" or _ends_sentence(body, match.start(), end):
            units.append((start, end))
            start = end
    units.append((start, len(body)))
    return [(begin, end) for begin, end in units if not body[begin:end].isspace() and begin < end]


def _ends_sentence(body: str, sign: int, end: int) -> bool:
    """Whether the sign ends a sentence: a blank or the end follows, or Hangul stands before it and a new word behind."""
    if end == len(body) or body[end - 1].isspace() or body[end] == "\n":
        return True
    behind = body[end]
    return sign > 0 and "가" <= body[sign - 1] <= "힣" and not behind.isdigit() and behind not in _CLOSING


Match = tuple[int, int, str, float]
"""(start, end, what matched, what it is worth)."""


def _window(body: str, weighted: Sequence[Match], length: int, title: str) -> Span:
    units = _units(body)
    if not units:
        return 0, 0
    best, first = 0.0, 0
    tried = 0
    place = -1
    for number, match in enumerate(weighted):
        unit = bisect_right(units, (match[0], len(body))) - 1
        if unit <= place:
            continue
        place = unit
        worth = _worth(units, place, body, weighted, number, length, title)
        if worth > best + 1e-9:
            best, first = worth, place
        tried += 1
        if tried == _MANY:
            break
    start, end = units[first]
    if end - start > length:
        return _inside(body, start, end, weighted, length)
    return start, units[_last_unit(units, first, length)][1]


def _last_unit(units: Sequence[Span], first: int, length: int) -> int:
    """The last unit that still fits when the piece begins with unit ``first``; never before it."""
    limit = units[first][0] + length
    last = first
    while last + 1 < len(units) and units[last + 1][1] <= limit:
        last += 1
    return last


def _worth(
    units: Sequence[Span], first: int, body: str, weighted: Sequence[Match], number: int, length: int, title: str
) -> float:
    """What the piece from unit ``first`` on holds of the query; ``number`` is its first match."""
    start, end = units[first]
    if title and end - start < 4 * len(title) + 20 and _plain(body[start:end]) == title:
        return 0.0
    limit = max(units[_last_unit(units, first, length)][1], min(end, start + length))
    seen: dict[str, float] = {}
    for match in weighted[number:]:
        if match[1] > limit:
            break
        seen[match[2]] = match[3]
    return sum(seen.values())


def _plain(text: str) -> str:
    return squeeze(normalize(text).text)


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
    return cluster_start(body, place)


def _word_end(body: str, stop: int, end: int, place: int) -> int:
    """The end of a word at or before ``stop``, if there is one soon; else ``stop``."""
    if stop == end or body[stop].isspace():
        return stop
    for edge in range(stop - 1, max(stop - 20, place), -1):
        if body[edge].isspace():
            return edge
    return max(cluster_start(body, stop), place)


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
