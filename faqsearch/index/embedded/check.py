"""Whether an index is whole: checksums of every file, and what the arrays say of each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from faqsearch.errors import IndexStorageError
from faqsearch.index.embedded.toc import SegmentEntry, TableOfContents, latest_generation, read_toc
from faqsearch.index.segments.invert import document_columns
from faqsearch.index.segments.layout import COLUMNS, LISTS, Array, SegmentFile
from faqsearch.index.segments.lengths import encode
from faqsearch.index.segments.posting_lists import blocks, terms_and_documents
from faqsearch.index.segments.segment import Segment
from faqsearch.index.segments.vector_arrays import vector_problems, vector_shapes
from faqsearch.index.storage import Storage
from faqsearch.results import CheckReport

UNREADABLE = (LookupError, ValueError, TypeError, AttributeError, OverflowError, RecursionError)
"""What comes of an array with a right checksum and values that cannot be."""
_RETRIES = 10
_CHUNK = 2_000


def check_storage(storage: Storage) -> CheckReport:
    """The report on everything in ``storage``; a problem is a line in words, never an exception."""
    for _ in range(_RETRIES):
        try:
            toc = read_toc(storage)
        except FileNotFoundError:  # a writer has just replaced it
            continue
        except (IndexStorageError, OSError) as error:
            return CheckReport(False, (str(error),), {}, {})
        report = _check(storage, toc)
        if report.ok or latest_generation(storage) == toc.generation:
            break
    return report


def shape_problems(file: SegmentFile, entry: SegmentEntry) -> Iterator[str]:
    """What the directory of a segment says that cannot be, in words; reads no array."""
    size = file.documents
    if size != entry.documents:
        yield f"holds {size} documents, not {entry.documents}"
    terms = {channel: (file.shape(f"{channel}.prefix") or ("", 0))[1] for channel in ("m", "g")}
    wanted: dict[str, tuple[str, int | None]] = {name: (dtype, size) for name, dtype in COLUMNS.items()}
    for channel, count in terms.items():
        wanted |= {f"{channel}.text": ("u1", None), f"{channel}.text_off": ("u", count + 1), f"{channel}.prefix": ("u8", count)}
    for name in LISTS:
        dtype, postings = file.shape(f"{name}.docs") or ("", 0)
        rows = blocks(size) if "u2" in dtype else 1  # files of older versions have one block
        wanted |= {f"{name}.off": ("u", rows * terms[name[0]] + 1), f"{name}.docs": ("u", None)}
        wanted |= {f"{name}.code": ("u2", postings), f"{name}.len": ("u", size)}
    tokens = (file.shape("tok.term") or ("", 0))[1]
    wanted |= {"tok.off": ("u", 2 * size + 1), "tok.term": ("u", None), "tok.start": ("u", tokens), "tok.len": ("u", tokens)}
    wanted |= {"id": ("u1", None), "id_off": ("u", size + 1), "id.sorted": ("u", size)}
    wanted |= {"stored": ("u1", None), "stored_off": ("u", size + 1)}
    if file.shape("sent.end") is not None:  # not in files of older versions
        wanted |= {"sent.off": ("u", size + 1), "sent.end": ("u", None)}
    for name, (dtype, needed) in wanted.items():
        found = file.shape(name)
        if found is None:
            yield f"has no array {name}"
        elif dtype not in found[0]:
            yield f"array {name} has values of type {found[0]}"
        elif needed is not None and found[1] != needed:
            yield f"array {name} has {found[1]} values, not {needed}"
    yield from vector_shapes({name: file.shape(name) for name in file}, size)
    yield from _table_problems(file)


def _table_problems(file: SegmentFile) -> Iterator[str]:
    categories = file.meta.get("categories")
    if not isinstance(categories, list) or not all(
        isinstance(row, list) and len(row) == 2 and all(map(_are_texts, row)) for row in categories
    ):
        yield "has no table of categories"
    for name in ("audiences", "tags"):
        table = file.meta.get(name)
        if not isinstance(table, list) or not all(map(_are_texts, table)):
            yield f"has no table of {name}"


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _check(storage: Storage, toc: TableOfContents) -> CheckReport:
    sizes: dict[str, int] = {}
    counts = {"documents": 0, "deleted": 0, "segments": 0, "tokens": 0, "postings": 0}
    problems: list[str] = []
    ids: set[str] = set()
    for entry in toc.segments:
        try:
            sizes[entry.file_name] = storage.size(entry.file_name)
            segment = Segment(SegmentFile(storage.read(entry.file_name), entry.file_name))
            segment.file.data()
        except FileNotFoundError:
            problems.append(f"{entry.file_name} is missing; restore the index from a snapshot or build it again")
            continue
        except (IndexStorageError, OSError) as error:
            problems.append(str(error))
            continue
        found = [f"{entry.file_name}: {problem}" for problem in _segment_problems(segment, entry)]
        problems += found
        if found:
            continue
        deleted = frozenset(entry.deleted)
        live = [id for number, id in enumerate(segment.ids()) if number not in deleted]
        problems += [f"{entry.file_name}: id {id!r} is there twice" for id in live if id in ids]
        ids.update(live)
        counts["documents"] += len(live)
        counts["deleted"] += len(deleted)
        counts["segments"] += 1
        counts["tokens"] += len(segment.file["tok.term"])
        counts["postings"] += sum(len(segment.file[f"{name}.docs"]) for name in LISTS)
    return CheckReport(not problems, tuple(problems), sizes, counts)


def _segment_problems(segment: Segment, entry: SegmentEntry) -> Iterator[str]:
    """What is wrong in a segment whose checksums are right; what follows from a problem is not looked at."""
    for look in (_bound_problems, _term_problems, _posting_problems, _token_problems, _vectors, _document_problems):
        problems = list(shape_problems(segment.file, entry)) if look is _bound_problems else []
        if not problems:
            try:
                problems = list(look(segment))
            except UNREADABLE as error:
                problems = [f"has values that cannot be ({error!r})"]
        yield from problems
        if problems:
            return


def _bound_problems(segment: Segment) -> Iterator[str]:
    file = segment.file
    pairs = [(f"{channel}.text_off", f"{channel}.text") for channel in ("m", "g")]
    pairs += [(f"{name}.off", f"{name}.docs") for name in LISTS]
    pairs += [("tok.off", "tok.term"), ("id_off", "id"), ("stored_off", "stored")]
    if file.shape("sent.end") is not None:
        pairs.append(("sent.off", "sent.end"))
    for name, of in pairs:
        bounds = file[name]
        if int(bounds[0]) != 0 or int(bounds[-1]) != len(file[of]) or (bounds[1:] < bounds[:-1]).any():
            yield f"{name} does not fit {of}"


def _term_problems(segment: Segment) -> Iterator[str]:
    for channel, dictionary in segment.dictionaries.items():
        terms = list(dictionary)
        if any(not before < after for before, after in pairwise(terms)):
            yield f"the terms of channel {channel} are not in order"
        if [int.from_bytes(term[:8].ljust(8, b"\0"), "big") for term in terms] != segment.file[f"{channel}.prefix"].tolist():
            yield f"{channel}.prefix does not fit the terms"


def _posting_problems(segment: Segment) -> Iterator[str]:
    file, size = segment.file, segment.documents
    for name in LISTS:
        codes, lengths = file[f"{name}.code"], file[f"{name}.len"]
        bounds = file[f"{name}.off"]
        _, docs = terms_and_documents(bounds, file[f"{name}.docs"], len(segment.dictionaries[name[0]]))
        if docs.size and int(docs.max()) >= size:
            yield f"a posting of {name} names a document that is not there"
            continue
        first = np.zeros(len(docs) + 1, dtype=bool)
        first[bounds] = True
        if not ((docs[1:] > docs[:-1]) | first[1:-1]).all():
            yield f"the postings of {name} are not in order"
        if (codes & 255 != encode(lengths)[docs]).any() or (codes < 256).any():
            yield f"the postings of {name} do not agree with its lengths"
    for name, table in (("col.category", "categories"), ("col.audience", "audiences"), ("col.tags", "tags")):
        if size and not 0 <= int(file[name].min()) <= int(file[name].max()) < len(file.meta[table]):
            yield f"a document names one of the {table} that is not there"


def _token_problems(segment: Segment) -> Iterator[str]:
    terms = segment.file["tok.term"]
    if terms.size and int(terms.max()) >= len(segment.dictionaries["m"]):
        yield "a token names a term that is not there"
        return
    for number in range(segment.documents):
        document = segment.document(number)
        for field, tokens in zip(("title", "body"), segment.tokens(number), strict=True):
            if tokens.ends and max(tokens.ends) > len(getattr(document, field)):
                yield f"a token of {document.id!r} lies outside its {field}"
        ends = segment.sentence_ends(number)
        if ends is not None and (not ends or ends[-1] != len(document.body) or any(a >= b for a, b in pairwise(ends))):
            yield f"the sentences of {document.id!r} do not fit its body"


def _vectors(segment: Segment) -> list[str]:
    return vector_problems(segment.file)


def _document_problems(segment: Segment) -> Iterator[str]:
    """What the stored documents say against ids, columns and hashes."""
    file = segment.file
    ids = [segment.id_bytes(number) for number in range(segment.documents)]
    order: list[int] = file["id.sorted"].tolist()
    if sorted(order) != list(range(len(ids))) or any(ids[a] >= ids[b] for a, b in pairwise(order)):
        yield "the ids are not in order"
    tables = {"col.category": [path for path, _ in file.meta["categories"]]}
    tables |= {"col.audience": file.meta["audiences"], "col.tags": file.meta["tags"]}
    for begin in range(0, segment.documents, _CHUNK):
        numbers = range(begin, min(begin + _CHUNK, segment.documents))
        documents = [segment.document(number) for number in numbers]
        if [document.id.encode("utf-8") for document in documents] != ids[begin : numbers.stop]:
            yield "stored documents have other ids"
            return
        meta, columns = document_columns(documents, [()] * len(documents))
        meta["categories"] = [path for path, _ in meta["categories"]]
        own = {"col.category": meta["categories"], "col.audience": meta["audiences"], "col.tags": meta["tags"]}
        for name in COLUMNS:
            wanted, found = columns[name], file[name][begin : numbers.stop]
            if name in own:
                differ = _labels(own[name], wanted) != _labels(tables[name], found)
            else:
                differ = bool((wanted != found).any())
            if differ:
                yield f"column {name} differs from the stored documents"


def _labels(table: list[list[str]], column: Array) -> list[list[str]]:
    return [table[number] for number in column.tolist()]
