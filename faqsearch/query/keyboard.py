"""Korean typed with the keyboard in Latin mode, and the other way: the two-set (두벌식, KS X 5002) layout.

``zotl`` is 캐시, ``ㅔㅁㄴㄴ`` is pass. Shift counts: ``R`` is ㄲ, while other capitals are the letters they are.
"""

from __future__ import annotations

from functools import lru_cache

from faqsearch.analysis.hangul import FINALS, INITIALS, VOWELS, is_syllable, join_syllable, split_syllable

_LATIN = "qwertyuiopasdfghjklzxcvbnm"
_JAMO = "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ"
_SHIFTED = dict(zip("QWERTOP", "ㅃㅉㄸㄲㅆㅒㅖ", strict=True))
_TO_JAMO = {**dict(zip(_LATIN, _JAMO, strict=True)), **dict(zip(_LATIN.upper(), _JAMO, strict=True)), **_SHIFTED}
_TO_LATIN = {**dict(zip(_JAMO, _LATIN, strict=True)), **{jamo: key for key, jamo in _SHIFTED.items()}}
_COMPOUND_VOWELS = ("ㅘㅗㅏ", "ㅙㅗㅐ", "ㅚㅗㅣ", "ㅝㅜㅓ", "ㅞㅜㅔ", "ㅟㅜㅣ", "ㅢㅡㅣ")
_COMPOUND_FINALS = (
    "ㄳㄱㅅ",
    "ㄵㄴㅈ",
    "ㄶㄴㅎ",
    "ㄺㄹㄱ",
    "ㄻㄹㅁ",
    "ㄼㄹㅂ",
    "ㄽㄹㅅ",
    "ㄾㄹㅌ",
    "ㄿㄹㅍ",
    "ㅀㄹㅎ",
    "ㅄㅂㅅ",
)
_COMPOSED = {one[1:]: one[0] for one in (*_COMPOUND_VOWELS, *_COMPOUND_FINALS)}
_TAKEN_APART = {whole: pair for pair, whole in _COMPOSED.items()}


@lru_cache(maxsize=12_000)
def keystrokes(character: str) -> str:
    """The keys that type a character, as jamo: 왜 is ㅇㅗㅐ; anything but Hangul is itself."""
    jamo = "".join(split_syllable(character)) if is_syllable(character) else character
    return "".join(_TAKEN_APART.get(one, one) for one in jamo)


def to_latin(text: str) -> str:
    """What the same keys give in Latin mode."""
    return "".join(_TO_LATIN.get(key, key) for character in text for key in keystrokes(character))


def keys_in_other_mode(text: str) -> str | None:
    """The keys that typed ``text`` where the mode was the other one, Latin in lower case; None where it holds both."""
    if text and all(character in _TO_JAMO for character in text):
        return "".join(_TO_JAMO[character] for character in text)
    latin = to_latin(text)
    return latin.lower() if latin.isascii() and not any(map(str.isascii, text)) else None


def to_hangul(text: str) -> str | None:
    """What the same keys give in Korean mode, or None where they don't make whole syllables."""
    keys = [_TO_JAMO.get(key) for key in text]
    if not keys or None in keys:
        return None
    return compose("".join(key for key in keys if key))


def compose(keys: str) -> str | None:
    """The syllables that jamo typed one by one make, as an input method composes them; None where a jamo is left over."""
    syllables = []
    place = 0
    while place < len(keys):
        if keys[place] not in INITIALS or place + 1 >= len(keys) or keys[place + 1] not in VOWELS:
            return None
        initial, vowel, final = keys[place], keys[place + 1], ""
        place += 2
        if place < len(keys) and vowel + keys[place] in _COMPOSED:
            vowel = _COMPOSED[vowel + keys[place]]
            place += 1
        if _is_final(keys, place):
            final = keys[place]
            place += 1
            if _is_final(keys, place) and final + keys[place] in _COMPOSED:
                final = _COMPOSED[final + keys[place]]
                place += 1
        syllables.append(join_syllable(initial, vowel, final))
    return "".join(syllables)


def _is_final(keys: str, place: int) -> bool:
    """Whether the key closes the syllable: a consonant that no vowel follows."""
    return place < len(keys) and keys[place] in FINALS[1:] and not (place + 1 < len(keys) and keys[place + 1] in VOWELS)
