"""Which visit a request belongs to, for the events of its searches."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from faqsearch.events import search_session

Session: TypeAlias = Callable[[Request], str | None]
"""A random value that ends with the reader's visit, or None; never a login."""


class Sessions:
    """ASGI middleware: searches of a request carry what ``session`` says of it."""

    def __init__(self, app: ASGIApp, session: Session) -> None:
        self._app = app
        self._session = session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with search_session(self._session(Request(scope))):
            await self._app(scope, receive, send)
