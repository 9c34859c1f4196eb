"""Category counts as a tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from faqsearch.document import CategoryPath
from faqsearch.native import maker
from faqsearch.results import Facet

_facet = maker(Facet)


def facet_tree(
    counts: Mapping[CategoryPath, int], *, paths: Iterable[CategoryPath] = (), labels: Iterable[str] = ()
) -> tuple[Facet, ...]:
    """The facets of documents counted by their own path, each with all that is below it.

    ``paths`` and ``labels`` are selected; a selected path is shown when its count is 0.
    """
    selected = set(paths)
    chosen = set(labels)
    totals: dict[CategoryPath, int] = {}
    counted = totals.get
    for path, count in counts.items():
        for prefix in _prefixes(path):
            totals[prefix] = counted(prefix, 0) + count
    for path in selected:
        for prefix in _prefixes(path):
            totals.setdefault(prefix, 0)
    children: dict[CategoryPath, list[CategoryPath]] = {}
    for path in totals:
        children.setdefault(path[:-1], []).append(path)

    def below(parent: CategoryPath) -> tuple[Facet, ...]:
        paths = children[parent]
        if len(paths) > 1:
            paths.sort(key=lambda path: (-totals[path], path[-1]))
        return tuple(
            [
                _facet(
                    path[-1],
                    path,
                    totals[path],
                    path in selected or path[-1] in chosen,
                    below(path) if path in children else (),
                )
                for path in paths
            ]
        )

    return below(()) if children else ()


@lru_cache(maxsize=1 << 14)
def _prefixes(path: CategoryPath) -> tuple[CategoryPath, ...]:
    """The path and all above it, from the root down."""
    return tuple(path[:depth] for depth in range(1, len(path) + 1))
