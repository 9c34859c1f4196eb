"""The terms of one channel of a segment: sorted by their UTF-8 bytes, found by bisection."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from faqsearch.index.segments.layout import Array, offsets
from faqsearch.native import compiled

postings = compiled("postings")


def dictionary_arrays(channel: str, terms: Sequence[bytes]) -> dict[str, Array]:
    """The arrays of a dictionary of sorted, distinct ``terms``: text, its offsets, and each term's first eight bytes."""
    text = np.frombuffer(b"".join(terms), dtype="<u1")
    lengths = np.fromiter(map(len, terms), dtype="<u4", count=len(terms))
    padded = b"".join(term[:8].ljust(8, b"\0") for term in terms)
    return {
        f"{channel}.text": text,
        f"{channel}.text_off": offsets(lengths),
        f"{channel}.prefix": np.frombuffer(padded, dtype=">u8").astype("<u8"),
    }


class Dictionary:
    """Finds a term's number in one channel."""

    def __init__(self, arrays: Mapping[str, Array] | object, channel: str) -> None:
        text, offset, prefix = (arrays[f"{channel}.{name}"] for name in ("text", "text_off", "prefix"))  # type: ignore[index]
        self._text = text.data.cast("B") if text.size else memoryview(b"")
        self._offsets = offset.data
        self._prefix = np.ascontiguousarray(prefix, dtype=np.uint64).data
        self.table = None if postings is None else postings.TermTable(self._text, self._offsets, self._prefix)
        if self.table is not None:
            self.find = self.table.find  # type: ignore[method-assign]

    def __len__(self) -> int:
        return len(self._prefix)

    def __iter__(self) -> Iterator[bytes]:
        return (self.term(number) for number in range(len(self)))

    def term(self, number: int) -> bytes:
        """The UTF-8 bytes of a term."""
        return self._text[self._offsets[number] : self._offsets[number + 1]].tobytes()

    def find(self, term: bytes) -> int:
        """The number of ``term``, or -1."""
        prefixes, text, offsets = self._prefix, self._text, self._offsets
        key = int.from_bytes(term[:8].ljust(8, b"\0"), "big")
        first, count = bisect_left(prefixes, key), len(prefixes)
        if len(term) < 8 and not term.endswith(b"\0"):  # of terms with the same padded bytes it is the first
            same = first < count and prefixes[first] == key and offsets[first + 1] - offsets[first] == len(term)
            return first if same else -1
        for number in range(first, count):
            if prefixes[number] != key:
                return -1
            found = text[offsets[number] : offsets[number + 1]].tobytes()
            if found >= term:
                return number if found == term else -1
        return -1

    def position(self, term: bytes) -> int:
        """The number of the first term that is not below ``term``."""
        number = bisect_left(self._prefix, int.from_bytes(term[:8].ljust(8, b"\0"), "big"))
        while number < len(self) and self.term(number) < term:
            number += 1
        return number
