"""A page of search results for a terminal, in Korean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from faqsearch.cli.categories import EVERYTHING, category_tree
from faqsearch.cli.marks import marked_lines
from faqsearch.cli.terminal import Screen, columns, one_line, wrapped
from faqsearch.document import CategoryPath
from faqsearch.results import Correction, Hit, SearchResults

SORT_NAMES = {
    "relevance": "정확도순",
    "-updated_at": "최신순",
    "updated_at": "오래된순",
    "-views": "조회순",
    "title": "제목순",
}
_INDENT = "  "


def page_lines(
    results: SearchResults, screen: Screen, *, chosen: str = EVERYTHING, scope: str = "", depth: int = 2, ids: bool = False
) -> Iterator[str]:
    """The lines of the page: head, notices, hits, place among the pages, categories.

    ``chosen`` names the categories that were asked for, ``scope`` those that were taken for the whole collection; ``depth``
    levels of the category tree are shown, none for 0; with ``ids`` each hit says its document's id.
    """
    yield from _head(results, screen, chosen, scope)
    for notice in _notices(results):
        yield from wrapped(notice, screen.width)
    for place, hit in enumerate(results.hits):
        if place:
            yield ""
        yield from hit_lines(hit, screen, id=ids)
    if results.hits:
        yield ""
    for line in _place(results, filtered=bool(scope) or chosen != EVERYTHING):
        yield from wrapped(line, screen.width)
    if depth and results.facets:
        yield ""
        yield from category_tree(results.facets, screen, total=results.total if chosen == EVERYTHING else None, depth=depth)


def hit_lines(hit: Hit, screen: Screen, *, id: bool = False) -> Iterator[str]:
    """A hit: its category, its title, a piece of its body."""
    category = category_line(hit.document.category) + (" (추천)" if hit.pinned else "")
    for line in wrapped(category, screen.width, indent=_INDENT):
        yield screen.faint(line)
    if id:
        for line in wrapped(f"id: {one_line(hit.document.id)}", screen.width, indent=_INDENT):
            yield screen.faint(line)
    yield from marked_lines(hit.title, screen, indent=_INDENT)
    yield from marked_lines(hit.snippet, screen, indent=_INDENT)


def category_line(path: CategoryPath) -> str:
    """A category path as ``[웹소설·웹툰][구매 관련]``."""
    return "".join(f"[{one_line(label)}]" for label in path) or "[분류 없음]"


def _head(results: SearchResults, screen: Screen, chosen: str, scope: str) -> Sequence[str]:
    browsing = results.sort == "relevance" and not results.query.strip()
    sort = SORT_NAMES["-views" if browsing else results.sort]
    title = f"도움말 검색 결과 (총 {results.total:,}건)"
    others = [f"정렬 기준: {sort}", f"카테고리: {one_line(chosen)}"]
    if scope:
        others.append(f"범위: {one_line(scope)}")
    rest = "     ".join(others)
    if screen.width is None or columns(title) + 10 + columns(rest) <= screen.width:
        return [f"{screen.bold(title)}          {rest}"]
    below = [rest] if columns(rest) <= screen.width else others
    return [
        *map(screen.bold, wrapped(title, screen.width)),
        *(part for line in below for part in wrapped(line, screen.width)),
    ]


def _notices(results: SearchResults) -> Iterator[str]:
    yield from map(one_line, results.notices)
    if results.correction is not None:
        yield _correction(results.query, results.correction)
    if results.truncated:
        yield "검색어가 너무 길어 앞부분만 검색했어요."
    if results.confidence != "good" and results.total:
        yield "꼭 맞는 도움말을 찾지 못했어요."
    if results.suggestions:
        yield f"이것을 찾으셨나요? {', '.join(map(one_line, results.suggestions))}"


def _correction(typed: str, correction: Correction) -> str:
    reason = f" ({one_line(correction.reason)})" if correction.reason else ""
    return (
        f"'{one_line(typed)}' 대신 '{one_line(correction.query)}' 검색 결과를 보여 드려요{reason}. "
        "입력한 그대로 검색: --no-correct"
    )


def _place(results: SearchResults, *, filtered: bool) -> Iterator[str]:
    if not results.total:
        yield "검색 결과가 없어요."
        advice = "낱말을 줄이거나 비슷한 다른 말로 다시 검색해 보세요."
        yield f"카테고리 조건을 빼거나, {advice}" if filtered else advice
        return
    page, last = results.page, results.total_pages
    if page > last:
        yield f"{page:,}쪽은 없어요. 마지막 쪽은 {last:,}쪽이에요: --page {last}"
        return
    parts = [f"{page}/{last}쪽"]
    if page > 1:
        parts.append(f"이전 쪽: --page {page - 1}")
    if page < last:
        parts.append(f"다음 쪽: --page {page + 1}")
    yield " · ".join(parts)
