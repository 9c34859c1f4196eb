"""Bodies that say nothing or too much, and categories that hold one entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from faqsearch.analysis.grams import squeeze
from faqsearch.audit.collection import Collection
from faqsearch.audit.finding import Finding
from faqsearch.document import CategoryPath

LEAST_CHARACTERS = (
    10  # letters and digits beside the title's: "준비 중입니다." has 6, "현재는 추가 혜택은 없습니다." is an answer of 12
)
MOST_CHARACTERS = 3_000  # some four screens of a phone


def empty_bodies(collection: Collection) -> Iterator[Finding]:
    """Entries whose body holds hardly a word beside the title's."""
    for document in collection.documents.values():
        body, title = squeeze(document.body), squeeze(document.title)
        own = body.replace(title, "") if title else body
        if len(own) < LEAST_CHARACTERS:
            yield Finding("empty_body", (document.id,), document.body, (), {"characters": len(own), "views": document.views})


def long_bodies(collection: Collection, *, most: int = MOST_CHARACTERS) -> Iterator[Finding]:
    """Entries whose body has more than ``most`` characters: readers do not find the answer in it."""
    for document in collection.documents.values():
        if len(document.body) > most:
            yield Finding("long_body", (document.id,), "", (), {"characters": len(document.body), "views": document.views})


def single_entry_categories(collection: Collection) -> Iterator[Finding]:
    """The categories that hold one entry; of nested ones the highest."""
    counts: Counter[CategoryPath] = Counter()
    holder: dict[CategoryPath, str] = {}
    for document in collection.documents.values():
        for depth in range(1, len(document.category) + 1):
            path = document.category[:depth]
            counts[path] += 1
            holder[path] = document.id
    for path, count in counts.items():
        if count == 1 and (len(path) == 1 or counts[path[:-1]] > 1):
            id = holder[path]
            yield Finding("single_entry_category", (id,), " > ".join(path), (), {"views": collection.documents[id].views})
