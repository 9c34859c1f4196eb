"""An encoder whose vectors are kept in a file, so that a set is encoded once for all measurements."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from faqsearch import Calibration, Encoder
from faqsearch.encoders import E5Encoder, UniversalEncoder

Rows = NDArray[np.float32]
_STEP = 16


class KeptEncoder:
    """``encoder`` behind a SQLite file of vectors by the hash of their text."""

    def __init__(self, encoder: Encoder, file: str) -> None:
        self._encoder = encoder
        self.name = encoder.name
        self.dimensions = encoder.dimensions
        self.calibration: Calibration = encoder.calibration  # type: ignore[attr-defined]
        self._file = sqlite3.connect(file, timeout=600, check_same_thread=False)
        self._file.execute("create table if not exists vectors(key blob primary key, vector blob)")

    def queries(self, texts: Sequence[str]) -> Rows:
        return self._kept("query", texts, self._encoder.queries)

    def passages(self, texts: Sequence[str]) -> Rows:
        return self._kept("passage", texts, self._encoder.passages)

    def _kept(self, kind: str, texts: Sequence[str], encode: Callable[[Sequence[str]], Rows]) -> Rows:
        keys = [hashlib.blake2b(f"{self.name}\0{kind}\0{text}".encode(), digest_size=16).digest() for text in texts]
        found: dict[bytes, Rows] = {}
        for key in keys:
            row = self._file.execute("select vector from vectors where key = ?", (key,)).fetchone()
            if row is not None:
                found[key] = np.frombuffer(row[0], dtype="<f4")
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        todo = list(missing)
        for place in range(0, len(todo), _STEP):
            some = todo[place : place + _STEP]
            rows = encode([missing[key] for key in some])
            found.update(zip(some, rows, strict=True))
            with self._file:
                self._file.executemany(
                    "insert or replace into vectors values (?, ?)",
                    [(key, row.astype("<f4").tobytes()) for key, row in zip(some, rows, strict=True)],
                )
        return np.array([found[key] for key in keys], dtype=np.float32).reshape(len(keys), self.dimensions)


def encoder(name: str, file: str | None) -> Encoder:
    """A built-in encoder ("use", "e5"), its vectors kept in ``file`` where one is given."""
    made: Encoder = UniversalEncoder() if name == "use" else E5Encoder(query_seconds=60, passage_seconds=120)
    return made if file is None else KeptEncoder(made, file)
