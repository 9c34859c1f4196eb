"""A JSON search view for Django: ``path("api/help/search", faqsearch.integrations.django.views.search)``."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from faqsearch.errors import InvalidOptionError
from faqsearch.integrations.django.settings import function, shared_index
from faqsearch.results import Hit


@require_GET
def search(request: HttpRequest) -> JsonResponse:
    """``?query=&category=&sort=&page=&per_page=``: hits without their bodies, exact total and category tree as JSON.

    ``category`` is a label or a path with ``>``. A parameter that is no number, or out of range, is a 400 that says so.
    Entries of an audience are shown to readers whom the setting AUDIENCE names.
    """
    given = request.GET
    audience = function("AUDIENCE")
    path = tuple(part.strip() for part in given.get("category", "").split(">") if part.strip())
    try:
        results = shared_index().search(
            given.get("query", ""),
            category=None if not path else path[0] if len(path) == 1 else path,
            audience=() if audience is None else audience(request),
            sort=given.get("sort", "relevance"),
            page=_number(given.get("page", "1"), "page"),
            per_page=_number(given.get("per_page", "10"), "per_page"),
        )
    except InvalidOptionError as error:
        return JsonResponse({"detail": str(error)}, status=400, json_dumps_params=_JSON)
    values = results.to_dict()
    values["hits"] = [_hit(hit) for hit in results]
    return JsonResponse(values, json_dumps_params=_JSON)


_JSON = {"ensure_ascii": False}


def _number(text: str, name: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InvalidOptionError(f"{name} must be a number, not {text!r}") from None


def _hit(hit: Hit) -> dict[str, Any]:
    """Audience, periods and extra of an entry never leave the service."""
    document = hit.document
    return {
        "id": document.id,
        "title": hit.title.to_dict() | {"html": hit.title.to_html()},
        "snippet": hit.snippet.to_dict() | {"html": hit.snippet.to_html()},
        "category": list(document.category),
        "updated_at": None if document.updated_at is None else document.updated_at.isoformat(),
        "views": document.views,
        "url": document.url,
        "rank": hit.rank,
        "pinned": hit.pinned,
    }
