"""The embedded index is a real Whoosh index: stock queries, deletions, updates, merging and cancelling work on our segments."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.index import FileIndex
from whoosh.query import And, Every, FuzzyTerm, Not, Or, Prefix, Query, Term, TermRange, Wildcard

from faqsearch import Document, FaqIndex, IndexCorruptError
from faqsearch.analysis.analyzer import AnalyzedDocument, Analyzer
from faqsearch.index.base import IndexMeta
from faqsearch.index.embedded.toc import SegmentEntry, TableOfContents, read_toc, write_toc
from faqsearch.index.embedded.whoosh_index import ArrayIndex, ArrayWriter
from faqsearch.index.segments.dictionary import Dictionary, dictionary_arrays
from faqsearch.index.segments.invert import invert
from faqsearch.index.segments.layout import SegmentData, SegmentFile, dump, narrowest
from faqsearch.index.segments.lengths import DECODED, encode
from faqsearch.index.segments.segment import Segment
from faqsearch.index.storage import FolderStorage, MemoryStorage, Storage
from faqsearch.options import IndexOptions

DOCUMENTS = [
    Document("a1", "캐시 환불", "충전한 캐시를 환불합니다.", category=("결제",)),
    Document("a2", "캐시 충전", "카드로 충전합니다.", category=("결제",)),
    Document("b1", "선물 취소", "선물을 취소합니다.", category=("선물",)),
    Document("b2", "Wi-Fi 연결", "와이파이를 켜세요."),
]


def analyzed(documents: Sequence[Document]) -> list[AnalyzedDocument]:
    return list(Analyzer().analyze_documents(documents))


def opened(storage: Storage) -> ArrayIndex:
    """The newest generation as a Whoosh index."""

    def open_segment(entry: SegmentEntry) -> Segment:
        return Segment(SegmentFile(storage.read(entry.file_name), entry.file_name))

    return ArrayIndex(storage, open_segment)


def writer(storage: Storage) -> ArrayWriter:
    lock = storage.lock()
    assert lock.acquire()
    return opened(storage).writer(lock=lock)


def add(storage: Storage, documents: Sequence[Document]) -> None:
    one = writer(storage)
    for document in analyzed(documents):
        one.update_document(id=document.document.id, analyzed=document)
    one.commit()


def ids(storage: Storage, query: Query) -> list[str]:
    with opened(storage).searcher() as searcher:
        return sorted(hit["id"] for hit in searcher.search(query, limit=None))


@contextmanager
def no_pickle(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a pickle was read or written")

    with monkeypatch.context() as patch:
        for name in ("load", "loads", "dump", "dumps", "Unpickler", "Pickler"):
            patch.setattr(pickle, name, refuse)
        yield


@pytest.fixture
def storage() -> MemoryStorage:
    """Four documents in three segments, nothing deleted."""
    storage = MemoryStorage()
    write_toc(storage, TableOfContents(0, (), IndexMeta("test", (), IndexOptions().to_dict(), {})))
    for some in (DOCUMENTS[:2], DOCUMENTS[2:3], DOCUMENTS[3:]):
        data = invert(analyzed(some))
        toc = read_toc(storage)
        entry = SegmentEntry(f"seg{toc.generation}", data.documents, ())
        storage.write(entry.file_name, dump(data))
        write_toc(storage, TableOfContents(toc.generation + 1, (*toc.segments, entry), toc.meta))
    return storage


QUERIES: list[tuple[str, Query, list[str]]] = [
    ("a term of the title", Term("m.title", "환불"), ["a1"]),
    ("a term of title or body", Term("m.all", "충전"), ["a1", "a2"]),
    ("a term of the category", Term("m.category", "결제"), ["a1", "a2"]),
    ("a bigram", Term("g.all", "시환"), ["a1"]),
    ("an id", Term("id", "b1"), ["b1"]),
    ("a term that is not there", Term("m.all", "쿠폰"), []),
    ("or", Or([Term("m.all", "환불"), Term("m.all", "선물")]), ["a1", "b1"]),
    ("and", And([Term("m.all", "캐시"), Term("m.title", "충전")]), ["a2"]),
    ("and over segments", And([Term("m.all", "캐시"), Term("m.all", "선물")]), []),
    ("and not", And([Term("m.all", "캐시"), Not(Term("m.all", "환불"))]), ["a2"]),
    ("not alone", Not(Term("m.all", "캐시")), ["b1", "b2"]),
    ("every", Every(), ["a1", "a2", "b1", "b2"]),
    ("every with a field", Every("m.category"), ["a1", "a2", "b1"]),
    ("a prefix", Prefix("m.all", "충"), ["a1", "a2"]),
    ("a prefix of ids", Prefix("id", "a"), ["a1", "a2"]),
    ("a prefix does not run into the next field", Prefix("m.all", "힣"), []),
    ("a wildcard", Wildcard("m.all", "*물"), ["b1"]),
    ("a wildcard of ids", Wildcard("id", "?2"), ["a2", "b2"]),
    ("a fuzzy term", FuzzyTerm("m.all", "wifo", maxdist=1), ["b2"]),
    ("a fuzzy term of Hangul", FuzzyTerm("m.all", "캐쉬", maxdist=1), ["a1", "a2"]),
    ("a range of terms", TermRange("m.title", "캐", "커"), ["a1", "a2"]),
    ("a range of ids", TermRange("id", "a2", "b1"), ["a2", "b1"]),
    ("a range without its ends", TermRange("id", "a1", "b2", startexcl=True, endexcl=True), ["a2", "b1"]),
]


@pytest.mark.parametrize(("query", "wanted"), [case[1:] for case in QUERIES], ids=[case[0] for case in QUERIES])
def test_a_stock_query_finds(storage: MemoryStorage, query: Query, wanted: list[str]) -> None:
    assert ids(storage, query) == wanted


@pytest.mark.parametrize(("query", "wanted"), [case[1:] for case in QUERIES], ids=[case[0] for case in QUERIES])
def test_a_stock_query_never_finds_a_deleted_document(storage: MemoryStorage, query: Query, wanted: list[str]) -> None:
    one = writer(storage)
    assert one.delete_by_term("id", "a1") == 1
    one.commit()
    assert ids(storage, query) == [id for id in wanted if id != "a1"]


def test_it_is_a_whoosh_index_of_three_segments(storage: MemoryStorage) -> None:
    index = opened(storage)
    assert isinstance(index, FileIndex)
    assert (index.doc_count(), index.latest_generation(), index.is_empty()) == (4, 3, False)
    with index.reader() as reader:
        assert len(reader.leaf_readers()) == 3
        assert sorted(set(reader.field_terms("id"))) == ["a1", "a2", "b1", "b2"]
        assert reader.doc_frequency("m.title", "캐시") == 2
        assert reader.frequency("m.all", "캐시") == 3 + 1 + 3


def test_an_update_by_the_unique_id_replaces(storage: MemoryStorage) -> None:
    add(storage, [Document("a1", "쿠폰 등록")])
    assert ids(storage, Every()) == ["a1", "a2", "b1", "b2"]
    assert ids(storage, Term("m.all", "환불")) == []
    assert ids(storage, Term("m.title", "쿠폰")) == ["a1"]


def test_one_id_twice_in_one_writer_is_one_document(storage: MemoryStorage) -> None:
    add(storage, [Document("n", "쿠폰 등록"), Document("n", "쿠폰 삭제")])
    assert ids(storage, Term("m.title", "쿠폰")) == ["n"]
    assert ids(storage, Term("m.title", "등록")) == []


@pytest.mark.parametrize("deleted", [[], ["a1"]])
def test_a_reader_knows_what_is_deleted(storage: MemoryStorage, deleted: list[str]) -> None:
    one = writer(storage)
    for id in deleted:
        one.delete_by_term("id", id)
    one.commit(merge=False)
    with opened(storage).reader() as reader:
        leaves = [leaf for leaf, _ in reader.leaf_readers()]
        gone = [[leaf.stored_fields(n)["id"] for n in range(leaf.doc_count_all()) if leaf.is_deleted(n)] for leaf in leaves]
        assert sorted(id for some in gone for id in some) == deleted
        assert [leaf.has_deletions() for leaf in leaves] == [bool(some) for some in gone]
        assert reader.doc_count() == 4 - len(deleted)


def test_delete_by_query(storage: MemoryStorage) -> None:
    one = writer(storage)
    assert one.delete_by_query(Term("m.all", "캐시")) == 2
    one.commit()
    assert ids(storage, Every()) == ["b1", "b2"]


def test_a_commit_with_optimize_leaves_one_segment(storage: MemoryStorage) -> None:
    one = writer(storage)
    one.commit(optimize=True)
    assert len(read_toc(storage).segments) == 1
    assert ids(storage, Every()) == ["a1", "a2", "b1", "b2"]


@pytest.mark.parametrize(("merge", "segments"), [(None, 1), (True, 1), (False, 4)])
def test_small_segments_are_merged_unless_the_commit_says_not_to(
    storage: MemoryStorage, merge: bool | None, segments: int
) -> None:
    one = writer(storage)
    (document,) = analyzed([Document("n", "쿠폰 등록")])
    one.update_document(id="n", analyzed=document)
    one.commit(merge=merge)
    assert len(read_toc(storage).segments) == segments
    assert ids(storage, Every()) == ["a1", "a2", "b1", "b2", "n"]


def test_a_held_searcher_keeps_its_generation(storage: MemoryStorage) -> None:
    with opened(storage).searcher() as searcher:
        add(storage, [Document("a1", "쿠폰 등록"), Document("n", "쿠폰")])
        assert sorted(hit["id"] for hit in searcher.search(Every(), limit=None)) == ["a1", "a2", "b1", "b2"]
        assert [hit["id"] for hit in searcher.search(Term("m.title", "환불"))] == ["a1"]


def test_cancel_leaves_neither_files_nor_the_lock(storage: MemoryStorage) -> None:
    before = sorted(storage.names())
    one = writer(storage)
    one.update_document(id="n", analyzed=analyzed([Document("n", "쿠폰")])[0])
    one.delete_by_term("id", "a1")
    one.cancel()
    assert sorted(storage.names()) == before
    assert ids(storage, Every()) == ["a1", "a2", "b1", "b2"]
    assert storage.lock().acquire()


def test_a_commit_that_fails_changes_nothing(storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(storage.names())
    one = writer(storage)
    one.update_document(id="n", analyzed=analyzed([Document("n", "쿠폰")])[0])

    def full(*_: str) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(storage, "publish", full)
    with pytest.raises(OSError, match="no space"):
        one.commit()
    assert [name for name in sorted(storage.names()) if not name.endswith(".new")] == before
    assert ids(storage, Every()) == ["a1", "a2", "b1", "b2"]
    assert storage.lock().acquire()


def segment_files(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.glob("*.seg")}


def test_many_small_commits_keep_few_segments_and_the_large_one(tmp_path: Path) -> None:
    with FaqIndex.create(tmp_path / "index") as index:
        index.sync([Document(f"d{n}", f"캐시 환불 {n}", "충전한 캐시를 환불합니다.") for n in range(400)])
        (large,) = segment_files(tmp_path / "index")
        for n in range(60):
            index.upsert(Document(f"n{n}", f"선물 취소 {n}"))
            files = segment_files(tmp_path / "index")
            assert len(files) == index.stats().segments <= 4
            assert large in files
        assert len(index) == 460
        assert index.search("선물 취소", per_page=100).total == 60
        assert index.check().ok


def test_a_much_deleted_segment_is_written_again(tmp_path: Path) -> None:
    with FaqIndex.create(tmp_path / "index") as index:
        index.sync([Document(f"d{n}", f"캐시 환불 {n}") for n in range(50)])
        index.delete([f"d{n}" for n in range(10)])
        assert index.stats().deleted == 10
        index.delete([f"d{n}" for n in range(10, 40)])
        assert (index.stats().deleted, len(index)) == (0, 10)


def test_only_the_files_of_the_present_generation_stay(tmp_path: Path) -> None:
    with FaqIndex.create(tmp_path / "index") as index:
        for n in range(5):
            index.sync([Document(f"d{n}", f"캐시 환불 {n}")])
        names = sorted(path.name for path in (tmp_path / "index").iterdir())
        assert [name for name in names if name.endswith(".toc")] == [f"_MAIN_{index.generation}.toc"]
        assert len(names) == 1 + index.stats().segments + ("write.lock" in names)
        assert all(re.fullmatch(r"_MAIN_\d+\.toc|MAIN_[0-9a-z]+\.seg|write\.lock", name) for name in names)


def test_no_pickle_is_read_or_written_in_a_full_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "index"
    with no_pickle(monkeypatch):
        with FaqIndex.create(place) as index:
            index.sync(DOCUMENTS)
            index.upsert(Document("c1", "쿠폰 등록"))
            index.delete("b1")
            index.sync([*DOCUMENTS[:2], Document("a3", "캐시")])
            index.rebuild()
            assert index.search("캐시 환불").total
            assert index.check().ok
            index.snapshot(tmp_path / "copy")
        with FaqIndex.open(place, read_only=True) as index:
            assert index.search("캐시 환불").total
        with FaqIndex.restore(tmp_path / "copy", location=tmp_path / "back") as index:
            assert index.related("a1")
        assert ids(FolderStorage(place), Term("m.all", "캐시")) == ["a1", "a2", "a3"]


def test_a_pickle_in_the_folder_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaqIndex.create(tmp_path) as index:
        index.sync(DOCUMENTS)
        toc = tmp_path / f"_MAIN_{index.generation}.toc"
    toc.write_bytes(pickle.dumps({"format": 1}))
    with no_pickle(monkeypatch), pytest.raises(IndexCorruptError, match="toc"):
        FaqIndex.open(tmp_path)


# The parts of a segment


ARRAYS = st.dictionaries(
    st.text(min_size=1, max_size=8),
    st.tuples(st.sampled_from(["<u1", "<u2", "<u4", "<u8", "<i4", "<i8", "<f8"]), st.lists(st.integers(0, 255), max_size=70)),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(arrays=ARRAYS, documents=st.integers(0, 1 << 40), meta=st.dictionaries(st.text(max_size=5), st.text(max_size=5)))
def test_a_segment_file_gives_back_what_was_written(
    arrays: dict[str, tuple[str, list[int]]], documents: int, meta: dict[str, str]
) -> None:
    made = {name: np.array(values, dtype=dtype) for name, (dtype, values) in arrays.items()}
    content = b"".join(dump(SegmentData(documents, meta, made)))
    file = SegmentFile(memoryview(content), "a.seg")
    assert (file.documents, file.meta, list(file), file.bytes) == (documents, meta, list(made), len(content))
    for name, array in made.items():
        assert file[name].dtype == array.dtype
        assert file[name].tolist() == array.tolist()
        assert file.size(name) == array.nbytes
    assert len(content) % 64 == 0


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_one_wrong_bit_is_never_read_as_data(place: int, bit: int) -> None:
    values = np.arange(200, dtype="<u4")
    content = bytearray(b"".join(dump(SegmentData(7, {"a": "b"}, {"x": values}))))
    content[place % len(content)] ^= 1 << bit
    try:
        file = SegmentFile(memoryview(bytes(content)), "a.seg")
        data = file.data()
    except IndexCorruptError as error:
        assert "a.seg" in str(error)
    else:  # the bit lies in the padding
        assert (data.documents, data.meta, data.arrays["x"].tolist()) == (7, {"a": "b"}, values.tolist())


@settings(max_examples=40, deadline=None)
@given(cut=st.integers(0, 10**6))
def test_a_cut_off_file_is_corrupt(cut: int) -> None:
    content = b"".join(dump(SegmentData(7, {}, {"x": np.arange(200)})))
    with pytest.raises(IndexCorruptError):
        SegmentFile(memoryview(content[: cut % len(content)]), "a.seg")


TERMS = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=6),
    st.text(alphabet="가나\0a", max_size=3).map(lambda end: "가나다" + end),  # the first eight bytes are shared
    st.text(alphabet="\0a", max_size=9),
    st.text(alphabet="\U0001f600\U00020000\uffee", max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(terms=st.sets(TERMS, max_size=40), others=st.lists(TERMS, max_size=20))
def test_the_dictionary_finds_exactly_its_terms(terms: set[str], others: list[str]) -> None:
    ordered = sorted(term.encode("utf-8") for term in terms)
    dictionary = Dictionary(dictionary_arrays("m", ordered), "m")
    assert list(dictionary) == ordered
    assert len(dictionary) == len(ordered)
    for number, term in enumerate(ordered):
        assert dictionary.find(term) == dictionary.position(term) == number
        assert dictionary.term(number) == term
    for other in (one.encode("utf-8") for one in others):
        assert dictionary.find(other) == (ordered.index(other) if other in ordered else -1)
        assert dictionary.position(other) == sum(term < other for term in ordered)


@pytest.mark.parametrize(
    ("top", "dtype"),
    [
        (0, "<u1"),
        (2**8 - 1, "<u1"),
        (2**8, "<u2"),
        (2**16 - 1, "<u2"),
        (2**16, "<u4"),
        (2**32 - 1, "<u4"),
        (2**32, "<u8"),
    ],
)
def test_numbers_are_kept_in_the_narrowest_type_that_holds_them(top: int, dtype: str) -> None:
    values = np.array([0, top], dtype="<u8")
    assert narrowest(values).dtype == np.dtype(dtype)
    assert narrowest(values).tolist() == [0, top]


def test_length_codes_are_exact_to_40() -> None:
    assert DECODED[encode(np.arange(41))].tolist() == list(range(41))
    assert DECODED[encode(np.array([41]))].tolist() == [40]


def test_length_codes_are_those_of_lucene() -> None:
    """Values of Lucene's SmallFloat.byte4ToInt."""
    assert DECODED[[0, 23, 24, 39, 40, 41, 48, 56, 64, 72, 80]].tolist() == [0, 23, 24, 39, 40, 42, 56, 88, 152, 280, 536]
    assert (np.diff(DECODED) > 0).all()


def test_length_codes_are_never_above_and_little_below() -> None:
    lengths = np.unique(np.geomspace(1, 10**7, 200_000).astype(np.int64))
    decoded = DECODED[encode(lengths)]
    assert (decoded <= lengths).all()
    assert ((lengths - decoded) / lengths).max() <= 0.12
    assert (np.diff(decoded) >= 0).all()
