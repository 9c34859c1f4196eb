"""Every kind of commit on a disk that fails, or stops, at every call: the index is at the state before or after it, whole."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from faulty import (
    COMMITS,
    TORTURE,
    Crash,
    Fault,
    FaultyStorage,
    ShortReads,
    State,
    after_crash,
    files,
    lay,
    opened,
    prepared_files,
    state,
)

from faqsearch import Document, FaqIndex, IndexCorruptError, IndexNotFoundError, IndexStorageError
from faqsearch.index import storage as storage_module
from faqsearch.index.embedded import backend as backend_module
from faqsearch.index.embedded import check as check_module
from faqsearch.index.embedded import toc as toc_module
from faqsearch.index.embedded.backend import EmbeddedBackend
from faqsearch.index.embedded.toc import TableOfContents, read_toc
from faqsearch.index.storage import FolderStorage, Storage

Known = dict[int, State]
"""Generation → its documents."""


@cache
def before() -> dict[str, bytes]:
    return prepared_files()


def run(place: Path, kind: str, fault: Fault) -> bool:
    """One commit on a faulty disk; whether it returned."""
    index = opened(FaultyStorage(place, fault=fault))
    try:
        COMMITS[kind](index, state(index), 5)
    except (Crash, OSError, IndexStorageError):
        return False
    return True


def known(place: Path, kind: str) -> tuple[Known, Fault]:
    """The states before and after a commit without a fault, and its calls."""
    found: Known = {}
    with opened(FolderStorage(lay(place, before()))) as index:
        found[index.generation] = state(index)
    fault = Fault()
    assert run(place, kind, fault)
    with opened(FolderStorage(place)) as index:
        found[index.generation] = state(index)
    assert len(found) == 2
    return found, fault


def look(place: Path, states: Known, *, write: bool = True) -> int:
    """Opens, checks and writes; the generation that was found."""
    with opened(FaultyStorage(place)) as index:
        generation = index.generation
        assert state(index) == states[generation]
        assert index.search("", per_page=100).total == len(states[generation])
        assert index.check().problems == ()
        if write:
            index.upsert(Document("next", "쿠폰"))
            assert state(index) == {**states[generation], "next": Document("next", "쿠폰")}
            segments = {entry.file_name for entry in read_toc(FolderStorage(place)).segments}
            assert set(files(place)) == {f"_MAIN_{index.generation}.toc", *segments}
            assert index.check().ok
    return generation


def test_the_calls_of_a_commit_are_in_the_order_that_makes_it_durable(tmp_path: Path) -> None:
    _, fault = known(tmp_path / "index", "upsert")
    calls = [call[0] for call in fault.log if call[0] != "write"]
    assert calls[:6] == ["create", "fsync", "create", "fsync", "fsync folder", "replace"]
    assert calls[6] == "fsync folder"
    assert set(calls[7:]) == {"unlink"}


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=[] if kind == "delete" else pytest.mark.slow) for kind in COMMITS])
def test_a_machine_that_stops_at_any_call_of_a_commit_leaves_the_state_before_or_after(tmp_path: Path, kind: str) -> None:
    states, whole = known(tmp_path / "whole", kind)
    first, last = sorted(states)
    found: list[int] = []
    for at in range(len(whole.log) + 1):
        fault = Fault("crash", at)
        returned = run(lay(tmp_path / f"{at}", before()), kind, fault)
        for content in after_crash(before(), fault.log):
            number = len(found)
            generation = look(lay(tmp_path / f"{at}-{number}", content), states, write=number % 4 == 0)
            assert not returned or generation == last
            found.append(generation)
    assert {first, last} == set(found)
    print(f"\n{kind}: {len(whole.log)} calls, {len(found)} states of the disk")


def failures() -> Iterator[Any]:
    """(kind of commit, kind of error, whether it lasts): all in the torture, otherwise each kind with two of the six."""
    errors = [(error, lasting) for error in ("full", "denied", "failed") for lasting in (False, True)]
    for number, kind in enumerate(COMMITS):
        for error, lasting in errors if TORTURE else (errors[number % 6], errors[(number + 3) % 6]):
            yield pytest.param(kind, error, lasting, marks=[] if kind == "delete" else [pytest.mark.slow])


@pytest.mark.parametrize(("kind", "error", "lasting"), list(failures()))
def test_a_call_that_fails_leaves_the_state_before_or_after(tmp_path: Path, kind: str, error: str, lasting: bool) -> None:
    states, whole = known(tmp_path / "whole", kind)
    for at in range(len(whole.log)):
        place = lay(tmp_path / f"{at}", before())
        fault = Fault(error, at, lasting=lasting)
        index = opened(FaultyStorage(place, fault=fault))
        generation, first = index.generation, index.search("").total
        try:
            COMMITS[kind](index, state(index), 5)
        except (OSError, IndexStorageError):
            assert index.generation in states and index.generation >= generation
        else:  # only cleaning up may fail without a word
            assert index.generation == generation + 1
            assert whole.log[at][0] == "unlink"
        assert state(index) == states[index.generation]
        fault.at = None
        if index.generation == generation:  # the same object, once the disk is well again
            assert index.search("").total == first
            COMMITS[kind](index, state(index), 5)
        assert state(index) == states[index.generation]
        index.close()
        look(place, states)


def test_a_full_disk_is_the_system_s_own_error(tmp_path: Path) -> None:
    index = opened(FaultyStorage(lay(tmp_path / "index", before()), fault=Fault("full", 1)))
    with pytest.raises(OSError, match="No space left"):
        index.upsert(Document("a", "캐시"))


@pytest.mark.slow
def test_a_machine_that_stops_while_an_index_is_made_can_make_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend_module, "FolderStorage", FaultyStorage)
    for at in itertools.count():
        fault = Fault("crash", at)
        monkeypatch.setattr(FaultyStorage, "common", fault)
        try:
            FaqIndex.create(tmp_path / f"{at}")
            made = True
        except Crash:
            made = False
        monkeypatch.setattr(FaultyStorage, "common", None)
        for number, content in enumerate(after_crash({}, fault.log)):
            place = lay(tmp_path / f"{at}-{number}", content)
            try:
                index = FaqIndex.open(place)
            except IndexNotFoundError:
                assert not made
                index = FaqIndex.create(place)
            assert (len(index), index.generation) == (0, 0)
            assert index.upsert(Document("a", "캐시")) == 1
            assert index.check().ok
        if made:
            assert at > 4
            break


@pytest.mark.slow
def test_a_machine_that_stops_while_a_snapshot_is_made_leaves_none_or_a_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = lay(tmp_path / "index", before())
    whole, outcomes = 0, set()
    for at in itertools.count():
        fault = Fault("crash", at)
        with monkeypatch.context() as patch, opened(FolderStorage(place)) as index:
            patch.setattr(backend_module, "FolderStorage", FaultyStorage)
            patch.setattr(FaultyStorage, "common", fault)
            wanted = state(index)
            try:
                index.snapshot(tmp_path / f"copy{at}")
                made = True
            except Crash:
                made = False
            assert index.upsert(wanted["d1"]) == 1
            assert state(index) == wanted
        for number, content in enumerate(after_crash({}, fault.log)):
            copy = lay(tmp_path / f"copy{at}-{number}", content)
            try:
                with FaqIndex.restore(copy, location=tmp_path / f"back{at}-{number}") as back:
                    assert state(back) == wanted
                    assert back.check().ok
                whole += 1
                outcomes.add("whole")
            except IndexStorageError:
                assert not made
                outcomes.add("none")
        if made:
            break
    assert outcomes == {"whole", "none"}


def test_a_snapshot_on_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(FolderStorage(lay(tmp_path / "index", before()))) as index:
        wanted = index.generation, state(index)
        with monkeypatch.context() as patch:
            patch.setattr(backend_module, "FolderStorage", FaultyStorage)
            patch.setattr(FaultyStorage, "common", Fault("full", 2))
            with pytest.raises(OSError, match="No space left"):
                index.snapshot(tmp_path / "copy")
        assert (index.generation, state(index)) == wanted
        index.snapshot(tmp_path / "copy2")
        with FaqIndex.restore(tmp_path / "copy2", location=tmp_path / "back") as back:
            assert (back.generation, state(back)) == wanted


def test_a_holder_that_cannot_be_written_down_does_not_keep_from_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaqIndex.create(tmp_path / "index") as index:
        with monkeypatch.context() as patch:
            patch.setattr("faqsearch.index.storage._HOLDER_OFFSET", -1)  # seeking there is an OSError
            assert index.upsert(Document("a", "캐시")) == 1
        assert index.upsert(Document("b", "캐시")) == 1


@pytest.mark.parametrize("call", ["flock"])
def test_a_file_system_without_locks_is_said_to_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def refuse(*_: object) -> None:
        raise OSError(37, "No locks available")

    with FaqIndex.create(tmp_path / "index") as index:
        monkeypatch.setattr(f"fcntl.{call}", refuse)
        with pytest.raises(IndexStorageError, match="file system with locks"):
            index.upsert(Document("a", "캐시"))


# What these tests found once


def test_a_reader_lets_go_of_the_segments_that_a_writer_replaced(tmp_path: Path) -> None:
    with FaqIndex.create(tmp_path / "index") as index, FaqIndex.open(tmp_path / "index", read_only=True) as other:
        for edition in range(8):
            index.sync([Document("a", f"캐시 {edition}")])
            assert other.search("캐시").total == 1
            assert isinstance(other._backend, EmbeddedBackend)
            assert len(other._backend._segments) == 1


def test_a_check_while_a_writer_replaces_the_files_is_no_alarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaqIndex.create(tmp_path / "index") as index:
        index.upsert(Document("a", "캐시"))
        with FaqIndex.open(tmp_path / "index") as other:
            read = toc_module.read_toc

            def overtaken(storage: Storage) -> TableOfContents:
                toc = read(storage)
                if toc.generation < 4:
                    index.sync([Document("a", f"캐시 {toc.generation}")])
                return toc

            monkeypatch.setattr(check_module, "read_toc", overtaken)
            assert other.check().problems == ()


def test_a_writer_sees_the_newest_generation_whatever_the_folder_s_time_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network file system may give an old time of the folder."""
    monkeypatch.setattr(FolderStorage, "stamp", lambda _: 1)
    with FaqIndex.create(tmp_path / "index") as index, FaqIndex.open(tmp_path / "index") as other:
        assert len(other) == 0
        index.upsert([Document(id, "캐시") for id in "abc"])
        other.delete("b")
        assert sorted(state(other)) == ["a", "c"]


def test_a_new_folder_is_as_durable_as_what_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(storage_module, "_sync_folder", synced.append)
    FaqIndex.create(tmp_path / "a" / "b" / "index").close()
    assert {tmp_path, tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "index"} <= set(synced)


def test_a_read_that_gives_too_little_is_damage_at_opening_and_in_check(tmp_path: Path) -> None:
    place = lay(tmp_path / "i", before())
    for name, content in before().items():
        for length in sorted({0, 1, 8, len(content) // 3, len(content) // 2, len(content) - 1}):
            storage = ShortReads(place, short=name, length=length)
            with pytest.raises(IndexCorruptError):
                opened(storage)
            assert not EmbeddedBackend(storage).check().ok
