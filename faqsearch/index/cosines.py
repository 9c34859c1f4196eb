"""Vectors in eight bits a number, and their cosines with a query."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from faqsearch.index.vectors import DocumentVectors

_TOP = 127
_QUERY = 1 << 14


def quantized(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """(rows int8, scales float32) of float vectors; a row's largest number becomes 127."""
    scales = (np.abs(vectors).max(axis=1, initial=0.0) / _TOP).astype(np.float32)
    safe = np.where(scales > 0, scales, 1).astype(np.float32)
    return np.rint(vectors / safe[:, None]).astype(np.int8), scales


def cosines(query: NDArray[np.float32], documents: Sequence[DocumentVectors | None]) -> NDArray[np.float64]:
    """``(documents,) float64``: the mean over a document's kinds of piece of the best cosine with ``query`` in each kind.

    NaN for a document without vectors. Title, whole body and best window count alike, whichever of them there are.
    """
    result = np.full(len(documents), np.nan)
    present = [(place, one) for place, one in enumerate(documents) if one is not None and len(one.kinds)]
    if not present:
        return result
    # Whole numbers in float64 are added up exactly, so the result does not depend on what else is in the batch.
    rows = np.concatenate([one.rows for _, one in present]).astype(np.float64)
    scales = np.concatenate([one.scales for _, one in present])
    owners = np.repeat([place for place, _ in present], [len(one.kinds) for _, one in present])
    keys = owners * 4 + np.concatenate([one.kinds for _, one in present])
    values = (rows @ np.rint(query.astype(np.float64) * _QUERY)) * scales / _QUERY
    best = np.full(4 * len(documents), -np.inf)
    np.maximum.at(best, keys, values)
    table = best.reshape(-1, 4)
    there = np.isfinite(table)
    counts = there.sum(axis=1)
    sums = np.where(there, table, 0.0).sum(axis=1)
    np.divide(sums, counts, out=result, where=counts > 0)
    return result
