"""Category counts as a tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from functools import lru_cache
from operator import itemgetter

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
    children: dict[CategoryPath, list[CategoryPath]] = {}
    for path, count in (*counts.items(), *((path, 0) for path in selected)):
        for prefix, parent in _prefixes(path):
            if prefix in totals:
                totals[prefix] += count
            else:
                totals[prefix] = count
                children.setdefault(parent, []).append(prefix)
    return _below((), children, totals, selected, chosen) if children else ()


_label = itemgetter(-1)


def _below(
    parent: CategoryPath,
    children: Mapping[CategoryPath, list[CategoryPath]],
    totals: Mapping[CategoryPath, int],
    selected: Set[CategoryPath],
    chosen: Set[str],
) -> tuple[Facet, ...]:
    """The facets right below a path, by falling count, then label."""
    paths = children[parent]
    if len(paths) > 1:
        paths.sort(key=_label)
        paths.sort(key=totals.__getitem__, reverse=True)
    return tuple(
        [
            _facet(
                path[-1],
                path,
                totals[path],
                path in selected or path[-1] in chosen,
                _below(path, children, totals, selected, chosen) if path in children else (),
            )
            for path in paths
        ]
    )


@lru_cache(maxsize=1 << 14)
def _prefixes(path: CategoryPath) -> tuple[tuple[CategoryPath, CategoryPath], ...]:
    """The path and all above it, from the root down, each with what is above it."""
    return tuple((path[:depth], path[: depth - 1]) for depth in range(1, len(path) + 1))
