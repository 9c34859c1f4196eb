"""All documents of an index in the order of their ids, page by page, without a state that a node could lose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from faqsearch.index.opensearch.execute import Searches

_PAGE = 1_000


def scan(
    searches: Searches, source: Sequence[str], columns: Sequence[str] = (), *, size: int = _PAGE
) -> Iterator[dict[str, Any]]:
    """The hits of everything, with these fields of ``_source`` and these columns."""
    body: dict[str, Any] = {
        "query": {"match_all": {}},
        "size": size,
        "sort": [{"id": "asc"}],
        "track_total_hits": False,
        "_source": list(source) if source else False,
        "docvalue_fields": list(columns),
    }
    while True:
        hits = searches.one(body)["hits"]["hits"]
        yield from hits
        if len(hits) < size:
            return
        body["search_after"] = hits[-1]["sort"]
