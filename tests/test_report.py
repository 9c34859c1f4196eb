"""The report: every count from events written by hand, and the three forms it is printed in."""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from browser.chromium import chromium
from command_line import faqsearch
from selectolax.lexbor import LexborHTMLParser as Html

from faqsearch import DocumentError, InvalidOptionError
from faqsearch.report import UsageReport, html_page, popular_queries, read_events, usage_report
from faqsearch.report.wording import Wording

NOON = datetime(2026, 11, 1, 3, tzinfo=UTC)  # noon in Korea


def searched(query: str, **values: Any) -> dict[str, Any]:
    row = {
        "event": "search",
        "id": "s",
        "at": NOON.isoformat(),
        "query": query,
        "correction": None,
        "filters": {},
        "sort": "relevance",
        "page": 1,
        "total": 3,
        "confidence": "good",
        "hit_ids": ["1", "2", "3"],
        "took_ms": 2.0,
        "session": None,
    }
    return row | values


def feedback(search_id: str, rank: int, kind: str = "click", document_id: str = "1") -> dict[str, Any]:
    return {
        "event": "feedback",
        "at": NOON.isoformat(),
        "search_id": search_id,
        "document_id": document_id,
        "kind": kind,
        "rank": rank,
    }


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def write(log: Path, *rows: dict[str, Any]) -> Path:
    log.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return log


def report(log: Path, *rows: dict[str, Any]) -> UsageReport:
    return usage_report(read_events(write(log, *rows)))


def test_queries_are_counted_without_regard_to_blanks_and_case(log: Path) -> None:
    (use,) = report(log, searched("캐시 환불"), searched("캐시환불"), searched("캐시 환불!"), searched("캐시 환불")).top
    assert (use.query, use.searches) == ("캐시 환불", 4)


def test_the_most_frequent_query_leads(log: Path) -> None:
    assert [use.query for use in report(log, searched("가"), searched("나나"), searched("나나")).top] == ["나나", "가"]


def test_later_pages_and_browsing_are_no_searches(log: Path) -> None:
    counted = report(log, searched("환불"), searched("환불", page=2), searched("  "))
    assert (counted.searches, counted.later_pages, counted.browsed) == (1, 1, 1)


def test_queries_with_no_or_weak_results_are_listed_by_how_often(log: Path) -> None:
    counted = report(
        log,
        searched("없다", confidence="none", total=0, hit_ids=[]),
        searched("약해", confidence="weak"),
        searched("약해", confidence="weak"),
        searched("좋아"),
    )
    assert [use.query for use in counted.none] == ["없다"]
    assert [(use.query, use.weak) for use in counted.weak] == [("약해", 2)]
    assert (counted.found_none, counted.found_weak) == (1, 2)


@pytest.mark.parametrize("filters", [{"category": [["온새메일"]]}, {"category": ["없는분류"]}, {"tags": ["vip"]}])
def test_what_a_chosen_category_does_not_hold_is_not_missing_from_the_index(log: Path, filters: dict[str, Any]) -> None:
    counted = report(
        log,
        searched("환불", confidence="none", total=0, hit_ids=[], filters=filters),
        searched("환불", confidence="weak", filters=filters),
        searched("없다", confidence="none", total=0, hit_ids=[], filters={"category": [], "within": [["온새톡"]]}),
    )
    assert ([use.query for use in counted.none], counted.weak, counted.found_none) == (["없다"], (), 1)
    assert counted.searches == 3


def test_a_corrected_query_says_what_was_searched(log: Path) -> None:
    counted = report(log, searched("환블", correction="환불"))
    assert [(use.query, use.correction) for use in counted.corrections] == [("환블", "환불")]


def test_clicks_belong_to_the_search_they_name(log: Path) -> None:
    counted = report(log, searched("환불", id="a"), searched("해지", id="b"), feedback("a", 3), feedback("a", 1))
    refund, end = counted.top if counted.top[0].query == "해지" else counted.top[::-1]
    assert (end.clicks, end.click_share, end.mean_clicked_rank) == (2, 1.0, 2.0)
    assert (refund.clicks, refund.mean_clicked_rank) == (0, None)
    assert (counted.clicks, counted.click_share, counted.mean_clicked_rank) == (2, 0.5, 2.0)


def test_a_click_without_a_search_counts_for_the_entry_only(log: Path) -> None:
    counted = report(log, searched("환불"), feedback("", 0), feedback("gone", 1))
    assert counted.clicks == 0
    assert {one.id: one.clicks for one in counted.entries}["1"] == 2


def test_a_click_on_a_later_page_belongs_to_the_query(log: Path) -> None:
    counted = report(log, searched("환불", id="a"), searched("환불", id="b", page=2), feedback("b", 12))
    assert counted.top[0].mean_clicked_rank == 12


def test_queries_with_results_that_nobody_clicked(log: Path) -> None:
    counted = report(log, searched("환불", id="a"), searched("해지"), searched("없다", confidence="none"), feedback("a", 1))
    assert [use.query for use in counted.unclicked] == ["해지"]


def test_entries_say_how_often_they_were_shown_and_helped(log: Path) -> None:
    counted = report(log, searched("환불"), feedback("s", 1, "helpful"), feedback("s", 1, "unhelpful"), searched("해지"))
    first = next(one for one in counted.entries if one.id == "1")
    assert (first.shown, first.helpful, first.unhelpful) == (2, 1, 1)


def test_days_are_those_of_korea(log: Path) -> None:
    late = NOON.replace(hour=16)  # 1 a.m. of the next day in Korea
    assert [
        (one.day.isoformat(), one.searches) for one in report(log, searched("a"), searched("b", at=late.isoformat())).days
    ] == [
        ("2026-11-01", 1),
        ("2026-11-02", 1),
    ]


def test_sessions_are_counted_once_a_query(log: Path) -> None:
    counted = report(log, searched("환불", session="a"), searched("환불", session="a"), searched("환불", session="b"))
    assert (counted.top[0].sessions, counted.sessions) == (2, 2)


def test_hashed_queries_are_counted_too(log: Path) -> None:
    hashed = "#" + "0123456789ab" * 2
    assert [(use.query, use.searches) for use in report(log, searched(hashed), searched(hashed)).top] == [(hashed, 2)]


def test_lines_that_are_no_events_are_counted_not_refused(log: Path) -> None:
    write(log, searched("환불"))
    with log.open("ab") as file:
        file.write(b'{"event": "search", "id"\n[]\n{"event":"other","at":"2026-11-01T00:00:00+00:00"}\n\xff\n\n')
        file.write(json.dumps(searched("해지", at="2026-11-01T00:00:00")).encode() + b"\n")  # no time zone
    counted = usage_report(read_events(log))
    assert (counted.searches, counted.unreadable) == (1, 5)


def test_rotated_files_are_read_the_oldest_first(log: Path) -> None:
    write(log, searched("새"))
    for number, query in ((1, "중간"), (2, "옛"), (10, "첫")):
        write(log.with_name(f"events.jsonl.{number}"), searched(query))
    assert [getattr(event, "query", "") for event in read_events(log)] == ["첫", "옛", "중간", "새"]


def test_a_log_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no such event log"):
        read_events(tmp_path / "none.jsonl")


def test_an_empty_log_is_an_empty_report(log: Path) -> None:
    counted = report(log)
    assert (counted.searches, counted.top, counted.days, counted.since) == (0, (), (), None)
    assert "기록된 검색이 없습니다" in html_page(counted)


# Queries to offer


def visits(query: str, count: int, **values: Any) -> list[dict[str, Any]]:
    return [searched(query, session=f"visit {number}", **values) for number in range(count)]


@pytest.mark.parametrize(
    ("rows", "popular"),
    [
        (visits("환불", 5), [("환불", 5)]),
        (visits("환불", 4), []),
        ([searched("환불", session="one") for _ in range(9)], []),
        ([searched("환불") for _ in range(9)], []),
        (visits("환블", 5, correction="환불"), [("환불", 5)]),
        (visits("환블", 3, correction="환불") + [searched("환불", session=f"x{n}") for n in range(2)], [("환불", 5)]),
        (visits("없는 말", 5, confidence="none"), []),
        (visits("어려운 말", 5, confidence="weak"), []),
        (visits("[phone] 환불", 5), []),
        (visits("010-1234-5678", 5), []),
        (visits("주문 20261101-0012", 5), []),
        (visits("kim@example.com", 5), []),
        (visits("긴 이야기 " * 10, 5), []),
        (visits("탭\t문자", 5), [("탭 문자", 5)]),
        (visits("#" + "0123456789ab" * 2, 5), []),
        (visits("", 5), []),
        (visits("환불", 5, page=2), []),
        (visits("캐시환불", 3) + [searched("캐시 환불", session=f"x{n}") for n in range(4)], [("캐시 환불", 7)]),
        (visits("환불", 6) + visits("오류 1009", 7), [("오류 1009", 7), ("환불", 6)]),
    ],
)
def test_popular_queries(log: Path, rows: list[dict[str, Any]], popular: list[tuple[str, int]]) -> None:
    assert list(popular_queries(read_events(write(log, *rows)))) == popular


@pytest.mark.parametrize("least", [1, 0, True, 2.5])
def test_single_peoples_queries_are_never_popular(log: Path, least: Any) -> None:
    with pytest.raises(InvalidOptionError):
        popular_queries(read_events(write(log)), min_sessions=least)


# Its forms


HOSTILE = "<script>alert(1)</script>"


def some_rows() -> list[dict[str, Any]]:
    rows = []
    for day in range(12):
        at = (NOON + timedelta(days=day)).isoformat()
        for number, query in enumerate(("캐시 환불", "해지", HOSTILE)):
            id = f"{day}-{number}"
            rows.append(searched(query, id=id, at=at, session=f"v{day}", confidence=("good", "weak", "none")[number]))
            if number == 0:
                rows.append(feedback(id, 1 + day % 3))
    return [*rows, feedback("0-0", 1, "unhelpful")]


def test_json_holds_everything(log: Path) -> None:
    values = report(log, *some_rows()).to_dict()
    assert json.loads(json.dumps(values)) == json.loads(json.dumps(values, default=str))
    assert len(values["days"]) == 12
    assert values["top"][0]["searches"] == 12


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_shows_counts_tables_and_drawings(log: Path, language: str) -> None:
    page = html_page(report(log, *some_rows()), language=language)
    html = Html(page)
    assert len(html.css("figure svg")) == 3
    assert HOSTILE not in page and "&lt;script&gt;" in page
    headings = [node.text() for node in html.css("h2")]
    word = Wording(language)
    assert headings == [word(name) for name in ("top", "none", "weak", "unclicked", "unhelpful", "days")]
    assert len(html.css("script, link, img, iframe")) == 0
    assert not re.search(r'(?:src|href)="(?!#)', page.replace('xlink:href="#', ""))
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_same_events_make_the_same_page(log: Path) -> None:
    assert html_page(report(log, *some_rows())) == html_page(report(log, *some_rows()))


def test_the_page_opens_in_a_browser_without_a_server(log: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(html_page(report(log, *some_rows())), encoding="utf-8")
    problems: list[str] = []
    with chromium() as browser:
        page = browser.new_page()
        page.on("console", lambda message: problems.append(message.text))
        page.on("requestfailed", lambda request: problems.append(request.url))
        page.goto(path.as_uri())
        assert page.locator("h1").inner_text() == "검색 보고서"
        boxes = [page.locator("figure svg").nth(place).bounding_box() for place in range(3)]
        assert all(box is not None and box["height"] > 100 for box in boxes)
        if shots := os.environ.get("FAQSEARCH_SCREENSHOTS"):
            page.screenshot(path=str(Path(shots) / "report.png"), full_page=True)
    assert problems == []


def test_the_command_prints_tables(log: Path) -> None:
    write(log, *some_rows())
    done = faqsearch("report", str(log))
    assert done.returncode == 0, done.stderr
    assert re.search(r"^검색 +36$", done.stdout, re.MULTILINE)
    assert re.search(r"^캐시 환불 +12 +12 +0 +12 +100\.0 % +2\.00$", done.stdout, re.MULTILINE)
    assert re.search(r"^2026-11-12 ", done.stdout, re.MULTILINE)
    assert "Top queries" in faqsearch("report", str(log), "--lang", "en").stdout


def test_the_command_writes_json_a_page_and_popular_queries(log: Path, tmp_path: Path) -> None:
    write(log, *some_rows())
    page, popular = tmp_path / "page.html", tmp_path / "popular.tsv"
    done = faqsearch("report", str(log), "--json", "--html", str(page), "--popular-queries", str(popular))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["searches"] == 36
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert popular.read_text("utf-8") == "캐시 환불\t12\n"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("none.jsonl",), 3, "no such event log"),
        ((), 2, "Missing argument"),
        (("none.jsonl", "--timezone", "Mars/Base"), 3, "time zone"),
        (("none.jsonl", "--min-sessions", "1"), 2, "min-sessions"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: tuple[str, ...], code: int, says: str) -> None:
    done = faqsearch("report", *arguments)
    assert done.returncode == code
    assert says in done.stderr


def test_without_matplotlib_the_page_names_the_remedy(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(InvalidOptionError, match=r"faqsearch\[report\]"):
        html_page(report(log, *some_rows()))
