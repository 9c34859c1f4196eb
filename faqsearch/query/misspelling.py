"""A misspelled word and the word of the index that it was meant to be, one jamo away.

A word is taken for misspelled where two of its syllables hardly ever stand together in the index. Changing one jamo of one of
them has to make all the pairs frequent, so the reading does not depend on how Kiwi cuts the damaged word. Edits that people
make (ㅐ for ㅔ, ㄱ for ㅋ) cost half.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from math import log1p

from faqsearch.analysis.hangul import FINALS, INITIALS, VOWELS, is_syllable, join_syllable, split_syllable

Frequency = Callable[[str], int]
"""Documents that hold a bigram."""

CONFUSED = 0.5
"""The cost of an edit between jamo that sound or look alike; any other costs 1."""

_ALIKE = (
    *("ㅐㅔㅒㅖ", "ㅚㅙㅞ", "ㅟㅣㅢ", "ㅓㅕ", "ㅗㅛ", "ㅜㅠ", "ㅏㅑ", "ㅡㅜ", "ㅝㅓ", "ㅘㅏ"),
    *("ㄱㅋㄲ", "ㄷㅌㄸ", "ㅂㅍㅃ", "ㅅㅆ", "ㅈㅊㅉ"),
)
_CLOSED_ALIKE = ("ㄱㄲㅋ", "ㄷㅅㅆㅈㅊㅌ", "ㄴㄶㄵ", "ㄹㅀㄺ", "ㅂㅍㅄ")
_PER_COST = 2.0  # what an edit of cost 1 takes from the sum of log frequencies


@lru_cache(maxsize=4096)
def edits(syllable: str) -> Mapping[str, float]:
    """By syllable one jamo away its cost, for every change of an initial, a vowel or a final."""
    initial, vowel, final = split_syllable(syllable)
    found = [(join_syllable(other, vowel, final), _cost(initial, other, _ALIKE)) for other in INITIALS if other != initial]
    found += [(join_syllable(initial, other, final), _cost(vowel, other, _ALIKE)) for other in VOWELS if other != vowel]
    found += [(join_syllable(initial, vowel, other), _cost(final, other, _CLOSED_ALIKE)) for other in FINALS if other != final]
    return dict(found)


@lru_cache(maxsize=4096)
def sounding_alike(syllable: str) -> tuple[str, ...]:
    """The syllables one jamo away that sound or look alike."""
    initial, vowel, final = split_syllable(syllable)
    found = [join_syllable(other, vowel, final) for other in _alike(initial, _ALIKE)]
    found += [join_syllable(initial, other, final) for other in _alike(vowel, _ALIKE)]
    return (*found, *(join_syllable(initial, vowel, other) for other in _alike(final, _CLOSED_ALIKE)))


def _alike(jamo: str, groups: tuple[str, ...]) -> list[str]:
    return [other for group in groups if jamo and jamo in group for other in group if other != jamo]


def _cost(one: str, other: str, alike: tuple[str, ...]) -> float:
    return CONFUSED if one and other and any(one in group and other in group for group in alike) else 1.0


def unknown_pairs(word: str, frequency: Frequency, least: int = 1) -> list[int]:
    """The places of the syllable pairs of ``word`` that fewer than ``least`` documents hold."""
    places = [i for i in range(len(word) - 1) if is_syllable(word[i]) and is_syllable(word[i + 1])]
    return [place for place in places if frequency(word[place : place + 2]) < least]


def corrections(word: str, frequency: Frequency, *, most_cost: float = 1.0, least: int = 1) -> Iterator[str]:
    """``word`` with one jamo changed so that ``least`` documents hold each pair of its syllables, the best first."""
    unknown = unknown_pairs(word, frequency, least)
    if not unknown or unknown[-1] - unknown[0] > 1:  # one syllable touches at most two pairs
        return
    found: list[tuple[float, str]] = []
    for place in range(unknown[-1], unknown[0] + 2):  # the syllables that lie in every unknown pair
        if not is_syllable(word[place]):
            continue
        for syllable, cost in edits(word[place]).items():
            if cost <= most_cost and (worth := _worth(word, place, syllable, frequency, least)):
                found.append((worth - _PER_COST * cost, word[:place] + syllable + word[place + 1 :]))
    yield from (corrected for _, corrected in sorted(found, key=lambda pair: (-pair[0], pair[1])))


def _worth(word: str, place: int, syllable: str, frequency: Frequency, least: int) -> float:
    """The mean log frequency of the pairs that ``syllable`` would stand in, 0 where one is rare."""
    pairs = []
    if place > 0:
        pairs.append(word[place - 1] + syllable)
    if place + 1 < len(word):
        pairs.append(syllable + word[place + 1])
    worth = 0.0
    for pair in pairs:
        count = frequency(pair)
        if count < least:
            return 0.0
        worth += log1p(count)
    return worth / len(pairs)
