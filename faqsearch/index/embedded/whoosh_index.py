"""Whoosh's index and writer over our storage: its generations, deletions, merge hooks and order of a commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from whoosh.filedb.filestore import RamStorage
from whoosh.filedb.filestore import Storage as WhooshStorage
from whoosh.index import FileIndex
from whoosh.writing import SegmentWriter

from faqsearch.document import Document
from faqsearch.index.base import IndexMeta
from faqsearch.index.embedded.codec import ArrayCodec, ArraySegment, schema
from faqsearch.index.embedded.runs import LARGE, Runs, part_without
from faqsearch.index.embedded.toc import INDEX_NAME, SegmentEntry, TableOfContents, clean, read_toc, toc_name, write_toc
from faqsearch.index.segments.layout import dump
from faqsearch.index.segments.merge import Part, merge
from faqsearch.index.segments.segment import Segment
from faqsearch.index.storage import Lock, Storage

OpenSegment = Callable[[SegmentEntry], Segment]

MOST_SEGMENTS = 4
_LARGER = 8  # a segment this many times larger than all that is younger is left alone
_DELETED_SHARE = 0.3  # a segment with a larger share of deleted documents is written again


class WhooshFiles(WhooshStorage):  # type: ignore[misc]
    """What Whoosh needs of a storage; files themselves go through ours."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def list(self) -> list[str]:
        return self.storage.names()

    def temp_storage(self, name: str | None = None) -> RamStorage:
        return RamStorage()


@dataclass(frozen=True, slots=True)
class TocInfo:
    """A generation in the shape that Whoosh's writer reads."""

    schema: Any
    segments: list[ArraySegment]
    generation: int
    meta: IndexMeta


class ArrayIndex(FileIndex):  # type: ignore[misc]
    """A Whoosh index whose segments are our array files."""

    def __init__(self, storage: Storage, open_segment: OpenSegment) -> None:
        self.storage = WhooshFiles(storage)
        self.indexname = INDEX_NAME
        self._schema = schema()
        self._open_segment = open_segment

    def _read_toc(self) -> TocInfo:
        return self._toc

    @cached_property
    def _toc(self) -> TocInfo:
        """Read once: an object of this class serves one commit, under the write lock."""
        toc = read_toc(self.storage.storage)
        segments = []
        for entry in toc.segments:
            record = ArraySegment(INDEX_NAME, entry.segid)
            record.set_doc_count(entry.documents)
            for number in entry.deleted:
                record.delete_document(number)
            record.arrays = self._open_segment(entry)
            segments.append(record)
        return TocInfo(self._schema, segments, toc.generation, toc.meta)

    def latest_generation(self) -> int:
        return self._read_toc().generation

    def writer(self, *, lock: Lock) -> ArrayWriter:
        """A writer that holds ``lock``, already acquired, until commit or cancel."""
        return ArrayWriter(self, lock)


@dataclass(slots=True)
class _Carried:
    """Documents of one segment that change in their stored values only."""

    segment: Segment
    documents: dict[int, Document] = field(default_factory=dict)


class ArrayWriter(SegmentWriter):  # type: ignore[misc]
    """Takes in analysed documents and writes them in bulk, as one segment; beside it large ones of a large commit."""

    def __init__(self, index: ArrayIndex, lock: Lock) -> None:
        super().__init__(index, _lk=False, codec=ArrayCodec(), compound=False)
        self.writelock = lock
        self.meta: IndexMeta = index._read_toc().meta
        self._files: Storage = index.storage.storage
        self._runs = Runs(self._files)
        self._carried: dict[str, _Carried] = {}
        self._merged: list[Part] = []

    def add_document(self, **values: Any) -> None:
        """Takes in ``analyzed``, an AnalyzedDocument, and ``vectors``; a second one with the same ``id`` takes its place."""
        self._check_state()
        self._runs.add(values["id"], values["analyzed"], values.get("vectors"))
        self._added = True

    def restore_document(self, document: Document, docnum: int) -> None:
        """Gives document ``docnum`` other stored values; its terms move over as they are."""
        segment, own = self._segment_and_docnum(docnum)
        carried = self._carried.setdefault(segment.segid, _Carried(segment.arrays))
        carried.documents[own] = document
        segment.delete_document(own)
        self._added = True

    def add_reader(self, reader: Any) -> None:
        """Takes over the live documents of a segment that is merged."""
        record: ArraySegment = reader.segment()
        assert record.arrays is not None
        part = part_without(record.arrays, record.deleted_docs())
        if len(part.kept):
            self._merged.append(part)
        self._added = True

    def commit(self, mergetype: Any = None, optimize: bool | None = None, merge: bool | None = None) -> None:
        """Writes and publishes; after an error nothing has happened and the lock is free."""
        try:
            if mergetype is None and not optimize and merge is not False:
                mergetype = merge_small
            super().commit(mergetype=mergetype, optimize=optimize, merge=merge)
        except BaseException:
            if not self.is_closed:
                self.cancel()
            raise

    def _finalize_segment(self) -> ArraySegment:
        parts = list(self._merged)
        for carried in self._carried.values():
            kept = np.array(sorted(carried.documents), dtype=np.int64)
            file = carried.segment.file
            parts.append(Part(file.documents, file.meta, file, kept, carried.documents))
        parts += self._runs.parts()
        fresh = self._runs.rest()
        if fresh is not None and not parts:
            data = fresh
        else:
            if fresh is not None:
                parts.append(Part(fresh.documents, fresh.meta, fresh.arrays, np.arange(fresh.documents)))
            data = merge(parts)
        self._close_segment()
        segment: ArraySegment = self.newsegment
        segment.set_doc_count(data.documents)
        self._files.write(_entry(segment).file_name, dump(data))
        return segment

    def _merge_segments(self, mergetype: Any, optimize: bool | None, merge: bool | None) -> list[ArraySegment]:
        kept: list[ArraySegment] = super()._merge_segments(mergetype, optimize, merge)
        self._added = bool(len(self._runs) or self._carried or self._merged)
        return [segment for segment in (*kept, *self._runs.large) if segment.doc_count()]

    def _commit_toc(self, segments: Sequence[ArraySegment]) -> None:
        toc = TableOfContents(self.generation, tuple(_entry(segment) for segment in segments), self.meta)
        write_toc(self._files, toc)
        with suppress(OSError):  # published: what could not be deleted goes at the next commit
            clean(self._files, toc)

    def cancel(self) -> None:
        """Undoes everything and frees the lock; files already written go at once, unless they are published."""
        super().cancel()
        with suppress(OSError):  # what cannot be deleted goes at the next commit
            if toc_name(self.generation) not in self._files.names():
                self._files.delete(_entry(self.newsegment).file_name)
                self._runs.discard()

    def pending(self) -> int:
        """Documents that this commit will write, without merging."""
        return len(self._runs) + sum(len(carried.documents) for carried in self._carried.values())


def merge_small(writer: ArrayWriter, segments: Sequence[ArraySegment]) -> list[ArraySegment]:
    """Whoosh's merge hook: merges small and much-deleted segments, keeps at most four beside those of LARGE documents."""
    from whoosh.reading import SegmentReader

    by_size = sorted(segments, key=lambda segment: segment.doc_count())
    small = sum(segment.doc_count() < LARGE for segment in segments)
    young = writer.pending()
    merged = []
    for place, segment in enumerate(by_size):
        too_many = small - place + 1 > MOST_SEGMENTS
        crowded = segment.deleted_count() > _DELETED_SHARE * segment.doc_count_all()
        if not crowded and (young == 0 or place >= small):
            continue
        if too_many or crowded or segment.doc_count() < _LARGER * young / MOST_SEGMENTS:
            merged.append(segment)
            young += segment.doc_count()
    for segment in merged:
        writer.add_reader(SegmentReader(writer.storage, writer.schema, segment))
    return [segment for segment in segments if segment not in merged]


def replace_all(writer: ArrayWriter, segments: Sequence[ArraySegment]) -> list[ArraySegment]:
    """Whoosh's merge hook of a rebuild: nothing of the old generation stays."""
    return []


def _entry(segment: ArraySegment) -> SegmentEntry:
    return SegmentEntry(segment.segid, segment.doc_count_all(), tuple(sorted(segment.deleted_docs())))
