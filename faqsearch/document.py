"""Document: one help entry, checked when it is made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from faqsearch import limits
from faqsearch.errors import DocumentError
from faqsearch.native import filler

CategoryPath: TypeAlias = tuple[str, ...]
"""A category from the root down, as ``("웹소설·웹툰", "구매 관련", "공통")``."""

_VIEWS_LIMIT = 1 << 62


@dataclass(frozen=True, slots=True)
class Document:
    """One help entry.

    ``audience`` names the groups that may see it (empty: everybody). ``visible_from`` and ``visible_until`` bound when it is
    shown (from inclusive, until exclusive); like ``updated_at`` they must be aware. ``extra`` is the caller's own JSON; it is
    stored and given back, and takes no part in comparing or hashing.

    Raises DocumentError for a value that cannot be stored or lies beyond ``faqsearch.limits``.
    """

    id: str
    title: str
    body: str = ""
    category: CategoryPath = ()
    tags: frozenset[str] = frozenset()
    audience: frozenset[str] = frozenset()
    visible_from: datetime | None = None
    visible_until: datetime | None = None
    updated_at: datetime | None = None
    views: int = 0
    url: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)

    def __post_init__(self) -> None:
        _text("id", self.id, limits.ID_BYTES, blank=False)
        _text("title", self.title, limits.TITLE_BYTES)
        _text("body", self.body, limits.BODY_BYTES)
        if not self.title.strip() and not self.body.strip():
            raise DocumentError("must not be empty where the body is empty too", field="title")
        object.__setattr__(self, "category", _category(self.category))
        object.__setattr__(self, "tags", _labels("tags", self.tags))
        object.__setattr__(self, "audience", _labels("audience", self.audience))
        for name in ("visible_from", "visible_until", "updated_at"):
            _aware(name, getattr(self, name))
        if isinstance(self.views, bool) or not isinstance(self.views, int) or not 0 <= self.views < _VIEWS_LIMIT:
            raise DocumentError(f"views must be a whole number of 0 or more, not {self.views!r}", field="views")
        if self.url is not None:
            _text("url", self.url, limits.URL_BYTES)
        if not isinstance(self.extra, Mapping):
            raise DocumentError(f"extra must be a mapping, not {type(self.extra).__name__}", field="extra")
        if self.extra:
            _json("extra", self.extra)

    @classmethod
    def from_html(cls, *, id: str, title: str, html: str, **fields: Any) -> Document:
        """A document whose body is the text of ``html``, with block, list and table boundaries kept as line breaks.

        The other fields are those of Document. Tags in ``title`` are dropped and its entities resolved.
        """
        from faqsearch.sources.html import html_to_text

        return cls(id=id, title=" ".join(html_to_text(title).split()), body=html_to_text(html), **fields)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Document:
        """The document that ``to_dict`` gave these values for; unknown names and wrong types raise DocumentError."""
        if unknown := set(values) - _FIELDS:
            raise DocumentError(f"unknown field {sorted(unknown)[0]!r}; known are {', '.join(sorted(_FIELDS))}")
        if missing := {"id", "title"} - set(values):
            raise DocumentError("is missing", field=sorted(missing)[0])
        given = dict(values)
        for name in ("visible_from", "visible_until", "updated_at"):
            if isinstance(given.get(name), str):
                given[name] = parse_time(given[name], field=name)
        return cls(**given)

    @classmethod
    def trusted(cls, values: Sequence[Any]) -> Document:
        """A document of values in the order of the fields that were a document before: nothing is checked."""
        return _filled(values)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values: times in ISO 8601, sets as sorted lists; ``Document.from_dict`` reads them back."""
        return {
            "id": self.id,
            "title": self.title,
            "body": self.body,
            "category": list(self.category),
            "tags": sorted(self.tags),
            "audience": sorted(self.audience),
            "visible_from": _iso(self.visible_from),
            "visible_until": _iso(self.visible_until),
            "updated_at": _iso(self.updated_at),
            "views": self.views,
            "url": self.url,
            "extra": dict(self.extra),
        }


_FIELDS = frozenset(Document.__dataclass_fields__)
_filled = filler(Document)


def parse_time(text: str, *, field: str) -> datetime:
    """The aware time that an ISO 8601 text names; raises DocumentError for another text or one without a time zone."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise DocumentError(f"{text!r} is no ISO 8601 time such as 2026-01-31T09:00:00+09:00", field=field) from None
    _aware(field, time)
    return time


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _text(name: str, value: object, limit: int, *, blank: bool = True) -> None:
    if not isinstance(value, str):
        raise DocumentError(f"must be text, not {type(value).__name__}", field=name)
    if not blank and not value.strip():
        raise DocumentError("must not be empty", field=name)
    try:
        size = len(value.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise DocumentError(f"holds a lone surrogate at {error.start}; it is no Unicode text", field=name) from None
    if size > limit:
        raise DocumentError(f"has {size:,} UTF-8 bytes; at most {limit:,} are allowed: shorten or split it", field=name)


def _category(value: object) -> CategoryPath:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise DocumentError(f"category must be a path such as ('결제', '환불'), not {value!r}", field="category")
    path = tuple(value)
    if len(path) > limits.CATEGORY_DEPTH:
        raise DocumentError(f"category has {len(path)} levels; at most {limits.CATEGORY_DEPTH} are allowed", field="category")
    for label in path:
        _label("category", label)
    return path


def _labels(name: str, value: object) -> frozenset[str]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise DocumentError(f"must be several labels such as {{'결제'}}, not {value!r}", field=name)
    given = list(value)
    for label in given:
        _label(name, label)
    labels = frozenset(given)
    if len(labels) > limits.LABELS:
        raise DocumentError(f"has {len(labels)} labels; at most {limits.LABELS} are allowed", field=name)
    return labels


def _label(name: str, label: object) -> None:
    _text(name, label, limits.LABEL_BYTES, blank=False)
    assert isinstance(label, str)
    if any(ord(character) < 32 or ord(character) == 127 for character in label):
        raise DocumentError(f"label {label!r} holds a control character", field=name)


def _aware(name: str, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, datetime):
        raise DocumentError(f"must be a datetime, not {type(value).__name__}", field=name)
    if value.tzinfo is None or value.utcoffset() is None:
        raise DocumentError("must name its time zone (a naive datetime is ambiguous)", field=name)


def _json(name: str, value: Mapping[str, Any]) -> None:
    try:
        size = len(json.dumps(dict(value), ensure_ascii=False, allow_nan=False).encode("utf-8"))
    except (TypeError, ValueError, RecursionError) as error:
        raise DocumentError(f"cannot be stored as JSON: {error}", field=name) from None
    if size > limits.EXTRA_BYTES:
        raise DocumentError(f"has {size:,} bytes as JSON; at most {limits.EXTRA_BYTES:,} are allowed", field=name)
