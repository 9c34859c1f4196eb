"""Events of searches: what they hold, that they identify nobody, and how they end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsearch import Document, FaqIndex, InvalidOptionError, SearchEvent
from faqsearch.events import mask_personal


@pytest.fixture(scope="module")
def filled() -> Iterator[FaqIndex]:
    with FaqIndex.in_memory() as index:
        index.sync(
            [
                Document("1", "캐시 환불", category=("결제", "환불"), tags=frozenset({"인기", "결제"})),
                Document("2", "정기 결제 해지", category=("결제",)),
            ]
        )
        yield index


@pytest.fixture
def index(filled: FaqIndex) -> Iterator[FaqIndex]:
    yield filled
    filled._callbacks.clear()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("kim@example.com 으로 보내 주세요", "[e-mail] 으로 보내 주세요"),
        ("kim.lee+shop@mail.example.co.kr", "[e-mail]"),
        ("주민번호 900101-1234567 변경", "주민번호 [주민등록번호] 변경"),
        ("9001011234567", "[주민등록번호]"),
        ("900101 2234567", "[주민등록번호]"),
        ("외국인 900101-5234567", "외국인 [주민등록번호]"),
        ("카드 1234-5678-9012-3456 결제", "카드 [card] 결제"),
        ("1234567890123456", "[card]"),
        ("1234 5678 9012 3456", "[card]"),
        ("010-1234-5678로 연락", "[phone]로 연락"),
        ("01012345678", "[phone]"),
        ("010 1234 5678", "[phone]"),
        ("010.1234.5678", "[phone]"),
        ("011-123-4567", "[phone]"),
        ("02-123-4567", "[phone]"),
        ("+82-10-1234-5678", "[phone]"),
        ("+82 10 1234 5678", "[phone]"),
        ("a@b.kr 010-1234-5678", "[e-mail] [phone]"),
        ("010-1234-5678, 010-8765-4321", "[phone], [phone]"),
    ],
)
def test_a_number_that_identifies_a_person_is_masked(text: str, masked: str) -> None:
    assert mask_personal(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "０１０－１２３４－５６７８",
        "010–1234–5678",
        "010 - 1234 - 5678",
        "(02) 123-4567",
        "3782-822463-10005",
        "９００１０１-1234567",
        "900101 - 1234567",
        "010\u200b1234\u200b5678",
    ],
    ids=ascii,
)
def test_a_number_written_in_another_way_is_masked_too(text: str) -> None:
    assert not any(character.isdigit() for character in mask_personal(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "환불",
        "ㅎㅂ",
        "ㅋㅋㅋ 환불",
        "캐시 10,000원",
        "2024-01-31",
        "오류 -1009",
        "E-2041",
        "7일 이내 3회차",
        "17.2.1",
        "1588-1234",
        "@멘션",
    ],
)
def test_other_text_is_not_masked(text: str) -> None:
    assert mask_personal(text) == text


@given(st.from_regex(r"01[016789][-. ]?[0-9]{3,4}[-. ]?[0-9]{4}", fullmatch=True, alphabet="0123456789-. "))
def test_no_mobile_number_is_left(number: str) -> None:
    assert mask_personal(f"제 번호는 {number} 입니다") == "제 번호는 [phone] 입니다"


@given(st.text(max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask_personal(text)
    assert mask_personal(once) == once


def test_a_search_calls_back_with_what_it_did(index: FaqIndex) -> None:
    events: list[SearchEvent] = []
    index.on_search(events.append)
    before = datetime.now(UTC)
    results = index.search("결제", category="결제", tags={"인기", "결제"}, sort="-views", page=1, per_page=5)
    (event,) = events
    assert event.query == "결제"
    assert event.correction is None
    assert event.filters == {
        "category": ["결제"],
        "within": None,
        "tags": ["결제", "인기"],
        "audience": [],
        "matching": "most",
    }
    assert (event.sort, event.page, event.total, event.confidence) == ("-views", 1, results.total, results.confidence)
    assert event.hit_ids == tuple(hit.document.id for hit in results)
    assert event.took_ms == results.took_ms
    assert before <= event.at <= datetime.now(UTC) and event.at.utcoffset() == timedelta(0)


def test_the_query_of_an_event_is_masked_and_that_of_the_results_is_not(index: FaqIndex) -> None:
    events: list[SearchEvent] = []
    index.on_search(events.append)
    results = index.search("010-1234-5678 환불")
    assert events[0].query == "[phone] 환불"
    assert results.query == "010-1234-5678 환불"


def test_every_event_has_an_id_of_its_own(index: FaqIndex) -> None:
    events: list[SearchEvent] = []
    index.on_search(events.append)
    for _ in range(20):
        index.search("환불")
    assert len({event.id for event in events}) == 20


@pytest.mark.parametrize("kind", ["label", "path", "paths", "facet", "facets", "iterator"])
def test_an_event_is_ready_for_json_whatever_category_was_chosen(index: FaqIndex, kind: str) -> None:
    facet = index.search("결제").facets[0]
    choices: dict[str, Any] = {
        "label": "결제",
        "path": ("결제",),
        "paths": [("결제", "환불"), ("계정",)],
        "facet": facet,
        "facets": [facet],
        "iterator": iter([("결제",)]),
    }
    events: list[SearchEvent] = []
    index.on_search(events.append)
    index.search("결제", category=choices[kind])
    text = json.dumps(events[0].to_dict(), ensure_ascii=False)
    assert "결제" in json.loads(text)["filters"]["category"].__repr__()
    assert "Facet(" not in text


def test_every_callback_is_called_in_the_order_they_came(index: FaqIndex) -> None:
    called: list[str] = []
    index.on_search(lambda event: called.append("first"))
    index.on_search(lambda event: called.append("second"))
    index.search("환불")
    assert called == ["first", "second"]


def test_what_on_search_gives_back_ends_the_events(index: FaqIndex) -> None:
    events: list[SearchEvent] = []
    stop = index.on_search(events.append)
    index.search("환불")
    stop()
    index.search("환불")
    assert len(events) == 1


def test_ending_twice_does_nothing(index: FaqIndex) -> None:
    stop = index.on_search(lambda event: None)
    stop()
    stop()


def test_ending_one_callback_leaves_the_others(index: FaqIndex) -> None:
    one: list[SearchEvent] = []
    other: list[SearchEvent] = []
    stop = index.on_search(one.append)
    index.on_search(other.append)
    stop()
    index.search("환불")
    assert (len(one), len(other)) == (0, 1)


def test_a_callback_given_twice_is_ended_once_for_each_time(index: FaqIndex) -> None:
    events: list[SearchEvent] = []
    callback = events.append
    stop = index.on_search(callback)
    index.on_search(callback)
    stop()
    stop()
    index.search("환불")
    assert len(events) == 1


def test_a_callback_that_ends_itself_does_not_keep_the_next_from_being_called(index: FaqIndex) -> None:
    called: list[str] = []

    def once(event: SearchEvent) -> None:
        called.append("once")
        stop()

    stop = index.on_search(once)
    index.on_search(lambda event: called.append("always"))
    index.search("환불")
    assert called == ["once", "always"]


def test_a_search_with_a_bad_option_is_no_event(index: FaqIndex) -> None:
    events: list[SearchEvent] = []
    index.on_search(events.append)
    with pytest.raises(InvalidOptionError):
        index.search("환불", per_page=0)
    assert events == []


def test_completing_looking_and_writing_are_no_searches(index: FaqIndex) -> None:
    events: list[SearchEvent] = []
    index.on_search(events.append)
    index.complete("캐")
    index.related("1")
    index.explain("환불", id="1")
    index.get("1")
    assert events == []
