"""Related words of a query's nouns: what entries may say instead; they order the documents that lack the noun (ADR 38)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from faqsearch.analysis.related_words import related_words
from faqsearch.analysis.terms import Token
from faqsearch.index.base import Reader, RelatedTerm, Scope

MOST = 2
"""Related words that a noun may bring; 3, and verbs too, would gain 0.07 points more and cost twice as much."""
_NOUNS = frozenset({"NNG", "XR"})


def nearby(
    content: Iterable[Token],
    weights: Mapping[str, float],
    share: float,
    reader: Reader,
    scope: Scope,
    knows: Callable[[str], bool],
) -> tuple[dict[str, RelatedTerm], dict[str, float]]:
    """(related words of the nouns that the index knows, by term; those of nouns it does not know, with their weights).

    ``weights`` are those of typed terms, which are left out; a related word weighs its similarity times ``share`` of that.
    """
    related: dict[str, RelatedTerm] = {}
    instead: dict[str, float] = {}
    for token in content:
        if token.tag not in _NOUNS or not weights.get(token.term):
            continue
        near = ((word, value) for word, value in related_words(token.term) if word not in weights and knows(word))
        for word, similarity in islice(near, MOST):
            weight = weights[token.term] * share * similarity
            if not knows(token.term):
                instead[word] = max(instead.get(word, 0.0), weight)
                continue
            # It tells no more than the typed word would.
            weight *= min(1.0, reader.idf("m", token.term, scope) / reader.idf("m", word, scope))
            if word not in related or related[word].weight < weight:
                related[word] = RelatedTerm(word, weight, token.term)
    return related, instead
