"""The statistics and slices of the relevance suite."""

from __future__ import annotations

import random

import pytest

from benchmarks.registered import collection
from benchmarks.relevance import overlap
from benchmarks.significance import interval, randomisation


def test_an_interval_holds_the_mean_and_narrows_with_more_queries() -> None:
    draw = random.Random(1)
    few, many = ([draw.random() for _ in range(size)] for size in (20, 2_000))
    for values in (few, many):
        found = interval(values)
        assert found.mean == pytest.approx(sum(values) / len(values))
        assert found.low < found.mean < found.high
    assert interval(many).high - interval(many).low < (interval(few).high - interval(few).low) / 3


def test_an_interval_of_equal_values_is_a_point() -> None:
    found = interval([0.5] * 30)
    assert (found.mean, found.low, found.high) == (0.5, 0.5, 0.5)


def test_a_difference_of_every_query_is_no_luck_and_one_of_none_is() -> None:
    assert randomisation([0.1] * 30) < 0.001
    assert randomisation([0.0] * 30) == 1.0
    draw = random.Random(2)
    assert randomisation([draw.choice((-1.0, 1.0)) for _ in range(200)]) > 0.05


@pytest.mark.parametrize(
    ("query", "texts", "share"),
    [
        ("캐시 환불", ["캐시 환불 안내"], 1.0),
        ("캐시 환불", ["환불", "없음"], 1 / 3),
        ("캐시 환불", ["돌려받기"], 0.0),
        ("?", ["돌려받기"], 0.0),
    ],
)
def test_overlap_is_the_share_of_syllable_pairs_that_the_nearest_text_holds(query: str, texts: list[str], share: float) -> None:
    assert overlap(query, texts) == pytest.approx(share)


def test_a_registered_set_has_each_paragraph_once_and_the_questions_that_belong() -> None:
    paragraph = {"context": "가나다", "qas": [{"id": "korean-1", "question": "뭐?"}, {"id": "english-2", "question": "what?"}]}
    again = {"context": "가나다", "qas": [{"id": "korean-3", "question": "또?"}]}
    other = {"context": "other", "qas": [{"id": "english-4", "question": "what?"}]}
    contents = [{"data": [{"title": "글_제목", "paragraphs": [paragraph, again, other]}]}]
    found = collection("set", contents, lambda question: question.startswith("korean"))
    assert [(document.id, document.title, document.body) for document in found.documents] == [("p0", "글 제목", "가나다")]
    assert found.queries == {"korean-1": "뭐?", "korean-3": "또?"}
    assert found.qrels == {"korean-1": {"p0": 1}, "korean-3": {"p0": 1}}
