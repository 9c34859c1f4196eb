"""Running the app with uvicorn, in one process or several."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from uvicorn.config import LOGGING_CONFIG
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from faqsearch.event_log import EventLog
from faqsearch.faq_index import FaqIndex
from faqsearch.index.locations import in_cluster
from faqsearch.web.app import create_app

Lifespan: TypeAlias = Callable[[Any], AbstractAsyncContextManager[Any]]

_OPTIONS = "FAQSEARCH_SERVE"
_SILENT_SECONDS = 60
"""A worker that says nothing for so long is replaced. Loading Kiwi on a busy machine may silence one for several seconds."""
_THREADS = 2
"""Requests at work at a time in a process with an embedded index: they need its one interpreter, not time to wait."""


def free_port(host: str, port: int) -> int:
    """``port``, or a free one for 0; raises OSError where the address cannot be listened at."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        if os.name != "nt":  # there it would let two servers share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        found: int = probe.getsockname()[1]
        return found


def run(location: str, *, host: str, port: int, workers: int = 1, log_queries: bool = False, **options: Any) -> None:
    """Serves the index at ``location`` until the process is told to stop; ``options`` are those of ``create_app``.

    ``events`` is the path of an event log, or None.
    """
    place = location if in_cluster(location) else os.path.abspath(location)
    os.environ[_OPTIONS] = json.dumps({"location": place, **options})
    uvicorn.run(
        "faqsearch.web.serve:app",
        factory=True,
        http=PromptProtocol,
        host=host,
        port=port,
        workers=workers,
        timeout_worker_healthcheck=_SILENT_SECONDS,
        log_config=_log_config(log_queries),
        server_header=False,
    )


class PromptProtocol(HttpToolsProtocol):
    """Uvicorn's, with answers sent at once.

    asyncio sets TCP_NODELAY only on a socket that names its protocol, which one handed to workers does not: an answer's second
    packet then waits 40 ms for the first one's acknowledgement.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        connection = transport.get_extra_info("socket")
        if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)


def app() -> FastAPI:
    """The app of one worker process."""
    options = json.loads(os.environ[_OPTIONS])
    location = options.pop("location")
    index = FaqIndex.open(location, read_only=True, on_mismatch="search")
    events = options.pop("events", None)
    made = create_app(index, events=None if events is None else EventLog(events), **options)
    if not in_cluster(location):
        made.router.lifespan_context = _with_few_threads(made.router.lifespan_context)
    return made


def _with_few_threads(lifespan: Lifespan) -> Lifespan:
    """``lifespan``, with as many requests at work at a time as an embedded index can serve."""

    @asynccontextmanager
    async def limited(app: FastAPI) -> AsyncIterator[Any]:
        current_default_thread_limiter().total_tokens = _THREADS  # one limiter a loop, so it is set inside
        async with lifespan(app) as state:
            yield state

    return limited


def _log_config(log_queries: bool) -> dict[str, Any]:
    """Uvicorn's, without query strings unless they are wanted."""
    config: dict[str, Any] = json.loads(json.dumps(LOGGING_CONFIG))
    if not log_queries:
        config["filters"] = {"without_queries": {"()": "faqsearch.web.access_log.WithoutQueries"}}
        config["handlers"]["access"]["filters"] = ["without_queries"]
    return config
