"""ClusterBackend: an index on an OpenSearch cluster, behind the Backend seam."""

from __future__ import annotations

import os
import threading
import time

from faqsearch.errors import BackendError, IndexExistsError, IndexNotFoundError, IndexStorageError
from faqsearch.index.base import IndexMeta
from faqsearch.index.opensearch.check import check_cluster
from faqsearch.index.opensearch.client import ClusterClient
from faqsearch.index.opensearch.location import ClusterLocation, parse_location
from faqsearch.index.opensearch.lock import ClusterLock
from faqsearch.index.opensearch.reader import ClusterReader
from faqsearch.index.opensearch.repair import repair_cluster
from faqsearch.index.opensearch.state import IndexState, read_state
from faqsearch.index.opensearch.writer import ClusterWriter, make_index
from faqsearch.results import CheckReport

_CREATE_SECONDS = 10.0


class ClusterBackend:
    """One index behind an alias. Readers are opened once a generation and shared by all threads."""

    def __init__(self, location: ClusterLocation, *, read_only: bool = False) -> None:
        self.location = location
        self.name = str(location)
        self._read_only = read_only
        self._client = ClusterClient(location)
        self._reader: ClusterReader | None = None
        self._looked = 0.0
        self._lock = threading.Lock()
        self._owner = os.getpid()

    # Making and opening

    @classmethod
    def create(cls, location: str | os.PathLike[str], meta: IndexMeta, *, exist_ok: bool) -> tuple[ClusterBackend, bool]:
        """(the backend of a location, whether a new index was made there)."""
        backend = cls(parse_location(os.fspath(location)))
        if not backend._present(exist_ok):
            lock = ClusterLock(backend._client)
            lock.acquire(_CREATE_SECONDS)
            try:
                if not backend._present(exist_ok):
                    make_index(backend._client, meta, 0, shards=None, alias=True)
                    return backend, True
            finally:
                lock.release()
        return backend, False

    @classmethod
    def open(cls, location: str | os.PathLike[str], *, read_only: bool) -> ClusterBackend:
        """The index at a location; raises IndexNotFoundError, IndexFormatError or BackendError."""
        backend = cls(parse_location(os.fspath(location)), read_only=read_only)
        backend.reader()
        return backend

    @classmethod
    def unopened(cls, location: str | os.PathLike[str]) -> ClusterBackend:
        """The index at a location without a look at it, to check or repair it."""
        return cls(parse_location(os.fspath(location)))

    def _present(self, exist_ok: bool) -> bool:
        """Whether there is an index; raises IndexExistsError unless that is wanted."""
        try:
            self._state()
        except IndexNotFoundError:
            return False
        if not exist_ok:
            raise IndexExistsError(f"{self.name} holds an index already; open it (exist_ok=True), or name another place")
        return True

    def _state(self) -> IndexState:
        answer = self._client.request("GET", f"/{self.location.name}")
        return read_state(answer, self.name, self.location.name)

    # Reading

    def reader(self) -> ClusterReader:
        """The newest generation that is known: commits of other processes are looked for once in ``refresh`` seconds."""
        reader = self._reader
        if (
            reader is not None
            and self._owner == os.getpid()
            and time.monotonic() - self._looked < self.location.options.refresh
        ):
            return reader
        with self._guard():
            try:
                return self._load()
            except BackendError:
                if self._reader is None:
                    raise
                self._looked = time.monotonic()  # the cluster may be choosing a new manager: searches go on meanwhile
                return self._reader

    def newest(self) -> ClusterReader:
        """What is there now, with nothing remembered: for a writer, before whom another may have died."""
        return ClusterReader(self._client, self._state())

    def reload(self) -> ClusterReader:
        """The newest generation, whatever was seen before."""
        with self._guard():
            return self._load()

    def _load(self) -> ClusterReader:
        looked = time.monotonic()
        state = self._state()
        known = self._reader
        if known is None or (known.state.index, known.generation) != (state.index, state.generation):
            self._reader = ClusterReader(self._client, state)
        self._looked = looked
        assert self._reader is not None
        return self._reader

    def _guard(self) -> threading.Lock:
        if os.getpid() != self._owner:  # after a fork the lock may be held by a thread that is not there
            self._lock, self._owner = threading.Lock(), os.getpid()
        return self._lock

    # Writing

    def writing(self, timeout: float) -> ClusterWriter:
        return ClusterWriter(self, self._writable(), timeout)

    def _writable(self) -> ClusterClient:
        if self._read_only:
            raise IndexStorageError(f"{self.name} was opened read_only=True; open it without to write")
        return self._client

    # Care

    def check(self) -> CheckReport:
        return check_cluster(self._client, self.reload())

    def repair(self, timeout: float, meta: IndexMeta) -> tuple[str, ...]:
        """Fills a new index with every document that can be read and swaps it in; what was lost, in words."""
        with self.writing(timeout) as writer:
            return repair_cluster(writer)

    def snapshot(self, path: str | os.PathLike[str]) -> None:
        """Copies the present generation into a new folder, as an index of its own."""
        from faqsearch.index.locations import copy_index

        self.reload()
        copy_index(self, path)

    def close(self) -> None:
        self._reader = None
        self._client.close()
