"""A query plan as OpenSearch queries: what is scored, what matches, what is filtered, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from faqsearch.document import CategoryPath
from faqsearch.index.base import RELATED_LIST, Clause, Group, PlanTerm, QueryPlan, RelatedTerm, Scope
from faqsearch.index.opensearch.codec import EVERYBODY, SEPARATOR, joined_path
from faqsearch.index.opensearch.terms import index_gram, index_term, sendable, words_value
from faqsearch.options import Ranking

Query = dict[str, Any]

_CLAUSES = 1000
"""A cluster takes at most 1,024 clauses in one request unless it is told otherwise."""

NOTHING: Query = {"match_none": {}}


@dataclass(frozen=True)
class Translation:
    """The queries of one plan. ``known`` says whether any document may hold a term; asked only where the plan is too long."""

    plan: QueryPlan
    ranking: Ranking
    known: Callable[[PlanTerm], bool]

    @property
    def browsing(self) -> bool:
        """Whether every document matches."""
        return not self.plan.terms

    @cached_property
    def scoring(self) -> list[Query]:
        """The clauses whose scores add up to a document's; what counts instead of a missing word makes no match."""
        copies = 2 if self.plan.matching == "most" else 1
        room = (_CLAUSES - 2 * len(self.plan.groups) - sum(len(clause) for clause in self.plan.excluded)) // copies
        clauses = scoring_clauses(self.plan.terms, self.ranking)
        if len(clauses) > room:
            clauses = scoring_clauses([term for term in self.plan.terms if self.known(term)], self.ranking)
        if len(clauses) > room:
            clauses = sorted(clauses, key=_boost, reverse=True)[: max(room, 1)]
        related = related_clauses(self.plan.related)
        if not clauses or not related or len(clauses) + 2 * len(related) > room:
            return clauses
        return [_bool((), (), related, must=_any_of(clauses))]

    @cached_property
    def full(self) -> Query | None:
        """What holds every content word; None where there is none to hold."""
        groups = self.plan.groups
        return _all_of([group_query(group) for group in groups]) if groups else None

    @cached_property
    def restricted(self) -> tuple[list[Query], list[Query]]:
        """(filters, must-nots) that a match has to pass whatever it scores: the scope, phrases and exclusions."""
        filters, without = scope_clauses(self.plan.scope)
        filters = [*filters, *map(phrase_query, self.plan.phrases)]
        without = [*without, *map(clause_query, self.plan.excluded), *map(phrase_query, self.plan.excluded_phrases)]
        return filters, without

    def matching(self, best: float) -> Query:
        """What matches, with its score; ``best`` is the highest score of all, for the floor of ``matching="most"``."""
        if self.browsing:
            return self._bool([])
        full = None if self.full is None else self._bool([self.full], self.scoring)
        if self.plan.matching == "all":
            return NOTHING if full is None else full
        scored = self.scored
        if self.plan.matching == "most" and self.plan.terms and not self.plan.phrases:
            scored = {"function_score": {"query": scored, "min_score": best * self.ranking.floor}}
        return scored if full is None else {"dis_max": {"queries": [scored, full]}}

    @cached_property
    def scored(self) -> Query:
        """What holds any term that counts."""
        if self.plan.phrases:  # what holds them is meant, whatever it scores
            return self._bool([], self.scoring)
        return self._bool([], self.scoring, least=1) if self.scoring else NOTHING

    @cached_property
    def candidates(self) -> Query:
        """What matches before any floor: its highest score is the best."""
        if self.plan.matching == "all":
            return self.matching(0.0)
        return self.scored

    def selected(self, ids: Sequence[str], *, visible: bool = True) -> Query:
        """The documents with these ids, with their scores; ``visible``: those of the scope only."""
        filters, without = scope_clauses(self.plan.scope) if visible else ([], [])
        wanted: Query = {"terms": {"id": [id for id in ids if sendable(id)]}}
        return _bool([wanted, *filters], without, self.scoring)

    @cached_property
    def tags(self) -> list[Query]:
        return [{"term": {"tags": tag}} if sendable(tag) else NOTHING for tag in sorted(self.plan.tags)]

    @cached_property
    def category(self) -> Query | None:
        """The filter on categories, None where nothing is chosen."""
        if self.plan.paths is None and not self.plan.labels:
            return None
        return category_query(self.plan.paths or (), self.plan.labels)

    @cached_property
    def order(self) -> list[Query]:
        """The sort keys; ties by falling views, then id."""
        ties: list[Query] = [{"views": "desc"}, {"id": "asc"}]
        sort = self.plan.sort
        if sort == "-views" or (sort == "relevance" and self.browsing):
            return ties
        if sort == "relevance":
            return [{"_score": "desc"}, *ties]
        if sort == "title":
            return [{"title_key": "asc"}, *ties]
        # Documents without a date are last, in either direction.
        return [{"updated": {"order": "desc" if sort == "-updated_at" else "asc", "missing": "_last"}}, *ties]

    @property
    def full_first(self) -> bool:
        """Whether documents that hold every content word lead, before the order asked for."""
        plan = self.plan
        return plan.sort != "relevance" and not self.browsing and plan.matching != "all" and self.full is not None

    def _bool(self, filters: Iterable[Query], should: Sequence[Query] = (), *, least: int = 0) -> Query:
        own, without = self.restricted
        return _bool([*own, *filters], without, should, least=least)


def scoring_clauses(terms: Iterable[PlanTerm], ranking: Ranking) -> list[Query]:
    """One clause for each term and list that counts."""
    shares = {
        "m": (("m_all", 1.0), ("m_title", ranking.title), ("m_category", ranking.category)),
        "g": (("g_all", 1.0), ("g_title", ranking.title)),
    }
    return [
        _in_category(_weighted(field, value, term.weight * share), term.category)
        for term in terms
        if sendable(term.term)
        for value in [index_term(term.term) if term.channel == "m" else index_gram(term.term)]
        for field, share in shares[term.channel]
        if term.weight * share > 0
    ]


def related_clauses(terms: Iterable[RelatedTerm]) -> list[Query]:
    """One clause for each related word."""
    field = RELATED_LIST.replace(".", "_")
    return [
        _bool((), [term_query("m", term.instead_of)], must=_weighted(field, index_term(term.term), term.weight))
        for term in terms
        if sendable(term.term)
    ]


def _weighted(field: str, value: str, boost: float) -> Query:
    return {"term": {field: {"value": value, "boost": boost}}}


def _in_category(clause: Query, path: CategoryPath) -> Query:
    """A scoring clause that counts in and below a category only."""
    return {"bool": {"must": [clause], "filter": [category_query([path], ())]}} if path else clause


def _boost(clause: Query) -> float:
    (field,) = (clause if "term" in clause else clause["bool"]["must"][0])["term"].values()
    boost: float = field["boost"]
    return boost


def group_query(group: Group) -> Query:
    """What holds a content word: all terms of any clause."""
    single = [clause[0][1] for clause in group.clauses if len(clause) == 1 and clause[0][0] == "m"]
    others = [clause for clause in group.clauses if len(clause) != 1 or clause[0][0] != "m"]
    words = [value for term in single if sendable(term) for value in words_value(term)]
    limited = [_all_of([clause_query(clause), category_query([path], ())]) for path, clause in group.limited]
    return _any_of([*([{"terms": {"words": words}}] if words else []), *map(clause_query, others), *limited])


def clause_query(clause: Clause) -> Query:
    """What holds all terms of a clause; an empty one holds nothing."""
    return _all_of([term_query(channel, term) for channel, term in clause]) if clause else NOTHING


def term_query(channel: str, term: str) -> Query:
    """What holds a term in any list of its channel."""
    if not sendable(term):
        return NOTHING
    if channel == "m":
        return {"terms": {"words": list(words_value(term))}}
    return {"term": {"g_all": index_gram(term)}}


def phrase_query(phrase: str) -> Query:
    """What holds a squeezed text in its squeezed title or body: its bigrams one behind the other.

    Copies and fields are a hundred positions apart, so no phrase crosses them.
    """
    if not sendable(phrase):
        return NOTHING
    if len(phrase) > 1:
        return {"match_phrase": {"g_all": phrase}}
    return _any_of([{"prefix": {"g_all": phrase}}, {"wildcard": {"g_all": {"value": f"?{phrase}"}}}])


def scope_clauses(scope: Scope, *, time: bool = True) -> tuple[list[Query], list[Query]]:
    """(filters, must-nots) of which documents there are for a search."""
    filters: list[Query] = []
    if scope.within is not None:
        filters.append(category_query(scope.within, ()))
    groups = sorted(group for group in scope.audience if sendable(group))
    filters.append({"terms": {"audience": [EVERYBODY, *groups]}})
    if not time:
        return filters, []
    return filters, [{"range": {"from": {"gt": scope.now}}}, {"range": {"until": {"lte": scope.now}}}]


def category_query(paths: Iterable[CategoryPath], labels: Iterable[str]) -> Query:
    """Documents whose path begins with one of the paths or holds one of the labels."""
    wanted = list(paths)
    if () in wanted:
        return {"match_all": {}}
    # A label with a separator in it, or an empty one, is in no document but would look like another path.
    prefixes = [joined_path(path) for path in wanted if all(path) and not any(SEPARATOR in label for label in path)]
    clauses: list[Query] = []
    if kept := list(filter(sendable, prefixes)):
        clauses.append({"terms": {"prefixes": kept}})
    if kept := list(filter(sendable, labels)):
        clauses.append({"terms": {"labels": kept}})
    return _any_of(clauses)


def _bool(
    filters: Sequence[Query],
    without: Sequence[Query],
    should: Sequence[Query] = (),
    *,
    least: int = 0,
    must: Query | None = None,
) -> Query:
    body: dict[str, Any] = {}
    if must is not None:
        body["must"] = [must]
    if filters:
        body["filter"] = list(filters)
    if without:
        body["must_not"] = list(without)
    if should:
        body["should"] = list(should)
        body["minimum_should_match"] = least
    return {"bool": body} if body else {"match_all": {}}


def _all_of(queries: Sequence[Query]) -> Query:
    return queries[0] if len(queries) == 1 else {"bool": {"filter": list(queries)}}


def _any_of(queries: Sequence[Query]) -> Query:
    if not queries:
        return NOTHING
    return queries[0] if len(queries) == 1 else {"bool": {"should": list(queries), "minimum_should_match": 1}}
