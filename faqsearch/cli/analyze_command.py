"""``faqsearch analyze``: the terms of a text."""

from __future__ import annotations

import click

from faqsearch.cli.opening import open_index
from faqsearch.cli.parameters import QueryCommand, examples, index_argument, json_option
from faqsearch.cli.terminal import columns, one_line, pad, print_json

_HEAD = ("term", "surface", "start", "end", "channel")


@click.command(
    cls=QueryCommand,
    short_help="Print the terms of a text.",
    epilog=examples(
        "faqsearch analyze help.index '캐시를 환불받고 싶어요'",
        "faqsearch analyze help.index '웹툰 정주행' --json",
    ),
)
@index_argument
@click.argument("text")
@json_option
def analyze(location: str, text: str, as_json: bool) -> None:
    """Print the terms that TEXT has in INDEX, with its user words: morphemes, then syllable bigrams (grams).

    START and END count code points of TEXT; between them lies the surface that the term came from.
    """
    with open_index(location) as opened:
        terms = opened.analyze(text)
    if as_json:
        print_json([{**term.to_dict(), "surface": text[term.start : term.end]} for term in terms])
        return
    cells = [
        (one_line(term.term), one_line(text[term.start : term.end]), str(term.start), str(term.end), term.channel)
        for term in terms
    ]
    widths = [max(columns(line[place]) for line in (_HEAD, *cells)) for place in range(len(_HEAD))]
    for line in (_HEAD, *cells):
        click.echo("  ".join(pad(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip())
