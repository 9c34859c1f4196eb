"""The write lock of an index on a cluster: a document with a lease, which its holder renews and whose version guards it."""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from faqsearch.errors import FaqSearchError, IndexLockedError
from faqsearch.index.opensearch.client import ClusterClient

LOCKS = "faqsearch-locks"
"""The index that holds the locks of all indexes of a cluster."""

LEASE_SECONDS = 30.0
_RENEW_SECONDS = 10.0
_SKEW_SECONDS = 5.0
"""How far the clocks of two writers may lie apart."""
_POLL_SECONDS = 0.1

_BODY = {
    "settings": {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1", "refresh_interval": "-1"}},
    "mappings": {"dynamic": False, "properties": {}},
}


class ClusterLock:
    """Held from ``acquire`` to ``release``; a holder that dies lets go when its lease ends."""

    def __init__(self, client: ClusterClient) -> None:
        self._client = client
        self._path = f"/{LOCKS}/_doc/{quote(client.location.name, safe='')}"
        self._owner = uuid.uuid4().hex
        self._version: tuple[int, int] | None = None
        self._until = 0.0
        self._lost = False
        self._stop = threading.Event()
        self._renewing = threading.Lock()

    def acquire(self, timeout: float) -> None:
        """Waits up to ``timeout`` seconds; raises IndexLockedError with who holds it."""
        end = time.monotonic() + timeout
        while (holder := self._try()) is not None:
            if time.monotonic() >= end:
                raise IndexLockedError(
                    f"{self._client.location}: another writer is at work ({holder}); wait for it, or raise lock_timeout "
                    f"(now {timeout:g} s); a writer that died lets go within {LEASE_SECONDS + _SKEW_SECONDS:g} s"
                )
            time.sleep(_POLL_SECONDS)
        self._stop.clear()
        threading.Thread(target=self._renew, args=(os.getpid(),), name="faqsearch-lock", daemon=True).start()

    def release(self) -> None:
        """Lets go, where it is still held."""
        self._stop.set()
        with self._renewing:
            version, self._version = self._version, None
            if version is not None and not self._lost:
                with suppress(FaqSearchError):  # the lease ends by itself
                    self._client.request(
                        "DELETE", self._path, tolerate=(404, 409), if_seq_no=version[0], if_primary_term=version[1]
                    )

    def require(self) -> None:
        """Raises IndexLockedError where the lock was lost meanwhile."""
        if self._lost or time.time() > self._until:
            raise IndexLockedError(
                f"{self._client.location}: this writer was out of reach for longer than its lock lasts "
                f"({LEASE_SECONDS:g} s) and lost it; write again"
            )

    # Inside

    def _try(self) -> str | None:
        """None where the lock is ours now, else who holds it."""
        found = self._client.request("GET", self._path, tolerate=(404,))
        if found is None:
            self._make_index()
            written = self._write(op_type="create")
        elif self._may_take(found["_source"]):
            written = self._write(if_seq_no=found["_seq_no"], if_primary_term=found["_primary_term"])
        else:
            source = found["_source"]
            return f"process {source['process']} on {source['host']} since {source['since']}"
        return None if written else "a writer that was faster"

    def _may_take(self, source: dict[str, Any]) -> bool:
        """Whether it is ours already, for an answer may be lost on its way to us, or the holder's lease has ended."""
        return bool(source["owner"] == self._owner or time.time() > source["until"] + _SKEW_SECONDS)

    def _write(self, **condition: Any) -> bool:
        until = time.time() + LEASE_SECONDS
        body = {
            "owner": self._owner,
            "process": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
            "until": until,
        }
        answer = self._client.request("PUT", self._path, body, tolerate=(409,), **condition)
        if answer is None:
            return False
        self._version = answer["_seq_no"], answer["_primary_term"]
        self._until = until
        return True

    def _make_index(self) -> None:
        self._client.request("PUT", f"/{LOCKS}", _BODY, tolerate=(400,))  # 400: it is there

    def _renew(self, owner: int) -> None:
        while not self._stop.wait(_RENEW_SECONDS) and os.getpid() == owner:
            with self._renewing:
                version = self._version
                if version is None or self._stop.is_set():
                    return
                with suppress(FaqSearchError):  # a cluster out of reach: require() tells when the lease has ended
                    if not self._write(if_seq_no=version[0], if_primary_term=version[1]):
                        found = self._client.request("GET", self._path, tolerate=(404,))
                        if found is None or found["_source"]["owner"] != self._owner:
                            self._lost = True
                            return
                        self._version = found["_seq_no"], found["_primary_term"]
