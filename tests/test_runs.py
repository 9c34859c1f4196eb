"""A commit of many documents is inverted in runs: the same index as at once, whatever is in it, and nothing where it fails."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from faulty import files

from faqsearch import Document, FaqIndex
from faqsearch.analysis.analyzer import Analyzer
from faqsearch.index.embedded import runs
from faqsearch.index.embedded.backend import EmbeddedBackend, EmbeddedReader
from faqsearch.index.embedded.runs import Runs
from faqsearch.index.segments.layout import SegmentFile, dump
from faqsearch.index.segments.segment import Segment
from faqsearch.index.storage import MemoryStorage

WORDS = ("환불", "결제", "캐시 충전", "비밀번호 변경", "Wi-Fi", "선물 취소")


def entries(count: int, edition: int = 0) -> list[Document]:
    return [
        Document(
            id=f"e{number:03}",
            title=f"{WORDS[number % len(WORDS)]} {number}",
            body=f"{WORDS[number * 7 % len(WORDS)]} 안내입니다. {'자세히 ' * (number % 5)}{edition}",
            category=(f"묶음 {number % 3}",),
            tags=frozenset({f"표 {number % 4}"}),
            views=number,
        )
        for number in range(count)
    ]


def segments(index: FaqIndex) -> tuple[Segment, ...]:
    assert isinstance(index._backend, EmbeddedBackend)
    reader = index._backend.reader()
    assert isinstance(reader, EmbeddedReader)
    return reader._snapshot.segments


@pytest.fixture
def small_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of two documents or three, none large."""
    monkeypatch.setattr(runs, "RUN", 12)


def test_documents_written_in_runs_make_the_segment_that_they_make_at_once(tmp_path: Path, small_runs: None) -> None:
    with FaqIndex.create(tmp_path / "runs") as index:
        index.sync(entries(40))
        found = segments(index)
    with pytest.MonkeyPatch.context() as patch, FaqIndex.create(tmp_path / "whole") as index:
        patch.setattr(runs, "RUN", 1 << 20)
        index.sync(entries(40))
        expected = segments(index)
    assert len(found) == len(expected) == 1
    one, other = found[0].file, expected[0].file
    assert (one.documents, one.meta, set(one)) == (other.documents, other.meta, set(other))
    for name in one:
        assert one[name].dtype == other[name].dtype, name
        assert np.array_equal(one[name], other[name]), name
    assert set(files(tmp_path / "runs")) >= {"_MAIN_1.toc"}
    assert len(files(tmp_path / "runs")) == 2


def test_a_large_commit_becomes_segments_that_later_ones_leave_alone(
    tmp_path: Path, small_runs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "LARGE", 10)
    monkeypatch.setattr("faqsearch.index.embedded.whoosh_index.LARGE", 10)
    with FaqIndex.create(tmp_path / "large") as index, FaqIndex.in_memory() as expected:
        index.sync(entries(47))
        large = [segment.file.name for segment in segments(index) if segment.documents >= 10]
        assert len(large) >= 4
        for edition in range(1, 6):
            index.upsert(entries(2, edition))
        assert [segment.file.name for segment in segments(index) if segment.documents >= 10] == large
        assert len(segments(index)) <= len(large) + 4
        expected.sync([*entries(2, 5), *entries(47)[2:]])
        assert sorted(index, key=lambda one: one.id) == sorted(expected, key=lambda one: one.id)
        assert index.check().ok
        for query in ("환불 안내", "비밀번호", "wifi 자세히", "결제 12"):
            one, other = index.search(query), expected.search(query)
            assert [(hit.document.id, hit.score) for hit in one.hits] == [(hit.document.id, hit.score) for hit in other.hits]
            assert (one.total, one.facets) == (other.total, other.facets)
        index.delete([f"e{number:03}" for number in range(2, 9)])
        assert len([name for segment in segments(index) if (name := segment.file.name) in large]) < len(large)
        assert len(index) == 40


def test_what_stops_a_commit_on_the_way_leaves_the_index_and_its_files_as_they_were(tmp_path: Path, small_runs: None) -> None:
    def stop(done: int, total: int) -> None:
        assert total == 40
        if done == 30:
            raise KeyboardInterrupt

    with FaqIndex.create(tmp_path / "index") as index:
        index.sync(entries(5))
        before = files(tmp_path / "index")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(runs, "LARGE", 10)
            with pytest.raises(KeyboardInterrupt):
                index.sync(entries(40, edition=1), progress=stop)
        assert files(tmp_path / "index") == before
        assert list(index) == entries(5)
        index.sync(entries(40, edition=1))
        assert list(index) == entries(40, edition=1)


@pytest.mark.parametrize("place", ["the buffer", "a run", "a large segment"])
def test_of_documents_with_one_id_the_last_counts_wherever_the_first_lies(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "RUN", 1_000 if place == "the buffer" else 1)
    monkeypatch.setattr(runs, "LARGE", 2 if place == "a large segment" else 1_000)
    added = Runs(MemoryStorage())
    analyzed = list(Analyzer().analyze_documents([*entries(4), *entries(1, edition=1)]))
    for one in analyzed:
        added.add(one.document.id, one, None)
    found = [(part.arrays, number) for part in added.parts() for number in part.kept.tolist()]
    for record in added.large:
        assert record.arrays is not None
        found += [(record.arrays.file, number) for number in range(record.doc_count_all()) if not record.is_deleted(number)]
    if (rest := added.rest()) is not None:
        file = SegmentFile(memoryview(b"".join(dump(rest))), "rest")
        found += [(file, number) for number in range(file.documents)]
    bodies = sorted(Segment(file).document(number).body for file, number in found)  # type: ignore[arg-type]
    assert bodies == sorted(one.document.body for one in analyzed[1:])
    assert (len(added.large) > 0, len(added.parts()) > 0, rest is not None) == {
        "the buffer": (False, False, True),
        "a run": (False, True, False),
        "a large segment": (True, True, False),
    }[place]
