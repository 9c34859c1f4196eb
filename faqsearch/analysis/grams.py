"""Syllable bigrams: what finds a word whatever its spacing, its ending or the way Kiwi reads it."""

from __future__ import annotations

import re
from functools import lru_cache

from faqsearch.native import compiled

texts = compiled("texts")
_DROPPED = re.compile(r"[\W_]+")


def squeeze(text: str) -> str:
    """``text`` in lower case without blanks, punctuation and symbols: what bigrams are taken from."""
    if texts is not None:
        squeezed: str = texts.squeezed(text, _kept)
        return squeezed
    return _squeezed(text)


def squeeze_with_offsets(text: str) -> tuple[str, list[int]]:
    """``squeeze(text)`` and, for each of its characters, its place in ``text``."""
    if texts is not None:
        squeezed: tuple[str, list[int]] = texts.squeezed_with_offsets(text, _kept)
        return squeezed
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        kept = _kept(character)
        if kept:
            characters.append(kept)
            places += [place] * len(kept)
    return "".join(characters), places


def _squeezed(text: str) -> str:
    return _DROPPED.sub("", text.lower().replace("ς", "σ"))  # lower-case sigma depends on its neighbours


@lru_cache(maxsize=1 << 14)
def _kept(character: str) -> str:
    return _squeezed(character)


def bigrams(squeezed: str) -> list[str]:
    """The consecutive pairs of ``squeezed``; a single character stands for itself."""
    if len(squeezed) == 1:
        return [squeezed]
    return [squeezed[i : i + 2] for i in range(len(squeezed) - 1)]
