"""Which texts hold a word that begins with some keys, in order: a sorted array of what stands from each word on.

A prefix is a range of the array, found by bisection; its best texts are taken out of the range without sorting it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from faqsearch.analysis.grams import squeeze_with_offsets
from faqsearch.analysis.hangul import is_syllable, split_syllable
from faqsearch.analysis.normalize import normalize

_WORD = re.compile(r"\w+")
_KEPT = 24  # letters of a suffix that are kept for sorting; what is longer is compared by whoever asks
_AFTER_ALL = "\U0010ffff"
_FIRST = 64  # texts taken out of a range at once

Letter = Callable[[str], str]
Suffixes = dict[tuple[str, bool], None]
"""What stands from each word of a text on, as a letter is written, and whether that is its beginning."""


def first_consonant(character: str) -> str:
    """The initial consonant of a syllable; anything else is itself."""
    return split_syllable(character)[0] if is_syllable(character) else character


def word_starts(text: str, places: Sequence[int]) -> list[int]:
    """The places in a squeezed text (``places`` lead back to ``text``) where words begin."""
    starts = {match.start() for match in _WORD.finditer(text)}
    return [number for number, place in enumerate(places) if place in starts]


class PrefixIndex:
    """Texts by what stands from each of their words on; the order of the texts given is their rank.

    ``before`` is an index of mostly the same texts, as of the generation before: what it made of them is used again.
    """

    def __init__(self, texts: Sequence[str], before: PrefixIndex | None = None) -> None:
        self.texts = texts
        self._arrays: dict[Letter, tuple[list[str], Any, Any]] = {}
        if before is not None:
            for letter in tuple(before._arrays):
                self._build(letter, before._suffixes(letter))

    def ranked(self, wanted: str, letter: Letter) -> Iterator[int]:
        """The numbers of texts with a word that begins with ``wanted`` as ``letter`` writes it: beginnings first, then by rank.

        Beyond 24 letters some may only begin alike.
        """
        import numpy as np

        suffixes, order, numbers = self._arrays.get(letter) or self._build(letter, {})
        cut = wanted[:_KEPT]
        low, high = bisect_left(suffixes, cut), bisect_left(suffixes, cut + _AFTER_ALL)
        ranks = order[low:high]
        seen: set[int] = set()
        taken, more = 0, _FIRST
        while taken < len(ranks):
            if more < len(ranks):
                best = np.argpartition(ranks, more - 1)[:more]
                best = best[np.argsort(ranks[best])]
            else:
                best = np.argsort(ranks)
            for number in numbers[low:high][best[taken:]].tolist():
                if number not in seen:
                    seen.add(number)
                    yield number
            taken, more = len(best), more * 8

    def _build(self, letter: Letter, made: dict[str, Suffixes]) -> tuple[list[str], Any, Any]:
        import numpy as np

        write = lru_cache(maxsize=None)(letter)
        rows: list[tuple[str, int, int]] = []
        for number, text in enumerate(self.texts):
            suffixes = made.get(text)
            if suffixes is None:
                suffixes = made[text] = _written(text, write)
            rows += [(suffix, number if first else number + len(self.texts), number) for suffix, first in suffixes]
        rows.sort()
        arrays = (
            [suffix for suffix, _, _ in rows],
            np.array([rank for _, rank, _ in rows], dtype=np.int64),
            np.array([number for _, _, number in rows], dtype=np.int64),
        )
        self._arrays[letter] = arrays
        return arrays

    def _suffixes(self, letter: Letter) -> dict[str, Suffixes]:
        """By text."""
        found: dict[str, Suffixes] = {}
        suffixes, ranks, numbers = self._arrays[letter]
        for suffix, rank, number in zip(suffixes, ranks.tolist(), numbers.tolist(), strict=True):
            found.setdefault(self.texts[number], {})[suffix, rank == number] = None
        return found


def _written(text: str, letter: Letter) -> Suffixes:
    normalized = normalize(text).text
    squeezed, places = squeeze_with_offsets(normalized)
    letters = [letter(character) for character in squeezed]
    starts = word_starts(normalized, places)
    return dict.fromkeys(("".join(letters[start : start + _KEPT])[:_KEPT], start == 0) for start in starts)
