"""Many readers, one writer: threads, processes, forks; and what a sync does and does not do."""

from __future__ import annotations

import gc
import os
import random
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faqsearch import Document, FaqIndex, SyncReport
from faqsearch.analysis.analyzer import Analyzer
from faqsearch.index.base import Scope
from faqsearch.index.embedded.backend import EmbeddedBackend

BATCHES = 12
SIZE = 5


def batch(number: int) -> list[Document]:
    """Documents that say which batch they are of."""
    return [Document(f"d{n}", f"캐시 환불 {number}판", f"{n}번째 글") for n in range(SIZE)]


def documents(count: int, **values: Any) -> list[Document]:
    return [Document(f"d{n:02}", f"캐시 환불 {n}", "충전한 캐시를 환불합니다.", **values) for n in range(count)]


@pytest.fixture(params=["folder", "memory"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> FaqIndex:
    return FaqIndex.create(tmp_path / "index") if request.param == "folder" else FaqIndex.in_memory()


def in_threads(*tasks: Callable[[], None]) -> None:
    """Runs the tasks at the same time; raises the first error of any."""
    errors: list[BaseException] = []

    def guarded(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    if errors:
        raise errors[0]


def test_a_search_in_any_thread_sees_one_whole_generation(index: FaqIndex) -> None:
    index.sync(batch(0))
    done = threading.Event()
    seen: set[str] = set()

    def write() -> None:
        try:
            for number in range(1, BATCHES):
                index.sync(batch(number))
        finally:
            done.set()

    def read() -> None:
        last = 0
        while not done.is_set() or last < BATCHES:
            results = index.search("환불")
            assert results.total == len(results) == SIZE
            assert len({hit.document.title for hit in results}) == 1
            assert results.generation >= last
            last = results.generation
            seen.add(results.hits[0].document.title)

    in_threads(write, read, read, read)
    assert f"캐시 환불 {BATCHES - 1}판" in seen


def test_writers_in_threads_wait_for_each_other(index: FaqIndex) -> None:
    def write(name: str) -> Callable[[], None]:
        def task() -> None:
            for n in range(4):
                index.upsert(Document(f"{name}{n}", "캐시 환불"))

        return task

    in_threads(write("a"), write("b"), write("c"))
    assert len(index) == 12
    assert index.generation == 12


def test_iterating_goes_on_over_its_generation_while_others_write(index: FaqIndex) -> None:
    index.sync(documents(20))
    some = iter(index)
    first = next(some)
    index.sync(batch(1))
    assert [first.id, *(document.id for document in some)] == [f"d{n:02}" for n in range(20)]
    assert sorted(document.id for document in index) == [f"d{n}" for n in range(SIZE)]


def test_a_held_reader_keeps_its_generation(index: FaqIndex) -> None:
    index.sync(documents(20))
    reader = index._reader()
    before = (reader.generation, len(reader), reader.get("d07"), reader.frequency("m", "환불", Scope()))
    for number in range(8):
        index.sync(batch(number))
    index.rebuild(batch(9))
    assert (reader.generation, len(reader), reader.get("d07"), reader.frequency("m", "환불", Scope())) == before
    assert "d07" not in index


def test_a_snapshot_taken_while_others_write_is_one_whole_generation(tmp_path: Path) -> None:
    copies: list[Path] = []
    with FaqIndex.create(tmp_path / "index") as index, FaqIndex.open(tmp_path / "index") as other:
        index.sync(batch(0))
        done = threading.Event()

        def write() -> None:
            try:
                for number in range(1, BATCHES):
                    index.sync(batch(number))
                    index.upsert(Document(f"more{number}", f"캐시 환불 {number}판"))
            finally:
                done.set()

        def copy() -> None:
            while not done.is_set() or len(copies) < 3:
                copies.append(tmp_path / f"copy{len(copies)}")
                other.snapshot(copies[-1])

        in_threads(write, copy)
    seen = set()
    for place in copies:
        with FaqIndex.open(place, read_only=True) as found:
            assert found.check().ok
            assert len({document.title for document in found}) == 1
            assert len(found) == SIZE + ("more" in "".join(document.id for document in found))
            seen.add(found.generation)
    assert len(seen) > 1
    with FaqIndex.restore(copies[-1], location=tmp_path / "again") as restored:
        assert restored.search("환불").total == len(restored)


READER = """
import sys, time
from faqsearch import FaqIndex
with FaqIndex.open(sys.argv[1], read_only=True) as index:
    print(index.search("환불").total, flush=True)
    for line in sys.stdin:
        print(index.search("환불").total, index.generation, flush=True)
"""


def test_another_process_sees_each_commit(tmp_path: Path) -> None:
    with FaqIndex.create(tmp_path / "index") as index:
        index.sync(documents(3))
        child = subprocess.Popen(
            [sys.executable, "-c", READER, str(tmp_path / "index")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8"},
        )
        with child:
            assert child.stdin is not None
            assert child.stdout is not None
            assert child.stdout.readline().split() == ["3"]
            for count in (4, 5, 6, 1):
                index.sync(documents(count))
                child.stdin.write("again\n")
                child.stdin.flush()
                assert child.stdout.readline().split() == [str(count), str(index.generation)]
            time.sleep(0.25)  # the folder is no longer new: one look at its time has to do
            index.sync(documents(8))
            child.stdin.write("again\n")
            child.stdin.flush()
            assert child.stdout.readline().split() == ["8", str(index.generation)]
            child.stdin.close()
        assert child.returncode == 0


def test_another_index_object_sees_a_commit_at_once(tmp_path: Path) -> None:
    with FaqIndex.create(tmp_path / "index") as index, FaqIndex.open(tmp_path / "index") as other:
        for count in range(1, 15):
            index.upsert(Document(f"d{count}", "캐시 환불"))
            assert other.search("환불", per_page=100).total == count


def ends_well(child: int, seconds: float = 30) -> None:
    """Waits for a forked child to end with 0; one that does not end in time is killed, and the test fails."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            assert os.waitstatus_to_exitcode(status) == 0
            return
        time.sleep(0.02)
    os.kill(child, 9)
    os.waitpid(child, 0)
    pytest.fail("the child hangs")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform does not fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_forked_while_another_thread_opens_a_reader_opens_its_own(tmp_path: Path) -> None:
    with FaqIndex.create(tmp_path / "index") as index:
        index.sync(documents(3))
        backend = index._backend
        assert isinstance(backend, EmbeddedBackend)
        backend._stamp = None  # so that the next call looks for a newer generation
        with backend._lock:  # as held by a thread that the child has not
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    status = 0 if len(index) == 3 else 2
                finally:
                    os._exit(status)
            ends_well(child)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform does not fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_searches_and_analyses_batches(tmp_path: Path) -> None:
    with FaqIndex.create(tmp_path / "index") as index:
        index.sync(documents(30))  # Kiwi has tokenised a batch: its threads run
        child = os.fork()
        if child == 0:
            status = 1
            try:
                found = index.search("환불", per_page=100).total
                index.upsert([Document(f"c{n}", "선물 취소", "선물을 취소합니다.") for n in range(40)])
                status = 0 if (found, index.search("선물 취소").total, len(index)) == (30, 40, 70) else 2
            finally:
                os._exit(status)
        ends_well(child)
        assert len(index) == 70
        index.upsert(Document("p", "캐시 환불"))
        assert len(index) == 71


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform does not fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_forked_while_writing_does_not_keep_the_lock(tmp_path: Path) -> None:
    read, write = os.pipe()
    with FaqIndex.create(tmp_path / "index") as index:
        with index._writing():
            child = os.fork()
            if child == 0:
                os.close(write)
                os.read(read, 1)  # lives on until the parent has written
                os._exit(0)
        os.close(read)
        try:
            with FaqIndex.open(tmp_path / "index", lock_timeout=0.5) as other:
                assert other.upsert(Document("a", "캐시 환불")) == 1
        finally:
            os.close(write)
            os.waitpid(child, 0)


# What a sync does


@pytest.mark.parametrize("in_memory", [True, False], ids=["in memory", "in a folder"])
def test_commits_under_one_seed_of_random_write_files_of_their_own(tmp_path: Path, in_memory: bool) -> None:
    with FaqIndex.in_memory() if in_memory else FaqIndex.create(tmp_path / "help.index") as index:
        for id in ("a", "b", "c"):
            random.seed(1)  # as a service may, and as children forked from one process do
            index.sync([Document(id, f"환불 {id}")])
            assert [document.id for document in index] == [id]
            assert index.check().ok


def test_sync_counts_what_it_did(index: FaqIndex) -> None:
    assert index.sync(documents(4)) == SyncReport(added=4)
    changed = [
        Document("d00", "캐시 환불 0", "충전한 캐시를 환불합니다."),  # unchanged
        Document("d01", "캐시 환불 1", "다른 본문"),  # another body
        Document("d02", "캐시 환불 2", "충전한 캐시를 환불합니다.", views=5),  # other values
        Document("new", "선물 취소"),
    ]
    assert index.sync(changed) == SyncReport(added=1, updated=2, deleted=1, unchanged=1)
    assert {document.id: document for document in index} == {document.id: document for document in changed}


def test_a_sync_without_a_change_is_no_commit(index: FaqIndex) -> None:
    index.sync(documents(4))
    generation = index.generation
    assert index.sync(reversed(documents(4))) == SyncReport(unchanged=4)
    assert index.generation == generation


def test_a_change_of_values_calls_no_kiwi(index: FaqIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    index.sync(documents(4))

    def refuse(*_: Any) -> Any:
        raise AssertionError("Kiwi was called")

    with monkeypatch.context() as patch:
        patch.setattr(Analyzer, "analyze_texts", refuse)
        changed = documents(4, views=9, tags=frozenset({"새"}), audience=frozenset({"vip"}))
        assert index.sync(changed) == SyncReport(updated=4)
    assert index.search("환불").total == 0
    assert index.search("환불", audience="vip", tags="새").total == 4
    assert index.get("d00") == changed[0]


def test_a_change_of_values_keeps_scores_and_marks(index: FaqIndex) -> None:
    index.sync(documents(6))
    before = {hit.document.id: (hit.score, hit.title, hit.snippet) for hit in index.search("캐시 환불 3")}
    index.sync([Document.from_dict({**one.to_dict(), "views": n}) for n, one in enumerate(documents(6))])
    assert {hit.document.id: (hit.score, hit.title, hit.snippet) for hit in index.search("캐시 환불 3")} == before
    assert [hit.document.id for hit in index.search("", sort="-views")] == [f"d{n:02}" for n in reversed(range(6))]


def test_merging_keeps_results(index: FaqIndex) -> None:
    index.sync(documents(30))
    for n in range(6):
        index.upsert(Document(f"n{n}", "선물 취소", f"선물 {n}번을 취소합니다.", category=("선물",), views=n))
    index.delete(["d00", "n3"])
    asked = ["환불", "선물 취소", "캐시 환불 7", ""]

    def found() -> list[Any]:
        return [[(hit.document, hit.score, hit.title, hit.snippet) for hit in index.search(one, per_page=100)] for one in asked]

    before, segments = found(), index.stats().segments
    index.rebuild()
    assert index.stats().segments == 1 < segments
    assert found() == before


@pytest.mark.slow
def test_readers_and_writers_of_many_processes_agree(tmp_path: Path) -> None:
    """Four processes add documents at the same time; none is lost."""
    script = (
        "import sys\nfrom faqsearch import Document, FaqIndex\n"
        "with FaqIndex.open(sys.argv[1], lock_timeout=60) as index:\n"
        "    for n in range(5):\n"
        "        index.upsert(Document(f'{sys.argv[2]}{n}', '캐시 환불'))\n"
        "        assert index.search('환불', per_page=100).total >= n + 1\n"
    )
    place = str(tmp_path / "index")
    with FaqIndex.create(place) as index:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        children = [subprocess.Popen([sys.executable, "-c", script, place, name], env=environment) for name in "abcd"]
        assert [child.wait(60) for child in children] == [0, 0, 0, 0]
        assert len(index) == 20
        assert index.check().ok


def test_an_old_generation_is_let_go_of_at_once() -> None:
    """Its files are mapped: nothing may wait for the cyclic garbage collector."""
    gc.disable()
    try:
        with FaqIndex.in_memory() as index:
            index.upsert(Document(id="1", title="환불 안내"))
            index.search("환불")
            old = weakref.ref(index._reader()._snapshot)  # type: ignore[attr-defined]
            index.upsert(Document(id="2", title="캐시 환불"))
            index.search("환불")
            assert old() is None
    finally:
        gc.enable()
