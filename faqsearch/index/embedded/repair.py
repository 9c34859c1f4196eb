"""Builds a damaged index again from what can be read of it.

A stored document is kept when its row's array has the right checksum, or when the row itself has the hashes that were stored
for ``sync``: one wrong byte among ten thousand documents loses one of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from faqsearch.analysis.analyzer import Analyzer
from faqsearch.document import Document
from faqsearch.errors import FaqSearchError, IndexCorruptError
from faqsearch.index.base import IndexMeta
from faqsearch.index.embedded.check import UNREADABLE
from faqsearch.index.embedded.codec import ArraySegment
from faqsearch.index.embedded.toc import (
    INDEX_NAME,
    SegmentEntry,
    TableOfContents,
    clean,
    latest_generation,
    read_toc,
    segment_names,
    write_toc,
)
from faqsearch.index.hashes import stored_hash, terms_hash
from faqsearch.index.segments.invert import invert
from faqsearch.index.segments.layout import Array, SegmentFile, dump
from faqsearch.index.segments.stored import load_document
from faqsearch.index.segments.vector_arrays import document_vectors
from faqsearch.index.storage import Storage
from faqsearch.index.vectors import DocumentVectors, encoder_fingerprint

_NAMED = 20
"""So many lost ids are named for each file."""


def repair_storage(storage: Storage, otherwise: IndexMeta) -> tuple[str, ...]:
    """Commits a new generation of every document that can be read, under the caller's lock; what was lost, in words."""
    lost: list[str] = []
    try:
        toc = read_toc(storage)
    except IndexCorruptError as error:
        toc = _table_of_files(storage, otherwise)
        lost.append(
            f"{error}: its lexicon, options and deletions are lost; deleted documents may be back, of several with one id "
            "the one written last was kept"
        )
    documents: dict[str, Document] = {}
    vectors: dict[str, DocumentVectors] = {}
    for entry in toc.segments:
        try:
            for document, own in _documents(storage, entry, lost):
                documents[document.id] = document
                vectors.pop(document.id, None)
                if own is not None:
                    vectors[document.id] = own
        except FileNotFoundError:
            lost.append(f"{entry.file_name} is missing: {_live(entry)}")
        except (IndexCorruptError, OSError) as error:
            lost.append(f"{error}: {_live(entry)}")
    if lost and not documents:
        raise IndexCorruptError(
            f"{storage.name}: no document can be read, nothing was changed; restore the index from a snapshot"
        )
    analyzer = Analyzer(frozenset(toc.meta.words))
    encoder = toc.meta.options.get("encoder")
    meta = replace(toc.meta, fingerprint=analyzer.fingerprint + encoder_fingerprint(encoder))
    if encoder and (without := len(documents.keys() - vectors.keys())):
        lost.append(f"the vectors of {without:,} documents are lost; rebuild with the encoder makes them again")
    segments: tuple[SegmentEntry, ...] = ()
    if documents:
        analyzed = list(analyzer.analyze_documents(list(documents.values())))
        data = invert(analyzed, [vectors.get(id) if encoder else None for id in documents])
        fresh = SegmentEntry(ArraySegment(INDEX_NAME).segid, data.documents, ())
        storage.write(fresh.file_name, dump(data))
        segments = (fresh,)
    made = TableOfContents(latest_generation(storage) + 1, segments, meta)
    write_toc(storage, made)
    with suppress(OSError):  # what cannot be deleted goes at the next commit
        clean(storage, made)
    return tuple(lost)


def _table_of_files(storage: Storage, meta: IndexMeta) -> TableOfContents:
    """A table of every segment file there is, the one written last at the end."""
    names = sorted(segment_names(storage), key=storage.written)
    segids = [name.removeprefix(f"{INDEX_NAME}_").removesuffix(".seg") for name in names]
    return TableOfContents(latest_generation(storage), tuple(SegmentEntry(segid, -1, ()) for segid in segids), meta)


def _live(entry: SegmentEntry) -> str:
    return "its documents are lost" if entry.documents < 0 else f"{entry.documents - len(entry.deleted)} documents are lost"


def _documents(storage: Storage, entry: SegmentEntry, lost: list[str]) -> Iterator[tuple[Document, DocumentVectors | None]]:
    """The live documents of a segment that can be read, with their vectors; adds to ``lost`` what cannot."""
    file = SegmentFile(storage.read(entry.file_name), entry.file_name)
    stored, bounds = _verified(file, "stored"), _verified(file, "stored_off")
    hashes = _verified(file, "hash.terms"), _verified(file, "hash.stored")
    rows: dict[int, bytes]
    if bounds is not None:
        content = bytes(file.unverified("stored"))
        limits = bounds.tolist()
        rows = {number: content[limits[number] : limits[number + 1]] for number in range(min(file.documents, len(limits) - 1))}
    elif stored is not None:
        rows = dict(enumerate(_split(bytes(stored))))
    else:
        rows = {}
    missing = []
    deleted = frozenset(entry.deleted)
    for number in range(file.documents):
        if number in deleted:
            continue
        document = _document(rows.get(number, b""))
        if document is not None and (stored is not None or _agrees(document, number, hashes)):
            yield document, _vectors(file, number)
        else:
            missing.append(number)
    if missing:
        names = [_id(file, number) for number in missing[:_NAMED]]
        more = f" and {len(missing) - _NAMED:,} more" if len(missing) > _NAMED else ""
        lost.append(f"{entry.file_name}: {len(missing):,} documents are lost: {', '.join(names)}{more}")


def _vectors(file: SegmentFile, number: int) -> DocumentVectors | None:
    try:
        return document_vectors(file, number)
    except (IndexCorruptError, *UNREADABLE):
        return None


def _verified(file: SegmentFile, name: str) -> Array | None:
    try:
        return file[name]
    except (IndexCorruptError, *UNREADABLE):
        return None


def _split(content: bytes) -> Iterator[bytes]:
    """The JSON lists that stand behind each other in ``content``."""
    text, place = content.decode("utf-8"), 0
    decoder = json.JSONDecoder()
    while place < len(text):
        _, end = decoder.raw_decode(text, place)
        yield text[place:end].encode("utf-8")
        place = end


def _document(row: bytes) -> Document | None:
    try:
        return Document.from_dict(load_document(row).to_dict())
    except (FaqSearchError, *UNREADABLE):
        return None


def _agrees(document: Document, number: int, hashes: tuple[Array | None, Array | None]) -> bool:
    return all(
        array is not None and number < len(array) and int(array[number]) == own
        for array, own in zip(hashes, (terms_hash(document), stored_hash(document)), strict=True)
    )


def _id(file: SegmentFile, number: int) -> str:
    """The id of a lost document as far as it is known."""
    text, bounds = _verified(file, "id"), _verified(file, "id_off")
    if text is None or bounds is None or number + 1 >= len(bounds):
        return f"number {number}"
    return repr(bytes(text[int(bounds[number]) : int(bounds[number + 1])]).decode("utf-8", "replace"))
