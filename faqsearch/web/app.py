"""create_app: the help centre of an index."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import StaticFiles

from faqsearch import __version__
from faqsearch.faq_index import FaqIndex
from faqsearch.query.options import CategoryChoice
from faqsearch.web.api import api
from faqsearch.web.caching import Validator
from faqsearch.web.events import EventStream
from faqsearch.web.headers import CONTENT_SECURITY_POLICY, SafetyHeaders, safety_headers
from faqsearch.web.health import health
from faqsearch.web.metrics import metrics as metrics_route
from faqsearch.web.openapi import openapi
from faqsearch.web.pages import pages
from faqsearch.web.problems import Problems
from faqsearch.web.readiness import Readiness
from faqsearch.web.sessions import Session, Sessions
from faqsearch.web.site import Audience, EventSink, make_site
from faqsearch.web.templating import Templates, static_folders


def create_app(
    index: FaqIndex,
    *,
    title: str = "도움말",
    per_page: int = 10,
    within: CategoryChoice = None,
    audience: Audience | None = None,
    contact_url: str | None = None,
    contact_label: str = "문의하기",
    templates: str | os.PathLike[str] | None = None,
    public_url: str | None = None,
    events: EventSink | None = None,
    session: Session | None = None,
    metrics: bool = False,
    cors: Sequence[str] = (),
    content_security_policy: str = CONTENT_SECURITY_POLICY,
) -> FastAPI:
    """An ASGI app with the pages and the JSON API of ``index``, to be run or mounted.

    ``audience`` tells the groups of the reader who sent a request (nobody can choose them in an address). ``within`` is the
    part of the index that is shown. ``contact_url`` is offered where nothing fits. ``templates`` is a folder whose files come
    before ours. ``public_url`` is where the app stands, for canonical links. ``events`` is called with every search and with
    what people say of hits (without it POST /api/events does not exist); ``session`` tells the visit that a request belongs
    to, for these events: a random value that ends with the visit, never a login. ``metrics`` adds /metrics for Prometheus.
    ``cors`` names origins that may call the API.
    Raises InvalidOptionError.
    """
    site = make_site(
        index,
        title=title,
        per_page=per_page,
        within=within,
        audience=audience,
        contact_url=contact_url,
        contact_label=contact_label,
        templates=templates,
        public_url=public_url,
        feedback=events is not None,
    )
    rendered = Templates(site)
    stream = EventStream(index, events)
    readiness = Readiness(index)
    salt = (
        f"{__version__} {rendered.fingerprint} {site.title} {site.per_page} {site.within!r} {site.contact_url} {site.feedback}"
    )
    validator = Validator(index, salt=salt, private=audience is not None)
    safety = safety_headers(content_security_policy)

    @asynccontextmanager
    async def warm(app: FastAPI) -> AsyncIterator[None]:
        readiness.begin()
        yield

    app = FastAPI(
        title=title,
        version=__version__,
        summary="Korean FAQ search",
        docs_url=None,  # they load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        openapi_url="/api/openapi.json",
        lifespan=warm,
    )
    if cors:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(cors), allow_methods=["GET", "POST"], allow_headers=["content-type"]
        )
    if session is not None:
        app.add_middleware(Sessions, session=session)
    app.add_middleware(SafetyHeaders, headers=safety)
    Problems(rendered, safety).install(app)
    app.include_router(health(site, readiness))
    if metrics:
        app.include_router(metrics_route(index))
    app.include_router(api(site, rendered, validator, stream))
    app.include_router(pages(site, rendered, validator, stream))
    files = StaticFiles(directory=static_folders(site)[-1])
    files.all_directories = list(static_folders(site))
    app.mount("/static", files, name="static")
    app.openapi = lambda: openapi(app)  # type: ignore[method-assign]
    return app
