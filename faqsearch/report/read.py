"""Reads the JSON lines of an event log and of its rotated files; lines that are none are counted, not refused."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from faqsearch.errors import DocumentError

_HASHED = re.compile(r"#[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class LoggedSearch:
    """A search as it was logged; ``filtered``: a category or tags were chosen, so what it missed may well be in the index."""

    id: str
    at: datetime
    query: str
    correction: str | None
    page: int
    total: int
    confidence: str
    hit_ids: tuple[str, ...]
    took_ms: float
    session: str | None
    filtered: bool = False

    @property
    def hashed(self) -> bool:
        """Whether the query is a hash, which says nothing of its words."""
        return _HASHED.fullmatch(self.query) is not None


@dataclass(frozen=True, slots=True)
class LoggedFeedback:
    """What a person did with a hit, as it was logged."""

    search_id: str
    document_id: str
    kind: str
    rank: int
    at: datetime


@dataclass(slots=True)
class LoggedEvents:
    """Iterates once over the events of files, the oldest file first; ``unreadable`` counts lines that are no event."""

    files: Sequence[Path]
    unreadable: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[LoggedSearch | LoggedFeedback]:
        for path in self.files:
            with path.open("rb") as lines:
                for line in lines:
                    if line.strip():
                        event = _event(line)
                        if event is None:
                            self.unreadable += 1
                        else:
                            yield event


def read_events(*paths: str | os.PathLike[str]) -> LoggedEvents:
    """The events of these files, each with its rotated ones (``events.jsonl.1``, …); raises DocumentError for a missing one."""
    files: list[Path] = []
    for path in map(Path, paths):
        rotated = _rotated(path)
        if not path.is_file() and not rotated:
            raise DocumentError("there is no such event log; an EventLog writes one", file=str(path))
        files += [one for one in (*rotated, path) if one.is_file() and one not in files]
    return LoggedEvents(files)


def _rotated(path: Path) -> list[Path]:
    """The rotated files, the oldest (highest number) first."""
    pattern = re.compile(re.escape(path.name) + r"\.(\d{1,3})")
    if not path.parent.is_dir():
        return []
    found = [(int(match[1]), one) for one in path.parent.iterdir() if (match := pattern.fullmatch(one.name))]
    return [one for _, one in sorted(found, reverse=True)]


def _event(line: bytes) -> LoggedSearch | LoggedFeedback | None:
    try:
        row = json.loads(line)
        at = datetime.fromisoformat(row["at"])
        if at.tzinfo is None:
            return None
        return _search(row, at) if row["event"] == "search" else _feedback(row, at) if row["event"] == "feedback" else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _search(row: Mapping[str, Any], at: datetime) -> LoggedSearch:
    correction, session = row.get("correction"), row.get("session")
    filters = row.get("filters")
    return LoggedSearch(
        id=str(row["id"]),
        at=at,
        query=str(row["query"]),
        correction=None if correction is None else str(correction),
        page=int(row.get("page", 1)),
        total=int(row["total"]),
        confidence=str(row["confidence"]),
        hit_ids=tuple(str(id) for id in row["hit_ids"]),
        took_ms=float(row.get("took_ms", 0.0)),
        session=None if session is None else str(session),
        filtered=isinstance(filters, dict) and bool(filters.get("category") or filters.get("tags")),
    )


def _feedback(row: Mapping[str, Any], at: datetime) -> LoggedFeedback:
    return LoggedFeedback(str(row["search_id"]), str(row["document_id"]), str(row["kind"]), int(row["rank"]), at)
