"""The options of a search, checked; every error names the option and what it may be."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias, cast

from faqsearch import limits
from faqsearch.document import CategoryPath
from faqsearch.errors import InvalidOptionError
from faqsearch.index.base import MATCHINGS, SORTS, Matching, Scope, Sort
from faqsearch.results import Facet

CategoryChoice: TypeAlias = str | CategoryPath | Facet | Iterable[str | CategoryPath | Facet] | None
Labels: TypeAlias = str | Iterable[str]

_NONE: frozenset[str] = frozenset()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """Checked options."""

    paths: tuple[CategoryPath, ...] | None
    labels: tuple[str, ...]
    scope: Scope
    tags: frozenset[str]
    sort: Sort
    page: int
    per_page: int
    matching: Matching
    snippet_length: int

    def filters(self) -> dict[str, Any]:
        """What narrows or widens the search, JSON-ready, for its event."""
        return {
            "category": [*map(list, self.paths or ()), *self.labels],
            "within": None if self.scope.within is None else [list(path) for path in self.scope.within],
            "tags": sorted(self.tags),
            "audience": sorted(self.scope.audience),
            "matching": self.matching,
        }


def check_options(
    *,
    category: CategoryChoice,
    within: CategoryChoice,
    tags: Labels,
    audience: Labels,
    now: datetime | None,
    sort: str,
    page: int,
    per_page: int,
    matching: str,
    snippet_length: int,
) -> SearchOptions:
    """The options as a search needs them; raises InvalidOptionError."""
    if sort not in SORTS:
        raise InvalidOptionError(f"sort must be one of {', '.join(SORTS)}, not {sort!r}")
    if matching not in MATCHINGS:
        raise InvalidOptionError(f"matching must be one of {', '.join(MATCHINGS)}, not {matching!r}")
    paths, labels = category_choice("category", category)
    return SearchOptions(
        paths=paths,
        labels=labels,
        scope=Scope(within_paths(within), labels_of("audience", audience), micros(now)),
        tags=labels_of("tags", tags),
        sort=sort,
        page=whole("page", page, 1, None),
        per_page=whole("per_page", per_page, 1, limits.PER_PAGE),
        matching=matching,
        snippet_length=whole("snippet_length", snippet_length, 1, limits.SNIPPET_CODE_POINTS),
    )


def whole(name: str, value: Any, least: int, most: int | None) -> int:
    """A whole number within bounds; raises InvalidOptionError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least or (most is not None and value > most):
        upper = f" to {most:,}" if most is not None else " or more"
        raise InvalidOptionError(f"{name} must be a whole number of {least}{upper}, not {value!r}")
    return value


def labels_of(name: str, value: Labels) -> frozenset[str]:
    """One label or several, as a set; raises InvalidOptionError."""
    if isinstance(value, tuple) and not value:
        return _NONE
    if isinstance(value, str):
        return frozenset([value])
    if not isinstance(value, Iterable):
        raise InvalidOptionError(f"{name} must be a label or several, not {value!r}")
    labels = list(value)
    if not all(isinstance(label, str) for label in labels):
        raise InvalidOptionError(f"{name} must be labels of text, not {labels!r}")
    return frozenset(labels)


def micros(now: datetime | None) -> int:
    """Microseconds since 1970; None is the present. A naive time raises InvalidOptionError."""
    if now is None:
        return time.time_ns() // 1000
    if not isinstance(now, datetime) or now.tzinfo is None:
        raise InvalidOptionError(f"now must be an aware datetime, as datetime.now(timezone.utc), not {now!r}")
    difference = now - _EPOCH
    return (difference.days * 86_400 + difference.seconds) * 1_000_000 + difference.microseconds


def within_paths(value: CategoryChoice) -> tuple[CategoryPath, ...] | None:
    """The paths that are the whole collection, or None; raises InvalidOptionError for a label."""
    paths, labels = category_choice("within", value)
    if labels:
        raise InvalidOptionError(f"within must be a path such as ('결제', '환불') or several, not the label {value!r}")
    return paths


def category_choice(name: str, value: CategoryChoice) -> tuple[tuple[CategoryPath, ...] | None, tuple[str, ...]]:
    """(paths or None where nothing is chosen, labels) of a choice of categories.

    A text is a label, wherever in a path; a tuple of texts one path; a Facet its path; anything else several of these.
    """
    if value is None:
        return None, ()
    if isinstance(value, str):
        return (), (value,)
    if isinstance(value, Facet):
        return (value.path,), ()
    if not isinstance(value, Iterable):
        raise InvalidOptionError(f"{name} must be a label, a path such as ('결제', '환불') or several, not {value!r}")
    choices = tuple(value)
    if not choices:
        return None, ()
    if isinstance(value, (tuple, list)) and all(isinstance(label, str) for label in choices):
        return (cast(CategoryPath, choices),), ()
    paths: list[CategoryPath] = []
    labels: list[str] = []
    for choice in choices:
        if choice == ():  # the root: everything
            paths.append(())
            continue
        one_paths, one_labels = category_choice(name, choice)
        paths += one_paths or ()
        labels += one_labels
    return tuple(paths), tuple(labels)
