"""The category tree of a page: what is open, where its links lead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from faqsearch.document import CategoryPath
from faqsearch.results import Facet
from faqsearch.web.addresses import Addresses, SearchAddress


@dataclass(frozen=True, slots=True)
class Branch:
    """A category with its number of hits; ``children`` are those shown below it."""

    label: str
    count: int
    href: str
    selected: bool
    children: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One label of a path and the address that selects the path up to it."""

    label: str
    href: str


def branches(facets: Iterable[Facet], address: SearchAddress, addresses: Addresses) -> tuple[Branch, ...]:
    """The tree, open along the selected path and one level below it."""
    return tuple(
        Branch(
            label=facet.label,
            count=facet.count,
            href=addresses.search(address.within(facet.path)),
            selected=facet.selected,
            children=branches(facet.children, address, addresses) if _is_open(facet.path, address.category) else (),
        )
        for facet in facets
    )


def steps(path: CategoryPath, address: SearchAddress, addresses: Addresses) -> tuple[Step, ...]:
    """The labels of a path, each with the address that filters by it."""
    return tuple(Step(label, addresses.search(address.within(path[:depth]))) for depth, label in enumerate(path, 1))


def _is_open(path: CategoryPath, selected: CategoryPath) -> bool:
    return selected[: len(path)] == path
