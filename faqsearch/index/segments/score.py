"""BM25 over posting lists, exactly and without pruning.

The impact of a posting is tf / (tf + k1 (1 - b + b · length / average)) (Robertson & Zaragoza 2009, §3.4). A posting holds
its frequency and its length's code in one 16-bit number, so impacts are looked up in a table of 65,536 entries that is made
once per list and generation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log
from operator import itemgetter
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from faqsearch.index.segments.lengths import DECODED
from faqsearch.index.segments.posting_lists import PostingSlice


@dataclass(frozen=True, slots=True)
class ListStatistics:
    """Live documents that have the field, and their average true length."""

    documents: int
    average: float

    def idf(self, df: int) -> float:
        """ln(1 + (N - df + 0.5) / (df + 0.5)), as Lucene computes it."""
        return log(1 + (self.documents - df + 0.5) / (df + 0.5))


def impact_table(statistics: ListStatistics, k1: float, b: float) -> NDArray[np.float64]:
    """``(65536,) float64``: the impact of each code ``frequency << 8 | length code``."""
    average = statistics.average or 1.0
    norm = k1 * (1 - b + b * DECODED / average)
    frequency = np.arange(256, dtype=np.float64)[:, None]
    with np.errstate(invalid="ignore"):
        table = frequency / (frequency + norm[None, :])
    return np.nan_to_num(table).reshape(-1)


Weighted: TypeAlias = tuple[PostingSlice, float]

T = TypeVar("T")


def weighted_postings(
    lists: Sequence[tuple[NDArray[np.float64], Sequence[Weighted]]],
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """(documents, weight · impact) of all postings, in the order of ``lists`` and slices.

    ``lists`` are impact tables with the (slice, weight) pairs they belong to, sorted ``by_base``. Added in this order, equal
    indexes give equal bits, whatever their segments.
    """
    slices = [one for _, some in lists for one, _ in some]
    counts = [len(docs) for docs, _, _ in slices]
    total = sum(counts)
    docs = np.empty(total, dtype=np.intp)
    scores = np.empty(total, dtype=np.float64)
    if not total:
        return docs, scores
    np.concatenate([docs for docs, _, _ in slices], out=docs, casting="unsafe")
    end = 0
    for base, run in groupby(slices, key=itemgetter(2)):  # few: the slices of a list are sorted by base
        begin, end = end, end + sum(len(some) for some, _, _ in run)
        if base:
            docs[begin:end] += base
    codes = np.concatenate([codes for _, codes, _ in slices])
    end = place = 0
    for table, some in lists:
        begin, end = end, end + sum(counts[place : place + len(some)])
        place += len(some)
        table.take(codes[begin:end], out=scores[begin:end], mode="clip")
    scores *= np.repeat([weight for _, some in lists for _, weight in some], counts)
    return docs, scores


def by_base(slices: Iterable[tuple[PostingSlice, T]]) -> list[tuple[PostingSlice, T]]:
    """Slices with what belongs to each, sorted by base: long runs of one base are few additions."""
    return sorted(slices, key=_base)


def _base(one: tuple[PostingSlice, Any]) -> int:
    return one[0][2]
