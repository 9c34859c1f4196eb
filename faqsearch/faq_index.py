"""FaqIndex: the one noun of the library."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Literal, TypeAlias

from faqsearch import limits
from faqsearch.analysis.analyzer import Analyzer
from faqsearch.analysis.lexicon import Lexicon
from faqsearch.changes import Batch, changes, distinct_documents, given_documents
from faqsearch.document import Document
from faqsearch.engine import Engine, require_encoder
from faqsearch.errors import AnalyzerMismatchError, IndexCorruptError, IndexStorageError, InvalidOptionError
from faqsearch.events import SearchEvent, search_event
from faqsearch.index.base import Backend, BackendWriter, QueryPlan, Reader, Scope, WriteBatch
from faqsearch.index.locations import Location, backend_class, shown
from faqsearch.index.vectors import encoder_fingerprint
from faqsearch.index_meta import embedder_of, make_meta, mismatch, require_lexicon, words_of
from faqsearch.options import AnyEncoder, IndexOptions
from faqsearch.prepare import Progress, known_vectors, prepare
from faqsearch.query.explain import explain
from faqsearch.query.options import (
    CategoryChoice,
    Labels,
    SearchOptions,
    check_options,
    labels_of,
    micros,
    whole,
    within_paths,
)
from faqsearch.query.related import related
from faqsearch.query.search import search
from faqsearch.results import (
    AnalyzedTerm,
    CheckReport,
    Completion,
    Explanation,
    Hit,
    IndexStats,
    SearchResults,
    SyncReport,
)
from faqsearch.tracing import traced

if TYPE_CHECKING:
    from faqsearch.encoders.embedder import Embedder

Mismatch: TypeAlias = Literal["raise", "search", "rebuild"]

_MISMATCHES = ("raise", "search", "rebuild")


class FaqIndex:
    """A searchable collection of help entries. Made by ``create``, ``open`` or ``in_memory``; safe to share among threads.

    One writer at a time, any number of readers in any number of processes; each search sees one generation, whole.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        lock_timeout: float = 10.0,
        lexicon: Lexicon | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        """For the class methods; not called by users."""
        self._backend = backend
        self._lock_timeout = lock_timeout
        self._closed = False
        self._callbacks: dict[object, Callable[[SearchEvent], None]] = {}
        self._engine = Engine(lexicon, embedder)

    # Making and opening

    @classmethod
    def create(
        cls,
        location: Location,
        *,
        lexicon: Lexicon | None = None,
        options: IndexOptions = IndexOptions(),
        exist_ok: bool = False,
    ) -> FaqIndex:
        """A new, empty index in a folder, or at ``opensearch://host:port/name``; with ``exist_ok`` the index already there.

        Raises IndexExistsError where there is one, IndexStorageError where the folder holds other files, and
        AnalyzerMismatchError where an index already there was analysed with other user words or another encoder.
        """
        embedder = embedder_of(options)
        backend, made = backend_class(location).create(location, make_meta(lexicon, options, embedder), exist_ok=exist_ok)
        index = cls(backend, lexicon=lexicon, embedder=embedder)
        if not made:
            index._agree("raise")
            index._adopt(lexicon, options)
        return index

    @classmethod
    def in_memory(cls, *, lexicon: Lexicon | None = None, options: IndexOptions = IndexOptions()) -> FaqIndex:
        """A new, empty index that is gone with this object."""
        from faqsearch.index.embedded.backend import EmbeddedBackend  # with it comes NumPy, later than at import

        embedder = embedder_of(options)
        return cls(EmbeddedBackend.in_memory(make_meta(lexicon, options, embedder)), lexicon=lexicon, embedder=embedder)

    @classmethod
    def open(
        cls,
        location: Location,
        *,
        lexicon: Lexicon | None = None,
        encoder: AnyEncoder | None = None,
        read_only: bool = False,
        lock_timeout: float = 10.0,
        on_mismatch: Mismatch = "raise",
    ) -> FaqIndex:
        """The index in a folder or at ``opensearch://host:port/name``, with the lexicon stored in it unless another is given.

        ``on_mismatch`` says what happens when it was analysed in another way than this version of Kiwi, its model, the user
        words given and the built-in lists would: "raise", "search" (go on with the stored terms) or "rebuild" (analyse all
        again). An encoder other than the index's is such a mismatch too, and "search" then ranks by words alone; an index's
        own encoder need not be given where it is a built-in one.
        Raises IndexNotFoundError, IndexFormatError, IndexCorruptError, AnalyzerMismatchError, or BackendError where a cluster
        does not answer.
        """
        if on_mismatch not in _MISMATCHES:
            raise InvalidOptionError(f"on_mismatch must be one of {', '.join(_MISMATCHES)}, not {on_mismatch!r}")
        if isinstance(lock_timeout, bool) or not isinstance(lock_timeout, (int, float)) or not lock_timeout >= 0:
            raise InvalidOptionError(f"lock_timeout must be 0 seconds or more, not {lock_timeout!r}")
        embedder = embedder_of(IndexOptions(encoder=encoder))
        backend = backend_class(location).open(location, read_only=read_only)
        index = cls(backend, lock_timeout=lock_timeout, lexicon=lexicon, embedder=embedder)
        index._agree(on_mismatch)
        return index

    @classmethod
    def restore(cls, snapshot: Location, *, location: Location) -> FaqIndex:
        """A copy of a snapshot, or of any index, at a new location, verified; raises IndexCorruptError for a damaged one."""
        source = backend_class(snapshot).open(snapshot, read_only=True)
        report = source.check()
        if not report.ok:
            raise IndexCorruptError(f"{shown(snapshot)} is damaged and was not restored: {report.problems[0]}")
        source.snapshot(location)
        return cls.open(location, on_mismatch="search")

    # Searching

    @traced("search")
    def search(
        self,
        query: str,
        *,
        category: CategoryChoice = None,
        within: CategoryChoice = None,
        tags: Labels = (),
        audience: Labels = (),
        now: datetime | None = None,
        sort: str = "relevance",
        page: int = 1,
        per_page: int = 10,
        matching: str = "most",
        snippet_length: int = 160,
        facets: bool = True,
        correct: bool = True,
    ) -> SearchResults:
        """One page of the documents that answer ``query``; a blank query browses all by falling views.

        ``category`` is a label, a path, a Facet or several (any of them); ``within`` the paths that are the whole collection
        for this search; ``tags`` must all be there; ``audience`` are the groups the reader belongs to. ``matching``: "any" (a
        term is enough), "most" (every content word, or a score of at least 0.3 of the best), "all" (every content word).
        Raises InvalidOptionError for an option, never for a query.
        """
        options = check_options(
            category=category,
            within=within,
            tags=tags,
            audience=audience,
            now=now,
            sort=sort,
            page=page,
            per_page=per_page,
            matching=matching,
            snippet_length=snippet_length,
        )
        reader = self._reader()
        engine = self._engine
        results = search(
            reader,
            engine.language(reader),
            _query(query),
            options,
            facets=facets,
            corrector=engine.corrector(reader) if correct else None,
            meaning=engine.meaning(reader),
        )
        for callback in tuple(self._callbacks.values()):
            callback(search_event(results, options.filters()))
        return results

    @traced("complete")
    def complete(
        self, prefix: str, *, limit: int = 8, within: CategoryChoice = None, audience: Labels = ()
    ) -> tuple[Completion, ...]:
        """Titles, and queries of the lexicon, that ``prefix`` may become: beginnings first, then by popularity.

        No two say the same. A ``kind`` is "title" or "query".
        """
        whole("limit", limit, 1, limits.COMPLETION_LIMIT)
        scope = Scope(within_paths(within), labels_of("audience", audience), micros(None))
        return self._engine.completer(self._reader()).complete(_query(prefix)[: limits.QUERY_CODE_POINTS], scope, limit=limit)

    @traced("related")
    def related(self, id: str, *, limit: int = 5, within: CategoryChoice = None, audience: Labels = ()) -> tuple[Hit, ...]:
        """Hits like the document ``id``, the most alike first; () where it is not in the index."""
        whole("limit", limit, 1, limits.RELATED_LIMIT)
        plan = QueryPlan(scope=Scope(within_paths(within), labels_of("audience", audience), micros(None)))
        return related(self._reader(), _text("an id", id), plan, limit=limit, snippet_length=160)

    def explain(self, query: str, *, id: str) -> Explanation:
        """Why document ``id`` has its score for ``query``, or why it is not found: a tree of words and numbers."""
        reader, engine = self._reader(), self._engine
        language, corrector, meaning = engine.language(reader), engine.corrector(reader), engine.meaning(reader)
        return explain(reader, language, _query(query), _text("an id", id), _defaults(), corrector, meaning)

    def analyze(self, text: str) -> tuple[AnalyzedTerm, ...]:
        """The terms of ``text`` in both channels, each with its place in it."""
        return self._engine.analyzer(self._reader()).terms(_text("a text", text))

    # Writing

    @traced("sync", level=logging.INFO)
    def sync(self, documents: Iterable[Document], *, allow_empty: bool = False, progress: Progress | None = None) -> SyncReport:
        """Makes the index hold exactly ``documents``, in one atomic commit, and says what that changed.

        Only what changed is analysed; a change of views, dates, tags or other values needs no analysis. Raises DocumentError
        for an id that is there twice, and InvalidOptionError for no documents at all unless ``allow_empty``.
        """
        wanted = distinct_documents(documents)
        if not wanted and not allow_empty:
            raise InvalidOptionError("no documents: sync would delete everything; pass allow_empty=True if that is meant")
        with self._writing() as writer:
            found = changes(wanted, writer.reader.hashes())
            if found.fresh or found.restored or found.gone:
                added = self._engine.prepare(writer.reader, self._backend.name, found.fresh, progress)
                writer.commit(WriteBatch(found.gone, added, found.restored))
        return found.report

    @traced("upsert", level=logging.INFO)
    def upsert(self, documents: Document | Iterable[Document]) -> int:
        """Adds documents or replaces those with the same id, in one atomic commit; how many there were."""
        self._open()
        given = {document.id: document for document in given_documents(documents)}
        if given:
            self._apply(frozenset(), list(given.values()))
        return len(given)

    @traced("delete", level=logging.INFO)
    def delete(self, ids: str | Iterable[str]) -> int:
        """Deletes the documents with these ids, in one atomic commit; how many of them were there."""
        if not isinstance(ids, Iterable):
            raise InvalidOptionError(f"ids must be an id or several, not {ids!r}")
        wanted = [ids] if isinstance(ids, str) else list(ids)
        return self._apply(frozenset(_text("an id", id) for id in wanted), [])

    def batch(self) -> Batch:
        """A context manager that gathers upserts and deletes and commits them at once; an error inside commits nothing."""
        self._open()
        return Batch(self._apply)

    @traced("rebuild", level=logging.INFO)
    def rebuild(self, documents: Iterable[Document] | None = None, *, progress: Progress | None = None) -> int:
        """Analyses all documents again, or makes the index hold these, and swaps while readers go on; how many there are."""
        with self._writing() as writer:
            wanted = distinct_documents(writer.reader if documents is None else documents)
            embedder = self._engine.embedder
            require_encoder(writer.reader, self._backend.name, embedder)
            options = IndexOptions.from_dict(writer.reader.meta.options)
            meta = make_meta(self._engine.lexicon(writer.reader), options, embedder)
            known = known_vectors(writer.reader, meta)
            added = prepare(Analyzer(words_of(meta)), wanted, progress, embedder, known)
            writer.commit(WriteBatch(added=added, replace_all=True), meta=meta)
        return len(wanted)

    def set_lexicon(self, lexicon: Lexicon) -> bool:
        """Makes all but the user words count at once, for this and every later reader.

        True where the user words differ from those the index was analysed with: they count after ``rebuild``, not before.
        Warns (UserWarning) of pins to ids that the index has not: they count once it has them.
        """
        require_lexicon(lexicon)
        with self._writing() as writer:
            missing = sorted({pin.id for pin in lexicon.pins if pin.id not in writer.reader})
            if missing:
                warnings.warn(f"pins to ids that are not in the index: {', '.join(missing[:10])}", stacklevel=2)
            meta = replace(writer.reader.meta, lexicon=lexicon.to_dict())
            if meta != writer.reader.meta:
                writer.commit(WriteBatch(), meta=meta)
            self._engine.use_stored()
        return lexicon.words != words_of(meta)

    # Looking

    def get(self, id: str) -> Document | None:
        """The document with this id, visible or not, or None."""
        return self._reader().get(_text("an id", id))

    def __len__(self) -> int:
        return len(self._reader())

    def __bool__(self) -> bool:
        return True

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and id in self._reader()

    def __iter__(self) -> Iterator[Document]:
        return iter(self._reader())

    @property
    def lexicon(self) -> Lexicon:
        """The lexicon in force: the one given when the index was opened, or else the one stored with it."""
        return self._engine.lexicon(self._reader())

    @property
    def generation(self) -> int:
        """Rises by one with every commit."""
        return self._reader().generation

    def stats(self) -> IndexStats:
        """Counts and sizes of the present generation."""
        reader = self._reader()
        numbers = reader.statistics()
        return IndexStats(
            documents=numbers.documents,
            deleted=numbers.deleted,
            segments=numbers.segments,
            terms=dict(numbers.terms),
            size_bytes=numbers.size_bytes,
            generation=reader.generation,
            categories=numbers.categories,
            fingerprint=reader.meta.fingerprint,
            lexicon=self._engine.lexicon(reader).counts(),
        )

    def check(self, *, repair: bool = False) -> CheckReport:
        """Verifies every checksum, what the files say of each other, and a sample of documents by analysing them again.

        With ``repair`` a damaged index is built again from every stored document that can be read; the report says what was
        ``lost``. Raises IndexCorruptError, and changes nothing, where no document can be read.
        """
        self._open()
        report = self._checked()
        if repair and not report.ok:
            lost = self._backend.repair(
                self._lock_timeout, make_meta(self._engine.given, IndexOptions(), self._engine.embedder)
            )
            report = replace(self._checked(), lost=lost)
        return report

    def snapshot(self, path: Location) -> None:
        """Copies the present generation into a new folder, while writing may go on; ``FaqIndex.restore`` brings it back."""
        self._open()
        self._backend.snapshot(path)

    def on_search(self, callback: Callable[[SearchEvent], None]) -> Callable[[], None]:
        """Calls ``callback`` with a SearchEvent after every search; what comes back ends that."""
        self._open()
        if not callable(callback):
            raise InvalidOptionError(f"on_search takes a function of one SearchEvent, not {callback!r}")
        registration = object()
        self._callbacks[registration] = callback

        def stop() -> None:
            self._callbacks.pop(registration, None)

        return stop

    def close(self) -> None:
        """Lets go of files; every later call raises IndexStorageError. Closing twice does nothing."""
        self._closed = True
        self._backend.close()

    def __enter__(self) -> FaqIndex:
        self._open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # Inside

    def _open(self) -> None:
        if self._closed:
            raise IndexStorageError("this FaqIndex is closed; open the index again")

    def _reader(self) -> Reader:
        self._open()
        return self._backend.reader()

    def _writing(self) -> BackendWriter:
        self._open()
        return self._backend.writing(self._lock_timeout)

    def _checked(self) -> CheckReport:
        report = self._backend.check()
        if not report.ok:
            return report
        reader = self._reader()
        analyzer = self._engine.analyzer(reader)
        ours = analyzer.fingerprint + encoder_fingerprint(reader.meta.options.get("encoder"))
        if ours != reader.meta.fingerprint:  # other terms than ours are no damage
            return replace(report, counts={**report.counts, "analysed again": 0})
        from faqsearch.reanalysis import reanalysis_problems

        own = "postings" in report.counts  # a cluster keeps its own, and verifies them itself
        count, problems = reanalysis_problems(reader, analyzer, postings=own)
        return replace(report, ok=not problems, problems=problems, counts={**report.counts, "analysed again": count})

    def _agree(self, on_mismatch: Mismatch) -> None:
        """Compares the index's fingerprint with what this version and the lexicon given would make."""
        meta = self._reader().meta
        engine = self._engine
        kept = meta.options.get("encoder")
        if kept and engine.embedder is None:
            from faqsearch.encoders.known import remembered

            engine.embedder = remembered(kept)
        problem = mismatch(self._backend.name, meta, engine.given, engine.embedder)
        if problem is None or on_mismatch == "search":
            return
        if on_mismatch != "rebuild":
            raise AnalyzerMismatchError(problem)
        self.rebuild()

    def _adopt(self, lexicon: Lexicon | None, options: IndexOptions) -> None:
        """Stores a lexicon or options that differ from those of an index already there."""
        meta = self._reader().meta
        wanted = replace(
            meta,
            lexicon=meta.lexicon if lexicon is None else lexicon.to_dict(),
            options=meta.options if options == IndexOptions() else {**meta.options, "ranking": options.ranking.to_dict()},
        )
        if wanted != meta:
            with self._writing() as writer:
                writer.commit(WriteBatch(), meta=wanted)

    def _apply(self, deleted: frozenset[str], added: list[Document]) -> int:
        """One commit; how many of the ids ``deleted`` were there."""
        with self._writing() as writer:
            present = frozenset(id for id in deleted if id in writer.reader)
            if present or added:
                writer.commit(WriteBatch(present, self._engine.prepare(writer.reader, self._backend.name, added)))
        return len(present)


def visibility_changes(index: FaqIndex) -> list[float]:
    """When documents of the present generation appear and go, in seconds since 1970, sorted."""
    return [time / 1e6 for time in index._reader().changes()]


def warm_up(*, lexicon: Lexicon | None = None) -> None:
    """Loads Kiwi now instead of at the first use; with ``lexicon`` for its user words too."""
    Analyzer(lexicon.words if lexicon is not None else frozenset()).load()


def _query(query: str) -> str:
    return _text("a query", query)


def _text(name: str, value: str) -> str:
    if not isinstance(value, str):
        raise InvalidOptionError(f"{name} must be text, not {value!r}")
    return value


def _defaults() -> SearchOptions:
    return check_options(
        category=None,
        within=None,
        tags=(),
        audience=(),
        now=None,
        sort="relevance",
        page=1,
        per_page=limits.PER_PAGE,
        matching="most",
        snippet_length=160,
    )
