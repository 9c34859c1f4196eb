"""Hangul syllables taken apart and put together, as Unicode §3.12 numbers them."""

from __future__ import annotations

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

_FIRST = 0xAC00
_COUNT = 11172
_INITIAL_INDEX = {jamo: index for index, jamo in enumerate(INITIALS)}
_VOWEL_INDEX = {jamo: index for index, jamo in enumerate(VOWELS)}
_FINAL_INDEX = {jamo: index for index, jamo in enumerate(FINALS)}


def is_syllable(character: str) -> bool:
    """Whether ``character`` is one precomposed Hangul syllable."""
    return 0 <= ord(character) - _FIRST < _COUNT


def split_syllable(syllable: str) -> tuple[str, str, str]:
    """(initial, vowel, final or "") of a precomposed syllable, as compatibility jamo."""
    index = ord(syllable) - _FIRST
    return INITIALS[index // 588], VOWELS[index % 588 // 28], FINALS[index % 28]


def join_syllable(initial: str, vowel: str, final: str = "") -> str:
    """The syllable of these compatibility jamo; raises KeyError where one cannot stand in its place."""
    index = (_INITIAL_INDEX[initial] * 21 + _VOWEL_INDEX[vowel]) * 28 + _FINAL_INDEX[final]
    return chr(_FIRST + index)


def particle(word: str, after_consonant: str, after_vowel: str) -> str:
    """The form of a particle that follows ``word``: 이/가, 을/를, 으로/로 (ㄹ counts as a vowel for 로)."""
    last = next((c for c in reversed(word) if c.isalnum()), "")
    if not last or not is_syllable(last):
        consonant = last in "136780lmnrLMNR" and last != ""
        liquid = last in "178lrLR" and last != ""
    else:
        final = split_syllable(last)[2]
        consonant, liquid = final != "", final == "ㄹ"
    if after_vowel == "로" and liquid:
        return after_vowel
    return after_consonant if consonant else after_vowel
