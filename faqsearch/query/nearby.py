"""Related words of a query's nouns: what entries may say instead; they order the documents that lack the noun (ADR 38)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from faqsearch.analysis.related_words import related_words
from faqsearch.analysis.terms import Token
from faqsearch.index.base import RelatedTerm

MOST = 2
"""Related words that a noun may bring; 3, and verbs too, would gain 0.07 points more and cost twice as much."""
_NOUNS = frozenset({"NNG", "XR"})


def nearby(
    content: Iterable[Token],
    weights: Mapping[str, float],
    share: float,
    idf: Callable[[str], float],
) -> tuple[dict[str, RelatedTerm], dict[str, float]]:
    """(related words of the nouns that the index knows, by term; those of nouns it does not know, with their weights).

    ``weights`` are those of typed terms, which are left out; a related word weighs its similarity times ``share`` of that.
    ``idf`` is 0 for a term that the index does not know.
    """
    related: dict[str, RelatedTerm] = {}
    instead: dict[str, float] = {}
    for token in content:
        weight = weights.get(token.term, 0.0) * share
        if token.tag not in _NOUNS or not weight:
            continue
        room = MOST
        for word, similarity in related_words(token.term).items():
            if word in weights or not (tells := idf(word)):
                continue
            if room == MOST:
                typed = idf(token.term)
            worth = weight * similarity
            if not typed:
                instead[word] = max(instead.get(word, 0.0), worth)
            else:
                worth *= min(1.0, typed / tells)  # it tells no more than the typed word would
                if word not in related or related[word].weight < worth:
                    related[word] = RelatedTerm(word, worth, token.term)
            room -= 1
            if not room:
                break
    for word in related.keys() & instead.keys():  # once is enough
        del related[word]
    return related, instead
