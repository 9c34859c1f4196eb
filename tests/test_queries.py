"""The judged queries of data/: what keeps them good."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from faqsearch.analysis.hangul import INITIALS, is_syllable, split_syllable

DATA = Path(__file__).parent.parent / "data"
KINDS = {
    "keyword": 70,
    "question": 50,
    "colloquial": 45,
    "no_blanks": 30,
    "typo": 40,
    "initials": 20,
    "keyboard": 20,
    "mismatch": 155,
    "scenario": 45,
    "navigational": 30,
    "unanswerable": 30,
}
KEYS = dict(
    zip(
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅒㅖ",
        "qwertyuiopasdfghjklzxcvbnmQWERTOP",
        strict=True,
    )
)
COMPOUND = {
    one[0]: one[1:]
    for one in [
        "ㅘㅗㅏ",
        "ㅙㅗㅐ",
        "ㅚㅗㅣ",
        "ㅝㅜㅓ",
        "ㅞㅜㅔ",
        "ㅟㅜㅣ",
        "ㅢㅡㅣ",
        "ㄳㄱㅅ",
        "ㄵㄴㅈ",
        "ㄶㄴㅎ",
        "ㄺㄹㄱ",
        "ㄻㄹㅁ",
        "ㄼㄹㅂ",
        "ㅀㄹㅎ",
        "ㅄㅂㅅ",
    ]
}


@pytest.fixture(scope="module")
def queries() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / "queries.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def qrels() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for line in (DATA / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        assert document not in found.setdefault(query, {}), f"{query} {document} is judged twice"
        found[query][document] = int(grade)
    return found


@pytest.fixture(scope="module")
def document_ids() -> set[str]:
    return {json.loads(line)["id"] for line in (DATA / "faqs.jsonl").read_text(encoding="utf-8").splitlines()}


def test_every_query_has_its_fields_and_no_others(queries: list[dict[str, Any]]) -> None:
    for query in queries:
        assert set(query) - {"clean"} == {"id", "text", "kind", "split", "need"}, query["id"]
        assert query["text"].strip() == query["text"] != ""


def test_ids_and_texts_are_distinct(queries: list[dict[str, Any]]) -> None:
    assert len({query["id"] for query in queries}) == len(queries)
    assert len({query["text"] for query in queries}) == len(queries)


def test_every_kind_has_its_count(queries: list[dict[str, Any]]) -> None:
    assert Counter(query["kind"] for query in queries) == KINDS


def test_the_held_back_half_is_that_of_the_hash(queries: list[dict[str, Any]]) -> None:
    for query in queries:
        odd = hashlib.sha256(query["text"].encode("utf-8")).digest()[0] & 1
        assert query["split"] == ("held-back" if odd else "tuning"), query["id"]


def test_both_halves_hold_every_kind(queries: list[dict[str, Any]]) -> None:
    assert {(q["kind"], q["split"]) for q in queries} == {(kind, half) for kind in KINDS for half in ("tuning", "held-back")}


def test_every_judged_id_exists(
    queries: list[dict[str, Any]], qrels: dict[str, dict[str, int]], document_ids: set[str]
) -> None:
    assert set(qrels) == {query["id"] for query in queries}
    assert {document for grades in qrels.values() for document in grades} <= document_ids


def test_grades_are_0_1_2(qrels: dict[str, dict[str, int]]) -> None:
    assert {grade for grades in qrels.values() for grade in grades.values()} == {0, 1, 2}


def test_a_query_has_an_answer_unless_it_is_unanswerable(
    queries: list[dict[str, Any]], qrels: dict[str, dict[str, int]]
) -> None:
    for query in queries:
        answered = 2 in qrels[query["id"]].values()
        assert answered == (query["kind"] != "unanswerable"), query["id"]


def test_typos_are_really_damaged(queries: list[dict[str, Any]]) -> None:
    for query in queries:
        if query["kind"] == "typo":
            assert query["text"].replace(" ", "") != query["clean"].replace(" ", ""), query["id"]


def test_queries_without_blanks_are_their_clean_words_joined(queries: list[dict[str, Any]]) -> None:
    for query in queries:
        if query["kind"] == "no_blanks":
            assert " " in query["clean"], query["id"]
            assert query["text"] == query["clean"].replace(" ", ""), query["id"]


def test_initials_are_those_of_their_clean_words(queries: list[dict[str, Any]]) -> None:
    for query in queries:
        if query["kind"] == "initials":
            initials = "".join(split_syllable(c)[0] if is_syllable(c) else c for c in query["clean"])
            assert query["text"] == initials, query["id"]
            assert set(initials) <= {*INITIALS, " "}


def test_keyboard_queries_are_their_clean_words_typed_in_latin_mode(queries: list[dict[str, Any]]) -> None:
    for query in queries:
        if query["kind"] == "keyboard":
            assert query["text"] == "".join(map(typed, query["clean"])), query["id"]


def typed(character: str) -> str:
    """The Latin keys that type one character on a two-set keyboard."""
    jamo = "".join(split_syllable(character)) if is_syllable(character) else character
    keys = "".join(COMPOUND.get(one, one) for one in jamo)
    return "".join(KEYS.get(one, one) for one in keys)


def test_queries_for_confidence_name_an_entry_that_answers_or_none(queries: list[dict[str, Any]]) -> None:
    rows = [json.loads(line) for line in (DATA / "confidence.jsonl").read_text(encoding="utf-8").splitlines()]
    ids = {json.loads(line)["id"] for line in (DATA / "faqs.jsonl").read_text(encoding="utf-8").splitlines()}
    assert {tuple(row) for row in rows} == {("text", "kind", "answer")}
    assert {row["kind"] for row in rows} <= KINDS.keys() - {"mismatch"}
    assert all((row["answer"] is None) == (row["kind"] == "unanswerable") for row in rows)
    assert {row["answer"] for row in rows} - {None} <= ids
    assert Counter(row["answer"] is None for row in rows) == {False: 361, True: 249}
    assert len({row["text"] for row in (*rows, *queries)}) == len(rows) + len(queries)
