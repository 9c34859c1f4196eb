"""The file of one segment: a header, a JSON directory, then arrays.

::

    8 bytes   magic "FAQSEG01"
    u4, u4    length and CRC-32 of the directory
    u8        size of the whole file
    JSON      {"documents", "meta", "arrays": {name: [dtype, count, offset, crc32]}}
    arrays    little-endian, each at a multiple of 64 bytes

The directory is verified when a file is opened, an array at its first use, so that opening stays cheap and damage is never
answered with a wrong result. ``docs/file-format.md`` lists the arrays.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqsearch.errors import IndexCorruptError
from faqsearch.index.base import Channel

MAGIC = b"FAQSEG01"
_HEADER = struct.Struct("<8sIIQ")
_ALIGN = 64
_DTYPES = ("|u1", "<u2", "<u4", "<u8", "|i1", "<i2", "<i4", "<i8", "<f4", "<f8")

Array = NDArray[Any]

MORPHEME_LISTS = ("m.all", "m.title", "m.category")
GRAM_LISTS = ("g.all", "g.title")
LISTS = MORPHEME_LISTS + GRAM_LISTS
"""The posting lists: a channel (m: morphemes, g: grams) and a field."""
CHANNEL_LISTS: dict[Channel, tuple[str, ...]] = {"m": MORPHEME_LISTS, "g": GRAM_LISTS}

COLUMNS = {
    "col.category": "<i4",
    "col.audience": "<i4",
    "col.tags": "<i4",
    "col.updated": "<i8",
    "col.from": "<i8",
    "col.until": "<i8",
    "col.views": "<i8",
    "hash.terms": "<u8",
    "hash.stored": "<u8",
}
"""One value a document; the first three are numbers into the tables of ``meta``."""


@dataclass(frozen=True, slots=True)
class SegmentData:
    """A segment in memory: what ``dump`` writes and ``SegmentFile`` reads."""

    documents: int
    meta: Mapping[str, Any]
    arrays: Mapping[str, Array]


def dump(data: SegmentData) -> list[bytes | memoryview]:
    """The bytes of a segment file, in pieces to be written one behind the other."""
    directory: dict[str, list[Any]] = {}
    bodies: list[bytes | memoryview] = []
    offset = 0
    for name, array in data.arrays.items():
        array = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        body = array.data.cast("B") if array.size else memoryview(b"")
        directory[name] = [array.dtype.str, int(array.size), offset, zlib.crc32(body)]
        padding = -len(body) % _ALIGN
        bodies += [body, bytes(padding)]
        offset += len(body) + padding
    text = json.dumps(
        {"documents": data.documents, "meta": data.meta, "arrays": directory}, ensure_ascii=False, separators=(",", ":")
    ).encode("utf-8")
    start = _aligned(_HEADER.size + len(text))
    header = _HEADER.pack(MAGIC, len(text), zlib.crc32(text), start + offset)
    return [header, text, bytes(start - _HEADER.size - len(text)), *bodies]


class SegmentFile:
    """The arrays of a segment file, without copying them; raises IndexCorruptError where a checksum does not agree."""

    def __init__(self, buffer: memoryview, name: str) -> None:
        self.name = name
        self.buffer = buffer
        self.bytes = len(buffer)
        self._arrays: dict[str, Array] = {}
        if len(buffer) < _HEADER.size:
            raise self._corrupt("is cut off in its header")
        magic, length, checksum, size = _HEADER.unpack(buffer[: _HEADER.size])
        if magic != MAGIC:
            raise self._corrupt("does not begin as a segment")
        if len(buffer) != size:
            raise self._corrupt(f"has {len(buffer):,} bytes where {size:,} were written")
        text = bytes(buffer[_HEADER.size : _HEADER.size + length])
        if len(text) != length or zlib.crc32(text) != checksum:
            raise self._corrupt("has a damaged directory")
        self._start = _aligned(_HEADER.size + length)
        try:
            directory = json.loads(text)
        except (ValueError, RecursionError):
            directory = None
        if not _is_directory(directory, size - self._start):
            raise self._corrupt("has a directory that is none")
        self.documents: int = directory["documents"]
        self.meta: dict[str, Any] = directory["meta"]
        self._directory: dict[str, list[Any]] = directory["arrays"]

    def __getitem__(self, name: str) -> Array:
        array = self._arrays.get(name)
        if array is None:
            array = self._arrays[name] = self._read(name)
        return array

    def __iter__(self) -> Iterator[str]:
        return iter(self._directory)

    def __contains__(self, name: object) -> bool:
        return name in self._directory

    def size(self, name: str) -> int:
        """Bytes of one array."""
        dtype, count, _, _ = self._directory[name]
        return int(np.dtype(dtype).itemsize * count)

    def shape(self, name: str) -> tuple[str, int] | None:
        """(dtype, count) of one array, or None where it is not there."""
        entry = self._directory.get(name)
        return None if entry is None else (entry[0], entry[1])

    def data(self) -> SegmentData:
        """Everything, with every checksum verified."""
        return SegmentData(self.documents, self.meta, {name: self[name] for name in self})

    def unverified(self, name: str) -> memoryview:
        """The bytes of one array as they lie there, for a repair."""
        dtype, count, offset, _ = self._directory[name]
        begin = self._start + offset
        return self.buffer[begin : begin + np.dtype(dtype).itemsize * count]

    def _read(self, name: str) -> Array:
        dtype, count, _, checksum = self._directory[name]
        body = self.unverified(name)
        if zlib.crc32(body) != checksum:
            raise self._corrupt(f"has a damaged array {name!r}")
        return np.frombuffer(body, dtype=dtype) if count else np.empty(0, dtype=dtype)

    def _corrupt(self, what: str) -> IndexCorruptError:
        return IndexCorruptError(
            f"{self.name} {what}; restore the index from a snapshot or build it again with 'faqsearch index'"
        )


def narrowest(values: Array) -> Array:
    """Unsigned ``values`` in the narrowest of u1, u2, u4, u8 that holds them."""
    top = int(values.max()) if values.size else 0
    for dtype, limit in (("<u1", 1 << 8), ("<u2", 1 << 16), ("<u4", 1 << 32)):
        if top < limit:
            return values.astype(dtype, copy=False)
    return values.astype("<u8", copy=False)


def offsets(lengths: Array, dtype: str = "<u4") -> Array:
    """``(n + 1,)`` running totals of ``lengths``, beginning with 0."""
    result = np.zeros(len(lengths) + 1, dtype=dtype)
    np.cumsum(lengths, out=result[1:])
    return result


def _is_directory(value: Any, room: int) -> bool:
    """Whether ``value`` is a directory whose arrays lie apart from each other within ``room`` bytes."""
    if not isinstance(value, dict) or not isinstance(value.get("meta"), dict) or not isinstance(value.get("arrays"), dict):
        return False
    entries = list(value["arrays"].values())
    for entry in entries:
        if not isinstance(entry, list) or len(entry) != 4 or entry[0] not in _DTYPES or not all(map(_is_count, entry[1:])):
            return False
    end = 0
    for begin, length in sorted((offset, np.dtype(dtype).itemsize * count) for dtype, count, offset, _ in entries):
        if begin < end or begin % _ALIGN:
            return False
        end = begin + length
    return end <= room and _is_count(value.get("documents"))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _aligned(size: int) -> int:
    return size + -size % _ALIGN
