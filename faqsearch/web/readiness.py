"""Warming up: Kiwi and the index's arrays are loaded before the first query, and /readyz says when."""

from __future__ import annotations

import logging
import os
import threading

from faqsearch.faq_index import FaqIndex

_log = logging.getLogger(__name__)


class Readiness:
    """Begins once in every process: when the app starts or, where it is mounted, when it is first asked whether it is ready."""

    def __init__(self, index: FaqIndex) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._process = -1
        self._warm = -1

    def begin(self) -> None:
        """Starts to warm up in a thread, unless this process has."""
        with self._lock:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
        threading.Thread(target=self._run, name="faqsearch-warm-up", daemon=True).start()

    @property
    def ready(self) -> bool:
        return self._warm == os.getpid()

    def _run(self) -> None:
        try:
            first = next(iter(self._index), None)
            self._index.analyze("도움말")
            if first is not None:  # as a search, but no event
                self._index.explain("도움말", id=first.id)
            self._index.complete("도움말")
            self._warm = os.getpid()
        except Exception:
            _log.exception("warming up failed; the next request of /readyz tries again")
            self._process = -1
