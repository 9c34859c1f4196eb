"""Words typed with the keyboard in the other mode: zotl for 캐시, ㅔㅁㄴㄴ for pass.

A word changes where the index knows the other reading and not the one typed. Where no word was typed in Hangul, the mode was
wrong for the whole query: one such word then changes the others too (tn dlTskdy → 수 있나요), also behind a Latin name that the
index knows (LHdptj → LH에서), and without one the query changes where most pairs of syllables of its other reading stand there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from faqsearch.analysis.hangul import is_syllable
from faqsearch.query.initials import are_initials
from faqsearch.query.keyboard import to_hangul, to_latin
from faqsearch.query.misspelling import unknown_pairs

_KEYS = re.compile("[A-Za-z]{2,40}")
_JAMO = re.compile(r"(?=.*[ㄱ-ㅣ])[가-힣ㄱ-ㅣ]{2,40}")
_CAPITALS = re.compile("[ASDFGZXCVYUIHJKLBNM]")
_JAMO_OF = {"b": "ㅠ", "n": "ㅜ", "z": "ㅋ", "g": "ㅎ"}
_CHAT = re.compile("(?:b+|n+|zz+|gg+)$")
_BEFORE_CHAT = 4  # keys
_TELLING = 3  # keys that a word needs to be evidence
_SHARE = 0.5  # of the pairs of syllables that the index must know where no word is known
_PAIRS = 2  # the least number of them


class Known(Protocol):
    """What the index knows."""

    def knows(self, term: str) -> bool: ...

    def pair(self, gram: str) -> int: ...

    def reads(self, word: str) -> bool: ...

    def least(self) -> int: ...


def in_other_mode(words: Sequence[str], sound: Collection[str], index: Known) -> Mapping[int, str]:
    """Place → the other reading, for the ``words`` of a query that were typed in the wrong mode; never of ``sound`` ones."""
    found: dict[int, str] = {}
    possible: dict[int, str] = {}
    hangul = False
    for place, word in enumerate(words):
        hangul |= any(map(is_syllable, word))
        if word in sound:
            continue
        if _KEYS.search(word):
            read, telling = _read(word, index)
            if read != word:
                possible[place] = read
            if telling:
                found[place] = read
        elif _JAMO.fullmatch(word) and not are_initials(word) and index.knows(to_latin(word).lower()):
            found[place] = to_latin(word)
    if hangul or not possible:
        return found
    if not found and not (len(possible) == len(words) and _reads_on_the_whole(possible, index)):
        return found
    rest = [place for place, word in enumerate(words) if place not in possible and word not in sound]
    return possible | found | {place: named for place in rest if (named := _behind_a_name(words[place], index))}


def _read(word: str, index: Known) -> tuple[str, bool]:
    """(``word`` with its runs of keys in Korean mode, whether one of them is evidence); as it is where one cannot be read."""
    pieces: list[str] = []
    telling = False
    end = 0
    for match in _KEYS.finditer(word):
        keys = match[0]
        known = index.knows(keys.lower())
        typed = keys if known else _hangul(keys)
        if typed is None:
            return word, False
        if not known and len(keys) >= _TELLING:
            telling |= index.reads(typed.rstrip("ㅠㅜㅋㅎ")) or _pairs_known(typed, index)
        pieces += [word[end : match.start()], typed]
        end = match.end()
    return "".join([*pieces, word[end:]]), telling


def _behind_a_name(word: str, index: Known) -> str | None:
    """``word`` with what stands behind a Latin name that the index knows in Korean mode (LHdptj → LH에서), or None."""
    for match in _KEYS.finditer(word):
        for end in range(match.end() - 2, match.start() + 1, -1):
            behind = _hangul(word[end : match.end()])
            if behind is not None and index.knows(word[match.start() : end].lower()):
                return word[:end] + behind + word[match.end() :]
    return None


def _hangul(keys: str) -> str | None:
    """What the keys give in Korean mode, with chat such as ㅠㅠ behind it; None for capitals that no one types in Hangul."""
    if _CAPITALS.search(keys, 1):
        return None
    whole = to_hangul(keys)
    if whole is None and (chat := _CHAT.search(keys, _BEFORE_CHAT)) and (typed := to_hangul(keys[: chat.start()])):
        return typed + _JAMO_OF[chat[0][0]] * len(chat[0])
    return whole


def _pairs_known(word: str, index: Known) -> bool:
    return len(word) > 1 and not unknown_pairs(word, index.pair, index.least() if len(word) == _PAIRS else 1)


def _reads_on_the_whole(words: Mapping[int, str], index: Known) -> bool:
    pairs = sum(max(0, sum(map(is_syllable, word)) - 1) for word in words.values())
    unknown = sum(len(unknown_pairs(word, index.pair)) for word in words.values())
    return pairs >= _PAIRS and unknown <= _SHARE * pairs
