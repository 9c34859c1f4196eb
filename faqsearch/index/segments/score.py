"""BM25 over posting lists, exactly and without pruning.

The impact of a posting is tf / (tf + k1 (1 - b + b · length / average)) (Robertson & Zaragoza 2009, §3.4). A posting holds
its frequency and its length's code in one 16-bit number, so impacts are looked up in a table of 65,536 entries that is made
once per list and generation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import TypeAlias

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


PostingSlice: TypeAlias = tuple[Array, Array, int]
"""(documents, codes, base): the postings of a term in a list of one segment; document ``d`` has the number ``base + d``."""


def accumulate(
    size: int, documents: Sequence[Array], worth: Sequence[NDArray[np.float64]], weights: Sequence[float]
) -> NDArray[np.float64]:
    """``(size,) float64``: for each document the sum of weight · worth over its postings, given by term.

    The order of addition for one document is that of the terms, whatever the segments, so equal indexes give equal bits.
    """
    counts = [len(some) for some in documents]
    total = sum(counts)
    if not total:
        return np.zeros(size)
    docs = np.empty(total, dtype=np.intp)
    np.concatenate(documents, out=docs, casting="unsafe")
    scores = np.concatenate(worth)
    scores *= np.repeat(weights, counts)
    summed: NDArray[np.float64] = np.bincount(docs, scores, minlength=size)  # type: ignore[assignment]
    return summed
