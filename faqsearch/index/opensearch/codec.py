"""An analysed document to what the cluster stores of it, and back; nothing is analysed again on either way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from faqsearch.analysis.analyzer import AnalyzedDocument, AnalyzedText
from faqsearch.analysis.grams import bigrams
from faqsearch.analysis.sentences import sentence_ends
from faqsearch.document import CategoryPath, Document
from faqsearch.index.base import StoredDocument, Tokens
from faqsearch.index.hashes import stored_hash, terms_hash
from faqsearch.index.opensearch.client import dumps
from faqsearch.index.opensearch.terms import HELD, LABELLED, LONE, index_gram, index_term, plain_term, squeezed_text
from faqsearch.index.opensearch.vectors import encode_vectors
from faqsearch.index.segments.stored import AUDIENCE, BODY, CATEGORY, FROM, TAGS, UNTIL, UPDATED
from faqsearch.index.vectors import DocumentVectors

SEPARATOR = "\x1f"
"""Between the labels of a path; no label holds a control character."""

EVERYBODY = ""
"""Stands for an empty audience; no label is empty."""

DOCUMENT_FIELDS = ("row", "body")
STORED_FIELDS = (*DOCUMENT_FIELDS, "m_title", "m_body", *(f"tokens.{name}" for name in ("title", "body", "sentences", "long")))
ANALYZED_FIELDS = (*STORED_FIELDS, "m_category", "g_title", "g_body")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def encode(analyzed: AnalyzedDocument, vectors: DocumentVectors | None = None) -> dict[str, Any]:
    """The fields of a document."""
    title, body = analyzed.title, analyzed.body
    held = set(title.terms) | set(body.terms)
    labels = [term for term in analyzed.category_terms if term not in held]
    source: dict[str, Any] = {
        "words": sorted(chain((HELD + index_term(term) for term in held), (LABELLED + index_term(term) for term in labels))),
        "grams": sorted({index_gram(gram) for text in (title, body) for gram in bigrams(text.squeezed)}),
        "m_title": _joined(title.terms),
        "m_body": _joined(body.terms),
        "m_category": _joined(analyzed.category_terms),
        "g_title": squeezed_text(title.squeezed) or None,
        "g_body": squeezed_text(body.squeezed) or None,
        "tokens": {
            "title": _places(title),
            "body": _places(body),
            "sentences": sentence_ends(analyzed.document.body),
            **_long(chain(held, labels)),
            **encode_vectors(vectors),
        },
    }
    # An empty field would count as a field of length 0 here and not there.
    present = {name: value for name, value in source.items() if value not in (None, [])}
    return {**encode_values(analyzed.document), **present}


def encode_values(document: Document) -> dict[str, Any]:
    """The fields that hold a document itself, and what it is filtered and sorted by; None where it has no such value."""
    values = list(document.to_dict().values())
    values[BODY] = ""
    path = document.category
    return {
        "id": document.id,
        "hash": f"{terms_hash(document):016x}{stored_hash(document):016x}",
        "row": dumps(values),
        "body": document.body,
        "path": joined_path(path),
        "prefixes": [joined_path(path[:depth]) for depth in range(1, len(path) + 1)],
        "labels": sorted(set(path)),
        "tags": sorted(document.tags),
        "audience": sorted(document.audience) or [EVERYBODY],
        "from": _micros(document.visible_from),
        "until": _micros(document.visible_until),
        "updated": _micros(document.updated_at),
        "views": document.views,
        "title_key": document.title.casefold(),
    }


def decode_document(source: Mapping[str, Any]) -> Document:
    """The document of its fields ``row`` and, where it is given, ``body``; it was checked when it was made."""
    values = json.loads(source["row"])
    values[BODY] = source.get("body", "")
    values[CATEGORY] = tuple(values[CATEGORY])
    values[TAGS] = frozenset(values[TAGS])
    values[AUDIENCE] = frozenset(values[AUDIENCE])
    for time in (FROM, UNTIL, UPDATED):
        if values[time] is not None:
            values[time] = datetime.fromisoformat(values[time])
    return Document.trusted(values)


def decode_stored(source: Mapping[str, Any], marks: frozenset[str] | None) -> StoredDocument:
    """The document with its tokens whose term is in ``marks`` (None: all)."""
    places = source.get("tokens") or {}
    long = places.get("long") or {}
    title, body = (_tokens(source.get(f"m_{field}"), places.get(field) or [], long, marks) for field in ("title", "body"))
    return StoredDocument(decode_document(source), title, body, places.get("sentences"))


def decode_analyzed(source: Mapping[str, Any]) -> AnalyzedDocument:
    """What ``encode`` was given."""
    stored = decode_stored(source, None)
    long = (source.get("tokens") or {}).get("long") or {}
    title, body = (
        AnalyzedText(tokens.terms, tokens.starts, tokens.ends, (source.get(f"g_{name}") or "").rstrip(LONE))
        for name, tokens in (("title", stored.title), ("body", stored.body))
    )
    return AnalyzedDocument(stored.document, title, body, tuple(_terms(source.get("m_category"), long)))


def decode_hashes(value: str) -> tuple[int, int]:
    """(hash of what is analysed, hash of the rest) of field ``hash``."""
    return int(value[:16], 16), int(value[16:], 16)


def joined_path(path: CategoryPath) -> str:
    """A category path as one keyword."""
    return SEPARATOR.join(path)


def split_path(text: str) -> CategoryPath:
    """The category path of a keyword."""
    return tuple(text.split(SEPARATOR)) if text else ()


def _joined(terms: Sequence[str]) -> str | None:
    return " ".join(map(index_term, terms)) if terms else None


def _places(text: AnalyzedText) -> list[int]:
    """Start and length of each token, one behind the other."""
    return [number for start, end in zip(text.starts, text.ends, strict=True) for number in (start, end - start)]


def _long(terms: Iterable[str]) -> dict[str, dict[str, str]]:
    """The terms that are indexed by a hash, so that they can be given back."""
    found = {index_term(term): term for term in terms if len(term) > 600 and plain_term(index_term(term)) != term}
    return {"long": found} if found else {}


def _terms(joined: str | None, long: Mapping[str, str]) -> list[str]:
    return [long.get(term) or plain_term(term) for term in joined.split(" ")] if joined else []


def _tokens(joined: str | None, places: Sequence[int], long: Mapping[str, str], marks: frozenset[str] | None) -> Tokens:
    terms = _terms(joined, long)
    starts = list(places[0::2])
    ends = [start + length for start, length in zip(starts, places[1::2], strict=True)]
    if marks is None:
        return Tokens(terms, starts, ends)
    kept = [place for place, term in enumerate(terms) if term in marks]
    return Tokens([terms[i] for i in kept], [starts[i] for i in kept], [ends[i] for i in kept])


def _micros(time: datetime | None) -> int | None:
    if time is None:
        return None
    difference = time - _EPOCH
    return (difference.days * 86_400 + difference.seconds) * 1_000_000 + difference.microseconds
