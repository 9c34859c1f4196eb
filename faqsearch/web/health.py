"""Whether the process lives, and whether it is warm."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException

from faqsearch.web import schemas
from faqsearch.web.readiness import Readiness
from faqsearch.web.site import Site


def health(site: Site, readiness: Readiness) -> APIRouter:
    """/healthz and /readyz, as orchestrators ask them."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="Is it alive?", response_model=schemas.HealthBody)
    async def healthz() -> Any:
        return {"status": "ok"}

    @router.get(
        "/readyz",
        summary="Will the next query be fast?",
        response_model=schemas.ReadyBody,
        responses={503: {"description": "Still warming up, or the index cannot be read."}},
    )
    def readyz() -> Any:
        """503 until Kiwi and the index are loaded; asking begins to load them where nothing did yet."""
        readiness.begin()
        generation = site.index.generation
        if not readiness.ready:
            raise HTTPException(503, "warming up", headers={"retry-after": "1"})
        return {"status": "ready", "generation": generation, "documents": len(site.index)}

    return router
