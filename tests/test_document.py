"""Document and the values of results: what is refused, what survives a round trip, how things render themselves."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsearch import Document, DocumentError, Facet, Highlight, Hit, SearchResults, limits

NAIVE = datetime(2026, 1, 31, 9)
AWARE = datetime(2026, 1, 31, 9, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LABEL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=10).filter(str.strip)
TIMES = st.none() | st.datetimes(
    timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.builds(
    Document,
    id=LABEL,
    title=LABEL,
    body=TEXT,
    category=st.lists(LABEL, max_size=limits.CATEGORY_DEPTH).map(tuple),
    tags=st.frozensets(LABEL, max_size=4),
    audience=st.frozensets(LABEL, max_size=4),
    visible_from=TIMES,
    visible_until=TIMES,
    updated_at=TIMES,
    views=st.integers(0, 2**62 - 1),
    url=st.none() | TEXT,
    extra=st.dictionaries(TEXT, JSON, max_size=3),
)


def make(**fields: Any) -> Document:
    return Document(**{"id": "1", "title": "캐시 환불", **fields})


BAD: list[tuple[str, str, Any, str]] = [
    # field, what is wrong, value, what the message says of it and what to do
    ("id", "empty", "", "must not be empty"),
    ("id", "blank", " \n", "must not be empty"),
    ("id", "a number", 5, "must be text, not int"),
    ("id", "None", None, "must be text, not NoneType"),
    ("id", "too long", "x" * (limits.ID_BYTES + 1), "at most 512 are allowed: shorten"),
    ("id", "a lone surrogate", "a\ud800", "lone surrogate at 1"),
    ("title", "bytes", b"x", "must be text, not bytes"),
    ("title", "blank without a body", " ", "must not be empty where the body is empty"),
    ("title", "too long", "가" * (limits.TITLE_BYTES // 3 + 1), "at most 4,096 are allowed: shorten"),
    ("title", "a lone surrogate", "\udfff", "lone surrogate at 0"),
    ("body", "None", None, "must be text, not NoneType"),
    ("body", "too long", "가" * (limits.BODY_BYTES // 3 + 1), "at most 1,048,576 are allowed: shorten or split"),
    ("body", "a lone surrogate", "본문\ud83d", "lone surrogate at 2"),
    ("category", "a text", "결제", "must be a path such as ('결제', '환불')"),
    ("category", "None", None, "must be a path such as"),
    ("category", "a number", 3, "must be a path such as"),
    ("category", "a number in it", ("결제", 3), "must be text, not int"),
    ("category", "an empty label", ("결제", ""), "must not be empty"),
    ("category", "too deep", tuple("abcdefghi"), "has 9 levels; at most 8 are allowed"),
    ("category", "a control character", ("결\x00제",), "control character"),
    ("category", "a label too long", ("x" * 513,), "at most 512 are allowed"),
    ("tags", "a text", "인기", "must be several labels such as {'결제'}"),
    ("tags", "None", None, "must be several labels"),
    ("tags", "a number in it", {3}, "must be text, not int"),
    ("tags", "a list in it", [["인기"]], "must be"),
    ("tags", "an empty label", {""}, "must not be empty"),
    ("tags", "too many", {str(n) for n in range(65)}, "has 65 labels; at most 64 are allowed"),
    ("tags", "a line break", {"a\nb"}, "control character"),
    ("audience", "a text", "판매자", "must be several labels"),
    ("audience", "too many", {str(n) for n in range(65)}, "at most 64 are allowed"),
    ("audience", "a dictionary in it", [{}], "must be"),
    ("visible_from", "naive", NAIVE, "must name its time zone"),
    ("visible_from", "a text", "2026-01-31", "must be a datetime, not str"),
    ("visible_until", "naive", NAIVE, "must name its time zone"),
    ("visible_until", "a date", NAIVE.date(), "must be a datetime, not date"),
    ("updated_at", "naive", NAIVE, "must name its time zone"),
    ("updated_at", "a number", 0, "must be a datetime, not int"),
    ("views", "negative", -1, "whole number of 0 or more, not -1"),
    ("views", "True", True, "whole number of 0 or more, not True"),
    ("views", "a fraction", 1.5, "whole number of 0 or more, not 1.5"),
    ("views", "a text", "3", "whole number of 0 or more, not '3'"),
    ("views", "None", None, "whole number of 0 or more"),
    ("views", "beyond what is stored", 1 << 62, "whole number"),
    ("url", "a number", 3, "must be text, not int"),
    ("url", "too long", "x" * (limits.URL_BYTES + 1), "at most 8,192 are allowed"),
    ("extra", "a list", [1], "must be a mapping, not list"),
    ("extra", "None", None, "must be a mapping, not NoneType"),
    ("extra", "no JSON", {"at": AWARE}, "cannot be stored as JSON"),
    ("extra", "not a number", {"x": float("nan")}, "cannot be stored as JSON"),
    ("extra", "a lone surrogate", {"x": "\ud800"}, "cannot be stored as JSON"),
    ("extra", "a tuple as a key", {(1, 2): 3}, "cannot be stored as JSON"),
    ("extra", "too large", {"x": "x" * limits.EXTRA_BYTES}, "at most 65,536 are allowed"),
]


@pytest.mark.parametrize(("field", "what", "value", "says"), BAD, ids=[f"{field} {what}" for field, what, _, _ in BAD])
def test_a_field_that_cannot_be_stored_is_refused_by_name_and_remedy(field: str, what: str, value: Any, says: str) -> None:
    with pytest.raises(DocumentError) as caught:
        make(**{field: value})
    assert caught.value.field == field
    assert f"field {field!r}" in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize("field", ["visible_from", "visible_until", "updated_at"])
def test_from_dict_refuses_a_time_without_a_zone(field: str) -> None:
    with pytest.raises(DocumentError, match=f"field '{field}': must name its time zone"):
        Document.from_dict({"id": "1", "title": "x", field: "2026-01-31T09:00:00"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "x" * limits.ID_BYTES),
        ("title", "x" * limits.TITLE_BYTES),
        ("body", "x" * limits.BODY_BYTES),
        ("url", "x" * limits.URL_BYTES),
        ("category", tuple("abcdefgh")),
        ("category", ("x" * limits.LABEL_BYTES,)),
        ("tags", frozenset(str(n) for n in range(limits.LABELS))),
        ("audience", frozenset(str(n) for n in range(limits.LABELS))),
        ("views", (1 << 62) - 1),
        ("views", 0),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_a_value_at_its_limit_is_taken(field: str, value: Any) -> None:
    assert getattr(make(**{field: value}), field) == value


def test_a_blank_title_is_taken_where_there_is_a_body() -> None:
    assert make(title="", body="본문").title == ""


def test_a_naive_time_in_a_zone_that_names_no_offset_is_refused() -> None:
    from datetime import tzinfo

    class Nowhere(tzinfo):
        def utcoffset(self, when: datetime | None) -> None:
            return None

    with pytest.raises(DocumentError, match="updated_at"):
        make(updated_at=NAIVE.replace(tzinfo=Nowhere()))


def test_lists_become_the_types_that_are_stored() -> None:
    document = make(category=["결제", "환불"], tags=["a", "a"], audience={"b"})
    assert document.category == ("결제", "환불")
    assert document.tags == frozenset({"a"})
    assert document.audience == frozenset({"b"})


def test_extra_takes_no_part_in_comparing_and_hashing() -> None:
    assert make(extra={"a": [1]}) == make(extra={"b": {}})
    assert hash(make(extra={"a": [1]})) == hash(make())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "2"),
        ("title", "x"),
        ("body", "x"),
        ("category", ("x",)),
        ("tags", {"x"}),
        ("audience", {"x"}),
        ("visible_from", AWARE),
        ("visible_until", AWARE),
        ("updated_at", AWARE),
        ("views", 1),
        ("url", "x"),
    ],
)
def test_every_other_field_takes_part_in_comparing(field: str, value: Any) -> None:
    assert make(**{field: value}) != make()


@given(DOCUMENTS)
def test_a_document_survives_to_dict_json_and_from_dict(document: Document) -> None:
    again = Document.from_dict(json.loads(json.dumps(document.to_dict())))
    assert again == document
    assert again.extra == document.extra
    assert hash(again) == hash(document)


@given(DOCUMENTS)
def test_to_dict_of_what_came_back_is_the_same(document: Document) -> None:
    assert Document.from_dict(document.to_dict()).to_dict() == document.to_dict()


def test_to_dict_has_sets_in_order_and_times_in_iso_8601() -> None:
    given = make(tags={"나", "가", "다"}, updated_at=AWARE).to_dict()
    assert given["tags"] == ["가", "나", "다"]
    assert given["updated_at"] == "2026-01-31T09:00:00+00:00"
    assert given["visible_from"] is None


@pytest.mark.parametrize("name", ["id", "title"])
def test_from_dict_names_a_missing_field(name: str) -> None:
    values = {"id": "1", "title": "x"}
    del values[name]
    with pytest.raises(DocumentError, match=f"field '{name}': is missing"):
        Document.from_dict(values)


def test_from_dict_names_an_unknown_field_and_those_known() -> None:
    with pytest.raises(DocumentError, match=r"unknown field 'titel'.*title"):
        Document.from_dict({"id": "1", "title": "x", "titel": "y"})


def test_from_dict_refuses_a_text_that_is_no_time_and_shows_one() -> None:
    with pytest.raises(
        DocumentError, match=r"field 'updated_at': '어제' is no ISO 8601 time such as 2026-01-31T09:00:00\+09:00"
    ):
        Document.from_dict({"id": "1", "title": "x", "updated_at": "어제"})


@given(st.dictionaries(st.sampled_from(sorted(make().to_dict())), JSON))
def test_from_dict_of_any_json_is_a_document_or_a_document_error(values: dict[str, Any]) -> None:
    try:
        document = Document.from_dict(values)
    except DocumentError as error:
        assert str(error)
    else:
        assert Document.from_dict(document.to_dict()) == document


def test_from_html_keeps_blocks_apart_and_cleans_the_title() -> None:
    document = Document.from_html(id="1", title="캐시 <b>환불</b> &amp; 취소", html="<p>있습니다.</p><p>단, 예외</p>", views=3)
    assert document.title == "캐시 환불 & 취소"
    assert document.body.splitlines() == ["있습니다.", "단, 예외"]
    assert document.views == 3


# Highlight


def test_to_html_marks_spans_and_escapes_all_else() -> None:
    marked = Highlight("<b> & \"환불\" 'x'", ((7, 9),))
    assert marked.to_html() == "&lt;b&gt; &amp; &quot;<mark>환불</mark>&quot; &#x27;x&#x27;"


def test_to_html_escapes_inside_of_marks() -> None:
    assert Highlight("a<script>b", ((1, 9),)).to_html() == "a<mark>&lt;script&gt;</mark>b"


def test_to_html_takes_another_tag() -> None:
    assert Highlight("환불", ((0, 2),)).to_html("em") == "<em>환불</em>"


def test_html_is_that_of_to_html() -> None:
    marked = Highlight("a & 환불", ((4, 6),))
    assert marked.__html__() == marked.to_html() == "a &amp; <mark>환불</mark>"


def test_str_is_the_text_itself() -> None:
    assert str(Highlight("<환불>", ((1, 3),))) == "<환불>"


def test_spans_count_code_points() -> None:
    assert Highlight("😀환불", ((1, 3),)).to_html() == "😀<mark>환불</mark>"


def test_neighbouring_spans_are_marked_apart() -> None:
    assert Highlight("ab", ((0, 1), (1, 2))).to_html() == "<mark>a</mark><mark>b</mark>"


@given(st.text(max_size=30), st.data())
def test_to_html_without_marks_and_entities_is_the_text(text: str, data: st.DataObject) -> None:
    from html import unescape

    text = text.replace("\r", "").replace("\0", "")
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = tuple(zip(edges[::2], edges[1::2], strict=False))
    rendered = Highlight(text, spans).to_html()
    assert rendered.count("<mark>") == rendered.count("</mark>") == rendered.count("<") / 2 == len(spans)
    assert "".join(unescape(piece) for piece in rendered.replace("</mark>", "<mark>").split("<mark>")) == text


def test_to_ansi_marks_spans_for_a_terminal() -> None:
    assert Highlight("캐시 환불", ((3, 5),)).to_ansi() == "캐시 \x1b[1;4m환불\x1b[0m"


@pytest.mark.parametrize("bad", ["\x1b", "\x00", "\x07", "\x7f", "\x9b", "\n", "\r", "\u202e", "\u2028"], ids=ascii)
def test_to_ansi_lets_no_control_character_through(bad: str) -> None:
    assert Highlight(f"a{bad}b{bad}c", ((1, 4),)).to_ansi() == "a\x1b[1;4m b \x1b[0mc"


# Hit, Facet, SearchResults


def test_a_hit_to_dict_holds_its_document_and_marks() -> None:
    hit = Hit(make(), 1.5, 3, Highlight("캐시 환불", ((0, 2),)), Highlight("본문", start=4), ("캐시",), True)
    assert hit.to_dict() == {
        "document": make().to_dict(),
        "score": 1.5,
        "rank": 3,
        "title": {"text": "캐시 환불", "spans": [[0, 2]], "start": 0},
        "snippet": {"text": "본문", "spans": [], "start": 4},
        "matched_terms": ["캐시"],
        "pinned": True,
    }


def test_a_facet_to_dict_is_a_tree() -> None:
    facet = Facet("결제", ("결제",), 2, True, (Facet("환불", ("결제", "환불"), 1),))
    child = {"label": "환불", "path": ["결제", "환불"], "count": 1, "selected": False, "children": []}
    assert facet.to_dict() == {"label": "결제", "path": ["결제"], "count": 2, "selected": True, "children": [child]}


def test_search_results_to_dict_says_none_for_no_correction() -> None:
    empty = SearchResults("x", (), 0, 1, 10, 0, "title", (), None, ("a",), "none", True, 2, 0.5)
    assert empty.to_dict() == {
        "query": "x",
        "hits": [],
        "total": 0,
        "page": 1,
        "per_page": 10,
        "total_pages": 0,
        "sort": "title",
        "facets": [],
        "correction": None,
        "suggestions": ["a"],
        "confidence": "none",
        "truncated": True,
        "notices": [],
        "generation": 2,
        "took_ms": 0.5,
    }
