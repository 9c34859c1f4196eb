"""``faqsearch eval``: how good the ranking is on judged queries, and whether another index or lexicon ranks better."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from faqsearch.cli.opening import open_index
from faqsearch.cli.parameters import audience_option, examples, index_argument, json_option
from faqsearch.cli.terminal import print_json
from faqsearch.errors import DocumentError

if TYPE_CHECKING:
    from faqsearch import FaqIndex


@click.command(
    "eval",
    short_help="Measure the ranking on judged queries, or compare two.",
    epilog=examples(
        "faqsearch eval help.index data/queries.jsonl data/qrels.tsv",
        "faqsearch eval help.index queries.csv qrels.csv --measure nDCG@5 --measure R@100",
        "faqsearch eval help.index queries.csv qrels.csv --lexicon lexicon/",
        "faqsearch eval help.index queries.csv qrels.csv --against semantic.index",
    ),
)
@index_argument
@click.argument("queries")
@click.argument("qrels")
@click.option(
    "--measure",
    "measures",
    multiple=True,
    default=("nDCG@10", "RR@10", "R@10"),
    show_default=True,
    metavar="NAME",
    help="A measure as ir-measures names it; repeatable.",
)
@click.option("--against", metavar="INDEX", help="Compare with another index of the same documents.")
@click.option("--lexicon", "lexicon_folder", metavar="FOLDER", help="Compare with the same index and this lexicon.")
@audience_option
@json_option
def evaluate(
    location: str,
    queries: str,
    qrels: str,
    measures: tuple[str, ...],
    against: str | None,
    lexicon_folder: str | None,
    audience: tuple[str, ...],
    as_json: bool,
) -> None:
    """Search all QUERIES and measure the ranking by the judgements QRELS (needs: pip install 'faqsearch[eval]').

    QUERIES has a line {"id": "q1", "text": "캐시 환불"} for each query, or is a table with columns id and text (or only
    queries, a line each); QRELS has query id, document id and grade (0: no help), separated by tabs or
    commas, with or without a header; 'faqsearch judge' writes it.

    With --against or --lexicon the two rankings are compared: gains with their intervals, and the ten queries most helped and
    most hurt, each with what the score of its best judged document is made of.
    """
    from faqsearch.cli.comparing import comparison_dict, comparison_text
    from faqsearch.comparison import compare
    from faqsearch.evaluation import evaluate_as
    from faqsearch.sources.judged import read_qrels, read_queries

    if against is not None and lexicon_folder is not None:
        raise click.UsageError("--against and --lexicon name two different second rankings; give one of them")
    texts, judgements = read_queries(queries), read_qrels(qrels)
    if not texts.keys() & judgements.keys():
        raise DocumentError(f"judges none of the queries of {queries}; the query ids must agree", file=qrels)
    with ExitStack() as stack:
        opened = stack.enter_context(open_index(location))
        _warn_of_missing(opened, location, judgements)
        result = evaluate_as(audience, opened, texts, judgements, measures=measures)
        if against is None and lexicon_folder is None:
            if as_json:
                print_json(result.to_dict())
            else:
                click.echo(str(result))
            return
        other = stack.enter_context(_other(location, against, lexicon_folder))
        if against is not None:
            _warn_of_missing(other, against, judgements)
        found = compare(result, evaluate_as(audience, other, texts, judgements, measures=measures))
        if as_json:
            print_json(comparison_dict(found, texts, judgements, opened, other))
        else:
            for line in comparison_text(found, texts, judgements, opened, other):
                click.echo(line)


def _warn_of_missing(index: FaqIndex, location: str, judgements: Mapping[str, Mapping[str, int]]) -> None:
    """Judged documents that an index has not can never be found in it."""
    judged = {id for grades in judgements.values() for id, grade in grades.items() if grade > 0}
    if missing := sum(id not in index for id in judged):
        click.echo(f"warning: {missing:,} of {len(judged):,} documents judged to help are not in {location}", err=True)


def _other(location: str, against: str | None, lexicon_folder: str | None) -> FaqIndex:
    """The second ranking: another index, or the same one with another lexicon."""
    from faqsearch import FaqIndex, Lexicon

    if against is not None:
        return open_index(against)
    assert lexicon_folder is not None
    return FaqIndex.open(location, lexicon=Lexicon.from_folder(lexicon_folder), read_only=True, on_mismatch="search")
