"""The categories of a search: read from the command line, shown as a tree with counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from faqsearch.cli.terminal import Screen, one_line, wrapped
from faqsearch.document import CategoryPath
from faqsearch.results import Facet

_SELECTED = "● "
_PLAIN = "  "
EVERYTHING = "전체"


def category_choices(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str | CategoryPath, ...]:
    """An option's values: ``결제 > 환불`` is a path, a text without ``>`` a label."""
    paths = category_paths(ctx, param, values)
    return tuple(path if len(path) > 1 else path[0] for path in paths)


def category_paths(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[CategoryPath, ...]:
    """An option's values, each as a path: without a ``>`` it has one label."""
    paths = tuple(tuple(label.strip() for label in value.split(">")) for value in values)
    for value, path in zip(values, paths, strict=True):
        if not all(path):
            raise click.BadParameter(f"{value!r} has an empty label; write a label, or a path such as '결제 > 환불'")
    return paths


def category_name(choices: Sequence[str | CategoryPath]) -> str:
    """The chosen labels and paths in words."""
    return ", ".join(choice if isinstance(choice, str) else " > ".join(choice) for choice in choices)


def category_tree(facets: Sequence[Facet], screen: Screen, *, total: int | None, depth: int = 2) -> Iterator[str]:
    """The tree, ``depth`` levels of it and one more below what is selected, with counts; the selected ones marked.

    ``total`` counts all documents found where no category is selected; None where one is.
    """
    yield screen.bold("카테고리")
    yield from _line(EVERYTHING, total, 0, total is not None, screen)
    yield from _level(facets, 1, screen, depth, inside=False)


def _level(facets: Sequence[Facet], level: int, screen: Screen, depth: int, *, inside: bool) -> Iterator[str]:
    for facet in facets:
        if level > depth and not inside and not _holds_selected(facet):
            continue
        yield from _line(facet.label, facet.count, level, facet.selected, screen)
        yield from _level(facet.children, level + 1, screen, depth, inside=facet.selected)


def _holds_selected(facet: Facet) -> bool:
    return facet.selected or any(map(_holds_selected, facet.children))


def _line(label: str, count: int | None, level: int, selected: bool, screen: Screen) -> list[str]:
    text = one_line(label) if count is None else f"{one_line(label)} {count:,}"
    lines = wrapped(text, screen.width, indent="  " * level + (_SELECTED if selected else _PLAIN))
    return [screen.bold(line) if selected else line for line in lines]
