"""Damage: every byte, every length, every file; it is found, or it changes nothing. And what a repair keeps."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
import struct
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from faulty import TORTURE, State, document, lay, prepared_files, state

from faqsearch import Document, FaqIndex, FaqSearchError, IndexCorruptError, IndexFormatError, IndexStorageError, Lexicon
from faqsearch.index.embedded.backend import EmbeddedBackend
from faqsearch.index.embedded.check import _token_problems
from faqsearch.index.segments.layout import LISTS, SegmentFile
from faqsearch.index.storage import MemoryStorage

Files = dict[str, bytes]
SLOW = pytest.mark.slow


def index_of(files: Files) -> FaqIndex:
    storage = MemoryStorage()
    storage._files = dict(files)
    return FaqIndex(EmbeddedBackend(storage))


def answers(index: FaqIndex) -> list[Any]:
    """What can be asked of an index, with all that comes back."""
    pages = [
        index.search(query, matching="any", **options).to_dict()
        for query, options in (
            ("캐시", {}),
            ("쿠폰 환불", {"category": "결제", "audience": ["vip"]}),
            ("", {"sort": "title", "tags": ["새"]}),
            ("", {"sort": "-updated_at"}),
            ('"캐시 0"', {}),
        )
    ]
    for page in pages:
        del page["took_ms"]
    found: list[Any] = [pages, index.complete("캐"), index.related("d1"), index.explain("캐시", id="d2")]
    return [*found, sorted(state(index).items()), index.stats(), index.get("d9")]


@cache
def whole() -> Files:
    """Two segments; some documents deleted, some with tags, an audience, dates."""
    index = index_of(prepared_files())
    values = document(3).to_dict() | {"tags": ["새", "헌"], "audience": ["vip"], "updated_at": "2026-01-31T09:00:00+09:00"}
    index.upsert(Document.from_dict(values))
    assert isinstance(index._backend, EmbeddedBackend)
    storage = index._backend._storage
    return {name: bytes(storage.read(name)) for name in sorted(storage.names())}


@cache
def expected() -> list[Any]:
    return answers(index_of(whole()))


def outcome(files: Files) -> str:
    """ "refused" with an error, "reported" by check, or "harmless"; anything else fails."""
    try:
        index = index_of(files)
        found = answers(index)
    except IndexStorageError:
        assert not index_of(files).check().ok
        return "refused"
    assert found == expected(), "a wrong answer"
    return "harmless" if index.check().ok else "reported"


def sampled(places: list[Any], count: int) -> list[Any]:
    return places if (TORTURE and count > 150) or len(places) <= count else Random(1).sample(places, count)


def damaged_bytes(count: int) -> Iterator[tuple[str, int, int]]:
    places = [(name, place) for name, content in whole().items() for place in range(len(content))]
    random = Random(2)
    for name, place in sampled(places, count):
        yield name, place, 1 << random.randrange(8)


def flip(files: Files, name: str, place: int, bits: int) -> Files:
    content = bytearray(files[name])
    content[place] ^= bits
    return {**files, name: bytes(content)}


@cache
def is_idle(name: str, place: int) -> bool:
    """Whether a byte is the spelling of a table's checksum, or lies between a segment's directory and arrays."""
    if name.endswith(".toc"):
        return place < 8
    content = whole()[name]
    length = struct.unpack("<8sIIQ", content[:24])[1]
    used = [(0, 24 + length)]
    used += [place_of(name, array) for array in SegmentFile(memoryview(content), name)]
    return not any(begin <= place < begin + size for begin, size in used)


@pytest.mark.parametrize("count", [30, pytest.param(700, marks=SLOW)])
def test_a_wrong_byte_anywhere_is_found_or_harmless(count: int) -> None:
    outcomes: Counter[str] = Counter()
    for name, place, bits in damaged_bytes(count):
        files = flip(whole(), name, place, bits)
        found = outcome(files)
        outcomes[found] += 1
        if found == "harmless":
            assert is_idle(name, place), (name, place)
    assert outcomes["refused"] > outcomes["harmless"]
    print(f"\n{outcomes.total()} wrong bytes: {dict(outcomes)}")


@pytest.mark.parametrize("count", [40, pytest.param(400, marks=SLOW)])
def test_a_file_cut_off_anywhere_is_found(count: int) -> None:
    places = [(name, place) for name, content in whole().items() for place in range(len(content))]
    for name, place in sampled(places, count):
        assert outcome({**whole(), name: whole()[name][:place]}) == "refused", (name, place)
    print(f"\n{len(sampled(places, count))} truncations")


@pytest.mark.parametrize("more", [b"\0", b"x" * 4096])
def test_a_file_with_more_behind_it_is_found(more: bytes) -> None:
    for name, content in whole().items():
        assert outcome({**whole(), name: content + more}) == "refused"


def test_a_missing_file_is_found() -> None:
    for name in whole():
        with pytest.raises(IndexCorruptError, match="restore"):
            answers(index_of({other: content for other, content in whole().items() if other != name}))


def test_two_files_that_took_each_other_s_name_are_found() -> None:
    first, second = (name for name in whole() if name.endswith(".seg"))
    assert outcome({**whole(), first: whole()[second], second: whole()[first]}) == "refused"


# Right checksums, wrong values

ODD: list[Any] = [None, True, -1, 0, 1, 1 << 31, 1 << 63, 1 << 80, 0.5, "", "../x", [], {}, [[]], [None], {"a": 1}, "<u4", "|O"]


def paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places in a JSON value."""
    yield before
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from paths(one, (*before, key))


def replaced(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    made = copy.deepcopy(value)
    place = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = odd
    return made


def table_with(text: bytes) -> Files:
    name = next(name for name in whole() if name.endswith(".toc"))
    return {**whole(), name: b"%08x\n" % zlib.crc32(text) + text}


def segment_with(name: str, text: bytes) -> Files:
    """The segment with another directory, its checksum and sizes right."""
    content = whole()[name]
    _, length, _, size = struct.unpack("<8sIIQ", content[:24])
    start = (24 + length + 63) // 64 * 64
    begin = (24 + len(text) + 63) // 64 * 64
    header = struct.pack("<8sIIQ", b"FAQSEG01", len(text), zlib.crc32(text), begin + size - start)
    return {**whole(), name: header + text + bytes(begin - 24 - len(text)) + content[start:]}


@pytest.mark.parametrize("text", [b"", b"null", b"[]", b"{}", b"[" * 100_000, b"\xff", b"1e999", b'{"format":1}', b"NaN"])
def test_json_of_a_right_checksum_that_is_no_table_or_directory_is_refused(text: bytes) -> None:
    assert outcome(table_with(text)) == "refused"
    segment = next(name for name in whole() if name.endswith(".seg"))
    assert outcome(segment_with(segment, text)) == "refused"


@pytest.mark.parametrize("count", [80, pytest.param(400, marks=SLOW)])
def test_an_odd_value_in_the_table_of_contents_is_an_index_storage_error_or_a_table(count: int) -> None:
    name = next(name for name in whole() if name.endswith(".toc"))
    values = json.loads(whole()[name].partition(b"\n")[2])
    odd = [(path, value) for path in paths(values) for value in ODD]
    outcomes: Counter[str] = Counter()
    for path, value in sampled(odd, count):
        files = table_with(json.dumps(replaced(values, path, value)).encode())
        try:
            answers(index_of(files))
            outcomes["a table"] += 1
        except IndexStorageError:
            outcomes["refused"] += 1
        except FaqSearchError as error:
            pytest.fail(f"{path} = {value!r}: {error!r}")
        index_of(files).check()
    print(f"\n{outcomes.total()} odd tables: {dict(outcomes)}")


@pytest.mark.parametrize("count", [120, pytest.param(600, marks=SLOW)])
def test_an_odd_value_in_the_directory_of_a_segment_is_found_or_harmless(count: int) -> None:
    name = next(name for name in whole() if name.endswith(".seg"))
    content = whole()[name]
    values = json.loads(content[24 : 24 + struct.unpack("<8sIIQ", content[:24])[1]])
    odd = [(path, value) for path in paths(values) for value in ODD]
    outcomes: Counter[str] = Counter()
    for path, value in sampled(odd, count):
        text = json.dumps(replaced(values, path, value), ensure_ascii=False, separators=(",", ":")).encode()
        files = segment_with(name, text)
        report = index_of(files).check()
        try:
            found = answers(index_of(files))
        except IndexStorageError:
            outcomes["refused"] += 1
            assert not report.ok, (path, value)
        except Exception as error:  # forged, and found by check
            outcomes["reported"] += 1
            assert not report.ok, (path, value, error)
        else:
            outcomes["harmless" if report.ok else "reported"] += 1
            terms = path[:2] == ("meta", "categories") and path[3:4] == (1,)  # analysed labels, for a later merge
            assert not report.ok or found == expected() or terms, (path, value)
    print(f"\n{outcomes.total()} odd directories: {dict(outcomes)}")


def test_arrays_that_overlap_are_refused() -> None:
    name = next(name for name in whole() if name.endswith(".seg"))
    content = whole()[name]
    values = json.loads(content[24 : 24 + struct.unpack("<8sIIQ", content[:24])[1]])
    values["arrays"]["col.views"] = values["arrays"]["col.updated"]
    assert outcome(segment_with(name, json.dumps(values).encode())) == "refused"


def forged(array: str, place: int, bits: int) -> FaqIndex:
    """The index with other bits in a byte of one array of its first segment, and the checksum of that."""
    name = next(name for name in whole() if name.endswith(".seg"))
    content = whole()[name]
    values = json.loads(content[24 : 24 + struct.unpack("<8sIIQ", content[:24])[1]])
    begin, size = place_of(name, array)
    changed = bytearray(content)
    changed[begin + place] ^= bits
    values["arrays"][array][3] = zlib.crc32(changed[begin : begin + size])
    files = segment_with(name, json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode())
    start = (24 + struct.unpack("<8sIIQ", content[:24])[1] + 63) // 64 * 64
    head = len(files[name]) - (len(content) - start)
    return index_of({**files, name: files[name][:head] + bytes(changed[start:])})


@pytest.mark.parametrize("count", [60, pytest.param(400, marks=SLOW)])
def test_check_reports_an_array_of_odd_values_with_a_right_checksum(count: int) -> None:
    """A forged byte in an array: check never raises, and sees it, since so small an index is analysed again as a whole."""
    name = next(name for name in whole() if name.endswith(".seg"))
    file = SegmentFile(memoryview(whole()[name]), name)
    places = [(array, place) for array in file for place in range(file.size(array))]
    random, passed = Random(3), Counter[str]()
    for array, place in sampled(places, count):
        index = forged(array, place, 1 << random.randrange(8))
        # Another way to write the same document, as a time with a blank in the place of its T, is no damage.
        if index.check().ok and (array != "stored" or list(index) != list(index_of(whole()))):
            passed[array] += 1
    # of deleted documents, which are not analysed again; and lengths that have the same code
    allowed = {"m.text", "g.text", "tok.term", "tok.start", "tok.len", "tok.off"}
    allowed |= {f"{one}.{what}" for one in LISTS for what in ("code", "docs", "len", "off")}
    assert passed.keys() <= allowed, passed
    assert passed.total() <= len(sampled(places, count)) // 20
    print(f"\n{len(sampled(places, count))} forged bytes, not seen by check: {dict(passed)}")


@pytest.mark.parametrize("array", ["tok.start", "tok.len", "m.all.code", "m.title.code", "m.category.code", "g.all.code"])
def test_check_sees_what_only_another_analysis_can_tell(array: str) -> None:
    """The place of a token, and a frequency: the values agree with each other, and not with the text."""
    size = place_of(next(name for name in whole() if name.endswith(".seg")), array)[1]
    place = size - (1 if array.endswith("code") else 2)  # the high byte of a code is the frequency
    report = forged(array, place, 2).check()
    assert not report.ok
    assert any("are not those of its" in one or " times in " in one for one in report.problems), report.problems
    assert report.counts["analysed again"] == len(live())


def test_a_sound_index_of_bodies_of_many_sentences_has_no_problem() -> None:
    with FaqIndex.in_memory() as index:
        index.sync(
            [Document("1", "캐시 환불", "앱에서 신청합니다. 사흘 걸립니다.\n- 카드\n- 휴대폰"), Document("2", "빈 본문")]
        )
        report = index.check()
        assert (report.ok, report.problems) == (True, ())


@pytest.mark.parametrize(
    ("place", "bits", "why"),
    [(0, 255, "behind the next one"), (1, 1, "the last is not the end of the body")],
    ids=lambda value: str(value),
)
def test_check_sees_sentences_that_do_not_fit_their_body(place: int, bits: int, why: str) -> None:
    index = FaqIndex.in_memory()
    index.sync([Document("1", "캐시 환불", "앱에서 신청합니다. 사흘 걸립니다.")])
    assert isinstance(index._backend, EmbeddedBackend)
    (segment,) = index._reader()._snapshot.segments  # type: ignore[attr-defined]
    ends = segment.file["sent.end"].copy()
    assert len(ends) == 2
    ends[place] ^= bits
    segment.file._arrays["sent.end"] = ends
    segment.__dict__.pop("_sentences", None)
    assert any("sentences of '1' do not fit" in one for one in _token_problems(segment)), why


@pytest.mark.parametrize(
    ("array", "table"), [("col.category", "categories"), ("col.audience", "audiences"), ("col.tags", "tags")]
)
@pytest.mark.parametrize(("place", "bits"), [(3, 0x80), (1, 0x01)], ids=["below the first", "behind the last"])
def test_check_sees_a_document_whose_label_is_not_in_the_table(array: str, table: str, place: int, bits: int) -> None:
    report = forged(array, place, bits).check()
    assert any(f"a document names one of the {table} that is not there" in one for one in report.problems)


def test_check_counts_what_it_has_verified() -> None:
    with FaqIndex.in_memory() as index:
        assert dict(index.check().counts) == dict.fromkeys(
            ["documents", "deleted", "segments", "tokens", "postings", "analysed again"], 0
        )
        index.sync([Document("1", "캐시 환불"), Document("2", "환불", "캐시")])
        # Morphemes of the documents, of their titles; bigrams of the documents (3 and 2), of their titles (3 and 1).
        counts = {"documents": 2, "deleted": 0, "segments": 1, "tokens": 4, "postings": 4 + 3 + 5 + 4, "analysed again": 2}
        assert dict(index.check().counts) == counts


def test_check_analyses_nothing_again_where_the_index_was_analysed_in_another_way() -> None:
    with FaqIndex.in_memory() as index:
        index.sync([document(n) for n in range(3)])
        reader = index._reader()
        reader.meta = dataclasses.replace(reader.meta, fingerprint="another Kiwi")  # as with on_mismatch="search"
        report = index.check()
        assert report.ok and report.counts["analysed again"] == 0


def test_a_large_index_is_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faqsearch.reanalysis.SAMPLE", 4)
    with FaqIndex.in_memory() as index:
        index.sync([document(n) for n in range(9)])
        assert index.check().counts["analysed again"] == 4


# Repair


def place_of(name: str, array: str) -> tuple[int, int]:
    """(where an array begins in its file, its bytes)."""
    content = whole()[name]
    length = struct.unpack("<8sIIQ", content[:24])[1]
    entry = json.loads(content[24 : 24 + length])["arrays"][array]
    return (24 + length + 63) // 64 * 64 + entry[2], SegmentFile(memoryview(content), name).size(array)


def segments() -> list[str]:
    """The names of the segments, the largest first."""
    return sorted((name for name in whole() if name.endswith(".seg")), key=lambda name: -len(whole()[name]))


def live() -> State:
    return state(index_of(whole()))


def repaired(files: Files) -> tuple[FaqIndex, tuple[str, ...]]:
    """The index after a repair, and what was lost."""
    index = index_of(files)
    report = index.check(repair=True)
    assert report.ok and not report.problems
    assert answers(index)
    index.upsert(Document("next", "쿠폰"))
    index.delete("next")
    assert index.check().ok
    return index, report.lost


def test_a_repair_of_a_whole_index_does_nothing() -> None:
    index = index_of(whole())
    generation = index.generation
    assert index.check(repair=True).ok
    assert index.generation == generation


def test_a_repair_keeps_every_document_whatever_other_array_is_damaged() -> None:
    name = segments()[0]
    arrays = list(SegmentFile(memoryview(whole()[name]), name))
    for array in sampled(arrays, 14):
        begin, size = place_of(name, array)
        if size and array != "stored":
            index, lost = repaired(flip(whole(), name, begin + size // 2, 0xFF))
            assert (state(index), lost) == (live(), ()), array


def test_a_wrong_byte_in_a_stored_document_costs_that_document_only() -> None:
    name = segments()[0]
    place = whole()[name].rindex("캐시".encode())
    index, lost = repaired(flip(whole(), name, place, 0x01))
    gone = live().keys() - state(index).keys()
    assert len(gone) == 1
    assert state(index) == {id: one for id, one in live().items() if id not in gone}
    assert len(lost) == 1 and "1 documents are lost" in lost[0] and repr(*gone) in lost[0]


def test_a_segment_whose_directory_is_damaged_or_missing_costs_its_documents() -> None:
    name = segments()[1]
    for files in (flip(whole(), name, 40, 1), {other: one for other, one in whole().items() if other != name}):
        index, lost = repaired(files)
        assert 0 < len(state(index)) < len(live())
        assert state(index).items() <= live().items()
        assert len(lost) == 1 and name in lost[0] and f"{len(live()) - len(state(index))} documents are lost" in lost[0]


@pytest.mark.parametrize("missing", [False, True])
def test_without_its_table_of_contents_every_document_is_kept_and_the_deleted_are_back(missing: bool) -> None:
    name = next(name for name in whole() if name.endswith(".toc"))
    files = flip(whole(), name, 30, 1)
    if missing:
        del files[name]
    index = index_of(files)
    with pytest.raises(IndexCorruptError, match="check --repair"):
        index.search("캐시")
    index, lost = repaired({**{n: files[n] for n in files if n.endswith(".toc")}, **{n: files[n] for n in segments()}})
    assert state(index).items() >= live().items()
    assert len(lost) == 1 and "deleted documents may be back" in lost[0]


def test_a_repair_that_would_keep_nothing_changes_nothing() -> None:
    files = {name: content[:10] if name.endswith(".seg") else content for name, content in whole().items()}
    index = index_of(files)
    with pytest.raises(IndexCorruptError, match="nothing was changed"):
        index.check(repair=True)
    assert index._backend._storage._files == files  # type: ignore[attr-defined]


def test_another_format_is_not_repaired() -> None:
    name = next(name for name in whole() if name.endswith(".toc"))
    values = json.loads(whole()[name].partition(b"\n")[2])
    index = index_of(table_with(json.dumps({**values, "format": 2}).encode()))
    with pytest.raises(IndexFormatError):
        index.check(repair=True)


def test_a_repair_keeps_lexicon_words_and_options(tmp_path: Path) -> None:
    lexicon = Lexicon(words=frozenset({"톡 서랍"}), stopwords=frozenset({"안내"}))
    with FaqIndex.create(tmp_path / "index", lexicon=lexicon) as index:
        index.sync([document(n) for n in range(4)])
    damage(tmp_path / "index")
    with FaqIndex.open(tmp_path / "index") as index:
        assert index.check(repair=True).ok
        assert index.lexicon == lexicon
        assert len(index) == 4
    with FaqIndex.open(tmp_path / "index", lexicon=lexicon) as index:
        assert index.search("캐시").total == 4


def damage(folder: Path, array: str = "m.all.docs") -> None:
    (path,) = folder.glob("*.seg")
    content = bytearray(path.read_bytes())
    length = struct.unpack("<8sIIQ", content[:24])[1]
    content[(24 + length + 63) // 64 * 64 + json.loads(content[24 : 24 + length])["arrays"][array][2]] ^= 1
    path.write_bytes(content)


def faqsearch(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "faqsearch", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def test_the_command_repairs_and_says_what_was_lost(tmp_path: Path) -> None:
    place = lay(tmp_path / "index", whole())
    name = segments()[1]
    (place / name).write_bytes(whole()[name][:-1])
    assert faqsearch("check", place).returncode == 1
    done = faqsearch("check", "--repair", place)
    assert done.returncode == 0, done.stderr
    assert re.search(rf"^lost: .*{name}", done.stdout, re.MULTILINE)
    assert f"{place} is whole" in done.stdout
    assert json.loads(faqsearch("check", place, "--json").stdout)["lost"] == []


def test_the_command_says_that_nothing_can_be_repaired(tmp_path: Path) -> None:
    place = lay(tmp_path / "index", {name: content[:9] for name, content in whole().items()})
    done = faqsearch("check", place, "--repair")
    assert done.returncode != 0
    assert "nothing was changed" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
