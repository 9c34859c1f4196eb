"""Queries damaged as people damage them, with a fixed seed. Independent of how faqsearch repairs.

Jamo here are the conjoining ones of Unicode's NFD; a typo replaces one by a key beside it on the two-set keyboard, by the same
key with or without Shift, or by one that sounds alike.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import pairwise

from faqsearch import FaqIndex

Damage = Callable[[str, random.Random], str]

_ROWS = ("ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ", "ㅁㄴㅇㄹㅎㅗㅓㅏㅣ", "ㅋㅌㅊㅍㅠㅜㅡ")
_LATIN = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SHIFT = {"ㅃ": "ㅂ", "ㅉ": "ㅈ", "ㄸ": "ㄷ", "ㄲ": "ㄱ", "ㅆ": "ㅅ", "ㅒ": "ㅐ", "ㅖ": "ㅔ"}
_SOUNDS = (
    "ㄱㅋㄲ",
    "ㄷㅌㄸ",
    "ㅂㅍㅃ",
    "ㅅㅆ",
    "ㅈㅊㅉ",
    "ㅐㅔㅒㅖ",
    "ㅚㅙㅞ",
    "ㅟㅢㅣ",
    "ㅓㅗ",
    "ㅗㅜ",
    "ㅡㅜ",
    "ㅏㅑ",
    "ㅓㅕ",
    "ㅗㅛ",
    "ㅜㅠ",
)
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_CLASSES = ((0x1100, _INITIALS), (0x1161, _VOWELS), (0x11A8, _FINALS))
_TWO_KEYS = {
    whole: keys
    for wholes, first, seconds in (
        ("ㅘㅙㅚ", "ㅗ", "ㅏㅐㅣ"),
        ("ㅝㅞㅟ", "ㅜ", "ㅓㅔㅣ"),
        ("ㅢ", "ㅡ", "ㅣ"),
        ("ㄳ", "ㄱ", "ㅅ"),
        ("ㄵㄶ", "ㄴ", "ㅈㅎ"),
        ("ㄺㄻㄼㄽㄾㄿㅀ", "ㄹ", "ㄱㅁㅂㅅㅌㅍㅎ"),
        ("ㅄ", "ㅂ", "ㅅ"),
    )
    for whole, keys in zip(wholes, [first + second for second in seconds], strict=True)
}
_KEY = {
    **{jamo: latin for row, keys in zip(_ROWS, _LATIN, strict=True) for jamo, latin in zip(row, keys, strict=True)},
    **dict(zip("ㅃㅉㄸㄲㅆㅒㅖ", "QWERTOP", strict=True)),
}
_PARTNERS = (("은", "는"), ("이", "가"), ("을", "를"), ("과", "와"), ("으로", "로"), ("에서", "에"))
_PARTICLES = frozenset(
    {"은", "는", "이", "가", "을", "를", "과", "와", "으로", "로", "에서", "에", "의", "도", "랑", "이랑", "한테"}
)


def no_blanks(query: str, _: random.Random) -> str:
    """All in one word."""
    return "".join(query.split())


def wrong_blanks(query: str, random: random.Random) -> str:
    """Every blank left out with a chance of one half, and one put between two syllables with one of ten."""
    made = [query[:1]]
    for before, character in pairwise(query):
        if character.isspace():
            made.append(" " if random.random() < 0.5 else "")
            continue
        made.append(" " if before.isalnum() and character.isalnum() and random.random() < 0.1 else "")
        made.append(character)
    return "".join(made)


def decomposed(query: str, _: random.Random) -> str:
    """NFD, as macOS writes file names."""
    return unicodedata.normalize("NFD", query)


def one_typo(query: str, random: random.Random) -> str:
    """One jamo of one syllable replaced."""
    places = [place for place, character in enumerate(query) if "가" <= character <= "힣"]
    if not places:
        return query
    place = random.choice(places)
    return query[:place] + _other_syllable(query[place], random) + query[place + 1 :]


def two_typos(query: str, random: random.Random) -> str:
    """Twice ``one_typo``; seldom in the same syllable."""
    return one_typo(one_typo(query, random), random)


def keyboard(query: str, _: random.Random) -> str:
    """Typed with the keyboard in Latin mode."""
    return "".join(_KEY.get(key, key) for character in query for key in _keys(character))


def particles(query: str, random: random.Random) -> str:
    """Each particle dropped or swapped for its partner (은 for 는, 로 for 으로), one as often as the other."""
    return " ".join(_other_particle(word, random) for word in query.split())


DAMAGES: dict[str, Damage] = {
    "no blanks": no_blanks,
    "wrong blanks": wrong_blanks,
    "NFD": decomposed,
    "one typo": one_typo,
    "two typos": two_typos,
    "keyboard": keyboard,
    "particles": particles,
}


def damaged(queries: dict[str, str], name: str, seed: int = 11) -> dict[str, str]:
    """Every query (id → text) damaged; each by a generator of its own, so that one query more changes no other."""
    return {id: DAMAGES[name](text, random.Random(f"{seed}/{name}/{id}")) for id, text in queries.items()}


def _jamo(syllable: str) -> list[str]:
    parts = unicodedata.normalize("NFD", syllable)
    return [_CLASSES[i][1][ord(part) - _CLASSES[i][0]] for i, part in enumerate(parts)]


def _keys(character: str) -> str:
    jamo = _jamo(character) if "가" <= character <= "힣" else [character]
    return "".join(_TWO_KEYS.get(one, one) for one in jamo)


@cache
def _mistaken(jamo: str) -> str:
    """What may be typed for a jamo."""
    found = "".join(group for group in _SOUNDS if jamo in group)
    found += _SHIFT.get(jamo, "") + "".join(shifted for shifted, plain in _SHIFT.items() if plain == jamo)
    for row, keys in enumerate(_ROWS):
        if jamo in keys:
            at = keys.index(jamo)
            found += keys[max(0, at - 1) : at + 2]
            found += "".join(_ROWS[other][at : at + 1] for other in (row - 1, row + 1) if 0 <= other < len(_ROWS))
    return "".join(sorted(set(found) - {jamo}))


def _other_syllable(syllable: str, random: random.Random) -> str:
    jamo = _jamo(syllable)
    choices = []
    for place, one in enumerate(jamo):
        known = _CLASSES[place][1]
        for other in _mistaken(one):
            if other in known:
                choices.append([*jamo[:place], other, *jamo[place + 1 :]])
        if not any(choice[place] != one for choice in choices):
            choices += [[*jamo[:place], known[(known.index(one) + 1) % len(known)], *jamo[place + 1 :]]]
    chosen = random.choice(choices)
    code = "".join(chr(_CLASSES[i][0] + _CLASSES[i][1].index(one)) for i, one in enumerate(chosen))
    return unicodedata.normalize("NFC", code)


@cache
def _analysis() -> FaqIndex:
    return FaqIndex.in_memory()


def _other_particle(word: str, random: random.Random) -> str:
    terms = [term for term in _analysis().analyze(word) if term.channel == "morphemes"]
    end = max((term.end for term in terms), default=0)
    stem, particle = word[:end], word[end:]
    if not stem or particle not in _PARTICLES:
        return word
    if random.random() < 0.5:
        return stem
    return stem + next(
        (two if particle == one else one for one, two in _PARTNERS if particle in (one, two)),
        "",
    )
