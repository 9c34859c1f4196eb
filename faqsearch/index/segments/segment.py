"""Segment: one segment file with its deletions, opened lazily and shared by all readers."""

from __future__ import annotations

import json
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

    def tokens(self, number: int) -> tuple[Tokens, Tokens]:
        """(tokens of the title, tokens of the body)."""
        title, body, end = self.file["tok.off"][2 * number : 2 * number + 3].tolist()
        return self._tokens(title, body), self._tokens(body, end)

    def token_terms(self, number: int) -> NDArray[np.uint32]:
        """The term numbers of title and body."""
        begin, _, end = self.file["tok.off"][2 * number : 2 * number + 3].tolist()
        return self.file["tok.term"][begin:end]

    def _tokens(self, begin: int, end: int) -> Tokens:
        term = self.dictionaries["m"].term
        starts = self.file["tok.start"][begin:end].tolist()
        lengths = self.file["tok.len"][begin:end].tolist()
        terms = [term(number).decode("utf-8") for number in self.file["tok.term"][begin:end].tolist()]
        return Tokens(terms, starts, [start + length for start, length in zip(starts, lengths, strict=True)])

    def _row(self, name: str, number: int) -> bytes:
        bounds = self.file[f"{name}_off"]
        return self.file[name][int(bounds[number]) : int(bounds[number + 1])].tobytes()
