"""The table of contents of one generation: which segments there are, what is deleted in them, how they were analysed.

A file ``_MAIN_<generation>.toc``: the CRC-32 of the rest in eight hexadecimal digits, a line break, then JSON. The names are
Whoosh's, whose cleaning and search for the latest generation match them.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from typing import Any

from faqsearch.errors import IndexCorruptError, IndexFormatError, IndexNotFoundError
from faqsearch.index.base import IndexMeta
from faqsearch.index.storage import Storage

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
    if generation < 0:
        raise IndexNotFoundError(f"{storage.name} holds no index; make one with FaqIndex.create or 'faqsearch index'")
    name = toc_name(generation)
    content = bytes(storage.read(name))
    checksum, _, text = content.partition(b"\n")
    try:
        damaged = len(checksum) != 8 or int(checksum, 16) != zlib.crc32(text)
        values = None if damaged else json.loads(text)
    except ValueError:
        damaged, values = True, None
    if damaged or not isinstance(values, dict):
        raise IndexCorruptError(
            f"{storage.name}: {name} is damaged; restore the index from a snapshot or build it again with 'faqsearch index'"
        )
    if values.get("format") != FORMAT_VERSION:
        raise IndexFormatError(
            f"{storage.name} has format {values.get('format')}, this version reads {FORMAT_VERSION}; "
            "run 'faqsearch index' again with this version"
        )
    if values["generation"] != generation:
        raise IndexCorruptError(f"{storage.name}: {name} says it is generation {values['generation']}; it was renamed by hand")
    return TableOfContents(
        generation,
        tuple(SegmentEntry(s["segid"], s["documents"], tuple(s["deleted"])) for s in values["segments"]),
        IndexMeta(values["fingerprint"], tuple(values["words"]), values["options"], values["lexicon"]),
    )


def clean(storage: Storage, toc: TableOfContents) -> None:
    """Deletes what belongs to no generation but ``toc``; what the platform keeps open goes at a later commit."""
    current = {entry.file_name for entry in toc.segments} | {toc_name(toc.generation)}
    for name in storage.names():
        ours = (
            _TOC.fullmatch(name) or _SEGMENT.fullmatch(name) or (name.startswith(f"_{INDEX_NAME}_") and name.endswith(".new"))
        )
        if ours and name not in current:
            storage.delete(name)
