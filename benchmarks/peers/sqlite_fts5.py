"""SQLite FTS5 with its trigram tokenizer, bm25() and snippet(): what comes with Python, without any Korean analysis.

It takes no terms: the query is every trigram inside the query's words, joined by OR, so this peer's request has no Kiwi call.
Words of one or two syllables find nothing: that is the tokenizer's way.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterable

from benchmarks.peers.base import CLOSE, OPEN, PER_PAGE, Categories, Path, Peer, PeerPage, marked_ranges
from faqsearch import Document

_SNIPPET_TOKENS = 64  # the most that FTS5 allows


def available() -> str | None:
    try:
        sqlite3.connect(":memory:").execute("CREATE VIRTUAL TABLE t USING fts5(a, tokenize='trigram')")
    except sqlite3.OperationalError as error:
        return f"this Python's SQLite {sqlite3.sqlite_version} has no FTS5 trigram tokenizer ({error})"
    return None


def peers() -> list[Peer]:
    return [Fts5()]


class Fts5:
    """One database file with a table of documents and an FTS5 index over it."""

    name = "FTS5 trigram"
    limits = "no Kiwi call; words under three syllables find nothing; snippets of 66 characters; any trigram matches"

    def __init__(self) -> None:
        handle, self._path = tempfile.mkstemp(prefix="bench-fts5-", suffix=".db")
        os.close(handle)
        self._database = sqlite3.connect(self._path)
        self._categories = Categories()

    def build(self, documents: Iterable[Document]) -> None:
        database = self._database
        database.execute(
            "CREATE TABLE documents (number INTEGER PRIMARY KEY, id TEXT, title TEXT, body TEXT, leaf INTEGER, updated INTEGER)"
        )
        database.execute(
            "CREATE VIRTUAL TABLE found USING fts5"
            "(title, body, content='documents', content_rowid='number', tokenize='trigram')"
        )
        database.executemany("INSERT INTO documents VALUES (NULL, ?, ?, ?, ?, ?)", map(self._row, documents))
        database.execute("INSERT INTO found(found) VALUES ('rebuild')")
        database.execute("INSERT INTO found(found) VALUES ('optimize')")
        database.execute("INSERT INTO found(found, rank) VALUES ('rank', 'bm25(3.0, 1.0)')")
        database.commit()

    def search(self, query: str, *, category: Path | None = None, sort: str = "relevance", page: int = 1) -> PeerPage:
        match = _match(query)
        if not match:
            return PeerPage([], 0, {}, [], [])
        counts = dict(
            self._database.execute(
                "SELECT leaf, count(*) FROM found JOIN documents ON number = found.rowid WHERE found MATCH ? GROUP BY leaf",
                (match,),
            ).fetchall()
        )
        leaves = None if category is None else self._categories.under(category)
        where = "" if leaves is None else f" AND leaf IN ({','.join(map(str, leaves))})"
        order = "found.rank" if sort == "relevance" else "updated DESC"
        rows = self._database.execute(
            f"SELECT id, documents.title, snippet(found, 1, ?, ?, '', {_SNIPPET_TOKENS}) FROM found "
            f"JOIN documents ON number = found.rowid WHERE found MATCH ?{where} ORDER BY {order} LIMIT ? OFFSET ?",
            (OPEN, CLOSE, match, PER_PAGE, (page - 1) * PER_PAGE),
        ).fetchall()
        return PeerPage(
            [row[0] for row in rows],
            sum(counts.values()) if leaves is None else sum(counts.get(leaf, 0) for leaf in leaves),
            self._categories.tree(counts),
            [row[1] for row in rows],
            [marked_ranges(row[2]) for row in rows],
        )

    def close(self) -> None:
        self._database.close()
        os.unlink(self._path)

    def _row(self, document: Document) -> tuple[str, str, str, int, int]:
        updated = int(document.updated_at.timestamp()) if document.updated_at else 0
        return document.id, document.title, document.body, self._categories.number(document.category), updated


def _match(query: str) -> str:
    """Every trigram inside the words of the query, joined by OR."""
    words = [word.strip(".,!?()[]'\"“”‘’…·:;") for word in query.lower().split()]
    grams = dict.fromkeys(word[i : i + 3] for word in words for i in range(len(word) - 2))
    return " OR ".join('"' + gram.replace('"', '""') + '"' for gram in grams)
