"""``faqsearch search``: a page of results."""

from __future__ import annotations

import click

from faqsearch import limits
from faqsearch.cli.categories import EVERYTHING, category_choices, category_name
from faqsearch.cli.opening import open_index
from faqsearch.cli.page import SORT_NAMES, page_lines
from faqsearch.cli.parameters import (
    QueryCommand,
    audience_option,
    color_option,
    examples,
    index_argument,
    json_option,
    within_option,
)
from faqsearch.cli.terminal import Screen, print_json, screen
from faqsearch.document import CategoryPath

_SNIPPET = 160
_SNIPPET_LINES = 2


@click.command(
    cls=QueryCommand,
    short_help="Print a page of hits for QUERY, with counts by category.",
    epilog=examples(
        "faqsearch search help.index 캐시 환불",
        "faqsearch search help.index 캐시 환불 --category '웹소설·웹툰 > 환불/취소' --page 2",
        "faqsearch search help.index '\"자동 결제\" 해지' --sort -updated_at",
        "faqsearch search help.index 로그인 -- -카카오      (words after -- may begin with -)",
        "faqsearch search help.index                       (all entries, most viewed first)",
        "faqsearch search help.index 환불 --json | jq '.hits[].document.id'",
    ),
)
@index_argument
@click.argument("query", nargs=-1)
@click.option(
    "--category",
    callback=category_choices,
    multiple=True,
    metavar="CATEGORY",
    help="Only this category: a label, as 환불/취소, or a path, as '웹소설·웹툰 > 환불/취소'; repeatable (any of them).",
)
@within_option
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only with this tag; repeatable (all of them).")
@audience_option
@click.option(
    "--sort",
    type=click.Choice(list(SORT_NAMES)),
    default="relevance",
    show_default=True,
    help="Best first, newest, oldest, most viewed, or by title.",
)
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True, metavar="N", help="Which page.")
@click.option(
    "--per-page",
    type=click.IntRange(1, limits.PER_PAGE),
    default=10,
    show_default=True,
    metavar="N",
    help=f"Hits a page, at most {limits.PER_PAGE}.",
)
@click.option(
    "--matching",
    type=click.Choice(["any", "most", "all"]),
    default="most",
    show_default=True,
    help="How many words a hit must hold: any, all, or all unless it scores well without one.",
)
@click.option("--correct/--no-correct", default=True, help="Search a likely spelling too, or exactly what was typed.")
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    metavar="N",
    help="Levels of the category tree shown; below a selected category one more. 0: no tree.",
)
@click.option("--ids", is_flag=True, help="Show each hit's id, as get, explain and related take it.")
@color_option
@json_option
def search(
    location: str,
    query: tuple[str, ...],
    category: tuple[str | CategoryPath, ...],
    within: tuple[CategoryPath, ...],
    tags: tuple[str, ...],
    audience: tuple[str, ...],
    sort: str,
    page: int,
    per_page: int,
    matching: str,
    correct: bool,
    depth: int,
    ids: bool,
    color: bool | None,
    as_json: bool,
) -> None:
    """Search INDEX for QUERY and print a page of hits, with the number of hits in each category.

    Several words need no quotes. "Words in quotes" are a phrase, a word after a - is excluded; write -- before a query that
    begins with -. Without QUERY all entries are listed, the most viewed first. Nothing found is no error.
    """
    shown = screen(color)
    with open_index(location) as opened:
        results = opened.search(
            " ".join(query),
            category=frozenset(category) or None,  # a tuple of labels would be one path
            within=within or None,
            tags=tags,
            audience=audience,
            sort=sort,
            page=page,
            per_page=per_page,
            matching=matching,
            snippet_length=_SNIPPET if as_json else snippet_length(shown),
            facets=as_json or depth > 0,
            correct=correct,
        )
    if as_json:
        print_json(results.to_dict())
    else:
        chosen = category_name(category) or EVERYTHING
        shown.print(page_lines(results, shown, chosen=chosen, scope=category_name(within), depth=depth, ids=ids))


def snippet_length(shown: Screen) -> int:
    """In code points: as much as two lines of the terminal hold of Korean text, which has a narrow character in three."""
    if shown.width is None:
        return _SNIPPET
    return max(40, min(_SNIPPET, (shown.width - 4) * _SNIPPET_LINES * 3 // 5))
