"""BM25 over posting lists, exactly and without pruning.

The impact of a posting is tf / (tf + k1 (1 - b + b · length / average)) (Robertson & Zaragoza 2009, §3.4). A posting holds
its frequency and its length's code in one 16-bit number, so impacts are looked up in a table of 65,536 entries that is made
once per list and generation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from faqsearch.index.segments.layout import Array
from faqsearch.index.segments.lengths import DECODED


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


@dataclass(frozen=True, slots=True)
class PostingSlice:
    """The postings of one term in one list of one segment: global number of document ``d`` is ``base + d``."""

    docs: Array
    codes: Array
    base: int
    weight: float


def accumulate(size: int, lists: Sequence[tuple[NDArray[np.float64], Sequence[PostingSlice]]]) -> NDArray[np.float64]:
    """``(size,) float64``: for each document the sum of weight · impact over its postings.

    ``lists`` are impact tables with the slices they belong to. The order of addition for one document is that of ``lists`` and
    slices, whatever the segments, so equal indexes give equal bits.
    """
    count = sum(len(one.docs) for _, slices in lists for one in slices)
    if not count:
        return np.zeros(size)
    docs = np.empty(count, dtype=np.intp)
    scores = np.empty(count, dtype=np.float64)
    end = 0
    for table, slices in lists:
        begin = end
        codes = []
        for one in slices:
            stop = end + len(one.docs)
            np.add(one.docs, one.base, out=docs[end:stop], casting="unsafe")
            codes.append(one.codes)
            end = stop
        if begin == end:
            continue
        part = scores[begin:end]
        table.take(np.concatenate(codes), out=part, mode="clip")
        part *= np.repeat([one.weight for one in slices], [len(one.docs) for one in slices])
    summed: NDArray[np.float64] = np.bincount(docs, scores, minlength=size)  # type: ignore[assignment]
    return summed
