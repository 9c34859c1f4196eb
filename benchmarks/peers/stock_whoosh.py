"""Whoosh-Reloaded as it comes: its own codec, matchers, BM25F, columns and highlighter, fed the same terms.

Terms go in as ready lists in four fields without positions. Token offsets are stored with each document and given to Whoosh's
``highlight``, which would else analyse every body again by Kiwi at query time.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

from whoosh import fields, highlight, index, query, scoring, sorting
from whoosh.analysis import Token

from benchmarks.peers.base import (
    CLOSE,
    GRAM_WEIGHT,
    OPEN,
    PER_PAGE,
    SNIPPET_LENGTH,
    TITLE_COPIES,
    TITLE_WEIGHT,
    Categories,
    Path,
    Peer,
    PeerPage,
    Range,
    marked_ranges,
    query_terms,
    text_terms,
)
from faqsearch import Document


def available() -> str | None:
    return None


def peers() -> list[Peer]:
    return [StockWhoosh()]


class StockWhoosh:
    """One index in a folder, optimised to one segment."""

    name = "stock Whoosh"
    limits = "category counts within the filter only; any term matches"

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="bench-whoosh-")
        self._categories = Categories()

    def build(self, documents: Iterable[Document]) -> None:
        schema = fields.Schema(
            all=fields.TEXT(phrase=False),
            title_only=fields.TEXT(phrase=False),
            grams=fields.TEXT(phrase=False),
            title_grams=fields.TEXT(phrase=False),
            leaf=fields.NUMERIC(int, sortable=True),
            updated=fields.NUMERIC(int, bits=64, sortable=True),
            id=fields.STORED,
            title=fields.STORED,
            body=fields.STORED,
            tokens=fields.STORED,
        )
        self._index = index.create_in(self._folder, schema)
        writer = self._index.writer(limitmb=512)
        for document in documents:
            title, body = text_terms(document.title), text_terms(document.body)
            writer.add_document(
                all=title.morphemes * TITLE_COPIES + body.morphemes,
                title_only=title.morphemes,
                grams=title.grams * TITLE_COPIES + body.grams,
                title_grams=title.grams,
                leaf=self._categories.number(document.category),
                updated=int(document.updated_at.timestamp()) if document.updated_at else 0,
                id=document.id,
                title=document.title,
                body=document.body,
                tokens=(body.morphemes, list(body.starts), list(body.ends)),
            )
        writer.commit(optimize=True)
        self._searcher = self._index.searcher(weighting=scoring.BM25F(B=0.75, K1=1.2))

    def search(self, query_text: str, *, category: Path | None = None, sort: str = "relevance", page: int = 1) -> PeerPage:
        asked = query_terms(query_text)
        options: dict[str, Any] = {"groupedby": {"leaf": sorting.FieldFacet("leaf", maptype=sorting.Count)}}
        if category is not None:
            options["filter"] = query.Or([query.Term("leaf", number) for number in self._categories.under(category)])
        if sort != "relevance":
            options["sortedby"] = sorting.FieldFacet("updated", reverse=True)
        results = self._searcher.search(_query(asked.morphemes, asked.grams), limit=page * PER_PAGE, **options)
        counts = results.groups("leaf")
        rows = [hit.fields() for hit in results[(page - 1) * PER_PAGE : page * PER_PAGE]]
        marks = frozenset(asked.morphemes)
        return PeerPage(
            [row["id"] for row in rows],
            sum(counts.values()),
            self._categories.tree(counts),
            [row["title"] for row in rows],
            [_snippet(row, marks) for row in rows],
        )

    def close(self) -> None:
        self._searcher.close()
        self._index.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _query(morphemes: Iterable[str], grams: Iterable[str]) -> Any:
    parts = []
    for terms, whole, title, weight in ((morphemes, "all", "title_only", 1.0), (grams, "grams", "title_grams", GRAM_WEIGHT)):
        for term in dict.fromkeys(terms):
            parts += [query.Term(whole, term, boost=weight), query.Term(title, term, boost=weight * TITLE_WEIGHT)]
    return query.Or(parts)


def _snippet(row: dict[str, Any], marks: frozenset[str]) -> tuple[str, list[Range]]:
    def tokens(text: str, **kwargs: Any) -> Iterator[Any]:
        token = Token(chars=True, positions=True)
        for place, (term, start, end) in enumerate(zip(*row["tokens"], strict=True)):
            token.text, token.pos, token.startchar, token.endchar = term, place, start, end
            token.stopped, token.boost = False, 1.0
            yield token

    fragmenter = highlight.ContextFragmenter(maxchars=SNIPPET_LENGTH)
    marked = highlight.highlight(row["body"], marks, tokens, fragmenter, _Marks(), top=1)
    return marked_ranges(marked or row["body"][:SNIPPET_LENGTH])


class _Marks(highlight.Formatter):  # type: ignore[misc]
    """Whoosh's formatter with our two signs."""

    def format_token(self, text: str, token: Any, replace: bool = False) -> str:
        return f"{OPEN}{highlight.get_text(text, token, replace)}{CLOSE}"
