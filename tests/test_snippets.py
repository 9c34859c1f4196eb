"""snippet and title_highlight: the cases of cases/snippets.json, and what holds for every body."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from faqsearch import Highlight
from faqsearch.analysis.grams import squeeze
from faqsearch.analysis.sentences import sentence_ends
from faqsearch.index.base import Tokens
from faqsearch.query.snippets import snippet, title_highlight

CASES = json.loads((Path(__file__).parent / "cases" / "snippets.json").read_text(encoding="utf-8"))
NO_TOKENS = Tokens([], [], [])


def tokens(body: str, terms: Any) -> Tokens:
    """A token wherever one of the terms stands."""
    places = sorted(
        (place, term) for term in terms for place in range(len(body)) if body.startswith(term, place) and place + len(term) > 0
    )
    return Tokens([term for _, term in places], [place for place, _ in places], [place + len(term) for place, term in places])


def marked(highlight: Highlight) -> list[str]:
    return [highlight.text[start:end] for start, end in highlight.spans]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_piece(case: dict[str, Any]) -> None:
    body = case["body"]
    piece = snippet(
        body,
        tokens(body, case["marks"]),
        case["marks"],
        case.get("words", []),
        case.get("phrases", []),
        length=case["length"],
        title=case.get("title", ""),
    )
    assert piece.text == case["text"]
    assert marked(piece) == case["marked"]


def test_a_decomposed_body_is_marked_in_its_own_code_points() -> None:
    body = normalize("NFD", "충전한 캐시는 환불됩니다.")
    piece = snippet(body, NO_TOKENS, {}, ["환불"], length=100)
    assert piece.text == body
    assert marked(piece) == [normalize("NFD", "환불")]


def test_words_of_either_script_are_marked_in_a_decomposed_body() -> None:
    piece = snippet(normalize("NFD", "PC 동기화가 안 됩니다."), NO_TOKENS, {}, ["pc", "동기"], length=100)
    assert marked(piece) == ["PC", normalize("NFD", "동기")]


def test_a_decomposed_sentence_equal_to_the_title_is_passed_over() -> None:
    body = normalize("NFD", "캐시 환불\n환불은 7일 이내입니다.")
    word = normalize("NFD", "환불")
    piece = snippet(body, tokens(body, [word]), {word: 1.0}, [], length=30, title="캐시 환불")
    assert normalize("NFC", piece.text) == "…환불은 7일 이내입니다."


def test_a_syllable_is_never_cut_apart() -> None:
    body = normalize("NFD", "한" * 40)
    piece = snippet(body, NO_TOKENS, {}, [], length=10)
    assert set(normalize("NFC", piece.text)) == {"한", "…"}


def test_a_body_that_only_repeats_the_title_is_shown_all_the_same() -> None:
    assert (
        snippet("캐시 환불", tokens("캐시 환불", ["환불"]), {"환불": 1.0}, [], length=30, title="캐시 환불").text == "캐시 환불"
    )


def test_a_title_is_whole_however_long() -> None:
    title = "환불 " * 200
    highlight = title_highlight(title, tokens(title, ["환불"]), {"환불"}, [])
    assert (highlight.text, highlight.start, len(highlight.spans)) == (title, 0, 200)


PIECES = ["환불", "캐시", "은 ", ". ", "\n", "가", "\u1112\u1161\u11ab", "e\u0301", "\U0001f600", "İ"]
TEXT = st.one_of(
    st.text(alphabet="가나환불캐시 .\n!?。…-", max_size=120),
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
    st.text(max_size=60),
)


@settings(max_examples=300, deadline=None)
@example(body="00\u08ca\u1160캐시0", length=4, title="", marks={"캐시": 1.0}, words=[], phrases=[])
@example(body="0" + "\u0301" * 9 + "캐시0", length=4, title="", marks={"캐시": 1.0}, words=[], phrases=[])
@given(
    body=TEXT,
    length=st.integers(1, 80),
    title=st.sampled_from(["", "환불", "캐시 환불"]),
    marks=st.dictionaries(st.sampled_from(["환불", "캐시", "가"]), st.floats(0, 10), max_size=3),
    words=st.lists(st.sampled_from(["환불", "나가", "i"]), max_size=2),
    phrases=st.lists(st.sampled_from(["캐시환불", "가나"]), max_size=1),
)
def test_every_piece_is_a_bounded_part_of_its_body(
    body: str, length: int, title: str, marks: dict[str, float], words: list[str], phrases: list[str]
) -> None:
    piece = snippet(body, tokens(body, marks), marks, words, phrases, length=length, title=title)
    text = piece.text
    assert len(text) <= length + 2
    inner = range(len(text))
    if text.startswith("…") and (piece.start < 0 or body[piece.start] != "…"):
        inner = inner[1:]
    if text.endswith("…") and (piece.start + len(text) > len(body) or body[piece.start + len(text) - 1] != "…"):
        inner = inner[:-1]
    assert all(body[piece.start + place] == text[place] for place in inner)
    end = -1
    for left, right in piece.spans:
        assert end < left < right <= len(text)
        end = right
    assert bool(text) == bool(body.strip())


SENTENCE = st.lists(st.sampled_from(["환불", "캐시", "결제", "안내", "신청하면", "받아요"]), min_size=1, max_size=7).map(
    " ".join
)
BODY = st.lists(st.tuples(SENTENCE, st.sampled_from([". ", ".\n", "\n", "? "])), min_size=1, max_size=9).map(
    lambda parts: "".join(sentence + end for sentence, end in parts).strip()
)
WEIGHTS = st.dictionaries(st.sampled_from(["환불", "캐시", "결제"]), st.sampled_from([1.0, 1.5, 2.25, 4.0]), max_size=3)


@settings(max_examples=400, deadline=None)
@given(BODY, WEIGHTS, st.integers(24, 90), st.sampled_from(["", "환불", "캐시 환불", "결제 안내"]))
def test_the_piece_is_the_one_that_holds_the_most(body: str, marks: dict[str, float], length: int, title: str) -> None:
    ends = sentence_ends(body)
    assume(all(end - start <= length for start, end in zip([0, *ends], ends, strict=False)))
    piece = snippet(body, tokens(body, marks), marks, [], length=length, title=title)
    start, end = most_telling(body, ends, marks, length, title)
    shown = body[start:end].strip()
    assert piece.text.removeprefix("…").removesuffix("…") == shown
    assert piece.start + piece.text.startswith("…") == body.index(shown, start)


def most_telling(body: str, ends: Sequence[int], marks: dict[str, float], length: int, title: str) -> tuple[int, int]:
    """Of every run of whole sentences that begins with one that matches and no title, the first that is worth the most."""
    starts = [0, *ends[:-1]]

    def repeats(unit: int) -> bool:
        return bool(title) and squeeze(body[starts[unit] : ends[unit]]) == squeeze(title)

    if len(body) <= length and not repeats(0):
        return 0, len(body)
    runs = []
    for unit, start in enumerate(starts):
        inside = tokens(body[start : ends[unit]], marks)
        if not inside.terms or repeats(unit):
            continue
        end = max(one for one in ends[unit:] if one <= start + length)
        runs.append((sum(marks[term] for term in set(tokens(body[start:end], marks).terms)), start, end))
    if not runs:
        return 0, max(one for one in ends if one <= length)
    best = max(worth for worth, _, _ in runs)
    return next((start, end) for worth, start, end in runs if worth == best)
