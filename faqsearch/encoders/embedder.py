"""Embedder: an encoder in the hands of an index; it makes the vectors of documents and remembers those of queries."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqsearch.analysis.pieces import pieces
from faqsearch.document import Document
from faqsearch.errors import EncoderError
from faqsearch.index.cosines import quantized
from faqsearch.index.vectors import DocumentVectors, encoder_fingerprint, text_hash
from faqsearch.options import Calibration, Encoder

QUERIES = 1024
"""Vectors of queries that are remembered: the next page of a query is not encoded again."""

_log = logging.getLogger("faqsearch")


class Embedder:
    """An encoder with its calibration. Safe to share among threads as far as the encoder is."""

    def __init__(self, encoder: Encoder, calibration: Calibration) -> None:
        self._encoder = encoder
        self.calibration = calibration
        self._remembered = lru_cache(maxsize=QUERIES)(self._query)

    @property
    def fingerprint(self) -> str:
        """What must be alike for vectors to be comparable: the encoder and what it reads of a document."""
        return encoder_fingerprint(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """What an index keeps of its encoder."""
        return {"name": self._encoder.name, "dimensions": self._encoder.dimensions, **self.calibration.to_dict()}

    def query(self, text: str) -> NDArray[np.float32] | None:
        """``(dimensions,) float32``: the unit vector of a query; None, with a warning, where the encoder fails."""
        try:
            vector: NDArray[np.float32] | None = self._remembered(text)
        except Exception as error:  # whatever an encoder raises, a query is never an error
            _log.warning("the encoder %s failed, this search is ranked by words alone: %s", self._encoder.name, error)
            vector = None
        return vector

    def _query(self, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._checked(self._encoder.queries([text]), 1)[0]
        return vector

    def documents(
        self, documents: Sequence[Document], known: Callable[[Sequence[str]], Sequence[DocumentVectors | None]]
    ) -> dict[str, DocumentVectors]:
        """id → vectors; a piece whose text the index has encoded for the same document, or that comes twice, is not encoded.

        Raises EncoderError where the encoder gives something else than rows of its dimensions.
        """
        calibration = self.calibration
        split = [pieces(d.title, d.body, whole=int(calibration.body), window=int(calibration.window)) for d in documents]
        hashed = [[text_hash(piece.text) for piece in some] for some in split]
        rows: dict[int, tuple[NDArray[np.int8], np.float32]] = {}
        for vectors in known([document.id for document in documents]):
            if vectors is not None:
                rows.update(zip(vectors.hashes.tolist(), zip(vectors.rows, vectors.scales, strict=True), strict=True))
        missing: dict[int, str] = {}
        for some, hashes in zip(split, hashed, strict=True):
            missing.update((h, piece.text) for piece, h in zip(some, hashes, strict=True) if h not in rows)
        if missing:
            encoded, scales = quantized(self._checked(self._encoder.passages(list(missing.values())), len(missing)))
            rows.update(zip(missing, zip(encoded, scales, strict=True), strict=True))
        found = {}
        for document, some, hashes in zip(documents, split, hashed, strict=True):
            kept = [(piece.kind, h) for piece, h in zip(some, hashes, strict=True) if rows[h][1] > 0]
            found[document.id] = DocumentVectors(
                np.array([kind for kind, _ in kept], dtype=np.uint8),
                np.array([h for _, h in kept], dtype=np.uint64),
                np.array([rows[h][1] for _, h in kept], dtype=np.float32),
                np.array([rows[h][0] for _, h in kept], dtype=np.int8).reshape(len(kept), self._encoder.dimensions),
            )
        return found

    def _checked(self, vectors: Any, count: int) -> NDArray[np.float32]:
        rows: NDArray[np.float32] = np.asarray(vectors, dtype=np.float32)
        wanted = (count, self._encoder.dimensions)
        if rows.shape != wanted or not np.isfinite(rows).all():
            raise EncoderError(
                f"{self._encoder.name} gave an array of shape {rows.shape}, not finite numbers of shape {wanted}"
            )
        return rows
