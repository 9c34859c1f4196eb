"""The vectors of a document as a cluster stores them: beside its tokens, in a part of the source that is not indexed."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np

from faqsearch.index.vectors import DocumentVectors

NAME = "vectors"
FIELD = f"tokens.{NAME}"
"""Where they lie in the source of a document."""

_TYPES = {"kinds": "|u1", "hashes": "<u8", "scales": "<f4", "rows": "|i1"}


def encode_vectors(vectors: DocumentVectors | None) -> dict[str, dict[str, str]]:
    """The part of ``tokens`` that holds them; nothing for a document without vectors."""
    if vectors is None or not len(vectors.kinds):
        return {}
    return {
        NAME: {
            name: b64encode(np.ascontiguousarray(getattr(vectors, name), dtype=dtype).tobytes()).decode("ascii")
            for name, dtype in _TYPES.items()
        }
    }


def decode_vectors(source: Mapping[str, Any]) -> DocumentVectors | None:
    """The vectors of a document, or None where it has none. Raises ValueError, KeyError or TypeError for damaged ones."""
    kept = (source.get("tokens") or {}).get(NAME)
    if kept is None:
        return None
    kinds, hashes, scales, rows = (np.frombuffer(b64decode(kept[name]), dtype=dtype) for name, dtype in _TYPES.items())
    if not len(kinds) == len(hashes) == len(scales) or not len(rows) or len(rows) % len(kinds):
        raise ValueError(f"vectors of {len(kinds)} kinds have {len(hashes)} hashes, {len(scales)} scales, {len(rows)} numbers")
    return DocumentVectors(kinds, hashes, scales, rows.reshape(len(kinds), -1))
