"""Documents made ready to be written: analysed, and with the vectors of an encoder where the index has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from faqsearch.analysis.analyzer import Analyzer
from faqsearch.document import Document
from faqsearch.index.base import IndexMeta, Prepared, Reader
from faqsearch.index.vectors import DocumentVectors, encoder_fingerprint

if TYPE_CHECKING:
    from faqsearch.encoders.embedder import Embedder

Progress: TypeAlias = Callable[[int, int], None]
"""Called with (documents analysed, documents to analyse)."""
Known: TypeAlias = Callable[[Sequence[str]], Sequence[DocumentVectors | None]]
"""ids → the vectors that there are of these documents."""

_ENCODED = 64
"""Documents encoded at a time; with an encoder progress goes on in such steps."""


def prepare(
    analyzer: Analyzer, documents: list[Document], progress: Progress | None, embedder: Embedder | None, known: Known
) -> Iterator[Prepared]:
    """Each document analysed, as it is asked for, with its vectors; those of texts that ``known`` has are not encoded again."""
    done = 0
    step = _ENCODED if embedder is not None else len(documents)
    for begin in range(0, len(documents), step or 1):
        some = documents[begin : begin + step]
        vectors = embedder.documents(some, known) if embedder is not None else {}
        for document in analyzer.analyze_documents(some):
            done += 1
            if progress is not None:
                progress(done, len(documents))
            yield document, vectors.get(document.document.id)


def known_vectors(reader: Reader, meta: IndexMeta) -> Known:
    """The reader's vectors, where they are of the encoder of ``meta``."""
    if encoder_fingerprint(reader.meta.options.get("encoder")) == encoder_fingerprint(meta.options["encoder"]):
        return reader.vectors
    return lambda ids: [None] * len(ids)
