"""What a search leaves for a report: an event without anything that identifies a person."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from faqsearch.results import SearchResults

_GAP = r"[-\s.]{0,3}"
_PERSONAL = (
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "[e-mail]"),
    (re.compile(rf"(?<!\d)\d{{6}}{_GAP}[1-8]\d{{6}}(?!\d)"), "[주민등록번호]"),
    (re.compile(rf"(?<!\d)\d{{4}}{_GAP}(?:\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{3,4}}|\d{{6}}{_GAP}\d{{4,5}})(?!\d)"), "[card]"),
    (re.compile(rf"(?<!\d)\(?(?:\+?82{_GAP}|0)\d{{1,2}}\)?{_GAP}\d{{3,4}}{_GAP}\d{{4}}(?!\d)"), "[phone]"),
)
_NO_LETTERS = re.compile("[^\u3131-\u318e]+")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_INVISIBLE = dict.fromkeys([0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF])
_SESSION: ContextVar[str | None] = ContextVar("faqsearch_session", default=None)


@dataclass(frozen=True, slots=True)
class SearchEvent:
    """One search; personal numbers in ``query`` and ``correction`` are masked.

    ``session`` is what ``search_session`` says of the visit it belongs to, or None.
    """

    id: str
    at: datetime
    query: str
    correction: str | None
    filters: dict[str, Any]
    sort: str
    page: int
    total: int
    confidence: str
    hit_ids: tuple[str, ...]
    took_ms: float
    session: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "at": self.at.isoformat(),
            "query": self.query,
            "correction": self.correction,
            "filters": dict(self.filters),
            "sort": self.sort,
            "page": self.page,
            "total": self.total,
            "confidence": self.confidence,
            "hit_ids": list(self.hit_ids),
            "took_ms": self.took_ms,
            "session": self.session,
        }


@dataclass(frozen=True, slots=True)
class FeedbackEvent:
    """What a person did with a hit of the search ``search_id``: opened it, or said whether it helped."""

    search_id: str
    document_id: str
    kind: Literal["click", "helpful", "unhelpful"]
    rank: int

    def to_dict(self) -> dict[str, Any]:
        return {"search_id": self.search_id, "document_id": self.document_id, "kind": self.kind, "rank": self.rank}


@contextmanager
def search_session(id: str | None) -> Iterator[None]:
    """The events of searches inside carry this ``session``, so that a report can count visits instead of searches.

    Give a random value that ends with the visit, never a login. It holds for this thread or task and what it starts.
    """
    before = _SESSION.set(id)
    try:
        yield
    finally:
        _SESSION.reset(before)


def mask_personal(text: str) -> str:
    """``text`` with e-mail addresses, resident registration, card and phone numbers replaced by what they are.

    Full-width digits, other dashes and invisible characters do not hide a number: the text is normalised first (NFKC, but for
    letters that stand alone, as in ㅎㅂ).
    """
    text = _NO_LETTERS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = text.translate(_DASHES).translate(_INVISIBLE)
    for pattern, name in _PERSONAL:
        text = pattern.sub(name, text)
    return text


def search_event(results: SearchResults, filters: dict[str, Any]) -> SearchEvent:
    """The event of a finished search with these filters."""
    return SearchEvent(
        id=uuid.uuid4().hex,
        at=datetime.now(UTC),
        query=mask_personal(results.query),
        correction=mask_personal(results.correction.query) if results.correction else None,
        filters=filters,
        sort=results.sort,
        page=results.page,
        total=results.total,
        confidence=results.confidence,
        hit_ids=tuple(hit.document.id for hit in results.hits),
        took_ms=results.took_ms,
        session=_SESSION.get(),
    )
