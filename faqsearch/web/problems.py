"""Errors: problem+json (RFC 9457) for programs, a plain page for people."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from faqsearch.errors import FaqSearchError, InvalidOptionError
from faqsearch.web.templating import Templates

_log = logging.getLogger(__name__)

_WRONG_PAGE = {
    "page": "쪽 번호(page)는 1부터 시작하는 정수여야 해요.",
    "per_page": "한 쪽에 보일 개수(per_page)는 1에서 100까지의 정수여야 해요.",
    "sort": "정렬 기준(sort)은 relevance, -updated_at, -views 가운데 하나여야 해요.",
    "category": "카테고리(category)는 결제 또는 결제>환불처럼 적어야 해요.",
    "correct": "correct는 0 또는 1이어야 해요.",
}
_PLAIN = {
    404: "찾으시는 페이지가 없어요. 주소가 바뀌었거나 더는 볼 수 없는 도움말이에요.",
    503: "지금은 도움말을 보여 드릴 수 없어요. 잠시 뒤에 다시 시도해 주세요.",
}


def problem_response(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """A problem document with no type of its own: its title is that of the status."""
    values = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return Response(
        json.dumps(values, ensure_ascii=False),
        status,
        {"cache-control": "no-store", **(headers or {})},
        media_type="application/problem+json",
    )


class Problems:
    """Answers errors in the way that the address was asked in."""

    def __init__(self, templates: Templates, safety: Mapping[str, str]) -> None:
        self._templates = templates
        self._safety = safety

    def install(self, app: FastAPI) -> None:
        app.add_exception_handler(HTTPException, self._http)
        app.add_exception_handler(RequestValidationError, self._invalid)
        app.add_exception_handler(InvalidOptionError, self._option)
        app.add_exception_handler(FaqSearchError, self._unavailable)
        app.add_exception_handler(Exception, self._unexpected)

    def _http(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return self._answer(request, error.status_code, str(error.detail), headers=error.headers)

    def _invalid(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        found = error.errors()
        names = [str(one["loc"][-1]) for one in found]
        plain = " ".join(dict.fromkeys(_WRONG_PAGE[name] for name in names if name in _WRONG_PAGE))
        return self._answer(request, 422, _in_words(found), plain=plain)

    def _option(self, request: Request, error: Exception) -> Response:
        return self._answer(request, 422, str(error))

    def _unavailable(self, request: Request, error: Exception) -> Response:
        _log.error("the index cannot be read: %s", error)
        return self._answer(request, 503, "the index cannot be read at the moment")

    def _unexpected(self, request: Request, error: Exception) -> Response:
        """Stands outside of the middleware, so that it brings the safety headers itself; the server logs the error."""
        return self._answer(request, 500, "something went wrong", headers=self._safety)

    def _answer(
        self, request: Request, status: int, detail: str, *, plain: str = "", headers: Mapping[str, str] | None = None
    ) -> Response:
        if not _is_page(request):
            return problem_response(status, detail, headers)
        message = plain or _PLAIN.get(status) or ("요청을 이해하지 못했어요." if status < 500 else "문제가 생겼어요.")
        response = self._templates.page(request, "error.html", {"status": status, "message": message}, status=status)
        response.headers.update({"cache-control": "no-store", **(headers or {})})
        return response


def _is_page(request: Request) -> bool:
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return not path.startswith(("/api/", "/healthz", "/readyz", "/static/"))


def _in_words(errors: Sequence[Any]) -> str:
    """``page: Input should be greater than or equal to 1``; what was given is not repeated."""
    return "; ".join(f"{'.'.join(str(part) for part in one['loc'][1:]) or one['loc'][0]}: {one['msg']}" for one in errors)
