"""``faqsearch stats``: counts and sizes."""

from __future__ import annotations

import click

from faqsearch.cli.opening import open_index
from faqsearch.cli.parameters import examples, index_argument, json_option
from faqsearch.cli.terminal import one_line, pad, print_json

_KINDS = {"words": "user words", "stopwords": "stop words"}


@click.command(
    short_help="Print counts and sizes.",
    epilog=examples("faqsearch stats help.index", "faqsearch stats help.index --json | jq .documents"),
)
@index_argument
@json_option
def stats(location: str, as_json: bool) -> None:
    """Print how many documents, categories and terms INDEX holds, its size, and how it was analysed."""
    with open_index(location, analyses=False) as opened:
        numbers = opened.stats()
    if as_json:
        print_json(numbers.to_dict())
        return
    values = {
        "documents": f"{numbers.documents:,}",
        "deleted": f"{numbers.deleted:,} (still in the files)",
        "categories": f"{numbers.categories:,}",
        "terms": ", ".join(f"{count:,} {channel}" for channel, count in numbers.terms.items()),
        "segments": f"{numbers.segments:,}",
        "size": size(numbers.size_bytes),
        "generation": f"{numbers.generation:,}",
        "analysed by": one_line(numbers.fingerprint),
        "lexicon": ", ".join(f"{count:,} {_KINDS.get(kind, kind)}" for kind, count in numbers.lexicon.items()),
    }
    for name, value in values.items():
        click.echo(pad(name, 13) + value)


def size(count: int) -> str:
    """A number of bytes in words."""
    if count < 1_000:
        return f"{count} bytes"
    return f"{count / 1e3:,.1f} kB" if count < 1e6 else f"{count / 1e6:,.1f} MB"
