"""What can be asked in an address, and in which bounds; the pages and the API share it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from fastapi import Query

from faqsearch import limits
from faqsearch.document import CategoryPath
from faqsearch.web.addresses import read_path

_MOST = 1_000_000

Text: TypeAlias = Annotated[
    str,
    Query(
        description=f"What a person typed, any text. Beyond {limits.QUERY_CODE_POINTS} code points it is ignored, and the "
        "answer says so. Blank: everything, the most viewed first.",
        examples=["캐시 환불"],
    ),
]
Sort: TypeAlias = Annotated[
    Literal["relevance", "-updated_at", "updated_at", "-views", "title"],
    Query(description="Best, newest, oldest, most viewed first, or by title."),
]
Page: TypeAlias = Annotated[int, Query(ge=1, le=_MOST, description="Which page, from 1. One beyond the last has no hits.")]
PerPage: TypeAlias = Annotated[int | None, Query(ge=1, le=limits.PER_PAGE, description="Hits a page.")]
Correct: TypeAlias = Annotated[
    int, Query(ge=0, le=1, description="0: searches exactly what was typed, also where another reading would find more.")
]
Category: TypeAlias = Annotated[
    str,
    Query(
        description="Only this category: a path with > between its labels, `웹소설·웹툰>환불/취소`; \\ before a > in a label."
    ),
]
# A list's default is a value, not a factory: pydantic looks at a factory's signature anew in every request.
CATEGORIES: Any = Query(
    [],
    description="Only these categories (any of them): each a path, as `웹소설·웹툰>환불/취소`; \\ before a > in a label.",
)
TAGS: Any = Query([], description="Only entries with all of these tags.")


def category_path(text: str) -> CategoryPath:
    """The path that an address names; one that no entry can have is taken as a label, and finds nothing."""
    try:
        return read_path(text)
    except ValueError:
        return (text,)
