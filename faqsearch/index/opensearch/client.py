"""ClusterClient: requests to a cluster, sent again where they failed for a passing reason, and errors in our own words."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import urlencode

from opensearchpy import OpenSearch, Urllib3HttpConnection
from opensearchpy.exceptions import ImproperlyConfigured, SerializationError, SSLError, TransportError

from faqsearch.errors import InvalidOptionError
from faqsearch.index.opensearch.failures import Failure, failure_of, raise_failure
from faqsearch.index.opensearch.location import ClusterLocation

_FIRST_WAIT, _LONGEST_WAIT = 0.1, 2.0
_CONNECTIONS = 16

Body = Mapping[str, Any]


class QuietConnection(Urllib3HttpConnection):  # type: ignore[misc]
    """A connection that logs neither what people search for nor failures, which are raised or sent again anyway."""

    def log_request_success(self, *_: Any, **__: Any) -> None:
        pass

    def log_request_fail(self, *_: Any, **__: Any) -> None:
        pass


class ClusterClient:
    """Sends requests to the nodes of a location; safe among threads and after ``fork``."""

    def __init__(self, location: ClusterLocation) -> None:
        self.location = location
        self._client: OpenSearch | None = None
        self._owner = 0
        self._lock = threading.Lock()

    def request(
        self,
        method: str,
        path: str,
        body: Body | None = None,
        *,
        lines: Iterable[Body] | None = None,
        retries: int | None = None,
        tolerate: Sequence[int] = (),
        **params: Any,
    ) -> Any:
        """The parsed answer to one request; ``lines`` is a body of JSON lines.

        None where it failed with a status that is ``tolerated``; any other failure raises an error of our tree.
        """
        if params:  # in the path, for the client takes a parameter "timeout" for its own
            path = f"{path}?{urlencode(params)}"
        payload: Any = body
        headers = None
        if lines is not None:
            payload = "".join(dumps(line) + "\n" for line in lines)
            headers = {"content-type": "application/x-ndjson"}
        attempts = (self.location.options.retries if retries is None else retries) + 1
        for attempt in range(attempts):
            failure = self._attempt(method, path, payload, headers)
            if not isinstance(failure, Failure):
                return failure
            if failure.status in tolerate:
                return None
            if attempt == attempts - 1 or not failure.passing:
                self.fail(failure)
            self.pause(attempt)
        raise AssertionError("unreachable")

    def _attempt(self, method: str, path: str, payload: Any, headers: Any) -> Any:
        try:
            return self._connected().transport.perform_request(method, path, body=payload, headers=headers)
        except SSLError as error:
            return Failure(None, "ssl", str(error.info))
        except TransportError as error:
            return failure_of(error)
        except SerializationError as error:
            return Failure(None, "serialization", str(error))

    def several(self, index: str, bodies: Sequence[Body], **params: Any) -> list[dict[str, Any]]:
        """The answers to several searches in one request, in order; one that failed for a passing reason is sent again."""
        header = {"index": index, "allow_partial_search_results": False, **params}
        for attempt in range(self.location.options.retries + 1):
            lines = [line for body in bodies for line in (header, body)]
            answers: list[dict[str, Any]] = self.request("POST", "/_msearch", lines=lines)["responses"]
            failures = [failure_of_answer(answer) for answer in answers]
            failed = next((failure for failure in failures if failure is not None), None)
            if failed is None:
                return answers
            if not failed.passing or attempt == self.location.options.retries:
                self.fail(failed)
            self.pause(attempt)
        raise AssertionError("unreachable")

    def fail(self, failure: Failure) -> NoReturn:
        """Raises what a failure is in our tree."""
        raise_failure(failure, str(self.location), self.location.name)

    def pause(self, attempt: int) -> None:
        """Waits before the next attempt: not at all before the second, for another node may answer, then twice as long each."""
        if attempt:
            time.sleep(min(_FIRST_WAIT * 2 ** (attempt - 1), _LONGEST_WAIT) * random.uniform(0.8, 1.2))

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None and self._owner == os.getpid():
            client.close()

    def _connected(self) -> OpenSearch:
        if self._client is None or self._owner != os.getpid():  # sockets are not shared with the parent of a fork
            if self._owner != os.getpid():
                self._lock = threading.Lock()
            with self._lock:
                if self._client is None or self._owner != os.getpid():
                    self._client, self._owner = self._connect(), os.getpid()
        return self._client

    def _connect(self) -> OpenSearch:
        location, options = self.location, self.location.options
        security: dict[str, Any] = {}
        if location.secure:
            security = {
                "use_ssl": True,
                "verify_certs": options.verify,
                "ssl_show_warn": False,
                "ca_certs": options.ca_certs,
                "client_cert": options.client_cert,
                "client_key": options.client_key,
            }
            for name in ("ca_certs", "client_cert", "client_key"):
                path = security[name]
                if path is not None and not os.path.isfile(path):
                    raise InvalidOptionError(f"a location's option {name} names a file that is not there: {path}")
        try:
            return OpenSearch(
                hosts=[{"host": host.strip("[]"), "port": port} for host, port in location.hosts],
                http_auth=(location.user, location.password) if location.user is not None else None,
                timeout=options.timeout,
                max_retries=0,
                retry_on_timeout=False,
                retry_on_status=(),
                maxsize=_CONNECTIONS,
                dead_timeout=1,
                connection_class=QuietConnection,
                **security,
            )
        except (ImproperlyConfigured, OSError) as error:
            raise InvalidOptionError(f"{location}: no connection can be set up: {error}") from None


def failure_of_answer(answer: Mapping[str, Any]) -> Failure | None:
    """What went wrong with one of several searches, or None."""
    if "error" in answer:
        error = answer["error"]
        return Failure(answer.get("status"), error.get("type", ""), dumps(error))
    if answer.get("timed_out") or answer["_shards"]["failed"]:
        return Failure(503, "partial_results", "not all shards answered")
    return None


def dumps(value: Any) -> str:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
