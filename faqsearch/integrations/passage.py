"""What a language model is given of a hit: a text, and where it is from."""

from __future__ import annotations

from typing import Any

from faqsearch.document import Document
from faqsearch.errors import InvalidOptionError
from faqsearch.faq_index import FaqIndex
from faqsearch.results import Hit, SearchResults


def passage_text(document: Document) -> str:
    """Title and body, a blank line between them."""
    return f"{document.title}\n\n{document.body}".strip()


def passage_metadata(hit: Hit, results: SearchResults) -> dict[str, Any]:
    """Where a passage is from and how sure it is; audience, periods and extra stay inside."""
    document = hit.document
    return {
        "id": document.id,
        "title": document.title,
        "category": list(document.category),
        "url": document.url,
        "updated_at": None if document.updated_at is None else document.updated_at.isoformat(),
        "snippet": hit.snippet.text,
        "score": hit.score,
        "rank": hit.rank,
        "confidence": results.confidence,
    }


def answers(index: FaqIndex, query: str, *, count: int, only_good: bool, options: dict[str, Any]) -> SearchResults | None:
    """The first ``count`` hits; None where ``only_good`` and the best hit covers too little of the query."""
    if not isinstance(index, FaqIndex):
        raise InvalidOptionError(f"index must be a FaqIndex, not {index!r}")
    results = index.search(query, **{"facets": False, "per_page": count, **options})
    return None if only_good and (results.confidence != "good" or not query.strip()) else results
