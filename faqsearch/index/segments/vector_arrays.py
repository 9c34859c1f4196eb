"""The vectors of a segment's documents as arrays; a segment without vectors has none of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from faqsearch.index.segments.layout import Array, offsets
from faqsearch.index.vectors import DocumentVectors

VECTORS = {"vec.kind": "|u1", "vec.hash": "<u8", "vec.scale": "<f4"}
"""One value a vector; beside them ``vec.off`` (where the vectors of each document begin) and ``vec.data`` (the rows)."""
OFFSETS, DATA = "vec.off", "vec.data"


class VectorSource(Protocol):
    """Arrays by name, and the names of those there are."""

    def __getitem__(self, name: str, /) -> Array: ...

    def __contains__(self, name: object, /) -> bool: ...


def vector_arrays(vectors: Sequence[DocumentVectors | None]) -> dict[str, Array]:
    """The arrays of the vectors of each document; none where no document has any."""
    present = [one for one in vectors if one is not None and len(one.kinds)]
    if not present:
        return {}
    counts = np.array([0 if one is None else len(one.kinds) for one in vectors], dtype="<u4")
    return {
        OFFSETS: offsets(counts),
        "vec.kind": np.concatenate([one.kinds for one in present]).astype("|u1"),
        "vec.hash": np.concatenate([one.hashes for one in present]).astype("<u8"),
        "vec.scale": np.concatenate([one.scales for one in present]).astype("<f4"),
        DATA: np.concatenate([one.rows for one in present]).astype("|i1").reshape(-1),
    }


def has_vectors(arrays: VectorSource) -> bool:
    """Whether a segment has vectors."""
    return OFFSETS in arrays


def document_vectors(arrays: VectorSource, number: int) -> DocumentVectors | None:
    """The vectors of one document, without copying them; None where it has none."""
    if not has_vectors(arrays):
        return None
    bounds = arrays[OFFSETS]
    begin, end = int(bounds[number]), int(bounds[number + 1])
    if begin == end:
        return None
    kinds, hashes, scales = (arrays[name][begin:end] for name in VECTORS)
    return DocumentVectors(kinds, hashes, scales, _rows(arrays)[begin:end])


def merged_vectors(parts: Iterable[tuple[VectorSource, Array]]) -> dict[str, Array]:
    """The arrays of the kept documents of all parts, (arrays, kept document numbers), one behind the other."""
    counts: list[Array] = []
    gathered: dict[str, list[Array]] = {name: [] for name in (*VECTORS, DATA)}
    for arrays, kept in parts:
        if not has_vectors(arrays):
            counts.append(np.zeros(len(kept), dtype="<u4"))
            continue
        own = np.diff(arrays[OFFSETS])
        counts.append(own[kept])
        chosen = np.zeros(len(own), dtype=bool)
        chosen[kept] = True
        mask = np.repeat(chosen, own)
        for name in VECTORS:
            gathered[name].append(arrays[name][mask])
        gathered[DATA].append(_rows(arrays)[mask])
    if not any(len(some) for some in gathered[DATA]):
        return {}
    rows = [some for some in gathered[DATA] if len(some)]
    merged = {name: np.concatenate(gathered[name]) for name in VECTORS}
    return {OFFSETS: offsets(np.concatenate(counts)), **merged, DATA: np.concatenate(rows).reshape(-1)}


def vector_problems(arrays: VectorSource) -> list[str]:
    """What the vectors of a segment say that cannot be, in words; their shapes were looked at before."""
    if not has_vectors(arrays):
        return []
    bounds, kinds, scales = arrays[OFFSETS], arrays["vec.kind"], arrays["vec.scale"]
    if int(bounds[0]) != 0 or int(bounds[-1]) != len(kinds) or (bounds[1:] < bounds[:-1]).any():
        return ["vec.off does not fit vec.kind"]
    found = []
    if len(kinds) and int(kinds.max()) > 2:
        found.append("a vector is of no known kind")
    if not (np.isfinite(scales) & (scales > 0)).all():
        found.append("a vector has no scale")
    return found


def vector_shapes(shapes: Mapping[str, tuple[str, int] | None], documents: int) -> list[str]:
    """What the directory says of vectors that cannot be, in words; ``shapes`` are (dtype, count) or None for every name."""
    given = {name: shapes.get(name) for name in (OFFSETS, *VECTORS, DATA)}
    if not any(given.values()):
        return []
    vectors = (given["vec.kind"] or ("", 0))[1]
    wanted = {OFFSETS: ("<u4", documents + 1), **{name: (dtype, vectors) for name, dtype in VECTORS.items()}}
    found = [f"array {name} is {given[name]}, not {needed}" for name, needed in wanted.items() if given[name] != needed]
    data = given[DATA]
    if data is None or data[0] != "|i1" or not vectors or not data[1] or data[1] % vectors:
        found.append(f"array {DATA} is {data}, no rows of {vectors} vectors")
    return found


def _rows(arrays: VectorSource) -> Array:
    """``(vectors, dimensions) int8``."""
    return arrays[DATA].reshape(len(arrays["vec.kind"]), -1)
