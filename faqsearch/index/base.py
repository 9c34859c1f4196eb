"""The seam between query and storage: plans go down, matches come up.

A backend knows analysed terms, never query syntax; it counts and ranks, while wording and marking are ours. So the embedded
index and a cluster rank alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from os import PathLike
from types import TracebackType
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

from faqsearch.analysis.analyzer import AnalyzedDocument
from faqsearch.document import CategoryPath, Document
from faqsearch.index.vectors import DocumentVectors
from faqsearch.results import CheckReport

Sort: TypeAlias = Literal["relevance", "-updated_at", "updated_at", "-views", "title"]
Matching: TypeAlias = Literal["any", "most", "all"]
Channel: TypeAlias = Literal["m", "g"]

SORTS: tuple[Sort, ...] = ("relevance", "-updated_at", "updated_at", "-views", "title")
MATCHINGS: tuple[Matching, ...] = ("any", "most", "all")


class PlanTerm(NamedTuple):
    """A term to be scored: channel m (morphemes) or g (bigrams), its weight in the query, and the category it counts in."""

    channel: Channel
    term: str
    weight: float
    category: CategoryPath = ()


RELATED_LIST = "m.all"
"""The list in which related words count; in the others too they would cost twice as much and gain 0.01 points."""


class RelatedTerm(NamedTuple):
    """A morpheme that counts in RELATED_LIST of documents that lack another, ``instead_of``, and have a score by plan terms."""

    term: str
    weight: float
    instead_of: str


Clause: TypeAlias = tuple[tuple[Channel, str], ...]
"""Terms that must all be there."""


class Group(NamedTuple):
    """One content word of the query: a document holds it when it holds all terms of any clause.

    ``limited`` are clauses that count in and below a category only.
    """

    surface: str
    clauses: tuple[Clause, ...]
    limited: tuple[tuple[CategoryPath, Clause], ...] = ()

    def held_by(self, terms: set[str], category: CategoryPath) -> bool:
        """Whether a document with these terms and this category holds the word."""
        return any(
            category[: len(path)] == path and terms.issuperset([term for _, term in clause])
            for path, clause in (*(((), clause) for clause in self.clauses), *self.limited)
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents there are for a search: below the paths ``within``, for this audience, seen at ``now`` (µs of 1970)."""

    within: tuple[CategoryPath, ...] | None = None
    audience: frozenset[str] = frozenset()
    now: int = 0


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """What a backend carries out, in this order: the scope, matching, filters, counting, sorting, paging.

    ``terms`` empty and no ``phrases``: every document matches (browsing). ``phrases`` and ``excluded_phrases`` are squeezed
    texts: a document holds one when its own squeezed title or body does. A category filter passes a document whose path
    begins with one of the paths; ``labels`` one whose path holds one of the labels.
    ``marks`` are the morpheme terms whose tokens come back with each document; None: all tokens.
    """

    terms: tuple[PlanTerm, ...] = ()
    related: tuple[RelatedTerm, ...] = ()
    groups: tuple[Group, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[Clause, ...] = ()
    excluded_phrases: tuple[str, ...] = ()
    matching: Matching = "most"
    scope: Scope = Scope()
    paths: tuple[CategoryPath, ...] | None = None
    labels: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    pins: tuple[str, ...] = ()
    sort: Sort = "relevance"
    offset: int = 0
    limit: int = 10
    facets: bool = True
    marks: frozenset[str] | None = None


class Tokens(NamedTuple):
    """The morpheme tokens of a stored field, in order; ``text[start:end]`` is a token's surface."""

    terms: list[str]
    starts: list[int]
    ends: list[int]


class StoredDocument(NamedTuple):
    """A document as it is stored, with the tokens of its title and body, and where the sentences of its body end, if known."""

    document: Document
    title: Tokens
    body: Tokens
    sentence_ends: list[int] | None = None


@dataclass(frozen=True, slots=True)
class Matches:
    """One page of documents in order, and what was counted on the way.

    ``best`` is the highest score before filters; ``category_counts`` has every category with a match, by its full path,
    ignoring the category filter; ``pinned`` holds the ids that lead because they are pinned.
    """

    documents: tuple[StoredDocument, ...]
    scores: tuple[float, ...]
    total: int
    best: float
    category_counts: Mapping[CategoryPath, int]
    pinned: frozenset[str] = frozenset()

    def leading(self, plan: QueryPlan) -> tuple[StoredDocument, float] | None:
        """The first hit by relevance with its score, infinite for a pinned one, where the page of ``plan`` begins with it."""
        if not self.documents or plan.offset or plan.sort != "relevance":
            return None
        first = self.documents[0]
        return first, inf if first.document.id in self.pinned else self.scores[0]


Prepared: TypeAlias = tuple[AnalyzedDocument, DocumentVectors | None]
"""A document ready to be written: analysed, and its vectors where the index has an encoder."""


@dataclass(frozen=True, slots=True)
class WriteBatch:
    """One commit: ids to delete, documents to add or replace, and documents whose terms stay while the rest changes.

    ``added`` is read once, and may be analysed as it is read: an error on the way is one of the commit, which then changes
    nothing. A restored document keeps the vectors it has.
    """

    deleted: frozenset[str] = frozenset()
    added: Iterable[Prepared] = ()
    restored: Sequence[Document] = ()
    replace_all: bool = False


@dataclass(frozen=True, slots=True)
class IndexMeta:
    """What an index knows of itself: how and with which user words it was analysed, its options and lexicon as JSON.

    ``options["encoder"]`` is None or what is kept of the encoder: its name, its dimensions and its calibration.
    """

    fingerprint: str
    words: tuple[str, ...]
    options: Mapping[str, Any]
    lexicon: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReaderStatistics:
    """Numbers of one generation."""

    documents: int
    deleted: int
    segments: int
    terms: Mapping[str, int]
    size_bytes: int
    categories: int


class Reader(Protocol):
    """One generation of an index; never changes, whatever is written meanwhile."""

    generation: int
    meta: IndexMeta

    def __len__(self) -> int: ...

    def __contains__(self, id: str) -> bool: ...

    def __iter__(self) -> Iterator[Document]: ...

    def titles(self) -> Iterable[Document]:
        """All documents for their titles; bodies may be left out."""

    def title_terms(self, id: str) -> Sequence[str] | None:
        """The stored terms of a document's title; None where to ask for them costs more than to analyse the title."""

    def analyzed(self) -> Iterator[AnalyzedDocument]:
        """All documents with their stored terms, as a writer takes them."""

    def get(self, id: str) -> Document | None: ...

    def stored(self, id: str) -> StoredDocument | None:
        """The document with its tokens, visible or not."""

    def execute(self, plan: QueryPlan) -> Matches: ...

    def vectors(self, ids: Sequence[str]) -> Sequence[DocumentVectors | None]:
        """The vectors of each document, None where it has none or is not there; only asked for in an index with an encoder."""

    def hashes(self) -> Mapping[str, tuple[int, int]]:
        """id → (hash of what is analysed, hash of the rest)."""

    def changes(self) -> Sequence[int]:
        """When documents appear and go, in µs of 1970, sorted."""

    def size(self, scope: Scope) -> int:
        """Documents of the scope."""

    def knows(self, channel: Channel, term: str, scope: Scope) -> bool:
        """Whether any document of the scope holds the term."""

    def frequency(self, channel: Channel, term: str, scope: Scope) -> int:
        """Documents of the scope that hold the term in title or body."""

    def frequent(self, least: int) -> Collection[str]:
        """The morpheme terms that ``least`` documents or more hold in title or body; others may be among them."""

    def together(self, terms: Sequence[str], scope: Scope) -> tuple[int, int]:
        """(titles, documents) of the scope that hold all these morpheme terms."""

    def idf(self, channel: Channel, term: str, scope: Scope) -> float:
        """The inverse document frequency of the term in field ``all`` over what the scope's audience may see."""

    def known_idf(self, term: str, scope: Scope) -> float:
        """``idf`` of a morpheme term, 0 where no document of the scope holds it: ``knows`` and ``idf`` in one look."""

    def parts(self, plan: QueryPlan, id: str) -> tuple[ScorePart, ...]:
        """What the score of one document is made of."""

    def vocabulary(self, channel: Channel) -> Iterable[tuple[str, int]]:
        """(term, documents that hold it) for every term."""

    def statistics(self) -> ReaderStatistics: ...


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One summand of a score: a term in a list (m.all, m.title, m.category, g.all, g.title).

    A related word counts instead of another term.
    """

    list: str
    term: str
    value: float
    frequency: int
    idf: float
    instead_of: str = ""


class Backend(Protocol):
    """A place that holds an index; ``name`` tells people which."""

    @property
    def name(self) -> str: ...

    def reader(self) -> Reader:
        """The newest generation."""

    def writing(self, timeout: float) -> BackendWriter:
        """The write lock, as a context manager; raises IndexLockedError after ``timeout`` seconds."""

    def check(self) -> CheckReport: ...

    def repair(self, timeout: float, meta: IndexMeta) -> tuple[str, ...]:
        """Builds the index again from every document that can be read, with ``meta`` where its own cannot; what was lost."""

    def snapshot(self, path: str | PathLike[str]) -> None: ...

    def close(self) -> None: ...


class BackendWriter(Protocol):
    """The one writer of an index: nothing is visible before ``commit``, and without it nothing has happened."""

    @property
    def reader(self) -> Reader:
        """The generation that the commit builds on."""

    def __enter__(self) -> BackendWriter: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def commit(self, batch: WriteBatch, *, meta: IndexMeta | None = None) -> None:
        """Makes all of ``batch`` durable and visible at once."""
