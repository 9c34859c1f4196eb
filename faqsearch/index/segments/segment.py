"""Segment: one segment file with its deletions, opened lazily and shared by all readers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqsearch.document import CategoryPath, Document
from faqsearch.index.base import Tokens
from faqsearch.index.segments.dictionary import Dictionary
from faqsearch.index.segments.layout import Array, SegmentFile


class Segment:
    """The documents of one segment file by number."""

    def __init__(self, file: SegmentFile) -> None:
        self.file = file
        self.documents = file.documents

    @cached_property
    def dictionaries(self) -> dict[str, Dictionary]:
        """By channel, m and g."""
        return {channel: Dictionary(self.file, channel) for channel in ("m", "g")}

    @cached_property
    def categories(self) -> list[CategoryPath]:
        return [tuple(path) for path, _ in self.file.meta["categories"]]

    def postings(self, name: str, number: int) -> tuple[Array, Array]:
        """(documents, codes) of a term in one list."""
        bounds = self.file[f"{name}.off"]
        begin, end = int(bounds[number]), int(bounds[number + 1])
        return self.file[f"{name}.docs"][begin:end], self.file[f"{name}.code"][begin:end]

    def find(self, id: str) -> int:
        """The number of the document with this id, deleted or not, or -1."""
        key = id.encode("utf-8", "surrogatepass")
        order = self.file["id.sorted"]
        low, high = 0, self.documents
        while low < high:
            middle = (low + high) // 2
            if self.id_bytes(int(order[middle])) < key:
                low = middle + 1
            else:
                high = middle
        if low < self.documents and self.id_bytes(int(order[low])) == key:
            return int(order[low])
        return -1

    def id_bytes(self, number: int) -> bytes:
        return self._row("id", number)

    def ids(self) -> list[str]:
        """All ids by number."""
        return [self.id_bytes(number).decode("utf-8") for number in range(self.documents)]

    def document(self, number: int) -> Document:
        """The stored document."""
        return Document.from_dict(json.loads(self._row("stored", number)))

    def stored_values(self, number: int) -> dict[str, Any]:
        """The stored document as the JSON it is kept in."""
        values: dict[str, Any] = json.loads(self._row("stored", number))
        return values

    def tokens(self, number: int, wanted: NDArray[np.bool_] | None = None) -> tuple[Tokens, Tokens]:
        """(tokens of the title, tokens of the body); only those whose term number is ``wanted``, where that is given."""
        title, body, end = self.file["tok.off"][2 * number : 2 * number + 3].tolist()
        return self._tokens(title, body, wanted), self._tokens(body, end, wanted)

    def wanted(self, terms: Iterable[str]) -> NDArray[np.bool_]:
        """``(terms of channel m,) bool``: which term numbers are among ``terms``."""
        dictionary = self.dictionaries["m"]
        mask = np.zeros(len(dictionary) + 1, dtype=bool)
        mask[[dictionary.find(term.encode("utf-8", "surrogatepass")) for term in terms]] = True
        mask[-1] = False
        return mask

    def _tokens(self, begin: int, end: int, wanted: NDArray[np.bool_] | None) -> Tokens:
        numbers, starts, lengths = (self.file[name][begin:end] for name in ("tok.term", "tok.start", "tok.len"))
        if wanted is not None:
            places = np.flatnonzero(wanted[numbers])
            numbers, starts, lengths = numbers[places], starts[places], lengths[places]
        term = self.dictionaries["m"].term
        first = starts.tolist()
        return Tokens(
            [term(number).decode("utf-8") for number in numbers.tolist()],
            first,
            [start + length for start, length in zip(first, lengths.tolist(), strict=True)],
        )

    def _row(self, name: str, number: int) -> bytes:
        bounds = self.file[f"{name}_off"]
        return self.file[name][int(bounds[number]) : int(bounds[number + 1])].tobytes()
