"""Entries that say the same: pairs of texts whose sets of five-syllable shingles overlap.

Exact, not sampled: a pair of Jaccard similarity t or more shares one of the ``n - ⌈t·n⌉ + 1`` rarest shingles of each
(prefix filter: Chaudhuri, Ganti & Kaushik, "A Primitive Operator for Similarity Joins in Data Cleaning", ICDE 2006).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from faqsearch.analysis.grams import squeeze
from faqsearch.analysis.normalize import normalize
from faqsearch.audit.collection import Collection
from faqsearch.audit.finding import Finding

SAME = 0.7
_SHINGLE = 5
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def near_duplicates(collection: Collection, *, same: float = SAME) -> Iterator[Finding]:
    """Pairs of entries whose title and body share at least ``same`` of their shingles, the most alike first."""
    documents = list(collection.documents.values())
    sets = [_shingles(squeeze(normalize(f"{one.title}\n{one.body}").text)) for one in documents]
    found = []
    for left, right in _candidates(sets, same):
        both = len(np.intersect1d(sets[left], sets[right], assume_unique=True))
        similarity = both / (len(sets[left]) + len(sets[right]) - both)
        if similarity >= same:
            pair = sorted((documents[left], documents[right]), key=lambda one: (-one.views, one.id))
            views = sum(one.views for one in pair)
            ids = tuple(one.id for one in pair)
            found.append(Finding("near_duplicates", ids, "", (), {"similarity": round(similarity, 3), "views": views}))
    yield from sorted(found, key=lambda one: (-one.numbers["similarity"], -one.numbers["views"], one.ids))


def _shingles(text: str) -> NDArray[np.uint64]:
    """The distinct hashes of five characters in a row, sorted; of a shorter text that of the whole."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if not len(codes):
        return codes
    width = min(_SHINGLE, len(codes))
    hashes = np.zeros(len(codes) - width + 1, np.uint64)
    for place in range(width):
        hashes = (hashes ^ codes[place : len(codes) - width + 1 + place]) * _MULTIPLIER
        hashes ^= hashes >> np.uint64(29)
    return np.unique(hashes)


def _candidates(sets: Sequence[NDArray[np.uint64]], same: float) -> set[tuple[int, int]]:
    """Pairs that may be that alike: they share a rare shingle, and one is not much longer than the other."""
    if not any(map(len, sets)):
        return set()
    _, inverse, counts = np.unique(np.concatenate(sets), return_inverse=True, return_counts=True)
    holders: dict[int, list[int]] = {}
    end = 0
    for number, own in enumerate(sets):
        start, end = end, end + len(own)
        shingles = inverse[start:end]
        order = np.lexsort((shingles, counts[shingles]))
        for shingle in shingles[order[: len(own) - math.ceil(same * len(own)) + 1]]:
            if counts[shingle] > 1:
                holders.setdefault(int(shingle), []).append(number)
    sizes = [len(own) for own in sets]
    return {
        (left, right)
        for some in holders.values()
        for left, right in combinations(some, 2)
        if min(sizes[left], sizes[right]) >= same * max(sizes[left], sizes[right])
    }
