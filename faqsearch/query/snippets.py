"""Titles and pieces of bodies with what matched marked.

The piece is the run of whole sentences or neighbouring list items that holds the most of the query: the sum of weight · idf
of the distinct terms in it. A sentence that only repeats the title counts nothing. What is cut, is cut between words, with
an "…" in the place of the one character where it was cut, so that places in piece and body differ by a constant.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from unicodedata import is_normalized

from faqsearch.analysis.grams import squeeze, squeeze_with_offsets
from faqsearch.analysis.normalize import cluster_start, normalize
from faqsearch.analysis.sentences import sentence_ends
from faqsearch.index.base import Tokens
from faqsearch.native import compiled, maker
from faqsearch.results import Highlight, Span

texts = compiled("texts")

_SURE = 3
_MANY = 64
"""Sentences with a match that are tried as a beginning; the first ones in reading order."""

ELLIPSIS = "…"

_highlight = maker(Highlight)


def highlights(
    title: str,
    title_tokens: Tokens,
    body: str,
    tokens: Tokens,
    marks: Mapping[str, float],
    words: Sequence[str],
    phrases: Sequence[str] = (),
    *,
    length: int,
    ends: list[int] | None = None,
) -> tuple[Highlight, Highlight]:
    """(``title_highlight``, ``snippet``) of a document."""
    ends = sentence_ends(body) if ends is None else ends
    if texts is None or phrases or not (is_normalized("NFC", title) and is_normalized("NFC", body)):
        whole = title_highlight(title, title_tokens, marks, words, phrases)
        return whole, snippet(body, tokens, marks, words, phrases, length=length, title=title, ends=ends)
    title_spans, piece, spans, place = texts.shown(
        title,
        *title_tokens,
        _searched(title, words),
        body,
        *tokens,
        _searched(body, words),
        marks,
        words,
        ends,
        length,
        _SURE,
        _MANY,
        _repeats,
        lambda found, start, end: _inside(body, start, end, _weighted(tokens, marks, found), length),
        lambda found: _window(body, tokens, marks, found, length, title, ends),
    )
    return _highlight(title, title_spans, 0), _highlight(piece, spans, place)


def title_highlight(
    title: str, tokens: Tokens, marks: Collection[str], words: Sequence[str], phrases: Sequence[str] = ()
) -> Highlight:
    """The whole title with what matched marked."""
    return _highlight(title, tuple(_found(title, tokens, marks, words, phrases)), 0)


def snippet(
    body: str,
    tokens: Tokens,
    marks: Mapping[str, float],
    words: Sequence[str],
    phrases: Sequence[str] = (),
    *,
    length: int,
    title: str = "",
    ends: list[int] | None = None,
) -> Highlight:
    """At most ``length`` code points of ``body``, besides the "…" at its ends.

    ``ends`` are ``sentence_ends(body)`` where they are known; they are found now where they are not.
    """
    found = _found(body, tokens, marks, words, phrases)
    start, end = _window(body, tokens, marks, found, length, title, sentence_ends(body) if ends is None else ends)
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
        found += _word_spans(text, tokens.starts, words)
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
    if is_normalized("NFC", text):
        return _occurrences(text, words, starts)
    normalized = normalize(text)
    places = frozenset(place for place in range(len(normalized.text)) if normalized.span(place, place + 1)[0] in starts)
    return [normalized.span(*span) for span in _occurrences(normalized.text, words, places)]


def _occurrences(text: str, words: Sequence[str], starts: Collection[int]) -> list[Span]:
    """(start, end) of each word where it begins at one of ``starts`` or behind something that is no letter.

    A word of three letters or more counts inside another too: 배송비 in 최초배송비 is no accident.
    """
    found: list[Span] = []
    where = _searched(text, words)
    for word in words:
        place = where.find(word)
        while place >= 0:
            end = place + len(word)
            if len(word) >= _SURE or place == 0 or not text[place - 1].isalnum() or place in starts:
                found.append((place, end))
            place = where.find(word, end)
    return found


def _searched(text: str, words: Sequence[str]) -> str:
    """The text in which words are looked for: in lower case where that matters to any of them."""
    return _lowered(text) if words and _any_has_cases(tuple(words)) else text


@lru_cache(maxsize=1 << 8)
def _any_has_cases(words: tuple[str, ...]) -> bool:
    return any(word.upper() != word for word in words)


def _lowered(text: str) -> str:
    """``text`` in lower case; as it is where a letter grows by that, for places must stay."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text


def _union(found: list[Span]) -> list[Span]:
    """Sorted spans; those that touch or overlap as one."""
    if len(found) < 2:
        return found
    found.sort()
    merged: list[Span] = []
    begin, end = found[0]
    for start, stop in found:
        if start > end:
            merged.append((begin, end))
            begin, end = start, stop
        elif stop > end:
            end = stop
    merged.append((begin, end))
    return merged


Match = tuple[int, int, str, float]
"""(start, end, what matched, what it is worth)."""


def _weighted(tokens: Tokens, marks: Mapping[str, float], found: Sequence[Span]) -> list[Match]:
    """Each thing that matched, in order; a marked word that is no token counts little."""
    result = [
        (start, end, term, marks[term])
        for term, start, end in zip(tokens.terms, tokens.starts, tokens.ends, strict=True)
        if term in marks
    ]
    if not result:
        result = [(start, end, f"{start}", 1.0) for start, end in found]
    result.sort()
    return result


def _window(
    body: str,
    tokens: Tokens,
    marks: Mapping[str, float],
    found: Sequence[Span],
    length: int,
    title: str,
    ends: Sequence[int],
) -> Span:
    if len(body) <= length and not _repeats(body[: ends[0]], title):
        return 0, len(body)
    first = _best_sentence(body, tokens, marks, found, length, title, ends)
    start, end = ends[first - 1] if first else 0, ends[first]
    if end - start > length and len(body[start:end].rstrip()) > length:
        return _inside(body, start, end, _weighted(tokens, marks, found), length)
    return start, max(_last_end(ends, first, start + length), end)


def _best_sentence(
    body: str,
    tokens: Tokens,
    marks: Mapping[str, float],
    found: Sequence[Span],
    length: int,
    title: str,
    ends: Sequence[int],
) -> int:
    """The number of the sentence with which the piece begins that holds the most of the query."""
    weighted = _weighted(tokens, marks, found)
    everything = sum({match[2]: match[3] for match in weighted}.values())
    best, first = 0.0, 0
    tried, place = 0, -1
    for number, match in enumerate(weighted):
        unit = bisect_right(ends, match[0])
        if unit == place:
            continue
        place = unit
        begin, end = ends[unit - 1] if unit else 0, ends[unit]
        if _repeats(body[begin:end], title):
            continue
        worth = _worth(weighted, number, max(_last_end(ends, unit, begin + length), min(end, begin + length)))
        if worth > best + 1e-9:
            best, first = worth, unit
        tried += 1
        if tried == _MANY or best >= everything - 1e-9:
            break
    return first


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
    begin = _word_edge(body, place, start, min(place + length, end))
    stop = min(min(place, begin) + length, end)  # a character of several code points may begin before the place
    return begin, _word_end(body, stop, end, begin)


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
    cut = cluster_start(body, stop)
    return cut if cut > place else stop


def _cut(body: str, start: int, end: int, found: list[Span]) -> Highlight:
    text = body[start:end].rstrip()
    end = start + len(text)
    text = text.lstrip()
    start = end - len(text)
    place = start
    if start and not body[:start].isspace():
        text = ELLIPSIS + text
        place -= 1
    if end < len(body) and not body[end:].isspace():
        text += ELLIPSIS
    return _highlight(text, _clipped(found, start, end, place), place)


def _clipped(found: list[Span], start: int, end: int, place: int) -> tuple[Span, ...]:
    """The spans that lie in ``start`` to ``end``, cut there, by their places behind ``place``."""
    return tuple(
        [
            ((left if left > start else start) - place, (right if right < end else end) - place)
            for left, right in found
            if left < end and right > start
        ]
    )
