"""How the postings of one list lie in a segment: in blocks of documents, in a block by term, for a term by document.

A document's number in its block takes two bytes whatever the size of the segment. Bound ``block * terms + term`` says where the
postings of a term in a block begin. Files of older versions have one block, and four bytes a document above 65,536 of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from faqsearch.index.segments.layout import Array

_BITS = 16
BLOCK = 1 << _BITS
"""Documents of a block."""
_BLOCK_SHIFT = np.uint64(48)

PostingSlice: TypeAlias = tuple[Array, Array, int]
"""(documents, codes, base): the postings of a term in a list of one segment; document ``d`` has the number ``base + d``."""


class Block(NamedTuple):
    """A block of documents in one list of one segment: a term's bound is ``bounds[first + its number]``."""

    segment: int
    first: int
    bounds: memoryview
    docs: Array
    codes: Array
    base: int
    deleted: NDArray[np.bool_] | None


def blocks(documents: int) -> int:
    """How many blocks so many documents take, at least one."""
    return max(1, -(-documents >> _BITS))


def posting_arrays(name: str, terms: Array, documents: Array, codes: Array, size: int, total: int) -> dict[str, Array]:
    """The arrays of one list: postings (term, document, code) in any order, of ``size`` terms and ``total`` documents."""
    keys = _keys(terms, documents)
    if not (keys[1:] > keys[:-1]).all():
        order = np.argsort(keys, kind="stable")
        keys, documents, codes = keys[order], documents[order], codes[order]
    bounds = np.arange(blocks(total), dtype="<u8")[:, None] << _BLOCK_SHIFT | np.arange(size, dtype="<u8") << np.uint64(_BITS)
    starts = np.append(np.searchsorted(keys, bounds.reshape(-1)), len(keys)).astype("<u4")
    return {f"{name}.off": starts, f"{name}.docs": (documents & (BLOCK - 1)).astype("<u2"), f"{name}.code": codes}


def terms_and_documents(bounds: Array, documents: Array, size: int) -> tuple[Array, Array]:
    """(term, document) of every posting of a list of ``size`` terms, as they lie."""
    counts: Array = np.diff(bounds)
    rows = len(counts) // size if size else 0
    terms = np.repeat(np.tile(np.arange(size, dtype="<u4"), rows), counts)
    bases = np.repeat(np.repeat(np.arange(rows, dtype="<u4") << np.uint32(_BITS), size), counts)
    return terms, documents + bases


def frequencies(bounds: Array, size: int) -> NDArray[np.int64]:
    """``(size,) int64``: how many postings each term has, by the bounds of a list."""
    counts: NDArray[np.int64] = np.diff(bounds).astype(np.int64)
    return counts.reshape(-1, size).sum(axis=0) if size else counts


class PostingSlices(Protocol):
    """The postings of a term in one list of a snapshot."""

    def __iter__(self) -> Iterator[PostingSlice]: ...

    def mark(self, mask: NDArray[np.bool_], value: bool = True) -> None:
        """Sets ``mask`` to ``value`` at every document."""


class PostingBlocks(Protocol):
    """The blocks of one list of a snapshot, in the order of documents."""

    def slices(self, numbers: tuple[int, ...]) -> tuple[PostingSlices | None, int]:
        """(the postings of the term that has these numbers by segment, or None; how many of them are of live documents)."""


class Slices(list[PostingSlice]):
    """PostingSlices by NumPy."""

    def mark(self, mask: NDArray[np.bool_], value: bool = True) -> None:
        for docs, _, base in self:
            (mask[base:] if base else mask)[docs] = value


class Blocks:
    """PostingBlocks by NumPy."""

    def __init__(self, arrays: Sequence[Block]) -> None:
        self._arrays = arrays

    def slices(self, numbers: tuple[int, ...]) -> tuple[Slices | None, int]:
        found = Slices()
        frequency = 0
        for index, first, bounds, docs, codes, base, deleted in self._arrays:
            number = numbers[index]
            if number < 0:
                continue
            begin, end = bounds[first + number], bounds[first + number + 1]
            if begin != end:
                own = docs[begin:end]
                frequency += end - begin
                if deleted is not None:
                    frequency -= int(np.count_nonzero(deleted[own]))
                found.append((own, codes[begin:end], base))
        return found or None, frequency


def _keys(terms: Array, documents: Array) -> Array:
    """Numbers that rise as postings lie."""
    wide = documents.astype("<u8")
    keys: Array = terms.astype("<u8") << np.uint64(_BITS)
    keys |= wide & np.uint64(BLOCK - 1)
    keys |= wide >> np.uint64(_BITS) << _BLOCK_SHIFT
    return keys
