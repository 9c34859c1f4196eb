"""tantivy-py (Rust): the same terms in four pre-tokenised fields, BM25, its own aggregation and snippet generator.

One request is a search, an aggregation over categories (two passes: tantivy-py cannot do both in one), and ten stored rows.
Its snippet generator cuts texts by a registered tokenizer, never by given tokens, so the body is indexed once more by
tantivy's own 2-gram tokenizer and marks are bigrams of the query's words. A second peer is the same with the plain snippets
of ``base.py``, which cost less.
"""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.peers.base import (
    GRAM_WEIGHT,
    PER_PAGE,
    SNIPPET_LENGTH,
    TITLE_COPIES,
    TITLE_WEIGHT,
    Categories,
    Path,
    Peer,
    PeerPage,
    Range,
    merged,
    plain_snippet,
    query_terms,
    text_terms,
)
from faqsearch import Document


def available() -> str | None:
    return None if importlib.util.find_spec("tantivy") else "tantivy is not installed (pip install tantivy)"


def peers() -> list[Peer]:
    return [Tantivy(), TantivyPlainSnippets()]


class Tantivy:
    """One index in a folder of its own, one segment, one thread."""

    name = "tantivy"
    limits = "marks are bigrams (its snippets cannot use given tokens); lengths rounded; any term matches"

    def __init__(self) -> None:
        self._tantivy: Any = importlib.import_module("tantivy")
        self._categories = Categories()
        self._folder = tempfile.mkdtemp(prefix="bench-tantivy-")

    def build(self, documents: Iterable[Document]) -> None:
        t = self._tantivy
        builder = t.SchemaBuilder()
        for name in ("all", "title_only", "grams", "title_grams"):
            builder.add_text_field(name, tokenizer_name="raw", index_option="freq")
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("title", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("body", stored=True, tokenizer_name="bigrams", index_option="basic")
        builder.add_unsigned_field("leaf", indexed=True, fast=True)
        builder.add_unsigned_field("updated", fast=True)
        self._schema = builder.build()
        index = t.Index(self._schema, path=self._folder)
        bigrams = t.TextAnalyzerBuilder(t.Tokenizer.ngram(2, 2)).filter(t.Filter.lowercase()).build()
        index.register_tokenizer("bigrams", bigrams)
        writer = index.writer(512_000_000, 1)
        for document in documents:
            writer.add_document(self._row(document))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._index = index
        self._searcher = index.searcher()

    def search(self, query: str, *, category: Path | None = None, sort: str = "relevance", page: int = 1) -> PeerPage:
        t, searcher = self._tantivy, self._searcher
        asked = query_terms(query)
        wanted = self._query(asked.morphemes, asked.grams)
        shown = wanted
        if category is not None:
            shown = t.Query.boolean_query([(t.Occur.Must, wanted), (t.Occur.Must, self._under(category))])
        order = {} if sort == "relevance" else {"order_by_field": "updated"}
        result = searcher.search(
            shown, PER_PAGE, count=False, offset=(page - 1) * PER_PAGE, **order
        )  # the counts tell how many
        buckets = searcher.aggregate(wanted, {"leaf": {"terms": {"field": "leaf", "size": len(self._categories.paths)}}})
        counts = {int(bucket["key"]): bucket["doc_count"] for bucket in buckets["leaf"]["buckets"]}
        rows = [searcher.doc(address) for _, address in result.hits]
        return PeerPage(
            [row.get_first("id") for row in rows],
            sum(counts.values() if category is None else [counts.get(leaf, 0) for leaf in self._categories.under(category)]),
            self._categories.tree(counts),
            [row.get_first("title") for row in rows],
            self._snippets(query, asked.morphemes, rows),
        )

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _row(self, document: Document) -> Any:
        title, body = text_terms(document.title), text_terms(document.body)
        row = self._tantivy.Document(id=document.id, title=document.title, body=document.body)
        for name, terms in (
            ("all", title.morphemes * TITLE_COPIES + body.morphemes),
            ("title_only", title.morphemes),
            ("grams", title.grams * TITLE_COPIES + body.grams),
            ("title_grams", title.grams),
        ):
            token = self._tantivy.Token
            tokens = [token(term, place, 0, 0) for place, term in enumerate(terms)]
            row.add_pre_tokenized_text(name, self._tantivy.PreTokenizedString("", tokens))
        row.add_unsigned("leaf", self._categories.number(document.category))
        row.add_unsigned("updated", int(document.updated_at.timestamp()) if document.updated_at else 0)
        return row

    def _query(self, morphemes: Iterable[str], grams: Iterable[str]) -> Any:
        query, should = self._tantivy.Query, self._tantivy.Occur.Should
        parts = []
        channels = ((morphemes, "all", "title_only", 1.0), (grams, "grams", "title_grams", GRAM_WEIGHT))
        for terms, whole, title, weight in channels:
            for term in dict.fromkeys(terms):
                for name, share in ((whole, weight), (title, weight * TITLE_WEIGHT)):
                    one = query.term_query(self._schema, name, term, "freq")
                    parts.append((should, one if share == 1.0 else query.boost_query(one, share)))
        return query.boolean_query(parts)

    def _snippets(self, query: str, terms: Iterable[str], rows: Sequence[Any]) -> list[tuple[str, list[Range]]]:
        generator = self._tantivy.SnippetGenerator.create(self._searcher, self._words(query), self._schema, "body")
        generator.set_max_num_chars(SNIPPET_LENGTH)
        return [_snippet(generator.snippet_from_doc(row)) for row in rows]

    def _words(self, query: str) -> Any:
        """The bigrams inside the words of the query, for snippets."""
        t = self._tantivy
        grams = {word[i : i + 2] for word in query.lower().split() for i in range(len(word) - 1)}
        terms = [t.Query.term_query(self._schema, "body", gram, "basic") for gram in grams]
        return t.Query.boolean_query([(t.Occur.Should, term) for term in terms])

    def _under(self, category: Path) -> Any:
        return self._tantivy.Query.term_set_query(self._schema, "leaf", self._categories.under(category))


class TantivyPlainSnippets(Tantivy):
    """The same index, asked for rows only."""

    name = "tantivy, plain"
    limits = "snippets and marks by literal match; lengths rounded; any term matches"

    def _snippets(self, query: str, terms: Iterable[str], rows: Sequence[Any]) -> list[tuple[str, list[Range]]]:
        return [plain_snippet(row.get_first("body"), terms) for row in rows]


def _snippet(snippet: Any) -> tuple[str, list[Range]]:
    """Ranges in bytes of UTF-8, as tantivy gives them, to code points."""
    text = snippet.fragment()
    data = text.encode()
    ranges = merged((one.start, one.end) for one in snippet.highlighted())
    return text, [(len(data[:start].decode()), len(data[:end].decode())) for start, end in ranges]
