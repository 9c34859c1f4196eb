"""explain tells what search does: the same score, the same place, or the true reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from faqsearch import Document, FaqIndex, Lexicon, read_documents

DATA = Path(__file__).parent.parent / "data"
ROWS = [json.loads(line) for line in (DATA / "queries.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def index() -> Iterator[FaqIndex]:
    with FaqIndex.in_memory() as index:
        index.sync(read_documents(DATA / "faqs.jsonl"))
        yield index


@pytest.mark.parametrize("query", [row["text"] for row in ROWS[::12]])
def test_the_value_and_place_are_those_of_the_hit(index: FaqIndex, query: str) -> None:
    for hit in index.search(query, per_page=3):
        explanation = index.explain(query, id=hit.document.id)
        assert explanation.value == pytest.approx(hit.score, rel=1e-6)  # a cluster computes in single precision
        assert explanation.value == pytest.approx(sum(part.value for part in explanation.details))
        assert f"{hit.rank}번째 결과" in explanation.description


def test_a_corrected_query_is_explained_as_it_was_searched(index: FaqIndex) -> None:
    texts = [part.description for part in index.explain("zotl ghksqnf", id="story-005").details]
    assert any("'zotl' 대신 '캐시'" in text for text in texts)


@pytest.fixture
def small() -> Iterator[FaqIndex]:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    lexicon = Lexicon(pins=(("환불", "pinned"),))  # type: ignore[arg-type]
    with FaqIndex.in_memory(lexicon=lexicon) as index:
        index.sync(
            [
                Document(id="best", title="환불 신청", body="환불을 신청합니다."),
                Document(id="gone", title="환불 행사", visible_until=past),
                Document(id="staff", title="환불 규정", audience=frozenset({"staff"})),
                Document(id="other", title="이모티콘 선물", body="이모티콘을 선물합니다."),
                Document(id="pinned", title="공지 사항"),
                *(Document(id=f"n{n}", title=f"알림 설정 {n}", body="긴 글 " * 200 + "환불") for n in range(3)),
            ]
        )
        yield index


@pytest.mark.parametrize(
    ("query", "id", "reason"),
    [
        ("환불", "gone", "공개되지 않았거나"),
        ("환불", "staff", "대상이 정해진 글"),
        ("환불", "other", "낱말이 하나도 없어"),
        ("환불 신청 -환불", "best", "결과에 없습니다"),
        ('"환불 규칙"', "best", "따옴표 안의 말이 없거나"),
        ("환불", "missing", "색인에 없습니다"),
        ("?!", "best", "찾을 낱말이 없는 질의"),
    ],
)
def test_a_document_that_is_no_hit_has_the_true_reason(small: FaqIndex, query: str, id: str, reason: str) -> None:
    assert reason in small.explain(query, id=id).description


def test_a_pinned_document_is_told_to_be_pinned(small: FaqIndex) -> None:
    assert small.search("환불").hits[0].document.id == "pinned"
    assert "1번째 결과 (이 질의에 고정된 글)" in small.explain("환불", id="pinned").description
    assert "2번째 결과" in small.explain("환불", id="best").description


def test_words_that_are_not_there_are_named(small: FaqIndex) -> None:
    texts = [part.description for part in small.explain("환불 기린", id="best").details]
    assert any("'기린'이 제목과 본문에 없음" in text for text in texts)
