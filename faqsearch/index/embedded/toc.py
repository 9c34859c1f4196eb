"""The table of contents of one generation: which segments there are, what is deleted in them, how they were analysed.

A file ``_MAIN_<generation>.toc``: the CRC-32 of the rest in eight hexadecimal digits, a line break, then JSON. The names are
Whoosh's, whose cleaning and search for the latest generation match them.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from faqsearch.analysis.lexicon import Lexicon
from faqsearch.errors import FaqSearchError, IndexCorruptError, IndexFormatError, IndexNotFoundError
from faqsearch.index.base import IndexMeta
from faqsearch.index.storage import Storage
from faqsearch.index.vectors import encoder_fingerprint
from faqsearch.options import IndexOptions

FORMAT_VERSION = 1
INDEX_NAME = "MAIN"
_TOC = re.compile(rf"_{INDEX_NAME}_([0-9]{{1,18}})\.toc")
_SEGMENT = re.compile(rf"{INDEX_NAME}_[0-9a-z]+\.seg")


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """One segment: its id, how many documents its file holds, and the numbers of those deleted."""

    segid: str
    documents: int
    deleted: tuple[int, ...]

    @property
    def file_name(self) -> str:
        return f"{INDEX_NAME}_{self.segid}.seg"


@dataclass(frozen=True, slots=True)
class TableOfContents:
    """One generation."""

    generation: int
    segments: tuple[SegmentEntry, ...]
    meta: IndexMeta


def toc_name(generation: int) -> str:
    return f"_{INDEX_NAME}_{generation}.toc"


def latest_generation(storage: Storage) -> int:
    """The highest generation there is, or -1."""
    return max((int(match[1]) for name in storage.names() if (match := _TOC.fullmatch(name))), default=-1)


def write_toc(storage: Storage, toc: TableOfContents) -> None:
    """Makes ``toc`` the newest generation: durable, then named."""
    values: dict[str, Any] = {
        "format": FORMAT_VERSION,
        "generation": toc.generation,
        "segments": [{"segid": s.segid, "documents": s.documents, "deleted": list(s.deleted)} for s in toc.segments],
        "fingerprint": toc.meta.fingerprint,
        "words": list(toc.meta.words),
        "options": dict(toc.meta.options),
        "lexicon": dict(toc.meta.lexicon),
    }
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    name = toc_name(toc.generation)
    storage.write(f"{name}.new", [b"%08x\n" % zlib.crc32(text), text])
    storage.publish(f"{name}.new", name)


def read_toc(storage: Storage) -> TableOfContents:
    """The newest generation; raises IndexNotFoundError, IndexFormatError or IndexCorruptError."""
    generation = latest_generation(storage)
    if generation < 0:  # a list of names may lack both tables while one takes the other's place: look once more
        generation = latest_generation(storage)
    if generation < 0:
        if segment_names(storage):
            raise corrupt(f"{storage.name} has segments and no table of contents")
        raise IndexNotFoundError(f"{storage.name} holds no index; make one with 'faqsearch index' or FaqIndex.create")
    name = toc_name(generation)
    content = bytes(storage.read(name))
    checksum, _, text = content.partition(b"\n")
    try:
        damaged = len(checksum) != 8 or int(checksum, 16) != zlib.crc32(text)
        values = None if damaged else json.loads(text)
    except (ValueError, RecursionError):
        damaged, values = True, None
    if damaged or not isinstance(values, dict):
        raise corrupt(f"{storage.name}: {name} is damaged")
    if values.get("format") != FORMAT_VERSION:
        raise IndexFormatError(
            f"{storage.name} has format {values.get('format')}, this version reads {FORMAT_VERSION}; "
            "run 'faqsearch index' again with this version"
        )
    try:
        segments = tuple(_entry(segment) for segment in values["segments"])
        meta = _meta(values)
        said = values["generation"]
    except (KeyError, TypeError, ValueError, AttributeError, FaqSearchError) as error:
        raise corrupt(f"{storage.name}: {name} is no table of contents ({error!r})") from None
    if said != generation:
        raise IndexCorruptError(f"{storage.name}: {name} says it is generation {said}; it was renamed by hand")
    if len({entry.segid for entry in segments}) != len(segments):
        raise corrupt(f"{storage.name}: {name} names a segment twice")
    return TableOfContents(generation, segments, meta)


def segment_names(storage: Storage) -> list[str]:
    """The segment files that lie there, whether a generation names them or not."""
    return sorted(name for name in storage.names() if _SEGMENT.fullmatch(name))


def run_name(segid: str) -> str:
    """The file of a run of a commit (``runs.py``), which goes before the commit ends."""
    return f"_{INDEX_NAME}_{segid}.new"


def is_left_over(name: str) -> bool:
    """Whether a file is what a killed commit leaves of a table of contents or of its runs."""
    return name.startswith(f"_{INDEX_NAME}_") and name.endswith(".new")


def _entry(values: Any) -> SegmentEntry:
    entry = SegmentEntry(values["segid"], values["documents"], tuple(values["deleted"]))
    if not isinstance(entry.segid, str) or not _SEGMENT.fullmatch(entry.file_name):
        raise ValueError(f"segid {entry.segid!r}")
    numbers = (-1, *entry.deleted, entry.documents)
    if any(type(number) is not int for number in numbers) or any(a >= b for a, b in pairwise(numbers)):
        raise ValueError(f"documents or deleted documents of segment {entry.segid}")
    return entry


def _meta(values: dict[str, Any]) -> IndexMeta:
    lexicon = values["lexicon"] if values["lexicon"] != {} else Lexicon().to_dict()
    meta = IndexMeta(values["fingerprint"], tuple(values["words"]), values["options"], lexicon)
    if not all(isinstance(text, str) for text in (meta.fingerprint, *meta.words)):
        raise ValueError("fingerprint or words")
    IndexOptions.from_dict(meta.options)
    encoder_fingerprint(meta.options.get("encoder"))
    Lexicon.from_dict(meta.lexicon)
    return meta


def corrupt(what: str) -> IndexCorruptError:
    """The error that says ``what`` is damaged, and what to do."""
    return IndexCorruptError(
        f"{what}; restore the index from a snapshot, build it again with 'faqsearch index', or keep what can be read with "
        "'faqsearch check --repair'"
    )


def clean(storage: Storage, toc: TableOfContents) -> None:
    """Deletes what belongs to no generation but ``toc``; what the platform keeps open goes at a later commit."""
    current = {entry.file_name for entry in toc.segments} | {toc_name(toc.generation)}
    for name in storage.names():
        ours = _TOC.fullmatch(name) or _SEGMENT.fullmatch(name) or is_left_over(name)
        if ours and name not in current:
            storage.delete(name)
