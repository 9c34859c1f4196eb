"""What has to be written so that an index holds given documents, and a batch that gathers such writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TypeAlias

from faqsearch.document import Document
from faqsearch.errors import DocumentError, InvalidOptionError
from faqsearch.index.hashes import stored_hash, terms_hash
from faqsearch.results import SyncReport

Apply: TypeAlias = Callable[[frozenset[str], list[Document]], object]
"""Deletes ids and adds or replaces documents, in one commit."""


@dataclass(frozen=True, slots=True)
class Changes:
    """``fresh`` documents must be analysed, ``restored`` keep their terms, ids ``gone`` are deleted."""

    fresh: list[Document]
    restored: list[Document]
    gone: frozenset[str]
    report: SyncReport


def changes(documents: Sequence[Document], stored: Mapping[str, tuple[int, int]]) -> Changes:
    """The difference between ``documents`` and the hashes of what is stored."""
    fresh: list[Document] = []
    restored: list[Document] = []
    for document in documents:
        before = stored.get(document.id)
        if before is None or before[0] != terms_hash(document):
            fresh.append(document)
        elif before[1] != stored_hash(document):
            restored.append(document)
    added = sum(document.id not in stored for document in fresh)
    updated = len(fresh) - added + len(restored)
    gone = frozenset(stored.keys() - {document.id for document in documents})
    unchanged = len(documents) - len(fresh) - len(restored)
    return Changes(fresh, restored, gone, SyncReport(added, updated, len(gone), unchanged))


def given_documents(documents: Document | Iterable[Document]) -> list[Document]:
    """One document or several, as a list; raises DocumentError for anything else."""
    if not isinstance(documents, Iterable) and not isinstance(documents, Document):
        raise DocumentError(f"expected documents, not {documents!r}; read_documents makes them from a file")
    given = [documents] if isinstance(documents, Document) else list(documents)
    for document in given:
        if not isinstance(document, Document):
            raise DocumentError(f"expected a Document, not {type(document).__name__}; read_documents makes them from a file")
    return given


def distinct_documents(documents: Iterable[Document]) -> list[Document]:
    """Documents as a list; raises DocumentError for an id that is there twice."""
    given = given_documents(documents)
    seen: set[str] = set()
    for document in given:
        if document.id in seen:
            raise DocumentError(f"id {document.id!r} is there twice; every document needs its own", field="id")
        seen.add(document.id)
    return given


class Batch:
    """Upserts and deletes that become one commit at the end of a ``with`` block; the last word on an id counts."""

    def __init__(self, apply: Apply) -> None:
        self._apply = apply
        self._added: dict[str, Document] = {}
        self._deleted: set[str] = set()

    def upsert(self, documents: Document | Iterable[Document]) -> None:
        """Adds documents or replaces those with the same id."""
        for document in given_documents(documents):
            self._added[document.id] = document
            self._deleted.discard(document.id)

    def delete(self, ids: str | Iterable[str]) -> None:
        """Deletes the documents with these ids; one that is not there is no error."""
        wanted = [ids] if isinstance(ids, str) else list(ids)
        if not all(isinstance(id, str) for id in wanted):
            raise InvalidOptionError(f"ids must be text, not {wanted!r}")
        for id in wanted:
            self._deleted.add(id)
            self._added.pop(id, None)

    def __enter__(self) -> Batch:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None and (self._added or self._deleted):
            self._apply(frozenset(self._deleted), list(self._added.values()))
