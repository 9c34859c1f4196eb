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
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from faqsearch.index.segments.layout import Array
from faqsearch.index.segments.lengths import DECODED
from faqsearch.index.segments.posting_lists import PostingSlice, PostingSlices


@dataclass(frozen=True, slots=True)
class ListStatistics:
    """Live documents that have the field, and their average true length."""

    documents: int
    average: float


def inverse_frequency(documents: int, df: int) -> float:
    """ln(1 + (N - df + 0.5) / (df + 0.5)), as Lucene computes it."""
    return log(1 + (documents - df + 0.5) / (df + 0.5))


def impact_table(statistics: ListStatistics, k1: float, b: float) -> NDArray[np.float64]:
    """``(65536,) float64``: the impact of each code ``frequency << 8 | length code``."""
    average = statistics.average or 1.0
    norm = k1 * (1 - b + b * DECODED / average)
    frequency = np.arange(256, dtype=np.float64)[:, None]
    with np.errstate(invalid="ignore"):
        table = frequency / (frequency + norm[None, :])
    return np.nan_to_num(table).reshape(-1)


Weighted: TypeAlias = tuple[Iterable[PostingSlice], float]
"""The postings of a term and what an impact of it counts."""
Related: TypeAlias = tuple[Iterable[PostingSlice], float, int]
"""The same for a related word, and the row of the word that it stands for."""
_Row: TypeAlias = tuple[Array, Array, int, float, int]


def added_up(
    size: int,
    lists: list[tuple[NDArray[np.float64], list[Weighted]]],
    related: list[Related],
    related_table: NDArray[np.float64],
    instead: list[list[PostingSlices]],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(``(size,) float64`` scores, ``(size,) bool`` which documents have one by ``lists``).

    ``lists`` are impact tables with the terms they belong to. A document's terms are added in this order, so that equal indexes
    give equal bits, whatever their segments; then ``related``, where it has a score and lacks its row's word in ``instead``.
    """
    rows: list[list[_Row]] = [
        sorted([(*one, weight, 0) for slices, weight in terms for one in slices], key=_base) for _, terms in lists
    ]
    near: list[_Row] = sorted([(*one, weight, row) for slices, weight, row in related for one in slices], key=_base)
    docs, values = _weighted_postings([*(table for table, _ in lists), related_table], [*rows, near])
    counts = [len(one[0]) for one in near]
    own = len(docs) - sum(counts)
    scores: NDArray[np.float64] = np.bincount(docs[:own], values[:own], minlength=size)  # type: ignore[assignment]
    hit = scores > 0
    if near:
        lacking = np.empty((len(instead), size), dtype=bool)
        lacking[:] = hit
        for row, typed in zip(lacking, instead, strict=True):
            for slices in typed:
                slices.mark(row, False)
        some = docs[own:]
        places = np.repeat([row * size for *_, row in near], counts)
        np.add.at(scores, some, values[own:] * lacking.take(some + places))
    return scores, hit


def _weighted_postings(
    tables: Sequence[NDArray[np.float64]], lists: Sequence[Sequence[_Row]]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """(documents, weight · impact) of all postings, in the order of ``lists``; each is sorted by base."""
    rows = [row for some in lists for row in some]
    counts = [len(row[0]) for row in rows]
    total = sum(counts)
    docs = np.empty(total, dtype=np.intp)
    scores = np.empty(total, dtype=np.float64)
    if not total:
        return docs, scores
    np.concatenate([row[0] for row in rows], out=docs, casting="unsafe")
    end = 0
    for base, run in groupby(rows, key=_base):  # few: long runs of one base
        begin, end = end, end + sum(len(row[0]) for row in run)
        if base:
            docs[begin:end] += base
    codes = np.concatenate([row[1] for row in rows])
    end = place = 0
    for table, some in zip(tables, lists, strict=True):
        begin, end = end, end + sum(counts[place : place + len(some)])
        place += len(some)
        table.take(codes[begin:end], out=scores[begin:end], mode="clip")
    scores *= np.repeat([row[3] for row in rows], counts)
    return docs, scores


_base = itemgetter(2)


def selected(
    scores: NDArray[np.float64],
    hit: NDArray[np.bool_],
    full: NDArray[np.bool_],
    allowed: NDArray[np.bool_] | None,
    floor: float,
) -> tuple[NDArray[np.int64], float]:
    """(the numbers of the matches, rising; the best score of an allowed ``hit``).

    A match is an allowed ``hit`` that is ``full`` or has at least ``floor`` of the best score.
    """
    numbers = np.flatnonzero(hit if allowed is None else hit & allowed)
    found = scores[numbers]
    best = float(found.max(initial=0.0))
    if floor:
        numbers = numbers[(found >= best * floor) | full[numbers]]
    return numbers, best


def leading(scores: NDArray[np.float64], numbers: NDArray[np.int64], count: int) -> list[int] | None:
    """The ``count`` of ``numbers`` with the best scores, the best first; None where a tie has to be broken for that."""
    found = scores[numbers]
    if count < len(numbers):
        near = found >= np.partition(found, -count)[-count]
        numbers, found = numbers[near], found[near]
    if len(set(found.tolist())) < len(found) or len(found) > count:
        return None
    best: list[int] = numbers[np.argsort(-found)].tolist()
    return best
