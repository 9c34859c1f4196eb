"""Snapshot: all segments of one generation as one collection of documents with global numbers and statistics."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from faqsearch.document import CategoryPath, Document
from faqsearch.index.base import Channel, Scope, StoredDocument
from faqsearch.index.segments.invert import FOR_EVER, NO_TIME
from faqsearch.index.segments.kernels import Kernels, kernels
from faqsearch.index.segments.layout import Array
from faqsearch.index.segments.posting_lists import BLOCK, Block, PostingBlocks, PostingSlice
from faqsearch.index.segments.segment import Segment
from faqsearch.index.segments.stored import TITLE
from faqsearch.index.segments.view import View
from faqsearch.options import Ranking

_REMEMBERED = 1 << 14
"""Terms of a channel whose numbers a generation remembers."""


_VIEWS = 16
"""Views kept by a generation, one for each audience and span of time."""


class Snapshot:
    """Documents are numbered through all segments; ``deleted`` holds each segment's deleted numbers, sorted."""

    def __init__(self, segments: Sequence[Segment], deleted: Sequence[NDArray[np.int64]], ranking: Ranking) -> None:
        self.segments = tuple(segments)
        self.deleted = tuple(deleted)
        self.ranking = ranking
        counts = [segment.documents for segment in segments]
        self.bases: list[int] = [0, *np.cumsum(counts).tolist()] if counts else [0]
        self.size = int(self.bases[-1])
        self._nowhere = (-1,) * len(self.segments)
        self._allowed: tuple[Scope, NDArray[np.bool_] | None] | None = None
        self._viewed: tuple[Scope, View] | None = None

    # Documents

    def __len__(self) -> int:
        return self.size - sum(len(some) for some in self.deleted)

    @cached_property
    def live(self) -> NDArray[np.bool_] | None:
        """``(size,) bool``, or None where nothing is deleted."""
        if not any(len(some) for some in self.deleted):
            return None
        live = np.ones(self.size, dtype=bool)
        for base, some in zip(self.bases, self.deleted, strict=False):
            live[some + base] = False
        return live

    def find(self, id: str) -> int:
        """The global number of the live document with this id, or -1."""
        for base, segment, deleted in zip(self.bases, self.segments, self.deleted, strict=False):
            number = segment.find(id)
            if number >= 0 and not _holds(deleted, number):
                return int(base) + number
        return -1

    def place(self, number: int) -> tuple[Segment, int]:
        """(segment, number in it) of a global number."""
        index = bisect_right(self.bases, number) - 1
        return self.segments[index], number - self.bases[index]

    def document(self, number: int) -> Document:
        segment, own = self.place(number)
        return segment.document(own)

    def stored(self, number: int) -> StoredDocument:
        segment, own = self.place(number)
        return StoredDocument(segment.document(own), *segment.tokens(own), segment.sentence_ends(own))

    def page(self, numbers: Sequence[int], marks: frozenset[str] | None) -> tuple[StoredDocument, ...]:
        """The documents with their tokens whose term is in ``marks`` (None: all)."""
        if marks is None:
            return tuple(self.stored(number) for number in numbers)
        found: dict[int, StoredDocument] = {}
        by_segment: dict[int, list[tuple[int, int]]] = {}
        for number in numbers:
            index = bisect_right(self.bases, number) - 1
            by_segment.setdefault(index, []).append((number, number - self.bases[index]))
        for index, some in by_segment.items():
            segment = self.segments[index]
            names = {own: term for term in marks if (own := self.term_numbers("m", term)[index]) >= 0}
            tokens = segment.marked_tokens([own for _, own in some], names)
            for (number, own), (title, body) in zip(some, tokens, strict=True):
                found[number] = StoredDocument(segment.shown(own), title, body, segment.sentence_ends(own))
        return tuple(found[number] for number in numbers)

    def numbers(self) -> Iterator[int]:
        """The global numbers of live documents."""
        return iter(range(self.size)) if self.live is None else iter(np.flatnonzero(self.live).tolist())

    # Columns

    def column(self, name: str) -> Array:
        """``(size,)`` values of a column."""
        found = self._columns.get(name)
        if found is None:
            arrays = [segment.file[name] for segment in self.segments] or [np.empty(0, dtype=np.int64)]
            found = self._columns[name] = arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
        return found

    @cached_property
    def _columns(self) -> dict[str, Array]:
        return {}

    @cached_property
    def categories(self) -> tuple[list[CategoryPath], NDArray[np.int64]]:
        """(distinct paths, sorted; ``(size,)`` each document's place among them)."""
        paths = sorted({path for segment in self.segments for path in segment.categories})
        place = {path: number for number, path in enumerate(paths)}
        return paths, self._table_column("col.category", [[place[p] for p in s.categories] for s in self.segments])

    def below(self, path: CategoryPath) -> NDArray[np.bool_]:
        """``(size,) bool``: the documents in and below a category; remembered."""
        found = self._below.get(path)
        if found is None:
            paths, leaf = self.categories
            found = self._below[path] = category_mask(paths, (path,), ())[leaf]
        return found

    @cached_property
    def _below(self) -> dict[CategoryPath, NDArray[np.bool_]]:
        return {}

    def label_sets(self, name: str) -> tuple[list[frozenset[str]], NDArray[np.int64]]:
        """(distinct sets of labels, ``(size,)`` each document's place among them) for audiences or tags."""
        found = self._label_sets.get(name)
        if found is None:
            rows = [[frozenset(labels) for labels in segment.file.meta[name]] for segment in self.segments]
            place: dict[frozenset[str], int] = {}
            maps = [[place.setdefault(labels, len(place)) for labels in some] for some in rows]
            column = {"audiences": "col.audience", "tags": "col.tags"}[name]
            found = self._label_sets[name] = list(place), self._table_column(column, maps)
        return found

    @cached_property
    def _label_sets(self) -> dict[str, tuple[list[frozenset[str]], NDArray[np.int64]]]:
        return {}

    def _table_column(self, column: str, maps: Sequence[Sequence[int]]) -> NDArray[np.int64]:
        parts = [
            np.array(mapped, dtype=np.int64)[segment.file[column]]
            for segment, mapped in zip(self.segments, maps, strict=True)
            if segment.documents
        ]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    def allowed(self, scope: Scope) -> NDArray[np.bool_] | None:
        """``(size,) bool``: the documents that are live and in the scope; None: all. The last scope's is kept."""
        last = self._allowed
        if last is None or (last[0] is not scope and last[0] != scope):
            last = self._allowed = scope, self._allow(scope)
        return last[1]

    def count(self, scope: Scope) -> int:
        """Documents of the scope."""
        allowed = self.allowed(scope)
        return self.size if allowed is None else int(np.count_nonzero(allowed))

    def _allow(self, scope: Scope) -> NDArray[np.bool_] | None:
        masks = [] if self.live is None else [self.live]
        if self.has_window:
            masks.append((self.column("col.from") <= scope.now) & (scope.now < self.column("col.until")))
        if self.has_audience:
            sets, column = self.label_sets("audiences")
            masks.append(np.array([not labels or bool(labels & scope.audience) for labels in sets], dtype=bool)[column])
        if scope.within is not None:
            paths, leaf = self.categories
            masks.append(category_mask(paths, scope.within, ())[leaf])
        return np.logical_and.reduce(masks) if masks else None

    @cached_property
    def has_window(self) -> bool:
        """Whether any document is visible for a time only."""
        return any(
            bool((s.file["col.from"] != NO_TIME).any() or (s.file["col.until"] != FOR_EVER).any()) for s in self.segments
        )

    @cached_property
    def has_audience(self) -> bool:
        """Whether any document is for some people only."""
        return any(labels for segment in self.segments for labels in segment.file.meta["audiences"])

    @cached_property
    def id_rank(self) -> NDArray[np.int64]:
        """``(size,)`` each document's place in the order of ids."""
        if len(self.segments) == 1:
            order = self.segments[0].file["id.sorted"]
        else:
            ids = [segment.id_bytes(n) for segment in self.segments for n in range(segment.documents)]
            order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
        rank = np.empty(self.size, dtype=np.int64)
        rank[order] = np.arange(self.size)
        return rank

    @cached_property
    def title_rank(self) -> NDArray[np.int64]:
        """``(size,)`` each document's place in the order of titles, equal titles alike."""
        keys = [s.stored_values(n)[TITLE].casefold() for s in self.segments for n in range(s.documents)]
        distinct = {key: rank for rank, key in enumerate(sorted(set(keys)))}
        return np.array([distinct[key] for key in keys], dtype=np.int64)

    # Terms

    def view(self, scope: Scope) -> View:
        """The statistics for a scope: over documents that are live and visible to its audience at its time.

        So hidden documents change no score, and through the floor no total. ``within`` leaves statistics as they are. Views are
        kept by audience and by the span of time in which the same documents are visible.
        """
        last = self._viewed
        if last is not None and last[0] is scope:
            return last[1]
        audience = scope.audience if self.has_audience else frozenset()
        span = bisect_right(self.changes, scope.now)
        found = self._views.get((audience, span))
        if found is None:
            if len(self._views) >= _VIEWS:
                self._views.clear()
            hidden = self.has_window or self.has_audience
            visible = self._allow(Scope(None, audience, scope.now)) if hidden else self.live
            if visible is not None and hidden and self.live is None and visible.all():
                visible = None
            found = self._views[audience, span] = View(self, visible, hidden)
        self._viewed = scope, found
        return found

    @cached_property
    def _views(self) -> dict[tuple[frozenset[str], int], View]:
        return {}

    @cached_property
    def changes(self) -> list[int]:
        """The times at which a document appears or goes, sorted."""
        if not self.has_window:
            return []
        return sorted({*self.column("col.from").tolist(), *self.column("col.until").tolist()} - {NO_TIME, FOR_EVER})

    def term_numbers(self, channel: Channel, term: str) -> tuple[int, ...]:
        """The term's number in each segment, -1 where it is not in it; remembered, for a query asks several times."""
        known = self._numbers[channel]
        found = known.get(term)
        if found is None:
            key = term.encode("utf-8", "surrogatepass")
            found = tuple([segment.dictionaries[channel].find(key) for segment in self.segments])
            if len(known) >= _REMEMBERED:
                known.clear()
            known[term] = self._nowhere if found == self._nowhere else found
        return found

    @cached_property
    def _numbers(self) -> dict[Channel, dict[str, tuple[int, ...]]]:
        return {"m": {}, "g": {}}

    def knows(self, channel: Channel, term: str, scope: Scope) -> bool:
        """Whether any document of the scope holds the term."""
        numbers = self.term_numbers(channel, term)
        if max(numbers, default=-1) < 0:
            return False
        allowed = self.allowed(scope)
        return allowed is None or bool(allowed[self.holding(channel, numbers)].any())

    def frequency(self, name: str, numbers: tuple[int, ...], scope: Scope) -> int:
        """Documents of the scope in the postings of one list."""
        allowed = self.allowed(scope)
        if allowed is None:
            return self.slices(name, numbers)[1]
        return sum(
            int(np.count_nonzero(allowed[docs.astype(np.int64) + base])) for docs, _, base in self.slices(name, numbers)[0]
        )

    def frequent(self, name: str, least: int) -> frozenset[str]:
        """Every term with ``least`` postings in a list, and others: a segment's share of them is enough, deleted ones count."""
        channel: Channel = "m" if name[0] == "m" else "g"
        share = -(-least // max(1, len(self.segments)))
        found: set[str] = set()
        for segment in self.segments:
            term = segment.dictionaries[channel].term
            found.update(term(number).decode("utf-8") for number in np.flatnonzero(segment.frequencies(name) >= share).tolist())
        return frozenset(found)

    def together(self, terms: Sequence[str], scope: Scope) -> tuple[int, int]:
        """(titles, documents) of the scope that hold all these morpheme terms."""
        allowed = self.allowed(scope)
        titles = np.ones(self.size, dtype=bool) if allowed is None else allowed.copy()
        documents = titles.copy()
        for term in terms:
            numbers = self.term_numbers("m", term)
            titles &= self._mask([docs.astype(np.int64) + base for docs, _, base in self.slices("m.title", numbers)[0]])
            documents &= self._mask([self.holding("m", numbers)])
        return int(np.count_nonzero(titles)), int(np.count_nonzero(documents))

    def _mask(self, numbers: Sequence[NDArray[np.int64]]) -> NDArray[np.bool_]:
        mask = np.zeros(self.size, dtype=bool)
        for some in numbers:
            mask[some] = True
        return mask

    def slices(self, name: str, numbers: tuple[int, ...]) -> tuple[Iterable[PostingSlice], int]:
        """(the postings of a term in one list by segment, how many of them are of live documents)."""
        found, frequency = self.blocks(name).slices(numbers)
        return found or (), frequency

    def blocks(self, name: str) -> PostingBlocks:
        """The blocks of a list in all segments, in the order of documents."""
        found = self._lists.get(name)
        if found is None:
            blocks = []
            for index, segment in enumerate(self.segments):
                bounds, docs, codes, terms = segment.list_arrays(name)
                deleted = self._segment_deleted(index) if len(self.deleted[index]) else None
                for block, first in enumerate(range(0, len(bounds) - 1, terms) if terms else ()):
                    base = block * BLOCK
                    gone = None if deleted is None else deleted[base:]
                    blocks.append(Block(index, first, bounds, docs, codes, self.bases[index] + base, gone))
            found = self._lists[name] = self.kernels.blocks(blocks)  # whole, for other threads may read it at once
        return found

    @cached_property
    def _lists(self) -> dict[str, PostingBlocks]:
        return {}

    @cached_property
    def kernels(self) -> Kernels:
        """The loops over its postings."""
        return kernels([segment.file for segment in self.segments])

    def document_frequency(self, channel: Channel, term: str) -> int:
        """Live documents that hold the term, in any list of the channel."""
        numbers = self.term_numbers(channel, term)
        documents = self.holding(channel, numbers)
        if self.live is not None:
            documents = documents[self.live[documents]]
        return len(documents)

    def holding(self, channel: Channel, numbers: tuple[int, ...]) -> NDArray[np.int64]:
        """Global numbers of the documents that hold a term in any list, sorted."""
        names = ("m.all", "m.category") if channel == "m" else ("g.all",)
        parts = [docs.astype(np.int64) + base for name in names for docs, _, base in self.slices(name, numbers)[0]]
        if not parts:
            return np.empty(0, dtype=np.int64)
        return parts[0] if len(parts) == 1 else np.unique(np.concatenate(parts))

    def _segment_deleted(self, index: int) -> NDArray[np.bool_]:
        mask = self._deleted_masks.get(index)
        if mask is None:
            mask = np.zeros(self.segments[index].documents, dtype=bool)
            mask[self.deleted[index]] = True
            self._deleted_masks[index] = mask
        return mask

    @cached_property
    def _deleted_masks(self) -> dict[int, NDArray[np.bool_]]:
        return {}


def _holds(values: NDArray[np.int64], value: int) -> bool:
    place = int(np.searchsorted(values, value))
    return place < len(values) and int(values[place]) == value


def category_mask(
    paths: Sequence[CategoryPath], chosen: Sequence[CategoryPath] | None, labels: Sequence[str]
) -> NDArray[np.bool_]:
    """``(paths,) bool``: which paths begin with a chosen one or hold one of the labels."""
    wanted = set(labels)
    return np.array(
        [any(path[: len(one)] == one for one in chosen or ()) or not wanted.isdisjoint(path) for path in paths], dtype=bool
    )
