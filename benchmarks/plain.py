"""Plain rankings to compare with: BM25 over one field (title twice, then body) by one way of cutting text into terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import log

from faqsearch import Document, FaqIndex

Tokenizer = Callable[[str], list[str]]

_K1, _B = 1.2, 0.75


def words(text: str) -> list[str]:
    """What stands between blanks, without punctuation around it."""
    return [word for raw in text.lower().split() if (word := raw.strip(".,!?·:;()[]{}<>\"'“”‘’※-…"))]


def word_bigrams(text: str) -> list[str]:
    """Pairs of syllables inside each word, as Lucene's CJKAnalyzer makes them."""
    return [
        gram for word in words(text) for gram in ([word] if len(word) < 3 else [word[i : i + 2] for i in range(len(word) - 1)])
    ]


def channel(index: FaqIndex, name: str) -> Tokenizer:
    """The terms of one channel of faqsearch: morphemes, or bigrams over blanks."""
    return lambda text: [term.term for term in index.analyze(text) if term.channel == name]


@dataclass(slots=True)
class PlainBM25:
    """BM25 with k1 1.2 and b 0.75 (Robertson & Zaragoza 2009, §3.4) over whatever ``tokenizer`` gives."""

    tokenizer: Tokenizer
    titles: int = 2
    bodies: int = 1
    _postings: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    _lengths: list[int] = field(default_factory=list)
    _ids: list[str] = field(default_factory=list)

    def add(self, documents: Sequence[Document]) -> PlainBM25:
        for document in documents:
            terms = self.tokenizer(document.title) * self.titles
            if self.bodies:
                terms += self.tokenizer(document.body)
            for term, count in Counter(terms).items():
                self._postings.setdefault(term, []).append((len(self._ids), count))
            self._lengths.append(len(terms))
            self._ids.append(document.id)
        return self

    def search(self, query: str, depth: int = 10) -> list[str]:
        """The first ``depth`` ids; ties by id."""
        scores = self.scores(query)
        return sorted(scores, key=lambda one: (-scores[one], one))[:depth]

    def scores(self, query: str) -> dict[str, float]:
        """id → score of every document with a term of the query."""
        average = sum(self._lengths) / max(1, len(self._lengths))
        scores: dict[int, float] = {}
        for term, times in Counter(self.tokenizer(query)).items():
            postings = self._postings.get(term, [])
            idf = log(1 + (len(self._ids) - len(postings) + 0.5) / (len(postings) + 0.5))
            for number, count in postings:
                norm = _K1 * (1 - _B + _B * self._lengths[number] / average)
                scores[number] = scores.get(number, 0.0) + times * idf * count * (_K1 + 1) / (count + norm)
        return {self._ids[number]: score for number, score in scores.items()}


@dataclass(slots=True)
class TwoChannels:
    """Plain BM25 over morphemes plus half of plain BM25 over bigrams, each over title twice, then body."""

    morphemes: Tokenizer
    grams: Tokenizer
    _channels: list[tuple[PlainBM25, float]] = field(default_factory=list)

    def add(self, documents: Sequence[Document]) -> TwoChannels:
        self._channels = [(PlainBM25(self.morphemes).add(documents), 1.0), (PlainBM25(self.grams).add(documents), 0.5)]
        return self

    def search(self, query: str, depth: int = 10) -> list[str]:
        """The first ``depth`` ids; ties by id."""
        total: dict[str, float] = {}
        for ranking, weight in self._channels:
            for id, score in ranking.scores(query).items():
                total[id] = total.get(id, 0.0) + weight * score
        return sorted(total, key=lambda one: (-total[one], one))[:depth]
