"""bm25s (NumPy, scores computed at indexing): the same terms, an index for each channel, bigrams at half the weight.

bm25s ranks and nothing else, so totals, category counts, the filter and paging are a few lines of NumPy over its dense scores,
and snippets a search by ``str.find`` in bodies kept in memory. Its index is held in memory; numba is not used.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable
from typing import Any

import numpy as np

from benchmarks.peers.base import (
    GRAM_WEIGHT,
    PER_PAGE,
    TITLE_COPIES,
    Categories,
    Path,
    Peer,
    PeerPage,
    plain_snippet,
    query_terms,
    text_terms,
)
from faqsearch import Document


def available() -> str | None:
    return None if importlib.util.find_spec("bm25s") else "bm25s is not installed (pip install bm25s)"


def peers() -> list[Peer]:
    return [Bm25s()]


class Bm25s:
    """Scores of all documents for each query, in memory."""

    name = "bm25s"
    limits = "title and body one field; all in memory; no updates; marks by literal match; any term matches"

    def __init__(self) -> None:
        self._bm25s: Any = importlib.import_module("bm25s")
        self._categories = Categories()
        self._rows: list[tuple[str, str, str]] = []

    def build(self, documents: Iterable[Document]) -> None:
        leaves: list[int] = []
        updated: list[float] = []
        corpora: list[list[list[str]]] = [[], []]
        for document in documents:
            title, body = text_terms(document.title), text_terms(document.body)
            corpora[0].append(title.morphemes * TITLE_COPIES + body.morphemes)
            corpora[1].append(title.grams * TITLE_COPIES + body.grams)
            leaves.append(self._categories.number(document.category))
            updated.append(document.updated_at.timestamp() if document.updated_at else 0.0)
            self._rows.append((document.id, document.title, document.body))
        self._leaves = np.array(leaves)
        self._updated = np.array(updated)
        self._indexes: list[Any] = []
        for corpus in corpora:
            index = self._bm25s.BM25(k1=1.2, b=0.75)
            index.index(corpus, show_progress=False)
            self._indexes.append(index)

    def search(self, query: str, *, category: Path | None = None, sort: str = "relevance", page: int = 1) -> PeerPage:
        asked = query_terms(query)
        scores = np.zeros(len(self._rows))
        for index, terms, weight in zip(self._indexes, (asked.morphemes, asked.grams), (1.0, GRAM_WEIGHT), strict=True):
            if known := [term for term in dict.fromkeys(terms) if term in index.vocab_dict]:
                scores += weight * index.get_scores(known)
        hits = np.flatnonzero(scores > 0)
        counts = np.bincount(self._leaves[hits])
        if category is not None:
            hits = hits[np.isin(self._leaves[hits], self._categories.under(category))]
        total = len(hits)
        keys = scores[hits] if sort == "relevance" else self._updated[hits]
        wanted = min(page * PER_PAGE, total)
        if 0 < wanted < total:
            best = np.argpartition(keys, total - wanted)[total - wanted :]
            hits, keys = hits[best], keys[best]
        order = np.lexsort((hits, -keys))[(page - 1) * PER_PAGE : page * PER_PAGE]
        rows = [self._rows[number] for number in hits[order].tolist()]
        return PeerPage(
            [id for id, _, _ in rows],
            total,
            self._categories.tree({leaf: count for leaf, count in enumerate(counts.tolist()) if count}),
            [title for _, title, _ in rows],
            [plain_snippet(body, asked.morphemes) for _, _, body in rows],
        )

    def close(self) -> None:
        self._rows.clear()
