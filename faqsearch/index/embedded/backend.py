"""EmbeddedBackend: an index in a folder or in memory, behind the Backend seam."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType

import numpy as np

from faqsearch.analysis.analyzer import AnalyzedDocument
from faqsearch.document import Document
from faqsearch.errors import IndexExistsError, IndexNotFoundError, IndexStorageError
from faqsearch.index.base import (
    Channel,
    IndexMeta,
    Matches,
    QueryPlan,
    ReaderStatistics,
    Scope,
    ScorePart,
    StoredDocument,
    WriteBatch,
)
from faqsearch.index.embedded.check import check_storage, shape_problems
from faqsearch.index.embedded.repair import repair_storage
from faqsearch.index.embedded.toc import (
    SegmentEntry,
    TableOfContents,
    corrupt,
    is_left_over,
    latest_generation,
    read_toc,
    write_toc,
)
from faqsearch.index.embedded.whoosh_index import ArrayIndex, merge_small, replace_all
from faqsearch.index.locations import copy_index, in_cluster
from faqsearch.index.segments.analyzed import analyzed
from faqsearch.index.segments.execute import execute, score_parts
from faqsearch.index.segments.layout import SegmentFile
from faqsearch.index.segments.segment import Segment
from faqsearch.index.segments.snapshot import Snapshot
from faqsearch.index.segments.vector_arrays import document_vectors
from faqsearch.index.storage import FolderStorage, MemoryStorage, Storage, acquire, make_folder, require_folder
from faqsearch.index.vectors import DocumentVectors
from faqsearch.options import ranking_in_force
from faqsearch.results import CheckReport

_RACY_NS = 100_000_000
"""A folder's time is taken for new within this span: two commits may fall into one tick of its clock."""
_RETRIES = 10


class EmbeddedReader:
    """One generation of an embedded index."""

    def __init__(self, toc: TableOfContents, segments: list[Segment]) -> None:
        self.generation = toc.generation
        self.meta = toc.meta
        self._toc = toc
        ranking = ranking_in_force(toc.meta.options)
        deleted = [np.array(entry.deleted, dtype=np.int64) for entry in toc.segments]
        self._snapshot = Snapshot(segments, deleted, ranking)

    def __len__(self) -> int:
        return len(self._snapshot)

    def __contains__(self, id: str) -> bool:
        return self._snapshot.find(id) >= 0

    def __iter__(self) -> Iterator[Document]:
        return (self._snapshot.document(number) for number in self._snapshot.numbers())

    def titles(self) -> Iterator[Document]:
        return iter(self)

    def title_terms(self, id: str) -> list[str]:
        segment, own = self._snapshot.place(self._snapshot.find(id))
        return segment.title_terms(own)

    def analyzed(self) -> Iterator[AnalyzedDocument]:
        return (analyzed(self._snapshot, number) for number in self._snapshot.numbers())

    def get(self, id: str) -> Document | None:
        number = self._snapshot.find(id)
        return None if number < 0 else self._snapshot.document(number)

    def stored(self, id: str) -> StoredDocument | None:
        number = self._snapshot.find(id)
        return None if number < 0 else self._snapshot.stored(number)

    def number(self, id: str) -> int:
        """The number by which Whoosh's writer knows the document, or -1."""
        return self._snapshot.find(id)

    def execute(self, plan: QueryPlan) -> Matches:
        return execute(self._snapshot, plan)

    def parts(self, plan: QueryPlan, id: str) -> tuple[ScorePart, ...]:
        number = self._snapshot.find(id)
        return () if number < 0 else score_parts(self._snapshot, plan, number)

    def vectors(self, ids: Sequence[str]) -> list[DocumentVectors | None]:
        places = [self._snapshot.place(number) if (number := self._snapshot.find(id)) >= 0 else None for id in ids]
        return [None if place is None else document_vectors(place[0].file, place[1]) for place in places]

    def hashes(self) -> Mapping[str, tuple[int, int]]:
        return self._hashes

    @cached_property
    def _hashes(self) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for segment, entry in zip(self._snapshot.segments, self._toc.segments, strict=True):
            terms, stored = segment.file["hash.terms"].tolist(), segment.file["hash.stored"].tolist()
            deleted = set(entry.deleted)
            for number, id in enumerate(segment.ids()):
                if number not in deleted:
                    found[id] = (terms[number], stored[number])
        return found

    def changes(self) -> Sequence[int]:
        return self._snapshot.changes

    def size(self, scope: Scope) -> int:
        return self._snapshot.count(scope)

    def knows(self, channel: Channel, term: str, scope: Scope) -> bool:
        return self._snapshot.knows(channel, term, scope)

    def frequency(self, channel: Channel, term: str, scope: Scope) -> int:
        return self._snapshot.frequency(f"{channel}.all", self._snapshot.term_numbers(channel, term), scope)

    def frequent(self, least: int) -> frozenset[str]:
        return self._snapshot.frequent("m.all", least)

    def together(self, terms: Sequence[str], scope: Scope) -> tuple[int, int]:
        return self._snapshot.together(terms, scope)

    def idf(self, channel: Channel, term: str, scope: Scope) -> float:
        return self._snapshot.view(scope).idf(f"{channel}.all", term)

    def known_idf(self, term: str, scope: Scope) -> float:
        view = self._snapshot.view(scope)
        postings = view.postings("m.all", term)
        if postings is not None and self._snapshot.allowed(scope) is None:
            return postings.idf
        return view.idf("m.all", term) if self._snapshot.knows("m", term, scope) else 0.0

    def vocabulary(self, channel: Channel) -> Iterable[tuple[str, int]]:
        terms = {term for segment in self._snapshot.segments for term in segment.dictionaries[channel]}
        for term in sorted(terms):
            text = term.decode("utf-8")
            if count := self._snapshot.document_frequency(channel, text):
                yield text, count

    def statistics(self) -> ReaderStatistics:
        segments = self._snapshot.segments
        terms = {
            name: len({term for segment in segments for term in segment.dictionaries[channel]})
            for channel, name in (("m", "morphemes"), ("g", "grams"))
        }
        size = sum(segment.file.bytes for segment in segments)
        deleted = sum(len(entry.deleted) for entry in self._toc.segments)
        categories = len(self._snapshot.categories[0])
        return ReaderStatistics(len(self), deleted, len(segments), terms, size, categories)


class EmbeddedBackend:
    """An index in one storage. Readers are opened once a generation and shared by all threads."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.name = storage.name
        self._segments: dict[str, Segment] = {}
        self._reader: EmbeddedReader | None = None
        self._stamp: int | None = None
        self._lock = threading.Lock()
        self._owner = os.getpid()

    # Making and opening

    @classmethod
    def create(cls, location: str | os.PathLike[str], meta: IndexMeta, *, exist_ok: bool) -> tuple[EmbeddedBackend, bool]:
        """(the backend of a folder, whether a new index was made there)."""
        folder = Path(location)
        require_folder(folder)
        storage = FolderStorage(folder)
        if folder.is_dir() and latest_generation(storage) >= 0:
            if not exist_ok:
                raise IndexExistsError(f"{folder} holds an index already; open it (exist_ok=True), or name another place")
            return cls(storage), False
        if folder.is_dir() and not all(name == FolderStorage.LOCK_NAME or is_left_over(name) for name in storage.names()):
            raise IndexStorageError(f"{folder} holds other files; name a new or empty folder for the index")
        make_folder(folder)
        write_toc(storage, TableOfContents(0, (), meta))
        return cls(storage), True

    @classmethod
    def in_memory(cls, meta: IndexMeta) -> EmbeddedBackend:
        """An empty index that lives as long as this object."""
        storage = MemoryStorage()
        write_toc(storage, TableOfContents(0, (), meta))
        return cls(storage)

    @classmethod
    def open(cls, location: str | os.PathLike[str], *, read_only: bool) -> EmbeddedBackend:
        """The index in a folder; raises IndexNotFoundError, IndexFormatError or IndexCorruptError."""
        folder = Path(location)
        require_folder(folder)
        if not folder.is_dir():
            raise IndexNotFoundError(f"{folder} does not exist; make an index with 'faqsearch index' or FaqIndex.create")
        backend = cls(FolderStorage(folder, read_only=read_only))
        backend.reader()
        return backend

    @classmethod
    def unopened(cls, location: str | os.PathLike[str]) -> EmbeddedBackend:
        """The index in a folder without a look at it, to check or repair one too damaged to be opened."""
        require_folder(Path(location))
        return cls(FolderStorage(location))

    # Reading

    def reader(self, *, look: bool = False) -> EmbeddedReader:
        """The newest generation; ``look``: by the names of the files, whatever the folder's time says."""
        reader = self._reader
        try:
            if reader is not None and not look and self._unchanged():
                return reader
            with self._guard():
                stamp, looked = self._storage.stamp(), time.time_ns()
                if self._reader is None or latest_generation(self._storage) != self._reader.generation:
                    self._reader = self._load()
                self._stamp = stamp if stamp is not None and looked - stamp > _RACY_NS else None
                return self._reader
        except FileNotFoundError:
            raise IndexNotFoundError(f"{self.name} is gone; restore the index from a snapshot or build it again") from None

    def _unchanged(self) -> bool:
        return self._stamp is not None and self._stamp == self._storage.stamp()

    def _guard(self) -> threading.Lock:
        if os.getpid() != self._owner:  # after a fork the lock may be held by a thread that is not there
            self._lock, self._owner = threading.Lock(), os.getpid()
        return self._lock

    def _load(self) -> EmbeddedReader:
        for attempt in range(_RETRIES):
            try:
                toc = read_toc(self._storage)
                reader = EmbeddedReader(toc, [self._open_segment(entry) for entry in toc.segments])
            except FileNotFoundError as error:
                # A writer may have replaced the generation between reading its table and opening its files.
                if attempt == _RETRIES - 1:
                    raise corrupt(f"{self._storage.name}: {error.filename or error} is missing") from None
                time.sleep(0.01)
            else:
                kept = {entry.segid for entry in toc.segments}
                self._segments = {segid: segment for segid, segment in self._segments.items() if segid in kept}
                return reader
        raise AssertionError("unreachable")

    def _open_segment(self, entry: SegmentEntry) -> Segment:
        segment = self._segments.get(entry.segid)
        if segment is None:
            segment = Segment(SegmentFile(self._storage.read(entry.file_name), f"{self._storage.name}/{entry.file_name}"))
            if problem := next(shape_problems(segment.file, entry), None):
                raise corrupt(f"{segment.file.name}: {problem}")
            self._segments[entry.segid] = segment
        return segment

    # Writing

    def writing(self, timeout: float) -> EmbeddedWriter:
        return EmbeddedWriter(self, self._writable(), timeout)

    def _writable(self) -> Storage:
        if self._storage.read_only:
            raise IndexStorageError(f"{self._storage.name} was opened read_only=True; open it without to write")
        return self._storage

    def refresh(self) -> None:
        """After a commit: the next reader is the new generation, and closed segments are let go."""
        with self._guard():
            self._reader = self._load()
            self._stamp = None

    # Care

    def check(self) -> CheckReport:
        return check_storage(self._storage)

    def repair(self, timeout: float, otherwise: IndexMeta) -> tuple[str, ...]:
        """Builds the index again from every stored document that can be read; what was lost, in words.

        ``otherwise`` is how to analyse where the table of contents is lost. Raises IndexCorruptError, and changes nothing,
        where no document can be read.
        """
        lock = self._writable().lock()
        acquire(lock, timeout, self.name)
        try:
            lost = repair_storage(self._storage, otherwise)
            self.refresh()
        finally:
            lock.release()
        return lost

    def snapshot(self, path: str | os.PathLike[str]) -> None:
        """Copies the present generation into a new folder; writing may go on meanwhile."""
        reader = self.reader()
        if in_cluster(path):
            copy_index(self, path)
            return
        folder = Path(path)
        require_folder(folder)
        if folder.is_dir() and os.listdir(folder):
            raise IndexExistsError(f"{folder} is not empty; name a new folder for the snapshot")
        make_folder(folder)
        target = FolderStorage(folder)
        toc = reader._toc
        for entry, segment in zip(toc.segments, reader._snapshot.segments, strict=True):
            segment.file.data()
            target.write(entry.file_name, [segment.file.buffer])
        write_toc(target, toc)

    def close(self) -> None:
        self._reader = None
        self._segments = {}


class EmbeddedWriter:
    """Holds the write lock from entering to leaving."""

    reader: EmbeddedReader

    def __init__(self, backend: EmbeddedBackend, storage: Storage, timeout: float) -> None:
        self._backend = backend
        self._storage = storage
        self._timeout = timeout
        self._file_lock = storage.lock()

    def __enter__(self) -> EmbeddedWriter:
        acquire(self._file_lock, self._timeout, self._storage.name)
        try:
            self.reader = self._backend.reader(look=True)
        except BaseException:
            self._file_lock.release()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file_lock.release()

    def commit(self, batch: WriteBatch, *, meta: IndexMeta | None = None) -> None:
        writer = ArrayIndex(self._storage, self._backend._open_segment).writer(lock=_Kept())
        try:
            if meta is not None:
                writer.meta = meta
            for id in batch.deleted:
                self._delete(writer, id)
            for document in batch.restored:
                writer.restore_document(document, self.reader.number(document.id))
            for analyzed, vectors in batch.added:
                id = analyzed.document.id
                self._delete(writer, id)
                writer.add_document(id=id, analyzed=analyzed, vectors=vectors)
        except BaseException:
            writer.cancel()
            raise
        writer.commit(mergetype=replace_all if batch.replace_all else merge_small)
        self._backend.refresh()
        self.reader = self._backend.reader()

    def _delete(self, writer: object, id: str) -> None:
        number = self.reader.number(id)
        if number >= 0:
            writer.delete_document(number)  # type: ignore[attr-defined]


class _Kept:
    """The lock as Whoosh's writer sees it: ours, which is released only when the whole session ends."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        pass

    def holder(self) -> str:
        return "this writer"
