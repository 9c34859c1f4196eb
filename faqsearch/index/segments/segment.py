"""Segment: one segment file with its deletions, opened lazily and shared by all readers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqsearch.document import CategoryPath, Document
from faqsearch.index.base import Tokens
from faqsearch.index.segments.dictionary import Dictionary
from faqsearch.index.segments.layout import Array, SegmentFile
from faqsearch.index.segments.stored import load_document, load_values


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
        bounds, docs, codes = self._lists.get(name) or self._open_list(name)
        begin, end = bounds[number], bounds[number + 1]
        return docs[begin:end], codes[begin:end]

    @cached_property
    def _lists(self) -> dict[str, tuple[memoryview, Array, Array]]:
        return {}

    def _open_list(self, name: str) -> tuple[memoryview, Array, Array]:
        """(where each term begins, documents, codes); a memoryview gives Python numbers faster than an array."""
        found = self.file[f"{name}.off"].data, self.file[f"{name}.docs"], self.file[f"{name}.code"]
        self._lists[name] = found
        return found

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
        return load_document(self._row("stored", number))

    def stored_values(self, number: int) -> list[Any]:
        """The values of the stored document, in the order of ``stored.py``."""
        return load_values(self._row("stored", number))

    def tokens(self, number: int, wanted: NDArray[np.bool_] | None = None) -> tuple[Tokens, Tokens]:
        """(tokens of the title, tokens of the body); only those whose term number is ``wanted``, where that is given."""
        title, body, end = self._token_bounds[2 * number : 2 * number + 3]
        numbers, starts, lengths = (array[title:end] for array in self._token_arrays)
        split = body - title
        if wanted is not None:
            places = wanted[numbers].nonzero()[0]
            numbers, starts, lengths = numbers[places], starts[places], lengths[places]
            split = int(places.searchsorted(split))
        term = self.dictionaries["m"].term
        terms = [term(one).decode("utf-8") for one in numbers.tolist()]
        begins = starts.tolist()
        ends = [begin + length for begin, length in zip(begins, lengths.tolist(), strict=True)]
        return (
            Tokens(terms[:split], begins[:split], ends[:split]),
            Tokens(terms[split:], begins[split:], ends[split:]),
        )

    def wanted(self, terms: Iterable[str]) -> NDArray[np.bool_]:
        """``(terms of channel m,) bool``: which term numbers are among ``terms``."""
        dictionary = self.dictionaries["m"]
        mask = np.zeros(len(dictionary) + 1, dtype=bool)
        mask[[dictionary.find(term.encode("utf-8", "surrogatepass")) for term in terms]] = True
        mask[-1] = False
        return mask

    @cached_property
    def _token_bounds(self) -> memoryview:
        return self.file["tok.off"].data

    @cached_property
    def _token_arrays(self) -> tuple[Array, Array, Array]:
        return self.file["tok.term"], self.file["tok.start"], self.file["tok.len"]

    def _row(self, name: str, number: int) -> bytes:
        found = self._rows.get(name)
        if found is None:
            text = self.file[name]
            found = self._rows[name] = self.file[f"{name}_off"].data, text.data if text.size else memoryview(b"")
        bounds, view = found
        return view[bounds[number] : bounds[number + 1]].tobytes()

    @cached_property
    def _rows(self) -> dict[str, tuple[memoryview, memoryview]]:
        return {}
