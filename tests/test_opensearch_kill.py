"""Three real nodes, each killed in turn while searches and syncs go on: no search fails, no total is partial, nothing is lost.

``make test-all`` kills two nodes, the one that manages the cluster first; ``make torture`` twelve.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import start_cluster

from faqsearch import Document, FaqIndex, FaqSearchError

pytestmark = pytest.mark.slow

KILLS = 12 if os.environ.get("FAQSEARCH_TORTURE") else 2
COUNT = 60
SECONDS = 240.0


def documents(round: int) -> list[Document]:
    """The same ids in every round; each text says which round it is of."""
    return [Document(f"d{n:02}", f"캐시 환불 {n}", f"{round}판의 글입니다.", category=(f"{n % 3}",)) for n in range(COUNT)]


class Searching(threading.Thread):
    """Searches until told to stop, with a client of its own, and counts what is not as it must be."""

    def __init__(self, location: str) -> None:
        super().__init__()
        self.index = FaqIndex.open(location)
        self.stopping = threading.Event()
        self.searches = 0
        self.slowest = 0.0
        self.wrong: list[str] = []

    def run(self) -> None:
        while not self.stopping.wait(0.02):
            begun = time.monotonic()
            try:
                page = self.index.search("캐시 환불", page=1 + self.searches % 3)
                counted = sum(facet.count for facet in page.facets)
                if (page.total, counted, len(page)) != (COUNT, COUNT, 10):
                    self.wrong.append(f"total {page.total}, facets {counted}, hits {len(page)}")
            except FaqSearchError as error:
                self.wrong.append(str(error))
            self.searches += 1
            self.slowest = max(self.slowest, time.monotonic() - begun)


class Syncing(threading.Thread):
    """Syncs round after round until told to stop, and remembers the last one that was confirmed."""

    def __init__(self, location: str) -> None:
        super().__init__()
        self.index = FaqIndex.open(location, lock_timeout=60.0)
        self.stopping = threading.Event()
        self.confirmed = 0
        self.failed: list[str] = []

    def run(self) -> None:
        round = self.confirmed
        while not self.stopping.wait(0.2):
            round += 1
            try:
                report = self.index.sync(documents(round))
                if report.updated + report.unchanged != COUNT:
                    self.failed.append(f"round {round}: {report}")
                self.confirmed = round
            except FaqSearchError as error:
                self.failed.append(f"round {round}: {error}")


@pytest.fixture(scope="module")
def three_nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    cluster = start_cluster(tmp_path_factory.mktemp("cluster"), "2.19", nodes=3, heap="256m")
    yield cluster
    cluster.remove()


def test_nodes_die_one_after_another_and_nobody_notices(three_nodes: Any, tmp_path: Path) -> None:
    location = three_nodes.location("kill", shards=3, replicas=1, timeout=10, retries=10)
    with FaqIndex.create(location) as index:
        index.sync(documents(0))
        three_nodes.wait(status="green")
        searching, syncing = Searching(location), Syncing(location)
        searching.start()
        syncing.start()
        try:
            for kill in range(KILLS):
                before = syncing.confirmed
                node = three_nodes.manager() if kill % 3 == 0 else kill % len(three_nodes.ports)
                three_nodes.kill(node)
                wait_until(lambda before=before: syncing.confirmed > before + 1)
                three_nodes.start_node(node)
                three_nodes.wait(status="green", seconds=SECONDS)
        finally:
            for thread in (searching, syncing):
                thread.stopping.set()
                thread.join(SECONDS)
        print(
            f"{KILLS} kills: {searching.searches} searches, {len(searching.wrong)} wrong, slowest {searching.slowest:.1f} s; "
            f"{syncing.confirmed} syncs confirmed, {len(syncing.failed)} failed"
        )
        assert searching.wrong == []
        assert searching.searches > 20 * KILLS
        assert syncing.failed == []
        kept = {document.id: document.body for document in index}
        assert kept == {document.id: document.body for document in documents(syncing.confirmed)}
        assert index.check().ok
        searching.index.close()
        syncing.index.close()


def wait_until(condition: Any) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "the cluster does not go on"
        time.sleep(0.1)
