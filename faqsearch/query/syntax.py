"""The little syntax of a query: "a phrase", -without; everything else is just text.

Quotes, curly ones too, make a phrase. A leading - excludes only before a letter and beside something to look for, so that
-1009 stays an error code. Whatever is unbalanced or odd is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from faqsearch import limits
from faqsearch.analysis.normalize import normalize

_QUOTES = '"“”„‟«»'
_PHRASE = re.compile(rf"(?P<minus>(?<!\S)-)?[{_QUOTES}](?P<text>[^{_QUOTES}]+)[{_QUOTES}]")
_EXCLUDED = re.compile(r"(?<!\S)-(?P<word>[^\W\d_]\S*)")
_LONGEST_DECOMPOSED = 4  # code points that one may be written with; decomposed text is cut where composed text is
_OPERATOR = re.compile(rf"[{_QUOTES}]|(?<!\S)-")
_ANYTHING = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Parsed:
    """Normalised ``text`` to look for, with phrases in it as plain words; phrases; what must not be there."""

    text: str
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    excluded_phrases: tuple[str, ...] = ()
    truncated: bool = False


def parse(query: str) -> Parsed:
    """The parts of a query; any text is one."""
    whole = normalize(query[: _LONGEST_DECOMPOSED * limits.QUERY_CODE_POINTS]).text
    truncated = len(whole) > limits.QUERY_CODE_POINTS or len(query) > _LONGEST_DECOMPOSED * limits.QUERY_CODE_POINTS
    text = whole[: limits.QUERY_CODE_POINTS]
    if not _OPERATOR.search(text):
        return Parsed(" ".join(text.split()), truncated=truncated)
    phrases = [match["text"] for match in _PHRASE.finditer(text) if not match["minus"]]
    without = [match["text"] for match in _PHRASE.finditer(text) if match["minus"]]
    rest = _PHRASE.sub(lambda match: " " if match["minus"] else f" {match['text']} ", text)
    words = [match["word"] for match in _EXCLUDED.finditer(rest)]
    positive = _EXCLUDED.sub(" ", rest)
    if not _ANYTHING.search(positive):  # nothing beside it: the minus is no operator
        return Parsed(" ".join(text.split()), tuple(phrases), truncated=truncated)
    return Parsed(" ".join(positive.split()), tuple(phrases), tuple(words), tuple(without), truncated)
