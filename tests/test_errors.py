"""Every error raised by a real situation on a real folder: its message names the place and the remedy, and nothing is lost."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from faqsearch import (
    AnalyzerMismatchError,
    Document,
    DocumentError,
    FaqIndex,
    FaqSearchError,
    IndexCorruptError,
    IndexExistsError,
    IndexFormatError,
    IndexLockedError,
    IndexNotFoundError,
    IndexOptions,
    IndexStorageError,
    InvalidOptionError,
    Lexicon,
    LexiconError,
    Ranking,
)

DOCUMENTS = [
    Document("1", "캐시 환불", "환불은 7일 안에 됩니다.", category=("결제", "환불"), views=3),
    Document("2", "비밀번호 변경", "설정에서 바꿉니다.", category=("계정",), views=2),
    Document("3", "이용권 해지", "다음 달부터 결제되지 않습니다.", category=("결제",), views=1),
]
WORDS = Lexicon(words=frozenset({"톡 서랍"}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an index of three documents."""
    place = tmp_path / "help.index"
    with FaqIndex.create(place) as index:
        index.sync(DOCUMENTS)
    return place


@pytest.fixture
def index(folder: Path) -> Iterator[FaqIndex]:
    with FaqIndex.open(folder) as opened:
        yield opened


def only(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


def state(index: FaqIndex) -> tuple[int, list[dict[str, Any]]]:
    return index.generation, sorted((document.to_dict() for document in index), key=lambda values: values["id"])


def everything(folder: Path) -> list[Any]:
    """What can be read of an index: documents, counts, hits with their scores, marks and facets."""
    with FaqIndex.open(folder, read_only=True) as opened:
        pages = [opened.search(query, matching="any").to_dict() for query in ("환불 설정", "결제", "")]
        for page in pages:
            del page["took_ms"]
        return [state(opened), len(opened), pages, opened.search("결제", category="결제", sort="-updated_at").total]


# Place


def test_create_where_an_index_is_says_to_open_it(folder: Path) -> None:
    with pytest.raises(IndexExistsError) as caught:
        FaqIndex.create(folder)
    assert str(folder) in str(caught.value)
    assert "open it" in str(caught.value) and "exist_ok=True" in str(caught.value)


def test_create_with_exist_ok_goes_on_with_the_index(folder: Path) -> None:
    with FaqIndex.create(folder, exist_ok=True) as index:
        assert len(index) == 3


def test_snapshot_into_a_folder_that_is_not_empty_is_refused(index: FaqIndex, folder: Path) -> None:
    with pytest.raises(IndexExistsError, match="new folder"):
        index.snapshot(folder)


def test_restore_over_an_index_is_refused(index: FaqIndex, folder: Path, tmp_path: Path) -> None:
    index.snapshot(tmp_path / "copy")
    with pytest.raises(IndexExistsError, match=re.escape(str(folder))):
        FaqIndex.restore(tmp_path / "copy", location=folder)


@pytest.mark.parametrize("kind", ["missing", "empty"])
def test_open_where_no_index_is_says_how_to_make_one(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "nowhere"
    if kind == "empty":
        place.mkdir()
    with pytest.raises(IndexNotFoundError) as caught:
        FaqIndex.open(place)
    assert str(place) in str(caught.value)
    assert "FaqIndex.create" in str(caught.value)


def test_restore_of_a_snapshot_that_is_not_there_names_it(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError, match=re.escape(str(tmp_path / "nowhere"))):
        FaqIndex.restore(tmp_path / "nowhere", location=tmp_path / "new")


def test_opening_a_place_without_an_index_leaves_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError):
        FaqIndex.open(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", [FaqIndex.create, FaqIndex.open])
def test_a_file_is_no_place_for_an_index(tmp_path: Path, call: Callable[[Path], FaqIndex]) -> None:
    (tmp_path / "help.csv").write_text("x")
    with pytest.raises(IndexStorageError, match=r"help\.csv is a file; an index is a folder"):
        call(tmp_path / "help.csv")


def test_a_place_below_a_file_is_an_index_storage_error(tmp_path: Path) -> None:
    (tmp_path / "help.csv").write_text("x")
    with pytest.raises(IndexStorageError, match=r"help\.csv"):
        FaqIndex.create(tmp_path / "help.csv" / "index")


def test_create_in_a_folder_with_other_files_is_refused_and_leaves_them(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(IndexStorageError) as caught:
        FaqIndex.create(tmp_path)
    assert str(tmp_path) in str(caught.value) and "empty folder" in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_whose_name_begins_with_opensearch_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    FaqIndex.create("opensearch-help.index").close()
    assert (tmp_path / "opensearch-help.index").is_dir()


# Lock

HOLD = """
import sys
from faqsearch import FaqIndex
with FaqIndex.open(sys.argv[1])._writing():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the write lock of the index until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


def release(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(30)


def test_a_lock_held_by_another_process_names_the_place_the_process_and_the_remedy(
    folder: Path, holder: subprocess.Popen[str]
) -> None:
    with FaqIndex.open(folder, lock_timeout=0.05) as index, pytest.raises(IndexLockedError) as caught:
        index.upsert(Document("9", "새 글"))
    assert str(folder) in str(caught.value)
    assert f"process {holder.pid} " in str(caught.value)
    assert "lock_timeout" in str(caught.value)


def test_reading_goes_on_while_another_process_writes(folder: Path, holder: subprocess.Popen[str]) -> None:
    with FaqIndex.open(folder, lock_timeout=0) as index:
        assert index.search("환불").total == 1


def test_writing_goes_on_once_the_other_process_has_ended(folder: Path, holder: subprocess.Popen[str]) -> None:
    with FaqIndex.open(folder, lock_timeout=0) as index:
        with pytest.raises(IndexLockedError):
            index.delete("1")
        release(holder)
        assert index.delete("1") == 1


def test_a_lock_ends_with_the_process_that_was_killed(folder: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait(30)
    with FaqIndex.open(folder, lock_timeout=5) as index:
        assert index.delete("1") == 1


# Damage


def spots(size: int, count: int) -> list[int]:
    return sorted({*range(0, size, max(1, size // count)), size - 1})


def test_any_byte_flipped_in_the_table_of_contents_is_found(folder: Path) -> None:
    path = only(folder, "*.toc")
    content = path.read_bytes()
    for spot in spots(len(content), 60):
        path.write_bytes(content[:spot] + bytes([content[spot] ^ 0xFF]) + content[spot + 1 :])
        with pytest.raises(IndexCorruptError) as caught:
            FaqIndex.open(folder)
        assert path.name in str(caught.value) and str(folder) in str(caught.value)
        assert "restore" in str(caught.value)


def test_any_byte_flipped_in_a_segment_is_found_or_changes_no_answer(folder: Path) -> None:
    path = only(folder, "*.seg")
    content = path.read_bytes()
    expected = everything(folder)
    found = 0
    for spot in spots(len(content), 120):
        path.write_bytes(content[:spot] + bytes([content[spot] ^ 0xFF]) + content[spot + 1 :])
        try:
            assert everything(folder) == expected, f"byte {spot}"
        except IndexCorruptError as error:
            found += 1
            assert path.name in str(error) and "restore" in str(error)
    assert found > 40


def test_a_byte_flipped_in_an_array_of_a_segment_fails_check_in_words(folder: Path) -> None:
    path = only(folder, "*.seg")
    content = bytearray(path.read_bytes())
    body = next(place for place in range(len(content) // 2, len(content)) if content[place])
    content[body] ^= 0xFF
    path.write_bytes(content)
    with FaqIndex.open(folder) as index:
        report = index.check()
    assert not report.ok
    assert path.name in report.problems[0] and "restore" in report.problems[0]


@pytest.mark.parametrize("pattern", ["*.toc", "*.seg"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_file_cut_off_is_found_and_named(folder: Path, pattern: str, share: float) -> None:
    path = only(folder, pattern)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(IndexCorruptError) as caught:
        everything(folder)
    assert path.name in str(caught.value) and "restore" in str(caught.value)


@pytest.mark.parametrize("pattern", ["*.toc", "*.seg"])
def test_a_file_with_more_behind_it_is_found(folder: Path, pattern: str) -> None:
    path = only(folder, pattern)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(IndexCorruptError, match=re.escape(path.name)):
        everything(folder)


def test_a_segment_that_is_missing_is_named_with_the_remedy(folder: Path) -> None:
    path = only(folder, "*.seg")
    path.unlink()
    with pytest.raises(IndexCorruptError) as caught:
        FaqIndex.open(folder)
    assert path.name in str(caught.value)
    assert "missing" in str(caught.value) and "restore" in str(caught.value)


def test_a_damaged_snapshot_is_not_restored(index: FaqIndex, tmp_path: Path) -> None:
    index.snapshot(tmp_path / "copy")
    path = only(tmp_path / "copy", "*.seg")
    content = path.read_bytes()
    path.write_bytes(content[:-200] + bytes(byte ^ 0xFF for byte in content[-200:]))
    with pytest.raises(IndexCorruptError, match="copy"):
        FaqIndex.restore(tmp_path / "copy", location=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def rewrite(path: Path, **changes: Any) -> None:
    """The table of contents with other values and the right checksum."""
    values = {**json.loads(path.read_bytes().partition(b"\n")[2]), **changes}
    text = json.dumps(values, ensure_ascii=False).encode()
    path.write_bytes(b"%08x\n" % zlib.crc32(text) + text)


@pytest.mark.parametrize("version", [0, 2, 99, "1", None])
def test_another_format_names_the_version_found_and_expected(folder: Path, version: Any) -> None:
    rewrite(only(folder, "*.toc"), format=version)
    with pytest.raises(IndexFormatError) as caught:
        FaqIndex.open(folder)
    assert str(folder) in str(caught.value)
    assert f"format {version}" in str(caught.value) and "reads 1" in str(caught.value)
    assert "faqsearch index" in str(caught.value)


def test_the_helper_that_rewrites_makes_a_table_that_is_read(folder: Path) -> None:
    rewrite(only(folder, "*.toc"), format=1)
    with FaqIndex.open(folder) as index:
        assert len(index) == 3


def test_a_table_renamed_to_another_generation_is_found(folder: Path) -> None:
    path = only(folder, "*.toc")
    path.rename(folder / "_MAIN_77.toc")
    with pytest.raises(IndexCorruptError, match="_MAIN_77"):
        FaqIndex.open(folder)


# Analysis


def test_other_user_words_are_a_mismatch_that_names_the_remedies(folder: Path) -> None:
    with pytest.raises(AnalyzerMismatchError) as caught:
        FaqIndex.open(folder, lexicon=WORDS)
    assert "0 user words" in str(caught.value) and "1 user words" in str(caught.value)
    for remedy in ("rebuild", "on_mismatch='rebuild'", "on_mismatch='search'"):
        assert remedy in str(caught.value)


def test_a_mismatch_names_the_place(folder: Path) -> None:
    with pytest.raises(AnalyzerMismatchError, match=re.escape(str(folder))):
        FaqIndex.open(folder, lexicon=WORDS)


def test_create_with_exist_ok_and_other_user_words_is_a_mismatch(folder: Path) -> None:
    with pytest.raises(AnalyzerMismatchError):
        FaqIndex.create(folder, lexicon=WORDS, exist_ok=True)


def test_another_analysis_version_is_a_mismatch(folder: Path) -> None:
    rewrite(only(folder, "*.toc"), fingerprint="analysis 0, kiwipiepy 0.1")
    with pytest.raises(AnalyzerMismatchError, match=r"analysis 0, kiwipiepy 0\.1"):
        FaqIndex.open(folder)


def test_synonyms_stop_words_and_pins_never_mismatch(folder: Path) -> None:
    lexicon = Lexicon(synonyms=[("환불", "반환")], stopwords={"안내"}, pins=[("환불", "2")])  # type: ignore[arg-type]
    with FaqIndex.open(folder, lexicon=lexicon) as index:
        assert index.search("환불").hits[0].document.id == "2"


def test_on_mismatch_search_goes_on_with_the_stored_terms(folder: Path) -> None:
    with FaqIndex.open(folder, lexicon=WORDS, on_mismatch="search") as index:
        assert index.search("환불").total == 1
        assert index.generation == 1
        assert next(term.term for term in index.analyze("톡서랍")) == "톡서랍"
        assert "0 user words" in index.stats().fingerprint


def test_on_mismatch_rebuild_analyses_all_again(folder: Path) -> None:
    with FaqIndex.open(folder, lexicon=WORDS, on_mismatch="rebuild") as index:
        assert "1 user words" in index.stats().fingerprint
        assert index.generation == 2
        assert index.search("환불").total == 1
        assert [term.term for term in index.analyze("톡 서랍")][:3] == ["톡서랍", "톡", "서랍"]
    FaqIndex.open(folder, lexicon=WORDS).close()


def test_on_mismatch_rebuild_of_a_read_only_index_says_so(folder: Path) -> None:
    with pytest.raises(IndexStorageError, match="read_only"):
        FaqIndex.open(folder, lexicon=WORDS, on_mismatch="rebuild", read_only=True)


# Options

BAD_SEARCH: list[tuple[str, Any]] = [
    ("category", 5),
    ("category", [5]),
    ("within", "결제"),
    ("within", ["결제", 5]),
    ("within", 5),
    ("tags", 5),
    ("tags", [5]),
    ("tags", None),
    ("tags", [["인기"]]),
    ("audience", None),
    ("audience", [5]),
    ("audience", [{}]),
    ("now", "2026-01-31"),
    ("now", datetime(2026, 1, 31)),
    ("sort", "views"),
    ("sort", None),
    ("page", 0),
    ("page", -1),
    ("page", True),
    ("page", 1.0),
    ("page", "1"),
    ("per_page", 0),
    ("per_page", 101),
    ("per_page", None),
    ("matching", "some"),
    ("matching", None),
    ("snippet_length", 0),
    ("snippet_length", 2001),
    ("snippet_length", "long"),
]


@pytest.fixture(scope="module")
def memory() -> Iterator[FaqIndex]:
    with FaqIndex.in_memory() as made:
        made.sync(DOCUMENTS)
        yield made


@pytest.mark.parametrize(("option", "value"), BAD_SEARCH, ids=[f"{option}={value!r}" for option, value in BAD_SEARCH])
def test_an_option_of_search_that_cannot_be_used_is_named_with_what_it_may_be(
    memory: FaqIndex, option: str, value: Any
) -> None:
    with pytest.raises(InvalidOptionError) as caught:
        memory.search("환불", **{option: value})
    assert re.match(rf"{option} must be .*, not ", str(caught.value))


BAD_LIST: list[tuple[str, Any]] = [
    ("limit", 0),
    ("limit", 51),
    ("limit", True),
    ("limit", "5"),
    ("within", 5),
    ("within", "결제"),
    ("audience", 5),
    ("audience", [5]),
]


@pytest.mark.parametrize(("option", "value"), BAD_LIST, ids=[f"{option}={value!r}" for option, value in BAD_LIST])
@pytest.mark.parametrize("call", ["complete", "related"])
def test_an_option_of_complete_and_related_that_cannot_be_used_is_named(
    memory: FaqIndex, call: str, option: str, value: Any
) -> None:
    with pytest.raises(InvalidOptionError, match=f"{option} must be"):
        getattr(memory, call)("1", **{option: value})


@pytest.mark.parametrize("call", ["search", "complete", "analyze"])
@pytest.mark.parametrize("value", [None, 5, b"x"], ids=repr)
def test_a_query_that_is_no_text_is_an_invalid_option(memory: FaqIndex, call: str, value: Any) -> None:
    with pytest.raises(InvalidOptionError, match="must be text"):
        getattr(memory, call)(value)


@pytest.mark.parametrize(
    "query", ["", " ", '"', '"-', "-", "\ud800", "\x00", "(((", "*", "ㅋ" * 1000, "AND OR NOT", "a:b", "\\"]
)
def test_no_text_is_an_invalid_query(memory: FaqIndex, query: str) -> None:
    assert memory.search(query).total >= 0
    assert isinstance(memory.complete(query), tuple)


def test_a_page_beyond_the_last_is_empty_and_no_error(memory: FaqIndex) -> None:
    results = memory.search("환불", page=10**20)
    assert (len(results), results.total) == (0, 1)


def test_an_invalid_option_is_a_value_error_too(memory: FaqIndex) -> None:
    with pytest.raises(ValueError, match="per_page"):
        memory.search("환불", per_page=0)


@pytest.mark.parametrize(("option", "value"), [("on_mismatch", "ignore"), ("lock_timeout", -1), ("lock_timeout", "long")])
def test_an_option_of_open_that_cannot_be_used_is_named(folder: Path, option: str, value: Any) -> None:
    with pytest.raises(InvalidOptionError, match=f"{option} must be"):
        FaqIndex.open(folder, **{option: value})


@pytest.mark.parametrize(
    "change", [{"k1": 0}, {"b": 1.5}, {"title": -1}, {"grams": "much"}, {"floor": 2}, {"verb": float("nan")}]
)
def test_a_weight_that_cannot_be_used_is_named(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidOptionError, match=next(iter(change))):
        IndexOptions(ranking=Ranking(**change))


def test_sync_of_nothing_says_how_to_mean_it(index: FaqIndex) -> None:
    before = state(index)
    with pytest.raises(InvalidOptionError, match="allow_empty=True"):
        index.sync([])
    assert state(index) == before


def test_sync_of_nothing_that_is_meant_empties_the_index(index: FaqIndex) -> None:
    assert index.sync([], allow_empty=True).deleted == 3
    assert len(index) == 0


# Documents and lexicons


@pytest.mark.parametrize("call", ["sync", "rebuild"])
def test_an_id_that_is_there_twice_is_named_and_nothing_changes(index: FaqIndex, call: str) -> None:
    before = state(index)
    with pytest.raises(DocumentError, match=r"field 'id': id '9' is there twice; every document needs its own"):
        getattr(index, call)([Document("9", "하나"), Document("9", "둘")])
    assert state(index) == before


@pytest.mark.parametrize("call", ["sync", "upsert", "rebuild"])
def test_what_is_no_document_is_named_with_the_remedy(index: FaqIndex, call: str) -> None:
    before = state(index)
    with pytest.raises(DocumentError, match="expected a Document, not dict; read_documents"):
        getattr(index, call)([Document("9", "하나"), {"id": "1"}])
    assert state(index) == before


def test_a_bad_line_of_a_lexicon_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "synonyms.tsv").write_text("# left\tkind\tright\n환불\t=\t반환\n환불 반환\n", encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        Lexicon.from_folder(tmp_path)
    assert (caught.value.file, caught.value.line) == (str(tmp_path / "synonyms.tsv"), 3)
    assert f"{tmp_path / 'synonyms.tsv'}, line 3: needs 3 columns with a tab between" in str(caught.value)


# Closed, read only

CALLS: dict[str, Callable[[FaqIndex], Any]] = {
    "search": lambda index: index.search("환불"),
    "complete": lambda index: index.complete("환"),
    "related": lambda index: index.related("1"),
    "explain": lambda index: index.explain("환불", id="1"),
    "analyze": lambda index: index.analyze("환불"),
    "get": lambda index: index.get("1"),
    "len": len,
    "in": lambda index: "1" in index,
    "iter": lambda index: list(index),
    "generation": lambda index: index.generation,
    "stats": lambda index: index.stats(),
    "check": lambda index: index.check(),
    "snapshot": lambda index: index.snapshot("never"),
    "on_search": lambda index: index.on_search(print),
    "with": lambda index: index.__enter__(),
}
WRITES: dict[str, Callable[[FaqIndex], Any]] = {
    "sync": lambda index: index.sync([Document("9", "새 글")]),
    "upsert": lambda index: index.upsert(Document("9", "새 글")),
    "upsert nothing": lambda index: index.upsert([]),
    "delete": lambda index: index.delete("1"),
    "rebuild": lambda index: index.rebuild(),
    "set_lexicon": lambda index: index.set_lexicon(Lexicon()),
    "batch": lambda index: batch_of_one(index),
}


def batch_of_one(index: FaqIndex) -> None:
    with index.batch() as batch:
        batch.upsert(Document("9", "새 글"))


@pytest.mark.parametrize("name", [*CALLS, *WRITES])
def test_every_call_of_a_closed_index_says_to_open_it_again(folder: Path, name: str) -> None:
    index = FaqIndex.open(folder)
    index.close()
    with pytest.raises(IndexStorageError, match="closed; open the index again"):
        {**CALLS, **WRITES}[name](index)


def test_closing_twice_does_nothing(folder: Path) -> None:
    index = FaqIndex.open(folder)
    index.close()
    index.close()


@pytest.mark.parametrize("name", [name for name in WRITES if name != "upsert nothing"])
def test_every_write_to_a_read_only_index_is_refused_and_changes_no_file(folder: Path, name: str) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with FaqIndex.open(folder, read_only=True) as index, pytest.raises(IndexStorageError) as caught:
        WRITES[name](index)
    assert str(folder) in str(caught.value) and "read_only=True" in str(caught.value)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


# What fails leaves nothing behind


class TroubleError(Exception):
    """An error of the caller's own code."""


def failing(documents: list[Document]) -> Iterator[Document]:
    yield from documents
    raise TroubleError


def fail_in_batch(index: FaqIndex) -> None:
    with index.batch() as batch:
        batch.upsert(Document("9", "새 글"))
        batch.delete("1")
        raise TroubleError


def fail_in_progress(done: int, documents: int) -> None:
    raise TroubleError


FAILURES: dict[str, Callable[[FaqIndex], Any]] = {
    "an iterator in sync": lambda index: index.sync(failing([Document("9", "새 글")])),
    "an iterator in upsert": lambda index: index.upsert(failing([Document("9", "새 글")])),
    "an iterator in rebuild": lambda index: index.rebuild(failing([Document("9", "새 글")])),
    "the block of a batch": fail_in_batch,
    "the progress of sync": lambda index: index.sync([Document("9", "새 글")], progress=fail_in_progress),
    "the progress of rebuild": lambda index: index.rebuild(progress=fail_in_progress),
}


@pytest.mark.parametrize("name", FAILURES)
def test_an_exception_of_the_caller_leaves_the_index_as_it_was(index: FaqIndex, folder: Path, name: str) -> None:
    before = state(index)
    with pytest.raises(TroubleError):
        FAILURES[name](index)
    assert state(index) == before
    with FaqIndex.open(folder) as again:
        assert state(again) == before


@pytest.mark.parametrize("name", FAILURES)
def test_after_an_exception_of_the_caller_the_next_write_works(folder: Path, name: str) -> None:
    with FaqIndex.open(folder, lock_timeout=0) as index:
        with pytest.raises(TroubleError):
            FAILURES[name](index)
        assert index.upsert(Document("9", "새 글")) == 1
        assert index.generation == 2
        assert len(index) == 4
        assert index.check().ok


def test_a_commit_that_the_disk_refuses_leaves_the_index_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaqIndex.open(folder, lock_timeout=0) as index:
        before = state(index)

        def full(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(OSError, match="No space left"):
                index.upsert(Document("9", "새 글"))
        assert state(index) == before
        assert index.upsert(Document("9", "새 글")) == 1
        assert index.check().ok


def bad_in_batch(index: FaqIndex) -> None:
    with index.batch() as batch:
        batch.upsert(Document("9", "새 글"))
        batch.upsert([{"id": "1"}])  # type: ignore[list-item]


def test_a_bad_document_in_a_batch_commits_none_of_it(index: FaqIndex) -> None:
    before = state(index)
    with pytest.raises(DocumentError):
        bad_in_batch(index)
    assert state(index) == before


def test_a_batch_is_one_generation(index: FaqIndex) -> None:
    with index.batch() as batch:
        batch.upsert(Document("9", "새 글"))
        batch.delete(["1", "nobody"])
        assert index.generation == 1
    assert index.generation == 2
    assert sorted(document.id for document in index) == ["2", "3", "9"]


@pytest.mark.parametrize("bad", ["get", "delete", "related"])
def test_an_id_that_is_no_text_is_an_error_of_the_tree_or_found_nowhere(memory: FaqIndex, bad: str) -> None:
    try:
        assert getattr(memory, bad)([5] if bad == "delete" else 5) in (None, 0, ())
    except FaqSearchError as error:
        assert "5" in str(error)


def test_what_cannot_encode_is_refused_with_what_can(tmp_path: Path) -> None:
    class Toy:
        name, dimensions = "toy", 2

    FaqIndex.create(tmp_path / "index").close()
    for make in (lambda: IndexOptions(encoder=Toy()), lambda: FaqIndex.open(tmp_path / "index", encoder=Toy())):  # type: ignore[arg-type]
        with pytest.raises(InvalidOptionError, match="queries and passages, or encode"):
            make()
    with pytest.raises(InvalidOptionError, match="built in are 'use', 'e5'"):
        FaqIndex.open(tmp_path / "index", encoder="bert")


def test_an_index_whose_folder_is_gone_says_so(tmp_path: Path) -> None:
    with FaqIndex.create(tmp_path / "index") as index:
        index.upsert(Document(id="1", title="환불"))
        shutil.rmtree(tmp_path / "index")
        with pytest.raises(IndexNotFoundError, match="is gone"):
            index.search("환불")
