"""The terms of one channel of a snapshot: where their postings lie and what an impact of each counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from faqsearch.index.segments.dictionary import Dictionary
from faqsearch.index.segments.posting_lists import PostingBlocks, PostingSlices
from faqsearch.index.segments.score import inverse_frequency

Listed: TypeAlias = tuple[PostingBlocks, int, float]
"""A list: its blocks, how many visible documents have its field, its share in a score."""


class Postings(NamedTuple):
    """A term in one list: its postings, its idf, and what an impact counts: idf times the list's share."""

    slices: PostingSlices
    idf: float
    factor: float


class Channel(Protocol):
    """Looks up the terms of one channel for one view; a term that no document holds in a list is None there."""

    def term(self, term: str, /) -> tuple[Postings | None, ...]:
        """The term in each list."""

    def one(self, term: str, place: int, /) -> Postings | None:
        """The term in the list at ``place``; what other lists hold is not looked up."""


class PlainChannel:
    """A Channel by NumPy; ``visible``: the documents whose frequency counts, None for all that are live."""

    def __init__(
        self, dictionaries: Sequence[Dictionary], lists: Sequence[Listed], visible: NDArray[np.bool_] | None, /
    ) -> None:
        self._dictionaries = dictionaries
        self._lists = lists
        self._visible = visible

    def term(self, term: str, /) -> tuple[Postings | None, ...]:
        numbers = self._numbers(term)
        return tuple([self._postings(one, numbers) for one in self._lists])

    def one(self, term: str, place: int, /) -> Postings | None:
        return self._postings(self._lists[place], self._numbers(term))

    def _numbers(self, term: str) -> tuple[int, ...]:
        key = term.encode("utf-8", "surrogatepass")
        return tuple([dictionary.find(key) for dictionary in self._dictionaries])

    def _postings(self, listed: Listed, numbers: tuple[int, ...]) -> Postings | None:
        blocks, documents, share = listed
        found, frequency = blocks.slices(numbers)
        if found is None:
            return None
        if self._visible is not None:
            places = [docs.astype(np.int64) + base for docs, _, base in found]
            frequency = sum(int(np.count_nonzero(self._visible[some])) for some in places)
        idf = inverse_frequency(documents, frequency)
        return Postings(found, idf, share * idf)
