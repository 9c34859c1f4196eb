"""``faqsearch related``: entries like one entry."""

from __future__ import annotations

import click

from faqsearch import limits
from faqsearch.cli.missing import not_there
from faqsearch.cli.opening import open_index
from faqsearch.cli.page import hit_lines
from faqsearch.cli.parameters import audience_option, color_option, examples, index_argument, json_option, within_option
from faqsearch.cli.terminal import print_json, screen
from faqsearch.document import CategoryPath


@click.command(
    short_help="Print the entries most like one.",
    epilog=examples(
        "faqsearch related help.index story-005",
        "faqsearch related help.index story-005 --limit 3 --within 웹소설·웹툰",
    ),
)
@index_argument
@click.argument("id")
@click.option(
    "--limit", type=click.IntRange(1, limits.RELATED_LIMIT), default=5, show_default=True, metavar="N", help="How many at most."
)
@within_option
@audience_option
@color_option
@json_option
def related(
    location: str,
    id: str,
    limit: int,
    within: tuple[CategoryPath, ...],
    audience: tuple[str, ...],
    color: bool | None,
    as_json: bool,
) -> None:
    """Print the entries most like the entry ID, as "도움이 될 만한 글" under an article. Exits with 1 when ID is not there."""
    with open_index(location, analyses=False) as opened:
        if id not in opened:
            not_there(location, id)
        hits = opened.related(id, limit=limit, within=within or None, audience=audience)
    if as_json:
        print_json([hit.to_dict() for hit in hits])
        return
    shown = screen(color)
    if not hits:
        shown.print(["비슷한 도움말이 없어요."])
    for place, hit in enumerate(hits):
        shown.print([*([""] if place else []), *hit_lines(hit, shown, id=True)])
