"""The OpenAPI document: every error is a problem+json."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from faqsearch.web.schemas import ProblemBody

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}


def openapi(app: FastAPI) -> dict[str, Any]:
    """The document of the app's routes, made once."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas["ProblemBody"] = ProblemBody.model_json_schema()
        for operations in document["paths"].values():
            for operation in operations.values():
                _problems(operation["responses"])
        app.openapi_schema = document
    return app.openapi_schema


def _problems(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status >= "400":
            response["content"] = _PROBLEM
        elif status in ("204", "304"):
            response.pop("content", None)
