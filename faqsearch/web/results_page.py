"""What the results page and the start page show, gathered from the index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from faqsearch.document import CategoryPath
from faqsearch.results import Hit, SearchResults
from faqsearch.web.addresses import SORT_NAMES, Addresses, SearchAddress
from faqsearch.web.categories import branches, steps
from faqsearch.web.events import EventStream
from faqsearch.web.pagination import pagination
from faqsearch.web.site import Site

_POPULAR = 5
_POPULAR_AT_START = 8
_ELSEWHERE = 3


@dataclass(frozen=True, slots=True)
class SortChoice:
    """A sort that the page offers."""

    name: str
    href: str
    selected: bool


def search(site: Site, address: SearchAddress, groups: frozenset[str], *, per_page: int, facets: bool = True) -> SearchResults:
    """The page of the index that an address asks for."""
    return site.index.search(
        address.query,
        category=address.category or None,
        within=site.within,
        audience=groups,
        sort=address.sort,
        page=address.page,
        per_page=per_page,
        facets=facets,
        correct=address.correct,
    )


def results_page(
    site: Site, events: EventStream, address: SearchAddress, groups: frozenset[str], addresses: Addresses
) -> tuple[SearchResults, Mapping[str, Any]]:
    """The results and the values of ``search.html``."""
    results = search(site, address, groups, per_page=address.per_page or site.per_page)
    search_id = events.last_id if site.feedback else None
    lost = results.confidence != "good"
    everywhere: SearchResults | None = None
    popular: tuple[Hit, ...] = ()
    with events.unheard():
        if address.category and not results.total:
            everywhere = search(site, address.within(()), groups, per_page=_ELSEWHERE, facets=False)
        if lost and not (everywhere and everywhere.total):
            popular = browse(site, groups, _POPULAR).hits
    values = {
        "query": address.query,
        "address": address,
        "results": results,
        "search_id": search_id,
        "sorts": _sorts(address, addresses),
        "categories": branches(results.facets, address, addresses),
        "chosen": steps(address.category, address, addresses),
        "path_of": _PathLinks(address, addresses),
        "everywhere": everywhere if everywhere and everywhere.total else None,
        "popular": popular,
        "lost": lost,
        "pages": pagination(results.page, results.total_pages),
    }
    return results, values


def start_page(site: Site, events: EventStream, groups: frozenset[str], addresses: Addresses) -> Mapping[str, Any]:
    """The values of ``home.html``."""
    with events.unheard():
        results = browse(site, groups, _POPULAR_AT_START, facets=True)
    address = SearchAddress()
    return {
        "results": results,
        "categories": branches(results.facets, address, addresses),
        "path_of": _PathLinks(address, addresses),
    }


def browse(site: Site, groups: frozenset[str], count: int, *, facets: bool = False) -> SearchResults:
    """The most viewed entries."""
    return site.index.search("", within=site.within, audience=groups, per_page=count, facets=facets)


def _sorts(address: SearchAddress, addresses: Addresses) -> list[SortChoice]:
    """Without a query nothing is more relevant than another: the most viewed come first."""
    browsing = not address.query.strip()
    present = "-views" if browsing and address.sort == "relevance" else address.sort
    return [
        SortChoice(name, addresses.search(address.sorted_by(sort)), sort == present)
        for sort, name in SORT_NAMES.items()
        if not (browsing and sort == "relevance")
    ]


class _PathLinks:
    """Called with an entry's category: its labels, each with the address that filters what is shown by it."""

    def __init__(self, address: SearchAddress, addresses: Addresses) -> None:
        self._address = address
        self._addresses = addresses

    def __call__(self, path: CategoryPath) -> Any:
        return steps(path, self._address, self._addresses)
