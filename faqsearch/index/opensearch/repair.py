"""An index on a cluster built again from every document that can be read."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from faqsearch.analysis.analyzer import AnalyzedDocument, Analyzer
from faqsearch.document import Document
from faqsearch.errors import DocumentError, IndexCorruptError
from faqsearch.index.base import WriteBatch
from faqsearch.index.hashes import stored_hash, terms_hash
from faqsearch.index.opensearch.check import document_problem
from faqsearch.index.opensearch.codec import decode_analyzed, decode_document, decode_hashes
from faqsearch.index.opensearch.vectors import decode_vectors
from faqsearch.index.vectors import DocumentVectors

if TYPE_CHECKING:
    from faqsearch.index.opensearch.writer import ClusterWriter


def repair_cluster(writer: ClusterWriter) -> tuple[str, ...]:
    """Keeps what is whole, analyses again what is not, and says which documents could not be kept.

    Raises IndexCorruptError, and changes nothing, where no document can be read.
    """
    reader = writer.reader
    whole: list[AnalyzedDocument] = []
    vectors: dict[str, DocumentVectors] = {}
    damaged: list[Document] = []
    lost: list[str] = []
    for hit in reader.sources():
        if document_problem(hit) is None:
            whole.append(decode_analyzed(hit["_source"]))
            if (own := decode_vectors(hit["_source"])) is not None:
                vectors[hit["_id"]] = own
            continue
        document = _readable(hit["_source"])
        if document is None:
            lost.append(f"document {hit['_id']!r}")
        else:
            damaged.append(document)
    if lost and not whole and not damaged:
        raise IndexCorruptError(f"{writer.place}: no document can be read; build the index again from its source")
    analyzer = Analyzer(frozenset(reader.meta.words))
    if reader.meta.options.get("encoder") and (without := len(whole) + len(damaged) - len(vectors)):
        lost.append(f"the vectors of {without:,} documents; rebuild with the encoder makes them again")
    added = ((one, vectors.get(one.document.id)) for one in chain(whole, analyzer.analyze_documents(damaged)))
    writer.commit(WriteBatch(added=added, replace_all=True))
    return tuple(lost)


def _readable(source: dict[str, object]) -> Document | None:
    """The document of a row whose hash fits, or None."""
    try:
        document = Document.from_dict(decode_document(source).to_dict())
        kept = decode_hashes(str(source["hash"])) == (terms_hash(document), stored_hash(document))
    except (KeyError, ValueError, TypeError, IndexError, DocumentError):
        return None
    return document if kept else None
