"""Analysed documents to the arrays of a segment, in bulk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import numpy as np

from faqsearch.analysis.analyzer import AnalyzedDocument, AnalyzedText
from faqsearch.analysis.sentences import sentence_ends
from faqsearch.document import Document
from faqsearch.index.hashes import stored_hash, terms_hash
from faqsearch.index.segments import lengths as field_lengths
from faqsearch.index.segments.dictionary import dictionary_arrays
from faqsearch.index.segments.layout import COLUMNS, Array, SegmentData, narrowest, offsets
from faqsearch.index.segments.posting_lists import posting_arrays
from faqsearch.index.segments.stored import dump_document
from faqsearch.index.segments.vector_arrays import vector_arrays
from faqsearch.index.vectors import DocumentVectors

TITLE_COPIES = 3
"""Field ``all`` holds the title this many times, then the body."""

NO_TIME = np.iinfo(np.int64).min
FOR_EVER = np.iinfo(np.int64).max
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CODE_POINT_BITS = 21
_DOCUMENT_BITS = 64 - 2 * _CODE_POINT_BITS


def invert(documents: Sequence[AnalyzedDocument], vectors: Sequence[DocumentVectors | None] = ()) -> SegmentData:
    """The segment that holds ``documents`` in their order, with the ``vectors`` of each where the index has an encoder."""
    if len(documents) >= 1 << _DOCUMENT_BITS:
        raise ValueError(f"a segment holds fewer than {1 << _DOCUMENT_BITS:,} documents")
    meta, columns = document_columns([d.document for d in documents], [d.category_terms for d in documents])
    arrays: dict[str, Array] = {}
    arrays.update(_morphemes(documents))
    arrays.update(_grams(documents))
    arrays.update(sentence_arrays(document.document.body for document in documents))
    arrays.update(columns)
    arrays.update(vector_arrays(vectors))
    return SegmentData(len(documents), meta, arrays)


def document_columns(
    documents: Sequence[Document], category_terms: Sequence[Sequence[str]]
) -> tuple[dict[str, Any], dict[str, Array]]:
    """(meta with the tables of categories, audiences and tags, arrays of columns, ids and stored documents)."""
    categories: dict[tuple[str, ...], int] = {}
    terms: list[list[str]] = []
    for document, labels in zip(documents, category_terms, strict=True):
        if document.category not in categories:
            categories[document.category] = len(categories)
            terms.append(list(labels))
    audiences: dict[tuple[str, ...], int] = {}
    tags: dict[tuple[str, ...], int] = {}
    values = {
        "col.category": [categories[d.category] for d in documents],
        "col.audience": [audiences.setdefault(tuple(sorted(d.audience)), len(audiences)) for d in documents],
        "col.tags": [tags.setdefault(tuple(sorted(d.tags)), len(tags)) for d in documents],
        "col.updated": [_micros(d.updated_at, NO_TIME) for d in documents],
        "col.from": [_micros(d.visible_from, NO_TIME) for d in documents],
        "col.until": [_micros(d.visible_until, FOR_EVER) for d in documents],
        "col.views": [d.views for d in documents],
        "hash.terms": [terms_hash(d) for d in documents],
        "hash.stored": [stored_hash(d) for d in documents],
    }
    arrays: dict[str, Array] = {name: np.array(values[name], dtype=dtype) for name, dtype in COLUMNS.items()}
    rows = [dump_document(document) for document in documents]
    ids = [d.id.encode("utf-8") for d in documents]
    arrays.update(byte_rows("stored", rows, "<u8"))
    arrays.update(byte_rows("id", ids, "<u4"))
    arrays["id.sorted"] = sorted_ids(ids)
    meta = {
        "categories": [[list(path), labels] for path, labels in zip(categories, terms, strict=True)],
        "audiences": [list(labels) for labels in audiences],
        "tags": [list(labels) for labels in tags],
    }
    return meta, arrays


def byte_rows(name: str, rows: Sequence[bytes | memoryview], dtype: str) -> dict[str, Array]:
    """``name`` with all rows behind each other, and ``name_off`` with where each begins."""
    sizes = np.fromiter(map(len, rows), dtype=dtype, count=len(rows))
    return {name: np.frombuffer(b"".join(rows), dtype="<u1"), f"{name}_off": offsets(sizes, dtype)}


def sentence_arrays(bodies: Iterable[str]) -> dict[str, Array]:
    """``sent.end``: where the sentences of each body end; ``sent.off``: where each body begins in it."""
    ends = [sentence_ends(body) for body in bodies]
    sizes = np.fromiter(map(len, ends), dtype="<u4", count=len(ends))
    return {"sent.off": offsets(sizes), "sent.end": narrowest(np.fromiter(chain.from_iterable(ends), dtype="<u4"))}


def sorted_ids(ids: Sequence[bytes]) -> Array:
    """``(n,) uint32``: document numbers in the order of their ids."""
    return np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype="<u4")


def list_arrays(name: str, terms: Array, documents: Array, counts: Array, lengths: Array, size: int) -> dict[str, Array]:
    """The arrays of one posting list; a posting's code is its term frequency (at most 255) and its document's length code."""
    codes = np.minimum(counts, 255).astype("<u2") << 8 | field_lengths.encode(lengths)[documents]
    return posting_arrays(name, terms, documents, codes, size, len(lengths))


def _micros(time: datetime | None, missing: int) -> int:
    if time is None:
        return missing
    difference = time - _EPOCH
    return (difference.days * 86_400 + difference.seconds) * 1_000_000 + difference.microseconds


def _flat(texts: Iterable[AnalyzedText], pick: Callable[[AnalyzedText], list[int]], dtype: str) -> Array:
    return np.fromiter(chain.from_iterable(map(pick, texts)), dtype=dtype)


def _morphemes(documents: Sequence[AnalyzedDocument]) -> dict[str, Array]:
    fields = [field for document in documents for field in (document.title, document.body)]
    vocabulary = sorted(
        set(chain.from_iterable(field.terms for field in fields))
        | set(chain.from_iterable(document.category_terms for document in documents))
    )
    number = {term: n for n, term in enumerate(vocabulary)}
    size = len(vocabulary)
    count = len(documents)
    sizes = np.fromiter((len(field.terms) for field in fields), dtype="<u4", count=len(fields))
    terms = np.fromiter((number[term] for field in fields for term in field.terms), dtype="<u4", count=int(sizes.sum()))
    starts = _flat(fields, lambda field: field.starts, "<u4")
    ends = _flat(fields, lambda field: field.ends, "<u4")
    owners = np.repeat(np.arange(2 * count, dtype="<u4"), sizes)
    titles, bodies = sizes[0::2], sizes[1::2]
    in_title = owners % 2 == 0
    title = _counted(terms[in_title], owners[in_title] // 2)
    body = _counted(terms[~in_title], owners[~in_title] // 2)
    labels = [document.category_terms for document in documents]
    label_sizes = np.fromiter(map(len, labels), dtype="<u4", count=count)
    label_terms = np.fromiter((number[t] for some in labels for t in some), dtype="<u4", count=int(label_sizes.sum()))
    category = _counted(label_terms, np.repeat(np.arange(count, dtype="<u4"), label_sizes))
    everything = titles * TITLE_COPIES + bodies
    arrays = dictionary_arrays("m", [term.encode("utf-8") for term in vocabulary])
    arrays.update(list_arrays("m.all", *_summed(title, body), everything, size))
    arrays.update(list_arrays("m.title", *title, titles, size))
    arrays.update(list_arrays("m.category", *category, label_sizes, size))
    arrays.update({"m.all.len": everything, "m.title.len": titles, "m.category.len": label_sizes})
    arrays.update(
        {
            "tok.off": offsets(sizes),
            "tok.term": narrowest(terms),
            "tok.start": narrowest(starts),
            "tok.len": narrowest(ends - starts),
        }
    )
    return arrays


def _counted(terms: Array, documents: Array) -> tuple[Array, Array, Array]:
    """(terms, documents, counts) of the distinct pairs, ordered by term, then document."""
    keys, counts = np.unique(terms.astype("<u8") << np.uint64(32) | documents, return_counts=True)
    return (keys >> np.uint64(32)).astype("<u4"), (keys & np.uint64(0xFFFFFFFF)).astype("<u4"), counts.astype("<u4")


Counted = tuple[Array, Array, Array]


def _summed(title: Counted, body: Counted) -> Counted:
    """The postings of field ``all``: the title's counts times TITLE_COPIES, and the body's."""
    keys = np.concatenate([title[0], body[0]]).astype("<u8") << np.uint64(32) | np.concatenate([title[1], body[1]])
    counts = np.concatenate([title[2] * TITLE_COPIES, body[2]])
    distinct, inverse = np.unique(keys, return_inverse=True)
    sums = np.bincount(inverse, counts, minlength=len(distinct)).astype("<u4")
    return (distinct >> np.uint64(32)).astype("<u4"), (distinct & np.uint64(0xFFFFFFFF)).astype("<u4"), sums


def _grams(documents: Sequence[AnalyzedDocument]) -> dict[str, Array]:
    title_keys, title_sizes = _gram_keys([document.title.squeezed for document in documents])
    body_keys, body_sizes = _gram_keys([document.body.squeezed for document in documents])
    title, title_counts = np.unique(title_keys, return_counts=True)
    body, body_counts = np.unique(body_keys, return_counts=True)
    everything, inverse = np.unique(np.concatenate([title, body]), return_inverse=True)
    counts = np.concatenate([title_counts * TITLE_COPIES, body_counts])
    sums = np.bincount(inverse, counts, minlength=len(everything)).astype("<u4")
    shift = np.uint64(_DOCUMENT_BITS)
    vocabulary = np.unique(everything >> shift)
    arrays = dictionary_arrays("g", _gram_terms(vocabulary))
    all_sizes = title_sizes * TITLE_COPIES + body_sizes
    for name, keys, tf, lengths in (
        ("g.all", everything, sums, all_sizes),
        ("g.title", title, title_counts.astype("<u4"), title_sizes),
    ):
        terms = np.searchsorted(vocabulary, keys >> shift).astype("<u4")
        owners = (keys & np.uint64((1 << _DOCUMENT_BITS) - 1)).astype("<u4")
        arrays.update(list_arrays(name, terms, owners, tf, lengths, len(vocabulary)))
        arrays[f"{name}.len"] = lengths
    return arrays


def _gram_keys(squeezed: Sequence[str]) -> tuple[Array, Array]:
    """(a key of first code point, second (0: none) and document for every bigram, ``(n,)`` bigrams of each document)."""
    sizes = np.fromiter(map(len, squeezed), dtype="<i8", count=len(squeezed))
    points = np.frombuffer("".join(squeezed).encode("utf-32-le"), dtype="<u4").astype("<u8")
    owners = np.repeat(np.arange(len(squeezed), dtype="<u8"), sizes)
    bits, shift = np.uint64(_CODE_POINT_BITS), np.uint64(_DOCUMENT_BITS)
    within = owners[1:] == owners[:-1]
    pairs = ((points[:-1] << bits | points[1:]) << shift | owners[:-1])[within]
    single = np.flatnonzero(sizes == 1)
    alone = (points[offsets(sizes, "<i8")[single]] << bits) << shift | single.astype("<u8")
    counts = np.maximum(sizes - 1, (sizes == 1).astype("<i8")).astype("<u4")
    return np.concatenate([pairs, alone]), counts


def _gram_terms(keys: Array) -> list[bytes]:
    mask = (1 << _CODE_POINT_BITS) - 1
    return [(chr(key >> _CODE_POINT_BITS) + (chr(key & mask) if key & mask else "")).encode("utf-8") for key in keys.tolist()]
