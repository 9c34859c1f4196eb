"""What holds for every query, over the help centre of cases/search.json."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faqsearch import Document, Facet, FaqIndex, Highlight, SearchResults

CORPUS = json.loads((Path(__file__).parent / "cases" / "search.json").read_text(encoding="utf-8"))
DOCUMENTS = [Document.from_dict(values) for values in CORPUS["documents"]]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
MATCHINGS = ["any", "most", "all"]
SORTS = ["relevance", "-updated_at", "updated_at", "-views", "title"]
HIDDEN = {"p10", "p11", "p12"}

WORDS = sorted({word for document in DOCUMENTS for word in f"{document.title} {document.body}".split()})
PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(WORDS).map(lambda word: word[:2]),
    st.sampled_from(
        ["카카오페이지", "멜론", "방법", "다시", "-", '"', "“", "”", "-1009", "\0", "\ud800", "ㅎㅂ", "\u200b", "ﬁ"]
    ),
    st.text(max_size=4),
    st.characters(),
)
QUERIES = st.lists(PIECES, max_size=6).flatmap(lambda some: st.sampled_from(["", " "]).map(lambda blank: blank.join(some)))
CONTENT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
MIXED = st.one_of(CONTENT, QUERIES)
PATHS = sorted({document.category[:depth] for document in DOCUMENTS for depth in range(1, len(document.category) + 1)})

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def index() -> FaqIndex:
    made = FaqIndex.in_memory()
    made.sync(DOCUMENTS)
    return made


@cache
def without_hidden() -> FaqIndex:
    made = FaqIndex.in_memory()
    made.sync(document for document in DOCUMENTS if document.id not in HIDDEN)
    return made


def search(query: str, **options: Any) -> SearchResults:
    return index().search(query, **{"now": NOW, "per_page": 100, **options})


def ids(results: SearchResults) -> list[str]:
    return [hit.document.id for hit in results]


def scores(results: SearchResults) -> dict[str, float]:
    return {hit.document.id: hit.score for hit in results}


def flat(facets: Iterable[Facet]) -> Iterator[Facet]:
    for facet in facets:
        yield facet
        yield from flat(facet.children)


def check_spans(highlight: Highlight) -> None:
    end = 0
    for number, (left, right) in enumerate(highlight.spans):
        assert left < right <= len(highlight.text)
        assert left > end or number == 0
        end = right


@settings(quick, max_examples=150)
@given(
    query=st.one_of(QUERIES, st.text(max_size=300)),
    sort=st.sampled_from(SORTS),
    matching=st.sampled_from(MATCHINGS),
)
def test_every_text_is_a_query(query: str, sort: str, matching: str) -> None:
    results = search(query, sort=sort, matching=matching)
    assert results.query == query
    assert results.total == len(set(ids(results))) == len(results)
    assert results.truncated == (len(query) > 200)
    json.dumps(results.to_dict())


@quick
@given(query=MIXED, matching=st.sampled_from(MATCHINGS), choice=st.sampled_from([None, *PATHS]))
def test_a_facet_counts_what_a_search_filtered_by_it_finds(query: str, matching: str, choice: tuple[str, ...] | None) -> None:
    facets = list(flat(search(query, matching=matching, category=choice).facets))
    for facet in facets:
        assert search(query, matching=matching, category=facet).total == facet.count, facet.path
    seen = {facet.path for facet in facets}
    for path in set(PATHS) - seen:
        assert search(query, matching=matching, category=path).total == 0, path


@quick
@given(query=MIXED)
def test_all_is_part_of_most_is_part_of_any(query: str) -> None:
    every, most, some = (set(ids(search(query, matching=matching))) for matching in ("all", "most", "any"))
    assert every <= most <= some


@quick
@given(query=MIXED, sort=st.sampled_from(SORTS), per_page=st.integers(1, 9), matching=st.sampled_from(["any", "most"]))
def test_pages_neither_overlap_nor_skip(query: str, sort: str, per_page: int, matching: str) -> None:
    whole = search(query, sort=sort, matching=matching)
    first = search(query, sort=sort, matching=matching, per_page=per_page)
    pages = [
        search(query, sort=sort, matching=matching, per_page=per_page, page=page + 1) for page in range(first.total_pages + 1)
    ]
    assert [id for page in pages for id in ids(page)] == ids(whole)
    assert [hit.rank for page in pages for hit in page] == list(range(1, whole.total + 1))
    assert {page.total for page in pages} == {whole.total}
    assert first.total_pages == (whole.total + per_page - 1) // per_page
    assert {page.confidence for page in pages} == {whole.confidence}


@quick
@given(query=MIXED, sort=st.sampled_from(SORTS))
def test_confidence_is_that_of_the_order_by_relevance(query: str, sort: str) -> None:
    assert search(query, sort=sort).confidence == search(query).confidence


@quick
@given(query=MIXED, sort=st.sampled_from(SORTS))
def test_the_order_of_any_sort_holds_the_same_hits(query: str, sort: str) -> None:
    assert scores(search(query, sort=sort)) == scores(search(query))


@quick
@given(query=MIXED)
def test_by_relevance_scores_fall_and_ties_go_by_views_then_id(query: str) -> None:
    keys = [(-hit.score, -hit.document.views, hit.document.id) for hit in search(query)]
    assert keys == sorted(keys)


@quick
@given(
    query=MIXED,
    filters=st.fixed_dictionaries({}, optional={"category": st.sampled_from(PATHS), "tags": st.sampled_from(["환불", "해지"])}),
    matching=st.sampled_from(MATCHINGS),
)
def test_filters_never_change_who_matches(query: str, filters: dict[str, Any], matching: str) -> None:
    everything = search(query, matching=matching)
    filtered = search(query, matching=matching, **filters)
    assert scores(filtered).items() <= scores(everything).items()
    path, tag = filters.get("category", ()), filters.get("tags")
    passing = [one.document for one in everything if one.document.category[: len(path)] == path]
    assert set(ids(filtered)) == {document.id for document in passing if tag is None or tag in document.tags}


@quick
@given(query=MIXED)
def test_a_hidden_document_is_never_counted(query: str) -> None:
    results = search(query)
    other = without_hidden().search(query, now=NOW, per_page=100)
    assert sorted(ids(results)) == sorted(ids(other))
    assert results.total == other.total
    assert results.facets == other.facets


@quick
@given(query=MIXED)
def test_a_document_for_some_adds_itself_and_nothing_else(query: str) -> None:
    as_typed: dict[str, Any] = {"matching": "any", "correct": False}  # a word of its own is no longer read otherwise
    without, included = search(query, **as_typed), search(query, **as_typed, audience="vip")
    assert set(ids(included)) - set(ids(without)) <= {"p10"}
    assert set(ids(without)) <= set(ids(included))


@settings(quick, max_examples=120)
@given(query=MIXED, length=st.integers(1, 200))
def test_marks_lie_in_their_text_sorted_and_apart(query: str, length: int) -> None:
    for hit in search(query, matching="any", snippet_length=length):
        check_spans(hit.title)
        check_spans(hit.snippet)
        assert hit.title.text == hit.document.title
        assert hit.title.start == 0


@settings(quick, max_examples=120)
@given(query=MIXED, length=st.integers(1, 200))
def test_a_snippet_is_a_piece_of_the_body(query: str, length: int) -> None:
    for hit in search(query, matching="any", snippet_length=length):
        text, start, body = hit.snippet.text, hit.snippet.start, hit.document.body
        assert len(text) <= length + 2
        for place, character in enumerate(text):
            if place not in (0, len(text) - 1) or character != "…":
                assert body[start + place] == character
        assert text.startswith("…") == bool(body[: max(start, 0)].strip()) or not text
        assert bool(text) == bool(body.strip())


@settings(quick, max_examples=120)
@given(query=MIXED)
def test_matched_terms_are_the_terms_of_marked_tokens(query: str) -> None:
    """A matched term has a token in title or body, and each of its tokens in the title lies in a mark.

    The other way does not hold: a mark may also cover a whole word of the query without a token of its own.
    """
    for hit in search(query, matching="any"):
        stored = index()._reader().stored(hit.document.id)
        assert stored is not None
        held = {*stored.title.terms, *stored.body.terms}
        assert set(hit.matched_terms) <= held
        assert len(set(hit.matched_terms)) == len(hit.matched_terms)
        for highlight, tokens in ((hit.title, stored.title), (hit.snippet, stored.body)):
            last = highlight.start + len(highlight.text) - highlight.text.endswith("…")
            first = highlight.start + highlight.text.startswith("…")
            spans = [(left + highlight.start, right + highlight.start) for left, right in highlight.spans]
            for term, start, end in zip(tokens.terms, tokens.starts, tokens.ends, strict=True):
                if term in hit.matched_terms and first <= start and end <= last:
                    assert any(left <= start and end <= right for left, right in spans), (term, highlight)


@quick
@given(query=MIXED, matching=st.sampled_from(MATCHINGS))
def test_confidence_is_none_exactly_where_nothing_is_found(query: str, matching: str) -> None:
    results = search(query, matching=matching)
    assert results.confidence in ("good", "weak", "none")
    assert (results.confidence == "none") == (results.total == 0)


@pytest.mark.parametrize("query", ["ㅋㅋㅋ", "네", "???", "ㅠㅠ", "저기요", "🙂"])
def test_a_query_that_says_nothing_shows_all_and_is_no_good(query: str) -> None:
    assert (search(query).total, search(query).confidence) == (search("").total, "weak")
    assert search(" ").confidence == "good"


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if d.id not in HIDDEN], ids=lambda document: document.id)
def test_a_title_finds_its_own_document_with_confidence(document: Document) -> None:
    results = search(document.title)
    assert ids(results)[0] == document.id
    assert results.confidence == "good"


def test_hidden_documents_change_no_total_and_no_score() -> None:
    """Not even through the statistics that scores and the floor of matching="most" stand on."""
    open_documents = [
        Document(id="1", title="캐시 충전", body="캐시를 충전합니다."),
        Document(id="2", title="환불", body="캐시 충전 환불 안내입니다."),
        Document(id="3", title="충전 오류", body="충전이 안 되면 알려 주세요."),
        *(Document(id=f"o{n}", title=f"다른 글 {n}", body="이모티콘 선물") for n in range(12)),
    ]
    hidden = [Document(id=f"h{n}", title="캐시 충전", audience=frozenset({"staff"})) for n in range(20)]
    with FaqIndex.in_memory() as without, FaqIndex.in_memory() as beside:
        without.sync(open_documents)
        beside.sync([*open_documents, *hidden])
        for query in ("캐시 충전 환불", "충전", "캐시 오류"):
            expected, found = without.search(query), beside.search(query)
            assert [(hit.document.id, hit.score) for hit in found] == [(hit.document.id, hit.score) for hit in expected]
            assert (found.total, found.facets, found.confidence) == (expected.total, expected.facets, expected.confidence)
