"""Whether an index is whole: checksums of every file, and what the arrays say of each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from faqsearch.errors import IndexStorageError
from faqsearch.index.embedded.toc import SegmentEntry, read_toc
from faqsearch.index.segments.layout import COLUMNS, LISTS, SegmentFile
from faqsearch.index.segments.segment import Segment
from faqsearch.index.storage import Storage
from faqsearch.results import CheckReport


def check_storage(storage: Storage) -> CheckReport:
    """The report on everything in ``storage``; a problem is a line in words, never an exception."""
    sizes: dict[str, int] = {}
    counts = {"documents": 0, "deleted": 0, "segments": 0, "tokens": 0, "postings": 0}
    problems: list[str] = []
    try:
        toc = read_toc(storage)
    except (IndexStorageError, OSError) as error:
        return CheckReport(False, (str(error),), sizes, counts)
    ids: set[str] = set()
    for entry in toc.segments:
        try:
            sizes[entry.file_name] = storage.size(entry.file_name)
            segment = Segment(SegmentFile(storage.read(entry.file_name), entry.file_name))
            segment.file.data()
        except FileNotFoundError:
            problems.append(f"{entry.file_name} is missing; restore the index from a snapshot or build it again")
            continue
        except IndexStorageError as error:
            problems.append(str(error))
            continue
        problems += [f"{entry.file_name}: {problem}" for problem in _segment_problems(segment, entry)]
        live = [id for number, id in enumerate(segment.ids()) if number not in set(entry.deleted)]
        problems += [f"{entry.file_name}: id {id!r} is there twice" for id in live if id in ids]
        ids.update(live)
        counts["documents"] += len(live)
        counts["deleted"] += len(entry.deleted)
        counts["segments"] += 1
        counts["tokens"] += len(segment.file["tok.term"])
        counts["postings"] += sum(len(segment.file[f"{name}.docs"]) for name in LISTS)
    return CheckReport(not problems, tuple(problems), sizes, counts)


def _segment_problems(segment: Segment, entry: SegmentEntry) -> Iterator[str]:
    file, size = segment.file, segment.documents
    if size != entry.documents:
        yield f"holds {size} documents, not {entry.documents}"
        return
    if any(not 0 <= number < size for number in entry.deleted):
        yield "a deleted document is not in it"
    for name in COLUMNS:
        if len(file[name]) != size:
            yield f"column {name} has {len(file[name])} values"
    for channel, dictionary in segment.dictionaries.items():
        terms = list(dictionary)
        if any(not before < after for before, after in pairwise(terms)):
            yield f"the terms of channel {channel} are not in order"
    for name in LISTS:
        bounds, docs = file[f"{name}.off"], file[f"{name}.docs"]
        if (
            len(bounds) != len(segment.dictionaries[name[0]]) + 1
            or int(bounds[-1]) != len(docs)
            or (np.diff(bounds.astype(np.int64)) < 0).any()
        ):
            yield f"the postings of {name} do not fit their terms"
        if docs.size and int(docs.max()) >= size:
            yield f"a posting of {name} names a document that is not there"
    yield from _token_problems(segment)


def _token_problems(segment: Segment) -> Iterator[str]:
    bounds = segment.file["tok.off"].astype(np.int64)
    if len(bounds) != 2 * segment.documents + 1 or int(bounds[-1]) != len(segment.file["tok.term"]):
        yield "the tokens do not fit the documents"
        return
    if segment.file["tok.term"].size and int(segment.file["tok.term"].max()) >= len(segment.dictionaries["m"]):
        yield "a token names a term that is not there"
        return
    for number in range(segment.documents):
        document = segment.document(number)
        for field, tokens in zip(("title", "body"), segment.tokens(number), strict=True):
            if tokens.ends and max(tokens.ends) > len(getattr(document, field)):
                yield f"a token of {document.id!r} lies outside its {field}"
