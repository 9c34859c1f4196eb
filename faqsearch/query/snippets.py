"""Titles and pieces of bodies with what matched marked.

The piece is the run of whole sentences or neighbouring list items that holds the most of the query: the sum of weight · idf
of the distinct terms in it. A sentence that only repeats the title counts nothing. What is cut, is cut between words, with
an "…" in the place of the one character where it was cut, so that places in piece and body differ by a constant.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from unicodedata import is_normalized

from faqsearch.analysis.grams import squeeze, squeeze_with_offsets
from faqsearch.analysis.normalize import cluster_start, normalize
from faqsearch.index.base import Tokens
from faqsearch.results import Highlight, Span

# A line break, or a sign that ends a sentence: a blank or the end follows it, or Hangul stands before it and a new word behind.
# A point behind a digit ends none: it is that of a list item, a date or a decimal.
_BREAK = re.compile(r"\n|(?:(?<!\d)\.|[!?。…])[.!?。…]*(?:[ \t]+|(?=\n)|\Z)|(?<=[가-힣])[.!?](?=[^\s\d.!?…)\]}」』\"'”’,])")
_HANGUL = re.compile(r"[가-힣0-9]+")
_SURE = 3
_AHEAD = 200
"""Code points behind the length of a piece that are looked at for the end of its last sentence."""
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
    start, end = _window(body, weighted, length, title)
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
    found = [span for word in words for span in _occurrences(text, word, starts)]
    if found or is_normalized("NFC", text):
        return found
    normalized = normalize(text)
    places = frozenset(place for place in range(len(normalized.text)) if normalized.span(place, place + 1)[0] in starts)
    found = [span for word in words for span in _occurrences(normalized.text, word, places)]
    return [normalized.span(*span) for span in found]


def _occurrences(text: str, word: str, starts: Collection[int]) -> Iterator[Span]:
    """(start, end) of ``word`` where it begins at one of ``starts`` or behind something that is no letter.

    A word of three letters or more counts inside another too: 배송비 in 최초배송비 is no accident.
    """
    lower = text
    if not _HANGUL.fullmatch(word):  # Hangul has no cases; a few letters grow in lower case, and then match as they are
        lower = text.lower()
        lower = lower if len(lower) == len(text) else text
    place = lower.find(word)
    while place >= 0:
        if len(word) >= _SURE or place in starts or place == 0 or not text[place - 1].isalnum():
            yield place, place + len(word)
        place = lower.find(word, place + len(word))


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


def _ends(body: str) -> list[int]:
    """Where the sentences and lines of ``body`` end, with the blanks behind them; each begins where the one before ends."""
    ends = [match.end() for match in _BREAK.finditer(body)]
    if not ends or ends[-1] < len(body):
        ends.append(len(body))
    return ends


Match = tuple[int, int, str, float]
"""(start, end, what matched, what it is worth)."""


def _window(body: str, weighted: Sequence[Match], length: int, title: str) -> Span:
    if len(body) <= length and not _repeats(body[: _ends(body)[0]], title):
        return 0, len(body)
    if not weighted:  # the beginning
        body = body[: length + _AHEAD]
    ends = _ends(body)
    starts = [0, *ends[:-1]]
    best, first = 0.0, 0
    tried, place = 0, -1
    for number, match in enumerate(weighted):
        unit = bisect_right(starts, match[0]) - 1
        if unit == place:
            continue
        place = unit
        begin, end = starts[unit], ends[unit]
        if _repeats(body[begin:end], title):
            continue
        worth = _worth(weighted, number, max(_last_end(ends, unit, begin + length), min(end, begin + length)))
        if worth > best + 1e-9:
            best, first = worth, unit
        tried += 1
        if tried == _MANY:
            break
    start, end = starts[first], ends[first]
    if end - start > length and len(body[start:end].rstrip()) > length:
        return _inside(body, start, end, weighted, length)
    return start, max(_last_end(ends, first, start + length), end)


def _last_end(ends: Sequence[int], unit: int, limit: int) -> int:
    """The end of the last unit that ends at or before ``limit``; that of ``unit`` at least."""
    return ends[max(bisect_right(ends, limit) - 1, unit)]


def _worth(weighted: Sequence[Match], number: int, limit: int) -> float:
    """What the piece that begins with match ``number`` and ends at ``limit`` holds of the query."""
    seen: dict[str, float] = {}
    for match in weighted[number:]:
        if match[1] > limit:
            break
        seen[match[2]] = match[3]
    return sum(seen.values())


def _repeats(sentence: str, title: str) -> bool:
    """Whether a sentence only repeats the title; lengths tell most of them apart without a closer look."""
    if not title or len(sentence) > 4 * len(title) + 20 or 4 * len(sentence) + 20 < len(title):
        return False
    if is_normalized("NFC", sentence) and is_normalized("NFC", title) and abs(len(sentence) - len(title)) > 8:
        return False
    return _plain(sentence) == _plain(title)


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
