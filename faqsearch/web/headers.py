"""Every response's safety headers, HEAD for every GET, and a limit to what can be sent."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from faqsearch.web.problems import problem_response

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
SENT_BYTES = 8 << 10
"""The largest request body: the only one that means something is an event."""


def safety_headers(policy: str) -> dict[str, str]:
    """What every response carries."""
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
    }


class SafetyHeaders:
    """ASGI middleware; a plain one, since it stands before every response."""

    def __init__(self, app: ASGIApp, *, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = dict(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        if scope["method"] in ("POST", "PUT", "PATCH") and (refusal := _refusal(scope)) is not None:
            await problem_response(*refusal)(scope, receive, send_safely)
            return
        await self._app({**scope, "method": "GET"} if head else scope, receive, send_safely)


def _refusal(scope: Scope) -> tuple[int, str] | None:
    """(status, detail) for a body that is too large or does not say how large it is."""
    given = dict(scope["headers"])
    length = given.get(b"content-length")
    if length is None:
        return (411, "say the length of the body") if b"transfer-encoding" in given else None
    if not length.isdigit() or int(length) > SENT_BYTES:
        return 413, f"at most {SENT_BYTES:,} bytes are taken"
    return None
