"""The value of a field out of what a cell or a JSON key holds.

Where a text can be read in two ways, the reading that Korean help centres mean is taken:

- A category is a list, or a text such as "결제 > 환불" or "[결제][환불]". A slash separates nothing: "교환/환불" is one label.
- Tags and audiences are a list, or a text with commas. The audience "전체" (모두, all) is everybody.
- Such a text may also be a JSON list ('["A > B", "C"]'), for labels that hold a separator.
- A time without a zone is Korean time (+09:00). A date is the whole day: visible until 2026-01-31 means through that day.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from faqsearch.errors import DocumentError
from faqsearch.sources.html import html_to_text

KOREA = timezone(timedelta(hours=9))  # Asia/Seoul has had no other offset since 1988, and needs no tzdata

_EVERYBODY = frozenset(("전체", "모두", "all"))
_COMMA = re.compile("[,\uff0c\u3001]")  # and the full-width and the ideographic one
_BRACKETS = re.compile(r"(?:\[[^\[\]]+\]\s*)+")
_VIEWS = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,19})\s*회?")
_TIME = re.compile(
    r"(\d{4})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[.일]?"
    r"(?:\s*(오전|오후|AM|PM)?\s*(\d{1,2}):(\d{2})(?::(\d{2}))?)?",
    re.IGNORECASE,
)


def is_blank(value: object) -> bool:
    """Whether a cell or key holds nothing: None, an empty or blank text, an empty list or object."""
    return value is None or (isinstance(value, str) and not value.strip()) or value == [] or value == {}


def as_text(value: object, field: str) -> str:
    """The text of a cell or key; a number is written without needless decimals (1001.0 is "1001")."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if value is None or isinstance(value, list | dict):
        raise DocumentError(f"must be text, not {_kind(value)}", field=field)
    return value.isoformat() if isinstance(value, date) else str(value)


def as_category(value: object, field: str) -> tuple[str, ...]:
    """The path of "A > B", "[A][B]" or a list of labels."""
    if isinstance(value, str) and (labels := _json_list(value)) is not None:
        value = labels
    if isinstance(value, list):
        return tuple(as_text(label, field) for label in value)
    text = as_text(value, field).strip()
    parts = re.findall(r"\[([^\[\]]+)\]", text) if _BRACKETS.fullmatch(text) else text.split(">")
    return tuple(part.strip() for part in parts)


def as_labels(value: object, field: str) -> frozenset[str]:
    """The labels of "A, B" or a list of labels."""
    if isinstance(value, str) and (labels := _json_list(value)) is not None:
        value = labels
    if isinstance(value, list):
        return frozenset(as_text(label, field) for label in value)
    return frozenset(part.strip() for part in _COMMA.split(as_text(value, field)) if part.strip())


def as_audience(value: object, field: str) -> frozenset[str]:
    """Like ``as_labels``; a text that says everybody gives the empty set, which means everybody."""
    if isinstance(value, str) and value.strip().casefold() in _EVERYBODY:
        return frozenset()
    return as_labels(value, field)


def as_time(value: object, field: str) -> datetime:
    """The aware time of a date cell, of ISO 8601, or of "2026.1.31", "2026. 1. 31.", "2026년 1월 31일 오후 3:05"."""
    time, is_date = _cell_time(value) if isinstance(value, date) else _written_time(value, field)
    if field == "visible_until" and is_date and time.date() != date.max:  # 9999-12-31 is people's "for ever"
        time += timedelta(days=1)
    return time if time.utcoffset() is not None else time.replace(tzinfo=KOREA)


def as_views(value: object, field: str) -> int:
    """The whole number of 1234, 1234.0, "1,234" or "1,234회"."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and (match := _VIEWS.fullmatch(value.strip())):
        return int(match[1].replace(",", ""))
    raise DocumentError(f"{value!r} is no whole number such as 1234 or '1,234'", field=field)


def as_extra(value: object, field: str) -> Mapping[str, object]:
    """A JSON object, or the text of one."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise DocumentError(f"is no valid JSON: {error}", field=field) from None
    if not isinstance(value, dict):
        raise DocumentError(f"must be a JSON object, not {_kind(value)}", field=field)
    return value


def as_html_text(value: object, field: str) -> str:
    """The text of HTML."""
    return html_to_text(as_text(value, field))


CONVERSIONS: Mapping[str, Callable[[object, str], Any]] = {
    "id": as_text,
    "title": as_text,
    "body": as_text,
    "html": as_html_text,
    "category": as_category,
    "category_1": as_text,
    "category_2": as_text,
    "category_3": as_text,
    "tags": as_labels,
    "audience": as_audience,
    "visible_from": as_time,
    "visible_until": as_time,
    "updated_at": as_time,
    "views": as_views,
    "url": as_text,
    "extra": as_extra,
}
"""How the value of each of ``columns.FIELDS`` is read; every function raises DocumentError for what it cannot read."""


def _kind(value: object) -> str:
    return {"NoneType": "null", "dict": "an object", "list": "a list"}.get(type(value).__name__, type(value).__name__)


def _json_list(text: str) -> list[object] | None:
    if not re.match(r'\s*\[\s*(?:"|\])', text):
        return None
    try:
        labels = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return labels if isinstance(labels, list) else None


def _cell_time(value: date) -> tuple[datetime, bool]:
    """An Excel date is a datetime at midnight: only that tells it from a time."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day), True
    return value, value == datetime(value.year, value.month, value.day)


def _written_time(value: object, field: str) -> tuple[datetime, bool]:
    text = value.strip() if isinstance(value, str) else ""
    try:
        if match := _TIME.fullmatch(text):
            year, month, day, half, hour, minute, second = match.groups()
            if hour is None:
                return datetime(int(year), int(month), int(day)), True
            hours = int(hour) if half is None else int(hour) % 12 + (12 if half.upper() in ("오후", "PM") else 0)
            return datetime(int(year), int(month), int(day), hours, int(minute), int(second or 0)), False
        if text:
            return datetime.fromisoformat(text), len(text) == 8  # 20260131 is the one ISO date that _TIME leaves
    except ValueError:
        pass
    raise DocumentError(f"{value!r} is no time such as 2026-01-31, '2026. 1. 31.' or 2026-01-31T09:00:00+09:00", field=field)
