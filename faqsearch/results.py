"""What comes back from a call: plain values that render themselves only when asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal, TypeAlias

from faqsearch.document import CategoryPath, Document

Confidence: TypeAlias = Literal["good", "weak", "none"]
Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Highlight:
    """A piece of stored text and the parts of it that match.

    ``spans`` are (start, end) in code points of ``text``, sorted, not empty and not overlapping. ``start`` is the place of
    ``text`` in the field it was cut from: ``text[i]`` is ``field[start + i]``, but for an "…" at either end, which stands in
    the place of the one character where the cut was made.
    """

    text: str
    spans: tuple[Span, ...] = ()
    start: int = 0

    def __str__(self) -> str:
        return self.text

    def to_html(self, tag: str = "mark") -> str:
        """HTML with the matching parts in ``tag`` and everything else escaped."""
        return self._render(f"<{tag}>", f"</{tag}>", escape)

    def __html__(self) -> str:
        return self.to_html()

    def to_ansi(self) -> str:
        """Text for a terminal: matching parts bold and underlined, control characters (line breaks too) as blanks."""
        return self._render("\x1b[1;4m", "\x1b[0m", _printable)

    def to_dict(self) -> dict[str, Any]:
        return {"text": self.text, "spans": [list(span) for span in self.spans], "start": self.start}

    def _render(self, before: str, after: str, quote: Any) -> str:
        parts = []
        end = 0
        for left, right in self.spans:
            parts += [quote(self.text[end:left]), before, quote(self.text[left:right]), after]
            end = right
        return "".join([*parts, quote(self.text[end:])])


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found. ``rank`` counts from 1 over all pages; ``score`` is comparable within one search only."""

    document: Document
    score: float
    rank: int
    title: Highlight
    snippet: Highlight
    matched_terms: tuple[str, ...] = ()
    pinned: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {
            "document": self.document.to_dict(),
            "score": self.score,
            "rank": self.rank,
            "title": self.title.to_dict(),
            "snippet": self.snippet.to_dict(),
            "matched_terms": list(self.matched_terms),
            "pinned": self.pinned,
        }


@dataclass(frozen=True, slots=True)
class Facet:
    """A category with the number of matches in and below it; ``children`` by falling count, then label."""

    label: str
    path: CategoryPath
    count: int
    selected: bool = False
    children: tuple[Facet, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "path": list(self.path),
            "count": self.count,
            "selected": self.selected,
            "children": [child.to_dict() for child in self.children],
        }


@dataclass(frozen=True, slots=True)
class Correction:
    """What was searched instead of what was typed, and why."""

    query: str
    reason: str
    replacements: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {"query": self.query, "reason": self.reason, "replacements": [list(pair) for pair in self.replacements]}


@dataclass(frozen=True, slots=True)
class SearchResults:
    """One page of a search; iterates over, and has the length of, its hits.

    ``total`` is exact; ``truncated`` says that the query was too long and its end was ignored; ``generation`` is that of the
    index when it was searched; ``took_ms`` is wall time in milliseconds; ``notices`` are the lexicon's, for every query.
    """

    query: str
    hits: tuple[Hit, ...]
    total: int
    page: int
    per_page: int
    total_pages: int
    sort: str
    facets: tuple[Facet, ...]
    correction: Correction | None
    suggestions: tuple[str, ...]
    confidence: Confidence
    truncated: bool
    generation: int
    took_ms: float
    notices: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def __bool__(self) -> bool:
        return True

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values of everything."""
        return {
            "query": self.query,
            "hits": [hit.to_dict() for hit in self.hits],
            "total": self.total,
            "page": self.page,
            "per_page": self.per_page,
            "total_pages": self.total_pages,
            "sort": self.sort,
            "facets": [facet.to_dict() for facet in self.facets],
            "correction": None if self.correction is None else self.correction.to_dict(),
            "suggestions": list(self.suggestions),
            "confidence": self.confidence,
            "truncated": self.truncated,
            "generation": self.generation,
            "took_ms": self.took_ms,
            "notices": list(self.notices),
        }


@dataclass(frozen=True, slots=True)
class Completion:
    """A text that what was typed may become; ``spans`` are the typed parts in it; ``kind`` is where it comes from."""

    text: str
    spans: tuple[Span, ...] = ()
    kind: str = "title"

    def to_dict(self) -> dict[str, Any]:
        return {"text": self.text, "spans": [list(span) for span in self.spans], "kind": self.kind}


@dataclass(frozen=True, slots=True)
class AnalyzedTerm:
    """A term of a text: ``text[start:end]`` is the surface it came from; ``channel`` is morphemes or grams."""

    term: str
    start: int
    end: int
    channel: str

    def to_dict(self) -> dict[str, Any]:
        return {"term": self.term, "start": self.start, "end": self.end, "channel": self.channel}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a document has its score, or none: a number, words, and the parts that the number is made of."""

    value: float
    description: str
    details: tuple[Explanation, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {"value": self.value, "description": self.description, "details": [part.to_dict() for part in self.details]}

    def to_text(self, *, indent: int = 0) -> str:
        """An indented outline, one part a line."""
        lines = [f"{'  ' * indent}{self.value:+.4f}  {self.description}"]
        lines += [part.to_text(indent=indent + 1) for part in self.details]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What ``sync`` did, in documents."""

    added: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0

    def to_dict(self) -> dict[str, Any]:
        return {"added": self.added, "updated": self.updated, "deleted": self.deleted, "unchanged": self.unchanged}


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Whether the index is whole: each problem in words, sizes in bytes by file, counts by name.

    ``lost`` says in words what a repair could not keep.
    """

    ok: bool
    problems: tuple[str, ...]
    sizes: dict[str, int]
    counts: dict[str, int]
    lost: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "problems": list(self.problems),
            "sizes": dict(self.sizes),
            "counts": dict(self.counts),
            "lost": list(self.lost),
        }


@dataclass(frozen=True, slots=True)
class IndexStats:
    """Numbers of an index: documents, terms by channel, segments, bytes on disk, generation, how it was analysed.

    ``lexicon`` counts the entries of the lexicon in force by kind (words, synonyms, …), those that ship with the package aside.
    """

    documents: int
    deleted: int
    segments: int
    terms: dict[str, int]
    size_bytes: int
    generation: int
    categories: int
    fingerprint: str
    lexicon: dict[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "documents": self.documents,
            "deleted": self.deleted,
            "segments": self.segments,
            "terms": dict(self.terms),
            "size_bytes": self.size_bytes,
            "generation": self.generation,
            "categories": self.categories,
            "fingerprint": self.fingerprint,
            "lexicon": dict(self.lexicon),
        }
