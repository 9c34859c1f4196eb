"""Two hashes of a document: one of what is analysed, one of all the rest; equal hashes mean there is nothing to do."""

from __future__ import annotations

import hashlib
import json

from faqsearch.document import Document


def terms_hash(document: Document) -> int:
    """64 bits of title, body and category: a change of them needs Kiwi."""
    return _hash([document.title, document.body, document.category])


def stored_hash(document: Document) -> int:
    """64 bits of everything else: a change of it touches columns and the stored document only."""
    values = document.to_dict()
    for name in ("title", "body", "category"):
        del values[name]
    return _hash(values)


def _hash(values: object) -> int:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest(), "little")
