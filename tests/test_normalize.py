"""normalize: what every text becomes, and the way back to the stored text."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from faqsearch.analysis.normalize import NormalizedText, normalize

ANY = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from("가각환불 aé1\n\u0301\u0308\u11a8\u1161\u1100ㅋㅠ\u200b\ufeff\u00adＡﬁ㎏½ﾊﾟ\ud800\udc00❤\ufe0f😀"),
        max_size=15,
    ).map("".join),
)
KOREAN = st.text(
    st.one_of(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), st.sampled_from("abcé üñÅ한글パガ가\n.!?")),
    max_size=20,
)
JAMO = [chr(code) for code in range(0x3131, 0x318F)]
FORMAT = [
    "\u00ad",
    "\u200b",
    "\u200c",
    "\u200d",
    "\u200e",
    "\u200f",
    "\u202a",
    "\u202e",
    "\u2060",
    "\u2066",
    "\ufeff",
    "\U000e0061",
]


def places(normalized: NormalizedText) -> list[tuple[int, int]]:
    return [normalized.span(i, i + 1) for i in range(len(normalized.text))]


@settings(max_examples=200, deadline=None)
@given(ANY)
@example("가\u200b\u11a8")
@example("e\u200b\u0301")
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalize(text).text
    assert normalize(once).text == once


def test_half_width_jamo_normalised_twice_are_as_normalised_once() -> None:
    once = normalize("ﾡￂ").text
    assert normalize(once).text == once


@pytest.mark.parametrize(("half", "full"), [("ﾡ", "ㄱ"), ("ﾾ", "ㅎ"), ("ￂ", "ㅏ")])
def test_a_half_width_jamo_is_the_compatibility_jamo_that_people_type(half: str, full: str) -> None:
    assert normalize(half).text == full


@settings(max_examples=200, deadline=None)
@given(ANY)
def test_the_places_of_characters_never_go_back_and_lie_inside(text: str) -> None:
    spans = places(normalize(text))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(spans))


@settings(max_examples=200, deadline=None)
@given(ANY)
def test_two_characters_have_the_same_place_or_places_apart(text: str) -> None:
    for before, after in pairwise(places(normalize(text))):
        assert before == after or before[1] <= after[0]


@settings(max_examples=200, deadline=None)
@given(ANY)
def test_the_surface_of_a_place_normalises_to_what_holds_its_character(text: str) -> None:
    normalized = normalize(text)
    for character, (start, end) in zip(normalized.text, places(normalized), strict=True):
        assert character in normalize(text[start:end]).text


@given(ANY, st.data())
def test_the_span_of_a_slice_runs_from_its_first_to_its_last_character(text: str, data: st.DataObject) -> None:
    normalized = normalize(text)
    if not normalized.text:
        return
    start = data.draw(st.integers(0, len(normalized.text) - 1))
    end = data.draw(st.integers(start + 1, len(normalized.text)))
    assert normalized.span(start, end) == (normalized.span(start, start + 1)[0], normalized.span(end - 1, end)[1])


@given(KOREAN)
def test_composed_and_decomposed_text_are_equal_once_normalised(text: str) -> None:
    assert normalize(unicodedata.normalize("NFD", text)).text == normalize(unicodedata.normalize("NFC", text)).text


@pytest.mark.parametrize("letter", ["ऩ", "آ", "ோ", "ၦ"], ids=["Devanagari", "Arabic", "Tamil", "Myanmar"])
def test_composed_and_decomposed_letters_of_other_scripts_are_equal_once_normalised(letter: str) -> None:
    assert normalize(unicodedata.normalize("NFD", letter)).text == normalize(unicodedata.normalize("NFC", letter)).text


def test_decomposed_hangul_is_composed_with_the_place_of_its_jamo() -> None:
    text = unicodedata.normalize("NFD", "환불 돼")
    normalized = normalize(text)
    assert normalized.text == "환불 돼"
    assert places(normalized) == [(0, 3), (3, 6), (6, 7), (7, 9)]


@pytest.mark.parametrize("jamo", JAMO)
def test_a_compatibility_jamo_stays(jamo: str) -> None:
    assert normalize(f"Ａ{jamo}").text == f"A{jamo}"


@pytest.mark.parametrize("character", FORMAT, ids=lambda character: f"U+{ord(character):04X}")
def test_a_format_character_is_dropped_wherever_it_stands(character: str) -> None:
    normalized = normalize(f"{character}환{character}불{character}")
    assert normalized.text == "환불"
    assert places(normalized) == [(1, 2), (3, 4)]


@pytest.mark.parametrize(("before", "after"), [("가", "\u11a8"), ("e", "\u0301")], ids=["Hangul", "Latin"])
def test_a_format_character_inside_a_cluster_is_dropped_before_it_is_composed(before: str, after: str) -> None:
    assert normalize(f"{before}\u200b{after}").text == unicodedata.normalize("NFC", before + after)


def test_text_of_format_characters_alone_is_empty() -> None:
    assert normalize("".join(FORMAT)).text == ""


@pytest.mark.parametrize(
    ("text", "expected"), [("\ud800", "\ufffd"), ("환\udfff불", "환\ufffd불"), ("\ud83d\ude00", "\ufffd\ufffd")]
)
def test_a_lone_surrogate_becomes_the_replacement_character(text: str, expected: str) -> None:
    normalized = normalize(text)
    assert normalized.text == expected
    assert places(normalized) == [(i, i + 1) for i in range(len(text))]


@settings(max_examples=200, deadline=None)
@given(ANY)
def test_no_surrogate_and_no_dropped_format_character_is_left(text: str) -> None:
    left = normalize(text).text
    left.encode("utf-8")
    assert not set(left) & set(FORMAT)


@pytest.mark.parametrize(
    ("text", "expected", "spans"),
    [
        ("ＰＡ", "PA", [(0, 1), (1, 2)]),
        ("㎏", "kg", [(0, 1), (0, 1)]),
        ("ﬁx", "fix", [(0, 1), (0, 1), (1, 2)]),
        ("가\u3000나", "가 나", [(0, 1), (1, 2), (2, 3)]),
        ("ﾊﾟｽ", "パス", [(0, 2), (2, 3)]),
        ("①", "1", [(0, 1)]),
        ("Cafe\u0301!", "Café!", [(0, 1), (1, 2), (2, 3), (3, 5), (5, 6)]),
    ],
)
def test_a_compatibility_form_becomes_what_people_type(text: str, expected: str, spans: list[tuple[int, int]]) -> None:
    normalized = normalize(text)
    assert normalized.text == expected
    assert places(normalized) == spans


@pytest.mark.parametrize("text", ["", "plain ASCII\n\t\x00", "환불은 7일 안에 됩니다", "漢字 café 😀"])
def test_normalised_text_is_given_back_as_it_is_without_a_map(text: str) -> None:
    assert normalize(text) == NormalizedText(text)
    assert normalize(text).span(0, len(text)) == (0, len(text))


@pytest.mark.parametrize("mark", ["\u0301", "\u0323", "\u3099", "\u11a8"], ids=["above", "below", "kana", "jamo"])
def test_a_run_of_100_000_marks_keeps_every_mark_near_its_place(mark: str) -> None:
    """Cut into clusters of 31 at most (UAX #15 §13): no character comes from farther away, however long the run."""
    text = "Ａ" + mark * 100_000 + "불"
    normalized = normalize(text)
    spans = places(normalized)
    assert normalized.text[-1] == "불" and spans[-1] == (100_001, 100_002)
    assert max(end - start for start, end in spans) <= 31
    assert len(normalized.text) >= 100_000


def test_a_run_of_100_000_marks_of_two_classes_is_ordered_within_clusters_only() -> None:
    """Ordering the whole run would take quadratic work: it would put all marks of one class before those of the other."""
    normalized = normalize("Ａ" + "\u0301\u0323" * 50_000)
    assert len(normalized.text) > 99_000
    assert max(end - start for start, end in places(normalized)) <= 31
    assert "\u0301\u0323" in normalized.text
