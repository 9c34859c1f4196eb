"""ETags: what a reader sees changes with the index's generation, and when an entry's visible period begins or ends."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterable
from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response

from faqsearch.faq_index import FaqIndex, visibility_changes


class Validator:
    """Makes the ETag of the present state; ``salt`` is what else responses depend on (templates, options, version)."""

    def __init__(self, index: FaqIndex, *, salt: str, private: bool) -> None:
        self._index = index
        self._salt = salt
        self._cache_control = "private, no-cache" if private else "no-cache"
        self._turns: tuple[int, list[float]] = (-1, [])

    def respond(self, request: Request, groups: frozenset[str], make: Callable[[], Response]) -> Response:
        """304 without any search where the client's copy is still right, else what ``make`` gives, with its ETag."""
        tag = self.tag(groups)
        headers = {"etag": tag, "cache-control": self._cache_control}
        if _holds(request.headers.get("if-none-match"), tag):
            return Response(status_code=304, headers=headers)
        response = make()
        if response.status_code == 200:
            response.headers.update(headers)
        else:
            response.headers["cache-control"] = "no-store"
        return response

    def tag(self, groups: Iterable[str]) -> str:
        """A weak ETag. The state is read before the response is made: one that is newer is fetched once more, never kept."""
        generation = self._index.generation
        turns = self._times(generation)
        digest = blake2b(digest_size=6)
        for part in (self._salt, *sorted(groups)):
            digest.update(len(part).to_bytes(4, "big") + part.encode("utf-8", "surrogatepass"))
        return f'W/"{generation}.{bisect_right(turns, time.time())}.{digest.hexdigest()}"'

    def _times(self, generation: int) -> list[float]:
        """When visible periods of this generation begin and end, in seconds since 1970, sorted."""
        known, times = self._turns
        if known != generation:
            times = visibility_changes(self._index)
            self._turns = generation, times
        return times


def _holds(given: str | None, tag: str) -> bool:
    """Whether an If-None-Match names ``tag`` (compared weakly, RFC 9110 §13.1.2)."""
    return given is not None and any(
        one.strip() == "*" or one.strip().removeprefix("W/") == tag.removeprefix("W/") for one in given.split(",")
    )
