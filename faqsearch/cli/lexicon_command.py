"""``faqsearch lexicon try``: what a new lexicon would change, before it is published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from faqsearch.cli.opening import open_index
from faqsearch.cli.parameters import audience_option, examples, index_argument, json_option
from faqsearch.cli.terminal import one_line, print_json
from faqsearch.errors import DocumentError

if TYPE_CHECKING:
    from faqsearch import FaqIndex

_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Change:
    """The first ten ids of a query with the lexicon in force and with the new one."""

    query: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"query": self.query, "before": list(self.before), "after": list(self.after)}


@click.group(
    short_help="Try a lexicon before it counts.",
    epilog=examples("faqsearch lexicon try help.index new-lexicon --queries queries.txt"),
)
def lexicon() -> None:
    """Work on a lexicon: the folder of words.tsv, synonyms.tsv, stopwords.tsv, pins.tsv, notices.tsv and queries.tsv."""


@lexicon.command(
    "try",
    short_help="Print whose first ten hits a new lexicon changes.",
    epilog=examples("faqsearch lexicon try help.index data/lexicon --queries data/queries.jsonl"),
)
@index_argument
@click.argument("new")
@click.option(
    "--queries",
    "file",
    required=True,
    metavar="FILE",
    help='A query a line; what stands behind a tab is left out. Or .jsonl with "text".',
)
@audience_option
@json_option
def try_lexicon(location: str, new: str, file: str, audience: tuple[str, ...], as_json: bool) -> None:
    """Search the queries of FILE with the lexicon in force and with the one in the folder NEW, and print where the first ten
    hits differ. The index stays as it is; new user words count only after it is analysed again.
    """
    from faqsearch import FaqIndex, Lexicon

    tried = Lexicon.from_folder(new)
    queries = list(dict.fromkeys(_queries(file)))
    with (
        open_index(location) as before,
        FaqIndex.open(location, lexicon=tried, read_only=True, on_mismatch="search") as after,
    ):
        changes = [
            change
            for query in queries
            if (change := Change(query, _ids(before, query, audience), _ids(after, query, audience))).before != change.after
        ]
        words = tried.words != before.lexicon.words
        titles = {id: found.title for change in changes for id in (*change.before, *change.after) if (found := before.get(id))}
    if words:
        click.echo("warning: user words differ; they count after 'faqsearch index FILE INDEX --lexicon NEW'", err=True)
    if as_json:
        print_json([change.to_dict() for change in changes])
        return
    for change in changes:
        click.echo(one_line(change.query))
        for line in _lines(change):
            click.echo(f"  {line[0]}  {one_line(titles.get(line[1], line[1]))}")
    click.echo(f"{len(changes):,} of {len(queries):,} queries change")


def _ids(index: FaqIndex, query: str, audience: Sequence[str]) -> tuple[str, ...]:
    return tuple(hit.document.id for hit in index.search(query, audience=audience, per_page=_DEPTH, facets=False))


def _lines(change: Change) -> Iterator[tuple[str, str]]:
    """(what happened, id) for each entry that comes, moves or goes."""
    for rank, id in enumerate(change.after, 1):
        if id not in change.before:
            yield f"  → {rank:>2}", id
        elif (old := change.before.index(id) + 1) != rank:
            yield f"{old:>2} → {rank:>2}"[-7:].rjust(6), id
    for rank, id in enumerate(change.before, 1):
        if id not in change.after:
            yield f"{rank:>2} →   ", id


def _queries(path: str) -> Iterator[str]:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror or error}", file=path) from None
    except UnicodeDecodeError as error:
        raise DocumentError(f"is not UTF-8 at byte {error.start}; save it as UTF-8", file=path) from None
    for number, line in enumerate(text.splitlines(), 1):
        if path.endswith(".jsonl") and line.strip():
            try:
                yield str(json.loads(line)["text"])
            except (ValueError, KeyError, TypeError):
                raise DocumentError('needs {"text": …} on every line', file=path, row=number) from None
        elif line.strip() and not line.startswith("#"):
            yield line.partition("\t")[0].strip()
