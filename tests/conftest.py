"""``pytest --backend opensearch-2.19``: the same tests, with every index of theirs on a real cluster instead.

Wherever a test makes an index in memory or in a folder, it gets one on the cluster; the test itself does not know.
``cases/backends.json`` says which files are run so, and which of their tests cannot be and why.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TABLE = json.loads((Path(__file__).parent / "cases" / "backends.json").read_text(encoding="utf-8"))
VERSIONS = ("2.19", "3.3")


def pytest_addoption(parser: pytest.Parser) -> None:
    choices = ["embedded", *(f"opensearch-{version}" for version in VERSIONS)]
    parser.addoption("--backend", default="embedded", choices=choices, help="where the indexes of the tests lie")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--backend") == "embedded":
        return
    kept, left = [], []
    for item in items:
        file, _, test = item.nodeid.removeprefix("tests/").partition("::")
        (kept if file in TABLE["files"] else left).append(item)
        for line in TABLE["embedded_only"]:
            if any(fnmatch.fnmatchcase(f"{file}::{test.partition('[')[0]}", pattern) for pattern in line["tests"]):
                item.add_marker(pytest.mark.skip(reason=f"not on OpenSearch: {line['why']}"))
    config.hook.pytest_deselected(items=left)
    items[:] = kept


def unavailable(why: str) -> None:
    """Skips where no OpenSearch can be started, and fails in CI."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def start_cluster(folder: Path, version: str, **options: Any) -> Any:
    """A running cluster of this version; skips the test (in CI: fails it) where none can be started here."""
    from cluster import Cluster, ClusterError

    try:
        return Cluster(folder, version, **options).start()
    except ClusterError as error:
        unavailable(str(error))


@pytest.fixture(scope="session")
def one_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A cluster of one node, for the tests of what only a cluster has."""
    cluster = start_cluster(tmp_path_factory.mktemp("cluster"), "2.19", heap="384m")
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def backend_cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The cluster on which the tests run, or None where they run embedded."""
    backend = request.config.getoption("--backend")
    if backend == "embedded":
        yield None
        return
    cluster = start_cluster(tmp_path_factory.mktemp("cluster"), backend.partition("-")[2], heap="384m")
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module", autouse=True)
def indexes_on_the_cluster(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leads every index of a module to the cluster, and deletes them in the end."""
    if request.config.getoption("--backend") == "embedded":
        yield
        return
    cluster = request.getfixturevalue("backend_cluster")
    with pytest.MonkeyPatch.context() as patch:
        redirection = Redirection(cluster, request.node.nodeid)
        redirection.apply(patch)
        yield
        redirection.clean()


class Redirection:
    """Indexes in memory and in folders, led to a cluster by a name made of the folder's path."""

    def __init__(self, cluster: Any, module: str) -> None:
        self.cluster = cluster
        self.prefix = f"t-{hashlib.blake2b(f'{module} {os.getpid()}'.encode(), digest_size=4).hexdigest()}"
        self.made = 0

    def location(self, place: object) -> str:
        from faqsearch.index.locations import in_cluster

        if isinstance(place, str) and in_cluster(place):
            return place
        path = os.path.abspath(os.fspath(place))  # type: ignore[call-overload]
        digest = hashlib.blake2b(path.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
        return self.cluster.location(f"{self.prefix}-{digest}", refresh=0)

    def apply(self, patch: pytest.MonkeyPatch) -> None:
        from faqsearch import faq_index
        from faqsearch.index import locations
        from faqsearch.index.opensearch.backend import ClusterBackend

        redirection = self

        class Redirected(ClusterBackend):
            @classmethod
            def create(cls, location: Any, meta: Any, *, exist_ok: bool) -> Any:
                return super().create(redirection.location(location), meta, exist_ok=exist_ok)

            @classmethod
            def open(cls, location: Any, *, read_only: bool) -> Any:
                return super().open(redirection.location(location), read_only=read_only)

            @classmethod
            def unopened(cls, location: Any) -> Any:
                return super().unopened(redirection.location(location))

            def writing(self, timeout: float) -> Any:
                return super().writing(timeout if timeout < 5 else 60.0)  # a commit takes longer there, on a busy machine much

        def in_memory(*, lexicon: Any = None, options: Any = None) -> Any:
            redirection.made += 1
            location = redirection.location(f"memory-{redirection.made}")
            given = {} if options is None else {"options": options}
            return faq_index.FaqIndex.create(location, lexicon=lexicon, **given)

        for module in (faq_index, locations):
            patch.setattr(module, "backend_class", lambda location: Redirected)
        patch.setattr(faq_index.FaqIndex, "in_memory", staticmethod(in_memory))

    def clean(self) -> None:
        from faqsearch.index.opensearch.client import ClusterClient
        from faqsearch.index.opensearch.location import parse_location

        client = ClusterClient(parse_location(self.cluster.location("help")))
        client.request("DELETE", f"/{self.prefix}-*", tolerate=(404,))
        client.close()
