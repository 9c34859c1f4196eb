"""The JSON API that a front end calls."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from faqsearch import limits
from faqsearch.document import Document
from faqsearch.events import FeedbackEvent
from faqsearch.web import json_values, schemas
from faqsearch.web.caching import Validator
from faqsearch.web.events import EventStream
from faqsearch.web.json_values import json_response
from faqsearch.web.parameters import CATEGORIES, TAGS, Correct, Page, PerPage, Sort, Text, category_path
from faqsearch.web.site import Site
from faqsearch.web.templating import Templates

Responses: TypeAlias = dict[int | str, dict[str, Any]]

_SAME: Responses = {304: {"description": "The copy named by If-None-Match is still right."}}
_INVALID: Responses = {422: {"description": "A parameter is wrong."}}
_GONE: Responses = {404: {"description": "There is no such entry, or not for this reader."}}
_SENT: Responses = {
    400: {"description": "The body is no JSON."},
    411: {"description": "The body does not say how long it is."},
    413: {"description": "The body is too long."},
}
_DOWN: Responses = {503: {"description": "The index cannot be read at the moment."}}

Id = Annotated[str, Path(min_length=1, description="An entry's id.", examples=["story-005"])]


def api(site: Site, templates: Templates, validator: Validator, events: EventStream) -> APIRouter:
    """The routes below /api."""
    router = APIRouter(prefix="/api", responses={**_INVALID, **_DOWN}, tags=["search"])

    @router.get("/search", summary="Search", response_model=schemas.SearchBody, responses=_SAME)
    def search(
        request: Request,
        query: Text = "",
        category: list[str] = CATEGORIES,
        tag: list[str] = TAGS,
        sort: Sort = "relevance",
        page: Page = 1,
        per_page: PerPage = None,
        correct: Correct = 1,
    ) -> Any:
        """One page of hits, best first, with the exact total and category counts. Nothing found is no error."""
        groups = site.groups(request)
        paths = [path for path in map(category_path, category) if path]

        def make() -> Response:
            found = site.index.search(
                query,
                category=frozenset(paths) or None,  # a list of paths of one label each would be one path
                within=site.within,
                tags=tag,
                audience=groups,
                sort=sort,
                page=page,
                per_page=per_page or site.per_page,
                correct=bool(correct),
            )
            search_id = events.last_id if site.feedback else None
            return json_response(json_values.results(found, templates.addresses(request), search_id=search_id))

        return validator.respond(request, groups, make)

    @router.get("/complete", summary="Complete what is being typed", response_model=schemas.CompletionsBody, responses=_SAME)
    def complete(
        request: Request,
        prefix: Annotated[str, Query(description="What is typed so far; half-typed syllables count.", examples=["환부"])],
        limit: Annotated[int, Query(ge=1, le=limits.COMPLETION_LIMIT)] = 8,
    ) -> Any:
        """Titles that it may become, the most viewed first."""
        groups = site.groups(request)

        def make() -> Response:
            found = site.index.complete(prefix, limit=limit, within=site.within, audience=groups)
            return json_response({"completions": [one.to_dict() for one in found]})

        return validator.respond(request, groups, make)

    @router.get(
        "/articles/{id:path}/related",
        summary="Entries like one",
        response_model=schemas.RelatedBody,
        responses={**_SAME, **_GONE},
    )
    def related(request: Request, id: Id, limit: Annotated[int, Query(ge=1, le=limits.RELATED_LIMIT)] = 5) -> Any:
        """The entries most like one, the most alike first."""
        groups = site.groups(request)
        document_or_404(id, groups)

        def make() -> Response:
            found = site.index.related(id, limit=limit, within=site.within, audience=groups)
            return json_response({"hits": json_values.hits(found, templates.addresses(request))})

        return validator.respond(request, groups, make)

    @router.get("/articles/{id:path}", summary="An entry", response_model=schemas.ArticleBody, responses={**_SAME, **_GONE})
    def article(request: Request, id: Id) -> Any:
        """The whole entry, its body also in blocks."""
        groups = site.groups(request)
        document = document_or_404(id, groups)
        return validator.respond(
            request, groups, lambda: json_response(json_values.article(document, templates.addresses(request)))
        )

    def document_or_404(id: str, groups: frozenset[str]) -> Document:
        document = site.document(id, groups)
        if document is None:
            raise HTTPException(404, "there is no such entry, or not for this reader")
        return document

    if site.feedback:

        @router.post(
            "/events", summary="Tell what a person did", status_code=204, response_class=Response, responses={**_GONE, **_SENT}
        )
        def event(request: Request, event: schemas.EventBody) -> None:
            """A hit was opened, or an entry helped or did not: goes into the service's stream of events."""
            document_or_404(event.document_id, site.groups(request))
            events.feedback(FeedbackEvent(event.search_id, event.document_id, event.kind, event.rank))

    return router
