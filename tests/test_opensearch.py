"""What only an index on a cluster has: copies, locks, blocks, swaps and clear errors, on a real OpenSearch."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser.serving import serving_command, wait_until_ready
from command_line import faqsearch

from faqsearch import (
    AnalyzerMismatchError,
    BackendError,
    Document,
    FaqIndex,
    IndexExistsError,
    IndexFormatError,
    IndexLockedError,
    IndexNotFoundError,
    IndexOptions,
    IndexStorageError,
    Lexicon,
    Ranking,
    SearchResults,
    read_documents,
)
from faqsearch.index.locations import copy_index
from faqsearch.index.opensearch import execute, writer
from faqsearch.index.opensearch.client import ClusterClient
from faqsearch.index.opensearch.location import parse_location
from faqsearch.index.opensearch.lock import LOCKS, ClusterLock

pytestmark = pytest.mark.slow

DATA = Path(__file__).parent.parent / "data"
DOCUMENTS = [
    Document("1", "캐시 환불", "환불은 7일 안에 됩니다.", category=("결제", "환불"), views=3),
    Document("2", "비밀번호 변경", "설정에서 바꿉니다.", category=("계정",), views=2),
    Document("3", "이용권 해지", "다음 달부터 결제되지 않습니다.", category=("결제",), views=1),
]


class Place:
    """A name of its own on the cluster, with requests to it."""

    def __init__(self, cluster: Any, name: str) -> None:
        self.cluster = cluster
        self.name = name
        self.client = ClusterClient(parse_location(cluster.location(name)))

    def location(self, **options: object) -> str:
        return self.cluster.location(self.name, **{"refresh": 0, "retries": 1, **options})

    def indexes(self) -> list[str]:
        """The concrete indexes of this name."""
        return sorted(self.client.request("GET", f"/{self.name}.*/_alias", tolerate=(404,)) or {})

    def settings(self, **values: object) -> None:
        self.client.request("PUT", f"/{self.indexes()[-1]}/_settings", values)


@pytest.fixture
def place(one_node: Any, request: pytest.FixtureRequest) -> Iterator[Place]:
    name = "own-" + re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[:80].strip("-")
    place = Place(one_node, name)
    yield place
    for index in place.indexes():
        place.client.request(
            "PUT", f"/{index}/_settings", {"index.blocks.read_only": None, "index.blocks.read_only_allow_delete": None}
        )
        place.client.request("DELETE", f"/{index}")
    place.client.close()


@pytest.fixture
def index(place: Place) -> Iterator[FaqIndex]:
    with FaqIndex.create(place.location()) as index:
        index.sync(DOCUMENTS)
        yield index


def require_same(found: SearchResults, wanted: SearchResults, *note: object) -> None:
    """All but times, and scores to single precision, which is a cluster's."""
    assert [hit.score for hit in found] == pytest.approx([hit.score for hit in wanted], rel=2e-6), note
    values = []
    for page in (found, wanted):
        kept = page.to_dict()
        del kept["took_ms"], kept["generation"]
        for hit in kept["hits"]:
            del hit["score"]
        values.append(kept)
    assert values[0] == values[1], note


# The same as the embedded index


@pytest.fixture(scope="module")
def help_centre() -> Iterator[FaqIndex]:
    """data/ without what is hidden: a cluster's statistics count that too."""
    with FaqIndex.in_memory(lexicon=Lexicon.from_folder(DATA / "lexicon")) as index:
        documents = read_documents(DATA / "faqs.jsonl")
        index.sync(d for d in documents if not (d.audience or d.visible_from or d.visible_until))
        yield index


@pytest.mark.parametrize("shards", [1, 3])
def test_every_search_is_that_of_the_embedded_index(help_centre: FaqIndex, place: Place, shards: int) -> None:
    copy_index(help_centre._backend, place.location(shards=shards))
    texts = [json.loads(line)["text"] for line in (DATA / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
    options: list[dict[str, Any]] = [
        {},
        {"page": 2, "per_page": 7},
        {"sort": "-updated_at"},
        {"sort": "title", "matching": "any"},
        {"matching": "all", "category": "환불/취소"},
        {"within": ("온새페이",)},
    ]
    with FaqIndex.open(place.location(refresh=60)) as index:
        for number, text in enumerate([*texts[::9], "", '"캐시 환불"', "환불 -취소", "ㅎㅂ", "zotl", "캐 시 충 전"]):
            chosen = options[number % len(options)]
            require_same(index.search(text, **chosen), help_centre.search(text, **chosen), text, chosen)


@pytest.mark.parametrize(
    "ranking",
    [
        Ranking(k1=0.9, b=0.3, title=1.0, category=0.0, grams=0.25, floor=0.5),
        Ranking(title=0.0, stopword=0.0, verb=1.0, floor=0.0),
    ],
)
def test_other_weights_count_as_in_the_embedded_index(place: Place, ranking: Ranking) -> None:
    documents = list(read_documents(DATA / "faqs.jsonl"))[:150]
    documents = [d for d in documents if not (d.audience or d.visible_from or d.visible_until)]
    options = IndexOptions(ranking=ranking)
    with FaqIndex.in_memory(options=options) as wanted, FaqIndex.create(place.location(), options=options) as found:
        wanted.sync(documents)
        found.sync(documents)
        for text in ("캐시 환불", "비밀번호를 잊어버렸어요", "결제 취소 어떻게 하나요", "이용권"):
            require_same(found.search(text), wanted.search(text), text)


def test_another_ranking_of_an_index_that_is_there_counts_at_once(index: FaqIndex, place: Place) -> None:
    before = index.search("환불").hits[0].score
    with FaqIndex.create(place.location(), options=IndexOptions(ranking=Ranking(k1=2.0, b=0.1)), exist_ok=True) as other:
        assert len(place.indexes()) == 1
        assert sorted(d.id for d in other) == ["1", "2", "3"]
        assert other.search("환불").hits[0].score != pytest.approx(before)
        assert other.check().ok


def test_pages_beyond_the_window_go_on_where_the_last_one_ended(
    help_centre: FaqIndex, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_index(help_centre._backend, place.location())
    monkeypatch.setattr(execute, "WINDOW", 25)
    with FaqIndex.open(place.location(refresh=60)) as index:
        for options in ({}, {"sort": "-updated_at"}, {"category": "공통"}):
            pages = range(1, 8)
            wanted = [help_centre.search("환불", matching="any", page=page, per_page=15, **options) for page in pages]
            found = [index.search("환불", matching="any", page=page, per_page=15, **options) for page in pages]
            for one, other in zip(found, wanted, strict=True):
                require_same(one, other, options)
            assert sum(map(len, found)) > 40


# Copies


def test_a_copy_there_and_back_is_the_same_index(index: FaqIndex, place: Place, tmp_path: Path) -> None:
    index.upsert(Document("긴 낱말", "x" * 4000, "본문에 " + "y" * 5000, tags=frozenset({"a"}), extra={"k": [1]}))
    seen: list[tuple[int, int]] = []
    assert copy_index(index._backend, tmp_path / "copy.index", copied=lambda *done: seen.append(done)) == 4
    assert seen == [(4, 4)]
    with FaqIndex.open(tmp_path / "copy.index") as folder:
        assert {d.id: d for d in folder} == {d.id: d for d in index}
        assert folder.get("긴 낱말").extra == {"k": [1]}  # type: ignore[union-attr]
        assert folder._backend.reader().hashes() == index._backend.reader().hashes()
        for text in ("캐시 환불", "y" * 5000, "결제"):
            assert [h.document.id for h in folder.search(text)] == [h.document.id for h in index.search(text)]


def test_a_snapshot_in_a_folder_comes_back_to_the_cluster(index: FaqIndex, place: Place, tmp_path: Path) -> None:
    index.snapshot(tmp_path / "backup.index")
    index.sync(DOCUMENTS[:1])
    for one in place.indexes():
        place.client.request("DELETE", f"/{one}")
    with FaqIndex.restore(tmp_path / "backup.index", location=place.location()) as restored:
        assert sorted(d.id for d in restored) == ["1", "2", "3"]


def test_a_snapshot_repository_of_the_cluster_keeps_the_whole_index(index: FaqIndex, place: Place, one_node: Any) -> None:
    where = {"type": "fs", "settings": {"location": str(one_node.snapshots)}}
    place.client.request("PUT", f"/_snapshot/{place.name}", where)
    place.client.request("PUT", f"/_snapshot/{place.name}/one", {"indices": f"{place.name}.*"}, wait_for_completion="true")
    generation = index.generation
    for one in place.indexes():
        place.client.request("DELETE", f"/{one}")
    place.client.request("POST", f"/_snapshot/{place.name}/one/_restore", {}, wait_for_completion="true")
    with FaqIndex.open(place.location()) as restored:
        assert (restored.generation, sorted(d.id for d in restored)) == (generation, ["1", "2", "3"])
        assert restored.search("환불").hits[0].document.id == "1"
        assert restored.check().ok


def test_the_copy_command(index: FaqIndex, place: Place, tmp_path: Path) -> None:
    location = place.location().replace("://", "://someone:geheim@")
    done = faqsearch("copy", location, str(tmp_path / "copy.index"))
    assert done.returncode == 0, done.stderr
    assert "3 documents copied from opensearch://127.0.0.1" in done.stdout and "verified" in done.stdout
    assert "geheim" not in done.stdout + done.stderr
    again = faqsearch("copy", str(tmp_path / "copy.index"), location)
    assert again.returncode == 3 and "holds an index already" in again.stderr
    assert "geheim" not in again.stdout + again.stderr
    for command in (["check"], ["stats"], ["search", "--ids"]):
        shown = faqsearch(command[0], location, *(["환불"] if command[0] == "search" else []), *command[1:])
        assert shown.returncode == 0, shown.stderr
        assert "geheim" not in shown.stdout + shown.stderr


def test_the_serve_command(index: FaqIndex, place: Place) -> None:
    with serving_command("serve", place.location(), "--port", "0") as (address, _):
        wait_until_ready(address)
        answer = httpx.get(f"{address}api/search?query=환불").json()
    assert [hit["document"]["id"] for hit in answer["hits"]] == ["1"]


def test_a_copy_never_overwrites(index: FaqIndex, place: Place) -> None:
    with FaqIndex.in_memory() as other, pytest.raises(IndexExistsError):
        copy_index(other._backend, place.location())


# Commits


def test_a_rebuild_swaps_a_new_index_in_and_leaves_no_other(index: FaqIndex, place: Place) -> None:
    (before,) = place.indexes()
    generation = index.generation
    index.rebuild()
    (after,) = place.indexes()
    assert after != before
    assert index.generation == generation + 1 and len(index) == 3


def test_what_a_rebuild_that_died_left_behind_goes_with_the_next(
    index: FaqIndex, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(writer, "_discard", lambda client, index: None)
        patch.setattr(writer.ClusterWriter, "_refresh", failing)
        with pytest.raises(BackendError, match="on purpose"):
            index.rebuild()
    assert len(place.indexes()) == 2
    assert sorted(d.id for d in index) == ["1", "2", "3"]
    index.rebuild()
    assert len(place.indexes()) == 1


def failing(*_: object) -> None:
    raise BackendError("on purpose")


def test_a_commit_that_fails_midway_shows_nothing_and_the_next_sync_puts_it_right(
    index: FaqIndex, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = index.generation
    with monkeypatch.context() as patch:
        patch.setattr(writer.ClusterWriter, "_refresh", failing)
        with pytest.raises(BackendError, match="on purpose"):
            index.sync([Document("4", "새 글"), *DOCUMENTS[1:]])
    assert (index.generation, sorted(d.id for d in index)) == (generation, ["1", "2", "3"])
    index.sync(DOCUMENTS)
    assert sorted(d.id for d in index) == ["1", "2", "3"]
    assert index.check().ok


def test_a_commit_of_another_process_is_seen_after_refresh_seconds(index: FaqIndex, place: Place) -> None:
    with FaqIndex.open(place.location(refresh=0.5)) as reader:
        assert len(reader) == 3
        index.upsert(Document("4", "소액결제 차단"))
        time.sleep(0.6)
        assert len(reader) == 4 and reader.generation == index.generation
        assert reader.search("소액결제").hits[0].document.id == "4"


def test_a_search_goes_on_in_a_forked_child(index: FaqIndex) -> None:
    assert index.search("환불").total == 1
    child = os.fork()
    if not child:
        try:
            os._exit(0 if index.search("환불").total == 1 and len(index) == 3 else 1)
        except BaseException:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert index.search("환불").total == 1


# The lock


def test_a_second_writer_is_told_who_is_at_work(index: FaqIndex, place: Place) -> None:
    with (
        index._backend.writing(1.0),
        FaqIndex.open(place.location(), lock_timeout=0.2) as other,
        pytest.raises(IndexLockedError, match=rf"process {os.getpid()} on .* since 20"),
    ):
        other.delete("1")
    with FaqIndex.open(place.location(), lock_timeout=0.2) as other:
        assert other.delete("1") == 1


def test_the_lock_of_a_writer_that_died_ends_with_its_lease(index: FaqIndex, place: Place) -> None:
    program = (
        "import sys, time\nfrom faqsearch import FaqIndex\n"
        "writer = FaqIndex.open(sys.argv[1])._backend.writing(5.0).__enter__()\nprint('held', flush=True)\ntime.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, place.location()], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with FaqIndex.open(place.location(), lock_timeout=0) as other:
        with pytest.raises(IndexLockedError, match=f"process {process.pid} "):
            other.delete("1")
        found = place.client.request("GET", f"/{LOCKS}/_doc/{place.name}")["_source"]
        place.client.request("PUT", f"/{LOCKS}/_doc/{place.name}", {**found, "until": time.time() - 6})  # as if time had passed
        assert other.delete("1") == 1


def test_a_writer_that_lost_its_lock_writes_nothing_more(index: FaqIndex, place: Place) -> None:
    lock = ClusterLock(place.client)
    lock.acquire(1.0)
    lock.require()
    lock._until = time.time() - 1
    with pytest.raises(IndexLockedError, match="write again"):
        lock.require()
    lock.release()
    index.delete("1")


# Clear errors


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("index.blocks.read_only_allow_delete", r"disk is full.*free disk space"),
        ("index.blocks.read_only", r"blocked for writing.*clear index\.blocks"),
        ("index.blocks.write", r"blocked for writing.*clear index\.blocks"),
    ],
)
def test_an_index_that_may_not_be_written_says_why_and_is_still_searched(
    index: FaqIndex, place: Place, block: str, said: str
) -> None:
    place.settings(**{block: True})
    with pytest.raises(IndexStorageError, match=said):
        index.upsert(Document("4", "새 글"))
    assert index.search("환불").total == 1
    place.settings(**{block: None})
    assert index.upsert(Document("4", "새 글")) == 1
    assert len(index) == 4


def test_a_cluster_without_memory_for_a_request_is_overloaded(index: FaqIndex, place: Place) -> None:
    limit = "indices.breaker.total.limit"
    place.client.request("PUT", "/_cluster/settings", {"transient": {limit: "1mb"}})
    try:
        with pytest.raises(BackendError, match=r"overloaded.*429.*add nodes"):
            index.search("캐시 환불")
    finally:
        while True:  # the request that lifts the limit is under it too
            try:
                place.client.request("PUT", "/_cluster/settings", {"transient": {limit: None}})
                break
            except BackendError:
                time.sleep(0.1)
    assert index.search("캐시 환불").total == 1


@pytest.mark.parametrize(
    "call", [lambda location: FaqIndex.open(location), lambda location: FaqIndex.open(location, read_only=True)]
)
def test_a_name_that_is_not_there_says_how_to_make_it(place: Place, call: Callable[[str], FaqIndex]) -> None:
    with pytest.raises(IndexNotFoundError, match=rf"no index or alias '{place.name}'.*FaqIndex\.create"):
        call(place.location())


def test_an_alias_that_goes_is_an_index_that_is_not_there(index: FaqIndex, place: Place) -> None:
    (concrete,) = place.indexes()
    place.client.request("POST", "/_aliases", {"actions": [{"remove": {"index": concrete, "alias": place.name}}]})
    for call in (lambda: index.search("환불"), lambda: index.sync(DOCUMENTS), lambda: index.get("1")):
        with pytest.raises(IndexNotFoundError, match=place.name):
            call()
    place.client.request("POST", "/_aliases", {"actions": [{"add": {"index": concrete, "alias": place.name}}]})
    assert index.search("환불").total == 1


def test_an_index_of_something_else_is_left_alone(place: Place) -> None:
    place.client.request("PUT", f"/{place.name}.x", {"aliases": {place.name: {}}})
    for call in (lambda: FaqIndex.open(place.location()), lambda: FaqIndex.create(place.location(), exist_ok=True)):
        with pytest.raises(IndexStorageError, match="index of something else; name another"):
            call()


def test_an_alias_of_two_indexes_is_refused(index: FaqIndex, place: Place) -> None:
    place.client.request("PUT", f"/{place.name}.x", {"aliases": {place.name: {}}})
    with pytest.raises(IndexStorageError, match="names 2 indexes"):
        FaqIndex.open(place.location())


def test_another_format_names_both_versions(index: FaqIndex, place: Place) -> None:
    change_meta(place, format=99)
    with pytest.raises(IndexFormatError, match="format version 99, this faqsearch reads 1"):
        FaqIndex.open(place.location())


def test_another_fingerprint_is_a_mismatch_that_a_rebuild_mends(index: FaqIndex, place: Place) -> None:
    change_meta(place, fingerprint="analysis 0")
    with pytest.raises(AnalyzerMismatchError, match=r"\[analysis 0\].*rebuild"):
        FaqIndex.open(place.location())
    with FaqIndex.open(place.location(), on_mismatch="search") as other:
        assert other.search("환불").total == 1
    with FaqIndex.open(place.location(), on_mismatch="rebuild") as other:
        assert other.search("환불").total == 1
    FaqIndex.open(place.location()).close()


def change_meta(place: Place, **values: object) -> None:
    (concrete,) = place.indexes()
    meta = place.client.request("GET", f"/{concrete}")[concrete]["mappings"]["_meta"]
    meta["faqsearch"].update(values, generation=meta["faqsearch"]["generation"] + 1)
    place.client.request("PUT", f"/{concrete}/_mapping", {"_meta": meta})


def test_an_index_opened_for_reading_is_not_written(index: FaqIndex, place: Place) -> None:
    with FaqIndex.open(place.location(), read_only=True) as reader, pytest.raises(IndexStorageError, match="read_only=True"):
        reader.delete("1")


# Check and repair


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ({"words": ["t환불"]}, "other values in words"),
        ({"body": "바뀐 글"}, "differs from its hash"),
        ({"views": 77}, "other values in views"),
        ({"tokens": {"title": [0, 900], "body": []}}, "document '1'"),
        ({"row": "[]"}, "cannot be read"),
    ],
)
def test_a_document_changed_behind_our_back_is_found_and_repaired(
    index: FaqIndex, place: Place, damage: dict[str, Any], problem: str
) -> None:
    assert index.check().ok
    place.client.request("POST", f"/{place.name}/_update/1", {"doc": damage}, refresh="true")
    report = index.check()
    assert not report.ok
    assert "document '1'" in report.problems[0] and problem in report.problems[0]
    repaired = index.check(repair=True)
    assert repaired.ok
    kept = {"body", "row"}.isdisjoint(damage)
    assert repaired.lost == (() if kept else ("document '1'",))
    assert sorted(d.id for d in index) == (["1", "2", "3"] if kept else ["2", "3"])


def test_more_categories_than_one_answer_lists_are_counted_all(index: FaqIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = index.search("").facets
    monkeypatch.setattr(execute, "_CATEGORIES", 2)
    assert index.search("").facets == wanted
    assert [(facet.label, facet.count) for facet in wanted] == [("결제", 2), ("계정", 1)]
