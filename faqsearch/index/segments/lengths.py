"""Field lengths in one byte, as Lucene stores them, so that the embedded index and OpenSearch score alike.

The format is Lucene's ``SmallFloat.intToByte4``: exact up to 40, then four significant bits, never above the true length.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FREE = 24
"""Lengths below it are their own code."""


def _decode(code: int) -> int:
    if code < _FREE:
        return code
    bits = code - _FREE
    shift = (bits >> 3) - 1
    return _FREE + (bits if shift < 0 else ((bits & 7) | 8) << shift)


DECODED: NDArray[np.int64] = np.array([_decode(code) for code in range(256)], dtype=np.int64)
"""``(256,) int64``: the length that each code stands for; rising."""


def encode(lengths: NDArray[np.integer]) -> NDArray[np.uint8]:
    """``(n,) uint8``: the code of each length, the largest whose length is not above it."""
    return (np.searchsorted(DECODED, lengths, side="right") - 1).astype(np.uint8)
