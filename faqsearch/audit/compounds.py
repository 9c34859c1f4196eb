"""Compound nouns that are read as one word in one entry and as several in another (비밀번호, 비밀 + 번호).

Search reads a query's noun both ways, so they are found; but they rank less surely, and a word of the service (a product's
name) is better said to be one word in ``words.tsv``.
"""

from __future__ import annotations

from collections.abc import Iterator

from faqsearch.analysis.hangul import is_syllable
from faqsearch.analysis.terms import NOUNS
from faqsearch.audit.collection import Collection
from faqsearch.audit.finding import Finding
from faqsearch.index.base import Tokens

_LEAST_SYLLABLES = 4
_LEAST_DOCUMENTS = 2  # on either side: one reading alone may be an accident of one sentence


def unstable_compounds(collection: Collection, *, least: int = _LEAST_DOCUMENTS) -> Iterator[Finding]:
    """Nouns that at least ``least`` entries hold as one and ``least`` as two words without a blank, the most frequent first."""
    apart: dict[str, set[str]] = {}
    parts: dict[str, tuple[str, str]] = {}
    for id, tokens in collection.tokens():
        for left, right in _adjacent(tokens):
            joined = left + right
            if len(joined) >= _LEAST_SYLLABLES and joined in collection.vocabulary:
                apart.setdefault(joined, set()).add(id)
                parts[joined] = left, right
    found = [
        Finding(
            "unstable_compound",
            tuple(sorted(ids)[:5]),
            word,
            parts[word],
            {"whole": collection.vocabulary[word], "apart": len(ids)},
        )
        for word, ids in apart.items()
        if min(collection.vocabulary[word], len(ids)) >= least and collection.morphemes(word)[-1].tag in NOUNS
    ]
    yield from sorted(found, key=lambda one: (-min(one.numbers["whole"], one.numbers["apart"]), one.text))


def _adjacent(tokens: Tokens) -> Iterator[tuple[str, str]]:
    """Pairs of terms of two syllables or more with nothing between them."""
    before, end = "", -1
    for term, start, stop in zip(tokens.terms, tokens.starts, tokens.ends, strict=True):
        if start < end:
            continue  # a part of the token before
        if start == end and min(len(before), len(term)) > 1 and all(map(is_syllable, before + term)):
            yield before, term
        before, end = term, stop
