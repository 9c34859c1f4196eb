"""Events: searches and what people did with their hits, in one stream."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from faqsearch.events import FeedbackEvent, SearchEvent
from faqsearch.faq_index import FaqIndex
from faqsearch.web.site import EventSink


class EventStream:
    """Gives ``sink`` every search of the index and all feedback; without a sink it does nothing."""

    def __init__(self, index: FaqIndex, sink: EventSink | None) -> None:
        self._sink = sink
        self._here = threading.local()
        if sink is not None:
            index.on_search(self._searched)

    @property
    def last_id(self) -> str | None:
        """The id of this thread's last search that a person asked for."""
        return getattr(self._here, "id", None)

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """Searches that a page makes beside the one that was asked for are no events."""
        self._here.quiet = True
        try:
            yield
        finally:
            self._here.quiet = False

    def feedback(self, event: FeedbackEvent) -> None:
        if self._sink is not None:
            self._sink(event)

    def _searched(self, event: SearchEvent) -> None:
        if self._sink is not None and not getattr(self._here, "quiet", False):
            self._here.id = event.id
            self._sink(event)
