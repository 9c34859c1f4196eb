"""Documents made ready to be written: analysed, and with the vectors of an encoder where the index has one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from faqsearch.analysis.analyzer import AnalyzedDocument, Analyzer
from faqsearch.document import Document
from faqsearch.index.base import IndexMeta, Reader
from faqsearch.index.vectors import DocumentVectors, encoder_fingerprint

if TYPE_CHECKING:
    from faqsearch.encoders.embedder import Embedder

Progress: TypeAlias = Callable[[int, int], None]
"""Called with (documents analysed, documents to analyse)."""
Prepared: TypeAlias = tuple[list[AnalyzedDocument], dict[str, DocumentVectors]]
Known: TypeAlias = Callable[[Sequence[str]], Sequence[DocumentVectors | None]]
"""ids → the vectors that there are of these documents."""

_ENCODED = 64
"""Documents encoded at a time; with an encoder progress goes on in such steps."""


def prepare(
    analyzer: Analyzer, documents: list[Document], progress: Progress | None, embedder: Embedder | None, known: Known
) -> Prepared:
    """(documents analysed, their vectors by id, those of texts that ``known`` has not encoded again)."""
    analyzed: list[AnalyzedDocument] = []
    vectors: dict[str, DocumentVectors] = {}
    step = _ENCODED if embedder is not None else len(documents)
    for begin in range(0, len(documents), step or 1):
        some = documents[begin : begin + step]
        if embedder is not None:
            vectors.update(embedder.documents(some, known))
        for document in analyzer.analyze_documents(some):
            analyzed.append(document)
            if progress is not None:
                progress(len(analyzed), len(documents))
    return analyzed, vectors


def known_vectors(reader: Reader, meta: IndexMeta) -> Known:
    """The reader's vectors, where they are of the encoder of ``meta``."""
    if encoder_fingerprint(reader.meta.options.get("encoder")) == encoder_fingerprint(meta.options["encoder"]):
        return reader.vectors
    return lambda ids: [None] * len(ids)
