"""EventLog: searches and feedback as JSON lines in a file that is rotated.

Each event is one line, written with one call at the end of the file, so that several processes may share it. When the
file is full it becomes ``events.jsonl.1``, that one ``.2`` and so on, and the oldest is deleted.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from faqsearch.errors import InvalidOptionError
from faqsearch.events import FeedbackEvent, SearchEvent, mask_personal
from faqsearch.limits import EVENT_LOG_FILES

_LOGGER = logging.getLogger("faqsearch.event_log")
_HASH_BYTES = 12


class EventLog:
    """Writes events to ``path``: ``index.on_search(log)``, or ``create_app(index, events=log)``.

    Personal numbers are masked. With ``key`` (a secret of the service) sessions are written as keyed hashes, with
    ``hash_queries`` queries too: a report can then count them, and only who holds the key can tell whether a query was a
    certain text. A file holds at most about ``max_bytes``; ``keep`` rotated ones are kept. Files can be read by their owner
    only. A disk that cannot be written never makes a search fail: the loss is logged and counted in ``lost``.
    Raises InvalidOptionError.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        max_bytes: int = 10_000_000,
        keep: int = 9,
        hash_queries: bool = False,
        key: str | None = None,
    ) -> None:
        if isinstance(max_bytes, bool) or not isinstance(max_bytes, int) or max_bytes < 1:
            raise InvalidOptionError(f"max_bytes must be 1 or more, not {max_bytes!r}")
        if isinstance(keep, bool) or not isinstance(keep, int) or not 0 <= keep <= EVENT_LOG_FILES:
            raise InvalidOptionError(f"keep must be a number of files from 0 to {EVENT_LOG_FILES}, not {keep!r}")
        if hash_queries and not key:
            raise InvalidOptionError("hash_queries needs a key: short texts are guessed from plain hashes; give a secret")
        self.path = Path(path)
        if not self.path.parent.is_dir():
            raise InvalidOptionError(f"the folder of {self.path} is not there; make it before")
        self.lost = 0
        self._max_bytes = max_bytes
        self._keep = keep
        self._hash_queries = hash_queries
        self._key = key.encode("utf-8") if key else None
        self._lock = threading.Lock()
        self._torn = False

    def __call__(self, event: SearchEvent | FeedbackEvent) -> None:
        """Writes one event."""
        line = (json.dumps(self._row(event), ensure_ascii=False) + "\n").encode("utf-8", "replace")
        with self._lock:
            try:
                self._append(line)
            except OSError as error:
                if not self.lost:
                    _LOGGER.warning("events are lost: %s cannot be written: %s", self.path, error)
                self.lost += 1

    def _row(self, event: SearchEvent | FeedbackEvent) -> dict[str, Any]:
        if isinstance(event, FeedbackEvent):
            return {"event": "feedback", "at": datetime.now(UTC).isoformat(), **event.to_dict()}
        row = {"event": "search", **event.to_dict()}
        for name in ("query", "correction"):
            if row[name] is not None:
                row[name] = mask_personal(row[name])
                if self._hash_queries and row[name].strip():
                    row[name] = self._hash(" ".join(row[name].casefold().split()))
        if row["session"] is not None and self._key is not None:
            row["session"] = self._hash(row["session"])
        return row

    def _hash(self, text: str) -> str:
        assert self._key is not None
        return "#" + hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[: 2 * _HASH_BYTES]

    def _append(self, line: bytes) -> None:
        # Opened for each event: another process may have rotated the file, and a new event must not follow it.
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            written = os.write(file, b"\n" + line if self._torn else line)  # what was cut off is not continued
            self._torn = 0 < written < len(line)
            if written < len(line):
                raise OSError(f"{written} of {len(line)} bytes were written")
            full = os.fstat(file).st_size >= self._max_bytes
        finally:
            os.close(file)
        if full:
            self._rotate()

    def _rotate(self) -> None:
        """Names the full file ``.1``; one process does it, the others go on writing meanwhile."""
        claim = self.path.with_name(self.path.name + ".rotating")
        try:
            os.close(os.open(claim, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            with suppress(OSError):  # a process that died while it rotated leaves its claim
                if datetime.now().timestamp() - claim.stat().st_mtime > 60:
                    claim.unlink()
            return
        try:
            if self.path.stat().st_size < self._max_bytes:
                return  # another process has just done it
            for number in range(self._keep, 1, -1):
                with suppress(FileNotFoundError):
                    os.replace(self._rotated(number - 1), self._rotated(number))
            if self._keep:
                os.replace(self.path, self._rotated(1))
            else:
                self.path.unlink()
        except FileNotFoundError:
            pass  # another process has just done it, and no event came since
        except PermissionError:
            pass  # Windows does not rename a file that another process has open: the next event tries again
        finally:
            claim.unlink(missing_ok=True)

    def _rotated(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")
