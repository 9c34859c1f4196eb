"""Initial consonants for words: ㅎㅂ may be 환불, 할부 or 회비."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from faqsearch.analysis.hangul import INITIALS, is_syllable, split_syllable

CHAT = frozenset(
    (
        *("ㄱㅅ", "ㅇㅋ", "ㄴㄴ", "ㄷㄷ", "ㅎㅇ", "ㅂㅇ", "ㅂㅂ", "ㅈㅅ", "ㄱㄱ"),
        *("ㅅㄱ", "ㅊㅋ", "ㅁㄹ", "ㅇㅈ", "ㄹㅇ", "ㅂㄷ", "ㄱㄷ", "ㅇㅅㅇ"),
        *("ㅁㄴㅇㄹ", "ㅂㅈㄷㄱ", "ㅋㅌㅊㅍ"),
    )
)
"""Consonants that people chat with, and the rows of keys that they strike to try a field."""

_CONSONANTS = re.compile(f"[{INITIALS}]{{2,8}}")
_MOST = 8
"""Words remembered for each run of initials, the most frequent first."""


def are_consonants(word: str) -> bool:
    """Whether a word is a run of consonants, initials or chat."""
    return _CONSONANTS.fullmatch(word) is not None


def are_initials(word: str) -> bool:
    """Whether a word is initial consonants rather than chat (ㅋㅋ, ㅎㅎㅎ, ㄱㅅ, ㄱㅅㄱㅅ)."""
    half = word[: len(word) // 2]
    return are_consonants(word) and len(set(word)) > 1 and not (word in CHAT or (half in CHAT and word == half + half))


def initials_of(word: str) -> str:
    """The initial consonants of a word of syllables, or "" where it holds anything else."""
    if not all(map(is_syllable, word)):
        return ""
    return "".join(split_syllable(syllable)[0] for syllable in word)


def by_initials(vocabulary: Iterable[tuple[str, int]]) -> dict[str, tuple[str, ...]]:
    """The words of two to eight syllables by their initials, the most frequent first."""
    found: dict[str, list[tuple[int, str]]] = {}
    for word, frequency in vocabulary:
        if 2 <= len(word) <= 8 and (initials := initials_of(word)):
            found.setdefault(initials, []).append((-frequency, word))
    return {initials: tuple(word for _, word in sorted(words)[:_MOST]) for initials, words in found.items()}


def readings(run: str, words: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """What a run of initials may stand for: a word, or two words one behind the other."""
    whole = tuple(words.get(run, ()))
    pairs = tuple(
        f"{left} {right}"
        for cut in range(2, len(run) - 1)
        for left in words.get(run[:cut], ())[:3]
        for right in words.get(run[cut:], ())[:3]
        if left != right
    )
    return whole + pairs
