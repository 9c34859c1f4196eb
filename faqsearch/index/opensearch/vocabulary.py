"""What a generation knows: its terms with their document frequencies by scope, kept in the cluster and fetched once.

Fields ``words`` and ``grams`` hold every term of a document once, so that an aggregation over them is the vocabulary
with exact frequencies over live documents, of everything or of the documents of a scope.
"""

from __future__ import annotations

import os
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from math import log
from typing import Any, TypeVar

from faqsearch.document import CategoryPath
from faqsearch.index.base import Channel, Scope
from faqsearch.index.opensearch.execute import Searches, every_value
from faqsearch.index.opensearch.terms import HELD, plain_gram, plain_term
from faqsearch.index.opensearch.translate import Query, scope_clauses

_SCOPES = 32
_LISTED = 10_000
"""Audiences, times and categories that are listed one by one."""

_EVERYTHING = Scope()

Key = tuple[tuple[CategoryPath, ...] | None, frozenset[str], int]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of a whole generation; ``hidden`` documents are not for everybody at every time."""

    documents: int
    hidden: int
    audiences: frozenset[str]
    times: tuple[int, ...]
    categories: int


@dataclass
class ScopeTerms:
    """The terms of one scope: morphemes as (documents that hold it in title or body, in any list), bigrams as documents."""

    documents: int
    with_field: dict[Channel, int]
    words: dict[str, tuple[int, int]] | None = field(default=None)
    grams: dict[str, int] | None = field(default=None)


class Vocabulary:
    """The terms of one generation, fetched when they are first asked for; safe among threads and after ``fork``."""

    def __init__(self, searches: Searches) -> None:
        self._searches = searches
        self._scopes: OrderedDict[Key, ScopeTerms] = OrderedDict()
        self._whole: dict[str, Any] = {}
        self._lock = threading.RLock()
        self._owner = os.getpid()

    @cached_property
    def overview(self) -> Overview:
        times = {"field": "from", "size": _LISTED}
        hidden: Query = {
            "bool": {
                "should": [{"exists": {"field": "from"}}, {"exists": {"field": "until"}}],
                "minimum_should_match": 1,
            }
        }
        answer = self._searches.one(
            {
                "size": 0,
                "track_total_hits": True,
                "aggs": {
                    "windows": {"filter": hidden},
                    "everybody": {"filter": {"term": {"audience": ""}}},
                    "audiences": {"terms": {"field": "audience", "size": _LISTED}},
                    "from": {"terms": times},
                    "until": {"terms": {**times, "field": "until"}},
                    "paths": {"terms": {"field": "path", "size": _LISTED}},
                },
            }
        )
        found = answer["aggregations"]
        total = answer["hits"]["total"]["value"]
        changes = {bucket["key"] for name in ("from", "until") for bucket in found[name]["buckets"]}
        return Overview(
            documents=total,
            hidden=found["windows"]["doc_count"] + total - found["everybody"]["doc_count"],
            audiences=frozenset(bucket["key"] for bucket in found["audiences"]["buckets"]),
            times=tuple(sorted(changes)),
            categories=len(found["paths"]["buckets"]),
        )

    def size(self, scope: Scope) -> int:
        """Documents of the scope."""
        return self._terms(scope).documents

    def words(self, scope: Scope) -> dict[str, tuple[int, int]]:
        """Morpheme term → (documents of the scope that hold it in title or body, in any list)."""
        terms = self._terms(scope)
        return self._filled(terms, "words", lambda: self._fetch_words(scope))

    def grams(self, scope: Scope) -> dict[str, int]:
        """Bigram → documents of the scope that hold it."""
        terms = self._terms(scope)
        return self._filled(terms, "grams", lambda: self._fetch_grams(scope))

    def all_words(self) -> dict[str, int]:
        """Morpheme term → documents that hold it in any list, hidden ones too."""
        words = self.words(_EVERYTHING) if not self.overview.hidden else self._everything("words", self._fetch_words)
        return {term: any_list for term, (_, any_list) in words.items()}

    def all_grams(self) -> dict[str, int]:
        """Bigram → documents that hold it, hidden ones too."""
        return self.grams(_EVERYTHING) if not self.overview.hidden else self._everything("grams", self._fetch_grams)

    def frequency(self, channel: Channel, term: str, scope: Scope) -> int:
        """Documents of the scope that hold a term in title or body."""
        return self.words(scope).get(term, (0, 0))[0] if channel == "m" else self.grams(scope).get(term, 0)

    def idf(self, channel: Channel, term: str, scope: Scope) -> float:
        """ln(1 + (N - df + 0.5) / (df + 0.5)) over the documents that the scope's audience may see, as Lucene computes it."""
        visible = Scope(None, scope.audience, scope.now)
        df = self.frequency(channel, term, visible)
        return log(1 + (self._terms(visible).with_field[channel] - df + 0.5) / (df + 0.5))

    # Inside

    def _terms(self, scope: Scope) -> ScopeTerms:
        key = self._key(scope)
        with self._guard():
            found = self._scopes.get(key)
            if found is None:
                found = self._scopes[key] = self._count(scope)
                while len(self._scopes) > _SCOPES:
                    self._scopes.popitem(last=False)
            self._scopes.move_to_end(key)
        return found

    def _key(self, scope: Scope) -> Key:
        """Equal for scopes in which the same documents are seen."""
        within = None if scope.within is None else tuple(sorted(set(scope.within)))
        overview = self.overview
        if not overview.hidden:
            return within, frozenset(), 0
        return within, scope.audience & overview.audiences, bisect_right(overview.times, scope.now)

    def _filled(self, terms: ScopeTerms, name: str, fetch: Callable[[], Value]) -> Value:
        found: Value | None = getattr(terms, name)
        if found is None:
            with self._guard():  # threads that ask for the same at the same time wait for the one that fetches
                found = getattr(terms, name)
                if found is None:
                    found = fetch()
                    setattr(terms, name, found)
        return found

    def _guard(self) -> threading.RLock:
        if os.getpid() != self._owner:
            self._lock, self._owner = threading.RLock(), os.getpid()
        return self._lock

    def _everything(self, name: str, fetch: Callable[[Scope | None], Value]) -> Value:
        with self._guard():
            if name not in self._whole:
                self._whole[name] = fetch(None)
            found: Value = self._whole[name]
            return found

    def _query(self, scope: Scope | None) -> Query | None:
        """What the scope's documents are, or None where they are all: a vocabulary without a query is read from the index."""
        if scope is None or (scope.within is None and not self.overview.hidden):
            return None
        filters, without = scope_clauses(scope)
        return {"bool": {"filter": filters, "must_not": without}}

    def _count(self, scope: Scope) -> ScopeTerms:
        query = self._query(scope)
        body: dict[str, Any] = {
            "size": 0,
            "track_total_hits": True,
            "aggs": {channel: {"filter": {"exists": {"field": f"{channel}_all"}}} for channel in ("m", "g")},
        }
        answer = self._searches.one(body if query is None else {**body, "query": query})
        counts: dict[Channel, int] = {"m": 0, "g": 0}
        for channel in counts:
            counts[channel] = answer["aggregations"][channel]["doc_count"]
        return ScopeTerms(answer["hits"]["total"]["value"], counts)

    def _fetch_words(self, scope: Scope | None) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for value, count in every_value(self._searches, "words", self._query(scope)):
            term = plain_term(value[1:])
            held, any_list = found.get(term, (0, 0))
            found[term] = (held + count if value[0] == HELD else held, any_list + count)
        return found

    def _fetch_grams(self, scope: Scope | None) -> dict[str, int]:
        return {plain_gram(value): count for value, count in every_value(self._searches, "grams", self._query(scope))}
