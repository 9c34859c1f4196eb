"""Several segments to one, without analysing anything again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from faqsearch.document import Document
from faqsearch.index.segments.dictionary import Dictionary, dictionary_arrays
from faqsearch.index.segments.invert import byte_rows, document_columns, sentence_arrays, sorted_ids
from faqsearch.index.segments.layout import COLUMNS, GRAM_LISTS, LISTS, MORPHEME_LISTS, Array, SegmentData, narrowest, offsets
from faqsearch.index.segments.posting_lists import posting_arrays, terms_and_documents
from faqsearch.index.segments.stored import BODY, load_values
from faqsearch.index.segments.vector_arrays import merged_vectors


class Arrays(Protocol):
    """Arrays by name."""

    def __getitem__(self, name: str, /) -> Array: ...

    def __contains__(self, name: object, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Part:
    """What a merge takes from one segment: ``kept`` are rising document numbers, ``replaced`` documents whose stored values
    change while their terms stay."""

    documents: int
    meta: Mapping[str, Any]
    arrays: Arrays
    kept: Array
    replaced: Mapping[int, Document] = field(default_factory=dict)

    def renumbered(self, base: int) -> Array:
        """``(documents,) int64``: each document's new number, -1 where it is not kept."""
        numbers = np.full(self.documents, -1, dtype=np.int64)
        numbers[self.kept] = np.arange(base, base + len(self.kept))
        return numbers


def merge(parts: Sequence[Part]) -> SegmentData:
    """The segment that holds the kept documents of all parts, in order."""
    total = sum(len(part.kept) for part in parts)
    bases = np.cumsum([0, *(len(part.kept) for part in parts)])
    numbers = [part.renumbered(int(base)) for part, base in zip(parts, bases, strict=False)]
    arrays: dict[str, Array] = {}
    for channel, lists in (("m", MORPHEME_LISTS), ("g", GRAM_LISTS)):
        arrays.update(_channel(channel, lists, parts, numbers, total))
    for name in LISTS:
        arrays[f"{name}.len"] = np.concatenate([part.arrays[f"{name}.len"][part.kept] for part in parts])
    arrays.update(_tokens(parts, arrays))
    arrays.update(_sentences(parts))
    del arrays["m.map"], arrays["g.map"]
    meta, columns = _columns(parts)
    arrays.update(columns)
    arrays.update(merged_vectors((part.arrays, part.kept) for part in parts))
    return SegmentData(total, meta, arrays)


def _channel(
    channel: str, lists: Sequence[str], parts: Sequence[Part], numbers: Sequence[Array], total: int
) -> dict[str, Array]:
    """Dictionary and posting lists of one channel, and ``channel.map``: each part's term numbers, one behind the other."""
    own = [list(Dictionary(part.arrays, channel)) for part in parts]
    union = sorted(set().union(*own))
    place = {term: number for number, term in enumerate(union)}
    maps = [np.fromiter((place[term] for term in terms), dtype="<u4", count=len(terms)) for terms in own]
    gathered = {}
    used = np.zeros(len(union), dtype=bool)
    for name in lists:
        terms, documents, codes = [], [], []
        for part, renumbered, mapped in zip(parts, numbers, maps, strict=True):
            own_terms, own_documents = terms_and_documents(part.arrays[f"{name}.off"], part.arrays[f"{name}.docs"], len(mapped))
            new = renumbered[own_documents]
            live = new >= 0
            terms.append(mapped[own_terms[live]])
            documents.append(new[live].astype("<u4"))
            codes.append(part.arrays[f"{name}.code"][live])
        term, document, code = np.concatenate(terms), np.concatenate(documents), np.concatenate(codes)
        used[term] = True
        gathered[name] = (term, document, code)
    renamed = np.cumsum(used, dtype="<u4") - 1
    kept = [term for term, keep in zip(union, used.tolist(), strict=True) if keep]
    arrays = dictionary_arrays(channel, kept)
    for name, (term, document, code) in gathered.items():
        arrays.update(posting_arrays(name, renamed[term], document, code, len(kept), total))
    arrays[f"{channel}.map"] = np.concatenate([renamed[mapped] for mapped in maps])
    return arrays


def _tokens(parts: Sequence[Part], merged: Mapping[str, Array]) -> dict[str, Array]:
    sizes, terms, starts, lengths = [], [], [], []
    base = 0
    for part in parts:
        bounds = part.arrays["tok.off"].astype(np.int64)
        own = np.diff(bounds).reshape(-1, 2)
        chosen = np.zeros(part.documents, dtype=bool)
        chosen[part.kept] = True
        mask = np.repeat(chosen, own.sum(axis=1))
        count = len(part.arrays["m.text_off"]) - 1
        mapped = merged["m.map"][base : base + count]
        base += count
        sizes.append(own[part.kept].reshape(-1))
        terms.append(mapped[part.arrays["tok.term"][mask]])
        starts.append(part.arrays["tok.start"][mask].astype("<u4"))
        lengths.append(part.arrays["tok.len"][mask].astype("<u4"))
    return {
        "tok.off": offsets(np.concatenate(sizes)),
        "tok.term": narrowest(np.concatenate(terms)),
        "tok.start": narrowest(np.concatenate(starts)),
        "tok.len": narrowest(np.concatenate(lengths)),
    }


def _sentences(parts: Sequence[Part]) -> dict[str, Array]:
    sizes, ends = [], []
    for part in parts:
        bounds, own = _sentence_arrays(part)
        counts: Array = np.diff(bounds.astype(np.int64))
        chosen = np.zeros(part.documents, dtype=bool)
        chosen[part.kept] = True
        sizes.append(counts[part.kept])
        ends.append(own[np.repeat(chosen, counts)].astype("<u4"))
    return {"sent.off": offsets(np.concatenate(sizes)), "sent.end": narrowest(np.concatenate(ends))}


def _sentence_arrays(part: Part) -> tuple[Array, Array]:
    """Those of the part; cut now where it was written by a version that did not keep them."""
    try:
        return part.arrays["sent.off"], part.arrays["sent.end"]
    except KeyError:
        rows = _rows(part.arrays, "stored", np.arange(part.documents))
        made = sentence_arrays(load_values(bytes(row))[BODY] for row in rows)
        return made["sent.off"], made["sent.end"]


def _columns(parts: Sequence[Part]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Columns, ids and stored documents of all parts; the tables hold only what a kept document uses."""
    categories: dict[tuple[str, ...], tuple[int, list[str]]] = {}
    audiences: dict[tuple[str, ...], int] = {}
    tags: dict[tuple[str, ...], int] = {}
    gathered: dict[str, list[Array]] = {name: [] for name in COLUMNS}
    stored: list[bytes | memoryview] = []
    ids: list[bytes | memoryview] = []
    for part in parts:
        columns = {name: part.arrays[name][part.kept] for name in COLUMNS}
        own = [(tuple(path), labels) for path, labels in part.meta["categories"]]
        columns["col.category"] = _renumbered(
            columns["col.category"], lambda n, own=own: categories.setdefault(own[n][0], (len(categories), own[n][1]))[0]
        )
        for name, table in (("audiences", audiences), ("tags", tags)):
            rows = [tuple(labels) for labels in part.meta[name]]
            column = "col.audience" if name == "audiences" else "col.tags"
            columns[column] = _renumbered(
                columns[column], lambda n, rows=rows, table=table: table.setdefault(rows[n], len(table))
            )
        rows_of = {number: place for place, number in enumerate(part.kept.tolist())}
        part_stored = _rows(part.arrays, "stored", part.kept)
        ids += _rows(part.arrays, "id", part.kept)
        if part.replaced:
            places = [rows_of[number] for number in part.replaced]
            documents = list(part.replaced.values())
            meta, fresh = document_columns(documents, [()] * len(documents))
            for name in COLUMNS:
                if name in ("col.category", "hash.terms"):
                    continue
                values = fresh[name]
                if name == "col.audience":
                    values = _renumbered(
                        values, lambda n, rows=meta["audiences"]: audiences.setdefault(tuple(rows[n]), len(audiences))
                    )
                elif name == "col.tags":
                    values = _renumbered(values, lambda n, rows=meta["tags"]: tags.setdefault(tuple(rows[n]), len(tags)))
                columns[name] = columns[name].copy()
                columns[name][places] = values
            for place, row in zip(places, _rows(fresh, "stored", np.arange(len(documents))), strict=True):
                part_stored[place] = row
        stored += part_stored
        for name in COLUMNS:
            gathered[name].append(columns[name])
    arrays = {name: np.concatenate(values).astype(COLUMNS[name]) for name, values in gathered.items()}
    arrays.update(byte_rows("stored", stored, "<u8"))
    arrays.update(byte_rows("id", ids, "<u4"))
    arrays["id.sorted"] = sorted_ids([bytes(id) for id in ids])
    meta = {
        "categories": [[list(path), labels] for path, (_, labels) in categories.items()],
        "audiences": [list(labels) for labels in audiences],
        "tags": [list(labels) for labels in tags],
    }
    return meta, arrays


def _renumbered(column: Array, number: Any) -> Array:
    """``column`` with every distinct value ``n`` as ``number(n)``."""
    distinct, inverse = np.unique(column, return_inverse=True)
    return np.array([number(n) for n in distinct.tolist()], dtype=column.dtype)[inverse]


def _rows(arrays: Arrays, name: str, kept: Array) -> list[bytes | memoryview]:
    text = arrays[name]
    if not text.size:
        return [b""] * len(kept)
    view = text.data.cast("B")
    bounds = arrays[f"{name}_off"]
    return [view[begin:end] for begin, end in zip(bounds[kept].tolist(), bounds[kept + 1].tolist(), strict=True)]
