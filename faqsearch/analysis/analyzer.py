"""Analyzer: the ordered list of stages from a stored text to its terms.

1. normalise (``normalize.py``), keeping the way back to the stored text
2. split into lines, because Kiwi's time grows faster than the length of a text
3. morphemes by Kiwi (``morphemes.py``)
4. content terms: which morphemes count, Latin and number runs, user words, variant spellings folded (``terms.py``)
5. the other channel: syllable bigrams over the text without blanks and punctuation (``grams.py``)

Invariant: ``stored_text[token.start:token.end]`` is the surface that the token came from, in every field, for every input.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from faqsearch.analysis.grams import bigrams, squeeze, squeeze_with_offsets
from faqsearch.analysis.morphemes import Morpheme, kiwi_version, lines, shared_morphemes
from faqsearch.analysis.normalize import NormalizedText, normalize
from faqsearch.analysis.resources.load import variants
from faqsearch.analysis.terms import Token, content_tokens
from faqsearch.document import CategoryPath, Document
from faqsearch.results import AnalyzedTerm

ANALYSIS_VERSION = 1
"""Raised by one whenever a change of the stages changes terms."""


@dataclass(frozen=True, slots=True)
class AnalyzedText:
    """The morpheme terms of a text, each with its (start, end) in the stored text, and what its bigrams are taken from."""

    terms: list[str]
    starts: list[int]
    ends: list[int]
    squeezed: str


@dataclass(frozen=True, slots=True)
class AnalyzedDocument:
    """A document with the terms of its title, its body and its category labels."""

    document: Document
    title: AnalyzedText
    body: AnalyzedText
    category_terms: tuple[str, ...]


class AnalyzedQuery(NamedTuple):
    """The text of a query with its morphemes and its content tokens."""

    text: str
    morphemes: Sequence[Morpheme]
    tokens: Sequence[Token]


class Analyzer:
    """Turns texts into terms with Kiwi and the user words given; loads Kiwi at the first use."""

    def __init__(self, words: frozenset[str] = frozenset()) -> None:
        self.words = words
        self._morphemes = shared_morphemes(words)
        self._categories: dict[CategoryPath, tuple[str, ...]] = {}
        self.fingerprint = _fingerprint(words)

    def load(self) -> None:
        """Loads Kiwi now."""
        self._morphemes.load()

    def analyze_documents(self, documents: Iterable[Document], *, batch: int = 512) -> Iterator[AnalyzedDocument]:
        """The documents analysed, in their order; Kiwi works on ``batch`` of them at a time."""
        source = iter(documents)
        while some := list(islice(source, batch)):
            texts = [text for document in some for text in (document.title, document.body)]
            analyzed = self.analyze_texts(texts)
            for document in some:
                yield AnalyzedDocument(document, next(analyzed), next(analyzed), self.category_terms(document.category))

    def analyze_texts(self, texts: Sequence[str]) -> Iterator[AnalyzedText]:
        """Each text analysed, in order."""
        normalized = [normalize(text) for text in texts]
        split = [lines(one.text) for one in normalized]
        morphemes = self._morphemes.tokenize_all(line for some in split for _, line in some)
        for one, some in zip(normalized, split, strict=True):
            yield _analyzed(one, some, islice(morphemes, len(some)))

    def analyze_query(self, normalized: str) -> AnalyzedQuery:
        """One short, already normalised text with its morphemes and content tokens."""
        morphemes = self._morphemes.tokenize(normalized) if normalized else []
        return AnalyzedQuery(normalized, morphemes, content_tokens(morphemes, normalized))

    def query_tokens(self, normalized: str) -> Sequence[Token]:
        """The content tokens of one short, already normalised text."""
        return self.analyze_query(normalized).tokens

    def query_morphemes(self, normalized: str) -> list[Morpheme]:
        """All morphemes of one short, already normalised text, function words too."""
        return self._morphemes.tokenize(normalized)

    def category_terms(self, path: CategoryPath) -> tuple[str, ...]:
        """The terms of the labels of a category path: their morphemes, and each label as a whole."""
        terms = self._categories.get(path)
        if terms is None:
            found: dict[str, None] = {}
            for label in path:
                text = normalize(label).text
                found.update(dict.fromkeys(token.term for token in self.query_tokens(text)))
                found.update(dict.fromkeys([squeeze(text)] if squeeze(text) else []))
            terms = self._categories[path] = tuple(found)
        return terms

    def terms(self, text: str) -> tuple[AnalyzedTerm, ...]:
        """The terms of ``text`` in both channels, with their places in it."""
        normalized = normalize(text)
        split = lines(normalized.text)
        # One after the other: a short text costs less than to wake Kiwi's threads for it.
        analyzed = _analyzed(normalized, split, (self._morphemes.tokenize(line) for _, line in split))
        result = [
            AnalyzedTerm(term, start, end, "morphemes")
            for term, start, end in zip(analyzed.terms, analyzed.starts, analyzed.ends, strict=True)
        ]
        squeezed, places = squeeze_with_offsets(normalized.text)
        for i, gram in enumerate(bigrams(squeezed)):
            start, end = normalized.span(places[i], places[i + len(gram) - 1] + 1)
            result.append(AnalyzedTerm(gram, start, end, "grams"))
        return tuple(result)


def _analyzed(
    normalized: NormalizedText, split: Sequence[tuple[int, str]], morphemes: Iterator[list[Morpheme]]
) -> AnalyzedText:
    terms: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for (offset, line), line_morphemes in zip(split, morphemes, strict=True):
        for token in content_tokens(line_morphemes, line):
            terms.append(token.term)
            starts.append(token.start + offset)
            ends.append(token.end + offset)
    if normalized.starts is not None and normalized.ends is not None:
        starts = [normalized.starts[start] for start in starts]
        ends = [normalized.ends[end - 1] for end in ends]
    return AnalyzedText(terms, starts, ends, squeeze(normalized.text))


def _fingerprint(words: frozenset[str]) -> str:
    parts = json.dumps([sorted(words), sorted(variants().items())], ensure_ascii=False)
    digest = hashlib.blake2b(parts.encode("utf-8"), digest_size=6).hexdigest()
    return f"analysis {ANALYSIS_VERSION}, {kiwi_version()}, {len(words)} user words, lists {digest}"
