"""The counts of a report: what was searched, found, clicked, by query, by day and by entry.

A search is the first page of a query that is not blank; later pages and browsing are counted apart. Queries that differ in
blanks, case or punctuation only are one, shown as most people wrote it. A click belongs to the search it names. What was not
found in a chosen category or with chosen tags is no search without results: the index may have it elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from faqsearch.analysis.grams import squeeze
from faqsearch.analysis.normalize import normalize
from faqsearch.report.read import LoggedEvents, LoggedFeedback, LoggedSearch
from faqsearch.sources.values import KOREA


@dataclass(frozen=True, slots=True)
class QueryUse:
    """One query: searches, sessions that made them (0: not known), how many found nothing or little, what was clicked.

    ``mean_clicked_rank`` is None without clicks; ``click_share`` is the share of its searches with a click; ``correction`` is
    what was searched instead, most often.
    """

    query: str
    searches: int
    sessions: int
    none: int
    weak: int
    corrected: int
    correction: str | None
    clicks: int
    click_share: float
    mean_clicked_rank: float | None


@dataclass(frozen=True, slots=True)
class DayUse:
    """One day: the same counts over all its searches."""

    day: date
    searches: int
    sessions: int
    none: int
    weak: int
    corrected: int
    clicks: int
    click_share: float
    mean_clicked_rank: float | None


@dataclass(frozen=True, slots=True)
class EntryUse:
    """One entry: how often it was shown among hits, clicked, and said to help or not."""

    id: str
    shown: int
    clicks: int
    helpful: int
    unhelpful: int


@dataclass(frozen=True, slots=True)
class UsageReport:
    """All of it. Lists are sorted by falling count; ``median_ms`` and ``slow_ms`` (95th percentile) are of all searches.

    ``weak`` and ``none`` list queries by how many of their searches found little or nothing.
    """

    since: datetime | None
    until: datetime | None
    searches: int
    queries: int
    sessions: int
    later_pages: int
    browsed: int
    found_none: int
    found_weak: int
    corrected: int
    clicks: int
    click_share: float
    mean_clicked_rank: float | None
    median_ms: float
    slow_ms: float
    unreadable: int
    top: tuple[QueryUse, ...]
    none: tuple[QueryUse, ...]
    weak: tuple[QueryUse, ...]
    corrections: tuple[QueryUse, ...]
    unclicked: tuple[QueryUse, ...]
    days: tuple[DayUse, ...]
    entries: tuple[EntryUse, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values of everything."""
        values = asdict(self)
        values["since"] = None if self.since is None else self.since.isoformat()
        values["until"] = None if self.until is None else self.until.isoformat()
        for day in values["days"]:
            day["day"] = day["day"].isoformat()
        return values


@dataclass(slots=True)
class _Count:
    """What is added up for a query, a day, or everything."""

    searches: int = 0
    none: int = 0
    weak: int = 0
    corrected: int = 0
    clicks: int = 0
    ranks: int = 0
    clicked: set[str] = field(default_factory=set)
    sessions: set[str] = field(default_factory=set)
    spellings: Counter[str] = field(default_factory=Counter)
    corrections: Counter[str] = field(default_factory=Counter)

    def search(self, event: LoggedSearch) -> None:
        self.searches += 1
        self.none += event.confidence == "none" and not event.filtered
        self.weak += event.confidence == "weak" and not event.filtered
        if event.correction is not None:
            self.corrected += 1
            self.corrections[event.correction] += 1
        if event.session is not None:
            self.sessions.add(event.session)

    def click(self, event: LoggedFeedback) -> None:
        self.clicks += 1
        self.ranks += event.rank
        self.clicked.add(event.search_id)

    @property
    def click_share(self) -> float:
        return len(self.clicked) / self.searches if self.searches else 0.0

    @property
    def mean_rank(self) -> float | None:
        return self.ranks / self.clicks if self.clicks else None


def usage_report(events: LoggedEvents | Iterable[LoggedSearch | LoggedFeedback], *, zone: tzinfo = KOREA) -> UsageReport:
    """Counts ``events``; days are those of ``zone``."""
    every = _Count()
    by_query: dict[str, _Count] = {}
    by_day: dict[date, _Count] = {}
    entries: dict[str, Counter[str]] = {}
    searched: dict[str, tuple[str, date]] = {}
    took: list[float] = []
    first = last = None
    later = browsed = 0
    for event in events:
        first = event.at if first is None or event.at < first else first
        last = event.at if last is None or event.at > last else last
        if isinstance(event, LoggedFeedback):
            entries.setdefault(event.document_id, Counter())[event.kind] += 1
            if event.kind == "click" and event.search_id in searched and event.rank > 0:
                key, day = searched[event.search_id]
                for count in (every, by_query[key], by_day[day]):
                    count.click(event)
            continue
        took.append(event.took_ms)
        for id in event.hit_ids:
            entries.setdefault(id, Counter())["shown"] += 1
        key = event.query if event.hashed else text_key(event.query)
        if not key:
            browsed += 1
            continue
        day = event.at.astimezone(zone).date()
        if event.page > 1:
            later += 1
            if key in by_query and day in by_day:
                searched[event.id] = key, day
            continue
        searched[event.id] = key, day
        by_query.setdefault(key, _Count()).spellings[event.query.strip()] += 1
        for count in (every, by_query[key], by_day.setdefault(day, _Count())):
            count.search(event)
    uses = sorted((_query_use(count) for count in by_query.values()), key=lambda use: (-use.searches, use.query))
    took.sort()
    return UsageReport(
        since=None if first is None else first.astimezone(UTC),
        until=None if last is None else last.astimezone(UTC),
        searches=every.searches,
        queries=len(uses),
        sessions=len(every.sessions),
        later_pages=later,
        browsed=browsed,
        found_none=every.none,
        found_weak=every.weak,
        corrected=every.corrected,
        clicks=every.clicks,
        click_share=every.click_share,
        mean_clicked_rank=every.mean_rank,
        median_ms=took[len(took) // 2] if took else 0.0,
        slow_ms=took[min(len(took) * 95 // 100, len(took) - 1)] if took else 0.0,
        unreadable=events.unreadable if isinstance(events, LoggedEvents) else 0,
        top=tuple(uses),
        none=tuple(sorted((use for use in uses if use.none), key=lambda use: (-use.none, use.query))),
        weak=tuple(sorted((use for use in uses if use.weak), key=lambda use: (-use.weak, use.query))),
        corrections=tuple(sorted((use for use in uses if use.corrected), key=lambda use: (-use.corrected, use.query))),
        unclicked=tuple(use for use in uses if not use.clicks and use.searches > use.none) if every.clicks else (),
        days=tuple(_day_use(day, count) for day, count in sorted(by_day.items())),
        entries=tuple(
            EntryUse(id, count["shown"], count["click"], count["helpful"], count["unhelpful"])
            for id, count in sorted(entries.items(), key=lambda item: (-item[1]["click"], -item[1]["shown"], item[0]))
        ),
    )


def text_key(text: str) -> str:
    """What makes two queries one: "" for a blank one, a query of signs alone as it is."""
    text = normalize(text).text
    return squeeze(text) or text.strip()


def _query_use(count: _Count) -> QueryUse:
    return QueryUse(
        query=min(count.spellings, key=lambda text: (-count.spellings[text], text)),
        searches=count.searches,
        sessions=len(count.sessions),
        none=count.none,
        weak=count.weak,
        corrected=count.corrected,
        correction=min(count.corrections, key=lambda text: (-count.corrections[text], text), default=None),
        clicks=count.clicks,
        click_share=count.click_share,
        mean_clicked_rank=count.mean_rank,
    )


def _day_use(day: date, count: _Count) -> DayUse:
    return DayUse(
        day=day,
        searches=count.searches,
        sessions=len(count.sessions),
        none=count.none,
        weak=count.weak,
        corrected=count.corrected,
        clicks=count.clicks,
        click_share=count.click_share,
        mean_clicked_rank=count.mean_rank,
    )
