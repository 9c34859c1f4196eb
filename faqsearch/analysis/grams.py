"""Syllable bigrams: what finds a word whatever its spacing, its ending or the way Kiwi reads it."""

from __future__ import annotations

import re
from functools import lru_cache

_DROPPED = re.compile(r"[\W_]+")


def squeeze(text: str) -> str:
    """``text`` in lower case without blanks, punctuation and symbols: what bigrams are taken from."""
    return _DROPPED.sub("", text.lower().replace("ς", "σ"))  # lower-case sigma depends on its neighbours


def squeeze_with_offsets(text: str) -> tuple[str, list[int]]:
    """``squeeze(text)`` and, for each of its characters, its place in ``text``."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        kept = _kept(character)
        if kept:
            characters.append(kept)
            places += [place] * len(kept)
    return "".join(characters), places


@lru_cache(maxsize=1 << 14)
def _kept(character: str) -> str:
    return squeeze(character)


def bigrams(squeezed: str) -> list[str]:
    """The consecutive pairs of ``squeezed``; a single character stands for itself."""
    if len(squeezed) == 1:
        return [squeezed]
    return [squeezed[i : i + 2] for i in range(len(squeezed) - 1)]
