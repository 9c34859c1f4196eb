"""Readable addresses: everything that can be selected is a part of one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote, urlencode, urlsplit

from faqsearch import limits
from faqsearch.document import CategoryPath, Document

SORT_NAMES = {"relevance": "정확도순", "-updated_at": "최신순", "-views": "조회순"}
"""The sorts that the page offers; it takes every sort of ``FaqIndex.search``."""

_PART = re.compile(r"((?:[^\\>]|\\.)*)(>|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SearchAddress:
    """What a results page shows. Another selection begins at page 1 again; ``per_page`` 0 is the site's own."""

    query: str = ""
    category: CategoryPath = ()
    sort: str = "relevance"
    page: int = 1
    per_page: int = 0
    correct: bool = True

    def at_page(self, page: int) -> SearchAddress:
        return replace(self, page=page)

    def sorted_by(self, sort: str) -> SearchAddress:
        return replace(self, sort=sort, page=1)

    def within(self, category: CategoryPath) -> SearchAddress:
        return replace(self, category=category, page=1)

    def asking(self, query: str) -> SearchAddress:
        return replace(self, query=query, page=1, correct=True)

    def as_typed(self) -> SearchAddress:
        return replace(self, page=1, correct=False)

    def parameters(self) -> dict[str, str]:
        """The query string's parts; what is not said is left out."""
        given = {
            "query": self.query,
            "category": write_path(self.category),
            "sort": self.sort if self.sort != "relevance" else "",
            "page": str(self.page) if self.page > 1 else "",
            "per_page": str(self.per_page) if self.per_page else "",
            "correct": "" if self.correct else "0",
        }
        return {name: value for name, value in given.items() if value}


class Addresses:
    """The addresses of one site below ``root``, the path it is mounted at ("" where it is the whole)."""

    def __init__(self, root: str, *, public: str, version: str) -> None:
        self.root = root.rstrip("/")
        self._public = public
        self._version = version

    @property
    def home(self) -> str:
        return f"{self.root}/"

    def search(self, address: SearchAddress | None = None) -> str:
        parameters = urlencode(address.parameters(), quote_via=quote, safe="/") if address else ""
        return f"{self.root}/search" + (f"?{parameters}" if parameters else "")

    def article(self, id: str) -> str:
        return f"{self.root}/articles/{quote(id, safe='')}"

    def feedback(self, id: str) -> str:
        return f"{self.root}/feedback/{quote(id, safe='')}"

    def api(self, name: str) -> str:
        return f"{self.root}/api/{name}"

    def static(self, name: str) -> str:
        """A file's address, another one after it changed."""
        return f"{self.root}/static/{quote(name)}?v={self._version}"

    def canonical(self, document: Document) -> str:
        """The one address of an article: its own, or else its page here."""
        if document.url is not None and urlsplit(document.url).scheme in ("http", "https"):
            return document.url
        return self._public + self.article(document.id)


@lru_cache(maxsize=4096)
def write_path(path: CategoryPath) -> str:
    r"""A category path as one text: ``결제>환불``; ``>`` and ``\`` in a label have a ``\`` before them."""
    return ">".join(re.sub(r"([\\>])", r"\\\1", label) for label in path)


def read_path(text: str) -> CategoryPath:
    """The path that ``write_path`` wrote, () for ""; ValueError for one that no document can have."""
    if not text:
        return ()
    labels, place = [], 0
    while True:
        match = _PART.match(text, place)
        if match is None:
            raise ValueError("a category must not end in a \\")
        labels.append(re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL))
        place = match.end()
        if not match[2]:
            break
    if not all(label.strip() for label in labels):
        raise ValueError("a category must not have an empty label; write 결제 or 결제>환불")
    if len(labels) > limits.CATEGORY_DEPTH:
        raise ValueError(f"a category has at most {limits.CATEGORY_DEPTH} levels")
    return tuple(labels)
