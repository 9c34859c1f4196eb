"""What an index knows of itself, in the mapping's ``_meta``, which changes together with the alias."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from faqsearch.errors import IndexFormatError, IndexStorageError
from faqsearch.index.base import IndexMeta
from faqsearch.index.opensearch.client import dumps
from faqsearch.index.opensearch.mapping import FORMAT_VERSION

_KEY = "faqsearch"


@dataclass(frozen=True, slots=True)
class IndexState:
    """One generation: the concrete index behind the alias, and how it was made."""

    index: str
    generation: int
    meta: IndexMeta
    shards: int


def encode_meta(meta: IndexMeta, generation: int) -> dict[str, Any]:
    """The ``_meta`` of a mapping; words, options and lexicon are packed, for every node keeps them in memory."""
    packed = dumps({"words": list(meta.words), "options": dict(meta.options), "lexicon": dict(meta.lexicon)})
    return {
        _KEY: {
            "format": FORMAT_VERSION,
            "generation": generation,
            "fingerprint": meta.fingerprint,
            "packed": base64.b64encode(zlib.compress(packed.encode("utf-8"), 9)).decode("ascii"),
        }
    }


def read_state(answer: Mapping[str, Any], place: str, name: str) -> IndexState:
    """The state in the answer to ``GET /name``; raises IndexStorageError for an index of something else."""
    if len(answer) != 1:
        raise IndexStorageError(f"{place}: the alias {name!r} names {len(answer)} indexes; let it name one of them")
    ((index, found),) = answer.items()
    own = (found.get("mappings", {}).get("_meta") or {}).get(_KEY)
    if own is None:
        raise IndexStorageError(f"{place}: {name!r} is an index of something else; name another one")
    if own.get("format") != FORMAT_VERSION:
        raise IndexFormatError(
            f"{place} has format version {own.get('format')}, this faqsearch reads {FORMAT_VERSION}; update faqsearch, "
            "or build the index again"
        )
    if name not in found.get("aliases", {}):
        raise IndexStorageError(
            f"{place}: {name!r} is an index and no alias, so nothing can be swapped under it; name the alias that leads to it"
        )
    packed = json.loads(zlib.decompress(base64.b64decode(own["packed"])))
    meta = IndexMeta(own["fingerprint"], tuple(packed["words"]), packed["options"], packed["lexicon"])
    return IndexState(index, own["generation"], meta, int(found["settings"]["index"]["number_of_shards"]))
