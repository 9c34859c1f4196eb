"""Segment: one segment file with its deletions, opened lazily and shared by all readers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqsearch.document import CategoryPath, Document
from faqsearch.index.base import Tokens
from faqsearch.index.segments.dictionary import Dictionary
from faqsearch.index.segments.layout import Array, SegmentFile
from faqsearch.index.segments.posting_lists import frequencies
from faqsearch.index.segments.stored import load_document, load_values
from faqsearch.native import compiled

texts = compiled("texts")

_REMEMBERED = 1 << 10
"""Documents of a segment that are remembered; then it begins anew."""
_REMEMBERED_BYTES = 1 << 12
"""The longest row of a document that is remembered: at most some 10 MB a segment."""


class Segment:
    """The documents of one segment file by number."""

    def __init__(self, file: SegmentFile) -> None:
        self.file = file
        self.documents = file.documents
        self._shown: dict[int, Document] = {}

    @cached_property
    def dictionaries(self) -> dict[str, Dictionary]:
        """By channel, m and g."""
        return {channel: Dictionary(self.file, channel) for channel in ("m", "g")}

    @cached_property
    def categories(self) -> list[CategoryPath]:
        return [tuple(path) for path, _ in self.file.meta["categories"]]

    def frequencies(self, name: str) -> NDArray[np.int64]:
        """How many postings each term of a list has, by number."""
        return frequencies(self.file[f"{name}.off"], len(self.dictionaries[name[0]]))

    @cached_property
    def _lists(self) -> dict[str, tuple[memoryview, Array, Array, int]]:
        return {}

    def list_arrays(self, name: str) -> tuple[memoryview, Array, Array, int]:
        """(bounds, documents, codes, number of terms) of a list; a memoryview gives Python numbers faster than an array."""
        found = self._lists.get(name)
        if found is None:
            bounds, docs, codes = (self.file[f"{name}.{array}"] for array in ("off", "docs", "code"))
            found = self._lists[name] = bounds.data, docs, codes, len(self.dictionaries[name[0]])
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

    def shown(self, number: int) -> Document:
        """The stored document for a page; remembered for the next one, unless it is long."""
        found = self._shown.get(number)
        if found is None:
            row = self._row("stored", number)
            found = load_document(row)
            if len(row) <= _REMEMBERED_BYTES:
                if len(self._shown) >= _REMEMBERED:
                    self._shown.clear()
                self._shown[number] = found
        return found

    def stored_values(self, number: int) -> list[Any]:
        """The values of the stored document, in the order of ``stored.py``."""
        return load_values(self._row("stored", number))

    def sentence_ends(self, number: int) -> list[int] | None:
        """Where the sentences of the body end; None where the file, of an older version, does not say."""
        bounds, ends = self._sentences
        return None if ends is None else ends[bounds[number] : bounds[number + 1]].tolist()

    @cached_property
    def _sentences(self) -> tuple[memoryview, memoryview | None]:
        if self.file.shape("sent.end") is None:
            return memoryview(b""), None
        return self.file["sent.off"].data, self.file["sent.end"].data

    def tokens(self, number: int) -> tuple[Tokens, Tokens]:
        """(tokens of the title, tokens of the body)."""
        title, body, end = self._token_bounds[2 * number : 2 * number + 3]
        term = self.dictionaries["m"].term
        numbers, starts, lengths = (array[title:end].tolist() for array in self._token_arrays)
        terms = [term(one).decode("utf-8") for one in numbers]
        ends = [start + length for start, length in zip(starts, lengths, strict=True)]
        split = body - title
        return Tokens(terms[:split], starts[:split], ends[:split]), Tokens(terms[split:], starts[split:], ends[split:])

    def title_terms(self, number: int) -> list[str]:
        """The terms of the title's tokens, in order."""
        begin, end = self._token_bounds[2 * number : 2 * number + 2]
        term = self.dictionaries["m"].term
        return [term(one).decode("utf-8") for one in self._token_arrays[0][begin:end].tolist()]

    def marked_tokens(self, numbers: Sequence[int], names: dict[int, str]) -> list[tuple[Tokens, Tokens]]:
        """For each document (tokens of the title, tokens of the body) whose term is in ``names``, terms by number."""
        if not names:
            return [(Tokens([], [], []), Tokens([], [], []))] * len(numbers)
        bounds = [self._token_bounds[2 * number : 2 * number + 3].tolist() for number in numbers]
        if texts is not None:
            found = texts.marked_tokens(bounds, *self._token_arrays, names)
            return [(Tokens(*title), Tokens(*body)) for title, body in found]
        wanted = np.zeros(len(self.dictionaries["m"]), dtype=bool)
        wanted[list(names)] = True
        terms, starts, lengths = (
            np.concatenate([array[one[0] : one[2]] for one in bounds])
            if len(bounds) > 1
            else array[bounds[0][0] : bounds[0][2]]
            for array in self._token_arrays
        )
        places = wanted[terms].nonzero()[0]
        found_terms = [names[term] for term in terms[places].tolist()]
        found_starts = starts[places].tolist()
        found_ends = [start + length for start, length in zip(found_starts, lengths[places].tolist(), strict=True)]
        at = places.tolist()
        result = []
        base = begin = 0
        for title, body, end in bounds:
            middle = bisect_left(at, base + body - title, begin)
            stop = bisect_left(at, base + end - title, middle)
            result.append(
                (
                    Tokens(found_terms[begin:middle], found_starts[begin:middle], found_ends[begin:middle]),
                    Tokens(found_terms[middle:stop], found_starts[middle:stop], found_ends[middle:stop]),
                )
            )
            base, begin = base + end - title, stop
        return result

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
