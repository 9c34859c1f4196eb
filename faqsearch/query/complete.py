"""As-you-type completion over titles, by jamo, so that every state of the input method on the way keeps offering a title.

환불 is typed ㅎ 호 화 환 환ㅂ 환부 환불: as jamo (ㅎ ㅎㅗ ㅎㅗㅏ …) each is a prefix of the next. Compound vowels and finals
are taken apart into keys for that. What was typed may begin at any word of a title; initial consonants match initials.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from faqsearch.analysis.grams import squeeze_with_offsets
from faqsearch.analysis.hangul import INITIALS, is_syllable, split_syllable
from faqsearch.analysis.normalize import normalize
from faqsearch.document import Document
from faqsearch.query.keyboard import keystrokes
from faqsearch.query.options import micros
from faqsearch.results import Completion

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A title that may be offered: its keys and initials by word, and how much it is looked at."""

    title: str
    views: int
    keys: str
    key_places: tuple[int, ...]
    initials: str
    initial_places: tuple[int, ...]
    word_starts: frozenset[int]


def candidate(title: str, views: int) -> Candidate:
    """``title`` prepared for matching."""
    normalized = normalize(title)
    squeezed, places = squeeze_with_offsets(normalized.text)
    keys: list[str] = []
    key_places: list[int] = []
    initials: list[str] = []
    for character, place in zip(squeezed, places, strict=True):
        own = keystrokes(character)
        keys.append(own)
        key_places += [place] * len(own)
        initials.append(split_syllable(character)[0] if is_syllable(character) else character)
    starts = frozenset(match.start() for match in _WORD.finditer(normalized.text))
    return Candidate(title, views, "".join(keys), tuple(key_places), "".join(initials), tuple(places), starts)


def complete(candidates: Sequence[Candidate], prefix: str, *, limit: int) -> tuple[Completion, ...]:
    """Up to ``limit`` titles that ``prefix`` may become: at the beginning first, then inside, by falling views."""
    squeezed, _ = squeeze_with_offsets(normalize(prefix).text)
    if not squeezed:
        return ()
    wanted = "".join(map(keystrokes, squeezed))
    only_initials = all(character in INITIALS for character in squeezed)
    found: list[tuple[int, int, str, tuple[int, int]]] = []
    for one in candidates:
        span = _find(one.keys, one.key_places, wanted, one.word_starts)
        if span is None and only_initials:
            span = _find(one.initials, one.initial_places, squeezed, one.word_starts)
        if span is not None:
            found.append((0 if span[0] == 0 else 1, -one.views, one.title, span))
    seen: dict[str, Completion] = {}
    for _, _, title, span in sorted(found):
        seen.setdefault(title, Completion(title, (_stored(title, span),)))
        if len(seen) == limit:
            break
    return tuple(seen.values())


def _find(keys: str, places: tuple[int, ...], wanted: str, starts: frozenset[int]) -> tuple[int, int] | None:
    """(start, end) in the normalised title of the first occurrence that begins a word, or None."""
    place = keys.find(wanted)
    while place >= 0:
        first = places[place]
        if first in starts and (place == 0 or places[place - 1] != first):
            return first, places[place + len(wanted) - 1] + 1
        place = keys.find(wanted, place + 1)
    return None


def _stored(title: str, span: tuple[int, int]) -> tuple[int, int]:
    return normalize(title).span(*span)


def visible(document: Document, now: int, audience: frozenset[str], paths: Iterable[tuple[str, ...]] | None) -> bool:
    """Whether a document may be offered at ``now`` (microseconds since 1970) to an audience, within the paths."""
    if document.visible_from is not None and now < micros(document.visible_from):
        return False
    if document.visible_until is not None and now >= micros(document.visible_until):
        return False
    if document.audience and not document.audience & audience:
        return False
    return paths is None or any(document.category[: len(path)] == tuple(path) for path in paths)
