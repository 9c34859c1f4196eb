"""What must not change a result: how an index came to be, and how a text is spelled in Unicode. Over our own help centre."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from faulty import TORTURE

from faqsearch import Document, Facet, FaqIndex, Lexicon, SearchResults, read_documents

DATA = Path(__file__).parent.parent / "data"
SIZE = 671 if TORTURE else 100
"""Documents of an index."""
COUNT = 535 if TORTURE else 24
"""Queries that are asked of every index."""
TOLERANCE = 1e-6


@cache
def documents() -> tuple[Document, ...]:
    some = list(read_documents(DATA / "faqs.jsonl"))
    return tuple(Random(2).sample(some, min(SIZE, len(some))))


@cache
def queries() -> tuple[str, ...]:
    """Of every kind: keywords, questions, misspellings, initials, keyboard mode, unanswerable ones; and none."""
    texts = [json.loads(line)["text"] for line in (DATA / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
    Random(3).shuffle(texts)
    return ("", *texts[: COUNT - 1])


def empty(place: Path | None = None) -> FaqIndex:
    lexicon = Lexicon.from_folder(DATA / "lexicon")
    return FaqIndex.in_memory(lexicon=lexicon) if place is None else FaqIndex.create(place, lexicon=lexicon)


@cache
def plain() -> FaqIndex:
    """The documents in the order of their file, in one commit."""
    index = empty()
    index.sync(documents())
    return index


def shuffled(seed: int) -> list[Document]:
    some = list(documents())
    Random(seed).shuffle(some)
    return some


def pieces(some: list[Document], count: int) -> Iterator[list[Document]]:
    for number in range(count):
        yield some[number * len(some) // count : (number + 1) * len(some) // count]


def flat(facets: Iterable[Facet]) -> Iterator[Facet]:
    for facet in facets:
        yield facet
        yield from flat(facet.children)


def assert_same(found: SearchResults, expected: SearchResults) -> None:
    """All that a person sees; scores to 1e-6."""
    assert [hit.document for hit in found] == [hit.document for hit in expected], found.query
    assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=TOLERANCE), found.query
    for one, other in zip(found, expected, strict=True):
        assert (one.title, one.snippet, one.matched_terms, one.pinned) == (
            other.title,
            other.snippet,
            other.matched_terms,
            other.pinned,
        ), (found.query, one.document.id)
    seen = (found.total, found.facets, found.confidence, found.correction, found.suggestions, found.truncated)
    assert seen == (
        expected.total,
        expected.facets,
        expected.confidence,
        expected.correction,
        expected.suggestions,
        expected.truncated,
    ), found.query


def another_order(place: Path) -> FaqIndex:
    index = empty(place)
    index.sync(shuffled(1))
    return index


def fifty_commits(place: Path) -> FaqIndex:
    index = empty(place)
    for some in pieces(shuffled(2), 50):
        index.upsert(some)
    assert index.generation == 50 and 1 < index.stats().segments <= 4
    return index


def deleted_and_added_again(place: Path) -> FaqIndex:
    index = empty(place)
    index.sync(documents())
    for some in pieces(shuffled(3)[: SIZE // 2], 5):
        assert index.delete(one.id for one in some) == len(some)
        index.upsert(some)
    return index


def others_were_there(place: Path) -> FaqIndex:
    """Entries with words of their own and of ours, deleted again and not yet merged away."""
    index = empty(place)
    others = [replace(one, id=f"x-{one.id}", title=f"아르마딜로 {one.title}", views=9) for one in shuffled(4)[: SIZE // 6]]
    index.sync([*others, *documents()])
    index.delete(one.id for one in others)
    assert index.stats().deleted == len(others)
    return index


def grown_from_another_edition(place: Path) -> FaqIndex:
    """A third had other texts, a third other values, before the sync that makes it what it is."""
    index = empty(place)
    old = [
        replace(one, body=f"{one.body}\n예전 안내입니다.")
        if place % 3 == 0
        else replace(one, views=one.views + 7, category=(*one.category, "예전")[:3], tags=frozenset({"예전"}))
        if place % 3 == 1
        else one
        for place, one in enumerate(shuffled(5))
    ]
    index.sync(old)
    index.sync(documents())
    return index


def rebuilt(place: Path) -> FaqIndex:
    index = fifty_commits(place)
    index.rebuild()
    assert index.stats().segments == 1
    return index


def restored(place: Path) -> FaqIndex:
    with fifty_commits(place / "first") as index:
        index.snapshot(place / "copy")
    return FaqIndex.restore(place / "copy", location=place / "again")


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [another_order, fifty_commits, deleted_and_added_again, others_were_there, grown_from_another_edition, rebuilt, restored],
    ids=lambda make: make.__name__,
)
def test_how_an_index_came_to_be_changes_no_result(tmp_path: Path, make: Callable[[Path], FaqIndex]) -> None:
    with make(tmp_path / "index") as index:
        assert index.check().problems == ()
        for number, query in enumerate(queries()):
            options: dict[str, Any] = {"per_page": 20, "sort": ["relevance", "-updated_at", "-views", "title"][number % 7 % 4]}
            assert_same(index.search(query, **options), plain().search(query, **options))
        for document in shuffled(6)[: SIZE // 16]:
            assert [(hit.document.id, round(hit.score, 6)) for hit in index.related(document.id)] == [
                (hit.document.id, round(hit.score, 6)) for hit in plain().related(document.id)
            ]
        for prefix in ("환", "환부", "결제 ", "ㅋ", "비밀번호를"):
            assert index.complete(prefix) == plain().complete(prefix)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [{}, {"category": "온새페이"}, {"within": ("웹소설·웹툰",)}], ids=["all", "chosen", "within"]
)
def test_every_node_counts_what_choosing_it_finds_and_pages_make_up_the_whole(options: dict[str, Any]) -> None:
    for query in queries()[: COUNT // 2]:
        results = plain().search(query, **options)
        for facet in flat(results.facets):
            chosen = plain().search(query, **{**options, "category": facet}, facets=False)
            assert chosen.total == facet.count, (query, facet.path)
        if options.get("category") is None:
            uncategorised = results.total - sum(facet.count for facet in results.facets)
            assert uncategorised == 0, query  # every entry of data/ lies in a category
        pages = [plain().search(query, page=page, **options) for page in range(1, min(results.total_pages, 7) + 1)]
        whole = plain().search(query, per_page=70, **options)
        assert [hit.document.id for page in pages for hit in page] == [hit.document.id for hit in whole], query


def changed(form: Callable[[str], str], document: Document) -> Document:
    return replace(document, title=form(document.title), body=form(document.body))


@pytest.mark.slow
def test_a_query_in_jamo_finds_the_same() -> None:
    for query in queries():
        decomposed = unicodedata.normalize("NFD", query)
        if len(decomposed) <= 200:  # beyond it a query is cut, and that by code points
            assert_same(plain().search(decomposed), plain().search(query))


@pytest.mark.slow
def test_documents_in_jamo_are_found_the_same_and_shown_as_they_are() -> None:
    def form(text: str) -> str:
        return unicodedata.normalize("NFD", text)

    with empty() as index:
        index.sync(changed(form, document) for document in documents())
        for query in queries():
            found, expected = index.search(query, snippet_length=400), plain().search(query)
            assert [hit.document.id for hit in found] == [hit.document.id for hit in expected], query
            assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=TOLERANCE)
            assert (found.total, found.facets, found.confidence) == (expected.total, expected.facets, expected.confidence)
            for one, other in zip(found, expected, strict=True):
                assert one.title.text == form(other.title.text)
                assert [form(piece) for piece in marked(other.title)] == marked(one.title), (query, one.document.id)
                body = one.document.body
                inner = one.snippet.text.removeprefix("…").removesuffix("…")
                assert inner in body


def marked(highlight: Any) -> list[str]:
    return [highlight.text[start:end] for start, end in highlight.spans]


def test_deleting_and_adding_again_restores_identical_results() -> None:
    """The quick one: half of a small index, and scores to the last bit."""
    some = documents()[:60]
    with empty() as index:
        index.sync(some)
        before = [index.search(query).to_dict() | {"took_ms": 0, "generation": 0} for query in queries()[:25]]
        index.delete(one.id for one in some[::2])
        assert len(index) == 30
        index.upsert(some[::2])
        after = [index.search(query).to_dict() | {"took_ms": 0, "generation": 0} for query in queries()[:25]]
        assert after == before
