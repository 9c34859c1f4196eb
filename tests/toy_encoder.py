"""A small encoder that is no model: bigrams hashed into 64 numbers, and words that it takes for the same."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from faqsearch.options import Calibration

SAME = {"돈": "캐시", "돌려받": "환불"}


class ToyEncoder:
    """Counts what it is asked to encode."""

    calibration = Calibration(weight=3.0, floor=0.0, body=100, window=40)

    def __init__(self, name: str = "toy", dimensions: int = 64) -> None:
        self.name = name
        self.dimensions = dimensions
        self.encoded: list[str] = []
        self.asked: list[str] = []

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return self._rows(texts)

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += texts
        return self._rows(texts)

    def _rows(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for one, other in SAME.items():
                text = text.replace(one, other)
            for gram in pairwise(text):
                row[zlib.crc32("".join(gram).encode()) % self.dimensions] += 1
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: NDArray[np.float32] = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
        return unit
