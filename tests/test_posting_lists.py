"""Postings in blocks of 65,536 documents: what is laid down is read, and a segment of two blocks answers like two segments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsearch import Document, FaqIndex, SearchResults
from faqsearch.index.segments.posting_lists import BLOCK, blocks, frequencies, posting_arrays, terms_and_documents

TERMS = 5
TOTAL = 3 * BLOCK
documents = st.one_of(
    st.integers(0, TOTAL - 1), st.sampled_from([0, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 1, 2 * BLOCK, TOTAL - 1])
)
postings = st.dictionaries(st.tuples(st.integers(0, TERMS - 1), documents), st.integers(1, (1 << 16) - 1), max_size=40)


@given(postings)
def test_every_posting_is_read_as_it_was_laid_down(expected: dict[tuple[int, int], int]) -> None:
    terms = np.array([term for term, _ in expected], dtype="<u4")
    numbers = np.array([document for _, document in expected], dtype="<u4")
    codes = np.array(list(expected.values()), dtype="<u2")
    arrays = posting_arrays("x", terms, numbers, codes, TERMS, TOTAL)
    found_terms, found_documents = terms_and_documents(arrays["x.off"], arrays["x.docs"], TERMS)
    pairs = zip(found_terms.tolist(), found_documents.tolist(), strict=True)
    assert dict(zip(pairs, arrays["x.code"].tolist(), strict=True)) == expected
    assert arrays["x.docs"].dtype == np.dtype("<u2")
    counted = frequencies(arrays["x.off"], TERMS).tolist()
    assert counted == [sum(term == number for term, _ in expected) for number in range(TERMS)]


@pytest.mark.parametrize(("size", "expected"), [(0, 1), (1, 1), (BLOCK, 1), (BLOCK + 1, 2), (2 * BLOCK, 2), (2 * BLOCK + 1, 3)])
def test_documents_take_as_many_blocks_as_they_fill(size: int, expected: int) -> None:
    assert blocks(size) == expected


def test_a_list_of_an_older_version_has_one_block_and_wide_numbers() -> None:
    bounds, numbers = np.array([0, 2, 2, 3], dtype="<u4"), np.array([7, 70_000, 80_000], dtype="<u4")
    terms, found = terms_and_documents(bounds, numbers, 3)
    assert terms.tolist() == [0, 0, 2]
    assert found.tolist() == [7, 70_000, 80_000]


def answer(results: SearchResults) -> dict[str, Any]:
    """What a search found, without when and in which generation."""
    return {name: value for name, value in results.to_dict().items() if name not in ("generation", "took_ms")}


def entries(numbers: Sequence[int]) -> list[Document]:
    colours = ("빨간", "파란", "노란")
    return [
        Document(id=f"{number:06}", title=f"{colours[number % 3]} 표 {number}", category=(f"묶음 {number % 2}",))
        for number in numbers
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("first", "segments"), [(40_000, 1), (69_900, 2)], ids=["merged to one", "two segments"])
def test_a_segment_of_two_blocks_answers_however_it_came_to_be(tmp_path: Path, first: int, segments: int) -> None:
    total = 70_000
    queries = ["파란 표", "표 65535", "표 65536", "69999", "노란 표 39999", "표 -파란", '"빨간 표 66000"']
    with FaqIndex.create(tmp_path / "whole") as whole, FaqIndex.create(tmp_path / "parts") as parts:
        whole.sync(entries(range(total)))
        parts.sync(entries(range(first)))
        parts.upsert(entries(range(first, total)))
        assert whole.stats().segments == 1
        assert parts.stats().segments == segments
        for ask in queries:
            for options in ({}, {"category": "묶음 1"}, {"matching": "all", "sort": "-views"}, {"page": 3}):
                assert answer(whole.search(ask, **options)) == answer(parts.search(ask, **options))  # type: ignore[arg-type]
        gone = [f"{number:06}" for number in (0, 65_535, 65_536, *range(66_001, 69_999))]
        for index in (whole, parts):
            index.delete(gone)
            assert index.check().ok
        for ask in queries:
            assert answer(whole.search(ask)) == answer(parts.search(ask))
