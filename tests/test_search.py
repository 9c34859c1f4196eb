"""Searches of a small help centre: the cases of cases/search.json, and what a table cannot say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from faqsearch import Document, Facet, FaqIndex, Highlight, InvalidOptionError, Lexicon, Pin, SearchEvent, SearchResults
from faqsearch.index.segments.segment import Segment

CORPUS = json.loads((Path(__file__).parent / "cases" / "search.json").read_text(encoding="utf-8"))
CASES = CORPUS["cases"]
DOCUMENTS = [Document.from_dict(values) for values in CORPUS["documents"]]
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def index() -> Iterator[FaqIndex]:
    with FaqIndex.in_memory() as index:
        index.sync(DOCUMENTS)
        yield index


def flat(facets: Iterable[Facet]) -> Iterator[Facet]:
    for facet in facets:
        yield facet
        yield from flat(facet.children)


def marked(highlight: Highlight) -> list[str]:
    return [highlight.text[start:end] for start, end in highlight.spans]


def run(index: FaqIndex, query: Any, options: dict[str, Any]) -> SearchResults:
    if isinstance(query, dict):
        query = query["repeat"][0] * query["repeat"][1]
    options = {"now": NOW, **options}
    if isinstance(options["now"], str):
        options["now"] = datetime.fromisoformat(options["now"])
    choice = options.get("category")
    if isinstance(choice, dict):
        path = tuple(choice["facet"].split(">"))
        options["category"] = next(facet for facet in flat(index.search(query, now=NOW).facets) if facet.path == path)
    return index.search(query, **options)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_search(index: FaqIndex, case: dict[str, Any]) -> None:
    options = case.get("options", {})
    results = run(index, case["query"], options)
    ids = [hit.document.id for hit in results]
    hits = dict(zip(ids, results.hits, strict=True))
    seen: dict[str, Any] = {
        "ids": ids,
        "ids_set": sorted(ids),
        "first": ids[0] if ids else None,
        "first_rank": results.hits[0].rank if ids else None,
        "total": results.total,
        "total_pages": results.total_pages,
        "truncated": results.truncated,
        "confidence": results.confidence,
        "facets": {">".join(facet.path): facet.count for facet in flat(results.facets)},
        "selected": sorted(">".join(facet.path) for facet in flat(results.facets) if facet.selected),
        "html": {id: hit.title.to_html() for id, hit in hits.items()},
        "snippet": {id: hit.snippet.text for id, hit in hits.items()},
    }
    for what in case.keys() - {"name", "query", "options", "same_as", "marks"}:
        wanted = case[what]
        if what in ("ids_set", "selected"):
            wanted = sorted(wanted)
        if what in ("html", "snippet"):
            assert wanted.items() <= seen[what].items(), what
        else:
            assert seen[what] == wanted, what
    for id, wanted in case.get("marks", {}).items():
        assert {field: marked(getattr(hits[id], field)) for field in wanted} == wanted, id
    if "same_as" in case:
        other = run(index, case["same_as"], options)
        assert sorted(hit.document.id for hit in other) == sorted(ids)
        assert other.total == results.total > 0


@pytest.mark.parametrize("query", ["캐시 환불", "비밀번호를", "이용권 규정"])
def test_decomposed_hangul_gives_the_very_same_hits(index: FaqIndex, query: str) -> None:
    assert normalize("NFD", query) != query
    assert index.search(normalize("NFD", query), now=NOW).hits == index.search(query, now=NOW).hits


def test_decomposed_documents_score_and_mark_alike(index: FaqIndex) -> None:
    def decomposed(document: Document) -> Document:
        values = document.to_dict()
        return Document.from_dict(
            {**values, "title": normalize("NFD", values["title"]), "body": normalize("NFD", values["body"])}
        )

    with FaqIndex.in_memory() as other:
        other.sync(map(decomposed, DOCUMENTS))
        for query in ("캐시 환불", "선물 취소", "Wi-Fi"):
            wanted, found = index.search(query, now=NOW), other.search(query, now=NOW)
            assert [(hit.document.id, hit.score) for hit in found] == [(hit.document.id, hit.score) for hit in wanted]
            for one, same in zip(wanted, found, strict=True):
                assert [normalize("NFC", text) for text in marked(same.title)] == marked(one.title)


def test_a_stop_word_that_kiwi_reads_as_a_verb_is_not_marked() -> None:
    """안내 at the end of a text is read as 안 + 내 (a verb): half of the word would be marked."""
    with FaqIndex.in_memory() as index:
        index.upsert(Document("1", "환불 안내", "환불 규정입니다."))
        assert marked(index.search("환불 안내").hits[0].title) == ["환불"]


def test_a_stop_word_that_kiwi_reads_as_a_verb_need_not_be_there() -> None:
    with FaqIndex.in_memory() as index:
        index.upsert(Document("1", "환불 규정", "취소 규정입니다."))
        assert index.search("환불 안내", matching="all").total == 1


def test_all_finds_what_most_finds_where_the_query_has_no_content_word() -> None:
    """바로 is an adverb: there is no content word that a document could lack."""
    with FaqIndex.in_memory() as index:
        index.upsert(Document("1", "쿠폰", "바로 쓸 수 있습니다."))
        assert index.search("바로", matching="all").total == index.search("바로").total == 1


def test_a_spaced_compound_finds_a_body_that_writes_it_as_one_word() -> None:
    """Kiwi reads 비밀번호 as one noun here, and 비밀 번호 as two."""
    with FaqIndex.in_memory() as index:
        index.upsert(Document("1", "로그인", "로그인 화면에서 비밀번호 찾기를 눌러 주세요."))
        assert index.search("비밀 번호", matching="all").total == 1


def test_an_excluded_compound_is_excluded_whatever_its_spacing() -> None:
    with FaqIndex.in_memory() as index:
        index.upsert(
            [
                Document("1", "로그인", "로그인 화면에서 비밀번호 찾기를 눌러 주세요."),
                Document("2", "로그인", "설정에서 비밀 번호를 바꿉니다."),
            ]
        )
        assert index.search("로그인 -비밀번호").total == 0


def test_a_callback_hears_of_a_search_filtered_by_a_facet(index: FaqIndex) -> None:
    events: list[SearchEvent] = []
    stop = index.on_search(events.append)
    try:
        facet = index.search("환불", now=NOW).facets[0]
        index.search("환불", now=NOW, category=facet)
    finally:
        stop()
    assert len(events) == 2


def test_a_pin_leads_counts_once_and_obeys_filters() -> None:
    lexicon = Lexicon(pins=(Pin("환불 안 돼요", "g05"), Pin("환불 안 돼요", "p10"), Pin("환불 안 돼요", "none")))
    with FaqIndex.in_memory(lexicon=lexicon) as index:
        index.sync(DOCUMENTS)
        plain = index.search("환불이 안돼요", now=NOW)
        assert [hit.document.id for hit in plain if hit.pinned] == ["g05"] == [plain.hits[0].document.id]
        assert len({hit.document.id for hit in plain}) == plain.total
        assert not any(hit.pinned for hit in index.search("환불이 안돼요", now=NOW, category="멜론"))
        assert not any(hit.pinned for hit in index.search("환불이 안돼요", now=NOW, sort="-views"))


def test_a_hidden_entry_does_not_raise_the_floor() -> None:
    """matching="most" compares with the best entry that may be seen."""
    weak = Document("weak", "쿠폰 등록", "쿠폰을 등록하는 화면입니다. 한 번 등록하면 환불되지 않습니다.")
    strong = Document("strong", "환불 규정 환불 신청", "환불 규정", audience=frozenset({"staff"}))
    fill = [Document(f"f{n}", "배송 조회", "배송 상태를 봅니다.") for n in range(5)]
    with FaqIndex.in_memory() as index:
        index.sync([weak, strong, *fill])
        assert [hit.document.id for hit in index.search("환불 규정 신청")] == ["weak"]
        assert [hit.document.id for hit in index.search("환불 규정 신청", audience="staff")] == ["strong"]


def test_a_hidden_entry_teaches_the_index_no_word() -> None:
    """바로 is an adverb and need not be there, unless an entry that nobody may see has it for a label."""
    with FaqIndex.in_memory() as index:
        index.upsert(Document("seen", "캐시 환불", "바로 환불됩니다."))
        assert index.search("바로 환불", matching="all").total == 1
        index.upsert(Document("hidden", "쿠폰", category=("바로",), audience=frozenset({"staff"})))
        assert index.search("바로 환불", matching="all").total == 1


def test_an_empty_index_answers() -> None:
    with FaqIndex.in_memory() as index:
        results = index.search("환불")
        assert (results.total, results.total_pages, results.hits, results.facets, results.confidence) == (0, 0, (), (), "none")


def test_without_facets_the_hits_are_the_same(index: FaqIndex) -> None:
    results = index.search("환불", now=NOW, facets=False)
    assert results.facets == ()
    assert results.hits == index.search("환불", now=NOW).hits


@pytest.mark.parametrize(
    "options",
    [
        {"page": 0},
        {"page": True},
        {"per_page": 0},
        {"per_page": 101},
        {"per_page": 2.5},
        {"sort": "views"},
        {"matching": "none"},
        {"snippet_length": 0},
        {"now": datetime(2026, 1, 1)},
        {"within": "멜론"},
        {"category": 3},
        {"tags": [3]},
        {"audience": 3},
    ],
    ids=str,
)
def test_an_option_that_cannot_be_used_names_itself(index: FaqIndex, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidOptionError, match=next(iter(options))):
        index.search("환불", **options)


@pytest.mark.parametrize(
    ("moment", "seen"),
    [
        (timedelta(microseconds=249_999), False),
        (timedelta(microseconds=250_000), True),
        (timedelta(microseconds=749_999), True),
        (timedelta(microseconds=750_000), False),
    ],
    ids=str,
)
def test_a_document_is_seen_from_its_first_microsecond_to_before_its_last(moment: timedelta, seen: bool) -> None:
    with FaqIndex.in_memory() as index:
        begin, end = (NOW + timedelta(microseconds=some) for some in (250_000, 750_000))
        index.sync([Document("1", "캐시 환불", visible_from=begin, visible_until=end)])
        assert index.search("환불", now=NOW + moment).total == int(seen)


WORDS = [
    Document(id="star", title="별을 충전하는 방법", body="별은 게임에서 씁니다."),
    Document(id="special", title="특별 할인", body="개별 상품마다 다릅니다. 확인해 보았나요?"),
    Document(id="alarm", title="온새톡 알림을 끄고 싶어요", body="설정에서 끕니다."),
    Document(id="know", title="온새톡 사용법을 알고 싶어요", body="이용 안내를 보세요."),
    Document(id="pass", title="온새톡 이용권", body="이용권은 30일 동안 쓸 수 있습니다."),
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("별", {"star"}),
        ('"별"', {"star", "special"}),
        ('"나요"', {"special"}),
        ('"싶어요" 알림', {"alarm", "know"}),
        ('"싶어요" "알고" 온새톡', {"know"}),
        ("온새톡 -알림", {"know", "pass"}),
        ("온새톡 -이용권", {"alarm", "know"}),
        ("온새톡 -알다", {"alarm", "pass"}),
        ('온새톡 -"알고"', {"alarm", "pass"}),
        ('온새톡 -"권" -"끄"', {"know"}),
    ],
)
def test_letters_in_quotes_and_words_left_out_are_meant_as_they_stand(query: str, expected: set[str]) -> None:
    with FaqIndex.in_memory() as index:
        index.sync(WORDS)
        assert {hit.document.id for hit in index.search(query)} == expected


def test_many_short_phrases_read_each_document_once_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    stored = Segment.stored_values
    monkeypatch.setattr(Segment, "stored_values", lambda self, number: (read.append(number), stored(self, number))[1])
    letters = "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허"
    with FaqIndex.in_memory() as index:
        index.sync([Document(id=str(number), title=f"제목 {number}", body="본문입니다. " * 300) for number in range(50)])
        assert index.search(" ".join(f'"{letter}"' for letter in letters) + ' "a"' * 20).total == 0
    assert len(read) <= 50
