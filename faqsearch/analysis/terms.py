"""Morphemes to terms: which morphemes carry content, and the one string each is indexed by.

Kept: nouns, numerals, roots, Latin, Hanja, numbers, verbs and adjectives without endings, addresses. Dropped: particles,
endings, suffixes, determiners, adverbs, punctuation, the light verbs 하 and 있. A dependent noun counts only behind a number
or beside another one (7일, 회차). Runs of Latin letters and digits are one term and their parts (Wi-Fi: wifi, wi, fi).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from faqsearch.analysis.morphemes import Morpheme
from faqsearch.analysis.resources.load import variants

NOUNS = frozenset({"NNG", "NNP", "NR", "XR"})
VERBS = frozenset({"VV", "VA", "VCN"})
LIGHT_VERBS = frozenset({"하", "있"})
_RUN = frozenset({"SL", "SN"})
_ADDRESSES = frozenset({"W_EMAIL", "W_URL", "W_SERIAL", "SH"})
_KEPT = NOUNS | VERBS | _RUN | _ADDRESSES | {"NNB"}
_JOINT = re.compile(r"[-_./&+']")
_NOT_WORD = re.compile(r"[\W_]+")


class Token(NamedTuple):
    """A term and the ``text[start:end]`` it came from; ``part`` tokens lie inside the token before them."""

    term: str
    start: int
    end: int
    tag: str
    part: bool = False


def content_tokens(morphemes: Sequence[Morpheme], text: str) -> list[Token]:
    """The tokens of ``text``, in order of their starts, from its morphemes."""
    fold = variants().get
    tokens: list[Token] = []
    run: list[Morpheme] = []
    for index, morpheme in enumerate(morphemes):
        tag = morpheme.tag
        if run and not _continues(run[-1], morpheme, text):
            if tag in ("SO", "SS", "SP", "SF", "SW", "SY") and _joins(morphemes, index, text):
                continue
            tokens += _run_tokens(run, text)
            run = []
        if tag in _RUN:
            run.append(morpheme)
            continue
        if "-" in tag:
            tag = tag[: tag.index("-")]
        length = morpheme.len
        if tag not in _KEPT or length == 0:
            continue
        form = morpheme.form
        start = morpheme.start
        if tag in VERBS:
            if form in LIGHT_VERBS:
                continue
        elif tag == "NNB":
            if not _counts(morphemes, index):
                continue
        elif tag in _ADDRESSES:
            form = _NOT_WORD.sub("", form.lower()) if tag == "W_SERIAL" else form.lower()
        elif " " in form:
            tokens += _spaced_word(form, start, start + length, text, tag)
            continue
        form = form.lower()
        tokens.append(Token(fold(form, form), start, start + length, tag))
    if run:
        tokens += _run_tokens(run, text)
    return tokens


def _continues(last: Morpheme, morpheme: Morpheme, text: str) -> bool:
    if morpheme.tag not in _RUN:
        return False
    between = text[last.start + last.len : morpheme.start]
    return between == "" or (len(between) == 1 and _JOINT.match(between) is not None)


def _joins(morphemes: Sequence[Morpheme], index: int, text: str) -> bool:
    """Whether the sign at ``index`` holds two parts of one Latin or number run together, as in Wi-Fi."""
    sign = morphemes[index]
    before, after = morphemes[index - 1], morphemes[index + 1] if index + 1 < len(morphemes) else None
    return (
        after is not None
        and after.tag in _RUN
        and before.start + before.len == sign.start
        and sign.start + sign.len == after.start
        and _JOINT.fullmatch(text[sign.start : sign.start + sign.len]) is not None
    )


def _run_tokens(run: list[Morpheme], text: str) -> list[Token]:
    parts = [Token(_plain(m.form), m.start, m.start + m.len, m.tag) for m in run if m.len]
    if len(parts) < 2:
        return parts
    whole = Token("".join(part.term for part in parts), parts[0].start, parts[-1].end, "SL")
    return [whole, *(part._replace(part=True) for part in parts)]


def _plain(form: str) -> str:
    """Latin in lower case, a number without its thousands separators."""
    return form.replace(",", "").lower()


def _counts(morphemes: Sequence[Morpheme], index: int) -> bool:
    """Whether the dependent noun at ``index`` stands behind a number or touches another dependent noun."""
    here = morphemes[index]
    if index > 0:
        before = morphemes[index - 1]
        if before.tag in ("SN", "NR"):
            return True
        if before.tag == "NNB" and before.start + before.len == here.start:
            return True
    if index + 1 < len(morphemes):
        after = morphemes[index + 1]
        return after.tag == "NNB" and here.start + here.len == after.start
    return False


def _spaced_word(form: str, start: int, end: int, text: str, tag: str) -> list[Token]:
    """A user word with a blank: itself without the blank, then its parts, which would not match otherwise."""
    tokens = [Token(form.replace(" ", "").lower(), start, end, tag)]
    place = start
    for part in form.split():
        found = text.find(part, place, end)
        if found >= 0:
            tokens.append(Token(part.lower(), found, found + len(part), tag, True))
            place = found + len(part)
    return tokens
