"""Running the app with uvicorn, in one process or several."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.config import LOGGING_CONFIG
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from faqsearch.event_log import EventLog
from faqsearch.faq_index import FaqIndex
from faqsearch.web.app import create_app

_OPTIONS = "FAQSEARCH_SERVE"
_SILENT_SECONDS = 60
"""A worker that says nothing for so long is replaced. Loading Kiwi on a busy machine may silence one for several seconds."""


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
    os.environ[_OPTIONS] = json.dumps({"location": os.path.abspath(location), **options})
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
    index = FaqIndex.open(options.pop("location"), read_only=True, on_mismatch="search")
    events = options.pop("events", None)
    return create_app(index, events=None if events is None else EventLog(events), **options)


def _log_config(log_queries: bool) -> dict[str, Any]:
    """Uvicorn's, without query strings unless they are wanted."""
    config: dict[str, Any] = json.loads(json.dumps(LOGGING_CONFIG))
    if not log_queries:
        config["filters"] = {"without_queries": {"()": "faqsearch.web.access_log.WithoutQueries"}}
        config["handlers"]["access"]["filters"] = ["without_queries"]
    return config
