"""Other readings of a query: keyboard mode, initial consonants, misspellings, blanks between syllables."""

from __future__ import annotations

import gc
import json
import unicodedata
import weakref
from collections.abc import Iterator
from itertools import pairwise
from math import log1p
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.damage import one_typo
from faqsearch import Document, FaqIndex, read_documents
from faqsearch.analysis.analyzer import Analyzer
from faqsearch.analysis.hangul import is_syllable
from faqsearch.analysis.resources.load import synonyms
from faqsearch.query.correct import _noun_end
from faqsearch.query.initials import are_initials, by_initials, initials_of, readings
from faqsearch.query.keyboard import to_hangul, to_latin
from faqsearch.query.misspelling import CONFUSED, corrections, edits

CASES = json.loads((Path(__file__).parent / "cases" / "corrections.json").read_text(encoding="utf-8"))
DATA = Path(__file__).parent.parent / "data"
syllables = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def index() -> Iterator[FaqIndex]:
    with FaqIndex.in_memory() as index:
        index.sync(read_documents(DATA / "faqs.jsonl"))
        yield index


@pytest.mark.parametrize("case", CASES["read otherwise"], ids=lambda case: case["query"])
def test_an_unknown_word_is_read_otherwise(index: FaqIndex, case: dict[str, Any]) -> None:
    results = index.search(case["query"])
    assert results.correction is not None
    assert (results.correction.query, results.correction.reason) == (case["searched"], case["reason"])
    assert results.query == case["query"]


@pytest.mark.parametrize("case", CASES["read otherwise"], ids=lambda case: case["query"])
def test_the_hits_are_those_of_the_reading(index: FaqIndex, case: dict[str, Any]) -> None:
    corrected, typed = index.search(case["query"]), index.search(case["searched"], correct=False)
    assert [hit.document.id for hit in corrected] == [hit.document.id for hit in typed]
    assert [hit.title.spans for hit in corrected] == [hit.title.spans for hit in typed]


@pytest.mark.parametrize("case", CASES["left alone"], ids=lambda case: case["query"])
def test_a_query_that_may_be_right_is_left_alone(index: FaqIndex, case: dict[str, Any]) -> None:
    assert index.search(case["query"]).correction is None


def test_what_was_replaced_is_told_word_by_word(index: FaqIndex) -> None:
    correction = index.search("zotl 환블").correction
    assert correction is not None
    assert correction.replacements == (("zotl", "캐시"), ("환블", "환불"))


def test_ambiguous_initials_offer_other_readings(index: FaqIndex) -> None:
    results = index.search("ㅎㅂ")
    assert results.correction is not None
    offered = {results.correction.query, *results.suggestions}
    assert "환불" in offered
    assert len(offered) == 1 + len(results.suggestions) > 1


def test_correct_false_searches_the_words_as_typed(index: FaqIndex) -> None:
    results = index.search("zotl", correct=False)
    assert results.correction is None
    assert results.total == 0


def test_decomposed_text_is_read_as_composed(index: FaqIndex) -> None:
    composed, decomposed = (index.search(unicodedata.normalize(form, "캐시 환블")) for form in ("NFC", "NFD"))
    assert composed.correction == decomposed.correction
    assert [hit.document.id for hit in composed] == [hit.document.id for hit in decomposed]


def test_a_word_that_the_index_learns_is_no_longer_replaced() -> None:
    with FaqIndex.in_memory() as index:
        index.sync([Document(id=str(n), title="결제 취소", body="결제 취소는 앱에서 합니다.") for n in range(5)])
        assert index.search("결재 취소").correction is not None
        index.upsert([Document(id=f"a{n}", title="결재 올리기", body="전자 결재를 올립니다.") for n in range(3)])
        assert index.search("결재 취소").correction is None


def test_a_hidden_document_teaches_no_reading() -> None:
    with FaqIndex.in_memory() as index:
        secret = [Document(id=f"s{n}", title="환불 안내", audience=frozenset({"staff"})) for n in range(5)]
        index.sync([Document(id="1", title="캐시 충전"), *secret])
        assert index.search("환블").correction is None
        correction = index.search("환블", audience="staff").correction
        assert correction is not None
        assert correction.query == "환불"


def test_a_rare_word_is_searched_as_typed_and_a_frequent_one_that_sounds_alike_is_offered() -> None:
    with FaqIndex.in_memory() as index:
        index.sync([Document("it", "결재 올리기"), *(Document(str(n), "결제 취소") for n in range(40))])
        results = index.search("결재 올리기")
        assert (results.correction, results.suggestions) == (None, ("결제 올리기",))
        assert results.hits[0].document.id == "it"
        assert index.search("결제 취소").suggestions == index.search("결재 올리기", correct=False).suggestions == ()


def test_a_word_that_only_hidden_documents_hold_often_is_not_offered() -> None:
    with FaqIndex.in_memory() as index:
        secret = [Document(str(n), "결제 취소", audience=frozenset({"staff"})) for n in range(40)]
        index.sync([Document("it", "결재 올리기"), *(Document(f"o{n}", "캐시 충전") for n in range(40)), *secret])
        assert index.search("결재 올리기").suggestions == ()
        assert index.search("결재 올리기", audience="staff").suggestions == ("결제 올리기",)


def test_hidden_words_are_neither_read_nor_offered_for_initials() -> None:
    with FaqIndex.in_memory() as index:
        secret = [
            Document(id="s1", title="할부 비밀 계약", audience=frozenset({"staff"})),
            Document(id="s2", title="회비", audience={"staff"}),
        ]  # type: ignore[arg-type]
        index.sync([Document(id="1", title="환불 안내"), *secret])
        results = index.search("ㅎㅂ")
        assert results.correction is not None
        assert (results.correction.query, results.suggestions) == ("환불", ())
        assert index.search("ㅂㅁ").correction is None


def test_titles_tell_what_initials_mean_to_those_who_may_see_them() -> None:
    with FaqIndex.in_memory() as index:
        titles = ["환불이 가능한가요", "환불 규정", "가능 여부", "한방 강의"]
        index.sync([*(Document(title, title) for title in titles), Document("s", "환불 기밀", audience=frozenset({"staff"}))])

        def read(query: str, **options: Any) -> tuple[str, tuple[str, ...]] | None:
            found = index.search(query, **options)
            return found.correction and (found.correction.query, found.suggestions)

        assert read("ㅎㅂ ㄱㄴ") == ("환불 가능", ()), "in this order, with a particle between"
        assert read("ㄱㄴ ㅎㅂ") == ("가능 환불", ()), "in no title in this order: by the words of the index"
        assert read("ㅎㅂㄱㅈ") == ("환불 규정", ())
        assert read("ㅎㅂ ㄱㅁ") is None
        assert read("ㅎㅂ ㄱㅁ", audience="staff") == ("환불 기밀", ())


def test_an_index_that_is_dropped_is_gone_without_the_garbage_collector() -> None:
    def searched() -> weakref.ref[object]:
        index = FaqIndex.in_memory()
        index.sync([Document("1", "캐시 환불")])
        assert index.search("ㅋㅅ ㅎㅂ").total == 1 and index.complete("ㅋ")
        return weakref.ref(index._reader())

    gc.collect()
    gc.disable()
    try:
        assert searched()() is None
    finally:
        gc.enable()


def test_whole_words_come_before_parts_of_words_among_the_readings_of_titles() -> None:
    with FaqIndex.in_memory() as index:
        titles = ["회차가 열리지 않아요", "회차는 열리지만 그림이 없어요", "화초와 의료진"]
        index.sync([Document(title, title) for title in titles])
        results = index.search("ㅎㅊ ㅇㄹㅈ")
        assert results.correction is not None
        assert (results.correction.query, results.suggestions) == ("화초 의료진", ("회차 열리지",))


def test_readings_of_initials_lie_within_the_collection_searched() -> None:
    with FaqIndex.in_memory() as index:
        index.sync([Document(id="1", title="환불", category=("A",)), Document(id="2", title="회비", category=("B",))])
        results = index.search("ㅎㅂ", within=("B",))
        assert results.correction is not None
        assert (results.correction.query, results.suggestions) == ("회비", ())


def test_queries_of_the_tuning_half_that_are_right_stay_as_typed(index: FaqIndex) -> None:
    """Of the undamaged kinds at most one in a hundred is changed, and never a keyword query."""
    rows = [json.loads(line) for line in (DATA / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
    right = [
        row for row in rows if row["split"] == "tuning" and row["kind"] in ("keyword", "question", "navigational", "scenario")
    ]
    changed = [row for row in right if index.search(row["text"], facets=False).correction is not None]
    assert len(changed) <= len(right) / 100, [row["text"] for row in changed]
    assert not [row for row in changed if row["kind"] == "keyword"]


TITLES = [document.title for document in read_documents(DATA / "faqs.jsonl")]
WORDS = sorted({word for title in TITLES for word in title.split() if len(word) > 2 and all(map(is_syllable, word))})
MISSPELLED = st.tuples(st.sampled_from(WORDS), st.randoms()).map(lambda one: one_typo(*one))
SYNONYMS = st.sampled_from([left for left, _, _ in synonyms()])


@settings(max_examples=150)
@given(st.one_of(SYNONYMS, MISSPELLED))
def test_marks_of_another_reading_or_a_synonym_stand_at_stored_words_that_matched(index: FaqIndex, query: str) -> None:
    results = index.search(query)
    searched = results.correction.query if results.correction else query
    typed = [word[:2] for word in searched.lower().split() if len(word) > 1]
    for hit in results:
        stored = index._backend.reader().stored(hit.document.id)
        assert stored is not None
        for shown, text, tokens in (
            (hit.title, hit.document.title, stored.title),
            (hit.snippet, hit.document.body, stored.body),
        ):
            for start, end in shown.spans:
                begin, stop = start + shown.start, end + shown.start
                assert text[begin:stop] == shown.text[start:end]
                inside = {
                    term
                    for term, left, right in zip(tokens.terms, tokens.starts, tokens.ends, strict=True)
                    if left < stop and begin < right
                }
                surface = text[begin:stop].lower()
                assert inside & set(hit.matched_terms) or surface in searched or any(word in surface for word in typed)


@given(syllables)
def test_typing_in_latin_mode_and_back_is_the_same_text(text: str) -> None:
    assert to_hangul(to_latin(text)) == text


@pytest.mark.parametrize("keys", ["asdf", "pass!", "zo tl", "", "kk", "ㅋㅋ"])
def test_keys_that_make_no_whole_syllables_are_no_korean(keys: str) -> None:
    assert to_hangul(keys) is None


def test_shift_types_the_doubled_consonants() -> None:
    assert to_hangul("dkQk") == "아빠"
    assert to_latin("아빠") == "dkQk"


def test_korean_mode_is_read_as_latin() -> None:
    assert to_latin("ㅔㅁㄴㄴ") == "pass"


@pytest.mark.parametrize(
    ("word", "expected"), [("ㅎㅂ", True), ("ㅋㅋ", False), ("ㄱㅅ", False), ("ㅎ", False), ("ㅏㅏ", False)]
)
def test_initials_are_told_from_chat(word: str, expected: bool) -> None:
    assert are_initials(word) is expected


def test_initials_stand_for_words_and_pairs_of_words_the_most_frequent_first() -> None:
    words = by_initials([("할부", 2), ("환불", 9), ("회비", 1), ("캐시", 5), ("abc", 7), ("환", 8)])
    assert words["ㅎㅂ"] == ("환불", "할부", "회비")
    assert readings("ㅋㅅㅎㅂ", words)[0] == "캐시 환불"
    assert initials_of("캐시a") == ""


@given(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3))
def test_every_edit_is_another_syllable_and_costs_at_most_one(syllable: str) -> None:
    found = edits(syllable)
    assert len(found) == 18 + 20 + 27
    assert all(is_syllable(other) and other != syllable and cost in (0.5, 1.0) for other, cost in found.items())


SYLLABLES = st.sampled_from("결제재쩨취소치")
PAIRS = st.dictionaries(st.text(SYLLABLES, min_size=2, max_size=2), st.integers(0, 60), max_size=30)


@settings(max_examples=300)
@given(st.text(SYLLABLES, min_size=2, max_size=4), PAIRS, st.sampled_from([CONFUSED, 1.0]), st.integers(1, 9))
def test_corrections_are_all_words_one_jamo_away_whose_pairs_are_frequent_the_best_first(
    word: str, pairs: dict[str, int], most: float, least: int
) -> None:
    def frequency(pair: str) -> int:
        return pairs.get(pair, 0)

    def frequent(text: str) -> bool:
        return all(frequency(text[i : i + 2]) >= least for i in range(len(text) - 1))

    ranked = []
    for place, syllable in enumerate(word):
        for other, cost in edits(syllable).items():
            changed = word[:place] + other + word[place + 1 :]
            if cost <= most and frequent(changed) and not frequent(word):
                touched = [frequency(changed[i : i + 2]) for i in (place - 1, place) if 0 <= i < len(word) - 1]
                ranked.append((-(sum(map(log1p, touched)) / len(touched) - 2.0 * cost), changed))
    found = list(corrections(word, frequency, most_cost=most, least=least))
    assert sorted(found) == sorted(changed for _, changed in ranked)
    worth = {changed: value for value, changed in ranked}
    assert all(worth[one] <= worth[other] + 1e-9 for one, other in pairwise(found))


def test_a_correction_makes_every_pair_of_syllables_frequent() -> None:
    frequency = {"캐시": 9, "환불": 7, "시환": 3, "환블": 0}
    assert next(corrections("캐시환블", lambda pair: frequency.get(pair, 0))) == "캐시환불"
    assert not list(corrections("캐시환블", lambda pair: frequency.get(pair, 0), least=8))


@pytest.mark.parametrize(
    ("word", "noun"),
    [
        ("충전하기", "충전"),
        ("환불이에요", "환불"),
        ("취소됐어요", "취소"),
        ("결제를", "결제"),
        ("구매자들이", "구매자"),
        ("PC에서", "PC"),
        ("1회", "1회"),
    ],
)
def test_a_noun_ends_where_its_particle_suffix_or_copula_begins(word: str, noun: str) -> None:
    assert word[: _noun_end(Analyzer().query_morphemes(word))] == noun
