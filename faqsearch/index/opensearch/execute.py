"""A query plan carried out by a cluster: one request for the best score, one for the page with its total and counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from faqsearch.document import CategoryPath
from faqsearch.index.base import Matches, QueryPlan, StoredDocument
from faqsearch.index.opensearch.client import ClusterClient
from faqsearch.index.opensearch.codec import STORED_FIELDS, decode_stored, split_path
from faqsearch.index.opensearch.translate import Query, Translation

WINDOW = 10_000
"""How deep ``from`` and ``size`` may reach; beyond it pages are found by search_after."""

_CATEGORIES = 10_000
_BUCKETS = 50_000
"""Values in one answer; a cluster gives at most 65,535."""


@dataclass(frozen=True, slots=True)
class Searches:
    """Sends searches over one index; with several shards, statistics are gathered from all of them first."""

    client: ClusterClient
    index: str
    shards: int

    def one(self, body: Query, *, preference: str | None = None) -> dict[str, Any]:
        """The answer to one search, over all shards or not at all."""
        params: dict[str, Any] = {"allow_partial_search_results": "false"}
        if preference is not None:
            params["preference"] = preference
        if self.shards > 1:
            params["search_type"] = "dfs_query_then_fetch"
        answer: dict[str, Any] = self.client.request("POST", f"/{self.index}/_search", body, **params)
        return answer

    def several(self, bodies: Sequence[Query], *, preference: str | None = None) -> list[dict[str, Any]]:
        """The answers to several searches in one request."""
        params: dict[str, Any] = {} if preference is None else {"preference": preference}
        if self.shards > 1:
            params["search_type"] = "dfs_query_then_fetch"
        return self.client.several(self.index, bodies, **params)


def execute(searches: Searches, plan: QueryPlan, translation: Translation) -> Matches:
    """The page of documents that ``plan`` asks for, with total, best score and counts by category."""
    preference = preference_of(plan)
    best = _best(searches, translation, preference) if plan.terms and translation.scoring else 0.0
    matching = translation.matching(best)
    pins = tuple(dict.fromkeys(plan.pins)) if plan.sort == "relevance" else ()
    if pins:
        return _pinned(searches, translation, matching, best, pins, preference)
    hits, answer = _page(searches, translation, matching, plan.offset, plan.limit, preference, counting=True)
    scores = _scores(searches, translation, hits, preference)
    return Matches(
        _documents(hits, plan),
        tuple(scores[hit["_id"]] for hit in hits),
        _total(answer),
        best,
        _counts(searches, answer, _filtered(translation, matching)),
    )


def preference_of(plan: QueryPlan) -> str:
    """The same copies of the shards for every page of the same search, so that copies which differ do not mix."""
    key = repr((plan.terms, plan.phrases, plan.excluded, plan.excluded_phrases))
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _best(searches: Searches, translation: Translation, preference: str) -> float:
    body = {"query": translation.candidates, "size": 1, "_source": False, "track_total_hits": False}
    hits = searches.one(body, preference=preference)["hits"]["hits"]
    return float(hits[0]["_score"]) if hits else 0.0


def _filtered(translation: Translation, matching: Query) -> dict[str, Any]:
    """The body of a search for what matches and passes the filters; counts ignore the filter on categories."""
    filters = [*translation.tags]
    body: dict[str, Any] = {"track_total_hits": True}
    category = translation.category
    if category is not None:
        if translation.plan.facets:
            body["post_filter"] = category
        else:
            filters.append(category)
    if translation.plan.facets:
        body["aggs"] = {"paths": {"terms": {"field": "path", "size": _CATEGORIES, "shard_size": _CATEGORIES}}}
    body["query"] = {"bool": {"must": [matching], "filter": filters}} if filters else matching
    return body


def _page(
    searches: Searches,
    translation: Translation,
    matching: Query,
    offset: int,
    limit: int,
    preference: str,
    *,
    counting: bool,
    without: Sequence[str] = (),
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """(the hits from ``offset`` on, the answer that holds what was counted)."""
    if translation.full_first:
        flag = {"constant_score": {"filter": translation.full, "boost": 1.0}}
        matching = {"bool": {"filter": [matching], "should": [flag], "minimum_should_match": 0}}
    body = _filtered(translation, matching)
    if without:
        body["query"] = {"bool": {"must": [body["query"]], "must_not": [{"terms": {"id": list(without)}}]}}
    order = [{"_score": "desc"}, *translation.order] if translation.full_first else translation.order
    body |= {"sort": order, "size": limit, "from": offset, "_source": list(STORED_FIELDS)}
    if translation.plan.sort == "relevance" and not translation.browsing:
        body["track_scores"] = True
    if not counting:
        body.pop("aggs", None)
        body["track_total_hits"] = False
    if offset + limit <= WINDOW:
        answer = searches.one(body, preference=preference)
        return answer["hits"]["hits"], answer
    return _deep(searches, body, preference)


def _deep(searches: Searches, body: dict[str, Any], preference: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A page beyond the window: walks there by search_after, without documents."""
    offset = body.pop("from")
    counted: dict[str, Any] | None = None
    after: list[Any] | None = None
    while True:
        step = min(offset, WINDOW)
        walked = {**body, "size": step or body["size"]}
        if after is not None:
            walked["search_after"] = after
        if step:
            walked["_source"] = False
        if counted is not None:
            walked.pop("aggs", None)
            walked["track_total_hits"] = False
        answer = searches.one(walked, preference=preference)
        counted = counted or answer
        hits = answer["hits"]["hits"]
        if not step:
            return hits, counted
        if len(hits) < step or offset >= _total(counted):
            return [], counted
        after = hits[-1]["sort"]
        offset -= step


def _pinned(
    searches: Searches,
    translation: Translation,
    matching: Query,
    best: float,
    pins: tuple[str, ...],
    preference: str,
) -> Matches:
    """Pins that may be seen and pass the filters lead; they count once, whether they match or not."""
    plan = translation.plan
    pinned = translation.selected(pins)
    everything = {"dis_max": {"queries": [matching, pinned]}}
    leading = _filtered(translation, pinned) | {"size": len(pins), "_source": list(STORED_FIELDS)}
    leading.pop("aggs", None)
    counted, found = searches.several([_filtered(translation, everything) | {"size": 0}, leading], preference=preference)
    by_id = {hit["_id"]: hit for hit in found["hits"]["hits"]}
    lead = [by_id[id] for id in pins if id in by_id]
    hits = lead[plan.offset : plan.offset + plan.limit]
    end = plan.offset + plan.limit - len(lead)
    if end > 0:
        begin = max(plan.offset - len(lead), 0)
        without = [hit["_id"] for hit in lead]
        rest, _ = _page(searches, translation, matching, begin, end - begin, preference, counting=False, without=without)
        hits = [*hits, *rest]
    return Matches(
        _documents(hits, plan),
        tuple(float(hit["_score"] or 0.0) for hit in hits),
        _total(counted),
        best,
        _counts(searches, counted, _filtered(translation, everything)),
        frozenset(by_id),
    )


def _scores(searches: Searches, translation: Translation, hits: Sequence[dict[str, Any]], preference: str) -> dict[str, float]:
    """The scores of hits by id; in another order than that of relevance they are asked for."""
    ids = [hit["_id"] for hit in hits]
    if not translation.scoring or not ids:
        return dict.fromkeys(ids, 0.0)
    if translation.plan.sort == "relevance":
        return {hit["_id"]: float(hit["_score"]) for hit in hits}
    body = {"query": translation.selected(ids, visible=False), "size": len(ids), "_source": False}
    found = {hit["_id"]: float(hit["_score"]) for hit in searches.one(body, preference=preference)["hits"]["hits"]}
    return {id: found.get(id, 0.0) for id in ids}


def _documents(hits: Sequence[dict[str, Any]], plan: QueryPlan) -> tuple[StoredDocument, ...]:
    return tuple(decode_stored(hit["_source"], plan.marks) for hit in hits)


def _total(answer: dict[str, Any]) -> int:
    total: int = answer["hits"]["total"]["value"]
    return total


def _counts(searches: Searches, answer: dict[str, Any], body: Query) -> dict[CategoryPath, int]:
    """Documents by category; where there are more categories than one answer lists, page by page."""
    if "aggregations" not in answer:
        return {}
    found = answer["aggregations"]["paths"]
    if not found["sum_other_doc_count"]:
        return {split_path(bucket["key"]): bucket["doc_count"] for bucket in found["buckets"]}
    return {split_path(path): count for path, count in every_value(searches, "path", body["query"])}


def every_value(searches: Searches, name: str, query: Query | None) -> list[tuple[str, int]]:
    """(value, documents that hold it) of all values of a keyword field, over the documents of a query (None: all).

    A terms aggregation counts all values in one pass; where they are more than one answer may hold, in a pass for each part of
    them. (A composite aggregation would look at every document again for each page.)
    """
    parts = 1
    while True:
        found: list[tuple[str, int]] = []
        for part in range(parts):
            terms: dict[str, Any] = {"field": name, "size": _BUCKETS, "shard_size": _BUCKETS, "order": {"_key": "asc"}}
            if parts > 1:
                terms["include"] = {"partition": part, "num_partitions": parts}
            body: dict[str, Any] = {"size": 0, "track_total_hits": False, "aggs": {"values": {"terms": terms}}}
            if parts == 1:
                body["aggs"]["distinct"] = {"cardinality": {"field": name}}
            answer = searches.one(body if query is None else {**body, "query": query})["aggregations"]
            if answer["values"]["sum_other_doc_count"]:
                distinct = answer["distinct"]["value"] if parts == 1 else 0
                parts = max(2 * parts, -(-3 * distinct // (2 * _BUCKETS)))
                break
            found += [(bucket["key"], bucket["doc_count"]) for bucket in answer["values"]["buckets"]]
        else:
            return found
