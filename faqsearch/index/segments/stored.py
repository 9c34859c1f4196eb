"""A document as it lies in a segment: a JSON list in the order of Document's fields."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from faqsearch.document import Document

ID, TITLE, BODY, CATEGORY, TAGS, AUDIENCE, FROM, UNTIL, UPDATED, VIEWS, URL, EXTRA = range(12)

_NO_LABELS: frozenset[str] = frozenset()
_read = json.JSONDecoder().raw_decode


def dump_document(document: Document) -> bytes:
    """The row of a document, in UTF-8."""
    return json.dumps(list(document.to_dict().values()), ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def load_values(row: bytes) -> list[Any]:
    """The values of a row, in the order of the constants above."""
    values: list[Any] = _read(row.decode("utf-8"))[0]
    return values


def load_document(row: bytes) -> Document:
    """The document of a row; it was checked when it was made, so it is not checked again."""
    values = load_values(row)
    values[CATEGORY] = tuple(values[CATEGORY])
    values[TAGS] = frozenset(values[TAGS]) if values[TAGS] else _NO_LABELS
    values[AUDIENCE] = frozenset(values[AUDIENCE]) if values[AUDIENCE] else _NO_LABELS
    for time in (FROM, UNTIL, UPDATED):
        if values[time] is not None:
            values[time] = datetime.fromisoformat(values[time])
    return Document.trusted(values)
