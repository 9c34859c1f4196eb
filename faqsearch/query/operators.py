"""What the operators of a query ask for: phrases that must be there, words and phrases that must not."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from faqsearch.analysis.analyzer import Analyzer
from faqsearch.analysis.grams import squeeze
from faqsearch.index.base import Clause
from faqsearch.query.synonyms import covers
from faqsearch.query.syntax import Parsed

Knows = Callable[[str], bool]
"""Whether a morpheme term stands in any document that may be found."""


def operators(parsed: Parsed, analyzer: Analyzer, knows: Knows) -> tuple[tuple[str, ...], tuple[Clause, ...], tuple[str, ...]]:
    """(squeezed phrases, clauses of excluded words, squeezed phrases that are excluded), each once."""
    excluded: list[Clause] = []
    without = list(parsed.excluded_phrases)
    for word in parsed.excluded:
        tokens = [token for token in analyzer.query_tokens(word) if not token.part]
        if not covers(word, tokens):  # as it stands: Kiwi makes more or less of it alone (알림: 알리, 이용권: 이용)
            without.append(word)
            continue
        excluded.append(tuple(("m", token.term) for token in tokens))
        excluded.append((("m", "".join(token.term for token in tokens)),))
        if len(tokens) == 1:
            excluded += split_readings(tokens[0].term, knows)
    return _phrases(parsed.phrases), tuple(dict.fromkeys(excluded)), _phrases(without)


def split_readings(term: str, knows: Knows) -> list[Clause]:
    """The ways to read a long noun as two that the index knows."""
    return [
        (("m", term[:cut]), ("m", term[cut:])) for cut in range(2, len(term) - 1) if knows(term[:cut]) and knows(term[cut:])
    ]


def _phrases(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrase for phrase in map(squeeze, texts) if phrase))
