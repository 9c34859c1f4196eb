"""ClusterReader: one generation of an index on a cluster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from faqsearch.analysis.analyzer import AnalyzedDocument
from faqsearch.document import Document
from faqsearch.index.base import (
    RELATED_LIST,
    Channel,
    Matches,
    PlanTerm,
    QueryPlan,
    ReaderStatistics,
    Scope,
    ScorePart,
    StoredDocument,
)
from faqsearch.index.opensearch.client import ClusterClient
from faqsearch.index.opensearch.codec import (
    ANALYZED_FIELDS,
    DOCUMENT_FIELDS,
    STORED_FIELDS,
    decode_analyzed,
    decode_document,
    decode_hashes,
    decode_stored,
)
from faqsearch.index.opensearch.execute import Searches, execute, preference_of
from faqsearch.index.opensearch.scan import scan
from faqsearch.index.opensearch.state import IndexState
from faqsearch.index.opensearch.terms import index_gram, index_term, sendable
from faqsearch.index.opensearch.translate import Query, Translation, scope_clauses, term_query
from faqsearch.index.opensearch.vectors import FIELD, decode_vectors
from faqsearch.index.opensearch.vocabulary import Vocabulary
from faqsearch.index.vectors import DocumentVectors
from faqsearch.options import ranking_in_force

_LISTS = ("m.all", "m.title", "m.category", "g.all", "g.title")
_WEIGHT = re.compile(r"weight\((?P<field>[mg]_[a-z]+):(?P<term>.*) in \d+\)", re.DOTALL)
_HASHES = 10_000
_VECTORS = 500


class ClusterReader:
    """What was committed last when it was made; documents written later are seen too, with this generation's vocabulary."""

    def __init__(self, client: ClusterClient, state: IndexState) -> None:
        self.generation = state.generation
        self.meta = state.meta
        self.state = state
        self._client = client
        self._ranking = ranking_in_force(state.meta.options)
        self._searches = Searches(client, client.location.name, state.shards)
        self._vocabulary = Vocabulary(self._searches)

    def __len__(self) -> int:
        return self._vocabulary.overview.documents

    def __contains__(self, id: str) -> bool:
        return self._source(id, ("id",)) is not None

    def __iter__(self) -> Iterator[Document]:
        return (decode_document(hit["_source"]) for hit in scan(self._searches, DOCUMENT_FIELDS))

    def titles(self) -> Iterator[Document]:
        """All documents without their bodies."""
        return (decode_document(hit["_source"]) for hit in scan(self._searches, ("row",)))

    def title_terms(self, id: str) -> None:
        return None

    def analyzed(self) -> Iterator[AnalyzedDocument]:
        """All documents with their terms, as they were given to the writer."""
        return (decode_analyzed(hit["_source"]) for hit in scan(self._searches, ANALYZED_FIELDS))

    def sources(self) -> Iterator[dict[str, Any]]:
        """All documents as they are stored, for a look at every field."""
        return scan(self._searches, ("*",))

    def get(self, id: str) -> Document | None:
        source = self._source(id, DOCUMENT_FIELDS)
        return None if source is None else decode_document(source)

    def stored(self, id: str) -> StoredDocument | None:
        source = self._source(id, STORED_FIELDS)
        return None if source is None else decode_stored(source, None)

    def vectors(self, ids: Sequence[str]) -> list[DocumentVectors | None]:
        found: dict[str, DocumentVectors | None] = {}
        wanted = [id for id in dict.fromkeys(ids) if id and sendable(id)]
        for begin in range(0, len(wanted), _VECTORS):
            body = {"docs": [{"_id": id, "_source": [FIELD]} for id in wanted[begin : begin + _VECTORS]]}
            answer = self._client.request("POST", f"/{self._client.location.name}/_mget", body, realtime="false")
            found.update((one["_id"], decode_vectors(one["_source"])) for one in answer["docs"] if one.get("found"))
        return [found.get(id) for id in ids]

    def _source(self, id: str, names: Sequence[str]) -> dict[str, Any] | None:
        if not sendable(id) or not id:
            return None
        body = {"docs": [{"_id": id, "_source": list(names)}]}
        (found,) = self._client.request("POST", f"/{self._client.location.name}/_mget", body, realtime="false")["docs"]
        return found["_source"] if found.get("found") else None

    # Searching

    def execute(self, plan: QueryPlan) -> Matches:
        return execute(self._searches, plan, self._translation(plan))

    def parts(self, plan: QueryPlan, id: str) -> tuple[ScorePart, ...]:
        translation = self._translation(plan)
        if not translation.scoring:
            return ()
        body = {"query": translation.selected([id], visible=False), "size": 1, "explain": True, "_source": False}
        hits = self._searches.one(body, preference=preference_of(plan))["hits"]["hits"]
        found = dict(_weights(hits[0]["_explanation"])) if hits else {}
        parts = []
        for name in _LISTS:
            for term in plan.terms:
                value = index_term(term.term) if term.channel == "m" else index_gram(term.term)
                if term.channel == name[0] and (part := found.get((name.replace(".", "_"), value))):
                    score, frequency, idf = part
                    parts.append(ScorePart(name, term.term, score, frequency, idf))
        field = RELATED_LIST.replace(".", "_")
        for related in plan.related:
            if part := found.get((field, index_term(related.term))):
                parts.append(ScorePart(RELATED_LIST, related.term, *part, related.instead_of))
        return tuple(parts)

    def _translation(self, plan: QueryPlan) -> Translation:
        return Translation(plan, self._ranking, lambda term: self._knows(term, plan.scope))

    def _knows(self, term: PlanTerm, scope: Scope) -> bool:
        return self.knows(term.channel, term.term, scope)

    # What there is

    def hashes(self) -> Mapping[str, tuple[int, int]]:
        hits = scan(self._searches, (), ("hash",), size=_HASHES)
        return {hit["_id"]: decode_hashes(hit["fields"]["hash"][0]) for hit in hits}

    def size(self, scope: Scope) -> int:
        return self._vocabulary.size(scope)

    def knows(self, channel: Channel, term: str, scope: Scope) -> bool:
        if channel == "m":
            return self._vocabulary.words(scope).get(term, (0, 0))[1] > 0
        return self._vocabulary.grams(scope).get(term, 0) > 0

    def changes(self) -> Sequence[int]:
        return self._vocabulary.overview.times

    def frequency(self, channel: Channel, term: str, scope: Scope) -> int:
        return self._vocabulary.frequency(channel, term, scope)

    def frequent(self, least: int) -> frozenset[str]:
        return frozenset(term for term, count in self._vocabulary.all_words().items() if count >= least)

    def together(self, terms: Sequence[str], scope: Scope) -> tuple[int, int]:
        key = tuple(terms), scope
        if key not in self._together:
            filters, without = scope_clauses(scope)
            titles: list[Query] = [{"term": {"m_title": index_term(term)}} for term in terms]
            held = [term_query("m", term) for term in terms]
            answer = self._searches.one(
                {
                    "size": 0,
                    "track_total_hits": False,
                    "query": {"bool": {"filter": [*filters, *held], "must_not": without}},
                    "aggs": {
                        "documents": {"filter": {"match_all": {}}},
                        "titles": {"filter": {"bool": {"filter": titles}}},
                    },
                }
            )["aggregations"]
            self._together[key] = answer["titles"]["doc_count"], answer["documents"]["doc_count"]
        return self._together[key]

    @cached_property
    def _together(self) -> dict[tuple[tuple[str, ...], Scope], tuple[int, int]]:
        return {}

    def idf(self, channel: Channel, term: str, scope: Scope) -> float:
        return self._vocabulary.idf(channel, term, scope)

    def known_idf(self, term: str, scope: Scope) -> float:
        return self.idf("m", term, scope) if self.knows("m", term, scope) else 0.0

    def vocabulary(self, channel: Channel) -> Iterable[tuple[str, int]]:
        words = self._vocabulary.all_words() if channel == "m" else self._vocabulary.all_grams()
        return sorted(words.items(), key=lambda pair: pair[0].encode("utf-8"))

    def statistics(self) -> ReaderStatistics:
        answer = self._client.request("GET", f"/{self.state.index}/_stats/docs,store,segments")
        numbers = answer["_all"]["primaries"]
        terms = {"morphemes": len(self._vocabulary.all_words()), "grams": len(self._vocabulary.all_grams())}
        return ReaderStatistics(
            documents=len(self),
            deleted=numbers["docs"]["deleted"],
            segments=numbers["segments"]["count"],
            terms=terms,
            size_bytes=numbers["store"]["size_in_bytes"],
            categories=self._vocabulary.overview.categories,
        )


def _weights(explanation: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], tuple[float, int, float]]]:
    """(field, term) → (score, frequency, idf) of every term in a score's explanation."""
    match = _WEIGHT.match(explanation["description"])
    if match is None:
        for detail in explanation["details"]:
            yield from _weights(detail)
        return
    numbers = dict(_numbers(explanation))
    yield (match["field"], match["term"]), (explanation["value"], int(numbers["freq"]), numbers["idf"])


def _numbers(explanation: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for detail in explanation["details"]:
        yield detail["description"].partition(",")[0], float(detail["value"])
        yield from _numbers(detail)
