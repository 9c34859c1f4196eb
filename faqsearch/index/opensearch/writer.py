"""ClusterWriter: the one writer of an index on a cluster.

Documents are written without being visible, then one refresh shows them, then ``_meta`` says the new generation. A rebuild
fills a new index and swaps the alias. OpenSearch cannot take written documents back: where a commit fails or its process dies
midway, what was written by then appears with the next commit, and the next ``sync`` puts it right.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, Any

from faqsearch.analysis.analyzer import AnalyzedDocument
from faqsearch.errors import FaqSearchError
from faqsearch.index.base import IndexMeta, Prepared, WriteBatch
from faqsearch.index.opensearch.bulk import Operation, write
from faqsearch.index.opensearch.client import ClusterClient
from faqsearch.index.opensearch.codec import decode_analyzed, encode, encode_values
from faqsearch.index.opensearch.lock import ClusterLock
from faqsearch.index.opensearch.mapping import LEGACY, PLAIN, index_body
from faqsearch.index.opensearch.reader import ClusterReader
from faqsearch.index.opensearch.state import encode_meta
from faqsearch.index.opensearch.vectors import decode_vectors
from faqsearch.options import IndexOptions

if TYPE_CHECKING:
    from faqsearch.index.opensearch.backend import ClusterBackend

_WAITS: dict[str, Any] = {"timeout": "60s", "cluster_manager_timeout": "60s"}


class ClusterWriter:
    """Holds the write lock from entering to leaving."""

    reader: ClusterReader

    def __init__(self, backend: ClusterBackend, client: ClusterClient, timeout: float) -> None:
        self._backend = backend
        self._client = client
        self._timeout = timeout
        self._lock = ClusterLock(client)

    @property
    def place(self) -> str:
        """Where it writes, in words."""
        return str(self._client.location)

    def __enter__(self) -> ClusterWriter:
        self._lock.acquire(self._timeout)
        try:
            # What a writer that died left behind counts for what is to be done.
            self._client.request("POST", f"/{self._client.location.name}/_refresh")
            self.reader = self._backend.newest()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._lock.release()

    def commit(self, batch: WriteBatch, *, meta: IndexMeta | None = None) -> None:
        """Makes all of ``batch`` durable, then visible by one refresh or swap."""
        state = self.reader.state
        wanted = state.meta if meta is None else meta
        encoded = encode_meta(wanted, state.generation + 1)
        if batch.replace_all:
            self._rebuild(wanted, batch.added)
        elif _similarity(wanted) != _similarity(state.meta):
            self._rebuild(wanted, self._changed(batch))
        else:
            write(self._client, self._client.location.name, _operations(batch), alias=True, guard=self._lock.require)
            self._refresh(state.index)
            self._lock.require()
            self._client.request("PUT", f"/{state.index}/_mapping", {"_meta": encoded}, **_WAITS)
        self.reader = self._backend.reload()

    def _rebuild(self, meta: IndexMeta, documents: Iterable[Prepared]) -> None:
        """A new index with these documents, swapped in under the alias while readers go on."""
        state, name = self.reader.state, self._client.location.name
        remove_left_over(self._client, state.index)
        index = make_index(self._client, meta, state.generation + 1, shards=state.shards, alias=False)
        try:
            added = (("index", one.document.id, encode(one, vectors)) for one, vectors in documents)
            write(self._client, index, added, alias=False, guard=self._lock.require)
            self._refresh(index)
            health: dict[str, Any] = {"wait_for_status": "yellow", "timeout": "60s"}
            self._client.request("GET", f"/_cluster/health/{index}", **health)
            self._lock.require()
            swap = [{"add": {"index": index, "alias": name}}, {"remove_index": {"index": state.index}}]
            self._client.request("POST", "/_aliases", {"actions": swap}, tolerate=(404,), **_WAITS)
        except BaseException:
            _discard(self._client, index)
            raise

    def _changed(self, batch: WriteBatch) -> Iterator[Prepared]:
        """All documents as they are after ``batch``, with the terms and vectors that are stored."""
        restored = {document.id: document for document in batch.restored}
        added = list(batch.added)
        replaced = batch.deleted | {one.document.id for one, _ in added}
        for hit in self.reader.sources():
            analyzed, vectors = decode_analyzed(hit["_source"]), decode_vectors(hit["_source"])
            id = analyzed.document.id
            if id in restored:
                yield AnalyzedDocument(restored[id], analyzed.title, analyzed.body, analyzed.category_terms), vectors
            elif id not in replaced:
                yield analyzed, vectors
        yield from added

    def _refresh(self, index: str) -> None:
        self._client.request("POST", f"/{index}/_refresh")


def make_index(client: ClusterClient, meta: IndexMeta, generation: int, *, shards: int | None, alias: bool) -> str:
    """Makes a concrete index, with ``alias`` under the location's name; what it is called."""
    location = client.location
    index = f"{location.name}.{generation:06}-{uuid.uuid4().hex[:8]}"
    ranking = IndexOptions.from_dict(meta.options).ranking
    for similarity in (LEGACY, PLAIN):
        body = index_body(
            encode_meta(meta, generation),
            ranking,
            shards=location.options.shards or shards or 1,
            replicas=location.options.replicas,
            similarity=similarity,
        )
        if alias:
            body["aliases"] = {location.name: {}}
        tolerate = (400,) if similarity == LEGACY else ()
        if client.request("PUT", f"/{index}", body, tolerate=tolerate, **_WAITS) is not None:
            break
        if client.request("GET", f"/{index}", tolerate=(404,)) is not None:  # the answer to an earlier attempt was lost
            break
    return index


def remove_left_over(client: ClusterClient, kept: str) -> None:
    """Deletes what rebuilds that died left behind; to be called with the lock held."""
    name = client.location.name
    own = re.compile(re.escape(name) + r"\.\d{6,}-[0-9a-f]{8}")
    found = client.request("GET", f"/{name}.*/_alias", tolerate=(404,)) or {}
    for index, values in found.items():
        if own.fullmatch(index) and index != kept and not values["aliases"]:
            client.request("DELETE", f"/{index}", tolerate=(404,))


def _discard(client: ClusterClient, index: str) -> None:
    """Deletes an index that nothing leads to; what cannot be deleted now is deleted before the next rebuild."""
    try:
        found = client.request("GET", f"/{index}/_alias", tolerate=(404,), retries=0)
        if found is not None and not found[index]["aliases"]:
            client.request("DELETE", f"/{index}", tolerate=(404,), retries=0)
    except FaqSearchError:
        pass


def _operations(batch: WriteBatch) -> Iterator[Operation]:
    added = list(batch.added)  # analysed before the first is sent, for what was sent to the index in use would stay
    deleted = (("delete", id, None) for id in sorted(batch.deleted - {one.document.id for one, _ in added}))
    restored = (("update", document.id, {"doc": encode_values(document)}) for document in batch.restored)
    return chain(deleted, restored, (("index", one.document.id, encode(one, vectors)) for one, vectors in added))


def _similarity(meta: IndexMeta) -> tuple[float, float]:
    ranking = IndexOptions.from_dict(meta.options).ranking
    return ranking.k1, ranking.b
