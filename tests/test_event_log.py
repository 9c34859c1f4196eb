"""EventLog: what it writes, that it names nobody, that it is rotated, shared among processes, and never in the way."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser.serving import serving
from starlette.requests import Request

from faqsearch import Document, EventLog, FaqIndex, FeedbackEvent, InvalidOptionError, search_session
from faqsearch.report import read_events
from faqsearch.report.read import LoggedFeedback, LoggedSearch
from faqsearch.web import create_app

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def index() -> Iterator[FaqIndex]:
    with FaqIndex.in_memory() as made:
        made.sync([Document("1", "캐시 환불"), Document("2", "정기 결제 해지")])
        yield made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def search(index: FaqIndex, log: EventLog, *queries: str) -> None:
    stop = index.on_search(log)
    try:
        for query in queries:
            index.search(query)
    finally:
        stop()


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_search_is_a_line_of_json(index: FaqIndex, path: Path) -> None:
    search(index, EventLog(path), "환불")
    (row,) = rows(path)
    assert (row["event"], row["query"], row["hit_ids"], row["confidence"]) == ("search", "환불", ["1"], "good")


def test_feedback_is_a_line_with_its_time(path: Path) -> None:
    EventLog(path)(FeedbackEvent("s1", "1", "click", 2))
    (row,) = rows(path)
    assert {name: row[name] for name in ("event", "search_id", "document_id", "kind", "rank")} == {
        "event": "feedback",
        "search_id": "s1",
        "document_id": "1",
        "kind": "click",
        "rank": 2,
    }
    assert row["at"].endswith("+00:00")


def test_what_was_written_is_read_back(index: FaqIndex, path: Path) -> None:
    log = EventLog(path)
    search(index, log, "환불")
    log(FeedbackEvent("s1", "1", "helpful", 0))
    one, other = read_events(path)
    assert isinstance(one, LoggedSearch) and one.query == "환불"
    assert isinstance(other, LoggedFeedback) and other.kind == "helpful"


def test_personal_numbers_are_masked(index: FaqIndex, path: Path) -> None:
    search(index, EventLog(path), "010-1234-5678 환불")
    assert rows(path)[0]["query"] == "[phone] 환불"


def test_hashed_queries_say_nothing_but_which_are_the_same(index: FaqIndex, path: Path) -> None:
    search(index, EventLog(path, hash_queries=True, key="secret"), "캐시 환불", " 캐시  환불", "해지")
    first, second, third = (row["query"] for row in rows(path))
    assert first == second != third
    assert first.startswith("#") and "환불" not in path.read_text("utf-8")


def test_another_key_gives_another_hash(index: FaqIndex, tmp_path: Path) -> None:
    for key in ("one", "two"):
        search(index, EventLog(tmp_path / key, hash_queries=True, key=key), "환불")
    assert rows(tmp_path / "one")[0]["query"] != rows(tmp_path / "two")[0]["query"]


def test_hashing_without_a_key_is_refused(path: Path) -> None:
    with pytest.raises(InvalidOptionError, match="key"):
        EventLog(path, hash_queries=True)


@pytest.mark.parametrize("options", [{"max_bytes": 0}, {"max_bytes": True}, {"keep": -1}, {"keep": 1000}])
def test_an_option_that_cannot_be_is_refused(path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidOptionError):
        EventLog(path, **options)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidOptionError, match="make it"):
        EventLog(tmp_path / "none" / "events.jsonl")


def test_a_session_is_that_of_the_searches_inside(index: FaqIndex, path: Path) -> None:
    log = EventLog(path)
    with search_session("visit"):
        search(index, log, "환불")
    search(index, log, "환불")
    assert [row["session"] for row in rows(path)] == ["visit", None]


def test_a_session_is_hashed_with_the_key(index: FaqIndex, path: Path) -> None:
    log = EventLog(path, key="secret")
    for _ in range(2):
        with search_session("visit"):
            search(index, log, "환불")
    first, second = (row["session"] for row in rows(path))
    assert first == second != "visit"


def test_the_web_app_gives_events_the_session_of_their_request(index: FaqIndex, path: Path) -> None:
    def session(request: Request) -> str | None:
        return request.cookies.get("visit")

    with (
        serving(create_app(index, events=EventLog(path), session=session)) as address,
        httpx.Client(base_url=address) as client,
    ):
        client.get("/search", params={"query": "환불"}, headers={"cookie": "visit=a"})
        client.get("/api/search", params={"query": "환불"}, headers={"cookie": "visit=b"})
        client.get("/api/search", params={"query": "해지"})
    assert [row["session"] for row in rows(path) if row["event"] == "search"] == ["a", "b", None]
    index._callbacks.clear()


def test_a_full_file_is_rotated_and_the_oldest_deleted(index: FaqIndex, path: Path) -> None:
    search(index, EventLog(path, max_bytes=1, keep=2), *"abcd")
    names = sorted(one.name for one in path.parent.iterdir())
    assert names == ["events.jsonl.1", "events.jsonl.2"]
    assert [event.query for event in read_events(path) if isinstance(event, LoggedSearch)] == ["c", "d"]


def test_keeping_no_rotated_file_starts_anew(index: FaqIndex, path: Path) -> None:
    search(index, EventLog(path, max_bytes=1, keep=0), "환불")
    assert list(path.parent.iterdir()) == []


def test_threads_and_processes_share_a_file_and_lose_nothing(path: Path) -> None:
    code = """
import sys, threading
from faqsearch import EventLog, FeedbackEvent
log = EventLog(sys.argv[1], max_bytes=20_000, keep=99)
def write(name):
    for number in range(150):
        log(FeedbackEvent(f"{sys.argv[2]}-{name}-{number}", "1", "click", 1))
threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert not log.lost
"""
    writers = [subprocess.Popen([sys.executable, "-c", code, str(path), name], cwd=ROOT) for name in ("x", "y", "z")]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    events = read_events(path)
    ids = [event.search_id for event in events if isinstance(event, LoggedFeedback)]
    assert len(ids) == len(set(ids)) == 900
    assert events.unreadable == 0
    assert len(events.files) > 3


def test_a_claim_to_rotate_left_by_a_dead_process_is_taken_over(index: FaqIndex, path: Path) -> None:
    claim = path.with_name("events.jsonl.rotating")
    claim.touch()
    os.utime(claim, (time.time() - 120, time.time() - 120))
    search(index, EventLog(path, max_bytes=1, keep=5), "a", "b")
    assert not claim.exists()
    assert path.with_name("events.jsonl.1").exists()


@pytest.mark.skipif(os.name == "nt", reason="permission bits are those of POSIX")
def test_only_the_owner_may_read(index: FaqIndex, path: Path) -> None:
    search(index, EventLog(path), "환불")
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_file_that_cannot_be_written_never_makes_a_search_fail(
    index: FaqIndex, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = EventLog(path)
    path.mkdir()
    with caplog.at_level(logging.WARNING, "faqsearch"):
        search(index, log, "환불", "해지")
    assert log.lost == 2
    assert [record.levelname for record in caplog.records] == ["WARNING"]  # said once


def test_writing_from_threads_keeps_lines_whole(path: Path) -> None:
    log = EventLog(path)
    threads = [
        threading.Thread(target=lambda: [log(FeedbackEvent("s", "가" * 500, "click", 1)) for _ in range(50)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(path)) == 200
