"""``faqsearch explain``: why a document has its score."""

from __future__ import annotations

import click

from faqsearch.cli.missing import not_there
from faqsearch.cli.opening import open_index
from faqsearch.cli.parameters import QueryCommand, examples, index_argument, json_option
from faqsearch.cli.terminal import print_json, printable


@click.command(
    cls=QueryCommand,
    short_help="Print why an entry has its score, or why it is not found.",
    epilog=examples(
        "faqsearch explain help.index '캐시 환불' story-005",
        "faqsearch explain help.index -- '-1009 오류' story-005",
    ),
)
@index_argument
@click.argument("query")
@click.argument("id")
@json_option
def explain(location: str, query: str, id: str, as_json: bool) -> None:
    """Print why the entry ID has its score and rank for QUERY, or why it is not found. Exits with 1 when ID is not there."""
    with open_index(location) as opened:
        if id not in opened:
            not_there(location, id)
        explanation = opened.explain(query, id=id)
    if as_json:
        print_json(explanation.to_dict())
    else:
        click.echo(printable(explanation.to_text()))
