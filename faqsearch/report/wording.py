"""The words of a report, in Korean and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from faqsearch.errors import InvalidOptionError
from faqsearch.report.usage import UsageReport

LANGUAGES = ("ko", "en")

_TEXTS: Mapping[str, tuple[str, str]] = {
    "title": ("검색 보고서", "Search report"),
    "period": ("기간", "Period"),
    "searches": ("검색", "Searches"),
    "queries": ("서로 다른 검색어", "Different queries"),
    "sessions": ("방문", "Sessions"),
    "later_pages": ("다음 쪽 보기", "Later pages"),
    "browsed": ("검색어 없이 보기", "Browsing"),
    "found_none": ("결과 없음", "Without results"),
    "found_weak": ("결과 부족", "Weak results"),
    "corrected": ("고쳐 찾음", "Corrected"),
    "clicks": ("클릭", "Clicks"),
    "click_share": ("클릭한 검색", "Searches clicked"),
    "mean_clicked_rank": ("평균 클릭 순위", "Mean clicked rank"),
    "took": ("응답 시간", "Time taken"),
    "took_value": ("중앙값 {median:.1f} ms, 95 % {slow:.1f} ms", "median {median:.1f} ms, 95 % {slow:.1f} ms"),
    "unreadable": ("읽지 못한 줄", "Lines not read"),
    "top": ("많이 찾은 검색어", "Top queries"),
    "none": ("결과가 없던 검색어", "Queries without results"),
    "weak": ("결과가 부족했던 검색어", "Queries with weak results"),
    "corrections": ("고쳐 찾은 검색어", "Corrected queries"),
    "unclicked": ("결과는 있으나 아무도 누르지 않은 검색어", "Queries with results that nobody clicked"),
    "unhelpful": ("도움이 안 된 도움말", "Entries that did not help"),
    "days": ("날짜별", "By day"),
    "query": ("검색어", "Query"),
    "count": ("횟수", "Count"),
    "as": ("대신 찾은 말", "Searched as"),
    "rank": ("클릭 순위", "Rank"),
    "day": ("날짜", "Day"),
    "entry": ("도움말", "Entry"),
    "helpful": ("도움됨", "Helpful"),
    "not_helpful": ("도움 안 됨", "Unhelpful"),
    "shown": ("노출", "Shown"),
    "nothing": ("기록된 검색이 없습니다.", "No search has been logged."),
    "more": ("그 밖에 {count:,}건", "and {count:,} more"),
    "good": ("결과 좋음", "Good results"),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language."""

    language: str

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise InvalidOptionError(f"the language must be one of {', '.join(LANGUAGES)}, not {self.language!r}")

    def __call__(self, name: str, **values: object) -> str:
        text = _TEXTS[name][LANGUAGES.index(self.language)]
        return text.format(**values) if values else text


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, names of columns, rows of texts; the first column is text, the others are numbers unless ``text`` says so."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int = 0
    text: frozenset[int] = frozenset({0})


def summary(report: UsageReport, word: Wording, zone: tzinfo) -> list[tuple[str, str]]:
    """(name, value) of the counts over everything."""
    if report.since is None or report.until is None:
        return []
    since, until = report.since.astimezone(zone), report.until.astimezone(zone)
    values = [
        (word("period"), f"{since:%Y-%m-%d %H:%M} – {until:%Y-%m-%d %H:%M}"),
        (word("searches"), f"{report.searches:,}"),
        (word("queries"), f"{report.queries:,}"),
    ]
    if report.sessions:
        values.append((word("sessions"), f"{report.sessions:,}"))
    values += [
        (word("found_none"), _share(report.found_none, report.searches)),
        (word("found_weak"), _share(report.found_weak, report.searches)),
        (word("corrected"), _share(report.corrected, report.searches)),
        (word("clicks"), f"{report.clicks:,}"),
        (word("click_share"), _percent(report.click_share)),
        (word("mean_clicked_rank"), _rank(report.mean_clicked_rank)),
        (word("later_pages"), f"{report.later_pages:,}"),
        (word("browsed"), f"{report.browsed:,}"),
        (word("took"), word("took_value", median=report.median_ms, slow=report.slow_ms)),
    ]
    if report.unreadable:
        values.append((word("unreadable"), f"{report.unreadable:,}"))
    return values


def tables(report: UsageReport, word: Wording, *, limit: int) -> list[Table]:
    """The tables of a report that have rows, each of at most ``limit`` rows."""
    clicked = (word("clicks"), word("click_share"), word("rank"))
    found = [
        _table(
            word("top"),
            (word("query"), word("count"), word("sessions"), word("found_weak"), *clicked),
            [(u.query, _n(u.searches), _n(u.sessions), _n(u.weak + u.none), *_clicks(u)) for u in report.top[:limit]],
            len(report.top),
        ),
        _table(
            word("none"),
            (word("query"), word("count")),
            [(u.query, _n(u.none)) for u in report.none[:limit]],
            len(report.none),
        ),
        _table(
            word("weak"),
            (word("query"), word("count"), *clicked),
            [(u.query, _n(u.weak), *_clicks(u)) for u in report.weak[:limit]],
            len(report.weak),
        ),
        _table(
            word("corrections"),
            (word("query"), word("as"), word("count"), *clicked),
            [(u.query, u.correction or "", _n(u.corrected), *_clicks(u)) for u in report.corrections[:limit]],
            len(report.corrections),
            text=frozenset({0, 1}),
        ),
        _table(
            word("unclicked"),
            (word("query"), word("count"), word("found_weak")),
            [(u.query, _n(u.searches), _n(u.weak)) for u in report.unclicked[:limit]],
            len(report.unclicked),
        ),
    ]
    bad = sorted((one for one in report.entries if one.unhelpful), key=lambda one: (-one.unhelpful, one.id))
    found.append(
        _table(
            word("unhelpful"),
            (word("entry"), word("not_helpful"), word("helpful"), word("clicks"), word("shown")),
            [(e.id, _n(e.unhelpful), _n(e.helpful), _n(e.clicks), _n(e.shown)) for e in bad[:limit]],
            len(bad),
        )
    )
    days = (
        word("day"),
        word("searches"),
        word("sessions"),
        word("found_none"),
        word("found_weak"),
        word("corrected"),
        *clicked,
    )
    found.append(
        _table(
            word("days"),
            days,
            [
                (d.day.isoformat(), *map(_n, (d.searches, d.sessions, d.none, d.weak, d.corrected)), *_clicks(d))
                for d in report.days
            ],
            len(report.days),
        )
    )
    return [table for table in found if table.rows]


def _table(
    heading: str, columns: tuple[str, ...], rows: list[tuple[str, ...]], every: int, text: frozenset[int] = frozenset({0})
) -> Table:
    return Table(heading, columns, tuple(rows), every - len(rows), text)


def _clicks(use: object) -> tuple[str, str, str]:
    clicks, share, rank = (getattr(use, name) for name in ("clicks", "click_share", "mean_clicked_rank"))
    return _n(clicks), _percent(share), _rank(rank)


def _n(number: int) -> str:
    return f"{number:,}"


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({_percent(part / whole if whole else 0.0)})"


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def _rank(rank: float | None) -> str:
    return "–" if rank is None else f"{rank:.2f}"
