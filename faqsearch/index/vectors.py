"""The vectors of a document as an index keeps them: eight bits a number, with the hash of the text that each came from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class DocumentVectors:
    """The vectors of one document: ``rows[i] · scales[i]`` is the unit vector of its piece ``i``.

    ``kinds`` (k,) uint8 (0 title, 1 body, 2 window of the body), ``hashes`` (k,) uint64 of the texts, ``scales`` (k,) float32,
    ``rows`` (k, dimensions) int8.
    """

    kinds: NDArray[np.uint8]
    hashes: NDArray[np.uint64]
    scales: NDArray[np.float32]
    rows: NDArray[np.int8]


def text_hash(text: str) -> int:
    """64 bits of an encoded text: with an equal hash its vector is kept."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest(), "little")


def encoder_fingerprint(kept: Mapping[str, Any] | None) -> str:
    """The part of an index's fingerprint that tells of its encoder, from what is kept of it; "" for none."""
    if not kept:
        return ""
    return f"; encoder {kept['name']}, {kept['dimensions']} numbers, body {kept['body']:g}, windows {kept['window']:g}"
