"""One generation of an index as the audit looks at it: entries, their stored tokens, the vocabulary, the analyzer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from faqsearch.analysis.analyzer import Analyzer
from faqsearch.analysis.morphemes import Morpheme
from faqsearch.analysis.normalize import normalize
from faqsearch.analysis.terms import Token, content_tokens
from faqsearch.document import Document
from faqsearch.faq_index import FaqIndex
from faqsearch.index.base import Reader, Tokens
from faqsearch.results import Hit

FIRST = 3  # hits that a reader is taken to look at
_LOOKED_AT = 20  # hits among which a lower rank is told


@dataclass(frozen=True, slots=True)
class Collection:
    """An index opened for an audit at the time ``now``."""

    index: FaqIndex
    reader: Reader
    analyzer: Analyzer
    documents: Mapping[str, Document]
    vocabulary: Mapping[str, int]
    now: datetime

    @classmethod
    def of(cls, index: FaqIndex, *, now: datetime | None = None) -> Collection:
        """The present generation of ``index``."""
        reader = index._reader()  # the audit looks behind the public methods, as the query layer does
        analyzer = index._engine.analyzer(reader)
        documents = {document.id: document for document in reader}
        return cls(index, reader, analyzer, documents, dict(reader.vocabulary("m")), now or datetime.now(UTC))

    def tokens(self) -> Iterator[tuple[str, Tokens]]:
        """(id, tokens) of every title and body."""
        for id in self.documents:
            stored = self.reader.stored(id)
            if stored is not None:
                yield id, stored.title
                yield id, stored.body

    def visible_now(self, document: Document) -> bool:
        """Whether anybody can find the document at present."""
        begun = document.visible_from is None or document.visible_from <= self.now
        return begun and (document.visible_until is None or self.now < document.visible_until)

    def hits(self, query: str, document: Document, count: int) -> Sequence[Hit]:
        """The first hits that a reader of ``document`` gets, at a time when it is visible."""
        now = self.now
        if document.visible_from is not None and now < document.visible_from:
            now = document.visible_from
        if document.visible_until is not None and now >= document.visible_until:
            now = document.visible_until - timedelta(microseconds=1)
        page = self.index.search(
            query, audience=document.audience, now=now, per_page=count, facets=False, snippet_length=_SNIPPET
        )
        return page.hits

    def missed(self, query: str, document: Document, *, near: float = 1.0) -> tuple[int, tuple[str, ...]] | None:
        """None where ``query`` brings the document to the first three, else (its rank or 0, what stands before it).

        A document behind them whose score is at least ``near`` of the third's is taken for one of them.
        """
        first = self.hits(query, document, FIRST)
        if any(hit.document.id == document.id for hit in first):
            return None
        own = next((hit for hit in self.hits(query, document, _LOOKED_AT) if hit.document.id == document.id), None)
        if own is not None and near < 1 and own.score >= near * first[-1].score:
            return None
        return (own.rank if own is not None else 0), tuple(hit.document.id for hit in first)

    def words(self, text: str) -> list[Token]:
        """The content tokens of a short text, parts of others left out, with places in the normalised text."""
        normal = normalize(text).text
        return [token for token in content_tokens(self.analyzer.query_morphemes(normal), normal) if not token.part]

    def morphemes(self, text: str) -> list[Morpheme]:
        """All morphemes of a short text."""
        return self.analyzer.query_morphemes(normalize(text).text)


_SNIPPET = 20
