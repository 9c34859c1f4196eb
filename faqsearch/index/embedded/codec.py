"""Whoosh's codec interfaces over our segments, so that its readers, queries and writer work on them.

Ranking does not come this way (``segments/execute.py`` works on whole arrays); what does are look-ups by id, deletions, and
whatever query a Whoosh user runs on the index.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from whoosh import fields, formats
from whoosh.codec import base
from whoosh.matching import ListMatcher
from whoosh.reading import TermInfo

from faqsearch.index.segments.layout import LISTS
from faqsearch.index.segments.lengths import DECODED
from faqsearch.index.segments.posting_lists import BLOCK
from faqsearch.index.segments.segment import Segment

ID = "id"


class TermField(fields.FieldType):  # type: ignore[misc]
    """A posting list of analysed terms: frequencies without positions; a query's text is one term."""

    def __init__(self) -> None:
        super().__init__(format=formats.Frequency(), analyzer=None, scorable=True)

    def process_text(self, qstring: str, mode: str = "", **_: Any) -> list[str]:
        return [qstring]


def schema() -> fields.Schema:
    """The Whoosh schema of every index: the unique id and the posting lists."""
    return fields.Schema(**{ID: fields.ID(unique=True, stored=True), **{name: TermField() for name in LISTS}})


class ArraySegment(base.Segment):  # type: ignore[misc]
    """Whoosh's record of a segment: how many documents, and which are deleted. ``arrays`` are its opened file."""

    def __init__(self, indexname: str, segid: str | None = None) -> None:
        super().__init__(indexname)
        # Whoosh draws it from ``random``, which a service may seed and forked children share: the name of a live file again.
        self.segid = secrets.token_hex(8) if segid is None else segid
        self.arrays: Segment | None = None
        self._documents = 0
        self._deleted: set[int] = set()

    def codec(self) -> ArrayCodec:
        return ArrayCodec()

    def set_doc_count(self, doccount: int) -> None:
        self._documents = doccount

    def doc_count_all(self) -> int:
        return self._documents

    def deleted_count(self) -> int:
        return len(self._deleted)

    def deleted_docs(self) -> set[int]:
        return self._deleted

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self._deleted

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        if delete:
            self._deleted.add(docnum)
        else:
            self._deleted.discard(docnum)

    def should_assemble(self) -> bool:
        return False


class ArrayCodec(base.Codec):  # type: ignore[misc]
    """Reads our segments; writing is the writer's, in bulk."""

    length_stats = False

    def new_segment(self, storage: Any, indexname: str) -> ArraySegment:
        return ArraySegment(indexname)

    def per_document_writer(self, storage: Any, segment: ArraySegment) -> _NothingToWrite:
        return _NothingToWrite()

    def field_writer(self, storage: Any, segment: ArraySegment) -> _NothingToWrite:
        return _NothingToWrite()

    def terms_reader(self, storage: Any, segment: ArraySegment) -> ArrayTermsReader:
        assert segment.arrays is not None
        return ArrayTermsReader(segment.arrays)

    def per_document_reader(self, storage: Any, segment: ArraySegment) -> ArrayDocumentReader:
        assert segment.arrays is not None
        return ArrayDocumentReader(segment.arrays, segment)


class _NothingToWrite:
    """Stands where Whoosh expects its per-posting writers."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True


class ArrayTermsReader(base.TermsReader):  # type: ignore[misc]
    """Terms of one segment: the ids, and the posting lists by channel."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._frequency(*term) > 0

    def indexed_field_names(self) -> Sequence[str]:
        return [ID, *LISTS]

    def terms(self) -> Iterator[tuple[str, bytes]]:
        for name in sorted(self.indexed_field_names()):
            yield from self.terms_from(name, b"", own=True)

    def terms_from(self, fieldname: str, prefix: bytes, *, own: bool = False) -> Iterator[tuple[str, bytes]]:
        """Terms of the field from ``prefix`` on; like Whoosh's own codec it goes on with the fields behind it."""
        names = sorted(self.indexed_field_names())
        for name in names[names.index(fieldname) :]:
            yield from ((name, text) for text in self._texts(name, prefix if name == fieldname else b""))
            if own:
                return

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        documents, frequencies, lengths = self._postings(fieldname, text)
        if not documents:
            raise KeyError((fieldname, text))
        return TermInfo(
            weight=float(sum(frequencies)),
            df=len(documents),
            minlength=min(lengths),
            maxlength=max(lengths),
            maxweight=float(max(frequencies)),
            minid=documents[0],
            maxid=documents[-1],
        )

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ListMatcher:
        documents, frequencies, _ = self._postings(fieldname, text)
        if not documents:
            raise KeyError((fieldname, text))
        return ListMatcher(
            documents,
            [float(frequency) for frequency in frequencies],
            scorer=scorer,
            term=(fieldname, text),
            terminfo=self.term_info(fieldname, text),
        )

    def cursor(self, fieldname: str, fieldobj: Any) -> TermCursor:
        return TermCursor([text.decode("utf-8") for text in self._texts(fieldname, b"")])

    def _texts(self, name: str, first: bytes) -> Iterator[bytes]:
        if name == ID:
            order = self._segment.file["id.sorted"].tolist()
            yield from (text for n in order if (text := self._segment.id_bytes(n)) >= first)
            return
        dictionary = self._segment.dictionaries[name[0]]
        frequencies = self._segment.frequencies(name)
        for number in range(dictionary.position(first), len(dictionary)):
            if frequencies[number]:
                yield dictionary.term(number)

    def _frequency(self, name: str, text: bytes) -> int:
        return len(self._postings(name, text)[0])

    def _postings(self, name: str, text: bytes) -> tuple[list[int], list[int], list[int]]:
        """(documents, frequencies, lengths) of a term."""
        if name == ID:
            number = self._segment.find(text.decode("utf-8", "replace"))
            return ([number], [1], [1]) if number >= 0 else ([], [], [])
        number = self._segment.dictionaries[name[0]].find(text)
        if number < 0:
            return [], [], []
        bounds, docs, codes, terms = self._segment.list_arrays(name)
        documents: list[int] = []
        found: list[int] = []
        for block, place in enumerate(range(number, len(bounds) - 1, terms)):
            some = slice(bounds[place], bounds[place + 1])
            documents += (docs[some].astype(np.int64) + block * BLOCK).tolist()
            found += codes[some].tolist()
        return documents, [code >> 8 for code in found], [int(DECODED[code & 255]) for code in found]


class TermCursor(base.FieldCursor):  # type: ignore[misc]
    """Walks the terms of a field, as Whoosh's fuzzy queries do."""

    def __init__(self, terms: list[str]) -> None:
        self._terms = terms
        self._place = 0

    def first(self) -> str | None:
        self._place = 0
        return self.text()

    def find(self, string: str | bytes) -> str | None:
        wanted = string.decode("utf-8") if isinstance(string, bytes) else string
        self._place = next((i for i, term in enumerate(self._terms) if term >= wanted), len(self._terms))
        return self.text()

    def next(self) -> str | None:
        self._place += 1
        return self.text()

    def text(self) -> str | None:
        return self._terms[self._place] if self.is_valid() else None

    def is_valid(self) -> bool:
        return self._place < len(self._terms)


class ArrayDocumentReader(base.PerDocumentReader):  # type: ignore[misc]
    """Stored ids, lengths and deletions of one segment."""

    def __init__(self, segment: Segment, record: ArraySegment) -> None:
        self._segment = segment
        self._record = record
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True

    def doc_count(self) -> int:
        return self._record.doc_count()  # type: ignore[no-any-return]

    def doc_count_all(self) -> int:
        return self._record.doc_count_all()

    def has_deletions(self) -> bool:
        return self._record.deleted_count() > 0

    def is_deleted(self, docnum: int) -> bool:
        return self._record.is_deleted(docnum)

    def deleted_docs(self) -> set[int]:
        return self._record.deleted_docs()

    def stored_fields(self, docnum: int) -> dict[str, str]:
        return {ID: self._segment.id_bytes(docnum).decode("utf-8")}

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return int(self._segment.file[f"{fieldname}.len"][docnum]) if fieldname in LISTS else default

    def field_length(self, fieldname: str) -> int:
        return int(self._segment.file[f"{fieldname}.len"].sum()) if fieldname in LISTS else 0

    def min_field_length(self, fieldname: str) -> int:
        return int(self._segment.file[f"{fieldname}.len"].min(initial=0)) if fieldname in LISTS else 0

    def max_field_length(self, fieldname: str) -> int:
        return int(self._segment.file[f"{fieldname}.len"].max(initial=0)) if fieldname in LISTS else 0
