"""Results as the API's JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response

from faqsearch.document import Document
from faqsearch.results import Facet, Highlight, Hit, SearchResults
from faqsearch.web.addresses import Addresses, write_path
from faqsearch.web.blocks import blocks


def json_response(values: Any) -> Response:
    """``values`` as they are: they are made here, so they are not checked again against the schema (tests do)."""
    return Response(to_json(values), media_type="application/json")


def summary(document: Document, addresses: Addresses) -> dict[str, Any]:
    updated = document.updated_at
    return {
        "id": document.id,
        "title": document.title,
        "category": list(document.category),
        "tags": sorted(document.tags),
        "updated_at": None if updated is None else updated.isoformat(),
        "views": document.views,
        "url": document.url,
        "href": addresses.article(document.id),
    }


def article(document: Document, addresses: Addresses) -> dict[str, Any]:
    pieces = [block.to_dict() for block in blocks(document.body)]
    return {**summary(document, addresses), "body": document.body, "blocks": pieces}


def hits(found: Iterable[Hit], addresses: Addresses) -> list[dict[str, Any]]:
    return [
        {
            "document": summary(hit.document, addresses),
            "score": hit.score,
            "rank": hit.rank,
            "title": _highlight(hit.title),
            "snippet": _highlight(hit.snippet),
            "matched_terms": list(hit.matched_terms),
            "pinned": hit.pinned,
        }
        for hit in found
    ]


def results(found: SearchResults, addresses: Addresses, *, search_id: str | None) -> dict[str, Any]:
    return {
        "query": found.query,
        "hits": hits(found, addresses),
        "total": found.total,
        "page": found.page,
        "per_page": found.per_page,
        "total_pages": found.total_pages,
        "sort": found.sort,
        "facets": [_facet(facet) for facet in found.facets],
        "correction": None if found.correction is None else found.correction.to_dict(),
        "suggestions": list(found.suggestions),
        "confidence": found.confidence,
        "truncated": found.truncated,
        "notices": list(found.notices),
        "generation": found.generation,
        "took_ms": round(found.took_ms, 3),
        "search_id": search_id,
    }


def _highlight(highlight: Highlight) -> dict[str, Any]:
    return {"text": highlight.text, "spans": [list(span) for span in highlight.spans], "html": highlight.to_html()}


def _facet(facet: Facet) -> dict[str, Any]:
    return {
        "label": facet.label,
        "path": list(facet.path),
        "category": write_path(facet.path),
        "count": facet.count,
        "selected": facet.selected,
        "children": [_facet(child) for child in facet.children],
    }
