"""Latin letters inside a Korean name, written as they are said: 카카오page, 카카오페이지.

They change where the index knows how they are said beside their neighbour and does not know what was typed.
"""

from __future__ import annotations

import re
from typing import Protocol

from faqsearch.analysis.resources.load import loanwords
from faqsearch.query.misspelling import unknown_pairs

_MIXED = re.compile(r"(?P<before>[가-힣]?)(?P<letters>[A-Za-z]{2,})(?P<after>[가-힣]?)")


class Known(Protocol):
    """What the index knows."""

    def pair(self, gram: str) -> int: ...

    def least(self) -> int: ...


def in_hangul(word: str, index: Known) -> str | None:
    """``word`` with its Latin letters written in Hangul, or None where it stands as it is."""
    match = _MIXED.search(word)
    if match is None:
        return None
    before, letters, after = match["before"], match["letters"], match["after"]
    said = loanwords().get(letters.lower())
    # A particle behind is no part of the name, so what stands before decides where there is anything.
    said_beside = f"{before}{said}" if before else f"{said}{after}"
    typed = f"{before}{letters[0]}" if before else f"{letters[-1]}{after}"
    if said is None or len(typed) < 2 or index.pair(typed.lower()) or unknown_pairs(said_beside, index.pair, index.least()):
        return None
    return word[: match.start("letters")] + said + word[match.end("letters") :]
