"""What a log of searches shows: entries that nobody's query found, and words that the collection does not know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from faqsearch.analysis.grams import squeeze
from faqsearch.analysis.normalize import normalize
from faqsearch.analysis.terms import VERBS
from faqsearch.audit.collection import FIRST, Collection
from faqsearch.audit.finding import Finding
from faqsearch.report.read import LoggedFeedback, LoggedSearch

_LEAST_SEARCHES = 2  # what one search holds may be anything


@dataclass(slots=True)
class Searches:
    """A log, added up: searches, entries shown, queries with their count, and clicks by query."""

    count: int = 0
    shown: set[str] = field(default_factory=set)
    queries: Counter[str] = field(default_factory=Counter)
    clicked: dict[str, Counter[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[LoggedSearch | LoggedFeedback]) -> Searches:
        """Corrected and hashed queries give no words."""
        searches = cls()
        queries: dict[str, str] = {}
        for event in events:
            if isinstance(event, LoggedFeedback):
                if event.kind == "click" and event.search_id in queries:
                    searches.clicked.setdefault(queries[event.search_id], Counter())[event.document_id] += 1
                continue
            searches.count += 1
            searches.shown.update(event.hit_ids)
            query = " ".join(normalize(event.query).text.split())
            if query and event.page == 1 and event.correction is None and not event.hashed:
                searches.queries[query] += 1
                queries[event.id] = query
        return searches


def never_found(collection: Collection, searches: Searches) -> Iterator[Finding]:
    """Entries that are visible and were on no page of hits of the log, the least looked at first."""
    gone = [
        document
        for document in collection.documents.values()
        if document.id not in searches.shown and collection.visible_now(document)
    ]
    for document in sorted(gone, key=lambda one: (one.views, one.id)):
        yield Finding("never_found", (document.id,), "", (), {"views": document.views})


def unknown_words(collection: Collection, searches: Searches, *, least: int = _LEAST_SEARCHES) -> Iterator[Finding]:
    """Words of at least ``least`` searches that no entry holds, with the entries that they may mean: those clicked after
    them, else those that the rest of the query finds."""
    text = "\n".join(squeeze(normalize(f"{one.title} {one.body}").text) for one in collection.documents.values())

    synonyms = {squeeze(side) for one in collection.index.lexicon.synonyms for side in (one.left, one.right)}

    @cache
    def known(word: str) -> bool:
        return squeeze(word) in text or squeeze(word) in synonyms

    counts: Counter[str] = Counter()
    queries: dict[str, list[str]] = {}
    for query, count in searches.queries.items():
        for word in _strange(collection, query):
            if not known(word):
                counts[word] += count
                queries.setdefault(word, []).append(query)
    for word, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        if count >= least:
            meant = _meant(collection, searches, word, queries[word])
            yield Finding("unknown_word", (), word, meant, {"searches": count})


def _strange(collection: Collection, query: str) -> set[str]:
    """The nouns of a query, adjacent ones as one word, of which a part is in no entry."""
    words: dict[int, tuple[str, bool]] = {}  # end → word, whether a part is unknown
    for token in collection.words(query):
        if token.tag not in VERBS and any(map(str.isalpha, token.term)):
            before, strange = words.pop(token.start, ("", False))
            surface = query[token.start : token.end].lower()
            words[token.end] = before + surface, strange or token.term not in collection.vocabulary
    return {word for word, strange in words.values() if strange and len(word) > 1}


def _meant(collection: Collection, searches: Searches, word: str, queries: list[str]) -> tuple[str, ...]:
    clicked: Counter[str] = Counter()
    for query in queries:
        clicked.update(searches.clicked.get(query, Counter()))
    ids = [id for id, _ in clicked.most_common(FIRST) if id in collection.documents]
    for query in sorted(queries, key=lambda one: -searches.queries[one]):
        if len(ids) >= FIRST:
            break
        rest = query.replace(word, " ").strip()
        if rest:
            page = collection.index.search(rest, per_page=FIRST, facets=False)
            ids += [hit.document.id for hit in page.hits if hit.document.id not in ids and page.confidence == "good"]
    return tuple(ids[:FIRST])
