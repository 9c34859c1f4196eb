"""The documents of one commit, inverted in runs, so that memory is bounded by a run and a merge of runs, not by the commit.

Documents are buffered until their morphemes fill a run, then inverted and written to a file of their own, which is mapped
until the commit merges its runs into one segment. Runs of ``LARGE`` documents become a segment at once, which the commit
publishes beside that one (ADR 39).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from faqsearch.analysis.analyzer import AnalyzedDocument
from faqsearch.index.base import Prepared
from faqsearch.index.embedded.codec import ArraySegment
from faqsearch.index.embedded.toc import INDEX_NAME, SegmentEntry, run_name
from faqsearch.index.segments.invert import invert
from faqsearch.index.segments.layout import SegmentData, SegmentFile, dump
from faqsearch.index.segments.merge import Part, merge
from faqsearch.index.segments.segment import Segment
from faqsearch.index.storage import Storage
from faqsearch.index.vectors import DocumentVectors

RUN = 1 << 20
"""Morphemes of a run: some 13,000 entries, and 400 MB until they are inverted."""
LARGE = 1 << 17
"""Documents of a segment that is not merged with others any more, for a merge takes some 9 KB a document."""


@dataclass(slots=True)
class _Run:
    """A file of inverted documents; ``dropped`` are the numbers of those that a later one with the same id replaced."""

    segment: Segment
    dropped: set[int] = field(default_factory=set)

    def part(self) -> Part:
        return part_without(self.segment, self.dropped)


def part_without(segment: Segment, dropped: Collection[int]) -> Part:
    """What a merge takes from a segment without the ``dropped`` numbers."""
    kept = np.setdiff1d(np.arange(segment.documents), np.fromiter(dropped, dtype=np.int64))
    return Part(segment.documents, segment.file.meta, segment.file, kept)


class Runs:
    """What one commit adds; ``large`` are segments that are written, but not published."""

    def __init__(self, files: Storage) -> None:
        self.large: list[ArraySegment] = []
        self._files = files
        self._written: list[str] = []
        self._buffer: dict[str, Prepared] = {}
        self._size = 0
        self._runs: list[_Run] = []
        self._places: dict[str, _Run | ArraySegment] = {}

    def __len__(self) -> int:
        """Documents that no large segment holds."""
        return len(self._buffer) + sum(run.segment.documents - len(run.dropped) for run in self._runs)

    def add(self, id: str, analyzed: AnalyzedDocument, vectors: DocumentVectors | None) -> None:
        """Takes a document in; a second one with the same id takes the place of the first."""
        self._drop(id)
        self._buffer[id] = analyzed, vectors
        self._size += len(analyzed.title.terms) + len(analyzed.body.terms)
        if self._size >= RUN:
            self._write_run()
            if len(self) >= LARGE:
                self._write_large()

    def parts(self) -> list[Part]:
        """The runs, to be merged."""
        return [run.part() for run in self._runs]

    def rest(self) -> SegmentData | None:
        """What is behind the last run, inverted; None where nothing is."""
        if not self._buffer:
            return None
        return invert([analyzed for analyzed, _ in self._buffer.values()], [vectors for _, vectors in self._buffer.values()])

    def discard(self) -> None:
        """Deletes every file that was written."""
        for name in self._written:
            self._files.delete(name)

    def _drop(self, id: str) -> None:
        place = self._places.pop(id, None)
        if isinstance(place, _Run):
            place.dropped.add(place.segment.find(id))
        elif place is not None:
            assert place.arrays is not None
            place.delete_document(place.arrays.find(id))

    def _write_run(self) -> None:
        data = self.rest()
        assert data is not None
        run = _Run(self._write(run_name(ArraySegment(INDEX_NAME).segid), data))
        self._runs.append(run)
        self._places.update(dict.fromkeys(self._buffer, run))
        self._buffer = {}
        self._size = 0

    def _write_large(self) -> None:
        record = ArraySegment(INDEX_NAME)
        data = merge(self.parts())
        record.set_doc_count(data.documents)
        record.arrays = self._write(SegmentEntry(record.segid, 0, ()).file_name, data)
        self.large.append(record)
        self._places = {id: record if isinstance(place, _Run) else place for id, place in self._places.items()}
        for run in self._runs:
            self._files.delete(run.segment.file.name)
        self._runs = []

    def _write(self, name: str, data: SegmentData) -> Segment:
        self._written.append(name)
        self._files.write(name, dump(data))
        return Segment(SegmentFile(self._files.read(name), name))
