"""A slow, obvious search over a list of documents: what every backend must agree with.

Two plain BM25 fields a channel (``all``: the title three times, then the body; ``title``) and the category labels, as
RELEVANCE.md states them, with Lucene's one-byte lengths. Plain Python, no arrays, no segments, no deletions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import log

from faqsearch import Document, Ranking
from faqsearch.analysis.analyzer import Analyzer
from faqsearch.index.base import Clause, Group, QueryPlan, Scope

LISTS = {"m": ("m.all", "m.title", "m.category"), "g": ("g.all", "g.title")}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def quantised(length: int) -> int:
    """The length that Lucene's ``SmallFloat.intToByte4`` keeps: 24 and four significant bits of the rest."""
    rest = max(length - 24, 0)
    dropped = max(rest.bit_length() - 4, 0)
    return min(length, 24) + (rest >> dropped << dropped)


def pairs(text: str) -> list[str]:
    return [text] if len(text) == 1 else [text[i : i + 2] for i in range(len(text) - 1)]


@dataclass
class Found:
    """What a search must return: ids and scores of the page, total and matches by category path."""

    ids: list[str]
    scores: list[float]
    total: int
    counts: Counter[tuple[str, ...]]


class Reference:
    """The live documents and nothing else; also what ``QueryLanguage.understand`` asks a reader for."""

    def __init__(self, documents: Iterable[Document], analyzer: Analyzer, ranking: Ranking = Ranking()) -> None:
        self.ranking = ranking
        self.documents: list[Document] = []
        self.squeezed: list[tuple[str, str]] = []
        self.fields: dict[str, list[Counter[str]]] = {name: [] for names in LISTS.values() for name in names}
        for one in analyzer.analyze_documents(documents):
            title, body = Counter(one.title.terms), Counter(one.body.terms)
            title_grams, body_grams = Counter(pairs(one.title.squeezed)), Counter(pairs(one.body.squeezed))
            self.documents.append(one.document)
            self.squeezed.append((one.title.squeezed, one.body.squeezed))
            self.fields["m.all"].append(title + title + title + body)
            self.fields["m.title"].append(title)
            self.fields["m.category"].append(Counter(one.category_terms))
            self.fields["g.all"].append(title_grams + title_grams + title_grams + body_grams)
            self.fields["g.title"].append(title_grams)

    # What a query is understood with

    def knows(self, channel: str, term: str, scope: Scope) -> bool:
        return any(
            term in self.fields[name][place]
            for name in LISTS[channel]
            for place, document in enumerate(self.documents)
            if self._visible(document, scope)
        )

    def idf(self, channel: str, term: str, scope: Scope) -> float:
        return self._idf(f"{channel}.all", term, scope)

    def known_idf(self, term: str, scope: Scope) -> float:
        return self.idf("m", term, scope) if self.knows("m", term, scope) else 0.0

    # Scores

    def _seen(self, name: str, scope: Scope) -> list[Counter[str]]:
        """The field in the documents that the scope's audience may see at its time, wherever they lie."""
        everywhere = Scope(None, scope.audience, scope.now)
        pairs = zip(self.fields[name], self.documents, strict=True)
        return [field for field, document in pairs if field and self._visible(document, everywhere)]

    def _idf(self, name: str, term: str, scope: Scope) -> float:
        seen = self._seen(name, scope)
        df = sum(term in field for field in seen)
        return log(1 + (len(seen) - df + 0.5) / (df + 0.5))

    def scores(self, plan: QueryPlan) -> list[float]:
        """The score of each document, added up list by list, then term by term; related words where there is a score."""
        ranking = self.ranking
        share = {"m.all": 1.0, "m.title": ranking.title, "m.category": ranking.category, "g.all": 1.0, "g.title": ranking.title}
        scores = [0.0] * len(self.documents)
        for name in self.fields:
            for term in plan.terms:
                if term.channel == name[0]:
                    for place, part in self._parts(name, term.term, plan.scope):
                        if under(self.documents[place], [term.category]):
                            scores[place] += term.weight * share[name] * part
        typed = list(scores)
        for related in plan.related:
            for place, part in self._parts("m.all", related.term, plan.scope):
                if typed[place] and not self._holds(place, (("m", related.instead_of),)):
                    scores[place] += related.weight * part
        return scores

    def _parts(self, name: str, term: str, scope: Scope) -> Iterator[tuple[int, float]]:
        """(document, what a term counts in it) in one field."""
        ranking = self.ranking
        lengths = [field.total() for field in self._seen(name, scope)]
        average = sum(lengths) / len(lengths) if lengths else 1.0
        idf = self._idf(name, term, scope)
        for place, field in enumerate(self.fields[name]):
            if tf := field[term]:
                norm = ranking.k1 * (1 - ranking.b + ranking.b * quantised(field.total()) / average)
                yield place, idf * (ranking.k1 + 1) * (tf / (tf + norm))

    # Who matches

    def _holds(self, place: int, clause: Clause) -> bool:
        return all(any(term in self.fields[name][place] for name in LISTS[channel]) for channel, term in clause)

    def _has(self, place: int, group: Group) -> bool:
        limited = [clause for path, clause in group.limited if under(self.documents[place], [path])]
        return any(self._holds(place, clause) for clause in (*group.clauses, *limited))

    def _says(self, place: int, phrase: str) -> bool:
        return any(phrase in text for text in self.squeezed[place])

    def _visible(self, document: Document, scope: Scope) -> bool:
        now = EPOCH + timedelta(microseconds=scope.now)
        return (
            (document.visible_from is None or document.visible_from <= now)
            and (document.visible_until is None or now < document.visible_until)
            and (not document.audience or bool(document.audience & scope.audience))
            and (scope.within is None or under(document, scope.within))
        )

    def execute(self, plan: QueryPlan) -> Found:
        """Visibility and within, matching, filters, counting, sorting, paging, in this order."""
        scores = self.scores(plan)
        browsing = not plan.terms
        places = [place for place, document in enumerate(self.documents) if self._visible(document, plan.scope)]
        places = [p for p in places if not any(self._holds(p, clause) for clause in plan.excluded)]
        places = [p for p in places if not any(self._says(p, phrase) for phrase in plan.excluded_phrases)]
        full = {p for p in places if plan.groups and all(self._has(p, group) for group in plan.groups)}
        places = [p for p in places if all(self._says(p, phrase) for phrase in plan.phrases)]
        if not browsing:
            places = [p for p in places if scores[p] > 0 or p in full or plan.phrases]
            best = max((scores[p] for p in places), default=0.0)
            if plan.matching == "most" and not plan.phrases:
                places = [p for p in places if p in full or scores[p] >= best * self.ranking.floor]
            elif plan.matching == "all":
                places = [p for p in places if p in full]
        places = [p for p in places if plan.tags <= self.documents[p].tags]
        counts = Counter(self.documents[p].category for p in places)
        if plan.paths is not None:
            places = [p for p in places if self._chosen(self.documents[p], plan)]
        places.sort(key=lambda p: self._order(p, scores[p], p in full or browsing, plan.sort, browsing))
        page = places[plan.offset : plan.offset + plan.limit]
        return Found([self.documents[p].id for p in page], [scores[p] for p in page], len(places), counts)

    def _chosen(self, document: Document, plan: QueryPlan) -> bool:
        return under(document, plan.paths or ()) or not set(plan.labels).isdisjoint(document.category)

    def _order(self, place: int, score: float, full: bool, sort: str, browsing: bool) -> tuple[object, ...]:
        document = self.documents[place]
        tie = (-document.views, document.id)
        if sort == "relevance":
            return tie if browsing else (-score, *tie)
        date = document.updated_at.timestamp() if document.updated_at else 0.0
        key = {
            "updated_at": (document.updated_at is None, date),
            "-updated_at": (document.updated_at is None, -date),
            "-views": -document.views,
            "title": document.title.casefold(),
        }[sort]
        return (not full, key, *tie)


def under(document: Document, paths: Sequence[tuple[str, ...]]) -> bool:
    return any(document.category[: len(path)] == path for path in paths)
