"""``faqsearch complete``: titles for what is being typed."""

from __future__ import annotations

import click

from faqsearch import limits
from faqsearch.cli.marks import marked_lines
from faqsearch.cli.opening import open_index
from faqsearch.cli.parameters import (
    QueryCommand,
    audience_option,
    color_option,
    examples,
    index_argument,
    json_option,
    within_option,
)
from faqsearch.cli.terminal import print_json, screen
from faqsearch.document import CategoryPath
from faqsearch.results import Highlight


@click.command(
    cls=QueryCommand,
    short_help="Print the titles that a PREFIX being typed may become.",
    epilog=examples(
        "faqsearch complete help.index 환부        (환불 …, 환불받고 …)",
        "faqsearch complete help.index ㅋㅅ        (캐시 …, by initial consonants)",
        "faqsearch complete help.index 캐시 --limit 3 --json",
    ),
)
@index_argument
@click.argument("prefix")
@click.option(
    "--limit",
    type=click.IntRange(1, limits.COMPLETION_LIMIT),
    default=8,
    show_default=True,
    metavar="N",
    help="How many at most.",
)
@within_option
@audience_option
@color_option
@json_option
def complete(
    location: str,
    prefix: str,
    limit: int,
    within: tuple[CategoryPath, ...],
    audience: tuple[str, ...],
    color: bool | None,
    as_json: bool,
) -> None:
    """Print the titles that PREFIX may become, the most viewed first; half-typed syllables count."""
    with open_index(location, analyses=False) as opened:
        found = opened.complete(prefix, limit=limit, within=within or None, audience=audience)
    if as_json:
        print_json([one.to_dict() for one in found])
        return
    if not found:
        click.echo("no title is like that", err=True)
    shown = screen(color)
    for one in found:
        shown.print(marked_lines(Highlight(one.text, one.spans), shown))
