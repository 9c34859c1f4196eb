"""The pages: start, results, article. They work without a script."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import parse_qs

from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from faqsearch.events import FeedbackEvent
from faqsearch.web.addresses import SearchAddress
from faqsearch.web.caching import Validator
from faqsearch.web.categories import steps
from faqsearch.web.events import EventStream
from faqsearch.web.parameters import Category, Correct, Page, PerPage, Sort, Text, category_path
from faqsearch.web.results_page import results_page, start_page
from faqsearch.web.site import Site
from faqsearch.web.templating import Templates

_RELATED = 5


def pages(site: Site, templates: Templates, validator: Validator, events: EventStream) -> APIRouter:
    """The routes of everything that a person reads."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def start(request: Request) -> Response:
        groups = site.groups(request)

        def make() -> Response:
            values = start_page(site, events, groups, templates.addresses(request))
            return templates.page(request, "home.html", values)

        return validator.respond(request, groups, make)

    @router.get("/search")
    def search(
        request: Request,
        query: Text = "",
        category: Category = "",
        sort: Sort = "relevance",
        page: Page = 1,
        per_page: PerPage = None,
        correct: Correct = 1,
    ) -> Response:
        groups = site.groups(request)
        address = SearchAddress(query, category_path(category), sort, page, per_page or 0, bool(correct))

        def make() -> Response:
            results, values = results_page(site, events, address, groups, templates.addresses(request))
            beyond = results.page > max(results.total_pages, 1)
            return templates.page(request, "search.html", {**values, "beyond": beyond}, status=404 if beyond else 200)

        return validator.respond(request, groups, make)

    @router.get("/articles/{id:path}")
    def article(request: Request, id: str, thanks: Annotated[Literal["0", "1"], Query()] = "0") -> Response:
        groups = site.groups(request)
        document = site.document(id, groups)
        if document is None:
            raise HTTPException(404)

        def make() -> Response:
            addresses = templates.addresses(request)
            values = {
                "document": document,
                "path": steps(document.category, SearchAddress(), addresses),
                "related": site.index.related(id, limit=_RELATED, within=site.within, audience=groups),
                "thanks": thanks == "1",
            }
            return templates.page(request, "article.html", values)

        return validator.respond(request, groups, make)

    if site.feedback:

        @router.post("/feedback/{id:path}")
        async def feedback(request: Request, id: str) -> Response:
            """도움이 되었나요? without a script: a form, which leads back to the article."""
            answers = parse_qs((await request.body()).decode("utf-8", "replace")).get("kind", [])
            if answers not in (["helpful"], ["unhelpful"]):
                raise HTTPException(422)
            if site.document(id, site.groups(request)) is None:
                raise HTTPException(404)
            events.feedback(FeedbackEvent("", id, "helpful" if answers == ["helpful"] else "unhelpful", 0))
            return RedirectResponse(f"{templates.addresses(request).article(id)}?thanks=1#feedback", 303)

    return router
